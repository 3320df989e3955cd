"""Who is in an export: what they are called, when they were first seen, and when they joined."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.events import Happened, MemberChanged, MemberJoined, MessagePosted, ReactionAdded


@dataclass(slots=True)
class Person:
    """A member as an export shows them; the times are of what was read so far."""

    name: str
    bot: bool = False
    admin: bool = False
    seen: datetime | None = None
    spoke: datetime | None = None
    joined: datetime | None = None


class People:
    """Everybody an export names. Memory grows with their number, not with what they say."""

    def __init__(self) -> None:
        self._people: dict[str, Person] = {}
        self._ids_by_name: dict[str, str | None] = {}

    def know(self, member: str, name: str, bot: bool = False, admin: bool = False) -> Person:
        """Note who a member is, if that is not known yet."""
        person = self._people.get(member)
        if person is None:
            person = self._people[member] = Person(name or member, bot, admin)
            self._ids_by_name[person.name] = None if person.name in self._ids_by_name else member
        return person

    def joins(self, event: MemberJoined) -> None:
        person = self.know(event.member, event.name, event.bot, event.admin)
        person.joined = earlier(person.joined, event.at)

    def speaks(self, event: MessagePosted) -> None:
        person = self.know(event.author, event.author_name, event.author_is_bot)
        person.spoke = earlier(person.spoke, event.at)
        person.seen = earlier(person.seen, event.at)

    def reacts(self, event: ReactionAdded) -> None:
        person = self.know(event.member, event.member)
        person.seen = earlier(person.seen, event.at)

    def find(self, member: str) -> Person | None:
        return self._people.get(member)

    def named(self, name: str) -> str | None:
        """Return the id of the only member with this name."""
        return self._ids_by_name.get(name)

    def events(self, community: str) -> Iterator[Happened]:
        """Tell of everybody who was seen: that they joined, or else who they are, when they first appear.

        A join record of somebody who has spoken before is of a further channel, not of the community.
        """
        for member, person in self._people.items():
            if person.joined and (person.spoke is None or person.joined <= person.spoke):
                yield MemberJoined(
                    id=f"3-joined:{member}",
                    community=community,
                    at=person.joined,
                    member=member,
                    name=person.name,
                    bot=person.bot,
                    admin=person.admin,
                )
            elif person.seen:
                yield MemberChanged(
                    id=f"2-member:{member}",
                    community=community,
                    at=person.seen,
                    member=member,
                    name=person.name,
                    bot=person.bot,
                    admin=person.admin,
                )


def earlier(one: datetime | None, other: datetime) -> datetime:
    """Return the earlier of two times, the first of which may not be known."""
    return other if one is None or other < one else one
