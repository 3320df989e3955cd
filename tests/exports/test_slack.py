"""A Slack export, zip or folder, gives what happened in its channels."""

from pathlib import Path

import pytest

from adapters.exports import open_export
from bot.cards import MessageRef
from bot.events import (
    ChannelFound,
    CommunityFound,
    MemberChanged,
    MemberJoined,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
)
from bot.language.links import Link
from tests.exports.made import MadeSlack, after, read, ts


@pytest.fixture
def slack() -> MadeSlack:
    return MadeSlack()


@pytest.mark.parametrize("packed", [True, False], ids=["zip", "folder"])
def test_talk_is_read_from_a_zip_and_from_a_folder(slack: MadeSlack, tmp_path: Path, packed: bool) -> None:
    slack.says("ada", "how do I export to CSV?")
    slack.says("bob", "Settings, then Export", minutes=5)

    outcome = read(slack.zip(tmp_path) if packed else slack.folder(tmp_path))

    assert outcome.texts == ["how do I export to CSV?", "Settings, then Export"]
    assert outcome.problems == []
    asked = outcome.all(MessagePosted)[0]
    assert (asked.community, asked.channel, asked.message) == ("slack:T0MADE", "CGENERAL", ts(0))
    assert (asked.author, asked.author_name, asked.at) == ("UADA", "ada", after(0))


def test_the_community_and_its_channels_come_first(slack: MadeSlack, tmp_path: Path) -> None:
    slack.channel("GBACK", "backstage", "groups.json")
    slack.channel("COLD", "old", is_archived=True)
    slack.says("ada", "hello")
    slack.says("bob", "hush", where="backstage")
    slack.says("bob", "long ago", where="old")

    outcome = read(slack.zip(tmp_path, "Makers Slack export Jan 1 2024 - Jan 3 2024.zip"))

    assert isinstance(outcome.events[0], CommunityFound)
    assert outcome.events[0].name == "Makers"
    channels = {event.name: (event.private, event.archived) for event in outcome.all(ChannelFound)}
    assert channels == {"general": (False, False), "backstage": (True, False), "old": (False, True)}
    assert outcome.total == len(outcome.events)


def test_people_are_told_of_when_they_first_appear(slack: MadeSlack, tmp_path: Path) -> None:
    slack.says("ada", "hello", reactions=[{"name": "wave", "users": ["UCLEO"], "count": 1}])

    outcome = read(slack.zip(tmp_path))

    people = {event.name: event.admin for event in outcome.all(MemberChanged)}
    assert people == {"ada": False, "cleo": True}
    kinds = [event.kind for event in outcome.events]
    assert kinds.index("member_changed") < kinds.index("message_posted")


def test_who_administers_another_workspace_administers_nothing_here(slack: MadeSlack, tmp_path: Path) -> None:
    slack.person("UEVE", "eve", team_id="T0ELSEWHERE", is_admin=True)
    of_both = {"id": "UFAY", "enterprise_id": "E0ALL", "teams": ["T0ELSEWHERE", "T0MADE"]}
    slack.person("UFAY", "fay", team_id="T0ELSEWHERE", is_owner=True, enterprise_user=of_both)
    for who in ("cleo", "eve", "fay"):
        slack.says(who, f"hello from {who}")

    outcome = read(slack.zip(tmp_path))

    people = {event.name: event.admin for event in outcome.all(MemberChanged)}
    assert people == {"cleo": True, "eve": False, "fay": True}
    assert outcome.only(CommunityFound).community == "slack:T0MADE"


def test_the_first_join_record_of_a_person_is_their_joining(slack: MadeSlack, tmp_path: Path) -> None:
    slack.channel("CRANDOM", "random")
    slack.says("ada", "<@UADA> has joined the channel", minutes=3, subtype="channel_join")
    slack.says("ada", "<@UADA> has joined the channel", minutes=4, subtype="channel_join", where="random")
    slack.says("ada", "hi all", minutes=5)

    outcome = read(slack.zip(tmp_path))

    joined = outcome.only(MemberJoined)
    assert (joined.member, joined.name, joined.at) == ("UADA", "ada", after(3))
    assert outcome.texts == ["hi all"]


def test_who_spoke_before_their_first_join_record_had_joined_long_ago(
    slack: MadeSlack, tmp_path: Path
) -> None:
    slack.channel("CRANDOM", "random")
    slack.says("ada", "I have been here for years")
    slack.says("ada", "<@UADA> has joined the channel", minutes=4, subtype="channel_join", where="random")

    outcome = read(slack.zip(tmp_path))

    assert outcome.all(MemberJoined) == []
    assert outcome.only(MemberChanged).member == "UADA"


@pytest.mark.parametrize("subtype", ["channel_leave", "channel_topic", "pinned_item", "huddle_thread"])
def test_what_slack_writes_by_itself_is_no_talk(slack: MadeSlack, tmp_path: Path, subtype: str) -> None:
    slack.says("ada", "hello")
    slack.says("ada", "did something", minutes=1, subtype=subtype)

    outcome = read(slack.zip(tmp_path))

    assert outcome.texts == ["hello"]
    assert outcome.problems == []


def test_bots_are_known_as_bots(slack: MadeSlack, tmp_path: Path) -> None:
    slack.person("UROBOT", "robot", is_bot=True)
    slack.says("robot", "beep")
    slack.wire({"type": "message", "subtype": "bot_message", "bot_id": "BHOOK", "username": "hook",
                "text": "a build failed", "ts": ts(1)})  # fmt: skip
    slack.says("ada", "sent through an app", minutes=2, bot_id="BAPP")
    slack.wire({"type": "message", "user": "USLACKBOT", "text": "a reminder", "ts": ts(3)})

    outcome = read(slack.zip(tmp_path))

    authors = [(each.author, each.author_name, each.author_is_bot) for each in outcome.all(MessagePosted)]
    assert authors == [
        ("UROBOT", "robot", True),
        ("BHOOK", "hook", True),
        ("UADA", "ada", True),
        ("USLACKBOT", "USLACKBOT", True),
    ]
    assert outcome.problems == []


def test_replies_stand_under_their_root_and_the_root_under_nothing(slack: MadeSlack, tmp_path: Path) -> None:
    slack.says("ada", "anyone?", thread_ts=ts(0))
    slack.says("bob", "yes", minutes=1, thread_ts=ts(0))
    slack.says("bob", "yes, all of you", minutes=2, thread_ts=ts(0), subtype="thread_broadcast")

    outcome = read(slack.zip(tmp_path))

    assert [each.thread for each in outcome.all(MessagePosted)] == [None, ts(0), ts(0)]


def test_an_edited_message_is_posted_and_edited(slack: MadeSlack, tmp_path: Path) -> None:
    slack.says("ada", "now right", edited={"user": "UADA", "ts": ts(7)})

    outcome = read(slack.zip(tmp_path))

    edited = outcome.only(MessageEdited)
    assert (edited.text, edited.message, edited.posted_at, edited.at) == (
        "now right",
        ts(0),
        after(0),
        after(7),
    )
    assert outcome.texts == ["now right"]


def test_logs_of_changes_are_read_too(slack: MadeSlack, tmp_path: Path) -> None:
    slack.says("ada", "before")
    slack.says("bob", "to be gone", minutes=1)
    changed = {"type": "message", "user": "UADA", "text": "after", "ts": ts(0)}
    slack.wire({"type": "message", "subtype": "message_changed", "message": changed, "ts": ts(2)})
    slack.wire({"type": "message", "subtype": "message_deleted", "deleted_ts": ts(1), "ts": ts(3)})

    outcome = read(slack.zip(tmp_path))

    assert outcome.texts == ["before", "to be gone"]
    assert outcome.only(MessageEdited).text == "after"
    assert outcome.only(MessageDeleted).message == ts(1)


def test_a_tombstone_is_a_deletion_and_keeps_its_replies(slack: MadeSlack, tmp_path: Path) -> None:
    slack.wire({"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "hidden": True,
                "text": "This message was deleted.", "ts": ts(0), "thread_ts": ts(0)})  # fmt: skip
    slack.says("bob", "I had answered", minutes=1, thread_ts=ts(0))

    outcome = read(slack.zip(tmp_path))

    assert outcome.only(MessageDeleted).message == ts(0)
    assert outcome.texts == ["I had answered"]
    assert outcome.problems == []


def test_reactions_are_of_the_people_who_are_named(slack: MadeSlack, tmp_path: Path) -> None:
    check = {"name": "white_check_mark::skin-tone-2", "users": ["UADA", "UBOB"], "count": 5}
    slack.says("ada", "solved it", reactions=[check])

    outcome = read(slack.zip(tmp_path))

    given = [(each.member, each.emoji, each.at) for each in outcome.all(ReactionAdded)]
    assert given == [("UADA", "white_check_mark", after(0)), ("UBOB", "white_check_mark", after(0))]
    assert outcome.complaints == ["export: reactions that do not say who gave them were left out (3)."]


def test_files_without_a_word_are_messages(slack: MadeSlack, tmp_path: Path) -> None:
    files = [{"id": "F1", "name": "a.png"}, {"id": "F2", "mode": "tombstone"}]
    slack.says("ada", "", files=files, upload=True)

    assert read(slack.zip(tmp_path)).only(MessagePosted).attachments == 1


def test_an_app_speaks_through_blocks_and_buttons(slack: MadeSlack, tmp_path: Path) -> None:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "The Weekly &amp; more"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "Read <https://example.com/a|the story>"},
         "accessory": {"type": "static_select", "options": [{"text": {"text": "Daily"}, "value": "d"}]}},
        {"type": "actions", "elements": [
            {"type": "button", "text": {"type": "plain_text", "text": "Subscribe"},
             "url": "https://example.com/s"}]},
    ]  # fmt: skip
    slack.wire({"type": "message", "subtype": "bot_message", "bot_id": "BNEWS", "username": "news",
                "text": "", "blocks": blocks, "ts": ts(0)})  # fmt: skip

    posted = read(slack.zip(tmp_path)).only(MessagePosted)

    assert posted.text == "The Weekly & more\nRead the story"
    assert posted.links == (
        Link("the story", "https://example.com/a"),
        Link("Daily", "", button=True),
        Link("Subscribe", "https://example.com/s", button=True),
    )


def test_an_app_speaks_through_attachments(slack: MadeSlack, tmp_path: Path) -> None:
    attachment = {
        "pretext": "New in the shop",
        "title": "A mug",
        "title_link": "https://example.com/mug",
        "fields": [{"title": "Price", "value": "9"}],
        "actions": [{"type": "button", "text": "Buy", "url": "https://example.com/buy"}],
    }
    slack.wire({"type": "message", "subtype": "bot_message", "bot_id": "BSHOP", "username": "shop",
                "text": "", "attachments": [attachment], "ts": ts(0)})  # fmt: skip

    posted = read(slack.zip(tmp_path)).only(MessagePosted)

    assert posted.text == "New in the shop\nA mug\nPrice\n9"
    assert Link("Buy", "https://example.com/buy", button=True) in posted.links


def test_what_people_type_is_not_said_twice_and_previews_are_not_theirs(
    slack: MadeSlack, tmp_path: Path
) -> None:
    section = {
        "type": "rich_text_section",
        "elements": [{"type": "text", "text": "look: https://example.com"}],
    }
    rich = {"type": "rich_text", "elements": [section]}
    preview = {"from_url": "https://example.com", "title": "Buy now", "text": "Only today"}
    slack.says("ada", "look: <https://example.com>", blocks=[rich], attachments=[preview])

    posted = read(slack.zip(tmp_path)).only(MessagePosted)

    assert posted.text == "look: https://example.com"
    assert posted.links == (Link("", "https://example.com"),)


def test_rich_text_is_read_where_there_is_no_other(slack: MadeSlack, tmp_path: Path) -> None:
    section = {"type": "rich_text_section", "elements": [
        {"type": "user", "user_id": "UBOB"}, {"type": "text", "text": " is 1 < 2 in "},
        {"type": "channel", "channel_id": "CGENERAL"}, {"type": "text", "text": "? "},
        {"type": "broadcast", "range": "here"}, {"type": "emoji", "name": "wave"},
        {"type": "link", "url": "https://example.com", "text": "here"}]}  # fmt: skip
    code = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "1 < 2"}]}
    slack.says("ada", "", blocks=[{"type": "rich_text", "elements": [section, code]}])

    posted = read(slack.zip(tmp_path)).only(MessagePosted)

    assert posted.text == "@bob is 1 < 2 in #general? @here:wave:here\n```1 < 2```"
    assert posted.mentions == ("UBOB",)


def test_direct_messages_are_nobody_elses_business(slack: MadeSlack, tmp_path: Path) -> None:
    slack.lists["dms.json"] = [{"id": "D1", "members": ["UADA", "UBOB"]}]
    slack.lists["mpims.json"] = [{"id": "G2", "name": "mpdm-ada--bob--cleo-1"}]
    slack.says("ada", "in public")
    slack.says("ada", "a secret", where="D1")
    slack.says("ada", "a secret of three", where="mpdm-ada--bob--cleo-1")
    slack.put("FC:F1:plan/canvas.json", {})
    slack.put("canvases.json", [])
    slack.put("integration_logs.json", [])

    outcome = read(slack.zip(tmp_path))

    assert outcome.texts == ["in public"]
    assert outcome.complaints == [
        "export: folders of direct messages were left out, for they were not said to the community (2)."
    ]


def test_an_export_in_a_folder_of_its_own_is_found(slack: MadeSlack, tmp_path: Path) -> None:
    slack.says("ada", "hello")
    slack.folder(tmp_path)

    assert read(tmp_path).texts == ["hello"]


def test_links_lead_to_the_workspace_where_the_export_names_it(slack: MadeSlack, tmp_path: Path) -> None:
    slack.says("ada", "see", files=[{"permalink": "https://makers.slack.com/files/UADA/F1/a.png"}])
    reply = MessageRef(channel="CGENERAL", message="1704186060.000200", thread="1704186000.000100")

    with open_export([slack.zip(tmp_path)]) as export:
        link = export.permalink(reply)

    query = "thread_ts=1704186000.000100&cid=CGENERAL"
    assert link == f"https://makers.slack.com/archives/CGENERAL/p1704186060000200?{query}"


def test_without_an_address_links_lead_to_the_web_client(slack: MadeSlack, tmp_path: Path) -> None:
    slack.says("ada", "see")

    with open_export([slack.zip(tmp_path)]) as export:
        link = export.permalink(MessageRef(channel="CGENERAL", message="1704186060.000200"))

    assert link == "https://app.slack.com/client/T0MADE/CGENERAL/p1704186060000200"
