"""A Hearth of a few lines, for looking at what the page does with its cards and answers."""

import asyncio
from typing import Any

from adapters.sandbox import Sandbox
from bot.actions import Answer, Mark, OpenForm, Post, ShowHome, Tell, Update
from bot.cards import (
    Button,
    Card,
    Entry,
    Form,
    Item,
    Line,
    MessageRef,
    Picture,
    Quote,
    Section,
    Select,
    TextField,
)
from bot.events import (
    ButtonPressed,
    CommandGiven,
    Event,
    FormSubmitted,
    HomeOpened,
    Interaction,
    MemberJoined,
    MessagePosted,
    ShortcutUsed,
)

HOME = Card(
    title="At home",
    text="All that can be set.",
    selects=(
        Select(label="Channel for flags", name="choose", among="channels", chosen="managers"),
        Select(label="Who helps", name="choose", value="helper", among="members"),
    ),
    buttons=(Button(label="Set it", name="ask"),),
)
FORM = Form(
    title="What shall it be?",
    name="set",
    text="It holds from now on.",
    fields=(
        TextField(label="Limit", name="limit", text="4h", hint="For example: 2h"),
        TextField(label="Why", name="why", lines=True, optional=True),
        Select(label="Where", name="where", among="channels"),
    ),
)


class PretendHearth:
    """Greets who joins, flags every question mark at once, and answers commands and buttons."""

    sandbox: Sandbox

    def __init__(self) -> None:
        self._flag: tuple[str | None, Card] = (None, Card(title="No flag yet"))
        self.ticks = 0
        # Holds what comes in back while it is cleared.
        self.gate = asyncio.Event()
        self.gate.set()

    async def tick(self) -> None:
        """Count that the clock was moved."""
        self.ticks += 1

    async def put(self, event: Event) -> None:
        """Commit an event, and do at once what the core would have the outbox do."""
        await self.gate.wait()
        home, send = self.sandbox.community, self.sandbox.sender.send
        match event:
            case MemberJoined():
                card = Card(
                    text="Welcome! Tell us what brings you here.", greets=(event.member,), tone="good"
                )
                await send(Post(key=event.id, community=home, channel="general", card=card))
                await send(Tell(key=f"{event.id}!", community=home, member=event.member, card=card))
            case MessagePosted() if "?" in event.text:
                card = flag(event)
                sent = await send(Post(key=event.id, community=home, channel="managers", card=card))
                self._flag = (sent.message, card)
            case HomeOpened():
                await send(ShowHome(key=event.id, community=home, member=event.member, cards=(HOME,)))
            case ButtonPressed(button="ask"):
                await send(OpenForm(**answering(event), form=FORM))
            case ButtonPressed(button="choose"):
                await send(said(event, f"You chose {event.chosen[0]}"))
            case FormSubmitted():
                await send(said(event, " and ".join(f"{name} {what}" for name, what in event.fields.items())))
            case ShortcutUsed():
                await send(
                    Mark(
                        key=event.id,
                        community=home,
                        channel=event.channel,
                        message=event.message,
                        answered=True,
                    )
                )
                await send(said(event, f"You picked {event.shortcut}"))
            case ButtonPressed():
                message, card = self._flag
                taken = card.model_copy(update={"title": f"{event.name} takes it", "tone": "good"})
                update = Update(
                    key=event.id, community=home, channel="managers", post="", message=message, card=taken
                )
                await send(update)
            case CommandGiven():
                await send(said(event, f"You asked: {event.text}"))
            case _:
                pass


def answering(event: Interaction) -> dict[str, Any]:
    """Return what an answer says of what it answers."""
    return {
        "key": f"answer:{event.id}",
        "community": event.community,
        "channel": event.channel,
        "member": event.member,
        "interaction": event.interaction,
    }


def said(event: Interaction, title: str) -> Answer:
    """Return an answer to what somebody did."""
    return Answer(**answering(event), card=Card(title=title, text="Only you see this answer."))


def flag(event: MessagePosted) -> Card:
    """Return a card with every part there is."""
    ref = MessageRef(channel=event.channel, message=event.message, thread=event.thread)
    return Card(
        title="Nobody has answered this yet",
        text="It has waited for `4 h`.",
        quotes=(Quote(author=event.author_name, text=event.text, ref=ref, at=event.at),),
        fields=(Entry(name="Where", value=f"#{event.channel}"), Entry(name="Waiting", value="4 h")),
        sections=(
            Section(
                name="Like it", items=(Item(text="The same, last week", refs=(ref, ref)), Item(text="-"))
            ),
        ),
        pictures=(
            Picture(
                title="Asked and answered",
                labels=("2 March", "9 March"),
                lines=(Line(name="asked", values=(3, 5)), Line(name="answered", values=(2, None))),
                unit="questions",
                alt="Three were asked in the week of 2 March, and five in that of 9 March.",
            ),
        ),
        buttons=(
            Button(label="I'll take it", name="take", value=event.message, style="primary"),
            Button(label="Answered", name="answered", value=event.message),
            Button(label="Not a question", name="dismiss", value=event.message, style="danger"),
        ),
        footer="Read as a question: it ends with a question mark.",
        tone="warning",
    )
