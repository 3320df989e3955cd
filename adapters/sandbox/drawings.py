"""Where the pictures of Hearth's cards are, by names made of what they show."""

from hashlib import sha256
from urllib.parse import quote

from adapters.sandbox.world import Message
from bot.cards import Card, Picture


def name_of(picture: Picture) -> str:
    """Return a name that equal pictures share, and no others."""
    return sha256(picture.model_dump_json().encode()).hexdigest()[:20]


def addresses_of(message: Message, picture: Picture, member: str) -> dict[str, str]:
    """Return where the page of a member gets a picture of a message, by the kind of drawing."""
    place = f"/api/messages/{message.id}/pictures/{name_of(picture)}"
    return {kind: f"{place}.{kind}?as={quote(member)}" for kind in ("png", "svg")}


def named(card: Card | None, name: str) -> Picture | None:
    """Return the picture of a card that has this name."""
    return next((each for each in (card.pictures if card else ()) if name_of(each) == name), None)
