"""How things look on the wire."""

import copy

from tests.fakes.pretend_discord.moments import stamp, time_of
from tests.fakes.pretend_discord.refusals import Wire
from tests.fakes.pretend_discord.things import (
    DIRECT,
    FORUMS,
    STARTER,
    VOICES,
    Channel,
    Guild,
    Member,
    Message,
    Role,
    User,
    remaining,
)

LARGE = 250


def user(of: User) -> Wire:
    return {
        "id": of.id,
        "username": of.name.lower().replace(" ", "_"),
        "discriminator": "0",
        "global_name": None if of.bot else of.name,
        "avatar": None,
        "public_flags": 0,
    } | ({"bot": True} if of.bot else {})


def member(of: Member, *, with_user: bool = True) -> Wire:
    shown: Wire = {
        "nick": of.nick,
        "avatar": None,
        "roles": list(of.roles),
        "joined_at": stamp(of.joined_at),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": of.pending,
        "communication_disabled_until": None,
    }
    return shown | {"user": user(of.user)} if with_user else shown


def role(of: Role) -> Wire:
    return {
        "id": of.id,
        "name": of.name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": of.position,
        "permissions": str(of.permissions),
        "managed": of.managed_by is not None,
        "mentionable": False,
        "flags": 0,
    } | ({"tags": {"bot_id": of.managed_by}} if of.managed_by else {})


def channel(of: Channel, me: str = "") -> Wire:
    last = next((message.id for message in reversed(remaining(of))), None)
    if of.kind == DIRECT:
        assert of.recipient
        return {
            "id": of.id,
            "type": of.kind,
            "last_message_id": last,
            "recipients": [user(of.recipient)],
            "flags": 0,
        }
    shown: Wire = {
        "id": of.id,
        "type": of.kind,
        "guild_id": of.guild,
        "name": of.name,
        "parent_id": of.parent,
        "last_message_id": last,
        "rate_limit_per_user": 0,
        "flags": 1 << 4 if of.needs_tag else 0,
    }
    if of.is_thread:
        shown |= {
            "owner_id": of.owner,
            "message_count": max(0, len(remaining(of)) - 1),
            "total_message_sent": len(remaining(of)),
            "member_count": len(of.joined),
            "applied_tags": list(of.applied),
            "thread_metadata": {
                "archived": of.archived,
                "auto_archive_duration": 1440,
                "archive_timestamp": stamp(of.archived_at or time_of(of.id)),
                "locked": of.locked,
                "create_timestamp": stamp(time_of(of.id)),
            },
        }
        if me in of.joined:
            shown["member"] = {
                "id": of.id,
                "user_id": me,
                "join_timestamp": stamp(time_of(of.id)),
                "flags": 0,
            }
        return shown
    shown |= {
        "position": of.position,
        "topic": None,
        "nsfw": False,
        "permission_overwrites": [
            {"id": each.id, "type": each.kind, "allow": str(each.allow), "deny": str(each.deny)}
            for each in of.overwrites
        ],
    }
    if of.kind in VOICES:
        shown |= {"bitrate": 64_000, "user_limit": 0, "rtc_region": None, "video_quality_mode": 1}
    if of.kind in FORUMS:
        shown |= {
            "available_tags": [
                {
                    "id": tag.id,
                    "name": tag.name,
                    "moderated": tag.moderated,
                    "emoji_id": None,
                    "emoji_name": None,
                }
                for tag in of.tags
            ],
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
        }
    return shown


def guild(of: Guild) -> Wire:
    """A server as REST tells of it."""
    return {
        "id": of.id,
        "name": of.name,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "owner_id": of.owner,
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "roles": [role(each) for each in of.roles.values()],
        "emojis": [emoji(name, id) for id, name in of.emojis.items()],
        "features": ["COMMUNITY"]
        + (["MEMBER_VERIFICATION_GATE_ENABLED", "PREVIEW_ENABLED"] if of.screening else []),
        "mfa_level": 0,
        "application_id": None,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "vanity_url_code": None,
        "description": None,
        "banner": None,
        "premium_tier": 0,
        "preferred_locale": "en-US",
        "public_updates_channel_id": None,
        "nsfw_level": 0,
        "stickers": [],
        "premium_progress_bar_enabled": False,
        "safety_alerts_channel_id": None,
    }


def whole_guild(of: Guild, me: str, threads: list[Channel]) -> Wire:
    """A server as the gateway tells of it: of its members only ourselves, without the presences intent."""
    return guild(of) | {
        "joined_at": stamp(of.members[me].joined_at),
        "large": len(of.members) >= LARGE,
        "unavailable": False,
        "member_count": len(of.members),
        "voice_states": [],
        "members": [member(of.members[me])],
        "channels": [channel(each) for each in of.channels.values() if not each.is_thread],
        "threads": [channel(each, me) for each in threads],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def emoji(name: str, id: str) -> Wire:
    return {
        "id": id,
        "name": name,
        "roles": [],
        "require_colons": True,
        "managed": False,
        "animated": False,
        "available": True,
    }


def emoji_of(key: str) -> Wire:
    """A reaction's emoji: a character, or NAME:ID of one of the server's own."""
    name, _, id = key.partition(":")
    return {"id": id or None, "name": name}


def message(
    of: Message,
    channels: dict[str, Channel],
    users: dict[str, User],
    me: str,
    *,
    nonce: bool = False,
    nested: bool = True,
) -> Wire:
    """A message. Only who made it is told its nonce, and only at once: history has none."""
    place = channels[of.channel]
    shown: Wire = {
        "id": of.id,
        "channel_id": of.channel,
        "type": of.kind,
        "author": user(of.author),
        "content": of.content,
        "embeds": copy.deepcopy(of.embeds),
        "attachments": copy.deepcopy(of.attachments),
        "components": copy.deepcopy(of.components),
        "mentions": [user(users[each]) for each in of.mentions],
        "mention_roles": list(of.mention_roles),
        "mention_everyone": of.mention_everyone,
        "timestamp": stamp(of.at),
        "edited_timestamp": stamp(of.edited_at) if of.edited_at else None,
        "tts": False,
        "pinned": False,
        "flags": of.flags,
    }
    if of.reactions:
        shown["reactions"] = [
            {
                "emoji": emoji_of(key),
                "count": len(who),
                "count_details": {"burst": 0, "normal": len(who)},
                "me": me in who,
                "me_burst": False,
                "burst_colors": [],
            }
            for key, who in of.reactions.items()
        ]
    if of.author.bot and of.author.id == me and of.interaction:
        shown |= {"interaction_metadata": of.interaction, "webhook_id": me, "application_id": me}
    if nonce and of.nonce is not None:
        shown["nonce"] = of.nonce
    if of.thread and of.thread in channels:
        shown["thread"] = channel(channels[of.thread], me)
    if of.reference:
        shown["message_reference"] = dict(of.reference)
        where = channels.get(of.reference["channel_id"])
        meant = where.messages.get(of.reference["message_id"]) if where else None
        if nested:
            shown["referenced_message"] = (
                message(meant, channels, users, me, nested=False) if meant and meant.only is None else None
            )
        if of.kind == STARTER and place.parent:
            shown["position"] = 0
    return shown


def without_words(shown: Wire, me: str, *, target: bool = False) -> Wire:
    """Return a message as those see it who were not granted its content; what is to them, they see."""
    to_us = shown["author"]["id"] == me or any(each["id"] == me for each in shown.get("mentions", ()))
    bare = dict(shown)
    if not to_us and not target:
        bare |= {"content": "", "embeds": [], "attachments": [], "components": []}
    if bare.get("referenced_message"):
        bare["referenced_message"] = without_words(bare["referenced_message"], me)
    return bare
