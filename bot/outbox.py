"""Does the actions: each once, in order within its lane, patiently."""

import asyncio
import uuid
from collections.abc import Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row

from bot.actions import Action, Ask, Whisper
from bot.clock import Clock
from bot.events import Delivered, Judged, clean, made_id
from bot.logs import named, short
from bot.metrics import Metrics
from bot.outgoing import LEASE, Claimed, claim, lost, release
from bot.ports import Asks, Doubtful, Hears, Judgement, Refused, Sender, Sent, TryLater
from storage.database import Database, DatabaseTrouble

log = named(__name__)

# How many actions are under way at once; so many more may be, where somebody waits for them.
_AT_ONCE = 20
_URGENT_MORE = 10
# A platform that has not answered by then may have done it or not.
_TIMEOUT_S = 30.0
# After so many tries that failed by our own fault, an action is given up.
_MOST_TRIES = 5
# Seconds until the outbox looks again when nothing woke it.
_LOOK_AGAIN_S = 1.0
# Seconds until a doubtful action is looked for.
_DOUBT_PAUSE_S = 1.0
# Seconds until what failed by our own fault is tried again; twice as many each time.
_BUG_PAUSE_S = 1.0
# How often to look for what a process that is gone left half done.
_LOST_EVERY = LEASE / 6
_LANES_KEPT = 1_000
_MOST_REASON = 300
_FAR = timedelta(days=36_500)


class Outbox:
    """Does what the core decided, through the sender of each platform (by the community id's prefix).

    What is asked of a language model goes to the `asker`, where there is one.
    """

    def __init__(
        self,
        database: Database,
        inbox: Hears,
        senders: Mapping[str, Sender],
        clock: Clock,
        metrics: Metrics | None = None,
        asker: Asks | None = None,
    ) -> None:
        self._asker = asker
        self._database = database
        self._inbox = inbox
        self._senders = senders
        self._clock = clock
        self._metrics = metrics or Metrics()
        # Claims and pauses are about processes and platforms, whose time no sandbox moves.
        self._wall = Clock()
        self._me = uuid.uuid4().hex
        self._woken = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        # What this process has in hand: no claim of it is lost, however long it takes.
        self._in_hand: set[int] = set()
        self._look_for_lost_at: datetime | None = None
        self._lane_free_at: dict[tuple[str, str], float] = {}
        self._troubled = False

    def wake(self) -> None:
        """Say that there may be something to send."""
        self._woken.set()

    async def run(self) -> None:
        """Send what waits, until cancelled; what was begun is finished first."""
        try:
            while True:
                self._woken.clear()
                if not await self._begin():
                    await self._rest()
        finally:
            await asyncio.gather(*self._running, return_exceptions=True)

    async def _begin(self) -> bool:
        """Begin what can be done now; return whether there was anything."""
        try:
            lost = await self._find_lost()
            # They are ours now, whatever becomes of claiming more.
            for each in lost:
                self._start(each, self._redo(each))
            claimed = await self._claim()
        except DatabaseTrouble as trouble:
            if not self._troubled:
                log.error("actions_wait", reason=str(trouble))
            self._troubled = True
            return False
        self._troubled = False
        for each in claimed:
            self._start(each, self._do(each))
        return bool(lost or claimed)

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(_LOOK_AGAIN_S):
                await self._woken.wait()
        except TimeoutError:
            return

    def _start(self, claimed: Claimed, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        seq = claimed.row.seq
        self._running.add(task)
        self._in_hand.add(seq)
        task.add_done_callback(lambda done: self._ended(done, seq))

    def _ended(self, task: asyncio.Task[None], seq: int) -> None:
        self._running.discard(task)
        self._in_hand.discard(seq)
        if not task.cancelled() and task.exception() is not None:
            # The row stays claimed until its lease ends, and is then looked after as a lost one.
            log.error("action_left", action=seq, exc_info=task.exception())
        self.wake()

    async def _claim(self) -> Sequence[Claimed]:
        room = _AT_ONCE - len(self._running)
        urgent_only = room <= 0
        if urgent_only:
            room += _URGENT_MORE
        if room <= 0:
            return []

        def work() -> Sequence[Claimed]:
            with self._database.transaction() as tx:
                return claim(tx, self._me, self._wall.now(), room, urgent_only=urgent_only)

        return await self._database.in_writer(work)

    async def _find_lost(self) -> Sequence[Claimed]:
        """Take over what a process that is gone had begun."""
        now = self._wall.now()
        first = self._look_for_lost_at is None
        if self._look_for_lost_at is not None and now < self._look_for_lost_at:
            return []
        # One process at a time runs on SQLite: when it starts, any other is gone.
        by = now + _FAR if first and self._database.embedded else now
        in_hand = frozenset(self._in_hand)

        def work() -> Sequence[Claimed]:
            with self._database.transaction() as tx:
                return lost(tx, self._me, now, by, in_hand)

        found = await self._database.in_writer(work)
        self._look_for_lost_at = now + _LOST_EVERY
        return found

    async def _do(self, claimed: Claimed) -> None:
        """Send an action for the first time, or again when it is sure that it was not done."""
        row, action = claimed.row, claimed.action
        if action is None:
            await self._settle(row, "failed", reason=claimed.why_not)
            return
        if isinstance(action, Whisper) and self._wall.now() > action.until:
            await self._settle(row, "failed", reason="it waited too long: who it was for looks on no more")
            return
        await self._attempt(row, action, look_first=row.doubted and action.repeat == "checkable")

    async def _redo(self, claimed: Claimed) -> None:
        """Finish an action of which nobody knows whether it was done."""
        row, action = claimed.row, claimed.action
        if action is None:
            await self._settle(row, "failed", reason=claimed.why_not)
        elif action.repeat == "once":
            await self._settle(row, "doubtful", reason="interrupted while it was being sent")
        else:
            # Its request may still be under way: it is looked for after a pause, as after any doubt.
            await self._release(row, _DOUBT_PAUSE_S, "interrupted while it was being sent", doubted=True)

    async def _attempt(self, row: Row[Any], action: Action, *, look_first: bool) -> None:
        sender = self._senders.get(row.community.partition(":")[0])
        if sender is None:
            await self._settle(row, "failed", reason=f"no adapter runs for {row.community}")
            return
        doubted = look_first
        try:
            if not isinstance(action, Ask):
                await self._leave_pause(row, sender)
            async with asyncio.timeout(_TIMEOUT_S):
                if isinstance(action, Ask):
                    sent = await self._ask(action)
                else:
                    found = await sender.find(action, row.made_at) if look_first else None
                    doubted = False
                    sent = found or await sender.send(action)
        except TryLater as later:
            await self._release(row, later.after, str(later), doubted=doubted)
        except Refused as refused:
            log.warning("action_refused", **_ids(row))
            await self._settle(row, "failed", reason=str(refused))
        except (Doubtful, TimeoutError) as doubt:
            reason = str(doubt) or "no answer came in time"
            if action.repeat == "once":
                await self._settle(row, "doubtful", reason=reason)
            else:
                await self._release(row, _DOUBT_PAUSE_S, reason, doubted=True)
        except Exception as error:
            log.exception("action_failed", **_ids(row), tries=row.tries + 1)
            reason = f"{type(error).__name__}: {error}"
            if action.repeat == "once":
                await self._settle(row, "doubtful", reason=reason)
            elif row.tries + 1 >= _MOST_TRIES:
                await self._settle(row, "failed", reason=reason)
            else:
                await self._release(row, _BUG_PAUSE_S * 2**row.tries, reason, doubted=True, counting=True)
        else:
            await self._settle(row, "sent", sent=sent)

    async def _ask(self, action: Ask) -> Sent:
        if self._asker is None:
            return Sent(judgement=Judgement(reason="there is no language model any more"))
        return Sent(judgement=await self._asker.ask(action))

    async def _leave_pause(self, row: Row[Any], sender: Sender) -> None:
        """Leave the platform's pause between two actions of one lane."""
        lane = (row.community, row.lane)
        now = asyncio.get_running_loop().time()
        free_at = self._lane_free_at.get(lane, now)
        if len(self._lane_free_at) > _LANES_KEPT:
            self._lane_free_at = {key: at for key, at in self._lane_free_at.items() if at > now}
        self._lane_free_at[lane] = max(now, free_at) + sender.pause
        if free_at > now:
            await asyncio.sleep(free_at - now)

    async def _release(
        self, row: Row[Any], after: float, reason: str, *, doubted: bool, counting: bool = False
    ) -> None:
        self._metrics.tried("later")
        again_at = self._wall.now() + timedelta(seconds=after)
        said = clean(reason, _MOST_REASON)

        def work() -> None:
            with self._database.transaction() as tx:
                release(tx, row.seq, again_at, said, counting=counting, doubted=doubted)

        while True:
            try:
                await self._database.in_writer(work)
            except DatabaseTrouble:
                # While its claim stands nobody sends it; given up now, it would be taken for doubtful.
                await asyncio.sleep(_LOOK_AGAIN_S)
            else:
                return

    async def _settle(
        self,
        row: Row[Any],
        outcome: Literal["sent", "doubtful", "failed"],
        *,
        sent: Sent | None = None,
        reason: str = "",
    ) -> None:
        """Tell the core what came of it: its row is settled in the same transaction as what follows."""
        self._metrics.tried(outcome)
        # What a manager had sent again is settled again.
        again = f":again{row.again}" if row.again else ""
        if row.kind == "ask":
            # What broke off may have cost something.
            unknown = Judgement(reason=reason, tokens_in=None, tokens_out=None)
            await self._judged(row, sent.judgement if sent and sent.judgement else unknown)
            return
        await self._inbox.put(
            Delivered(
                id=made_id(f"delivered{again}:{row.key}"),
                community=row.community,
                at=self._clock.now(),
                key=row.key,
                outcome=outcome,
                message=sent.message if sent else None,
                reason=clean(reason, _MOST_REASON),
            )
        )

    async def _judged(self, row: Row[Any], judgement: Judgement) -> None:
        await self._inbox.put(
            Judged(
                id=made_id(f"judged:{row.key}"),
                community=row.community,
                at=self._clock.now(),
                key=row.key,
                answer=judgement.answer,
                reason=clean(judgement.reason, _MOST_REASON),
                tokens_in=judgement.tokens_in,
                tokens_out=judgement.tokens_out,
                took_s=judgement.took_s,
            )
        )


def _ids(row: Row[Any]) -> dict[str, Any]:
    return {"community": row.community, "action": row.seq, "kind": row.kind, "key": short(row.key)}
