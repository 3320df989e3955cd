"""What each platform lets a bot do: features ask here, and nowhere else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from bot.actions import Action, Post, Tell
from bot.cards import Card
from bot.communities import settings_of
from storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Manners:
    """What is possible on a platform, and what is good manners there.

    `private_words`: somebody may be told something in private that they did not just ask for;
    `offered_words`: who offered to be told may be. `whispers`: somebody can be shown something in a channel
    that nobody else sees, though they asked for nothing. `home`: Hearth has a page of its own there.
    `profiles`: by what somebody said and did before, what they say may be judged. `old_cards` is how long to
    wait between changes of a card that is older than an hour; None where that does not matter.
    """

    private_words: bool
    offered_words: bool
    whispers: bool
    home: bool
    profiles: bool
    old_cards: timedelta | None = None


# Discord's rules for developers want nobody to be written to who did not ask for it, and nobody profiled.
_MANNERS: Mapping[str, Manners] = MappingProxyType(
    {
        "slack": Manners(private_words=True, offered_words=True, whispers=True, home=True, profiles=True),
        # Only who just did something there can be shown something alone. It lets a message older than an hour
        # be changed three times an hour.
        "discord": Manners(
            private_words=False,
            offered_words=True,
            whispers=False,
            home=False,
            profiles=False,
            old_cards=timedelta(minutes=20),
        ),
        "sandbox": Manners(private_words=True, offered_words=True, whispers=True, home=True, profiles=True),
    }
)


def manners_of(community: str) -> Manners:
    """Return what is possible in a community, by its platform."""
    return _MANNERS[community.partition(":")[0]]


def place_for(tx: Transaction, community: str, member: str) -> str | None:
    """Return where a manager is told something unasked: "@" and their id, or else the managers' channel.

    None where neither may be.
    """
    if manners_of(community).private_words:
        return f"@{member}"
    return settings_of(tx, community).managers_channel


def told_to(tx: Transaction, community: str, key: str, member: str, card: Card) -> Sequence[Action]:
    """Return what tells a manager something unasked: in private where that may be, else among managers."""
    place = place_for(tx, community, member)
    if place is None:
        return []
    if place.startswith("@"):
        return [Tell(key=key, community=community, member=member, card=card)]
    greeting = card.model_copy(update={"greets": (member,)})
    return [Post(key=key, community=community, channel=place, card=greeting)]
