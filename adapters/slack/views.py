"""Forms as Slack's modals, and Hearth's own page."""

from collections.abc import Sequence

from adapters.slack.blocks import MAX_SECTION, Block, Look, cut, label, marked, mrkdwn, select_of, show_all
from adapters.slack.names import MAX_NAME, numbered
from bot.cards import Card, Form, Select, TextField
from bot.ports import Refused

MAX_BLOCKS = 100
MAX_TITLE = 24
MAX_LABEL = 2_000
MAX_INPUT = 3_000
# What a window can keep for us.
MAX_KEPT = 3_000
# The name of the only element of a field.
_ELEMENT = "field"


def form_view(form: Form, kept: str) -> Block:
    """Return a form as a modal that keeps `kept`. Raises Refused where it could not come back."""
    if len(kept) > MAX_KEPT or len(form.name) > MAX_NAME:
        raise Refused("That window would have to keep more than Slack lets it.")
    blocks: list[Block] = []
    if form.text:
        blocks.append({"type": "section", "text": mrkdwn(cut(marked(form.text), MAX_SECTION))})
    for number, field in enumerate(form.fields[: MAX_BLOCKS - len(blocks)]):
        block = _input(number, field)
        if block is not None:
            blocks.append(block)
    return {
        "type": "modal",
        "callback_id": form.name,
        "private_metadata": kept,
        "title": label(form.title, MAX_TITLE),
        "submit": label(form.submit, MAX_TITLE),
        "close": label("Cancel", MAX_TITLE),
        "blocks": blocks,
    }


def home_view(cards: Sequence[Card], look: Look) -> Block:
    """Return cards as the page that one member sees."""
    return {"type": "home", "blocks": show_all(cards, look, blocks=MAX_BLOCKS)}


def _input(number: int, field: TextField | Select) -> Block | None:
    about = numbered(number, field.name)
    element = select_of(field, _ELEMENT) if isinstance(field, Select) else _written(field)
    if element is None or len(about) > MAX_NAME:
        return None
    block: Block = {
        "type": "input",
        "block_id": about,
        "label": label(field.label, MAX_LABEL),
        "element": element,
        # Nothing chosen leaves a setting unset.
        "optional": True if isinstance(field, Select) else field.optional,
    }
    if isinstance(field, TextField) and field.hint:
        block["hint"] = label(field.hint, MAX_LABEL)
    return block


def _written(field: TextField) -> Block:
    most = max(1, min(field.most, MAX_INPUT))
    element: Block = {
        "type": "plain_text_input",
        "action_id": _ELEMENT,
        "multiline": field.lines,
        "max_length": most,
    }
    return element | ({"initial_value": field.text[:most]} if field.text else {})
