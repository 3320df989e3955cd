"""What is written down of running: one event a line, with ids, and never a text, a name or a secret.

An error's own words are not written, as they may quote what members said; its kind and its places are.
Of what a library logs, the words are written as they stand in its source, without what it filled in.
"""

import linecache
import logging
import sys
import traceback
from collections.abc import Collection, Iterator, MutableMapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, TextIO, cast

import structlog
from structlog.processors import JSONRenderer, TimeStamper
from structlog.stdlib import BoundLogger, ProcessorFormatter

Form = Literal["auto", "json", "text"]
Line = MutableMapping[str, Any]

_HIDDEN = "(hidden)"
# A secret shorter than this would hide half the log, and is none.
_SECRET_LENGTH = 6
# How many places of an error are written: the last ones are where it arose.
_MOST_PLACES = 12
# At INFO these write a line for each beat of the heart, and at each start.
_TALKATIVE = ("apscheduler", "alembic")
_FIRST = ("time", "level", "event", "logger")
_HERE = Path(__file__).parents[1]


def named(name: str) -> BoundLogger:
    """Return what a module writes its events to: `log.warning("action_refused", action=7)`."""
    return cast(BoundLogger, structlog.get_logger(name))


def short(key: str) -> str:
    """Return what stands for a key in a log: keys are made of ids, some of them long."""
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def configure(level: str, form: Form = "auto", secrets: Collection[str] = ()) -> None:
    """Write events of a level and above to standard error: JSON, or text for people at a terminal.

    Whatever is written, the `secrets` are not. What libraries say of their everyday work is written at DEBUG.
    """
    as_json = form == "json" or (form == "auto" and not sys.stderr.isatty())
    hidden = sorted((secret for secret in secrets if len(secret) >= _SECRET_LENGTH), key=len, reverse=True)

    def hide(_: Any, __: str, line: Line) -> Line:
        return {name: _without(value, hidden) for name, value in line.items()}

    renderer = (
        JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    formatter = ProcessorFormatter(
        processors=[ProcessorFormatter.remove_processors_meta, hide, _ordered, renderer],
        foreign_pre_chain=[_of_library, *_SHARED],
        use_get_message=False,
    )
    root = logging.getLogger()
    for handler in root.handlers[:]:
        if isinstance(handler, StandardError):
            root.removeHandler(handler)
    handler = StandardError()
    handler.setFormatter(formatter)
    root.addHandler(handler)
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel("WARNING" if level == "INFO" else "NOTSET")


def kind_and_places(error: BaseException) -> tuple[str, list[str]]:
    """Return an error's kind, with those it came from, and where it arose; none of its words."""
    kinds: list[str] = []
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        kinds.append(type(one).__name__)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    frames = traceback.extract_tb(error.__traceback__)[-_MOST_PLACES:]
    return " from ".join(kinds), [f"{_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _place(filename: str) -> str:
    path = Path(filename)
    if path.is_relative_to(_HERE) and "site-packages" not in path.parts:
        return path.relative_to(_HERE).as_posix()
    return "/".join(path.parts[-2:])


def _errors_without_words(_: Any, __: str, line: Line) -> Line:
    told = line.pop("exc_info", None)
    line.pop("stack_info", None)
    if told is True:
        told = sys.exc_info()
    error = told[1] if isinstance(told, tuple) else told
    if isinstance(error, BaseException):
        line["error"], line["at"] = kind_and_places(error)
    return line


def _of_library(_: Any, __: str, line: Line) -> Line:
    """Take of a library's line its place, and its words if they are its source's own."""
    record = cast(logging.LogRecord, line["_record"])
    line["event"] = "library"
    line["from"] = f"{_place(record.pathname)}:{record.lineno} {record.funcName}"
    if isinstance(record.msg, str) and _in_source(record.pathname, record.msg):
        line["says"] = record.msg
    return line


@lru_cache(maxsize=1_000)
def _in_source(filename: str, words: str) -> bool:
    return bool(words) and any(words in line for line in linecache.getlines(filename))


def _without(value: Any, secrets: Collection[str]) -> Any:
    """Return a value as a log may have it: on one line, with no secret in it."""
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, _HIDDEN)
        return "".join(_visible(value))
    if isinstance(value, list | tuple):
        return [_without(each, secrets) for each in value]
    return value


def _visible(text: str) -> Iterator[str]:
    for character in text:
        yield character if character.isprintable() else " "


def _ordered(_: Any, __: str, line: Line) -> Line:
    first = {name: line[name] for name in _FIRST if name in line}
    return first | {name: value for name, value in line.items() if name not in first}


class StandardError(logging.StreamHandler[TextIO]):
    """Writes to whatever standard error is now; a line that cannot be written is left out in silence."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]  # there it is set once
        return sys.stderr

    def handleError(self, record: logging.LogRecord) -> None:
        """Do not say what could not be written: it has not been through what leaves words out."""


_SHARED: list[Any] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    TimeStamper(fmt="iso", utc=True, key="time"),
    _errors_without_words,
]
# From the first import on, so that nothing is ever written in another way.
structlog.configure(
    processors=[structlog.stdlib.filter_by_level, *_SHARED, ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=BoundLogger,
    cache_logger_on_first_use=True,
)
