"""Checks a draft that a language model wrote anew: it has to pass, and to hold nothing that was not in it."""

import re
from unicodedata import normalize

from bot.language.cited import gives_away, names_what_is_there, numbers_in, shared
from bot.language.negations import turns_round
from bot.language.orders import speaks_to_a_model
from bot.language.redaction import PLACEHOLDER, Hiding, hosts_in, keeps_to
from bot.language.salesy import Verdict, judge

# Of the words that tell something so many have to be in the draft; and it is this much longer at most.
SHARED = 0.4
_LONGER, _FEWEST = 1.2, 10
# So many reasons are told.
_REASONS = 6
_PING = re.compile(r"@(?:everyone|here|channel)\b|<[!@#&]", re.IGNORECASE)
_MARKUP = "<>|`@*_#"


def why_not(draft: str, rewrite: str, ours: str) -> str | None:
    """Return what is wrong with a rewrite, or None; both with what was taken out of them, as they were sent.

    `ours` are the words that came along with the draft.
    """
    if not _FEWEST <= len(rewrite) <= max(_LONGER * len(draft), _FEWEST):
        return "it is too long, or says nothing"
    plain = normalize("NFKC", rewrite)
    if not keeps_to(plain, draft):
        return "it names what was not in the draft"
    # What would have been taken out of the draft was not in it.
    bare = PLACEHOLDER.sub("x", plain)
    if Hiding().hide(bare) != bare or not hosts_in(plain) <= hosts_in(draft):
        return "it holds a link, an address or a number that was not in the draft"
    if _PING.search(plain) or any(sign in rewrite and sign not in draft for sign in _MARKUP):
        return "it pings, or is marked up otherwise"
    if not numbers_in(rewrite) <= numbers_in(draft):
        return "it holds a number that was not in the draft"
    if not names_what_is_there(rewrite, draft):
        return "it names what was not in the draft"
    if gives_away(rewrite, ours) or speaks_to_a_model(plain):
        return "it is not about the draft"
    if turns_round(rewrite, draft):
        return "it denies what the draft says, or says what it denies"
    return None if shared(rewrite, draft) >= SHARED else "it is not about the draft"


def sounds_like_selling(verdict: Verdict) -> list[str]:
    """Return what most speaks for selling, the heaviest first: what a model is told of a draft."""
    strongest = sorted(verdict.signals, key=lambda signal: -signal.weight)[:_REASONS]
    return [signal.reason for signal in strongest if signal.weight > 0]


def passes(rewrite: str, threshold: float) -> Verdict | None:
    """Return the verdict on a rewrite if it reads as selling no more."""
    verdict = judge(rewrite, (), threshold)
    return None if verdict.verdict == "salesy" else verdict
