"""The channels that digests can go to, by what people call them."""

from difflib import get_close_matches

from sqlalchemy import bindparam, func, or_, select

from bot.communities import named_channels
from storage.tables import Channel, table
from storage.transaction import Transaction

_channel = table(Channel)
_NAMED = (
    select(_channel.c.id, _channel.c.name, _channel.c.archived)
    .where(
        _channel.c.community == bindparam("in_community"),
        or_(_channel.c.id == bindparam("called"), func.lower(_channel.c.name) == bindparam("in_lower_case")),
    )
    # An id is meant exactly; of channels with one name, the one that lives.
    .order_by(_channel.c.id != bindparam("called"), _channel.c.archived, _channel.c.id)
    .limit(1)
)


class NoSuchPlace(Exception):
    """A digest cannot go there; the message is a sentence that says why."""


def place_called(tx: Transaction, community: str, called: str, said_in: str) -> str:
    """Return the id of a channel by its name or id. Raises NoSuchPlace.

    That names a channel which those who read it in `said_in` may know of.
    """
    row = tx.row(_NAMED, in_community=community, called=called, in_lower_case=called.lower())
    if row is None:
        raise NoSuchPlace(
            f'I know no channel "{called}": name one that I am in, as '
            f"#{_like(tx, community, called, said_in)}."
        )
    if row.archived:
        raise NoSuchPlace(f"#{row.name} is archived, and nobody would read it there: name another channel.")
    return str(row.id)


def _like(tx: Transaction, community: str, called: str, said_in: str) -> str:
    names = named_channels(tx, community, said_in)
    return next(iter([*get_close_matches(called.lower(), names, n=1, cutoff=0.4), *names]), "general")
