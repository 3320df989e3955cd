"""What settings are, as people say it."""

from datetime import timedelta

from bot.cards import shorten
from bot.communities.members import member_name
from bot.communities.readers import channel_name
from bot.communities.settings import ChannelRules, Settings
from storage.transaction import Transaction

# A list of names or a text longer than this is cut: the export has it whole.
MOST_SHOWN = 300
_CHANNELS = ("managers_channel", "feedback_channel", "welcome_channel")
_PEOPLE = ("managers", "staff", "excluded_members")


def value_in_words(tx: Transaction, community: str, settings: Settings, name: str) -> str:
    """Return what a setting is, as people say it."""
    value = getattr(settings, name)
    if name in _CHANNELS:
        return f"#{channel_name(tx, community, value)}" if value else "no channel"
    if name == "channels":
        return _cut("; ".join(_rules(tx, community, *each) for each in value.items()), "all alike")
    if name == "open_channels":
        return _cut(", ".join(f"#{channel_name(tx, community, each)}" for each in value), "none")
    if name in _PEOPLE:
        return _cut(", ".join(member_name(tx, community, each) for each in value), "nobody")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, timedelta):
        return length(value)
    if name == "working_hours":
        return "off" if value is None else str(value)
    return _cut(
        {"raid_joins": f"{value} people", "retention_days": f"{value} days"}.get(name, str(value)), ""
    )


def length(time: timedelta) -> str:
    """Return a length of time in the largest unit that is whole: "2 days", "4 h", "90 min"."""
    minutes = time.total_seconds() / 60
    for size, unit in ((24 * 60, "days"), (60, "h")):
        if minutes % size == 0 and minutes > size:
            return f"{minutes / size:.10g} {unit}"
    return "1 h" if minutes == 60 else "1 day" if minutes == 24 * 60 else f"{minutes:.10g} min"


def _rules(tx: Transaction, community: str, channel: str, rules: ChannelRules) -> str:
    said = [] if rules.watch else ["left out"]
    said += [f"limit {length(rules.limit)}"] if rules.limit is not None else []
    said += [f"sensitivity {rules.sensitivity}"] if rules.sensitivity is not None else []
    said += [f"salesy_threshold {rules.salesy_threshold}"] if rules.salesy_threshold is not None else []
    return f"#{channel_name(tx, community, channel)} {', '.join(said)}"


def _cut(text: str, empty: str) -> str:
    return shorten(text, MOST_SHOWN) or empty
