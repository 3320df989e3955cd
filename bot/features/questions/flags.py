"""The card that tells managers of a question nobody answered, kept up to date as things change."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.actions import Action, Post, Update
from bot.cards import Button, Card, Entry, MessageRef, Quote, Section, shorten
from bot.communities import channel_name, may_quote, member_name, settings_of, shown_in
from bot.decisions import OPEN
from bot.features.questions.asked import Asked, by_person, key_of
from bot.features.questions.drafting import draft_button
from bot.features.questions.likely import evidence_of
from bot.features.questions.opinions import opinions_on
from bot.features.questions.similar import similar_to
from bot.features.questions.undoing import undo_button
from bot.features.questions.volunteers import who_helps
from bot.language.unmarked import unmarked
from bot.newcomers import is_first
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
    """Return the update of the card, if one was posted; `because` is the event that changed it."""
    channel = shown_in(tx, asked.community, post_key(asked)) if asked.flagged_at else None
    if channel is None:
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
    return card_of(
        tx,
        asked,
        at,
        quotes=quotes_of(tx, asked, to_channel),
        where=channel_name(tx, asked.community, asked.channel),
        name_of=lambda member: member_name(tx, asked.community, member),
        helpers=(*who_helps(tx, asked, at), *opinions_on(tx, asked)),
        first=is_first(tx, asked.community, asked.channel, asked.message, at),
        sections=_sections(tx, asked, to_channel),
        more=draft_button(tx, asked),
    )


def _sections(tx: Transaction, asked: Asked, to_channel: str) -> tuple[Section, ...]:
    if not may_quote(tx, asked.community, asked.channel, to_channel):
        return ()

    def may_show(channel: str) -> bool:
        return may_quote(tx, asked.community, channel, to_channel)

    evidence = evidence_of(tx, asked.community, [asked])
    return (*evidence.values(), *similar_to(tx, asked.community, [asked], may_show).values())


def card_of(
    tx: Transaction,
    asked: Asked,
    at: datetime,
    *,
    quotes: tuple[Quote, ...],
    where: str,
    name_of: Callable[[str], str],
    helpers: Sequence[Entry] = (),
    first: bool = False,
    sections: tuple[Section, ...] = (),
    more: tuple[Button, ...] = (),
) -> Card:
    """Return the card of a question as it stands, wherever it is shown; it reads no rows but the settings.

    `helpers` say who was asked to help with it, `first` that a newcomer asks here for the first time,
    `sections` what speaks for its being answered, and what was answered before. `more` are buttons
    beside those that decide.
    """
    new = [Entry(name="New here", value="Their first question")] if first and asked.stands else []
    fields = [*new, *whereabouts(asked, at, where), *_rulings(tx, asked, at, name_of), *helpers]
    if asked.evidence is not None:
        fields.append(Entry(name="Because", value=_because(asked, name_of)))
    return Card(
        title=_title(asked, name_of),
        quotes=quotes,
        fields=tuple(fields),
        sections=sections,
        buttons=(*buttons(asked, at), *more),
        footer=_read_as(asked) if asked.reasons and asked.stands else "",
        tone="warning" if asked.state == "unanswered" else "good",
    )


def _read_as(asked: Asked) -> str:
    return f"Read as a question, {asked.probability:.0%} sure: {', '.join(asked.reasons)}."


def quotes_of(tx: Transaction, asked: Asked, to_channel: str) -> tuple[Quote, ...]:
    """Return a question's words, as far as they may be shown in a channel."""
    if not asked.text or not may_quote(tx, asked.community, asked.channel, to_channel):
        return ()
    return (
        Quote(
            author=member_name(tx, asked.community, asked.asker),
            text=shorten(unmarked(asked.text), _QUOTED),
            ref=MessageRef(channel=asked.channel, message=asked.message, thread=asked.thread),
            at=asked.asked_at,
        ),
    )


def whereabouts(asked: Asked, at: datetime, channel: str) -> tuple[Entry, ...]:
    """Say where a question was asked, by the name of its channel, and how long it waits."""
    where = Entry(name="Where", value=f"#{channel}")
    if asked.state != "unanswered":
        return (where,)
    return (where, Entry(name="Waiting", value=age(at - asked.asked_at)))


def _rulings(tx: Transaction, asked: Asked, at: datetime, name_of: Callable[[str], str]) -> Sequence[Entry]:
    """Say what managers do about an open question."""
    if asked.state != "unanswered":
        return ()

    def entry(name: str, *members: str) -> Entry:
        return Entry(name=name, value=", ".join(map(name_of, dict.fromkeys(members))))

    said = asked.rulings
    entries = [entry("Reopened by", said.ruling.by)] if said.ruling and said.ruling.decision == OPEN else []
    if said.taken_by is not None:
        entries.append(entry("Taken by", said.taken_by))
    waiting = [put_off.by for put_off in said.put_off if remind_at(tx, asked, put_off.at) > at]
    if waiting:
        entries.append(entry("I remind", *waiting))
    return entries


def remind_at(tx: Transaction, asked: Asked, put_off_at: datetime) -> datetime:
    """Return when who put a question off wants to hear of it again: after the time it may wait."""
    settings = settings_of(tx, asked.community)
    return settings.after(put_off_at, settings.limit_in(asked.channel))


def _title(asked: Asked, name_of: Callable[[str], str]) -> str:
    if not asked.stands:
        return "No longer a question" if asked.text else "This was deleted"
    if asked.state == "answered":
        if asked.helper and asked.helper != asked.asker:
            return f"Answered by {name_of(asked.helper)}"
        return "Answered"
    if asked.state == "dismissed":
        ruling = asked.rulings.ruling
        return {"staff": "Handed to staff", "not_a_question": "Not a question"}.get(
            ruling.decision if ruling else "", "No longer open"
        )
    return "Nobody has answered this yet" if asked.first_response_at is None else "This is still unanswered"


def _because(asked: Asked, name_of: Callable[[str], str]) -> str:
    assert asked.evidence is not None
    reason = str(asked.evidence["reason"])
    if by_person(asked) and asked.rulings.ruling is not None:
        return f"{reason} by {name_of(asked.rulings.ruling.by)}"
    return reason


def buttons(asked: Asked, at: datetime) -> tuple[Button, ...]:
    """Return what a manager can decide about a question as it stands."""
    if not asked.stands:
        return ()
    value = key_of(asked.channel, asked.message)
    undo = undo_button(asked, at)
    if asked.state != "unanswered":
        read = asked.state == "answered" and not by_person(asked)
        label = "Not answered" if read else "Reopen"
        return (*undo, Button(label=label, name="question.open", value=value))
    take = Button(label="I'll take it", name="question.take", value=value, style="primary")
    return (
        *(() if asked.rulings.taken_by else (take,)),
        Button(label="Answered", name="question.answered", value=value),
        Button(label="Not a question", name="question.not_a_question", value=value),
        Button(label="Later", name="question.later", value=value),
        Button(label="Hand to staff", name="question.staff", value=value),
        *undo,
    )
