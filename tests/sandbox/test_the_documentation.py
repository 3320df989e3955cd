"""docs/sandbox.md names every route, and its examples, sent in their order, are answered as it says."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.sandbox import Sandbox
from bot.actions import OpenForm, Post
from bot.cards import Button, Card, Form, Select, TextField
from tests.sandbox.ear import Ear
from tests.sandbox.visitor import Visitor, changes

TEXT = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")
Json = dict[str, Any]


@dataclass
class Section:
    """A heading with a request, and the JSON below it: bodies and answers in turn, or answers alone."""

    method: str
    path: str
    blocks: list[Json] = field(default_factory=list)


def sections() -> list[Section]:
    found = []
    for heading, content in re.findall(r"^### (.+)\n((?:(?!^#).*\n)*)", TEXT, re.MULTILINE):
        method, path = heading.split(" ", 1)
        blocks = re.findall(r"^```json\n(.*?)^```", content, re.MULTILINE | re.DOTALL)
        found.append(Section(method, path, [json.loads(block) for block in blocks]))
    return found


def test_every_route_is_documented(sandbox: Sandbox, ear: Ear) -> None:
    routes = {
        (route.method, route.resource.canonical)
        for route in sandbox.routes(ear, ear.tick).router.routes()
        if route.resource is not None and route.resource.canonical.startswith("/api/")
    }
    documented = {(section.method, section.path.split("?")[0]) for section in sections()}

    def names(canonical: str, path: str) -> bool:
        return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", canonical), path) is not None

    for method, canonical in routes - {("HEAD", canonical) for _, canonical in routes}:
        assert any(method == other and names(canonical, path) for other, path in documented), canonical
    for method, path in documented:
        assert any(method == other and names(canonical, path) for other, canonical in routes), path


async def test_the_examples_are_answered_as_they_say(visitor: Visitor, sandbox: Sandbox) -> None:
    # The ids of the examples are those of a quiet sandbox; here they may be others.
    ids: dict[str, str] = {}
    select = Select(label="To", name="settings.choose", value="feedback_channel", among="channels")
    button = Button(label="I'll take it", name="question.take", value="42")
    card = Card(title="A flag", selects=(select,), buttons=(button,))
    sent = await sandbox.sender.send(
        Post(key="k", community=sandbox.community, channel="managers", card=card)
    )
    assert sent.message is not None
    ids["m22"] = sent.message
    for name in ("f26", "f28"):
        ids[name] = await opened(visitor, sandbox, name)

    for section in sections():
        if section.path.startswith("/api/stream"):
            continue
        with_bodies = section.method in ("POST", "PUT", "PATCH") and len(section.blocks) > 1
        answers = section.blocks[1::2] if with_bodies else section.blocks
        bodies = section.blocks[::2] if with_bodies else [{}] * len(answers)
        for given, says in zip(bodies, answers, strict=True):
            path, body = renamed(section.path, ids), json.loads(renamed(json.dumps(given), ids))
            answer = await visitor.ok(section.method, path, None if section.method == "GET" else body)
            assert shape(answer) == shape(says), section.path
            if "message" in says:
                ids[says["message"]] = answer["message"]


async def test_the_stream_says_what_its_example_says(visitor: Visitor) -> None:
    [example] = re.findall(r"^data: (.+)$", TEXT, re.MULTILINE)
    async with visitor.session.get("/api/stream?as=bob") as stream:
        await visitor.post("cleo", "hello")
        change = await anext(changes(stream))
    del change["id"]
    assert set(change) == set(json.loads(example))


async def opened(visitor: Visitor, sandbox: Sandbox, key: str) -> str:
    """Have Hearth open a form, and return its id."""
    asked = await visitor.ok("POST", "/api/commands", {"as": "you", "channel": "general", "text": "help"})
    form = Form(title="Timezone", name="settings.set", fields=(TextField(label="Timezone", name="value"),))
    await sandbox.sender.send(
        OpenForm(
            key=key,
            community=sandbox.community,
            channel="general",
            member="you",
            interaction=asked["interaction"],
            form=form,
        )
    )
    return str((await visitor.sees("you"))["forms"][-1]["id"])


def renamed(text: str, ids: dict[str, str]) -> str:
    return re.sub(r"\b[mf]\d+\b", lambda found: ids.get(found[0], found[0]), text)


def shape(value: object) -> object:
    """Return the names in an answer; of a list, those of its first entry."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items() if name != "earlier"}
    if isinstance(value, list):
        return [shape(value[0])] if value and isinstance(value[0], dict) else []
    return type(value).__name__
