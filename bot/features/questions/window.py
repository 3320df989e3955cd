"""The last messages of people in a scope, found by their ids."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.language.parents import Said


@dataclass(frozen=True, slots=True)
class Standing:
    """A message with its turn; `burst` is what its author said in a row up to it, if that is known."""

    said: Said
    thread: str | None
    head: str
    parent: str | None
    how: str
    asks: bool
    question: str | None
    burst: str | None
    asked: bool = False  # whether what it goes on from asked

    @property
    def concerns(self) -> set[str]:
        """The heads of the questions that it may change: what it is about, and what it goes on asking."""
        about = {self.question} if self.question else set()
        return about | {self.head} if self.asked else about


class Window:
    """Up to `most` messages of people in a scope with their turns, oldest first; a new one pushes the oldest
    out."""

    def __init__(self, standings: Iterable[Standing], most: int) -> None:
        self._there: deque[Standing] = deque(maxlen=most)
        # Each message's turn, and how many were there before it.
        self._by_id: dict[str, tuple[int, Standing]] = {}
        self._count = 0
        for standing in standings:
            self.append(standing)

    def append(self, standing: Standing) -> None:
        """Take in the next message."""
        if len(self._there) == self._there.maxlen:
            del self._by_id[self._there[0].said.id]
        self._there.append(standing)
        self._by_id[standing.said.id] = (self._count, standing)
        self._count += 1

    def __len__(self) -> int:
        return len(self._there)

    def __iter__(self) -> Iterator[Standing]:
        return iter(self._there)

    def __reversed__(self) -> Iterator[Standing]:
        return reversed(self._there)

    @property
    def full(self) -> bool:
        """Whether there are as many as there may be."""
        return len(self._there) == self._there.maxlen

    @property
    def last(self) -> Standing | None:
        """The latest."""
        return self._there[-1] if self._there else None

    def get(self, message: str | None) -> Standing | None:
        """Return a message with its turn, if it is there."""
        found = self._by_id.get(message) if message is not None else None
        return found[1] if found is not None else None

    def first(self, message: str) -> str:
        """Return the first message of the conversation of one, as far back as what is there tells."""
        # With false times a message may reply to a later one: there it is not followed.
        before = self._count
        while (found := self._by_id.get(message)) is not None and found[0] < before:
            before, standing = found
            if standing.parent is None:
                break
            message = standing.parent
        return message
