"""Cards cut to what a message takes, as on every platform: nothing is refused for its length."""

from collections.abc import Iterator, Sequence

from bot.cards import Button, Card, Entry, Item, Quote, Section, Select, plain, shorten

# Slack answers msg_blocks_too_long at about 13,200 characters, below every limit it documents.
MAX_CHARACTERS = 12_000
# A row of Slack's buttons, and all five rows of Discord's.
MAX_BUTTONS = 25
# Discord's rows, of five buttons or one select each, and how much can be chosen from.
MAX_ROWS = 5
MAX_OPTIONS = 25
_IN_A_ROW = 5
_MAX_TITLE, _MAX_FOOTER, _MAX_LABEL = 256, 2_000, 75
_CUT = "Shortened: this was longer than a message is."
_LEFT_OUT = "Some of what could be pressed here does not fit into a message."
# What surrounds the words of a part where they are read as plain text.
_AROUND = 5

_Part = Quote | Entry | Section


def fitted(card: Card) -> Card:
    """Return a card as it fits into a message; where it was cut, its small print says so."""
    selects = tuple(
        each.model_copy(update={"options": each.options[:MAX_OPTIONS]})
        for each in card.selects
        if each.among != "options" or each.options
    )[: MAX_ROWS - bool(card.buttons)]
    buttons = tuple(
        each.model_copy(update={"label": shorten(each.label, _MAX_LABEL)})
        for each in card.buttons[: (MAX_ROWS - len(selects)) * _IN_A_ROW]
    )
    frame = card.model_copy(
        update={
            "title": shorten(card.title, _MAX_TITLE),
            "footer": shorten(card.footer, _MAX_FOOTER),
            "selects": selects,
            "buttons": buttons,
            **dict.fromkeys(("quotes", "fields", "sections"), ()),
            "text": "",
        }
    )
    notes = [_LEFT_OUT] if _pressed(card) != _pressed(frame) else []
    room = MAX_CHARACTERS - characters_of(frame) - len(_CUT) - len(_LEFT_OUT) - _AROUND
    kept = list(_as_fits(card, room))
    whole: list[_Part] = [*card.quotes, *card.fields, *card.sections]
    if kept != whole or len(card.text) > room or (frame.title, frame.footer) != (card.title, card.footer):
        notes.insert(0, _CUT)
    return frame.model_copy(
        update={
            "text": shorten(card.text, room),
            "quotes": tuple(each for each in kept if isinstance(each, Quote)),
            "fields": tuple(each for each in kept if isinstance(each, Entry)),
            "sections": tuple(each for each in kept if isinstance(each, Section)),
            "footer": "\n".join(part for part in (frame.footer, *notes) if part),
        }
    )


def characters_of(card: Card) -> int:
    """Return how many characters a card shows."""
    return len(plain(card)) + sum(len(button.label) for button in card.buttons)


def _pressed(card: Card) -> Sequence[tuple[str, str, int]]:
    """Return what can be pressed or chosen, and of how many."""
    found: list[Button | Select] = [*card.selects, *card.buttons]
    return [(each.name, each.value, len(each.options) if isinstance(each, Select) else 0) for each in found]


def _as_fits(card: Card, room: int) -> Iterator[_Part]:
    """Give what is read below the text, in the order in which it is shown, as far as there is room."""
    room -= len(card.text) + 1
    parts: list[_Part] = [*card.quotes, *card.fields, *card.sections]
    for part in parts:
        cut = _cut(part, room)
        if cut is None:
            return
        yield cut
        room -= _size(cut)
        if cut != part:
            return


def _cut(part: _Part, room: int) -> _Part | None:
    """Return as much of a part as fits, or None where nothing does."""
    if _size(part) <= room:
        return part
    match part:
        case Quote():
            left = room - len(part.author) - _AROUND
            return part.model_copy(update={"text": shorten(part.text, left)}) if left > 0 else None
        case Entry():
            left = room - len(part.name) - _AROUND
            return part.model_copy(update={"value": shorten(part.value, left)}) if left > 0 else None
        case Section():
            items: list[Item] = []
            left = room - len(part.name) - _AROUND
            for item in part.items:
                left -= len(item.text) + _AROUND
                if left < 0:
                    break
                items.append(item)
            return part.model_copy(update={"items": tuple(items)}) if items else None


def _size(part: _Part) -> int:
    match part:
        case Quote():
            return len(part.author) + len(part.text) + _AROUND
        case Entry():
            return len(part.name) + len(part.value) + _AROUND
        case Section():
            return len(part.name) + _AROUND + sum(len(item.text) + _AROUND for item in part.items)
