"""Looks whether Hearth can run here, and runs well: what is fine, what is not, and what to do."""

import base64
import binascii
import os
import platform
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from json import dumps
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import func, select

from bot.asker import judgement_of
from bot.backlog import backlog
from bot.clock import stopwatch
from bot.communities import settings_of
from bot.findings import Finding
from bot.ports import Doubtful, Judgement, LanguageModel, Refused, Told, TryLater, Wanted
from bot.settings import Process
from prompts import PROMPTS
from storage.condition import LEAST_FREE, Unusable, current, describe, free_bytes, look, newest, not_made_yet
from storage.database import Database, DatabaseTrouble
from storage.tables import Community, Import, Message, table
from storage.transaction import Transaction

Ask = Callable[[str, int, str | None], Told | None]
# Looks at the platforms and language models themselves, given what is set to which channel in each community.
LookAt = Callable[[Process, datetime, Mapping[str, Sequence[tuple[str, str]]]], Iterator[Finding]]

_OLDEST, _NEWEST = (3, 11), (3, 13)
# Tokens shorter than this can be guessed.
_TOKEN_LENGTH = 16
# A platform's clock and ours differ by seconds.
_AHEAD = timedelta(minutes=5)
# A log that was not joined with the rest for so long tells of a reader that never ends.
_LARGE_LOG = 256 * 1024**2
# A round trip that takes longer makes each batch slow.
_SLOW_S = 0.05
# The quickest of so many counts: the first has to connect.
_TRIPS = 3
_SANDBOX = "sandbox:"
# What a language model is asked to see whether it answers.
_MADE_UP = {"words": "How do I export my board to CSV?"}

_community = table(Community)
_message = table(Message)
_import = table(Import)
_COMMUNITIES = select(_community.c.id).order_by(_community.c.id)
_IMPORTED = select(_import.c.community).distinct().order_by(_import.c.community)
_LAST_SAID = (
    select(func.max(_message.c.posted_at).label("at"))
    .select_from(_community.join(_message, _message.c.community == _community.c.id))
    .where(~_community.c.id.startswith(_SANDBOX))
)


def examine(process: Process, now: datetime, ask: Ask, look_at: LookAt) -> Iterator[Finding]:
    """Look at everything, one thing after another."""
    yield _python()
    yield _timezones()
    yield _settings(process)
    yield from _tokens(process)
    told = ask(process.host, process.port, _secret(process)) if process.port else None
    path = not_made_yet(process.database_url)
    if path is not None:
        yield _place(path)
        yield _port(process, told, runs=False)
        yield from look_at(process, now, {})
        return
    try:
        database = Database(process.database_url)
    except DatabaseTrouble as trouble:
        yield Finding("database", "wrong", str(trouble))
        yield _port(process, told, runs=None)
        return
    try:
        yield from _database(database)
        yield _port(process, told, runs=database.held() if database.embedded else None)
        yield from _rows(database, now)
        yield from look_at(process, now, _channels_set(database))
    except (DatabaseTrouble, Unusable) as trouble:
        yield Finding("database", "wrong", str(trouble))
    finally:
        database.close()


def _python() -> Finding:
    said = f"Python {platform.python_version()}"
    if _OLDEST <= sys.version_info[:2] <= _NEWEST:
        return Finding("python", "fine", said)
    return Finding("python", "wrong", said, "Run Hearth with Python 3.11, 3.12 or 3.13.")


def _timezones() -> Finding:
    try:
        for name in ("Europe/Berlin", "America/New_York", "Asia/Kolkata"):
            ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        return Finding("timezones", "wrong", f"{error}", "Install the tzdata package: make install.")
    return Finding("timezones", "fine", "There is data on timezones.")


def _settings(process: Process) -> Finding:
    given = sorted(name.upper() for name in process.model_fields_set if str(getattr(process, name)) != "")
    said = f"Set: {', '.join(given)}; all else by default." if given else "Nothing is set; all is by default."
    return Finding("settings", "fine", said)


def _tokens(process: Process) -> Iterator[Finding]:
    shapes = (
        ("SLACK_BOT_TOKEN", process.slack_bot_token, _like_slack, "It begins with xoxb-; copy it anew."),
        ("SLACK_APP_TOKEN", process.slack_app_token, _like_app, "It begins with xapp-; copy it anew."),
        ("DISCORD_TOKEN", process.discord_token, _like_discord, "It has three parts with dots between."),
    )
    for name, secret, right, do in shapes:
        if secret is None or not secret.get_secret_value():
            continue
        if right(secret.get_secret_value()):
            yield Finding(name, "fine", "It has the right shape.")
        else:
            yield Finding(name, "wrong", "It does not look like such a token.", do)
    if process.models:
        names = ", ".join(sorted(set(process.models.values())))
        where = urlsplit(process.openai_base_url).hostname if process.openai_base_url else "OpenAI"
        said = f"{names} at {where}, wherever managers turn it on; nothing needs it."
        yield Finding("language model", "fine", said)
    if (token := _secret(process)) is not None:
        if len(token) >= _TOKEN_LENGTH:
            yield Finding("METRICS_TOKEN", "fine", "It is long enough.")
        else:
            do = f"Make it {_TOKEN_LENGTH} characters or more."
            yield Finding("METRICS_TOKEN", "look", "It holds, but can be guessed.", do)


async def look_at_models(model: LanguageModel, names: Iterable[str]) -> list[Finding]:
    """Ask each language model something that is made up, and tell whether it answers as it was asked to."""
    prompt = PROMPTS["question"]
    found: list[Finding] = []
    for name in sorted(set(names)):
        begun = stopwatch()
        wanted = Wanted(name, prompt.words, dumps(_MADE_UP), prompt.name, prompt.schema, prompt.most)
        try:
            judgement = judgement_of(await model.answer(wanted), prompt.shape, stopwatch() - begun)
        except (TryLater, Refused, Doubtful) as error:
            judgement = Judgement(reason=str(error))
        if judgement.answer:
            said = f"{name} answered in {judgement.took_s:.1f} s, in the shape it was asked for."
            found.append(Finding("model", "fine", said))
        else:
            do = "See docs/model.md; until then everything goes on without it."
            found.append(Finding("model", "look", f"{name}: {judgement.reason}.", do))
    return found


def _like_slack(token: str) -> bool:
    return token.startswith("xoxb-") and len(token) >= _TOKEN_LENGTH and token.isascii() and " " not in token


def _like_app(token: str) -> bool:
    return token.startswith("xapp-") and len(token) >= _TOKEN_LENGTH and token.isascii() and " " not in token


def _like_discord(token: str) -> bool:
    parts = token.split(".")
    try:
        # The first part is the application's id.
        return len(parts) == 3 and base64.b64decode(parts[0] + "==", b"-_", validate=True).isdigit()
    except (binascii.Error, ValueError):
        return False


def _place(path: Path) -> Finding:
    nearest = next(parent for parent in path.absolute().parents if parent.exists())
    if os.access(nearest, os.W_OK):
        return Finding("database", "fine", f"There is none yet; the first start makes {path}.")
    return Finding(
        "database", "wrong", f"{path} cannot be made.", f"Let the user who runs Hearth write to {nearest}."
    )


def _database(database: Database) -> Iterator[Finding]:
    with database.reading() as tx:
        took = min(_seconds(tx) for _ in range(_TRIPS))
    found = describe(database)
    said = f"{found.version} at {database.name}, {_size(found.size)}"
    if database.embedded:
        said += f" and {_size(found.log_size)} of log, {_size(free_bytes(database))} free on its disk"
    else:
        said += f", it answers in {took * 1000:.0f} ms"
    if found.damage is not None:
        yield Finding("database", "wrong", f"{said}; it is damaged.", "Restore a backup.")
    elif database.embedded and free_bytes(database) < LEAST_FREE:
        yield Finding("database", "wrong", said + ".", "Free space on its disk.")
    elif found.log_size > _LARGE_LOG:
        yield Finding(
            "database", "look", said + ".", "End programs that read it for long; Hearth tidies then."
        )
    elif not database.embedded and took > _SLOW_S:
        yield Finding(
            "database", "look", said + ".", "Put Hearth near its database: each batch takes round trips."
        )
    else:
        yield Finding("database", "fine", said + ".")
    if found.revision is None:
        yield Finding("tables", "fine", "There are none yet; the first start makes them.")
    elif found.revision != newest():
        said = f"They are at revision {found.revision}, and this Hearth at {newest()}."
        yield Finding("tables", "look", said, "The next start brings them along; back up first.")
    else:
        look(database)
        yield _writing(database)


def _seconds(tx: Transaction) -> float:
    """Return how long the database takes to answer."""
    begun = stopwatch()
    tx.rows(select(1))
    return stopwatch() - begun


def _writing(database: Database) -> Finding:
    if database.held():
        return Finding("tables", "fine", f"They are at revision {newest()}; a Hearth runs on them.")
    # Begun and given up: what is locked or read-only says so.
    with database.connection() as connection:
        connection.execute(select(1))
        return Finding("tables", "fine", f"They are at revision {newest()}, and can be written.")


def _port(process: Process, told: Told | None, *, runs: bool | None) -> Finding:
    """Say who answers; whether a Hearth `runs` on this database is None where that cannot be told."""
    at = f"{process.host}:{process.port}"
    if told is not None and told.hearth and runs is False:
        return Finding(
            "port",
            "wrong",
            f"A Hearth answers at {told.address}, and it is another: none runs on this database.",
            "Set PORT to one that is free, or DATABASE_URL to the database of the one that runs.",
        )
    if told is None and runs:
        return Finding(
            "running",
            "wrong",
            f"A Hearth holds the database, and nothing answers at {at}.",
            "Look at its log; give doctor the HOST and PORT it was started with.",
        )
    if told is None:
        said = f"Nothing listens on port {process.port}." if process.port else "Any free port will do."
        return Finding("port", "fine", said)
    if not told.hearth:
        return Finding(
            "port", "wrong", f"Another program answers at {at}.", "End it, or set PORT to another."
        )
    if told.ready:
        return Finding("running", "fine", f"Hearth runs at {told.address}, and is ready.")
    return Finding("running", "wrong", f"Hearth runs at {told.address}, and is not ready: {told.reason}")


def _rows(database: Database, now: datetime) -> Iterator[Finding]:
    with database.reading() as tx:
        if not current(tx):
            return
        yield _clock(tx, now)
        yield from _waiting(tx, now)
        yield from _communities(tx)


def _clock(tx: Transaction, now: datetime) -> Finding:
    last = tx.row(_LAST_SAID)
    if last is None or last.at is None or last.at <= now + _AHEAD:
        return Finding("clock", "fine", f"It is {now:%Y-%m-%d %H:%M} UTC.")
    return Finding(
        "clock",
        "wrong",
        f"It is {now:%Y-%m-%d %H:%M} UTC here, and the last message is of {last.at:%Y-%m-%d %H:%M} UTC.",
        "Set this machine's clock: what is due is late by it.",
    )


def _waiting(tx: Transaction, now: datetime) -> Iterator[Finding]:
    found = backlog(tx, now)
    failures = sum(found.failures.values())
    if failures:
        of = ", ".join(f"{name} {number}" for name, number in sorted(found.failures.items()))
        yield Finding("failures", "look", f"{failures:,} wait ({of}).", "See python -m bot retry --list.")
    else:
        yield Finding("failures", "fine", "None.")
    lost = {state: found.actions.get(state, 0) for state in ("doubtful", "failed")}
    if any(lost.values()):
        said = f"{lost['doubtful']:,} in doubt, {lost['failed']:,} given up."
        yield Finding("sending", "look", said, "See python -m bot retry --list.")
    else:
        yield Finding("sending", "fine", f"{found.actions.get('waiting', 0):,} actions wait.")


def _communities(tx: Transaction) -> Iterator[Finding]:
    communities: Sequence[str] = [row.id for row in tx.rows(_COMMUNITIES)]
    imported = [row.community for row in tx.rows(_IMPORTED) if row.community not in communities]
    if not communities and not imported:
        yield Finding("communities", "fine", "None yet.")
    for community in imported:
        said = f"{community} has its past, and was not met yet."
        yield Finding("community", "fine", said, "Start Hearth where it is.")
    for community in communities:
        settings = settings_of(tx, community)
        missing = [
            name
            for name, channel in (
                ("managers' channel", settings.managers_channel),
                ("feedback channel", settings.feedback_channel),
            )
            if channel is None
        ]
        if missing:
            yield Finding(
                "community",
                "look",
                f"{community} has no {' and no '.join(missing)}.",
                "A manager names it with /community settings: without, flags and digests are not shown.",
            )
        else:
            yield Finding("community", "fine", f"{community} has channels for its managers and for feedback.")


def _channels_set(database: Database) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Return by community which channels its settings name, and for what."""
    with database.reading() as tx:
        if not current(tx):
            return {}
        return {
            row.id: [
                (name.replace("_", " "), channel)
                for name in ("managers_channel", "feedback_channel", "welcome_channel")
                if (channel := getattr(settings_of(tx, row.id), name)) is not None
            ]
            for row in tx.rows(_COMMUNITIES)
        }


def _secret(process: Process) -> str | None:
    return process.metrics_token.get_secret_value() or None if process.metrics_token else None


def _size(size: int) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1_000:
            return f"{size:,} {unit}"
        size //= 1_000
    return f"{size:,} TB"
