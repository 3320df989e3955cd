"""Talk read into an empty database as an import reads it, and each message judged by what was before it."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import select

from adapters.exports import open_export
from bot.ahead import read_ahead
from bot.core import Core
from bot.events import CommunityFound, Event, MessagePosted
from bot.features import FEATURES
from bot.features.broadcasts.context import Place, past_of
from bot.heard import Heard, message_of
from bot.language.context import in_context, needs_context
from bot.language.salesy import DEFAULT_THRESHOLD, judge
from storage.database import Database
from storage.tables import Channel, Message, table
from storage.transaction import Transaction
from storage.versions import migrate

HOME = "sandbox:measured"
# What keeps messages and sees what they answer, share and sell; nothing else bears on it.
_FEATURES = {name: FEATURES[name] for name in ("record", "questions", "broadcasts")}
_AT_ONCE = 1_000
_message, _channel = table(Message), table(Channel)


@dataclass(frozen=True, slots=True)
class Judged:
    """A message's text, its fields by name, and its scores.

    They are by its `text` alone, as a platform allows that bars `profiles` of people, and by all there is.
    """

    text: str
    fields: Mapping[str, str]
    by_text: float
    unprofiled: float
    score: float


def judged_in_export(path: Path) -> list[Judged]:
    """Judge what people said in an export, in its order. Raises NotAnExport."""
    with open_export([path]) as export:
        return _judged(export.events(), export.community)


def judged_in_rows(rows: Iterable[Mapping[str, Any]]) -> list[Judged]:
    """Judge rows with a `text`, a `user` and a time `ts` (ISO 8601); each `source` is a community."""
    by_source: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_source.setdefault(str(row.get("source")), []).append(row)
    return [judged for each in by_source.values() for judged in _judged_of(each)]


def has_a_past(row: Mapping[str, Any]) -> bool:
    """Return whether a row says who said it and when."""
    return bool(row.get("user")) and _time(row.get("ts")) is not None


def _judged_of(rows: Sequence[Mapping[str, Any]]) -> list[Judged]:
    told = sorted(enumerate(rows), key=lambda each: (_time(each[1]["ts"]), each[0]))
    posted = [_event(row, f"m{number}") for number, row in told]
    fields = {
        (event.channel, event.message): {name: str(value) for name, value in row.items() if name != "text"}
        for event, (_, row) in zip(posted, told, strict=True)
    }
    begun = CommunityFound(id="found", community=HOME, at=posted[0].at, name="Measured")
    return [
        replace(judged, fields=fields[judged.fields["channel"], judged.fields["id"]])
        for judged in _judged([begun, *posted], HOME)
    ]


def _time(said: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(said))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _event(row: Mapping[str, Any], id: str) -> MessagePosted:
    at = _time(row["ts"])
    assert at is not None
    return MessagePosted(
        id=id,
        community=HOME,
        at=at,
        channel=str(row.get("channel") or "talk"),
        message=str(row.get("id") or id),
        author=str(row["user"]),
        author_name=str(row["user"]),
        text=str(row["text"]),
        thread=_id(row.get("thread")),
        reply_to=_id(row.get("reply_to")),
    )


def _id(said: object) -> str | None:
    return str(said) if isinstance(said, str | int) and said != "" else None


def _judged(events: Iterable[Event], community: str) -> list[Judged]:
    with _empty() as database:
        core = Core(database, _FEATURES)
        coming = iter(events)
        while batch := list(islice(coming, _AT_ONCE)):
            read_ahead(batch)
            core.receive(batch, history=True)
        with database.reading() as tx:
            names = {row.id: row.name for row in tx.rows(select(_channel.c.id, _channel.c.name))}
            said = (
                select(_message.c.channel, _message.c.id, _message.c.author)
                .where(_message.c.text != "", _message.c.bot.is_(False))
                .order_by(_message.c.posted_at, _message.c.channel, _message.c.id)
            )
            found = []
            for row in tx.rows(said):
                heard = message_of(tx, community, row.channel, row.id)
                if heard is not None:
                    fields = {
                        "channel": names.get(row.channel, row.channel),
                        "user": row.author,
                        "id": row.id,
                    }
                    found.append(_scores(tx, community, Place(row.channel, row.id), heard, fields))
            return found


def _scores(tx: Transaction, community: str, place: Place, said: Heard, fields: Mapping[str, str]) -> Judged:
    verdict = judge(said.text, said.links)
    scores = [verdict.salesy] * 3
    if needs_context(verdict):
        scores[1:] = (
            in_context(
                verdict, past_of(tx, community, place, said, profiles=profiles), DEFAULT_THRESHOLD
            ).salesy
            for profiles in (False, True)
        )
    return Judged(said.text, fields, *scores)


@contextmanager
def _empty() -> Iterator[Database]:
    with tempfile.TemporaryDirectory(prefix="hearth-past-") as folder:
        database = Database(f"sqlite:///{folder}/past.db", synchronous="OFF")
        migrate(database)
        yield database
        database.close()
