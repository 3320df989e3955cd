"""Commands, buttons, shortcuts and modals: what they tell an app, and what it may answer with."""

import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.fakes.pretend_slack.blocks import check_blocks, refuse_blocks
from tests.fakes.pretend_slack.deliveries import Kind
from tests.fakes.pretend_slack.elements import Elements
from tests.fakes.pretend_slack.mrkdwn import block_words
from tests.fakes.pretend_slack.refusal import Json, Refusal
from tests.fakes.pretend_slack.talk import Channel, Message, controls

if TYPE_CHECKING:
    from tests.fakes.pretend_slack.apps import Installation
    from tests.fakes.pretend_slack.people import Person
    from tests.fakes.pretend_slack.workspace import Workspace

TRIGGER_LIVES = timedelta(seconds=3)
RESPONSE_URL_LIVES = timedelta(minutes=30)
RESPONSE_URL_USES = 5
MOST_VIEWS = 3
MOST_VIEW_BYTES = 250_000
_VIEW_KEYS = {
    "type",
    "blocks",
    "private_metadata",
    "callback_id",
    "external_id",
    "title",
    "close",
    "submit",
    "clear_on_close",
    "notify_on_close",
    "submit_disabled",
}
_HOME_KEYS = {"type", "blocks", "private_metadata", "callback_id", "external_id"}


@dataclass(frozen=True)
class Outcome:
    """What came of something that a member did: what Slack told them, and what the app answered with."""

    acknowledged: bool
    response: Json = field(default_factory=dict)
    # What the fields of a window were found wrong with.
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(eq=False)
class View:
    """A modal, or an app's home as one member sees it."""

    id: str
    installation: "Installation"
    person: "Person"
    body: Json
    hash: str
    root: str
    previous: str | None = None

    @property
    def blocks(self) -> list[Json]:
        blocks: list[Json] = self.body["blocks"]
        return blocks

    @property
    def title(self) -> str:
        return str(self.body.get("title", {}).get("text", ""))

    @property
    def shown(self) -> str:
        """What people read in it, a line for each part."""
        return "\n".join(([self.title] if self.title else []) + block_words(self.blocks))

    def wire(self, values: Json | None = None) -> Json:
        """Return the view as Slack tells it."""
        return {
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "close": None,
            "submit": None,
            "title": None,
            "clear_on_close": False,
            "notify_on_close": False,
            **self.body,
            "id": self.id,
            "team_id": self.person.workspace.id,
            "state": {"values": values if values is not None else initial(self.blocks)},
            "hash": self.hash,
            "root_view_id": self.root,
            "previous_view_id": self.previous,
            "app_id": self.installation.app.id,
            "app_installed_team_id": self.person.workspace.id,
            "bot_id": self.installation.bot_id,
        }


@dataclass
class _Trigger:
    installation: "Installation"
    person: "Person"
    at: datetime
    used: bool = False


@dataclass
class _ResponseUrl:
    installation: "Installation"
    person: "Person"
    channel: Channel
    source: Message | None
    at: datetime
    uses: int = 0


class Interactions:
    """What members do with the apps of a workspace, and the windows that come of it."""

    def __init__(self, workspace: "Workspace") -> None:
        self._workspace = workspace
        self._triggers: dict[str, _Trigger] = {}
        self._urls: dict[str, _ResponseUrl] = {}
        self.views: dict[str, View] = {}

    # What members do.

    async def command(
        self, installation: "Installation", person: "Person", command: str, text: str, channel: Channel
    ) -> Outcome:
        """Run a slash command."""
        if installation.app.feature("slash_commands", "command", command).get("should_escape"):
            text = self._workspace.typed(text, names=True)
        if "commands" not in installation.scopes or installation.ended:
            raise AssertionError(f"{command} is not a valid command here")
        body = {
            "token": installation.app.verification_token,
            "team_id": self._workspace.id,
            "team_domain": self._workspace.domain,
            "channel_id": channel.id,
            "channel_name": "directmessage" if channel.kind == "im" else channel.name,
            "user_id": person.id,
            "user_name": person.handle,
            "command": command,
            "text": text,
            "api_app_id": installation.app.id,
            "is_enterprise_install": "false",
            "response_url": self._response_url("commands", installation, person, channel, None),
            "trigger_id": self._trigger(installation, person),
        }
        outcome = await self._send(installation, "slash_commands", body, person)
        answer = outcome.response
        if answer.get("text") or answer.get("blocks"):
            self._say(installation, person, channel, answer)
        return outcome

    async def act(
        self, person: "Person", where: Message | View, element: Json, block: Json, action: Json
    ) -> Outcome:
        """Press a button or choose in a select."""
        now = f"{self._workspace.clock.now().timestamp():.6f}"
        told = {**action, "action_id": element["action_id"], "block_id": block["block_id"], "action_ts": now}
        if isinstance(where, View):
            installation = where.installation
            body = self._interaction("block_actions", installation, person)
            body |= {"container": {"type": "view", "view_id": where.id}, "view": where.wire()}
        else:
            installation = self._workspace.installation_of(where)
            channel = self._workspace.channels[where.channel]
            assert where in person.sees(channel), f"{person.name} does not see that message"
            body = self._interaction("block_actions", installation, person)
            hidden = where.only_for is not None
            body |= {
                "container": {
                    "type": "message",
                    "message_ts": where.ts,
                    "channel_id": channel.id,
                    "is_ephemeral": hidden,
                    **({"thread_ts": where.thread_ts} if where.thread_ts else {}),
                },
                "channel": {"id": channel.id, "name": _name_of(channel)},
                "state": {"values": initial(where.blocks or [])},
                "response_url": self._response_url("actions", installation, person, channel, where),
            }
            if not hidden:
                body["message"] = channel.told(where, self._workspace.id)
        body["actions"] = [told]
        return await self._interact(installation, body, person, answers=False)

    async def shortcut(
        self, installation: "Installation", person: "Person", callback_id: str, message: Message
    ) -> Outcome:
        """Choose a shortcut in a message's menu."""
        installation.app.feature("shortcuts", "callback_id", callback_id)
        channel = self._workspace.channels[message.channel]
        assert message in person.sees(channel)
        body = self._interaction("message_action", installation, person)
        body |= {
            "callback_id": callback_id,
            "action_ts": f"{self._workspace.clock.now().timestamp():.6f}",
            "message_ts": message.ts,
            "message": channel.told(message, self._workspace.id),
            "channel": {"id": channel.id, "name": _name_of(channel)},
            "response_url": self._response_url("app", installation, person, channel, None),
        }
        return await self._interact(installation, body, person, answers=False)

    async def submit(self, person: "Person", view: View, filled: Json) -> Outcome:
        """Send a window, with what was filled in; the app may say what is wrong, or show another."""
        values = initial(view.blocks)
        for name, given in filled.items():
            element, block = _field(view, name)
            values[block["block_id"]] = {element["action_id"]: _value(element, given)}
        for element, block in controls(view.blocks):
            empty = not _filled(values[block["block_id"]].get(element["action_id"], {}))
            if block["type"] == "input" and not block.get("optional") and empty:
                raise AssertionError(f"{block['label']['text']} has to be filled in")
        body = self._interaction("view_submission", view.installation, person)
        body |= {"view": view.wire(values), "response_urls": []}
        outcome = await self._interact(view.installation, body, person, answers=True)
        if not outcome.acknowledged:
            return outcome
        return self._after(person, view, outcome)

    async def close(self, person: "Person", view: View) -> Outcome | None:
        """Close a window; the app hears of it if it asked to."""
        person.modals.remove(view)
        if not view.body.get("notify_on_close"):
            return None
        body = self._interaction("view_closed", view.installation, person)
        body |= {"view": view.wire(), "is_cleared": False}
        return await self._interact(view.installation, body, person, answers=False)

    # What apps answer.

    def open(self, installation: "Installation", trigger: str, body: Any, *, push: bool) -> View:
        """Show a window in exchange for a trigger. Raises Refusal."""
        checked = self.check_view(body, ("modal",))
        person = self._exchange(installation, trigger)
        if push and not person.modals:
            raise Refusal("not_found")
        if push and len(person.modals) >= MOST_VIEWS:
            raise Refusal("push_limit_reached")
        view = self._show(installation, person, checked, person.modals[-1] if push else None)
        if not push:
            person.modals.clear()
        person.modals.append(view)
        return view

    def update(self, view: View, body: Any, known_hash: str | None) -> View:
        """Show something else in a window. Raises Refusal."""
        checked = self.check_view(body, (view.body["type"],))
        if known_hash and known_hash != view.hash:
            raise Refusal("hash_conflict")
        view.body, view.hash = checked, _hash()
        return view

    def publish(
        self, installation: "Installation", person: "Person", body: Any, known_hash: str | None
    ) -> View:
        """Show an app's home to somebody. Raises Refusal."""
        checked = self.check_view(body, ("home",))
        if not installation.app.has_home:
            raise Refusal("not_enabled")
        there = person.homes.get(installation.app.id)
        if there is None:
            there = person.homes[installation.app.id] = self._show(installation, person, checked, None)
            return there
        return self.update(there, body, known_hash)

    def check_view(self, body: Any, kinds: tuple[str, ...]) -> Json:
        """Return a view as it is kept. Raises Refusal with everything that is wrong with it."""
        if isinstance(body, dict) and len(json.dumps(body).encode()) > MOST_VIEW_BYTES:
            raise Refusal("view_too_large")
        errors = self._view_errors(body, kinds)
        if errors:
            messages = [f"[ERROR] {error}" for error in errors]
            raise Refusal("invalid_arguments", response_metadata={"messages": messages})
        checked: Json = {**body, "blocks": with_ids(body["blocks"])}
        return checked

    def respond(self, token: str, body: Any) -> None:
        """Take what an app sends to a response_url. Raises Refusal, with the status that Slack gives it."""
        url = self._urls.get(token)
        if url is None or url.installation.ended:
            raise Refusal("invalid_url", status=404)
        if self._workspace.clock.now() - url.at > RESPONSE_URL_LIVES:
            raise Refusal("expired_url", status=404)
        if url.uses >= RESPONSE_URL_USES:
            raise Refusal("used_url", status=404)
        if not isinstance(body, dict):
            raise Refusal("invalid_payload", status=400)
        # Slack counts every try that it could read.
        url.uses += 1
        if body.get("delete_original"):
            if url.source:
                self._workspace.channels[url.source.channel].messages.pop(url.source.ts, None)
            return
        self._say(
            url.installation,
            url.person,
            url.channel,
            body,
            replace=url.source if body.get("replace_original") else None,
        )

    # How it is done.

    def _say(
        self,
        installation: "Installation",
        person: "Person",
        channel: Channel,
        body: Json,
        *,
        replace: Message | None = None,
    ) -> None:
        blocks = body.get("blocks")
        if not str(body.get("text") or "").strip() and not blocks and not body.get("attachments"):
            raise Refusal("no_text", status=400)
        if blocks is not None:
            try:
                refuse_blocks(blocks, "message", self._workspace.has_file)
            except Refusal as refusal:
                raise Refusal(refusal.error, status=404, **refusal.more) from None
        if body.get("response_type", "ephemeral") not in ("ephemeral", "in_channel"):
            raise Refusal("invalid_payload", status=400)
        if replace is not None:
            replace.text, replace.blocks = body.get("text", ""), with_ids(blocks or []) or None
            replace.updates += 1
            return
        thread = body.get("thread_ts")
        self._workspace.post(
            channel,
            installation.bot_author,
            body.get("text", ""),
            blocks=with_ids(blocks) if blocks else None,
            thread=channel.messages.get(thread) if thread else None,
            only_for=None if body.get("response_type") == "in_channel" else person.id,
        )

    def _after(self, person: "Person", view: View, outcome: Outcome) -> Outcome:
        """Do what an app answered to a window that was sent."""
        answer = outcome.response
        known = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        match answer.get("response_action"):
            case None:
                person.modals.remove(view)
            case "clear":
                person.modals.clear()
            case "errors":
                errors = answer.get("errors") or {}
                if not errors or set(errors) - known:
                    self._workspace.complain(f"errors for blocks that are not there: {sorted(errors)}")
                return Outcome(True, answer, errors)
            case "update":
                self._answered_view(lambda: self.update(view, answer.get("view"), None))
            case "push" if len(person.modals) < MOST_VIEWS:
                self._answered_view(
                    lambda: person.modals.append(
                        self._show(
                            view.installation, person, self.check_view(answer.get("view"), ("modal",)), view
                        )
                    )
                )
            case other:
                self._workspace.complain(f"a window was answered with {other}")
        return outcome

    def _answered_view(self, show: Any) -> None:
        try:
            show()
        except Refusal as refusal:
            self._workspace.complain(f"a window was answered with one that is {refusal.body()}")

    def _show(self, installation: "Installation", person: "Person", body: Json, below: View | None) -> View:
        external = body.get("external_id")
        if external and any(view.body.get("external_id") == external for view in self.views.values()):
            raise Refusal("duplicate_external_id")
        name = self._workspace.new_id("V")
        view = View(name, installation, person, body, _hash(), below.root if below else name)
        view.previous = below.id if below else None
        self.views[name] = view
        return view

    def _exchange(self, installation: "Installation", name: str) -> "Person":
        trigger = self._triggers.get(name)
        if trigger is None or trigger.installation is not installation:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if self._workspace.clock.now() - trigger.at > TRIGGER_LIVES:
            raise Refusal("expired_trigger_id")
        trigger.used = True
        return trigger.person

    def _trigger(self, installation: "Installation", person: "Person") -> str:
        name = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[name] = _Trigger(installation, person, self._workspace.clock.now())
        return name

    def _response_url(
        self,
        kind: str,
        installation: "Installation",
        person: "Person",
        channel: Channel,
        source: Message | None,
    ) -> str:
        token = secrets.token_hex(12)
        self._urls[token] = _ResponseUrl(installation, person, channel, source, self._workspace.clock.now())
        return f"{self._workspace.slack.address}/{kind}/{self._workspace.id}/{token}"

    def _interaction(self, kind: str, installation: "Installation", person: "Person") -> Json:
        if not installation.app.interactive or installation.ended:
            raise AssertionError("This app is not configured to handle interactive responses.")
        return {
            "type": kind,
            "user": {
                "id": person.id,
                "username": person.handle,
                "name": person.handle,
                "team_id": self._workspace.id,
            },
            "api_app_id": installation.app.id,
            "token": installation.app.verification_token,
            "trigger_id": self._trigger(installation, person),
            "team": {"id": self._workspace.id, "domain": self._workspace.domain},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    async def _interact(
        self, installation: "Installation", body: Json, person: "Person", *, answers: bool
    ) -> Outcome:
        outcome = await self._send(installation, "interactive", body, person)
        if outcome.response and not answers:
            self._workspace.complain(f"{body['type']} was answered with {sorted(outcome.response)}")
        return outcome

    async def _send(self, installation: "Installation", kind: Kind, body: Json, person: "Person") -> Outcome:
        delivery = self._workspace.slack.deliveries(installation.app).put(kind, body, retries=False)
        await delivery.over.wait()
        if delivery.acked_at is None:
            person.warnings.append(f"{body.get('command', body.get('type'))}: {delivery.failed}")
            return Outcome(acknowledged=False)
        return Outcome(acknowledged=True, response=delivery.response)

    def _view_errors(self, body: Any, kinds: tuple[str, ...]) -> list[str]:
        if not isinstance(body, dict):
            return ["must be an object [json-pointer:/view]"]
        kind = body.get("type")
        if kind not in kinds:
            return [f"unsupported type: {kind} [json-pointer:/view/type]"]
        check = Elements(self._workspace.has_file)
        check.keys(body, _VIEW_KEYS if kind == "modal" else _HOME_KEYS, "/view")
        for name, most in (("private_metadata", 3_000), ("callback_id", 255), ("external_id", 255)):
            if name in body:
                check.words(body[name], f"/view/{name}", most=most, least=0)
        if kind == "modal":
            check.text(body.get("title"), "/view/title", most=24, kinds=("plain_text",))
            for name in ("close", "submit"):
                if body.get(name) is not None:
                    check.text(body[name], f"/view/{name}", most=24, kinds=("plain_text",))
            inputs = [b for b in body.get("blocks") or [] if isinstance(b, dict) and b.get("type") == "input"]
            if inputs and not body.get("submit"):
                check.say("missing required field: submit", "/view")
        blocks = body.get("blocks")
        return check.errors + check_blocks(
            blocks, "modal" if kind == "modal" else "home", self._workspace.has_file
        )


def with_ids(blocks: list[Json]) -> list[Json]:
    """Return blocks with the ids that Slack gives where an app gave none."""
    made: list[Json] = []
    for block in blocks:
        block = {"block_id": secrets.token_urlsafe(4), **block}
        for name in ("elements", "accessory", "element"):
            if name in block and block["type"] in ("section", "actions", "input"):
                inner = block[name]
                block[name] = [_named(each) for each in inner] if name == "elements" else _named(inner)
        made.append(block)
    return made


def _named(element: Json) -> Json:
    return element if element.get("type") == "image" else {"action_id": secrets.token_urlsafe(4), **element}


def _name_of(channel: Channel) -> str:
    return {"im": "directmessage", "group": "privategroup"}.get(channel.kind, channel.name)


def _hash() -> str:
    return f"{secrets.randbelow(10**10)}.{secrets.token_hex(4)}"


def initial(blocks: list[Json]) -> Json:
    """Return the state of blocks in which nobody has chosen or written anything yet."""
    values: Json = {}
    for element, block in controls(blocks):
        kind = str(element["type"])
        if kind in ("button", "overflow"):
            continue
        told: Json = {"type": kind}
        if kind.endswith("_input"):
            told["value"] = element.get("initial_value")
        else:
            for name, value in element.items():
                if name.startswith("initial_"):
                    told[name.replace("initial_", "selected_")] = value
            if not any(name.startswith("selected_") for name in told):
                told[_selected(kind)] = [] if kind.startswith("multi_") or kind == "checkboxes" else None
        values.setdefault(block["block_id"], {})[element["action_id"]] = told
    return values


def _selected(kind: str) -> str:
    of = kind.removeprefix("multi_").removesuffix("_select")
    names = {"users": "user", "channels": "channel", "conversations": "conversation", "datepicker": "date"}
    name = names.get(of, {"timepicker": "time"}.get(kind, "option"))
    return f"selected_{name}" + ("s" if kind.startswith("multi_") or kind == "checkboxes" else "")


def _field(view: View, name: str) -> tuple[Json, Json]:
    for element, block in controls(view.blocks):
        label = block.get("label") or {}
        if name in (label.get("text"), element["action_id"], block["block_id"]):
            return element, block
    labels = [(block.get("label") or {}).get("text") for _, block in controls(view.blocks)]
    raise AssertionError(f"No field is called {name!r}; there are {labels}")


def _value(element: Json, given: Any) -> Json:
    # The module of people needs this one.
    from tests.fakes.pretend_slack.people import choice

    if str(element["type"]).endswith("_input"):
        most = element.get("max_length", 3_000)
        assert len(given) <= most, f"nobody can write more than {most} characters there"
        return {"type": element["type"], "value": given or None}
    return choice(element, tuple(given) if isinstance(given, list | tuple) else (given,))


def _filled(value: Json) -> bool:
    return any(given for name, given in value.items() if name != "type")
