"""Which gifts can be taken back, how, and by whom: for the buttons, and for whoever presses them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from giving.notices import NoticeKind
from giving.people import Person
from giving.rails import Refunds
from giving.refunds import Taking, may_take_back
from giving.tips import Tip, TipState
from services.clock import Clock
from services.projects import Page
from services.rails.switched_on import Rails
from services.refunds.looks import rail_of
from services.tips import TipCard, TipService
from storage.refunds import RefundState
from storage.work import UnitOfWork, Work

_GOING: Final = (RefundState.WISHED, RefundState.REQUESTED, RefundState.ASKED)


class Standing(StrEnum):
    """As Taking; or GOING: asked for, or on its way, already; GONE: it went back."""

    ALONE = "alone"
    ASK = "ask"
    LATE = "late"
    NOT = "not"
    GOING = "going"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Offer:
    """A gift, and how it can be taken back; `going`: it is asked for, or on its way, already."""

    card: TipCard
    taking: Taking
    going: bool = False

    @property
    def standing(self) -> Standing:
        """In one word, for the list."""
        if self.card.tip.state is TipState.REFUNDED:
            return Standing.GONE
        return Standing.GOING if self.going else Standing(self.taking.value)


class Offers:
    """Reads; it changes nothing."""

    def __init__(self, unit: UnitOfWork, rails: Rails, tips: TipService, now: Clock) -> None:
        """What these rails can still give back."""
        self._unit, self._rails, self._tips, self._now = unit, rails, tips, now

    async def taking(self, work: Work, tip: Tip) -> Taking:
        """How its donor may take it back."""
        return self._taking(tip, (await told_at(work, [tip.id])).get(tip.id))

    def days(self, tip: Tip) -> int | None:
        """For how many days its rail gives back; None where that has no end."""
        rail = self._rails.get(rail_of(tip))
        return rail.capabilities.refund_days if rail is not None else None

    def _taking(self, tip: Tip, told: datetime | None) -> Taking:
        rail = self._rails.get(rail_of(tip))
        if rail is None or rail.capabilities.refunds is Refunds.NONE:
            return Taking.NOT
        return may_take_back(tip, told, self._now(), days=rail.capabilities.refund_days)

    async def page(self, person: Person, payment: UUID | None = None, *, page: int = 0, size: int = 5) -> Page[Offer]:
        """Their gifts, or those that one payment of theirs paid, newest first; a page past the end is the last one."""
        if payment is None:
            shown = await self._tips.gifts(person, page=page, size=size)
            return Page.of(await self._offers(shown.items), number=shown.number, size=size, total=shown.total)
        async with self._unit.read() as work:
            tips = await work.tips.paid_by(payment, person.id)
        number = min(max(page, 0), max(0, -(-len(tips) // size) - 1))
        cards = await self._tips.cards([tip.id for tip in tips[number * size : (number + 1) * size]])
        return Page.of(await self._offers(cards), number=number, size=size, total=len(tips))

    async def _offers(self, cards: Collection[TipCard]) -> list[Offer]:
        ids = [card.tip.id for card in cards]
        async with self._unit.read() as work:
            told, refunds = await told_at(work, ids), await work.refunds.of(ids)
        going = {tip for tip, refund in refunds.items() if refund.state in _GOING}
        return [Offer(card, self._taking(card.tip, told.get(card.tip.id)), card.tip.id in going) for card in cards]


async def told_at(work: Work, tips: Collection[UUID]) -> dict[UUID, datetime]:
    """When each was booked, or its receipt arrived, if that was later."""
    keys = {f"{NoticeKind.RECEIPT}:{tip}": tip for tip in tips}
    sent = {keys[key]: at for key, (_, at) in (await work.outbox.became(keys)).items() if at is not None}
    booked = await work.tips.booked_at(tips)
    return {tip: max(at, sent.get(tip, at)) for tip, at in booked.items()}
