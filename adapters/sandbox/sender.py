"""Does what Hearth's actions say in the sandbox, and refuses what a platform would."""

from datetime import datetime, timedelta

from adapters.sandbox.playground import Playground
from adapters.sandbox.records import Answered, Changed, Record, Said, Told
from adapters.sandbox.world import HEARTH, message_id
from bot.actions import Action, Answer, Post, Tell, Update
from bot.cards import Card, plain
from bot.clock import Clock
from bot.ports import Refused, Sent, TryLater

# Slack answers msg_blocks_too_long at about 13,200 characters, below every limit it documents.
MAX_CHARACTERS = 12_000
# A row of Slack's buttons, and all five rows of Discord's.
MAX_BUTTONS = 25
# As long as Discord's interactions live; Slack's live twice as long.
ANSWERABLE = timedelta(minutes=15)


class SandboxSender:
    """The sandbox's `Sender`. A post said twice is shown twice: looking first is the caller's part."""

    pause = 0.0

    def __init__(self, playground: Playground, clock: Clock) -> None:
        self._playground = playground
        self._clock = clock

    async def send(self, action: Action) -> Sent:
        """Do what the action says. Raises Refused, or TryLater when it cannot be written down."""
        if action.community != self._playground.world.community:
            raise Refused("That sandbox is no more: its journal was moved away.")
        _check(action.card)
        fact = self._fact(action)
        try:
            record = self._playground.write(fact)
        except OSError as error:
            raise TryLater(f"The sandbox cannot write its journal: {error}") from error
        return Sent(_made(record))

    async def find(self, action: Action) -> Sent | None:
        """Look whether a post or a private word with this action's key was made."""
        message = self._playground.world.said.get(action.key)
        return Sent(message) if message else None

    def _fact(self, action: Action) -> Said | Changed | Told | Answered:
        match action:
            case Post():
                return self._post(action)
            case Update():
                return self._update(action)
            case Tell():
                return self._tell(action)
            case Answer():
                return self._answer(action, self._clock.now())

    def _post(self, action: Post) -> Said:
        world = self._playground.world
        if action.channel not in world.channels:
            raise Refused(f'There is no channel "{action.channel}".')
        if action.thread is not None:
            root = world.messages.get(action.thread)
            if root is None or root.gone or root.channel != action.channel or root.only is not None:
                raise Refused(f'There is no message "{action.thread}" in "{action.channel}" to reply to.')
            if root.thread is not None:
                raise Refused(f'"{action.thread}" is in a thread itself.')
        return Said(key=action.key, channel=action.channel, thread=action.thread, card=action.card)

    def _update(self, action: Update) -> Changed:
        message = self._playground.world.messages.get(action.message or "")
        if message is None or message.gone or message.channel != action.channel or message.answer:
            raise Refused(f'There is no message "{action.message}" in "{action.channel}".')
        if message.author != HEARTH:
            raise Refused(f'"{action.message}" is not a message of Hearth\'s.')
        return Changed(message=message.id, card=action.card)

    def _tell(self, action: Tell) -> Told:
        member = self._playground.world.members.get(action.member)
        if member is None or member.state == "left":
            raise Refused(f'There is no member "{action.member}".')
        return Told(key=action.key, member=action.member, card=action.card)

    def _answer(self, action: Answer, now: datetime) -> Answered:
        asked = self._playground.world.interactions.get(action.interaction)
        if asked is None or (asked.member, asked.channel) != (action.member, action.channel):
            raise Refused(f'"{action.member}" did nothing in "{action.channel}" that waits for this answer.')
        if now - asked.at > ANSWERABLE:
            raise Refused(f"It was asked more than {ANSWERABLE.seconds // 60} minutes ago.")
        return Answered(
            interaction=action.interaction, channel=action.channel, member=action.member, card=action.card
        )


def _made(record: Record) -> str | None:
    return record.fact.message if isinstance(record.fact, Changed) else message_id(record.n)


def _check(card: Card) -> None:
    if not (card.title.strip() or card.text.strip()):
        raise Refused("A message without a title or a text says nothing.")
    if len(card.buttons) > MAX_BUTTONS:
        raise Refused(f"A message has {MAX_BUTTONS} buttons at most; this one has {len(card.buttons)}.")
    characters = len(plain(card)) + sum(len(button.label) for button in card.buttons)
    if characters > MAX_CHARACTERS:
        raise Refused(f"A message has {MAX_CHARACTERS:,} characters at most; this one has {characters:,}.")
