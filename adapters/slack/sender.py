"""Does what Hearth's actions say, in Slack."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.slack.blocks import Shown, show
from adapters.slack.calls import Denied, next_in, seconds_to_wait
from adapters.slack.doings import kept, way_of
from adapters.slack.views import form_view, home_view
from adapters.slack.workspace import Workspace
from adapters.wire.values import Wire, object_in, objects_in, text_in
from bot.actions import Answer, Doing, Mark, OpenForm, Post, ShowHome, Tell, Update, Whisper
from bot.cards import Card
from bot.logs import named
from bot.ports import Doubtful, Refused, Sent, TryLater

log = named(__name__)

# What the metadata of Hearth's messages is called; it holds the key of the action that made it.
EVENT_TYPE = "hearth_action"
MARK = "white_check_mark"
# Slack takes some seconds until a picture that was uploaded can be shown.
_PICTURE_TRIES = 8
_PICTURE_PAUSE_S = 1.0
# More than what Slack's clock and ours may differ by.
_CLOCKS = timedelta(minutes=10)
_PAGE = 100
_NOT_THERE = (
    "not_in_channel",
    "channel_not_found",
    "is_archived",
    "no_permission",
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
)
# What is to be said in a workspace that is being entered waits for so long.
_ENTERING_S = 5.0
_OVER = "That took too long for Slack to open a window; press again."

FindWorkspace = Callable[[str], Workspace | None]
# Tells of a community whether Hearth is about to enter its workspace.
Enters = Callable[[str], bool]
# Hears whether something can be said in a channel, with the reason where it cannot.
TellRight = Callable[[Workspace, str, str | None], Awaitable[None]]


class SlackSender:
    """The `Sender` of all workspaces Hearth is in."""

    # A channel takes about one post a second.
    pause = 1.0

    def __init__(self, find: FindWorkspace, enters: Enters, tell_right: TellRight) -> None:
        self._find = find
        self._enters = enters
        self._tell_right = tell_right
        # Where to go on looking for what may have been posted: Slack may let pages be read only now and then.
        self._looked: dict[str, str] = {}

    async def send(self, action: Doing) -> Sent:
        """Do what the action says. Raises TryLater, Refused or Doubtful."""
        workspace = self._workspace(action)
        match action:
            case Post():
                return await self._post(workspace, action.channel, action.thread, action.key, action.card)
            case Tell():
                channel = await self._private(workspace, action.member)
                return await self._post(workspace, channel, None, action.key, action.card)
            case Update():
                return await self._update(workspace, action)
            case Whisper():
                made = await self._shown(
                    workspace, action.card, lambda shown: self._whisper(workspace, action, shown)
                )
                return Sent(text_in(made, "message_ts") or None)
            case Answer():
                return await self._answer(workspace, action)
            case OpenForm():
                return await self._open(workspace, action)
            case ShowHome():
                look = await workspace.look(*action.cards)
                view = home_view(action.cards, look)
                await workspace.calls.do("views.publish", user_id=action.member, view=view)
                return Sent()
            case Mark():
                return await self._mark(workspace, action)

    async def find(self, action: Doing, since: datetime | None = None) -> Sent | None:
        """Look in the channel for a message with this action's key. Raises TryLater, or Refused."""
        workspace = self._workspace(action)
        # A thread is told from its beginning: it is begun with where the message can be.
        oldest = {} if since is None else {"oldest": f"{(since - _CLOCKS).timestamp():.6f}"}
        match action:
            case Post() if action.thread is not None:
                where = {"channel": action.channel, "ts": action.thread, **oldest}
                pages = self._pages(workspace, action.key, "conversations.replies", **where)
            case Post():
                where = {"channel": action.channel, **oldest}
                pages = self._pages(workspace, action.key, "conversations.history", **where)
            case Tell():
                channel = await self._private(workspace, action.member)
                where = {"channel": channel, **oldest}
                pages = self._pages(workspace, action.key, "conversations.history", **where)
            case _:
                return None
        async for message in pages:
            if workspace.directory.is_own(message) and _key_in(message) == action.key:
                return Sent(text_in(message, "ts"))
        return None

    async def _pages(self, workspace: Workspace, key: str, method: str, **where: str) -> AsyncIterator[Wire]:
        """Give the messages of a channel or a thread, page by page, from where the last look had to stop."""
        # To the end: what is taken for not posted is posted again.
        cursor = self._looked.pop(f"{workspace.community} {key}", "")
        while True:
            more: Mapping[str, Any] = {"cursor": cursor} if cursor else {}
            try:
                page = await workspace.calls.read(
                    method, limit=_PAGE, include_all_metadata=True, **where, **more
                )
            except TryLater:
                self._looked[f"{workspace.community} {key}"] = cursor
                raise
            for message in objects_in(page, "messages"):
                yield message
            cursor = next_in(page)
            if not cursor:
                return

    def _workspace(self, action: Doing) -> Workspace:
        workspace = self._find(action.community)
        if workspace is None and self._enters(action.community):
            raise TryLater("Hearth is just entering that workspace.", _ENTERING_S)
        if workspace is None:
            raise Refused("Hearth is not in that workspace any more; install it again.")
        return workspace

    async def _post(
        self, workspace: Workspace, channel: str, thread: str | None, key: str, card: Card
    ) -> Sent:
        more: dict[str, Any] = {"thread_ts": thread} if thread else {}
        try:
            made = await self._shown(
                workspace,
                card,
                lambda shown: workspace.calls.do(
                    "chat.postMessage",
                    channel=channel,
                    text=shown.text,
                    blocks=shown.blocks,
                    metadata={"event_type": EVENT_TYPE, "event_payload": {"key": key}},
                    unfurl_links=False,
                    unfurl_media=False,
                    **more,
                ),
            )
        except Denied as denied:
            if denied.code in _NOT_THERE:
                await self._tell_right(workspace, channel, str(denied))
            raise
        await self._tell_right(workspace, channel, None)
        said = object_in(made, "message")
        # What was not told at the start is told with the first message.
        workspace.directory.bot_id = workspace.directory.bot_id or text_in(said, "bot_id")
        return Sent(text_in(made, "ts") or text_in(said, "ts") or None)

    async def _update(self, workspace: Workspace, action: Update) -> Sent:
        if action.message is None:
            raise Refused("What it would change was not posted.")
        ts = action.message
        channel = action.channel or await self._private(workspace, action.member or "")
        await self._shown(
            workspace,
            action.card,
            lambda shown: workspace.calls.do(
                "chat.update",
                channel=channel,
                ts=ts,
                text=shown.text,
                blocks=shown.blocks,
                metadata={"event_type": EVENT_TYPE, "event_payload": {"key": action.post}},
            ),
        )
        return Sent(ts)

    async def _answer(self, workspace: Workspace, action: Answer) -> Sent:
        way, card = way_of(action.interaction), action.card
        in_words = show(card, workspace.bare_look(card))
        # A picture may not be ready at once, and Slack takes five answers there, good or bad.
        replaces = action.replaces
        if not card.pictures and way.url and await _respond(workspace, way.url, in_words, replaces=replaces):
            return Sent()
        try:
            made = await self._shown(workspace, card, lambda shown: self._whisper(workspace, action, shown))
        except Denied:
            # Hearth need not be in the channel that it was asked in.
            if card.pictures and way.url and await _respond(workspace, way.url, in_words):
                return Sent()
            raise
        return Sent(text_in(made, "ts") or None)

    async def _whisper(self, workspace: Workspace, action: Answer | Whisper, shown: Shown) -> Wire:
        """Say something that only one member sees."""
        said: dict[str, Any] = {"text": shown.text, "blocks": shown.blocks}
        if isinstance(action, Whisper) and action.thread is not None:
            said["thread_ts"] = action.thread
        if action.channel == action.member:
            # Done on Hearth's own page, which is in no channel.
            channel = await self._private(workspace, action.member)
            return await workspace.calls.do("chat.postMessage", channel=channel, **said)
        return await workspace.calls.do(
            "chat.postEphemeral", channel=action.channel, user=action.member, **said
        )

    async def _open(self, workspace: Workspace, action: OpenForm) -> Sent:
        way = way_of(action.interaction)
        view = form_view(action.form, kept(action.form.value, action.channel, way.url))
        try:
            await workspace.calls.do("views.open", trigger_id=way.trigger, view=view)
        except Denied as denied:
            if denied.code in ("expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"):
                await self._came_too_late(workspace, action, way.url)
            raise
        return Sent()

    async def _came_too_late(self, workspace: Workspace, action: OpenForm, url: str) -> None:
        """Tell whoever waits for a window that none opens: where they are, or alone."""
        shown = show(Card(text=_OVER), await workspace.look())
        if url:
            await _respond(workspace, url, shown)
        else:
            # On Hearth's own page there is no channel, and no address for answers.
            channel = await self._private(workspace, action.member)
            said: dict[str, Any] = {"text": shown.text, "blocks": shown.blocks}
            await workspace.calls.do("chat.postMessage", channel=channel, **said)

    async def _mark(self, workspace: Workspace, action: Mark) -> Sent:
        method = "reactions.add" if action.answered else "reactions.remove"
        try:
            await workspace.calls.do(method, channel=action.channel, timestamp=action.message, name=MARK)
        except Denied as denied:
            if denied.code not in ("already_reacted", "no_reaction"):
                raise
        return Sent()

    async def _private(self, workspace: Workspace, member: str) -> str:
        """Return the conversation in which a member is told something alone."""
        if member not in workspace.private:
            made = await workspace.calls.read("conversations.open", users=member)
            workspace.private[member] = text_in(object_in(made, "channel"), "id")
        return workspace.private[member]

    async def _shown(self, workspace: Workspace, card: Card, say: Callable[[Shown], Awaitable[Wire]]) -> Wire:
        """Say a card, again while Slack works on its pictures, and at last without them."""
        for tries in range(_PICTURE_TRIES):
            look = await workspace.look(card)
            try:
                return await say(show(card, look))
            except Denied as denied:
                if not look.files or not _about_a_file(denied):
                    raise
                log.info("picture_not_ready", tries=tries + 1)
                await asyncio.sleep(_PICTURE_PAUSE_S)
        workspace.pictures.forget(card.pictures)
        return await say(show(card, workspace.bare_look(card)))


def _about_a_file(denied: Denied) -> bool:
    """Tell whether Slack refused blocks for a file that it does not know yet."""
    if denied.code in ("slack_file_not_found", "file_not_found", "invalid_slack_file"):
        return True
    return denied.code in ("invalid_blocks", "invalid_arguments") and (
        not denied.details or any("file" in each for each in denied.details)
    )


async def _respond(workspace: Workspace, url: str, shown: Shown, *, replaces: bool = False) -> bool:
    """Answer where Slack waits for it; return whether it still did. Raises TryLater or Doubtful.

    The answer `replaces` what was pressed, or stands beside it.
    """
    client = AsyncWebhookClient(url, session=workspace.calls.client.session, retry_handlers=[])
    body = {
        "response_type": "ephemeral",
        "replace_original": replaces,
        "text": shown.text,
        "blocks": shown.blocks,
    }
    try:
        answer = await client.send_dict(body)
    except aiohttp.ClientConnectorError as error:
        raise TryLater("Slack cannot be reached.") from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Doubtful("The answer was sent, and nothing came back.") from error
    if answer.status_code >= 500:
        raise Doubtful(f"Slack met the answer with {answer.status_code}.")
    if answer.status_code == 429:
        raise TryLater("Slack asks to wait with answers.", seconds_to_wait(answer.headers))
    return answer.status_code == 200 and '"ok":false' not in "".join(answer.body.split())


def _key_in(message: Wire) -> str:
    metadata = object_in(message, "metadata")
    if metadata.get("event_type") != EVENT_TYPE:
        return ""
    return text_in(object_in(metadata, "event_payload"), "key")
