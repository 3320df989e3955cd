"""What is deleted, excluded or edited is so in digests that were made, posted or kept; on either database."""

from storage.database import Database
from tests.features.test_digests import MONDAY_9, a_week, lines
from tests.features.test_feedback import BUG, PRAISE, REQUEST
from tests.features.world import SETTINGS, Community, Words, cleo, posted

ANSWERED = "Answered by Bob: How do I export to CSV?"
OPEN = "Open: hey where can I find my old invoices?"


def told(database: Database, *more: Words) -> tuple[Community, list[Words]]:
    """Return a community that was told its week, and what was said in it."""
    community = Community(database, SETTINGS)
    said = [*a_week(community), *more]
    community.says(*more)
    community.waits_until(MONDAY_9)
    community.delivers()
    return community, said


def excludes(community: Community, name: str) -> None:
    preview = community.commands(f"settings set excluded_members {name}")
    [apply] = [button for button in preview.buttons if button.label == "Apply"]
    community.shown_for(apply)


def kept(community: Community) -> str:
    """Return all that is kept of digests."""
    assert not community.failures()
    return " ".join(f"{row.sections} {row.card}" for row in community.digests())


def test_what_somebody_said_who_is_excluded_goes_from_digests(database: Database) -> None:
    community, _ = told(database, posted(PRAISE, by=cleo))
    before = community.card("feedback")
    excludes(community, "Cleo")

    card = community.card("feedback")
    assert lines(card) == {"Asked": [ANSWERED], "Wanted": [REQUEST]}
    assert (card.title, card.text, card.fields) == (before.title, before.text, before.fields)
    for words in (BUG, PRAISE, "invoices"):
        assert words not in kept(community)


def test_who_answered_and_is_excluded_is_not_named(database: Database) -> None:
    community, _ = told(database)
    excludes(community, "Bob")

    assert lines(community.card("feedback")) == {
        "Asked": [OPEN, "Answered: How do I export to CSV?"],
        "Reported": [BUG],
    }
    assert "Bob" not in kept(community)


def test_what_was_edited_is_quoted_as_it_reads_now(database: Database) -> None:
    community, said = told(database)
    community.edits(said[0], "How do I export to CSV from a board?")
    community.edits(said[3], "where can I find my invoices?")
    community.edits(said[4], "It would be great if I could sort by colour.")

    assert lines(community.card("feedback")) == {
        "Asked": ["Open: hey where can I find my invoices?", f"{ANSWERED[:-1]} from a board?"],
        "Wanted": ["It would be great if I could sort by colour."],
        "Reported": [BUG],
    }
    assert REQUEST not in kept(community)


def test_what_an_edit_makes_of_a_message_may_be_nothing_to_tell_of(database: Database) -> None:
    community, said = told(database)
    community.edits(said[5], "Good morning!")
    community.edits(said[0], "Good morning all")

    assert lines(community.card("feedback")) == {"Asked": [OPEN], "Wanted": [REQUEST]}
    assert BUG not in kept(community)


def test_an_edit_that_changes_no_words_updates_nothing(database: Database) -> None:
    community, said = told(database)
    updates = len(community.updates())
    community.edits(said[4], REQUEST)

    assert len(community.updates()) == updates


def test_a_digest_that_was_only_kept_is_redacted_where_it_is_kept(database: Database) -> None:
    community = Community(database, {**SETTINGS, "feedback_channel": None})
    said = a_week(community)
    community.waits_until(MONDAY_9)
    assert REQUEST in kept(community)
    assert BUG in kept(community)
    community.deletes(said[5])
    excludes(community, "Bob")

    assert REQUEST not in kept(community)
    assert BUG not in kept(community)
    assert community.updates() == []
