"""An application's commands: written anew as a whole, and counted by the day."""

from collections import Counter
from datetime import date

from tests.fakes.pretend_discord.command_limits import CHAT, check_commands
from tests.fakes.pretend_discord.refusals import Refusal, Wire
from tests.fakes.pretend_discord.server import Asked, Front
from tests.fakes.pretend_discord.world import World

MOST_CREATES = 200


class Commands:
    """What was registered, for all servers and for each."""

    def __init__(self, front: Front, world: World) -> None:
        self._world = world
        self._kept: dict[str | None, list[Wire]] = {None: []}
        # How often all commands of a place were written, for a test to see that it is not done for nothing.
        self.writes = 0
        self._created: Counter[tuple[str | None, date]] = Counter()
        # How often they were too many for a day.
        self.denied = 0
        for route in (
            "/applications/{application}/commands",
            "/applications/{application}/guilds/{guild}/commands",
        ):
            front.add("GET", route, self._list)
            front.add("PUT", route, self._write)
            front.add("POST", route, self._create)
            front.add("DELETE", route + "/{command}", self._delete)

    def named(self, guild: str | None, name: str, kind: int = CHAT) -> Wire:
        """Return a command as those of a server can give it. Raises LookupError."""
        for place in (guild, None):
            for command in self._kept.get(place, ()):
                if command["name"] == name and command["type"] == kind:
                    return command
        raise LookupError(f"there is no command {name}")

    def refuse_today(self) -> None:
        """Have no new command taken before tomorrow."""
        self._created[None, self._world.moments.now().date()] = MOST_CREATES

    def _place(self, asked: Asked) -> str | None:
        if asked.path["application"] != self._world.me.id:
            raise Refusal(50001)
        guild = asked.path.get("guild")
        if guild is not None and guild not in self._world.guilds:
            raise Refusal(50001)
        return guild

    def _list(self, asked: Asked) -> list[Wire]:
        return list(self._kept.get(self._place(asked), ()))

    def _write(self, asked: Asked) -> list[Wire]:
        place = self._place(asked)
        wanted = asked.body if isinstance(asked.body, list) else []
        check_commands(wanted)
        before = {(each["type"], each["name"]): each for each in self._kept.get(place, ())}
        new = [each for each in wanted if (each.get("type", CHAT), each["name"]) not in before]
        self._count(place, len(new))
        self.writes += 1
        self._kept[place] = [
            self._made(each, place, before.get((each.get("type", CHAT), each["name"]))) for each in wanted
        ]
        self._world.stir()
        return list(self._kept[place])

    def _create(self, asked: Asked) -> Wire:
        place = self._place(asked)
        form = asked.form
        check_commands([form])
        kept = self._kept.setdefault(place, [])
        before = next(
            (each for each in kept if (each["type"], each["name"]) == (form.get("type", CHAT), form["name"])),
            None,
        )
        if before is None:
            self._count(place, 1)
        else:
            kept.remove(before)
        kept.append(self._made(form, place, before))
        return kept[-1]

    def _delete(self, asked: Asked) -> None:
        kept = self._kept.get(self._place(asked), [])
        found = next((each for each in kept if each["id"] == asked.path["command"]), None)
        if found is None:
            raise Refusal(10063)
        kept.remove(found)

    def _count(self, place: str | None, new: int) -> None:
        day = (place, self._world.moments.now().date())
        if self._created[day] + new > MOST_CREATES:
            self.denied += 1
            self._world.stir()
            raise Refusal(30034)
        self._created[day] += new

    def _made(self, form: Wire, place: str | None, before: Wire | None) -> Wire:
        made: Wire = {
            "id": before["id"] if before else self._world.moments.snowflake(),
            "application_id": self._world.me.id,
            "version": self._world.moments.snowflake(),
            "default_member_permissions": None,
            "type": CHAT,
            "description": "",
            "nsfw": False,
        }
        return made | form | ({"guild_id": place} if place else {})
