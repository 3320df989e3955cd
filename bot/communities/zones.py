"""Timezones by what people call them: the IANA database's names, in any case, and their cities."""

from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files

# A zone of the list that is no place, and has no time.
_NO_ZONE = frozenset({"Factory"})
# Names below others stand for these, or for no place.
_AREAS = frozenset("Africa America Antarctica Arctic Asia Atlantic Australia Europe Indian Pacific".split())
# A shorter word is like too many of them.
_SHORTEST = 4


def zone_called(text: str) -> str | None:
    """Return the timezone that a text names, as "europe/berlin", "New York" or "UTC"."""
    return _zones().get(_plain(text))


def zone_like(text: str, *, cutoff: float) -> str | None:
    """Return the timezone most like a text, if any is by so much, from 0 to 1."""
    plain = _plain(text)
    names = [name for name in _zones() if "/" in plain or len(name) >= _SHORTEST]
    found = get_close_matches(plain, names, n=1, cutoff=cutoff)
    return _zones()[found[0]] if found else None


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """Return timezones by their names, to choose from: those of places, and UTC."""
    names = {name for name in _zones().values() if "/" in name and name.partition("/")[0] in _AREAS}
    return ("UTC", *sorted(names))


def _plain(text: str) -> str:
    return "_".join(text.strip().lower().split())


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    """Return timezones by their names in lower case, and by their cities, where only one is called so.

    The list is that of the package: what else lies among a machine's timezones is none.
    """
    listed = files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    names = [name for name in listed if name not in _NO_ZONE]
    cities: dict[str, list[str]] = {}
    for name in names:
        area, _, city = name.rpartition("/")
        # What stands below Etc is no place.
        if area and area != "Etc":
            cities.setdefault(city.lower(), []).append(name)
    found = {city: named[0] for city, named in cities.items() if len(named) == 1}
    return found | {name.lower(): name for name in names}
