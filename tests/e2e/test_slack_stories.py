"""Stories that members of a Slack workspace live through, with everything real but Slack itself."""

import asyncio
import os
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.fakes.slack_hearth import SlackHearth, hours, slack_hearth

SALE = (
    "Hi everyone! Our *summer sale* is live: 50% off all plans, today only. Don't miss out, subscribe "
    "now and win a free year!"
)


def newsletter() -> list[dict[str, Any]]:
    """Return a message with five buttons that lead to the same place."""
    button = {"type": "button", "text": {"type": "plain_text", "text": "Subscribe now"}}
    buttons = [
        {**button, "action_id": f"go{number}", "url": f"https://example.com/go?{number}"}
        for number in range(5)
    ]
    return [
        {"type": "header", "text": {"type": "plain_text", "text": "The July newsletter"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": SALE}},
        {"type": "actions", "elements": buttons},
    ]


async def test_a_stranger_is_welcomed_asks_and_is_answered(hearth: SlackHearth) -> None:
    await hearth.set(
        managers_channel=hearth.managers,
        welcome_channel=hearth.general,
        timezone="Europe/London",
        working_hours="Mon-Fri 09:00-17:00",
        mark_answered="on",
    )
    sam = hearth.workspace.arrives("Sam", joins=(hearth.help,))
    hearth.installation.may_ping.add(sam.id)
    await hearth.heard()
    hearth.later(timedelta(minutes=1))
    welcome = await hearth.shown(hearth.workspace.general, "Tell us what brings you here")
    assert welcome.pings == {sam.id}

    # At ten past three: four working hours end at ten past eleven the next day.
    hearth.goes_to(hearth.clock.now() + hours(5) + hours(1 / 6))
    question = sam.says(hearth.help, "How do I export my glaze recipes to CSV?")
    await hearth.slack.settled()
    hearth.goes_to(hearth.clock.now() + hours(19))
    await hearth.ticked()
    assert not [m for m in hearth.managers.shown if "glaze" in m.shown]
    hearth.goes_to(hearth.clock.now() + hours(1.1))
    flag = await hearth.shown(hearth.managers, "How do I export my glaze recipes to CSV?")
    assert hearth.workspace.permalink(question) in [target for target, _ in flag.links]

    hela = hearth.workspace.person("Hela", joins=(hearth.help,))
    hela.says(hearth.help, "Open Settings, then Export, and choose CSV.", thread=question)
    sam.says(hearth.help, "Thanks, that worked!", thread=question)

    await hearth.until(lambda: flag.updates, "the card's update")
    assert flag.shown.splitlines()[0].startswith("✅ Answered")
    await hearth.until(lambda: question.reactions, "the tick on the question")
    assert question.reactions == {"white_check_mark": [hearth.installation.bot.id]}


async def test_a_newsletter_is_told_its_author_first_and_managers_as_coaching(hearth: SlackHearth) -> None:
    mara = hearth.workspace.arrives("Mara", email="mara@pottery.example", joins=(hearth.help,))
    await hearth.set(managers_channel=hearth.managers, staff="+pottery.example")
    said = hearth.workspace.post_with_blocks(mara, hearth.help, SALE, newsletter())

    word = await hearth.shown(mara.direct(), "A word before anybody else sees it")
    assert "so many percent off" in word.shown
    assert hearth.workspace.permalink(said) in [target for target, _ in word.links]
    await hearth.ticked()
    assert await hearth.with_words(hearth.managers, "reads like selling") == []

    hearth.goes_to(hearth.clock.now() + timedelta(minutes=11))
    card = await hearth.shown(hearth.managers, "Coaching: this reads like selling")
    outcome = await hearth.dana.clicks(card, "Tell them")

    assert outcome.acknowledged
    await hearth.until(lambda: "Dana had their author asked" in card.shown, "the decision on the card")
    # Nobody else heard of it: not in the channel, and Mara only once.
    assert await hearth.with_words(hearth.help, "selling") == []
    assert len([m for m in mara.direct().shown if "A word before" in m.shown]) == 1


# A Friday; the next Monday is the 14th.
FRIDAY = datetime(2031, 4, 11, 9, tzinfo=UTC)


async def test_the_monday_digest_comes_once_through_a_restart(sqlite_url: str) -> None:
    async with slack_hearth(sqlite_url, at=FRIDAY) as hearth:
        product = hearth.workspace.channel("product")
        product.members += [hearth.dana.id, hearth.installation.bot.id]
        await hearth.start()
        await hearth.set(timezone="Europe/London", feedback_channel=product)
        sam = hearth.workspace.person("Sam", joins=(hearth.help,))
        for text in (
            "The export is broken, it crashes whenever I click on it.",
            "I wish there was a dark mode, my eyes hurt.",
            "I love the new editor, it is so much faster!",
        ):
            sam.says(hearth.help, text)
        await hearth.slack.settled()

        # At 8:59:59 in London it is ended, in the middle of whatever it does, and started again.
        hearth.goes_to(datetime(2031, 4, 14, 7, 59, 59, tzinfo=UTC))
        await hearth.stop()
        assert await hearth.with_words(product, "week") == []
        await hearth.start()
        digest = await hearth.shown(product, "export is broken")
        await hearth.stop()
        await hearth.start()
        await hearth.ticked()

        # Its pictures were uploaded, with words for who does not see them.
        pictures = [block for block in digest.blocks or [] if block["type"] == "image"]
        assert pictures
        assert all(len(block["alt_text"]) > 10 for block in pictures)
        digests = [message for message in product.shown if "export is broken" in message.shown]
        assert digests == [digest]
        local = datetime.fromtimestamp(float(digest.ts), UTC)
        assert local >= datetime(2031, 4, 14, 8, tzinfo=UTC)


async def test_it_runs_as_a_process_with_four_variables(tmp_path: Path) -> None:
    async with slack_hearth("", at=None) as hearth:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "run",
            "--production",
            cwd=Path(__file__).parents[2],
            env={
                "PATH": os.environ["PATH"],
                "SLACK_BOT_TOKEN": hearth.installation.token,
                "SLACK_APP_TOKEN": hearth.installation.app.app_token,
                "SLACK_SIGNING_SECRET": hearth.installation.app.signing_secret,
                "SLACK_API_URL": hearth.slack.api_url,
                "DATABASE_URL": f"sqlite:///{tmp_path}/hearth.db",
                "PORT": "0",
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            assert process.stdout is not None
            said = b""
            while not re.search(rb"Hearth is at http://", said):
                line = await process.stdout.readline()
                assert line, said
                said += line
            answer = await hearth.command("help")
            assert "/community" in answer.shown
            process.terminate()
            assert await process.wait() == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
