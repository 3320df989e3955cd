"""What people do with what our application shows: commands, menus, buttons, selects, forms."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.fakes.pretend_discord import permissions, shapes
from tests.fakes.pretend_discord.command_limits import (
    BOOLEAN,
    CHANNEL,
    CHAT,
    GROUP,
    INTEGER,
    NUMBER,
    ON_MESSAGE,
    ROLE,
    SUBCOMMAND,
    USER,
)
from tests.fakes.pretend_discord.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL,
    Interaction,
    resolved_channels,
    resolved_members,
)
from tests.fakes.pretend_discord.limits import (
    BUTTON,
    CHANNEL_SELECT,
    LABEL,
    LINK_STYLE,
    ROLE_SELECT,
    SELECTS,
    STRING_SELECT,
    TEXT_DISPLAY,
    TEXT_INPUT,
    USER_SELECT,
)
from tests.fakes.pretend_discord.refusals import Wire
from tests.fakes.pretend_discord.things import (
    Channel,
    Message,
    Role,
    User,
)

if TYPE_CHECKING:
    from tests.fakes.pretend_discord.people import Person
    from tests.fakes.pretend_discord.servers import Server


class Hands:
    """Somebody in a server, as they use what our application offers there."""

    server: "Server"
    user: User

    def runs(self, channel: Channel, line: str, /, **options: object) -> Interaction:
        """Give a command, as "community settings show", with its options by name, if it was registered so."""
        names = line.split()
        command = self.server.commands.named(self.server.id, names[0])
        self._may_use(channel)
        place: Wire = command
        nesting: list[Wire] = []
        for name in names[1:]:
            found = [each for each in place.get("options") or () if each["name"] == name]
            assert found, f"there is no {name} in /{line}"
            assert found[0]["type"] in (SUBCOMMAND, GROUP), f"{name} in /{line} is to be filled in"
            place = found[0]
            nesting.append(place)
        known = {each["name"]: each for each in place.get("options") or ()}
        assert not any(each["type"] in (SUBCOMMAND, GROUP) for each in known.values()), f"/{line} goes on"
        data, resolved = self._filled(channel, known, options, line)
        for each in reversed(nesting):
            data = [{"name": each["name"], "type": each["type"], "options": data}]
        return self._interact(
            COMMAND, channel, _of(command, data) | ({"resolved": resolved} if resolved else {})
        )

    def _filled(
        self, channel: Channel, known: dict[str, Wire], options: dict[str, object], line: str
    ) -> tuple[list[Wire], Wire]:
        data: list[Wire] = []
        resolved: Wire = {}
        for name, option in known.items():
            assert name in options or not option.get("required"), f"/{line} needs {name}"
        for name, value in options.items():
            assert name in known, f"/{line} has no option {name}"
            option = known[name]
            match option["type"]:
                case kind if kind == CHANNEL:
                    assert isinstance(value, Channel)
                    kinds = option.get("channel_types")
                    assert not kinds or value.kind in kinds, f"/{line} takes no such channel for {name}"
                    resolved |= resolved_channels(self.server.world, channel, [value.id], self.user)
                    value = value.id
                case kind if kind == USER:
                    assert isinstance(value, Hands)
                    resolved |= resolved_members(self.server.world, channel, [value.user.id])
                    value = value.user.id
                case kind if kind == ROLE:
                    assert isinstance(value, Role)
                    resolved |= {"roles": {value.id: shapes.role(value)}}
                    value = value.id
                case kind if kind == BOOLEAN:
                    assert isinstance(value, bool)
                case kind if kind == INTEGER:
                    assert isinstance(value, int)
                    assert option.get("min_value", value) <= value <= option.get("max_value", value)
                case kind if kind == NUMBER:
                    assert isinstance(value, int | float)
                case _:
                    assert isinstance(value, str)
                    assert option.get("min_length", 0) <= len(value) <= option.get("max_length", 6_000)
            choices = [choice["value"] for choice in option.get("choices") or ()]
            assert not choices or value in choices, f"/{line} offers {choices} for {name}"
            data.append({"name": name, "type": option["type"], "value": value})
        return data, resolved

    def types(self, channel: Channel, line: str, option: str, text: str, /, **others: object) -> Interaction:
        """Begin to fill in an option of a command, and be suggested something."""
        names = line.split()
        command = self.server.commands.named(self.server.id, names[0])
        place: Wire = command
        nesting: list[Wire] = []
        for name in names[1:]:
            place = next(each for each in place.get("options") or () if each["name"] == name)
            nesting.append(place)
        known = {each["name"]: each for each in place.get("options") or ()}
        assert known[option].get("autocomplete"), f"nothing is suggested for {option} in /{line}"
        data = [{"name": name, "type": known[name]["type"], "value": value} for name, value in others.items()]
        data.append({"name": option, "type": known[option]["type"], "value": text, "focused": True})
        for each in reversed(nesting):
            data = [{"name": each["name"], "type": each["type"], "options": data}]
        return self._interact(AUTOCOMPLETE, channel, _of(command, data))

    def uses(self, name: str, message: Message) -> Interaction:
        """Choose one of our entries in a message's menu."""
        server = self.server
        command = server.commands.named(server.id, name, ON_MESSAGE)
        channel = server.world.channels[message.channel]
        shown = shapes.message(message, server.world.channels, server.world.users, server.world.me.id)
        data = _of(command, []) | {
            "target_id": message.id,
            "resolved": {"messages": {message.id: shown}},
        }
        return self._interact(COMMAND, channel, data, on_menu=True)

    def presses(self, message: Message, label: str) -> Interaction:
        """Press a button of one of our messages, by what it says."""
        found = [
            part
            for part in self._parts(message)
            if part["type"] == BUTTON and label in (part.get("label"), part.get("custom_id"))
        ]
        assert found, f"there is no button {label!r} to press"
        assert not found[0].get("disabled"), f"the button {label!r} cannot be pressed"
        assert found[0]["style"] != LINK_STYLE, f"{label!r} leads elsewhere"
        data = {"custom_id": found[0]["custom_id"], "component_type": BUTTON, "id": 1}
        return self._interact(COMPONENT, self._place(message), data, source=message)

    def chooses(self, message: Message, label: str, *values: "str | Channel | Person | Role") -> Interaction:
        """Choose in a select of one of our messages, by its placeholder: an option by what it says."""
        found = [
            part
            for part in self._parts(message)
            if part["type"] in SELECTS and label in (part.get("placeholder"), part["custom_id"])
        ]
        assert found, f"there is nothing {label!r} to choose from"
        select = found[0]
        assert select.get("min_values", 1) <= len(values) <= select.get("max_values", 1)
        data: Wire = {"custom_id": select["custom_id"], "component_type": select["type"], "id": 1}
        data |= self._chosen(select, self._place(message), values)
        return self._interact(COMPONENT, self._place(message), data, source=message)

    def _chosen(
        self, select: Wire, channel: Channel, values: "Sequence[str | Channel | Person | Role]"
    ) -> Wire:
        world = self.server.world
        match select["type"]:
            case kind if kind == STRING_SELECT:
                by_label = {option["label"]: option["value"] for option in select["options"]}
                by_label |= {option["value"]: option["value"] for option in select["options"]}
                return {"values": [by_label[str(value)] for value in values]}
            case kind if kind == CHANNEL_SELECT:
                channels = [value for value in values if isinstance(value, Channel)]
                kinds = select.get("channel_types")
                assert not kinds or all(each.kind in kinds for each in channels)
                ids = [each.id for each in channels]
                return {"values": ids, "resolved": resolved_channels(world, channel, ids, self.user)}
            case kind if kind == USER_SELECT:
                people = [value.user.id for value in values if isinstance(value, Hands)]
                return {"values": people, "resolved": resolved_members(world, channel, people)}
            case kind if kind == ROLE_SELECT:
                roles = [value for value in values if isinstance(value, Role)]
                shown = {each.id: shapes.role(each) for each in roles}
                return {"values": [each.id for each in roles], "resolved": {"roles": shown}}
            case _:
                raise AssertionError("nothing else can be chosen from here")

    def submits(self, asked: Interaction, **answers: "str | Channel | Person | Role | None") -> Interaction:
        """Send the form that was opened, with answers by a field's custom id or its label (_ for a space)."""
        form = asked.form
        assert form is not None, "no form was opened"
        filled: list[Wire] = []
        resolved: Wire = {}
        left = dict(answers)
        for row in form["components"]:
            if row["type"] == TEXT_DISPLAY:
                filled.append({"type": TEXT_DISPLAY, "id": 1})
                continue
            part = row["component"] if row["type"] == LABEL else row["components"][0]
            label = row.get("label") or part.get("label") or ""
            keys = [key for key in left if key.replace("_", " ") == label or key == part["custom_id"]]
            value = left.pop(keys[0]) if keys else part.get("value")
            told: Wire = {"type": part["type"], "custom_id": part["custom_id"], "id": 1}
            if part["type"] == TEXT_INPUT:
                text = str(value or "")
                assert text or not part.get("required", True), f"{label} has to be filled in"
                assert (part.get("min_length") or 0) <= len(text) <= part.get("max_length", 4_000) or not text
                told["value"] = text
            else:
                if value is None and part["type"] == STRING_SELECT:
                    value = next((each["value"] for each in part["options"] if each.get("default")), None)
                chosen = self._chosen(part, asked.channel, () if value is None else (value,))
                assert chosen["values"] or not part.get("required", True), f"{label} has to be chosen"
                told["values"] = chosen["values"]
                resolved |= chosen.get("resolved", {})
            filled.append(
                {"type": LABEL, "id": 1, "component": told}
                if row["type"] == LABEL
                else {"type": 1, "id": 1, "components": [told]}
            )
        assert not left, f"the form has no {', '.join(left)}"
        data = {"custom_id": form["custom_id"], "components": filled, "resolved": resolved}
        return self._interact(MODAL, asked.channel, data, source=asked.source)

    def _parts(self, message: Message) -> list[Wire]:
        assert message.only in (None, self.user.id), "it is not shown to them"
        place = self._place(message)
        assert message.id in place.messages, "it is gone"
        return [part for row in message.components for part in row["components"]]

    def _place(self, message: Message) -> Channel:
        return self.server.world.channels[message.channel]

    def _may_use(self, channel: Channel) -> None:
        rights = self.server.world.may(channel, self.user.id)
        assert rights & permissions.VIEW_CHANNEL, "they do not see this channel"
        assert rights & permissions.USE_COMMANDS, "they may not use commands here"

    def _interact(
        self, kind: int, channel: Channel, data: Wire, *, source: Message | None = None, on_menu: bool = False
    ) -> Interaction:
        made = self.server.interactions
        return made.make(kind, self.user, channel, data, source=source, on_menu=on_menu)


def _of(command: Wire, options: list[Wire]) -> Wire:
    named = {key: command[key] for key in ("id", "name", "type")}
    if "guild_id" in command:
        named["guild_id"] = command["guild_id"]
    return named | {"options": options} if command["type"] == CHAT else named
