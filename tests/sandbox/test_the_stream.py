"""Who watches the stream hears of every change they can see, and can go on where they stopped."""

from adapters.sandbox import Sandbox
from bot.actions import Post
from bot.cards import Card
from tests.sandbox.visitor import Visitor, changes

CARD = Card(title="A flag")


async def test_what_happens_is_heard_at_once(visitor: Visitor) -> None:
    async with visitor.session.get("/api/stream?as=cleo") as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        heard = changes(stream)
        message = await visitor.post("bob", "hello")
        change = await anext(heard)
        assert [each["id"] for each in change["messages"]] == [message]

        await visitor.ok("PUT", f"/api/messages/{message}/reactions/👋", {"as": "cleo"})
        change = await anext(heard)
        assert change["messages"][0]["reactions"] == [{"emoji": "👋", "members": ["cleo"]}]

        await visitor.ok("DELETE", f"/api/messages/{message}?as=bob")
        assert (await anext(heard))["gone"] == [message]

        await visitor.ok("POST", "/api/members", {"name": "ada"})
        assert (await anext(heard))["members"][0]["name"] == "ada"

        await visitor.ok("POST", "/api/clock", {"forward_s": 60})
        assert (await anext(heard))["clock"]["ahead_s"] == 60


async def test_a_broken_stream_goes_on_where_it_stopped(visitor: Visitor) -> None:
    state = await visitor.sees("cleo")
    first = await visitor.post("bob", "first")
    async with visitor.session.get(f"/api/stream?as=cleo&after={state['seq']}") as stream:
        change = await anext(changes(stream))
        assert [each["id"] for each in change["messages"]] == [first]
    second = await visitor.post("bob", "second")

    # A browser asks for the same address again, and says what it heard last.
    headers = {"Last-Event-ID": change["id"]}
    path = f"/api/stream?as=cleo&after={state['seq']}"
    async with visitor.session.get(path, headers=headers) as stream:
        change = await anext(changes(stream))
        assert [each["id"] for each in change["messages"]] == [second]


async def test_nobody_hears_what_is_not_for_them(visitor: Visitor, sandbox: Sandbox) -> None:
    action = Post(key="k", community=sandbox.community, channel="managers", card=CARD)
    async with (
        visitor.session.get("/api/stream?as=bob") as bobs,
        visitor.session.get("/api/stream?as=you") as yours,
    ):
        sent = await sandbox.sender.send(action)
        change = await anext(changes(yours))
        assert [each["id"] for each in change["messages"]] == [sent.message]
        change = await anext(changes(bobs))
        assert change["messages"] == []
        assert change["gone"] == [sent.message]
        # Whoever plays everybody is told where to look, and not what it says.
        assert change["elsewhere"] == [{"channel": "managers", "as": "you"}]
        assert "A flag" not in str(change)


async def test_a_stream_ends_when_the_sandbox_does(visitor: Visitor, sandbox: Sandbox) -> None:
    async with visitor.session.get("/api/stream?as=bob") as stream:
        sandbox.close()
        assert await stream.content.read() == b""


async def test_only_the_newest_messages_are_shown(visitor: Visitor) -> None:
    for n in range(503):
        await visitor.post("bob", f"message {n}")
    state = await visitor.sees("cleo")
    assert state["earlier"] == {"general": 3}
    assert [state["messages"][0]["text"], state["messages"][-1]["text"]] == ["message 3", "message 502"]
