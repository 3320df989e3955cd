"""Who and what there is in a workspace, as it was last heard: members, channels, user groups."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from adapters.wire.slack_messages import Author, Reader, app_name, is_by_app, profile_name
from adapters.wire.slack_people import administers, called, is_app, is_outside
from adapters.wire.values import Wire, object_in, slack_time, text_in, texts_in


@dataclass(frozen=True, slots=True)
class Person:
    """A member as Slack tells of them; one `outside` is of another organisation, and shares a channel."""

    id: str
    name: str
    bot: bool = False
    admin: bool = False
    owner: bool = False
    left: bool = False
    domain: str = ""
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A channel as Slack tells of it; it is `heard` where Hearth is in it, `closed` where it may not post."""

    id: str
    name: str
    private: bool = False
    archived: bool = False
    heard: bool = False
    closed: bool = False


@dataclass(slots=True)
class Group:
    """A user group, and who is in it."""

    handle: str
    members: set[str] = field(default_factory=set)


def person_of(user: Wire, team: str) -> Person:
    """Read a user object, as a workspace of that id is told it."""
    id_ = text_in(user, "id")
    admin = administers(user, team)
    return Person(
        id=id_,
        name=called(user) or id_,
        bot=is_app(user),
        admin=admin,
        owner=admin and user.get("is_primary_owner") is True,
        left=user.get("deleted") is True,
        domain=text_in(object_in(user, "profile"), "email").rpartition("@")[2].lower(),
        outside=is_outside(user, team),
    )


def place_of(channel: Wire) -> Place:
    """Read a conversation object."""
    private = channel.get("is_private") is True or channel.get("is_group") is True
    return Place(
        id=text_in(channel, "id"),
        name=text_in(channel, "name_normalized") or text_in(channel, "name") or text_in(channel, "id"),
        private=private,
        archived=channel.get("is_archived") is True,
        # Of private channels only those are told of that Hearth is in.
        heard=channel.get("is_member", private) is True,
        # Left out where it is not so.
        closed=channel.get("is_read_only") is True or channel.get("is_thread_only") is True,
    )


class Directory:
    """What is known of one workspace. `bot_user` and `bot_id` are Hearth itself."""

    def __init__(self, community: str, bot_user: str, bot_id: str) -> None:
        self.community = community
        self.bot_user = bot_user
        self.bot_id = bot_id
        self.people: dict[str, Person] = {}
        self.places: dict[str, Place] = {}
        self.groups: dict[str, Group] = {}
        # Whether Slack tells of addresses and of user groups: without either, roles are not known.
        self.knows_domains = False
        self.knows_groups = False
        # Members and channels whose names had to be left open: somebody should ask for them.
        self.unknown: set[str] = set()
        # When the last word was of each thing that events tell of: they come late, again, and in any order.
        self._told: dict[tuple[str, ...], datetime] = {}
        self.reader = Reader(community, self.find_member, self.find_channel)

    @property
    def team(self) -> str:
        """The workspace's id, as Slack has it."""
        return self.community.partition(":")[2]

    def is_late(self, at: datetime, *about: str) -> bool:
        """Tell whether there was a later word on something than one of that time."""
        last = self._told.get(about)
        return last is not None and at < last

    def note(self, at: datetime, *about: str) -> None:
        """Note when a word on something was; the latest counts."""
        if not self.is_late(at, *about):
            self._told[about] = at

    def know_person(self, user: Wire) -> Person:
        """Read a member from a list, which says when they last changed."""
        person = person_of(user, self.team)
        if person.id:
            self.people[person.id] = person
            self._note_update(user, "updated", person.id)
        return person

    def name(self, member: str) -> str:
        """Return what a member is called, or their id."""
        person = self.people.get(member)
        if person is None:
            self._wonder(member)
            return member
        return person.name

    def is_admin(self, member: str) -> bool:
        """Return whether a member administers the workspace."""
        person = self.people.get(member)
        return bool(person and person.admin)

    def roles(self, member: str, told: Person | None = None) -> tuple[str, ...] | None:
        """Return a member's user groups and the domain of their address; None if Slack tells of neither.

        `told` is the member as they are just told of, if they are.
        """
        if not (self.knows_domains or self.knows_groups):
            return None
        person = told or self.people.get(member)
        found = [person.domain] if person and person.domain else []
        for id_, group in self.groups.items():
            if member in group.members:
                found += [id_, group.handle] if group.handle else [id_]
        return tuple(dict.fromkeys(found))

    def first_manager(self) -> str | None:
        """Return who owns the workspace, or else administers it."""
        people = [each for each in self.people.values() if each.admin and not each.left and not each.bot]
        people.sort(key=lambda each: (not each.owner, each.id))
        return people[0].id if people else None

    def place(self, channel: str) -> Place:
        """Return a channel; one that is not known is taken for a private one."""
        found = self.places.get(channel)
        if found is None:
            self.unknown.add(channel)
            # Its id says nothing: private channels made today have C ids too.
            return Place(channel, channel, private=True)
        return found

    def find_member(self, mentioned: str) -> tuple[str | None, str]:
        """Return whom a mention means."""
        return mentioned, self.name(mentioned)

    def find_channel(self, channel: str) -> str:
        """Return what a channel is called, or its id."""
        place = self.places.get(channel)
        return place.name if place else channel

    def is_own(self, message: Wire) -> bool:
        """Tell whether Hearth wrote a message itself."""
        user, bot = text_in(message, "user"), text_in(message, "bot_id")
        return (bool(user) and user == self.bot_user) or (bool(bot) and bot == self.bot_id)

    def author(self, message: Wire) -> Author | None:
        """Return who wrote a message, if it says."""
        member, by_app, app = text_in(message, "user"), is_by_app(message), app_name(message)
        if not member:
            member = text_in(message, "bot_id") or (f"name:{app[:100]}" if app else "")
            return Author(member, app or member, True) if member else None
        person = self.people.get(member)
        if person is None:
            self._wonder(member)
            return Author(member, profile_name(message) or app or member, by_app)
        return Author(member, person.name, by_app or person.bot)

    def know_groups(self, groups: Iterable[Wire]) -> None:
        """Learn the user groups anew."""
        groups = list(groups)
        for group in groups:
            self._note_update(group, "date_update", text_in(group, "id"))
        self.groups = {
            text_in(group, "id"): Group(text_in(group, "handle"), set(texts_in(group, "users")))
            for group in groups
            if text_in(group, "id") and not group.get("date_delete")
        }
        self.knows_groups = True

    def _note_update(self, wire: Wire, key: str, id_: str) -> None:
        at = slack_time(str(wire.get(key)))
        if at is not None:
            self.note(at, id_)

    def _wonder(self, member: str) -> None:
        if member[:1] in ("U", "W") and member.isalnum():
            self.unknown.add(member)
