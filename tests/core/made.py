"""Made events, with what matters named and the rest filled in."""

from datetime import UTC, datetime, timedelta
from itertools import count

from pydantic import JsonValue

from bot.clock import Clock
from bot.events import (
    ButtonPressed,
    CommandGiven,
    CommunityFound,
    MemberJoined,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
)

HOME = "sandbox:home"
# A Monday.
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MANAGERS, FEEDBACK, LOUNGE = "managers", "feedback", "lounge"
CHANNELS = {"managers_channel": MANAGERS, "feedback_channel": FEEDBACK, "welcome_channel": LOUNGE}
_numbers = count(1)


def after(minutes: float) -> datetime:
    """Return the time so many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def later() -> Clock:
    """Return a clock that goes on from a month after noon, whatever day it is."""
    return Clock(after(30 * 24 * 60) - Clock().now())


def _id() -> str:
    return f"e{next(_numbers)}"


def found(**settings: JsonValue) -> CommunityFound:
    return CommunityFound(
        id="found", community=HOME, at=after(-60), name="Home", settings={**CHANNELS, **settings}
    )


def joined(member: str, minute: float = 0, *, bot: bool = False, pending: bool = False) -> MemberJoined:
    return MemberJoined(
        id=_id(),
        community=HOME,
        at=after(minute),
        member=member,
        name=member.title(),
        bot=bot,
        pending=pending,
    )


def posted(
    message: str,
    text: str,
    *,
    by: str = "ada",
    minute: float = 0,
    channel: str = "general",
    thread: str | None = None,
    reply_to: str | None = None,
) -> MessagePosted:
    return MessagePosted(
        id=f"posted:{channel}/{message}",
        community=HOME,
        at=after(minute),
        channel=channel,
        message=message,
        author=by,
        author_name=by.title(),
        text=text,
        thread=thread,
        reply_to=reply_to,
    )


def edited(original: MessagePosted, text: str, *, minute: float) -> MessageEdited:
    return MessageEdited(
        id=_id(),
        community=HOME,
        at=after(minute),
        channel=original.channel,
        message=original.message,
        author=original.author,
        author_name=original.author_name,
        posted_at=original.at,
        text=text,
        thread=original.thread,
        reply_to=original.reply_to,
    )


def deleted(original: MessagePosted, *, minute: float) -> MessageDeleted:
    return MessageDeleted(
        id=_id(), community=HOME, at=after(minute), channel=original.channel, message=original.message
    )


def reacted(original: MessagePosted, emoji: str, *, by: str, minute: float) -> ReactionAdded:
    return ReactionAdded(
        id=_id(),
        community=HOME,
        at=after(minute),
        channel=original.channel,
        message=original.message,
        member=by,
        emoji=emoji,
    )


def commanded(text: str, *, by: str = "ada", minute: float = 0, admin: bool = False) -> CommandGiven:
    made = _id()
    return CommandGiven(
        id=made,
        community=HOME,
        at=after(minute),
        channel="general",
        member=by,
        name=by.title(),
        admin=admin,
        text=text,
        interaction=made,
    )


def pressed(
    button: str, value: str, *, by: str = "dan", minute: float = 0, admin: bool = True
) -> ButtonPressed:
    made = _id()
    return ButtonPressed(
        id=made,
        community=HOME,
        at=after(minute),
        channel=MANAGERS,
        member=by,
        name=by.title(),
        admin=admin,
        button=button,
        value=value,
        interaction=made,
    )
