"""One line to Discord's gateway, as discord.py has it; patient with servers that say less than Discord."""

import asyncio
import json
import zlib
from typing import Any, ClassVar

import yarl
from discord.gateway import DiscordWebSocket, ReconnectWebSocket

from adapters.discord.lenient import whole_ready
from adapters.wire.values import Wire
from bot.logs import named

log = named(__name__)

# For so long it is waited to be let in, or to be told what was missed, before it is tried again.
_BEGIN_S = 60.0
# Why Discord closes a line whose session cannot go on; its own reasons begin where others' end.
_OVER, _REASONS = (4003, 4007, 4009), 4000
# How each message ends where all of them are one stream.
_STREAMED = b"\x00\x00\xff\xff"


class Gateway(DiscordWebSocket):
    """A line that goes on only where it was told to, and never waits for ever to begin.

    `fixed` is the address that DISCORD_GATEWAY_URL names: a server that says it is resumed at another host
    is resumed there all the same. `me` is what the bot's user was at login. Both are of the process, as
    discord.py's own default is.
    """

    fixed: ClassVar[yarl.URL | None] = None
    me: ClassVar[Wire] = {}

    _patience: asyncio.TimerHandle | None = None
    _begun_at: int | None = None

    async def received_message(self, msg: Any, /) -> None:
        """Take in what came, as a text or compressed in either of Discord's ways."""
        if isinstance(msg, bytes):
            msg = self._text_of(msg)
            if msg is None:
                return
        begins = '"READY"' in msg or '"RESUMED"' in msg
        if begins:
            msg = self._completed(msg)
        await super().received_message(msg)
        if self._patience is not None and (begins or self.sequence != self._begun_at):
            self._stop_waiting()

    def _text_of(self, data: bytes) -> str | None:
        if not data.endswith(_STREAMED):
            # Where a server knows no streams, each message is compressed by itself.
            alone = zlib.decompressobj()
            try:
                text = alone.decompress(data)
            except zlib.error:
                text = b""
            if alone.eof:
                return text.decode()
        return self._decompressor.decompress(data)

    def _completed(self, text: str) -> str:
        """Return how a session begins, or goes on, with all in it that discord.py reads."""
        wire = json.loads(text)
        match wire.get("t"):
            case "READY":
                data = wire.get("d")
                wire["d"] = data = data if isinstance(data, dict) else {}
                whole_ready(data, self.me, [self.shard_id or 0, self.shard_count or 1])
                data["resume_gateway_url"] = self._resumed_at(data.get("resume_gateway_url"))
                wire.setdefault("s", None)
            case "RESUMED" if not isinstance(wire.get("d"), dict):
                wire["d"] = {}
            case _:
                return text
        return json.dumps(wire)

    def _resumed_at(self, said: object) -> str:
        """Return where the line is resumed: as the server says, if it can be meant so."""
        try:
            url = yarl.URL(said) if isinstance(said, str) else yarl.URL()
        except ValueError:
            url = yarl.URL()
        if url.scheme not in ("ws", "wss") or not url.host:
            return str(self.gateway)
        if self.fixed is not None and url.authority != self.fixed.authority:
            return str(self.fixed)
        return str(url)

    async def poll_event(self) -> None:
        """Wait for what comes; where a session was refused another is begun."""
        try:
            await super().poll_event()
        except ReconnectWebSocket:
            code = self.socket.close_code or 0
            if code in _OVER or (code >= _REASONS and self._patience is not None):
                self.session_id = self.sequence = None
                self.gateway = self.DEFAULT_GATEWAY
            raise

    async def identify(self) -> None:
        """Begin a session, and wait for it only so long."""
        await super().identify()
        self._wait()

    async def resume(self) -> None:
        """Go on with the session; where there is none yet, begin one."""
        if not self.session_id:
            await self.identify()
            return
        await super().resume()
        self._wait()

    async def close(self, code: int = 4000) -> None:
        """End the line."""
        self._stop_waiting()
        await super().close(code)

    def _wait(self) -> None:
        self._begun_at = self.sequence
        self._patience = self.loop.call_later(_BEGIN_S, self._give_up)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _give_up(self) -> None:
        log.warning("line_not_begun", shard=self.shard_id)
        # Whoever reads the line sees its end, and begins another.
        self._giving_up = self.loop.create_task(self.close())
