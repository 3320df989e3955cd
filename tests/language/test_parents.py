"""What a message belongs to, once its parent was found, and what one in a thread belongs to."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.language.parents import NEW, Parent, Said, joined, parent_below

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def said(author: str, *, minute: float, mentions: str = "", reply_to: str | None = None) -> Said:
    at = NINE + timedelta(minutes=minute)
    return Said(
        f"{author}{minute}", author, at, "well", mentions=frozenset(mentions.split()), reply_to=reply_to
    )


ADA, BOB = said("ada", minute=0), said("bob", minute=1)


@pytest.mark.parametrize(
    ("message", "parent", "is_"),
    [
        (said("cleo", minute=2, reply_to="ada0"), BOB, Parent("ada0", "native")),
        (said("cleo", minute=2, mentions="ada"), ADA, Parent("ada0", "mention")),
        (said("ada", minute=2), ADA, Parent("ada0", "own")),
        (said("cleo", minute=2), ADA, Parent("ada0", "next")),
        (said("cleo", minute=2), None, NEW),
        # Overnight is near enough, the next evening is not, but for a call.
        (said("cleo", minute=700), ADA, Parent("ada0", "next")),
        (said("cleo", minute=800), ADA, NEW),
        (said("cleo", minute=800, mentions="ada"), ADA, Parent("ada0", "mention")),
        # What one person says in a row belongs together, unless it is to somebody.
        (said("bob", minute=2), None, Parent("bob1", "own")),
        (said("bob", minute=2, mentions="ada"), None, NEW),
        (said("bob", minute=9), None, NEW),
    ],
)
def test_what_was_found_is_said_by_how_it_is_known(message: Said, parent: Said | None, is_: Parent) -> None:
    assert joined(message, parent, BOB) == is_


@pytest.mark.parametrize(
    ("message", "is_"),
    [
        (said("cleo", minute=2), Parent("bob1", "next")),
        (said("cleo", minute=2, mentions="ada"), Parent("ada0", "mention")),
        (said("bob", minute=2), Parent("bob1", "own")),
        (said("cleo", minute=200), NEW),
        (said("cleo", minute=200, mentions="ada"), Parent("ada0", "mention")),
    ],
)
def test_in_a_thread_people_go_on_with_what_was_said_last(message: Said, is_: Parent) -> None:
    assert parent_below(message, [ADA, BOB]) == is_
