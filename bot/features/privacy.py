"""Shows members what is stored about them, and lets them take part unseen or be forgotten."""

from collections.abc import Sequence

from bot.actions import Action, answer
from bot.cards import Button, Card
from bot.commands import given
from bot.communities import forget_unseen, is_forgotten, is_hidden, standing
from bot.events import ButtonPressed, CommandGiven, Event
from bot.keys import PEOPLE_KEY, mark_of, value_of
from bot.own import FORGET, FORGET_SURELY, HIDE, SHOW, own_card
from storage.tables import Unseen
from storage.transaction import Transaction

_STAY = "me.stay"
_WORDS = {"hide": HIDE, "show": SHOW, "forget": FORGET}
_NO_KEYS = "I cannot do that here: this Hearth was started without keys of its own."


def handle(event: Event, tx: Transaction) -> Sequence[Action]:
    """Answer who asks about themselves."""
    match event:
        case CommandGiven() if (rest := given(event, tx, "me")) is not None:
            if not rest:
                return [answer(event, own_card(tx, event.community, event.member))]
            wish = _WORDS.get(rest.lower())
            if wish is None:
                return [answer(event, f"After me comes {', '.join(_WORDS)}, or nothing.")]
            return [answer(event, _do(event, tx, wish))]
        case ButtonPressed() if event.button.startswith("me."):
            return [answer(event, _do(event, tx, event.button))]
        case _:
            return []


def _do(event: CommandGiven | ButtonPressed, tx: Transaction, wish: str) -> Card:
    match wish:
        case "me.hide":
            return _hide(event, tx)
        case "me.show":
            return _show(event, tx)
        case "me.forget":
            return _FORGET_CARD
        case "me.forget_surely":
            return _forget(event, tx)
        case "me.stay":
            return Card(text="Nothing was changed.")
        case _:
            return Card(text="I do not know that button; the card may be from another version of me.")


_FORGET_CARD = Card(
    title="Forget everything about you?",
    text="I erase your words, your name, what you asked, and what was derived from it, and take you out of "
    "the cards I posted, as far as the platform lets me. From then on I read nothing of yours, until you say "
    "/community me show. Nothing brings back what is erased.",
    buttons=(
        Button(label="Forget me", name=FORGET_SURELY, style="danger"),
        Button(label="Leave it", name=_STAY),
    ),
    footer="What others said about you is theirs, and stays. Nothing is erased yet.",
    tone="warning",
)


def _hide(event: CommandGiven | ButtonPressed, tx: Transaction) -> Card:
    if is_hidden(tx, event.community, event.member):
        return Card(text="You take part unseen already.")
    if not _leave_out(event, tx, forgotten=False):
        return Card(text=_NO_KEYS)
    return Card(
        title="You take part unseen",
        text="I read and keep nothing you say from now on, and erase the words of yours that I kept. "
        "Commands and buttons still work for you.",
        buttons=(Button(label="Read me again", name=SHOW),),
        tone="good",
    )


def _show(event: CommandGiven | ButtonPressed, tx: Transaction) -> Card:
    row = standing(tx, event.community, event.member)
    if row is None or row.until is not None:
        return Card(text="I read what you say already, unless managers left you or the channel out.")
    tx.put(Unseen, **{**row._asdict(), "event": event.id, "forgotten": False, "until": event.at})
    forget_unseen(tx, event.community, event.member)
    return Card(
        title="I read you again",
        text="What you say from now on counts like everybody's. What you said before stays erased.",
        tone="good",
    )


def _forget(event: CommandGiven | ButtonPressed, tx: Transaction) -> Card:
    if is_forgotten(tx, event.community, event.member):
        return Card(text="You are forgotten already.")
    if not _leave_out(event, tx, forgotten=True):
        return Card(text=_NO_KEYS)
    return Card(
        title="You are forgotten",
        text="All I keep is a mark by which I leave you out, should somebody bring your words again. "
        "/community me show has me read you again.",
        tone="good",
    )


def _leave_out(event: CommandGiven | ButtonPressed, tx: Transaction, *, forgotten: bool) -> bool:
    """Write down that a member is not to be read; return whether there is a key to mark them with."""
    key = value_of(tx, PEOPLE_KEY)
    if key is None:
        return False
    tx.put(
        Unseen,
        community=event.community,
        mark=mark_of(key, event.community, event.member),
        event=event.id,
        forgotten=forgotten,
        since=event.at,
        until=None,
    )
    forget_unseen(tx, event.community, event.member)
    return True
