"""The boundaries of the design hold, and a source that crosses one is found."""

import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.seam import OURS, crossings

ROOT = Path(__file__).parents[1]


def test_no_boundary_is_crossed() -> None:
    assert [str(crossing) for crossing in crossings(ROOT)] == []


@pytest.mark.parametrize(
    ("file", "source", "what"),
    [
        ("bot/features/welcome.py", "import discord\n", "SDKs stay in adapters"),
        ("bot/features/welcome.py", "from bot.core import Core\n", "may not import bot.core"),
        (
            "bot/features/welcome.py",
            "from bot.features import digests\n",
            "may not import bot.features.digests",
        ),
        ("bot/features/welcome.py", "from bot.features.questions import flag\n", "may not import"),
        ("bot/features/__init__.py", "from adapters.sandbox import Sandbox\n", "may not import adapters"),
        ("bot/language/salesy.py", "from bot.events import Event\n", "may not import bot.events"),
        ("bot/core.py", "from adapters.exports import open_export\n", "may not import adapters.exports"),
        ("bot/core.py", "def f():\n    from aiohttp import web\n", "SDKs stay in adapters"),
        ("bot/inbox.py", "import apscheduler.schedulers.asyncio\n", "may not import apscheduler"),
        ("storage/tables.py", "from bot import events\n", "may not import bot.events"),
        ("adapters/slack/sender.py", "from storage.tables import Message\n", "may not import storage"),
        (
            "adapters/slack/sender.py",
            "from adapters.sandbox import Sandbox\n",
            "may not import adapters.sandbox",
        ),
        ("adapters/slack/sender.py", "from bot.features import FEATURES\n", "may not import bot.features"),
        ("adapters/slack/sender.py", "from . import wire\n", "imports relatively"),
        (
            "bot/features/digests/making.py",
            "from datetime import datetime\ndatetime.now()\n",
            "reads the clock",
        ),
        ("adapters/slack/sender.py", "import time\ntime.time()\n", "reads the clock"),
        ("bot/core.py", "import os\nos.environ['X']\n", "reads the environment"),
        ("bot/features/digests/making.py", "def f(tx):\n    tx.commit()\n", "writes for good (commit)"),
        ("bot/inbox.py", "def f(d):\n    with d.transaction():\n        pass\n", "writes for good"),
    ],
)
def test_a_crossing_is_found(tmp_path: Path, file: str, source: str, what: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(source, encoding="utf-8")

    found = crossings(tmp_path)

    assert len(found) == 1
    assert found[0].file == file
    assert what in found[0].what


def test_no_module_bears_the_name_of_another() -> None:
    taken = sys.stdlib_module_names | packages_distributions().keys()
    ours = [
        path.relative_to(ROOT).as_posix()
        for part in (*OURS, "benchmarks", "tests")
        for path in (ROOT / part).rglob("*.py")
        if path.stem in taken
    ]
    # A Python file may have its package's name where the package is ours. The SDK's `slack` is an old name of
    # its own that nothing imports.
    allowed = ("__init__.py", "__main__.py", "benchmarks/slack.py", "benchmarks/discord.py")
    assert [name for name in ours if not name.endswith(allowed)] == []
