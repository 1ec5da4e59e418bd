"""The HTTP side of the Bot API: aiogram's session, with gateways' error pages understood and answers in the raw."""

from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.exceptions import ClientDecodeError, TelegramAPIError, TelegramNetworkError, TelegramServerError
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType
from aiohttp import ClientConnectorError, ClientError, ClientTimeout, ConnectionTimeoutError


class TokenRefused(Exception):
    """Telegram does not know the bot's token: nothing works until it is replaced."""

    def __init__(self) -> None:
        """Say what to do; the token itself is never repeated."""
        super().__init__("Telegram refuses the bot's token; ask @BotFather for it and set YIZAN_TELEGRAM__TOKEN")


class RawSession(AiohttpSession):
    """An aiogram session that can also return a result as plain JSON, undecoded."""

    async def raw(self, bot: Bot, method: TelegramMethod[Any], timeout_s: float) -> Any:
        """Call a method and return its `result` as JSON; limiter and other middlewares are not asked.

        Raises: TelegramAPIError as any call does, ClientDecodeError for an answer that is no Bot API envelope.
        """
        http = await self.create_session()
        url = self.api.api_url(token=bot.token, method=method.__api_method__)
        form = self.build_form_data(bot=bot, method=method)
        try:
            async with http.post(url, data=form, timeout=ClientTimeout(total=timeout_s)) as response:
                status, content = response.status, await response.text(errors="replace")
        except TimeoutError as error:
            raise TelegramNetworkError(method=method, message="Request timeout error") from error
        except ClientError as error:
            raise TelegramNetworkError(method=method, message=f"{type(error).__name__}: {error}") from error
        try:
            envelope = self.json_loads(content)
        except ValueError:
            envelope = None
        if isinstance(envelope, dict) and envelope.get("ok") is True and "result" in envelope and status < 300:
            return envelope["result"]
        self.check_response(bot, method, status, content)
        raise ClientDecodeError("Not an answer of the Bot API", ValueError("no result"), content[:200])

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        """Raise what the answer means; a gateway's HTML page with 5xx is a server error, not an undecodable answer."""
        try:
            return super().check_response(bot, method, status_code, content)
        except ClientDecodeError:
            if status_code >= 500:
                raise TelegramServerError(method=method, message=f"{status_code} from a gateway") from None
            raise


def may_have_arrived(error: TelegramAPIError) -> bool:
    """Whether Telegram may have done what it was asked: no answer came, or one that says nothing about it."""
    if isinstance(error, TelegramNetworkError):
        return not isinstance(error.__cause__, ClientConnectorError | ConnectionTimeoutError)  # never written
    return isinstance(error, TelegramServerError)
