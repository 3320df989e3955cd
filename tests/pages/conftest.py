"""A real headless Chromium that looks at the sandbox's page."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from adapters.sandbox import Sandbox
from bot.clock import Clock
from tests.pages.pretend_hearth import PretendHearth

# A busy machine may need this long to draw; what is waited for usually takes milliseconds.
PATIENCE_MS = 20_000
# How Chromium notes that the API refused something, which the page then says in words.
REFUSED = tuple(
    f"Failed to load resource: the server responded with a status of {status}" for status in (409, 422)
)
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    # Each window prepares pages for its address bar, which nobody sees: two thirds of all it does.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",
)


def chromium() -> str:
    """Return where Chromium is; skip the test where it is not, unless it must be."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is not None:
        return found
    missing = "There is no Chromium to look at the pages with; make browser installs Debian's."
    if os.environ.get("HEARTH_REQUIRE_BROWSER") == "1":
        pytest.fail(missing)
    pytest.skip(missing)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = chromium()
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def hearth(tmp_path: Path) -> AsyncIterator[PretendHearth]:
    hearth = PretendHearth()
    hearth.sandbox = Sandbox(tmp_path / "sandbox.jsonl", Clock())
    yield hearth
    hearth.sandbox.close()


@pytest_asyncio.fixture(loop_scope="session")
async def address(hearth: PretendHearth) -> AsyncIterator[str]:
    async with TestServer(hearth.sandbox.routes(hearth, hearth.tick)) as server:
        yield str(server.make_url("/"))


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, address: str) -> AsyncIterator[Page]:
    """The page on a desktop's screen; a test fails when it logs an error."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    problems = watch_for_problems(page)
    await page.goto(address)
    await expect(page.locator("#channels li")).to_have_count(5)
    yield page
    await context.close()
    assert problems == []


def watch_for_problems(page: Page) -> list[str]:
    """Return a list that gathers what the page logs as an error or a warning."""
    problems: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(REFUSED):
            problems.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: problems.append(str(error)))
    return problems
