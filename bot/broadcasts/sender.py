"""The loop that sends broadcasts: a little ahead of the limiter, so that little is unknown after a crash.

What is written down as going waits for its turn in the limiter; so few at a time that they go within a moment. What
came of them is recorded in the commit that writes down the next.
"""

import asyncio
import itertools
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from aiogram import Bot

from bot.broadcasts.cards import Dress, Footer, Letter, as_it_is, letter, nothing_below
from bot.broadcasts.hand import Hand
from bot.broadcasts.wire import Answered, BroadcastWire, UploadMissing
from bot.loops import first_of, work_or_stop
from bot.sending import Limiter, NoTurn, Priority
from giving.broadcasts import PHOTO_UNREADABLE, Broadcast, Delivery, DeliveryState, Outcome
from services.broadcasts import BroadcastSending
from services.clock import Clock, utc_now
from services.leadership import NotLeading
from services.wake import log_trouble

log = structlog.get_logger()

IDLE_S: Final = 1.0
AHEAD_S: Final = 0.3  # written down this long before they go
PATIENCE_S: Final = 10.0  # of one that waits for its turn: its chat may be told to wait
ON_THE_WAY: Final = 100  # calls that are not answered yet, at the free rate
ON_THE_WAY_PAID: Final = 400
# Where more calls than these wait so long for their answers, no more are begun: receipts would wait behind them there.
SLOW_S: Final = 0.5
SLOW_CALLS: Final = 10
RECORD_S: Final = 0.25  # what came of them is not held back longer than that
REFUSALS: Final = 3  # in a row, of the message itself: then it is stopped
_NOT_BEGUN: Final = "not sent: it was stopped before its turn"
_BRAKING: Final = "not sent: Telegram fails"


def written_ahead(per_second: int) -> int:
    """How many are written down at most before their turn came: unknown after a crash, though they were not sent."""
    return max(2, int(per_second * AHEAD_S))


class BroadcastSender:
    """For one process that leads; it survives every error but its cancellation."""

    def __init__(
        self,
        bot: Bot,
        sending: BroadcastSending,
        limiter: Limiter,
        footer: Footer = nothing_below,
        dress: Dress = as_it_is,
        *,
        may_act: Callable[[], bool] = lambda: True,
        heard: Callable[[bool], None] = lambda _: None,
        now: Clock = utc_now,
    ) -> None:
        """`footer`: the row by which readers get fewer; `dress`: what every message says besides.

        `may_act`, `heard`: as of bot.leading.
        """
        self._sending, self._limiter, self._now = sending, limiter, now
        self._footer, self._dress = footer, dress
        self._wire = BroadcastWire(bot, may_act, heard, now)
        self._hands: dict[UUID, Hand] = {}
        self._outcomes: deque[Outcome] = deque()
        self._doubtful: set[UUID] = set()  # of which nobody knows whether the last commit was one
        self._moved = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set; who waits for their turn then waits for the next leader, what went is recorded."""
        self._hands, self._outcomes, self._doubtful = (
            {},
            deque(),
            set(),
        )  # what another term had in hand is not ours any more
        self._sending.woken.set()
        idle_s = IDLE_S
        while await work_or_stop(self._sending.woken, stop, idle_s):
            try:
                idle_s = await self._send_until_idle(stop)
            except NotLeading:
                log.info("broadcasts_left_to_the_leader")
                idle_s = IDLE_S
            except Exception as error:  # noqa: BLE001 - the database may be back in a second
                log_trouble("broadcasts_not_sent", error)
                idle_s = IDLE_S
            finally:
                await self._come_home()
                await self._wire.close()

    async def _send_until_idle(self, stop: asyncio.Event) -> float:
        """Send what can be sent now; how long to rest then, unless woken."""
        while not stop.is_set():
            running = await self._sending.running()
            if not running:
                return IDLE_S
            moved = [await self._send_some(one, stop) for one in running if not self._rests(one)]
            if not any(moved):
                return IDLE_S
        return IDLE_S

    def _rests(self, broadcast: Broadcast) -> bool:
        """Whether nothing is to be done: Telegram fails, or everybody who is left sleeps, and nobody changed it."""
        hand = self._hands.get(broadcast.id)
        if hand is not None and hand.braking(asyncio.get_running_loop().time()):
            return True
        if hand is None or hand.rests_until is None or hand.rests_at != broadcast.version:
            return False
        return self._now() < hand.rests_until

    async def _send_some(self, broadcast: Broadcast, stop: asyncio.Event) -> bool:
        """One broadcast for a moment, so that beside a long one a short one comes to its end too. Whether any moved."""
        until = asyncio.get_running_loop().time() + 1.0
        moved = False
        while not stop.is_set() and asyncio.get_running_loop().time() < until:
            hand = self._hands.setdefault(broadcast.id, Hand())
            if hand.braking(asyncio.get_running_loop().time()):
                return moved
            room = self._room(broadcast, hand)
            if room <= 0:
                await self._breathe(stop)
                continue
            outcomes = list(self._outcomes)
            self._doubtful.add(broadcast.id)
            batch = await self._sending.begin(broadcast, room, outcomes)
            self._doubtful.discard(broadcast.id)
            self._recorded(outcomes)
            moved = moved or bool(batch.deliveries or outcomes or batch.more)
            broadcast = batch.broadcast
            for delivery in batch.deliveries:
                self._go(broadcast, hand, delivery)
            if batch.more:
                continue
            if hand.going:
                await self._breathe(stop)
                continue
            if self._outcomes:
                continue
            hand.rests_until, hand.rests_at = batch.again_at, broadcast.version
            if batch.again_at is None and await self._sending.finish(broadcast):
                self._hands.pop(broadcast.id, None)
                return True
            return moved
        return True

    def _room(self, broadcast: Broadcast, hand: Hand) -> int:
        """How many more may be written down; few at a time would be a commit for each."""
        per_second = self._sending.per_second(broadcast)
        oldest = next(itertools.islice(hand.sent_at.values(), SLOW_CALLS, None), None)
        if oldest is not None and asyncio.get_running_loop().time() - oldest > SLOW_S:
            return 0
        ahead = written_ahead(per_second)
        most = ON_THE_WAY_PAID if self._sending.pays(broadcast) else ON_THE_WAY
        photo = broadcast.content.photo
        if hand.tries:
            return 0 if hand.going else 1
        if photo is not None and photo.file_id is None:
            return 0 if hand.going else 1  # the first one brings the photo, the others are sent what Telegram calls it
        room = min(ahead - hand.waiting, most - len(hand.going))
        return room if room >= ahead // 3 else 0

    async def _breathe(self, stop: asyncio.Event) -> None:
        """Until somebody's turn came, or an answer; what is answered is recorded before long."""
        self._moved.clear()
        await first_of((self._moved, stop), RECORD_S)

    def _go(self, broadcast: Broadcast, hand: Hand, delivery: Delivery) -> None:
        if hand.version != broadcast.version:
            hand.letters, hand.version, hand.refusals = {}, broadcast.version, 0
        if delivery.language not in hand.letters:
            paid = self._sending.pays(broadcast)
            hand.letters[delivery.language] = letter(
                broadcast.content, broadcast.kind, delivery.language, self._footer, self._dress, paid=paid
            )
        hand.waiting += 1  # here, not where the task begins: the next are written down before that
        task = asyncio.create_task(self._tell(broadcast, hand, delivery, hand.letters[delivery.language]))
        hand.going.add(task)
        task.add_done_callback(lambda done: self._home(hand, done))

    def _home(self, hand: Hand, task: asyncio.Task[None]) -> None:
        hand.going.discard(task)
        self._moved.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log_trouble("broadcast_call_broken", error if isinstance(error, Exception) else RuntimeError(str(error)))

    async def _tell(self, broadcast: Broadcast, hand: Hand, delivery: Delivery, what: Letter) -> None:
        """Wait for the turn, send, keep the outcome: whatever happens, there is one."""
        priority = Priority.PAID if self._sending.pays(broadcast) else Priority.BROADCAST
        outcome = self._waits(delivery, self._now(), _NOT_BEGUN)
        begun = False
        try:
            try:
                deadline = asyncio.get_running_loop().time() + PATIENCE_S
                sent_at = await self._limiter.turn(delivery.telegram_id, priority, deadline)
            finally:
                hand.waiting -= 1
                self._moved.set()
            if hand.braking(asyncio.get_running_loop().time()):
                self._limiter.answered(sent_at, priority)
                outcome = self._waits(delivery, self._now(), _BRAKING)
                return
            begun = True
            outcome = Outcome(delivery, DeliveryState.UNKNOWN, said="cut off")
            hand.sent_at[delivery.person] = sent_at
            try:
                answered = await self._wire.send(what, delivery)
            finally:
                del hand.sent_at[delivery.person]
                self._limiter.answered(sent_at, priority)
            outcome = answered.outcome
            if answered.told_to_wait_s is not None:
                self._limiter.refused(what.method, delivery.telegram_id, answered.told_to_wait_s)
            if answered.file_id is not None and what.upload is not None:
                await self._sending.uploaded(broadcast, answered.file_id)
                hand.letters, hand.version = {}, 0
            self._brake(broadcast, hand, answered)
            await self._judge(broadcast, hand, outcome)
        except NoTurn as none:
            outcome = self._waits(delivery, self._now(), f"no turn, again in {none.wait_s} s")
        except UploadMissing as missing:
            outcome = self._waits(delivery, self._now(), "the photo is missing")
            log.error("broadcast_photo_missing", broadcast_id=str(broadcast.id), error=str(missing))
            await self._sending.stop_for(broadcast, PHOTO_UNREADABLE)
        except NotLeading:
            if not begun:
                raise
        finally:
            self._outcomes.append(outcome)

    def _brake(self, broadcast: Broadcast, hand: Hand, answered: Answered) -> None:
        """Where Telegram fails again and again, few are tried, so that few are unknown."""
        if answered.heard:
            hand.answered()
        elif answered.outcome.state is DeliveryState.UNKNOWN and hand.failed(asyncio.get_running_loop().time()):
            log.error(
                "broadcast_rests", broadcast_id=str(broadcast.id), failures=hand.failures, rest_s=hand.rest_s,
                error=answered.outcome.said,
            )  # fmt: skip

    async def _judge(self, broadcast: Broadcast, hand: Hand, outcome: Outcome) -> None:
        """A message that Telegram refuses to everybody is stopped."""
        if outcome.state is DeliveryState.SENT:
            hand.refusals = 0
        if outcome.state is not DeliveryState.FAILED:
            return
        hand.refusals += 1
        if hand.refusals >= REFUSALS:  # again, where the database was away before
            await self._sending.stop_for(broadcast, outcome.said or "refused")

    def _waits(self, delivery: Delivery, at: datetime, said: str) -> Outcome:
        return Outcome(delivery, DeliveryState.WAITING, said=said, again_at=at)

    def _recorded(self, outcomes: list[Outcome]) -> None:
        for _ in outcomes:
            self._outcomes.popleft()

    async def _come_home(self) -> None:
        """Who waits for their turn is told later; what is on its way is waited for; all of it is recorded."""
        going = [task for hand in self._hands.values() for task in hand.going]
        while going:
            for hand in self._hands.values():
                if hand.waiting:
                    self._limiter.give_up((Priority.BROADCAST, Priority.PAID))
                    break
            _, pending = await asyncio.wait(going, timeout=1.0)
            going = list(pending)
        for pause_s in (0.5, 1.0, 2.0, 4.0, None):
            try:
                await self._settle()
            except NotLeading:  # they are unknown: whoever leads next has written that down
                self._outcomes.clear()
                self._doubtful.clear()
                return
            except Exception as error:  # noqa: BLE001 - a database that was busy must not make sent ones unknown
                log_trouble("broadcast_mark_failed", error)
                if pause_s is not None:
                    await asyncio.sleep(pause_s)
            else:
                return

    async def _settle(self) -> None:
        """With nothing in hand: record all that came, and give up what was written down and never came here."""
        while outcomes := list(self._outcomes):
            await self._sending.record(outcomes)
            self._recorded(outcomes)
        for broadcast in tuple(self._doubtful):
            await self._sending.lost(broadcast)
            self._doubtful.discard(broadcast)
