"""Words from a channel reach only places whose readers could all have read that channel."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.actions import Action, Answer, Ask, Mark, OpenForm, Post, ShowHome, Tell, Update
from bot.commands import COMMANDS
from bot.events import ChannelFound
from tests.features.world import HOME, MANAGER, NOON, Community, Founds, ada, bob, cleo, posted

# Only its own readers may come across this word.
CANARY = "quetzal"
SECRET = "board"
PUBLIC = ("general", "help", "announcements")
ASKED = f"How do I export the {CANARY} to CSV?"
SAID = (
    ASKED,
    f"The {CANARY} crashes whenever I save, it throws an error and loses my work",
    f"It would be great if the {CANARY} could be sorted by date, please add that",
    f"I love the {CANARY}, it is fantastic, thank you so much!",
    f"The {CANARY} is so slow, this is really frustrating",
    f"Join our {CANARY} launch! 50% off today only, subscribe now https://shop.example/?utm_source=x",
)


def audience(action: Action) -> str:
    """Return the channel, or @member, that an action shows something to."""
    match action:
        case Post() | Mark():
            return action.channel
        case Update():
            return action.lane
        case Tell() | ShowHome():
            return f"@{action.member}"
        case Ask():
            return "the model"
        case Answer() | OpenForm():
            # Seen by one manager alone; but in a public channel they may show it around.
            return action.channel


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Return every object within an action's JSON."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from parts(each)
    elif isinstance(value, list):
        for each in value:
            yield from parts(each)


def leaks(community: Community, *, of: str = SECRET) -> list[str]:
    """Return what was shown of a channel's words, or as a link to them, anywhere but in that channel."""
    found = []
    for action in community.actions():
        # Who said them may be told of their own words.
        if audience(action) == of or (isinstance(action, Tell) and action.member == ada):
            continue
        card = action.model_dump(mode="json", include={"card", "cards", "form"})
        if CANARY in str(card).lower():
            found.append(f"{action.kind} to {audience(action)}: the words")
        if any("message" in part and part.get("channel") == of for part in parts(card)):
            found.append(f"{action.kind} to {audience(action)}: a link")
    return found


@pytest.fixture
def talked(community: Community) -> Community:
    """A community in whose private channel much was said that managers and product teams care for."""
    for number, channel in enumerate(PUBLIC * 2):
        community.says(
            posted(f"How do I open map {number}?", by=bob, channel=channel),
            posted(f"The map {number} crashes with an error when I save", by=cleo, channel=channel),
            posted(f"Would be great if map {number} could be sorted", by=ada, channel=channel),
        )
    for text in SAID:
        community.says(posted(text, by=ada, channel=SECRET, minutes=30))
    return community


def test_the_words_are_noticed_where_they_were_said(talked: Community) -> None:
    """Else the tests below would hold for want of anything to show."""
    talked.passes(hours=6)
    assert len(talked.questions()) > 3
    assert {"bug", "request", "praise"} <= set(talked.feedback().values())
    assert CANARY in str(talked.commands("feedback", channel=SECRET)).lower()
    assert CANARY in str(talked.commands("questions", channel=SECRET)).lower()


def test_flags_and_verdicts_and_digests_keep_them(talked: Community) -> None:
    talked.passes(days=15)
    assert talked.cards("managers")
    assert talked.cards("feedback")
    assert leaks(talked) == []


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_no_command_shows_them_elsewhere(talked: Community, command: str) -> None:
    talked.passes(hours=6)
    for channel in (*PUBLIC, "managers", "feedback"):
        for rest in ("", "all", "bug", "praise", "preview", "now", f"in #{SECRET}", "export"):
            if command == "check" and not rest:
                talked.opens(command, channel=channel)
            else:
                talked.commands(f"{command} {rest}", channel=channel)
    assert leaks(talked) == []


def test_a_channel_that_nobody_told_of_counts_as_private(community: Community) -> None:
    """What its message says may be told of before what it is."""
    for text in SAID:
        community.says(posted(text, by=ada, channel="rumours", minutes=30))
    community.passes(days=8)
    for command in ("feedback", "questions", "digest", "now weekly"):
        community.commands(command, channel="general")
    assert community.cards("managers")
    assert leaks(community, of="rumours") == []
    assert CANARY in str(community.commands("feedback", channel="rumours")).lower()

    found = ChannelFound(
        id="found-late", community=HOME, at=NOON, channel="rumours", name="rumours", private=False
    )
    community.receives(found)
    assert CANARY in str(community.commands("feedback", channel="general")).lower()


def test_what_was_noted_in_private_is_not_counted_once_its_words_are_erased(found: Founds) -> None:
    community = found(retention_days=2)
    for _ in range(4):
        community.says(posted(SAID[1], by=ada, channel=SECRET, minutes=30))
    community.waits_until(NOON.replace(day=8))
    for number, by in enumerate((ada, bob, cleo)):
        community.says(posted(f"How do I open map {number}?", by=by, minutes=180, channel="help"))
    community.passes(days=2)

    assert set(community.feedback().values()) == {"bug"}
    card = community.card("feedback")
    assert [entry.name for entry in card.fields] == ["Messages", "Questions answered"]


def test_what_is_done_with_a_card_keeps_them(talked: Community) -> None:
    talked.passes(hours=6)
    talked.delivers()
    cards = talked.cards("managers")
    for card in cards:
        for button in card.buttons:
            if button.label == "Later":
                talked.presses_button(button)
    talked.passes(days=3)
    assert talked.told(MANAGER)
    for card in cards:
        for button in card.buttons:
            talked.presses_button(button)
    assert leaks(talked) == []


def test_what_is_edited_into_a_channel_others_read_is_not_taken_for_it(community: Community) -> None:
    """The card of a private question that is edited shows no more than before."""
    asked = posted(ASKED, by=ada, channel=SECRET)
    community.says(asked)
    community.passes(hours=6)
    community.delivers()
    community.edits(asked, f"{ASKED} And the {CANARY} to PDF?")
    community.says(posted(f"The {CANARY} is under settings, then export", by=bob, reply_to=asked))
    assert leaks(community) == []
