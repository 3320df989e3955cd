"""What the platform's own filter flagged or stopped counts, beside other signs that a message sells."""

from datetime import timedelta

from sqlalchemy import select

from bot.cards import plain
from bot.language.salesy import DEFAULT_THRESHOLD, and_flagged, judge
from storage.tables import Broadcast, Filtered, table
from tests.features.world import Community, Words, ada, bob, dan, posted

# Not salesy by itself, but something of it sells.
PITCH = "Limited time only: my teapots"
REASON = "the platform's own filter flagged it"


def filtered(community: Community) -> int:
    with community.database.reading() as tx:
        return len(tx.rows(select(table(Filtered))))


def verdict_on(community: Community, words: Words) -> str | None:
    broadcast = table(Broadcast)
    with community.database.reading() as tx:
        row = tx.row(select(broadcast.c.verdict).where(broadcast.c.message == words.id))
    return None if row is None else str(row.verdict)


def test_the_words_of_this_test_stand_between() -> None:
    verdict = judge(PITCH)
    assert 0 < verdict.salesy < DEFAULT_THRESHOLD <= and_flagged(verdict, DEFAULT_THRESHOLD).salesy
    assert and_flagged(judge("Good morning, Ada"), DEFAULT_THRESHOLD).signals == ()


def test_what_was_flagged_counts_whenever_that_is_told(community: Community) -> None:
    said = posted(PITCH, by=dan)
    community.says(said)
    assert community.cards("managers") == []
    community.filters(dan, said)
    community.lets_be()
    assert REASON in plain(community.card("managers"))

    # Told again it changes nothing.
    community.filters(dan, said)
    assert len(community.cards("managers")) == 1
    community.edits(said, "Good morning all")
    assert community.card("managers").tone == "good"


def test_another_try_after_one_was_stopped_counts(community: Community) -> None:
    community.filters(dan)
    said = posted(PITCH, by=dan, minutes=3)
    community.insists(said)
    assert REASON in plain(community.card("managers"))
    assert "stopped" not in str(community.questions())


def test_what_was_stopped_is_no_message_and_bears_on_nobody_else(community: Community) -> None:
    community.filters(dan)
    others, later = posted(PITCH, by=bob, minutes=1), posted(PITCH, by=dan, minutes=30)
    talk = posted("Sorry, wrong channel", by=dan, minutes=1)
    community.says(others, talk, later)
    assert community.actions() == []
    assert [verdict_on(community, each) for each in (others, talk, later)] == ["fine", None, "fine"]


def test_a_try_that_is_told_late_bears_on_what_was_said_since(community: Community) -> None:
    stopped_at = community.now
    said = posted(PITCH, by=dan, minutes=2)
    community.says(said)
    community.now = stopped_at
    community.filters(dan)
    community.now += timedelta(minutes=2)
    assert verdict_on(community, said) == "salesy"


def test_who_takes_part_unseen_leaves_no_trace_in_it(community: Community) -> None:
    community.joins(ada)
    community.presses("Apply", on=community.commands("settings set excluded_members Ada"))
    community.filters(ada)
    assert filtered(community) == 0


def test_it_is_kept_as_long_as_talk(community: Community) -> None:
    community.filters(dan)
    assert filtered(community) == 1
    community.sleeps(days=92)
    assert filtered(community) == 0
