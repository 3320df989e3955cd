"""A window in which a draft is written, to be checked before it is posted."""

from bot.actions import OpenForm, open_form
from bot.cards import Form, Select, TextField
from bot.communities import find_channel
from bot.events import CommandGiven, FormSubmitted
from storage.transaction import Transaction


def ask_draft(event: CommandGiven, tx: Transaction) -> OpenForm:
    """Return the window for who asked to check a draft and gave none."""
    here = find_channel(tx, event.community, event.channel) == event.channel
    form = Form(
        title="Check a draft",
        name="broadcast.check",
        text="How salesy it reads, why, and the smallest edit that would pass. Only you see the answer.",
        fields=(
            TextField(label="What you are about to post", name="draft", lines=True),
            Select(
                label="Where you will post it",
                name="channel",
                among="channels",
                chosen=event.channel if here else "",
            ),
        ),
        submit="Check",
    )
    return open_form(event, form)


def drafted(event: FormSubmitted, tx: Transaction) -> tuple[str, str]:
    """Return the draft of a window that was sent, and the channel it is for: this one, or another."""
    text, chosen = event.fields.get("draft", ""), event.fields.get("channel", ())
    channel = chosen[0] if isinstance(chosen, tuple) and chosen else event.channel
    known = find_channel(tx, event.community, channel) == channel
    return text if isinstance(text, str) else "", channel if known else event.channel
