"""Channels, and who reads them: what may be quoted where."""

from collections.abc import Collection, Mapping

from pydantic import JsonValue
from sqlalchemy import bindparam, select

from bot.communities.history import changes_by, settings_of
from bot.events import ChannelFound, Event
from storage.tables import Channel, Outgoing, table
from storage.transaction import Transaction

_channel = table(Channel)
_CHANNEL = select(_channel).where(
    _channel.c.community == bindparam("in_community"), _channel.c.id == bindparam("channel")
)
_CHANNELS = (
    select(_channel)
    .where(_channel.c.community == bindparam("in_community"))
    .order_by(_channel.c.archived, _channel.c.name, _channel.c.id)
)
_OF_IDS = select(_channel.c.id, _channel.c.name, _channel.c.private).where(
    _channel.c.community == bindparam("in_community"),
    _channel.c.id.in_(bindparam("of_ids", expanding=True)),
)
_PRIVATE = select(_channel.c.id).where(_channel.c.community == bindparam("in_community"), _channel.c.private)
_outgoing = table(Outgoing)
# The lane of a post is its channel.
_POST = select(_outgoing.c.lane).where(
    _outgoing.c.community == bindparam("in_community"),
    _outgoing.c.key == bindparam("with_key"),
    _outgoing.c.kind == "post",
)


def channel_name(tx: Transaction, community: str, channel: str) -> str:
    """Return a channel's name, or its id."""
    found = tx.row(_CHANNEL, in_community=community, channel=channel)
    return str(found.name) if found else channel


def look_up_channels(tx: Transaction, community: str, channels: Collection[str]) -> Mapping[str, str]:
    """Read channels in one statement; return their names. `may_quote` then has none of them to read."""
    rows = tx.rows(_OF_IDS, in_community=community, of_ids=sorted(set(channels)))
    found = {row.id: row for row in rows}
    for channel in channels:
        tx.memo["private", community, channel] = channel not in found or bool(found[channel].private)
    return {channel: str(row.name) for channel, row in found.items()}


def find_channel(tx: Transaction, community: str, written: str) -> str | None:
    """Return the id of the channel with this id, or else with this name, as "help" or "#help"; None if none.

    Of several with one name it is one that is not archived.
    """
    if tx.row(_CHANNEL, in_community=community, channel=written) is not None:
        return written
    name = written.removeprefix("#")
    return _called(tx, community).get(name.casefold()) or (
        name if tx.row(_CHANNEL, in_community=community, channel=name) is not None else None
    )


def _called(tx: Transaction, community: str) -> Mapping[str, str]:
    """Return the ids of channels by their names in any case, read once for all that a batch asks."""
    key = ("channels called", community)
    if key not in tx.memo:
        rows = tx.rows(_CHANNELS, in_community=community)
        tx.memo[key] = {row.name.casefold(): str(row.id) for row in reversed(rows)}
    called: Mapping[str, str] = tx.memo[key]
    return called


def forget_channel(tx: Transaction, community: str, channel: str) -> None:
    """Have a channel be read again: something else was said of it."""
    tx.memo.pop(("private", community, channel), None)
    tx.memo.pop(("channels called", community), None)


def note_readers(event: ChannelFound, tx: Transaction) -> None:
    """Keep in mind who read a channel, before something else is said of it."""
    tx.memo["private before", event.id] = is_private(tx, event.community, event.channel)


def readers_changed_by(event: Event, tx: Transaction) -> list[str]:
    """Return the channels whose words may be shown to others by an event than before, or to fewer."""
    if isinstance(event, ChannelFound):
        # Of an event that is handled once more it is not known what was before.
        was = tx.memo.get(("private before", event.id))
        return [] if was == is_private(tx, event.community, event.channel) else [event.channel]
    changed: set[str] = set()
    for name, change in changes_by(event, tx).items():
        if name == "channels":
            changed |= _unwatched(change.before) ^ _unwatched(change.after)
        elif name == "open_channels":
            changed |= _listed(change.before) ^ _listed(change.after)
    return sorted(changed)


def _unwatched(rules: JsonValue) -> set[str]:
    found = rules.items() if isinstance(rules, dict) else ()
    return {channel for channel, rule in found if isinstance(rule, dict) and rule.get("watch") is False}


def _listed(channels: JsonValue) -> set[str]:
    return set(map(str, channels)) if isinstance(channels, list) else set()


def channel_label(tx: Transaction, community: str, channel: str) -> str:
    """Return a channel as "#name", with its id where that name means another one."""
    name = channel_name(tx, community, channel)
    return f"#{name}" if find_channel(tx, community, f"#{name}") == channel else f"#{name} ({channel})"


def may_name(tx: Transaction, community: str, channel: str, to_channel: str) -> bool:
    """Return whether those who read `to_channel` may be told of a channel: managers, in theirs, of each."""
    return to_channel in (channel, settings_of(tx, community).managers_channel) or not is_private(
        tx, community, channel
    )


def named_channels(tx: Transaction, community: str, to_channel: str) -> list[str]:
    """Return the names of the channels in use that those who read `to_channel` may be told of."""
    to_managers = to_channel == settings_of(tx, community).managers_channel
    rows = tx.rows(_CHANNELS, in_community=community)
    return [
        row.name
        for row in rows
        if not row.archived and (to_managers or row.id == to_channel or not row.private)
    ]


def is_private(tx: Transaction, community: str, channel: str) -> bool:
    """Return whether only its members read a channel; nobody else does until we are told that they do."""
    key = ("private", community, channel)
    if key not in tx.memo:
        found = tx.row(_CHANNEL, in_community=community, channel=channel)
        tx.memo[key] = found is None or bool(found.private)
    return bool(tx.memo[key])


def is_archived(tx: Transaction, community: str, channel: str) -> bool:
    """Return whether nothing can be said in a channel any more."""
    found = tx.row(_CHANNEL, in_community=community, channel=channel)
    return bool(found and found.archived)


def is_heard(tx: Transaction, community: str, channel: str) -> bool:
    """Return whether what is said in a channel reaches Hearth, as far as is known."""
    found = tx.row(_CHANNEL, in_community=community, channel=channel)
    return found is None or bool(found.heard)


def shown_in(tx: Transaction, community: str, key: str) -> str | None:
    """Return the channel that the post with this key is for; None if nothing was posted with it."""
    found = tx.row(_POST, in_community=community, with_key=key)
    return str(found.lane) if found else None


def may_quote(tx: Transaction, community: str, from_channel: str, to_channel: str) -> bool:
    """Return whether what was said in `from_channel` may be shown in `to_channel`; "" stands for anywhere.

    All who read `to_channel` have to be able to read `from_channel`, or a manager opened that for being
    quoted. What is left out of reading is not quoted either.
    """
    settings = settings_of(tx, community)
    if not settings.watches(from_channel):
        return False
    if from_channel == to_channel or from_channel in settings.open_channels:
        return True
    return not is_private(tx, community, from_channel)


def closed_to(tx: Transaction, community: str, to_channel: str) -> list[str]:
    """Return the channels whose words `may_quote` forbids to show in `to_channel`."""
    settings = settings_of(tx, community)
    unread = {channel for channel in settings.channels if not settings.watches(channel)}
    private = {row.id for row in tx.rows(_PRIVATE, in_community=community)}
    return sorted(unread | (private - {to_channel, *settings.open_channels}))


def not_heeded(tx: Transaction, community: str) -> list[str]:
    """Return the channels that are left out of reading, and the managers' own."""
    settings = settings_of(tx, community)
    unread = [channel for channel in settings.channels if not settings.watches(channel)]
    return [*unread, *filter(None, (settings.managers_channel,))]
