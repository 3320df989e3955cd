"""What a page is written on: templates, and how times, texts and pictures are put into them."""

import base64
import binascii
import re
import zlib
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.cards import Picture

FOLDER = Path(__file__).parent
_ADDRESS = re.compile(r"https?://[^\s<>\"`]*[^\s<>\"`.,;:!?')\]}*_]")
_INK = (
    "<style>svg{color:#241e19;font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif}"
    "@media (prefers-color-scheme:dark){svg{color:#efe8e0}}</style>"
)
# The numbers of years, in weeks; what unpacks to more is none of ours.
_MOST_PICTURE = 100_000
_HARDEST = 9

TEMPLATES = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    # They are part of the program: nobody changes them while it runs.
    auto_reload=False,
)


def _when(at: datetime, zone: ZoneInfo) -> Markup:
    """Return a time as people of the community read it."""
    local = at.astimezone(zone)
    shown = f"{local:%a} {local.day} {local:%b %Y, %H:%M}"
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(timespec="seconds"), shown)


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"


def _linked(text: str) -> Markup:
    """Return a text of ours with its addresses as links."""
    parts: list[Markup] = []
    end = 0
    for found in _ADDRESS.finditer(text):
        link = Markup('<a href="{0}" rel="noopener noreferrer">{0}</a>').format(found[0])
        parts += [escape(text[end : found.start()]), link]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.10g}"


def _waited(seconds: float | None) -> str:
    """Return a wait as people say it."""
    if seconds is None:
        return "–"
    minutes = seconds / 60
    if minutes < 2:
        return f"{seconds:.0f} s" if seconds >= 1 else "less than a second"
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"


TEMPLATES.filters |= {"waited": _waited, "when": _when, "day": _day, "linked": _linked, "number": _number}


def on_either_ground(svg: str) -> str:
    """Return a drawing that stands alone: with the pages' font and ink, on light as on dark."""
    return svg.replace(">", f">{_INK}", 1)


def address_of(picture: Picture) -> str:
    """Return a picture as it stands in an address: whichever process is asked for it can draw it."""
    packed = zlib.compress(picture.model_dump_json(exclude_defaults=True).encode(), _HARDEST)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def picture_at(address: str) -> Picture | None:
    """Return the picture that an address holds, if it holds one."""
    try:
        packed = base64.urlsafe_b64decode(address + "=" * (-len(address) % 4))
        return Picture.model_validate_json(zlib.decompressobj().decompress(packed, _MOST_PICTURE))
    except (binascii.Error, zlib.error, ValueError):
        return None
