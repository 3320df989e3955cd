"""Collects garbage rarely, where much is made that is soon let go of, and only among what may be garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# New objects between two collections; Python's own 700 costs a replay a tenth of its time.
_COLLECT_AFTER = 100_000


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """Look for unreachable cycles less often: the past makes many objects, and few cycles."""
    before = gc.get_threshold()
    gc.set_threshold(_COLLECT_AFTER, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def settle_down() -> None:
    """Leave all that was made so far out of every look for garbage: it stays as long as the process.

    Everything stands still while Python looks through all there is. What a start loads makes that last a
    tenth of a second and more, time and again, and nothing of it is ever let go of.
    """
    gc.freeze()
