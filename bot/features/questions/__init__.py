"""Notices questions, sees whether they are answered, and flags once what stays open too long."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select

from bot.actions import Action, Mark, answer
from bot.commands import given
from bot.communities import (
    MANAGERS_ONLY,
    as_heard,
    changes_by,
    excluded_by,
    forgotten_by,
    is_manager,
    settings_of,
)
from bot.decisions import OPEN, decide
from bot.events import (
    ButtonPressed,
    ChannelFound,
    CommandGiven,
    CommunityFound,
    Delivered,
    Event,
    FellDue,
    Happened,
    Judged,
    MemberChanged,
    MemberJoined,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
    ShortcutUsed,
)
from bot.features.questions.asked import LATER, Asked, key_of
from bot.features.questions.drafting import DRAFT, ask_for_draft, drafted, is_draft
from bot.features.questions.flags import age, flag, remind_at, update
from bot.features.questions.hints import (
    HINT,
    NO,
    YES,
    forget_hint,
    hint,
    hint_soon,
    hinted_by,
    say_of_it,
)
from bot.features.questions.likely import read_likely
from bot.features.questions.live import LIST, keep_list
from bot.features.questions.marks import marked_by, marks_now, see_markers
from bot.features.questions.opinions import ask_opinion, hear_opinion, is_opinion, look_again
from bot.features.questions.overruling import HEED, heed, heed_soon, overruled
from bot.features.questions.overview import open_questions
from bot.features.questions.readers import READERS, go_over, go_over_soon
from bot.features.questions.reminders import remind, update_reminders
from bot.features.questions.replied import seems_replied
from bot.features.questions.resettle import newly_marked, reschedule, taken_out, undecide
from bot.features.questions.rulings import HELPED, SETTLING
from bot.features.questions.similar import keep_similar, showing, was_found
from bot.features.questions.states import (
    as_it_stands,
    derive,
    forget_case,
    go_on,
    heeded,
    let_go,
    mark,
    mark_flagged,
)
from bot.features.questions.talk import CHECK_MARKS, Scope, known_recent, recent
from bot.features.questions.times import may_wait_longer
from bot.features.questions.turns import follow, follow_again, read_ahead
from bot.features.questions.undoing import UNDO, UNDONE, meant, offer_undo, take_back
from bot.features.questions.volunteers import (
    HELP,
    HELPS,
    NEXT,
    PASS,
    PASSED,
    UNREACHABLE,
    ask_next,
    asked_by,
    keep_told,
    may_help,
    settle,
)
from bot.features.questions.window import Standing
from bot.heard import is_new
from bot.language.parents import NOBODY, Said
from bot.language.replied import REPLIED_WITHIN
from storage.tables import Message, Turn, table
from storage.transaction import Transaction

_message = table(Message)
_turn = table(Turn)
_MESSAGE = select(_message.c.posted_at, _message.c.thread).where(
    _message.c.community == bindparam("in_community"),
    _message.c.channel == bindparam("in_channel"),
    _message.c.id == bindparam("of_message"),
)
_TURN = select(_turn.c.head, _turn.c.question).where(
    _turn.c.community == bindparam("in_community"),
    _turn.c.channel == bindparam("in_channel"),
    _turn.c.message == bindparam("of_message"),
)
_DONE = {
    "take": "It is yours. The card says so.",
    "answered": "Marked as answered.",
    "not_a_question": "Noted: not a question.",
    "later": "I will remind you in {wait}, should it still be open then.",
    "staff": "Handed to staff.",
    "open": "Open again.",
}
_GONE = "That question is gone: it was deleted, or reads differently now."


def look_ahead(events: Sequence[Event], tx: Transaction) -> None:
    """Read the latest talk of the channels in which something happened, and who put check marks before.

    Of what was said there it is read all at once what it may reply to.
    """
    known: set[tuple[str, str]] = set()
    places: set[tuple[str, str]] = set()
    coming: dict[tuple[str, str], list[Said]] = {}
    for event in events:
        match event:
            case MessagePosted():
                places.add((event.community, event.channel))
                heard = as_heard(event, tx) if event.thread is None and not event.author_is_bot else None
                if isinstance(heard, MessagePosted):
                    coming.setdefault((event.community, event.channel), []).append(_said(heard))
            case ReactionAdded() | ReactionRemoved() if event.emoji in CHECK_MARKS:
                places.add((event.community, event.channel))
            case MemberChanged() | MemberJoined():
                known.add((event.community, event.member))
            case _:
                pass
    for place in sorted(places):
        recent(tx, *place).trim()
        let_go(tx, *place)
    read_ahead(tx, coming)
    see_markers(tx, known)


def _said(event: MessagePosted) -> Said:
    return Said(
        id=event.message,
        author=event.author,
        at=event.at,
        text=event.text,
        bot=event.author_is_bot,
        mentions=frozenset(event.mentions) or NOBODY,
        reply_to=event.reply_to,
    )


def handle(event: Event, tx: Transaction) -> Sequence[Action]:
    """Follow the talk, the marks and the managers' buttons; flag what is due."""
    match event:
        case MessagePosted():
            new = is_new(event, tx)
            scope = Scope(event.community, event.channel, event.thread)
            return _followed(event, tx, follow(tx, scope, _said(event), new=new), new=new)
        case MessageEdited() | MessageDeleted():
            # What is deleted stays so, whatever order the two are told in; its row knows.
            actions = _changed(event, tx)
            look_again(event, tx)
            return actions
        case ReactionAdded() | ReactionRemoved() if event.emoji in CHECK_MARKS:
            return _marked(event, tx)
        case MemberChanged() | MemberJoined():
            return _role_known(event, tx)
        case ButtonPressed() if event.button.startswith("question."):
            return _pressed(event, tx)
        case CommandGiven() if (wanted := given(event, tx, "questions")) is not None:
            return [answer(event, open_questions(event, tx, wanted))]
        case ButtonPressed() | CommandGiven():
            return _set_anew(event, tx)
        case ChannelFound():
            go_over_soon(event, tx)
            return []
        case CommunityFound() if settings_of(tx, event.community).open_list:
            tx.schedule(event.community, "questions", LIST, event.at, unless_there=True)
            return []
        case ShortcutUsed(shortcut="answered"):
            return _said_answered(event, tx)
        case Delivered(outcome="failed" | "doubtful") if (of := asked_by(event.key)) is not None:
            return _not_told(event, tx, *of)
        case Delivered(outcome="failed") if (shown := hinted_by(event.key)) is not None:
            forget_hint(tx, event.community, *shown)
            return []
        case FellDue(feature="questions"):
            return _due(event, tx)
        case Judged() if is_draft(event):
            return drafted(event, tx)
        case Judged() if is_opinion(event):
            hear_opinion(event, tx)
            return []
        case _:
            return []


def _marked(event: ReactionAdded | ReactionRemoved, tx: Transaction) -> Sequence[Action]:
    marks_now(tx, event.community, event.member)
    talk = known_recent(tx, event.community, event.channel)
    if talk is not None:
        talk.marked.add(event.message)
    turn: Standing | Row[Any] | None = talk.by_id.get(event.message) if talk is not None else None
    if turn is None:
        turn = tx.row(_TURN, **_place(event), of_message=event.message)
    place = (event.community, event.channel)
    return _shown(event, tx, (mark(tx, *place, head) for head in _heads(turn)))


def _role_known(event: MemberChanged | MemberJoined, tx: Transaction) -> Sequence[Action]:
    """A manager's check mark counts, whichever of the two is heard of first."""
    actions: list[Action] = []
    for channel, message in marked_by(tx, event.community, event.member):
        turn = tx.row(_TURN, in_community=event.community, in_channel=channel, of_message=message)
        place = (event.community, channel)
        actions += _shown(event, tx, (mark(tx, *place, head) for head in _heads(turn)))
    return actions


def _set_anew(event: ButtonPressed | CommandGiven, tx: Transaction) -> Sequence[Action]:
    """Bring questions in line with settings that were changed, and with who is left out of reading now."""
    actions: list[Action] = []
    forgotten = forgotten_by(event, tx)
    if forgotten is not None:
        for channel, head in undecide(tx, event.community, forgotten):
            actions += _shown(event, tx, [derive(tx, event.community, channel, head)], reads_anew=True)
    excluded, changes = excluded_by(event, tx), changes_by(event, tx)
    for member in excluded:
        for channel, heads in taken_out(tx, event.community, member).items():
            derived = (derive(tx, event.community, channel, head) for head in sorted(heads))
            actions += _shown(event, tx, derived, reads_anew=True)
            actions += _shown_beside(event, tx, channel, heads)
    for channel, message in newly_marked(tx, event.community, changes):
        turn = tx.row(_TURN, in_community=event.community, in_channel=channel, of_message=message)
        marks = (mark(tx, event.community, channel, head) for head in _heads(turn))
        actions += _shown(event, tx, marks)
    reschedule(tx, event.community, changes)
    go_over_soon(event, tx)
    listed = settings_of(tx, event.community).open_list
    if "open_list" in changes or (listed and (changes or excluded or forgotten is not None)):
        tx.schedule(event.community, "questions", LIST, event.at)
    return actions


def _said_answered(event: ShortcutUsed, tx: Transaction) -> Sequence[Action]:
    """Settle the question that a message asks or answers, by the word of who asked or of a manager."""
    turn = tx.row(_TURN, in_community=event.community, in_channel=event.channel, of_message=event.message)
    head = turn.question if turn is not None else None
    asked = derive(tx, event.community, event.channel, head)[0] if head is not None else None
    if head is None or asked is None or not asked.stands:
        return [answer(event, "I know of no question that this asks or answers.")]
    if event.member != asked.asker and not is_manager(tx, event):
        return [
            answer(
                event,
                "Only who asked, or a manager, can say so. Thank you for looking after it all the same!",
            )
        ]
    if asked.state == "answered" and asked.evidence is not None and asked.evidence["by"] == "person":
        return [answer(event, "That question counts as answered already.")]
    assert turn is not None
    said_after = event.message if turn.head != head else None
    asked = _decide(event, tx, asked, "answered", said_after)
    return [answer(event, _DONE["answered"]), *_told(event, tx, asked)]


def _decide(
    event: ButtonPressed | ShortcutUsed,
    tx: Transaction,
    asked: Asked,
    decision: str,
    said_after: str | None = None,
) -> Asked:
    """Write down what somebody decided about a question; return it as it stands then."""
    channel, head = asked.channel, asked.message
    judges = event.member != asked.asker and is_manager(tx, event)
    wrong = overruled(tx, asked, decision, said_after) if judges else None
    decide(event, tx, "question", channel, head, decision, answered=said_after, overrules=wrong)
    if wrong is not None:
        heed_soon(event, tx)
    talk = known_recent(tx, event.community, channel)
    if talk is not None:
        talk.ruled.add(head)
    decided, _ = derive(tx, event.community, channel, head)
    assert decided is not None
    if decision in SETTLING or decision == OPEN:
        offer_undo(tx, decided)
    return decided


def _heads(turn: Standing | Row[Any] | None) -> list[str]:
    """Return the heads of what a message may belong to: its own, and the question's it is about."""
    return [] if turn is None else sorted({turn.head, turn.question or turn.head})


def _shown(
    event: Happened,
    tx: Transaction,
    derived: Iterable[tuple[Asked | None, bool]],
    *,
    reads_anew: bool = False,
) -> list[Action]:
    """Return the updates of the cards of questions that were derived, where that changed something.

    A question may stand as it stood and read otherwise: a card shows no words that are no more.
    """
    actions: list[Action] = []
    for asked, changed in derived:
        if asked is not None and (changed or reads_anew):
            actions += _told(event, tx, asked)
            if asked.was is None:
                hint_soon(tx, asked)
            if reads_anew:
                actions += update_reminders(tx, asked, event.at, event.id)
    return actions


def _shown_beside(event: Happened, tx: Transaction, channel: str, heads: Collection[str]) -> list[Action]:
    """Return the updates of cards on which these questions stand as like another: they read otherwise now."""
    actions: list[Action] = []
    for place in showing(tx, event.community, channel, heads):
        asked = as_it_stands(tx, event.community, *place)
        if asked is not None and (asked.state == "unanswered" or was_found(asked)):
            actions += update(tx, asked, event.at, event.id)
    return actions


def _told(event: Happened, tx: Transaction, asked: Asked) -> Sequence[Action]:
    """Return what shows how a question stands now: on its card, and on the message for everybody."""
    answered = asked.state == "answered"
    actions = [*update(tx, asked, event.at, event.id), *keep_told(tx, asked, event.id)]
    changed = (asked.was == "answered") != answered
    if asked.was is not None and (asked.was == "unanswered") != (asked.state == "unanswered"):
        actions += update_reminders(tx, asked, event.at, event.id)
    if changed and not answered:
        actions += _shown_beside(event, tx, asked.channel, [asked.message])
    # What was taken back has no text, and takes no mark.
    if changed and asked.text and settings_of(tx, asked.community).mark_answered:
        actions.append(
            Mark(
                key=f"mark:{event.id}:{key_of(asked.channel, asked.message)}",
                community=asked.community,
                channel=asked.channel,
                message=asked.message,
                thread=asked.thread,
                answered=answered,
            )
        )
    return actions


def _place(event: MessageEdited | MessageDeleted | ReactionAdded | ReactionRemoved) -> dict[str, str]:
    return {"in_community": event.community, "in_channel": event.channel}


def _changed(event: MessageEdited | MessageDeleted, tx: Transaction) -> Sequence[Action]:
    row = tx.row(_MESSAGE, **_place(event), of_message=event.message)
    if row is None:
        return []
    return _settle(
        event,
        tx,
        follow_again(tx, Scope(event.community, event.channel, row.thread), event.message, row.posted_at),
    )


def _followed(
    event: MessagePosted, tx: Transaction, found: Standing | set[str], *, new: bool
) -> Sequence[Action]:
    if isinstance(found, set):
        return _settle(event, tx, found)
    place = (event.community, event.channel)
    if found.head not in found.concerns:
        forget_case(tx, *place, found.head)
    return _shown(event, tx, (go_on(tx, *place, head, found, new=new) for head in sorted(found.concerns)))


def _settle(
    event: MessagePosted | MessageEdited | MessageDeleted, tx: Transaction, heads: set[str]
) -> Sequence[Action]:
    """Derive the questions anew that something may have changed, and show it on their cards."""
    reads_anew = isinstance(event, MessageEdited | MessageDeleted)
    derived = (derive(tx, event.community, event.channel, head) for head in sorted(heads))
    actions = _shown(event, tx, derived, reads_anew=reads_anew)
    return [*actions, *_shown_beside(event, tx, event.channel, heads)] if reads_anew else actions


def _due(event: FellDue, tx: Transaction) -> Sequence[Action]:
    """Flag a question that is still open and that nobody seems to have replied to; remind who asked to be
    reminded of a flagged one; show who asks what was answered before; ask the next volunteer; bring the list
    of open questions up to date, and cards whose words others may read now; heed what was decided and can no
    longer be undone."""
    if event.key == LIST:
        return keep_list(tx, event.community, event.at)
    if event.key == HEED:
        heed(event, tx)
        return []
    if event.key.startswith(READERS):
        return go_over(event, tx)
    later, more_help = event.key.startswith(LATER), event.key.startswith(NEXT)
    key = event.key.removeprefix(LATER).removeprefix(NEXT).removeprefix(UNDONE).removeprefix(HINT)
    channel, _, head = key.partition("/")
    head, _, member = head.partition("/") if later else (head, "", "")
    asked = as_it_stands(tx, event.community, channel, head)
    if event.key.startswith(UNDONE):
        return update(tx, asked, event.at, event.id) if asked is not None else []
    if asked is None or asked.state != "unanswered":
        return []
    if event.key.startswith(HINT):
        return hint(tx, asked, event.at)
    if later:
        read_likely(tx, asked, event.at)
        return [
            *remind(tx, asked, member, event.at, event.id),
            *update(tx, asked, event.at, event.id),
        ]
    if more_help:
        return _go_on_asking(event, tx, asked)
    if not heeded(tx, event.community, channel):
        return []
    if asked.flagged_at is None and may_wait_longer(tx, asked, event.at):
        return []
    found = read_likely(tx, asked, event.at)
    actions: Sequence[Action] = []
    if asked.flagged_at is not None:
        actions = update(tx, asked, event.at, event.id)
    elif not seems_replied(tx, event.community, found):
        if opinion := ask_opinion(event, tx, asked, found):
            return opinion
        asked = mark_flagged(tx, asked, event.at)
        keep_similar(tx, asked, settings_of(tx, event.community).managers_channel or "")
        actions = [*ask_next(tx, asked, event.at), *flag(tx, asked, event.at)]
    if found is not None and event.at < (settled := asked.asked_at + REPLIED_WITHIN):
        # Whether somebody replied is told again when all that counts has been said.
        tx.schedule(event.community, "questions", event.key, settled)
    return actions


def _go_on_asking(event: FellDue | Delivered | ButtonPressed, tx: Transaction, asked: Asked) -> list[Action]:
    """Ask the next volunteer, if there is one, and show managers who was asked."""
    return [*ask_next(tx, asked, event.at), *update(tx, asked, event.at, event.id)]


def _not_told(event: Delivered, tx: Transaction, channel: str, head: str, member: str) -> Sequence[Action]:
    """Ask the next volunteer where one could not be reached."""
    asked = as_it_stands(tx, event.community, channel, head)
    if asked is None or settle(tx, asked, member, UNREACHABLE, event.id) is None:
        return []
    return _go_on_asking(event, tx, asked) if asked.state == "unanswered" else []


def _pressed(event: ButtonPressed, tx: Transaction) -> Sequence[Action]:
    decision = event.button.removeprefix("question.")
    channel, _, head = event.value.partition("/")
    if event.button in (HELP, PASS):
        return _volunteered(event, tx, channel, head)
    if event.button in (YES, NO):
        return _hinted(event, tx, channel, head)
    if event.button == UNDO:
        return _undone(event, tx)
    if event.button == DRAFT:
        return _drafting(event, tx, channel, head)
    if decision not in _DONE:
        return [answer(event, "I do not know that button; the card may be from another version of me.")]
    if not is_manager(tx, event):
        return [answer(event, MANAGERS_ONLY)]
    asked, _ = derive(tx, event.community, channel, head)
    if asked is None or not asked.stands:
        return [answer(event, _GONE)]
    if asked.state != "unanswered" and decision in ("take", "later"):
        return [answer(event, "That question is settled already; nothing was changed.")]
    asked = _decide(event, tx, asked, decision)
    at = remind_at(tx, asked, event.at)
    if decision == "later":
        due = f"{LATER}{key_of(channel, head)}/{event.member}"
        tx.schedule(event.community, "questions", due, at)
    done = _DONE[decision].format(wait=age(at - event.at))
    return [answer(event, done), *_told(event, tx, asked)]


def _drafting(event: ButtonPressed, tx: Transaction, channel: str, head: str) -> Sequence[Action]:
    """Ask for a draft of an answer, for a manager or who was asked to help."""
    asked = as_it_stands(tx, event.community, channel, head)
    if asked is None or not asked.stands:
        return [answer(event, _GONE)]
    if not is_manager(tx, event) and not may_help(tx, asked, event.member):
        return [answer(event, MANAGERS_ONLY)]
    if asked.state != "unanswered":
        return [answer(event, "That question is settled already. Thank you!")]
    return ask_for_draft(event, tx, asked)


def _undone(event: ButtonPressed, tx: Transaction) -> Sequence[Action]:
    """Let a question stand as it did before the last decision about it, if that was not long ago."""
    channel, head, number = meant(event.value)
    if not is_manager(tx, event):
        return [answer(event, MANAGERS_ONLY)]
    asked, _ = derive(tx, event.community, channel, head)
    if asked is None or not asked.stands:
        return [answer(event, _GONE)]
    refused = take_back(event, tx, asked, number)
    if refused is not None:
        return [answer(event, refused), *update(tx, asked, event.at, event.id)]
    asked, _ = derive(tx, event.community, channel, head)
    assert asked is not None
    offer_undo(tx, asked)
    return [answer(event, "Undone. It stands as it did before."), *_told(event, tx, asked)]


def _hinted(event: ButtonPressed, tx: Transaction, channel: str, head: str) -> Sequence[Action]:
    """Take down whether an earlier answer helped who asked; then their question counts as answered."""
    helped = event.button == YES
    refused = say_of_it(tx, event.community, channel, head, event.member, helped=helped)
    if refused is not None:
        return [answer(event, refused)]
    if not helped:
        said = "Thank you for telling. Your question stays open, and is looked after."
        return [answer(event, said, replaces=True)]
    asked, _ = derive(tx, event.community, channel, head)
    if asked is None or not asked.stands or asked.state != "unanswered":
        return [answer(event, "Good! Thank you for telling.", replaces=True)]
    asked = _decide(event, tx, asked, HELPED)
    said = "Good! Your question counts as answered now. Should you ask on, it is open again."
    return [answer(event, said, replaces=True), *_told(event, tx, asked)]


def _volunteered(event: ButtonPressed, tx: Transaction, channel: str, head: str) -> Sequence[Action]:
    """Take down what a volunteer says who was asked to help; who passes is followed by the next."""
    asked = as_it_stands(tx, event.community, channel, head)
    helps = event.button == HELP
    shown = settle(tx, asked, event.member, HELPS if helps else PASSED, event.id) if asked else None
    if asked is None or shown is None:
        return [answer(event, "You were not asked to help with that, or it is gone.")]
    if asked.state != "unanswered":
        return [answer(event, "That question is settled already. Thank you!"), *shown]
    if helps:
        said = "Thank you! Answer where it was asked; the managers see that you look at it."
        return [answer(event, said), *shown, *update(tx, asked, event.at, event.id)]
    return [answer(event, "Fine; somebody else is asked."), *shown, *_go_on_asking(event, tx, asked)]
