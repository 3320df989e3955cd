"""Texts as people are shown them: without the signs that platforms make bold, code and the like of."""

import re

Span = tuple[int, int]

_CODE = re.compile(r"```.*?(?:```|\Z)|(`{1,2})[^`\n]++\1", re.DOTALL)
_BEFORE, _AFTER = r"(?<![\w{0}\\])", r"(?![\w{0}]|\.\w)"
# Bold, italic, struck through and hidden: the sign stands close to the words on both of their ends. What
# "__init__" means depends on the platform, so that it stays.
_MARKED = tuple(
    re.compile(rf"{_BEFORE.format(sign)}({signs})(?=[^\s{sign}])[^{sign}\n]++(?<=\S)\1{_AFTER.format(sign)}")
    for sign, signs in (("*", r"\*{1,3}"), ("_", "_"), ("~", "~{1,2}"), ("|", r"\|\|"))
)
_OF_OTHERS = re.compile(r"\s*+(?:>|&gt;|[^\n.:!?]{1,80}\ssaid\s?:)")


def marks(text: str) -> list[Span]:
    """Return where a text's signs of markup stand, in order. Code is left as it is, without its fence."""
    found: list[Span] = []

    def hidden(code: re.Match[str]) -> str:
        start, end = code.span()
        sign = len(code[1] or "```")
        found.append((start, start + sign))
        if end - sign > start + sign and text[end - 1] == "`":
            found.append((end - sign, end))
        # No sign in it, and no word's end.
        return "x" * (end - start)

    words = _CODE.sub(hidden, text) if "`" in text else text
    for marked in _MARKED:
        for each in marked.finditer(words):
            start, end = each.span()
            found += [(start, each.end(1)), (end - len(each[1]), end)]
    return sorted(found)


def unmarked(text: str) -> str:
    """Return a text without its signs of markup."""
    return without(text, marks(text))


def without(text: str, spans: list[Span]) -> str:
    """Return a text without what stands in these spans, which are in order and apart."""
    kept: list[str] = []
    reached = 0
    for start, end in spans:
        kept.append(text[reached:start])
        reached = end
    return "".join([*kept, text[reached:]])


def moved(at: int, spans: list[Span]) -> int:
    """Return where a place in a text is, once these spans are left out of it."""
    return at - sum(min(end, at) - start for start, end in spans if start < at)


def begins_with_others(text: str) -> bool:
    """Return whether a text begins with what somebody else said, quoted."""
    return _OF_OTHERS.match(text) is not None
