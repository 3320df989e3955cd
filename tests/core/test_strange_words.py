"""Whatever a platform's people write, it is kept as far as a database can, and harms nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from bot.core import Core
from bot.events import (
    EVENT,
    MAX_TEXT,
    ButtonPressed,
    ChannelFound,
    CommandGiven,
    Event,
    MemberJoined,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    Tick,
)
from bot.features import FEATURES
from storage.database import Database
from tests.core.contents import contents, failures, handled
from tests.core.made import HOME, NOON, after, found, posted

STRANGE = (
    "\x00",
    "\ud800",
    "How do I \x00 export \udfff this?",
    "\U0001f525" * 50,
    "e\u0301\u0327\u200d\u202e\ufeff",
    "%s {name} {0} \\ ' \" ; DROP TABLE message; --",
    "{" * 500,
    "\n" * 1_000,
    "a" * 1_000_000,
    "How? " * 20_000,
    "https://" + "a" * 5_000 + "?utm_source=x",
    "`" * 3_000,
    "",
)


def strange(words: str, number: int) -> list[Event]:
    """Return an event of each kind that carries words, with these in it."""
    base: dict[str, Any] = {"community": HOME, "at": after(number)}

    def named(kind: str) -> dict[str, Any]:
        return {**base, "id": f"{kind}{number}"}

    said = {
        "channel": "general",
        "message": f"m{number}",
        "author": "ada",
        "author_name": words,
        "text": words,
        "links": ({"label": words, "url": words, "button": True},),
    }
    pressed = {"channel": "general", "member": "ada", "name": words, "admin": True}
    return [
        MemberJoined.model_validate({**named("join"), "member": f"new{number}", "name": words}),
        ChannelFound.model_validate({**named("channel"), "channel": f"c{number}", "name": words}),
        MessagePosted.model_validate({**named("post"), **said}),
        MessageEdited.model_validate(
            {
                **named("edit"),
                **said,
                "text": words + "?",
                "posted_at": after(number),
                "at": after(number + 1),
            }
        ),
        ReactionAdded.model_validate(
            {**named("react"), "channel": "general", "message": f"m{number}", "member": "ada", "emoji": words}
        ),
        *(
            CommandGiven.model_validate(
                {
                    **named(f"command{word}"),
                    **pressed,
                    "text": f"{word} {words}",
                    "interaction": f"{word}{number}",
                }
            )
            for word in ("", "check", "feedback", "welcome", "questions")
        ),
        *(
            ButtonPressed.model_validate(
                {
                    **named(button),
                    **pressed,
                    "button": button,
                    "value": words,
                    "interaction": f"{button}{number}",
                }
            )
            for button in ("question.take", "broadcast.fine")
        ),
    ]


def test_strange_words_are_kept_and_harm_nothing(database: Database) -> None:
    core = Core(database, FEATURES)
    core.receive([found()])
    events = [event for number, words in enumerate(STRANGE) for event in strange(words, number)]
    core.receive(events)
    core.receive([Tick(at=after(1_000))])
    core.receive([Tick(at=after(20_000))])

    assert failures(database) == []
    assert len(handled(database)) == len(events) + 1
    tables = contents(database)
    assert len(tables["message"]) == len(STRANGE)
    assert max(len(row["text"]) for row in tables["message"]) == MAX_TEXT


def test_strange_words_survive_being_kept_as_a_failure(database: Database) -> None:
    """What a feature failed on is written down whole, and read again."""

    class Breaks:
        broken = True

        def handle(self, event: Event, tx: object) -> list[Any]:
            if self.broken:
                raise ValueError("bad\x00 words \ud800")
            return []

    feature = Breaks()
    core = Core(database, {"breaks": feature})
    events = [event for number, words in enumerate(STRANGE) for event in strange(words, number)]
    core.receive(events)
    assert len(failures(database)) == len(events)
    feature.broken = False
    assert core.retry() == (len(events), 0)


@pytest.mark.parametrize(
    "at",
    [
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1, 1, 2, tzinfo=UTC),
        datetime(2100, 12, 31, tzinfo=UTC),
        datetime(9999, 12, 31, tzinfo=UTC),
    ],
)
def test_dates_that_cannot_be_true_harm_nothing(database: Database, at: datetime) -> None:
    core = Core(database, FEATURES)
    core.receive([found()])
    asked = posted("1", "How do I export my board to CSV?").model_copy(update={"at": at})
    joined = MemberJoined(id="join", community=HOME, at=at, member="ada", name="Ada")
    core.receive([asked, joined, posted("2", "Settings, then Export.", by="bob")])

    assert handled(database) >= {"posted:general/1", "posted:general/2", "join"}
    assert len(contents(database)["message"]) == 2
    core.receive([Tick(at=NOON + timedelta(days=30))])
    assert "2" in {row["id"] for row in contents(database)["message"]}
    assert contents(database)["failure"] == []


def test_ids_no_platform_has_are_refused_at_once() -> None:
    for strange_id in ("", "a\x00b", "\ud800", "a" * 201):
        with pytest.raises(ValidationError):
            EVENT.validate_python(posted("1", "one").model_dump() | {"id": strange_id})
