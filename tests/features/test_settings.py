"""What managers set: shown, explained, previewed, applied at once, kept and taken back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.cards import Card, plain
from bot.communities import EXPLAINED, NAMES, settings_of
from bot.events import ButtonPressed, ChannelFound, CommunityFound, MemberChanged
from storage.tables import SettingChange, table
from tests.features.world import (
    HOME,
    MANAGER,
    NOON,
    Community,
    Founds,
    ada,
    bob,
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
            "set timezone Berlin",
            'timezone: "Berlin" is no timezone; write one as "Europe/Berlin" or "America/New_York".',
        ),
        ("set raid_joins few", "raid_joins: it has to be a number of people, 2 or more."),
        ("set salesy_threshold 40%", "salesy_threshold: it has to be a number between 0 and 1."),
        ("set sensitivity very", "sensitivity: it has to be low, normal or high."),
        ("set retention_days 0", "retention_days: it has to be a whole number of days from 1 to 3650."),
        (
            "set managers_channel #genral",
            'managers_channel: I know of no channel "#genral" here; there is #general.',
        ),
        (
            "set feedback_channel zzz",
            'feedback_channel: I know of no channel "zzz" here; there is #announcements, #general, #help.',
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
            'channels: "colour=red" is no rule; write limit=2h, of limit, salesy_threshold, sensitivity, '
            "watch.",
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
