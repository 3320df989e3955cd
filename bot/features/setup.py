"""Says what Hearth needs when it comes into a community, with a picker for each, and marks what was done."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from bot.actions import Action, Post, Tell, Update, answer
from bot.cards import Button, Card, Item, Option, Section, Select
from bot.commands import given
from bot.communities import EXPLAINED, Settings, changes_by, channel_name, length, settings_of
from bot.events import ButtonPressed, CommandGiven, Event, Installed
from bot.manners import manners_of
from storage.tables import Outgoing, table
from storage.transaction import Transaction

# What is needed, as a picker says it, and what is so without.
_CHANNELS = (
    ("managers_channel", "Channel for flags", "flags are only kept"),
    ("feedback_channel", "Channel for digests", "digests are only kept"),
    ("welcome_channel", "Channel for welcomes", "nobody is greeted"),
)
# From west to east; platforms list 25 at most, and any other can be typed.
_ZONES = (
    ("Pacific/Honolulu", "Honolulu"),
    ("America/Anchorage", "Anchorage"),
    ("America/Los_Angeles", "Los Angeles, Vancouver"),
    ("America/Denver", "Denver, Calgary"),
    ("America/Chicago", "Chicago, Winnipeg"),
    ("America/Mexico_City", "Mexico City"),
    ("America/New_York", "New York, Toronto"),
    ("America/Bogota", "Bogotá, Lima"),
    ("America/Sao_Paulo", "São Paulo, Rio de Janeiro"),
    ("UTC", "UTC"),
    ("Europe/London", "London, Dublin, Lisbon"),
    ("Europe/Berlin", "Berlin, Paris, Madrid, Rome"),
    ("Africa/Lagos", "Lagos, Algiers"),
    ("Europe/Athens", "Athens, Helsinki, Kyiv"),
    ("Africa/Johannesburg", "Johannesburg, Cairo"),
    ("Europe/Istanbul", "Istanbul, Nairobi, Riyadh"),
    ("Asia/Dubai", "Dubai"),
    ("Asia/Karachi", "Karachi, Tashkent"),
    ("Asia/Kolkata", "Delhi, Mumbai, Colombo"),
    ("Asia/Bangkok", "Bangkok, Jakarta, Hanoi"),
    ("Asia/Shanghai", "Beijing, Singapore, Manila, Perth"),
    ("Asia/Tokyo", "Tokyo, Seoul"),
    ("Australia/Sydney", "Sydney, Melbourne"),
    ("Pacific/Auckland", "Auckland"),
)
_SHOWN = "setup:"

_outgoing = table(Outgoing)
# The newest card that was said, and where.
_CARD = (
    select(_outgoing.c.key, _outgoing.c.kind, _outgoing.c.lane)
    .where(
        _outgoing.c.community == bindparam("in_community"),
        _outgoing.c.key >= _SHOWN,
        # The character after the colon.
        _outgoing.c.key < _SHOWN[:-1] + ";",
    )
    .order_by(_outgoing.c.seq.desc())
    .limit(1)
)


def handle(event: Event, tx: Transaction) -> Sequence[Action]:
    """Say what is needed when it is installed or asked, and mark what was done."""
    match event:
        case Installed():
            return _say(event, tx)
        case CommandGiven() if given(event, tx, "setup") is not None:
            return [answer(event, card_of(tx, event.community))]
        case ButtonPressed() if not _NEEDED.isdisjoint(changes_by(event, tx)):
            return _update(event, tx)
        case _:
            return []


_NEEDED = {"timezone", "newcomer_limit", *(name for name, _, _ in _CHANNELS)}


def card_of(tx: Transaction, community: str) -> Card:
    """Return the card that says what is set and what is not, each with a picker."""
    settings = settings_of(tx, community)
    missing = [name for name, _, _ in _CHANNELS if getattr(settings, name) is None]
    selects = [
        Select(
            label=label,
            name="settings.choose",
            value=name,
            among="channels",
            chosen=getattr(settings, name) or "",
        )
        for name, label, _ in _CHANNELS
    ]
    return Card(
        title=_title(len(missing)),
        text="I welcome who joins, see that no question stays unanswered, and carry what members say to the "
        "people who build the product. Managers of this community choose here, and I begin at once.",
        sections=(Section(name="What I need", items=_items(tx, community, settings)),),
        selects=(*selects, _zones(settings)),
        buttons=(
            Button(label="Another timezone…", name="settings.ask", value="timezone"),
            Button(label="Newcomers' questions sooner…", name="settings.ask", value="newcomer_limit"),
        ),
        footer="/community settings shows all that can be set; /community setup shows this again.",
        tone="warning" if missing else "good",
    )


def _title(missing: int) -> str:
    if not missing:
        return "All is set: Hearth is at work"
    return f"Hearth is here, and needs {'one channel' if missing == 1 else f'{missing} channels'}"


def _items(tx: Transaction, community: str, settings: Settings) -> tuple[Item, ...]:
    items: list[Item] = []
    for name, label, without in _CHANNELS:
        channel = getattr(settings, name)
        if channel is None:
            items.append(
                Item(text=f"☐ {label}: none yet, so {without}. {EXPLAINED[name].does.split('.')[0]}.")
            )
        else:
            items.append(Item(text=f"☑ {label}: #{channel_name(tx, community, channel)}"))
    chosen = settings.timezone != Settings().timezone
    said = settings.timezone if chosen else f"{settings.timezone}, until you choose another"
    items.append(Item(text=f"{'☑' if chosen else '☐'} Timezone: {said}"))
    if settings.newcomer_limit is None:
        items.append(
            Item(text="Newcomers' first questions wait as long as any. Two hours are a good beginning: 2h.")
        )
    else:
        items.append(Item(text=f"☑ Newcomers' first questions wait for {length(settings.newcomer_limit)}"))
    return tuple(items)


def _zones(settings: Settings) -> Select:
    """Return the select of timezones, with the present one first."""
    labels = dict(_ZONES)
    now = settings.timezone
    names = [now, *(name for name in labels if name != now)]
    return Select(
        label="Timezone",
        name="settings.choose",
        value="timezone",
        options=tuple(Option(label=labels.get(name, name), value=name) for name in names),
        chosen=now,
    )


def _say(event: Installed, tx: Transaction) -> Sequence[Action]:
    """Say once what is needed, where it may be said; where nothing is, nobody is bothered."""
    settings = settings_of(tx, event.community)
    if all(getattr(settings, name) is not None for name, _, _ in _CHANNELS):
        return []
    key, card = f"{_SHOWN}{event.id}", card_of(tx, event.community)
    if event.member is not None and manners_of(event.community).private_words:
        return [Tell(key=key, community=event.community, member=event.member, card=card)]
    if event.channel is not None:
        return [Post(key=key, community=event.community, channel=event.channel, card=card)]
    return []


def _update(event: ButtonPressed, tx: Transaction) -> Sequence[Action]:
    """Return the update of the card that was said, if one was."""
    row = tx.row(_CARD, in_community=event.community)
    if row is None:
        return []
    alone = row.kind == "tell"
    return [
        Update(
            key=f"update:{event.id}:{row.key}",
            community=event.community,
            channel=None if alone else row.lane,
            member=row.lane[1:] if alone else None,
            post=row.key,
            card=card_of(tx, event.community),
        )
    ]
