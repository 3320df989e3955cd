"""Tells whether somebody asks for something, and by what wording, with or without a question mark."""

from dataclasses import dataclass

from bot.language.cues import probability
from bot.language.wording.questions import ADDRESSED, AGAINST, ASIDE, DRAWS_IN, FOR, GREETING, SMALL_TALK, TAG
from bot.language.words import Words, asks, count, mentions_out, read_words, remembered

# What is at least this likely to ask counts as a question.
ASKS = 0.5

# Log-odds before anything was read: most messages of a channel ask nothing.
_PRIOR = -2.2
# The first message of a thread or of a quiet channel, with something in it, is more often a request
# than not: it takes little wording to tip it.
_START = 1.0
_START_WORDS = 5

_MARK = 2.7
# A question mark after one word ("Really?"), in an aside or on a tag ("…, right?") asks little by itself.
_SHORT_MARK = 0.9
_TAG_MARK = 2.0
# Characters: greetings, small talk and lures are short, and looked for in short sentences only.
_SMALL = 120

_MARK_REASON = "ends with a question mark"
_SPANISH_REASON = "opens with ¿"


@dataclass(frozen=True, slots=True)
class QuestionReading:
    """How likely a text asks for something, 0 to 1, and why, in phrases for people, strongest first."""

    probability: float
    reasons: tuple[str, ...]


@remembered
def read_question(text: str, *, starts: bool = False) -> QuestionReading:
    """Read one message, or several short ones of one person joined by newlines.

    `starts`: nothing was said before it in this thread or quiet channel. Code, links, quoted lines,
    greetings and rhetoric are left out before anything is weighed.
    """
    words = read_words(text)
    if not words.sentences:
        return QuestionReading(0.0, ())
    kept, marks = _kept(words)
    if not kept:
        return QuestionReading(probability(_PRIOR - 1.0), ("says a greeting or a figure of speech",))
    body = "\n".join(kept)
    reasons = [(one.weight, one.reason) for one in FOR.found_in(body, words.tokens)]
    reasons += marks
    if words.sentences[0].startswith("¿") or " ¿" in words.text:
        reasons.append((_MARK, _SPANISH_REASON))
    against = AGAINST.found_in(body, words.tokens)
    if words.mention_first:
        against.append(ADDRESSED)
    reasons += [(one.weight, one.reason) for one in against]
    if starts and count(mentions_out(body)) >= _START_WORDS:
        reasons.append((_START, "starts a conversation"))
    reasons.sort(key=lambda reason: -abs(reason[0]))
    return QuestionReading(
        probability(_PRIOR + _sum(reasons)), tuple(dict.fromkeys(reason for _, reason in reasons))
    )


def _sum(reasons: list[tuple[float, str]]) -> float:
    """Add up log-odds, each further reason on the same side counting half of the one before it:
    people say the same thing in several ways."""
    total = 0.0
    shares = {True: 1.0, False: 1.0}
    for weight, _ in reasons:
        side = weight > 0
        total += weight * shares[side]
        shares[side] /= 2
    return total


def _kept(words: Words) -> tuple[list[str], list[tuple[float, str]]]:
    """Return the sentences that may ask, and what their question marks weigh."""
    kept: list[str] = []
    marks: list[tuple[float, str]] = []
    for place, sentence in enumerate(words.sentences):
        marked = asks(sentence)
        bare = sentence.rstrip("?!. ")
        if marked or len(bare) < _SMALL:
            said = GREETING.sub("", mentions_out(bare) if bare.startswith("@") else bare)
            if not said or (len(said) < _SMALL and SMALL_TALK.match(said)):
                continue
        else:
            said = bare
        if marked:
            more = place + 1 < len(words.sentences) or words.link
            if more and len(said) < _SMALL and DRAWS_IN.match(said):
                continue
            marks.append((_mark(said, sentence), _MARK_REASON))
        kept.append(said)
    marks.sort(key=lambda mark: -mark[0])
    return kept, marks[:2]


def _mark(said: str, sentence: str) -> float:
    size = count(said)
    if size < 2 or ASIDE.search(sentence):
        return _SHORT_MARK
    return _TAG_MARK if TAG.search(sentence) else _MARK
