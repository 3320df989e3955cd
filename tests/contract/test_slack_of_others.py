"""Hearth with a Slack that is not ours: it speaks as documented, and otherwise where that is left open."""

from datetime import timedelta

import pytest

from adapters.slack.sender import SlackSender
from storage.tables import Capability, Message
from tests.fakes.pretend_slack.requests_out import Requests
from tests.fakes.slack_accent import accent, accented
from tests.fakes.slack_hearth import SlackHearth, slack_hearth

SALE = "Hi everyone! 50% off all plans, today only. Don't miss out, subscribe now and win a free year!"


@pytest.mark.parametrize("by_way", ["socket", "http"])
async def test_it_is_lived_with(sqlite_url: str, by_way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written = Requests.written
    # What Slack signs is what it says, in its own words.
    monkeypatch.setattr(Requests, "written", staticmethod(lambda kind, body: written(kind, accented(body))))
    monkeypatch.setattr(SlackSender, "pause", 0.0)
    async with (
        slack_hearth(sqlite_url, by_socket=by_way == "socket", limited=False) as hearth,
        accent(hearth.slack.address) as other,
    ):
        hearth.settings["slack_api_url"] = other.api_url
        hearth.slack.page_most = 2
        await hearth.start()
        await hearth.set(managers_channel=hearth.managers, welcome_channel=hearth.general)
        sam = await hearth.joins("Sam")
        await hearth.heard()
        hearth.later(timedelta(minutes=1))
        await hearth.shown(hearth.general, "Tell us what brings you here")
        said = sam.says(hearth.help, f"{SALE} Otherwise.")
        sam.reacts(said, "tada")
        sam.edits(said, f"{SALE} Otherwise!")
        await hearth.lets_be()
        card = await hearth.shown(hearth.managers, "Otherwise")
        await hearth.presses(hearth.dana, card, "It's fine here")
        await hearth.says_now(card, "Fine here, says Dana")
        assert "This reads like selling" in (await hearth.picks(hearth.dana, "salesy", said)).shown
        await form(hearth)
        await hearth.stop()
        deliveries = hearth.slack.deliveries(hearth.installation.app)
        deliveries.lost = True
        for number in range(3):
            sam.says(hearth.help, f"missed {number}", thread=said if number else None)
        deliveries.lost = False
        await hearth.start()
        await hearth.until(lambda: len(hearth.rows(Message)) == 4, "what was missed")
        assert {row.text for row in hearth.rows(Message)} == {
            f"{SALE} Otherwise!",
            *(f"missed {number}" for number in range(3)),
        }
        # Nothing is taken for missing that Slack only does not tell of.
        assert [row.capability for row in hearth.rows(Capability) if not row.works] == []


@pytest.mark.parametrize("by_way", ["socket", "http"])
async def test_it_is_lived_with_though_it_knows_little(
    sqlite_url: str, by_way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SlackSender, "pause", 0.0)
    async with (
        slack_hearth(sqlite_url, by_socket=by_way == "socket", limited=False) as hearth,
        accent(hearth.slack.address) as other,
    ):
        # As people write it down, without the slash at its end.
        hearth.settings["slack_api_url"] = other.api_url.rstrip("/")
        other.unknown = {"users.list", "usergroups.list", "files.getUploadURLExternal"}
        other.leaves_out = {
            "auth.test": ("bot_id", "url", "team", "user"),
            "chat.postMessage": ("ts",),
            "conversations.history": ("has_more", "response_metadata"),
        }
        await hearth.start()
        # Who asks is not in any list, and administers the workspace.
        await hearth.set(managers_channel=hearth.managers, welcome_channel=hearth.general)
        said = (await hearth.command("status")).shown
        assert "Slack refused users.list: unknown_method" in said
        sam = await hearth.joins("Sam")
        sam.says(hearth.help, SALE)
        await hearth.lets_be()
        card = await hearth.shown(hearth.managers, "50% off")
        await hearth.presses(hearth.dana, card, "It's fine here")
        await hearth.says_now(card, "Fine here, says Dana")
        # What speaks of a payload is a command as any other.
        assert "sell" in (await hearth.command("check our payload is 50% off, subscribe now")).shown
        # What it says itself is nobody's talk.
        assert {row.text for row in hearth.rows(Message)} == {SALE}
        other.broken = {"chat.postMessage"}
        await hearth.joins("Tim")
        await hearth.heard()
        hearth.later(timedelta(minutes=1))
        await hearth.until(lambda: other.in_vain, "a try to say something")
        other.unknown, other.broken = set(), set()

        async def both() -> bool:
            return len(await hearth.with_words(hearth.general, "Tell us what brings you here")) == 2

        await hearth.until(both, "a welcome for either")
        await hearth.restart()
        off = [row.capability for row in hearth.rows(Capability) if not row.works]
        assert off == []


async def form(hearth: SlackHearth) -> None:
    """Have the manager fill in a window."""
    setup = await hearth.command("setup")
    assert (await hearth.dana.clicks(setup, "Another timezone…")).acknowledged
    await hearth.until(lambda: hearth.dana.modals, "a window")
    [label] = [block["label"]["text"] for block in hearth.dana.modal.blocks if block["type"] == "input"]
    assert (await hearth.dana.submits(**{label: "Asia/Kathmandu"})).acknowledged
    await hearth.shown(hearth.managers, "→ Asia/Kathmandu", to=hearth.dana)
