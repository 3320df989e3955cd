"""The Web API's methods, by name."""

from tests.fakes.pretend_slack.methods import (
    chat,
    conversations,
    directory,
    entry,
    reactions,
    uploads,
    views,
)
from tests.fakes.pretend_slack.methods.calls import Method

METHODS: dict[str, Method] = {
    method.name: method
    for module in (chat, conversations, directory, entry, reactions, uploads, views)
    for method in module.METHODS
}
