"""The file of settings: what is exported and imported again is the same; on both databases."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import JsonValue
from sqlalchemy import update

from bot.cards import plain
from bot.communities import NAMES, Settings, changed_from_default, settings_from, settings_of
from bot.events import ChannelFound, CommunityFound, MemberChanged
from storage.database import Database
from storage.tables import Community as CommunityRow
from storage.tables import SettingChange, table
from tests.core.test_any_order import embedded
from tests.features.test_settings import applied, current, pressed, rows, said
from tests.features.world import HOME, NOON, SETTINGS, Community, ada, eve, posted

OTHER = "slack:T1"
# Two have one name, one is named as another's id, one's name begins with a hash.
CHANNELS = {"C1": "help", "C2": "help", "C3": "C1", "#c4": "news", "C5": "#c4", "C6": "Plauderecke ☕"}
ids = st.sampled_from([*CHANNELS, "general", "gone"])
names = st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1), max_size=3)
rules = st.fixed_dictionaries(
    {},
    optional={
        "limit": st.sampled_from(["30m", "2h", "36h"]),
        "sensitivity": st.sampled_from(["low", "normal", "high"]),
        "salesy_threshold": st.floats(0.01, 0.99),
        "watch": st.booleans(),
    },
)
every_setting = st.fixed_dictionaries(
    {},
    optional={
        "timezone": st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu"]),
        "limit": st.integers(1, 30 * 24 * 60).map(lambda number: f"{number}m"),
        "working_hours": st.sampled_from(["off", "Mon-Fri 9:00-17:00", "Sun-Thu 8-24"]),
        "managers_channel": st.none() | ids,
        "feedback_channel": st.none() | ids,
        "welcome_channel": st.none() | ids,
        "welcome_text": st.sampled_from(["Hello {name}", 'Say "hi",\n{name} & <you>', "“Willkommen”"]),
        "raid_joins": st.integers(2, 10_000),
        "salesy_threshold": st.floats(0.01, 0.99),
        "sensitivity": st.sampled_from(["low", "normal", "high"]),
        "channels": st.dictionaries(ids, rules, max_size=3),
        "managers": names,
        "staff": names,
        "excluded_members": names,
        "open_channels": st.lists(ids, max_size=3),
        "retention_days": st.integers(1, 3_650),
    },
)


def founded(community: str, values: dict[str, Any]) -> list[CommunityFound | ChannelFound]:
    return [
        CommunityFound(id="first", community=community, at=NOON, name="Other", settings=values),
        *(
            ChannelFound(id=f"c:{id_}", community=community, at=NOON, channel=id_, name=name)
            for id_, name in CHANNELS.items()
        ),
        ChannelFound(id="c:general", community=community, at=NOON, channel="general", name="general"),
    ]


def set_in(database: Database, community: str) -> Settings:
    with database.reading() as tx:
        return settings_of(tx, community)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(values=every_setting, others=every_setting)
def test_what_is_exported_and_imported_is_the_same(
    sqlite_template: Path, values: dict[str, Any], others: dict[str, Any]
) -> None:
    with embedded(sqlite_template) as database:
        community = Community(database, {})
        community.receives(*founded(OTHER, values))
        file = community.commands("settings export", community=OTHER).text

        assert plain(community.commands(f"settings import {file}", community=OTHER)) == (
            "All of it is set so already: there is nothing to change."
        )
        # Elsewhere it is set as it was here, where all its channels are known.
        if "gone" in file:
            return
        elsewhere = "slack:T2"
        community.receives(*founded(elsewhere, {**others, "channels": {}}))
        preview = community.commands(f"settings import {file}", community=elsewhere)
        for button in preview.buttons[:1]:
            community.shown_for(button, community=elsewhere)
        assert set_in(database, elsewhere) == set_in(database, OTHER)
        assert community.commands("settings export", community=elsewhere).text == file


@given(every_setting)
def test_what_is_stored_comes_back_as_it_was(values: dict[str, Any]) -> None:
    read = settings_from(values)
    stored = json.loads(json.dumps(changed_from_default(read)))

    assert settings_from(stored) == read


def test_settings_change_alike_on_both_databases(database: Database) -> None:
    community = Community(database, SETTINGS)
    community.receives(MemberChanged(id="e", community=HOME, at=NOON, member=eve, name="Eve", admin=False))
    community.says(posted("How do I export my board to CSV?", by=eve), posted("Hello", by=ada))
    done = applied(community, "set limit 1h")
    applied(community, "set channels #help limit=2h watch=no")
    applied(community, "set excluded_members eve")
    pressed(community, "Take it back", done)

    kept = [(row["name"], row["before"], row["after"], row["how"]) for row in changes(community)]
    assert kept == [
        ("limit", None, "1h", "command"),
        ("channels", None, {"help": {"limit": "2h", "watch": False}}, "command"),
        ("excluded_members", None, ["eve"], "command"),
        ("limit", "1h", None, "revert"),
    ]
    assert current(community, "excluded_members") == ("eve",)
    community.passes(days=1)
    assert community.cards("managers") == []
    assert community.failures() == []


def changes(community: Community) -> list[dict[str, Any]]:
    return sorted(rows(community, SettingChange), key=lambda row: str(row["at"]))


def test_what_another_version_stored_is_left_out_until_it_is_known(database: Database) -> None:
    community = Community(database, SETTINGS)
    values: dict[str, JsonValue] = {"limit": "1h", "raid_joins": -4, "colours": ["red"]}
    store(database, values)

    assert set_in(database, HOME) == settings_from({"limit": "1h"})
    assert community.commands("settings").title == "What is set here"


def store(database: Database, values: dict[str, JsonValue]) -> None:
    with database.transaction() as tx:
        tx.run(update(table(CommunityRow)).values(settings=values))


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
            'I know of no channel "#lobby" here; there is #announcements, #general, #help.',
        ),
    ],
)
def test_a_file_that_cannot_be_imported_is_refused_whole(
    community: Community, file: str, sentence: str
) -> None:
    assert said(community.commands(f"settings import {file}")) == sentence
    assert rows(community, SettingChange) == []


def test_an_import_can_be_partial_and_is_applied_at_once(community: Community) -> None:
    values: dict[str, JsonValue] = {"limit": "1h", "raid_joins": 4}
    done = applied(community, f"import {json.dumps({'version': 1, 'settings': values})}")

    assert done.title == "2 settings are changed"
    assert (current(community, "limit"), current(community, "raid_joins")) == (timedelta(hours=1), 4)
    assert current(community, "managers_channel") == "managers"
