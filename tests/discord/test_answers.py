"""Whoever waits is answered: where Discord's word got lost, and where what they did cannot be taken in."""

from typing import Any

import pytest

from adapters.discord.doings import PRESSED
from adapters.discord.kept import KeptValues
from adapters.discord.names import named
from bot.ports import Closed
from tests.fakes.discord_hearth import DiscordHearth
from tests.fakes.pretend_discord.interactions import WAIT, WAIT_QUIETLY
from tests.fakes.pretend_discord.refusals import Wire
from tests.fakes.pretend_discord.things import LOADING

CALLBACK = "/interactions/{interaction}/{token}/callback"


async def test_an_answer_follows_a_wait_that_discord_took_and_said_nothing_of(
    hearth: DiscordHearth, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = await hearth.draft("timezone", "Europe/Berlin")
    await hearth.command("help")
    monkeypatch.setattr("adapters.discord.replies._SOON_S", 0.0)
    hearth.discord.plan("POST", CALLBACK, "dies")
    given = hearth.dana.runs(hearth.managers, "community help")
    answer = await hearth.answer(given)
    assert given.answered == WAIT
    assert "/community" in answer.words
    assert not answer.flags & LOADING
    # A button is waited for quietly, and answered beside.
    hearth.discord.plan("POST", CALLBACK, "dies")
    pressed = hearth.dana.presses(draft, "Apply")
    assert (await hearth.answer(pressed)).words
    assert pressed.answered == WAIT_QUIETLY


@pytest.mark.parametrize("what", ["of no kind", "by nobody", "not to be looked up"])
async def test_what_cannot_be_taken_in_is_answered_in_a_sentence(
    hearth: DiscordHearth, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    await hearth.set(managers_channel=hearth.managers)

    def told(kind: str, data: Wire) -> Wire:
        if kind != "INTERACTION_CREATE":
            return data
        if what == "by nobody":
            return data | {"member": data["member"] | {"user": data["member"]["user"] | {"id": ""}}}
        if what == "of no kind":
            return data | {"type": 99}
        # A value too long for Discord is looked up.
        pressed = named(0, "settings.apply", "x" * 200)
        assert pressed is not None
        return data | {"type": PRESSED, "data": {"custom_id": pressed.custom_id, "component_type": 2}}

    async def closed(*args: Any) -> str:
        raise Closed("The database is away.")

    monkeypatch.setattr(KeptValues, "value", closed)
    hearth.discord.gateway.as_told = told
    answer = await hearth.answer(hearth.dana.runs(hearth.managers, "community help"))
    assert ("try again" if what == "not to be looked up" else "does not know that") in answer.words
    assert not answer.flags & LOADING
