"""What people do through the sandbox's API reaches Hearth as the events of any platform."""

import json

from adapters.sandbox import Sandbox
from bot.actions import Post
from bot.cards import Button, Card
from bot.events import (
    ButtonPressed,
    ChannelFound,
    CommandGiven,
    CommunityFound,
    MemberAdmitted,
    MemberChanged,
    MemberJoined,
    MemberLeft,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
)
from bot.language.links import Link
from bot.ports import Hears, Sender
from tests.sandbox.ear import Ear
from tests.sandbox.visitor import Visitor


async def test_hearth_is_told_what_the_community_is_like(sandbox: Sandbox, ear: Ear) -> None:
    inbox: Hears = ear
    await sandbox.announce(inbox)

    first, *others = ear.heard
    assert isinstance(first, CommunityFound)
    assert first.community == sandbox.community
    assert first.community.startswith("sandbox:home-")
    channels = {event.channel: event for event in others if isinstance(event, ChannelFound)}
    assert {name for name, channel in channels.items() if channel.private} == {"managers", "feedback"}
    assert {name for name, channel in channels.items() if not channel.private} == {
        "general",
        "help",
        "announcements",
    }
    members = {event.member: event for event in others if isinstance(event, MemberChanged)}
    assert {member for member, known in members.items() if known.admin} == {"you"}


async def test_a_newcomer_joins(visitor: Visitor, ear: Ear) -> None:
    made = await visitor.ok("POST", "/api/members", {"name": "ada"})

    assert made["member"] == "ada"
    event = ear.last(MemberJoined)
    assert (event.id, event.member, event.name, event.bot, event.pending) == (
        made["event"],
        "ada",
        "ada",
        False,
        False,
    )


async def test_a_newcomer_waits_for_the_screening(visitor: Visitor, ear: Ear) -> None:
    await visitor.ok("POST", "/api/members", {"name": "Eve Ann", "pending": True})
    assert ear.last(MemberJoined).pending
    refused = await visitor.refused(
        403, "POST", "/api/messages", {"as": "eve-ann", "channel": "general", "text": "hello"}
    )
    assert refused == "Eve Ann still has to be admitted."

    await visitor.ok("POST", "/api/members/eve-ann/admit")
    assert ear.last(MemberAdmitted).member == "eve-ann"
    await visitor.post("eve-ann", "hello")


async def test_a_member_leaves_and_comes_back(visitor: Visitor, ear: Ear) -> None:
    await visitor.ok("POST", "/api/members/bob/leave")
    assert ear.last(MemberLeft).member == "bob"
    await visitor.refused(404, "POST", "/api/messages", {"as": "bob", "channel": "general", "text": "hi"})

    await visitor.ok("POST", "/api/members/bob/return")
    assert ear.last(MemberJoined).member == "bob"
    await visitor.post("bob", "I am back")


async def test_a_bot_posts(visitor: Visitor, ear: Ear) -> None:
    await visitor.ok("POST", "/api/members", {"name": "build", "bot": True})
    await visitor.post("build", "Build 7 passed")

    event = ear.last(MessagePosted)
    assert event.author_is_bot


async def test_a_message_is_heard_with_its_links_and_mentions(visitor: Visitor, ear: Ear) -> None:
    message = await visitor.post(
        "cleo",
        "@bob see https://example.com/a_(b)?x=1, or `@dan` at mail@cleo.example (https://example.com).",
    )

    event = ear.last(MessagePosted)
    assert (event.message, event.channel, event.author, event.author_name) == (
        message,
        "general",
        "cleo",
        "cleo",
    )
    assert [link.url for link in event.links] == ["https://example.com/a_(b)?x=1", "https://example.com"]
    assert event.mentions == ("bob",)


async def test_a_pasted_card_keeps_its_buttons(visitor: Visitor, ear: Ear) -> None:
    buttons = [{"label": f"Subscribe {n}", "url": f"https://example.com/{n}"} for n in range(5)]
    message = await visitor.post("dan", "Our newsletter", "announcements", buttons=buttons)

    event = ear.last(MessagePosted)
    assert event.links == tuple(Link(each["label"], each["url"], button=True) for each in buttons)
    [shown] = await visitor.messages("bob", "announcements")
    assert shown["buttons"] == buttons

    await visitor.ok("PATCH", f"/api/messages/{message}", {"as": "dan", "text": "Our news"})
    assert len(ear.last(MessageEdited).links) == 5


async def test_replies_know_what_they_reply_to(visitor: Visitor, ear: Ear) -> None:
    asked = await visitor.post("cleo", "How do I export?", "help")
    answered = await visitor.post("bob", "Settings, Export", "help", thread=asked)
    event = ear.last(MessagePosted)
    assert (event.thread, event.reply_to) == (asked, None)

    await visitor.post("cleo", "thanks", "help", reply_to=answered)
    event = ear.last(MessagePosted)
    assert (event.thread, event.reply_to) == (asked, answered)


async def test_a_message_is_edited_and_deleted(visitor: Visitor, ear: Ear) -> None:
    message = await visitor.post("cleo", "Helo")
    posted = ear.last(MessagePosted)
    await visitor.ok("PATCH", f"/api/messages/{message}", {"as": "cleo", "text": "Hello"})
    edited = ear.last(MessageEdited)
    assert (edited.text, edited.posted_at) == ("Hello", posted.at)
    [shown] = await visitor.messages("bob")
    assert shown["text"] == "Hello"
    assert shown["edited_at"] is not None

    await visitor.ok("DELETE", f"/api/messages/{message}?as=cleo")
    assert ear.last(MessageDeleted).message == message
    assert await visitor.messages("bob") == []


async def test_a_manager_deletes_what_others_wrote(visitor: Visitor, ear: Ear) -> None:
    message = await visitor.post("dan", "Buy now")
    await visitor.ok("DELETE", f"/api/messages/{message}?as=you")
    assert ear.last(MessageDeleted).message == message


async def test_reactions_come_and_go(visitor: Visitor, ear: Ear) -> None:
    message = await visitor.post("cleo", "Solved it")
    path = f"/api/messages/{message}/reactions/%E2%9C%85"
    await visitor.ok("PUT", path, {"as": "bob"})
    assert ear.last(ReactionAdded).emoji == "✅"
    again = await visitor.ok("PUT", path, {"as": "bob"})
    assert again["event"] is None
    [shown] = await visitor.messages("you")
    assert shown["reactions"] == [{"emoji": "✅", "members": ["bob"]}]

    await visitor.ok("DELETE", f"{path}?as=bob")
    assert ear.last(ReactionRemoved).emoji == "✅"
    await visitor.refused(404, "DELETE", f"{path}?as=bob")
    [shown] = await visitor.messages("you")
    assert shown["reactions"] == []


async def test_a_command_says_who_gave_it_and_where(visitor: Visitor, ear: Ear) -> None:
    made = await visitor.ok("POST", "/api/commands", {"as": "you", "channel": "managers", "text": "help"})
    event = ear.last(CommandGiven)
    assert (event.member, event.admin, event.channel, event.text) == ("you", True, "managers", "help")
    assert event.interaction == made["interaction"]

    await visitor.ok("POST", "/api/commands", {"as": "bob", "channel": "dm-bob"})
    event = ear.last(CommandGiven)
    assert (event.channel, event.admin) == ("dm-bob", False)


async def test_a_button_of_a_card_is_pressed(visitor: Visitor, ear: Ear, sandbox: Sandbox) -> None:
    card = Card(title="Is it?", buttons=(Button(label="Yes", name="say", value="yes"),))
    sender: Sender = sandbox.sender
    sent = await sender.send(Post(key="k", community=sandbox.community, channel="managers", card=card))
    press = {"as": "you", "message": sent.message, "button": "say", "value": "yes"}
    made = await visitor.ok("POST", "/api/buttons", press)

    event = ear.last(ButtonPressed)
    assert (event.button, event.value, event.channel, event.admin) == ("say", "yes", "managers", True)
    assert event.interaction == made["interaction"]


async def test_hearths_own_posts_are_not_events(ear: Ear, sandbox: Sandbox) -> None:
    await sandbox.sender.send(
        Post(key="k", community=sandbox.community, channel="general", card=Card(text="Hello"))
    )
    await sandbox.announce(ear)
    assert not [event for event in ear.heard if isinstance(event, MessagePosted)]


async def test_a_text_no_database_keeps_is_put_in_order(visitor: Visitor, ear: Ear) -> None:
    async with visitor.session.post(
        "/api/messages",
        data=json.dumps({"as": "bob", "channel": "general", "text": "a\0b\ud800c"}),
        headers={"Content-Type": "application/json"},
    ) as answer:
        assert answer.status == 201
    event = ear.last(MessagePosted)
    assert event.text.startswith("a\ufffdb\ufffd")
    assert event.text.encode().decode() == event.text


async def test_a_post_is_answered_only_when_hearth_has_committed_it(visitor: Visitor, ear: Ear) -> None:
    ear.gate.clear()
    sent = visitor.session.post("/api/messages", json={"as": "bob", "channel": "general", "text": "hi"})
    async with visitor.session.get("/api/stream?as=cleo&after=0") as stream:
        await stream.content.readline()  # The message is there for all to see …
    assert not ear.heard  # … and Hearth has not committed it, so nothing was answered.
    ear.gate.set()
    async with sent as answer:
        assert answer.status == 201
    assert len(ear.heard) == 1
