"""Tells what a message is to a question before it, and which earlier message it answers to."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from bot.language.questions import ASKS, read_question
from bot.language.wording.replies import (
    ADVANCE,
    ASKS_FOR_MORE,
    GREETS,
    METOO,
    NO_ANSWER,
    SOLVED,
    STILL,
    SUGGESTS,
    THANKS,
    WITHDRAWN,
)
from bot.language.words import Words, asks, count, mentions_out, read_words, remembered

ReplyKind = Literal["answer", "clarify", "metoo", "thanks", "noanswer", "followup", "withdrawn", "greeting"]


@dataclass(frozen=True, slots=True)
class ReplyReading:
    """What a message is to the question before it, and why, in a phrase for people.

    From the asker, "answer" is a solution they found themselves, and "followup" is more about it;
    `reopens` says that they still wait, whatever was said before.
    """

    kind: ReplyKind
    reason: str
    reopens: bool = False


# Longer than this, a reply that opens with thanks, a greeting or a doubt says something more.
_SHORT = 12
_BRIEF = 25

# Thanks read much like asking ("appreciate the help"): beside them it takes more to be a question.
_SURE = 0.8
# "Same here" stands at the beginning of what somebody says.
_AT_FIRST = 120
_OWN_CASE = re.compile(
    r"\b(?:(?:do|did|can|could|should|would|must|am) (?:i|we)|my|i(?:'m| am|'ve| have| get| need| want))\b",
    re.IGNORECASE,
)


@cache
def _reading(kind: ReplyKind, reason: str, reopens: bool = False) -> ReplyReading:
    # There are few, and many of each are given from one process to another.
    return ReplyReading(kind, reason, reopens)


_OTHERS = frozenset(("you", "your", "yours", "you're", "you've", "u"))
_NOTHING_READ = _reading("greeting", "says nothing in words")


@remembered
def read_reply(text: str, *, by_asker: bool) -> ReplyReading:
    """Read a message that stands after a question, by its words alone."""
    words = read_words(text)
    if by_asker:
        return _asker(words, text)
    return _other(words)


def speaks_of_own_case(text: str) -> bool:
    """Return whether somebody speaks of what they do, have or want themselves."""
    return _OWN_CASE.search(text) is not None


def speaks_of_others_case(text: str) -> bool:
    """Return whether somebody speaks of what another does, has or wants."""
    return not _OTHERS.isdisjoint(read_words(text).tokens)


def still_fails(text: str) -> bool:
    """Return whether somebody says that what they were told did not help."""
    words = read_words(text)
    return bool(STILL.found(words.text, words.tokens))


def _asker(words: Words, text: str) -> ReplyReading:
    if not words.size and not words.code and not words.link:
        return _NOTHING_READ
    body, tokens = words.text, words.tokens
    thanks = THANKS.found(body, tokens) and not ADVANCE.search(body)
    still = STILL.found(body, tokens)
    marked = any(asks(sentence) for sentence in words.sentences)
    solved = not marked and not still and SOLVED.found(body, tokens)
    if WITHDRAWN.found(body, tokens) and words.size <= _BRIEF and not marked:
        if solved:
            return _reading("answer", "says they found it themselves")
        return _reading("withdrawn", "takes it back")
    if still:
        return _reading("followup", "says it still does not work", reopens=True)
    sure = _SURE if thanks else ASKS
    if marked or (words.size > 3 and not solved and read_question(text, starts=False).probability >= sure):
        return _reading("followup", "asks on", reopens=True)
    if solved:
        return _reading("answer", "says they found it themselves")
    if thanks:
        return _reading("thanks", "gives thanks")
    if GREETS.match(body.strip()):
        return _reading("greeting", "says a greeting or less")
    return _reading("followup", "says more about it")


def _other(words: Words) -> ReplyReading:
    body, tokens = words.text, words.tokens
    said = mentions_out(body).strip(" ,.:!-\n")
    solid = words.code or words.link
    size = count(said)
    if not size:
        if solid:
            return _reading("answer", "gives code" if words.code else "gives a link")
        if "+1" in tokens:
            return _reading("metoo", METOO.reason)
        return _NOTHING_READ if not words.mention_first else _reading("noanswer", "only calls somebody")
    if not solid and GREETS.match(said):
        return _reading("greeting", "says a greeting or less")
    suggests = SUGGESTS.found(body, tokens)
    if (
        METOO.found(said[:_AT_FIRST], tokens)
        and not ((solid or suggests) and size > _SHORT)
        and not SOLVED.found(body, tokens)
    ):
        return _reading("metoo", METOO.reason)
    marked = [sentence for sentence in words.sentences if asks(sentence)]
    if not solid and not suggests and size <= _BRIEF and NO_ANSWER.found(said, tokens) and not marked:
        return _reading("noanswer", NO_ANSWER.reason)
    if not solid and size <= _SHORT and THANKS.found(said, tokens) and not marked:
        return _reading("thanks", "gives thanks")
    if marked and not solid:
        rest = sum(count(sentence) for sentence in words.sentences if not asks(sentence))
        if ASKS_FOR_MORE.found(said, tokens) and rest <= _BRIEF:
            return _reading("clarify", "asks a question back")
        if not suggests and rest <= _SHORT:
            return _reading("clarify", "asks a question back")
    if not marked and not suggests and size <= _BRIEF and ASKS_FOR_MORE.found(said, tokens):
        return _reading("clarify", "asks for more")
    return _reading("answer", "says something to it")
