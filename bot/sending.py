"""One limiter for everything the bot says: answers first, counters last, Telegram's limits never passed by our doing.

Source: core.telegram.org/bots/faq (about 30 messages a second, one a second in a chat, 20 a minute in a group).
"""

import asyncio
import math
import random
from collections.abc import Awaitable, Callable, Collection, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, cast

import structlog
from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType

from bot.pace import Chat, Limits, Pace, Priority
from services.metrics import TELEGRAM_RETRY_AFTER

__all__ = ["Limiter", "Limits", "NoTurn", "Priority", "sending_as"]

log = structlog.get_logger()

PATIENCE_S: Final = 20.0
MOST_TRIES: Final = 4
_TICK_S: Final = 0.001  # sooner is at once, for uvloop: again and again until it is time
_ALREADY_DONE: Final = ("message is not modified", "query is too old")


@dataclass(frozen=True, slots=True)
class _Way:
    priority: Priority = Priority.ANSWER
    patience_s: float = PATIENCE_S


_ANSWERING: Final = _Way()
_way: ContextVar[_Way] = ContextVar("sending_as", default=_ANSWERING)


@contextmanager
def sending_as(priority: Priority, *, patience_s: float = PATIENCE_S) -> Generator[None, None, None]:
    """Send what is called inside with this priority; what has no turn within `patience_s` raises TelegramRetryAfter."""
    token = _way.set(_Way(priority, patience_s))
    try:
        yield
    finally:
        _way.reset(token)


@dataclass(slots=True, eq=False)
class _Waiter:
    chat: Chat | None
    priority: Priority
    turn: asyncio.Future[float]


class NoTurn(Exception):
    """There was none within the caller's patience; `wait_s`: when it may be worth to ask again."""

    def __init__(self, wait_s: int) -> None:
        """Seconds, at least one."""
        super().__init__(wait_s)
        self.wait_s = wait_s


class Limiter(BaseRequestMiddleware):
    """A request middleware: every call waits for its turn; 429 is obeyed, and harmless calls are tried again."""

    def __init__(self, limits: Limits | None = None, *, clock: Callable[[], float] | None = None) -> None:
        """Start with nothing sent. `clock`: time.monotonic, where the loop's own stands still as it works: uvloop."""
        self._pace = Pace(limits or Limits())
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._waiting: dict[Priority, dict[_Waiter, None]] = {priority: {} for priority in Priority}
        self._timer: asyncio.TimerHandle | None = None

    async def __call__(
        self, make_request: NextRequestMiddlewareType[TelegramType], bot: Bot, method: TelegramMethod[TelegramType]
    ) -> Response[TelegramType]:
        """Send in turn. Raises: what the call raises; TelegramRetryAfter too when its patience is over."""
        way, now = _way.get(), self._clock
        deadline = now() + way.patience_s
        repeated = False
        for tries in range(1, MOST_TRIES + 1):
            sent_at = await self._in_turn(method, way.priority, deadline)
            try:
                return await self._counted(make_request(bot, method), sent_at, way.priority)
            except TelegramRetryAfter as refusal:
                self.refused(method.__api_method__, chat_of(method), refusal.retry_after, counts=is_message(method))
                pause = float(refusal.retry_after)
                if tries == MOST_TRIES or now() + pause > deadline:
                    raise
            except TelegramBadRequest as refusal:
                if repeated and any(said in refusal.message for said in _ALREADY_DONE):
                    return cast(Response[TelegramType], True)  # the try whose answer was lost had arrived
                raise
            except (TelegramNetworkError, TelegramServerError) as failure:
                pause = min(8.0, 0.25 * 2**tries) * random.uniform(0.75, 1.25)  # noqa: S311
                hopeless = isinstance(failure, TelegramEntityTooLarge) or not is_repeatable(method)
                if hopeless or tries == MOST_TRIES or now() + pause > deadline:
                    raise
                repeated = True
            await asyncio.sleep(pause)
        raise AssertionError("the last try returns or raises")

    async def turn(self, chat: Chat | None, priority: Priority, deadline: float) -> float:
        """Wait until a message may go to this chat; when it went, for `answered`. Raises: NoTurn."""
        loop = asyncio.get_running_loop()
        waiter = _Waiter(chat, priority, loop.create_future())
        self._waiting[priority][waiter] = None
        try:
            self._give_turns()
            async with asyncio.timeout_at(deadline):
                return await waiter.turn
        except TimeoutError:
            if waiter.turn.done() and not waiter.turn.cancelled():
                return waiter.turn.result()  # the turn came in the very moment the patience ended
            wait_s = self._pace.ready_at(self._clock(), chat, priority) - self._clock()
            raise NoTurn(max(1, math.ceil(wait_s))) from None
        finally:
            self._waiting[priority].pop(waiter, None)

    def give_up(self, priorities: Collection[Priority]) -> None:
        """Whoever waits for a turn of these priorities gets none: NoTurn is raised where they wait."""
        for priority in priorities:
            for waiter in list(self._waiting[priority]):
                if not waiter.turn.done():
                    waiter.turn.set_exception(NoTurn(1))

    def answered(self, sent_at: float, priority: Priority) -> None:
        """What went in its `turn` has been answered, in whatever way."""
        self._pace.answered(sent_at, self._clock(), priority)
        self._give_turns()

    def refused(self, method: str, chat: Chat | None, retry_after_s: int, *, counts: bool = True) -> None:
        """Telegram said 429; `counts`: by its limits for messages."""
        if counts:
            self._pace.refused(self._clock(), chat, retry_after_s)
        TELEGRAM_RETRY_AFTER.observe(retry_after_s)
        log.warning("telegram_retry_after", method=method, seconds=retry_after_s)

    async def _counted(
        self, request: Awaitable[Response[TelegramType]], sent_at: float | None, priority: Priority
    ) -> Response[TelegramType]:
        """One call; until it is answered it is taken to be still on its way."""
        try:
            response = await request
        except Exception:
            if sent_at is not None:
                self.answered(sent_at, priority)
            raise
        if sent_at is not None:
            self.answered(sent_at, priority)
        return response

    async def _in_turn(self, method: TelegramMethod[Any], priority: Priority, deadline: float) -> float | None:
        """Wait for this call's turn. Raises: TelegramRetryAfter when there is none before the deadline."""
        if not is_message(method):
            return None
        try:
            return await self.turn(chat_of(method), priority, deadline)
        except NoTurn as none:
            said = "no turn within the caller's patience (our own limit)"
            raise TelegramRetryAfter(method, said, none.wait_s) from None

    def _give_turns(self) -> None:
        """Let everyone go who may, the most urgent first; come back when the next one may."""
        if not any(self._waiting.values()):
            return
        loop = asyncio.get_running_loop()
        now = self._clock()
        again = min(self._give_those(priority, now) for priority in self._pace.order(now))
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_at(max(again, now + _TICK_S), self._give_turns) if again < math.inf else None

    def _give_those(self, priority: Priority, now: float) -> float:
        """Those of one priority; when the first of the others may go."""
        waiting, again = self._waiting[priority], math.inf
        if not waiting:
            return again
        opens = self._pace.open_at(now, priority)
        if opens > now:  # to nobody: a broadcast's hundreds are not asked one by one
            return opens
        for waiter in list(waiting):
            if waiter.turn.done():
                continue
            ready = self._pace.ready_at(now, waiter.chat, priority)
            if ready <= now:
                self._pace.took(now, waiter.chat, priority)
                del waiting[waiter]
                waiter.turn.set_result(now)
            else:
                again = min(again, ready)
                if self._pace.open_at(now, priority) > now:
                    break
        return again


def is_message(method: TelegramMethod[Any]) -> bool:
    """Whether Telegram's limits for messages count this call: sending, copying, forwarding, editing."""
    name = method.__api_method__
    return name.startswith(("send", "edit", "copy", "forward")) and name != "sendChatAction"


def is_repeatable(method: TelegramMethod[Any]) -> bool:
    """Whether doing it twice is as good as once, so that a lost answer may be met with another try."""
    name = method.__api_method__
    return name.startswith(("edit", "get")) or name == "answerCallbackQuery"


def chat_of(method: TelegramMethod[Any]) -> Chat | None:
    """The chat a call writes to (a number, or a channel's @name)."""
    chat = getattr(method, "chat_id", None)
    return chat if isinstance(chat, int | str) else None
