"""Pages of rows in the order of (time, channel, message), each beginning where the last one ended."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import BindParameter, Column, Row, Select, and_, bindparam, or_

from storage.transaction import Transaction

# A page is read, not searched: so many fit on two screens.
MOST = 20

Shown = TypeVar("Shown")


@dataclass(frozen=True, slots=True)
class Page(Generic[Shown]):
    """Some of what there is; `after` is where the next page begins, None on the last."""

    shown: tuple[Shown, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended."""

    at: datetime
    channel: str
    message: str


# Before all that can be, and after it.
FIRST = Place(datetime(1, 1, 1, tzinfo=UTC), "", "")
LAST = Place(datetime(9999, 12, 31, tzinfo=UTC), "\U0010ffff", "")


def from_here(select: Select[Any], *columns: Column[Any], newest_first: bool = False) -> Select[Any]:
    """Return the statement in the order of these columns (time, channel, message), from a place on."""
    at, channel, message = columns
    here_at: BindParameter[Any] = bindparam("here_at")
    here_channel: BindParameter[Any] = bindparam("here_channel")
    here_message: BindParameter[Any] = bindparam("here_message")
    # The first condition is implied by the second: it is the one an index can begin at.
    return (
        select.where(
            at <= here_at if newest_first else at >= here_at,
            or_(
                at < here_at if newest_first else at > here_at,
                and_(
                    at == here_at,
                    or_(
                        channel > here_channel,
                        and_(channel == here_channel, message > here_message),
                    ),
                ),
            ),
        )
        .order_by(at.desc() if newest_first else at, channel, message)
        .limit(MOST + 1)
    )


def turned_to(
    tx: Transaction,
    statement: Select[Any],
    query: Mapping[str, str],
    at: str,
    *,
    newest_first: bool = False,
    **values: Any,
) -> tuple[Sequence[Row[Any]], str | None]:
    """Return the rows of the page that an address asks for, and where the next one begins.

    `statement` is one of `from_here`, in the same order, and `at` the name of its time. An address that says
    nothing sensible asks for the first page.
    """
    begin = _read(query.get("after", "")) or (LAST if newest_first else FIRST)
    here = {"here_at": begin.at, "here_channel": begin.channel, "here_message": begin.message}
    rows = tx.rows(statement, **here, **values)
    if len(rows) <= MOST:
        return rows, None
    last = rows[MOST - 1]
    return rows[:MOST], _write(Place(getattr(last, at), last.channel, last.message))


def _write(place: Place) -> str:
    text = json.dumps([place.at.isoformat(), place.channel, place.message])
    return base64.urlsafe_b64encode(text.encode()).decode()


def _read(text: str) -> Place | None:
    """Return the place that an address names, if it is one of ours."""
    try:
        at, channel, message = json.loads(base64.urlsafe_b64decode(text.encode()))
        place = Place(datetime.fromisoformat(at).astimezone(UTC), str(channel), str(message))
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        return None
    fits = "\x00" not in place.channel + place.message and (place.channel + place.message).isprintable()
    return place if fits else None
