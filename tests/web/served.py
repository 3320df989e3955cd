"""The pages of a community, served for real; its clock stands where the community's story does."""

import re
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin

from aiohttp import ClientResponse, ClientSession, CookieJar, web

from adapters.web.pages import add_pages
from bot.cards import MessageRef
from bot.clock import Clock
from bot.desk import OpenDesk
from bot.engine import Engine
from bot.installation import settle_in
from bot.pictures import draw_svg
from tests.fakes.sender import PretendSender
from tests.features.world import MANAGER, Community

NEVER_S = 3_600.0


class StoryClock(Clock):
    """Tells the time that it is in a community's story, in which no two things happen at once."""

    def __init__(self, community: Community) -> None:
        super().__init__()
        self._community = community

    def now(self) -> datetime:
        self._community.now += timedelta(milliseconds=1)
        return self._community.now


@dataclass
class Browser:
    """Somebody's browser: it keeps cookies, and sends forms as the pages have them."""

    session: ClientSession
    address: str

    async def get(self, path: str) -> tuple[int, str]:
        """Load a page; return its status and what it says."""
        async with self.session.get(urljoin(self.address, path)) as response:
            return response.status, await response.text()

    async def post(
        self, path: str, fields: dict[str, str], *, origin: str | None = ""
    ) -> tuple[int, str, ClientResponse]:
        """Send a form, by default from the pages themselves; return where it led."""
        headers = {} if origin is None else {"Origin": origin or self.address}
        async with self.session.post(urljoin(self.address, path), data=fields, headers=headers) as response:
            return response.status, await response.text(), response

    async def token(self) -> str:
        """Return what this browser's forms carry."""
        _, page = await self.get("/pages/")
        return hidden(page, "token")

    async def press(self, page: str, label: str) -> str:
        """Press the first button of that label on a page; return what comes of it."""
        _, html = await self.get(page)
        [value, *_] = re.findall(rf'name="button" value="([^"]*)"[^>]*>{re.escape(label)}<', html)
        fields = {name: hidden(html, name) for name in ("token", "once", "back")}
        _, shown, _ = await self.post("/pages/do", {**fields, "button": value})
        return shown


class Site:
    """The pages, and who goes there."""

    def __init__(self, community: Community, address: str, sender: PretendSender, stack: AsyncExitStack):
        self.community = community
        self.address = address
        self.sender = sender
        self._stack = stack

    async def browser(self) -> Browser:
        """Return somebody's browser, that has been nowhere yet."""
        session = await self._stack.enter_async_context(ClientSession(cookie_jar=CookieJar(unsafe=True)))
        return Browser(session, self.address)

    def link(self, *, by: str = MANAGER) -> str:
        """Have somebody ask for a link, and return it."""
        return self.community.commands("web", by=by).text

    async def manager(self, *, by: str = MANAGER) -> Browser:
        """Return the browser of somebody who has opened the pages."""
        browser = await self.browser()
        status, page, _ = await browser.post(self.link(by=by), {})
        assert status == 200, page
        return browser


@asynccontextmanager
async def served(community: Community) -> AsyncIterator[Site]:
    """Serve the pages of a community."""
    sender = PretendSender()
    clock = StoryClock(community)
    engine = Engine(community.database, {"sandbox": sender}, clock, tick_every_s=NEVER_S)
    application = web.Application()
    # The address is known before anybody is served there.
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settle_in(community.database, address)
    desk = OpenDesk(
        community.database,
        engine.inbox,
        clock,
        address=address,
        retry=engine.retry,
        permalink=permalink,
        draw=draw_svg,
    )
    add_pages(application, desk)
    engine.start()
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    try:
        async with AsyncExitStack() as stack:
            yield Site(community, address, sender, stack)
    finally:
        await runner.cleanup()
        await engine.stop()


def permalink(_: str, ref: MessageRef) -> str:
    return f"/#/{ref.channel}/{ref.message}"


def hidden(page: str, name: str) -> str:
    """Return the value of a page's first hidden field of that name."""
    [value, *_] = re.findall(rf'type="hidden" name="{name}" value="([^"]*)"', page)
    return str(value).replace("&amp;", "&")
