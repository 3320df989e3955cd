"""A newcomer's first minutes: Hearth as `python -m bot run` starts it, and the page's own hints."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.pages.conftest import PATIENCE_MS, watch_for_problems

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROOT = Path(__file__).parents[2]
WHERE = "Hearth is at "


@pytest_asyncio.fixture(loop_scope="session")
async def started(tmp_path: Path) -> AsyncIterator[str]:
    """Hearth in a process of its own, with nothing configured but where it keeps things."""
    environment = {
        **{name: value for name, value in os.environ.items() if "TOKEN" not in name},
        "PYTHONPATH": str(ROOT),
        "HOST": "127.0.0.1",
        "PORT": "0",
        "DATABASE_URL": f"sqlite:///{tmp_path}/hearth.db",
        "SANDBOX_FILE": str(tmp_path / "sandbox.jsonl"),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", cwd=tmp_path, env=environment, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode().strip()
    assert line.startswith(WHERE)
    yield line.removeprefix(WHERE)
    process.terminate()
    assert await process.wait() == 0


async def hint(page: Page, name: str, label: str) -> None:
    fold = page.locator("#hints details").filter(has=page.get_by_text(name, exact=True))
    if await fold.get_attribute("open") is None:
        await fold.locator("summary").click()
    await fold.get_by_role("button", name=label).click()


async def send(page: Page, words: str) -> None:
    """Send what a hint drafted, and see it among the messages."""
    await expect(page.locator("#text")).not_to_have_value("")
    await expect(page.locator("#text")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#messages")).to_contain_text(words)


async def test_the_hints_lead_from_the_welcome_to_the_digest(started: str, browser: Browser) -> None:
    page = await browser.new_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page.set_default_timeout(PATIENCE_MS)
    problems = watch_for_problems(page)
    await page.goto(started)

    await page.get_by_role("button", name="Begin: let ada join").click()
    await expect(page.locator("#as")).to_have_value("ada")
    await expect(page.locator(".card")).to_contain_text("@ada")

    await hint(page, "A question", "Draft the question")
    await send(page, "How do I export my boards")
    await hint(page, "It stays open", "Wait 4 hours in #managers")
    flag = page.locator(".card").filter(has_text="How do I export my boards")
    await expect(flag.get_by_role("button", name="I'll take it")).to_be_visible()

    await hint(page, "An answer", "Draft the answer")
    await send(page, "Export → CSV")
    await hint(page, "Thanks", "Draft the thanks")
    await send(page, "that worked")

    await hint(page, "A newsletter", "Draft the newsletter")
    await send(page, "BIG NEWS")
    await page.locator('a.unread[href="#/dm-dan"]').click()
    await expect(page.locator(".card").last).to_contain_text("A word before anybody else sees it")
    await hint(page, "It is left", "Wait 10 minutes in #managers")
    await expect(page.locator("#channel")).to_have_text("# managers")
    reasons = page.locator(".card").filter(has_text="BIG NEWS").locator("li")
    await expect(reasons.filter(has_text="subscribe")).to_have_count(1)
    # The flag has changed with the answer: nobody has to take it any more.
    await expect(flag.get_by_role("button", name="I'll take it")).to_have_count(0)

    await hint(page, "A bug", "Draft the report")
    await send(page, "The app crashes")
    await hint(page, "A wish", "Draft the wish")
    await send(page, "It would be great")
    await hint(page, "The week’s digest", "Go to Monday 9:00")
    digest = page.locator(".card")
    await expect(digest).to_contain_text("The app crashes")
    await digest.locator("a").first.click()
    await expect(page.locator("#channel")).to_have_text("# help")

    await hint(page, "Commands", "Type /community")
    await expect(page.locator("#text")).to_have_value("/community ")
    await expect(page.locator("#text")).to_be_focused()
    await page.keyboard.type("help")
    await page.keyboard.press("Enter")
    await expect(page.locator(".only-you")).to_contain_text("/community")
    assert problems == []
    await page.close()
