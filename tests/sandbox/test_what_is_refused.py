"""The sandbox refuses what a platform would, with a sentence that says what is wrong."""

import pytest
from aiohttp import ClientResponse

from adapters.sandbox import Sandbox
from bot.actions import OpenForm, Post
from bot.cards import Button, Card, Form, Option, Select, TextField
from bot.ports import Refused
from tests.sandbox.ear import Ear
from tests.sandbox.visitor import Visitor, sentence

SAID = {"as": "bob", "channel": "general", "text": "hello"}


@pytest.mark.parametrize(
    ("status", "change", "says"),
    [
        (404, {"as": "nobody"}, 'There is no member "nobody" here.'),
        (404, {"channel": "nowhere"}, 'There is no channel "nowhere" that bob can read.'),
        (404, {"channel": "managers"}, 'There is no channel "managers" that bob can read.'),
        (404, {"channel": "dm-cleo"}, 'There is no channel "dm-cleo" that bob can read.'),
        (403, {"channel": "dm-bob"}, "Hearth does not chat in private; give it a /community command."),
        (404, {"thread": "m999"}, 'There is no message "m999" that bob can see.'),
        (404, {"reply_to": "m999"}, 'There is no message "m999" that bob can see.'),
        (422, {"text": "  \n"}, "A message says something."),
        (422, {"text": "x" * 40_001}, "A message has 40,000 characters at most; this one has 40,001."),
        (413, {"text": "x" * 1_000_000}, "That is more than the sandbox takes at once."),
        (422, {"colour": "red"}, "There is no field colour here."),
        (422, {"text": 7}, "text has to be text."),
        (422, {"buttons": [{"label": "Go", "url": "javascript:alert(1)"}]}, None),
        (422, {"buttons": [{"label": "", "url": "https://example.com"}]}, None),
        (
            422,
            {"buttons": [{"label": "Go", "url": "https://example.com"}] * 26},
            "A message has 25 buttons at most; this one has 26.",
        ),
    ],
)
async def test_a_message_that_cannot_be(
    visitor: Visitor, ear: Ear, status: int, change: dict[str, object], says: str | None
) -> None:
    said = await visitor.refused(status, "POST", "/api/messages", SAID | change)
    assert says is None or said == says
    assert not ear.heard
    assert await visitor.messages("bob") == []


@pytest.mark.parametrize(
    ("status", "data", "kind"),
    [
        (400, b"{", "application/json"),
        (400, b"", "application/json"),
        (400, b"\xff\xfe", "application/json"),
        (400, b"[" * 100_000, "application/json"),
        (422, b"[]", "application/json"),
        (422, b"null", "application/json"),
        (415, b'{"name": "ada"}', "text/plain"),
        (415, b"name=ada", "application/x-www-form-urlencoded"),
    ],
)
async def test_a_body_that_is_not_what_it_should_be(
    visitor: Visitor, ear: Ear, status: int, data: bytes, kind: str
) -> None:
    async with visitor.session.post("/api/members", data=data, headers={"Content-Type": kind}) as answer:
        await sentence(answer, status)
    assert not ear.heard


async def test_another_ones_message_is_not_theirs_to_change(visitor: Visitor, ear: Ear) -> None:
    message = await visitor.post("cleo", "mine")
    heard = len(ear.heard)
    said = await visitor.refused(403, "PATCH", f"/api/messages/{message}", {"as": "bob", "text": "yours"})
    assert said == f"Only who wrote {message} can edit it."
    await visitor.refused(403, "PATCH", f"/api/messages/{message}", {"as": "you", "text": "yours"})
    await visitor.refused(403, "DELETE", f"/api/messages/{message}?as=bob")
    assert len(ear.heard) == heard


async def test_what_is_deleted_is_gone_for_good(visitor: Visitor) -> None:
    message = await visitor.post("cleo", "oops")
    await visitor.ok("DELETE", f"/api/messages/{message}?as=cleo")
    await visitor.refused(404, "DELETE", f"/api/messages/{message}?as=cleo")
    await visitor.refused(404, "PATCH", f"/api/messages/{message}", {"as": "cleo", "text": "again"})
    await visitor.refused(404, "POST", "/api/messages", SAID | {"reply_to": message})


async def test_a_reply_belongs_where_its_message_is(visitor: Visitor) -> None:
    asked = await visitor.post("cleo", "How?", "help")
    answered = await visitor.post("bob", "So", "help", thread=asked)
    other = await visitor.post("cleo", "Other", "help")

    await visitor.refused(404, "POST", "/api/messages", SAID | {"thread": asked})
    nested = SAID | {"channel": "help", "thread": answered}
    said = await visitor.refused(422, "POST", "/api/messages", nested)
    assert said == f"{answered} is in a thread itself; reply in the thread of {asked}."
    crossed = SAID | {"channel": "help", "thread": asked, "reply_to": other}
    await visitor.refused(422, "POST", "/api/messages", crossed)


async def test_a_button_that_is_not_on_the_card(visitor: Visitor, sandbox: Sandbox, ear: Ear) -> None:
    card = Card(title="Is it?", buttons=(Button(label="Yes", name="say", value="yes"),))
    sent = await sandbox.sender.send(
        Post(key="k", community=sandbox.community, channel="managers", card=card)
    )
    press = {"as": "you", "message": sent.message, "button": "say", "value": "yes"}
    await visitor.refused(404, "POST", "/api/buttons", press | {"button": "shout"})
    await visitor.refused(404, "POST", "/api/buttons", press | {"value": "no"})
    await visitor.refused(404, "POST", "/api/buttons", press | {"message": "m999"})
    await visitor.refused(404, "POST", "/api/buttons", press | {"as": "bob"})
    assert not ear.heard


@pytest.mark.parametrize("name", ["", "   ", "-", "<b>", "x" * 41, "a\nb\u202e"])
async def test_a_name_that_is_none(visitor: Visitor, name: str) -> None:
    await visitor.refused(422, "POST", "/api/members", {"name": name})


async def test_a_name_that_is_taken(visitor: Visitor) -> None:
    assert await visitor.refused(409, "POST", "/api/members", {"name": "Bob"}) == (
        'There is a "bob" already; choose another name.'
    )
    await visitor.refused(409, "POST", "/api/members", {"name": "Hearth"})
    await visitor.refused(409, "POST", "/api/members/bob/return")
    await visitor.refused(409, "POST", "/api/members/bob/admit")
    await visitor.refused(404, "POST", "/api/members/nobody/leave")
    await visitor.refused(404, "POST", "/api/members/nobody/return")


@pytest.mark.parametrize(
    "path",
    [
        "/api/state",
        "/api/state?as=",
        "/api/stream?as=bob&after=-1",
        "/api/stream?as=bob&after=soon",
    ],
)
async def test_a_question_that_says_too_little(visitor: Visitor, path: str) -> None:
    await visitor.refused(422, "GET", path)


@pytest.mark.parametrize(
    ("status", "path"), [(404, "/api/state?as=nobody"), (404, "/api/nothing"), (404, "/page/none.js")]
)
async def test_what_is_not_there(visitor: Visitor, status: int, path: str) -> None:
    await visitor.refused(status, "GET", path)


async def test_nothing_outside_the_page_is_served(visitor: Visitor) -> None:
    await visitor.refused(404, "GET", "/page/%2e%2e/api.py")
    await visitor.refused(404, "GET", "/page/")
    await visitor.refused(405, "POST", "/")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "hearth.example"},
        {"Host": "127.0.0.1.hearth.example:8080"},
        {"Host": "10.0.0.7:8080"},
        {"Host": ""},
        {"Host": "[::"},
        {"Origin": "https://hearth.example"},
        {"Origin": "http://localhost:1"},
        {"Origin": "null"},
    ],
)
async def test_others_than_the_page_on_this_machine(
    visitor: Visitor, ear: Ear, headers: dict[str, str]
) -> None:
    answer: ClientResponse
    async with visitor.session.get("/", headers=headers) as answer:
        await sentence(answer, 403)
    async with visitor.session.post("/api/messages", json=SAID, headers=headers) as answer:
        await sentence(answer, 403)
    assert not ear.heard


async def test_the_page_itself_is_welcome(visitor: Visitor) -> None:
    port = (await visitor.session.get("/")).url.port
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}"):
        headers = {"Host": host, "Origin": f"http://{host}"}
        async with visitor.session.post("/api/messages", json=SAID, headers=headers) as answer:
            assert answer.status == 201
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("status", "path", "body", "says"),
    [
        (404, "forms/f99", {"as": "you", "fields": {}}, 'There is no form "f99" open for you.'),
        (404, "messages/{said}/shortcuts", {"as": "bob", "shortcut": "dance"}, None),
        (403, "messages/{card}/shortcuts", {"as": "bob", "shortcut": "salesy"}, None),
        (404, "messages/m99/shortcuts", {"as": "bob", "shortcut": "salesy"}, None),
        (422, "buttons", {"as": "bob", "message": "{card}", "button": "choose", "chosen": ["c"]}, None),
        (422, "buttons", {"as": "bob", "message": "{card}", "button": "choose", "chosen": ["a", "b"]}, None),
        (404, "buttons", {"as": "bob", "message": "{card}", "button": "other", "chosen": ["a"]}, None),
        (404, "buttons", {"as": "bob", "message": "home", "button": "choose", "chosen": ["a"]}, None),
        (404, "home", {"as": "nobody"}, 'There is no member "nobody" here.'),
    ],
)
async def test_what_is_not_offered_cannot_be_chosen(
    visitor: Visitor, sandbox: Sandbox, status: int, path: str, body: dict[str, object], says: str | None
) -> None:
    options = tuple(Option(label=each, value=each) for each in ("a", "b"))
    card = Card(title="Which?", selects=(Select(label="Which", name="choose", options=options),))
    sent = await sandbox.sender.send(Post(key="k", community=sandbox.community, channel="general", card=card))
    assert sent.message is not None
    ids = {"said": await visitor.post("bob", "hello"), "card": sent.message}
    named = {name: str(value).format(**ids) if name == "message" else value for name, value in body.items()}
    said = await visitor.refused(status, "POST", f"/api/{path.format(**ids)}", named)
    assert says is None or said == says


async def test_a_form_is_filled_in_as_it_asks_by_who_it_is_for(visitor: Visitor, sandbox: Sandbox) -> None:
    asked = await visitor.ok("POST", "/api/commands", {"as": "bob", "channel": "general", "text": "help"})
    form = Form(title="What?", name="set", fields=(TextField(label="Limit", name="limit", most=5),))
    opens = OpenForm(
        key="f",
        community=sandbox.community,
        channel="general",
        member="bob",
        interaction=asked["interaction"],
        form=form,
    )
    await sandbox.sender.send(opens)
    [shown] = (await visitor.sees("bob"))["forms"]
    path = f"/api/forms/{shown['id']}"
    assert (await visitor.sees("cleo"))["forms"] == []
    await visitor.refused(404, "POST", path, {"as": "cleo", "fields": {"limit": "2h"}})
    for fields in (
        {"limit": " "},
        {"limit": "toolong"},
        {"limit": "2h", "other": "x"},
        {"limit": ["2h"]},
        {},
    ):
        await visitor.refused(422, "POST", path, {"as": "bob", "fields": fields})
    await visitor.ok("POST", path, {"as": "bob", "fields": {"limit": "2h"}})
    await visitor.refused(404, "POST", path, {"as": "bob", "fields": {"limit": "2h"}})
    with pytest.raises(Refused):
        await sandbox.sender.send(opens.model_copy(update={"form": form.model_copy(update={"fields": ()})}))
