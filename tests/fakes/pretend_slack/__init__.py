"""A pretend Slack, as strict as Slack, for the real SDKs to talk to over loopback.

It is written after Slack's documentation and what people report of it, and knows nothing of Hearth.
`serve()` starts one; `PretendSlack.workspace()` makes workspaces, whose people, channels and clients tests
play; `PretendSlack.app()` makes an app of a manifest; `Workspace.install()`, or OAuth, brings one into the
other. A test should end with `PretendSlack.check()`.

What it refuses, as Slack does:

- **Tokens**: none (`not_authed`), a wrong one (`invalid_auth`, in a query too), one of another kind
  (`not_allowed_token_type`), one of an app that was removed (`account_inactive`) or revoked
  (`token_revoked`).
- **Scopes**: `missing_scope` with what was needed and what was provided, by kind of channel; the header
  `x-oauth-scopes`.
- **Manifests** with unknown scopes or events, events without their scopes, texts too long, addresses
  missing.
- **Bodies**: other content types (`invalid_post_type`, `missing_post_type`), bad JSON (`invalid_json`,
  `json_not_object`); methods that read do not look into JSON at all.
- **Channels**: unknown, or private without the bot (`channel_not_found`), not joined (`not_in_channel`),
  archived (`is_archived`).
- **Messages**: nothing said (`no_text`), too long (`msg_too_long`: 40,000, 4,000 in an update), blocks
  against any of Block Kit's rules (`invalid_blocks` with the places), too much in all
  (`msg_blocks_too_long`), metadata that is none or too large, threads and messages that are not there,
  others' messages, ephemeral words for who is not there.
- **Lists**: `invalid_limit`, `invalid_cursor`; pages can be shorter than asked for (`page_most`).
- **Histories** of channels not joined; with `limits.limited_history`, more than one call a minute, and 15
  messages at most.
- **Reactions**: `already_reacted`, `no_reaction`, `invalid_name`, `message_not_found`,
  `too_many_reactions`.
- **Views**: triggers used (`exchanged_trigger_id`), over 3 s old (`expired_trigger_id`), not theirs; views
  too large, against Block Kit's rules, changed meanwhile (`hash_conflict`), a fourth on top
  (`push_limit_reached`).
- **Files**: other sizes than announced, unfinished ones, the old upload; pictures are shown only once
  processed.
- **response_url**: a sixth use (`used_url`), after 30 minutes (`expired_url`), anything but JSON.
- **Rates**, with `limits.on`: 429 with `Retry-After`, by method and workspace, and by channel for posts.
- **Socket Mode**: an address that was used, an eleventh websocket (`too_many_websockets`), a GET for an
  address.

What it complains of in `check()`, which Slack would swallow: messages that notify somebody not in
`Installation.may_ping`; links made of what somebody typed in Slack's own markup; calls before `Retry-After`
was over; answers where none is taken, or for what was never sent.

What it does to apps: tells them things by websocket (each envelope over one of them) or signed request,
again when they do not acknowledge; `Deliveries.hold()`, `release()`, `again()` and `lost` reorder, repeat
and forget; `Sockets.warn()`, `refresh()` and `drop()`, `Connection.mute` and `deaf` break connections;
`faults` hang up, answer late, and take a request and die before they answer.

Slack's time is `PretendSlack.clock`, which a test can move; only the stamps of signed requests are of the
real time.
"""

from tests.fakes.pretend_slack.apps import App, Installation
from tests.fakes.pretend_slack.deliveries import Delivery
from tests.fakes.pretend_slack.faults import DIES_AFTER, HANGS_UP, UNAVAILABLE, Fault, rate_limited
from tests.fakes.pretend_slack.manifest import BadManifest
from tests.fakes.pretend_slack.people import Person
from tests.fakes.pretend_slack.server import PretendSlack, serve
from tests.fakes.pretend_slack.talk import Channel, Message
from tests.fakes.pretend_slack.workspace import Workspace

__all__ = [
    "DIES_AFTER",
    "HANGS_UP",
    "UNAVAILABLE",
    "App",
    "BadManifest",
    "Channel",
    "Delivery",
    "Fault",
    "Installation",
    "Message",
    "Person",
    "PretendSlack",
    "Workspace",
    "rate_limited",
    "serve",
]
