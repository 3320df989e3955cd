"""Tells whether a question was answered, by whom, and on which message that rests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.language.parents import Said
from bot.language.replies import ReplyReading, read_reply

EvidenceKind = Literal["reply", "thanks", "check_mark", "withdrawn", "self_solved", "earlier", "person"]
State = Literal["unanswered", "answered", "dismissed"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The message a state rests on, what it was, and who or what decided."""

    kind: EvidenceKind
    message_id: str
    by: Literal["rule", "person", "model"]
    reason: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A check mark that the asker or a manager put on a message."""

    message_id: str
    member: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a question so far.

    `first_response` is when another human first said anything to it; `helper` is who answered.
    """

    state: State
    evidence: Evidence | None
    first_response: datetime | None
    helper: str | None


class Story:
    """What is known of a question while its conversation is read in order."""

    def __init__(self, asker: str) -> None:
        self.asker = asker
        self.state: State = "unanswered"
        self.evidence: Evidence | None = None
        self.first_response: datetime | None = None
        self.helper: str | None = None
        # The last who said something that may have answered, whether or not it was enough.
        self.tried: str | None = None
        # Somebody asked the asker for more: what the asker says next is for them to answer.
        self.awaited = False

    def hear(self, said: Said) -> None:
        """Take in the next message; bots never answer."""
        if said.bot:
            return
        if said.author == self.asker:
            self._hears_asker(said)
        else:
            self._hears_other(said)

    def see(self, mark: Mark, author: str | None) -> None:
        """Take in a check mark on a message of `author`."""
        helper = author if author not in (None, self.asker) else self.helper or self.tried
        self._becomes("answered", "check_mark", mark.message_id, "a check mark was put on it", helper)

    def outcome(self) -> Outcome:
        """Return what became of the question so far."""
        return Outcome(self.state, self.evidence, self.first_response, self.helper)

    def _becomes(
        self, state: State, kind: EvidenceKind, message: str, reason: str, helper: str | None
    ) -> None:
        self.state = state
        self.evidence = Evidence(kind, message, "rule", reason)
        self.helper = helper

    def _reopens(self) -> None:
        self.state = "unanswered"
        self.evidence = None
        self.helper = None

    def _hears_other(self, said: Said) -> None:
        if self.first_response is None:
            self.first_response = said.at
        reading = read_reply(said.text, by_asker=False)
        if reading.kind == "clarify":
            self.awaited = True
        if reading.kind != "answer":
            if self.tried is None and reading.kind == "clarify":
                self.tried = said.author
            return
        self.tried = said.author
        self.awaited = False
        if self.state == "unanswered":
            self._becomes("answered", "reply", said.id, f"somebody else {reading.reason}", said.author)

    def _hears_asker(self, said: Said) -> None:
        reading = read_reply(said.text, by_asker=True)
        match reading.kind:
            case "thanks" if self.tried is not None:
                self._thanked(said, reading)
            case "answer":
                self._solved(said, reading)
            case "withdrawn" if self.state == "unanswered":
                self._becomes("dismissed", "withdrawn", said.id, "the asker takes it back", None)
            case "followup" if self.state != "unanswered" and self._goes_on(reading):
                self._reopens()
            case _:
                pass

    def _thanked(self, said: Said, reading: ReplyReading) -> None:
        """Thanks confirm; they add nothing to a check mark."""
        if self.evidence is None or self.evidence.kind == "reply":
            helper = self.helper or self.tried
            self._becomes("answered", "thanks", said.id, f"the asker {reading.reason}", helper)

    def _solved(self, said: Said, reading: ReplyReading) -> None:
        if self.state != "answered" or (self.evidence is not None and self.evidence.kind == "reply"):
            self._becomes("answered", "self_solved", said.id, f"the asker {reading.reason}", None)

    def _goes_on(self, reading: ReplyReading) -> bool:
        """What the asker adds reopens only if it asks on, fails, or is what a helper asked for."""
        return reading.reopens or self.awaited


def told(asker: str, conversation: Sequence[Said], marks: Sequence[Mark] = ()) -> Story:
    """Read what was said after a question, and the check marks of asker and managers.

    `conversation` holds the asker's own later messages too, and not the question itself. The result
    depends on times and ids, not on the order given.
    """
    story = Story(asker)
    authors = {said.id: said.author for said in conversation if not said.bot}
    steps: list[tuple[datetime, int, str, Said | Mark]] = [
        (said.at, 0, said.id, said) for said in conversation
    ]
    steps += [(mark.at, 1, mark.message_id, mark) for mark in marks]
    steps.sort(key=lambda step: step[:3])
    for *_, step in steps:
        if isinstance(step, Mark):
            story.see(step, authors.get(step.message_id))
        else:
            story.hear(step)
    return story


def outcome(asker: str, conversation: Sequence[Said], marks: Sequence[Mark] = ()) -> Outcome:
    """Return what became of a question by what was said after it, as `told` reads it."""
    return told(asker, conversation, marks).outcome()
