"""The smallest edit of a draft that would pass: what to leave out of it, three pieces at most, the fewest.

A piece is a sentence, a link with its words, or a button. Every set of up to three pieces is weighed: first
by taking away what stands in them from what was seen, which is quick and rarely wrong; what passes so is judged
anew as it would read. Nothing is added and nothing reworded.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, NamedTuple

from bot.language.links import Link
from bot.language.marks import DIGEST_HOSTS, LONG_TOKENS, MANY, hosts_of, owner_of, sales_kind, see_link
from bot.language.reading import Reading
from bot.language.salesy import (
    DEFAULT_THRESHOLD,
    Tally,
    judge,
    look,
    score_of,
    tally_of,
)

# Who has to take out more than three things writes anew.
MOST_REMOVED = 3
# More pieces that sell than any draft of one message has: of more, those that sell most are weighed.
MOST_PIECES = 150
# So many sets that should pass are judged anew, of each size.
MOST_JUDGED = 60

Kind = Literal["sentence", "link", "button"]

_ABBREVIATED = "mr|mrs|ms|dr|prof|sen|rep|gov|st|vs|etc|e\\.g|i\\.e|inc|ltd|co|no|jr|sr|u\\.s|a\\.m|p\\.m"
_ENDS = re.compile(
    rf"(?<!\b(?:{'|'.join(sorted(_ABBREVIATED.split('|'), key=len))}))" if False else r"[.!?…]++[)\"'”’*_~\]]*+[ \t]++(?![a-z])|\n++[ \t\n]*+"
)
