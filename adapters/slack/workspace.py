"""One workspace that Hearth is in: its token's way to the Web API, and what is known of it."""

from dataclasses import dataclass, field
from datetime import datetime

from adapters.slack.blocks import Look, address_of
from adapters.slack.calls import Calls
from adapters.slack.directory import Directory
from adapters.slack.pictures import Pictures
from bot.cards import Card, MessageRef
from bot.events import CapabilityFound, made_id


@dataclass(slots=True)
class Workspace:
    """A workspace; `url` is where people reach it, `scopes` what its token may, None where not told."""

    team: str
    name: str
    url: str
    token: str
    calls: Calls
    directory: Directory
    scopes: frozenset[str] | None
    # Who installed Hearth, where that is known.
    installer: str | None = None
    # The organisation that the workspace is of, "" where it is of none.
    organisation: str = ""
    pictures: Pictures = field(init=False)
    # The conversations in which members are told something alone, by the member.
    private: dict[str, str] = field(default_factory=dict)
    # Whether names that were not known are being asked for.
    looking_up: bool = False

    def __post_init__(self) -> None:
        self.pictures = Pictures(self.calls)

    @property
    def community(self) -> str:
        """Its community's id."""
        return self.directory.community

    def permalink(self, ref: MessageRef) -> str:
        """Return where a message can be read."""
        return address_of(self.url, self.team, ref)

    async def look(self, *cards: Card) -> Look:
        """Return what rendering cards needs, their pictures uploaded. Raises TryLater."""
        found = self.bare_look(*cards)
        found.files = await self.pictures.uploaded(each for card in cards for each in card.pictures)
        return found

    def bare_look(self, *cards: Card) -> Look:
        """Return what rendering cards without pictures needs."""
        names = {member: self.directory.name(member) for card in cards for member in card.greets}
        return Look(self.permalink, {member: name for member, name in names.items() if name != member})


def capability(
    community: str, name: str, reason: str | None, at: datetime, before: str = ""
) -> CapabilityFound:
    """Return that something works, or with a reason that it does not; `before` says what was off so far."""
    return CapabilityFound(
        id=made_id(f"{name}:{at.timestamp():.6f}"),
        community=community,
        at=at,
        capability=name,
        works=reason is None,
        reason=reason or before,
    )
