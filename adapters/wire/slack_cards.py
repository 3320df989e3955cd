"""The words, links and buttons of Slack's blocks and attachments, which apps post instead of text."""

from collections.abc import Iterator

from adapters.wire.slack_text import escape, unescape
from adapters.wire.values import Wire, link, object_in, objects_in, text_in
from bot.language.links import Link

# Slack's own blocks nest five deep (a list in a quote in a section); more is made to do harm.
MAX_DEPTH = 12
_BUTTONS = ("button", "workflow_button")


def words_of_blocks(wire: Wire) -> str:
    """Return what the blocks of a message or attachment say, in Slack's markup, a line for each part."""
    return "\n".join(line for block in objects_in(wire, "blocks") for line in _lines(block) if line.strip())


def is_laid_out_by_an_app(wire: Wire) -> bool:
    """Tell whether a message has blocks other than what Slack makes of what people type."""
    return any(block.get("type") != "rich_text" for block in objects_in(wire, "blocks"))


def words_of_attachments(wire: Wire) -> str:
    """Return what a message's attachments say, in Slack's markup; previews of linked pages are not said."""
    lines: list[str] = []
    for attachment in objects_in(wire, "attachments"):
        if _is_preview(attachment):
            continue
        said = [text_in(attachment, "pretext"), _title(attachment), text_in(attachment, "text")]
        for each in objects_in(attachment, "fields"):
            said += [text_in(each, "title"), text_in(each, "value")]
        said += [words_of_blocks(attachment), text_in(attachment, "footer")]
        lines += [line for line in said if line.strip()] or [text_in(attachment, "fallback")]
    return "\n".join(line for line in lines if line.strip())


def buttons_of(wire: Wire) -> Iterator[Link]:
    """Give the buttons and menu entries of a message's blocks and attachments."""
    for block in objects_in(wire, "blocks"):
        yield from _buttons(block)
    for attachment in objects_in(wire, "attachments"):
        for action in objects_in(attachment, "actions"):
            if action.get("type") == "button":
                yield link(unescape(text_in(action, "text")), text_in(action, "url"), button=True)
            for option in objects_in(action, "options"):
                yield link(unescape(text_in(option, "text")), "", button=True)
        for block in objects_in(attachment, "blocks"):
            yield from _buttons(block)


def _is_preview(attachment: Wire) -> bool:
    return any(attachment.get(key) for key in ("from_url", "original_url", "is_msg_unfurl", "is_app_unfurl"))


def _title(attachment: Wire) -> str:
    title, where = text_in(attachment, "title"), text_in(attachment, "title_link")
    return f"<{where}|{title}>" if where and title else title


def _buttons(part: Wire, depth: int = 0) -> Iterator[Link]:
    if depth > MAX_DEPTH:
        return
    if part.get("type") in _BUTTONS:
        yield link(_words(part, "text"), text_in(part, "url"), button=True)
    for option in objects_in(part, "options"):
        yield link(_words(option, "text"), text_in(option, "url"), button=True)
    for each in [object_in(part, "accessory"), *objects_in(part, "elements")]:
        if each:
            yield from _buttons(each, depth + 1)


def _words(part: Wire, key: str) -> str:
    return unescape(text_in(object_in(part, key), "text") or text_in(part, key))


def _lines(block: Wire) -> Iterator[str]:
    match block.get("type"):
        case "rich_text":
            for part in objects_in(block, "elements"):
                yield _rich(part)
        case "section" | "header" | "markdown":
            yield text_in(object_in(block, "text"), "text") or text_in(block, "text")
            for each in objects_in(block, "fields"):
                yield text_in(each, "text")
        case "context":
            for each in objects_in(block, "elements"):
                yield text_in(each, "text")
        case "image" | "video":
            yield text_in(object_in(block, "title"), "text")
        case _:
            return


def _rich(part: Wire, depth: int = 0) -> str:
    """Return a part of rich text in Slack's markup."""
    if depth > MAX_DEPTH:
        return ""
    match part.get("type"):
        case "text":
            return escape(text_in(part, "text"))
        case "link":
            label = escape(text_in(part, "text"))
            return f"<{escape(text_in(part, 'url'))}{'|' if label else ''}{label}>"
        case "user":
            return f"<@{text_in(part, 'user_id')}>"
        case "usergroup":
            return f"<!subteam^{text_in(part, 'usergroup_id')}>"
        case "channel":
            return f"<#{text_in(part, 'channel_id')}>"
        case "broadcast":
            return f"<!{text_in(part, 'range')}>"
        case "emoji":
            return f":{text_in(part, 'name')}:"
        case "date":
            return escape(text_in(part, "fallback"))
        case "rich_text_list":
            return "\n".join(_rich(each, depth + 1) for each in objects_in(part, "elements"))
        case "rich_text_preformatted":
            return f"```{''.join(_rich(each, depth + 1) for each in objects_in(part, 'elements'))}```"
        case _:
            return "".join(_rich(each, depth + 1) for each in objects_in(part, "elements"))
