"""Comes into a workspace: who Hearth is there, what it may, which channels and members there are."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.calls import Calls, Denied, missing, next_in
from adapters.slack.directory import Directory, Person, Place, place_of
from adapters.slack.scopes import SCOPES
from adapters.slack.translate import channel_found, member_changed, member_joined
from adapters.slack.workspace import Workspace, capability
from adapters.wire.values import Wire, object_in, objects_in, slack_time, text_in
from bot.events import CommunityFound, Event, Installed, MemberLeft
from bot.logs import named
from bot.ports import MEMBERS, Hears, Memory, TryLater

log = named(__name__)

# As many as Slack asks to take at once.
_PAGE = 200
# What is kept of each member, to see at the next start whether anything changed.
_DIGEST = 8
# How it ends, of who has left: whoever comes back has joined anew.
_LEFT = "x"
# What Slack says of a channel that is gone, or private and without Hearth.
NO_CHANNEL = ("channel_not_found", "not_in_channel")
# How the names begin under which is kept which methods were denied.
_DENIED = "denied:"
# Who waits for an answer waits no longer for who they are: Slack lets a window open within three seconds.
_MEET_S = 1.0
_INSTALLED = "installed"
_TOLD = "told"


def client_for(token: str, api_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Return a way to the Web API. It asks once: whether to ask again is not the library's to decide."""
    return AsyncWebClient(token, base_url=api_url, session=session, retry_handlers=[])


async def enter(client: AsyncWebClient, installer: str | None = None) -> Workspace:
    """Ask who Hearth is with a token. Raises Denied, TryLater."""
    calls = Calls(client)
    said = await calls.read("auth.test")
    team = text_in(said, "team_id")
    if not team:
        raise Denied("no_team", "That token is of no workspace; look at docs/slack.md.")
    directory = Directory(f"slack:{team}", text_in(said, "user_id"), text_in(said, "bot_id"))
    told = calls.headers.get("x-oauth-scopes")
    scopes = frozenset(name.strip() for name in told.split(",") if name.strip()) if told else None
    return Workspace(
        team=team,
        name=text_in(said, "team") or team,
        url=text_in(said, "url"),
        token=client.token or "",
        calls=calls,
        directory=directory,
        scopes=scopes,
        installer=installer,
        organisation=text_in(said, "enterprise_id"),
    )


class Arrival:
    """Tells the inbox of a workspace as it stands, and of what changed since Hearth was last there."""

    def __init__(
        self, workspace: Workspace, inbox: Hears, memory: Memory, now: Callable[[], datetime]
    ) -> None:
        self._workspace = workspace
        self._directory = workspace.directory
        self._inbox = inbox
        self._memory = memory
        self._now = now
        self._began = f"{now().timestamp():.6f}"

    async def tell(self) -> None:
        """Read all there is, however long Slack takes; what it denies is left out, and said."""
        await self._put(
            [
                CommunityFound(
                    id=f"0-community:{self._began}",
                    community=self._workspace.community,
                    at=self._now(),
                    name=self._workspace.name,
                ),
                *self._capabilities(),
            ]
        )
        await self.again()
        await self._installed()

    async def again(self) -> None:
        """Read the channels, groups and members there are by now, and tell of what changed unheard."""
        self._began = f"{self._now().timestamp():.6f}"
        await self._channels()
        await self._groups()
        await self._members()

    def _capabilities(self) -> Iterable[Event]:
        """Give for each scope whether it was given."""
        if self._workspace.scopes is None:
            return
        for scope in SCOPES:
            works = scope in self._workspace.scopes
            yield self._capability(f"scope:{scope}", None if works else missing(scope))

    def _capability(self, name: str, reason: str | None) -> Event:
        return capability(self._workspace.community, name, reason, self._now())

    async def _channels(self) -> None:
        seen: set[str] = set()
        whole = True
        for kinds in ("public_channel", "private_channel"):
            last = False
            async for page in self._pages("conversations.list", types=kinds, exclude_archived=False):
                last = not next_in(page)
                places = [place_of(wire) for wire in objects_in(page, "channels")]
                places = [place for place in places if place.id not in seen]
                seen |= {place.id for place in places}
                await self._know(places)
            whole = whole and last
        if whole:
            # Of private channels only those are listed that Hearth is in, and of deleted ones none.
            for channel, called in (await self._memory.heard_in(self._workspace.community)).items():
                if channel not in seen:
                    await self._look_for(channel, *called)

    async def _look_for(self, channel: str, name: str, private: bool) -> None:
        """Tell what became of a channel that was heard, and is not listed any more."""
        try:
            said = await self._workspace.calls.patiently("conversations.info", channel=channel)
        except Denied as denied:
            if denied.code in NO_CHANNEL:
                await self._know([Place(channel, name, private)])
        else:
            await self._know([place_of(object_in(said, "channel"))])

    async def _know(self, places: Sequence[Place]) -> None:
        found = {place.id: place for place in places if place.id}
        self._directory.places |= found
        self._directory.unknown -= found.keys()
        now = self._now()
        await self._put([channel_found(place, now, self._began, self._directory) for place in found.values()])

    async def _groups(self) -> None:
        try:
            said = await self._workspace.calls.patiently("usergroups.list", include_users=True)
        except Denied as denied:
            await self._denied("usergroups.list", denied)
        else:
            self._directory.know_groups(objects_in(said, "usergroups"))
            await self._allowed("usergroups.list")

    async def _members(self) -> None:
        scopes = self._workspace.scopes
        before = await self._remembered()
        people: dict[str, Person] = {}
        complete = False
        async for page in self._pages("users.list"):
            complete = not next_in(page)
            found = [self._directory.know_person(user) for user in objects_in(page, "members")]
            updated = {text_in(user, "id"): user.get("updated") for user in objects_in(page, "members")}
            people |= {person.id: person for person in found if person.id}
            self._directory.unknown -= people.keys()
            addresses = any(person.domain for person in found)
            self._directory.knows_domains |= addresses or bool(scopes and "users:read.email" in scopes)
            await self._put(
                [
                    event
                    for person in found
                    if person.id
                    for event in self._changed(person, before, updated.get(person.id))
                ]
            )
        # Of a list that was cut short everybody else would be taken for new the next time.
        if complete and people:
            digests = {person.id: self._digest(person) for person in people.values()}
            written = json.dumps(digests, separators=(",", ":"))
            await self._memory.write(self._workspace.community, MEMBERS, written)

    async def _remembered(self) -> dict[str, str] | None:
        """Return the members as they were told before, None where none were."""
        written = await self._memory.read(self._workspace.community, MEMBERS)
        return json.loads(written) if written else None

    def _changed(self, person: Person, before: dict[str, str] | None, updated: object) -> Iterable[Event]:
        """Give what is to be told of a member: nothing where that was told before."""
        digest, known = self._digest(person), (before or {}).get(person.id)
        now = self._now()
        if person.left:
            if known is not None and known != digest:
                yield MemberLeft(
                    id=f"8-left:{person.id}:{self._began}",
                    community=self._workspace.community,
                    at=now,
                    member=person.id,
                )
        elif before is not None and (known is None or known.endswith(_LEFT)) and not person.outside:
            # They joined while nobody listened; when, Slack says of its last change to them.
            since = min(slack_time(str(updated)) or now, now) if isinstance(updated, int) else now
            again = f":{since.timestamp():.6f}" if known else ""
            yield member_joined(person, since, again, self._directory)
        elif known != digest:
            yield member_changed(person, now, self._began, self._directory)

    def _digest(self, person: Person) -> str:
        said = (person.name, person.bot, person.admin, person.left, self._directory.roles(person.id))
        return sha256(repr(said).encode()).hexdigest()[:_DIGEST] + (_LEFT if person.left else "")

    async def _installed(self) -> None:
        """Tell once that Hearth was installed; after it was removed and came again, once more."""
        community = self._workspace.community
        said = await self._memory.read(community, _INSTALLED)
        if said == _TOLD:
            return
        if said is None:
            said = self._now().isoformat()
            await self._memory.write(community, _INSTALLED, said)
        member = self._workspace.installer or self._directory.first_manager()
        at = datetime.fromisoformat(said)
        await self._put([Installed(id=f"installed:{said}", community=community, at=at, member=member)])
        await self._memory.write(community, _INSTALLED, _TOLD)

    async def _pages(self, method: str, **arguments: Any) -> AsyncIterator[Wire]:
        """Give all pages of a list; none where Slack denies it."""
        cursor = ""
        while True:
            more = {"cursor": cursor} if cursor else {}
            try:
                page = await self._workspace.calls.patiently(method, limit=_PAGE, **arguments, **more)
            except Denied as denied:
                await self._denied(method, denied)
                return
            yield page
            cursor = next_in(page)
            if not cursor:
                await self._allowed(method)
                return

    async def _allowed(self, method: str) -> None:
        """Tell that a method works which did not when it was last asked."""
        if await self._memory.read(self._workspace.community, f"{_DENIED}{method}") is not None:
            await self._put([self._capability(f"method:{method}", None)])
            await self._memory.write(self._workspace.community, f"{_DENIED}{method}", None)

    async def _denied(self, method: str, denied: Denied) -> None:
        log.warning("slack_denied", community=self._workspace.community, method=method, reason=denied.code)
        # Which scopes are missing is told one by one, where Slack says which there are.
        if denied.code != "missing_scope" or self._workspace.scopes is None:
            await self._put([self._capability(f"method:{method}", str(denied))])
            await self._memory.write(self._workspace.community, f"{_DENIED}{method}", denied.code)

    async def _put(self, events: Iterable[Event]) -> None:
        await asyncio.gather(*(self._inbox.put(event) for event in events))


async def forget_installed(memory: Memory, community: str) -> None:
    """Have it told anew when Hearth is installed again."""
    await memory.write(community, _INSTALLED, None)
    await memory.write(community, MEMBERS, None)


async def meet(workspace: Workspace, member: str) -> None:
    """Ask once who somebody is that is not known and waits for an answer; unanswered, they stay unknown."""
    if not member or member in workspace.directory.people:
        return
    with suppress(Denied, TryLater, TimeoutError):
        async with asyncio.timeout(_MEET_S):
            said = await workspace.calls.read("users.info", user=member)
        workspace.directory.know_person(object_in(said, "user"))


async def look_up(workspace: Workspace, inbox: Hears, now: Callable[[], datetime]) -> None:
    """Ask for the names of those members and channels that were met and are not known."""
    if workspace.looking_up:
        return
    workspace.looking_up = True
    try:
        await _look_up(workspace, inbox, now)
    finally:
        workspace.looking_up = False


async def _look_up(workspace: Workspace, inbox: Hears, now: Callable[[], datetime]) -> None:
    directory = workspace.directory
    while directory.unknown:
        id_ = directory.unknown.pop()
        method, argument = ("users.info", "user") if id_[0] in "UW" else ("conversations.info", "channel")
        try:
            said = await workspace.calls.patiently(method, **{argument: id_})
        except Denied:
            continue
        at = now()
        told = f"{at.timestamp():.6f}"
        if method == "users.info":
            person = directory.know_person(object_in(said, "user"))
            await inbox.put(member_changed(person, at, told, directory))
        else:
            place = place_of(object_in(said, "channel"))
            directory.places[id_] = place
            await inbox.put(channel_found(place, at, told, directory))
