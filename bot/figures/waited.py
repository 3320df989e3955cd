"""How long somebody waited, as people say it."""

from datetime import timedelta

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
# A time is told in a unit as long as it is fewer than so many of the next.
_SECONDS, _MINUTES, _HOURS = 2 * _MINUTE, 90 * _MINUTE, 48 * _HOUR


def waited(wait: timedelta) -> str:
    """Return a time as "40 s", "32 min", "4.5 h" or "17 days"."""
    seconds = wait.total_seconds()
    if seconds < 1:
        return "less than a second"
    if seconds < _SECONDS:
        return f"{seconds:.0f} s"
    if seconds < _MINUTES:
        return f"{seconds / _MINUTE:.0f} min"
    if seconds < _HOURS:
        return f"{seconds / _HOUR:.1f}".removesuffix(".0") + " h"
    return f"{seconds / _DAY:.0f} days"
