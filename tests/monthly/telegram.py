"""Telegram inside the test: takes what the real sender sends, and remembers when, to whom and what it was about."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.exceptions import TelegramForbiddenError
from aiogram.methods import EditMessageText, SendMessage, SendPhoto, TelegramMethod
from aiogram.types import Chat, Message

from bot.notices import render
from giving.notices import NoticeKind, Urgency
from services.clock import Clock
from services.links import Links
from services.outbox import Notice, OutboxService
from texts import Texts

_TELLING: ContextVar[Sequence[Notice]] = ContextVar("telling", default=())


@dataclass(frozen=True)
class Told:
    """One message, as it reached its reader."""

    at: datetime
    chat: int
    person: UUID
    kind: NoticeKind
    subjects: tuple[UUID, ...]
    silent: bool
    text: str


class Session(BaseSession):
    """Answers at once, but for who has blocked the bot."""

    def __init__(self, now: Clock) -> None:
        super().__init__()
        self.now = now
        self.told: list[Told] = []
        self.fresh: list[Told] = []
        self.blocked: set[int] = set()

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        if isinstance(method, EditMessageText):
            return True
        assert isinstance(method, SendMessage | SendPhoto), f"{type(method).__name__} is not expected here"
        chat, about = int(method.chat_id), _TELLING.get()
        if chat in self.blocked:
            raise TelegramForbiddenError(method=method, message="Forbidden: bot was blocked by the user")
        text = method.text if isinstance(method, SendMessage) else method.caption or ""
        first = about[0]
        assert first.recipient == chat
        one = Told(
            self.now(), chat, first.person, first.kind, tuple(notice.subject for notice in about),
            bool(method.disable_notification), text,
        )  # fmt: skip
        self.told.append(one)
        self.fresh.append(one)
        return Message.model_construct(message_id=len(self.told), date=self.now(), chat=Chat(id=chat, type="private"))

    async def close(self) -> None:
        """Nothing is held open."""

    async def stream_content(self, *args: Any, **kwargs: Any) -> AsyncGenerator[bytes, None]:
        """Nothing is downloaded."""
        for part in cast(list[bytes], []):
            yield part


async def rendered(notices: Sequence[Notice], outbox: OutboxService, texts: Texts, links: Links) -> Any:
    """The bot's own words; which notices they are of is known where they arrive."""
    found = await render(notices, outbox, texts, links)
    told = found.tells if found is not None and found.tells is not None else {notice.id for notice in notices}
    _TELLING.set([notice for notice in notices if notice.id in told])
    return found


class Watched(OutboxService):
    """Says when there is nothing left to send."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._empty: set[object] = set()
        self._done = asyncio.Event()

    def _look(self) -> None:
        if len(self._empty) == len(Urgency) and not self._held:
            self._done.set()

    async def claim(self, limit: int = 100, *, urgency: Urgency | None = None) -> list[Notice]:
        found = await super().claim(limit, urgency=urgency)
        if not found:
            self._empty.add(urgency)
            self._look()
        return found

    def let_go(self, notices: Iterable[Notice]) -> None:
        super().let_go(notices)
        self._look()

    async def sent_all(self) -> None:
        """Ring the sender, and wait until it found nothing more and has nothing in hand."""
        self._empty.clear()
        self._done.clear()
        self.woken.set()
        await self._done.wait()
