"""What the pages show: in few statements however much there is, a page at a time, and nothing private."""

import base64
import re
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import current_thread

import pytest
from sqlalchemy import Engine, event

from bot.actions import Shown
from bot.cards import Card, Entry, Item, MessageRef, Section
from bot.events import CapabilityFound
from bot.retention import forget_words
from storage.database import Database
from storage.tables import Channel, Daily, Digest, Erased, Failure, SettingChange, Subscription
from storage.transaction import Transaction
from tests.core.waiting import until
from tests.features.test_broadcasts import NEWSLETTER
from tests.features.world import HOME, MANAGER, NOON, Community, ada, bob, cleo, posted
from tests.web.served import Browser, Site, hidden, served

PAGES = (
    "",
    "questions",
    "broadcasts",
    "check",
    "digests",
    "feedback",
    "health",
    "settings",
    "settings?show=history",
    "failures",
    "sends",
)
# A page asks no more than this, that of who looks at it included.
MOST_STATEMENTS = 28
SECRET = "the merger with Initech"


@contextmanager
def counted() -> Iterator[list[str]]:
    """Gather the statements that a database is asked in other threads than the writer's: the pages' own."""
    asked: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        if not current_thread().name.startswith("writer") and not statement.startswith(("BEGIN", "PRAGMA")):
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield asked
    event.remove(Engine, "before_cursor_execute", note)


def live(community: Community, times: int) -> None:
    """Have people talk of all kinds of things, so many times."""
    for number in range(times):
        by = f"member{number}"
        community.says(
            posted(f"How do I export board {number} to CSV?", by=by, channel="help", minutes=30),
            posted(f"{NEWSLETTER} number {number}", by=by, channel="announcements"),
            posted(f"It would be great if board {number} could be sorted, please add it", by=by),
        )
    with writing(community) as tx:
        for number in range(times):
            at = community.now - timedelta(days=7 * number)
            ref = MessageRef(channel="help", message="m1")
            section = Section(name="Asked", items=(Item(text=f"digest {number}", refs=(ref,)),))
            tx.add(
                Digest,
                community=HOME,
                subscription="",
                window_from=at,
                window_to=at + timedelta(days=7),
                made_at=at,
                sections=[section.model_dump(mode="json")],
                card=Card(title="Digest", fields=(Entry(name="Messages", value="1"),)).model_dump(
                    mode="json"
                ),
            )
            community_subscribes(tx, f"{times}s{number}", at)
            tx.add(
                Failure,
                community=HOME,
                event=f"{times}e{number}",
                feature="f",
                at=at,
                reason="r",
                payload="{}",
            )
            for name, after in (
                ("raid_joins", number + 10),
                ("staff", [f"member{number}"]),
                ("channels", {f"C{times}s{number}": {"limit": "2h"}}),
                ("welcome_channel", f"C{times}s{number}"),
            ):
                tx.add(
                    SettingChange,
                    community=HOME,
                    event=f"{times}e{number}",
                    name=name,
                    at=at,
                    by=f"member{number}",
                    how="import",
                    before=None,
                    after=after,
                )


def community_subscribes(tx: Transaction, id_: str, at: datetime) -> None:
    """Have a channel of its own get a digest each day."""
    tx.add(
        Channel,
        community=HOME,
        id=f"C{id_}",
        name=f"channel-{id_}",
        private=False,
        archived=False,
        heard=True,
        changed_at=at,
    )
    tx.add(
        Subscription,
        community=HOME,
        id=id_,
        channel=f"C{id_}",
        kinds=["bugs"],
        every="daily",
        hour=9,
        timezone="UTC",
        made_by=MANAGER,
        made_at=at,
        next_from=at,
    )


@contextmanager
def writing(community: Community) -> Iterator[Transaction]:
    with community.database.connection() as connection:
        tx = Transaction(connection)
        yield tx
        tx.flush()
        connection.commit()


async def test_a_picture_is_drawn_by_whichever_process_is_asked(site: Site) -> None:
    live(site.community, 3)
    browser = await site.manager()
    _, page = await browser.get("/pages/health")
    [first, *_] = re.findall(r'<img src="([^"]*)"', page)
    async with served(site.community) as another:
        status, drawn = await (await another.manager()).get(first)
    assert status == 200
    assert "<svg" in drawn
    for wrong in ("x", "eJw", base64.urlsafe_b64encode(zlib.compress(b"[" * 10**6)).decode().rstrip("=")):
        assert (await browser.get(f"/pages/pictures/{wrong}.svg"))[0] == 404


async def test_a_digest_is_of_the_days_it_says_itself(site: Site) -> None:
    """In its own timezone, with the hours where it was asked for; and its lines may be gone."""
    community = site.community
    card = community.commands("subscribe questions daily 9:00 Pacific/Auckland in #board")
    id_ = card.title.removeprefix("Subscribed, as ")
    for number, by in enumerate((ada, bob, cleo)):
        community.says(posted(f"How do I export board {number} to CSV?", by=by, minutes=150, channel="help"))
    community.passes(days=1)
    community.says(posted("How do I print a board?", by=ada))
    community.commands(f"now {id_}")
    community.commands("pause weekly")
    community.waits_until(NOON + timedelta(days=7))
    browser = await site.manager()

    _, page = await browser.get("/pages/digests")
    assert "<h3>5 March 2026</h3>" in page
    assert re.search(r"<h3>3 March to 4 March 2026 \d{1,2}:\d\d</h3>", page)
    assert "not posted: paused" in (await browser.get("/pages/"))[1]
    with writing(community) as tx:
        forget_words(tx, HOME, community.now)
        tx.put(Erased, community=HOME, before=community.now)
    assert "Whatever it told of is no longer kept." in (await browser.get("/pages/digests"))[1]


async def test_a_digest_is_archived_as_it_was_posted(site: Site) -> None:
    """With its numbers, its picture, what was read, that it was late, and the way to it."""
    community = site.community
    community.says(
        *(posted(f"How do I export board {each}?", by=each, minutes=150) for each in (ada, bob, cleo))
    )
    community.passes(days=6)
    community.says(posted("How do I print a board?", by=ada))
    community.sleeps(days=3)
    browser = await site.manager()
    await until(
        lambda: any(isinstance(action, Shown) and action.card.pictures for action in site.sender.sent)
    )

    _, page = await browser.get("/pages/digests")
    assert "This is late: it was due on Monday 9 March at 9:00" in page
    assert "The weekly digest, made " in page
    assert "(UTC), posted in #feedback." in page
    assert "Go to the post" in page
    assert "<dt>Questions answered</dt><dd>0 of 4</dd>" in page
    assert "I read 4 messages by 3 members in 1 channel" in page
    [picture, *_] = re.findall(r'<img src="([^"]*)" alt="Messages each day', page)
    assert (await browser.get(picture))[0] == 200


async def test_what_was_ended_is_still_called_what_it_was(site: Site) -> None:
    community = site.community
    card = community.commands("subscribe bugs daily at 9 in #board")
    id_ = card.title.removeprefix("Subscribed, as ")
    community.passes(days=1)
    community.commands(f"unsubscribe {id_}")
    browser = await site.manager()
    _, page = await browser.get("/pages/digests")
    assert "Daily about bugs, which has ended since, made " in page


async def test_a_page_asks_the_same_few_things_however_much_there_is(site: Site) -> None:
    live(site.community, 1)
    site.community.passes(days=1)  # The weeks that are over are counted in the night.
    browser = await site.manager()
    of_one = {page: await statements(browser, page) for page in PAGES}
    live(site.community, 30)
    browser = await site.manager()
    of_many = {page: await statements(browser, page) for page in PAGES}

    assert of_many == of_one
    assert max(of_many.values()) <= MOST_STATEMENTS


async def statements(browser: Browser, page: str) -> int:
    """Return how many statements a page takes."""
    with counted() as asked:
        status, _ = await browser.get(f"/pages/{page}")
    assert status == 200
    return len(asked)


async def test_pages_follow_one_another_without_gap_or_repeat(site: Site) -> None:
    live(site.community, 50)
    browser = await site.manager()
    for page, pattern in (
        ("questions", r"export board (\d+) to"),
        ("broadcasts", r"number (\d+)<"),
        ("feedback?kind=request", r"if board (\d+) could"),
        ("digests", r"digest (\d+) "),
        ("settings?show=history", r"<dd>(\d+) people</dd>"),
    ):
        found: list[str] = []
        address: str | None = f"/pages/{page}"
        while address:
            _, html = await browser.get(address)
            here = re.findall(pattern, re.sub("</?mark[^>]*>", "", html))
            assert 0 < len(here) <= 20
            found += here
            more = re.search(r'rel="next" href="([^"]*)"', html)
            address = f"/pages/{page.partition('?')[0]}{more[1]}".replace("&amp;", "&") if more else None
        first = 10 if "history" in page else 0
        newest_last = page not in ("broadcasts", "feedback?kind=request")
        assert [int(each) for each in found] == sorted(range(first, 50 + first), reverse=not newest_last)


@pytest.mark.parametrize(
    "after",
    ["x", "WzEsMiwzXQ==", "W10=", "a" * 3_000, "W1tb" * 1_500, "%00", "WyIyMDI2LTAxLTAxIiwgIiIsICIiXQ=="],
)
async def test_a_place_that_is_none_is_the_beginning(site: Site, after: str) -> None:
    live(site.community, 2)
    browser = await site.manager()
    for page in ("questions", "broadcasts", "feedback", "digests"):
        status, _ = await browser.get(f"/pages/{page}?after={after}")
        assert status == 200


async def test_words_of_private_channels_are_shown_to_nobody_elsewhere(site: Site) -> None:
    site.community.says(
        posted(f"How do I prepare {SECRET}?", by=ada, channel="board"),
        posted(f"{NEWSLETTER} {SECRET}", by=bob, channel="board"),
        posted(f"It would be great if {SECRET} was faster", by=cleo, channel="board", minutes=900),
    )
    with writing(site.community) as tx:
        ref = MessageRef(channel="board", message="m1")
        section = Section(name="Asked", items=(Item(text=SECRET, refs=(ref,)),))
        tx.add(
            Digest,
            community=HOME,
            subscription="",
            window_from=site.community.now,
            window_to=site.community.now + timedelta(days=7),
            made_at=site.community.now,
            sections=[section.model_dump(mode="json")],
        )
    browser = await site.manager()
    said = {page: (await browser.get(f"/pages/{page}"))[1] for page in PAGES}

    assert not [page for page, html in said.items() if SECRET in html]
    for page in ("", "questions", "broadcasts", "feedback"):
        assert "This was said in a private channel" in said[page]
    assert "Something from a private channel" in said["digests"]


async def test_among_very_many_channels_and_members_a_name_is_typed(site: Site) -> None:
    with writing(site.community) as tx:
        for number in range(301):
            community_subscribes(tx, f"s{number}", site.community.now)
    for number in range(301):
        site.community.joins(f"U{number}")
    browser = await site.manager()
    _, page = await browser.get("/pages/settings")
    assert 'name="value" value="#managers" placeholder="#managers"' in page
    assert '<datalist id="members"></datalist>' in page
    _, page = await browser.get("/pages/digests")
    fields = {"token": hidden(page, "token"), "command": "subscribe", "value:in ": "#board"}
    assert 'name="value:in "' in page
    _, page, _ = await browser.post("/pages/do", fields)
    assert "There are 50 subscriptions, as many as can be" in page


async def test_health_shows_the_past_by_months(site: Site) -> None:
    """Of which only the counts of days are left, as an import brings them."""
    community = site.community
    with writing(community) as tx:
        for day, messages in (("2023-12-31", 7), ("2025-04-01", 5), ("2025-04-30", 6), ("2026-03-01", 4)):
            tx.put(Daily, community=HOME, day=day, channel="help", messages=messages, questions=2, answered=1)
    browser = await site.manager()

    _, page = await browser.get("/pages/health?span=all")
    assert "<h2>Month by month</h2>" in page
    assert page.count('<th scope="row">1 ') == 28
    assert '<th scope="row">1 December 2023</th><td>7</td>' in page
    assert (
        '<th scope="row">1 April 2025</th><td>11</td><td>–</td><td>0</td><td>4</td><td>2 (50 %)</td>' in page
    )
    _, page = await browser.get("/pages/health?span=year")
    assert "2023" not in page
    assert page.count('<th scope="row">1 ') == 12
    assert "Week by week" in (await browser.get("/pages/health?span=x"))[1]


async def test_health_says_what_is_off(site: Site) -> None:
    browser = await site.manager()
    site.community.receives(
        CapabilityFound(
            id="off",
            community=HOME,
            at=site.community.now,
            capability="scope:<b>",
            works=False,
            reason="The scope <b> is missing.",
        )
    )
    _, page = await browser.get("/pages/health")
    assert "The scope &lt;b&gt; is missing." in page
    assert "0 of 1 things" in page


async def test_health_shows_the_weeks_in_numbers_and_pictures(site: Site) -> None:
    asked = posted("How do I export to CSV?", by=ada, channel="help")
    site.community.says(asked, posted("Settings → Export", by=bob, thread=asked, minutes=20))
    site.community.passes(days=7)
    site.community.says(posted("Can anybody tell me where the API keys are?", by=cleo, channel="help"))
    browser = await site.manager()
    _, page = await browser.get("/pages/health")

    assert "<strong>0 of 1</strong> questions answered" in page
    assert "<td>1 (100 %)</td><td>20 min</td>" in page
    assert "The numbers of “Questions answered”" in page
    [picture, *_] = re.findall(r'<img src="([^"]*)" alt="[^"]+"', page)
    status, drawn = await browser.get(picture)
    assert status == 200
    assert drawn.startswith("<svg")
    assert (await browser.get("/pages/pictures/none.svg"))[0] == 404


@pytest.fixture
async def empty(database: Database) -> AsyncIterator[Site]:
    """The pages of a community in which nothing happened, and whose managers named no channel."""
    async with served(Community(database, {})) as site:
        yield site


async def test_pages_of_nothing_say_so(empty: Site) -> None:
    browser = await empty.manager()
    for page, words in (
        ("", "No question is open."),
        ("questions?state=answered", "There are none yet."),
        ("broadcasts", "There are none."),
        ("digests", "No week is over yet."),
        ("feedback", "Nobody said anything of the kind yet."),
        ("settings?show=history", "Nothing was changed yet."),
        ("failures", "Nothing has failed."),
        ("sends", "Everything arrived"),
    ):
        status, html = await browser.get(f"/pages/{page}")
        assert status == 200
        assert words in html


async def test_what_is_no_page_is_said_to_be_none(site: Site) -> None:
    browser = await site.manager()
    for page in ("nowhere", "base", "card", "..%2f..%2fetc", "answers/nothing"):
        status, html = await browser.get(f"/pages/{page}")
        assert status == 404
        assert "Back to the overview" in html
