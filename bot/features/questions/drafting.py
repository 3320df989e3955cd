"""A draft of an answer to an open question, by a language model, from what was answered before.

Who may answer it asks for one with a button, and sees it alone: to change it, and to send it under their own
name, or not. What does not rest on an answer it cites goes; where too little is left there are the answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.actions import Action, Answer, answer
from bot.asking import Call, Source, ask, call_of, context_of, done, may_send, wanted
from bot.cards import Button, Card, Item, MessageRef, Section, shorten
from bot.events import ButtonPressed, Judged
from bot.features.questions.asked import Asked, key_of
from bot.features.questions.similar import similar_to
from bot.features.questions.sources import said_in, source_of
from bot.features.questions.states import as_it_stands, messages_of
from bot.language.cited import enough, standing
from bot.language.orders import speaks_to_a_model
from prompts import PROMPTS
from prompts.answer import Draft
from storage.tables import Message, table
from storage.transaction import Transaction

DRAFT = "question.draft"
ASKING = "I ask the model for a draft; it takes a moment."
# Whoever wants to answer does not wait for longer.
_WITHIN = timedelta(minutes=1)
# What is sent of a question and of each answer, in characters; and what of a sentence leads to its answer.
_QUESTION, _ANSWER, _SENTENCE = 2_000, 2_000, 80
_SETTLED = "That question is settled already, or gone."
_NOTHING = "There is nothing to make a draft from any more."
_ASKED = "ask:answer:"

_message = table(Message)


@dataclass(frozen=True, slots=True)
class _Before:
    """A question like it, with links to it and to the message that answers it; and what that says."""

    item: Item
    words: str

    @property
    def answer(self) -> tuple[str, str]:
        """Where the answer stands."""
        ref = self.item.refs[1]
        return ref.channel, ref.message


def draft_button(tx: Transaction, asked: Asked) -> tuple[Button, ...]:
    """Return the button that asks for a draft, where there is something to draft from."""
    if not _before(tx, asked):
        return ()
    return (Button(label="Draft an answer", name=DRAFT, value=key_of(asked.channel, asked.message)),)


def ask_for_draft(event: ButtonPressed, tx: Transaction, asked: Asked) -> list[Action]:
    """Return what asks for a draft, and what tells who wants it so; or the answers there are."""
    before = _before(tx, asked)
    if not before:
        return [answer(event, _NOTHING)]
    asks = ask(
        tx,
        event,
        "answer",
        "answer",
        f"{_ASKED}{event.id}",
        {
            "question": shorten(asked.text, _QUESTION),
            "answers": [
                {"number": number, "asked": each.item.text, "words": each.words}
                for number, each in enumerate(before, 1)
            ],
        },
        within=_WITHIN,
        sources=_sources(tx, asked, before),
        member=event.member,
        context={
            "channel": event.channel,
            "member": event.member,
            "interaction": event.interaction,
            "question": [asked.channel, asked.message],
            "answers": [list(each.answer) for each in before],
        },
    )
    return [answer(event, _instead(before))] if asks is None else [answer(event, ASKING), asks]


def is_draft(event: Judged) -> bool:
    """Return whether this came of asking for a draft."""
    return event.key.startswith(_ASKED)


def drafted(event: Judged, tx: Transaction) -> Sequence[Action]:
    """Show a draft to who asked for it, if enough of it stands; else the answers there are."""
    context = context_of(event, tx)
    if context is None:
        return []  # Who asked for it, or what it rests on, is forgotten.
    asked = as_it_stands(tx, event.community, *context["question"])
    before = _before(tx, asked) if asked is not None else []
    call = call_of(event, tx)
    found, came = _checked(call, before) if call is not None else ([], event.reason)
    if asked is None or asked.state != "unanswered":
        card = Card(text=_SETTLED)
    elif not before:
        card = Card(text=_NOTHING)
    elif found:
        card = _card(found)
    else:
        card = _instead(before)
    done(event, tx, came)
    return [
        Answer(
            key=f"draft:{event.key.removeprefix(_ASKED)}",
            community=event.community,
            channel=context["channel"],
            member=context["member"],
            interaction=context["interaction"],
            card=card,
        )
    ]


def _before(tx: Transaction, asked: Asked) -> list[_Before]:
    """Return the answered questions like an open one, of which everybody may read what was answered."""
    if asked.state != "unanswered" or not asked.text or not wanted(tx, asked.community, "answer"):
        return []
    if speaks_to_a_model(asked.text):
        return []

    def may_show(channel: str) -> bool:
        return may_send(tx, asked.community, channel)

    like = similar_to(tx, asked.community, [asked], may_show).get((asked.channel, asked.message))
    found = []
    for item in like.items if like is not None else ():
        if len(item.refs) > 1 and not speaks_to_a_model(item.text):
            ref = item.refs[1]
            said = said_in(tx, asked.community, ref.channel, ref.message)
            if said is not None and said.text.strip() and not speaks_to_a_model(said.text):
                found.append(_Before(item, shorten(said.text, _ANSWER)))
    return found


def _sources(tx: Transaction, asked: Asked, before: Sequence[_Before]) -> list[Source]:
    heads = [(asked.channel, asked.message), *((ref.channel, ref.message) for ref in _heads(before))]
    messages = [
        (channel, message)
        for channel, head in heads
        for message in messages_of(tx, asked.community, channel, head)
    ]
    places = dict.fromkeys([*messages, *(each.answer for each in before)])
    return [source_of(tx, asked.community, channel, message) for channel, message in places]


def _heads(before: Sequence[_Before]) -> list[MessageRef]:
    return [each.item.refs[0] for each in before]


def _checked(call: Call, before: Sequence[_Before]) -> tuple[list[Item], str]:
    """Return the sentences that stand, each with the answers it rests on, and what came of them all."""
    said = call.answer(Draft).sentences
    sent = {each["number"]: each["words"] for each in call.sent["answers"]}
    # What may be shown no more by now is not drafted from either.
    there = {each.answer: each.item.refs[1] for each in before}
    refs = {
        number: there.get((channel, message))
        for number, (channel, message) in enumerate(call.context["answers"], 1)
    }
    found = []
    sentences = [(each.text, each.cites) for each in said]
    for cited in standing(sentences, sent, PROMPTS["answer"].words, to_do=True):
        text = call.put_back(cited.text)
        rests_on = [ref for number in cited.items if (ref := refs[number]) is not None]
        if text is not None and len(rests_on) == len(cited.items):
            found.append(Item(text=text, refs=tuple(rests_on)))
    came = f"{len(found)} of {len(said)} sentences stood"
    return (found, came) if enough(len(found), len(said), 1) else ([], f"{came}: too few for a draft")


def _card(sentences: Sequence[Item]) -> Card:
    rests = (
        item.model_copy(update={"text": shorten(item.text, _SENTENCE)}) if len(sentences) > 1 else item
        for item in sentences
    )
    return Card(
        title="A draft of an answer",
        text=" ".join(item.text for item in sentences),
        sections=(Section(name="It rests on", items=tuple(rests)),),
        footer="Only you see this, and I post none of it. A language model wrote it from what was answered "
        "before: read it, change it, and send it under your own name.",
    )


def _instead(before: Sequence[_Before]) -> Card:
    return Card(
        title="I could not make a draft from these",
        text="Here are the answers.",
        sections=(Section(name="Answered before", items=tuple(each.item for each in before)),),
    )
