"""Communities: what is set in them, who manages them, what may be quoted where, what is left out."""

from bot.communities.explained import EXPLAINED, Explanation
from bot.communities.history import (
    Change,
    change_settings,
    changes_by,
    excluded_by,
    forget_settings,
    settings_at,
    settings_of,
)
from bot.communities.hours import WorkingHours
from bot.communities.left_out import as_heard
from bot.communities.members import (
    MANAGERS_ONLY,
    find_members,
    is_admin,
    is_bot,
    is_manager,
    is_staff,
    member_name,
)
from bot.communities.readers import (
    channel_name,
    closed_to,
    find_channel,
    is_archived,
    is_private,
    look_up_channels,
    may_quote,
    not_watched,
    public_channels,
    shown_in,
)
from bot.communities.settings import (
    FORMAT,
    NAMES,
    SURE,
    ChannelRules,
    Settings,
    WrongSetting,
    changed_from_default,
    settings_from,
)

__all__ = [
    "EXPLAINED",
    "FORMAT",
    "MANAGERS_ONLY",
    "NAMES",
    "SURE",
    "Change",
    "ChannelRules",
    "Explanation",
    "Settings",
    "WorkingHours",
    "WrongSetting",
    "as_heard",
    "change_settings",
    "changed_from_default",
    "changes_by",
    "channel_name",
    "closed_to",
    "excluded_by",
    "find_channel",
    "find_members",
    "forget_settings",
    "is_admin",
    "is_archived",
    "is_bot",
    "is_manager",
    "is_private",
    "is_staff",
    "look_up_channels",
    "may_quote",
    "member_name",
    "not_watched",
    "public_channels",
    "settings_at",
    "settings_from",
    "settings_of",
    "shown_in",
]
