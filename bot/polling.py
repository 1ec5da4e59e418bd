"""Updates by long polling: Telegram is told that it may forget an update only after what it did is committed.

Telegram shows 100 updates from the oldest unfinished one on: what hides those behind it is hurried, never let go.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from typing import Any, Final

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import ClientDecodeError, TelegramAPIError
from aiogram.methods import DeleteWebhook, GetUpdates

from bot.intake import Hurry, Intake
from bot.lane import TapLane
from bot.loops import first_of
from bot.patience import Patience
from bot.session import RawSession, TokenRefused
from bot.updates import can_be_done_again, queue_of, speaker_of

__all__ = ["Polling", "TokenRefused"]

log = structlog.get_logger()

GRACE_S: Final = 7.5
_ANSWER_S: Final = 10.0  # for the network around a long poll
_CONFIRM_S: Final = 0.8
_AGAIN_S: Final = 0.25  # how soon to look for more while something is still in hand
HURRY_AFTER_S: Final = 3.0  # how long an update may hide what came after it
MOST_PAUSE_S: Final = 10.0  # between two tries of an update while the database is away
MOST_WAITING: Final = 5  # of one person, behind the one in hand; what a whole group says is never too much
MOST_AT_ONCE: Final = 100  # in one answer of getUpdates

Handle = Callable[[Mapping[str, Any], Hurry], Awaitable[bool]]


class Line(deque[Mapping[str, Any]]):
    """What one person or chat sent, the one in hand first.

    `surplus`: something was turned away already; `stuck`: the first one has to be tried again.
    """

    surplus = False
    stuck = False


class InHand:
    """Updates being handled: in order within a person or chat, beside each other otherwise; each only once.

    At most 100, since Telegram shows no more from the first unfinished one on.
    """

    def __init__(
        self,
        handle: Handle,
        turn_away: Callable[[Mapping[str, Any], bool], None] | None = None,
        put_off: Callable[[Mapping[str, Any]], None] | None = None,
    ) -> None:
        """Handle each with `handle` until it says that it is finished; what waits behind one that is not: `put_off`.

        What a person says when MOST_WAITING of theirs wait there already, and can simply say again, goes to
        `turn_away` (with whether it is the first of its burst) and counts as finished.
        """
        self._handle, self._turn_away, self._put_off = handle, turn_away, put_off
        self._lines: dict[Hashable, Line] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._unfinished: set[int] = set()
        self._running: dict[int, tuple[Mapping[str, Any], Hurry]] = {}
        self._hiding: tuple[int | None, int] = None, 0
        self._finished: set[int] = set()
        self._next: int | None = None
        self._stopping = asyncio.Event()
        self.all_done = asyncio.Event()
        self.all_done.set()

    @property
    def offset(self) -> int | None:
        """Everything below it is finished: what getUpdates may confirm. None while there is nothing to confirm."""
        return min(self._unfinished, default=self._next)

    def take(self, updates: Iterable[Mapping[str, Any]]) -> bool:
        """Start on those that are not in hand yet; True if there were any."""
        fresh = False
        for raw in updates:
            number = raw["update_id"]
            if number in self._unfinished or number in self._finished:
                continue
            fresh = True
            self._next = number + 1
            self._queue(queue_of(raw), raw)
        self._finished = {number for number in self._finished if number >= (self.offset or 0)}
        return fresh

    def confirmed(self) -> None:
        """Telegram has nothing more and knows what is finished: numbers may go on anywhere, even below (as they do
        after an idle week).
        """
        if not self._unfinished:
            self._next = None
            self._finished.clear()

    def hurry(self) -> None:
        """Nothing new is shown behind the first unfinished update. Asked so every _AGAIN_S: one that hides the others
        for too long, and can simply be done again, is ended; its person is told.

        Only that one: where all are slow because the machine is, they get on, and to be ended would lose their work.
        """
        if self._hiding[0] != self.offset:
            self._hiding = self.offset, 0
        number, asked = self._hiding
        self._hiding = number, asked + 1
        if number in self._running and asked * _AGAIN_S >= HURRY_AFTER_S:
            raw, hurry = self._running[number]
            if can_be_done_again(raw) and hurry.now():
                log.warning("update_hurried", update_id=number)

    def _queue(self, key: Hashable, raw: Mapping[str, Any]) -> None:
        line = self._lines.get(key)
        if line is not None and self._turn_away is not None and _is_too_much(line, raw):
            self._finished.add(raw["update_id"])
            self._turn_away(raw, not line.surplus)
            line.surplus = True
            return
        self.all_done.clear()
        self._unfinished.add(raw["update_id"])
        if line is not None:
            line.append(raw)
            if line.stuck and self._put_off is not None:
                self._put_off(raw)
            return
        self._lines[key] = Line([raw])
        task = asyncio.create_task(self._work_off(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work_off(self, key: Hashable) -> None:
        line = self._lines[key]
        while line:
            if not await self._finish(line):
                return  # we are stopping: it and what waits behind it come again
            raw = line.popleft()
            self._unfinished.discard(raw["update_id"])
            self._finished.add(raw["update_id"])
        del self._lines[key]
        if not self._unfinished:
            self.all_done.set()

    async def _finish(self, line: Line) -> bool:
        """Try the first until it is finished; False if we are to stop before."""
        raw, number, pause = line[0], line[0]["update_id"], 0.5
        while True:
            hurry = Hurry()
            self._running[number] = raw, hurry
            try:
                line.stuck = not await self._handle(raw, hurry)
            except Exception:  # a mistake of ours must not stop this line, and with it everybody
                log.exception("update_failed", update_id=number)
                line.stuck = False
            finally:
                del self._running[number]
            if not line.stuck:
                return True
            if self._put_off is not None:
                for waiting in list(line)[1:]:
                    self._put_off(waiting)
            pause = min(MOST_PAUSE_S, 2 * pause)
            await first_of((self._stopping,), pause)
            if self._stopping.is_set():
                return False

    async def finish(self, grace_s: float) -> None:
        """Let what is in hand come to its end; what takes longer is cancelled and stays unconfirmed."""
        self._stopping.set()
        if tasks := list(self._tasks):
            _, late = await asyncio.wait(tasks, timeout=grace_s)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=0.3)  # one that does not even end when cancelled is left behind
        if self._unfinished:
            log.warning("updates_left_unfinished", count=len(self._unfinished))


class Polling:
    """The loop around getUpdates; one bot, one dispatcher."""

    def __init__(
        self,
        bot: Bot,
        dispatcher: Dispatcher,
        intake: Intake,
        *,
        allowed_updates: list[str] | None = None,
        lane: TapLane | None = None,
        timeout_s: int = 25,
        grace_s: float = GRACE_S,
    ) -> None:
        """Ask for `allowed_updates`, or for what the dispatcher's routers handle; taps go by the `lane`, if any.

        Raises: TypeError (other session).
        """
        self._patience = Patience(bot)
        self._bot, self._intake, self._lane = bot, intake, lane
        self._allowed = allowed_updates if allowed_updates is not None else dispatcher.resolve_used_update_types()
        self._timeout_s, self._grace_s = timeout_s, grace_s
        self._in_hand = InHand(self._handle, self._turn_away, intake.put_off)

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until `stop` is set (or this is cancelled), then finish what is in hand. Raises: TokenRefused."""
        try:
            await self._patience.call(DeleteWebhook(drop_pending_updates=False), _ANSWER_S, stop)
            while not stop.is_set():
                await self._once(stop)
        finally:
            await self._in_hand.finish(self._grace_s)
            await self._confirm()

    async def _once(self, stop: asyncio.Event) -> None:
        """Fetch and start on what there is; wait long only while nothing is in hand."""
        idle = self._in_hand.all_done.is_set()
        timeout_s = self._timeout_s if idle else 0
        method = GetUpdates(offset=self._in_hand.offset, timeout=timeout_s, allowed_updates=self._allowed)
        updates = await self._patience.call(method, timeout_s + _ANSWER_S, stop)
        if updates == [] and idle:
            self._in_hand.confirmed()
        usable = _usable(updates or ())
        fresh = self._in_hand.take(usable)
        if len(usable) >= MOST_AT_ONCE:
            if fresh:
                return  # there may be more behind them
            self._in_hand.hurry()
        if not idle or fresh:
            await first_of((stop, self._in_hand.all_done), _AGAIN_S)

    async def _handle(self, raw: Mapping[str, Any], hurry: Hurry) -> bool:
        lane = self._lane
        if lane is not None and (answer := await lane(raw)) is not None and await lane.say(self._bot, raw, answer):
            return True
        return await self._intake(raw, hurry)

    def _turn_away(self, raw: Mapping[str, Any], first: bool) -> None:
        if first:
            log.info("updates_turned_away", update_id=raw["update_id"])
        if self._intake.surplus is not None:
            self._intake.surplus(self._bot, raw, first=first)

    async def _confirm(self) -> None:
        """Tell Telegram what is finished, so that the next start does not see it again; no matter if that fails."""
        if self._in_hand.offset is None or not isinstance(self._bot.session, RawSession):
            return
        method = GetUpdates(offset=self._in_hand.offset, limit=1, timeout=0, allowed_updates=self._allowed)
        try:
            await self._bot.session.raw(self._bot, method, _CONFIRM_S)
        except (TelegramAPIError, ClientDecodeError) as error:
            log.info("updates_not_confirmed", error=type(error).__name__)


def _is_too_much(line: Line, raw: Mapping[str, Any]) -> bool:
    """Whether its person has enough waiting in this line, and can say it again."""
    if len(line) <= MOST_WAITING or not can_be_done_again(raw):
        return False
    speaker = speaker_of(raw)
    return sum(speaker_of(waiting) == speaker for waiting in line) > MOST_WAITING


def _usable(updates: Any) -> list[Mapping[str, Any]]:
    """Updates that have a number, in its order; anything else can't even be confirmed."""
    known = [raw for raw in updates if isinstance(raw, dict) and isinstance(raw.get("update_id"), int)]
    return sorted(known, key=lambda raw: int(raw["update_id"]))
