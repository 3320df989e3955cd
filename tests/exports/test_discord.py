"""What DiscordChatExporter writes, file, folder or zip, gives what happened in a server's channels."""

from pathlib import Path

import pytest

from adapters.exports import open_export
from bot.cards import MessageRef
from bot.events import (
    ChannelFound,
    CommunityFound,
    MemberChanged,
    MemberJoined,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
)
from bot.language.links import Link
from tests.exports.made import MadeDiscord, after, discord_message, discord_user, read


@pytest.fixture
def discord() -> MadeDiscord:
    return MadeDiscord()


@pytest.mark.parametrize("as_what", ["file", "folder", "zip"])
def test_talk_is_read_from_a_file_a_folder_and_a_zip(
    discord: MadeDiscord, tmp_path: Path, as_what: str
) -> None:
    file = discord.channel([discord_message("ada", "any news?"), discord_message("bob", "none", 5)])
    path = discord.zip(tmp_path) if as_what == "zip" else discord.folder(tmp_path)

    outcome = read(path / file if as_what == "file" else path)

    assert outcome.texts == ["any news?", "none"]
    assert outcome.problems == []
    asked = outcome.all(MessagePosted)[0]
    assert (asked.community, asked.channel, asked.message) == ("discord:900", "910", "1000000")
    assert (asked.author, asked.author_name, asked.at) == ("801", "Ada", after(0))


def test_the_server_and_its_channels_come_first(discord: MadeDiscord, tmp_path: Path) -> None:
    discord.channel([discord_message("ada", "hello")])
    discord.channel([], "920", "staff", "GuildPrivateThread")

    outcome = read(discord.zip(tmp_path))

    assert isinstance(outcome.events[0], CommunityFound)
    assert outcome.events[0].name == "Made server"
    channels = {event.name: event.private for event in outcome.all(ChannelFound)}
    assert channels == {"Talk / general": False, "Talk / staff": True}


def test_replies_name_what_they_answer(discord: MadeDiscord, tmp_path: Path) -> None:
    question = discord_message("ada", "why?")
    answer = discord_message("bob", "because", 1, type="Reply", reference={"messageId": question["id"]})
    discord.channel([question, answer])

    assert [each.reply_to for each in read(discord.zip(tmp_path)).all(MessagePosted)] == [
        None,
        question["id"],
    ]


@pytest.mark.parametrize("kind", ["GuildPublicThread", "GuildPrivateThread", "GuildNewsThread", "11"])
def test_in_a_thread_all_messages_stand_under_the_first(
    discord: MadeDiscord, tmp_path: Path, kind: str
) -> None:
    # Newest first, as the exporter can be told to write, and in two parts.
    discord.channel([discord_message("bob", "third", 3)], "930", "a post", kind, part=2)
    discord.channel(
        [discord_message("bob", "second", 2), discord_message("ada", "first", 1)], "930", "a post", kind
    )

    first, second, third = read(discord.zip(tmp_path)).all(MessagePosted)

    assert (first.text, first.thread) == ("first", None)
    assert (second.thread, third.thread) == (first.message, first.message)


def test_a_thread_started_from_a_message_stands_under_that(discord: MadeDiscord, tmp_path: Path) -> None:
    question = discord_message("ada", "why?", id="930")
    note = discord_message("ada", "", 1, type="21", reference={"messageId": "930", "channelId": "910"})
    thanks = [{"emoji": {"name": "🙏"}, "count": 1, "users": [discord_user("ada")]}]
    answer = discord_message("bob", "because", 2, reactions=thanks)
    discord.channel([question])
    # The note stands first, but for exports that were written newest first.
    discord.channel([answer, note], "930", "why?", "GuildPublicThread")

    outcome = read(discord.zip(tmp_path))

    said = [(each.text, each.channel, each.thread) for each in outcome.all(MessagePosted)]
    assert said == [("why?", "910", None), ("because", "910", "930")]
    assert outcome.only(ReactionAdded).channel == "910"
    assert [channel.name for channel in outcome.all(ChannelFound)] == ["Talk / general"]


def test_a_message_in_such_a_thread_has_its_address_there(discord: MadeDiscord, tmp_path: Path) -> None:
    note = discord_message("ada", "", 1, type="21", reference={"messageId": "930", "channelId": "910"})
    discord.channel([discord_message("ada", "why?", id="930")])
    discord.channel([note, discord_message("bob", "because", 2)], "930", "why?", "GuildPublicThread")

    with open_export([discord.zip(tmp_path)]) as export:
        answer = export.permalink(MessageRef(channel="910", message="1002000", thread="930"))
        question = export.permalink(MessageRef(channel="910", message="930"))

    assert answer == "https://discord.com/channels/900/930/1002000"
    assert question == "https://discord.com/channels/900/910/930"


def test_a_thread_whose_starter_was_not_exported_is_a_channel_of_its_own(
    discord: MadeDiscord, tmp_path: Path
) -> None:
    note = discord_message("ada", "", 1, type="21", reference={"messageId": "930", "channelId": "910"})
    discord.channel([note, discord_message("bob", "because", 2)], "930", "why?", "GuildPublicThread")

    reply = read(discord.zip(tmp_path)).only(MessagePosted)

    assert (reply.channel, reply.thread) == ("930", "930")


def test_a_part_of_a_thread_stands_under_the_starter_that_was_not_exported(
    discord: MadeDiscord, tmp_path: Path
) -> None:
    discord.channel(
        [discord_message("bob", "late", 9)],
        "930",
        "a post",
        "GuildPublicThread",
        dateRange={"after": after(5).isoformat(), "before": None},
    )

    assert read(discord.zip(tmp_path)).only(MessagePosted).thread == "930"


def test_joining_is_joining_and_notices_are_no_talk(discord: MadeDiscord, tmp_path: Path) -> None:
    discord.channel([
        discord_message("ada", "Joined the server.", type="GuildMemberJoin"),
        discord_message("ada", "Pinned a message.", 1, type="ChannelPinnedMessage"),
        discord_message("ada", "Started a thread.", 2, type="ThreadCreated"),
        discord_message("ada", "Boosted.", 3, type="8"),
        discord_message("ada", "hello", 4),
    ])  # fmt: skip

    outcome = read(discord.zip(tmp_path))

    assert outcome.only(MemberJoined).at == after(0)
    assert outcome.all(MemberChanged) == []
    assert outcome.texts == ["hello"]
    assert outcome.problems == []


def test_an_edit_is_told_with_its_time(discord: MadeDiscord, tmp_path: Path) -> None:
    discord.channel([discord_message("ada", "now right", timestampEdited=after(7).isoformat())])

    edited = read(discord.zip(tmp_path)).only(MessageEdited)

    assert (edited.text, edited.posted_at, edited.at) == ("now right", after(0), after(7))


def test_bots_speak_through_embeds_and_buttons(discord: MadeDiscord, tmp_path: Path) -> None:
    embed = {
        "title": "The Weekly",
        "url": "https://example.com/w",
        "description": "All that is new",
        "author": {"name": "Newsdesk"},
        "fields": [{"name": "Price", "value": "free", "isInline": True}],
        "footer": {"text": "unsubscribe at any time"},
    }
    button = {"type": "Button", "style": "Link", "label": "Subscribe", "url": "https://example.com/s"}
    row = {"type": "ActionRow", "components": [button]}
    author = discord_user("news", isBot=True)
    discord.channel([discord_message("news", "", author=author, embeds=[embed], components=[row])])

    posted = read(discord.zip(tmp_path)).only(MessagePosted)

    assert posted.author_is_bot
    assert posted.text == "Newsdesk\nThe Weekly\nAll that is new\nPrice\nfree\nunsubscribe at any time"
    assert posted.links == (
        Link("The Weekly", "https://example.com/w"),
        Link("Subscribe", "https://example.com/s", button=True),
    )


def test_previews_under_a_persons_message_are_not_theirs(discord: MadeDiscord, tmp_path: Path) -> None:
    preview = {"title": "Buy now", "url": "https://example.com", "description": "Only today"}
    discord.channel([discord_message("ada", "see https://example.com", embeds=[preview])])

    posted = read(discord.zip(tmp_path)).only(MessagePosted)

    assert posted.text == "see https://example.com"
    assert posted.links == (Link("", "https://example.com"),)


def test_markup_that_was_left_alone_is_read(discord: MadeDiscord, tmp_path: Path) -> None:
    said = "<@801> <@!801> see <#910> <:yes:12345> [the page](https://example.com) <https://example.com/b>"
    discord.channel([discord_message("bob", said, mentions=[discord_user("ada")])])

    posted = read(discord.zip(tmp_path)).only(MessagePosted)

    assert posted.text == "@Ada @Ada see #general :yes: the page https://example.com/b"
    assert posted.links == (Link("the page", "https://example.com"), Link("", "https://example.com/b"))
    assert posted.mentions == ("801",)


def test_files_and_stickers_are_counted_also_those_passed_on(discord: MadeDiscord, tmp_path: Path) -> None:
    forwarded = {"content": "seen elsewhere", "attachments": [{"id": "3"}], "stickers": []}
    files = {"attachments": [{"id": "1"}], "stickers": [{"id": "2"}], "forwardedMessage": forwarded}
    discord.channel([discord_message("ada", "") | files])

    posted = read(discord.zip(tmp_path)).only(MessagePosted)

    assert (posted.text, posted.attachments) == ("seen elsewhere", 3)


def test_reactions_are_of_the_people_who_are_named(discord: MadeDiscord, tmp_path: Path) -> None:
    emoji = {"id": "", "name": "✅", "code": "white_check_mark"}
    reactions = [{"emoji": emoji, "count": 3, "users": [discord_user("cleo")]}]
    discord.channel([discord_message("ada", "solved", reactions=reactions)])

    outcome = read(discord.zip(tmp_path))

    given = outcome.only(ReactionAdded)
    assert (given.member, given.emoji, given.at) == ("803", "✅", after(0))
    assert {each.name for each in outcome.all(MemberChanged)} == {"Ada", "Cleo"}
    assert outcome.complaints == ["Made server: reactions that do not say who gave them were left out (2)."]


def test_direct_messages_are_nobody_elses_business(discord: MadeDiscord, tmp_path: Path) -> None:
    discord.channel([discord_message("ada", "in public")])
    direct = {"id": "0", "name": "Direct Messages"}
    secret = discord.channel(
        [discord_message("ada", "a secret")], "940", "ada", "DirectTextChat", guild=direct
    )

    outcome = read(discord.zip(tmp_path))

    assert outcome.texts == ["in public"]
    assert outcome.complaints == [
        f"{secret}: holds direct messages, which were not said to a community: left out."
    ]


def test_links_lead_to_the_message(discord: MadeDiscord, tmp_path: Path) -> None:
    discord.channel([discord_message("ada", "hello")])

    with open_export([discord.zip(tmp_path)]) as export:
        link = export.permalink(MessageRef(channel="910", message="1000000"))

    assert link == "https://discord.com/channels/900/910/1000000"
