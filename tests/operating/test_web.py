"""Who may ask Hearth how it is, and what each is told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from adapters.web.operating import add_operating

Client = TestClient[web.Request, web.Application]
TOKEN = "a-token-for-figures"


class Running:
    """A running Hearth that says of itself what a test says."""

    def __init__(self) -> None:
        self.ending = False
        self.wrong: str | None = None

    def unwell(self) -> str | None:
        return self.wrong

    async def unready(self) -> str | None:
        return self.wrong

    async def figures(self) -> bytes:
        return b"hearth_build_info 1.0\n"


@pytest.fixture
def hearth() -> Running:
    return Running()


@asynccontextmanager
async def asking(hearth: Running, token: str | None = None) -> AsyncIterator[Client]:
    async def page(_: web.Request) -> web.Response:
        return web.Response(text="a page")

    application = web.Application()
    application.router.add_get("/", page)
    add_operating(application, hearth, token)
    async with TestClient(TestServer(application)) as client:
        yield client


async def said(client: Client, path: str, **headers: str) -> tuple[int, Any]:
    async with client.get(
        path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    ) as answer:
        return answer.status, await answer.json()


async def test_a_hearth_that_is_well(hearth: Running) -> None:
    async with asking(hearth) as client:
        assert await said(client, "/healthz") == (200, {"status": "ok"})
        assert await said(client, "/readyz") == (200, {"status": "ready"})


async def test_what_is_wrong_is_told_here_and_not_elsewhere(hearth: Running) -> None:
    hearth.wrong = "The database data/hearth.db has no room left."
    async with asking(hearth) as client:
        assert await said(client, "/healthz") == (503, {"status": "unwell", "reason": hearth.wrong})
        assert await said(client, "/readyz") == (503, {"status": "not ready", "reason": hearth.wrong})
        for headers in (
            {"Host": "hearth.example"},
            {"X_Forwarded_For": "192.0.2.1"},
            {"Forwarded": "for=192.0.2.1"},
        ):
            assert await said(client, "/readyz", **headers) == (503, {"status": "not ready"})
    async with asking(hearth, TOKEN) as client:
        assert await said(client, "/readyz") == (503, {"status": "not ready"})
        assert (await said(client, "/readyz", Authorization=f"Bearer {TOKEN}"))[1]["reason"] == hearth.wrong


async def test_figures_are_for_this_machine(hearth: Running) -> None:
    async with asking(hearth) as client, client.get("/metrics") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        assert await answer.text() == "hearth_build_info 1.0\n"
    async with asking(hearth) as client:
        assert (await said(client, "/metrics", Host="hearth.example"))[0] == 403
        assert (await said(client, "/metrics", X_Real_IP="192.0.2.1"))[0] == 403


async def test_with_a_token_it_has_to_be_shown(hearth: Running) -> None:
    async with asking(hearth, TOKEN) as client:
        for shown in ("", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}é"):
            status, told = await said(client, "/metrics", Authorization=shown)
            assert status == 401
            assert TOKEN not in str(told)
        async with client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}) as answer:
            assert answer.status == 200
        assert (await said(client, "/metrics"))[0] == 401


async def test_an_empty_token_is_none(hearth: Running) -> None:
    async with asking(hearth, "") as client:
        assert (await said(client, "/metrics", Host="hearth.example", Authorization="Bearer "))[0] == 403


async def test_one_that_ends_takes_nothing_new_and_still_says_how_it_is(hearth: Running) -> None:
    hearth.ending, hearth.wrong = True, "Hearth is ending."
    async with asking(hearth) as client:
        status, told = await said(client, "/")
        assert (status, told) == (503, {"error": "Hearth is ending; ask again in a moment."})
        assert await said(client, "/readyz") == (503, {"status": "not ready", "reason": "Hearth is ending."})
        async with client.get("/metrics") as answer:
            assert answer.status == 200
