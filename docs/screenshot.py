"""Takes docs/sandbox.png anew: python docs/screenshot.py starts Hearth, plays a morning, and looks at it."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "sandbox.png"
SIZE = ViewportSize(width=1280, height=1000)


def main() -> None:
    """Start Hearth on data of its own, and end it when the picture is taken."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PORT": "0",
            "DATABASE_URL": f"sqlite:///{folder}/hearth.db",
            "SANDBOX_FILE": f"{folder}/sandbox.jsonl",
        }
        hearth = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert hearth.stdout is not None
            take(hearth.stdout.readline().split()[-1])
        finally:
            hearth.terminate()
            hearth.wait()


def take(address: str) -> None:
    """Follow the page's own hints to a flag and a newsletter, and take the picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport=SIZE, color_scheme="light", reduced_motion="reduce")
        page.goto(address)
        page.get_by_role("button", name="Begin: let ada join").click()
        page.locator(".card").wait_for()
        draft(page, "Draft the question")
        hint(page, "Wait 4 hours in #managers")
        page.locator(".card").wait_for()
        draft(page, "Draft the newsletter")
        page.locator('a.unread[href="#/dm-dan"]').click()
        page.locator(".card").last.wait_for()
        hint(page, "Wait 10 minutes in #managers")
        page.locator(".card").nth(1).wait_for()
        page.get_by_label("Clock and hints").get_by_text("Try this", exact=True).click()
        page.locator(".toast").first.wait_for(state="detached")
        page.screenshot(path=PICTURE)
        browser.close()


def draft(page: Page, label: str) -> None:
    """Send what a hint drafts."""
    hint(page, label)
    with page.expect_response("**/api/messages"):
        page.press("#text", "Enter")


def hint(page: Page, label: str) -> None:
    """Do what a hint offers."""
    fold = page.locator("#hints details").filter(has=page.get_by_text(label))
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()
    fold.get_by_role("button", name=label).click()


if __name__ == "__main__":
    main()
