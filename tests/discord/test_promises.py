"""What is registered, asked for and written about Discord agrees."""

import re
from pathlib import Path
from typing import Any

import discord
import pytest

from adapters.discord import embeds, forms
from adapters.discord.commands import Commands, Offered, line_of
from adapters.discord.rights import INTENTS, PERMISSIONS, intents_for, invitation, permissions
from adapters.slack import blocks, views
from bot.commands import COMMANDS
from bot.communities import EXPLAINED
from bot.manners import manners_of
from tests.fakes.pretend_discord.command_limits import check_commands

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "discord.md").read_text(encoding="utf-8")
OFFERED = [Offered(command.name, command.does) for command in COMMANDS]


def test_every_command_can_be_given() -> None:
    commands = Commands(OFFERED, [*EXPLAINED], ["bugs"]).registered()
    check_commands(commands)
    assert [each["name"] for each in commands[0]["options"]] == [command.name for command in COMMANDS]
    assert commands[0]["options"][0]["description_localizations"]["de"] == "Was ich kann"
    assert commands[1]["name_localizations"]["de"] == "Als beantwortet markieren"


def test_what_is_said_in_another_language_is_said_in_it_throughout() -> None:
    parts: list[Any] = Commands(OFFERED, [], []).registered()
    for part in parts:
        parts += part.get("options", ())
    locales = {file.stem for file in (ROOT / "adapters" / "discord" / "words").glob("*.toml")}
    assert locales
    for part in parts:
        of = "description" if "description" in part else "name"
        assert part[f"{of}_localizations"].keys() == locales, part[of]


def test_a_command_is_registered_anew_only_when_it_changed() -> None:
    first = Commands(OFFERED, [], []).digest()
    assert first == Commands(OFFERED, ["more"], ["topics"]).digest()
    assert first != Commands([*OFFERED, Offered("new", "something new")], [], []).digest()


@pytest.mark.parametrize(
    ("name", "filled", "line"),
    [
        ("status", {}, "status"),
        ("check", {"draft": "Buy\nnow"}, "check Buy\nnow"),
        ("settings", {"set": "timezone", "to": "Europe/Berlin"}, "settings set timezone Europe/Berlin"),
        ("settings", {"set": "managers_channel", "channel": "123"}, "settings set managers_channel 123"),
        ("settings", {"more": "export"}, "settings export"),
        (
            "subscribe",
            {"about": "bugs", "every": "weekly", "day": "monday", "at": "9:00", "channel": "5"},
            "subscribe bugs weekly monday 9:00 in <#5>",
        ),
        ("new", {"text": "anything"}, "new anything"),
    ],
)
def test_what_is_filled_in_reads_as_if_it_was_typed(name: str, filled: dict[str, str], line: str) -> None:
    options = [{"name": option, "value": value} for option, value in filled.items()]
    assert line_of({"options": [{"name": name, "type": 1, "options": options}]}) == line


@pytest.mark.parametrize(
    ("typed", "first"), [("welc", "welcome_channel"), ("channel", "channels"), ("WELCOME_T", "welcome_text")]
)
def test_settings_are_suggested(typed: str, first: str) -> None:
    commands = Commands(OFFERED, [*EXPLAINED], [])
    options = [{"name": "set", "value": typed, "focused": True}]
    found = commands.suggestions({"options": [{"name": "settings", "options": options}]})
    assert first in [each["value"] for each in found]
    assert len(found) <= 25


def test_a_list_is_suggested_word_by_word() -> None:
    commands = Commands(OFFERED, [], ["bugs", "requests"])
    options = [{"name": "about", "value": "bugs, re", "focused": True}]
    found = commands.suggestions({"options": [{"name": "subscribe", "options": options}]})
    assert found == [{"name": "bugs, requests", "value": "bugs, requests"}]


def test_only_what_was_granted_is_asked_for() -> None:
    for name, intent in INTENTS.items():
        for bit in range(25):
            asked = intents_for(1 << bit)
            given = asked.members if name == "members" else asked.message_content
            assert given == bool(1 << bit & intent.flags)
    assert not intents_for(0).dm_messages
    assert not intents_for(0).presences


def test_the_invitation_asks_for_exactly_what_is_needed() -> None:
    assert f"permissions={permissions().value}&" in invitation("123")
    assert not permissions().administrator
    assert {name for name, given in permissions() if given} - {"read_messages"} <= set(PERMISSIONS)


def test_the_page_names_all_that_is_asked_for() -> None:
    for name, without in PERMISSIONS.items():
        assert f"| {name.replace('_', ' ').title()} | {without} |" in PAGE
    for intent in INTENTS.values():
        assert f"| {intent.title} | {intent.without} |" in PAGE


def test_what_differs_is_told_as_it_is() -> None:
    part = PAGE.partition("## What differs from Slack")[2].partition("\n## ")[0]
    rows = [line.strip("|").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    told = {name.strip(): (on_slack, on_discord) for name, on_slack, on_discord in rows}

    def numbers(name: str) -> tuple[list[int], list[int]]:
        on_slack, on_discord = (
            [int(each.replace(",", "")) for each in re.findall(r"[0-9][0-9,]*", cell)] for cell in told[name]
        )
        return on_slack, on_discord

    assert numbers("a form") == ([views.MAX_BLOCKS], [forms.MAX_PARTS])
    assert numbers("buttons and selects on a card") == (
        [blocks.MAX_BUTTONS],
        [embeds.MAX_ROWS, embeds.MAX_BUTTONS_IN_A_ROW],
    )
    assert numbers("a list to choose from") == ([blocks.MAX_OPTIONS], [embeds.MAX_OPTIONS])
    assert numbers("a long card") == ([blocks.MAX_CHARACTERS], [embeds.MAX_TEXT])
    assert (discord.ChannelType.text.value, discord.ChannelType.news.value) == embeds.POSTABLE
    for name, on_slack, on_discord in (
        (
            "private words to who did not ask",
            manners_of("slack:T").private_words,
            manners_of("discord:1").private_words,
        ),
        ("Hearth's own page", manners_of("slack:T").home, manners_of("discord:1").home),
    ):
        assert [cell.startswith("none") for cell in told[name]] == [not on_slack, not on_discord]
