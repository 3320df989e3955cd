"""The community a new sandbox begins with."""

from collections.abc import Mapping

from pydantic import JsonValue

from adapters.sandbox.records import Added, ChannelMade, Fact, Founded, MemberMade

# What its managers have set, so that everything Hearth does can be seen at once.
SETTINGS: Mapping[str, JsonValue] = {
    "managers_channel": "managers",
    "feedback_channel": "feedback",
    "welcome_channel": "general",
}
START: tuple[Fact, ...] = (
    Founded(name="Home"),
    ChannelMade(channel="general", name="general", purpose="Hello, news and small talk", replies="flat"),
    ChannelMade(channel="help", name="help", purpose="Ask anything; answer in the thread", replies="threads"),
    ChannelMade(
        channel="announcements", name="announcements", purpose="What everybody should know", replies="threads"
    ),
    ChannelMade(
        channel="managers",
        name="managers",
        purpose="Hearth's cards for managers",
        private=True,
        replies="flat",
    ),
    ChannelMade(
        channel="feedback", name="feedback", purpose="Digests of the week", private=True, replies="threads"
    ),
    MemberMade(member="you", name="you", about="manager", admin=True),
    MemberMade(member="bob", name="bob", about="knows the product"),
    MemberMade(member="cleo", name="cleo", about="uses it every day"),
    MemberMade(member="dan", name="dan", about="marketing"),
    Added(member="you", channel="general"),
)
