"""What Slack tells becomes Hearth's events: live, changed, removed, from history, whoever it is by."""

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.slack.directory import Directory, person_of, place_of
from adapters.slack.translate import posted, take
from bot.events import (
    CapabilityFound,
    ChannelFound,
    ChannelJoined,
    ChannelLeft,
    Happened,
    HomeOpened,
    MemberChanged,
    MemberJoined,
    MemberLeft,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
    Uninstalled,
)

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
TS = "1772445600.000100"
BEFORE = "1772445000.000100"


def user(id_: str, name: str, **more: Any) -> dict[str, Any]:
    return {"id": id_, "name": name, "profile": {"display_name": name}, **more}


@pytest.fixture
def directory() -> Directory:
    """A workspace in which Ada and Bob are, and Hearth in #help."""
    made = Directory("slack:T1", "UHEARTH", "BHEARTH")
    for each in (user("U1", "Ada", is_admin=True), user("U2", "Bob"), user("UHEARTH", "Hearth", is_bot=True)):
        made.people[each["id"]] = person_of(each, "T1")
    made.places["C1"] = place_of({"id": "C1", "name": "help", "is_member": True})
    return made


def told(directory: Directory, **event: Any) -> list[Happened]:
    """Return what an event tells, and let the directory learn from it, as the listener does."""
    return take(event, NOW, directory)


def message(**more: Any) -> dict[str, Any]:
    return {"type": "message", "channel": "C1", "channel_type": "channel", "user": "U2", "ts": TS, **more}


def test_a_message_reads_as_people_see_it(directory: Directory) -> None:
    text = "Hi <@U1>, see <#C1> &amp; <https://x.example|this> <!channel>"
    [said] = told(directory, **message(text=text))

    assert isinstance(said, MessagePosted)
    assert said.text == "Hi @Ada, see #help & this @channel"
    assert said.mentions == ("U1",)
    assert [link.url for link in said.links] == ["https://x.example"]
    assert (said.id, said.author_name, said.thread) == (f"4-posted:C1:{TS}", "Bob", None)


def test_a_reply_also_sent_to_the_channel_is_one_message(directory: Directory) -> None:
    [live] = told(directory, **message(text="yes", subtype="thread_broadcast", thread_ts=BEFORE))
    [read] = posted({"ts": TS, "user": "U2", "text": "yes", "thread_ts": BEFORE}, "C1", directory)

    assert isinstance(live, MessagePosted)
    assert live.thread == BEFORE
    assert live == read


@pytest.mark.parametrize(
    "event",
    [
        message(text="x", user="UHEARTH"),
        message(text="x", user=None, bot_id="BHEARTH", subtype="bot_message"),
        message(text="x", channel="D1", channel_type="im"),
        message(text="x", channel_type="mpim", channel="G1"),
        message(text="<@U2> has joined", subtype="channel_join"),
        message(subtype="message_replied", message={"ts": TS}),
        message(subtype="message_changed", message={"ts": TS, "user": "UHEARTH", "text": "x"}),
        message(subtype="message_deleted", deleted_ts=TS, previous_message={"user": "UHEARTH", "ts": TS}),
        message(subtype="a_kind_of_tomorrow", text="x"),
    ],
)
def test_what_is_no_members_talk_is_no_event(directory: Directory, event: dict[str, Any]) -> None:
    assert told(directory, **event) == []


def test_another_apps_post_is_an_apps(directory: Directory) -> None:
    button = {
        "type": "button",
        "text": {"type": "plain_text", "text": "Subscribe"},
        "url": "https://x.example",
    }
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": "Our *summer sale* is live"}},
        {"type": "actions", "elements": [button]},
    ]
    event = message(
        user=None, bot_id="B9", subtype="bot_message", username="Newsletter", text="", blocks=blocks
    )
    [said] = told(directory, **event)

    assert isinstance(said, MessagePosted)
    assert (said.author, said.author_name, said.author_is_bot) == ("B9", "Newsletter", True)
    assert said.text == "Our *summer sale* is live"
    assert [(link.label, link.button) for link in said.links] == [("Subscribe", True)]


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    base = {"ts": BEFORE, "user": "U2", "type": "message"}
    return message(
        subtype="message_changed",
        message={**base, **after},
        previous_message={**base, **before},
        event_ts=TS,
        hidden=True,
    )


def test_an_edit_is_told_as_history_tells_it(directory: Directory) -> None:
    edited = {"user": "U2", "ts": "1772445500.000000"}
    [live] = told(directory, **changed({"text": "a"}, {"text": "b", "edited": edited}))
    in_history = {"ts": BEFORE, "user": "U2", "text": "b", "edited": edited}
    post, edit = posted(in_history, "C1", directory)

    assert isinstance(live, MessageEdited)
    assert (live.text, live.posted_at) == ("b", post.at)
    assert live == edit


def test_a_preview_that_slack_adds_is_no_new_edit_of_the_same_name(directory: Directory) -> None:
    preview = {"attachments": [{"from_url": "https://x.example", "title": "X"}]}
    [edit] = told(directory, **changed({"text": "a"}, {"text": "a", **preview}))

    assert edit.id == f"5-edited:C1:{BEFORE}:{TS}"
    assert told(directory, **changed({"text": "a"}, {"text": "a", "reply_count": 2})) == []


@pytest.mark.parametrize(
    "event",
    [
        message(subtype="message_deleted", deleted_ts=BEFORE, previous_message={"user": "U2", "ts": BEFORE}),
        message(subtype="message_deleted", deleted_ts=BEFORE),
        changed({"text": "a"}, {"subtype": "tombstone", "user": "USLACKBOT", "text": "This was deleted."}),
    ],
)
def test_a_deletion_is_one_whether_replies_are_left_or_not(
    directory: Directory, event: dict[str, Any]
) -> None:
    [gone] = told(directory, **event)

    assert isinstance(gone, MessageDeleted)
    assert (gone.id, gone.message) == (f"7-deleted:C1:{BEFORE}", BEFORE)


def test_a_reaction_taken_back_and_given_again_is_three_events(directory: Directory) -> None:
    item = {"type": "message", "channel": "C1", "ts": BEFORE}
    base = {"user": "U1", "reaction": "tada::skin-tone-2", "item": item}
    found = [
        *told(directory, type="reaction_added", event_ts="1772445601.000000", **base),
        *told(directory, type="reaction_removed", event_ts="1772445602.000000", **base),
        *told(directory, type="reaction_added", event_ts="1772445603.000000", **base),
    ]

    assert [type(each) for each in found] == [ReactionAdded, ReactionRemoved, ReactionAdded]
    assert len({each.id for each in found}) == 3
    assert isinstance(found[0], ReactionAdded)
    assert found[0].emoji == "tada"


def test_reactions_of_our_own_and_on_files_are_none(directory: Directory) -> None:
    item = {"type": "message", "channel": "C1", "ts": BEFORE}
    own = told(directory, type="reaction_added", user="UHEARTH", reaction="x", item=item, event_ts=TS)
    marked = {"ts": BEFORE, "user": "U2", "text": "a", "reactions": [{"name": "x", "users": ["UHEARTH"]}]}

    assert own == []
    assert told(directory, type="reaction_added", user="U1", reaction="x", item={"type": "file"}) == []
    assert [type(each) for each in posted(marked, "C1", directory)] == [MessagePosted]


def test_who_joins_leaves_and_comes_back(directory: Directory) -> None:
    new = user("U3", "Cleo", profile={"display_name": "Cleo", "email": "Cleo@Example.com"})
    directory.knows_domains = True
    [joined] = told(directory, type="team_join", user=new, event_ts=TS)
    assert told(directory, type="user_change", user=new, event_ts=TS) == []
    [renamed] = told(
        directory, type="user_change", user={**new, "profile": {"display_name": "C"}}, event_ts=TS
    )
    [left] = told(directory, type="user_change", user={**new, "deleted": True}, event_ts="1772445700.000000")
    [back] = told(directory, type="user_change", user=new, event_ts="1772445800.000000")

    assert isinstance(joined, MemberJoined)
    assert (joined.id, joined.name, joined.bot) == ("3-joined:U3", "Cleo", False)
    assert isinstance(renamed, MemberChanged)
    assert renamed.name == "C"
    assert isinstance(left, MemberLeft)
    assert isinstance(back, MemberJoined)
    assert back.id != joined.id


def test_domains_and_user_groups_are_roles_where_slack_tells_of_them(directory: Directory) -> None:
    assert directory.roles("U1") is None
    directory.know_groups([{"id": "S1", "handle": "support", "users": ["U1"]}])
    event = {
        "type": "subteam_members_changed",
        "subteam_id": "S1",
        "added_users": ["U2"],
        "removed_users": ["U1"],
        "event_ts": TS,
    }
    found = told(directory, **event)

    assert [(each.member, each.roles) for each in found if isinstance(each, MemberChanged)] == [
        ("U1", ()),
        ("U2", ("S1", "support")),
    ]


def test_a_group_that_is_no_more_leaves_nobody_its_roles(directory: Directory) -> None:
    directory.know_groups([{"id": "S1", "handle": "support", "users": ["U1", "U2"]}])
    # Slack may leave out who is in it.
    gone = {"id": "S1", "handle": "support", "date_delete": 1772445600, "user_count": 2}
    found = told(directory, type="subteam_updated", subteam=gone, event_ts=TS)

    assert [(each.member, each.roles) for each in found if isinstance(each, MemberChanged)] == [
        ("U1", ()),
        ("U2", ()),
    ]


def test_what_is_told_late_makes_nobody_an_admin_again(directory: Directory) -> None:
    kim = user("U3", "Kim")
    promoted = {"type": "user_change", "user": {**kim, "is_admin": True}, "event_ts": "1772445700.000000"}
    demoted = {"type": "user_change", "user": kim, "event_ts": "1772445800.000000"}
    told(directory, **promoted)
    told(directory, **demoted)

    assert told(directory, **promoted) == []
    assert not directory.is_admin("U3")
    # A list says when who changed last, too.
    directory.know_person({**kim, "updated": 1772445900})
    told(directory, **{**promoted, "event_ts": "1772445850.000000"})
    assert not directory.is_admin("U3")
    # Who joined is told of, though it comes after what changed since.
    [joined] = told(directory, type="team_join", user={**kim, "is_admin": True}, event_ts=TS)
    assert isinstance(joined, MemberJoined)
    assert not directory.is_admin("U3")
    # Whoever left has not come back by a word from before.
    told(directory, **{**demoted, "user": {**kim, "deleted": True}, "event_ts": "1772446000.000000"})
    assert told(directory, **demoted) == []
    assert directory.people["U3"].left


def test_what_is_told_late_changes_no_group(directory: Directory) -> None:
    directory.know_groups([{"id": "S1", "handle": "support", "users": [], "date_update": 1772445600}])
    directory.knows_groups = True
    changed = {"type": "subteam_members_changed", "subteam_id": "S1"}
    added = {**changed, "added_users": ["U1", "U2"], "event_ts": "1772445700.000000"}
    told(directory, **added)
    told(directory, **changed, removed_users=["U1"], event_ts="1772445800.000000")
    told(directory, **added)
    assert (directory.roles("U1"), directory.roles("U2")) == ((), ("S1", "support"))

    whole = {"id": "S1", "handle": "help", "users": ["U1", "U2"]}
    told(directory, type="subteam_updated", subteam=whole, event_ts="1772445750.000000")
    assert (directory.roles("U1"), directory.roles("U2")) == ((), ("S1", "help"))
    told(directory, type="subteam_updated", subteam={**whole, "users": ["U1"]}, event_ts="1772445900.000000")
    told(directory, type="subteam_updated", subteam=whole, event_ts="1772445750.000000")
    told(directory, **changed, removed_users=["U1"], event_ts="1772445800.000000")
    assert (directory.roles("U1"), directory.roles("U2")) == (("S1", "help"), ())


def test_what_is_told_late_puts_hearth_out_of_no_channel(directory: Directory) -> None:
    left = {"type": "channel_left", "channel": "C1", "event_ts": "1772445700.000000"}
    came = {"type": "member_joined_channel", "user": "UHEARTH", "channel": "C1"}
    told(directory, **left)
    told(directory, **came, event_ts="1772445800.000000")

    assert told(directory, **left) == []
    assert directory.places["C1"].heard
    # What is late of one thing is news of another.
    [renamed] = told(directory, type="channel_rename", channel={"id": "C1", "name": "aid"}, event_ts=TS)
    assert isinstance(renamed, ChannelFound)
    assert (renamed.name, renamed.heard) == ("aid", True)


def test_who_is_of_another_organisation_neither_joins_nor_administers(directory: Directory) -> None:
    zoe = user("U9", "Zoe", team_id="T2", is_admin=True, is_owner=True, is_primary_owner=True)
    [came] = told(directory, type="team_join", user=zoe, event_ts=TS)
    [left] = told(directory, type="user_change", user={**zoe, "deleted": True}, event_ts=TS)
    [again] = told(directory, type="user_change", user=zoe, event_ts=TS)

    assert isinstance(came, MemberChanged)
    assert (came.name, came.admin) == ("Zoe", False)
    assert isinstance(left, MemberLeft)
    assert isinstance(again, MemberChanged)
    assert not directory.is_admin("U9")
    # Of one organisation, and in this workspace too.
    [joined] = told(directory, type="team_join", user={**zoe, "enterprise_user": {"teams": ["T2", "T1"]}})
    assert isinstance(joined, MemberJoined)
    assert joined.admin


def test_hearth_coming_into_a_channel_hears_it_from_then_on(directory: Directory) -> None:
    directory.places["C2"] = place_of({"id": "C2", "name": "random"})
    came = told(directory, type="member_joined_channel", user="UHEARTH", channel="C2", event_ts=TS)
    [went] = told(directory, type="channel_left", channel="C2", event_ts=TS)

    assert isinstance(came[0], ChannelFound)
    assert (came[0].heard, came[0].name) == (True, "random")
    assert isinstance(came[1], CapabilityFound)
    assert (came[1].capability, came[1].works) == ("channel:C2", True)
    assert isinstance(went, ChannelFound)
    assert went.heard is False


@pytest.mark.parametrize("kind", ["C", "G"])
def test_a_channel_that_is_not_known_is_private_until_slack_says_otherwise(
    directory: Directory, kind: str
) -> None:
    came = told(
        directory, type="member_joined_channel", user="UHEARTH", channel="C7", channel_type=kind, event_ts=TS
    )
    [renamed] = told(directory, type="channel_rename", channel={"id": "C8", "name": "new"}, event_ts=TS)

    assert isinstance(came[0], ChannelFound)
    assert (came[0].heard, came[0].private) == (True, True)
    assert isinstance(renamed, ChannelFound)
    assert renamed.private is True
    # And somebody asks what they are.
    assert directory.unknown >= {"C7", "C8"}


def test_others_come_and_go(directory: Directory) -> None:
    [came] = told(directory, type="member_joined_channel", user="U2", channel="C1", event_ts=TS)
    [went] = told(directory, type="member_left_channel", user="U2", channel="C1", event_ts=TS)

    assert isinstance(came, ChannelJoined)
    assert (came.name, came.bot) == ("Bob", False)
    assert isinstance(went, ChannelLeft)


def test_channels_change(directory: Directory) -> None:
    [renamed] = told(directory, type="channel_rename", channel={"id": "C1", "name": "support"}, event_ts=TS)
    [archived] = told(directory, type="channel_archive", channel="C1", user="U1", event_ts=TS)
    [closed] = told(directory, **message(subtype="channel_convert_to_private", text="", event_ts=TS))
    [made] = told(directory, type="channel_created", channel={"id": "C5", "name": "new"}, event_ts=TS)

    assert isinstance(renamed, ChannelFound)
    assert (renamed.name, renamed.heard) == ("support", True)
    assert isinstance(archived, ChannelFound)
    assert archived.archived is True
    assert isinstance(closed, ChannelFound)
    assert closed.private is True
    assert isinstance(made, ChannelFound)
    assert (made.name, made.heard, made.private) == ("new", False, False)


@pytest.mark.parametrize(
    ("wire", "heard"),
    [
        ({"is_member": True}, True),
        ({}, False),
        ({"is_private": True}, True),
        ({"is_private": True, "is_member": False}, False),
    ],
)
def test_a_private_channel_is_told_of_to_those_in_it(wire: dict[str, bool], heard: bool) -> None:
    assert place_of({"id": "C1", "name": "x", **wire}).heard is heard


def test_the_home_is_opened_and_only_that(directory: Directory) -> None:
    [opened] = told(directory, type="app_home_opened", user="U1", tab="home", channel="D1", event_ts=TS)

    assert isinstance(opened, HomeOpened)
    assert (opened.name, opened.admin) == ("Ada", True)
    assert told(directory, type="app_home_opened", user="U1", tab="messages", event_ts=TS) == []


def test_both_ways_of_being_removed_are_one(directory: Directory) -> None:
    [one] = told(directory, type="tokens_revoked", tokens={"oauth": [], "bot": ["UHEARTH"]}, event_ts=TS)
    [other] = told(directory, type="app_uninstalled", event_ts="1772445601.500000")

    assert isinstance(one, Uninstalled)
    assert one.id == other.id
    assert told(directory, type="tokens_revoked", tokens={"oauth": ["U1"], "bot": []}, event_ts=TS) == []


def test_an_event_without_a_time_of_its_own_is_of_when_it_was_told(directory: Directory) -> None:
    [joined] = told(directory, type="team_join", user=user("U9", "Zoe"))

    assert joined.at == NOW
