"""The card that tells managers of a question nobody answered, kept up to date as things change."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.actions import Action, Post, Update
from bot.cards import Button, Card, Entry, MessageRef, Quote, shorten
from bot.communities import channel_name, may_quote, member_name, settings_of
from bot.features.questions.states import Asked, key_of
from storage.transaction import Transaction

# A flag is to be read at a glance; the link leads to the whole.
_QUOTED = 600


def flag(tx: Transaction, asked: Asked, at: datetime) -> Sequence[Action]:
    """Return the card to post, where the community has named a channel for it."""
    channel = settings_of(tx, asked.community).managers_channel
    if channel is None:
        return []
    return [
        Post(
            key=post_key(asked),
            community=asked.community,
            channel=channel,
            card=_card(tx, asked, at, channel),
        )
    ]


def update(tx: Transaction, asked: Asked, at: datetime, because: str) -> Sequence[Action]:
    """Return the update of a card posted before; `because` is the event that changed it."""
    channel = settings_of(tx, asked.community).managers_channel
    if channel is None or asked.flagged_at is None:
        return []
    return [
        Update(
            key=f"update:{because}:{key_of(asked.channel, asked.message)}",
            community=asked.community,
            channel=channel,
            post=post_key(asked),
            card=_card(tx, asked, at, channel),
        )
    ]


def post_key(asked: Asked) -> str:
    """Return the key by which a question is flagged once."""
    return f"flag:{key_of(asked.channel, asked.message)}"


def age(waited: timedelta) -> str:
    """Return a length of time as people say it: "40 min", "5 h", "3 days"."""
    minutes = int(waited.total_seconds() // 60)
    if minutes < 60:
        return f"{max(minutes, 0)} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} days"


def _card(tx: Transaction, asked: Asked, at: datetime, to_channel: str) -> Card:
    quotes: tuple[Quote, ...] = ()
    if asked.text and may_quote(tx, asked.community, asked.channel, to_channel):
        text = shorten(asked.text, _QUOTED)
        ref = MessageRef(channel=asked.channel, message=asked.message, thread=asked.thread)
        author = member_name(tx, asked.community, asked.asker)
        quotes = (Quote(author=author, text=text, ref=ref, at=asked.asked_at),)
    fields = [Entry(name="Where", value=f"#{channel_name(tx, asked.community, asked.channel)}")]
    if asked.state == "unanswered":
        fields.append(Entry(name="Waiting", value=age(at - asked.asked_at)))
    if asked.decision == "take" and asked.decided_by and asked.state == "unanswered":
        fields.append(Entry(name="Taken by", value=member_name(tx, asked.community, asked.decided_by)))
    if asked.evidence is not None:
        fields.append(Entry(name="Because", value=_because(tx, asked)))
    return Card(
        title=_title(tx, asked),
        quotes=quotes,
        fields=tuple(fields),
        buttons=_buttons(asked),
        footer=f"Read as a question: {', '.join(asked.reasons)}." if asked.reasons else "",
        tone="warning" if asked.state == "unanswered" else "good",
    )


def _title(tx: Transaction, asked: Asked) -> str:
    if asked.state == "answered":
        if asked.helper and asked.helper != asked.asker:
            return f"Answered by {member_name(tx, asked.community, asked.helper)}"
        return "Answered"
    if asked.state == "dismissed":
        return {"staff": "Handed to staff", "not_a_question": "Not a question"}.get(
            asked.decision or "", "No longer open"
        )
    return "Nobody has answered this yet"


def _because(tx: Transaction, asked: Asked) -> str:
    assert asked.evidence is not None
    reason = str(asked.evidence["reason"])
    if asked.evidence["by"] == "person" and asked.decided_by:
        return reason.replace(asked.decided_by, member_name(tx, asked.community, asked.decided_by))
    return reason


def _buttons(asked: Asked) -> tuple[Button, ...]:
    value = key_of(asked.channel, asked.message)
    if asked.state != "unanswered":
        return (Button(label="Reopen", name="question.open", value=value),)
    taken = asked.decision == "take"
    take = (
        () if taken else (Button(label="I'll take it", name="question.take", value=value, style="primary"),)
    )
    return (
        *take,
        Button(label="Answered", name="question.answered", value=value),
        Button(label="Not a question", name="question.not_a_question", value=value),
        Button(label="Later", name="question.later", value=value),
        Button(label="Hand to staff", name="question.staff", value=value),
    )
