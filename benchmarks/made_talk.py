"""Made talk for measuring speed: channels and threads of a busy community, the same for the same seed."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bot.events import CommunityFound, Event, MemberJoined, MessagePosted, ReactionAdded

COMMUNITY = "sandbox:speed"
_START = datetime(2026, 3, 2, 9, tzinfo=UTC)
_CHANNELS = 12
_MEMBERS = 400
_SAID = (
    "how do I export a board to CSV?",
    "I can't get the import to work, it stops at half of the rows",
    "you can find it under settings, then export",
    "have you tried the newest version? it was mended there",
    "that worked, thank you!",
    "good morning all",
    "I think the old layout was easier to read, to be honest",
    "would be great if the list could be sorted by date",
    "here is what I see in the log: `timeout after 30 s`",
    "yes, same here since yesterday",
    "Join our launch party! 50% off for everybody who subscribes today https://shop.example/?utm_source=x",
    "let me look at that after lunch",
)


def made_talk(messages: int, seed: int = 1) -> Iterator[Event]:
    """Yield a community, its joins, so many messages and some reactions, in the order of their times."""
    dice = random.Random(seed)
    yield CommunityFound(id="found", community=COMMUNITY, at=_START, name="Speed")
    at = _START
    last: list[str] = [""] * _CHANNELS
    for number in range(messages):
        at += timedelta(seconds=dice.expovariate(1 / 20))
        if number % (messages // _MEMBERS + 1) == 0:
            member = f"m{number // (messages // _MEMBERS + 1)}"
            yield MemberJoined(id=f"j{number}", community=COMMUNITY, at=at, member=member, name=member)
        place = dice.randrange(_CHANNELS)
        author = f"m{dice.randrange(_MEMBERS)}"
        # A third of the talk is in threads.
        thread = last[place] if last[place] and dice.random() < 0.33 else None
        message = f"{at.timestamp():.6f}"
        yield MessagePosted(
            id=f"p{number}",
            community=COMMUNITY,
            at=at,
            channel=f"c{place}",
            message=message,
            author=author,
            author_name=author,
            text=f"{dice.choice(_SAID)} ({number})",
            thread=thread,
        )
        if thread is None:
            last[place] = message
        if dice.random() < 0.05:
            yield ReactionAdded(
                id=f"r{number}",
                community=COMMUNITY,
                at=at,
                channel=f"c{place}",
                message=message,
                member=f"m{dice.randrange(_MEMBERS)}",
                emoji=dice.choice(("white_check_mark", "heart")),
            )
