"""The managers' pages in a real browser: in light and dark, on a phone, with the keyboard alone."""

import re
from collections.abc import AsyncIterator, Callable
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from storage.database import Database
from tests.features.test_broadcasts import NEWSLETTER
from tests.features.world import SETTINGS, Community, ada, bob, cleo, posted
from tests.pages.conftest import PATIENCE_MS, watch_for_problems
from tests.pages.test_sandbox_looks import ask, faint
from tests.web.served import Site, served

pytestmark = pytest.mark.asyncio(loop_scope="session")

LONG = "A" * 300 + " https://example.com/" + "b" * 300
DRAFT = "Hello everyone! We met on Monday and talked about maps. Buy now, 20% off!"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = (320, 360, 768)
NAMES = (
    "Overview",
    "Questions",
    "Broadcasts",
    "Check",
    "Digests",
    "Feedback",
    "Health",
    "Settings",
    "Failures",
    "Sends",
)


@pytest_asyncio.fixture(loop_scope="session")
async def lively(sqlite_url: str, opened: Callable[[str], Database]) -> AsyncIterator[Site]:
    """The pages of a community in which everything happened that they can show."""
    community = Community(opened(sqlite_url), SETTINGS)
    first = posted("How do I export to CSV?", by=ada, channel="help")
    community.says(
        first,
        posted("Settings → Export", by=bob, thread=first, minutes=20),
        posted("Can I print all the boards?", by=ada, channel="help", minutes=90),
        posted(f"It would be great if we could sort boards by date, please add it {LONG}", by=cleo),
        posted("The export is broken, it crashes on every board", by=bob),
    )
    community.passes(days=8)
    community.says(
        posted("Can anybody tell me where the API keys are?", by=cleo, channel="help"),
        posted(NEWSLETTER, by=bob, channel="announcements"),
    )
    community.passes(hours=6)
    for setting in ("channels #help sensitivity=high", f"staff {ada}, example.com", "limit 2h"):
        community.presses("Apply", community.commands(f"settings set {setting}"))
    community.commands("subscribe requests, bugs monthly on the 3rd at 8:30 in #feedback")
    async with served(community) as site:
        yield site


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    yield context
    await context.close()


async def entered(context: BrowserContext, site: Site) -> Page:
    """Open the pages with a link, and return the first."""
    page = await context.new_page()
    await page.goto(site.link())
    await page.get_by_role("button", name="Open the pages").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    return page


async def visited(page: Page, site: Site) -> AsyncIterator[str]:
    """Go to one page after the other, the answers to a command and a preview among them."""
    for name in NAMES:
        await page.get_by_role("navigation", name="Pages").get_by_role("link", name=name).click()
        await expect(page.get_by_role("link", name=name, exact=True)).to_have_attribute(
            "aria-current", "page"
        )
        yield await looked_at(page, name)
    await page.goto(f"{site.address}/pages/")
    await page.get_by_label("/community").fill("health")
    await page.get_by_role("button", name="Ask").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Answer")
    yield await looked_at(page, "an answer")
    await page.get_by_role("navigation", name="Pages").get_by_role("link", name="Check").click()
    await page.get_by_label("What you are about to post").fill(f"{DRAFT}\n{LONG}")
    await page.get_by_role("button", name="How salesy").click()
    await expect(page.get_by_role("heading", name="So it would pass")).to_be_visible()
    yield await looked_at(page, "a draft")
    await page.goto(f"{site.address}/pages/settings?show=history")
    yield await looked_at(page, "a history")
    await page.goto(f"{site.address}/pages/settings")
    await page.get_by_label("Timezone", exact=False).first.fill("Europe/Berlin")
    await page.get_by_role("button", name="Preview timezone").click()
    await expect(page.get_by_role("button", name="Apply")).to_be_visible()
    yield await looked_at(page, "a preview")
    await page.goto(f"{site.address}/pages/open/none")
    yield await looked_at(page, "a refusal")


async def looked_at(page: Page, name: str) -> str:
    """Return the name of a page once it is there with its style: without, it is of any width."""
    await page.wait_for_load_state()
    return name


async def test_everything_can_be_read(context: BrowserContext, lively: Site) -> None:
    page = await entered(context, lively)
    problems = watch_for_problems(page)
    async for name in visited(page, lively):
        await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert await page.evaluate(f"matchMedia('(prefers-color-scheme: {scheme})').matches")
            assert await faint(page) == [], (name, scheme)
        assert await ask(page, "nameless()") == [], name
        ids = "[...document.querySelectorAll('[id]')].map((each) => each.id)"
        found = await page.evaluate(ids)
        assert len(found) == len(set(found)), name
    assert [problem for problem in problems if "403" not in problem] == []


# The menu's links whose words are broken, or stick out.
BROKEN = """[...document.querySelectorAll('.menu a')].filter((link) => {
  const words = document.createRange();
  words.selectNodeContents(link);
  return words.getClientRects().length > 1 || link.scrollWidth > link.clientWidth;
}).map((link) => link.textContent)"""


async def test_nothing_sticks_out_at_the_side(browser: Browser, lively: Site) -> None:
    context = await browser.new_context(
        viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True, reduced_motion="reduce"
    )
    page = await entered(context, lively)
    async for name in visited(page, lively):
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 640})
            await page.wait_for_function(f"document.documentElement.clientWidth === {width}")
            assert await ask(page, "wide()") == [], (name, width)
            assert await page.evaluate(BROKEN) == [], (name, width)
    await context.close()


async def test_pictures_are_drawn_and_their_numbers_stand_beside_them(
    context: BrowserContext, lively: Site
) -> None:
    page = await entered(context, lively)
    await page.get_by_role("link", name="Health").click()
    pictures = page.locator("figure img")
    await expect(pictures.first).to_be_visible()
    for picture in await pictures.all():
        await expect(picture).to_have_js_property("complete", True)
        assert await picture.evaluate("image => image.naturalWidth") > 0
        assert await picture.get_attribute("alt")
    await page.get_by_text("The numbers of “Questions answered”").click()
    await expect(page.get_by_role("region", name="Questions answered").get_by_role("table")).to_be_visible()


async def test_a_question_is_taken_and_settled_with_the_keyboard_alone(
    context: BrowserContext, lively: Site
) -> None:
    page = await context.new_page()
    await page.goto(lively.link())
    await go_to(page, "Open the pages")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Overview")

    # The first stop leads past the menu.
    await page.keyboard.press("Tab")
    await expect(page.locator(":focus")).to_have_text("Skip to the content")
    await expect(page.locator(":focus")).to_be_in_viewport()
    await go_to(page, "Questions")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Questions")
    await go_to(page, "Answered", button=True)
    assert "3px" in await page.evaluate("getComputedStyle(document.activeElement).outline")
    await page.keyboard.press("Enter")
    # What came of it is said, and is where the keyboard goes on.
    await expect(page.get_by_role("status")).to_have_text(re.compile("Marked as answered"))
    await expect(page.get_by_role("status")).to_be_focused()

    await go_to(page, "Settings")
    await page.keyboard.press("Enter")
    await go_to(page, "History")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Limit")).to_be_visible()
    await go_to(page, "Take back")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_have_text(re.compile("limit is changed"))
    await go_to(page, "Leave")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("You have left the pages")


async def test_the_pages_need_no_script_and_bring_everything_themselves(
    browser: Browser, lively: Site
) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(lively.link())
    await page.get_by_role("button", name="Open the pages").click()
    for name in NAMES:
        await page.get_by_role("link", name=name, exact=True).click()
        await expect(page.get_by_role("link", name=name, exact=True)).to_have_attribute(
            "aria-current", "page"
        )
    await page.get_by_role("link", name="Questions", exact=True).click()
    await page.get_by_role("link", name="Answered", exact=True).click()
    await expect(
        page.get_by_text("Settings → Export").or_(page.get_by_text("Answered by Bob"))
    ).to_be_visible()
    assert asked
    assert [url for url in asked if not url.startswith(lively.address)] == []
    await context.close()


async def go_to(page: Page, name: str, *, button: bool = False) -> None:
    """Press Tab until what is called so has the focus."""
    for _ in range(80):
        await page.keyboard.press("Tab")
        focused = page.locator(":focus")
        said = (await focused.text_content() or "").strip() if await focused.count() else ""
        if said == name and (not button or await focused.evaluate("e => e.tagName") == "BUTTON"):
            return
    raise AssertionError(f"the keyboard does not reach {name}")
