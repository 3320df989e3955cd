"""The numbers of a card's picture are shown as an image, to who can see the message."""

from aiohttp import ClientResponse

from adapters.sandbox import Sandbox
from bot.actions import Post, Update
from bot.cards import Card, Line, Picture
from tests.sandbox.visitor import Visitor, sentence


def card(*values: float) -> Card:
    picture = Picture(
        title="Asked",
        labels=("2 March", "9 March"),
        lines=(Line(name="asked", values=values),),
        alt="More were asked each week.",
    )
    return Card(title="The last weeks", pictures=(picture,))


async def posts(sandbox: Sandbox, shown: Card, channel: str = "managers") -> str:
    sent = await sandbox.sender.send(Post(key="p", community=sandbox.community, channel=channel, card=shown))
    assert sent.message is not None
    return sent.message


async def picture_of(visitor: Visitor, channel: str = "managers") -> dict[str, str]:
    [message] = await visitor.messages("you", channel)
    [picture] = message["card"]["pictures"]
    return dict(picture)


async def image(answer: ClientResponse) -> bytes:
    assert answer.status == 200
    assert answer.content_type == "image/png"
    return await answer.read()


async def test_a_card_says_where_its_picture_is_drawn(visitor: Visitor, sandbox: Sandbox) -> None:
    await posts(sandbox, card(1, 2))
    picture = await picture_of(visitor)

    assert set(picture) == {"title", "alt", "png", "svg"}
    assert (picture["title"], picture["alt"]) == ("Asked", "More were asked each week.")
    async with visitor.session.get(picture["png"]) as answer:
        assert (await image(answer)).startswith(b"\x89PNG")
        assert "immutable" in answer.headers["Cache-Control"]
    async with visitor.session.get(picture["svg"]) as answer:
        assert (answer.status, answer.content_type) == (200, "image/svg+xml")
        assert (await answer.text()).startswith("<svg ")


async def test_who_cannot_see_the_message_gets_no_picture(visitor: Visitor, sandbox: Sandbox) -> None:
    await posts(sandbox, card(1, 2))
    address = (await picture_of(visitor))["png"]

    async with visitor.session.get(address.replace("as=you", "as=bob")) as answer:
        assert "bob can see" in await sentence(answer, 404)


async def test_a_picture_that_changed_has_another_address(visitor: Visitor, sandbox: Sandbox) -> None:
    message = await posts(sandbox, card(1, 2))
    before = (await picture_of(visitor))["png"]
    await sandbox.sender.send(
        Update(
            key="u",
            community=sandbox.community,
            channel="managers",
            post="p",
            message=message,
            card=card(1, 3),
        )
    )
    after = (await picture_of(visitor))["png"]

    assert before != after
    async with visitor.session.get(after) as answer:
        assert await image(answer)
    async with visitor.session.get(before) as answer:
        await sentence(answer, 404)
