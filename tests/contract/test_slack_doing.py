"""What Hearth does in Slack: once, within Slack's limits, with nobody's words turned against anybody."""

from datetime import UTC, datetime

import pytest

from adapters.slack.blocks import Look, show
from bot.cards import Button, Card, Entry, Item, MessageRef, Option, Quote, Section, Select
from tests.fakes.pretend_slack import DIES_AFTER, HANGS_UP, UNAVAILABLE, Fault, rate_limited
from tests.fakes.pretend_slack.blocks import MOST_CHARACTERS, check_blocks, total_characters
from tests.fakes.slack_hearth import SlackHearth

SALE = "Hi everyone! 50% off all plans, today only. Don't miss out, subscribe now and win a free year!"


@pytest.mark.parametrize(
    "faults",
    [(HANGS_UP,), (DIES_AFTER,), (UNAVAILABLE,), (rate_limited(1),), (Fault(error="internal_error"),)],
    ids=["hung up on", "done and not answered", "unavailable", "one too many", "Slack's own fault"],
)
async def test_a_card_is_posted_once_whatever_becomes_of_the_request(
    by_socket: SlackHearth, faults: tuple[Fault, ...]
) -> None:
    hearth = by_socket
    await hearth.set("managers_channel #managers")
    sam = hearth.workspace.arrives("Sam", joins=(hearth.help,))
    hearth.slack.faults.plan("chat.postMessage", *faults)
    sam.says(hearth.help, SALE)
    sam.says(hearth.help, f"{SALE} Hurry!")

    await hearth.shown(hearth.managers, "Hurry!")
    cards = [message for message in hearth.managers.shown if "reads like selling" in message.shown]
    assert len(cards) == 2


async def test_what_members_write_pings_nobody_and_links_nowhere(by_socket: SlackHearth) -> None:
    hearth = by_socket
    await hearth.set("managers_channel #managers", "welcome_channel #general")
    sam = hearth.workspace.arrives("<!channel> *Sam* <https://evil.example|x>", joins=(hearth.help,))
    hearth.installation.may_ping.add(sam.id)
    await hearth.shown(hearth.workspace.general, "Tell us what brings you here")
    sam.says(
        hearth.help,
        f"@channel @here @Dana {SALE} <!everyone> <@U1> <https://evil.example|click> &lt;!here&gt;",
    )

    card = await hearth.shown(hearth.managers, "reads like selling")
    assert card.pings == set()
    assert "<!everyone>" in card.shown
    hearth.slack.check()


async def test_answers_are_for_who_asked(hearth: SlackHearth) -> None:
    sam = hearth.workspace.arrives("Sam", joins=(hearth.help, hearth.managers))
    await hearth.slack.settled()
    answer = await hearth.command("help", by=sam)

    assert answer.only_for == sam.id
    assert answer not in hearth.dana.sees(hearth.managers)


async def test_a_home_for_managers_and_one_for_members(hearth: SlackHearth) -> None:
    sam = hearth.workspace.arrives("Sam", joins=(hearth.help,))
    await hearth.slack.settled()
    hearth.dana.opens_home()
    sam.opens_home()
    app = hearth.installation.app.id
    await hearth.until(lambda: app in hearth.dana.homes and app in sam.homes, "two homes")

    assert hearth.dana.home().shown != sam.home().shown
    assert "uestions" in hearth.dana.home().shown


async def test_shortcuts_on_a_message(hearth: SlackHearth) -> None:
    await hearth.set("managers_channel #managers", "feedback_channel #managers")
    elsewhere = hearth.workspace.channel("elsewhere")
    elsewhere.members.append(hearth.dana.id)
    # Hearth is not in that channel.
    said = hearth.dana.says(elsewhere, SALE)

    assert (await hearth.dana.uses_shortcut("salesy", said)).acknowledged
    verdict = await hearth.shown(elsewhere, "This reads like selling", to=hearth.dana)
    assert verdict.only_for == hearth.dana.id


async def test_a_form_is_opened_filled_in_and_heard(hearth: SlackHearth) -> None:
    await hearth.shown(hearth.dana.direct(), "Another timezone")
    [setup] = [m for m in hearth.dana.direct().shown if "Another timezone" in m.shown]
    assert (await hearth.dana.clicks(setup, "Another timezone…")).acknowledged
    await hearth.until(lambda: hearth.dana.modals, "a window")
    [label] = [block["label"]["text"] for block in hearth.dana.modal.blocks if block["type"] == "input"]
    outcome = await hearth.dana.submits(**{label: "Asia/Kathmandu"})

    assert outcome.acknowledged
    assert hearth.dana.modals == []
    await hearth.until(lambda: "Asia/Kathmandu" in str(hearth.community().settings), "the timezone")


def test_the_largest_card_is_cut_to_what_slack_takes() -> None:
    ref = MessageRef(channel="C1", message="1700000000.000100")
    at = datetime(2031, 4, 7, tzinfo=UTC)
    long = "&<>" * 3_000
    select = Select(
        label="x" * 90,
        name="choose",
        options=tuple(Option(label=f"{n}" * 90, value=f"{n}") for n in range(120)),
    )
    card = Card(
        title=long,
        text=long,
        quotes=tuple(Quote(author=long, text=long, ref=ref, at=at) for _ in range(12)),
        fields=tuple(Entry(name=long, value=long) for _ in range(30)),
        sections=tuple(
            Section(name=long, items=tuple(Item(text=long, refs=(ref,) * 9) for _ in range(40)))
            for _ in range(9)
        ),
        selects=(select,) * 8,
        buttons=tuple(Button(label=long, name=f"b{n}", value=f"v{n}") for n in range(60)),
        footer=long,
    )

    shown = show(card, Look(permalink=lambda _: "https://pottery.slack.com/archives/C1/p1700000000000100"))

    assert check_blocks(shown.blocks, "message", lambda _: False) == []
    assert total_characters(shown.blocks) <= MOST_CHARACTERS
    assert 0 < len(shown.text) <= 4_000
