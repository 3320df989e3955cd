"""Erases what tells of a member who wants to be forgotten, wherever it is kept."""

import json
import re
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    String,
    Table,
    bindparam,
    cast,
    delete,
    or_,
    select,
    update,
)

from bot.asking import unname_asker
from bot.communities import is_forgotten
from bot.ports import MEMBERS
from storage.tables import (
    Asking,
    Broadcast,
    Cursor,
    Decision,
    Failure,
    Feedback,
    Filtered,
    Handled,
    Hint,
    Member,
    Message,
    Outgoing,
    PageLink,
    PageSession,
    Question,
    Reaction,
    SettingChange,
    Subscription,
    Trace,
    Volunteer,
    Welcome,
    table,
)
from storage.transaction import Transaction

_message, _outgoing = table(Message), table(Outgoing)


def _here(of: Table) -> ColumnElement[bool]:
    return of.c.community == bindparam("in_community")


_reaction, _decision, _member = table(Reaction), table(Decision), table(Member)
_question, _failure = table(Question), table(Failure)
_MEMBER: BindParameter[str] = bindparam("of_member")
_FORGET_MEMBER = (
    *(
        delete(of).where(_here(of), by == _MEMBER)
        for of, by in (
            (_reaction, _reaction.c.member),
            (_member, _member.c.id),
            (table(Welcome), table(Welcome).c.member),
            (table(PageLink), table(PageLink).c.member),
            (table(PageSession), table(PageSession).c.member),
            (table(Broadcast), table(Broadcast).c.author),
            (table(Feedback), table(Feedback).c.author),
            (table(Filtered), table(Filtered).c.author),
            (table(Trace), table(Trace).c.author),
            (table(Volunteer), table(Volunteer).c.member),
            (table(Asking), table(Asking).c.member),
            (table(Hint), table(Hint).c.member),
        )
    ),
    *(
        update(by.table).where(_here(by.table), by == _MEMBER).values({by: ""})
        for by in (
            _message.c.author,
            _decision.c.by,
            _question.c.asker,
            table(Subscription).c.made_by,
            table(SettingChange).c.by,
        )
    ),
    update(_question).where(_here(_question), _question.c.helper == _MEMBER).values(helper=None),
)
# What was to be told to somebody, or shown to them, is no longer to be.
_FORGET_TELLING = (
    update(_outgoing)
    .where(
        _here(_outgoing),
        _outgoing.c.lane.in_(bindparam("lanes", expanding=True)),
        _outgoing.c.state.in_(("waiting", "doubtful", "failed")),
    )
    .values(state="left", payload="", reason="who it was for wanted to be forgotten")
)
_UNSENT = select(_outgoing.c.seq, _outgoing.c.state, _outgoing.c.kind, _outgoing.c.payload).where(
    _here(_outgoing),
    ~_outgoing.c.urgent,
    _outgoing.c.payload != "",
    _outgoing.c.state.in_(("waiting", "doubtful", "failed")),
)
_LEAVE = update(_outgoing).where(_outgoing.c.seq == bindparam("of_seq")).values(state="left", payload="")
# Ids of events, and keys of actions, may be made of a member's; these are made of a channel's, or of none.
_OF_CHANNELS = ("flag:", "list:", "broadcast:", "digest:", "setup:", "hint:")
_OF_SOMEBODY = ("@", "~", "!")
_SENT_NAMED = select(_outgoing.c.seq, _outgoing.c.key, _outgoing.c.lane).where(
    _here(_outgoing),
    _outgoing.c.state.not_in(("waiting", "sending")),
    or_(
        _outgoing.c.key.contains(bindparam("said", ""), autoescape=False),
        _outgoing.c.lane.contains(bindparam("said", ""), autoescape=False),
    ),
)
_UNNAME = (
    update(_outgoing)
    .where(_outgoing.c.seq == bindparam("of_seq"))
    .values(key=bindparam("as_key"), lane=bindparam("as_lane"))
)
_LANE = select(_outgoing.c.seq, _outgoing.c.lane).where(
    _here(_outgoing), _outgoing.c.key == bindparam("with_key"), _outgoing.c.kind == "show_home"
)
_handled = table(Handled)
_HANDLED_NAMED = select(_handled.c.event).where(
    _here(_handled), _handled.c.event.contains(bindparam("said", ""), autoescape=False)
)
_FORGET_EVENT = delete(_handled).where(_here(_handled), _handled.c.event == bindparam("of_event"))
_WRITTEN = select(_message.c.channel, _message.c.id).where(_here(_message), _message.c.author == _MEMBER)
_MENTIONING = select(_message.c.channel, _message.c.id, _message.c.mentions).where(
    _here(_message), cast(_message.c.mentions, String).contains(bindparam("said", ""), autoescape=False)
)
_MENTION = (
    update(_message)
    .where(
        _here(_message), _message.c.channel == bindparam("in_channel"), _message.c.id == bindparam("of_id")
    )
    .values(mentions=bindparam("only", type_=_message.c.mentions.type))
)
_JUDGED = '"kind":"judged"'
_FAILED = select(_failure.c.event, _failure.c.payload).where(_here(_failure))
_cursor = table(Cursor)
_REMEMBERED = select(_cursor.c.value).where(_here(_cursor), _cursor.c.name == MEMBERS)
_FORGET_FAILURE = delete(_failure).where(_here(_failure), _failure.c.event == bindparam("of_event"))


def without_forgotten(tx: Transaction, community: str, members: str) -> str:
    """Return a JSON object by the ids of members without those who were forgotten."""
    found = json.loads(members)
    left = {member: said for member, said in found.items() if not is_forgotten(tx, community, member)}
    return members if len(left) == len(found) else json.dumps(left, separators=(",", ":"))


def erase_member(tx: Transaction, community: str, member: str) -> None:
    """Erase what tells of a member, after their words and what was derived from them are gone.

    What they did stays done, by somebody; what they were to be told is not said any more.
    """
    place = {"in_community": community}
    named = json.dumps(member, ensure_ascii=False)
    written = {(row.channel, row.id) for row in tx.rows(_WRITTEN, **place, of_member=member)}
    for row in tx.rows(_MENTIONING, **place, said=json.dumps(member)):
        only = [each for each in row.mentions if each != member]
        tx.run(_MENTION, **place, in_channel=row.channel, of_id=row.id, only=only)
    for statement in _FORGET_MEMBER:
        tx.run(statement, **place, of_member=member)
    unname_asker(tx, community, member)
    tx.run(_FORGET_TELLING, **place, lanes=[f"@{member}", f"~{member}"])
    for row in tx.rows(_UNSENT, **place):
        # What waits and quotes them is updated as soon as it was posted, if it can be; what greets them is
        # not said.
        stays = row.state != "waiting" or row.kind == "whisper"
        if named in row.payload or (stays and not written.isdisjoint(_shown(row.payload))):
            tx.run(_LEAVE, of_seq=row.seq)
    for row in tx.rows(_FAILED, **place):
        # What a model answered may hold words of anybody's; nobody misses it.
        if named in row.payload or _JUDGED in row.payload:
            tx.run(_FORGET_FAILURE, **place, of_event=row.event)
    remembered = tx.row(_REMEMBERED, **place)
    if remembered is not None:
        value = without_forgotten(tx, community, remembered.value)
        tx.put(Cursor, community=community, name=MEMBERS, value=value)
    _unname(tx, community, member)
    # What is remembered of the talk may be of what is no more.
    tx.kept.clear()
    tx.memo.clear()


def _unname(tx: Transaction, community: str, member: str) -> None:
    """Take a member's id out of what is known of events handled and actions done."""
    place = {"in_community": community, "said": member}
    whole = re.compile(rf"(?<![\w-]){re.escape(member)}(?![\w-])")
    for row in tx.rows(_SENT_NAMED, **place):
        # A member may be called as a channel is: what is named after channels stays.
        key = row.key if row.key.startswith(_OF_CHANNELS) else whole.sub("", row.key)
        lane = whole.sub("", row.lane) if row.lane.startswith(_OF_SOMEBODY) else row.lane
        if key != row.key or lane != row.lane:
            new = row.key if key == row.key else f"forgotten:{row.seq}"
            tx.run(_UNNAME, of_seq=row.seq, as_key=new, as_lane=lane)
    # Should they be told again, they are left out before anybody asks whether they were handled.
    for row in tx.rows(_HANDLED_NAMED, **place):
        if whole.search(row.event):
            tx.run(_FORGET_EVENT, in_community=community, of_event=row.event)


def unname_home(tx: Transaction, community: str, key: str) -> None:
    """Forget whose page was shown, if they wanted to be forgotten: what they see last is that they are."""
    row = tx.row(_LANE, in_community=community, with_key=key)
    if row is not None and is_forgotten(tx, community, row.lane[1:]):
        tx.run(_UNNAME, of_seq=row.seq, as_key=key, as_lane="")


def _shown(payload: str) -> set[tuple[str, str]]:
    """Return the channel and id of each message that an action quotes or links to."""
    found: set[tuple[str, str]] = set()
    parts: list[Any] = [json.loads(payload)]
    while parts:
        part = parts.pop()
        if isinstance(part, dict):
            if {"channel", "message"} <= part.keys():
                found.add((str(part["channel"]), str(part["message"])))
            parts += part.values()
        elif isinstance(part, list):
            parts += part
    return found
