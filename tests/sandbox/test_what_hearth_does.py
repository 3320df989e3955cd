"""Hearth's actions are shown to whom they are meant for, and refused where a platform would."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.sandbox import Sandbox
from adapters.sandbox.fitting import MAX_CHARACTERS, MAX_ROWS, characters_of, fitted
from bot.actions import Answer, Doing, Mark, Post, ShowHome, Tell, Update, Whisper
from bot.cards import Button, Card, Entry, Item, MessageRef, Quote, Section, Select
from bot.ports import Refused, Sent
from tests.sandbox.visitor import Visitor

# Stands for the community until an action is sent, for each sandbox is another one.
HOME = "sandbox:here"
HELLO = Card(title="Hello", text="Nice to see you")
LATER = datetime(2100, 1, 1, tzinfo=UTC)


async def send(sandbox: Sandbox, action: Doing) -> Sent:
    return await sandbox.sender.send(action.model_copy(update={"community": sandbox.community}))


def post(channel: str = "general", card: Card = HELLO, key: str = "post", thread: str | None = None) -> Post:
    return Post(key=key, community=HOME, channel=channel, card=card, thread=thread)


async def test_a_post_is_shown_and_found_by_its_key(visitor: Visitor, sandbox: Sandbox) -> None:
    action = post(card=Card(title="Week", sections=(Section(name="Asked", items=(Item(text="Export"),)),)))
    assert await sandbox.sender.find(action) is None
    sent = await send(sandbox, action)

    assert sent.message is not None
    assert await sandbox.sender.find(action) == sent
    [shown] = await visitor.messages("bob")
    assert shown["id"] == sent.message
    assert shown["hearth"] is True
    assert Card.model_validate(shown["card"]) == action.card


async def test_a_post_in_a_thread(visitor: Visitor, sandbox: Sandbox) -> None:
    asked = await visitor.post("cleo", "How?", "help")
    await send(sandbox, post("help", thread=asked))
    shown = await visitor.messages("cleo", "help")
    assert shown[1]["thread"] == asked


async def test_a_card_is_changed(visitor: Visitor, sandbox: Sandbox) -> None:
    sent = await send(sandbox, post())
    changed = Card(title="Goodbye", fields=(Entry(name="Open", value="5 h"),))
    update = Update(
        key="u", community=HOME, channel="general", post="post", message=sent.message, card=changed
    )
    assert await send(sandbox, update) == sent
    assert await send(sandbox, update) == sent
    [shown] = await visitor.messages("bob")
    assert shown["card"]["title"] == "Goodbye"


async def test_a_private_word_is_changed(visitor: Visitor, sandbox: Sandbox) -> None:
    sent = await send(sandbox, Tell(key="t", community=HOME, member="bob", card=HELLO))
    changed = Card(title="Goodbye")
    update = Update(key="u", community=HOME, member="bob", post="t", message=sent.message, card=changed)
    assert await send(sandbox, update) == sent
    [shown] = await visitor.messages("bob", "dm-bob")
    assert shown["card"]["title"] == "Goodbye"
    with pytest.raises(Refused):
        await send(sandbox, update.model_copy(update={"member": "cleo"}))
    with pytest.raises(ValueError, match="one of the two"):
        Update(key="u", community=HOME, post="t", card=changed)


async def test_a_mark_is_a_reaction_that_comes_and_goes(visitor: Visitor, sandbox: Sandbox) -> None:
    asked = await visitor.post("cleo", "How?")
    mark = Mark(key="m", community=HOME, channel="general", message=asked, answered=True)
    for _ in range(2):
        await send(sandbox, mark)
        [shown] = await visitor.messages("bob")
        assert shown["reactions"] == [{"emoji": "✅", "members": ["hearth"]}]
    await send(sandbox, mark.model_copy(update={"answered": False}))
    [shown] = await visitor.messages("bob")
    assert shown["reactions"] == []
    with pytest.raises(Refused):
        await send(sandbox, mark.model_copy(update={"channel": "help"}))


async def test_a_home_page_is_seen_by_one_member(visitor: Visitor, sandbox: Sandbox) -> None:
    await visitor.ok("POST", "/api/home", {"as": "bob"})
    await send(sandbox, ShowHome(key="h", community=HOME, member="bob", cards=(HELLO,)))
    [card] = (await visitor.sees("bob"))["home"]
    assert Card.model_validate(card) == HELLO
    assert (await visitor.sees("cleo"))["home"] is None
    with pytest.raises(Refused):
        await send(sandbox, ShowHome(key="i", community=HOME, member="bob", cards=(Card(footer="x"),)))


async def test_a_private_word_is_read_by_one_member(visitor: Visitor, sandbox: Sandbox) -> None:
    tell = Tell(key="t", community=HOME, member="bob", card=HELLO)
    sent = await send(sandbox, tell)

    assert await sandbox.sender.find(tell) == sent
    [shown] = await visitor.messages("bob", "dm-bob")
    assert shown["card"]["title"] == "Hello"
    for other in ("cleo", "you"):
        assert not (await visitor.sees(other))["messages"]


async def test_an_answer_is_seen_by_who_asked_until_they_dismiss_it(
    visitor: Visitor, sandbox: Sandbox
) -> None:
    asked = await visitor.ok("POST", "/api/commands", {"as": "bob", "channel": "general", "text": "help"})
    answer = Answer(
        key="a",
        community=HOME,
        channel="general",
        member="bob",
        interaction=asked["interaction"],
        card=HELLO,
    )
    await send(sandbox, answer)

    [shown] = await visitor.messages("bob")
    assert shown["only_you"] is True
    assert await visitor.messages("cleo") == []
    await visitor.refused(404, "DELETE", f"/api/messages/{shown['id']}?as=cleo")
    await visitor.ok("DELETE", f"/api/messages/{shown['id']}?as=bob")
    assert await visitor.messages("bob") == []


async def test_what_is_whispered_is_for_one_who_may_put_it_away(visitor: Visitor, sandbox: Sandbox) -> None:
    asked = await visitor.post("bob", "How?", "help")
    action = Whisper(
        key="w", community=HOME, channel="help", thread=asked, member="bob", until=LATER, card=HELLO
    )
    sent = await send(sandbox, action)

    [_, shown] = await visitor.messages("bob", "help")
    assert (shown["id"], shown["thread"], shown["only_you"]) == (sent.message, asked, True)
    assert [each["id"] for each in await visitor.messages("cleo", "help")] == [asked]
    await visitor.ok("DELETE", f"/api/messages/{shown['id']}?as=bob")
    assert [each["id"] for each in await visitor.messages("bob", "help")] == [asked]


async def test_the_managers_channel_is_for_managers(visitor: Visitor, sandbox: Sandbox) -> None:
    sent = await send(sandbox, post("managers"))

    assert [message["id"] for message in await visitor.messages("you", "managers")] == [sent.message]
    seen = await visitor.sees("bob")
    assert seen["messages"] == []
    assert [channel["id"] for channel in seen["channels"]] == ["general", "help", "announcements", "dm-bob"]


async def test_saying_it_twice_shows_it_twice(visitor: Visitor, sandbox: Sandbox) -> None:
    """As on a platform: who is in doubt looks for the key first."""
    await send(sandbox, post())
    await send(sandbox, post())
    assert len(await visitor.messages("bob")) == 2


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        (post("nowhere"), 'There is no channel "nowhere".'),
        (post(thread="m999"), 'There is no message "m999" in "general" to reply to.'),
        (post(card=Card(footer="only small print")), "A message without a title or a text says nothing."),
        (Tell(key="t", community=HOME, member="nobody", card=HELLO), 'There is no member "nobody".'),
        (
            Whisper(key="w", community=HOME, channel="managers", member="bob", until=LATER, card=HELLO),
            '"bob" does not read "managers".',
        ),
        (
            Update(key="u", community=HOME, channel="general", post="p", message="m999", card=HELLO),
            'There is no message "m999" in "general".',
        ),
        (
            Answer(key="a", community=HOME, channel="general", member="bob", interaction="i9", card=HELLO),
            '"bob" did nothing in "general" that waits for this answer.',
        ),
    ],
)
async def test_what_a_platform_refuses(sandbox: Sandbox, action: Doing, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        await send(sandbox, action)
    assert str(refused.value) == reason
    assert await sandbox.sender.find(action) is None


WORDS = st.integers(0, 9_000).map("x".__mul__)
REF = MessageRef(channel="general", message="m1")
NOON = datetime(2031, 4, 7, 12, tzinfo=UTC)


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        Card,
        title=WORDS,
        text=WORDS,
        quotes=st.lists(
            st.builds(Quote, author=WORDS, text=WORDS, ref=st.just(REF), at=st.just(NOON)), max_size=2
        ).map(tuple),
        fields=st.lists(st.builds(Entry, name=WORDS, value=WORDS), max_size=2).map(tuple),
        sections=st.lists(
            st.builds(
                Section, name=WORDS, items=st.lists(st.builds(Item, text=WORDS), max_size=3).map(tuple)
            ),
            max_size=2,
        ).map(tuple),
        selects=st.integers(0, 7).map(
            lambda n: tuple(
                Select(label="s", name="s", value=str(each), among="members") for each in range(n)
            )
        ),
        buttons=st.integers(0, 30).map(lambda n: tuple(Button(label=str(e), name="b") for e in range(n))),
        footer=WORDS,
    )
)
def test_what_is_too_much_is_cut_and_says_so(card: Card) -> None:
    shown = fitted(card)

    assert characters_of(shown) <= MAX_CHARACTERS
    assert len(shown.selects) + -(-len(shown.buttons) // 5) <= MAX_ROWS
    small = characters_of(card) <= MAX_CHARACTERS - 500 and len(card.title) < 250 and len(card.footer) < 2_000
    few = len(card.selects) + -(-len(card.buttons) // 5) <= MAX_ROWS
    assert few == ("pressed" not in shown.footer)
    if small:
        assert shown.text == card.text
        assert "Shortened" not in shown.footer
    if small and few:
        assert shown == card
    if characters_of(card) > MAX_CHARACTERS:
        assert "Shortened" in shown.footer


async def test_another_ones_message_is_not_hearths_to_change(visitor: Visitor, sandbox: Sandbox) -> None:
    message = await visitor.post("bob", "mine")
    with pytest.raises(Refused):
        await send(
            sandbox, Update(key="u", community=HOME, channel="general", post="p", message=message, card=HELLO)
        )


async def test_an_answer_that_comes_too_late(visitor: Visitor, sandbox: Sandbox) -> None:
    asked = await visitor.ok("POST", "/api/commands", {"as": "bob", "channel": "general", "text": "help"})
    await visitor.ok("POST", "/api/clock", {"forward_s": 3600})
    late = Answer(
        key="a",
        community=HOME,
        channel="general",
        member="bob",
        interaction=asked["interaction"],
        card=HELLO,
    )
    with pytest.raises(Refused):
        await send(sandbox, late)


async def test_a_deleted_root_takes_no_more_replies(visitor: Visitor, sandbox: Sandbox) -> None:
    asked = await visitor.post("cleo", "How?", "help")
    await visitor.ok("DELETE", f"/api/messages/{asked}?as=cleo")
    with pytest.raises(Refused):
        await send(sandbox, post("help", thread=asked))


async def test_what_a_manager_deleted_was_said_all_the_same(visitor: Visitor, sandbox: Sandbox) -> None:
    sent = await send(sandbox, post())
    await visitor.ok("DELETE", f"/api/messages/{sent.message}?as=you")
    assert await sandbox.sender.find(post()) == Sent(sent.message)


async def test_an_action_for_an_older_sandbox_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(Refused) as refused:
        await sandbox.sender.send(post())
    assert str(refused.value) == "That sandbox is no more: its journal was moved away."
