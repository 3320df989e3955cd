"""One workspace: its people, channels and apps, and what Slack tells apps of them."""

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from bot.clock import Clock
from tests.fakes.pretend_slack.apps import App, Installation
from tests.fakes.pretend_slack.files import File
from tests.fakes.pretend_slack.interactions import Interactions
from tests.fakes.pretend_slack.mrkdwn import escaped, links_made, typed_links
from tests.fakes.pretend_slack.people import Person
from tests.fakes.pretend_slack.refusal import Json
from tests.fakes.pretend_slack.talk import Author, Channel, Message, rich_text

if TYPE_CHECKING:
    from tests.fakes.pretend_slack.server import PretendSlack

_NAMES = {"im": "message.im", "channel": "message.channels", "group": "message.groups"}


class Workspace:
    """A workspace, with its members' clients. Make people and channels, and let them do things."""

    def __init__(self, slack: "PretendSlack", name: str, number: int) -> None:
        self.slack = slack
        self.name = name
        self.id = f"T{number:03}PRETEND"
        self.domain = re.sub("[^a-z0-9]+", "-", name.lower())
        # The Enterprise organisation that it is of, if it is of one.
        self.organisation: str | None = None
        # Whether who installs an app chooses the whole of that organisation.
        self.installs_everywhere = False
        self._ids = count(1)
        self._last_ts = 0
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.installations: dict[str, Installation] = {}
        # Those that ended among them, whose tokens are refused by another name.
        self.ever: list[Installation] = []
        self.groups: dict[str, Json] = {}
        self.files: dict[str, File] = {}
        self.interactions = Interactions(self)
        # Addresses that somebody typed as if they were Slack's own markup.
        self._typed: set[str] = set()
        # What our apps did that Slack would have swallowed, and what notified people it should not have.
        self.complaints: list[str] = []
        # In every list of members, and no bot by what Slack says of it.
        self.people["USLACKBOT"] = Person(self, "USLACKBOT", "Slackbot")
        self.general = self.channel("general", general=True)

    # Making it.

    @property
    def clock(self) -> Clock:
        return self.slack.clock

    @property
    def seconds(self) -> int:
        """The time, in whole seconds since 1970."""
        return int(self.clock.now().timestamp())

    @property
    def only(self) -> Installation:
        """The installation of the only app there is."""
        [installation] = self.installations.values()
        return installation

    def new_id(self, letter: str) -> str:
        """Return an id that nothing else here has."""
        return f"{letter}{self.id[1:4]}{next(self._ids):06}X"

    def person(
        self,
        name: str,
        *,
        admin: bool = False,
        owner: bool = False,
        email: str | None = None,
        joins: tuple[Channel, ...] = (),
        quietly: bool = True,
    ) -> Person:
        """Make somebody who is in #general and the channels given; apps are not told unless asked for."""
        person = Person(self, self.new_id("U"), name, admin=admin, owner=owner, email=email)
        self.people[person.id] = person
        if not quietly:
            self.tell_of("team_join", person)
        for channel in (self.general, *joins):
            if quietly:
                channel.members.append(person.id)
            else:
                self.comes_in(person, channel)
        return person

    def arrives(self, name: str, **given: Any) -> Person:
        """Have a stranger join the workspace, as Slack tells of it."""
        return self.person(name, quietly=False, **given)

    def channel(self, name: str, *, private: bool = False, general: bool = False) -> Channel:
        """Make a channel that nobody is in yet."""
        made = Channel(
            self.new_id("C"), name, "group" if private else "channel", self.seconds, general=general
        )
        self.channels[made.id] = made
        if not private and not general:
            told = {"id": made.id, "name": name, "created": made.created, "creator": "USLACKBOT"}
            self.tell("channel_created", channel=told)
        return made

    def install(
        self,
        app: App,
        installer: Person,
        *,
        scopes: set[str] | None = None,
        into: tuple[Channel, ...] = (),
    ) -> Installation:
        """Install an app, with the scopes of its manifest or those given, and invite it to channels."""
        bot_id = self.new_id("B")
        bot = Person(self, self.new_id("U"), app.name, bot_id=bot_id, app_id=app.id)
        self.people[bot.id] = bot
        granted = set(app.scopes) if scopes is None else scopes
        installation = Installation(app, self, bot, bot_id, granted, installer.id)
        self.installations[app.id] = app.installations[self.id] = installation
        self.ever.append(installation)
        for channel in into:
            channel.members.append(bot.id)
        return installation

    def uninstall(self, installation: Installation) -> None:
        """Remove an app: its tokens end, and it is told so."""
        self.tell_one(installation, "tokens_revoked", tokens={"oauth": [], "bot": [installation.bot.id]})
        self.tell_one(installation, "app_uninstalled")
        installation.ended = "account_inactive"
        del self.installations[installation.app.id]
        del installation.app.installations[self.id]

    def revoke(self, installation: Installation) -> None:
        """Have an administrator revoke an app's token, and tell it so."""
        self.tell_one(installation, "tokens_revoked", tokens={"oauth": [], "bot": [installation.bot.id]})
        installation.ended = "token_revoked"

    def group(self, handle: str, members: tuple[Person, ...]) -> str:
        """Make a user group; return its id."""
        name = self.new_id("S")
        self.groups[name] = {
            "id": name,
            "team_id": self.id,
            "is_usergroup": True,
            "name": handle,
            "handle": handle,
            "date_delete": 0,
            "users": [member.id for member in members],
            "user_count": len(members),
        }
        return name

    def direct(self, person: Person, bot: Person) -> Channel:
        """Return the direct conversation of two, which is made where there is none."""
        for channel in self.channels.values():
            if channel.kind == "im" and {person.id, bot.id} == set(channel.members):
                return channel
        made = Channel(self.new_id("D"), "", "im", self.seconds, members=[person.id, bot.id])
        self.channels[made.id] = made
        return made

    # What happens in it.

    def comes_in(self, person: Person, channel: Channel) -> None:
        """Put somebody into a channel, and tell who is in it."""
        assert person.id not in channel.members
        channel.members.append(person.id)
        words = f"<@{person.id}> has joined the channel"
        self.post(channel, Author(user=person.id), words, subtype=f"{channel.kind}_join")
        letter = "G" if channel.kind == "group" else "C"
        self.tell(
            "member_joined_channel",
            channel,
            user=person.id,
            channel=channel.id,
            channel_type=letter,
            team=self.id,
        )

    def goes_out(self, person: Person, channel: Channel) -> None:
        """Take somebody out of a channel, and tell who is in it."""
        channel.members.remove(person.id)
        if person.bot_id and person.app_id in self.installations:
            left = "group_left" if channel.kind == "group" else "channel_left"
            self.tell_one(self.installations[person.app_id], left, channel=channel.id, actor_id="USLACKBOT")
        letter = "G" if channel.kind == "group" else "C"
        self.tell(
            "member_left_channel",
            channel,
            user=person.id,
            channel=channel.id,
            channel_type=letter,
            team=self.id,
        )

    def rename(self, channel: Channel, name: str) -> None:
        """Give a channel another name."""
        channel.previous_names.append(channel.name)
        channel.name = name
        event = "group_rename" if channel.kind == "group" else "channel_rename"
        told = {"id": channel.id, "name": name, "created": channel.created, "is_channel": True}
        self.tell(event, channel if channel.kind == "group" else None, channel=told)

    def archive(self, channel: Channel, *, undo: bool = False) -> None:
        """Archive a channel, or bring it back."""
        channel.archived = not undo
        kind = "group" if channel.kind == "group" else "channel"
        event = f"{kind}_unarchive" if undo else f"{kind}_archive"
        self.tell(event, channel if kind == "group" else None, channel=channel.id, user="USLACKBOT")

    def post(
        self,
        channel: Channel,
        author: Author,
        text: str,
        *,
        blocks: list[Json] | None = None,
        thread: Message | None = None,
        broadcast: bool = False,
        metadata: Json | None = None,
        files: list[Json] | None = None,
        attachments: list[Json] | None = None,
        subtype: str | None = None,
        only_for: str | None = None,
        rich: bool = False,
        silently: bool = False,
    ) -> Message:
        """Put a message into a channel, and tell who is in it."""
        message = Message(
            channel.id,
            self._ts(),
            author,
            text,
            blocks or (rich_text(text) if rich else None),
            subtype=subtype or ("file_share" if files else None),
            metadata=metadata,
            files=files or [],
            attachments=attachments or [],
            only_for=only_for,
        )
        if thread is not None:
            message.thread_ts = thread.thread_ts or thread.ts
            if broadcast:
                message.broadcast, message.subtype = True, "thread_broadcast"
        channel.messages[message.ts] = message
        if only_for is None and not silently:
            told = channel.told(message, self.id)
            if broadcast and message.thread_ts:
                told["root"] = channel.told(channel.messages[message.thread_ts], self.id)
            self._tell_message(channel, told, message.ts)
        return message

    def post_with_blocks(self, person: Person, channel: Channel, text: str, blocks: list[Json]) -> Message:
        """Have an app post in somebody's name, with their own token: blocks and all."""
        assert person.id in channel.members
        return self.post(channel, Author(user=person.id), text, blocks=blocks)

    def change(self, message: Message, text: str, *, by: Person) -> None:
        """Change a member's message, and tell who is in its channel."""
        channel = self.channels[message.channel]
        before = channel.told(message, self.id)
        message.text, message.blocks = text, rich_text(text)
        message.edited = {"user": by.id, "ts": self._ts()}
        self.tell_changed(channel, message, before)

    def unfurl(self, message: Message, title: str) -> None:
        """Show a preview of what a message links to: Slack tells it as a change without an edit."""
        channel = self.channels[message.channel]
        before = channel.told(message, self.id)
        message.attachments = [
            {"id": 1, "title": title, "fallback": title, "from_url": "https://example.com"}
        ]
        self.tell_changed(channel, message, before)

    def tell_changed(self, channel: Channel, message: Message, before: Json) -> None:
        """Tell who is in a channel that a message reads differently."""
        told = {
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "message": channel.told(message, self.id),
            "previous_message": before,
        }
        self._tell_message(channel, told, self._ts())

    def remove(self, message: Message) -> None:
        """Delete a message; one with replies leaves a tombstone, as on Slack."""
        channel = self.channels[message.channel]
        before = channel.told(message, self.id)
        if len(channel.thread(message.ts)) > 1 and message.thread_ts is None:
            message.text, message.blocks, message.subtype = "This message was deleted.", None, "tombstone"
            message.author, message.files, message.metadata = Author(user="USLACKBOT"), [], None
            self.tell_changed(channel, message, before)
            return
        del channel.messages[message.ts]
        told = {
            "type": "message",
            "subtype": "message_deleted",
            "hidden": True,
            "deleted_ts": message.ts,
            "previous_message": before,
        }
        self._tell_message(channel, told, self._ts())

    def react(self, person: Person, message: Message, emoji: str) -> None:
        """Add a reaction, and tell who is in the channel."""
        message.reactions.setdefault(emoji, []).append(person.id)
        self._tell_reaction("reaction_added", person, message, emoji)

    def unreact(self, person: Person, message: Message, emoji: str) -> None:
        """Take a reaction away, and tell who is in the channel."""
        message.reactions[emoji].remove(person.id)
        if not message.reactions[emoji]:
            del message.reactions[emoji]
        self._tell_reaction("reaction_removed", person, message, emoji)

    def other_app_posts(
        self,
        channel: Channel,
        name: str,
        text: str,
        blocks: list[Json] | None = None,
        *,
        classic: bool = False,
    ) -> Message:
        """Have another app post: by its bot user, or as classic apps and webhooks do, by name alone."""
        if classic:
            author = Author(bot=self.new_id("B"), name=name)
            return self.post(channel, author, text, blocks=blocks, subtype="bot_message")
        bot = next((each for each in self.people.values() if each.name == name), None)
        if bot is None:
            bot = Person(self, self.new_id("U"), name, bot_id=self.new_id("B"), app_id=self.new_id("A"))
            self.people[bot.id] = bot
            channel.members.append(bot.id)
        author = Author(user=bot.id, bot=bot.bot_id, app=bot.app_id, name=name)
        return self.post(channel, author, text, blocks=blocks)

    def typed(self, text: str, *, names: bool = False) -> str:
        """Return what somebody types as Slack tells it; in commands with the names of those mentioned."""
        self._typed |= typed_links(text)
        text = links_made(escaped(text))
        for person in self.people.values():
            text = text.replace(f"@{person.name}", f"<@{person.id}{f'|{person.handle}' if names else ''}>")
        for channel in self.channels.values():
            if channel.kind == "channel":
                text = re.sub(rf"#{re.escape(channel.name)}\b", f"<#{channel.id}|{channel.name}>", text)
        return re.sub(r"(?<![<!\w])@(channel|here|everyone)\b", r"<!\1>", text)

    # Files.

    def shared_file(self, person: Person, name: str) -> Json:
        """Return a file that somebody shares, as Slack tells it."""
        file = File(self.new_id("F"), name, b"words", person.id, "", shared=True)
        self.files[file.id] = file
        return file.wire(self)

    def has_file(self, name: str) -> bool:
        """Tell whether a file can be shown in blocks: uploaded whole, a picture, and processed."""
        file = self.files.get(name)
        return file is not None and file.ready(self.clock.now())

    # What apps are told.

    def tell(self, event: str, within: Channel | None = None, /, **told: Any) -> None:
        """Tell an event to every app that hears it; within a channel, to those in it."""
        for installation in list(self.installations.values()):
            if within is None or installation.bot.id in within.members:
                self.tell_one(installation, event, **told)

    def tell_of(self, event: str, person: Person) -> None:
        """Tell an event about somebody to every app that hears it, with their address where it may know."""
        for installation in list(self.installations.values()):
            email = "users:read.email" in installation.scopes
            self.tell_one(installation, event, user=person.wire(email=email), cache_ts=self.seconds)

    def tell_one(self, installation: Installation, event: str, /, **told: Any) -> None:
        """Tell an event to one app, if it hears it."""
        if installation.hears(event):
            kind = "message" if event.startswith("message.") else event
            self._deliver(installation, {"type": kind, **told})

    def _tell_message(self, channel: Channel, told: Json, ts: str) -> None:
        kind = "group" if channel.kind == "group" else channel.kind
        for installation in list(self.installations.values()):
            if installation.bot.id in channel.members and installation.hears(_NAMES[channel.kind]):
                event = {"ts": ts, **told, "channel": channel.id, "channel_type": kind, "event_ts": ts}
                self._deliver(installation, event)

    def _tell_reaction(self, event: str, person: Person, message: Message, emoji: str) -> None:
        self.tell(
            event,
            self.channels[message.channel],
            user=person.id,
            reaction=emoji,
            item={"type": "message", "channel": message.channel, "ts": message.ts},
            **({"item_user": message.author.user} if message.author.user else {}),
        )

    def _deliver(self, installation: Installation, event: Json) -> None:
        body = {
            "token": installation.app.verification_token,
            "team_id": self.id,
            "context_team_id": self.id,
            "context_enterprise_id": None,
            "api_app_id": installation.app.id,
            "event": {"event_ts": self._ts(), **event},
            "type": "event_callback",
            "event_id": self.new_id("Ev"),
            "event_time": self.seconds,
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": self.id,
                    "user_id": installation.bot.id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": "4-pretend",
        }
        self.slack.deliveries(installation.app).put("events_api", body)

    # Looking whether all is well.

    def posts(self, installation: Installation | None = None) -> Iterator[Message]:
        """Give what an app posted anywhere, for all or for one."""
        installation = installation or self.only
        for channel in self.channels.values():
            for message in channel.messages.values():
                if message.author.bot == installation.bot_id and message.subtype is None:
                    yield message

    def check(self) -> None:
        """Raise AssertionError if an app did what Slack would swallow, or notified whom it must not."""
        wrong = list(self.complaints)
        for installation in self.installations.values():
            for message in self.posts(installation):
                unmeant = message.pings - installation.may_ping
                if unmeant:
                    wrong.append(f"a message notifies {sorted(unmeant)}: {message.shown!r}")
                forged = {target for target, _ in message.links} & self._typed
                if forged:
                    wrong.append(f"somebody's words became links to {sorted(forged)}: {message.shown!r}")
        assert not wrong, "\n".join(wrong)

    def complain(self, what: str) -> None:
        """Note something that Slack would have swallowed, and that must not be."""
        self.complaints.append(what)

    def installation_of(self, message: Message) -> Installation:
        """Return the installation whose app posted a message. Raises AssertionError."""
        for installation in self.installations.values():
            if installation.bot_id == message.author.bot:
                return installation
        raise AssertionError("No app here posted that message.")

    def permalink(self, message: Message) -> str:
        """Return a message's address."""
        path = f"https://{self.domain}.slack.com/archives/{message.channel}/p{message.ts.replace('.', '')}"
        return f"{path}?thread_ts={message.thread_ts}&cid={message.channel}" if message.thread_ts else path

    def _ts(self) -> str:
        micros = int(self.clock.now().timestamp() * 1_000_000)
        self._last_ts = max(micros, self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06}"

    def forward(self, by: timedelta) -> None:
        """Let time go by."""
        self.clock.forward(by)
