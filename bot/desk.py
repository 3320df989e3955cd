"""The desk behind the pages: looks at rows in a thread, brings what visitors do before the core."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import Literal, TypeVar

from bot.cards import Card, MessageRef, Picture
from bot.clock import Clock
from bot.events import ON_A_PAGE, ButtonPressed, Event, PagesOpened, clean
from bot.ports import Closed, Hears, LinkState, NoSuchPage, Visitor
from bot.views.answers import answers_to
from bot.views.broadcasts import broadcasts
from bot.views.check import check
from bot.views.digests import digests
from bot.views.feedback import feedback
from bot.views.health import health
from bot.views.overview import overview
from bot.views.questions import questions
from bot.views.settings import settings, settings_file
from bot.views.troubles import failures, sends
from bot.views.visitors import command, community_of, link_of, state_of, visitor_of
from storage.database import Database, DatabaseTrouble
from storage.transaction import Transaction

Found = TypeVar("Found")
View = Callable[[Transaction, Visitor, Mapping[str, str], datetime], object]
# Runs again what failed in a community: all of it, or what is named by its event and feature.
Retry = Callable[[str, str | None, str | None], Awaitable[tuple[int, int]]]
Permalink = Callable[[str, MessageRef], str | None]
Draw = Callable[[Picture], str]

VIEWS: Mapping[str, View] = MappingProxyType(
    {
        "overview": overview,
        "questions": questions,
        "broadcasts": broadcasts,
        "check": check,
        "digests": digests,
        "feedback": feedback,
        "health": health,
        "settings": settings,
        "settings.json": settings_file,
        "failures": failures,
        "sends": sends,
    }
)
# Drawing takes longer than all the rest of a page, and the numbers of past weeks stay as they are.
_PICTURES_KEPT = 64
# Somebody waits for the page: what takes longer they are told about.
_PATIENCE_S = 10.0


class OpenDesk:
    """The `Desk` of a running Hearth."""

    def __init__(
        self,
        database: Database,
        inbox: Hears,
        clock: Clock,
        *,
        address: str,
        retry: Retry,
        permalink: Permalink,
        draw: Draw,
    ) -> None:
        self.address = address
        self.permalink = permalink
        self._database = database
        self._inbox = inbox
        self._clock = clock
        self._retry = retry
        self._draw = lru_cache(_PICTURES_KEPT)(draw)

    async def link(self, token: str) -> LinkState:
        """Say what has become of a link."""
        at = self._clock.now()
        return await self._read(lambda tx: state_of(tx, token, at))

    async def open(self, token: str, session: str) -> bool:
        """Open the pages; the event's id is the link's, so that of two who try only one is heard."""
        link, community = await self._read(lambda tx: _link(tx, token))
        if link is None or community is None:
            return False
        at = self._clock.now()
        await self._put(
            PagesOpened(id=f"pages-opened:{link}", community=community, at=at, link=link, session=session)
        )
        return await self._read(lambda tx: visitor_of(tx, session, at)) is not None

    async def visitor(self, session: str) -> Visitor | Literal["no manager"] | None:
        """Return who a browser belongs to, now."""
        at = self._clock.now()
        return await self._read(lambda tx: visitor_of(tx, session, at))

    async def look(self, page: str, visitor: Visitor, query: Mapping[str, str]) -> object:
        """Return what a page shows. Raises NoSuchPage."""
        view = VIEWS.get(page)
        if view is None:
            raise NoSuchPage(page)
        at = self._clock.now()
        return await self._read(lambda tx: view(tx, visitor, query, at))

    async def command(self, visitor: Visitor, text: str, once: str) -> str:
        """Give a command."""
        name = _name(visitor, once, text)
        await self._put(command(visitor, clean(text), name, self._clock.now()))
        return name

    async def press(self, visitor: Visitor, button: str, value: str, once: str) -> str:
        """Press a button."""
        name = _name(visitor, once, button, value)
        await self._put(
            ButtonPressed(
                id=f"{ON_A_PAGE}{name}",
                community=visitor.community,
                at=self._clock.now(),
                channel=visitor.reads,
                member=visitor.member,
                name=visitor.name,
                admin=visitor.admin,
                roles=visitor.roles,
                button=button,
                value=value,
                interaction=f"{ON_A_PAGE}{name}",
            )
        )
        return name

    async def answers(self, visitor: Visitor, interaction: str) -> Sequence[Card]:
        """Return the answers to something this visitor did."""
        return await self._read(lambda tx: answers_to(tx, visitor, f"{ON_A_PAGE}{interaction}"))

    async def retry(self, visitor: Visitor, event: str | None, feature: str | None) -> tuple[int, int]:
        """Run again what failed in the visitor's community, or one of it."""
        try:
            return await self._retry(visitor.community, event, feature)
        except DatabaseTrouble as trouble:
            raise Closed(str(trouble)) from trouble

    async def draw(self, picture: Picture) -> str:
        """Return a picture as SVG, drawn once."""
        return await asyncio.to_thread(self._draw, picture)

    async def _read(self, look: Callable[[Transaction], Found]) -> Found:
        def work() -> Found:
            with self._database.reading() as tx:
                return look(tx)

        try:
            return await asyncio.to_thread(work)
        except DatabaseTrouble as trouble:
            raise Closed(str(trouble)) from trouble

    async def _put(self, event: Event) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._inbox.put(event)
        except TimeoutError as error:
            raise Closed(
                "Hearth cannot write it down at the moment. It is done as soon as that is possible; "
                "look again later."
            ) from error


def _link(tx: Transaction, token: str) -> tuple[str | None, str | None]:
    link = link_of(tx, token)
    return link, None if link is None else community_of(tx, link)


def _name(visitor: Visitor, once: str, *said: str) -> str:
    """Return what names something done on a page: the same for a form that was sent twice."""
    return sha256("\n".join((visitor.session, once, *said)).encode()).hexdigest()[:32]
