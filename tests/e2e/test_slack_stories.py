"""Stories that members of a Slack workspace live through, with everything real but Slack itself."""

from tests.fakes.slack_hearth import SlackHearth, hours


async def test_a_stranger_is_welcomed_asks_and_is_answered(hearth: SlackHearth) -> None:
    await hearth.set(
        "managers_channel #managers",
        "welcome_channel #general",
        "timezone Europe/London",
        "working_hours Mon-Fri 09:00-17:00",
    )
    sam = hearth.workspace.arrives("Sam", joins=(hearth.help,))
    hearth.installation.may_ping.add(sam.id)
    welcome = await hearth.shown(hearth.workspace.general, "Tell us what brings you here")
    assert welcome.pings == {sam.id}

    # At ten past three: four working hours end at eleven the next day.
    hearth.goes_to(hearth.clock.now() + hours(5) + hours(1 / 6))
    question = sam.says(hearth.help, "How do I export my glaze recipes to CSV?")
    await hearth.slack.settled()
    hearth.goes_to(hearth.clock.now() + hours(12))
    await hearth.command("questions")
    assert not [m for m in hearth.managers.shown if "glaze" in m.shown]
    hearth.goes_to(hearth.clock.now() + hours(8))
    flag = await hearth.shown(hearth.managers, "How do I export my glaze recipes to CSV?")
    assert hearth.workspace.permalink(question) in [target for target, _ in flag.links]

    hela = hearth.workspace.person("Hela", joins=(hearth.help,))
    hela.says(hearth.help, "Open Settings, then Export, and choose CSV.", thread=question)
    sam.says(hearth.help, "Thanks, that worked!", thread=question)

    await hearth.until(lambda: "Answered" in flag.shown, "the green card")
    assert flag.updates
