"""What a community keeps no longer is gone, wherever its words stood, and what it counted stays."""

import json
from collections.abc import Collection
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.actions import Post
from bot.cards import Card
from bot.core import Core
from bot.events import Delivered, Event, MessageEdited, MessagePosted, Tick
from bot.features import FEATURES
from bot.outgoing import enqueue
from storage.database import Database
from storage.tables import Daily, Digest, Erased, Failure, Handled, Message, Outgoing, ThreadBegun, table
from tests.core.contents import contents
from tests.features.test_broadcasts import NEWSLETTER
from tests.features.test_feedback import BUG
from tests.features.world import HOME, NOON, SETTINGS, Community, ada, bob, cleo, posted

WORD = "Xanadu"
QUESTION = f"How do I export my boards to {WORD}?"
# Tables in which words of members stay: what they are called.
NAMES = ("member", "channel", "community")


@pytest.fixture
def community(database: Database) -> Community:
    """A community on each kind of database, which keeps what is said for three days."""
    return Community(database, {**SETTINGS, "retention_days": 3})


def words_in(database: Database, but: Collection[str] = NAMES) -> set[str]:
    """Return the tables in which the word stands."""
    return {
        name
        for name, rows in contents(database, but=but).items()
        if WORD.lower() in json.dumps(rows, default=str).lower()
    }


def number_of(community: Community, model: Any) -> int:
    with community.database.reading() as tx:
        return len(tx.rows(select(table(model))))


def counts(community: Community) -> list[tuple[str, str, int, int]]:
    daily = table(Daily)
    with community.database.reading() as tx:
        rows = tx.rows(select(daily).order_by(daily.c.day, daily.c.channel))
    return [(row.day, row.channel, row.messages, row.questions) for row in rows]


def test_it_is_kept_for_so_many_whole_days_and_erased_in_the_night_after(community: Community) -> None:
    community.says(posted(QUESTION, by=ada, channel="help"))
    # The night of Thursday to Friday: Thursday, Wednesday and Tuesday are kept.
    community.waits_until(NOON.replace(day=6, hour=2))
    assert "message" in words_in(community.database)
    community.waits_until(NOON.replace(day=6, hour=4))

    assert words_in(community.database) == set()
    assert counts(community) == [("2026-03-02", "help", 1, 1)]


def test_no_word_stays_anywhere(community: Community) -> None:
    asked = posted(QUESTION, by=ada, channel="help")
    community.says(
        asked,
        posted(f"Settings → {WORD}", by=bob, thread=asked),
        posted(f"{BUG} {WORD}", by=bob),
        posted(f"{NEWSLETTER} {WORD}", by=cleo),
    )
    community.edits(asked, f"{QUESTION} Please!")
    community.reacts(asked, by=ada)
    community.passes(hours=6)
    assert words_in(community.database) >= {"message", "outgoing"}
    community.commands("digest")
    community.sleeps(days=8)
    # What could not be sent in all this time is given up, and its words are gone, too.
    assert words_in(community.database) == set()
    assert {row.state for row in _outgoing(community)} == {"failed"}
    # Of what members said about the product stays that they did.
    assert list(community.feedback().values()) == ["bug"]


def _outgoing(community: Community) -> Any:
    with community.database.reading() as tx:
        return tx.rows(select(table(Outgoing)))


def test_a_digest_keeps_its_place_and_no_words(community: Community) -> None:
    with community.database.transaction() as tx:
        tx.put(
            Digest,
            community=HOME,
            subscription="",
            window_from=NOON,
            window_to=NOON + timedelta(days=1),
            made_at=NOON + timedelta(days=1),
            skipped=None,
            sections=[{"name": "Asked", "items": [{"text": QUESTION, "refs": []}]}],
        )
    assert "digest" in words_in(community.database)
    community.passes(days=6)

    assert words_in(community.database) == set()
    assert [digest.sections for digest in community.digests()] == [[]]


def test_what_failed_is_not_kept_for_longer(database: Database) -> None:
    class Fails:
        def handle(self, event: Event, tx: object) -> list[Any]:
            if isinstance(event, MessagePosted):
                raise ValueError("a bug")
            return []

    community = Community(database, {**SETTINGS, "retention_days": 3})
    community.core = Core(database, {**FEATURES, "fails": Fails()})
    community.says(posted(f"{BUG} {WORD}", by=ada, channel="help"))
    assert "failure" in words_in(database)
    community.sleeps(days=5)

    assert words_in(database) == set()
    assert number_of(community, Failure) == 0


def test_what_was_handled_and_sent_is_known_for_longer_and_then_forgotten(community: Community) -> None:
    community.says(posted(NEWSLETTER, by=cleo))
    with community.database.transaction() as tx:
        enqueue(tx, [Post(key="k", community=HOME, channel="general", card=Card(text="Hello"))], NOON)
    community.receives(Delivered(id="d", community=HOME, at=NOON, key="k", outcome="sent", message="p1"))
    handled = number_of(community, Handled)
    assert handled > 1
    community.sleeps(days=20)
    assert number_of(community, Handled) == handled
    assert number_of(community, Outgoing) == 2
    community.sleeps(days=14)

    assert number_of(community, Handled) == 0
    assert number_of(community, Outgoing) == 0


def test_the_list_that_stays_is_changed_for_longer_than_talk_is_kept(database: Database) -> None:
    community = Community(database, {**SETTINGS, "retention_days": 3, "open_list": True, "limit": "20d"})
    community.passes(minutes=6)
    community.delivers()
    [posted_first] = (row for row in sent(community) if row.kind == "post")
    community.sleeps(days=34)
    community.delivers()
    assert posted_first in sent(community)
    community.says(posted(QUESTION, by=ada, channel="help"))
    community.passes(minutes=6)
    community.delivers()

    assert len(community.posts("managers")) == 1
    assert community.card("managers").title == "1 open question"


def sent(community: Community) -> list[Any]:
    with community.database.reading() as tx:
        return list(tx.rows(select(table(Outgoing)).where(table(Outgoing).c.state == "sent")))


def test_it_goes_in_bites(community: Community, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.features.retention.MOST", 3)
    community.says(*(posted("Good morning!", by=ada) for _ in range(10)))
    night = NOON.replace(day=6, hour=3)
    left = []
    for second in range(8):
        community.core.receive([Tick(at=night + timedelta(seconds=second))])
        left.append(number_of(community, Message))

    assert left[:5] == [7, 4, 1, 0, 0]
    assert counts(community) == [("2026-03-02", "general", 10, 0)]


def test_what_is_told_again_of_it_does_not_bring_it_back(community: Community) -> None:
    said = posted(f"Good morning, {WORD}!", by=ada, channel="help")
    community.says(said)
    community.sleeps(days=5)
    about: dict[str, Any] = {
        "community": HOME,
        "channel": "help",
        "message": said.id,
        "author": ada,
        "author_name": "Ada",
        "text": f"{NEWSLETTER} {WORD}",
    }
    minute = NOON + timedelta(minutes=1)
    community.receives(
        MessagePosted(id="again", at=minute, **about),
        MessageEdited(id="edited", at=community.now, posted_at=minute, **about),
    )
    community.passes(days=2)

    assert words_in(community.database) == set()
    assert counts(community) == [("2026-03-02", "help", 1, 0)]
    assert community.cards("managers") == []


def test_an_answer_to_what_is_erased_changes_no_count(community: Community) -> None:
    asked = posted(QUESTION, by=ada, channel="help")
    community.says(asked, posted("Good morning!", by=cleo, channel="help"))
    community.sleeps(days=5)
    community.reacts(asked, by=ada)
    community.says(posted("Settings → Export", by=bob, thread=asked), posted("thanks!", by=ada, thread=asked))
    community.passes(days=1)

    assert community.questions() == []
    assert counts(community)[0] == ("2026-03-02", "help", 2, 1)


def test_keeping_more_days_from_now_on_leaves_what_was_counted(community: Community) -> None:
    community.says(posted(QUESTION, by=ada, channel="help"))
    community.sleeps(days=5)
    community.presses("Apply", on=community.commands("settings set retention_days 30"))
    community.passes(days=3)

    assert counts(community) == [("2026-03-02", "help", 1, 1)]


def test_days_that_were_never_counted_are_counted_before_they_go(community: Community) -> None:
    for _ in range(3):
        community.says(posted("Good morning!", by=ada, minutes=24 * 60))
    erased = table(Erased)
    community.sleeps(days=40)

    assert [day for day, *_ in counts(community)] == ["2026-03-03", "2026-03-04", "2026-03-05"]
    with community.database.reading() as tx:
        [row] = tx.rows(select(erased))
    assert row.before.date() == (community.now - timedelta(days=3)).date()


@pytest.mark.parametrize("answered", [True, False])
def test_a_reply_in_a_thread_whose_beginning_is_erased_asks_nothing_new(
    community: Community, answered: bool
) -> None:
    """What the thread is about is known when its words are gone."""
    asked = posted(QUESTION if answered else "Ask whatever you like below.", by=ada, channel="help")
    community.says(asked, posted("Settings → Export", by=bob, thread=asked))
    community.passes(days=6)
    assert number_of(community, Message) == 0

    asks = posted("Does that also work with the new version?", by=cleo, thread=asked)
    community.says(asks)
    assert community.questions() == ([] if answered else [asks.id])
    community.passes(days=2)
    assert (community.cards("managers") == []) is answered


def test_what_a_thread_was_about_is_forgotten_after_a_year_if_nobody_talks_there(
    community: Community,
) -> None:
    asked = posted(QUESTION, by=ada, channel="help")
    community.says(asked, posted("Settings → Export", by=bob, thread=asked))
    community.sleeps(days=367)
    community.says(posted("Does that also work with the new version?", by=cleo, thread=asked))
    community.sleeps(days=2)
    assert number_of(community, ThreadBegun) == 1
    community.sleeps(days=4)
    assert number_of(community, ThreadBegun) == 0
