"""A replay's page can be read in any light and on a phone, and asks for nothing beside itself."""

from itertools import product
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser

from tests.pages.conftest import watch_for_problems
from tests.pages.test_sandbox_looks import ask, faint
from tests.test_replay_html import page, workspace

pytestmark = pytest.mark.asyncio(loop_scope="session")

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = (360, 1280)


async def test_it_can_be_read_in_any_light_and_on_a_phone(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(page(workspace(), tmp_path), encoding="utf-8")
    context = await browser.new_context(viewport={"width": WIDTHS[0], "height": 800})
    shown = await context.new_page()
    problems = watch_for_problems(shown)
    asked: list[str] = []
    shown.on("request", lambda request: asked.append(request.url))
    await shown.goto(file.as_uri())
    for details in await shown.locator("summary").all():
        await details.click()

    for width, scheme in product(WIDTHS, SCHEMES):
        await shown.set_viewport_size({"width": width, "height": 800})
        await shown.wait_for_function(f"innerWidth === {width}")
        await shown.emulate_media(color_scheme=scheme)
        assert await shown.evaluate(f"matchMedia('(prefers-color-scheme: {scheme})').matches")
        assert await faint(shown) == [], (width, scheme)
        assert await ask(shown, "wide()") == [], width
        assert await ask(shown, "nameless()") == []
    assert await shown.locator(".pictures svg[role=img]").count() == 4
    assert (asked, problems) == ([file.as_uri()], [])
    await context.close()
