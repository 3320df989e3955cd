"""Block Kit's rules: what a message, a modal or a home may hold, and how much of it."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

from tests.fakes.pretend_slack.elements import ALLOWED_IN, Elements
from tests.fakes.pretend_slack.refusal import Json, Refusal

Surface = Literal["message", "modal", "home"]

MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
# Not documented: people report 13,297 characters in one block, and 125 fewer for each block more.
MOST_CHARACTERS = 13_422
CHARACTERS_A_BLOCK = 125
MOST_MARKDOWN = 12_000

_KEYS = {
    "section": {"text", "fields", "accessory", "expand"},
    "header": {"text"},
    "divider": set[str](),
    "actions": {"elements"},
    "context": {"elements"},
    "image": {"image_url", "slack_file", "alt_text", "title"},
    "input": {"label", "element", "dispatch_action", "hint", "optional"},
    "rich_text": {"elements"},
    "markdown": {"text"},
}
_SURFACES: dict[str, tuple[Surface, ...]] = {"markdown": ("message",)}


def check_blocks(blocks: Any, surface: Surface, has_file: Callable[[str], bool]) -> list[str]:
    """Return what Slack would say against blocks, each with the place; nothing if they are right.

    `has_file` tells whether an uploaded file has that id and can be shown.
    """
    return _Blocks(surface, has_file).check(blocks)


def refuse_blocks(blocks: Any, surface: Surface, has_file: Callable[[str], bool]) -> None:
    """Raise the Refusal that blocks of a message get."""
    errors = check_blocks(blocks, surface, has_file)
    if errors:
        messages = [f"[ERROR] {error}" for error in errors]
        raise Refusal("invalid_blocks", errors=errors, response_metadata={"messages": messages})


def total_characters(blocks: Sequence[Json]) -> int:
    """Return what blocks count against the limit that a message has as a whole."""
    return _characters(list(blocks)) + CHARACTERS_A_BLOCK * len(blocks)


def _characters(value: Any) -> int:
    if isinstance(value, list):
        return sum(_characters(each) for each in value)
    if isinstance(value, dict):
        here = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return here + sum(_characters(each) for each in value.values())
    return 0


class _Blocks(Elements):
    def __init__(self, surface: Surface, has_file: Callable[[str], bool]) -> None:
        super().__init__(has_file)
        self._surface = surface

    def check(self, blocks: Any) -> list[str]:
        if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
            return ["must be an array of objects [json-pointer:/blocks]"]
        most = MOST_BLOCKS[self._surface]
        if len(blocks) > most:
            self.say(f"no more than {most} items allowed", "/blocks")
        ids: set[str] = set()
        for number, block in enumerate(blocks):
            place = f"/blocks/{number}"
            self._block(block, place)
            name = block.get("block_id")
            if name is not None:
                self.words(name, f"{place}/block_id", most=255)
                if name in ids:
                    self.say(f"`block_id` {name} already exists", place)
                ids.add(name)
        markdown = [block.get("text") for block in blocks if block.get("type") == "markdown"]
        if sum(len(text) for text in markdown if isinstance(text, str)) > MOST_MARKDOWN:
            self.say(f"must be less than {MOST_MARKDOWN + 1} characters", "/blocks")
        if sum(self._focused) > 1:
            self.say("only one element may be focused on load", "/blocks")
        return self.errors

    def _block(self, block: Json, place: str) -> None:
        kind = block.get("type")
        if kind not in _KEYS or self._surface not in _SURFACES.get(kind, (self._surface,)):
            self.say(f"unsupported type: {kind}", f"{place}/type")
            return
        self.keys(block, _KEYS[kind] | {"type", "block_id"}, place)
        match kind:
            case "section":
                self._section(block, place)
            case "header":
                self.text(block.get("text"), f"{place}/text", most=150, kinds=("plain_text",))
            case "actions":
                self._elements(block, "actions", 25, place)
            case "context":
                self._elements(block, "context", 10, place)
            case "image":
                self.picture(block, place)
                if "title" in block:
                    self.text(block["title"], f"{place}/title", most=2_000, kinds=("plain_text",))
            case "input":
                self._input(block, place)
            case "rich_text":
                self._rich_text(block, place)
            case "markdown":
                self.words(block.get("text"), f"{place}/text", most=MOST_MARKDOWN)

    def _section(self, block: Json, place: str) -> None:
        fields = block.get("fields")
        if "text" not in block and not fields:
            self.say("missing required field: text", place)
        if "text" in block:
            self.text(block["text"], f"{place}/text", most=3_000)
        if fields is not None:
            if not isinstance(fields, list) or not 1 <= len(fields) <= 10:
                self.say("must have 1 to 10 items", f"{place}/fields")
                return
            for number, field in enumerate(fields):
                self.text(field, f"{place}/fields/{number}", most=2_000)
        if "accessory" in block:
            self.element(block["accessory"], ALLOWED_IN["section"], f"{place}/accessory")

    def _elements(self, block: Json, kind: str, most: int, place: str) -> None:
        elements = block.get("elements")
        if not isinstance(elements, list) or not 1 <= len(elements) <= most:
            self.say(f"must have 1 to {most} items", f"{place}/elements")
            return
        ids: set[str] = set()
        for number, element in enumerate(elements):
            there = f"{place}/elements/{number}"
            if kind == "context" and isinstance(element, dict) and element.get("type") != "image":
                self.text(element, there, most=3_000)
                continue
            self.element(element, ALLOWED_IN[kind], there)
            name = element.get("action_id") if isinstance(element, dict) else None
            if name is not None and name in ids:
                self.say(f"`action_id` {name} already exists for another action", there)
            ids.add(name or "")

    def _input(self, block: Json, place: str) -> None:
        self.text(block.get("label"), f"{place}/label", most=2_000, kinds=("plain_text",))
        if "hint" in block:
            self.text(block["hint"], f"{place}/hint", most=2_000, kinds=("plain_text",))
        self.element(block.get("element"), ALLOWED_IN["input"], f"{place}/element")

    def _rich_text(self, block: Json, place: str) -> None:
        parts = ("rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted")
        elements = block.get("elements")
        if not isinstance(elements, list):
            self.say("must be an array", f"{place}/elements")
            return
        for number, element in enumerate(elements):
            if not isinstance(element, dict) or element.get("type") not in parts:
                self.say("unsupported type", f"{place}/elements/{number}")
