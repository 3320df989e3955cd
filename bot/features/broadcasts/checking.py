"""Judges a draft, or a message that somebody asks about, for who asked alone."""

from collections.abc import Sequence

from bot.actions import Action, answer
from bot.cards import Card
from bot.communities import settings_at, settings_of
from bot.events import CommandGiven, FormSubmitted, ShortcutUsed
from bot.features.broadcasts.cards import verdict_card
from bot.features.broadcasts.context import Place, past_of
from bot.features.broadcasts.rewriting import SENT, ask_for_rewrite
from bot.features.broadcasts.verdicts import row_at, verdict_of
from bot.heard import Heard
from bot.language.context import Past, in_context, in_numbers, needs_context
from bot.language.edits import smallest_edit
from storage.transaction import Transaction


def check(event: CommandGiven | FormSubmitted, draft: str, channel: str, tx: Transaction) -> Sequence[Action]:
    """Return the verdict on a draft for a channel, for its author alone; and ask for another wording."""
    if not draft.strip():
        help = "Write the draft after the word: /community check Join our launch! 50% off today"
        return [answer(event, help)]
    settings = settings_of(tx, event.community)
    threshold = settings.salesy_in(channel)
    verdict = verdict_of(draft, (), threshold)
    welcome = settings.welcomes_promotion(channel)
    past = None
    if needs_context(verdict):
        said = Heard(event.member, False, event.at, draft, (), None, None)
        past = past_of(tx, event.community, Place(channel, ""), said)
        verdict = in_context(verdict, past, threshold)
    numbers = in_numbers(past) if past is not None else ""
    edit = smallest_edit(draft, (), threshold, past)
    card = verdict_card(verdict, draft, edit, welcome=welcome, numbers=numbers)
    asked = ask_for_rewrite(event, tx, draft, verdict, threshold, channel=channel)
    if asked:
        card = card.model_copy(update={"footer": f"{card.footer} {SENT}"})
    return [answer(event, card), *asked]


def check_message(event: ShortcutUsed, tx: Transaction) -> Card:
    """Return the verdict on a message as it reads now, for who asked alone; nothing of it is kept."""
    if not event.text.strip() and not event.links:
        return Card(text="There are no words in that message that I read.")
    settings = settings_at(tx, event.community, event.posted_at)
    threshold, welcome = settings.salesy_in(event.channel), settings.welcomes_promotion(event.channel)
    verdict = verdict_of(event.text, event.links, threshold)
    row = row_at(tx, event.community, Place(event.channel, event.message))
    past = Past(**row.past) if row is not None and row.past is not None else None
    if past is not None and needs_context(verdict):
        verdict = in_context(verdict, past, threshold)
    edit = smallest_edit(event.text, event.links, threshold, past)
    return verdict_card(verdict, event.text, edit, welcome=welcome)
