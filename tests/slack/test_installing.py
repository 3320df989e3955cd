"""Workspaces install Hearth by OAuth, remove it, and install it again; each is a community of its own."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession
from sqlalchemy import select

from adapters.slack.manifest import manifest
from bot.actions import Tell
from bot.cards import Card
from bot.compose import CannotStart, doctor, import_slack, run_platforms
from bot.outgoing import enqueue
from bot.sealing import new_key
from bot.settings import BadEnvironment, Process, from_environment
from storage.database import Database
from storage.tables import Capability, Community, Installation, Outgoing, SettingChange, table
from tests.fakes.pretend_slack import HANGS_UP, App, Person, PretendSlack, Workspace, serve

ADDRESS = "https://hearth.example.com"
# slack_sdk shows the app's secret in a way that a later aiohttp will not know.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")


class Hosted:
    """Hearth as many workspaces install it, and a browser."""

    def __init__(self, slack: PretendSlack, url: str) -> None:
        self.slack = slack
        self.app: App = slack.app(dict(manifest(ADDRESS)))
        self.url = url
        self.key = new_key()
        self.address = ""
        self.public = ADDRESS
        # Which workspaces may install it; two are made before any other.
        self.admitted: str | None = "T001PRETEND, T002PRETEND"

    def process(self, **given: Any) -> Process:
        settings = {
            "port": 0,
            "database_url": self.url,
            "public_url": self.public,
            "slack_client_id": self.app.client_id,
            "slack_client_secret": self.app.client_secret,
            "slack_signing_secret": self.app.signing_secret,
            "encryption_key": self.key,
            "slack_workspaces": self.admitted,
            "slack_api_url": self.slack.api_url,
            **given,
        }
        return Process(_env_file=None, **settings)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        said: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(run_platforms(self.process(), self.slack.clock, said.set_result))
        both: list[asyncio.Future[Any]] = [task, said]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        self.address = self.app.address = said.result().rpartition(" ")[2]
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def asked(self, browser: ClientSession) -> tuple[str, str]:
        """Return where Hearth sends a browser to install it, and what the browser keeps."""
        async with browser.get(f"{self.address}/slack/install") as page:
            [url] = re.findall(r'href="([^"]*/oauth/v2/authorize[^"]*)"', await page.text())
            return url.replace("&amp;", "&"), page.headers["Set-Cookie"].partition(";")[0]

    async def back(self, browser: ClientSession, url: str, cookie: str) -> int:
        """Come back from Slack; return what Hearth answers."""
        here = url.replace(ADDRESS, self.address)
        async with browser.get(here, headers={"Cookie": cookie} if cookie else {}) as answer:
            return answer.status

    async def installed(self, workspace: Workspace, person: Person) -> None:
        async with ClientSession() as browser:
            url, cookie = await self.asked(browser)
            assert await self.back(browser, self.slack.allow(url, workspace, person), cookie) == 200

    async def refused(self, workspace: Workspace, person: Person) -> str:
        """Try to install it where it may not be; return what the page says."""
        async with ClientSession() as browser:
            url, cookie = await self.asked(browser)
            here = self.slack.allow(url, workspace, person).replace(ADDRESS, self.address)
            async with browser.get(here, headers={"Cookie": cookie}) as answer:
                assert answer.status == 403
                return await answer.text()

    def rows(self, model: Any) -> list[Any]:
        database = Database(self.url)
        try:
            with database.reading() as tx:
                return list(tx.rows(select(table(model))))
        finally:
            database.close()

    def kept(self) -> list[str]:
        """Return the communities whose tokens are kept."""
        return [row.community for row in self.rows(Installation)]

    def communities(self) -> dict[str, bool]:
        """Return the communities there are, and whether they are over."""
        return {
            row.id: row.ended_at is not None and row.ended_at > row.installed_at
            for row in self.rows(Community)
            if row.installed_at is not None
        }

    async def until(self, found: Callable[[], Any], what: str) -> Any:
        return await self.slack.until(found, what)


@pytest.fixture
async def hosted(sqlite_url: str) -> AsyncIterator[Hosted]:
    """Hearth, to be installed."""
    async with serve() as slack:
        yield Hosted(slack, sqlite_url)
        slack.check()


async def test_two_workspaces_install_it_and_one_removes_it(hosted: Hosted) -> None:
    one, other = hosted.slack.workspace("Pottery"), hosted.slack.workspace("Weaving")
    dana, finn = one.person("Dana", owner=True, admin=True), other.person("Finn", owner=True, admin=True)
    async with hosted.running():
        await hosted.installed(one, dana)
        # Who installed it is told what it needs, whoever owns the workspace.
        kim = other.person("Kim", admin=True)
        await hosted.installed(other, kim)
        await hosted.until(lambda: len(hosted.communities()) == 2, "two communities")
        await hosted.until(lambda: kim.direct().shown and dana.direct().shown, "two cards")
        assert "needs 3 channels" in kim.direct().shown[0].shown
        assert finn.direct().shown == []
        assert (await dana.runs("/community", "help", channel=one.general)).acknowledged
        one.uninstall(one.only)
        await hosted.until(lambda: hosted.communities()[f"slack:{one.id}"], "the end of one")

        await hosted.until(lambda: hosted.kept() == [f"slack:{other.id}"], "one token erased")
        assert not hosted.communities()[f"slack:{other.id}"]

        await hosted.installed(one, dana)
        await hosted.until(lambda: not hosted.communities()[f"slack:{one.id}"], "a new beginning")

    # Tokens are found again after a restart, and stand nowhere as they are.
    assert "xoxb" not in json.dumps([row.sealed for row in hosted.rows(Installation)])
    async with hosted.running():
        assert (await finn.runs("/community", "help", channel=other.general)).acknowledged
        assert (await dana.runs("/community", "help", channel=one.general)).acknowledged


async def test_a_removal_that_is_told_late_ends_no_new_installation(hosted: Hosted) -> None:
    pottery = hosted.slack.workspace("Pottery")
    dana = pottery.person("Dana", owner=True, admin=True)
    community, deliveries = f"slack:{pottery.id}", hosted.slack.deliveries(hosted.app)
    async with hosted.running():
        await hosted.installed(pottery, dana)
        await hosted.until(lambda: dana.direct().shown, "the first words")
        pottery.uninstall(pottery.only)
        await hosted.until(lambda: hosted.kept() == [], "the token erased")
        told = [
            each for each in deliveries.log if each.event.get("type") in ("tokens_revoked", "app_uninstalled")
        ]
        hosted.slack.clock.forward(timedelta(minutes=2))
        await hosted.installed(pottery, dana)
        await hosted.until(lambda: hosted.communities() == {community: False}, "a new beginning")

        for each in told:
            again = deliveries.again(each)
            await again.over.wait()
            assert again.acked_at

        assert hosted.kept() == [community]
        assert hosted.communities() == {community: False}
        assert (await dana.runs("/community", "help", channel=pottery.general)).acknowledged
        # The new one ends as any other.
        pottery.uninstall(pottery.only)
        await hosted.until(lambda: hosted.kept() == [], "the token erased")
        await hosted.until(lambda: hosted.communities() == {community: True}, "the end")


async def test_who_comes_back_must_have_gone_from_here_and_only_once(
    hosted: Hosted, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = hosted.slack.workspace("Pottery")
    dana = workspace.person("Dana", owner=True, admin=True)
    async with hosted.running(), ClientSession() as browser:
        url, cookie = await hosted.asked(browser)
        back = hosted.slack.allow(url, workspace, dana)
        forged = re.sub(r"state=[^&]*", "state=forged", back)

        assert await hosted.back(browser, back, "") == 400
        assert await hosted.back(browser, forged, "slack-app-oauth-state=forged") == 401
        assert await hosted.back(browser, back, cookie) == 200
        assert await hosted.back(browser, back, cookie) == 401
        assert await hosted.back(browser, back.partition("?")[0] + "?error=access_denied", "") == 200
        # Whoever took too long begins again.
        url, cookie = await hosted.asked(browser)
        back = hosted.slack.allow(url, workspace, dana)
        monkeypatch.setattr("adapters.slack.oauth._STATE_S", -1)
        assert await hosted.back(browser, back, cookie) == 401
        assert len(hosted.kept()) == 1


async def test_who_installs_it_while_slack_does_not_answer_is_told_to_try_again(hosted: Hosted) -> None:
    workspace = hosted.slack.workspace("Pottery")
    dana = workspace.person("Dana", owner=True, admin=True)
    async with hosted.running(), ClientSession() as browser:
        url, cookie = await hosted.asked(browser)
        hosted.slack.faults.plan("oauth.v2.access", HANGS_UP)
        back = hosted.slack.allow(url, workspace, dana)
        assert await hosted.back(browser, back, cookie) == 503
        assert hosted.kept() == []
        await hosted.installed(workspace, dana)


async def test_a_workspace_that_removed_it_meanwhile_keeps_no_other_out(hosted: Hosted) -> None:
    one, other = hosted.slack.workspace("Pottery"), hosted.slack.workspace("Weaving")
    dana, finn = one.person("Dana", owner=True, admin=True), other.person("Finn", owner=True, admin=True)
    async with hosted.running():
        await hosted.installed(one, dana)
        await hosted.installed(other, finn)
        await hosted.until(lambda: len(hosted.communities()) == 2, "two communities")
    hosted.app.address = None
    one.only.ended = "token_revoked"
    async with hosted.running():
        await hosted.until(lambda: hosted.communities()[f"slack:{one.id}"], "the end of one")
        assert (await finn.runs("/community", "help", channel=other.general)).acknowledged


async def test_what_is_to_be_said_waits_until_the_workspace_is_entered(
    hosted: Hosted, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Shorter than five minutes until it is tried again, and five seconds between two tries to say it.
    monkeypatch.setattr("adapters.slack.entering._REFUSED_AGAIN_S", 0.05)
    monkeypatch.setattr("adapters.slack.sender._ENTERING_S", 0.05)
    workspace = hosted.slack.workspace("Pottery")
    dana = workspace.person("Dana", owner=True, admin=True)

    def said() -> list[tuple[str, str]]:
        return [(row.state, row.reason) for row in hosted.rows(Outgoing) if row.kind == "tell"]

    async with hosted.running():
        await hosted.installed(workspace, dana)
        await hosted.until(lambda: [state for state, _ in said()] == ["sent"], "the first words")
    community = f"slack:{workspace.id}"
    database = Database(hosted.url)
    with database.transaction() as tx:
        told = Tell(key="late", community=community, member=dana.id, card=Card(text="Better late"))
        enqueue(tx, [told], hosted.slack.clock.now())
    database.close()
    workspace.only.ended = "invalid_auth"
    async with hosted.running():
        await hosted.until(lambda: ("waiting", "Hearth is just entering that workspace.") in said(), "a try")
        workspace.only.ended = None
        await hosted.until(lambda: [state for state, _ in said()] == ["sent", "sent"], "that it is said")
    assert [message.shown for message in dana.direct().shown][1:] == ["Better late"]


@pytest.mark.parametrize("word", ["invalid_auth", "token_expired"])
async def test_a_token_that_is_refused_and_not_revoked_is_kept_and_tried_again(
    hosted: Hosted, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setattr("adapters.slack.entering._REFUSED_AGAIN_S", 0.05)
    workspace = hosted.slack.workspace("Pottery")
    dana = workspace.person("Dana", owner=True, admin=True)
    community = f"slack:{workspace.id}"

    def off() -> list[str]:
        return [row.capability for row in hosted.rows(Capability) if not row.works]

    async with hosted.running():
        await hosted.installed(workspace, dana)
        await hosted.until(lambda: community in hosted.communities(), "the community")
    workspace.only.ended = word
    async with hosted.running():
        await hosted.until(lambda: off() == ["connection"], "that it is told")
        # Until it is let in, Slack is asked to tell things again.
        told = {"type": "event_callback", "team_id": workspace.id, "event": {"type": "message"}}
        requests = hosted.slack.requests(hosted.app)
        written = requests.written("events_api", told)
        signed = requests.signature(written, age_s=0)
        answered = await requests.send("events_api", written, signed, 3.0, told, signed=False)
        assert answered[0] == 503
        workspace.only.ended = None
        await hosted.until(lambda: off() == [], "that it is let in")
        assert (await dana.runs("/community", "help", channel=workspace.general)).acknowledged

    assert hosted.kept() == [community]
    assert hosted.communities() == {community: False}


async def test_a_workspace_that_is_not_named_is_refused_and_its_token_given_back(hosted: Hosted) -> None:
    one, other, third = (hosted.slack.workspace(name) for name in ("Pottery", "Weaving", "Glass"))
    dana, kim, eve = (each.person("Dana", owner=True) for each in (one, other, third))
    other.organisation, hosted.admitted = "E001", f"{one.id},E001"
    async with hosted.running():
        await hosted.installed(one, dana)
        await hosted.installed(other, kim)
        page = await hosted.refused(third, eve)

        assert f"SLACK_WORKSPACES names the workspaces that may, and {third.id} is not among them" in page
        assert third.only.ended == "token_revoked"
        assert hosted.kept() == [f"slack:{one.id}", f"slack:{other.id}"]
        # Whoever is named may install it again, and is not asked twice.
        await hosted.installed(one, dana)
        await hosted.until(lambda: len(hosted.communities()) == 2, "two communities")
    assert f"slack:{third.id}" not in {row.id for row in hosted.rows(Community)}

    # Left out later, a workspace is not entered any more, and what it says is refused.
    hosted.admitted = "E001"
    async with hosted.running():
        assert (await kim.runs("/community", "help", channel=other.general)).acknowledged
        assert not (await dana.runs("/community", "help", channel=one.general)).acknowledged
        off = [(row.community, row.reason) for row in hosted.rows(Capability) if not row.works]
    assert [community for community, _ in off] == [f"slack:{one.id}"]
    assert "not named in SLACK_WORKSPACES" in off[0][1]
    assert f"slack:{one.id}" in hosted.kept()


async def test_a_whole_organisation_is_refused_and_its_token_given_back(hosted: Hosted) -> None:
    workspace = hosted.slack.workspace("Pottery")
    dana = workspace.person("Dana", owner=True)
    workspace.organisation, workspace.installs_everywhere = "E001", True
    async with hosted.running():
        page = await hosted.refused(workspace, dana)

    assert "into one workspace at a time, not into an organisation" in page
    assert workspace.only.ended == "token_revoked"
    assert hosted.kept() == []


async def test_the_past_of_a_workspace_that_installed_it_is_imported(hosted: Hosted) -> None:
    one, other = hosted.slack.workspace("Pottery"), hosted.slack.workspace("Weaving")
    dana, finn = one.person("Dana", owner=True), other.person("Finn", owner=True)
    dana.says(one.general, "how do I glaze?")
    with pytest.raises(CannotStart, match="or a workspace that installed Hearth"):
        await asyncio.to_thread(import_slack, hosted.process(), True, None, lambda *_: None)
    async with hosted.running():
        for workspace, person in ((one, dana), (other, finn)):
            await hosted.installed(workspace, person)
        await hosted.until(lambda: len(hosted.communities()) == 2, "two communities")
    one.only.bot.joins(one.general)
    with pytest.raises(CannotStart, match=f"--community .*, of slack:{one.id}, slack:{other.id}"):
        await asyncio.to_thread(import_slack, hosted.process(), True, None, lambda *_: None)
    into = f"slack:{one.id}"
    found = await asyncio.to_thread(import_slack, hosted.process(), True, into, lambda *_: None)

    assert (found.community, found.messages) == (into, 1)


async def test_without_a_list_the_first_workspace_and_its_organisation_may_install_it(hosted: Hosted) -> None:
    one, other, third = (hosted.slack.workspace(name) for name in ("Pottery", "Weaving", "Glass"))
    dana, kim, eve = (each.person("Dana", owner=True) for each in (one, other, third))
    one.organisation = other.organisation = "E001"
    hosted.admitted = None
    async with hosted.running():
        await hosted.installed(one, dana)
        await hosted.until(lambda: len(hosted.communities()) == 1, "the community")
        page = await hosted.refused(third, eve)
        assert f"SLACK_WORKSPACES={one.id},{third.id}" in page
        await hosted.installed(other, kim)
        one.uninstall(one.only)
        other.uninstall(other.only)
        await hosted.until(lambda: hosted.kept() == [], "the end of both")

    # Who was first is remembered, though nobody is there any more.
    async with hosted.running():
        await hosted.refused(third, eve)
        await hosted.installed(one, dana)


async def test_the_doctor_looks_at_every_workspace_that_installed_it(hosted: Hosted) -> None:
    one, other, third = (hosted.slack.workspace(name) for name in ("Pottery", "Weaving", "Glass"))
    dana, kim, eve = (each.person("Dana", owner=True) for each in (one, other, third))

    async def found() -> dict[str, tuple[str, str]]:
        findings = await asyncio.to_thread(lambda: list(doctor(hosted.process())))
        return {each.about: (each.state, each.said) for each in findings}

    # Before there is a database there is nothing to look at.
    assert "installing" in await found()
    hosted.admitted = f"{one.id},{other.id},{third.id}"
    async with hosted.running():
        for workspace, person in ((one, dana), (other, kim), (third, eve)):
            await hosted.installed(workspace, person)
        await hosted.until(lambda: len(hosted.communities()) == 3, "three communities")
        managers = one.channel("managers")
        one.only.bot.joins(managers)
        dana.joins(managers)
        await hosted.slack.settled()
        assert (
            await dana.runs("/community", "settings managers_channel #managers", channel=managers)
        ).acknowledged
        draft = await hosted.until(lambda: [m for m in dana.sees(managers) if m.only_for], "a draft")
        assert (await dana.clicks(draft[-1], "Apply")).acknowledged
        await hosted.until(lambda: hosted.rows(SettingChange), "the setting")
    managers.read_only = True
    one.only.scopes -= {"users:read"}
    other.only.ended = "account_inactive"
    hosted.admitted = f"{one.id},{other.id}"
    told = await found()

    in_one = f" of slack:{one.id}"
    assert told[f"slack{in_one}"] == ("fine", f"Hearth is in Pottery ({one.id}).")
    assert told[f"slack's clock{in_one}"][0] == "fine"
    assert told[f"scope users:read{in_one}"][0] == "wrong"
    assert "lets only those post who are named there" in told[f"managers channel{in_one}"][1]
    assert told[f"token of slack:{other.id}"] == ("wrong", "Slack does not take it.")
    assert told[f"token of slack:{third.id}"][0] == "look"
    assert told["way in"][0] == "fine"

    assert "PUBLIC_URL" not in told

    hosted.key, hosted.public = new_key(), "http://hearth.example.com"
    told = await found()
    assert (told["ENCRYPTION_KEY"][0], told["PUBLIC_URL"][0]) == ("wrong", "look")
    hosted.key = "no key"
    state, said = (await found())["kept tokens"]
    assert (state, "ENCRYPTION_KEY has to be a key" in said) == ("wrong", True)


@pytest.mark.parametrize("names", ["T1 E2", "slack:T1", "pottery", ","])
def test_what_names_no_workspaces_is_no_list(monkeypatch: pytest.MonkeyPatch, names: str) -> None:
    monkeypatch.setenv("SLACK_WORKSPACES", names)
    with pytest.raises(BadEnvironment, match="SLACK_WORKSPACES in the environment has to be ids"):
        from_environment()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"encryption_key": None}, "set ENCRYPTION_KEY"),
        ({"encryption_key": "no key"}, "ENCRYPTION_KEY has to be a key"),
        ({"slack_client_secret": None}, "SLACK_CLIENT_ID is set without SLACK_CLIENT_SECRET"),
        ({"slack_signing_secret": None}, "set SLACK_APP_TOKEN for a socket, or SLACK_SIGNING_SECRET"),
    ],
)
async def test_what_is_missing_is_said_in_a_sentence(
    hosted: Hosted, given: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(CannotStart, match=sentence):
        await run_platforms(hosted.process(**given), hosted.slack.clock, lambda _: None)
