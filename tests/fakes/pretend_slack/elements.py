"""Block Kit's rules for what is inside of blocks: texts, buttons, selects, inputs and pictures."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from tests.fakes.pretend_slack.refusal import Json

_SELECTS = ("static_select", "external_select", "users_select", "conversations_select", "channels_select")
_MANY = tuple(f"multi_{name}" for name in _SELECTS)
_PICKERS = ("datepicker", "timepicker", "checkboxes", "radio_buttons")
_INPUTS = ("plain_text_input", "email_text_input", "url_text_input", "number_input")
ALLOWED_IN: dict[str, tuple[str, ...]] = {
    "actions": ("button", "overflow", *_SELECTS, *_PICKERS),
    "section": ("button", "overflow", "image", *_SELECTS, *_MANY, *_PICKERS),
    "context": ("image",),
    "input": (*_INPUTS, *_SELECTS, *_MANY, *_PICKERS),
}
_CHOICE = {"action_id", "confirm", "focus_on_load"}
_KEYS: dict[str, set[str]] = {
    "button": {"text", "action_id", "url", "value", "style", "confirm", "accessibility_label"},
    "overflow": {"action_id", "options", "confirm"},
    "image": {"image_url", "slack_file", "alt_text"},
    "static_select": {*_CHOICE, "placeholder", "options", "option_groups", "initial_option"},
    "external_select": {*_CHOICE, "placeholder", "initial_option", "min_query_length"},
    "users_select": {*_CHOICE, "placeholder", "initial_user"},
    "conversations_select": {
        *_CHOICE,
        "placeholder",
        "initial_conversation",
        "default_to_current_conversation",
        "response_url_enabled",
        "filter",
    },
    "channels_select": {*_CHOICE, "placeholder", "initial_channel", "response_url_enabled"},
    "multi_static_select": {
        *_CHOICE,
        "placeholder",
        "options",
        "option_groups",
        "initial_options",
        "max_selected_items",
    },
    "multi_external_select": {
        *_CHOICE,
        "placeholder",
        "initial_options",
        "max_selected_items",
        "min_query_length",
    },
    "multi_users_select": {*_CHOICE, "placeholder", "initial_users", "max_selected_items"},
    "multi_conversations_select": {
        *_CHOICE,
        "placeholder",
        "initial_conversations",
        "default_to_current_conversation",
        "filter",
        "max_selected_items",
    },
    "multi_channels_select": {*_CHOICE, "placeholder", "initial_channels", "max_selected_items"},
    "datepicker": {*_CHOICE, "placeholder", "initial_date"},
    "timepicker": {*_CHOICE, "placeholder", "initial_time", "timezone"},
    "checkboxes": {*_CHOICE, "options", "initial_options"},
    "radio_buttons": {*_CHOICE, "options", "initial_option"},
    "plain_text_input": {
        "action_id",
        "focus_on_load",
        "placeholder",
        "initial_value",
        "multiline",
        "min_length",
        "max_length",
        "dispatch_action_config",
    },
    "email_text_input": {"action_id", "focus_on_load", "placeholder", "initial_value"},
    "url_text_input": {"action_id", "focus_on_load", "placeholder", "initial_value"},
    "number_input": {
        "action_id",
        "focus_on_load",
        "placeholder",
        "initial_value",
        "is_decimal_allowed",
        "min_value",
        "max_value",
    },
}
_MOST_OPTIONS = {"overflow": 5, "checkboxes": 10, "radio_buttons": 10}
_REQUIRED_CONFIRM = ("title", "text", "confirm", "deny")


class Elements:
    """Checks what is inside of blocks, and gathers what is wrong."""

    def __init__(self, has_file: Callable[[str], bool]) -> None:
        self.errors: list[str] = []
        self._has_file = has_file
        self._focused: list[bool] = []

    def say(self, what: str, place: str) -> None:
        """Note that something is wrong at a place."""
        self.errors.append(f"{what} [json-pointer:{place}]")

    def keys(self, given: Json, known: Collection[str], place: str) -> None:
        """Check that nothing is given that Slack does not know."""
        for name in given:
            if name not in known:
                self.say(f"invalid additional property: {name}", place)

    def words(self, value: Any, place: str, *, most: int, least: int = 1) -> None:
        """Check a string's length."""
        if not isinstance(value, str):
            self.say("must be a string", place)
        elif len(value) < least:
            self.say(f"must be more than {least - 1} characters", place)
        elif len(value) > most:
            self.say(f"must be less than {most + 1} characters", place)

    def text(
        self, value: Any, place: str, *, most: int, kinds: Sequence[str] = ("plain_text", "mrkdwn")
    ) -> None:
        """Check a text object."""
        if not isinstance(value, dict):
            self.say("must be an object", place)
        elif value.get("type") not in kinds:
            self.say(f"unsupported type: {value.get('type')}", f"{place}/type")
        else:
            own = "emoji" if value["type"] == "plain_text" else "verbatim"
            self.keys(value, ("type", "text", own), place)
            self.words(value.get("text"), f"{place}/text", most=most)

    def element(self, value: Any, allowed: Collection[str], place: str) -> None:
        """Check an interactive element, or a picture."""
        kind = str(value.get("type")) if isinstance(value, dict) else "nothing"
        if kind not in allowed:
            self.say(f"unsupported type: {kind}", f"{place}/type")
            return
        self.keys(value, _KEYS[kind] | {"type"}, place)
        if kind == "image":
            self.picture(value, place)
            return
        if "action_id" in value:
            self.words(value["action_id"], f"{place}/action_id", most=255)
        if "placeholder" in value:
            self.text(value["placeholder"], f"{place}/placeholder", most=150, kinds=("plain_text",))
        if "confirm" in value:
            self._confirm(value["confirm"], f"{place}/confirm")
        self._focused.append(value.get("focus_on_load") is True)
        if kind == "button":
            self._button(value, place)
        elif "options" in _KEYS[kind]:
            self._options(value, kind, place)
        elif kind == "plain_text_input":
            self._written(value, place)
        if kind.startswith("multi_") and not value.get("max_selected_items", 1) >= 1:
            self.say("must be at least 1", f"{place}/max_selected_items")

    def picture(self, value: Json, place: str) -> None:
        """Check a picture: one source, and words for who does not see it."""
        self.words(value.get("alt_text"), f"{place}/alt_text", most=2_000)
        if ("image_url" in value) == ("slack_file" in value):
            self.say("must provide either image_url or slack_file", place)
        elif "image_url" in value:
            self.words(value["image_url"], f"{place}/image_url", most=3_000)
            # Slack fetches it at once, and there is nothing to fetch here.
            self.say("downloading image failed", f"{place}/image_url")
        else:
            source = value["slack_file"]
            if not isinstance(source, dict) or ("id" in source) == ("url" in source):
                self.say("must provide either id or url", f"{place}/slack_file")
            elif not self._has_file(str(source.get("id") or source.get("url"))):
                self.say("invalid slack file", f"{place}/slack_file")

    def _button(self, value: Json, place: str) -> None:
        self.text(value.get("text"), f"{place}/text", most=75, kinds=("plain_text",))
        for name, most in (("url", 3_000), ("value", 2_000), ("accessibility_label", 75)):
            if name in value:
                self.words(value[name], f"{place}/{name}", most=most)
        if value.get("style", "primary") not in ("primary", "danger"):
            self.say("must be one of primary, danger", f"{place}/style")

    def _options(self, value: Json, kind: str, place: str) -> None:
        groups = value.get("option_groups")
        if (groups is None) == ("options" not in value):
            self.say("must provide either options or option_groups", place)
            return
        if groups is not None and (not isinstance(groups, list) or not 1 <= len(groups) <= 100):
            self.say("must have 1 to 100 items", f"{place}/option_groups")
            return
        most = _MOST_OPTIONS.get(kind, 100)
        found: list[Any] = []
        lists = [(value["options"], f"{place}/options")] if groups is None else []
        for number, group in enumerate(groups or []):
            there = f"{place}/option_groups/{number}"
            self.text(group.get("label"), f"{there}/label", most=75, kinds=("plain_text",))
            lists.append((group.get("options"), f"{there}/options"))
        for options, there in lists:
            if not isinstance(options, list) or not 1 <= len(options) <= most:
                self.say(f"must have 1 to {most} items", there)
                continue
            for number, option in enumerate(options):
                self._option(option, kind, f"{there}/{number}")
            found += options
        values = [option.get("value") for option in found if isinstance(option, dict)]
        if len(values) != len(set(values)):
            self.say("options must have different values", place)
        chosen = value.get("initial_options", [value["initial_option"]] if "initial_option" in value else [])
        if any(option not in found for option in chosen):
            self.say("initial option is not among the options", place)

    def _option(self, option: Any, kind: str, place: str) -> None:
        if not isinstance(option, dict):
            self.say("must be an object", place)
            return
        self.keys(option, ("text", "value", "description", *(("url",) if kind == "overflow" else ())), place)
        kinds = ("plain_text", "mrkdwn") if kind in ("checkboxes", "radio_buttons") else ("plain_text",)
        self.text(option.get("text"), f"{place}/text", most=75, kinds=kinds)
        self.words(option.get("value"), f"{place}/value", most=150)
        if "description" in option:
            self.text(option["description"], f"{place}/description", most=75, kinds=kinds)

    def _written(self, value: Json, place: str) -> None:
        least, most = value.get("min_length", 0), value.get("max_length", 3_000)
        if not 0 <= least <= 3_000 or not 1 <= most <= 3_000 or least > most:
            self.say("must be from 1 to 3000", f"{place}/max_length")
        if "initial_value" in value:
            self.words(value["initial_value"], f"{place}/initial_value", most=most, least=0)

    def _confirm(self, value: Any, place: str) -> None:
        if not isinstance(value, dict):
            self.say("must be an object", place)
            return
        for name in _REQUIRED_CONFIRM:
            most = {"title": 100, "text": 300}.get(name, 30)
            kinds = ("plain_text", "mrkdwn") if name == "text" else ("plain_text",)
            self.text(value.get(name), f"{place}/{name}", most=most, kinds=kinds)
