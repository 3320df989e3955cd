"""The pages for managers: server-rendered, opened by a link, changing nothing but through the core."""

from aiohttp import web

from adapters.web.pages.routes import PREFIX, Pages
from bot.ports import Desk

__all__ = ["PREFIX", "add_pages"]


def add_pages(application: web.Application, desk: Desk) -> None:
    """Add the pages to an application, below their prefix."""
    application.router.add_get(PREFIX, _to_the_first)
    application.add_subapp(PREFIX, Pages(desk).application())


async def _to_the_first(_: web.Request) -> web.Response:
    raise web.HTTPFound(f"{PREFIX}/")
