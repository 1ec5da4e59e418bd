"""One call of a broadcast: as few steps as there can be, and what its answer says of the message.

aiogram's own way builds and checks a model for every call and every answer, which costs more than the message; here a
body is posted as it was written, and of the answer only what is needed is read. The lease is looked at in the last
moment, as for every other call (bot/leading.py).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import orjson
from aiogram import Bot
from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    FormData,
    TCPConnector,
)

from bot.broadcasts.cards import Letter
from bot.session import RawSession
from giving.broadcasts import Delivery, DeliveryState, Outcome
from services.clock import Clock

TIMEOUT_S: Final = 20.0
_NOBODY_THERE: Final = ("chat not found", "user not found", "peer_id_invalid", "user is deactivated")
_AGAIN_S: Final = 5.0  # after what certainly did not arrive, and was not for want of patience
_TOKEN_AGAIN_S: Final = 60.0


class UploadMissing(Exception):
    """The file to be uploaded can't be read here."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of it; `told_to_wait_s`: Telegram said 429; `file_id`: of a photo that was uploaded.

    `heard`: Telegram answered, and not that it fails.
    """

    outcome: Outcome
    told_to_wait_s: int | None = None
    file_id: str | None = None
    heard: bool = False


class BroadcastWire:
    """Posts messages; never raises for what Telegram or the network does."""

    def __init__(self, bot: Bot, may_act: Callable[[], bool], heard: Callable[[bool], None], now: Clock) -> None:
        """In the name of `bot`, by connections of its own: nothing else waits for one that a broadcast has."""
        self._http: ClientSession | None = None
        self._bot, self._may_act, self._heard, self._now = bot, may_act, heard, now

    async def send(self, letter: Letter, to: Delivery) -> Answered:
        """Send one. Raises: UploadMissing (nothing was sent)."""
        session = self._bot.session
        if not isinstance(session, RawSession):
            raise TypeError("broadcasts need the bot's own session")
        if self._http is None:
            self._http = ClientSession(connector=TCPConnector(limit=0))
        http = self._http
        url = session.api.api_url(token=self._bot.token, method=letter.method)
        form = _form(letter, to.telegram_id) if letter.upload is not None else None
        # From here on only a connection may have to be made. Who is frozen just here still sends this one when it
        # wakes: to somebody whom the next leader has written down as unknown, and does not tell.
        if not self._may_act():
            return Answered(self._later(to, 0, "the lease of this process may be over"))
        try:
            status, content = await _post(http, url, form, letter, to.telegram_id)
        except (ClientConnectorError, ConnectionTimeoutError) as error:  # never written
            self._heard(False)
            return Answered(self._later(to, _AGAIN_S, type(error).__name__))
        except (ClientError, TimeoutError, OSError) as error:
            self._heard(False)
            return Answered(Outcome(to, DeliveryState.UNKNOWN, said=type(error).__name__))
        self._heard(status < 500)
        return self._read(status, content, to)

    async def close(self) -> None:
        """Close the connections; the next message opens others."""
        if self._http is not None:
            await self._http.close()
            self._http = None

    def _read(self, status: int, content: bytes, to: Delivery) -> Answered:
        try:
            answer: Any = orjson.loads(content)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            return Answered(Outcome(to, DeliveryState.UNKNOWN, said=f"{status} from a gateway"))
        if answer.get("ok") is True:
            return _arrived(answer.get("result"), to)
        return self._refused(answer, status, to)

    def _refused(self, answer: dict[str, Any], status: int, to: Delivery) -> Answered:
        code, said = answer.get("error_code", status), str(answer.get("description", status))
        if code == 429:
            pause_s = int((answer.get("parameters") or {}).get("retry_after", 1))
            return Answered(self._later(to, pause_s, said), told_to_wait_s=pause_s, heard=True)
        if code == 403 or (code == 400 and any(words in said.lower() for words in _NOBODY_THERE)):
            return Answered(Outcome(to, DeliveryState.BLOCKED, said=said), heard=True)
        if code in (401, 404):  # the token, or a method this server does not know: nobody got anything
            return Answered(self._later(to, _TOKEN_AGAIN_S, said), heard=True)
        if code < 500:
            return Answered(Outcome(to, DeliveryState.FAILED, said=said), heard=True)
        return Answered(Outcome(to, DeliveryState.UNKNOWN, said=said))

    def _later(self, to: Delivery, after_s: float, said: str) -> Outcome:
        return Outcome(to, DeliveryState.WAITING, said=said, again_at=self._now() + timedelta(seconds=after_s))


async def _post(
    http: ClientSession, url: str, form: FormData | None, letter: Letter, chat: int
) -> tuple[int, bytes]:  # fmt: skip
    body: dict[str, Any] = {"data": form} if form is not None else {"data": letter.body(chat), "headers": _JSON}
    async with http.post(url, timeout=ClientTimeout(total=TIMEOUT_S), **body) as response:
        return response.status, await response.read()


_JSON: Final = {"Content-Type": "application/json"}


def _form(letter: Letter, chat: int) -> FormData:
    path = Path(letter.upload or "")
    try:
        photo = path.read_bytes()
    except OSError as error:
        raise UploadMissing(str(error)) from None
    form = FormData()
    for name, value in {"chat_id": chat, **letter.parameters}.items():
        form.add_field(name, value if isinstance(value, str) else orjson.dumps(value).decode())
    form.add_field("photo", photo, filename=path.name)
    return form


def _arrived(result: Any, to: Delivery) -> Answered:
    message = result if isinstance(result, dict) else {}
    sizes = message.get("photo") or []
    file_id = sizes[-1].get("file_id") if sizes else None
    outcome = Outcome(to, DeliveryState.SENT, message_id=message.get("message_id"))
    return Answered(outcome, file_id=file_id, heard=True)
