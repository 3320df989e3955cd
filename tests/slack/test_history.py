"""The past of the channels Hearth is in is imported page by page, and goes on where it was."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from adapters.slack import CannotRead, read_history
from adapters.slack.manifest import manifest
from bot.clock import Clock
from bot.compose import import_slack
from bot.settings import Process
from storage.database import Database
from storage.tables import Message, Outgoing, table
from tests.fakes.pretend_slack import HANGS_UP, Fault, PretendSlack, Workspace, serve


@pytest.fixture
async def pottery() -> AsyncIterator[Workspace]:
    """A workspace with talk, of which Hearth may read #help."""
    async with serve() as slack:
        workspace = slack.workspace("Pottery")
        help_, away = workspace.channel("help"), workspace.channel("away")
        dana = workspace.person("Dana", owner=True, admin=True, joins=(help_, away))
        workspace.install(slack.app(dict(manifest())), dana, into=(help_,))
        asked = dana.says(help_, "how do I glaze?")
        dana.says(help_, "slowly", thread=asked)
        for number in range(20):
            dana.says(help_, f"and number {number}")
        dana.says(away, "not for Hearth")
        slack.page_most = 5
        yield workspace


def process(slack: PretendSlack, workspace: Workspace, url: str) -> Process:
    token = workspace.only.token
    settings: dict[str, Any] = {"slack_bot_token": token, "slack_api_url": slack.api_url, "database_url": url}
    return Process(_env_file=None, **settings)


async def test_what_hearth_could_have_heard_is_imported(pottery: Workspace, sqlite_url: str) -> None:
    told: list[tuple[str, int, int]] = []
    given = process(pottery.slack, pottery, sqlite_url)
    found = await asyncio.to_thread(import_slack, given, True, None, lambda *said: told.append(said))
    database = Database(sqlite_url)
    try:
        with database.reading() as tx:
            [kept] = tx.rows(select(func.count().label("messages")).select_from(table(Message)))
            actions = tx.rows(select(table(Outgoing)))
    finally:
        database.close()

    assert (found.community, found.name) == (f"slack:{pottery.id}", "Pottery")
    assert found.messages == kept.messages == 22
    assert actions == []
    assert "Reading" in {doing for doing, _, _ in told}
    assert not (Database(sqlite_url).path.parent / "slack-history").exists()


async def test_a_channel_that_may_not_be_read_stops_no_other(pottery: Workspace, sqlite_url: str) -> None:
    hidden = pottery.channel("hidden", private=True)
    pottery.comes_in(pottery.only.bot, hidden)
    pottery.only.scopes -= {"groups:history"}
    given = process(pottery.slack, pottery, sqlite_url)
    found = await asyncio.to_thread(import_slack, given, True, None, lambda *_: None)

    assert found.messages == 22
    [problem] = found.problems
    assert problem.where == "#hidden"
    assert "groups:history" in problem.what


async def test_without_the_list_of_members_they_are_shown_by_their_ids(
    pottery: Workspace, sqlite_url: str
) -> None:
    pottery.slack.faults.plan("users.list", Fault(error="unknown_method"))
    given = process(pottery.slack, pottery, sqlite_url)
    found = await asyncio.to_thread(import_slack, given, True, None, lambda *_: None)

    assert found.messages == 22
    assert "members" in {problem.where for problem in found.problems}


async def test_an_interrupted_reading_goes_on_where_it_was(pottery: Workspace, tmp_path: Path) -> None:
    given, now = process(pottery.slack, pottery, "sqlite:///x.db"), Clock().now()
    read: list[int] = []

    def stop_half_way(doing: str, done: int, of: int) -> None:
        read.append(done)
        if len(read) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await read_history(given, tmp_path, now, None, stop_half_way)
    before = len(pottery.slack.called("conversations.history"))
    folder, _ = await read_history(given, tmp_path, now, None, lambda *_: None)
    pages = len(list(folder.glob("help/*.json")))

    assert before == 2
    # Nothing was asked for twice.
    assert len(pottery.slack.called("conversations.history")) == pages
    assert len(pottery.slack.called("users.list")) == 1


async def test_what_is_written_down_holds_no_addresses(pottery: Workspace, tmp_path: Path) -> None:
    given = process(pottery.slack, pottery, "sqlite:///x.db")
    folder, _ = await read_history(given, tmp_path, Clock().now(), None, lambda *_: None)
    users = (folder / "users.json").read_text(encoding="utf-8")

    assert "Dana" in users
    assert "@" not in users
    assert folder.stat().st_mode & 0o077 == 0


async def test_where_slack_does_not_answer_it_says_so(pottery: Workspace, tmp_path: Path) -> None:
    given = process(pottery.slack, pottery, "sqlite:///x.db")
    pottery.slack.faults.plan("auth.test", HANGS_UP)

    with pytest.raises(CannotRead, match="it goes on"):
        await read_history(given, tmp_path, Clock().now(), None, lambda *_: None)
