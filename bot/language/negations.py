"""Tells whether a text turns round what another says: denies what is said there, or says what is denied.

Which word a denial is about is told by where it stands, in English and German, and not by what is meant: what
turns its source round by other words ("stop", "avoid", "instead of") is not seen.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|[.!?;:\n]")
_DENIES = re.compile(
    r"(?:not|no|never|none|noone|hardly|neither|nor|cannot|without|nobody|nothing|\w+n['’]t|dont|cant|wont|doesnt|isnt"
    r"|nicht|nie|niemals|keine?[mnrs]?|ohne|weder|nichts|niemand)",
    re.IGNORECASE,
)
# A denial is about the first of so many words behind it that tell something.
_NEAR = 4
# Shorter words tell little, and endings change the rest.
_SHORTEST, _BEGINNING = 3, 5
_EMPTY = frozenset(
    "the and you your for that this any all its it's are was were been have has had will would can "
    "could may should must does did just only yet ever use der die das den dem des ein eine einen "
    "einem einer und ist sind war hat haben wird werden kann können soll sollte muss müssen darf "
    "dürfen man sie ihr wir mehr longer any more really actually even always often quite very completely at "
    "all single when while whenever wirklich immer ganz sehr einmal wenn".split()
)


def _cut(word: str) -> str:
    return word[:_BEGINNING].rstrip("s")


# What says that something does not work, and so may be told with a denial.
_FAILS = frozenset(
    _cut(word)
    for word in "fail failed failing failure broke broken break breaking crash error unable "
    "lack missing misses stop stopped refuse refusing wrong wrongly lose losing lost impossible "
    "bug bugs problem issue trouble "
    "hang hangs hung freeze frozen froze stuck vanish disappear difficult slow kaputt fehlt fehler fehlen "
    "unmöglich abstürzen abgestürzt stürzt absturz langsam".split()
)
# What people do, feel and say, and whether it is so: that is denied only where they deny it themselves.
_PEOPLE = frozenset(
    _cut(word)
    for word in "member people person somebody someone user customer anybody anyone everybody everyone team "
    "said says say tell told report ask mention complain complaint praise want wish like liked likes love "
    "loved loves enjoy need needs thank happy glad prefer hate hates support recommend agree think believe "
    "true case fact correct right mitglied leute nutzer jemand sagt sagte sagen meldet melden fragt fragen "
    "lobt loben wünscht wünschen will wollen mag mögen liebt lieben braucht brauchen dankt danken "
    "wahr richtig "
    "stimmt".split()
)
# Who asks for something may say plainly what does not work for them.
_ASKS = re.compile(
    r"(?:ask|how|whether|want|wish|would|like|request|need|hope|why|question|frag|wie|ob|wünsch|will|woll|möcht|"
    r"bitte|warum|hoff)\w*",
    re.IGNORECASE,
)
_PART = re.compile(
    r"(?:[.!?;:,\n]|\b(?:and|but|then|or|because|since|when|whenever|after|if|und|aber|oder|dann|weil|"
    r"denn|wenn|nachdem)\b)",
    re.IGNORECASE,
)
# What these deny may stand before them: "findet ihn nicht", "finds no names".
_AT_THE_END = frozenset("nicht nie niemals nichts".split())
_OF_THINGS = frozenset("no nothing nichts kein keine keinen keinem keiner keines".split())
# Nobody does what somebody does.
_NOBODY = re.compile(
    r"\b(?:nobody|none|neither|no (?:single )?(?:one|members?|users?|people|person|customers?)|niemand\w*|"
    r"kein(?:er|e?s|em|en)?(?= (?:mitglied|nutzer|mensch|von|der))|keiner)\b",
    re.IGNORECASE,
)


def turns_round(text: str, source: str) -> bool:
    """Return whether a text denies what its source does not, or says plainly what is only denied there."""
    return Told.of(text).turns_round(Told.of(source))


@dataclass(frozen=True, slots=True)
class Told:
    """What a text says plainly and what it denies, by the beginnings of its words.

    `behind` are all words behind a denial, in the same part of a sentence. `failing` are those that something
    which does not work is said of, or that stand behind a denial: to deny them sums the text up. `fails` says
    whether there are any, `nobody` whether the text tells of what nobody does, and `asks` whether it tells of
    somebody who asks or wishes for something.
    """

    said: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    behind: frozenset[str] = frozenset()
    failing: frozenset[str] = frozenset()
    fails: bool = False
    nobody: bool = False
    asks: bool = False

    @classmethod
    def of(cls, text: str) -> "Told":
        """Read a text."""
        told = list(_words(text))
        behind: set[str] = set()
        turned: set[str] = set()
        failing: set[str] = set()
        fails = False
        for part in _PART.split(text):
            words = list(_words(part))
            first = next((place for place, (_, is_denied) in enumerate(words) if is_denied), len(words))
            denials = {word for word in _WORD.findall(part.casefold()) if _DENIES.fullmatch(word)}
            if first == len(words) and denials & _AT_THE_END:
                turned.update(word for word, _ in words)
                first = 0
            elif first and denials & _OF_THINGS:
                failing.add(words[first - 1][0])
            broken = any(word in _FAILS for word, _ in words[:first])
            fails = fails or broken or bool(denials)
            behind.update(word for word, _ in words[first:])
            failing.update(word for word, _ in (words if broken else words[first:]))
        return cls(
            frozenset(word for word, is_denied in told if not (is_denied or word in turned)),
            frozenset(word for word, is_denied in told if is_denied or word in turned),
            frozenset(behind),
            frozenset(failing),
            fails,
            _NOBODY.search(text) is not None,
            any(_ASKS.fullmatch(word) for word in _WORD.findall(text)),
        )

    def turns_round(self, source: "Told") -> bool:
        """Return whether this denies what the source does not, or says plainly what is only denied there."""
        return not self.denied <= source.denied or bool(
            (self.said - self.denied) & (source.denied - source.said)
        )

    def is_borne_by(self, source: "Told") -> bool:
        """Return whether all that this denies is denied in the source, or does not work there."""
        return all(source._bears(word) for word in self.denied) and (source.nobody or not self.nobody)

    def contradicts(self, source: "Told") -> bool:
        """Return whether this denies what the source says, or says plainly what is only denied there.

        It is laxer than `turns_round`: who sums up that something does not work may say so in other words.
        """
        if any(word in source.said and not source._bears(word) for word in self.denied):
            return True
        # What fails does not fail.
        if self.behind & _FAILS & (source.said - source.behind):
            return True
        turned = (self.said - self.behind) & (source.denied - source.said)
        # Who asks may name plainly what does not work for them.
        return bool(turned & _PEOPLE if self.asks or self.fails else turned)

    def _bears(self, word: str) -> bool:
        if word in self.denied:
            return True
        if word in _PEOPLE or word in _FAILS:
            return False
        return word in self.failing or (self.fails and word not in self.said)


def together(told: Collection[Told]) -> Told:
    """Return what texts tell together."""
    return Told(
        frozenset().union(*(each.said for each in told)),
        frozenset().union(*(each.denied for each in told)),
        frozenset().union(*(each.behind for each in told)),
        frozenset().union(*(each.failing for each in told)),
        any(each.fails for each in told),
        any(each.nobody for each in told),
        any(each.asks for each in told),
    )


def _words(text: str) -> Iterator[tuple[str, bool]]:
    near = 0
    for word in _WORD.findall(text.casefold()):
        if not word[0].isalpha():
            near = 0
        elif _DENIES.fullmatch(word):
            near = _NEAR
        elif len(word) >= _SHORTEST and word not in _EMPTY:
            yield _cut(word), near > 0
            near = 0
        else:
            near = max(0, near - 1)
