"""Another wording of a draft that reads like selling, by a language model: offered only if it passes."""

from collections.abc import Sequence
from datetime import timedelta

from bot.actions import Action, Answer
from bot.asking import Call, ask, call_of, done, wanted
from bot.cards import Card, Entry
from bot.communities import settings_of
from bot.events import CommandGiven, FormSubmitted, Judged
from bot.language.orders import speaks_to_a_model
from bot.language.rewrites import passes, sounds_like_selling, why_not
from bot.language.salesy import Verdict
from prompts import PROMPTS
from prompts.rewrite import Rewrite
from storage.transaction import Transaction

SENT = "Your draft was sent to a language model for another wording: if one passes, it comes in a moment."
# Whoever tries a draft does not wait for longer.
_WITHIN = timedelta(minutes=1)
# What is longer is a newsletter, and no message to be said otherwise.
_LONGEST = 4_000
_ASKED = "ask:rewrite:"


def ask_for_rewrite(
    event: CommandGiven | FormSubmitted,
    tx: Transaction,
    draft: str,
    verdict: Verdict,
    threshold: float,
    *,
    channel: str,
) -> list[Action]:
    """Return what asks for another wording of a draft for a channel, where that is wanted; else nothing."""
    settings = settings_of(tx, event.community)
    if verdict.verdict != "salesy" or not wanted(tx, event.community, "rewrite"):
        return []
    if len(draft) > _LONGEST or speaks_to_a_model(draft) or settings.welcomes_promotion(channel):
        return []
    # Where it was tried, and where it is to be posted.
    if not (settings.may_ask_about(event.channel) and settings.may_ask_about(channel)):
        return []
    asked = ask(
        tx,
        event,
        "rewrite",
        "rewrite",
        f"{_ASKED}{event.id}",
        {
            "draft": draft,
            "reads_like_selling": [*sounds_like_selling(verdict)],
            "voice": settings.welcome_text,
        },
        within=_WITHIN,
        member=event.member,
        context={
            "channel": event.channel,
            "member": event.member,
            "interaction": event.interaction,
            "threshold": threshold,
            "for": channel,
        },
    )
    return [] if asked is None else [asked]


def is_rewrite(event: Judged) -> bool:
    """Return whether this came of asking for another wording."""
    return event.key.startswith(_ASKED)


def rewritten(event: Judged, tx: Transaction) -> Sequence[Action]:
    """Offer another wording to who tried the draft, if it passes."""
    call = call_of(event, tx)
    if call is None:
        done(event, tx, event.reason, forget=True)
        return []
    found = _checked(call)
    done(event, tx, found if isinstance(found, str) else "offered", forget=True)
    if isinstance(found, str):
        return []
    return [
        Answer(
            key=f"rewrite:{event.key.removeprefix(_ASKED)}",
            community=event.community,
            channel=call.context["channel"],
            member=call.context["member"],
            interaction=call.context["interaction"],
            card=found,
        )
    ]


def _checked(call: Call) -> Card | str:
    """Return the card that offers an answer, or what is wrong with it."""
    draft, text = str(call.sent["draft"]), call.answer(Rewrite).text.strip()
    wrong = why_not(draft, text, PROMPTS["rewrite"].words)
    said = call.put_back(text)
    if wrong is not None or said is None:
        return f"not offered: {wrong or 'it names what was not in the draft'}"
    verdict = passes(said, call.context["threshold"])
    if verdict is None:
        return "not offered: it still reads like selling"
    return Card(
        title="The same, as it could be said to people",
        text=said,
        fields=(Entry(name="Salesy", value=f"{verdict.salesy:.2f} of 1"),),
        footer="Only you see this. A language model wrote it from your draft: read it before you post it.",
        tone="good",
    )
