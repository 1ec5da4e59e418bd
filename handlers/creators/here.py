"""What every handler of a creator's needs, under one name."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields
from typing import Any, Final

from aiogram import BaseMiddleware
from aiogram.types import TelegramObject

from bot.replies import Replies
from giving.people import Person
from services.creators import CreatorService
from services.handover import HandoverService
from services.links import Links
from services.projects import ProjectService
from services.slots import SlotService
from services.thanks import ThanksService
from services.tips import TipService
from texts import Texts


@dataclass(frozen=True, slots=True)
class Here:
    """Who acts, in which language, and what can be done about it."""

    say: Replies
    creators: CreatorService
    handovers: HandoverService
    slots: SlotService
    thanks: ThanksService
    projects: ProjectService
    tips: TipService
    texts: Texts
    links: Links
    person: Person
    language: str


_NAMES: Final = tuple(field.name for field in fields(Here))


class HereMiddleware(BaseMiddleware):
    """Hands handlers `here`; what nobody does (an update without a person) has none."""

    async def __call__(
        self, handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]], event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:  # fmt: skip
        """Gather, then handle."""
        if data.get("person") is None:
            return None
        data["here"] = Here(**{name: data[name] for name in _NAMES})
        return await handler(event, data)
