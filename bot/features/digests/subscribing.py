"""Answers what managers say and press: who gets which digest, how one looks, and that it shall come now."""

from collections.abc import Callable, Mapping, Sequence
from datetime import time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from bot.actions import Action, Post, answer
from bot.cards import Card, Item, Section, shorten
from bot.commands import given
from bot.communities import MANAGERS_ONLY, channel_name, is_archived, is_manager, is_private, settings_of
from bot.events import ButtonPressed, ChannelFound, CommandGiven
from bot.features.digests.cards import Made, digest_card
from bot.features.digests.grammar import EXAMPLE, Unclear, Wanted, read
from bot.features.digests.listing import button, buttons, line
from bot.features.digests.making import look, make_now
from bot.features.digests.places import NoSuchPlace, place_called
from bot.features.digests.plans import (
    HOUR,
    KINDS,
    WEEKLY,
    Plan,
    everything,
    first_from,
    plan_of,
    subscriptions,
    was_used,
)
from bot.features.digests.wording import about, dates, described, listed, moment
from bot.weeks import Rhythm, Window
from storage.transaction import Transaction

Asked = CommandGiven | ButtonPressed

# More digests than this nobody reads, and a list of them is no list any more.
MOST = 50
# Platforms take 25 buttons in a card; three belong to each of a list.
_BUTTONS = 25
_WITH_BUTTONS = _BUTTONS // 3
# Letters and digits that are not mistaken for each other.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_ID_LENGTH = 4
# In less nothing is said, and a time from 8:25 to 8:25 is none.
_MINUTE = timedelta(minutes=1)


def on_command(event: CommandGiven, tx: Transaction) -> Sequence[Action]:
    """Answer a command, if it is about digests and its giver may give it."""
    if (wanted := given(event, tx, "subscribe")) is not None:
        return [answer(event, _subscribe(event, tx, wanted))]
    if given(event, tx, "subscriptions") is not None:
        return [answer(event, _list(event, tx))]
    if given(event, tx, "digest") is not None:
        plan = plan_of(tx, event.community, WEEKLY, event.at)
        assert plan is not None
        return [answer(event, _preview(event, tx, plan, "This week so far"))]
    for name in _DOES:
        rest = given(event, tx, name)
        if rest is not None:
            return _do(event, tx, name, rest)
    return []


def on_button(event: ButtonPressed, tx: Transaction) -> Sequence[Action]:
    """Answer a button of a list of subscriptions."""
    name = event.button.removeprefix("digest.")
    if name not in _DOES:
        return [answer(event, "I do not know that button; the card may be from another version of me.")]
    if not is_manager(tx, event):
        return [answer(event, MANAGERS_ONLY)]
    return _do(event, tx, name, event.value)


def pause_archived(event: ChannelFound, tx: Transaction) -> Sequence[Action]:
    """Pause what goes to a channel that was archived, where nobody reads it, and tell managers."""
    if not is_archived(tx, event.community, event.channel):
        return []  # Something later was heard of it.
    paused = [
        plan.keep(tx, paused=True)
        for plan in everything(tx, event.community, event.at)
        if plan.channel == event.channel and not plan.paused
    ]
    managers = settings_of(tx, event.community).managers_channel
    if not paused or managers is None or managers == event.channel:
        return []
    card = Card(
        title=f"#{event.name} was archived",
        text="What went there is paused: "
        f"{'; '.join(f'{plan.id}, {described(tx, plan)}' for plan in paused)}. What would have been posted "
        f"is kept. /community resume {paused[0].id} goes on, once somebody reads there again.",
        tone="warning",
    )
    return [Post(key=f"archived:{event.id}", community=event.community, channel=managers, card=card)]


def _do(event: Asked, tx: Transaction, name: str, id: str) -> Sequence[Action]:
    plan = _chosen(event, tx, name, id)
    if isinstance(plan, str | Card):
        return [answer(event, plan)]
    return _DOES[name](event, tx, plan)


def _chosen(event: Asked, tx: Transaction, name: str, id: str) -> Plan | Card | str:
    """Return the plan that is meant, or what says why none is clear."""
    all_of_them = everything(tx, event.community, event.at)
    called = id.lower().strip(" .\"'#")
    if not called and len(all_of_them) == 1:
        return all_of_them[0]
    if not called:
        if not all_of_them:
            return _NONE
        return Card(
            title="Which one?",
            sections=(
                Section(
                    name="Subscriptions",
                    items=tuple(Item(text=_line(event, tx, plan)) for plan in all_of_them),
                ),
            ),
            buttons=tuple(button(name, plan, named=True) for plan in all_of_them[:_BUTTONS]),
            footer=f"Or write /community {name} {all_of_them[-1].id}, for example.",
        )
    # The weekly one can be looked at and stopped before a channel is named for it.
    plan = plan_of(tx, event.community, called, event.at)
    if plan is None:
        shown = shorten(called, 30)
        return f'There is no subscription "{shown}"; /community subscriptions lists those there are.'
    return plan


def _subscribe(event: CommandGiven, tx: Transaction, text: str) -> Card | str:
    if not text:
        return Card(
            title="Say what about, how often, when and where",
            text=f"For example: {EXAMPLE}",
            sections=(
                Section(
                    name="What you can say",
                    items=(
                        Item(text=f"About what: {listed(KINDS)}, or all"),
                        Item(text="How often: daily, weekly or monthly"),
                        Item(text="When: monday 9:00, on the 1st at 8, a timezone as Europe/Berlin"),
                        Item(text="Where: in #product; else it comes here"),
                    ),
                ),
            ),
        )
    try:
        wanted = read(text)
        channel = place_called(tx, event.community, wanted.place or event.channel, event.channel)
    except Unclear as error:
        return f"{error} Nothing was subscribed. For example: {EXAMPLE}"
    except NoSuchPlace as error:
        return f"{error} Nothing was subscribed."
    private = is_private(tx, event.community, channel)
    kinds = wanted.kinds or KINDS
    if not private:
        kinds = tuple(kind for kind in kinds if kind != "broadcasts")
    if not kinds:
        return (
            "What reads like selling is shown in private channels only, so that nobody is held up in public: "
            "name a private channel. Nothing was subscribed."
        )
    plan = _new(event, tx, wanted, channel, kinds)
    others = subscriptions(tx, event.community)
    for other in others:
        if (other.channel, other.kinds, other.rhythm) == (plan.channel, plan.kinds, plan.rhythm):
            return f"That is subscribed already, as {other.id}: {described(tx, other)}."
    if len(others) >= MOST:
        return f"There are {MOST} subscriptions, as many as can be: unsubscribe one first."
    plan.keep(tx)
    first = plan.rhythm.following(event.at)
    tx.schedule(event.community, "digest", plan.id, first.due_at)
    said = described(tx, plan)
    left_out = "broadcasts" in (wanted.kinds or ()) and not private
    return Card(
        title=f"Subscribed, as {plan.id}",
        text=f"{said[0].upper()}{said[1:]}. The first comes on "
        f"{moment(first.due_at, plan.zone)} and covers "
        f"{dates(Window(plan.next_from, first.end), plan.zone)}.",
        buttons=buttons(plan, named=False),
        footer="What reads like selling is left out: it is shown in private channels only."
        if left_out
        else "",
        tone="good",
    )


def _new(event: CommandGiven, tx: Transaction, wanted: Wanted, channel: str, kinds: Sequence[str]) -> Plan:
    zone = ZoneInfo(wanted.timezone) if wanted.timezone else settings_of(tx, event.community).zone
    rhythm = Rhythm(wanted.every, wanted.day, wanted.at or time(HOUR), zone)
    return Plan(
        community=event.community,
        id=_free_id(event, tx),
        channel=channel,
        kinds=tuple(kind for kind in KINDS if kind in kinds),
        rhythm=rhythm,
        paused=False,
        made_by=event.member,
        made_at=event.at,
        ended_at=None,
        next_from=first_from(rhythm, event.at),
    )


def _free_id(event: CommandGiven, tx: Transaction) -> str:
    """Return a short id, made of the event's, that no subscription had yet."""
    number = int.from_bytes(sha256(event.id.encode()).digest())
    while True:
        letters = ""
        for _ in range(_ID_LENGTH):
            number, place = divmod(number, len(_LETTERS))
            letters += _LETTERS[place]
        if not was_used(tx, event.community, letters):
            return letters


def _list(event: Asked, tx: Transaction) -> Card:
    plans = everything(tx, event.community, event.at)
    if not plans:
        return Card(text=_NONE)
    return Card(
        title="Who gets which digest",
        sections=(
            Section(
                name="Subscriptions",
                items=tuple(Item(text=_line(event, tx, plan)) for plan in plans),
            ),
        ),
        buttons=tuple(each for plan in plans[:_WITH_BUTTONS] for each in buttons(plan, named=True)),
        footer="/community now ID posts what there is so far; preview, pause, resume and unsubscribe take "
        "an ID too.",
    )


def _line(event: Asked, tx: Transaction, plan: Plan) -> str:
    where = channel_name(tx, event.community, plan.channel) if plan.channel else ""
    return f"{plan.id}: {line(plan, where, event.at)}"


def _preview(event: Asked, tx: Transaction, plan: Plan, title: str) -> Card:
    """Return a digest as it stands, of what both its readers and those of this channel can read."""
    window = Window(plan.next_from, max(event.at, plan.next_from))
    places = [event.channel, *([plan.channel] if plan.channel else [])]
    found = look(tx, plan, window, places)
    text = dates(window, plan.zone)
    if window.end - window.start < _MINUTE:
        text = f"There is nothing to tell since {moment(window.start, plan.zone)}"
    elif not found.lines:
        text += ": nothing to tell yet"
    where = f" to #{channel_name(tx, event.community, plan.channel)}" if plan.channel else ""
    if plan.paused:
        text += ". It is paused, and not posted"
    elif plan.channel:
        text += f". It goes{where} on {moment(plan.rhythm.following(event.at).due_at, plan.zone)}"
    else:
        text += ". It is kept only, until a feedback channel is named"
    made = Made(found.plan, found.sections, found.counts, event.at, None)
    return digest_card(made, title, f"{text}.")


def _previewed(event: Asked, tx: Transaction, plan: Plan) -> Sequence[Action]:
    return [answer(event, _preview(event, tx, plan, f"Preview of {plan.id}"))]


def _now(event: Asked, tx: Transaction, plan: Plan) -> Sequence[Action]:
    if not plan.channel:
        return [answer(event, "It has no channel yet: name a feedback channel in the settings first.")]
    found, actions = make_now(event, tx, plan)
    if not actions:
        since = moment(plan.next_from, plan.zone)
        return [answer(event, f"There is nothing to tell since {since}: nothing was posted, and it goes on.")]
    where = channel_name(tx, event.community, plan.channel)
    posted = "Posted in" if isinstance(actions[0], Post) else "With words by a language model it goes to"
    text = f"{posted} #{where}: {dates(found.window, plan.zone)}. The next one begins where it ends."
    return [answer(event, text), *actions]


def _pause(event: Asked, tx: Transaction, plan: Plan) -> Sequence[Action]:
    if plan.paused:
        return [answer(event, f"{plan.id} is paused already.")]
    plan.keep(tx, paused=True)
    return [
        answer(
            event,
            f"Paused: {described(tx, plan)}. What would have been posted is kept; "
            f"/community resume {plan.id} goes on from then.",
        )
    ]


def _resume(event: Asked, tx: Transaction, plan: Plan) -> Sequence[Action]:
    if not plan.paused:
        return [answer(event, f"{plan.id} is not paused.")]
    plan.keep(tx, paused=False)
    following = plan.rhythm.following(event.at)
    tx.schedule(event.community, "digest", plan.id, following.due_at)
    return [answer(event, f"It goes on: {about(plan.kinds)}, next {moment(following.due_at, plan.zone)}.")]


def _unsubscribe(event: Asked, tx: Transaction, plan: Plan) -> Sequence[Action]:
    if plan.id == WEEKLY:
        return [
            answer(
                event,
                "The weekly one belongs to the feedback channel: pause it with /community pause weekly.",
            )
        ]
    plan.keep(tx, ended_at=event.at)
    tx.unschedule(event.community, "digest", plan.id)
    return [answer(event, f"Unsubscribed: {described(tx, plan)}. What was posted stays.")]


_NONE = f"Nobody gets a digest yet: name a feedback channel in the settings, or subscribe: {EXAMPLE}"
_DOES: Mapping[str, Callable[[Asked, Transaction, Plan], Sequence[Action]]] = {
    "preview": _previewed,
    "now": _now,
    "pause": _pause,
    "resume": _resume,
    "unsubscribe": _unsubscribe,
}
