"""What can be asked over HTTP of channels, messages, threads, servers and members."""

from datetime import datetime

from tests.fakes.pretend_discord import permissions, shapes
from tests.fakes.pretend_discord.moments import stamp, time_of
from tests.fakes.pretend_discord.posting import check_place, emoji_key, fill, refer
from tests.fakes.pretend_discord.refusals import Mistakes, Refusal, Wire
from tests.fakes.pretend_discord.server import Asked, Front
from tests.fakes.pretend_discord.things import (
    FORUMS,
    NEWS,
    PRIVATE_THREAD,
    PUBLIC_THREAD,
    TEXT,
    Channel,
    Message,
    remaining,
)
from tests.fakes.pretend_discord.world import MEMBERS, MOST_OLD_EDITS, MOST_REACTIONS, OLD, World

_HISTORY = (1, 100)
_MOST_MEMBERS = 1_000
_MOST_TAGS = 5
# For how long a nonce is looked for among what was said.
_NONCE_MINUTES = 5
_BODIES = {"content", "embeds", "components", "attachments"}


class Rest:
    """The routes but for those of commands and interactions."""

    def __init__(self, front: Front, world: World) -> None:
        self._world = world
        # What a nonce made, and when; also when that was deleted since.
        self._nonces: dict[str, Message] = {}
        one = "/channels/{channel}"
        message = one + "/messages/{message}"
        front.add("GET", "/users/@me", self._me)
        front.add("GET", "/users/@me/guilds", self._my_guilds)
        front.add("POST", "/users/@me/channels", self._open_direct)
        front.add("GET", "/users/{user}", self._user)
        front.add("GET", "/oauth2/applications/@me", self._application)
        front.add("GET", "/applications/@me", self._application)
        front.add("GET", one, self._channel)
        front.add("PATCH", one, self._change_channel)
        front.add("GET", one + "/messages", self._history)
        front.add("POST", one + "/messages", self._post)
        front.add("GET", message, self._message)
        front.add("PATCH", message, self._edit)
        front.add("DELETE", message, self._delete)
        front.add("PUT", message + "/reactions/{emoji}/@me", self._react)
        front.add("DELETE", message + "/reactions/{emoji}/@me", self._unreact)
        front.add("GET", message + "/reactions/{emoji}", self._reactions)
        front.add("POST", message + "/threads", self._open_thread_on)
        front.add("POST", one + "/threads", self._open_thread)
        front.add("PUT", one + "/thread-members/@me", self._join_thread)
        front.add("GET", one + "/threads/archived/{kind}", self._archived)
        front.add("GET", "/guilds/{guild}", self._guild)
        front.add("GET", "/guilds/{guild}/channels", self._channels)
        front.add("GET", "/guilds/{guild}/threads/active", self._active)
        front.add("GET", "/guilds/{guild}/roles", self._roles)
        front.add("GET", "/guilds/{guild}/members", self._members)
        front.add("GET", "/guilds/{guild}/members/search", self._search)
        front.add("GET", "/guilds/{guild}/members/{user}", self._member)

    def _me(self, asked: Asked) -> Wire:
        more = {"verified": True, "mfa_enabled": True, "locale": "en-US", "email": None, "flags": 0}
        return shapes.user(self._world.me) | more

    def _my_guilds(self, asked: Asked) -> list[Wire]:
        me = self._world.me.id
        return [
            {
                "id": guild.id,
                "name": guild.name,
                "icon": None,
                "owner": guild.owner == me,
                "permissions": str(permissions.in_guild(guild, me)),
                "features": [],
            }
            for guild in self._world.guilds.values()
            if me in guild.members
        ]

    def _user(self, asked: Asked) -> Wire:
        user = self._world.users.get(asked.path["user"])
        if user is None:
            raise Refusal(10013)
        return shapes.user(user)

    def _application(self, asked: Asked) -> Wire:
        me = self._world.me
        return {
            "id": me.id,
            "name": me.name,
            "icon": None,
            "description": "",
            "bot_public": False,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "owner": {
                "id": "1",
                "username": "owner",
                "discriminator": "0",
                "avatar": None,
                "global_name": None,
            },
            "team": None,
            "approximate_guild_count": len(self._my_guilds(asked)),
        } | ({"flags": self._world.flags} if self._world.says_granted else {})

    def _open_direct(self, asked: Asked) -> Wire:
        user = self._world.users.get(str(asked.form.get("recipient_id")))
        if user is None:
            raise Refusal(10013)
        if user is self._world.me:
            raise Refusal(50007)
        return shapes.channel(self._world.direct_with(user))

    def _channel(self, asked: Asked) -> Wire:
        return shapes.channel(self._world.channel(asked.path["channel"]), self._world.me.id)

    def _change_channel(self, asked: Asked) -> Wire:
        """Change a thread: of other channels Hearth changes nothing."""
        world = self._world
        thread = world.channel(asked.path["channel"])
        if not thread.is_thread:
            raise Refusal(50024)
        form = asked.form
        rights = world.may(thread, world.me.id)
        mine = thread.owner == world.me.id
        if not rights & permissions.MANAGE_THREADS and (not mine or "locked" in form):
            raise Refusal(50013)
        if thread.archived and form.get("archived") is not False:
            raise Refusal(50083)
        mistakes = Mistakes()
        if "name" in form:
            mistakes.length(("name",), form["name"], 100, 1, required=True)
        if "applied_tags" in form:
            self._check_tags(mistakes, thread, form["applied_tags"])
        mistakes.check()
        thread.name = form.get("name", thread.name)
        thread.applied = [str(tag) for tag in form.get("applied_tags", thread.applied)]
        thread.locked = form.get("locked", thread.locked)
        if form.get("archived", thread.archived) != thread.archived:
            thread.archived, thread.archived_at = form["archived"], world.moments.now()
        world.tell_of_channel("THREAD_UPDATE", thread)
        return shapes.channel(thread, world.me.id)

    def _check_tags(self, mistakes: Mistakes, thread: Channel, given: object) -> None:
        parent = self._world.channels[thread.parent or ""]
        if not isinstance(given, list) or len(given) > _MOST_TAGS:
            message = f"Must be {_MOST_TAGS} or fewer in length."
            mistakes.add(("applied_tags",), "BASE_TYPE_MAX_LENGTH", message)
            return
        if parent.kind not in FORUMS or not {str(tag) for tag in given} <= {tag.id for tag in parent.tags}:
            raise Refusal(10087)
        if parent.needs_tag and not given:
            raise Refusal(40067)

    def _history(self, asked: Asked) -> list[Wire]:
        place = self._world.channel(asked.path["channel"])
        limit = _number(asked, "limit", 50, *_HISTORY)
        if not place.speakable:
            raise Refusal(50024 if place.kind not in FORUMS else 50008)
        if not self._world.may(place, self._world.me.id) & permissions.READ_MESSAGE_HISTORY:
            return []
        said = remaining(place)
        given = [key for key in ("before", "after", "around") if key in asked.query]
        if len(given) > 1:
            given = given[:1]
        pivot = int(asked.query[given[0]]) if given else 0
        match given:
            case ["before"]:
                said = [each for each in said if int(each.id) < pivot][-limit:]
            case ["after"]:
                said = [each for each in said if int(each.id) > pivot][:limit]
            case ["around"]:
                older = [each for each in said if int(each.id) < pivot][-(limit // 2) :]
                said = older + [each for each in said if int(each.id) >= pivot][: limit - len(older)]
            case _:
                said = said[-limit:]
        return [self._world.shape(each) for each in reversed(said)]

    def _message(self, asked: Asked) -> Wire:
        place = self._world.channel(asked.path["channel"], permissions.READ_MESSAGE_HISTORY)
        return self._world.shape(self._world.message(place, asked.path["message"]))

    def _post(self, asked: Asked) -> Wire:
        world = self._world
        place = world.channel(asked.path["channel"])
        form = asked.form
        check_place(world, place, form, asked)
        nonce = form.get("nonce")
        enforced = nonce is not None and form.get("enforce_nonce") is True
        if enforced:
            earlier = self._nonces.get(str(nonce))
            minutes = (world.moments.now() - earlier.at).total_seconds() / 60 if earlier else 0
            if earlier and minutes < _NONCE_MINUTES:
                if earlier.id not in world.channels[earlier.channel].messages:
                    raise Refusal(10008)
                return world.shape(earlier, nonce=True)
        now = world.moments.now()
        message = Message(world.moments.snowflake(), place.id, world.me, now, nonce=nonce)
        refer(world, place, message, form.get("message_reference"))
        fill(world, message, form, asked)
        world.mention(message, form.get("allowed_mentions"))
        world.post(message)
        if enforced:
            self._nonces[str(nonce)] = message
        return world.shape(message, nonce=True)

    def _edit(self, asked: Asked) -> Wire:
        world = self._world
        place = world.channel(asked.path["channel"])
        message = world.message(place, asked.path["message"])
        if message.author is not world.me:
            raise Refusal(50005)
        if message.kind not in (0, 19, 20, 23):
            raise Refusal(50021)
        if place.archived:
            raise Refusal(50083)
        now = world.moments.now()
        if now - message.at > OLD:
            if message.edits_when_old >= MOST_OLD_EDITS:
                text = "Maximum number of edits to messages older than 1 hour reached. Try again later."
                raise Busy(30046, text, 0.01)
            message.edits_when_old += 1
        fill(world, message, {key: asked.form[key] for key in asked.form if key in _BODIES}, asked)
        # An edit shows whom it names, and notifies nobody.
        before = set(message.pings)
        world.mention(message, asked.form.get("allowed_mentions"))
        message.pings = before
        message.edited_at = now
        world.tell_of_message("MESSAGE_UPDATE", message)
        return world.shape(message)

    def _delete(self, asked: Asked) -> None:
        world = self._world
        place = world.channel(asked.path["channel"])
        message = world.message(place, asked.path["message"])
        rights = world.may(place, world.me.id)
        if message.author is not world.me and not rights & permissions.MANAGE_MESSAGES:
            raise Refusal(50013)
        world.delete([message])

    def _react(self, asked: Asked) -> None:
        world = self._world
        place = world.channel(asked.path["channel"], permissions.READ_MESSAGE_HISTORY)
        message = world.message(place, asked.path["message"])
        key = emoji_key(asked.path["emoji"], world.guilds.get(place.guild or ""))
        if place.archived:
            raise Refusal(50083)
        if key not in message.reactions:
            if not world.may(place, world.me.id) & permissions.ADD_REACTIONS:
                raise Refusal(50013)
            if len(message.reactions) >= MOST_REACTIONS:
                raise Refusal(30010)
        world.react(message, world.me, key)

    def _unreact(self, asked: Asked) -> None:
        world = self._world
        place = world.channel(asked.path["channel"], permissions.READ_MESSAGE_HISTORY)
        message = world.message(place, asked.path["message"])
        key = emoji_key(asked.path["emoji"], world.guilds.get(place.guild or ""))
        if place.archived:
            raise Refusal(50083)
        world.unreact(message, world.me, key)

    def _reactions(self, asked: Asked) -> list[Wire]:
        world = self._world
        place = world.channel(asked.path["channel"], permissions.READ_MESSAGE_HISTORY)
        message = world.message(place, asked.path["message"])
        key = emoji_key(asked.path["emoji"], world.guilds.get(place.guild or ""))
        after = int(asked.query.get("after", 0))
        who = sorted(int(user) for user in message.reactions.get(key, ()) if int(user) > after)
        return [shapes.user(world.users[str(user)]) for user in who[: _number(asked, "limit", 25, 1, 100)]]

    def _open_thread_on(self, asked: Asked) -> Wire:
        world = self._world
        parent = world.channel(asked.path["channel"], permissions.CREATE_PUBLIC_THREADS)
        if parent.kind not in (TEXT, NEWS):
            raise Refusal(50024)
        message = world.message(parent, asked.path["message"])
        if message.thread:
            raise Refusal(160004)
        mistakes = Mistakes()
        mistakes.length(("name",), asked.form.get("name"), 100, 1, required=True)
        mistakes.check()
        thread = world.open_thread(parent, asked.form["name"], world.me, on=message)
        return shapes.channel(thread, world.me.id)

    def _open_thread(self, asked: Asked) -> Wire:
        """Open a post in a forum; elsewhere Hearth opens threads under messages only."""
        world = self._world
        parent = world.channel(asked.path["channel"], permissions.SEND_MESSAGES)
        if parent.kind not in FORUMS:
            raise Refusal(50024)
        form = asked.form
        mistakes = Mistakes()
        mistakes.length(("name",), form.get("name"), 100, 1, required=True)
        if not isinstance(form.get("message"), dict):
            mistakes.add(("message",), "BASE_TYPE_REQUIRED", "This field is required")
        tags = form.get("applied_tags") or []
        self._check_tags(mistakes, Channel("0", PUBLIC_THREAD, parent.guild, parent=parent.id), tags)
        mistakes.check()
        now = world.moments.now()
        first = Message("0", "0", world.me, now)
        fill(world, first, form["message"], asked)
        thread = world.open_thread(parent, form["name"], world.me, tags=[str(tag) for tag in tags])
        first.id = first.channel = thread.id
        world.mention(first, form["message"].get("allowed_mentions"))
        world.post(first)
        return shapes.channel(thread, world.me.id) | {"message": world.shape(first)}

    def _join_thread(self, asked: Asked) -> None:
        thread = self._world.channel(asked.path["channel"])
        if thread.archived:
            raise Refusal(50083)
        thread.joined.add(self._world.me.id)

    def _archived(self, asked: Asked) -> Wire:
        world = self._world
        parent = world.channel(asked.path["channel"], permissions.READ_MESSAGE_HISTORY)
        kind = asked.path["kind"]
        if kind not in ("public", "private") or parent.kind not in (TEXT, NEWS, *FORUMS):
            raise Refusal(50024)
        if kind == "private" and not world.may(parent, world.me.id) & permissions.MANAGE_THREADS:
            raise Refusal(50013)
        before = asked.query.get("before")
        until = datetime.fromisoformat(before) if before else world.moments.now()
        limit = _number(asked, "limit", 50, 2, 100)
        wanted = (PRIVATE_THREAD,) if kind == "private" else (10, PUBLIC_THREAD)
        found = [
            each
            for each in world.guilds[parent.guild or ""].channels.values()
            if each.parent == parent.id
            and each.archived
            and each.kind in wanted
            and (each.archived_at or time_of(each.id)) < until
        ]
        found.sort(key=lambda each: each.archived_at or time_of(each.id), reverse=True)
        return self._threads(found[:limit]) | {"has_more": len(found) > limit}

    def _threads(self, threads: list[Channel]) -> Wire:
        me = self._world.me.id
        mine = [
            {"id": each.id, "user_id": me, "join_timestamp": stamp(time_of(each.id)), "flags": 0}
            for each in threads
            if me in each.joined
        ]
        return {"threads": [shapes.channel(each, me) for each in threads], "members": mine}

    def _guild(self, asked: Asked) -> Wire:
        guild = self._world.guild(asked.path["guild"])
        shown = shapes.guild(guild)
        if asked.query.get("with_counts") in ("true", "1"):
            shown |= {
                "approximate_member_count": len(guild.members),
                "approximate_presence_count": len(guild.members),
            }
        return shown

    def _channels(self, asked: Asked) -> list[Wire]:
        guild = self._world.guild(asked.path["guild"])
        return [shapes.channel(each) for each in guild.channels.values() if not each.is_thread]

    def _active(self, asked: Asked) -> Wire:
        guild = self._world.guild(asked.path["guild"])
        threads = sorted(self._world.active_threads(guild), key=lambda each: int(each.id), reverse=True)
        return self._threads(threads)

    def _roles(self, asked: Asked) -> list[Wire]:
        return [shapes.role(each) for each in self._world.guild(asked.path["guild"]).roles.values()]

    def _members(self, asked: Asked) -> list[Wire]:
        guild = self._world.guild(asked.path["guild"])
        if not self._world.granted & MEMBERS:
            raise Refusal(50001)
        limit = _number(asked, "limit", 1, 1, _MOST_MEMBERS)
        after = int(asked.query.get("after", 0))
        found = sorted((int(id), each) for id, each in guild.members.items() if int(id) > after)
        return [shapes.member(each) for _, each in found[:limit]]

    def _search(self, asked: Asked) -> list[Wire]:
        guild = self._world.guild(asked.path["guild"])
        query = asked.query.get("query", "").lower()
        if not query:
            mistakes = Mistakes()
            mistakes.add(("query",), "BASE_TYPE_REQUIRED", "This field is required")
            mistakes.check()
        limit = _number(asked, "limit", 1, 1, _MOST_MEMBERS)
        found = [each for each in guild.members.values() if guild.named(each.user).lower().startswith(query)]
        return [shapes.member(each) for each in found[:limit]]

    def _member(self, asked: Asked) -> Wire:
        guild = self._world.guild(asked.path["guild"])
        return shapes.member(self._world.member_of(guild, asked.path["user"]))


class Busy(Refusal):
    """It was asked too often, by a count that no header tells of."""

    def __init__(self, code: int, message: str, after: float) -> None:
        super().__init__(code, status=429, message=message)
        self._after = after

    @property
    def body(self) -> Wire:
        return super().body | {"retry_after": self._after, "global": False}


def _number(asked: Asked, name: str, usual: int, least: int, most: int) -> int:
    """Return a number of the query within its bounds. Raises Refusal."""
    text = asked.query.get(name, str(usual))
    if not text.isdigit() or not least <= int(text) <= most:
        mistakes = Mistakes()
        message = f"int value should be between {least} and {most}."
        mistakes.add((name,), "NUMBER_TYPE_MAX", message)
        mistakes.check()
    return int(text)
