"""The cards on messages that speak at people: to managers, to their author, to who tries a draft."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bot.cards import Button, Card, Entry, Item, MessageRef, Quote, Section, shorten
from bot.language.edits import Edit, what_would_pass
from bot.language.salesy import Verdict
from bot.language.unmarked import unmarked
from bot.scores import ALIKE, FINE, PROMOTION

# Characters of a message that a card quotes.
QUOTED = 400
# The reasons that weigh most are enough to understand a verdict.
_SIGNALS = 6
# Of the words that a reason rests on so many places are named, each by so many characters.
_PLACES, _WORDS = 3, 40
# So many channels are named where the same was said.
_CHANNELS = 10
_TITLES = {
    "salesy": "This reads like selling",
    "broadcast": "This speaks at everyone, but does not sell",
    PROMOTION: "Promotion, where it is welcome",
}
_FINE = "This reads as talk among people"
_SAID = {
    "fine": "Fine here, says {name}",
    ALIKE: "Fine here, as {name} said of the same elsewhere",
    "salesy": "Salesy, says {name}",
    "talk": "{name} will talk to them",
    "tell": "{name} had their author asked, in private, to look at it again",
    "move": "{name} had their author shown where promotion is welcome",
    "never": "{name} wants none of it in that channel",
}


def card_of(
    row: Any,
    *,
    quotes: tuple[Quote, ...],
    where: str,
    decision: str | None,
    by: str,
    coaching: bool = False,
    told: bool = False,
    changed: bool = False,
    done: bool = True,
    move_to: str = "",
    strict: bool = False,
    also: Sequence[str] = (),
) -> Card:
    """Return the card of a message that speaks at people; `by` is who came to the last decision about it.

    It is for `coaching` where its author is staff; `told` says that they had a private word first, `changed`
    that they changed it after that, `done` that what was decided came about. `move_to` is the name of a
    channel where promotion is welcome, if there is one; `strict` says that in its own it is unwanted already.
    `also` are the names of channels where nearly the same was said.
    """
    reasons = _reasons(_signals(row))
    fields = [Entry(name="Where", value=f"#{where}"), Entry(name="Salesy", value=f"{row.salesy:.2f} of 1")]
    if also:
        fields.append(Entry(name="Said in other places too", value=_places(also)))
    if decision is not None:
        undone = "" if done else "; it could not be delivered, so that a word from you is needed"
        fields.append(Entry(name="Decided", value=f"{_SAID[decision].replace('{name}', by)}{undone}"))
    salesy = row.verdict == "salesy"
    title = _TITLES.get(row.verdict, _FINE)
    footer = "Nothing was deleted, and nobody else was told."
    if coaching:
        title = f"Coaching: {title[0].lower()}{title[1:]}"
        footer = "Its author was not told: a word from you is kinder. Nothing was deleted."
    if told:
        made_of_it = "changed it, and it still reads so" if changed else "left it"
        footer = f"Its author was told first, in private, and {made_of_it}. Nothing was deleted."
    settled = decision in FINE
    # What can be tried once more has its button.
    pressed = decision if done or decision != "move" else None
    return Card(
        title=title if not settled else "Fine here, a manager says",
        quotes=quotes,
        fields=tuple(fields),
        sections=(Section(name="Why", items=reasons),),
        buttons=_buttons(f"{row.channel}/{row.message}", pressed, move_to, strict=strict) if salesy else (),
        footer=footer if salesy else "",
        tone="warning" if salesy and not settled else "good",
    )


def _places(channels: Sequence[str]) -> str:
    """Return the names of channels, each with how often it is there, the first of them."""
    times = Counter(channels)
    named = [f"#{name}" if number == 1 else f"#{name} ({number} times)" for name, number in times.items()]
    more = f" and {len(named) - _CHANNELS} more" if len(named) > _CHANNELS else ""
    return f"{', '.join(named[:_CHANNELS])}{more}"


def settled_card(where: str, *, taken_back: bool) -> Card:
    """Return the card of what is gone or reads otherwise now: nothing of it is held up to anyone."""
    return Card(
        title="This was deleted" if taken_back else "This was changed, and no longer reads like selling",
        fields=(Entry(name="Where", value=f"#{where}"),),
        tone="good",
    )


def thanks_card(where: str, *, gone: bool, changed: bool) -> Card:
    """Return what the private word to an author becomes once there is nothing to say any more.

    Their message is `gone`, they `changed` it, or it was looked at again.
    """
    how = (
        "It is gone" if gone else "It reads fine now" if changed else "Looked at again, it reads fine: sorry"
    )
    return Card(
        title="Thank you",
        text=f"This was about what you posted in #{where}. {how}. Nothing more comes of it.",
        footer="Only you see this.",
        tone="good",
    )


def word_card(
    row: Any,
    text: str,
    *,
    where: str,
    managers_see: bool,
    unwanted: bool,
    coaching: bool,
    numbers: str = "",
) -> Card:
    """Return the private word to somebody about what they posted; for `coaching`, to who is staff.

    It says where promotion is `unwanted`. `numbers` tells them what they gave and asked for here before.
    """
    how = ", as coaching" if coaching else ""
    unwished = _unwanted(where) if unwanted else ""
    then = f"If it still reads so in ten minutes, the managers see it{how}. " if managers_see else ""
    return Card(
        title="A word before anybody else sees it",
        text=f"What you posted in #{where} reads like selling, by the same rules as anybody's. {unwished}You "
        f"can change it, take it back, or leave it. {then}Nothing was deleted.",
        quotes=(_own_words(row, text),),
        fields=_between_us(numbers),
        sections=(Section(name="Why", items=_reasons(_signals(row))),),
        footer="Only you see this. /community check tries a draft before you post it.",
    )


def _unwanted(where: str) -> str:
    return f"Promotion is not wanted in #{where}. "


def asked_card(row: Any, text: str, *, where: str, edit: Edit | None, unwanted: bool) -> Card:
    """Return the private word to somebody whose post a manager wants looked at again.

    It says where promotion is `unwanted`.
    """
    would = f"{what_would_pass(edit)} " if edit is not None else ""
    unwished = _unwanted(where) if unwanted else ""
    return Card(
        title="Would you look at this again?",
        text=f"The people who look after this community find that what you posted in #{where} reads like "
        f"selling, and would be glad if you changed it or took it back. {unwished}{would}Thank you for being "
        "here!",
        quotes=(_own_words(row, text),),
        footer="Only you see this. Nothing was deleted.",
    )


def how_to_ask(name: str, where: str, edit: Edit | None) -> str:
    """Return what tells a manager how to ask somebody themself, where Hearth may not write to them."""
    would = f" {what_would_pass(edit)}" if edit is not None else ""
    return (
        f"Here I may not write to people who did not ask for it: write to {name} yourself, in private. For "
        f"example: “Hi {name}! What you posted in #{where} reads more like selling than talking. Would you "
        f"look at it again?{would} Glad that you are here!” The card says that you will talk to them."
    )


def way_card(name: str, channel: str) -> Card:
    """Return the reply that shows an author the way to a channel where promotion is welcome."""
    return Card(
        text=f"Thank you for sharing this! #{name} is there for news like it: who looks for such things "
        "reads them there.",
        leads_to=channel,
    )


def _own_words(row: Any, text: str) -> Quote:
    ref = MessageRef(channel=row.channel, message=row.message, thread=row.thread)
    return Quote(author="You", text=shorten(unmarked(text), QUOTED), ref=ref, at=row.posted_at)


def verdict_card(
    verdict: Verdict, text: str, edit: Edit | None, *, welcome: bool = False, numbers: str = ""
) -> Card:
    """Return the verdict on a text, marked in its own words, for who asked alone.

    `edit` is the smallest that would make a salesy text pass, if there is a small one. Where promotion is
    `welcome`, none is needed. `numbers` tells who asked what they gave and asked for here before.
    """
    salesy = verdict.verdict == "salesy"
    would = "It can stay as it is." if welcome else what_would_pass(edit)
    reasons = _reasons(
        (f"{signal.reason}{_resting_on(text, signal.spans)}", signal.axis, signal.weight)
        for signal in verdict.signals
    )
    return Card(
        title=_TITLES.get(PROMOTION if salesy and welcome else verdict.verdict, _FINE),
        text=would if salesy else "",
        fields=(Entry(name="Salesy", value=f"{verdict.salesy:.2f} of 1"), *_between_us(numbers)),
        sections=(Section(name="Why", items=reasons),) if reasons else (),
        footer="Only you see this.",
        tone="warning" if salesy and not welcome else "good",
    )


def _between_us(numbers: str) -> tuple[Entry, ...]:
    """Return what only somebody themself is told of what they gave and asked for."""
    return (Entry(name="Between us", value=numbers),) if numbers else ()


def _signals(row: Any) -> Iterator[tuple[str, str, float]]:
    return ((signal["reason"], signal["axis"], signal["weight"]) for signal in row.signals)


def _reasons(signals: Iterable[tuple[str, str, float]]) -> tuple[Item, ...]:
    strongest = sorted(signals, key=lambda signal: -abs(signal[2]))[:_SIGNALS]
    return tuple(Item(text=f"{reason} ({axis}, {weight:+.2f})") for reason, axis, weight in strongest)


def _resting_on(draft: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return the words that a reason rests on, the first of them."""
    words = dict.fromkeys(" ".join(draft[start:end].split()) for start, end in spans)
    said = [f"“{shorten(each, _WORDS)}”" for each in words if each]
    return f": {', '.join(said[:_PLACES])}{' …' if len(said) > _PLACES else ''}" if said else ""


def _buttons(value: str, decision: str | None, move_to: str, *, strict: bool) -> tuple[Button, ...]:
    labels = {"broadcast.fine": "It's fine here", "broadcast.salesy": "Salesy indeed"}
    if decision not in ("tell", "talk"):
        labels["broadcast.tell"] = "Tell them"
    if move_to:
        labels["broadcast.move"] = f"Move to #{move_to}"
    if not strict:
        labels["settings.never"] = "Never in this channel"
    return tuple(
        Button(label=label, name=name, value=value)
        for name, label in labels.items()
        if name.partition(".")[2] != decision
    )
