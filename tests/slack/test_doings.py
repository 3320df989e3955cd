"""What people do with Hearth in Slack becomes events that carry the way back to them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.slack.directory import Directory, person_of
from adapters.slack.doings import Way, command, interactions, kept, way_of
from bot.events import ButtonPressed, FormSubmitted, ShortcutUsed

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
URL = "https://hooks.slack.com/actions/T1/123/abc"
USER = {"id": "U1", "name": "ada"}


@pytest.fixture
def directory() -> Directory:
    """A workspace that Ada administers."""
    made = Directory("slack:T1", "UHEARTH", "BHEARTH")
    made.people["U1"] = person_of({"id": "U1", "is_owner": True, "profile": {"display_name": "Ada"}}, "T1")
    made.know_groups([{"id": "S1", "handle": "crew", "users": ["U1"]}])
    return made


def body(**more: Any) -> dict[str, Any]:
    return {"user": USER, "trigger_id": "1.2.3", "response_url": URL, "channel": {"id": "C1"}, **more}


def test_a_command_reads_as_it_was_typed(directory: Directory) -> None:
    asked = {
        "user_id": "U1",
        "user_name": "ada",
        "channel_id": "C1",
        "trigger_id": "1.2.3",
        "response_url": URL,
    }
    text = "settings managers +<@U1|Smith, Ada> &amp; <#C9|help>"
    given = command({**asked, "text": text}, NOW, directory)

    assert given.text == "settings managers +@U1 & #C9"
    assert (given.admin, given.roles, given.channel) == (True, ("S1", "crew"), "C1")
    assert way_of(given.interaction) == Way("1.2.3", URL)


def test_a_button_says_what_it_was_about(directory: Directory) -> None:
    action = {
        "type": "button",
        "action_id": "3:question.answered",
        "value": "C1/1.2",
        "block_id": "x",
        "action_ts": "5.6",
    }
    [pressed] = interactions(body(type="block_actions", actions=[action]), NOW, directory)

    assert isinstance(pressed, ButtonPressed)
    assert (pressed.button, pressed.value, pressed.chosen) == ("question.answered", "C1/1.2", ())


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ({"type": "static_select", "selected_option": {"value": "weekly"}}, ("weekly",)),
        ({"type": "conversations_select", "selected_conversation": "C7"}, ("C7",)),
        ({"type": "users_select", "selected_user": "U7"}, ("U7",)),
        ({"type": "static_select", "selected_option": None}, ()),
    ],
)
def test_a_select_says_what_was_chosen_and_what_for(
    directory: Directory, chosen: dict[str, Any], told: tuple[str, ...]
) -> None:
    action = {"action_id": "0:setup.channel", "block_id": "0:managers_channel", "action_ts": "5.6", **chosen}
    [pressed] = interactions(body(type="block_actions", actions=[action]), NOW, directory)

    assert isinstance(pressed, ButtonPressed)
    assert (pressed.button, pressed.value, pressed.chosen) == ("setup.channel", "managers_channel", told)


def test_on_hearths_own_page_there_is_no_channel_but_the_member(directory: Directory) -> None:
    action = {"type": "button", "action_id": "0:home.more", "action_ts": "5.6"}
    said = {"user": USER, "trigger_id": "1.2.3", "type": "block_actions", "actions": [action]}
    [pressed] = interactions({**said, "container": {"type": "view"}, "view": {}}, NOW, directory)

    assert pressed.channel == pressed.member == "U1"
    assert way_of(pressed.interaction) == Way("1.2.3", "")


def test_a_form_comes_back_with_what_it_was_about(directory: Directory) -> None:
    values = {
        "0:name": {"field": {"type": "plain_text_input", "value": "Ada"}},
        "1:where": {"field": {"type": "conversations_select", "selected_conversation": "C7"}},
        "2:empty": {"field": {"type": "plain_text_input", "value": None}},
    }
    view = {
        "id": "V1",
        "callback_id": "settings.form",
        "private_metadata": kept("limit", "C1", URL),
        "state": {"values": values},
        "hash": "1.h",
    }
    said = {"type": "view_submission", "user": USER, "view": view, "trigger_id": "9.9"}
    [sent] = interactions(said, NOW, directory)

    assert isinstance(sent, FormSubmitted)
    assert (sent.form, sent.value, sent.channel) == ("settings.form", "limit", "C1")
    assert sent.fields == {"name": "Ada", "where": ("C7",), "empty": ""}
    assert way_of(sent.interaction) == Way("9.9", URL)


def test_a_form_of_another_version_comes_back_with_what_it_has(directory: Directory) -> None:
    said = {"type": "view_submission", "user": USER, "view": {"callback_id": "x", "private_metadata": "[1"}}
    [sent] = interactions({**said, "trigger_id": "9.9"}, NOW, directory)

    assert isinstance(sent, FormSubmitted)
    assert (sent.value, sent.channel, sent.fields) == ("", "U1", {})


def test_a_shortcut_brings_the_message_it_was_used_on(directory: Directory) -> None:
    message = {
        "ts": "1772445600.000100",
        "user": "U5",
        "text": "how do I &lt;export&gt;?",
        "thread_ts": "1.000001",
    }
    said = body(type="message_action", callback_id="answered", message=message, message_ts=message["ts"])
    [used] = interactions(said, NOW, directory)

    assert isinstance(used, ShortcutUsed)
    assert (used.shortcut, used.message, used.author) == ("answered", "1772445600.000100", "U5")
    assert (used.text, used.thread) == ("how do I <export>?", "1.000001")


def test_an_address_too_long_to_carry_is_left_out() -> None:
    way = Way("1.2.3", "https://x.example/" + "a" * 300)

    assert way_of(way.written()) == Way("1.2.3", "")
    assert way_of(Way().written()) == Way("", "")
    assert way_of("1.2.3 ftp://x.example") == Way("1.2.3", "")
