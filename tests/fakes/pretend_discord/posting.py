"""Makes messages of forms, for channels, threads and interactions alike."""

import unicodedata

from tests.fakes.pretend_discord import permissions
from tests.fakes.pretend_discord.limits import check_message
from tests.fakes.pretend_discord.refusals import Mistakes, Refusal, Wire
from tests.fakes.pretend_discord.server import Asked
from tests.fakes.pretend_discord.things import EPHEMERAL, FORUMS, REPLIED, SAID, Channel, Guild, Message
from tests.fakes.pretend_discord.world import World

SUPPRESS_EMBEDS = 1 << 2
SILENT = 1 << 12
_FLAGS = SUPPRESS_EMBEDS | SILENT | EPHEMERAL
_TOGETHER, _VARIANT, _KEYCAP = "\u200d", "\ufe0f", "\u20e3"


def fill(world: World, message: Message, form: Wire, asked: Asked, *, nonce: bool = True) -> None:
    """Put what a form says into a message: what it does not name stays. Raises Refusal."""
    check_message(form, [name for name, _ in asked.files.values()], nonce=nonce)
    if "content" in form:
        message.content = form["content"] or ""
    if "embeds" in form:
        message.embeds = [_kept(embed) for embed in form["embeds"] or ()]
    if "components" in form:
        message.components = form["components"] or []
    if "attachments" in form or asked.files:
        message.attachments = _attachments(world, message, form, asked)
    message.flags |= int(form.get("flags") or 0) & _FLAGS
    for embed in message.embeds:
        _resolve(embed, message)
    if not (message.content or message.embeds or message.attachments or message.components):
        raise Refusal(50006)


def _kept(embed: Wire) -> Wire:
    """Return an embed as it is kept: always a rich one, and nothing that is empty."""
    return {"type": "rich"} | {key: value for key, value in embed.items() if value not in (None, "", [])}


def _attachments(world: World, message: Message, form: Wire, asked: Asked) -> list[Wire]:
    described = {str(each["id"]): each for each in form.get("attachments") or ()}
    kept = [each for each in message.attachments if each["id"] in described or "attachments" not in form]
    for number, (filename, data) in asked.files.items():
        told = described.get(str(number), {})
        id = world.moments.snowflake()
        name = told.get("filename") or filename
        url = f"https://cdn.discordapp.com/attachments/{message.channel}/{id}/{name}"
        made: Wire = {"id": id, "filename": name, "size": len(data), "url": url, "proxy_url": url}
        if told.get("description"):
            made["description"] = told["description"]
        kept.append(made | {"content_type": "image/png" if name.endswith(".png") else "text/plain"})
    return kept


def _resolve(embed: Wire, message: Message) -> None:
    """Let an embed's image be the attachment it names; there is no image where there is no attachment."""
    for key in ("image", "thumbnail"):
        url = (embed.get(key) or {}).get("url", "")
        if url.startswith("attachment://"):
            name = url.removeprefix("attachment://")
            found = [each["url"] for each in message.attachments if each["filename"] == name]
            if found:
                embed[key] = {"url": found[0], "proxy_url": found[0], "width": 1, "height": 1}
            else:
                del embed[key]


def check_place(world: World, place: Channel, form: Wire, asked: Asked) -> None:
    """Refuse what may not be said in a channel. Raises Refusal."""
    if place.kind in FORUMS:
        raise Refusal(40058)
    if not place.speakable:
        raise Refusal(50008)
    rights = world.may(place, world.me.id)
    if place.kind == 1:
        assert place.recipient
        if not place.recipient.takes_direct or place.recipient.bot or not world.shared(place.recipient):
            raise Refusal(50007)
    elif not rights & (permissions.SEND_IN_THREADS if place.is_thread else permissions.SEND_MESSAGES):
        raise Refusal(50013)
    if place.locked and not rights & permissions.MANAGE_THREADS:
        raise Refusal(160005)
    if form.get("embeds") and not rights & permissions.EMBED_LINKS:
        raise Refusal(50013)
    if asked.files and not rights & permissions.ATTACH_FILES:
        raise Refusal(50013)


def refer(world: World, place: Channel, message: Message, reference: Wire | None) -> None:
    """Let a message be a native reply. Raises Refusal."""
    if reference is None:
        return
    if not world.may(place, world.me.id) & permissions.READ_MESSAGE_HISTORY:
        raise Refusal(160002)
    meant = place.messages.get(str(reference.get("message_id")))
    if meant is None or meant.only is not None:
        if reference.get("fail_if_not_exists", True):
            mistakes = Mistakes()
            mistakes.add(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
            mistakes.check()
        return
    if meant.kind not in (SAID, REPLIED, 20, 23):
        mistakes = Mistakes()
        text = "Cannot reply to a system message"
        mistakes.add(("message_reference",), "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE", text)
        mistakes.check()
    message.kind = REPLIED
    message.reference = {"type": 0, "message_id": meant.id, "channel_id": place.id, "guild_id": place.guild}


def emoji_key(text: str, guild: Guild | None) -> str:
    """Return what a reaction is kept by. Raises Refusal."""
    name, _, id = text.partition(":")
    if id:
        if guild is None or id not in guild.emojis:
            raise Refusal(10014)
        return f"{guild.emojis[id]}:{id}"
    bare = [sign for sign in name if sign not in (_TOGETHER, _VARIANT, _KEYCAP)]
    keycap = name.endswith(_KEYCAP) and len(bare) == 1 and bare[0] in "0123456789#*"
    if not bare or not (keycap or all(unicodedata.category(sign) in ("So", "Sk") for sign in bare)):
        raise Refusal(10014)
    return name
