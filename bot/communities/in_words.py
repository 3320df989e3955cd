"""What settings are, as people say it."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.cards import shorten
from bot.communities.members import ids_called, member_name
from bot.communities.readers import channel_label
from bot.communities.settings import ChannelRules, Settings
from storage.transaction import Transaction

# A list of names or a text longer than this is cut: the export has it whole.
MOST_SHOWN = 300
_CHANNELS = ("managers_channel", "feedback_channel", "welcome_channel")
_PEOPLE = ("managers", "staff", "excluded_members")
_PROMOTION = {"welcome": "promotion welcome", "strict": "promotion unwanted"}


def value_in_words(tx: Transaction, community: str, settings: Settings, name: str) -> str:
    """Return what a setting is, as people say it."""
    return in_words(
        settings,
        name,
        lambda channel: channel_label(tx, community, channel),
        lambda ids: _people(tx, community, ids),
    )


def in_words(
    settings: Settings,
    name: str,
    channel: Callable[[str], str],
    people: Callable[[Sequence[str]], Sequence[str]],
) -> str:
    """Return what a setting is, with what channels and people are called by who asks."""
    value = getattr(settings, name)
    if name in _CHANNELS:
        return channel(value) if value else "no channel"
    if name == "channels":
        return _cut("; ".join(_rules(channel(id_), rules) for id_, rules in value.items()), "all alike")
    if name == "open_channels":
        return _cut(", ".join(map(channel, value)), "none")
    if name in _PEOPLE:
        return _cut(", ".join(people(value)), "nobody")
    if name == "model":
        return ", ".join(value) or "off"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, timedelta):
        return length(value)
    if name in ("working_hours", "newcomer_limit"):
        return "off" if value is None else str(value)
    if name == "salesy_false_alarms":
        return "off" if value is None else f"{value:g} %"
    if name in ("question_bar", "waiting_bar", "salesy_bar"):
        return f"{value:+.2g}" if value else "0"
    if name == "retention_days":
        return "1 day" if value == 1 else f"{value} days"
    return _cut(f"{value} people" if name == "raid_joins" else str(value), "")


def length(time: timedelta) -> str:
    """Return a length of time in the largest unit that is whole: "2 days", "4 h", "90 min"."""
    minutes = time.total_seconds() / 60
    for size, unit in ((24 * 60, "days"), (60, "h")):
        if minutes % size == 0 and minutes > size:
            return f"{minutes / size:.10g} {unit}"
    return "1 h" if minutes == 60 else "1 day" if minutes == 24 * 60 else f"{minutes:.10g} min"


def _rules(channel: str, rules: ChannelRules) -> str:
    said = [] if rules.watch else ["left out"]
    said += [] if rules.model else ["no language model"]
    said += [f"limit {length(rules.limit)}"] if rules.limit is not None else []
    said += [f"sensitivity {rules.sensitivity}"] if rules.sensitivity is not None else []
    said += [f"salesy_threshold {rules.salesy_threshold}"] if rules.salesy_threshold is not None else []
    said += [_PROMOTION[rules.promotion]] if rules.promotion != "usual" else []
    if rules.promotion_budget is not None:
        said.append(f"promotion_budget {rules.promotion_budget} a week")
    return f"{channel} {', '.join(said)}"


def _people(tx: Transaction, community: str, ids: Sequence[str]) -> list[str]:
    """Return what members are called, with their ids where others are called so too."""
    names = {each: member_name(tx, community, each) for each in ids}
    called = ids_called(tx, community, list(names.values()))
    return [name if len(called[name]) < 2 else f"{name} ({each})" for each, name in names.items()]


def _cut(text: str, empty: str) -> str:
    return shorten(text, MOST_SHOWN) or empty
