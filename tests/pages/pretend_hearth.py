"""A Hearth of a few lines, for looking at what the page does with its cards and answers."""

import asyncio

from adapters.sandbox import Sandbox
from bot.actions import Answer, Post, Tell, Update
from bot.cards import Button, Card, Entry, Item, Line, MessageRef, Picture, Quote, Section
from bot.events import ButtonPressed, CommandGiven, Event, MemberJoined, MessagePosted


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
            case ButtonPressed():
                message, card = self._flag
                taken = card.model_copy(update={"title": f"{event.name} takes it", "tone": "good"})
                update = Update(
                    key=event.id, community=home, channel="managers", post="", message=message, card=taken
                )
                await send(update)
            case CommandGiven():
                said = Card(title=f"You asked: {event.text}", text="Only you see this answer.")
                answer = Answer(
                    key=event.id,
                    community=home,
                    channel=event.channel,
                    member=event.member,
                    interaction=event.interaction,
                    card=said,
                )
                await send(answer)
            case _:
                pass


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
