"""What Hearth does, one module a feature; they meet through rows and events, and never import each other."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.features import (
    broadcasts,
    commands,
    counts,
    digests,
    feedback,
    health,
    helpers,
    home,
    model,
    privacy,
    questions,
    record,
    retention,
    sending,
    settings,
    setup,
    web,
    welcome,
)
from bot.ports import Feature

# In their order: settings, and who is left out, hold for all who are asked after; what is said is kept before
# it is read; what is to be erased goes when all have taken back what they made of it.
FEATURES: Mapping[str, Feature] = MappingProxyType(
    {
        "settings": settings,
        "privacy": privacy,
        "model": model,
        "record": record,
        "welcome": welcome,
        "questions": questions,
        "helpers": helpers,
        "broadcasts": broadcasts,
        "feedback": feedback,
        "counts": counts,
        "digest": digests,
        "health": health,
        "web": web,
        "sending": sending,
        "setup": setup,
        "retention": retention,
        "home": home,
        "commands": commands,
    }
)
