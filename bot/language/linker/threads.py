"""What belongs together in a flat channel: which conversation a message joins, and how far."""

from collections.abc import Callable, Collection, Iterable
from itertools import starmap

from bot.language.linker.reader import Links

# What starting something counts beside joining: where it is in doubt, people more often go on.
_STARTING = 0.9


def parent_in(links: Links, first_of: Callable[[str], str]) -> str | None:
    """Return what a message replies to, in the conversation that it most likely joins; None starts one.

    `first_of` names the first message of the conversation of each earlier message. All that a message may
    reply to speaks for its conversation: two likely messages of one outweigh one of another.
    """
    best, *others = starmap(_counting, links.likely)
    if links.native or best >= sum(others):
        return links.best
    shares: dict[str | None, float] = {}
    likeliest: dict[str | None, str | None] = {}
    for id, chance in links.likely:
        first = None if id is None else first_of(id)
        shares[first] = shares.get(first, 0.0) + _counting(id, chance)
        likeliest.setdefault(first, id)
    return likeliest[max(shares, key=lambda first: shares[first])]


def _counting(id: str | None, chance: float) -> float:
    return chance * _STARTING if id is None else chance


def conversations(links: Iterable[Links]) -> dict[str, str | None]:
    """Return what each message of a channel replies to, oldest first."""
    firsts: dict[str, str] = {}
    parents: dict[str, str | None] = {}
    for each in links:
        parent = parents[each.message] = parent_in(each, lambda id: firsts.get(id, id))
        firsts[each.message] = each.message if parent is None else firsts.get(parent, parent)
    return parents


def belonging(links: Iterable[Links], opening: Collection[str]) -> dict[str, float]:
    """Return for each message, in order, how likely it belongs to the conversation that `opening` begins.

    A message belongs as far as what it may reply to does: A(i) = Σ P(i → j) · A(j), and what opens it belongs
    entirely. Those that do not belong at all are left out.
    """
    found = dict.fromkeys(opening, 1.0)
    for each in links:
        if each.message not in found:
            share = sum(chance * found.get(id, 0.0) for id, chance in each.likely if id is not None)
            if share:
                found[each.message] = share
    return found
