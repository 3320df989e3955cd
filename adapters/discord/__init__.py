"""Hearth in Discord's servers, through discord.py: by its gateway, with the few intents that are needed."""

from adapters.discord.app import Discord
from adapters.discord.checks import look as look_at_discord
from adapters.discord.commands import Commands, Offered

__all__ = ["Commands", "Discord", "Offered", "look_at_discord"]
