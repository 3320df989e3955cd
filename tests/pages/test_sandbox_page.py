"""One person plays a whole community on the sandbox's page, in a real browser."""

from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer, unused_port
from playwright.async_api import Browser, Locator, Page, expect

from adapters.sandbox import Sandbox
from bot.clock import Clock
from bot.commands import COMMANDS
from tests.pages.pretend_hearth import PretendHearth

pytestmark = pytest.mark.asyncio(loop_scope="session")


def messages(page: Page) -> Locator:
    return page.locator("#messages .message")


async def be(page: Page, member: str, channel: str = "general") -> None:
    await page.select_option("#as", member)
    await page.click(f'a[href="#/{channel}"]')
    await expect(page.locator("#channel")).to_have_text(f"# {channel}")


async def say(page: Page, text: str) -> Locator:
    """Say something in the open channel, and return the message as it is shown."""
    await page.fill("#text", text)
    async with page.expect_response("**/api/messages") as answer:
        await page.press("#text", "Enter")
    made = await (await answer.value).json()
    message = page.locator(f"#{made['message']}")
    await expect(message).to_be_visible()
    return message


async def test_somebody_joins_and_speaks_by_keyboard_alone(page: Page) -> None:
    keys = page.keyboard
    await expect(page.locator("#text")).to_be_focused()
    await page.focus("#as")
    await keys.press("Tab")
    await keys.press("Enter")
    await expect(page.locator("#joining")).to_be_visible()
    await keys.type("eve")
    await keys.press("Enter")

    await expect(page.locator("#as")).to_have_value("eve")
    await expect(page.locator("#text")).to_be_focused()
    await keys.type("Hello everybody")
    await keys.press("Shift+Enter")
    await keys.type("I am new here")
    await keys.press("Enter")
    await expect(messages(page).last).to_contain_text("Hello everybody\nI am new here")
    await expect(messages(page).first).to_contain_text("@eve Welcome!")
    await expect(page.locator("#text")).to_have_value("")

    await keys.press("Alt+ArrowDown")
    await expect(page.locator("#channel")).to_have_text("# help")
    await keys.press("Alt+ArrowUp")
    await expect(page.locator("#channel")).to_have_text("# general")


async def test_a_name_that_is_taken_is_said_in_the_dialog(page: Page) -> None:
    await page.click("#join")
    await page.fill("#new-name", "Bob")
    await page.press("#new-name", "Enter")
    await expect(page.locator("#joining-problem")).to_have_text(
        'There is a "bob" already; choose another name.'
    )


async def test_a_private_word_is_for_one_alone(page: Page) -> None:
    await page.click("#join")
    await page.fill("#new-name", "eve")
    await page.press("#new-name", "Enter")
    await page.click('a[href="#/dm-eve"]')
    await expect(messages(page)).to_have_count(1)

    await page.select_option("#as", "bob")
    await expect(page.locator("#empty-text")).to_have_text("Nothing from Hearth for bob alone yet.")


async def test_a_flag_is_found_read_and_taken(page: Page) -> None:
    await be(page, "cleo", "help")
    await say(page, "How do I export a board?")
    # cleo cannot read the managers' channel; who plays everybody is shown the way there.
    await page.click(".toast button")
    await expect(page.locator("#as")).to_have_value("you")
    await expect(page.locator("#channel")).to_have_text("# managers")

    card = page.locator(".card")
    await expect(card.locator("h4")).to_have_text("Nobody has answered this yet")
    await expect(card.locator("blockquote")).to_contain_text("How do I export a board?")
    await expect(card.locator("dd")).to_have_text(["#help", "4 h"])
    button = card.get_by_role("button", name="I'll take it")
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(card.locator("h4")).to_have_text("you takes it")
    await expect(card.get_by_role("button", name="I'll take it")).to_be_focused()

    await card.get_by_role("link", name="Go to message").click()
    await expect(page.locator("#channel")).to_have_text("# help")
    await expect(messages(page)).to_be_focused()


async def test_only_who_asks_sees_an_answer_until_they_dismiss_it(page: Page) -> None:
    await page.fill("#text", "/com")
    await expect(page.locator("#commands li")).to_have_count(len(COMMANDS))
    await page.get_by_role("button", name="status what works, what is off and why").click()
    await page.press("#text", "Enter")
    await expect(messages(page)).to_contain_text("You asked: status")
    await expect(messages(page)).to_contain_text("Only you can see this")

    await page.select_option("#as", "bob")
    await expect(messages(page)).to_have_count(0)
    await page.select_option("#as", "you")
    await page.get_by_role("button", name="Dismiss").click()
    await expect(messages(page)).to_have_count(0)

    await page.fill("#text", "/hearth help")
    await page.press("#text", "Enter")
    await expect(page.locator(".toast")).to_contain_text("The one command here is /community")


async def test_what_people_write_is_never_read_as_markup(page: Page) -> None:
    nasty = '<img src=x onerror="document.title=1"><script>document.title=2</script> <b>b</b> javascript:x'
    message = await say(page, nasty)
    await expect(message.locator(".text")).to_have_text(nasty)
    assert await page.locator("#messages").locator("script, b b, .text img, a[href^=javascript]").count() == 0
    assert "Hearth sandbox" in await page.title()


async def test_code_addresses_and_mentions_are_shown_as_such(page: Page) -> None:
    message = await say(page, "@bob run `make test`, see https://example.com/a?b=1.\n```\nmake run\n```")
    await expect(message.locator(".mention")).to_have_text("@bob")
    await expect(message.locator(".text > code")).to_have_text("make test")
    await expect(message.locator("pre")).to_have_text("make run")
    link = message.get_by_role("link")
    await expect(link).to_have_attribute("href", "https://example.com/a?b=1")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")


async def test_a_thread_stands_below_its_first_message(page: Page) -> None:
    await be(page, "cleo", "help")
    asked = await say(page, "The export is stuck")
    await page.select_option("#as", "bob")
    await asked.hover()
    await asked.get_by_role("button", name="Reply in thread").click()
    await expect(page.locator("#context")).to_contain_text("In cleo’s thread")
    await say(page, "Try it again")
    await expect(asked.locator(".thread .message")).to_contain_text("Try it again")
    await expect(page.locator("#context")).to_be_hidden()


async def test_a_native_reply_shows_what_it_replies_to(page: Page) -> None:
    await be(page, "cleo")
    first = await say(page, "Good morning")
    await be(page, "bob")
    await first.hover()
    await first.get_by_role("button", name="Reply", exact=True).click()
    reply = await say(page, "And to you")
    await expect(reply.locator(".reply-to")).to_have_text("↪ cleo: Good morning")


async def test_home_is_a_page_where_one_chooses_and_fills_in_forms(page: Page) -> None:
    await page.click('a[href="#/home"]')
    card = page.locator("#home .card")
    await expect(card.locator("h4")).to_have_text("At home")
    await expect(page.locator("#composer")).to_be_hidden()
    flags = card.get_by_label("Channel for flags")
    await expect(flags).to_have_value("managers")
    await flags.select_option("feedback")
    await expect(messages(page)).to_contain_text("You chose feedback")
    await card.get_by_label("Who helps").select_option("bob")
    await expect(messages(page).last).to_contain_text("You chose bob")

    await card.get_by_role("button", name="Set it").focus()
    await page.keyboard.press("Enter")
    form = page.get_by_role("dialog", name="What shall it be?")
    await expect(form.get_by_label("Limit")).to_be_focused()
    await form.get_by_label("Limit").fill("2h")
    await form.get_by_label("Where").select_option("help")
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_be_hidden()
    await expect(messages(page).last).to_contain_text("limit 2h and why and where ('help',)")
    # What is left is not open any more when one comes back.
    await card.get_by_role("button", name="Set it").click()
    await expect(form).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(form).to_be_hidden()
    await page.reload()
    await expect(card).to_be_visible()
    await expect(form).to_be_hidden()


async def test_a_shortcut_on_a_message_and_hearths_mark(page: Page) -> None:
    await be(page, "cleo", "help")
    message = await say(page, "The export is stuck")
    await message.hover()
    await message.get_by_label("Shortcuts").select_option("answered")
    await expect(messages(page).last).to_contain_text("You picked answered")
    mark = message.locator(".reactions button")
    await expect(mark).to_have_text("✅ 1")
    await expect(mark).to_have_attribute("title", "Hearth")
    await mark.click()
    await expect(mark).to_have_text("✅ 2")


async def test_a_message_is_edited_reacted_to_and_deleted(page: Page) -> None:
    message = await say(page, "Helo")
    await message.hover()
    await message.get_by_role("button", name="Edit", exact=True).click()
    edit = message.get_by_role("textbox", name="Edit the message")
    await expect(edit).to_be_focused()
    await edit.fill("Hello")
    await edit.press("Enter")
    await expect(message.locator(".text")).to_have_text("Hello")
    await expect(message).to_contain_text("edited")

    await message.hover()
    await message.get_by_role("button", name="React with party").click()
    mine = message.locator(".reactions button")
    await expect(mine).to_have_text("🎉 1")
    await expect(mine).to_have_attribute("aria-pressed", "true")
    await page.select_option("#as", "bob")
    await message.locator(".reactions button").click()
    await expect(message.locator(".reactions button")).to_have_text("🎉 2")
    await expect(message.get_by_role("button", name="Delete")).to_have_count(0)

    await page.select_option("#as", "you")
    await message.hover()
    await message.get_by_role("button", name="Delete").click()
    await expect(messages(page)).to_have_count(0)


async def test_a_newsletter_is_drafted_with_its_buttons_and_sent(page: Page) -> None:
    await page.get_by_text("A newsletter").click()
    await page.get_by_role("button", name="Draft the newsletter").click()
    await expect(page.locator("#as")).to_have_value("dan")
    await expect(page.locator("#attached li")).to_have_count(5)
    await page.press("#text", "Enter")

    await expect(messages(page)).to_contain_text("BIG NEWS")
    links = messages(page).locator(".link-button")
    await expect(links).to_have_count(5)
    await expect(links.first).to_have_text("Subscribe to news")
    await expect(page.locator("#attached li")).to_have_count(0)


async def test_a_link_button_that_leads_nowhere_is_refused_in_words(page: Page) -> None:
    await page.click("#attach")
    await page.get_by_label("Label of link button 1").fill("Go")
    await page.get_by_label("Address of link button 1").fill("nowhere")
    await page.press("#text", "Enter")
    await expect(page.locator(".toast")).to_have_text("An address begins with https:// or http://.")
    await page.get_by_role("button", name="Remove link button 1").click()
    await expect(page.locator("#attached li")).to_have_count(0)


async def test_what_is_written_while_hearth_is_slow_is_not_lost(page: Page, hearth: PretendHearth) -> None:
    hearth.gate.clear()
    await page.fill("#text", "first")
    await page.press("#text", "Enter")
    await expect(page.locator("#text")).to_have_value("")
    await page.fill("#text", "second")
    await page.press("#text", "Enter")
    await page.fill("#text", "third, not sent yet")
    hearth.gate.set()
    await expect(messages(page).locator(".text")).to_have_text(["first", "second"])
    await expect(page.locator("#text")).to_have_value("third, not sent yet")


async def test_what_is_refused_stands_there_again(page: Page) -> None:
    await page.fill("#text", "x" * 40_001)
    await page.press("#text", "Enter")
    await expect(page.locator(".toast")).to_contain_text("40,000 characters at most")
    await expect(page.locator("#text")).to_have_value("x" * 40_001)


async def test_the_clock_jumps(page: Page, hearth: PretendHearth) -> None:
    before = await page.locator("#now").get_attribute("datetime")
    await page.get_by_role("button", name="Monday 9:00").click()
    await expect(page.locator("#now b")).to_have_text("09:00")
    await expect(page.locator("#now")).to_contain_text("Mon")
    after = await page.locator("#now").get_attribute("datetime")
    assert before is not None
    assert after is not None
    assert before < after
    assert hearth.ticks == 1


async def test_who_waits_for_the_screening_cannot_speak(page: Page) -> None:
    await page.click("#join")
    await page.fill("#new-name", "eve")
    await page.check("input[name=pending]")
    await page.press("#new-name", "Enter")
    await expect(page.locator("#text")).to_be_disabled()
    await page.get_by_role("button", name="admit eve").click()
    await expect(page.locator("#text")).to_be_enabled()


async def test_who_leaves_is_played_no_longer(page: Page) -> None:
    await be(page, "bob")
    row = page.locator("#people li").filter(has_text="bob")
    await row.hover()
    await row.get_by_role("button", name="bob leaves").click()
    await expect(page.locator("#as")).to_have_value("you")
    await row.get_by_role("button", name="bob comes back").click()
    await expect(row.get_by_role("button", name="bob leaves")).to_be_attached()


async def test_two_pages_show_the_same_at_once(page: Page, browser: Browser, address: str) -> None:
    other = await browser.new_page()
    await other.goto(f"{address}#/help")
    await be(other, "bob", "help")
    await say(other, "Anybody here")
    await expect(page.locator('a[href="#/help"] .count')).to_contain_text("1")
    await page.click('a[href="#/help"]')
    await expect(messages(page)).to_contain_text("Anybody here")
    await other.close()


async def test_the_page_finds_hearth_again_after_a_restart(browser: Browser, tmp_path: Path) -> None:
    hearth = PretendHearth()
    port = unused_port()
    page = await browser.new_page()

    hearth.sandbox = Sandbox(tmp_path / "again.jsonl", Clock())
    async with TestServer(hearth.sandbox.routes(hearth, hearth.tick), port=port):
        await page.goto(f"http://127.0.0.1:{port}/")
        await say(page, "before")
    hearth.sandbox.close()
    await expect(page.locator("#lost")).to_be_visible()

    hearth.sandbox = Sandbox(tmp_path / "again.jsonl", Clock())
    async with TestServer(hearth.sandbox.routes(hearth, hearth.tick), port=port):
        await expect(page.locator("#lost")).to_be_hidden()
        await say(page, "after")
        await expect(messages(page)).to_have_count(2)
        await page.close()
    hearth.sandbox.close()
