"""The pictures of Hearth's cards as images, drawn when a page first asks for one."""

import asyncio
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote

from adapters.sandbox.world import Message
from bot.cards import Card, Picture
from bot.pictures import draw_png

# Some tens of kilobytes each; more than a page shows at once.
_REMEMBERED = 64


def name_of(picture: Picture) -> str:
    """Return a name that equal pictures share, and no others."""
    return sha256(picture.model_dump_json().encode()).hexdigest()[:20]


def address_of(message: Message, picture: Picture, member: str) -> str:
    """Return where the page of a member gets a picture of a message."""
    return f"/api/messages/{message.id}/pictures/{name_of(picture)}.png?as={quote(member)}"


def named(card: Card | None, name: str) -> Picture | None:
    """Return the picture of a card that has this name."""
    return next((each for each in (card.pictures if card else ()) if name_of(each) == name), None)


async def drawn(picture: Picture) -> bytes:
    """Return a picture as PNG, off the event loop."""
    return await asyncio.to_thread(_drawn, picture)


@lru_cache(maxsize=_REMEMBERED)
def _drawn(picture: Picture) -> bytes:
    return draw_png(picture)
