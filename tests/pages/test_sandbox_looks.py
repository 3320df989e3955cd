"""The sandbox's page can be read and used: in light and dark, on a phone, without a mouse or a screen."""

from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, Page, expect

pytestmark = pytest.mark.asyncio(loop_scope="module")

# WCAG 2.2, 1.4.3: for text, and for text from 24 px, or from 18.66 px where it is bold.
TEXT, LARGE = 4.5, 3.0

LONG = "A" * 300 + " https://example.com/" + "b" * 300 + "\n```\n" + "c" * 300 + "\n```"

LOOKS = Path(__file__).with_name("looks.js").read_text(encoding="utf-8")


async def faint(page: Page) -> list[str]:
    """Return the texts that are too faint on their ground."""
    return await ask(page, f"faint({TEXT}, {LARGE})")


async def ask(page: Page, question: str) -> list[str]:
    """Ask one of the questions of looks.js."""
    source = LOOKS.split("\n", 1)[1].strip()
    return [str(each) for each in await page.evaluate(f"{source}.{question}")]


async def live(page: Page, address: str) -> None:
    """Fill the open page with everything it can show, and end in the managers' channel."""
    said: dict[str, Any]
    for member, channel, text in (
        ("cleo", "help", "How do I export a board?"),
        ("cleo", "general", LONG),
        ("bob", "general", "Hello @cleo, run `make`"),
    ):
        said = {"as": member, "channel": channel, "text": text}
        answer = await page.request.post(f"{address}api/messages", data=said)
        assert answer.ok
    message = (await answer.json())["message"]
    await page.request.put(f"{address}api/messages/{message}/reactions/🎉", data={"as": "you"})
    buttons = [{"label": "Subscribe now", "url": "https://example.com"}] * 5
    said = {"as": "dan", "channel": "general", "text": "News", "buttons": buttons, "reply_to": message}
    await page.request.post(f"{address}api/messages", data=said)
    await page.request.post(f"{address}api/members", data={"name": "eve", "pending": True})
    await page.request.post(f"{address}api/members/bob/leave", data={})
    await page.request.post(f"{address}api/commands", data={"as": "you", "channel": "managers", "text": "?"})
    await page.goto(f"{address}#/managers")
    await expect(page.locator(".card")).to_have_count(2)


async def ask_at_home(page: Page) -> None:
    """Go to the home page, and have a form opened there."""
    await page.click('a[href="#/home"]')
    await page.get_by_role("button", name="Set it").click()
    await expect(page.locator("#asking")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everything_can_be_read(page: Page, address: str, scheme: Literal["light", "dark"]) -> None:
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await live(page, address)
    assert await faint(page) == []

    for channel in ("general", "help"):
        await page.click(f'a[href="#/{channel}"]')
        await expect(page.locator("#channel")).to_have_text(f"# {channel}")
        await page.locator(".message").first.hover()
        assert await faint(page) == []
    await page.fill("#text", "/")
    await page.click("#attach")
    await page.click("#join")
    assert await faint(page) == []
    await page.click("#joining-cancel")
    await ask_at_home(page)
    assert await faint(page) == []


async def test_the_colours_can_be_chosen_and_are_remembered(page: Page) -> None:
    paper = "getComputedStyle(document.querySelector('.talk')).backgroundColor"
    light = await page.evaluate(paper)
    await page.click("#theme")
    await page.click("#theme")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    dark = await page.evaluate(paper)
    assert dark != light
    await page.reload()
    assert await page.evaluate(paper) == dark


async def test_every_control_has_a_name(page: Page, address: str) -> None:
    await live(page, address)
    await page.click("#attach")
    assert await ask(page, "nameless()") == []
    await page.click("#join")
    assert await ask(page, "nameless()") == []
    await page.click("#joining-cancel")
    await ask_at_home(page)
    assert await ask(page, "nameless()") == []


@pytest.mark.parametrize("width", [360, 768])
async def test_nothing_sticks_out_at_the_side(browser: Browser, address: str, width: int) -> None:
    context = await browser.new_context(
        viewport={"width": width, "height": 640}, has_touch=True, is_mobile=True, reduced_motion="reduce"
    )
    page = await context.new_page()
    await page.goto(address)
    await live(page, address)
    for channel in ("managers", "general", "help"):
        await page.goto(f"{address}#/{channel}")
        await expect(page.locator("#channel")).to_have_text(f"# {channel}")
        assert await ask(page, "wide()") == []
    for pane in await page.locator(".panes button:visible").all():
        await pane.click()
        assert await ask(page, "wide()") == []
    await page.goto(f"{address}#/home")
    await page.get_by_role("button", name="Set it").click()
    await expect(page.locator("#asking")).to_be_visible()
    assert await ask(page, "wide()") == []
    await page.click("#asking-cancel")
    await expect(page.locator("#asking")).to_be_hidden()
    await page.locator('.panes button[data-pane="guide"]').click()
    await page.get_by_text("A newsletter").click()
    await page.get_by_role("button", name="Draft the newsletter").click()
    await expect(page.locator("#attached li")).to_have_count(5)
    assert await ask(page, "wide()") == []
    await context.close()


@pytest.mark.parametrize("width", [360, 1280])
async def test_a_picture_is_drawn_and_fits(browser: Browser, address: str, width: int) -> None:
    context = await browser.new_context(viewport={"width": width, "height": 640}, reduced_motion="reduce")
    page = await context.new_page()
    await page.goto(address)
    await live(page, address)
    picture = page.get_by_role("img", name="Three were asked in the week of 2 March")
    await picture.scroll_into_view_if_needed()
    box, card = await picture.bounding_box(), await page.locator(".card").first.bounding_box()

    assert box is not None
    assert card is not None
    assert card["x"] < box["x"]
    assert box["x"] + box["width"] < card["x"] + card["width"]
    assert box["width"] / box["height"] == pytest.approx(472 / 192, rel=0.01)
    assert await ask(page, "wide()") == []
    await context.close()


async def test_a_phone_shows_one_pane_at_a_time(browser: Browser, address: str) -> None:
    context = await browser.new_context(
        viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True
    )
    page = await context.new_page()
    await page.goto(address)
    await expect(page.get_by_role("main")).to_be_visible()
    await expect(page.get_by_role("navigation")).to_be_hidden()

    await page.get_by_role("button", name="Channels").tap()
    await expect(page.get_by_role("main")).to_be_hidden()
    await page.get_by_role("link", name="help").tap()
    await expect(page.locator("#channel")).to_have_text("# help")

    # A tap on a message shows what can be done with it.
    await page.fill("#text", "Anybody here")
    await page.get_by_role("button", name="Send").tap()
    await page.locator(".message .text").tap()
    await page.get_by_role("button", name="React with heart").tap()
    await expect(page.locator(".reactions button")).to_have_text("❤️ 1")
    await context.close()


async def test_the_page_brings_everything_itself(browser: Browser, address: str) -> None:
    """Nothing is asked of another machine, and the page may run no script but its own."""
    page = await browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(address)
    await expect(page.locator("#channels li")).to_have_count(5)
    assert asked
    assert [url for url in asked if not url.startswith(address)] == []
    answer = await page.request.get(address)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    await page.close()
