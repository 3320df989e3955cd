"""Checks what a language model wrote against the texts it cites: what does not rest on them goes."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from bot.language.negations import turns_round
from bot.language.orders import speaks_to_a_model
from bot.language.redaction import PLACEHOLDER, hosts_in, keeps_to

# Characters of a sentence; and words of ours in a row that no sentence has by chance.
LONGEST = 400
_OURS_IN_A_ROW = 7
# Of the words of a sentence that mean something so many have to be in what it cites, by their beginnings.
SHARED = 0.5
# Of what somebody may do as it says, nearly all of them.
SHARED_TO_DO = 0.8
_BEGINNING = 5
_SHORTEST = 4

_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]{2,})[\"”“»]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[^\W\d_]+")
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


def standing(
    sentences: Sequence[tuple[str, Sequence[int]]],
    items: Mapping[int, str],
    ours: str,
    *,
    to_do: bool = False,
) -> list[Cited]:
    """Return the sentences that stand, each with the numbers of what it cites.

    `items` are the texts by their numbers, as they were sent; `ours` are the words that came with them, which
    no sentence may give away. What somebody may do as it says, `to_do`, is held to more.
    """
    found: list[Cited] = []
    said: set[str] = set()
    for text, cites in sentences:
        line = " ".join(text.split())
        numbers = tuple(dict.fromkeys(cites))
        if numbers and all(number in items for number in numbers) and line not in said:
            cited = "\n".join(items[number] for number in numbers)
            if rests_on(line, cited, ours) and (not to_do or keeps_what_to_do(line, cited)):
                said.add(line)
                found.append(Cited(line, numbers))
    return found


def rests_on(line: str, cited: str, ours: str) -> bool:
    """Return whether a line says nothing but what is in `cited`, as far as its words can tell."""
    if not 0 < len(line) <= LONGEST or _MARKUP.search(PLACEHOLDER.sub("", line)):
        return False
    # What is written in other signs for the same letters is read as people read it.
    plain = normalize("NFKC", line)
    if _LINK.search(plain) or _PING.search(plain) or not hosts_in(plain) <= hosts_in(cited):
        return False
    if speaks_to_a_model(plain) or gives_away(plain, ours):
        return False
    there = _folded(cited)
    return (
        keeps_to(plain, cited)
        and all(_folded(quote) in there for quote in _QUOTED.findall(line))
        and numbers_in(line) <= numbers_in(cited)
        and all(_beginning(name) in _beginnings(words_of(cited)) for name in named_in(line))
        and shared(line, cited) >= SHARED
    )


def keeps_what_to_do(line: str, cited: str) -> bool:
    """Return whether a line has somebody do nothing but what `cited` says, as far as its words can tell.

    What is typed stands there letter by letter, nearly all words do, and nothing is turned round.
    """
    typed = {token for word in line.split() if _TYPED.search(token := word.strip(_AROUND))}
    there = {word.strip(_AROUND) for word in cited.split()}
    return typed <= there and shared(line, cited) >= SHARED_TO_DO and not turns_round(line, cited)


def gives_away(line: str, ours: str) -> bool:
    """Return whether a line repeats words of ours: so many in a row."""
    theirs = _WORD.findall(line.casefold())
    known = f" {' '.join(_WORD.findall(ours.casefold()))} "
    return any(
        f" {' '.join(theirs[place : place + _OURS_IN_A_ROW])} " in known
        for place in range(len(theirs) - _OURS_IN_A_ROW + 1)
    )


def numbers_in(text: str) -> set[str]:
    """Return the numbers in a text, as digits or as words."""
    text = normalize("NFKC", text)
    words = set(words_of(text))
    digits = set(_NUMBER.findall(PLACEHOLDER.sub("", text)))
    return digits | (_NUMBERS & words) | {word for word in words if _NUMBER_WORD.fullmatch(word)}


def shared(line: str, cited: str) -> float:
    """Return how many of the words of a line that tell something stand in `cited`, 0 to 1."""
    there = _beginnings(words_of(cited))
    telling = [word for word in words_of(line) if len(word) >= _SHORTEST and word not in _TELLING]
    return sum(_beginning(word) in there for word in telling) / len(telling) if telling else 0.0


def words_of(text: str) -> list[str]:
    """Return the words of a text in small letters, without what stands for something else."""
    return _WORD.findall(PLACEHOLDER.sub("", text).casefold())


def named_in(line: str) -> list[str]:
    """Return the words with a capital that do not begin a sentence."""
    found = re.findall(r"(?<=[^\s.!?:])\s+[\"'“„(]*([^\W\d_]+)", PLACEHOLDER.sub("x", line))
    return [
        word.casefold()
        for word in found
        if word[0].isupper() and word != "I" and word.casefold() not in _TELLING
    ]


def _beginnings(words: Collection[str]) -> set[str]:
    return {_beginning(word) for word in words}


def _beginning(word: str) -> str:
    """Return a word without what its endings change."""
    return word.casefold()[:_BEGINNING].rstrip("s")


def _folded(text: str) -> str:
    return " ".join(text.casefold().replace("’", "'").split())
