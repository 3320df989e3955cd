"""Takes what people do with Hearth, who wait for an answer: commands, buttons, forms, menus."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from pydantic import ValidationError

from adapters.discord.commands import WHICH, Commands, typed_in
from adapters.discord.doings import PRESSED, SENT, SUGGEST, doer, doing, is_private, typing
from adapters.discord.kept import KeptValues
from adapters.discord.names import read_name
from adapters.discord.replies import Replies
from adapters.discord.server import Server
from adapters.discord.work import Work
from adapters.wire.values import Wire, object_in, text_in
from bot.logs import named
from bot.ports import Closed, Hears, Suggests

log = named(__name__)

_LATER = "Hearth cannot take that in just now; try again in a minute."
_NOT_KNOWN = "Hearth does not know that; if it came from an older message, use /community instead."


class Asked:
    """Hands interactions to an inbox, and suggests what is being typed."""

    def __init__(
        self,
        commands: Commands,
        suggests: Suggests,
        kept: KeptValues,
        replies: Replies,
        work: Work,
        now: Callable[[], datetime],
    ) -> None:
        self._commands = commands
        self._suggests = suggests
        self._kept = kept
        self._replies = replies
        self._work = work
        self._now = now

    def hear(self, data: Wire, server: Server, inbox: Hears) -> None:
        """Take what somebody did; that they wait is noted at once."""
        id_, token, kind = text_in(data, "id"), text_in(data, "token"), data.get("type")
        if kind == SUGGEST:
            self._work.take(self._suggest(data, server, self._now()))
            return
        # What is pressed is often answered by the card that changes.
        self._replies.expect(id_, token, quietly=kind == PRESSED)
        self._work.take(self._did(data, server, inbox, self._now()))

    async def _suggest(self, wire: Wire, server: Server, at: datetime) -> None:
        data, digests = object_in(wire, "data"), dict[str, str]()
        if typed_in(data)[1] == WHICH.name:
            with suppress(ValidationError, Closed):
                digests |= await self._suggests.digests(typing(wire, at, server))
        choices = self._commands.suggestions(data, digests)
        await self._replies.suggest(text_in(wire, "id"), text_in(wire, "token"), choices)

    async def _did(self, data: Wire, server: Server, inbox: Hears, at: datetime) -> None:
        """Hand over what somebody did; who cannot be understood, or waits in vain, is told so."""
        id_ = text_in(data, "id")
        try:
            if not await self._hand_over(data, server, inbox, at):
                await self._replies.say(id_, _NOT_KNOWN)
        except Closed:
            log.warning("discord_waits_for_database")
            await self._replies.say(id_, _LATER)
        except ValidationError as error:
            field = error.errors(include_input=False, include_url=False)[0]["loc"]
            log.warning("interaction_not_read", field=str(field))
            await self._replies.say(id_, _NOT_KNOWN)

    async def _hand_over(self, data: Wire, server: Server, inbox: Hears, at: datetime) -> bool:
        """Have what somebody did committed; return if it was anything. Raises ValidationError or Closed."""
        values: dict[str, str] = {}
        if data.get("type") in (PRESSED, SENT):
            _, value, digest = read_name(text_in(object_in(data, "data"), "custom_id"))
            if digest:
                values[value] = await self._kept.value(server.community, value)
        event = doing(data, at, server, values)
        if event is None:
            return False
        if is_private(data):
            await inbox.put(event)
            return True
        server.know(event.member, event.name)
        # Who they are is told before what they did, and this after all that was told before.
        is_news = server.is_news(event.member, event.roles, admin=event.admin)
        news = [doer(data, event)] if is_news else []
        await asyncio.gather(*(inbox.put(each) for each in (*news, event)))
        return True
