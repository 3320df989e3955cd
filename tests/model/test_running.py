"""A Hearth that is started with the address of a language model asks it, and one without does not."""

import asyncio
import json
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from tests.core.waiting import PATIENCE_S
from tests.fakes.pretend_model import KEY, answers, pretend_model
from tests.model.test_rewrite import DRAFT
from tests.processes import running

GOOD = "Our invoice export for teams is live: [link-1]."


async def shown(session: ClientSession, what: str) -> dict[str, Any]:
    """Wait until the manager is shown a card with these words; return its message."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            async with session.get("/api/state?as=you") as answer:
                state = await answer.json()
            for message in state["messages"]:
                if what in json.dumps(message):
                    return dict(message)
            await asyncio.sleep(0.05)


async def commands(session: ClientSession, text: str) -> None:
    body = {"as": "you", "channel": "managers", "text": text}
    async with session.post("/api/commands", json=body) as answer:
        assert answer.status == 201


async def test_it_is_asked_by_a_hearth_that_was_given_one(tmp_path: Path) -> None:
    async with pretend_model(answers({"text": GOOD})) as model:
        given = {"OPENAI_BASE_URL": model.address, "OPENAI_API_KEY": KEY, "OPENAI_MODEL_REWRITE": "wordy"}
        with running(tmp_path, **given) as (_, address):
            async with ClientSession(address) as session:
                await commands(session, "settings set model rewrite")
                preview = await shown(session, "Change model?")
                press = {"as": "you", "message": preview["id"], "button": "settings.apply"}
                [value] = [
                    each["value"] for each in preview["card"]["buttons"] if each["name"] == press["button"]
                ]
                async with session.post("/api/buttons", json={**press, "value": value}) as answer:
                    assert answer.status == 201
                await commands(session, f"check {DRAFT}")
                await shown(session, "as it could be said to people")
                await commands(session, "model")
                await shown(session, "120 of 200,000 a day")
                async with session.get("/metrics") as answer:
                    figures = await answer.text()

    assert [question.body["model"] for question in model.asked] == ["wordy"]
    assert 'hearth_model_questions_total{outcome="answered",purpose="rewrite"} 1.0' in figures
