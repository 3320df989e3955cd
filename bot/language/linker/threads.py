"""How far each message belongs to what was begun by some others, by all it may reply to."""

from collections.abc import Collection, Iterable

from bot.language.linker.reader import Links


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
