"""Does what Hearth's actions say, in Discord."""

import asyncio
from base64 import b32encode
from collections.abc import Awaitable, Callable
from datetime import datetime
from hashlib import sha256
from typing import Any

from adapters.discord.calls import Calls, Denied
from adapters.discord.embeds import Look, Shown, show
from adapters.discord.forms import modal_of
from adapters.discord.kept import KeptValues
from adapters.discord.replies import Replies
from adapters.discord.server import Server
from adapters.discord.tags import answered_tag, tags_of
from adapters.wire.values import object_in, objects_in, text_in, texts_in
from bot.actions import Answer, Doing, Mark, OpenForm, Post, ShowHome, Tell, Update, Whisper
from bot.cards import Card, Picture
from bot.logs import named
from bot.pictures import draw_png
from bot.ports import Refused, Sent

log = named(__name__)

MARK = "✅"
MAX_TAGS = 5
_NONCE = 25
# How far back a message is looked for of which nobody knows whether it was posted.
_LOOK_PAGES = 5
_PAGE = 100
_NOT_THERE = (10003, 40058, 50001, 50008, 50013)
_MESSAGES = "/channels/{channel_id}/messages"
_MESSAGE = "/channels/{channel_id}/messages/{message_id}"
_REACTION = _MESSAGE + "/reactions/{emoji}/@me"

FindServer = Callable[[str], Server | None]
# Hears whether something can be said in a channel, with the reason where it cannot.
TellRight = Callable[[Server, str, str | None], Awaitable[None]]


class DiscordSender:
    """The `Sender` of all servers Hearth is in."""

    # discord.py keeps every limit by what Discord says of it.
    pause = 0.0

    def __init__(
        self, find: FindServer, calls: Calls, replies: Replies, kept: KeptValues, tell_right: TellRight
    ) -> None:
        self._find = find
        self._calls = calls
        self._replies = replies
        self._kept = kept
        self._tell_right = tell_right

    async def send(self, action: Doing) -> Sent:
        """Do what the action says. Raises TryLater, Refused or Doubtful."""
        server = self._server(action)
        match action:
            case Post():
                return await self._post(server, action)
            case Tell(offered=True):
                return await self._tell(server, action)
            case Tell():
                raise Refused(
                    "Discord's rules for bots bar private words to who did not ask for them; it goes to the "
                    "managers' channel where one is named."
                )
            case Update():
                return await self._update(server, action)
            case Whisper():
                raise Refused("Discord shows something to one member alone only in answer to what they did.")
            case Answer():
                look = await self._look(server, action.card, None)
                shown = await self._shown(server, action.card, look)
                await self._replies.answer(action.interaction, shown, replaces=action.replaces)
                return Sent()
            case OpenForm():
                kept: dict[str, str] = {}
                modal = modal_of(action.form, kept)
                await self._kept.keep(server.community, kept)
                await self._replies.open(action.interaction, modal)
                return Sent()
            case ShowHome():
                raise Refused("Discord has no page of Hearth's own; /community settings shows what is set.")
            case Mark():
                return await self._mark(server, action)

    async def find(self, action: Doing, since: datetime | None = None) -> Sent | None:
        """Look in the channel for a message with this action's mark. Raises TryLater or Refused."""
        server = self._server(action)
        match action:
            case Post():
                place, _ = await self._place(server, action)
            case Tell(offered=True):
                place = await self._direct_with(action.member)
            case _:
                return None
        wanted = mark_of(action.key)
        greeting = show(action.card, await self._look(server, action.card, None)).form
        before: dict[str, str] = {}
        for _ in range(_LOOK_PAGES):
            page = await self._calls.read(
                "GET", _MESSAGES, query={"limit": _PAGE, **before}, channel_id=place
            )
            messages = objects_in({"messages": page}, "messages")
            for message in messages:
                if text_in(object_in(message, "author"), "id") != server.me:
                    continue
                embeds = objects_in(message, "embeds")
                marked = any(text_in(embed, "url").endswith(wanted) for embed in embeds)
                bare = not embeds and not greeting["embeds"]
                if marked or (bare and text_in(message, "content") == greeting["content"]):
                    return Sent(text_in(message, "id"))
            if len(messages) < _PAGE:
                return None
            before = {"before": text_in(messages[-1], "id")}
        return None

    def _server(self, action: Doing) -> Server:
        server = self._find(action.community)
        if server is None:
            raise Refused("Hearth is not in that server any more; invite it again.")
        return server

    async def _post(self, server: Server, action: Post) -> Sent:
        place, reply = await self._place(server, action)
        look = await self._look(server, action.card, action.channel, action.key)
        shown = await self._shown(server, action.card, look)
        form: dict[str, Any] = {**shown.form, "nonce": nonce_of(action.key), "enforce_nonce": True}
        if reply:
            form["message_reference"] = {"message_id": reply, "fail_if_not_exists": False}
        try:
            made = await self._calls.do("POST", _MESSAGES, form, files=shown.files, channel_id=place)
        except Denied as denied:
            if denied.code in _NOT_THERE:
                await self._tell_right(server, action.channel, str(denied))
            raise
        await self._tell_right(server, action.channel, None)
        return Sent(text_in(made, "id") or None)

    async def _tell(self, server: Server, action: Tell) -> Sent:
        """Say something to who offered to be told; to who takes no private words it is denied."""
        look = await self._look(server, action.card, "@me", action.key)
        shown = await self._shown(server, action.card, look)
        form: dict[str, Any] = {**shown.form, "nonce": nonce_of(action.key), "enforce_nonce": True}
        place = await self._direct_with(action.member)
        made = await self._calls.do("POST", _MESSAGES, form, files=shown.files, channel_id=place)
        return Sent(text_in(made, "id") or None)

    async def _direct_with(self, member: str) -> str:
        """Return the channel of private words with somebody; Discord makes one, or tells which there is."""
        made = await self._calls.do("POST", "/users/@me/channels", {"recipient_id": member})
        return text_in(made, "id")

    async def _place(self, server: Server, action: Post) -> tuple[str, str | None]:
        """Return where a post goes, and what it natively replies to: a message that has no thread."""
        thread = action.thread
        if thread is None or thread == action.channel:
            return action.channel, None
        if server.thread(thread) is not None:
            return thread, None
        try:
            await self._calls.read("GET", "/channels/{channel_id}", channel_id=thread)
        except Denied as denied:
            if denied.code != 10003:
                raise
            return action.channel, thread
        return thread, None

    async def _update(self, server: Server, action: Update) -> Sent:
        if action.message is None:
            raise Refused("What it would change was not posted.")
        place = action.channel or await self._direct_with(str(action.member))
        look = await self._look(server, action.card, action.channel or "@me", action.post)
        shown = await self._shown(server, action.card, look)
        await self._calls.do(
            "PATCH",
            _MESSAGE,
            shown.form,
            files=shown.files,
            channel_id=place,
            message_id=action.message,
        )
        return Sent(action.message)

    async def _mark(self, server: Server, action: Mark) -> Sent:
        place = action.thread or action.channel
        if place == action.message and await self._tag(server, place, answered=action.answered):
            return Sent()
        method = "PUT" if action.answered else "DELETE"
        try:
            await self._calls.do(method, _REACTION, channel_id=place, message_id=action.message, emoji=MARK)
        except Denied as denied:
            # In an archived thread nothing can be marked, and to wake it for that would be rude.
            if denied.code != 50083:
                raise
            log.info("not_marked", community=server.community)
        return Sent()

    async def _tag(self, server: Server, post: str, *, answered: bool) -> bool:
        """Give a post the forum's tag for answered ones, or take it; return whether there is one."""
        thread = await self._calls.read("GET", "/channels/{channel_id}", channel_id=post)
        parent = text_in(thread, "parent_id")
        if not parent:
            return False
        forum = await self._calls.read("GET", "/channels/{channel_id}", channel_id=parent)
        tag = answered_tag(tags_of(forum))
        applied = texts_in(thread, "applied_tags")
        if tag is None or (answered and tag not in applied and len(applied) >= MAX_TAGS):
            return False
        wanted = [each for each in applied if each != tag] + ([tag] if answered else [])
        if wanted == applied:
            return True
        form: dict[str, Any] = {"applied_tags": wanted}
        archived = object_in(thread, "thread_metadata").get("archived") is True
        if archived:
            form["archived"] = False
        # What is heard of it next is no member's doing.
        server.tagged.ours(post, tagged=answered)
        try:
            await self._calls.do("PATCH", "/channels/{channel_id}", form, channel_id=post)
            await server.tagged.keep(post)
            if archived:
                await self._calls.do("PATCH", "/channels/{channel_id}", {"archived": True}, channel_id=post)
        except Denied as denied:
            # Without the permission, or the tag it would need, a reaction marks it as well.
            log.info("not_tagged", code=denied.code)
            server.tagged.ours(post, tagged=tag in applied)
            return False
        return True

    async def _look(self, server: Server, card: Card, channel: str | None, key: str = "") -> Look:
        """Return what rendering a card needs, its pictures drawn."""
        drawn: dict[Picture, bytes] = {}
        for picture in card.pictures:
            drawn[picture] = await asyncio.to_thread(draw_png, picture)
        address = ""
        if channel is not None:
            first = next((quote.ref for quote in card.quotes), None)
            # Of private words this says which server they are about.
            here = f"{server.address}{channel}"
            address = f"{server.permalink(first) if first else here}{mark_of(key)}"
        names = {member: server.called(member) for member in card.greets}
        return Look(server.permalink, address, {who: name for who, name in names.items() if name}, drawn)

    async def _shown(self, server: Server, card: Card, look: Look) -> Shown:
        """Return a card as a message, with what its custom ids hold digests of kept."""
        shown = show(card, look)
        await self._kept.keep(server.community, shown.kept)
        return shown


def nonce_of(key: str) -> str:
    """Return what Discord tells a repeated post by: the same for the same action."""
    return b32encode(sha256(key.encode()).digest()).decode().lower()[:_NONCE]


def mark_of(key: str) -> str:
    """Return how the address on a card ends, which a post is found by: no history tells a nonce."""
    return f"#hearth-{nonce_of(key)}"
