"""Checks what a language model wrote against the texts it cites: what does not rest on them goes."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import normalize

from bot.language.negations import Told, together
from bot.language.orders import speaks_to_a_model
from bot.language.redaction import PLACEHOLDER, hosts_in, keeps_to
from bot.language.unspaced import (
    LETTERS,
    is_unspaced,
    letters_of,
    numbers_of,
    pairs_in,
    share_of_pairs,
    turns_round_letters,
)
from bot.language.wording.beginnings import BEGINNINGS

# Characters of a sentence; and words of ours in a row that no sentence has by chance.
LONGEST = 400
_OURS_IN_A_ROW = 7
# Of the words of a sentence that mean something so many have to be in what it cites, by their beginnings.
SHARED = 0.5
# Of what somebody may do as it says, nearly all of them.
SHARED_TO_DO = 0.8
# Of its pairs of letters, where a script has no spaces.
SHARED_PAIRS, SHARED_PAIRS_TO_DO = 0.6, 0.8
_BEGINNING = 5
# Fewer sentences are no digest's prose.
FEWEST_SENTENCES = 2
_SHORTEST = 4

_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]{2,})[\"”“»]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(rf"[^\W\d_{LETTERS}]+")
_CAPITAL = re.compile(r"(?<![\w'’])[^\W\d_]+")
# What stands before the first word of a sentence, or of what is quoted.
_BEGINS = re.compile(r"(?:^|[.!?:;…\"“”„«»])[^\w]*$")
_LINK = re.compile(r"://|www\.|\]\(", re.IGNORECASE)
_PING = re.compile(r"@|<[!@#&]|\b(?:everyone|here|channel)\b(?=\s*[>!])", re.IGNORECASE)
_MARKUP = re.compile(r"[<>`|*_#\n\r]")
# What is typed as it stands: options, paths, names of files and variables.
_TYPED = re.compile(r"[/\\=$~+&%^{}\[\]]|^-|\w[.:_-]\w|--")
_AROUND = ".,;:!?\"'()“”„«»"
# Numbers as words count as numbers: a model that counts errs.
_NUMBERS = frozenset(
    """
    two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety dozen dozens
    hundred hundreds thousand thousands million millions billion billions half halves third thirds
    quarter quarters twice thrice couple majority percent zwei drei vier fünf sechs sieben acht neun
    zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig dreißig vierzig
    fünfzig sechzig siebzig achtzig neunzig hundert hunderte tausend tausende million millionen milliarde
    milliarden dutzend dutzende hälfte halb halbe drittel viertel doppelt dreifach mehrheit prozent
    """.split()
)
# "fünfundzwanzig", "zweihundert".
_NUMBER_WORD = re.compile(
    r"(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun)(?:und\w+[zß]ig|hundert\w*|tausend\w*)"
)
# Words that a sum of what was said needs and that need not stand in it.
_TELLING = frozenset(
    "member members people person somebody someone others several some many community team product "
    "user users ask asks asked asking want wants wanted wish wishes wished report reports reported "
    "reporting praise praised praises like likes liked complain complains complained about that this "
    "these those with when where which while whether have been were was they their them also there "
    "from into would could should does after before more most other another again still what question "
    "questions answer answered answers open request requests problem problems issue issues trouble "
    "mention mentioned mentions say says said tell tells told find finds found both and but for not "
    "feedback concern concerns being because than then over once without within only even eine einen "
    "einem einer mehrere einige mitglieder leute fragen gefragt fragte wünschen wünscht melden meldet "
    "gemeldet loben lobt beschweren sich über dass nach auch noch wird wurde werden oder aber nicht "
    "sind haben".split()
)


@dataclass(frozen=True, slots=True)
class Cited:
    """A sentence that rests on the items with these numbers."""

    text: str
    items: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Text:
    """A text that is cited, read once for all the sentences that cite it."""

    text: str
    beginnings: frozenset[str]
    pairs: frozenset[str]
    hosts: frozenset[str]
    numbers: frozenset[str]
    typed: frozenset[str]
    folded: str
    told: Told

    @classmethod
    def of(cls, text: str) -> "_Text":
        return cls(
            text,
            frozenset(_beginnings(words_of(text))),
            frozenset(pairs_in(text)),
            frozenset(hosts_in(text)),
            frozenset(numbers_in(text)),
            frozenset(word.strip(_AROUND) for word in text.split()),
            _folded(text),
            Told.of(text),
        )

    @classmethod
    def together(cls, texts: Sequence["_Text"]) -> "_Text":
        if len(texts) == 1:
            return texts[0]
        return cls(
            "\n".join(each.text for each in texts),
            frozenset().union(*(each.beginnings for each in texts)),
            frozenset().union(*(each.pairs for each in texts)),
            frozenset().union(*(each.hosts for each in texts)),
            frozenset().union(*(each.numbers for each in texts)),
            frozenset().union(*(each.typed for each in texts)),
            "\n".join(each.folded for each in texts),
            together([each.told for each in texts]),
        )


def standing(
    sentences: Sequence[tuple[str, Sequence[int]]],
    items: Mapping[int, str],
    ours: str,
    *,
    to_do: bool = False,
) -> list[Cited]:
    """Return the sentences that stand, each with the numbers of what bears it.

    `items` are the texts by their numbers, as they were sent; `ours` are the words that came with them, which
    no sentence may give away. What somebody may do as it says, `to_do`, is held to more. Each text is asked
    alone whether it bears a sentence: one of them has to do it whole, and those that have nothing to do with
    it are cited no more, so that nobody's words count for what somebody else said.
    """
    found: list[Cited] = []
    said: set[str] = set()
    texts: dict[int, _Text] = {}
    for text, cites in sentences:
        line = " ".join(text.split())
        numbers = tuple(dict.fromkeys(cites))
        if not numbers or line in said or any(number not in items for number in numbers):
            continue
        if not _may_be_said(line, ours):
            continue
        for number in numbers:
            if number not in texts:
                texts[number] = _Text.of(items[number])
        bearing = _bearing(line, {number: texts[number] for number in numbers}, to_do)
        if bearing and _rests_on(line, _Text.together([texts[number] for number in bearing]), to_do):
            said.add(line)
            found.append(Cited(line, bearing))
    return found


def enough(stood: int, written: int, fewest: int) -> bool:
    """Return whether so many sentences of those written are enough to be shown."""
    return stood >= fewest and 2 * stood >= written


def _may_be_said(line: str, ours: str) -> bool:
    """Return whether a line is one that may be said at all, whatever it cites."""
    if not 0 < len(line) <= LONGEST or _MARKUP.search(PLACEHOLDER.sub("", line)):
        return False
    # What is written in other signs for the same letters is read as people read it.
    plain = normalize("NFKC", line)
    return not (
        _LINK.search(plain) or _PING.search(plain) or speaks_to_a_model(plain) or gives_away(plain, ours)
    )


def _bearing(line: str, texts: Mapping[int, _Text], to_do: bool) -> tuple[int, ...]:
    """Return the numbers of the texts that bear a line: none, if no one of them bears it alone."""
    told = Told.of(line)
    need, need_of_pairs = (SHARED_TO_DO, SHARED_PAIRS_TO_DO) if to_do else (SHARED, SHARED_PAIRS)
    bearing = []
    alone = False
    for number, there in texts.items():
        words, pairs = _shares(line, there)
        if (
            (words or pairs)
            and not told.contradicts(there.told)
            and not turns_round_letters(line, there.text)
        ):
            bearing.append(number)
            alone = alone or (
                (words is None or words >= need)
                and (pairs is None or pairs >= need_of_pairs)
                and not (to_do and letters_of(line) - letters_of(there.text))
            )
    return tuple(bearing) if alone else ()


def _rests_on(line: str, there: _Text, to_do: bool) -> bool:
    """Return whether a line says nothing but what the texts that bear it do, as far as its words can tell."""
    plain = normalize("NFKC", line)
    told = Told.of(line)
    return (
        hosts_in(plain) <= there.hosts
        and keeps_to(plain, there.text)
        and all(_folded(quote) in there.folded for quote in _QUOTED.findall(line))
        and numbers_in(line) <= there.numbers
        and _names_only(line, there.beginnings)
        and (_keeps_what_to_do(line, there, told) if to_do else told.is_borne_by(there.told))
    )


def _keeps_what_to_do(line: str, there: _Text, told: Told) -> bool:
    """Return whether what is typed stands there letter by letter, and nothing is turned round."""
    typed = {token for word in line.split() if _TYPED.search(token := word.strip(_AROUND))}
    return typed <= there.typed and not told.turns_round(there.told)


def gives_away(line: str, ours: str) -> bool:
    """Return whether a line repeats words of ours: so many in a row."""
    theirs = _WORD.findall(line.casefold())
    known = _in_a_row(ours)
    return any(
        f" {' '.join(theirs[place : place + _OURS_IN_A_ROW])} " in known
        for place in range(len(theirs) - _OURS_IN_A_ROW + 1)
    )


@lru_cache(maxsize=16)
def _in_a_row(ours: str) -> str:
    return f" {' '.join(_WORD.findall(ours.casefold()))} "


def numbers_in(text: str) -> set[str]:
    """Return the numbers in a text, as digits, as words, or as letters of their own."""
    text = normalize("NFKC", text)
    words = set(words_of(text))
    digits = set(_NUMBER.findall(PLACEHOLDER.sub("", text)))
    in_words = (_NUMBERS & words) | {word for word in words if _NUMBER_WORD.fullmatch(word)}
    return digits | in_words | set(numbers_of(text))


def shared(line: str, cited: str) -> float:
    """Return how much of a line that tells something stands in `cited`, 0 to 1: words, or pairs."""
    return min((share for share in _shares(line, _Text.of(cited)) if share is not None), default=0.0)


def _shares(line: str, there: _Text) -> tuple[float | None, float | None]:
    """Return how many words, and how many pairs of letters, of a line stand there; None where it has none."""
    telling = [word for word in words_of(line) if len(word) >= _SHORTEST and word not in _TELLING]
    words = sum(_beginning(word) in there.beginnings for word in telling) / len(telling) if telling else None
    return words, share_of_pairs(line, there.pairs) if is_unspaced(line) else None


def words_of(text: str) -> list[str]:
    """Return the words of a text in small letters, without what stands for something else."""
    return _WORD.findall(PLACEHOLDER.sub("", text).casefold())


def named_in(line: str) -> list[str]:
    """Return the words with a capital, but for those that begin a sentence and often do."""
    bare = PLACEHOLDER.sub("x", line)
    return [
        word.casefold()
        for found in _CAPITAL.finditer(bare)
        if (word := found[0])[0].isupper()
        and word != "I"
        and word.casefold() not in _TELLING
        and not (word.casefold() in BEGINNINGS and _BEGINS.search(bare[: found.start()]))
    ]


def names_what_is_there(line: str, cited: str) -> bool:
    """Return whether what a line names by a capital stands in `cited`."""
    return _names_only(line, _beginnings(words_of(cited)))


def _names_only(line: str, there: Collection[str]) -> bool:
    return all(
        _beginning(name) in there
        # "Saving" is of "save".
        or (
            len(name) > _BEGINNING
            and name.endswith("ing")
            and any(word.startswith(name[:-3][:_BEGINNING]) for word in there)
        )
        for name in named_in(line)
    )


def _beginnings(words: Collection[str]) -> set[str]:
    return {_beginning(word) for word in words}


def _beginning(word: str) -> str:
    """Return a word without what its endings change."""
    return word.casefold()[:_BEGINNING].rstrip("s")


def _folded(text: str) -> str:
    return " ".join(text.casefold().replace("’", "'").split())
