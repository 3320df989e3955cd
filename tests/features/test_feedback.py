"""Bugs, requests, praise and complaints are noticed, as a message reads now."""

import pytest

from bot.cards import plain
from tests.features.world import Community, ada, bob, cleo, dan, eve, posted

BUG = "The app crashes every time I open the export dialog since the last update"
REQUEST = "It would be great if we could export boards to PDF"
PRAISE = "I love the new editor, it is so much faster"
COMPLAINT = "The new editor is terribly slow and it is really frustrating"


@pytest.mark.parametrize(
    ("text", "kind"),
    [(BUG, "bug"), (REQUEST, "request"), (PRAISE, "praise"), (COMPLAINT, "complaint")],
)
def test_what_members_say_of_the_product_is_noticed(community: Community, text: str, kind: str) -> None:
    said = posted(text, by=ada)
    community.says(said)

    assert community.feedback() == {said.id: kind}
    assert community.actions() == []


@pytest.mark.parametrize("text", ["Good morning!", "thanks, that helped", "See you at the meetup on Friday"])
def test_talk_is_no_feedback(community: Community, text: str) -> None:
    community.says(posted(text, by=ada))

    assert community.feedback() == {}


def test_bots_have_no_opinion(community: Community) -> None:
    community.says(posted(BUG, by="feeds", bot=True))

    assert community.feedback() == {}


def test_edits_and_deletions_are_followed(community: Community) -> None:
    said = posted(BUG, by=ada)
    community.says(said)
    community.edits(said, REQUEST)
    assert community.feedback() == {said.id: "request"}
    community.edits(said, "Good morning!")
    assert community.feedback() == {}
    community.edits(said, PRAISE)
    community.deletes(said)
    assert community.feedback() == {}


def test_managers_see_the_newest_with_the_way_there(community: Community) -> None:
    said = posted(BUG, by=ada)
    community.says(said, posted(REQUEST, by=bob), posted(PRAISE, by=cleo))
    card = community.commands("feedback")

    assert [item.text for item in card.sections[0].items] == [
        f"praise: {PRAISE}",
        f"request: {REQUEST}",
        f"bug: {BUG}",
    ]
    assert card.sections[0].items[2].refs[0].message == said.id


@pytest.mark.parametrize("kind", ["bug", "Bugs", " BUG "])
def test_managers_ask_for_one_kind(community: Community, kind: str) -> None:
    community.says(posted(BUG, by=ada), posted(REQUEST, by=bob))
    card = community.commands(f"feedback {kind}")

    assert [item.text for item in card.sections[0].items] == [f"bug: {BUG}"]


def test_what_there_is_none_of_is_said(community: Community) -> None:
    assert (
        plain(community.commands("feedback"))
        == "I know of no message that reads as feedback and may be shown here."
    )
    assert (
        plain(community.commands("feedback complaints"))
        == "I know of no message that reads as a complaint and may be shown here."
    )
    assert (
        plain(community.commands("feedback rumours"))
        == 'There is no feedback called "rumours"; there is bug, request, praise, complaint.'
    )


def test_a_private_channels_words_are_shown_there_only(community: Community) -> None:
    community.says(posted(BUG, by=eve, channel="board"))

    assert (
        plain(community.commands("feedback", by=dan, channel="managers"))
        == "I know of no message that reads as feedback and may be shown here."
    )
    assert BUG in plain(community.commands("feedback", by=dan, channel="board"))
