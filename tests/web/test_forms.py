"""Forms are taken from our own pages alone, and do what the features would do of a command or a button."""

import asyncio
import json
import re
from datetime import timedelta
from html import unescape

import pytest
from aiohttp import FormData
from sqlalchemy import select

from bot.actions import Shown
from bot.cards import plain
from bot.communities import Settings, settings_of
from bot.events import ChannelFound, MemberChanged
from bot.features import health
from bot.ports import Refused
from storage.tables import Failure, Outgoing, table
from storage.transaction import Transaction
from tests.core.waiting import until
from tests.fakes.sender import Unsure, then
from tests.features.test_broadcasts import NEWSLETTER
from tests.features.world import HOME, ada, bob, cleo, posted
from tests.web.served import Site, hidden

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> {{ 7*7 }} \"><b>'&amp; javascript:alert(3)"


async def test_a_form_without_the_sessions_token_is_refused(site: Site) -> None:
    browser, another = await site.manager(), await site.manager()
    for token in ("", "made-up", await another.token()):
        for path in ("do", "retry", "leave"):
            status, page, _ = await browser.post(f"/pages/{path}", {"token": token, "command": "help"})
            assert status == 403
            assert "not ours" in page
    assert answers(site) == 0


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://127.0.0.1:1"])
async def test_a_form_from_elsewhere_is_refused(site: Site, origin: str) -> None:
    browser = await site.manager()
    fields = {"token": await browser.token(), "command": "help"}

    assert (await browser.post("/pages/do", fields, origin=origin))[0] == 403
    assert (await browser.post(site.link(), {}, origin=origin))[0] == 403
    assert answers(site) == 0


async def test_a_form_sent_twice_is_heard_once(site: Site) -> None:
    browser = await site.manager()
    fields = {"token": await browser.token(), "once": "this", "command": "help"}
    answered = await asyncio.gather(*(browser.post("/pages/do", fields) for _ in range(3)))

    assert {status for status, _, _ in answered} == {200}
    assert answers(site) == 1
    # Another command from the same page, gone back to, is another.
    await browser.post("/pages/do", {**fields, "command": "status"})
    assert answers(site) == 2


async def test_a_form_leads_back_to_our_own_pages_only(site: Site) -> None:
    browser = await site.manager()
    token = await browser.token()
    for back in ("https://elsewhere.example/", "//elsewhere.example", "../../x", "\r\nX: y", ""):
        fields = {"token": token, "button": "question.take x/y", "back": back}
        status, _, response = await browser.post("/pages/do", fields)
        assert status == 200
        assert str(response.url).startswith(f"{site.address}/pages/overview?said=")


async def test_a_button_that_is_none_is_refused_kindly(site: Site) -> None:
    browser = await site.manager()
    token = await browser.token()
    for button in ("no", "..", "question. x", "\x00.\x01", "a." + "b" * 300):
        status, _, _ = await browser.post("/pages/do", {"token": token, "button": button})
        assert status == 400
    _, page, _ = await browser.post("/pages/do", {"token": token, "button": "question.explode x/y"})
    assert "I do not know that button" in page


async def test_too_much_is_refused_kindly(site: Site) -> None:
    browser = await site.manager()
    fields = {"token": await browser.token(), "command": "check", "value": "x" * 300_000}
    status, page, _ = await browser.post("/pages/do", fields)
    assert status == 413
    assert "too much" in page


async def test_what_members_wrote_is_shown_as_they_wrote_it_and_does_nothing(site: Site) -> None:
    site.community.receives()
    site.community.joins("mallory", name="<i>mallory</i>")
    site.community.says(
        posted(f"How do I {HOSTILE} export?", by="mallory", channel="help"),
        posted(f"{NEWSLETTER} {HOSTILE}", by="mallory"),
        posted(f"It would be great if there was a {HOSTILE} button, please add it", by="mallory"),
    )
    site.community.passes(hours=6)
    browser = await site.manager()
    found = ""
    for page in ("", "questions", "broadcasts", "feedback", "questions?state=%22%3E%3Cscript%3E"):
        status, html = await browser.get(f"/pages/{page}")
        assert status == 200
        found += html
    _, html, _ = await browser.post(
        "/pages/do", {"token": await browser.token(), "command": f"check {HOSTILE}"}
    )
    found += html

    assert found.count("&lt;script&gt;alert(1)") == 5
    assert "{{ 7*7 }}" in found
    for made in ("<script", "<img", "<b>", "<i>", 'href="javascript'):
        assert made not in found


async def test_every_answer_carries_the_headers(site: Site) -> None:
    browser = await site.manager()
    for path in ("/pages/", "/pages/nowhere", "/pages/open/x", "/pages/style.css"):
        async with browser.session.get(f"{site.address}{path}") as response:
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert response.headers["X-Frame-Options"] == "DENY"
            assert response.headers["Referrer-Policy"] == "same-origin"
            assert response.headers["Cache-Control"] == ("no-cache" if "." in path else "no-store")


async def test_a_question_is_settled_with_its_buttons(site: Site) -> None:
    asked = posted("How do I export to CSV?", by=ada, channel="help")
    site.community.says(asked)
    site.community.passes(hours=6)
    browser = await site.manager()

    page = await browser.press("/pages/questions", "I&#39;ll take it")
    assert "It is yours" in page
    assert "Taken by" in page
    page = await browser.press("/pages/questions", "Answered")
    assert "Marked as answered." in page
    assert "No question is open." in page

    found = site.community.question(asked)
    assert found is not None
    assert found.state == "answered"
    # The card in the managers' channel says so too.
    await until(
        lambda: "Answered" in [action.card.title for action in site.sender.sent if isinstance(action, Shown)]
    )
    page = await browser.press("/pages/questions?state=answered", "Reopen")
    assert "Open again." in page


async def test_a_broadcast_shows_its_reasons_and_takes_a_verdict(site: Site) -> None:
    site.community.says(posted(NEWSLETTER, by=bob))
    browser = await site.manager()
    _, page = await browser.get("/pages/broadcasts")

    assert "This reads like selling" in page
    assert '<mark title="' in page
    page = await browser.press("/pages/broadcasts", "It&#39;s fine here")
    assert "Noted: it is fine here." in page
    assert "Fine here, a manager says" in page
    assert "Fine here, says Dan" in page


async def test_what_was_refused_is_sent_again_when_a_manager_says_so(site: Site) -> None:
    key = await welcomed_to(site, Refused("no room"))
    browser = await site.manager()
    _, page = await browser.get("/pages/sends")
    assert "was given up" in page
    assert "no room" in page

    page = await browser.press("/pages/sends", "Send again")
    assert "It is sent again." in page
    await until(lambda: sending(site, key) == ("sent", ""))
    assert site.sender.keys.count(key) == 1
    # It may have arrived the first time: it was looked for.
    assert ("find", key) in site.sender.tried
    assert "Everything arrived" in (await browser.get("/pages/sends"))[1]


async def test_what_was_refused_again_is_shown_again_and_can_be_left(site: Site) -> None:
    key = await welcomed_to(site, Refused("no room"), Refused("still no room"))
    browser = await site.manager()
    await browser.press("/pages/sends", "Send again")
    await until(lambda: sending(site, key) == ("failed", "still no room"))

    page = await browser.press("/pages/sends", "Leave it")
    assert "Left as it is." in page
    assert "Everything arrived" in page
    assert sending(site, key) == ("left", "still no room")


async def test_a_doubtful_answer_arrived_when_a_manager_says_so(site: Site) -> None:
    site.sender.open.clear()
    site.community.commands("help")
    key = waiting(site, "answer")
    site.sender.outcomes = {key: then(Unsure(done=True))}
    site.sender.open.set()
    await until(lambda: sending(site, key)[0] == "doubtful")
    browser = await site.manager()
    _, page = await browser.get("/pages/sends")
    assert "may not have arrived" in page
    # What was for one person alone is shown to nobody else.
    assert "I look after this community" not in page

    page = await browser.press("/pages/sends", "It arrived")
    assert "Noted: it arrived." in page
    assert sending(site, key)[0] == "sent"
    assert site.sender.keys.count(key) == 1


async def welcomed_to(site: Site, *outcomes: Refused) -> str:
    """Have somebody welcomed, with these outcomes; return the welcome's key once it was refused."""
    site.sender.open.clear()
    site.community.joins(cleo)
    site.community.passes(hours=1)
    key = waiting(site, "post")
    site.sender.outcomes = {key: then(*outcomes)}
    site.sender.open.set()
    await until(lambda: sending(site, key)[0] == "failed")
    return key


def waiting(site: Site, kind: str) -> str:
    """Return the key of the first action of a kind."""
    outgoing = table(Outgoing)
    with site.community.database.reading() as tx:
        [row, *_] = tx.rows(select(outgoing.c.key).where(outgoing.c.kind == kind))
    return str(row.key)


def sending(site: Site, key: str) -> tuple[str, str]:
    """Return what became of an action, and why."""
    outgoing = table(Outgoing)
    with site.community.database.reading() as tx:
        [row] = tx.rows(select(outgoing.c.state, outgoing.c.reason).where(outgoing.c.key == key))
    return row.state, row.reason


async def test_a_failure_is_tried_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> list[object]:
        raise RuntimeError("secret words of a member")

    whole = health.handle
    monkeypatch.setattr(health, "handle", broken)
    site.community.says(posted("Hello", by=ada), posted("Hello again", by=ada))
    monkeypatch.setattr(health, "handle", whole)
    browser = await site.manager()
    _, page = await browser.get("/pages/failures")
    assert "RuntimeError in " in page
    assert "secret words" not in page

    [one, *_] = failures(site)
    fields = {"token": hidden(page, "token"), "event": one, "feature": "health"}
    _, page, _ = await browser.post("/pages/retry", fields)
    assert "1 went well, 0 failed again" in page
    assert one not in failures(site)
    assert len(failures(site)) == 1

    _, page, _ = await browser.post("/pages/retry", {"token": fields["token"]})
    assert "Nothing has failed." in page


async def test_another_communitys_failures_are_left_alone(site: Site) -> None:
    with site.community.database.connection() as connection:
        tx = Transaction(connection)
        tx.add(
            Failure,
            community="sandbox:other",
            event="e",
            feature="health",
            at=site.community.now,
            reason="",
            payload="{}",
        )
        tx.flush()
        connection.commit()
    browser = await site.manager()
    _, page, _ = await browser.post("/pages/retry", {"token": await browser.token()})

    assert "0 went well, 0 failed again" in page
    assert failures(site) == ["e"]


def answers(site: Site) -> int:
    """Return how much was answered on pages."""
    outgoing = table(Outgoing)
    with site.community.database.reading() as tx:
        return len(tx.rows(select(outgoing.c.seq).where(outgoing.c.key.startswith("answer:web:"))))


def failures(site: Site) -> list[str]:
    with site.community.database.reading() as tx:
        return [row.event for row in tx.rows(select(table(Failure).c.event))]


async def test_a_setting_is_previewed_applied_and_taken_back(site: Site) -> None:
    browser = await site.manager()
    _, html = await browser.get("/pages/settings")
    assert "How long a question may wait" in html
    fields = {name: hidden(html, name) for name in ("token", "once", "back")}
    _, page, response = await browser.post(
        "/pages/do", {**fields, "command": "settings set limit", "value": "2h"}
    )
    assert "Nothing is changed yet." in page
    assert "4 h (default) → 2 h" in page

    page = await browser.press(str(response.url), "Apply")
    assert "limit is changed" in page
    assert "<h1>Settings</h1>" in page
    assert settings_now(site).limit == timedelta(hours=2)

    _, page = await browser.get("/pages/settings?show=history")
    assert "<dt>From</dt><dd>4 h (default)</dd>" in page
    assert "<dt>To</dt><dd>2 h</dd>" in page
    assert "Dan, on a page, Mon 2 Mar 2026" in unescape(re.sub("<time[^>]*>", "", page))
    page = await browser.press("/pages/settings?show=history", "Take back")
    assert '<a href="?show=history" aria-current="true">' in page
    assert "Dan, taking it back, " in page
    assert settings_now(site).limit == timedelta(hours=4)


async def test_what_is_wrong_with_a_setting_is_said(site: Site) -> None:
    browser = await site.manager()
    fields = {"token": await browser.token(), "command": "settings set timezone", "value": "Mars/Base"}
    _, page, _ = await browser.post("/pages/do", fields)
    assert "no timezone; write one as" in page


async def test_a_form_sent_as_it_stands_changes_nothing_whoever_shares_a_name(site: Site) -> None:
    community = site.community
    for id_ in ("C1", "C2"):
        community.receives(
            ChannelFound(id=f"c:{id_}", community=HOME, at=community.now, channel=id_, name="chat")
        )
    for id_, name in (("U1", "Sam Lee"), ("U2", "Sam Lee"), ("U3", "Smith, John"), ("U4", "Ann Roe")):
        community.receives(
            MemberChanged(id=f"m:{id_}", community=HOME, at=community.now, member=id_, name=name)
        )
    changed = community.commands('settings set channels {"C1": {"limit": "2h"}, "C2": {"limit": "3h"}}')
    assert "#chat limit 2 h; #chat (C2) limit 3 h" in plain(changed)
    community.presses("Apply", changed)
    changed = community.commands("settings set welcome_channel C2")
    assert "#general → #chat (C2)" in plain(changed)
    community.presses("Apply", changed)
    changed = community.commands("settings set staff U2, U3, U4")
    assert "Sam Lee (U2), Smith, John, Ann Roe" in plain(changed)
    community.presses("Apply", changed)

    browser = await site.manager()
    _, html = await browser.get("/pages/settings")
    for shown in (
        '<option value="C2" selected>#chat (C2)</option>',
        "<h4>#chat (C1)</h4>",
        "<li>Sam Lee <button",
        "<li>Smith, John <button",
        '<option value="U1">Sam Lee</option>',
        '<option value="Ann Roe">Ann Roe</option>',
    ):
        assert shown in html
    token = hidden(html, "token")
    as_it_stands = {
        "value": "C2",
        "value:limit=": "3 h",
        "value:sensitivity=": "",
        "value:salesy_threshold=": "",
        "value:watch=": "",
    }
    for name, fields in (("channels", as_it_stands), ("welcome_channel", {"value": "C2"})):
        command = {"token": token, "once": name, "command": f"settings set {name}"}
        _, page, _ = await browser.post("/pages/do", {**command, **fields})
        assert "is so already" in page


async def test_a_channel_has_rules_of_its_own_in_a_row_of_fields(site: Site) -> None:
    browser = await site.manager()
    fields = {
        "token": await browser.token(),
        "command": "settings set channels",
        "value": "help",
        "value:limit=": "2 h",
        "value:sensitivity=": "high",
        "value:salesy_threshold=": "",
        "value:watch=": "",
    }
    _, page, response = await browser.post("/pages/do", fields)
    assert "all alike (default) → #help limit 2 h, sensitivity high" in page
    await browser.press(str(response.url), "Apply")
    _, html = await browser.get("/pages/settings")
    assert "<h4>#help</h4>" in html
    assert 'name="value:limit=" value="2h"' in html
    assert '<option value="high" selected>high</option>' in html

    command = {"token": fields["token"], "command": "settings set channels help off"}
    assert command["command"] in html
    _, _, response = await browser.post("/pages/do", command)
    await browser.press(str(response.url), "Apply")
    assert settings_now(site).channels == {}


async def test_somebody_is_put_on_a_list_and_taken_off(site: Site) -> None:
    for id_, name in (("U1", "Sam Lee"), ("U2", "Smith, John")):
        site.community.joins(id_, name=name)
    browser = await site.manager()
    token = await browser.token()
    for field, value, now in (
        ("value:+", "Sam Lee", ("U1",)),
        ("value:+", "U2", ("U1", "U2")),
        ("value:+", "example.com", ("U1", "U2", "example.com")),
        ("value:-", "U2", ("U1", "example.com")),
    ):
        fields = {"token": token, "command": "settings set staff", field: value}
        _, _, response = await browser.post("/pages/do", fields)
        await browser.press(str(response.url), "Apply")
        assert settings_now(site).staff == now
    _, html = await browser.get("/pages/settings")
    assert 'name="value:-" value="U1"' in html
    assert "<li>example.com <button" in html


async def test_what_is_yes_or_no_is_chosen_so(site: Site) -> None:
    browser = await site.manager()
    _, html = await browser.get("/pages/settings")
    assert '<option value="no" selected>no</option>' in html
    assert "False" not in html
    assert '<option value="Europe/Berlin"></option>' in html
    fields = {"token": hidden(html, "token"), "command": "settings set mark_answered", "value": "yes"}
    _, page, response = await browser.post("/pages/do", fields)
    assert "no (default) → yes" in page
    await browser.press(str(response.url), "Apply")
    assert settings_now(site).mark_answered


async def test_a_setting_can_be_as_by_default_again(site: Site) -> None:
    site.community.presses("Apply", site.community.commands("settings set limit 2h"))
    browser = await site.manager()
    _, html = await browser.get("/pages/settings")
    assert 'form="reset-limit"' in html
    assert 'form="reset-timezone"' not in html
    [command] = re.findall(r'<form id="reset-limit".*?name="command" value="([^"]*)"', html, re.DOTALL)
    _, _, response = await browser.post("/pages/do", {"token": hidden(html, "token"), "command": command})
    await browser.press(str(response.url), "Apply")
    assert settings_now(site).limit == timedelta(hours=4)


async def test_nothing_typed_means_off(site: Site) -> None:
    browser = await site.manager()
    fields = {"token": await browser.token(), "command": "settings set welcome_channel", "value": " "}
    _, _, response = await browser.post("/pages/do", fields)
    await browser.press(str(response.url), "Apply")
    assert settings_now(site).welcome_channel is None


async def test_settings_travel_as_one_file(site: Site) -> None:
    browser = await site.manager()
    _, file = await browser.get("/pages/settings.json")
    assert json.loads(file)["settings"]["managers_channel"] == "#managers"
    changed = file.replace('"limit": "4h"', '"limit": "90m"')
    form = FormData()
    form.add_field("token", await browser.token())
    form.add_field("command", "settings import")
    form.add_field("value", changed.encode(), filename="settings.json", content_type="application/json")
    async with browser.session.post(
        f"{site.address}/pages/do", data=form, headers={"Origin": site.address}
    ) as response:
        assert "Change limit?" in await response.text()
        await browser.press(str(response.url), "Apply")
    assert settings_now(site).limit == timedelta(minutes=90)


async def test_a_channel_is_subscribed_paused_and_unsubscribed(site: Site) -> None:
    browser = await site.manager()
    _, html = await browser.get("/pages/digests")
    assert "Everything members say, each Monday at 9:00 (UTC), to #feedback; next Monday 9 March" in html
    assert '<option value="board">#board</option>' in html
    form = FormData()
    for name, value in (
        ("token", hidden(html, "token")),
        ("once", hidden(html, "once")),
        ("back", hidden(html, "back")),
        ("command", "subscribe"),
        ("value", "requests"),
        ("value", "bugs"),
        ("value", "monthly 3rd"),
        ("value", "08:30"),
        ("value", "Europe/Berlin"),
        ("value:#", "board"),
    ):
        form.add_field(name, value)
    async with browser.session.post(
        f"{site.address}/pages/do", data=form, headers={"Origin": site.address}
    ) as response:
        page = await response.text()
    said = "equests and bugs, on the 3rd of each month at 8:30 (Europe/Berlin), to #board"
    assert f"R{said}. The first comes on" in page
    assert "Back to digests" in page

    page = await browser.press("/pages/digests", "Pause")
    assert "Paused: everything members say" in page
    assert "Everything members say, each Monday at 9:00 (UTC), to #feedback; paused." in page
    page = await browser.press("/pages/digests", "Resume")
    assert "It goes on" in page
    page = await browser.press("/pages/digests", "Unsubscribe")
    assert f"Unsubscribed: r{said}" in page
    assert f"R{said}" not in page


def settings_now(site: Site) -> Settings:
    with site.community.database.reading() as tx:
        return settings_of(tx, HOME)
