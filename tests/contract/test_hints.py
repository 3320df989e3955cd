"""What who asks is shown alone, as each platform shows it, or does not."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.manners import manners_of
from storage.tables import Hint, Question
from tests.contract.test_same_promises import on
from tests.fakes.hearth import Elsewhere

BEFORE = "Is there a way to set the bluetooth pin of the tracker?"
AGAIN = "Where do I find the bluetooth pin for my tracker?"
LOOKS_LIKE = "This looks like something that was answered before"


@pytest.mark.parametrize("platform", ["slack", "discord", "sandbox"])
async def test_who_asks_is_shown_an_earlier_answer_alone(platform: str, in_haste: Path) -> None:
    async with on(platform, in_haste) as hearth:
        await hearth.start()
        if isinstance(hearth, Elsewhere):
            await hearth.set(managers_channel=hearth.managers)
        await hearth.set(hints="yes")
        ann, ben = await hearth.joins("Ann"), await hearth.joins("Ben")
        asked = await hearth.says(ann, hearth.help, BEFORE)
        await hearth.heard()
        answer = await hearth.says(ben, hearth.help, "Settings, then Radio, then PIN", to=asked)
        await hearth.heard()
        hearth.later(timedelta(minutes=30))
        cora, dora = await hearth.joins("Cora"), await hearth.joins("Dora")
        news = await hearth.says(ben, hearth.general, "The red tracker is in the shops now.")
        await hearth.heard()
        await hearth.says(cora, hearth.help, AGAIN)
        await hearth.says(dora, hearth.general, AGAIN, to=news)
        await hearth.heard()
        hearth.later(timedelta(minutes=1))
        await hearth.ticked()

        if not manners_of(hearth.community().id).whispers:
            assert hearth.rows(Hint) == []
            return
        shown = await hearth.shown(hearth.help, LOOKS_LIKE, to=cora)
        assert await hearth.offers(shown) == ["Yes", "No"]
        links = await hearth.links(shown)
        assert all(
            any(hearth.id_of(each).replace(".", "") in link for link in links) for each in (asked, answer)
        )
        assert await hearth.with_words(hearth.help, LOOKS_LIKE) == []
        assert await hearth.with_words(hearth.help, LOOKS_LIKE, to=ben) == []

        await hearth.presses(cora, shown, "Yes")
        await hearth.shown(hearth.help, "counts as answered now", to=cora)
        assert await hearth.with_words(hearth.help, LOOKS_LIKE, to=cora) == []
        await hearth.presses(dora, await hearth.shown(hearth.general, LOOKS_LIKE, to=dora), "No")
        await hearth.shown(hearth.general, "stays open", to=dora)
        assert sorted(row.outcome for row in hearth.rows(Hint)) == ["helped", "not_helped"]
        states = [row.state for row in hearth.rows(Question)]
        assert sorted(states) == ["answered", "answered", "unanswered"]
        await hearth.stop()
