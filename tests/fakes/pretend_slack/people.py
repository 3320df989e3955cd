"""The people of a workspace, and what they do in their clients."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes.pretend_slack.interactions import Outcome, View
from tests.fakes.pretend_slack.mrkdwn import block_words
from tests.fakes.pretend_slack.refusal import Json
from tests.fakes.pretend_slack.talk import Author, Channel, Message, controls

if TYPE_CHECKING:
    from tests.fakes.pretend_slack.apps import Installation
    from tests.fakes.pretend_slack.workspace import Workspace


@dataclass(eq=False)
class Person:
    """Somebody with an account, a bot's among them. What they do happens at once; apps hear of it after."""

    workspace: "Workspace"
    id: str
    name: str
    admin: bool = False
    owner: bool = False
    bot_id: str | None = None
    app_id: str | None = None
    deleted: bool = False
    email: str | None = None
    tz: str = "Europe/London"
    restricted: bool = False
    # The windows that are open for them, one above the other, and each app's home as they see it.
    modals: list[View] = field(default_factory=list)
    homes: dict[str, View] = field(default_factory=dict)
    # What Slack's client told them went wrong.
    warnings: list[str] = field(default_factory=list)

    @property
    def handle(self) -> str:
        return self.name.lower().replace(" ", ".")

    @property
    def modal(self) -> View:
        """The window they see. Raises IndexError where none is open."""
        return self.modals[-1]

    def home(self, installation: "Installation | None" = None) -> View:
        """An app's home as they see it; of the only app, if none is named. Raises KeyError."""
        return self.homes[(installation or self.workspace.only).app.id]

    def direct(self, installation: "Installation | None" = None) -> Channel:
        """Their direct conversation with an app."""
        return self.workspace.direct(self, (installation or self.workspace.only).bot)

    def wire(self, *, email: bool) -> Json:
        """Return their profile as Slack tells it."""
        profile: Json = {
            "title": "",
            "real_name": self.name,
            "real_name_normalized": self.name,
            "display_name": "" if self.bot_id else self.name,
            "display_name_normalized": "" if self.bot_id else self.name,
            "team": self.workspace.id,
        }
        if email and self.email and not self.bot_id:
            profile["email"] = self.email
        told: Json = {
            "id": self.id,
            "team_id": self.workspace.id,
            "name": self.handle,
            "deleted": self.deleted,
            "profile": profile,
            "is_bot": self.bot_id is not None,
            "is_app_user": False,
            "updated": self.workspace.seconds,
        }
        if not self.deleted:
            told |= {
                "real_name": self.name,
                "tz": self.tz,
                "tz_label": self.tz,
                "tz_offset": 0,
                "is_admin": self.admin or self.owner,
                "is_owner": self.owner,
                "is_primary_owner": self.owner,
                "is_restricted": self.restricted,
                "is_ultra_restricted": False,
                "is_email_confirmed": True,
            }
        if self.bot_id:
            profile |= {"bot_id": self.bot_id, "api_app_id": self.app_id}
        return told

    # What they do in channels.

    def joins(self, channel: Channel) -> None:
        """Come into a channel, or be invited to it."""
        self.workspace.comes_in(self, channel)

    def leaves(self, channel: Channel) -> None:
        """Go out of a channel."""
        self.workspace.goes_out(self, channel)

    def says(
        self,
        channel: Channel,
        text: str,
        *,
        thread: Message | None = None,
        also_to_channel: bool = False,
        files: tuple[str, ...] = (),
        subtype: str | None = None,
    ) -> Message:
        """Post what they type: `@Name`, `#channel`, `@here` and addresses become what Slack makes of them."""
        assert self.id in channel.members, f"{self.name} is not in {channel.name}"
        return self.workspace.post(
            channel,
            Author(user=self.id),
            self.workspace.typed(text),
            thread=thread,
            broadcast=also_to_channel,
            files=[self.workspace.shared_file(self, name) for name in files],
            subtype=subtype,
            rich=True,
        )

    def edits(self, message: Message, text: str) -> None:
        """Change what they said."""
        assert message.author.user == self.id
        self.workspace.change(message, self.workspace.typed(text), by=self)

    def deletes(self, message: Message) -> None:
        """Take back what they said."""
        assert message.author.user == self.id or self.admin
        self.workspace.remove(message)

    def reacts(self, message: Message, emoji: str) -> None:
        """React to a message."""
        self.workspace.react(self, message, emoji)

    def takes_back(self, message: Message, emoji: str) -> None:
        """Take a reaction back."""
        self.workspace.unreact(self, message, emoji)

    def changes(self, *, name: str | None = None, admin: bool | None = None) -> None:
        """Change their name, or be made an administrator."""
        self.name = name or self.name
        self.admin = self.admin if admin is None else admin
        self.workspace.tell_of("user_change", self)

    def leaves_workspace(self) -> None:
        """Have their account deactivated."""
        self.deleted = True
        for channel in self.workspace.channels.values():
            if self.id in channel.members and channel.kind != "im":
                channel.members.remove(self.id)
        self.workspace.tell_of("user_change", self)

    def sees(self, channel: Channel) -> list[Message]:
        """Return what a channel shows them, in order."""
        return [each for each in channel.messages.values() if each.only_for in (None, self.id)]

    def reloads(self) -> None:
        """Load Slack anew: what only they saw is gone, and so are windows."""
        self.modals.clear()
        for channel in self.workspace.channels.values():
            for ts, message in list(channel.messages.items()):
                if message.only_for == self.id:
                    del channel.messages[ts]

    # What they do with apps. Each waits until the app acknowledged it, or Slack gave up.

    async def runs(
        self, command: str, text: str = "", *, channel: Channel, installation: "Installation | None" = None
    ) -> Outcome:
        """Run a slash command."""
        installation = installation or self.workspace.only
        return await self.workspace.interactions.command(installation, self, command, text, channel)

    async def clicks(self, where: Message | View, name: str, value: str | None = None) -> Outcome:
        """Press the button of that label or action_id, where several share it the one with that value."""
        element, block = find_control(where, name, value)
        if element["type"] != "button":
            raise AssertionError(f"{name} is a {element['type']}, not a button")
        action: Json = {"type": "button", "text": element["text"]}
        for key in ("value", "style"):
            if key in element:
                action[key] = element[key]
        return await self.workspace.interactions.act(self, where, element, block, action)

    async def chooses(self, where: Message | View, name: str, *chosen: str) -> Outcome:
        """Choose in the select of that placeholder or action_id: ids, or labels or values of options."""
        element, block = find_control(where, name, None)
        return await self.workspace.interactions.act(self, where, element, block, choice(element, chosen))

    async def uses_shortcut(
        self, callback_id: str, message: Message, installation: "Installation | None" = None
    ) -> Outcome:
        """Choose a shortcut in a message's menu; the app need not be in the channel."""
        installation = installation or self.workspace.only
        return await self.workspace.interactions.shortcut(installation, self, callback_id, message)

    def opens_home(self, tab: str = "home", installation: "Installation | None" = None) -> None:
        """Look at an app's home."""
        installation = installation or self.workspace.only
        channel = self.direct(installation)
        view = self.homes.get(installation.app.id)
        told = {"view": view.wire()} if view and tab == "home" else {}
        self.workspace.tell_one(
            installation, "app_home_opened", user=self.id, channel=channel.id, tab=tab, **told
        )

    async def submits(self, **filled: Any) -> Outcome:
        """Send the window they see, filled in by labels or action_ids; words, or what is chosen."""
        return await self.workspace.interactions.submit(self, self.modal, filled)

    async def closes(self) -> Outcome | None:
        """Close the window they see."""
        return await self.workspace.interactions.close(self, self.modal)


def find_control(where: Message | View, name: str, value: str | None) -> tuple[Json, Json]:
    """Return a control and its block, by what it is called or by its action_id. Raises AssertionError."""
    found = []
    for element, block in controls(where.blocks or []):
        label = element.get("text") or element.get("placeholder") or block.get("label") or {}
        named = name in (label.get("text"), element["action_id"])
        beside = block.get("text", {}).get("text") if element["type"] != "button" else None
        if (named or name == beside) and value in (None, element.get("value")):
            found.append((element, block))
    if len(found) != 1:
        there = [
            (e.get("text") or e.get("placeholder") or {}).get("text") for e, _ in controls(where.blocks or [])
        ]
        raise AssertionError(
            f"{len(found)} controls are called {name!r}; there are {there} in {block_words(where.blocks)}"
        )
    return found[0]


def choice(element: Json, chosen: tuple[str, ...]) -> Json:
    """Return what a select tells when something is chosen in it. Raises AssertionError."""
    kind = str(element["type"])
    many, of = kind.startswith("multi_"), kind.removeprefix("multi_").removesuffix("_select")
    if of in ("users", "channels", "conversations"):
        name = {"users": "selected_user", "channels": "selected_channel"}.get(of, "selected_conversation")
        return {"type": kind, **({f"{name}s": list(chosen)} if many else {name: chosen[0]})}
    groups = element.get("option_groups") or [{"options": element.get("options", [])}]
    options = [option for group in groups for option in group["options"]]
    picked = [option for option in options if {option["value"], option["text"]["text"]} & set(chosen)]
    if len(picked) != len(chosen):
        raise AssertionError(f"{chosen} are not among {[option['text']['text'] for option in options]}")
    if many or kind == "checkboxes":
        return {"type": kind, "selected_options": picked}
    return {"type": kind, "selected_option": picked[0]}
