"""Made talk: what members do, one thing after another, as a platform would tell of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.events import (
    CapabilityFound,
    ChannelFound,
    ChannelJoined,
    ChannelLeft,
    Event,
    MemberAdmitted,
    MemberChanged,
    MemberJoined,
    MemberLeft,
    MessageDeleted,
    MessageEdited,
    MessageFiltered,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
)
from tests.core.made import HOME

MEMBERS = ("ada", "bob", "cleo", "dan", "robot")
# One channel whose name asks for questions, and one for talk.
CHANNELS = ("help", "general")
EMOJI = ("white_check_mark", "✅", "tada")
TEXTS = (
    "How do I export my board to CSV?",
    "Does anybody know how to share a board with a guest?",
    "My import fails with error 42, what does it mean?",
    "is there an API for that?",
    "how do I",
    "move a card",
    "to another board?",
    "hi all",
    "Settings, then Export, then choose CSV.",
    "You need to set the token first: open your profile and copy it there.",
    "which version are you on?",
    "same here, I have this problem too",
    "version 2.4 on Linux",
    "thanks, that worked!",
    "that did not work, still the same error",
    "never mind, found it",
    "ok",
    "nice weather today",
    "no idea, sorry",
    "The export button crashes the app every time I press it, this is a bug.",
    "I love the new board view, great work!",
    "It would be great if I could sort cards by date.",
    "🔥 Last chance! Buy now and get 50% off, subscribe today: https://shop.example/?utm_source=mail",
    "Our webinar is on Thursday, everyone is invited! Register now: https://webinar.example",
)
# Together, soon after, after others had time to speak, later that day, another day.
GAPS = (0, 1, 20, 90, 240, 700, 3_000, 9_000, 50_000)


@dataclass
class Script:
    """Draws what happens next, with the clock at `now`; `number` draws a number below another."""

    number: Callable[[int], int]
    now: datetime
    events: list[Event] = field(default_factory=list)
    messages: list[MessagePosted] = field(default_factory=list)

    def happen(self, steps: int) -> list[Event]:
        """Return so many more things that happened."""
        start = len(self.events)
        for _ in range(steps):
            self.now += timedelta(seconds=self._one(GAPS))
            kind = self.number(20)
            if kind < 11 or not self.messages:
                self._post()
            elif kind < 13:
                self._edit()
            elif kind < 15:
                self._delete()
            elif kind < 17:
                self._react()
            elif kind < 18:
                self._filter()
            else:
                self._come_or_go()
        return self.events[start:]

    def _one(self, of: tuple[int, ...]) -> int:
        return of[self.number(len(of))]

    def _name(self, of: tuple[str, ...]) -> str:
        return of[self.number(len(of))]

    def _said(self) -> MessagePosted:
        return self.messages[self.number(len(self.messages))]

    def _base(self) -> dict[str, object]:
        return {"id": f"e{len(self.events):03}", "community": HOME, "at": self.now}

    def _post(self) -> None:
        author = self._name(MEMBERS)
        channel = self._name(CHANNELS)
        thread = reply_to = None
        mentions: tuple[str, ...] = ()
        if self.messages:
            match self.number(9):
                case 0 | 1:
                    said = self._said()
                    channel, thread = said.channel, said.thread or said.message
                case 2:
                    said = self._said()
                    channel, thread, reply_to = said.channel, said.thread, said.message
                case 3:
                    mentions = (self._name(MEMBERS),)
                case _:
                    pass
        message = MessagePosted.model_validate(
            {
                **self._base(),
                "channel": channel,
                "message": f"m{len(self.events):03}",
                "author": author,
                "author_name": author.title(),
                "author_is_bot": author == "robot",
                "text": self._name(TEXTS),
                "mentions": mentions,
                "thread": thread,
                "reply_to": reply_to,
            }
        )
        self.messages.append(message)
        self.events.append(message)

    def _edit(self) -> None:
        said = self._said()
        copied = said.model_dump(exclude={"kind", "id", "at", "text", "community"})
        self.events.append(
            MessageEdited.model_validate(
                {**self._base(), **copied, "posted_at": said.at, "text": self._name(TEXTS)}
            )
        )

    def _delete(self) -> None:
        said = self._said()
        self.events.append(
            MessageDeleted.model_validate({**self._base(), "channel": said.channel, "message": said.message})
        )

    def _react(self) -> None:
        said = self._said()
        kind = ReactionAdded if self.number(3) else ReactionRemoved
        self.events.append(
            kind.model_validate(
                {
                    **self._base(),
                    "channel": said.channel,
                    "message": said.message,
                    "member": self._name(MEMBERS),
                    "emoji": self._name(EMOJI),
                }
            )
        )

    def _filter(self) -> None:
        said, flagged = self._said(), bool(self.number(2))
        about = {"at": said.at, "message": said.message} if flagged else {}
        self.events.append(
            MessageFiltered.model_validate(
                {**self._base(), "channel": said.channel, "author": said.author, **about}
            )
        )

    def _come_or_go(self) -> None:
        member = self._name(MEMBERS)
        about = {**self._base(), "member": member}
        named = {**about, "name": member.title()}
        known = {**named, "bot": member == "robot"}
        match self.number(6):
            case 0 | 1:
                event: Event = MemberJoined.model_validate({**known, "pending": not self.number(3)})
            case 2:
                event = MemberAdmitted.model_validate(named)
            case 3:
                event = MemberLeft.model_validate(about)
            case 4:
                event = ChannelJoined.model_validate({**known, "channel": self._name(CHANNELS)})
            case 5:
                event = ChannelLeft.model_validate({**about, "channel": self._name(CHANNELS)})
            case 6:
                works = bool(self.number(2))
                found = {"capability": self._name(CHANNELS), "works": works, "reason": self._name(TEXTS)}
                event = CapabilityFound.model_validate({**self._base(), **found})
            case _:
                roles = (None, ("helper",), ("helper", "staff"))[self.number(3)]
                event = MemberChanged.model_validate({**known, "admin": bool(self.number(3)), "roles": roles})
        self.events.append(event)


def channels(at: datetime) -> list[Event]:
    """Return what an adapter says of the channels when it starts."""
    return [
        ChannelFound(id=f"channel:{name}", community=HOME, at=at, channel=name, name=name)
        for name in CHANNELS
    ]
