"""The manifest, the code and the page say the same: scopes, events, methods."""

import re
from pathlib import Path

import pytest

from adapters.slack.manifest import manifest
from adapters.slack.scopes import EVENTS, METHODS, SCOPES, SHORTCUTS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")
CODE = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "adapters" / "slack").glob("*.py"))


@pytest.mark.parametrize("address", [None, "https://hearth.example.com"])
def test_both_manifests_ask_for_what_the_table_has(address: str | None) -> None:
    made = manifest(address)

    assert made["oauth_config"]["scopes"] == {"bot": list(SCOPES)}
    assert made["settings"]["event_subscriptions"]["bot_events"] == list(EVENTS)
    assert made["settings"]["socket_mode_enabled"] is (address is None)
    assert [each["callback_id"] for each in made["features"]["shortcuts"]] == list(SHORTCUTS)
    assert len(made["display_information"]["description"]) <= 140
    assert all(len(each["name"]) <= 24 for each in made["features"]["shortcuts"])


def test_by_requests_everything_comes_to_one_address() -> None:
    made = manifest("https://hearth.example.com/")
    url = "https://hearth.example.com/slack/events"

    assert made["settings"]["event_subscriptions"]["request_url"] == url
    assert made["settings"]["interactivity"]["request_url"] == url
    assert made["features"]["slash_commands"][0]["url"] == url
    assert made["oauth_config"]["redirect_urls"] == ["https://hearth.example.com/slack/oauth_redirect"]
    assert "http" not in str(manifest())


def test_every_scope_is_there_for_an_event_or_a_method_or_the_command() -> None:
    used = {scope for scope in EVENTS.values() if scope}
    used |= {scope for scopes, _ in METHODS.values() for scope in scopes}

    # Without it addresses are left out of what users.list and users.info tell.
    assert set(SCOPES) == used | {"commands", "users:read.email"}


def test_every_method_that_is_asked_is_in_the_table_and_no_other() -> None:
    without_table = CODE.replace((ROOT / "adapters" / "slack" / "scopes.py").read_text(encoding="utf-8"), "")
    asked = set(re.findall(r'"((?:[a-z]+\.)+[a-z]+[A-Za-z]*)"', without_table))
    families = {each.split(".")[0] for each in METHODS}
    methods = {name for name in asked if name.split(".")[0] in families and not name.endswith(".json")}

    assert methods == set(METHODS)


def test_every_event_subscribed_to_is_read() -> None:
    read = (ROOT / "adapters" / "slack" / "translate.py").read_text(encoding="utf-8")
    for event in EVENTS:
        assert f'"{event.split(".")[0]}"' in read, event


def test_the_page_has_the_tables_as_they_are() -> None:
    rows = re.findall(r"^\| `([a-z:._]+)`(\*?) \| (.*) \| (.*) \|$", PAGE, re.MULTILINE)
    [events] = re.findall(r"^It is told of these events: (.*)\.$", PAGE, re.MULTILINE)

    assert rows == [
        (name, "*" if scope.needed else "", scope.why, scope.without) for name, scope in SCOPES.items()
    ]
    assert re.findall(r"`([a-z_.]+)`", events) == list(EVENTS)
