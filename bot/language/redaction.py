"""Takes out of texts what is nobody else's business before they leave, and puts it back in what returns.

What is taken out stands as [name-1], [email-1], [phone-1], [key-1] or [link-1]: the same has the same number
in all texts of a question, so that they can still be understood together.
"""

import re
from collections.abc import Collection, Iterator, Mapping

_KIND = "(?:name|email|phone|key|link|text)"
PLACEHOLDER = re.compile(rf"\[{_KIND}-\d{{1,4}}\]")
# One written otherwise; and one joined to what would make another name, address or link of it.
_LIKE_ONE = re.compile(rf"\b{_KIND}[\s_\-\u2010-\u2015]{{0,2}}\d", re.IGNORECASE)
_JOINED = re.compile(
    rf"\S*[\w.@/\-]{PLACEHOLDER.pattern}\S*|{PLACEHOLDER.pattern}(?:[\w@/\-\[]|[.:?#&=]\w)\S*"
)
# More than this is no name but a text.
_LONGEST_NAME = 80
# What is looked up as a name has so many words at most.
MOST_WORDS = 6
# Words of names shorter than this are too often others.
_SHORTEST_PART = 3

_LINK = r"(?:[a-z][a-z0-9+.\-]{1,15}://|www\.|mailto:)[^\s<>\"'\])}]+[^\s<>\"'\])}.,;:!?*_~|]"
# What ends so is mostly a file and no host, unless more follows.
_FILES = (
    "c|cfg|conf|cpp|css|csv|gif|html|ini|java|jpeg|jpg|js|json|jsx|log|pdf|php|png|py|sql|toml|ts|tsx|txt|xml|"
    "yaml|yml"
)
_REST = r"(?::\d{1,5})?(?:[/?#](?:[^\s<>\"']*[^\s<>\"'.,;:!?)])?)?"
# Hosts without a scheme, as people write them, whatever they end with; and addresses in numbers.
_HOST = (
    rf"(?<![\w.@/\-])(?![\w\-]+\.(?:{_FILES})\b(?![/:?#\-]|\.\w))"
    rf"(?:(?:[\w\-]{{1,63}}\.){{0,9}}(?=[\w\-]*[^\W\d])[\w\-]{{1,63}}\.[^\W\d_]{{2,24}}"
    rf"|(?:[\w\-]{{1,63}}\.){{1,9}}(?-i:[a-z]{{2,24}})"
    rf"|(?:\d{{1,3}}\.){{3}}\d{{1,3}}|localhost(?=:\d))(?![\w@\-]){_REST}"
    # An address of six, with a digit and more than the colons of a time.
    r"|(?<![\w:.])(?=[0-9a-f:]*\d)(?=[0-9a-f:]*(?:::|[a-f]))(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}(?![\w:])"
)
_EMAIL = (
    r"[\w.+%\-]{1,64}(?:[@＠]|\s?[\[(]at[\])]\s?)[\w\-]{1,63}(?:(?:\.|\s?[\[(]dot[\])]\s?)[\w\-]{1,63}){0,4}"
    r"|[\w.+%\-]{1,64} at [\w\-]{1,63}(?: dot [\w\-]{2,63}){1,4}"
)
# Words for a secret, and for one that is a number; what stands behind them goes.
_SECRETLY = (
    r"pass(?:words?|wort|wd|phrase)|kennwort|(?<![^\W_])(?:pass|pwd?)|secret|api[ _-]?key|token|mot de passe|"
    r"(?:access|secret|private|license) key|contraseña|senha|credentials"
)
_NUMBERED = "pin|otp|passcode|(?:my|the) (?:key|code)"
_SAYING = r"[\"'`]?\s{0,3}(?:[:=]|\b(?:is|are|was|ist|lautet|war|est|es)\b[:=]?)\s{0,3}[\"'`]?"
_SECRET = (
    rf"(?P<before>(?:{_SECRETLY}){_SAYING}(?=[^\s\"'`,;]{{3}})"
    # Where nothing says that it is one, it has a digit.
    rf"|(?:{_SECRETLY})\s{{1,3}}[\"'`]?"
    r"(?=[^\s\"'`,;]*\d)(?=[^\s\"'`,;]*[^\W\d])(?=[^\s\"'`,;]{6})"
    rf"|\b(?:{_NUMBERED})(?:{_SAYING}|\s{{1,3}}[\"'`]?)(?=[\w\-]*\d)(?=[\w\-]{{4}}))[^\s\"'`,;]+"
)
_KEY = "|".join(
    (
        r"-----BEGIN [A-Z ]*KEY-----[\s\S]*?(?:-----END [A-Z ]*KEY-----|\Z)",
        r"\b(?:sk|pk|rk|key)[-_](?:live|test|proj|ant)?[-_]?[\w\-]{12,}",
        r"\bxox[a-z]-[\w\-]{8,}",
        r"\bxapp-[\w\-]{8,}",
        r"\b(?:gh[opsu]|github_pat|glpat|npm|hf|dop_v1)[_\-]\w[\w\-]{14,}",
        r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}",
        r"\bAIza[\w\-]{20,}",
        r"\beyJ[\w\-]{8,}\.[\w\-]{8,}(?:\.[\w\-]+)?",
        r"\bSG\.[\w\-]{8,}\.[\w\-]{8,}",
        # Ids of members, as a platform writes them.
        r"<@[!&]?\w{6,}>",
        # Licences: groups of capitals and digits.
        r"\b(?=[A-Z0-9\-]{0,70}\d)(?-i:[A-Z0-9]{4,8}(?:-[A-Z0-9]{4,8}){2,7})\b",
        r"(?:^|(?<=[\"'\s:=]))(?:bearer|basic)\s+[\w\-.~+/=]{8,}",
        _SECRET,
        # Long strings of letters and digits mixed are no words.
        r"(?<![\w\-+/])(?=[\w\-+/]*\d)(?=[\w\-+/]*[A-Za-z])(?![a-z\-]+\d{1,3}\b)[A-Za-z0-9_\-+/]{24,}={0,2}(?![\w\-])",
    )
)
# Seven digits or more, in groups as people write numbers of phones, accounts and cards.
_PHONE = r"(?<![\w.])(?:\+|\(|00)?\d(?:[ ().\-/]{0,2}\d){6,18}(?![\w])"
_KINDS = {
    "text": PLACEHOLDER.pattern,
    "link": _LINK,
    "email": _EMAIL,
    "key": _KEY,
    "host": _HOST,
    "phone": _PHONE,
}
_AS_HOST = re.compile(r"[\w\-]+(?:\.[\w\-]+)*\.[^\W\d_]{2,24}\b|(?:\d{1,3}\.){3}\d{1,3}")
_ALPHABETIC = re.compile(r"[a-zà-öø-ÿа-яёα-ω]", re.IGNORECASE)
_WORD = re.compile(r"[^\W_][\w'’.\-]*", re.UNICODE)
_CALLED = re.compile(rf"@([^\s@,;:!?]{{2,{_LONGEST_NAME}}})")


class Hiding:
    """Takes out of the texts of one question; `hidden` is what stands for what.

    `names` are those of people who take part: they go in whatever case they are written, and so do the words
    they consist of, with a capital. Of `others` it is the whole name, after an @ or with a capital.
    """

    def __init__(self, names: Collection[str] = (), others: Collection[str] = ()) -> None:
        self.hidden: dict[str, str] = {}
        self._placeholders: dict[tuple[str, str], str] = {}
        kinds = [f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items()]
        self._pattern = re.compile("|".join((*kinds, *_of_names(names, others))), re.IGNORECASE)

    def hide(self, text: str) -> str:
        """Return a text without."""
        return self._pattern.sub(self._instead, text)

    def _instead(self, found: re.Match[str]) -> str:
        kind = str(found.lastgroup)
        if kind in ("part", "other") and not _as_a_name(found):
            return found[0]
        kind = {"part": "name", "other": "name", "host": "link"}.get(kind, kind)
        before = (found["before"] or "") if kind == "key" else ""
        said = found[0].removeprefix(before)
        key = (kind, said.casefold() if kind == "name" else said)
        placeholder = self._placeholders.get(key)
        if placeholder is None:
            number = 1 + sum(of == kind for of, _ in self._placeholders)
            placeholder = self._placeholders[key] = f"[{kind}-{number}]"
            self.hidden[placeholder] = said
        return f"{before}{placeholder}"


def put_back(text: str, hidden: Mapping[str, str]) -> str | None:
    """Return a text with what was taken out; None if it holds a placeholder that stands for nothing."""
    if any(each not in hidden for each in PLACEHOLDER.findall(text)):
        return None
    return PLACEHOLDER.sub(lambda found: hidden[found[0]], text)


def keeps_to(text: str, source: str) -> bool:
    """Return whether a text leaves what was taken out of its source as it is there, and makes up no more."""
    if any(not set(one.findall(text)) <= set(one.findall(source)) for one in (PLACEHOLDER, _JOINED)):
        return False
    said, there = (
        {found.casefold() for found in _LIKE_ONE.findall(PLACEHOLDER.sub(" ", each))}
        for each in (text, source)
    )
    return said <= there


def hosts_in(text: str) -> set[str]:
    """Return what in a text reads as an address on the web without a scheme, and may become a link."""
    return {found[0].casefold() for found in _AS_HOST.finditer(PLACEHOLDER.sub("x", text))}


def may_be_names(text: str) -> Iterator[str]:
    """Yield what in a text may be the name of somebody, folded as names are compared: up to six words."""
    words = [(word.start(), word.end()) for word in _WORD.finditer(text)]
    for place, (start, _) in enumerate(words):
        for _, end in words[place : place + MOST_WORDS]:
            said = text[start:end].rstrip(".'’-")
            if len(said) <= _LONGEST_NAME and (_is_capital(said) or text[start - 1 : start] == "@"):
                yield from _spellings(said)
    # Names may begin and end with signs.
    for called in _CALLED.findall(text):
        yield from _spellings(called)


def _spellings(name: str) -> Iterator[str]:
    """Yield a name folded, with either apostrophe."""
    straight = name.casefold().replace("’", "'")
    yield straight
    if "'" in straight:
        yield straight.replace("'", "’")


def _of_names(names: Collection[str], others: Collection[str]) -> Iterator[str]:
    whole = {name.strip() for name in names if 1 < len(name.strip()) <= _LONGEST_NAME}
    parts = {
        part
        for name in whole
        for part in re.split(r"[\s.,_\-]+", name)
        if len(part) >= _SHORTEST_PART and not part.isdigit()
    }
    rest = {name.strip() for name in others if 1 < len(name.strip()) <= _LONGEST_NAME}
    for kind, said in (("name", whole), ("part", parts - whole), ("other", rest - whole - parts)):
        if said:
            # The longest first: of "Ada Lovelace" not only the first half is to go.
            yield f"(?P<{kind}>{'|'.join(map(_whole, sorted(said, key=lambda name: (-len(name), name))))})"


def _whole(name: str) -> str:
    said = re.sub("['’]", "['’]", re.escape(name))
    # Where a script knows no spaces, a name may stand between other letters.
    return rf"(?<!\w){said}(?!\w)" if _ALPHABETIC.search(name) else said


def _as_a_name(found: re.Match[str]) -> bool:
    before = found.string[found.start() - 1 : found.start()]
    return before == "@" or _is_capital(found[0])


def _is_capital(said: str) -> bool:
    first = said[:1]
    return first.isupper() or (first.isalpha() and not _ALPHABETIC.match(first))
