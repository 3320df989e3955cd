"""What the core asks of features and adapters, and what adapters are handed."""

from collections.abc import Awaitable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from bot.actions import Action, Ask, Doing
from bot.cards import Card, MessageRef, Picture
from bot.events import ChannelId, CommandGiven, Event, MemberId, MessageId
from storage.transaction import Transaction


class Feature(Protocol):
    """A module that answers events. It may read and write rows; it must not commit, wait or see the clock."""

    def handle(self, event: Event, tx: Transaction) -> Sequence[Action]:
        """Write what follows from the event, and return what should be done."""
        ...


@runtime_checkable
class LooksAhead(Protocol):
    """A feature that reads what it will ask of a batch at once, before any of it is handled.

    It keeps what it read in `tx.memo` or `tx.kept`, which may be forgotten at any time: `handle` has to come
    to the same without.
    """

    def look_ahead(self, events: Sequence[Event], tx: Transaction) -> None:
        """Read; write nothing."""
        ...


class TryLater(Exception):
    """The platform is busy or down; the action is sound. `after` says how many seconds to wait."""

    def __init__(self, reason: str, after: float = 5.0) -> None:
        super().__init__(reason)
        self.after = after


class Refused(Exception):
    """The platform said no, and would say so again; the reason is for people."""


class Doubtful(Exception):
    """The request left and no answer came: it may have been done."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a language model is asked: `words` of ours, and apart from them what was `said`.

    `shape` is the JSON Schema of the answer, called `name`; it may be `most` tokens long.
    """

    model: str
    words: str
    said: str
    name: str
    shape: Mapping[str, Any]
    most: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What a language model answered; where that is of no use, `problem` says why.

    It `refused` what it did not look at: of one question that says little, but where it does so with one
    after the other there is no use in asking on. `tokens_in` and `tokens_out` are those of the
    question and of the answer, None where it does not say.
    """

    text: str
    problem: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None
    refused: bool = False


class LanguageModel(Protocol):
    """Something that answers in words."""

    async def answer(self, wanted: Wanted) -> Reply:
        """Ask it. Raises TryLater, Refused, or Doubtful where it may have worked on it in vain."""
        ...

    async def close(self) -> None:
        """Let go."""
        ...


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of asking a language model: its `answer` as JSON, or else why there is none.

    The tokens are None where nobody knows what it cost; it `took_s` seconds.
    """

    answer: str = ""
    reason: str = ""
    tokens_in: int | None = 0
    tokens_out: int | None = 0
    took_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Sent:
    """An action was done; `message` is the platform's id of what it made, where there is one.

    Where a language model was asked, `judgement` is what came of it.
    """

    message: MessageId | None = None
    judgement: Judgement | None = None


class CannotUse(Exception):
    """A platform cannot be used with these settings; the message says why and what to do."""


class Sender(Protocol):
    """Does what an action says, on one platform. Any other exception than those above is a bug of ours."""

    # Seconds to leave between two actions of one lane, as the platform's limits ask.
    pause: float

    async def send(self, action: Doing) -> Sent:
        """Do it. Raises TryLater, Refused or Doubtful."""
        ...

    async def find(self, action: Doing, since: datetime | None = None) -> Sent | None:
        """Look whether a checkable action was done (its key travels with it). Raises TryLater.

        It was decided at `since`: before that it cannot have been done, so far as clocks agree.
        """
        ...


class Asks(Protocol):
    """Asks a language model what an action says."""

    async def ask(self, action: Ask) -> Judgement:
        """Ask, and return what came of it, whatever that is. Raises TryLater."""
        ...


class Hears(Protocol):
    """The inbox, as a listener sees it."""

    def put(self, event: Event) -> Awaitable[None]:
        """Hand over an event; acknowledge it only when this awaitable is done: then it is committed."""
        ...


# Under this name an adapter keeps a JSON object by the ids of members: who was forgotten is left out of it.
MEMBERS = "members"


class Memory(Protocol):
    """What a platform's adapter keeps through a restart: words by name, in each community.

    Every method may raise DatabaseTrouble's sentence as `Closed`.
    """

    async def read(self, community: str, name: str) -> str | None:
        """Return what was written under a name."""
        ...

    async def read_all(self, community: str, prefix: str) -> Mapping[str, str]:
        """Return what was written under names that begin so."""
        ...

    async def write(self, community: str, name: str, value: str | None) -> None:
        """Keep it; None forgets."""
        ...

    async def heard_in(self, community: str) -> Mapping[ChannelId, tuple[str, bool]]:
        """Return the channels that are taken to be heard: what each is called, and whether it is private."""
        ...

    async def last_heard(self, community: str) -> Mapping[ChannelId, datetime]:
        """Return when the newest message that is kept of each channel was posted."""
        ...

    async def messages_in(self, community: str, channel: str, thread: str | None) -> Sequence[MessageId]:
        """Return the messages that are kept and not deleted, of a channel or of a thread in it."""
        ...

    async def names(self, community: str, members: Sequence[str]) -> Mapping[MemberId, str]:
        """Return what members are called, of those that are known."""
        ...

    async def reactions_on(
        self, community: str, channel: str, message: str
    ) -> Sequence[tuple[MemberId, str]]:
        """Return who reacted to a message, and with which emoji, as far as they did not take it back."""
        ...

    async def kept_of(self, community: str, channel: str, messages: Sequence[str]) -> Collection[MessageId]:
        """Return those of some messages of a channel that are kept."""
        ...

    async def channel_of(self, community: str, thread: str, among: Sequence[str]) -> ChannelId | None:
        """Return in which of some channels messages of a thread are kept."""
        ...

    async def last_messages(self, community: str) -> Mapping[ChannelId | MessageId, MessageId]:
        """Return the newest message that is kept of each channel outside of threads, and of each thread."""
        ...


class Suggests(Protocol):
    """What may be filled in while somebody types a command."""

    async def digests(self, typed: CommandGiven) -> Mapping[str, str]:
        """Return by their names the digests that come regularly, as far as who types may know of them.

        May raise DatabaseTrouble's sentence as `Closed`.
        """
        ...


class Installations(Protocol):
    """What platforms gave for working in communities, tokens among it, kept encrypted.

    Every method may raise DatabaseTrouble's sentence as `Closed`.
    """

    async def load(self, community: str) -> str | None:
        """Return what was saved for a community."""
        ...

    async def save(self, community: str, data: str) -> None:
        """Keep it."""
        ...

    async def forget(self, community: str) -> None:
        """Erase it."""
        ...

    async def communities(self) -> Sequence[str]:
        """Return the communities that something is saved for, in order."""
        ...


class Watched(Protocol):
    """A running Hearth, as those ask who look after it; it never takes long to answer."""

    # Whether it was told to end: it takes nothing new, and finishes what it began.
    ending: bool

    def unwell(self) -> str | None:
        """Return why the process should be looked after, or None while it lives and its loops run."""
        ...

    def unready(self) -> Awaitable[str | None]:
        """Return why it cannot do its work now, in a sentence, or None."""
        ...

    def figures(self) -> Awaitable[bytes]:
        """Return the figures of running, as Prometheus reads them."""
        ...


@dataclass(frozen=True, slots=True)
class Told:
    """What answers at an address: whether it is a Hearth, whether that is ready, and if not, why."""

    address: str
    hearth: bool
    ready: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What of an export could not be taken as it stands: where, and what became of it."""

    where: str
    what: str


class Past(Protocol):
    """An export, opened: what happened, in the order in which it happened."""

    community: str
    name: str
    # How many events there are, for a progress bar.
    total: int
    # The same for exports of the same talk, whatever they are called or packed in.
    fingerprint: str

    @property
    def problems(self) -> Sequence[Problem]:
        """What could not be taken as it stands."""
        ...

    def events(self) -> Iterator[Event]:
        """Give the events in the order of (at, id)."""
        ...

    def clocked(self, event: Event) -> bool:
        """Tell whether the clock may follow an event: its time can be true."""
        ...

    def permalink(self, ref: MessageRef) -> str:
        """Return a message's address on its platform."""
        ...


@dataclass(frozen=True, slots=True)
class Visitor:
    """A manager at the pages, as of one request.

    `session` is a hash of what their browser holds, `reads` the channel whose readers they are taken for.
    """

    community: str
    community_name: str
    member: str
    name: str
    admin: bool
    roles: tuple[str, ...]
    session: str
    reads: str
    zone: ZoneInfo


# What has become of a link to the pages: it can be opened, was, is too old, or was never given.
LinkState = Literal["fresh", "used", "over", "unknown"]


class NoSuchPage(Exception):
    """There is no page of that name."""


class Desk(Protocol):
    """What the pages are handed: they look at what is kept, and bring what people do before the core.

    Every method but `permalink` may raise DatabaseTrouble's sentence as `Closed`.
    """

    # Where people reach the pages, as https://hearth.example.com.
    address: str

    async def link(self, token: str) -> LinkState:
        """Say what has become of a link."""
        ...

    async def open(self, token: str, session: str) -> bool:
        """Open the pages with a link, for a browser that holds what `session` is a hash of; once."""
        ...

    async def visitor(self, session: str) -> Visitor | Literal["no manager"] | None:
        """Return who a browser belongs to, now; None if their time is over, or never began."""
        ...

    async def look(self, page: str, visitor: Visitor, query: Mapping[str, str]) -> object:
        """Return what a page shows. Raises NoSuchPage."""
        ...

    async def command(self, visitor: Visitor, text: str, once: str) -> str:
        """Give a command; return what its answer is found by. With the same `once` it is given once."""
        ...

    async def press(self, visitor: Visitor, button: str, value: str, once: str) -> str:
        """Press a button; return what its answer is found by. With the same `once` it is pressed once."""
        ...

    async def answers(self, visitor: Visitor, interaction: str) -> Sequence[Card]:
        """Return the answers to something this visitor did, as long as they are kept."""
        ...

    async def retry(self, visitor: Visitor, event: str | None, feature: str | None) -> tuple[int, int]:
        """Run again what failed here, or one of it; return how many succeeded and how many failed again."""
        ...

    def permalink(self, community: str, ref: MessageRef) -> str | None:
        """Return where a message can be read."""
        ...

    async def draw(self, picture: Picture) -> str:
        """Return a picture as SVG."""
        ...


class Closed(Exception):
    """The pages cannot be read now; the message says why and what to do."""
