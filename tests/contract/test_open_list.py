"""The list of open questions as each platform shows it: one message, changed in its place."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.contract.test_same_promises import on
from tests.fakes.hearth import Elsewhere

ASKED = "How do I export my boards to CSV?"


@pytest.mark.parametrize("platform", ["slack", "discord", "sandbox"])
async def test_one_list_is_kept_up_to_date(platform: str, in_haste: Path) -> None:
    async with on(platform, in_haste) as hearth:
        await hearth.start()
        if isinstance(hearth, Elsewhere):
            await hearth.set(managers_channel=hearth.managers)
        await hearth.set(limit="20d", open_list="yes")
        shown = await hearth.shown(hearth.managers, "No question is open")
        ann = await hearth.joins("Ann")
        await hearth.says(ann, hearth.help, ASKED)
        await hearth.heard()
        hearth.later(timedelta(minutes=6))
        await hearth.says_now(shown, ASKED)
        assert "1 open question" in await hearth.words(shown)

        await hearth.restart()
        hearth.later(timedelta(minutes=6))
        await hearth.ticked()
        assert len(await hearth.with_words(hearth.managers, ASKED)) == 1

        hearth.later(timedelta(days=1))
        if platform == "discord":
            await hearth.says_now(shown, "This list goes on further down.")
        await hearth.ticked()
        assert len(await hearth.with_words(hearth.managers, ASKED)) == 1
        await hearth.stop()
