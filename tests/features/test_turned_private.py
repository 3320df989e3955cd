"""What was shown of a channel is taken off the cards whose readers may not read it any more."""

from collections.abc import Callable

import pytest

from bot.cards import Card, plain
from bot.events import ChannelFound
from storage.database import Database
from tests.features.world import HOME, MANAGER, SETTINGS, Community, Founds, ada, bob, cleo, posted

ASKED = "How do I set the bluetooth pin of the quetzal?"
SHOP = "https://shop.example/?utm_source=x"
BEFORE = "Is there a way to set the bluetooth pin of the quetzal?"
CANARY = "quetzal"


def turns(community: Community, channel: str, *, private: bool) -> None:
    """Have a channel be read by its members only, or by everybody."""
    community.passes(seconds=1)
    community.receives(
        ChannelFound(
            id=f"turned-{channel}-{community.now.isoformat()}",
            community=HOME,
            at=community.now,
            channel=channel,
            name=channel,
            private=private,
        )
    )
    community.passes(minutes=1)


def sets(community: Community, words: str) -> None:
    community.presses("Apply", on=community.commands(f"settings set {words}"))
    community.passes(minutes=1)


def closes(community: Community, how: str) -> None:
    if how == "private":
        turns(community, "help", private=True)
    else:
        sets(community, "channels #help watch=no")


def shown(community: Community) -> str:
    """Return all that stands on cards, and was told in private, as it reads now."""
    cards = [*community.cards("managers"), *community.told(bob), *community.told(MANAGER)]
    return "\n".join(map(str, cards))


def links(card: Card) -> list[str]:
    return [ref.message for section in card.sections for item in section.items for ref in item.refs]


@pytest.fixture
def flagged(found: Founds) -> Community:
    """A community in which a question was flagged, a volunteer asked, and a manager reminded."""
    community = found(open_list=True)
    community.commands("help-with bluetooth", by=bob, channel="general")
    community.says(posted(ASKED, by=ada, channel="help"))
    community.passes(hours=5)
    community.delivers()
    [card] = [card for card in community.cards("managers") if card.buttons]
    community.presses("Later", on=card)
    community.passes(hours=6)
    community.delivers()
    community.passes(minutes=6)
    community.delivers()
    assert CANARY in plain(community.told(bob)[0])
    assert CANARY in plain(community.told(MANAGER)[0])
    assert all(CANARY in plain(card) for card in community.cards("managers"))
    assert len(community.cards("managers")) == 2
    return community


@pytest.mark.parametrize("how", ["private", "unwatched"])
def test_cards_lists_and_what_was_told_lose_the_words_and_links(flagged: Community, how: str) -> None:
    closes(flagged, how)

    assert CANARY not in shown(flagged)
    assert [quote for card in flagged.cards("managers") for quote in card.quotes] == []
    # The question waits all the same, and can be settled.
    [card] = [card for card in flagged.cards("managers") if card.buttons]
    assert flagged.presses("Answered", on=card) == "Marked as answered."


def test_opened_again_they_are_shown_again(flagged: Community) -> None:
    turns(flagged, "help", private=True)
    flagged.delivers()
    turns(flagged, "help", private=False)
    assert CANARY in plain(flagged.told(bob)[0])

    flagged.delivers()
    turns(flagged, "help", private=True)
    flagged.delivers()
    sets(flagged, "open_channels +help")
    assert all(CANARY in plain(card) for card in flagged.cards("managers"))
    flagged.delivers()
    sets(flagged, "open_channels -help")
    assert CANARY not in shown(flagged)


def test_a_channel_told_of_again_as_it_is_changes_no_card(flagged: Community) -> None:
    before = len(flagged.updates())
    turns(flagged, "help", private=False)
    turns(flagged, "general", private=False)

    assert len(flagged.updates()) == before


@pytest.mark.parametrize("how", ["private", "unwatched"])
def test_what_was_answered_there_goes_from_the_cards_of_questions_like_it(
    community: Community, how: str
) -> None:
    before = posted(BEFORE, by=ada, channel="help")
    community.says(before, posted("Settings, then Radio, then PIN", by=bob, thread=before))
    community.says(posted(ASKED, by=cleo, channel="general"))
    community.passes(hours=5)
    assert before.id in links(community.card("managers"))
    closes(community, how)

    assert links(community.card("managers")) == []
    assert community.card("managers").quotes[0].text == ASKED


@pytest.mark.parametrize("founds", ["sqlite_url", "postgresql_url"])
def test_many_are_gone_over_a_few_at_a_time(
    founds: str,
    request: pytest.FixtureRequest,
    opened: Callable[[str], Database],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.features.questions.readers._AT_ONCE", 3)
    community = Community(opened(request.getfixturevalue(founds)), SETTINGS)
    for number in range(7):
        community.says(posted(f"How do I feed quetzal {number}?", by=f"m{number}", channel="help"))
    community.passes(hours=6)
    assert len(community.cards("managers")) == 7
    turns(community, "help", private=True)

    assert CANARY not in shown(community)
    assert len(community.updates()) == 7


@pytest.mark.parametrize("how", ["private", "unwatched"])
def test_what_was_sold_there_goes_from_its_card(community: Community, how: str) -> None:
    community.says(
        posted(f"50% off every {CANARY}, today only! Subscribe now: {SHOP}", by=ada, channel="help")
    )
    # Who wrote it is told first, and leaves it.
    community.passes(minutes=1)
    community.delivers()
    community.passes(minutes=11)
    assert CANARY in plain(community.card("managers"))
    closes(community, how)
    assert community.card("managers").quotes == ()

    community.delivers()
    if how == "private":
        turns(community, "help", private=False)
        assert CANARY in plain(community.card("managers"))


@pytest.mark.parametrize("how", ["private", "unwatched"])
def test_what_was_told_of_there_goes_from_digests(community: Community, how: str) -> None:
    for number, channel in enumerate(("general", "help", "general", "help")):
        what = CANARY if channel == "help" else "board"
        by = f"m{number}"
        community.says(
            posted(f"It would be great if the {what} could be sorted by date", by=by, channel=channel)
        )
        community.says(posted(f"The {what} crashes with an error when I save", by=by, channel=channel))
    community.passes(days=8)
    community.delivers()
    assert CANARY in str(community.card("feedback"))
    closes(community, how)

    assert CANARY not in str(community.card("feedback"))
    assert "board" in str(community.card("feedback"))
    assert CANARY not in str([row.sections for row in community.digests()])


def test_what_is_taken_back_goes_from_the_reminder_too(community: Community) -> None:
    asked = posted(ASKED, by=ada, channel="help")
    community.says(asked)
    community.passes(hours=5)
    community.presses("Later", on=community.card("managers"))
    community.passes(hours=6)
    [reminder] = community.told(MANAGER)
    assert CANARY in plain(reminder)
    community.edits(asked, "How do I set the bluetooth pin of the heron?")
    [reminder] = community.told(MANAGER)
    assert "heron" in plain(reminder)
    community.deletes(asked)

    [reminder] = community.told(MANAGER)
    assert reminder.quotes == ()
