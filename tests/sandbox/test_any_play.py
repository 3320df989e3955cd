"""In whatever order things are done, the journal tells the same story, and nobody sees too much."""

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from adapters.sandbox import choices, rules
from adapters.sandbox.journal import Journal
from adapters.sandbox.playground import Playground
from adapters.sandbox.records import Fact
from adapters.sandbox.sender import SandboxSender
from adapters.sandbox.translate import event_of
from adapters.sandbox.views import changes, state
from adapters.sandbox.world import World
from bot.actions import Answer, Doing, Mark, OpenForm, Post, ShowHome, Tell, ToDo, Update
from bot.cards import Button, Card, Form, Option, Select, TextField
from bot.clock import Clock
from bot.events import EVENT
from bot.ports import Refused

MEMBERS = st.sampled_from(["you", "bob", "cleo", "ada", "nobody"])
CHANNELS = st.sampled_from(["general", "help", "managers", "dm-bob", "nowhere"])
MESSAGES = st.integers(1, 45).map(lambda n: f"m{n}")
TEXTS = st.sampled_from(["hello", "@bob see https://example.com", "", "why?"])
EMOJI = st.sampled_from(["👍", "✅"])
CHOICE = Select(label="Which?", name="choose", options=(Option(label="A", value="a"),))
CARD = Card(title="Is it?", selects=(CHOICE,), buttons=(Button(label="Yes", name="say", value="yes"),))
FORM = Form(title="What?", name="ask", fields=(TextField(label="Why", name="why"), CHOICE))

Play = Callable[[World], Fact | Doing | None]


def people() -> st.SearchStrategy[Play]:
    """Return what people may try to do."""
    maybe = st.none() | MESSAGES
    return st.one_of(
        st.builds(
            lambda name, pending: lambda w: rules.join(w, name, bot=False, pending=pending, admin=False),
            st.sampled_from(["ada", "bob"]),
            st.booleans(),
        ),
        st.builds(lambda who: lambda w: rules.join_again(w, who), MEMBERS),
        st.builds(lambda who: lambda w: rules.admit(w, who), MEMBERS),
        st.builds(lambda who: lambda w: rules.leave(w, who), st.sampled_from(["bob", "ada"])),
        st.builds(
            lambda who, where, text, thread, reply: (
                lambda w: rules.post(w, who, where, text, thread=thread, reply_to=reply)
            ),
            MEMBERS,
            CHANNELS,
            TEXTS,
            maybe,
            maybe,
        ),
        st.builds(
            lambda who, which, text: lambda w: rules.edit(w, who, which, text), MEMBERS, MESSAGES, TEXTS
        ),
        st.builds(lambda who, which: lambda w: rules.delete(w, who, which), MEMBERS, MESSAGES),
        st.builds(
            lambda who, which, emoji: lambda w: rules.react(w, who, which, emoji), MEMBERS, MESSAGES, EMOJI
        ),
        st.builds(
            lambda who, which, emoji: lambda w: rules.unreact(w, who, which, emoji), MEMBERS, MESSAGES, EMOJI
        ),
        st.builds(lambda who, where: lambda w: rules.command(w, who, where, "help"), MEMBERS, CHANNELS),
        st.builds(
            lambda who, which: lambda w: choices.press(w, who, which, "say", "yes"),
            MEMBERS,
            MESSAGES | st.just("home"),
        ),
        st.builds(
            lambda who, which: lambda w: choices.press(w, who, which, "choose", "", ("a",)), MEMBERS, MESSAGES
        ),
        st.builds(
            lambda who, n, why: lambda w: choices.submit(w, who, f"f{n}", {"why": why, "choose": "a"}),
            MEMBERS,
            st.integers(11, 45),
            TEXTS,
        ),
        st.builds(lambda who, n: lambda w: choices.close(w, who, f"f{n}"), MEMBERS, st.integers(11, 45)),
        st.builds(lambda who, which: lambda w: choices.pick(w, who, which, "answered"), MEMBERS, MESSAGES),
        st.builds(lambda who: lambda w: choices.visit(w, who), MEMBERS),
    )


def hearth() -> st.SearchStrategy[Play]:
    """Return what Hearth may try to do."""
    return st.one_of(
        st.builds(
            lambda where, thread: (
                lambda w: Post(key="p", community=w.community, channel=where, thread=thread, card=CARD)
            ),
            CHANNELS,
            st.none() | MESSAGES,
        ),
        st.builds(
            lambda where, which: (
                lambda w: Update(
                    key="u", community=w.community, channel=where, post="p", message=which, card=CARD
                )
            ),
            CHANNELS,
            MESSAGES,
        ),
        st.builds(lambda who: lambda w: Tell(key="t", community=w.community, member=who, card=CARD), MEMBERS),
        st.builds(
            lambda where, who, n: (
                lambda w: Answer(
                    key="a", community=w.community, channel=where, member=who, interaction=f"i{n}", card=CARD
                )
            ),
            CHANNELS,
            MEMBERS,
            st.integers(11, 40),
        ),
        st.builds(
            lambda where, who, n: (
                lambda w: OpenForm(
                    key="f", community=w.community, channel=where, member=who, interaction=f"i{n}", form=FORM
                )
            ),
            CHANNELS,
            MEMBERS,
            st.integers(11, 40),
        ),
        st.builds(
            lambda who: lambda w: ShowHome(key="h", community=w.community, member=who, cards=(CARD,)), MEMBERS
        ),
        st.builds(
            lambda where, which, answered: (
                lambda w: Mark(
                    key="m", community=w.community, channel=where, message=which, answered=answered
                )
            ),
            CHANNELS,
            MESSAGES,
            st.booleans(),
        ),
    )


@examples(max_examples=60, deadline=None)
@given(st.lists(people() | hearth(), min_size=5, max_size=40))
def test_any_play_is_rebuilt_as_it_was(plays: list[Play]) -> None:
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "sandbox.jsonl"
        first = Playground(Journal(journal), clock)
        for play in plays:
            act(first, clock, play)
        first.close()
        again = Playground(Journal(journal), clock)
        again.close()

    now = clock.now()
    world = first.world
    for member in world.members.values():
        seen = state(world, member, now)
        assert state(again.world, again.world.members[member.id], now) == seen
        check_privacy(world, member.id)
        # Who hears every change, and who looks once, know the same.
        change = changes(world, member, 0, now)
        assert change is not None
        assert change["messages"] == seen["messages"]
    for record in world.records:
        event = event_of(record, again.world)
        assert event == event_of(record, world)
        assert event is None or EVENT.validate_json(event.model_dump_json()) == event


def act(playground: Playground, clock: Clock, play: Play) -> None:
    """Try something; what is wrong leaves no trace."""
    before = playground.world.last
    try:
        done = play(playground.world)
        if isinstance(done, ToDo):
            asyncio.run(SandboxSender(playground, clock).send(done))
        elif done is not None:
            playground.write(done)
    except (rules.Wrong, Refused):
        assert playground.world.last == before


def check_privacy(world: World, member: str) -> None:
    reader = world.members[member]
    for message in world.messages.values():
        if world.sees(reader, message):
            assert message.only in (None, member)
            assert reader.admin or message.channel not in ("managers", "feedback")
            assert not message.channel.startswith("dm-") or message.channel == f"dm-{member}"
