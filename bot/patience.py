"""Calls that must get through some day: repeated until Telegram answers, with one log line per change of trouble."""

import asyncio
import random
from collections.abc import Awaitable
from typing import Any, Final

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import TelegramMethod

from bot.session import RawSession, TokenRefused

log = structlog.get_logger()

LEAST_BACKOFF_S: Final = 1.0
MOST_BACKOFF_S: Final = 30.0


class Patience:
    """Raw calls of one bot, repeated until there is an answer or nobody wants it any more."""

    def __init__(self, bot: Bot) -> None:
        """Call through this bot's session. Raises: TypeError (not a RawSession)."""
        if not isinstance(bot.session, RawSession):
            raise TypeError("raw answers are read: give the bot a RawSession (bot.build.build_bot)")
        self._bot, self._session = bot, bot.session
        self._state, self._failures = "ok", 0

    async def call(
        self, method: TelegramMethod[Any], timeout_s: float, stop: asyncio.Event, *, refusable: bool = False
    ) -> Any:
        """The result; None if it had to be broken off to stop.

        Raises: TokenRefused; TelegramBadRequest where `refusable`: asking the same again would get the same.
        """
        return await until_stop(self._patiently(method, timeout_s, stop, refusable), stop)

    async def _patiently(
        self, method: TelegramMethod[Any], timeout_s: float, stop: asyncio.Event, refusable: bool
    ) -> Any:
        while not stop.is_set():
            try:
                answer = await self._session.raw(self._bot, method, timeout_s)
            except (TelegramUnauthorizedError, TelegramNotFound):
                raise TokenRefused from None
            except (TelegramAPIError, ClientDecodeError) as error:
                if refusable and isinstance(error, TelegramBadRequest):
                    raise
                await asyncio.sleep(self._pause_after(error))
            else:
                self._came_through()
                return answer
        return None

    def _pause_after(self, error: TelegramAPIError | ClientDecodeError) -> float:
        """How long to wait; one log line per change of what is wrong."""
        what, words = _diagnosis(error)
        if what != self._state:
            log.warning(what, error=type(error).__name__, hint=words)
        self._state = what
        self._failures += 1
        if isinstance(error, TelegramRetryAfter):
            return float(error.retry_after)
        most = min(MOST_BACKOFF_S, 2.0 ** min(self._failures, 10))
        return random.uniform(max(LEAST_BACKOFF_S, most / 2), most)  # noqa: S311

    def _came_through(self) -> None:
        if self._state != "ok":
            log.info("telegram_recovered", failures=self._failures)
        self._state, self._failures = "ok", 0


async def until_stop(call: Awaitable[Any], stop: asyncio.Event) -> Any:
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


def _diagnosis(error: TelegramAPIError | ClientDecodeError) -> tuple[str, str]:
    if isinstance(error, TelegramConflictError):
        return (
            "telegram_conflict",
            "another program uses this token; stop it, or give this one a token of its own",
        )
    if isinstance(error, TelegramRetryAfter):
        return "telegram_told_to_wait", "Telegram wants fewer requests; waiting as long as it says"
    return "telegram_unreachable", "Telegram does not answer; trying again, at most every 30 seconds"
