"""The last look before a call goes out: what a leader runs is sent only while its lease provably holds."""

from collections.abc import Callable
from typing import Final

from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import TelegramAPIError, TelegramNetworkError, TelegramServerError
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType

_SAID: Final = "not sent: the lease of this process may be over"


class LeaseOver(TelegramAPIError):
    """Nothing was sent. A Telegram error, so that whoever called treats it as one that may be tried again."""


class LeaseGuard(BaseRequestMiddleware):
    """A request middleware, the innermost: between it and the network there is nothing that waits."""

    def __init__(self, may_act: Callable[[], bool], heard: Callable[[bool], None] = lambda _: None) -> None:
        """Let through what `may_act` says may be sent by who is calling; `heard` is told whether Telegram answered."""
        self._may_act, self._heard = may_act, heard

    async def __call__(
        self, make_request: NextRequestMiddlewareType[TelegramType], bot: Bot, method: TelegramMethod[TelegramType]
    ) -> Response[TelegramType]:
        """Send. Raises: LeaseOver, and what the call raises."""
        if not self._may_act():
            raise LeaseOver(method, _SAID)
        try:
            response = await make_request(bot, method)
        except (TelegramNetworkError, TelegramServerError):
            self._heard(False)
            raise
        except TelegramAPIError:
            self._heard(True)
            raise
        self._heard(True)
        return response
