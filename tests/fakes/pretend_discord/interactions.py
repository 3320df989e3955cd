"""What people do with our commands, buttons and forms, and how and how long that can be answered."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.fakes.pretend_discord import permissions, shapes
from tests.fakes.pretend_discord.command_limits import check_choices
from tests.fakes.pretend_discord.limits import check_modal
from tests.fakes.pretend_discord.posting import fill
from tests.fakes.pretend_discord.refusals import Mistakes, Refusal, Wire
from tests.fakes.pretend_discord.server import Asked, Front
from tests.fakes.pretend_discord.things import (
    COMMANDED,
    EPHEMERAL,
    LOADING,
    MENU_USED,
    Channel,
    Message,
    User,
)
from tests.fakes.pretend_discord.world import World

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
# What an interaction is answered with.
SAY, WAIT, WAIT_QUIETLY, CHANGE, SUGGEST, ASK = 4, 5, 6, 7, 8, 9
FIRST_ANSWER = timedelta(seconds=3)
LIFE = timedelta(minutes=15)
_ALLOWED = {
    COMMAND: {SAY, WAIT, ASK},
    COMPONENT: {SAY, WAIT, WAIT_QUIETLY, CHANGE, ASK},
    AUTOCOMPLETE: {SUGGEST},
    MODAL: {SAY, WAIT, WAIT_QUIETLY, CHANGE},
}


@dataclass
class Interaction:
    """Something somebody did, and what was answered."""

    id: str
    token: str
    kind: int
    user: User
    channel: Channel
    at: datetime
    data: Wire
    # The message that was pressed on.
    source: Message | None = None
    on_menu: bool = False
    answered: int | None = None
    # The first answer as a message, and what followed it.
    original: Message | None = None
    answers: list[Message] = field(default_factory=list)
    form: Wire | None = None
    choices: list[Wire] = field(default_factory=list)

    @property
    def shown(self) -> list[Message]:
        """The messages that answered, none that only says to wait."""
        return [each for each in self.answers if not each.flags & LOADING]


class Interactions:
    """What waits for an answer, and the routes to give it."""

    def __init__(self, front: Front, world: World) -> None:
        self._world = world
        self.made: dict[str, Interaction] = {}
        hook = "/webhooks/{application}/{token}"
        front.add("POST", "/interactions/{interaction}/{token}/callback", self._answer, open=True)
        front.add("POST", hook, self._follow, open=True)
        front.add("GET", hook + "/messages/{message}", self._read, open=True)
        front.add("PATCH", hook + "/messages/{message}", self._change, open=True)
        front.add("DELETE", hook + "/messages/{message}", self._delete, open=True)

    def make(
        self,
        kind: int,
        user: User,
        channel: Channel,
        data: Wire,
        *,
        source: Message | None = None,
        on_menu: bool = False,
    ) -> Interaction:
        """Let somebody do something, and tell of it."""
        world = self._world
        made = Interaction(
            world.moments.snowflake(),
            secrets.token_urlsafe(100),
            kind,
            user,
            channel,
            world.moments.now(),
            data,
            source,
            on_menu,
        )
        self.made[made.id] = made
        world.tell("INTERACTION_CREATE", self._shape(made), channel.guild, 0)
        return made

    def _shape(self, made: Interaction) -> Wire:
        world, guild = self._world, self._world.guilds.get(made.channel.guild or "")
        shown: Wire = {
            "id": made.id,
            "application_id": world.me.id,
            "type": made.kind,
            "data": made.data,
            "token": made.token,
            "version": 1,
            "channel_id": made.channel.id,
            "channel": shapes.channel(made.channel, world.me.id)
            | {"permissions": str(world.may(made.channel, made.user.id))},
            "app_permissions": str(world.may(made.channel, world.me.id)),
            "locale": "en-US",
            "entitlements": [],
            "authorizing_integration_owners": {"0": made.channel.guild or "0"},
            "context": 0 if guild else 1,
            "attachment_size_limit": 10 * 1024**2,
        }
        if guild:
            member = shapes.member(guild.members[made.user.id])
            member["permissions"] = str(world.may(made.channel, made.user.id))
            shown |= {
                "guild_id": guild.id,
                "guild": {"id": guild.id, "locale": "en-US", "features": []},
                "guild_locale": "en-US",
                "member": member,
            }
        else:
            shown["user"] = shapes.user(made.user)
        if made.source:
            # Our own message: its words are ours to read.
            shown["message"] = shapes.message(made.source, world.channels, world.users, world.me.id)
        return shown

    def _answer(self, asked: Asked) -> Wire | None:
        made = self.made.get(asked.path["interaction"])
        now = self._world.moments.now()
        if made is None or made.token != asked.path["token"] or now - made.at > LIFE:
            raise Refusal(10062)
        if made.answered is not None:
            raise Refusal(40060)
        if now - made.at > FIRST_ANSWER:
            raise Refusal(10062)
        kind, data = asked.form.get("type"), asked.form.get("data") or {}
        allowed = _ALLOWED[made.kind]
        if kind not in allowed or (kind in (WAIT_QUIETLY, CHANGE) and made.source is None):
            mistakes = Mistakes()
            listed = ", ".join(map(str, sorted(allowed)))
            mistakes.add(("type",), "BASE_TYPE_CHOICES", f"Value must be one of {{{listed}}}.")
            mistakes.check()
        match kind:
            case 4:
                self._say(made, asked, data)
            case 5:
                made.original = self._begin(made, int(data.get("flags") or 0) & EPHEMERAL | LOADING)
                self._put(made, made.original)
            case 6:
                made.original = made.source
            case 7:
                assert made.source
                self._into(made.source, asked, data)
                made.original = made.source
                made.answers.append(made.source)
            case 8:
                mistakes = Mistakes()
                check_choices(mistakes, ("data", "choices"), data.get("choices"))
                mistakes.check()
                made.choices = data.get("choices") or []
            case 9:
                check_modal(data)
                made.form = data
        made.answered = kind
        self._world.stir()
        if asked.query.get("with_response") not in ("true", "1"):
            return None
        told: Wire = {"id": made.id, "type": made.kind, "response_message_loading": kind == WAIT}
        answer: Wire = {"interaction": told}
        if kind in (SAY, WAIT, CHANGE) and made.original:
            told |= {
                "response_message_id": made.original.id,
                "response_message_ephemeral": bool(made.original.flags & EPHEMERAL),
            }
            answer["resource"] = {"type": kind, "message": self._shape_message(made.original)}
        else:
            answer["resource"] = {"type": kind}
        return answer

    def _shape_message(self, message: Message) -> Wire:
        return shapes.message(message, self._world.channels, self._world.users, self._world.me.id)

    def _begin(self, made: Interaction, flags: int) -> Message:
        world = self._world
        kind = MENU_USED if made.on_menu else COMMANDED if made.kind == COMMAND else 0
        return Message(
            world.moments.snowflake(),
            made.channel.id,
            world.me,
            world.moments.now(),
            kind,
            flags=flags,
            only=made.user.id if flags & EPHEMERAL else None,
            interaction={
                "id": made.id,
                "type": made.kind,
                "user": shapes.user(made.user),
                "authorizing_integration_owners": {"0": made.channel.guild or "0"},
            },
        )

    def _say(self, made: Interaction, asked: Asked, data: Wire) -> None:
        message = self._begin(made, 0)
        self._write(message, asked, data)
        self._put(made, message)
        made.original = message

    def _write(self, message: Message, asked: Asked, form: Wire) -> None:
        """Fill a message; no nonce is looked at here."""
        fill(self._world, message, form, asked, nonce=False)
        if message.flags & EPHEMERAL:
            user = (message.interaction or {}).get("user", {}).get("id")
            message.only = message.only or user
        self._world.mention(message, form.get("allowed_mentions"))

    def _put(self, made: Interaction, message: Message) -> None:
        made.answers.append(message)
        self._world.post(message)

    def _into(self, message: Message, asked: Asked, form: Wire) -> None:
        """Change a message by an interaction's token; it no longer says to wait."""
        waited = message.flags & LOADING
        before = (message.flags, set(message.pings))
        self._write(message, asked, {key: form[key] for key in form if key != "flags"})
        message.flags = before[0] & ~LOADING
        if not waited:
            message.pings = before[1]
            message.edited_at = self._world.moments.now()
        if message.only is None:
            self._world.tell_of_message("MESSAGE_UPDATE", message)
        self._world.stir()

    def _by_token(self, asked: Asked) -> Interaction:
        made = next((each for each in self.made.values() if each.token == asked.path["token"]), None)
        if made is None or asked.path["application"] != self._world.me.id:
            raise Refusal(50027)
        if self._world.moments.now() - made.at > LIFE:
            raise Refusal(50027)
        if made.answered is None:
            raise Refusal(10015)
        return made

    def _follow(self, asked: Asked) -> Wire:
        made = self._by_token(asked)
        first = made.original
        if made.answered == WAIT and first and first.flags & LOADING:
            # What follows a wait is what was waited for, seen by whom the wait was seen.
            self._into(first, asked, asked.form)
            return self._shape_message(first)
        message = self._begin(made, int(asked.form.get("flags") or 0) & EPHEMERAL)
        self._write(message, asked, asked.form)
        self._put(made, message)
        return self._shape_message(message)

    def _found(self, made: Interaction, id: str) -> Message:
        found = made.original if id == "@original" else None
        for each in made.answers:
            if each.id == id:
                found = each
        if found is None or found.id not in self._world.channels[found.channel].messages:
            raise Refusal(10008)
        return found

    def _read(self, asked: Asked) -> Wire:
        return self._shape_message(self._found(self._by_token(asked), asked.path["message"]))

    def _change(self, asked: Asked) -> Wire:
        made = self._by_token(asked)
        message = self._found(made, asked.path["message"])
        self._into(message, asked, asked.form)
        if message not in made.answers:
            made.answers.append(message)
        return self._shape_message(message)

    def _delete(self, asked: Asked) -> None:
        made = self._by_token(asked)
        message = self._found(made, asked.path["message"])
        if message.only is None:
            self._world.delete([message])
        else:
            del self._world.channels[message.channel].messages[message.id]
        if message is made.original:
            made.original = None


def resolved_members(world: World, channel: Channel, users: list[str]) -> Wire:
    """Return members and users as an interaction carries them along."""
    guild = world.guilds[channel.guild or ""]
    return {
        "users": {user: shapes.user(world.users[user]) for user in users},
        "members": {
            user: shapes.member(guild.members[user], with_user=False)
            | {"permissions": str(world.may(channel, user))}
            for user in users
        },
    }


def resolved_channels(world: World, channel: Channel, ids: list[str], user: User) -> Wire:
    """Return channels as an interaction carries them along."""
    shown = {}
    for id in ids:
        each = world.channels[id]
        rights = permissions.in_channel(world.guilds[channel.guild or ""], each, user.id)
        whole = shapes.channel(each)
        shown[id] = {key: whole[key] for key in ("id", "name", "type", "parent_id")}
        shown[id]["permissions"] = str(rights)
    return {"channels": shown}
