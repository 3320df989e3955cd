"""All that is read of one message by itself, remembered for a while: it may be asked for several times."""

from dataclasses import dataclass
from functools import lru_cache

from bot.language.feedback import FeedbackReading, read_feedback
from bot.language.linker.facts import Facts, facts_of
from bot.language.links import Link
from bot.language.questions import QuestionReading, read_question
from bot.language.replies import ReplyReading, read_reply
from bot.language.salesy import Verdict, judge
from bot.language.words import remembered

# More than the inbox hands over at once, so that what was read ahead is still there when it is asked for.
_REMEMBERED = 2_000


@dataclass(frozen=True, slots=True)
class MessageReading:
    """What a message's own words say, at the default threshold; `reply` is what it is to another's asking."""

    question: QuestionReading
    reply: ReplyReading
    salesy: Verdict
    feedback: FeedbackReading | None
    facts: Facts


# What another process read, until it is asked for.
_given: dict[tuple[str, tuple[Link, ...]], MessageReading] = {}


def give_reading(text: str, links: tuple[Link, ...], reading: MessageReading) -> None:
    """Have `read_message` return this reading, which another process made of the same message."""
    _given[text, links] = reading
    read_question.give(reading.question, text, starts=False)
    read_reply.give(reading.reply, text, by_asker=False)
    facts_of.give(reading.facts, text)


def forget_given() -> None:
    """Let go of readings that were given and not asked for, as what was read before is remembered."""
    _given.clear()
    read_question.forget_given()
    read_reply.forget_given()
    facts_of.forget_given()


@lru_cache(maxsize=_REMEMBERED)
def read_message(text: str, links: tuple[Link, ...] = ()) -> MessageReading:
    """Return what is read of a message. Pure, so that reading ahead and reading again agree."""
    given = _given.pop((text, links), None)
    if given is not None:
        # Asked for here, what was given of it is remembered as well.
        read_question(text, starts=False)
        read_reply(text, by_asker=False)
        facts_of(text)
        return given
    question, reply = read_question(text, starts=False), read_reply(text, by_asker=False)
    return MessageReading(question, reply, judge(text, links), read_feedback(text), facts_of(text))


@remembered
def speaks_at_everyone(text: str) -> bool:
    """Return whether a message is a broadcast by its words: who sends one answers nobody."""
    return read_message(text, ()).salesy.verdict != "fine"
