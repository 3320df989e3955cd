"""The tag that a forum has for answered posts: Hearth sets it, and hears where a member did."""

import re
from collections.abc import Sequence

from adapters.wire.values import Wire, objects_in, text_in
from bot.ports import Memory

# What forums call it, in the order in which one is chosen; emoji and the like around it do not count.
NAMES = (
    *("answered", "solved", "resolved", "done"),
    *("beantwortet", "gelöst", "erledigt"),
    *("répondu", "résolu", "résolue"),
    *("respondido", "respondida", "resuelto", "resuelta", "solucionado", "solucionada"),
    *("resolvido", "resolvida", "risolto", "risolta", "opgelost", "beantwoord", "löst", "ratkaistu"),
    *(
        "rozwiązane",
        "vyřešeno",
        "решено",
        "вирішено",
        "çözüldü",
        "解決",
        "解決済み",
        "已解决",
        "已解決",
        "해결됨",
    ),
)
_AROUND = re.compile(r"[^\w\s]+")
_TAG = "tag:"
_OWN, _MEMBERS = "own", "member"


def answered_tag(tags: Sequence[tuple[str, str]]) -> str | None:
    """Return the id of the tag for answered posts, of ids and names."""
    by_name = {" ".join(_AROUND.sub(" ", name).casefold().split()): id_ for id_, name in tags}
    return next((by_name[name] for name in NAMES if name in by_name), None)


def tags_of(forum: Wire) -> list[tuple[str, str]]:
    """Return the ids and names of the tags that a forum offers."""
    return [(text_in(tag, "id"), text_in(tag, "name")) for tag in objects_in(forum, "available_tags")]


class Tagged:
    """Which posts of a server bear the tag, and who gave it to them: Hearth itself, or a member."""

    def __init__(self, memory: Memory, community: str) -> None:
        self._memory = memory
        self._community = community
        self._by: dict[str, str] = {}

    async def recall(self) -> None:
        """Recall what was known when Hearth last ended."""
        written = await self._memory.read_all(self._community, _TAG)
        self._by = {name.removeprefix(_TAG): by for name, by in written.items()} | self._by

    def sees(self, post: str, *, tagged: bool) -> bool:
        """Take in how a post is tagged; return whether a member gave it the tag just now, or took theirs."""
        before = self._by.get(post)
        if tagged == (before is not None):
            return False
        if tagged:
            self._by[post] = _MEMBERS
            return True
        del self._by[post]
        return before == _MEMBERS

    def ours(self, post: str, *, tagged: bool) -> None:
        """Take in that Hearth gives a post the tag now, or takes it."""
        if tagged:
            self._by[post] = _OWN
        else:
            self._by.pop(post, None)

    async def keep(self, post: str) -> None:
        """Write down how a post is tagged."""
        await self._memory.write(self._community, f"{_TAG}{post}", self._by.get(post))
