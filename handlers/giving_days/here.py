"""What the handlers of giving days need besides what all do, and who is let in."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiogram import BaseMiddleware
from aiogram.fsm.context import FSMContext
from aiogram.types import TelegramObject

from bot.cards import Rendered
from bot.day_cards import Shown, card
from giving.errors import NotAllowed
from giving.permissions import Permission
from handlers import here
from services.giving_days import GivingDayService


@dataclass(frozen=True, slots=True)
class Here(here.Here):
    """With the days."""

    giving_days: GivingDayService

    async def card(self, day: UUID, *, said: str | None = None) -> Rendered:
        """The day's card, as it is now. Raises: DayUnknown."""
        preview = await self.giving_days.preview(day)
        series = await self.giving_days.series_of(preview.day)
        you = preview.day.asked_by == self.person.id
        return card(self.texts, self.language, Shown(preview, series, self.giving_days.now(), you), said=said)


class OnlyWhoRunsDays(BaseMiddleware):
    """Asked before anything is looked up: who may not learns nothing of which days there are."""

    async def __call__(self, handler: Any, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Handle, or refuse; whoever lost the right in the middle of a dialog is out of it. Raises: NotAllowed."""
        acts: Here = data["here"]
        try:
            await acts.people.must(acts.person, Permission.RUN_GIVING_DAYS)
        except NotAllowed:
            state: FSMContext | None = data.get("state")
            if state is not None and data.get("raw_state"):
                await state.clear()
            raise
        return await handler(event, data)
