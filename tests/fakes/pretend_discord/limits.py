"""What a message may be: how long, how many, and made of what."""

import re
from collections.abc import Collection
from datetime import datetime
from typing import Any

from tests.fakes.pretend_discord.refusals import Mistakes, Wire

MAX_CONTENT, MAX_EMBEDS, MAX_EMBED_TEXT, MAX_FILES = 2_000, 10, 6_000, 10
MAX_NONCE = 25
ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = 5, 6, 7, 8
TEXT_DISPLAY, LABEL = 10, 18
SELECTS = (STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT)
LINK_STYLE = 5
# Discord's own schemes for what an address in an embed begins with.
_ADDRESS = re.compile(r"(https?|attachment)://\S+")

Path = tuple[str | int, ...]


def check_message(form: Wire, filenames: Collection[str], *, nonce: bool = True) -> None:
    """Refuse a message that is not as messages have to be. Raises Refusal."""
    mistakes = Mistakes()
    mistakes.length(("content",), form.get("content"), MAX_CONTENT)
    if nonce and form.get("nonce") is not None and not isinstance(form["nonce"], int):
        mistakes.length(("nonce",), form["nonce"], MAX_NONCE)
    embeds = mistakes.objects(("embeds",), form.get("embeds"), MAX_EMBEDS)
    for path, embed in embeds:
        _embed(mistakes, path, embed)
    if sum(length_of(embed) for _, embed in embeds) > MAX_EMBED_TEXT:
        message = f"Embed size exceeds maximum size of {MAX_EMBED_TEXT}"
        mistakes.add(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", message)
    _attachments(mistakes, form, filenames)
    _rows(mistakes, form.get("components"))
    _allowed_mentions(mistakes, form.get("allowed_mentions"))
    mistakes.check()


def length_of(embed: Wire) -> int:
    """Return how many characters of an embed count towards the limit of all."""
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    for entry in embed.get("fields") or ():
        texts += [entry.get("name"), entry.get("value")]
    return sum(len(text) for text in texts if isinstance(text, str))


def _embed(mistakes: Mistakes, path: Path, embed: Wire) -> None:
    mistakes.length((*path, "title"), embed.get("title"), 256)
    mistakes.length((*path, "description"), embed.get("description"), 4_096)
    for place, entry in mistakes.objects((*path, "fields"), embed.get("fields"), 25):
        mistakes.length((*place, "name"), entry.get("name"), 256, required=True)
        mistakes.length((*place, "value"), entry.get("value"), 1_024, required=True)
    if embed.get("footer") is not None:
        mistakes.length((*path, "footer", "text"), embed["footer"].get("text"), 2_048, required=True)
    if embed.get("author") is not None:
        mistakes.length((*path, "author", "name"), embed["author"].get("name"), 256, required=True)
    color = embed.get("color")
    if color is not None and not (isinstance(color, int) and 0 <= color <= 0xFFFFFF):
        message = "int value should be less than or equal to 16777215."
        mistakes.add((*path, "color"), "NUMBER_TYPE_MAX", message)
    addresses = [("url",), ("image", "url"), ("thumbnail", "url"), ("author", "url"), ("footer", "icon_url")]
    for keys in addresses:
        value: Any = embed
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        if value is None:
            continue
        if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
            message = "Not a well formed URL."
            mistakes.add((*path, *keys), "URL_TYPE_INVALID_URL", message)
        else:
            mistakes.length((*path, *keys), value, 2_048)
    when = embed.get("timestamp")
    if when is not None:
        try:
            datetime.fromisoformat(when)
        except (TypeError, ValueError):
            message = f"Could not parse {when}. Should be ISO8601."
            mistakes.add((*path, "timestamp"), "DATE_TIME_TYPE_PARSE", message)


def _attachments(mistakes: Mistakes, form: Wire, filenames: Collection[str]) -> None:
    if len(filenames) > MAX_FILES:
        message = f"Must be {MAX_FILES} or fewer in length."
        mistakes.add(("attachments",), "BASE_TYPE_MAX_LENGTH", message)
    for path, each in mistakes.objects(("attachments",), form.get("attachments"), MAX_FILES):
        mistakes.length((*path, "description"), each.get("description"), 1_024)
        if "id" not in each:
            mistakes.add((*path, "id"), "BASE_TYPE_REQUIRED", "This field is required")


def _allowed_mentions(mistakes: Mistakes, allowed: Wire | None) -> None:
    if allowed is None:
        return
    parse = allowed.get("parse") or []
    for place, each in enumerate(parse):
        if each not in ("roles", "users", "everyone"):
            message = "Value must be one of {'roles', 'users', 'everyone'}."
            mistakes.add(("allowed_mentions", "parse", place), "BASE_TYPE_CHOICES", message)
    for kind in ("users", "roles"):
        named = allowed.get(kind) or []
        if len(named) > 100:
            mistakes.add(
                ("allowed_mentions", kind), "BASE_TYPE_MAX_LENGTH", "Must be 100 or fewer in length."
            )
        if named and kind in parse:
            message = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            mistakes.add(("allowed_mentions",), "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)


def _rows(mistakes: Mistakes, rows: object) -> None:
    seen: set[str] = set()
    for path, row in mistakes.objects(("components",), rows, 5):
        if row.get("type") != ROW:
            message = 'Value of field "type" must be one of (1,).'
            mistakes.add((*path, "type"), "UNION_TYPE_CHOICES", message)
            continue
        parts = mistakes.objects((*path, "components"), row.get("components"), 5, 1)
        if len(parts) > 1 and any(part.get("type") in SELECTS for _, part in parts):
            message = "The specified component exceeds the maximum width"
            mistakes.add((*path, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)
        for place, part in parts:
            if part.get("type") == BUTTON:
                _button(mistakes, place, part, seen)
            elif part.get("type") in SELECTS:
                _select(mistakes, place, part, seen)
            else:
                message = 'Value of field "type" must be one of (2, 3, 5, 6, 7, 8).'
                mistakes.add((*place, "type"), "UNION_TYPE_CHOICES", message)


def _custom_id(mistakes: Mistakes, path: Path, part: Wire, seen: set[str]) -> None:
    custom_id = part.get("custom_id")
    if not mistakes.length((*path, "custom_id"), custom_id, 100, 1, required=True):
        return
    if custom_id in seen:
        message = "Component custom id cannot be duplicated"
        mistakes.add((*path, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", message)
    seen.add(str(custom_id))


def _button(mistakes: Mistakes, path: Path, part: Wire, seen: set[str]) -> None:
    style = part.get("style")
    if style not in range(1, 7):
        message = "Value must be one of {1, 2, 3, 4, 5, 6}."
        mistakes.add((*path, "style"), "BASE_TYPE_CHOICES", message)
    mistakes.length((*path, "label"), part.get("label"), 80, required="emoji" not in part)
    if style != LINK_STYLE:
        _custom_id(mistakes, path, part, seen)
        return
    if part.get("custom_id"):
        message = "A custom id and url cannot both be specified"
        mistakes.add((*path,), "BUTTON_COMPONENT_CUSTOM_ID_AND_URL", message)
    if mistakes.length((*path, "url"), part.get("url"), 512, required=True) and not _ADDRESS.fullmatch(
        str(part["url"])
    ):
        mistakes.add((*path, "url"), "URL_TYPE_INVALID_URL", "Not a well formed URL.")


def _select(mistakes: Mistakes, path: Path, part: Wire, seen: set[str]) -> None:
    _custom_id(mistakes, path, part, seen)
    mistakes.length((*path, "placeholder"), part.get("placeholder"), 150)
    least, most = part.get("min_values", 1), part.get("max_values", 1)
    if not (isinstance(least, int) and 0 <= least <= 25):
        mistakes.add((*path, "min_values"), "NUMBER_TYPE_MAX", "int value should be between 0 and 25.")
    if not (isinstance(most, int) and 1 <= most <= 25):
        mistakes.add((*path, "max_values"), "NUMBER_TYPE_MAX", "int value should be between 1 and 25.")
    if part.get("type") != STRING_SELECT:
        for place, each in mistakes.objects((*path, "default_values"), part.get("default_values"), 25):
            if each.get("type") not in ("user", "role", "channel"):
                message = "Value must be one of {'user', 'role', 'channel'}."
                mistakes.add((*place, "type"), "BASE_TYPE_CHOICES", message)
        return
    values: set[object] = set()
    for place, option in mistakes.objects((*path, "options"), part.get("options"), 25, 1):
        for key, required in (("label", True), ("value", True), ("description", False)):
            mistakes.length((*place, key), option.get(key), 100, required=required)
        if option.get("value") in values:
            message = "The specified option value is already used"
            mistakes.add((*place, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
        values.add(option.get("value"))
    if sum(bool(option.get("default")) for option in part.get("options") or ()) > (most or 1):
        message = "Too many options are chosen"
        mistakes.add((*path, "options"), "SELECT_COMPONENT_TOO_MANY_DEFAULTS", message)


def check_modal(data: Wire) -> None:
    """Refuse a modal that is not as modals have to be. Raises Refusal."""
    mistakes = Mistakes()
    at: Path = ("data",)
    mistakes.length((*at, "title"), data.get("title"), 45, 1, required=True)
    mistakes.length((*at, "custom_id"), data.get("custom_id"), 100, 1, required=True)
    seen: set[str] = set()
    for path, row in mistakes.objects((*at, "components"), data.get("components"), 5, 1):
        match row.get("type"):
            case 1:
                for place, part in mistakes.objects((*path, "components"), row.get("components"), 1, 1):
                    _text_input(mistakes, place, part, seen, labelled=True)
            case 18:
                mistakes.length((*path, "label"), row.get("label"), 45, 1, required=True)
                mistakes.length((*path, "description"), row.get("description"), 100)
                inner = row.get("component")
                if not isinstance(inner, dict):
                    mistakes.add((*path, "component"), "BASE_TYPE_REQUIRED", "This field is required")
                elif inner.get("type") == TEXT_INPUT:
                    _text_input(mistakes, (*path, "component"), inner, seen, labelled=False)
                elif inner.get("type") in SELECTS:
                    _select(mistakes, (*path, "component"), inner, seen)
                else:
                    message = 'Value of field "type" must be one of (3, 4, 5, 6, 7, 8).'
                    mistakes.add((*path, "component", "type"), "UNION_TYPE_CHOICES", message)
            case 10:
                mistakes.length((*path, "content"), row.get("content"), 4_000, 1, required=True)
            case _:
                message = 'Value of field "type" must be one of (1, 10, 18).'
                mistakes.add((*path, "type"), "UNION_TYPE_CHOICES", message)
    mistakes.check()


def _text_input(mistakes: Mistakes, path: Path, part: Wire, seen: set[str], *, labelled: bool) -> None:
    if part.get("type") != TEXT_INPUT:
        mistakes.add((*path, "type"), "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (4,).')
        return
    _custom_id(mistakes, path, part, seen)
    if labelled:
        mistakes.length((*path, "label"), part.get("label"), 45, 1, required=True)
    elif part.get("label") is not None:
        message = "A text input in a label has no label of its own"
        mistakes.add((*path, "label"), "MODAL_LABEL_DUPLICATED", message)
    if part.get("style") not in (1, 2):
        mistakes.add((*path, "style"), "BASE_TYPE_CHOICES", "Value must be one of {1, 2}.")
    mistakes.length((*path, "placeholder"), part.get("placeholder"), 100)
    least, most = part.get("min_length") or 0, part.get("max_length", 4_000)
    if not (isinstance(least, int) and 0 <= least <= 4_000):
        mistakes.add((*path, "min_length"), "NUMBER_TYPE_MAX", "int value should be between 0 and 4000.")
    if not (isinstance(most, int) and 1 <= most <= 4_000):
        mistakes.add((*path, "max_length"), "NUMBER_TYPE_MAX", "int value should be between 1 and 4000.")
    elif isinstance(part.get("value"), str):
        mistakes.length((*path, "value"), part["value"], most)
