"""The manager's browser, on the pages of a Hearth that runs."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession, CookieJar

from tests.fakes.hearth import Hearth
from tests.web.served import Browser


@asynccontextmanager
async def opened(hearth: Hearth[Any, Any, Any]) -> AsyncIterator[Browser]:
    """Open the pages with the link that the manager asks for."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        browser = Browser(session, hearth.address)
        said = await hearth.words(await hearth.command("web"))
        [link] = re.findall(r"https?://\S+/pages/open/[\w.-]+", said)
        status, page, _ = await browser.post(link, {})
        assert status == 200, page
        yield browser
