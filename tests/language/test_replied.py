"""Whether a question in a flat channel still waits, at any moment, and on what that rests."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bot.language.linker.reader import Linker
from bot.language.parents import Said
from bot.language.replied import Waiting, waiting

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
QUESTION = "hello, does anyone know how I can export a whole board with its cards to a file?"


def said(author: str, text: str, *, minute: float, mentions: str = "", bot: bool = False) -> Said:
    at = NINE + timedelta(minutes=minute)
    return Said(f"{author}-{minute}", author, at, text, bot=bot, mentions=frozenset(mentions.split()))


def read(*after: Said, before: Sequence[Said] = (), hours: float = 4) -> Waiting:
    """How a question stands so long after it was asked."""
    asked = said("ada", QUESTION, minute=0)
    people = [each for each in after if not each.bot]
    links = {each.message: each for each in Linker().read([*before, asked, *people])}
    return waiting("ada", [asked], after, links, NINE + timedelta(hours=hours))


def test_a_question_that_nothing_follows_waits() -> None:
    found = read()

    assert found.unanswered > 0.8
    assert found.evidence is None
    assert found.reason == "nothing said since seems to be about it"


def test_who_calls_the_asker_has_replied() -> None:
    found = read(said("bob", "ada: Settings, then Export, then pick CSV", minute=3, mentions="ada"))

    assert found.unanswered < 0.3
    assert found.evidence == "bob-3"
    assert found.reason.endswith("and calls who asked")


def test_talk_about_something_else_is_no_reply() -> None:
    game = [
        said("bob", "cleo: did you see the game last night?", minute=-2, mentions="cleo"),
        said("cleo", "bob: yes, what a finish", minute=-1, mentions="bob"),
    ]
    more = [
        said("bob", "cleo: I could not believe it", minute=0.5, mentions="cleo"),
        said("cleo", "bob: me neither", minute=1, mentions="bob"),
    ]

    assert read(*more, before=game).unanswered > 0.5


def test_what_is_said_later_does_not_count_yet() -> None:
    reply = said("bob", "ada: Settings, then Export", minute=90, mentions="ada")

    assert read(reply, hours=1).unanswered == pytest.approx(read(hours=1).unanswered)
    assert read(reply, hours=4).unanswered < read(reply, hours=1).unanswered


def test_a_bot_has_not_replied() -> None:
    bot = said("helper", "ada: have you read the guide?", minute=1, mentions="ada", bot=True)

    assert read(bot) == read()
