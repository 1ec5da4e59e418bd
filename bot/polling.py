"""Updates by long polling: each is handled to the end before Telegram is told that it may forget it.

One exception keeps one person's backlog from everybody else: Telegram shows 100 updates from the oldest unfinished one
on, so where those hide what came after them, what a person can simply do again is confirmed while it is in hand.
"""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from typing import Any, Final, Protocol

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramConflictError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import DeleteWebhook, GetUpdates, TelegramMethod
from aiogram.types import Update
from aiogram.types.update import UpdateTypeLookupError
from pydantic import ValidationError

from bot.loops import first_of
from bot.session import RawSession, TokenRefused

__all__ = ["Polling", "TokenRefused"]

log = structlog.get_logger()

HANDLER_TIMEOUT_S: Final = 30.0
GRACE_S: Final = 8.0
LEAST_BACKOFF_S: Final = 1.0
MOST_BACKOFF_S: Final = 30.0
_ANSWER_S: Final = 10.0  # for the network around a long poll, and for the polite answer after a handler's time is over
_AGAIN_S: Final = 0.25  # how soon to look for more while something is still in hand
MOST_WAITING: Final = 5  # of one person or chat, behind the one in hand
MOST_AT_ONCE: Final = 100  # in one answer of getUpdates
_DO_AGAIN: Final = frozenset(
    {"message", "edited_message", "callback_query", "inline_query", "chosen_inline_result", "message_reaction"}
)
_ABOUT_MONEY: Final = frozenset({"successful_payment", "refunded_payment"})
_OF_A_PERSON: Final = frozenset(
    {"callback_query", "inline_query", "chosen_inline_result", "shipping_query", "pre_checkout_query"}
)

Handle = Callable[[Mapping[str, Any]], Awaitable[None]]


class Surplus(Protocol):
    """Tells a person who is too fast that there is no need to hurry; never raises, never waits."""

    def __call__(self, bot: Bot, raw: Mapping[str, Any], *, first: bool) -> None:
        """About an update that is not handled; `first` of its burst."""
        ...


class Line(deque[Mapping[str, Any]]):
    """What one person or chat sent, the one in hand first; `surplus`: something was turned away already."""

    surplus = False


class InHand:
    """Updates being handled: in order within a person or chat, beside each other otherwise; each only once."""

    def __init__(self, handle: Handle, turn_away: Callable[[Mapping[str, Any], bool], None] | None = None) -> None:
        """Handle each with `handle`, which never raises but for a cancellation.

        What comes when MOST_WAITING of a person wait already, and what they can simply do again, goes to `turn_away`
        (with whether it is the first of its burst) and counts as finished.
        """
        self._handle, self._turn_away = handle, turn_away
        self._lines: dict[Hashable, Line] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._unfinished: dict[int, Mapping[str, Any]] = {}
        self._let_go: set[int] = set()
        self._finished: set[int] = set()
        self._next: int | None = None
        self.all_done = asyncio.Event()
        self.all_done.set()

    @property
    def offset(self) -> int | None:
        """Everything below it is finished (or let go): what getUpdates may confirm. None before the first update."""
        return min(self._unfinished.keys() - self._let_go, default=self._next)

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

    def let_go(self) -> bool:
        """Let what can be done again be confirmed although it is still in hand; True if that moves the offset."""
        before = self.offset
        self._let_go |= {number for number, raw in self._unfinished.items() if can_be_done_again(raw)}
        return self.offset != before

    def _queue(self, key: Hashable, raw: Mapping[str, Any]) -> None:
        line = self._lines.get(key)
        if line is not None and len(line) > MOST_WAITING and self._turn_away is not None and can_be_done_again(raw):
            self._finished.add(raw["update_id"])
            self._turn_away(raw, not line.surplus)
            line.surplus = True
            return
        self.all_done.clear()
        self._unfinished[raw["update_id"]] = raw
        if line is not None:
            line.append(raw)
            return
        self._lines[key] = Line([raw])
        task = asyncio.create_task(self._work_off(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work_off(self, key: Hashable) -> None:
        line = self._lines[key]
        while line:
            raw = line[0]
            await self._handle(raw)
            line.popleft()
            self._unfinished.pop(raw["update_id"], None)
            self._let_go.discard(raw["update_id"])
            self._finished.add(raw["update_id"])
        del self._lines[key]
        if not self._unfinished:
            self.all_done.set()

    async def finish(self, grace_s: float) -> None:
        """Let what is in hand come to its end; what takes longer is cancelled and stays unconfirmed."""
        if tasks := list(self._tasks):
            _, late = await asyncio.wait(tasks, timeout=grace_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
            if late:
                log.warning("updates_left_unfinished", count=len(self._unfinished))


class Polling:
    """The loop around getUpdates; one bot, one dispatcher."""

    def __init__(
        self,
        bot: Bot,
        dispatcher: Dispatcher,
        *,
        allowed_updates: list[str] | None = None,
        timeout_s: int = 25,
        handler_timeout_s: float = HANDLER_TIMEOUT_S,
        grace_s: float = GRACE_S,
    ) -> None:
        """Ask for `allowed_updates`, or for what the dispatcher's routers handle; who is too fast is told by the
        dispatcher's "surplus" (bot.build.build_dispatcher). Raises: TypeError (other session).
        """
        if not isinstance(bot.session, RawSession):
            raise TypeError("polling reads raw answers: give the bot a RawSession (bot.build.build_bot)")
        self._bot, self._session, self._dispatcher = bot, bot.session, dispatcher
        self._allowed = allowed_updates if allowed_updates is not None else dispatcher.resolve_used_update_types()
        self._timeout_s, self._handler_timeout_s, self._grace_s = timeout_s, handler_timeout_s, grace_s
        self._surplus: Surplus | None = dispatcher.workflow_data.get("surplus")
        self._in_hand = InHand(self._handle, self._turn_away)
        self._state = "ok"
        self._failures = 0
        self.ready = asyncio.Event()  # Telegram has answered

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until `stop` is set (or this is cancelled), then finish what is in hand. Raises: TokenRefused."""
        try:
            await self._until(stop, self._patiently(stop, DeleteWebhook(drop_pending_updates=False), _ANSWER_S))
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
        updates = await self._until(stop, self._patiently(stop, method, timeout_s + _ANSWER_S))
        usable = _usable(updates or ())
        fresh = self._in_hand.take(usable)
        if len(usable) >= MOST_AT_ONCE and (fresh or self._in_hand.let_go()):
            return  # there may be more behind them
        if not idle or fresh:
            await first_of((stop, self._in_hand.all_done), _AGAIN_S)

    async def _until(self, stop: asyncio.Event, call: Awaitable[Any]) -> Any:
        """The call's result; None if it had to be broken off to stop."""
        task, stopping = asyncio.ensure_future(call), asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait((task, stopping), return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            stopping.cancel()
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def _patiently(self, stop: asyncio.Event, method: TelegramMethod[Any], timeout_s: float) -> Any:
        """Call until there is an answer. Raises: TokenRefused."""
        while not stop.is_set():
            try:
                answer = await self._session.raw(self._bot, method, timeout_s)
            except (TelegramUnauthorizedError, TelegramNotFound):
                raise TokenRefused from None
            except (TelegramAPIError, ClientDecodeError) as error:
                await asyncio.sleep(self._pause_after(error))
            else:
                self._came_through()
                return answer
        return None

    def _pause_after(self, error: TelegramAPIError | ClientDecodeError) -> float:
        """How long to wait; one log line per change of what is wrong."""
        state, words = _diagnosis(error)
        if state != self._state:
            log.warning(state, error=type(error).__name__, hint=words)
        self._state = state
        self._failures += 1
        if isinstance(error, TelegramRetryAfter):
            return float(error.retry_after)
        most = min(MOST_BACKOFF_S, 2.0 ** min(self._failures, 10))
        return random.uniform(max(LEAST_BACKOFF_S, most / 2), most)  # noqa: S311

    def _came_through(self) -> None:
        if self._state != "ok":
            log.info("polling_recovered", failures=self._failures)
        self._state, self._failures = "ok", 0
        self.ready.set()

    def _turn_away(self, raw: Mapping[str, Any], first: bool) -> None:
        if first:
            log.info("updates_turned_away", update_id=raw["update_id"])
        if self._surplus is not None:
            self._surplus(self._bot, raw, first=first)

    async def _handle(self, raw: Mapping[str, Any]) -> None:
        """One update to its end, whatever happens in it."""
        number = raw["update_id"]
        try:
            update = Update.model_validate(raw, context={"bot": self._bot})
            kind = update.event_type
        except ValidationError as error:
            log.error("update_undecodable", update_id=number, where=_where(error))
            return
        except UpdateTypeLookupError:
            log.warning("update_of_unknown_type", update_id=number, keys=sorted(raw.keys() - {"update_id"}))
            return
        try:
            async with asyncio.timeout(self._handler_timeout_s + _ANSWER_S):
                await self._dispatcher.feed_update(self._bot, update)
        except TimeoutError:
            log.error("update_timed_out", update_id=number, kind=kind)
        except Exception:  # one broken update must not stop the others
            log.exception("update_failed", update_id=number, kind=kind)

    async def _confirm(self) -> None:
        """Tell Telegram what is finished, so that the next start does not see it again; no matter if that fails."""
        if self._in_hand.offset is None:
            return
        method = GetUpdates(offset=self._in_hand.offset, limit=1, timeout=0, allowed_updates=self._allowed)
        try:
            await self._session.raw(self._bot, method, 2.0)
        except (TelegramAPIError, ClientDecodeError) as error:
            log.info("updates_not_confirmed", error=type(error).__name__)


def queue_of(raw: Mapping[str, Any]) -> Hashable:
    """What an update has to wait behind: the person's or the chat's earlier ones (a private chat is its person)."""
    for kind, body in raw.items():
        if isinstance(body, dict):
            chat = None if kind in _OF_A_PERSON else body.get("chat")
            whose = chat or body.get("from") or body.get("user")
            if isinstance(whose, dict) and isinstance(whose.get("id"), int):
                return int(whose["id"])
    return ("update", raw["update_id"])


def can_be_done_again(raw: Mapping[str, Any]) -> bool:
    """A tap or words: whoever is not heard repeats them. Money, posts and who blocks the bot are told only once."""
    for kind, body in raw.items():
        if isinstance(body, dict):
            return kind in _DO_AGAIN and not (_ABOUT_MONEY & body.keys())
    return False


def _where(error: ValidationError) -> list[str]:
    """Which fields can't be read; never what is in them."""
    problems = error.errors(include_input=False, include_url=False, include_context=False)
    return sorted({".".join(str(part) for part in problem["loc"]) for problem in problems})[:5]


def _usable(updates: Any) -> list[Mapping[str, Any]]:
    """Updates that have a number, in its order; anything else can't even be confirmed."""
    known = [raw for raw in updates if isinstance(raw, dict) and isinstance(raw.get("update_id"), int)]
    return sorted(known, key=lambda raw: int(raw["update_id"]))


def _diagnosis(error: TelegramAPIError | ClientDecodeError) -> tuple[str, str]:
    if isinstance(error, TelegramConflictError):
        return "polling_conflict", "another program polls with this token; stop it, or give this one a token of its own"
    if isinstance(error, TelegramRetryAfter):
        return "polling_told_to_wait", "Telegram wants fewer requests; waiting as long as it says"
    return "polling_unreachable", "Telegram does not answer; trying again, at most every 30 seconds"
