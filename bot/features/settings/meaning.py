"""What a change of settings would mean, counted from what is there."""

from collections.abc import Collection, Iterator
from datetime import timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, select

from bot.cards import shorten
from bot.communities import (
    SURE,
    Settings,
    channel_name,
    find_members,
    is_private,
    member_name,
)
from bot.events import ButtonPressed, CommandGiven, FormSubmitted
from bot.features.settings.trying import Flips, differ, flips, in_words
from bot.features.settings.words import moment
from bot.manners import manners_of
from bot.newcomers import FIRST_OF_NEWCOMER, NEWCOMER
from bot.waiting import waiting
from storage.tables import Due, Message, Question, table
from storage.transaction import Transaction

_LOOK_BACK = timedelta(days=30)
# Enough open questions to tell many from few.
_MOST = 2_000
_AFRESH = "Corrections made until now count no more; those made from then on move it again."

_question = table(Question)
_message = table(Message)
_due = table(Due)
_WAITING = (
    waiting(_question.c.channel, _question.c.asked_at, FIRST_OF_NEWCOMER.label("first"))
    .order_by(_question.c.asked_at.desc())
    .limit(_MOST)
)
_ASKED = select(_question.c.channel, _question.c.probability).where(
    _question.c.community == bindparam("in_community"),
    _question.c.asked_at >= bindparam("since"),
    _question.c.state != "dismissed",
)
_KEPT = and_(_message.c.community == bindparam("in_community"), _message.c.text != "")
_BY_AUTHOR = select(func.count()).where(_KEPT, _message.c.author == bindparam("by_author"))
_OLDER = select(func.count()).where(_KEPT, _message.c.posted_at < bindparam("before"))
_DIGEST = select(_due.c.since).where(
    _due.c.community == bindparam("in_community"), _due.c.feature == "digest", _due.c.key == "weekly"
)


class Meaning:
    """Says of a change what comes of it; `event` is who asks, where and when."""

    def __init__(
        self,
        tx: Transaction,
        event: CommandGiven | ButtonPressed | FormSubmitted,
        before: Settings,
        after: Settings,
    ) -> None:
        self._tx = tx
        self._event = event
        self._before = before
        self._after = after

    def of(self, names: Collection[str]) -> list[str]:
        """Return what changing these settings means, a sentence each."""
        said = [sentence for name in names for sentence in getattr(self, f"_{name}", self._nothing)()]
        if not {"limit", "newcomer_limit", "working_hours", "channels"}.isdisjoint(names):
            said.append(self._flagged())
        if differ(self._before, self._after):
            said += in_words(self.flips)
        return said

    @cached_property
    def flips(self) -> Flips:
        """Which verdicts of the last month would be others."""
        return flips(self._tx, self._event.community, self._before, self._after, self._event.at)

    def careful(self, names: Collection[str]) -> bool:
        """Return whether more people would read what is for few, or something would be erased."""
        public = [name for name in ("managers_channel", "feedback_channel") if name in names]
        erases = self._after.retention_days < self._before.retention_days or self._added("excluded_members")
        return bool(
            any(self._is_public(getattr(self._after, name)) for name in public)
            or erases
            or self._added("open_channels")
            or self._added("model")
        )

    def _nothing(self) -> Iterator[str]:
        yield from ()

    def _flagged(self) -> str:
        new_since = self._event.at - NEWCOMER
        rows = self._tx.rows(_WAITING, in_community=self._event.community, new_since=new_since)
        number = sum(self._is_due(self._after, row) and not self._is_due(self._before, row) for row in rows)
        return (
            f"{_count(number, 'open question') if number else 'No open question'} would be flagged at once."
        )

    def _is_due(self, settings: Settings, row: Row[Any]) -> bool:
        heeded = settings.watches(row.channel) and not settings.is_for_managers(row.channel)
        limit = settings.limit_in(row.channel)
        if row.first and settings.newcomer_limit is not None:
            limit = min(limit, settings.newcomer_limit)
        return heeded and settings.after(row.asked_at, limit) <= self._event.at

    def _newcomer_limit(self) -> Iterator[str]:
        limit = self._after.newcomer_limit
        if limit is not None and limit >= self._after.limit:
            yield "That is no less than any question may wait: it changes nothing but where less is set."

    def _salesy_threshold(self) -> Iterator[str]:
        if self._after.salesy_bar != self._before.salesy_bar:
            yield f"What I had moved of it goes: a post is salesy from {self._after.salesy_anywhere:g} then."

    def _salesy_bar(self) -> Iterator[str]:
        yield _AFRESH

    def _sensitivity(self) -> Iterator[str]:
        yield self._asked_for(SURE[self._after.sensitivity] > SURE[self._before.sensitivity])

    def _question_bar(self) -> Iterator[str]:
        yield self._asked_for(self._after.question_bar > self._before.question_bar)
        yield _AFRESH

    def _waiting_bar(self) -> Iterator[str]:
        if self._after.waiting_bar > self._before.waiting_bar:
            yield "Fewer questions will be flagged that somebody may have replied to."
        else:
            yield "More questions will be flagged that somebody may have replied to."
        yield _AFRESH

    def _asked_for(self, more: bool) -> str:
        if more:
            rows = self._tx.rows(
                _ASKED, in_community=self._event.community, since=self._event.at - _LOOK_BACK
            )
            fewer = sum(row.probability < self._after.asks_in(row.channel) for row in rows)
            return f"Of {_count(len(rows), 'question')} of the last 30 days {fewer} would have been missed."
        return "More messages will count as questions, and more of them wrongly."

    def _timezone(self) -> Iterator[str]:
        yield f"It is {moment(self._event.at, self._after.zone)} there now."
        due = self._tx.row(_DIGEST, in_community=self._event.community)
        if due is not None:
            here = due.since.astimezone(self._before.zone).replace(tzinfo=self._after.zone)
            yield f"The next digest comes on {moment(here, self._after.zone)}, in that timezone."

    def _managers_channel(self) -> Iterator[str]:
        if self._after.managers_channel is None:
            yield "Flags are only kept; nobody is shown them."
        elif self._is_public(self._after.managers_channel):
            yield f"Everybody can read {self._name(self._after.managers_channel)}: all would see the flags."

    def _open_list(self) -> Iterator[str]:
        if self._after.open_list and self._after.managers_channel is None:
            yield "There is no channel for it: it needs managers_channel."
        elif self._after.open_list:
            yield f"The list comes to {self._name(str(self._after.managers_channel))} within a minute."
        else:
            yield "The list that is there says that it is no longer kept."

    def _hints(self) -> Iterator[str]:
        if not self._after.hints:
            yield "Nobody is shown what was answered before while they ask."
        elif not manners_of(self._event.community).whispers:
            yield "Here nobody can be shown something alone that they did not ask for: it changes nothing."

    def _feedback_channel(self) -> Iterator[str]:
        due = self._tx.row(_DIGEST, in_community=self._event.community)
        if self._after.feedback_channel is None:
            yield "Digests are only kept; nobody is sent them."
        elif due is not None:
            yield f"The next digest comes on {moment(due.since, self._after.zone)}."
        if self._is_public(self._after.feedback_channel):
            yield f"Everybody can read {self._name(str(self._after.feedback_channel))}."

    def _welcome_channel(self) -> Iterator[str]:
        if self._after.welcome_channel is None:
            yield "Newcomers are not greeted."

    def _welcome_text(self) -> Iterator[str]:
        name = member_name(self._tx, self._event.community, self._event.member)
        yield f"A newcomer reads: {shorten(self._after.welcome_text.replace('{name}', name), 1_000)}"

    def _managers(self) -> Iterator[str]:
        roles = self._unknown("managers")
        for member in self._added("managers"):
            who = f"Whoever has the role {member}" if member in roles else self._called(member)
            yield f"{who} may do all that managers may."
        for member in self._removed("managers"):
            yield f"{self._called(member)} may no longer do what managers may, unless the platform says so."

    def _staff(self) -> Iterator[str]:
        yield "Nobody's posts are judged otherwise for it: who is named here hears first, in private."
        for name in self._unknown("staff"):
            # What has a dot is the domain of an e-mail address.
            if "." not in name:
                yield f"I know of no member {name} here: whoever has such a role or user group is meant."

    def _excluded_members(self) -> Iterator[str]:
        place = {"in_community": self._event.community}
        for member in self._unknown("excluded_members"):
            yield f"I know of no member {member} here."
        for member in self._added("excluded_members"):
            row = self._tx.row(_BY_AUTHOR, **place, by_author=member)
            words = _count(row[0] if row else 0, "message")
            yield f"I erase the words of {words} of {self._called(member)}; nothing brings them back."
        for member in self._removed("excluded_members"):
            yield f"What {self._called(member)} says from then on is read again."

    def _open_channels(self) -> Iterator[str]:
        for channel in self._added("open_channels"):
            yield f"What is said in {self._name(channel)} may be shown to people who cannot read it."
        for channel in self._removed("open_channels"):
            yield f"What is said in {self._name(channel)} stays there; what was shown elsewhere stays shown."

    def _model(self) -> Iterator[str]:
        if self._added("model"):
            yield (
                "What members write is sent to a language model then: out of channels everybody can read and "
                "those in open_channels, without names, addresses, numbers and links. /community model log "
                "shows what was sent."
            )
        if not self._after.model:
            yield "Nothing is sent to a language model from then on."

    def _retention_days(self) -> Iterator[str]:
        before = self._event.at - timedelta(days=self._after.retention_days)
        row = self._tx.row(_OLDER, in_community=self._event.community, before=before)
        if row is not None and row[0]:
            yield f"The text of {_count(row[0], 'message')} is older than that; it goes, for good."

    def _channels(self) -> Iterator[str]:
        for channel in sorted({*self._before.channels, *self._after.channels}):
            was, becomes = self._before.watches(channel), self._after.watches(channel)
            if was and not becomes:
                yield (
                    f"Nothing said in {self._name(channel)} is read or kept from then on, and nothing "
                    "said there is shown."
                )
            elif becomes and not was:
                yield f"What is said in {self._name(channel)} from then on is read."

    def _added(self, name: str) -> list[str]:
        return [each for each in getattr(self._after, name) if each not in getattr(self._before, name)]

    def _unknown(self, name: str) -> list[str]:
        """Return those added who are no members that are known here."""
        return [each for each in self._added(name) if not find_members(self._tx, self._event.community, each)]

    def _removed(self, name: str) -> list[str]:
        return [each for each in getattr(self._before, name) if each not in getattr(self._after, name)]

    def _is_public(self, channel: str | None) -> bool:
        return channel is not None and not is_private(self._tx, self._event.community, channel)

    def _name(self, channel: str) -> str:
        return f"#{channel_name(self._tx, self._event.community, channel)}"

    def _called(self, member: str) -> str:
        return member_name(self._tx, self._event.community, member)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
