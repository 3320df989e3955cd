"""Who offered to help is asked by direct message, and answers there."""

from collections.abc import AsyncIterator

import pytest

from tests.fakes.discord_hearth import DiscordHearth, discord_hearth, hours
from tests.fakes.pretend_discord import Person


@pytest.fixture
async def hearth(sqlite_url: str) -> AsyncIterator[DiscordHearth]:
    """Hearth in a server, running, with a managers' channel."""
    async with discord_hearth(sqlite_url) as made:
        await made.start()
        await made.set(managers_channel=made.managers)
        yield made


async def asked_about(hearth: DiscordHearth, *helpers: Person) -> None:
    """Have these offer to help, and a question asked that nobody answers for four hours."""
    for person in helpers:
        await hearth.command("help-with", by=person, offer="exports")
    ada = hearth.server.person("Ada")
    await hearth.says(ada, hearth.help, "How do I export my boards to CSV?")
    await hearth.heard()
    hearth.later(hours(4.1))


async def test_who_passes_among_private_words_is_followed_by_the_next(hearth: DiscordHearth) -> None:
    bob, cleo = hearth.server.person("Bob"), hearth.server.person("Cleo")
    await asked_about(hearth, bob, cleo)
    await hearth.until(lambda: bob.inbox or cleo.inbox, "somebody to be asked")
    first, second = (bob, cleo) if bob.inbox else (cleo, bob)
    [asked] = first.inbox
    assert "How do I export my boards to CSV?" in asked.words
    await hearth.presses(first, asked, "Not this time")
    await hearth.until(lambda: second.inbox, "the next to be asked")
    await hearth.until(lambda: "You passed" in asked.words, "their card to change")


async def test_who_takes_no_private_words_is_followed_by_the_next(hearth: DiscordHearth) -> None:
    bob, cleo = hearth.server.person("Bob"), hearth.server.person("Cleo")
    bob.user.takes_direct = False
    await asked_about(hearth, bob, cleo)
    [asked] = await hearth.until(lambda: cleo.inbox, "the other to be asked")
    await hearth.presses(cleo, asked, "I'll answer it")

    async def told() -> bool:
        cards = await hearth.read(hearth.managers)
        return any("Bob (could not be told), Cleo (will look)" in card.words for card in cards)

    await hearth.until(told, "the managers' card")


async def test_a_button_of_private_words_of_others_is_not_heard(hearth: DiscordHearth) -> None:
    """What somebody else wrote with an address of the server in it is no card of Hearth's."""
    bob = hearth.server.person("Bob")
    await asked_about(hearth, bob)
    [asked] = await hearth.until(lambda: bob.inbox, "Bob to be asked")
    asked.author = bob.user
    bob.presses(asked, "I'll answer it")
    await hearth.heard()

    assert "Thank you" not in asked.words
