"""Whatever stands in an export, reading it ends, and what is right is read."""

import copy
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.exports.made import Made, MadeDiscord, MadeSlack, discord_message, discord_user, read, ts

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=5,
)

SLACK = {
    "type": "message",
    "subtype": "thread_broadcast",
    "user": "UADA",
    "bot_id": "BAPP",
    "text": "hello <@UBOB>",
    "ts": ts(1),
    "thread_ts": ts(0),
    "edited": {"user": "UADA", "ts": ts(2)},
    "files": [{"id": "F1", "mode": "hosted", "permalink": "https://makers.slack.com/files/F1"}],
    "reactions": [{"name": "wave", "users": ["UBOB"], "count": 1}],
    "blocks": [
        {"type": "section", "text": {"type": "mrkdwn", "text": "read"}, "accessory": {"type": "button"}},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text"}]}]},
    ],
    "attachments": [{"title": "a", "fields": [{"title": "b"}], "actions": [{"type": "button", "text": "c"}]}],
}
DISCORD = discord_message(
    "ada",
    "hello <@801>",
    1,
    type="Reply",
    reference={"messageId": "1000000"},
    embeds=[{"title": "a", "fields": [{"name": "b"}], "author": {"name": "c"}}],
    components=[{"type": "ActionRow", "components": [{"type": "Button", "label": "d"}]}],
    reactions=[{"emoji": {"name": "x"}, "count": 1, "users": [discord_user("bob")]}],
    mentions=[discord_user("ada")],
    forwardedMessage={"content": "e"},
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every value in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, each in inner for found in places(each, (*path, key)))]


@st.composite
def changed(draw: st.DrawFn, value: Any) -> Any:
    """Draw a JSON value like `value`, in which up to three things are anything else."""
    holder = {"": copy.deepcopy(value)}
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(places(holder)[1:]))
        target: Any = holder
        for key in way:
            target = target[key]
        target[last] = draw(anything)
    return holder[""]


def texts_of(made: Made) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        return read(made.folder(Path(folder))).texts


@settings(max_examples=60, deadline=None)
@given(changed(SLACK))
def test_any_slack_message_leaves_the_others(message: Any) -> None:
    slack = MadeSlack()
    slack.says("bob", "what is right")
    slack.wire(message)

    assert "what is right" in texts_of(slack)


@settings(max_examples=60, deadline=None)
@given(changed(DISCORD))
def test_any_discord_message_leaves_the_others(message: Any) -> None:
    discord = MadeDiscord()
    discord.channel([discord_message("bob", "what is right"), message])

    assert "what is right" in texts_of(discord)


@settings(max_examples=40, deadline=None)
@given(changed(MadeSlack().users), changed({"id": "CGENERAL", "name": "general", "is_archived": True}))
def test_any_lists_leave_the_messages(users: Any, channel: Any) -> None:
    slack = MadeSlack()
    slack.put("users.json", users)
    slack.put("channels.json", [channel])
    slack.says("bob", "what is right")

    assert texts_of(slack) == ["what is right"]


@settings(max_examples=40, deadline=None)
@given(changed({"id": "910", "type": "GuildPublicThread", "name": "a post"}), anything, anything)
def test_any_head_of_a_discord_file_leaves_the_other_files(channel: Any, dates: Any, at: Any) -> None:
    discord = MadeDiscord()
    discord.channel([discord_message("bob", "what is right")], "920")
    file = discord.channel([discord_message("bob", "what may be", 1)], dateRange=dates, exportedAt=at)
    head = json.loads(discord.files[file])
    discord.put(file, head | {"channel": channel})

    assert "what is right" in texts_of(discord)
