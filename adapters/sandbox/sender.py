"""Does what Hearth's actions say in the sandbox, and refuses what a platform would."""

from datetime import datetime, timedelta

from adapters.sandbox.fitting import MAX_OPTIONS, fitted
from adapters.sandbox.playground import Playground
from adapters.sandbox.records import Answered, Changed, Housed, Marked, Opened, Record, Said, Told, Whispered
from adapters.sandbox.world import HEARTH, Interaction, direct, message_id
from bot.actions import Answer, Doing, Mark, OpenForm, Post, ShowHome, Tell, Update, Whisper
from bot.cards import Card, Form, Select
from bot.clock import Clock
from bot.ports import Refused, Sent, TryLater

# Discord's forms: so many fields, with titles as short as Slack's.
MAX_FIELDS = 5
MAX_TITLE = 24
# As long as Discord's interactions live; Slack's live twice as long.
ANSWERABLE = timedelta(minutes=15)


class SandboxSender:
    """The sandbox's `Sender`. A post said twice is shown twice: looking first is the caller's part."""

    pause = 0.0

    def __init__(self, playground: Playground, clock: Clock) -> None:
        self._playground = playground
        self._clock = clock

    async def send(self, action: Doing) -> Sent:
        """Do what the action says. Raises Refused, or TryLater when it cannot be written down."""
        if action.community != self._playground.world.community:
            raise Refused("That sandbox is no more: its journal was moved away.")
        fact = self._fact(action)
        try:
            record = self._playground.write(fact)
        except OSError as error:
            raise TryLater(f"The sandbox cannot write its journal: {error}") from error
        return Sent(_made(record))

    async def find(self, action: Doing, since: datetime | None = None) -> Sent | None:
        """Look whether a post or a private word with this action's key was made."""
        message = self._playground.world.said.get(action.key)
        return Sent(message) if message else None

    def _fact(self, action: Doing) -> Said | Changed | Told | Whispered | Answered | Opened | Housed | Marked:
        match action:
            case Post():
                return self._post(action)
            case Update():
                return self._update(action)
            case Tell():
                self._present(action.member)
                return Told(key=action.key, member=action.member, card=_fit(action.card))
            case Whisper():
                return self._whisper(action)
            case Answer():
                return self._answer(action)
            case OpenForm():
                _check_form(action.form)
                self._asked(action)
                return Opened(
                    interaction=action.interaction,
                    channel=action.channel,
                    member=action.member,
                    form=action.form,
                )
            case ShowHome():
                self._present(action.member)
                return Housed(member=action.member, cards=tuple(map(_fit, action.cards)))
            case Mark():
                return self._mark(action)

    def _post(self, action: Post) -> Said:
        self._place(action.channel, action.thread)
        return Said(key=action.key, channel=action.channel, thread=action.thread, card=_fit(action.card))

    def _whisper(self, action: Whisper) -> Whispered:
        self._place(action.channel, action.thread)
        self._present(action.member)
        world = self._playground.world
        if not world.reads(world.members[action.member], action.channel):
            raise Refused(f'"{action.member}" does not read "{action.channel}".')
        return Whispered(
            key=action.key,
            channel=action.channel,
            thread=action.thread,
            member=action.member,
            card=_fit(action.card),
        )

    def _place(self, channel: str, thread: str | None) -> None:
        world = self._playground.world
        if channel not in world.channels:
            raise Refused(f'There is no channel "{channel}".')
        if thread is not None:
            root = world.messages.get(thread)
            if root is None or root.gone or root.channel != channel or root.only is not None:
                raise Refused(f'There is no message "{thread}" in "{channel}" to reply to.')
            if root.thread is not None:
                raise Refused(f'"{thread}" is in a thread itself.')

    def _answer(self, action: Answer) -> Answered | Changed:
        pressed = self._playground.world.messages.get(self._asked(action).message or "")
        if action.replaces and pressed is not None and pressed.answer and not pressed.gone:
            return Changed(message=pressed.id, card=_fit(action.card))
        return Answered(
            interaction=action.interaction,
            channel=action.channel,
            member=action.member,
            card=_fit(action.card),
        )

    def _update(self, action: Update) -> Changed:
        message = self._playground.world.messages.get(action.message or "")
        channel = action.channel or direct(action.member or "")
        if message is None or message.gone or message.channel != channel or message.answer:
            raise Refused(f'There is no message "{action.message}" in "{channel}".')
        if message.author != HEARTH:
            raise Refused(f'"{action.message}" is not a message of Hearth\'s.')
        return Changed(message=message.id, card=_fit(action.card))

    def _mark(self, action: Mark) -> Marked:
        message = self._playground.world.messages.get(action.message)
        if message is None or message.gone or message.channel != action.channel or message.only is not None:
            raise Refused(f'There is no message "{action.message}" in "{action.channel}".')
        return Marked(message=message.id, answered=action.answered)

    def _present(self, member: str) -> None:
        found = self._playground.world.members.get(member)
        if found is None or found.state == "left":
            raise Refused(f'There is no member "{member}".')

    def _asked(self, action: Answer | OpenForm) -> Interaction:
        asked = self._playground.world.interactions.get(action.interaction)
        if asked is None or (asked.member, asked.channel) != (action.member, action.channel):
            raise Refused(f'"{action.member}" did nothing in "{action.channel}" that waits for this answer.')
        if self._clock.now() - asked.at > ANSWERABLE:
            raise Refused(f"It was asked more than {ANSWERABLE.seconds // 60} minutes ago.")
        return asked


def _made(record: Record) -> str | None:
    match record.fact:
        case Changed() as fact:
            return fact.message
        case Said() | Told() | Whispered() | Answered():
            return message_id(record.n)
        case _:
            return None


def _fit(card: Card) -> Card:
    """Return a card as it is shown. Raises Refused where it says nothing."""
    if not (card.title.strip() or card.text.strip()):
        raise Refused("A message without a title or a text says nothing.")
    return fitted(card)


def _check_select(select: Select) -> None:
    if select.among == "options" and not 0 < len(select.options) <= MAX_OPTIONS:
        raise Refused(f"There are 1 to {MAX_OPTIONS} options to choose from; here are {len(select.options)}.")


def _check_form(form: Form) -> None:
    if not 0 < len(form.fields) <= MAX_FIELDS:
        raise Refused(f"A form has 1 to {MAX_FIELDS} fields; this one has {len(form.fields)}.")
    if len(form.title) > MAX_TITLE:
        raise Refused(f"A form's title has {MAX_TITLE} characters at most; this one has {len(form.title)}.")
    for field in form.fields:
        if isinstance(field, Select):
            _check_select(field)
