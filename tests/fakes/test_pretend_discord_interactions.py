"""How the pretend Discord has interactions answered: once, in time, by their token."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.fakes.discord_calls import Caller, calling
from tests.fakes.pretend_discord import PretendDiscord
from tests.fakes.pretend_discord.interactions import Interaction
from tests.fakes.pretend_discord.things import EPHEMERAL, LOADING, Message, User

COMMANDS: list[Any] = [
    {
        "name": "community",
        "description": "All about it",
        "options": [
            {
                "type": 1,
                "name": "set",
                "description": "Set something",
                "options": [
                    {
                        "type": 3,
                        "name": "what",
                        "description": "What",
                        "required": True,
                        "autocomplete": True,
                    },
                    {"type": 7, "name": "where", "description": "Where"},
                    {
                        "type": 3,
                        "name": "how",
                        "description": "How",
                        "choices": [{"name": "So", "value": "so"}],
                    },
                ],
            }
        ],
    },
    {"name": "Mark as answered", "type": 3},
]
FORM = {
    "title": "About",
    "custom_id": "about",
    "components": [
        {"type": 10, "content": "Please say."},
        {
            "type": 1,
            "components": [{"type": 4, "custom_id": "why", "label": "Why", "style": 1, "max_length": 5}],
        },
        {
            "type": 18,
            "label": "Which",
            "component": {"type": 3, "custom_id": "which", "options": [{"label": "One", "value": "1"}]},
        },
    ],
}


class Tea:
    """A server where commands were registered, and a caller."""

    def __init__(self, pretend: PretendDiscord, http: Caller) -> None:
        self.pretend, self.http = pretend, http
        self.server = pretend.server("Tea")
        self.general = self.server.channel("general")
        self.ada = self.server.person("Ada")

    def asks(self) -> Interaction:
        return self.ada.runs(self.general, "community set", what="it")

    async def answer(self, to: Interaction, kind: int, data: Any = None, **query: str) -> tuple[int, Any]:
        path = f"/interactions/{to.id}/{to.token}/callback"
        return await self.http.call("POST", path, {"type": kind, "data": data or {}}, token=None, **query)

    async def refused(self, to: Interaction, kind: int, data: Any = None) -> tuple[int, int]:
        status, answer = await self.answer(to, kind, data)
        return status, answer["code"]

    def hook(self, to: Interaction, rest: str = "") -> str:
        return f"/webhooks/{self.pretend.world.me.id}/{to.token}{rest}"

    async def follow(self, to: Interaction, form: Any) -> tuple[int, Any]:
        return await self.http.call("POST", self.hook(to), form, token=None)

    def card(self) -> Message:
        """A message of ours with things to press, as if it had long been there."""
        parts = [
            {"type": 2, "style": 1, "label": "Yes", "custom_id": "yes"},
            {"type": 2, "style": 2, "label": "No", "custom_id": "no", "disabled": True},
            {"type": 2, "style": 5, "label": "Read", "url": "https://example.com"},
        ]
        people = {"type": 5, "custom_id": "who", "placeholder": "Who?"}
        rows = [{"type": 1, "components": parts}, {"type": 1, "components": [people]}]
        world = self.pretend.world
        said = Message(world.moments.snowflake(), self.general.id, world.me, world.moments.now())
        said.content, said.components = "card", rows
        return world.post(said)


@pytest.fixture
async def tea() -> AsyncIterator[Tea]:
    pretend = PretendDiscord(scale=1e-5)
    async with calling(pretend) as http:
        made = Tea(pretend, http)
        status, _ = await http.call("PUT", f"/applications/{pretend.world.me.id}/commands", COMMANDS)
        assert status == 200
        yield made
        assert pretend.problems == []


async def test_an_answer_is_given_once(tea: Tea) -> None:
    asked = tea.asks()
    assert (await tea.answer(asked, 4, {"content": "one"}))[0] == 204
    assert await tea.refused(asked, 4, {"content": "two"}) == (400, 40060)
    assert [each.content for each in asked.shown] == ["one"]


async def test_a_first_answer_comes_in_time_and_to_what_was_asked(tea: Tea) -> None:
    asked, other = tea.asks(), tea.asks()
    wrong = Interaction("1", asked.token, 2, tea.ada.user, tea.general, asked.at, {})
    assert await tea.refused(wrong, 4, {"content": "x"}) == (404, 10062)
    wrong.id, wrong.token = asked.id, "wrong"
    assert await tea.refused(wrong, 4, {"content": "x"}) == (404, 10062)
    assert (await tea.follow(other, {"content": "x"}))[1]["code"] == 10015
    tea.pretend.pass_by(seconds=3.1)
    assert await tea.refused(asked, 4, {"content": "x"}) == (404, 10062)


async def test_a_token_lives_a_quarter_of_an_hour(tea: Tea) -> None:
    asked = tea.asks()
    await tea.answer(asked, 5, {"flags": EPHEMERAL})
    tea.pretend.pass_by(minutes=14)
    assert (await tea.follow(asked, {"content": "in time"}))[0] == 200
    tea.pretend.pass_by(minutes=1.1)
    status, answer = await tea.follow(asked, {"content": "late"})
    assert (status, answer["code"]) == (401, 50027)
    status, answer = await tea.http.call("PATCH", tea.hook(asked, "/messages/@original"), {"content": "late"})
    assert (status, answer["code"]) == (401, 50027)
    asked.token = "wrong"
    tea.pretend.interactions.made["x"] = Interaction("x", "right", 2, tea.ada.user, tea.general, asked.at, {})
    status, answer = await tea.http.call("GET", "/webhooks/1/right/messages/@original", token=None)
    assert (status, answer["code"]) == (401, 50027)


async def test_what_was_waited_for_takes_the_place_of_the_waiting(tea: Tea) -> None:
    asked = tea.asks()
    _, answer = await tea.answer(asked, 5, {"flags": EPHEMERAL}, with_response="true")
    assert answer["interaction"]["response_message_loading"]
    assert answer["interaction"]["response_message_ephemeral"]
    assert asked.shown == []
    assert asked.answers[0].flags & LOADING
    _, first = await tea.follow(asked, {"content": "one"})
    assert first["id"] == answer["resource"]["message"]["id"]
    _, second = await tea.follow(asked, {"content": "two", "flags": EPHEMERAL})
    assert [each.content for each in asked.shown] == ["one", "two"]
    assert all(each.only == tea.ada.id for each in asked.shown)
    status, _ = await tea.http.call("PATCH", tea.hook(asked, f"/messages/{second['id']}"), {"content": "2"})
    assert status == 200
    assert asked.shown[1].content == "2"
    assert (await tea.http.call("GET", tea.hook(asked, "/messages/@original")))[1]["content"] == "one"
    assert (await tea.http.call("DELETE", tea.hook(asked, f"/messages/{second['id']}")))[0] == 204
    status, answer = await tea.http.call("GET", tea.hook(asked, f"/messages/{second['id']}"))
    assert (status, answer["code"]) == (404, 10008)


async def test_nonces_do_nothing_here(tea: Tea) -> None:
    asked = tea.asks()
    await tea.answer(asked, 5)
    for _ in range(2):
        assert (await tea.follow(asked, {"content": "x", "nonce": "n", "enforce_nonce": True}))[0] == 200
    assert len(asked.shown) == 2


async def test_what_one_alone_sees_is_in_no_history(tea: Tea) -> None:
    asked = tea.asks()
    await tea.answer(asked, 4, {"content": "psst", "flags": EPHEMERAL})
    shown = asked.shown[0]
    bob = tea.server.person("Bob")
    assert shown in tea.server.seen_by(tea.ada, tea.general)
    assert shown not in tea.server.seen_by(bob, tea.general)
    there = f"/channels/{tea.general.id}/messages"
    assert await tea.http.call("GET", there) == (200, [])
    assert await tea.http.refusal("GET", f"{there}/{shown.id}") == (404, 10008)
    assert await tea.http.refusal("PATCH", f"{there}/{shown.id}", {"content": "x"}) == (404, 10008)


@pytest.mark.parametrize(
    ("kind", "data", "place"),
    [
        (4, {"content": "x" * 2_001}, "content"),
        (6, {}, "type"),
        (7, {"content": "x"}, "type"),
        (8, {"choices": []}, "type"),
        (1, {}, "type"),
        (9, {**FORM, "title": "t" * 46}, "data.title"),
        (9, {**FORM, "custom_id": "c" * 101}, "data.custom_id"),
        (9, {**FORM, "components": []}, "data.components"),
        (9, {**FORM, "components": [{"type": 2}]}, "data.components.0.type"),
        (9, {**FORM, "components": [{"type": 18, "label": "l"}]}, "data.components.0.component"),
        (
            9,
            {**FORM, "components": [{"type": 18, "label": "l" * 46, "component": {"type": 2}}]},
            "data.components.0.label",
        ),
        (
            9,
            {
                **FORM,
                "components": [
                    {"type": 1, "components": [{"type": 4, "custom_id": "c", "style": 3, "label": "l"}]}
                ],
            },
            "data.components.0.components.0.style",
        ),
        (
            9,
            {**FORM, "components": [{"type": 1, "components": [{"type": 4, "custom_id": "c", "style": 1}]}]},
            "data.components.0.components.0.label",
        ),
        (
            9,
            {
                **FORM,
                "components": [
                    {
                        "type": 18,
                        "label": "l",
                        "component": {
                            "type": 4,
                            "custom_id": "c",
                            "style": 1,
                            "value": "v" * 6,
                            "max_length": 5,
                        },
                    }
                ],
            },
            "data.components.0.component.value",
        ),
    ],
)
async def test_answers_out_of_bounds(tea: Tea, kind: int, data: Any, place: str) -> None:
    status, answer = await tea.answer(tea.asks(), kind, data)
    assert (status, answer["code"]) == (400, 50035)
    at = answer["errors"]
    for part in place.split("."):
        at = at[part]
    assert at["_errors"]


async def test_suggestions(tea: Tea) -> None:
    typed = tea.ada.types(tea.general, "community set", "what", "i")
    assert await tea.refused(typed, 4, {"content": "x"}) == (400, 50035)
    many = [{"name": f"{n}", "value": "v"} for n in range(26)]
    assert await tea.refused(typed, 8, {"choices": many}) == (400, 50035)
    assert (await tea.answer(typed, 8, {"choices": many[:25]}))[0] == 204
    assert len(typed.choices) == 25
    with pytest.raises(AssertionError):
        tea.ada.types(tea.general, "community set", "how", "s")


async def test_commands_are_given_as_they_were_registered(tea: Tea) -> None:
    for wrong in (
        {},
        {"what": "it", "else": "x"},
        {"what": "it", "how": "otherwise"},
        {"what": "it", "where": "x"},
    ):
        with pytest.raises(AssertionError):
            tea.ada.runs(tea.general, "community set", **wrong)
    with pytest.raises(LookupError):
        tea.ada.runs(tea.general, "other")
    with pytest.raises(AssertionError):
        tea.ada.runs(tea.general, "community")
    with pytest.raises(AssertionError):
        tea.ada.runs(tea.general, "community unset")
    given = tea.ada.runs(tea.general, "community set", what="it", where=tea.general)
    assert given.data["options"][0]["options"][1]["value"] == tea.general.id
    assert tea.general.id in given.data["resolved"]["channels"]
    used = tea.ada.uses("Mark as answered", tea.ada.says(tea.general, "why?"))
    assert next(iter(used.data["resolved"]["messages"].values()))["content"] == "why?"
    hidden = tea.server.channel("hidden", hidden=True)
    with pytest.raises(AssertionError):
        tea.ada.runs(hidden, "community set", what="it")


async def test_what_can_be_pressed_and_chosen(tea: Tea) -> None:
    card = tea.card()
    for label in ("No", "Read", "Maybe"):
        with pytest.raises(AssertionError):
            tea.ada.presses(card, label)
    pressed = tea.ada.presses(card, "Yes")
    assert (await tea.answer(pressed, 7, {"content": "pressed"}))[0] == 204
    assert card.content == "pressed"
    quietly = tea.ada.presses(card, "Yes")
    assert (await tea.answer(quietly, 6))[0] == 204
    _, said = await tea.follow(quietly, {"content": "after", "flags": EPHEMERAL})
    assert said["flags"] & EPHEMERAL
    chosen = tea.ada.chooses(card, "Who?", tea.ada)
    assert chosen.data["values"] == [tea.ada.id]
    assert tea.ada.id in chosen.data["resolved"]["members"]
    with pytest.raises(AssertionError):
        tea.ada.chooses(card, "Who?")
    tea.ada.deletes(card)
    with pytest.raises(AssertionError):
        tea.ada.presses(card, "Yes")


async def test_forms_are_filled_in_as_they_are_asked(tea: Tea) -> None:
    asked = tea.asks()
    assert (await tea.answer(asked, 9, FORM))[0] == 204
    for wrong in ({}, {"why": "too long"}, {"why": "so", "other": "x"}, {"why": "so"}):
        with pytest.raises(AssertionError):
            tea.ada.submits(asked, **wrong)
    sent = tea.ada.submits(asked, why="so", Which="One")
    assert [each["type"] for each in sent.data["components"]] == [10, 1, 18]
    assert sent.data["components"][2]["component"]["values"] == ["1"]
    assert await tea.refused(sent, 9, FORM) == (400, 50035)
    assert (await tea.answer(sent, 4, {"content": "thanks"}))[0] == 204


async def test_an_answer_can_notify_too(tea: Tea) -> None:
    asked = tea.asks()
    bob = tea.server.person("Bob")
    await tea.answer(asked, 4, {"content": bob.mention})
    assert asked.shown[0].pings == {bob.id}
    assert tea.pretend.problems.pop().endswith(bob.id)
    psst = tea.asks()
    await tea.answer(psst, 4, {"content": bob.mention, "flags": EPHEMERAL})
    assert psst.shown[0].pings == set()


async def test_direct_conversations_know_no_server(tea: Tea) -> None:
    direct = tea.pretend.world.direct_with(tea.ada.user)
    said = Message(
        tea.pretend.moments.snowflake(), direct.id, tea.pretend.world.me, tea.pretend.moments.now()
    )
    said.content, said.components = "x", tea.card().components
    tea.pretend.world.post(said)
    pressed = tea.ada.presses(said, "Yes")
    assert (await tea.answer(pressed, 4, {"content": "pressed"}))[0] == 204
    assert isinstance(pressed.user, User)
