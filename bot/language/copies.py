"""What a message leads to and says, as numbers by which the same is found elsewhere, a little reworded too.

Of the text its runs of three words are hashed and the lowest few are kept (Broder's sketch, 1997): texts that
share most runs share most of these. Of each link it is who owns the place it leads to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from bot.language.links import Link
from bot.language.marks import owner_of
from bot.language.reading import ADDRESS, host_of, read
from bot.language.signals import FORGES, SHARED_HOSTS, SHOWCASES

# Of so many lowest numbers so many have to be the same: then about two runs in three are.
_LOWEST, _ALIKE = 6, 4
# What is shorter says the same by chance.
_FEWEST_WORDS = 8
_RUN = 3
# A message that leads to more places is about none of them.
_MOST_PLACES = 4
# So many numbers a message has at most.
MOST_MARKS = _LOWEST + _MOST_PLACES
# What a text says it says in so many words.
_MOST_WORDS = 400


@dataclass(frozen=True, slots=True)
class Trace:
    """What is left of a message as numbers: of its `words`, few where it is short, and of its `places`."""

    words: frozenset[int]
    places: frozenset[int]


def trace_of(text: str, links: Sequence[Link] = ()) -> Trace:
    """Return what a message and the links of its card leave. The same on every machine."""
    reading = read(text)
    spoken = [word for word, _, _ in reading.tokens if word[0].isalnum() and word != ADDRESS][:_MOST_WORDS]
    runs = {" ".join(spoken[place : place + _RUN]) for place in range(len(spoken) - _RUN + 1)}
    words = sorted(_number(run) for run in runs)[:_LOWEST] if len(spoken) >= _FEWEST_WORDS else []
    urls = [(address.host, address.url) for address in reading.addresses]
    urls += [(host_of(link.url), link.url.lower()) for link in links if link.url]
    places = {place for host, url in urls if (place := _owned(host, url))}
    return Trace(frozenset(words), frozenset(map(_number, places if len(places) <= _MOST_PLACES else ())))


def says_the_same(shared: int, of: int) -> bool:
    """Return whether texts that share so many numbers, `of` those of one, differ in a few words at most."""
    return shared >= min(_ALIKE, max(of, 1))


def _owned(host: str, url: str) -> str:
    """Return the place that somebody owns: a host, or the first part of a path where many share one."""
    if host in FORGES or host in SHARED_HOSTS:
        path = url.split("://", 1)[-1].partition("/")[2].partition("?")[0].strip("/")
        return f"{host}/{path.partition('/')[0] if host in FORGES else path}" if path else ""
    return host if host.endswith(SHOWCASES) else owner_of(host)


def _number(said: str) -> int:
    return int.from_bytes(blake2b(said.encode(), digest_size=8).digest(), "big", signed=True)
