"""The page that checks a draft: marked in its own words, by its channel's rules, and never kept."""

from sqlalchemy import select

from bot.events import MAX_TEXT
from bot.language.edits import smallest_edit
from bot.language.salesy import judge
from bot.views.check import stretches
from storage.tables import Handled, table
from tests.features.world import Community
from tests.web.served import Site

DRAFT = "Hello everyone! We met on Monday & talked about maps. Buy now, 20% off!"


async def checked(site: Site, **fields: str) -> str:
    browser = await site.manager()
    _, html, _ = await browser.post("/pages/check", {"token": await browser.token(), **fields})
    return html


async def test_each_reason_is_marked_and_what_would_go_is_struck_through(site: Site) -> None:
    html = await checked(site, draft=DRAFT)

    assert "This reads like selling" in html
    assert "It would pass without “Buy now, 20% off!”" in html
    assert '<mark class="broadcast">Hello everyone</mark>' in html
    assert "<del>" in html
    assert '<mark class="commercial">20% off</mark>' in html
    assert "Monday &amp; talked" in html
    assert "<h2>So it would pass</h2>" in html


async def test_a_channels_own_rules_count(site: Site, community: Community) -> None:
    for rule in ("#announcements promotion=welcome", "#help salesy_threshold=0.99"):
        community.presses("Apply", community.commands(f"settings set channels {rule}"))

    welcome = await checked(site, draft=DRAFT, channel="announcements")
    assert "Promotion, where it is welcome" in welcome
    assert "It can stay as it is." in welcome
    assert "salesy from 0.99 on" in await checked(site, draft=DRAFT, channel="help")
    assert "salesy from 0.4 on" in await checked(site, draft=DRAFT, channel="nowhere")


async def test_a_draft_that_is_not_read_to_its_end_is_said_to_be_cut(site: Site) -> None:
    assert "characters were read" not in await checked(site, draft=DRAFT + "!" * (MAX_TEXT - len(DRAFT)))
    html = await checked(site, draft=DRAFT + "!" * MAX_TEXT)

    assert "Only its first 40,000 characters were read" in html


async def test_nothing_of_a_draft_is_heard_or_kept(site: Site, community: Community) -> None:
    handled = table(Handled)

    def events() -> int:
        with community.database.reading() as tx:
            return len(tx.rows(select(handled)))

    browser = await site.manager()
    token = await browser.token()
    before = events()
    status, html, response = await browser.post("/pages/check", {"token": token, "draft": DRAFT})
    assert (status, response.url.query_string) == (200, "")
    assert "20% off" in html
    assert events() == before
    status, html, _ = await browser.post("/pages/check", {"token": "of somebody else", "draft": DRAFT})
    assert status == 403
    assert "20% off" not in html


def test_a_draft_in_stretches_is_the_draft() -> None:
    for draft in (DRAFT, "Subscribe → https://a.example\n" * 5, "🎉 50% off\n\nfree!!", "plain talk"):
        verdict = judge(draft)
        found = stretches(draft, verdict.signals, smallest_edit(draft))
        assert "".join(each.text for each in found) == draft
        assert {number for each in found for number in each.reasons} == {
            number for number, signal in enumerate(verdict.signals, 1) if signal.spans
        }
