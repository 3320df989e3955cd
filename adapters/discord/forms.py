"""Forms as Discord's modals."""

from adapters.discord.embeds import Payload, keep, select_of
from adapters.discord.names import named
from bot.cards import Form, Select, TextField
from bot.ports import Refused

MAX_TITLE = 45
MAX_LABEL = 45
MAX_HINT = 100
MAX_PARTS = 5
MAX_INPUT = 4_000
_ROW, _INPUT, _WORDS, _LABEL = 1, 4, 10, 18
_ONE_LINE, _LINES = 1, 2


def modal_of(form: Form, kept: dict[str, str]) -> Payload:
    """Return a form as a modal; what its names hold digests of is put into `kept`. Raises Refused."""
    name = named(0, form.name, form.value)
    if name is None:
        raise Refused("That window's name is longer than Discord lets it be.")
    keep(name, kept)
    fields = [
        part for number, field in enumerate(form.fields) if (part := _part(number, field, kept)) is not None
    ][:MAX_PARTS]
    if form.text and len(fields) < MAX_PARTS:
        fields.insert(0, {"type": _WORDS, "content": form.text[:MAX_INPUT]})
    return {"title": _short(form.title, MAX_TITLE), "custom_id": name.custom_id, "components": fields}


def _part(number: int, field: TextField | Select, kept: dict[str, str]) -> Payload | None:
    name = named(number, field.name)
    if name is None:
        return None
    if isinstance(field, Select):
        # Nothing chosen leaves it as it is.
        select = select_of(field, name, kept)
        if select is None:
            return None
        shown = select | {"required": False, "min_values": 0}
        return {"type": _LABEL, "label": _short(field.label, MAX_LABEL), "component": shown}
    most = max(1, min(field.most, MAX_INPUT))
    written: Payload = {
        "type": _INPUT,
        "custom_id": name.custom_id,
        "label": _short(field.label, MAX_LABEL),
        "style": _LINES if field.lines else _ONE_LINE,
        "required": not field.optional,
        "max_length": most,
    }
    if field.text:
        written["value"] = field.text[:most]
    if field.hint:
        written["placeholder"] = _short(field.hint, MAX_HINT)
    return {"type": _ROW, "components": [written]}


def _short(text: str, most: int) -> str:
    said = " ".join(text.split())
    return (said if len(said) <= most else said[: most - 1] + "…") or "…"
