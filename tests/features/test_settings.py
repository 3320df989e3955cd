"""What managers set: shown, explained, previewed, applied at once, kept, taken back, carried elsewhere."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from pydantic import JsonValue
from sqlalchemy import select

from bot.actions import Action
from bot.cards import Card, plain
from bot.communities import EXPLAINED, NAMES, settings_of
from bot.core import Core
from bot.events import ButtonPressed, ChannelFound, CommunityFound, Event, MemberChanged, MessageEdited
from bot.features import FEATURES
from storage.tables import Broadcast, Digest, Due, Failure, Message, Question, SettingChange, table
from storage.transaction import Transaction
from tests.features.test_broadcasts import NEWSLETTER
from tests.features.world import (
    HOME,
    MANAGER,
    NOON,
    Community,
    Founds,
    Words,
    ada,
    bob,
    cleo,
    dan,
    eve,
    posted,
)

OFFER = "Join our launch! 50% off today"
ASKS = "How do I export my board to CSV?"


def current(community: Community, name: str) -> object:
    with community.database.reading() as tx:
        return getattr(settings_of(tx, HOME), name)


def rows(community: Community, model: type) -> list[dict[str, object]]:
    with community.database.reading() as tx:
        return [dict(row._mapping) for row in tx.rows(select(table(model)))]


def applied(community: Community, command: str, *, by: str = MANAGER) -> Card:
    """Have a manager see what a command would change, and apply it."""
    preview = community.commands(f"settings {command}", by=by)
    return pressed(community, "Apply", preview, by=by)


def pressed(community: Community, label: str, on: Card, *, by: str = MANAGER) -> Card:
    [button] = [button for button in on.buttons if button.label == label]
    return community.shown_for(button, by=by)


def said(card: Card) -> str:
    return plain(card)


# Showing.


def test_all_settings_are_shown_in_groups_with_the_defaults_marked(found: Founds) -> None:
    community = found(limit="2h")
    card = community.commands("settings")

    lines = [item.text for section in card.sections for item in section.items]
    assert [section.name for section in card.sections] == [
        "Where things go",
        "Questions",
        "Selling",
        "Welcoming",
        "People",
        "What is read and kept",
    ]
    assert {line.partition(":")[0] for line in lines} == set(NAMES)
    assert "managers_channel: #managers" in lines
    assert "limit: 2 h" in lines
    assert "raid_joins: 10 people (default)" in lines
    assert "excluded_members: nobody (default)" in lines


@pytest.mark.parametrize("name", NAMES)
def test_each_setting_is_explained_and_its_example_can_be_set(community: Community, name: str) -> None:
    community.receives(
        ChannelFound(id="beta", community=HOME, at=NOON, channel="C7", name="beta-testers", private=True),
        *(
            MemberChanged(id=f"known:{member}", community=HOME, at=NOON, member=member, name=member.title())
            for member in (ada, bob)
        ),
    )
    card = community.commands(f"settings explain {name.upper().replace('_', '-')}")

    assert (card.title, card.text) == (name, EXPLAINED[name].does)
    example = card.footer.removeprefix("For example: /community ")
    preview = community.commands(example)
    assert said(preview) == f"{name} is so already: there is nothing to change." or preview.buttons


def test_a_setting_alone_is_explained_and_with_a_value_is_previewed(community: Community) -> None:
    assert community.commands("settings limit").title == "limit"
    assert community.commands("settings limit 2h").title == "Change limit?"
    assert community.commands("settings explain").title == "What can be set"


def test_only_managers_see_and_press(community: Community) -> None:
    assert said(community.commands("settings", by=bob)).startswith("Only the managers of this community")
    preview = community.commands("settings set limit 2h")

    assert said(pressed(community, "Apply", preview, by=bob)).startswith("Only the managers")
    assert current(community, "limit") == timedelta(hours=4)


# Changing.


def test_a_change_is_previewed_applied_and_kept_with_who_when_before_and_after(community: Community) -> None:
    community.says(posted(ASKS, by=ada))
    community.passes(hours=1, minutes=30)
    preview = community.commands("settings set limit 1h")

    assert preview.title == "Change limit?"
    assert [(entry.name, entry.value) for entry in preview.fields] == [("limit", "4 h (default) → 1 h")]
    assert [item.text for item in preview.sections[0].items] == ["1 open question would be flagged at once."]
    assert preview.footer == "Nothing is changed yet."
    assert current(community, "limit") == timedelta(hours=4)
    assert rows(community, SettingChange) == []

    done = pressed(community, "Apply", preview)

    assert (done.title, done.tone) == ("limit is changed", "good")
    assert current(community, "limit") == timedelta(hours=1)
    [change] = rows(community, SettingChange)
    assert (change["name"], change["before"], change["after"]) == ("limit", None, "1h")
    assert (change["by"], change["how"], change["at"]) == (dan, "command", community.now)


def test_a_preview_that_is_left_changes_nothing_and_is_used_up(community: Community) -> None:
    preview = community.commands("settings set limit 1h")

    assert said(pressed(community, "Leave it", preview)) == "Nothing was changed."
    assert said(pressed(community, "Apply", preview)).startswith("That preview was used already")
    assert rows(community, SettingChange) == []


def test_applying_twice_changes_once(community: Community) -> None:
    preview = community.commands("settings set limit 1h")
    pressed(community, "Apply", preview)

    assert said(pressed(community, "Apply", preview)).startswith("That preview was used already")
    assert len(rows(community, SettingChange)) == 1


def test_a_preview_is_good_for_a_day(community: Community) -> None:
    preview = community.commands("settings set limit 1h")
    community.passes(hours=25)

    assert "more than a day old" in said(pressed(community, "Apply", preview))
    assert rows(community, SettingChange) == []


def test_who_previewed_before_another_changed_it_looks_again(community: Community) -> None:
    community.receives(
        MemberChanged(id="m2", community=HOME, at=community.now, member=eve, name="Eve", admin=True)
    )
    first = community.commands("settings set limit 1h")
    second = community.commands("settings set limit 2h", by=eve)
    pressed(community, "Apply", second, by=eve)
    again = pressed(community, "Apply", first)

    assert again.text == "limit was changed since you looked. This is how it would be now."
    assert [entry.value for entry in again.fields] == ["2 h → 1 h"]
    assert current(community, "limit") == timedelta(hours=2)
    pressed(community, "Apply", again)
    assert current(community, "limit") == timedelta(hours=1)


def test_what_is_so_already_needs_no_preview(community: Community) -> None:
    assert said(community.commands("settings set limit 240m")) == (
        "limit is so already: there is nothing to change."
    )
    assert said(community.commands("settings reset raid_joins")) == (
        "raid_joins is so already: there is nothing to change."
    )


def test_reset_goes_back_to_the_default(found: Founds) -> None:
    community = found(limit="2h")
    done = applied(community, "reset limit")

    assert [entry.value for entry in done.fields] == ["2 h → 4 h (default)"]
    assert current(community, "limit") == timedelta(hours=4)


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("set limit soon", 'limit: "soon" is no length of time; write "90m", "4h" or "2d".'),
        ("set limit", "Say what limit shall be: /community settings set limit 4h"),
        ("set limits 4h", 'There is no setting "limits". Did you mean limit?'),
        ("reset", f"Say which setting; there are {', '.join(EXPLAINED)}."),
        ("explain xyzzy", f'There is no setting "xyzzy"; there are {", ".join(EXPLAINED)}.'),
        (
            "set timezone Berlim",
            'timezone: "Berlim" is no timezone; perhaps "Europe/Berlin" is meant.',
        ),
        ("set raid_joins few", "raid_joins: it has to be a number of people from 2 to 1,000."),
        ("set salesy_threshold 40%", "salesy_threshold: it has to be a number between 0 and 1."),
        ("set sensitivity very", "sensitivity: it has to be low, normal or high."),
        ("set retention_days 0", "retention_days: it has to be a whole number of days from 1 to 3650."),
        (
            "set managers_channel #genral",
            'managers_channel: I know of no channel "#genral" here; there is #general.',
        ),
        (
            "set feedback_channel zzz",
            'feedback_channel: I know of no channel "zzz" here; there is #announcements, #board, #feedback, '
            "#general, #help.",
        ),
        (
            "set excluded_members nobody-here",
            'excluded_members: I know of no member called "nobody-here"; write a name as it stands here, or '
            "an id.",
        ),
        ("set managers +dan eve", "managers: write + or - before each name, or before none of them."),
        ("set managers -dan", 'managers: "dan" is not on the list.'),
        (
            "set channels #help",
            'channels: say what is otherwise there, as "#help limit=2h sensitivity=high".',
        ),
        (
            "set channels #help limit=soon",
            'channels: limit in #help: "soon" is no length of time; write "90m", "4h" or "2d".',
        ),
        ("set channels #help watch=perhaps", "channels: watch in #help: it has to be yes or no."),
        (
            "set channels #help colour=red",
            'channels: "colour=red" is no rule; write limit=2h, of limit, salesy_threshold, promotion, '
            "promotion_budget, sensitivity, watch, model.",
        ),
        (
            "sett limit 4h",
            'I do not know "sett". Did you mean set? After settings comes show, explain, set, reset, '
            "history, export, import, or nothing.",
        ),
    ],
)
def test_what_is_wrong_is_told_with_what_would_be_right(
    community: Community, command: str, sentence: str
) -> None:
    card = community.commands(f"settings {command}")

    assert (said(card), card.buttons) == (sentence, ())
    assert rows(community, SettingChange) == []


def test_a_channel_goes_by_name_or_id_and_has_to_be_in_use(community: Community) -> None:
    community.receives(
        ChannelFound(id="c1", community=HOME, at=NOON, channel="C1", name="old", archived=True),
        ChannelFound(id="c2", community=HOME, at=NOON, channel="C2", name="News"),
    )
    for written in ("#News", "news", "C2"):
        [entry] = community.commands(f"settings set welcome_channel {written}").fields
        assert entry.value == "#general → #News"
    assert said(community.commands("settings set welcome_channel old")) == (
        "welcome_channel: #old is archived; name one that is in use."
    )
    assert current(community, "welcome_channel") == "general"
    applied(community, "set welcome_channel off")
    assert current(community, "welcome_channel") is None


def test_a_preview_warns_where_all_would_see_flags(community: Community) -> None:
    card = community.commands("settings set managers_channel #general")

    assert card.tone == "warning"
    assert "Everybody can read #general: all would see the flags." in said(card)


# Taking back.


def test_a_change_is_taken_back_with_one_click_and_that_is_a_change_too(community: Community) -> None:
    done = applied(community, "set limit 1h")
    back = pressed(community, "Take it back", done)

    assert current(community, "limit") == timedelta(hours=4)
    kept = sorted(rows(community, SettingChange), key=lambda row: str(row["at"]))
    assert [(row["how"], row["before"], row["after"]) for row in kept] == [
        ("command", None, "1h"),
        ("revert", "1h", None),
    ]
    assert "limit is as it was before" in said(pressed(community, "Take it back", done))
    pressed(community, "Take it back", back)
    assert current(community, "limit") == timedelta(hours=1)


def test_the_history_says_where_the_older_changes_are(community: Community) -> None:
    for hours in range(5, 16):
        assert "Older ones" not in said(community.commands("settings history"))
        community.presses("Apply", community.commands(f"settings set limit {hours}h"))
    card = community.commands("settings history")
    assert len(card.sections[0].items) == 10
    assert "Older ones are on the page of settings" in card.footer


def test_the_history_names_who_and_when_with_a_button_each(community: Community) -> None:
    assert said(community.commands("settings history")) == "Nothing was changed here yet."
    applied(community, "set limit 1h")
    applied(community, "set raid_joins 5")
    card = community.commands("settings history")

    lines = [item.text for item in card.sections[0].items]
    assert len(lines) == 2
    assert lines[0].startswith("1. Monday 2 March 12:00, Dan: raid_joins 10 people (default) → 5 people")
    assert [button.label for button in card.buttons] == ["Take back 1", "Take back 2"]
    pressed(community, "Take back 2", card)
    assert (current(community, "limit"), current(community, "raid_joins")) == (timedelta(hours=4), 5)
    assert said(community.commands("settings history timezone")) == "timezone was never changed here."
    assert len(community.commands("settings history limit").sections[0].items) == 2


def test_taking_back_what_was_changed_again_shows_first_what_it_would_do(community: Community) -> None:
    first = applied(community, "set limit 1h")
    applied(community, "set limit 2h")
    preview = pressed(community, "Take it back", first)

    assert preview.title == "Change limit?"
    assert "was changed again since" in preview.text
    assert [entry.value for entry in preview.fields] == ["2 h → 4 h (default)"]
    pressed(community, "Apply", preview)
    assert current(community, "limit") == timedelta(hours=4)


def test_taking_back_what_would_erase_or_open_words_shows_first_what_it_would_do(
    community: Community,
) -> None:
    applied(community, "set retention_days 1")
    longer = applied(community, "set retention_days 3650")
    preview = pressed(community, "Take it back", longer)
    assert (preview.title, preview.tone) == ("Change retention_days?", "warning")
    assert current(community, "retention_days") == 3650
    pressed(community, "Apply", preview)
    assert current(community, "retention_days") == 1

    applied(community, "set open_channels +#board")
    closed = applied(community, "set open_channels -#board")
    assert pressed(community, "Take it back", closed).title == "Change open_channels?"
    assert current(community, "open_channels") == ()


# Taking effect.


def test_a_shorter_limit_holds_for_what_is_open_already(community: Community) -> None:
    question = posted(ASKS, by=ada)
    community.says(question)
    community.passes(hours=1, minutes=30)
    assert community.cards("managers") == []

    applied(community, "set limit 1h")
    community.passes(seconds=1)

    assert community.card("managers").quotes[0].text == ASKS


def test_a_longer_limit_and_working_hours_put_a_flag_off(community: Community) -> None:
    community.says(posted(ASKS, by=ada))
    applied(community, "set limit 6h")
    community.passes(hours=5)
    assert community.cards("managers") == []
    applied(community, "set working_hours Mon-Fri 13-18")
    community.passes(hours=5)
    assert community.cards("managers") == []
    community.passes(days=1)
    assert len(community.cards("managers")) == 1


def test_what_is_asked_in_the_new_managers_channel_is_flagged_no_longer(community: Community) -> None:
    community.says(posted(ASKS, by=ada, channel="board"))
    applied(community, "set managers_channel board")
    community.passes(days=1)

    assert community.cards("board") == []


def test_the_digest_moves_with_the_timezone_and_none_is_lost_or_repeated(community: Community) -> None:
    def due() -> datetime:
        [row] = [row for row in rows(community, Due) if row["feature"] == "digest"]
        assert isinstance(row["due_at"], datetime)
        return row["due_at"]

    assert due() == datetime.fromisoformat("2026-03-09 09:00+00:00")
    applied(community, "set timezone Asia/Tokyo")
    assert due() == datetime.fromisoformat("2026-03-09 00:00+00:00")
    applied(community, "set timezone America/New_York")
    assert due() == datetime.fromisoformat("2026-03-09 13:00+00:00")
    community.waits_until(datetime.fromisoformat("2026-03-09 10:00+00:00"))
    # There it is past nine already, and this week's digest has not come.
    applied(community, "set timezone UTC")
    community.passes(days=7, hours=4)
    assert len(rows(community, Digest)) == 2


def test_one_day_is_no_days(community: Community) -> None:
    assert "90 days (default) → 1 day" in said(community.commands("settings set retention_days 1"))


def test_a_threshold_holds_for_what_is_said_from_then_on(community: Community) -> None:
    before = posted(OFFER, by=ada)
    community.insists(before)
    preview = community.commands("settings set salesy_threshold 0.9")
    assert "1 verdict of the last 30 days would flip: 1 no longer salesy" in said(preview)
    pressed(community, "Apply", preview)
    community.insists(posted(OFFER, by=bob))

    assert len(community.cards("managers")) == 1
    community.edits(before, OFFER + ".")
    assert community.card("managers").title == "This reads like selling"


def test_a_channel_has_its_own_limit_threshold_and_sensitivity(community: Community) -> None:
    applied(community, "set channels #help limit=1h sensitivity=low salesy_threshold=0.9")
    applied(community, "set channels #announcements limit=30m")
    likely = posted("The blue one on top?", by=cleo, channel="help")
    here, there = posted(ASKS, by=ada), posted(ASKS, by=bob, channel="help")
    community.says(here, there)
    community.passes(hours=2)

    assert [card.fields[0].value for card in community.cards("managers")] == ["#help"]
    community.says(posted(OFFER, by=dan, channel="help", minutes=500), likely)
    assert community.question(likely) is None
    assert [card.title for card in community.cards("managers") if "selling" in card.title] == []
    applied(community, "set channels #help limit=default sensitivity=default salesy_threshold=default")
    assert str(current(community, "channels")).count("ChannelRules") == 1
    assert said(community.commands("settings explain channels")).count("#announcements limit 30 min") == 1


def test_sensitivity_says_how_sure_a_question_must_be_from_then_on(community: Community) -> None:
    faint, likely = "The export works with tables, right?", "The blue one on top?"
    noticed: dict[str, list[bool]] = {}
    for sensitivity, channel in (("low", "general"), ("normal", "help"), ("high", "announcements")):
        applied(community, f"set sensitivity {sensitivity}")
        said_now = [
            posted(text, by=by, channel=channel, minutes=500)
            for text, by in ((faint, ada), (likely, bob), (ASKS, cleo))
        ]
        community.says(*said_now)
        noticed[sensitivity] = [community.question(words) is not None for words in said_now]

    assert noticed == {
        "low": [False, False, True],
        "normal": [False, True, True],
        "high": [True, True, True],
    }
    assert "Of 6 questions of the last 30 days 3 would have been missed." in said(
        community.commands("settings set sensitivity low")
    )


# Who may.


def test_managers_can_be_named_and_roles_too(community: Community) -> None:
    community.says(posted("Hello!", by=bob))
    assert said(community.commands("health", by=bob)).startswith("Only the managers")
    applied(community, "set managers +Bob")
    applied(community, "set managers +R77")

    assert current(community, "managers") == ("bob", "R77")
    assert community.commands("health", by=bob).title == "The last 7 days"
    assert community.commands("health", by=cleo, roles=["R77"]).title == "The last 7 days"
    assert said(community.commands("health", by=cleo, roles=["R78"])).startswith("Only the managers")
    applied(community, "set managers -bob")
    assert current(community, "managers") == ("R77",)


def test_the_check_mark_of_a_named_manager_counts_as_long_as_they_are_one(community: Community) -> None:
    question = posted(ASKS, by=ada)
    community.says(question, posted("Hi all", by=bob))
    community.reacts(question, by=bob)
    assert state(community, question) == "unanswered"
    done = applied(community, "set managers bob")
    assert state(community, question) == "answered"
    pressed(community, "Take it back", done)
    assert state(community, question) == "unanswered"


def state(community: Community, words: Words) -> str | None:
    question = community.question(words)
    return question.state if question else None


def test_staff_are_members_roles_and_domains(community: Community) -> None:
    community.says(posted("Hello!", by=bob))
    applied(community, "set staff Bob, @Example.com, S0123")

    assert current(community, "staff") == ("bob", "example.com", "S0123")
    applied(community, "set staff -example.com")
    assert current(community, "staff") == ("bob", "S0123")


def test_two_of_one_name_are_told_apart_by_id(community: Community) -> None:
    community.receives(
        *(MemberChanged(id=f"k{n}", community=HOME, at=NOON, member=f"U{n}", name="Sam Lee") for n in (1, 2)),
        MemberChanged(id="k3", community=HOME, at=NOON, member="U3", name="Ada Lovelace"),
    )
    assert said(community.commands("settings set excluded_members @sam lee")) == (
        'excluded_members: 2 members are called "sam lee"; write the id of one, as U1, U2.'
    )
    applied(community, "set excluded_members Ada Lovelace, U2")
    assert current(community, "excluded_members") == ("U3", "U2")


# Leaving out.


def texts(community: Community) -> list[object]:
    return [row["text"] for row in rows(community, Message) if row["text"]]


def test_what_an_excluded_member_said_and_says_is_nowhere(community: Community) -> None:
    asked, sold = posted(ASKS, by=eve), posted(NEWSLETTER, by=eve)
    wished = posted("It would be great if I could sort cards by date.", by=eve)
    community.says(asked)
    community.passes(hours=5)
    community.says(sold, wished, posted("Hello", by=ada))
    preview = community.commands("settings set excluded_members Eve")
    assert "I erase the words of 3 messages of Eve; nothing brings them back." in said(preview)
    assert preview.tone == "warning"
    pressed(community, "Apply", preview)

    assert texts(community) == ["Hello"]
    assert rows(community, Broadcast) == []
    assert community.feedback() == {}
    assert [row["state"] for row in rows(community, Question)] == ["dismissed"]
    assert all(
        "export" not in said(card) and "summer" not in said(card) for card in community.cards("managers")
    )
    assert all(not card.quotes for card in community.cards("managers"))

    community.says(posted(ASKS, by=eve), posted(NEWSLETTER, by=eve))
    community.edits(wished, "I want more!")
    assert texts(community) == ["Hello"]
    assert rows(community, Broadcast) == []
    applied(community, "reset excluded_members")
    community.says(posted("I am back.", by=eve))
    assert texts(community) == ["Hello", "I am back."]


def test_a_question_of_an_excluded_member_is_flagged_no_more(community: Community) -> None:
    community.says(posted(ASKS, by=eve))
    applied(community, "set excluded_members eve")
    community.passes(days=1)

    assert community.cards("managers") == []
    assert rows(community, Question) == []


def test_an_answer_of_an_excluded_member_no_longer_answers(community: Community) -> None:
    question = posted(ASKS, by=ada)
    community.says(
        question,
        posted("Open Settings, then Export, then choose CSV.", by=eve),
        posted("thanks, that worked!", by=ada),
    )
    assert community.question(question) is not None
    helper = community.question(question)
    assert helper is not None
    assert helper.answered_by == eve
    applied(community, "set excluded_members eve")

    helper = community.question(question)
    assert helper is None or helper.answered_by != eve


def test_a_channel_that_is_not_watched_is_neither_read_nor_kept_nor_shown(community: Community) -> None:
    before = posted(ASKS, by=ada, channel="help")
    community.says(before)
    preview = community.commands("settings set channels #help watch=no")
    assert "Nothing said in #help is read or kept from then on" in said(preview)
    done = pressed(community, "Apply", preview)
    community.says(
        posted(ASKS, by=bob, channel="help"),
        posted(NEWSLETTER, by=cleo, channel="help"),
        posted("I found a bug: the export crashes every time.", by=cleo, channel="help"),
    )
    community.passes(days=1)

    assert texts(community) == [ASKS]
    assert community.cards("managers") == []
    assert (rows(community, Broadcast), community.feedback()) == ([], {})
    assert said(community.commands("questions")).startswith("No question is open")
    assert "export" not in said(community.commands("digest", channel="help"))
    pressed(community, "Take it back", done)
    assert "How do I export" in said(community.commands("questions"))
    again = posted(ASKS, by=bob, channel="help")
    community.says(again)
    community.passes(hours=5)
    assert len(community.cards("managers")) == 1


def test_an_edit_in_a_channel_left_out_takes_away_what_was_kept(community: Community) -> None:
    words = posted("It would be great if I could sort cards by date.", by=ada, channel="help")
    community.says(words)
    applied(community, "set channels #help watch=no")
    community.edits(words, "It would be great if I could sort cards by name.")

    assert (texts(community), community.feedback()) == ([], {})


def test_a_failure_keeps_nothing_of_what_is_left_out(founds_carelessly: Founds) -> None:
    class Fails:
        def handle(self, event: Event, tx: Transaction) -> Sequence[Action]:
            if isinstance(event, MessageEdited):
                raise ValueError(event.text)
            return []

    community = founds_carelessly()
    community.core = Core(community.database, {**FEATURES, "fails": Fails()})
    words, others = posted("Hello", by=eve), posted("Hi", by=ada)
    community.says(words, others)
    community.edits(words, "a secret")
    community.edits(others, "Hi all")
    assert len(rows(community, Failure)) == 2
    applied(community, "set excluded_members eve")
    community.edits(words, "another secret")

    assert [str(row["payload"]).count("secret") for row in rows(community, Failure)] == [0]


# Opening.


def test_a_private_channel_that_was_opened_is_quoted_elsewhere(community: Community) -> None:
    community.says(posted(ASKS, by=ada, channel="board"))
    assert ASKS not in said(community.commands("questions"))
    preview = community.commands("settings set open_channels +#board")
    assert "What is said in #board may be shown to people who cannot read it." in said(preview)
    assert preview.tone == "warning"
    done = pressed(community, "Apply", preview)

    assert ASKS in said(community.commands("questions"))
    community.says(posted("It would be great if I could sort cards by date.", by=bob, channel="board"))
    assert "sort cards" in said(community.commands("feedback", channel="help"))
    pressed(community, "Take it back", done)
    assert ASKS not in said(community.commands("questions"))
    assert "sort cards" not in said(community.commands("feedback", channel="help"))


# Carrying elsewhere.


def test_settings_are_exported_with_names_and_imported_elsewhere(community: Community) -> None:
    applied(community, "set channels #help limit=2h")
    applied(community, "set timezone Europe/Berlin")
    card = community.commands("settings export")
    file = json.loads(card.text)

    assert file["version"] == 1
    assert set(file["settings"]) == set(NAMES)
    assert file["settings"]["managers_channel"] == "#managers"
    assert file["settings"]["channels"] == {"#help": {"limit": "2h"}}

    other = "discord:9"
    channels = {"900": "help", "901": "managers", "902": "feedback", "903": "general"}
    community.receives(
        CommunityFound(id="other", community=other, at=community.now, name="Other"),
        *(
            ChannelFound(id=f"o{id_}", community=other, at=community.now, channel=id_, name=name)
            for id_, name in channels.items()
        ),
    )
    preview = community.commands(f"settings import {card.text}", community=other)
    assert preview.title == "Change 5 settings?"
    [apply] = [button for button in preview.buttons if button.label == "Apply"]
    community.shown_for(apply, community=other)
    with community.database.reading() as tx:
        theirs = settings_of(tx, other)
    assert (theirs.managers_channel, list(theirs.channels)) == ("901", ["900"])
    assert {row["how"] for row in rows(community, SettingChange) if row["community"] == other} == {"import"}


def test_what_was_exported_changes_nothing_where_it_came_from(community: Community) -> None:
    applied(community, "set open_channels board, managers")
    file = community.commands("settings export").text

    for pasted in (file, f"```\n{file}\n```", file.replace('"', "“"), json.dumps(json.loads(file))):
        assert said(community.commands(f"settings import {pasted}")) == (
            "All of it is set so already: there is nothing to change."
        )


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ("", "Write the file after the word: /community settings import {…}"),
        ("{", "That is no JSON: Expecting property name enclosed in double quotes in line 1, column 2."),
        (
            '{"limit": "2h"}',
            'A file of settings reads {"version": 1, "settings": {…}}, as export writes it.',
        ),
        ('{"settings": {}}', '"version" has to be a whole number; this Hearth writes 1.'),
        (
            '{"version": 2, "settings": {}}',
            "This file is of version 2, and I read up to version 1: a newer Hearth wrote it, so bring this "
            "one up to date first.",
        ),
        ('{"version": 1, "settings": {"limt": "2h"}}', 'There is no setting "limt". Did you mean limit?'),
        (
            '{"version": 1, "settings": {"limit": 2}}',
            'limit: "2" is no length of time; write "90m", "4h" or "2d".',
        ),
        (
            '{"version": 1, "settings": {"welcome_channel": "#lobby"}}',
            'welcome_channel: I know of no channel "#lobby" here; there is #announcements, #board, '
            "#feedback, #general, #help.",
        ),
    ],
)
def test_a_file_that_cannot_be_imported_is_refused_whole(
    community: Community, file: str, sentence: str
) -> None:
    assert said(community.commands(f"settings import {file}")) == sentence
    assert rows(community, SettingChange) == []


def test_all_that_is_wrong_with_a_file_is_told_at_once(community: Community) -> None:
    values: dict[str, JsonValue] = {
        "limit": 5,
        "timezone": "Mars",
        "feedback_channel": "#nope",
        "limt": "2h",
        "open_channels": ["#board", "#lobby"],
        "channels": {"#help": {"limit": "soon", "colour": "red"}},
    }
    card = community.commands(f"settings import {json.dumps({'version': 1, 'settings': values})}")

    assert card.title == "7 things in this file are wrong"
    assert [item.text.partition(";")[0] for item in card.sections[0].items] == [
        'limit: "5" is no length of time',
        'timezone: "Mars" is no timezone',
        'feedback_channel: I know of no channel "#nope" here',
        'There is no setting "limt". Did you mean limit?',
        'open_channels: I know of no channel "#lobby" here',
        'channels: limit in #help: "soon" is no length of time',
        "channels: in #help there is no rule colour",
    ]
    assert (card.buttons, rows(community, SettingChange)) == ((), [])


def test_of_a_hundred_faults_twenty_are_told(community: Community) -> None:
    values: dict[str, JsonValue] = {f"nothing{place}": place for place in range(100)}
    card = community.commands(f"settings import {json.dumps({'version': 1, 'settings': values})}")

    assert card.title == "100 things in this file are wrong"
    assert (len(card.sections[0].items), card.sections[0].items[-1].text) == (21, "And 80 more.")


def test_who_is_not_known_here_is_said_before_it_is_imported(community: Community) -> None:
    community.receives(MemberChanged(id="known", community=HOME, at=NOON, member=ada, name="Ada"))
    values: dict[str, JsonValue] = {"staff": ["U123", "example.com", ada], "excluded_members": ["U9"]}
    text = said(community.commands(f"settings import {json.dumps({'version': 1, 'settings': values})}"))

    assert "I know of no member U123 here: whoever has such a role or user group is meant." in text
    assert "I know of no member U9 here." in text
    assert "no member example.com" not in text
    assert f"no member {ada}" not in text


def test_an_import_can_be_partial_and_is_applied_at_once(community: Community) -> None:
    values: dict[str, JsonValue] = {"limit": "1h", "raid_joins": 4}
    done = applied(community, f"import {json.dumps({'version': 1, 'settings': values})}")

    assert done.title == "2 settings are changed"
    assert (current(community, "limit"), current(community, "raid_joins")) == (timedelta(hours=1), 4)
    assert current(community, "managers_channel") == "managers"


# What a community began with.


def test_what_a_community_began_with_never_undoes_a_change(community: Community) -> None:
    applied(community, "set limit 1h")
    for number, at in enumerate((NOON - timedelta(days=1), community.now)):
        community.receives(
            CommunityFound(
                id=f"again{number}",
                community=HOME,
                at=at,
                name="Home",
                settings={"limit": "9h", "raid_joins": 3},
            )
        )

    assert current(community, "limit") == timedelta(hours=1)
    # Of several the first one found counts.
    assert current(community, "raid_joins") == 3


def test_a_change_from_a_page_says_so(community: Community) -> None:
    preview = community.commands("settings set limit 1h", interaction="web:1")
    pressed(community, "Apply", preview)

    assert [row["how"] for row in rows(community, SettingChange)] == ["page"]
    assert "Dan, on a page: limit" in said(community.commands("settings history"))


def test_a_button_of_another_version_changes_nothing(community: Community) -> None:
    community.receives(
        ButtonPressed(
            id="odd",
            community=HOME,
            at=community.now,
            channel="managers",
            member=MANAGER,
            name="Dan",
            admin=True,
            button="settings.else",
            interaction="odd",
        )
    )
    assert rows(community, SettingChange) == []
