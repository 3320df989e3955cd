"""What Hearth does, one module a feature; they meet through rows and events, and never import each other."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.features import (
    broadcasts,
    commands,
    digest,
    feedback,
    health,
    questions,
    record,
    sending,
    settings,
    web,
    welcome,
)
from bot.ports import Feature

# In their order: settings hold for all who are asked after; what is said is kept before it is read.
FEATURES: Mapping[str, Feature] = MappingProxyType(
    {
        "settings": settings,
        "record": record,
        "welcome": welcome,
        "questions": questions,
        "broadcasts": broadcasts,
        "feedback": feedback,
        "digest": digest,
        "health": health,
        "web": web,
        "sending": sending,
        "commands": commands,
    }
)
