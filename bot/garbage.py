"""Collects garbage rarely, while much is made that is soon let go of."""

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
