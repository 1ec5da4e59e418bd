"""The last look before a call goes out: what a leader runs is sent only while its lease provably holds."""

from collections.abc import Callable
from typing import Final

from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import TelegramAPIError
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType

_SAID: Final = "not sent: the lease of this process may be over"


class LeaseOver(TelegramAPIError):
    """Nothing was sent. A Telegram error, so that whoever called treats it as one that may be tried again."""


class LeaseGuard(BaseRequestMiddleware):
    """A request middleware, the innermost: between it and the network there is nothing that waits."""

    def __init__(self, may_act: Callable[[], bool]) -> None:
        """Let through what `may_act` says may be sent by who is calling."""
        self._may_act = may_act

    async def __call__(
        self, make_request: NextRequestMiddlewareType[TelegramType], bot: Bot, method: TelegramMethod[TelegramType]
    ) -> Response[TelegramType]:
        """Send. Raises: LeaseOver, and what the call raises."""
        if not self._may_act():
            raise LeaseOver(method, _SAID)
        return await make_request(bot, method)
