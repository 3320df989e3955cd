"""The pages open with a link that a manager was given, once, in time, and for managers alone."""

import asyncio
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select

from bot.events import MemberChanged
from bot.features.web import STAYS, VALID
from bot.installation import settle_in
from bot.keys import ADDRESS, PAGES_KEY, PEOPLE_KEY, signed
from storage.tables import Outgoing, PageLink, PageSession, Secret, table
from tests.features.world import HOME, MANAGER, ada
from tests.web.served import Site

PAGES = (
    "",
    "questions",
    "broadcasts",
    "digests",
    "feedback",
    "health",
    "settings",
    "failures",
    "sends",
    "nowhere",
)
AGAIN = "Run /community web"


async def test_a_link_becomes_a_cookie_with_one_press(site: Site) -> None:
    browser = await site.browser()
    link = site.link()

    status, page = await browser.get(link)
    assert status == 200
    assert "Open the pages" in page
    # Whatever looks at links in messages has changed nothing.
    await browser.get(link)
    status, page, response = await browser.post(link, {})

    assert status == 200
    assert "<h1>Overview</h1>" in page
    [cookie] = [step.cookies["hearth"] for step in response.history]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert cookie["max-age"] == str(int(STAYS.total_seconds()))
    with site.community.database.reading() as tx:
        [session] = tx.rows(select(table(PageSession)))
    assert session.id == sha256(cookie.value.encode()).hexdigest()
    assert (session.member, session.admin) == (MANAGER, True)


async def test_a_link_opens_the_pages_once(site: Site) -> None:
    link = site.link()
    first, second = await site.browser(), await site.browser()
    await first.post(link, {})

    for status, page in (await second.get(link), (await second.post(link, {}))[:2]):
        assert status == 410
        assert "used already" in page
        assert AGAIN in page
    assert (await second.get("/pages/"))[0] == 401
    assert (await first.get("/pages/"))[0] == 200


async def test_of_many_who_press_at_once_one_gets_in(site: Site) -> None:
    link = site.link()
    browsers = [await site.browser() for _ in range(6)]

    opened = await asyncio.gather(*(browser.post(link, {}) for browser in browsers))

    assert sorted(status for status, _, _ in opened) == [200, *[410] * 5]
    inside = [(await browser.get("/pages/"))[0] for browser in browsers]
    assert sorted(inside) == [200, *[401] * 5]


async def test_a_link_is_good_for_fifteen_minutes(site: Site) -> None:
    in_time, late = site.link(), site.link()
    site.community.now += VALID - timedelta(seconds=2)
    assert (await (await site.browser()).post(in_time, {}))[0] == 200
    site.community.now += timedelta(seconds=2)

    browser = await site.browser()
    for status, page in (await browser.get(late), (await browser.post(late, {}))[:2]):
        assert status == 410
        assert AGAIN in page
    assert (await browser.get("/pages/"))[0] == 401

    # What is over is forgotten, and does not open anything after that either.
    site.community.passes(hours=1)
    with site.community.database.reading() as tx:
        assert tx.rows(select(table(PageLink))) == []
    assert (await browser.get(in_time))[0] == (await browser.post(in_time, {}))[0] == 410


@pytest.mark.parametrize("how", ["none", "changed", "cut", "another key", "not a link"])
async def test_a_forged_link_opens_nothing(site: Site, how: str) -> None:
    link = site.link()
    start, _, token = link.rpartition("/")
    forged = {
        "none": "x",
        "changed": ("B" if token[0] == "A" else "A") + token[1:],
        "cut": token[:-1],
        "another key": signed("not the key", "0" * 32),
        "not a link": "%00..%2f..%2f",
    }[how]
    browser = await site.browser()

    for status, page in (
        await browser.get(f"{start}/{forged}"),
        (await browser.post(f"{start}/{forged}", {}))[:2],
    ):
        assert status == 403
        assert AGAIN in page
    assert (await browser.get("/pages/"))[0] == 401


async def test_no_page_is_public(site: Site) -> None:
    browser = await site.browser()
    for page in PAGES:
        status, said = await browser.get(f"/pages/{page}")
        assert status == 401
        assert AGAIN in said
    for path in ("do", "retry", "leave"):
        assert (await browser.post(f"/pages/{path}", {}))[0] == 401
    assert (await browser.get("/pages/answers/x"))[0] == 401
    assert (await browser.get("/pages/pictures/x.svg"))[0] == 401


async def test_a_cookie_that_was_made_up_opens_nothing(site: Site) -> None:
    browser = await site.browser()
    browser.session.cookie_jar.update_cookies({"hearth": "made-up"})
    assert (await browser.get("/pages/"))[0] == 401


async def test_only_managers_are_given_a_link(site: Site) -> None:
    card = site.community.commands("web", by=ada)
    assert "managers" in card.text
    assert "/pages/" not in card.text


async def test_who_is_no_admin_any_more_is_out_at_once(site: Site) -> None:
    browser = await site.manager()
    token = await browser.token()
    site.community.now += timedelta(minutes=1)
    site.community.receives(
        MemberChanged(
            id="demoted", community=HOME, at=site.community.now, member=MANAGER, name="Dan", admin=False
        )
    )

    status, page = await browser.get("/pages/questions")
    assert status == 403
    assert "for managers" in page
    assert (await browser.post("/pages/do", {"token": token, "command": "settings"}))[0] == 403


async def test_who_was_no_admin_before_is_let_in_by_what_the_platform_said_last(site: Site) -> None:
    """The command knew of the role before a word about the member came."""
    site.community.receives(
        MemberChanged(
            id="before", community=HOME, at=site.community.now, member=MANAGER, name="Dan", admin=False
        )
    )
    browser = await site.manager()
    assert (await browser.get("/pages/"))[0] == 200


async def test_the_pages_close_after_twelve_hours(site: Site) -> None:
    browser = await site.manager()
    site.community.now += STAYS - timedelta(seconds=1)
    assert (await browser.get("/pages/"))[0] == 200
    site.community.now += timedelta(seconds=1)
    assert (await browser.get("/pages/"))[0] == 401

    site.community.passes(minutes=1)
    with site.community.database.reading() as tx:
        assert tx.rows(select(table(PageSession))) == []


async def test_who_leaves_is_out(site: Site) -> None:
    browser, another = await site.manager(), await site.manager()
    status, page, _ = await browser.post("/pages/leave", {"token": await browser.token()})

    assert status == 200
    assert "You have left" in page
    assert (await browser.get("/pages/"))[0] == 401
    assert (await another.get("/pages/"))[0] == 200


async def test_keys_stay_as_they_were_made(site: Site) -> None:
    def kept() -> dict[str, str]:
        with site.community.database.reading() as tx:
            return {row.name: row.value for row in tx.rows(select(table(Secret)))}

    before = kept()
    settle_in(site.community.database, "https://hearth.example.com")

    assert kept() == {**before, ADDRESS: "https://hearth.example.com"}
    assert min(len(before[name]) for name in (PAGES_KEY, PEOPLE_KEY)) > 40


async def test_an_answer_on_a_page_is_never_sent_and_soon_forgotten(site: Site) -> None:
    browser = await site.manager()
    fields = {"token": await browser.token(), "command": "help"}
    _, page, response = await browser.post("/pages/do", fields)

    assert "I look after this community" in page
    assert "/pages/answers/" in str(response.url)
    assert not [key for key in site.sender.keys if "web:" in key]
    site.community.passes(hours=2)
    assert (await browser.get(str(response.url)))[0] == 404
    outgoing = table(Outgoing)
    with site.community.database.reading() as tx:
        [row] = tx.rows(select(outgoing).where(outgoing.c.key.startswith("answer:web:")))
    assert (row.state, row.payload) == ("sent", "")


async def test_nobody_reads_anothers_answers(site: Site) -> None:
    browser = await site.manager()
    _, _, response = await browser.post(
        "/pages/do", {"token": await browser.token(), "command": "check a secret draft"}
    )
    site.community.receives(
        MemberChanged(id="eve", community=HOME, at=site.community.now, member="eve", name="Eve", admin=True)
    )
    site.community.now += timedelta(seconds=1)
    another = await site.manager(by="eve")

    assert (await another.get("/pages/"))[0] == 200
    assert (await another.get(str(response.url)))[0] == 404
