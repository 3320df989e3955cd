"""Registers Hearth's commands with Discord, where they are not registered as they are."""

import asyncio

from adapters.discord.calls import Calls, Denied
from adapters.discord.commands import Commands
from bot.logs import named
from bot.ports import Memory

log = named(__name__)

# Where what is kept for the application as a whole stands.
APPLICATION = "discord:application"
_COMMANDS = "commands"
# So many new commands a day Discord takes, and no more; they are counted by its days.
_ENOUGH_TODAY = 30034
_TRY_AGAIN_S = 3_600.0


async def register(calls: Calls, memory: Memory, api_url: str, application: str, commands: Commands) -> None:
    """Register the commands, if they are others than those that are registered there.

    What is registered at one address is not at another, nor for another application. Where Discord takes no
    more new commands today, it is asked again each hour; any other refusal is for good.
    """
    digest = f"{api_url} {application} {commands.digest()}"
    if await memory.read(APPLICATION, _COMMANDS) == digest:
        return
    while True:
        try:
            await calls.patiently(
                "PUT",
                "/applications/{application_id}/commands",
                form=commands.registered(),
                application_id=application,
            )
        except Denied as denied:
            log.error("commands_not_registered", code=denied.code)
            if denied.code != _ENOUGH_TODAY:
                return
            await asyncio.sleep(_TRY_AGAIN_S)
        else:
            break
    await memory.write(APPLICATION, _COMMANDS, digest)
    log.info("commands_registered")
