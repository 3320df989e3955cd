"""What Hearth does in Slack alone: its windows, its page, shortcuts anywhere, and requests that go wrong.

One Hearth runs for most tests here, so that each has people and words of its own.
"""

from datetime import timedelta
from typing import Any

import pytest

from tests.fakes.pretend_slack import DIES_AFTER, HANGS_UP, UNAVAILABLE, Fault, rate_limited
from tests.fakes.slack_hearth import SlackHearth

# Those run in one loop that share one Hearth.
SHARED = pytest.mark.asyncio(loop_scope="module")
# Too short to be taken for a copy of another, with few words more.
SALE = "50% off, buy now!"


@SHARED
@pytest.mark.parametrize(
    "faults",
    [(HANGS_UP,), (DIES_AFTER,), (UNAVAILABLE,), (rate_limited(1),), (Fault(error="internal_error"),)],
    ids=["hung up on", "done and not answered", "unavailable", "one too many", "Slack's own fault"],
)
async def test_a_card_is_posted_once_whatever_becomes_of_the_request(
    shared: SlackHearth, faults: tuple[Fault, ...], request: pytest.FixtureRequest
) -> None:
    sam = await shared.joins("Sam")
    await shared.done()
    name = request.node.callspec.id
    sam.says(shared.help, f"50% off now! {name}")
    sam.says(shared.help, f"40% off, hurry! {name}")
    await shared.shown(sam.direct(), f"hurry! {name}")
    await shared.done()
    shared.slack.faults.plan("chat.postMessage", *faults)
    shared.later(timedelta(minutes=11))

    await shared.shown(shared.managers, f"hurry! {name}")
    assert len(await shared.with_words(shared.managers, f"off now! {name}")) == 1
    await shared.done()


@SHARED
async def test_a_home_for_managers_and_one_for_members(shared: SlackHearth) -> None:
    sam = await shared.joins("Sam of the homes")
    await shared.heard()
    shared.dana.opens_home()
    sam.opens_home()
    app = shared.installation.app.id
    await shared.until(lambda: app in shared.dana.homes and app in sam.homes, "two homes")

    assert shared.dana.home().shown != sam.home().shown
    assert "uestions" in shared.dana.home().shown
    # What is set is changed from there, by a button and a window, and shown there.
    assert (await shared.dana.clicks(shared.dana.home(), "timezone")).acknowledged
    await shared.until(lambda: shared.dana.modals, "a window")
    [label] = [block["label"]["text"] for block in shared.dana.modal.blocks if block["type"] == "input"]
    assert (await shared.dana.submits(**{label: "Asia/Kathmandu"})).acknowledged
    preview = await shared.shown(shared.dana.direct(), "→ Asia/Kathmandu", to=shared.dana)
    await shared.presses(shared.dana, preview, "Apply")
    await shared.until(lambda: "Asia/Kathmandu" in shared.dana.home().shown, "the home's update")


@SHARED
async def test_a_draft_is_written_in_a_window_and_judged_for_its_channel(shared: SlackHearth) -> None:
    assert (await shared.dana.runs("/community", "check", channel=shared.help)).acknowledged
    await shared.until(lambda: shared.dana.modals, "a window")
    outcome = await shared.dana.submits(
        **{"What you are about to post": SALE, "Where you will post it": shared.help.id}
    )

    assert outcome.acknowledged
    verdict = await shared.shown(shared.help, "This reads like selling", to=shared.dana)
    assert verdict.only_for == shared.dana.id
    assert "“50% off”" in verdict.shown


@SHARED
async def test_shortcuts_on_a_message_where_hearth_is_not(shared: SlackHearth) -> None:
    elsewhere = shared.workspace.channel("elsewhere")
    elsewhere.members.append(shared.dana.id)
    said = shared.dana.says(elsewhere, SALE)

    verdict = await shared.picks(shared.dana, "salesy", said)
    assert "This reads like selling" in verdict.shown
    assert verdict.only_for == shared.dana.id
    assert "no question" in (await shared.picks(shared.dana, "answered", said)).shown


@SHARED
async def test_pictures_are_shown_once_slack_has_worked_on_them(
    shared: SlackHearth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.slack.sender._PICTURE_PAUSE_S", 0.02)
    monkeypatch.setattr(shared.slack, "processing", timedelta(milliseconds=50))
    sam = await shared.joins("Sam in the picture")
    sam.says(shared.help, "Good morning all")
    await shared.heard()
    shown = await shared.command("health")
    pictures = [block for block in shown.blocks or [] if block["type"] == "image"]
    assert pictures
    assert all(len(block["alt_text"]) > 10 for block in pictures)
    # Where Hearth is not, its words stand there.
    garden = shared.workspace.channel("garden")
    garden.members.append(shared.dana.id)
    assert (await shared.dana.runs("/community", "health", channel=garden)).acknowledged
    told = await shared.shown(garden, "The last 7 days", to=shared.dana)
    assert pictures[0]["title"]["text"] in told.shown


@SHARED
async def test_a_window_that_slack_opens_no_more_is_said_to_have_come_too_late(shared: SlackHearth) -> None:
    draft = await shared.command("setup")
    shared.slack.faults.plan("views.open", Fault(error="expired_trigger_id"))
    assert (await shared.dana.clicks(draft, "Another timezone…")).acknowledged
    await shared.shown(shared.managers, "took too long for Slack to open a window", to=shared.dana)
    assert shared.dana.modals == []


@SHARED
async def test_on_the_home_it_is_said_alone_that_a_window_came_too_late(shared: SlackHearth) -> None:
    shared.dana.opens_home()
    await shared.until(lambda: shared.installation.app.id in shared.dana.homes, "a home")
    before = len(shared.dana.direct().shown)
    shared.slack.faults.plan("views.open", Fault(error="expired_trigger_id"))
    assert (await shared.dana.clicks(shared.dana.home(), "timezone")).acknowledged
    await shared.until(lambda: len(shared.dana.direct().shown) > before, "a word")
    assert "took too long for Slack to open a window" in shared.dana.direct().shown[-1].shown


@SHARED
async def test_where_hearth_was_sent_away_is_said_until_it_is_back(shared: SlackHearth) -> None:
    doors = shared.workspace.channel("doors")
    shared.installation.bot.joins(doors)
    await shared.heard()
    await shared.set(welcome_channel=doors)
    shared.installation.bot.leaves(doors)
    await shared.joins("Sam at the door")
    await shared.heard()
    shared.later(timedelta(minutes=1))
    await shared.ticked()
    assert "Hearth is not in that channel; invite it there" in (await shared.command("status")).shown
    shared.installation.bot.joins(doors)
    await shared.heard()
    assert "not in that channel" not in (await shared.command("status")).shown
    # Sent away once more, it is said once more.
    shared.installation.bot.leaves(doors)
    await shared.joins("Kim at the door")
    await shared.heard()
    shared.later(timedelta(minutes=1))
    await shared.ticked()
    assert "Hearth is not in that channel; invite it there" in (await shared.command("status")).shown
    shared.installation.bot.joins(doors)
    await shared.heard()


@SHARED
async def test_another_apps_broadcast_is_judged_where_the_community_asks_for_it(shared: SlackHearth) -> None:
    button = {"type": "button", "text": {"type": "plain_text", "text": "Subscribe"}}
    blocks: list[dict[str, Any]] = [
        {"type": "section", "text": {"type": "mrkdwn", "text": SALE}},
        {"type": "actions", "elements": [{**button, "url": "https://example.com/a", "action_id": "a"}]},
    ]
    for classic in (True, False):
        shared.workspace.other_app_posts(
            shared.help, "Mailer", f"{SALE} Of no concern.", blocks, classic=classic
        )
    await shared.heard()
    await shared.set(judge_apps="yes")
    for number, classic in enumerate((True, False)):
        blocks[0]["text"]["text"] = f"{SALE} Newsletter {number}."
        shared.workspace.other_app_posts(shared.help, "Mailer", "The newsletter", blocks, classic=classic)
        card = await shared.shown(shared.managers, f"Newsletter {number}.")
        assert "Mailer" in card.shown
    assert await shared.with_words(shared.managers, "Of no concern.") == []


@SHARED
async def test_a_window_that_is_sent_after_its_address_is_over_is_answered(shared: SlackHearth) -> None:
    draft = await shared.command("setup")
    assert (await shared.dana.clicks(draft, "Another timezone…")).acknowledged
    await shared.until(lambda: shared.dana.modals, "a window")
    [label] = [block["label"]["text"] for block in shared.dana.modal.blocks if block["type"] == "input"]
    # An address for answers lives half an hour, the window as long as it is open.
    shared.later(timedelta(minutes=31))
    assert (await shared.dana.submits(**{label: "Pacific/Auckland"})).acknowledged
    preview = await shared.shown(shared.managers, "→ Pacific/Auckland", to=shared.dana)
    assert preview.only_for == shared.dana.id
    assert shared.slack.called("response_url")[-1].error == "expired_url"


async def test_who_is_not_known_is_answered_though_slack_is_slow_to_say_who_they_are(
    hearth: SlackHearth, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Shorter than the second for which it is waited.
    monkeypatch.setattr("adapters.slack.arrival._MEET_S", 0.05)
    deliveries = hearth.slack.deliveries(hearth.installation.app)
    deliveries.lost = True
    sam = await hearth.joins("Sam, whom nobody told of")
    deliveries.lost = False
    hearth.slack.faults.plan("users.info", Fault(wait_s=15.0))

    assert "/community" in (await hearth.command("help", by=sam)).shown
    assert hearth.slack.called("users.info") == []


async def test_a_form_is_opened_filled_in_and_heard(hearth: SlackHearth) -> None:
    await hearth.shown(hearth.dana.direct(), "Another timezone")
    [setup] = [m for m in hearth.dana.direct().shown if "Another timezone" in m.shown]
    assert (await hearth.dana.clicks(setup, "Another timezone…")).acknowledged
    await hearth.until(lambda: hearth.dana.modals, "a window")
    [label] = [block["label"]["text"] for block in hearth.dana.modal.blocks if block["type"] == "input"]
    outcome = await hearth.dana.submits(**{label: "Asia/Kathmandu"})

    assert outcome.acknowledged
    assert hearth.dana.modals == []
    preview = await hearth.shown(hearth.dana.direct(), "UTC (default) → Asia/Kathmandu", to=hearth.dana)
    assert (await hearth.dana.clicks(preview, "Apply")).acknowledged
    await hearth.shown(hearth.dana.direct(), "timezone is changed", to=hearth.dana)
    # The card that asked says so too, where it was told in private.
    await hearth.until(lambda: "Timezone: Asia/Kathmandu" in setup.shown, "the card's update")
