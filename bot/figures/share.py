"""A share of what was counted, and how far it may be from what it would be of many more."""

import math

# Two-sided 95 % of a normal distribution.
_Z95 = 1.959964


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of `hits` in `of`, each 0 to 1; all there is where nothing was counted.

    Wilson, "Probable inference, the law of succession, and statistical inference" (1927).
    """
    if not of:
        return (0.0, 1.0)
    share, z = hits / of, _Z95
    centre = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return (max(0.0, centre - half), min(1.0, centre + half))


def share_in_words(hits: int, of: int) -> str:
    """Return a share as "14 of 20 (70 %, likely 48 to 85 %)"; `of` is not 0."""
    low, high = wilson(hits, of)
    return f"{hits} of {of} ({hits / of:.0%}, likely {100 * low:.0f} to {high:.0%})".replace("%", " %")
