"""Hearth in Discord's servers, through discord.py: by its gateway, with the few intents that are needed."""

from adapters.discord.app import CannotUseDiscord, Discord
from adapters.discord.commands import Commands, Offered
from adapters.discord.rights import invitation

__all__ = ["CannotUseDiscord", "Commands", "Discord", "Offered", "invitation"]
