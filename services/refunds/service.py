"""Giving a gift back: within half an hour the donor alone; later they ask, and an admin decides, with a reason."""

import contextlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from giving.alerts import Alert, AlertKind, Said
from giving.errors import (
    AlreadyReturned,
    NotRefundable,
    NotYours,
    RailUnavailable,
    RefundDelayed,
    RefundTooLate,
    UndoOver,
)
from giving.money import Money
from giving.notices import URGENCY, NoticeKind
from giving.payments import Payment, next_look
from giving.people import Person
from giving.refunds import Ending, Taking, ending, ends_at
from giving.tips import Tip, TipState
from payments.provider import NOTHING_LEFT, RailRefused, RefundAsk
from services.alerts import AlertService
from services.clock import Clock, utc_now
from services.leadership import Write
from services.payments import PaymentService
from services.rails.switched_on import Rails
from services.refunds.looks import Looked, RefundLooks, rail_of
from services.refunds.offers import Offers
from services.tips import TipCard, TipService
from storage.audit import AuditRecord
from storage.ids import new_id
from storage.outbox import NewMessage
from storage.refunds import Begun, Refund, RefundState
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
ASK_AGAIN_AFTER: Final = timedelta(minutes=1)
# Stripe may forget a key after 24 hours: a call that was on its way then is looked for first, on every rail.
KEYS_LAST: Final = timedelta(hours=23)


@dataclass(frozen=True, slots=True)
class RefundWish:
    """A gift that its donor asks to have back, since then. `ends_at`: until when its rail gives it back."""

    id: UUID
    card: TipCard
    asked_at: datetime
    ending: Ending = Ending.FAR
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RefundTold:
    """A refund that was declined, for its donor."""

    card: TipCard
    reason: str


class RefundService:
    """Records the wish, commits, asks the rail; the books change when the rail's event says the money went back.

    That event is waited for and asked for: soon after the rail took a refund, and then at growing intervals.
    """

    def __init__(
        self, unit: UnitOfWork, rails: Rails, tips: TipService, *, alerts: AlertService | None = None,
        payments: PaymentService | None = None, write: Write | None = None, now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """Refunds go out by the rail the tip came in by; the sweep marks by `write`: in production the leader's.

        `payments` takes what look-ups find; without it nothing is looked up.
        """
        self._unit, self._rails, self._tips, self._now = unit, rails, tips, now
        self._write, self._alerts = write or unit, alerts
        self.offers = Offers(unit, rails, tips, now)
        self._looks = RefundLooks(unit, rails, payments, alerts=alerts, now=now)

    async def take_back(self, tip_id: UUID, person: Person) -> TipCard:
        """Ask for a tip to go back; asking again is the same request. The tip as it was when that was asked.

        Raises: NotYours, NotRefundable, AlreadyReturned, RefundTooLate, UndoOver, RefundDelayed (recorded; `sweep` asks
        on).
        """
        async with self._unit() as work:
            tip = await work.tips.lock(tip_id)
            if tip is None or tip.donor != person.id:
                raise NotYours
            if await self._taking(work, tip) is Taking.ASK:
                raise UndoOver
            refund = await work.refunds.request(
                refund=new_id(), tip=tip_id, now=self._now(), same=self._same(tip)
            )  # fmt: skip
        log.info("refund_requested", tip_id=str(tip_id), refund_id=str(refund.id))
        await self._ask(refund.id, tip, self._unit, donor_waits=True)
        card = await self._tips.card(tip_id, person)
        return replace(card, tip=tip)  # with what was left to go back: it may be gone by now

    async def _taking(self, work: Work, tip: Tip) -> Taking:
        """Raises: AlreadyReturned, NotRefundable, RefundTooLate."""
        if tip.state is TipState.REFUNDED:
            raise AlreadyReturned
        taking = await self.offers.taking(work, tip)
        if taking is Taking.LATE:
            raise RefundTooLate(days=self.offers.days(tip) or 0)
        if taking is Taking.NOT:
            raise NotRefundable
        return taking

    def _same(self, tip: Tip) -> bool:
        """Whether its rail wants a refund that failed to be asked for again under the same id."""
        rail = self._rails.get(rail_of(tip))
        return rail is not None and rail.capabilities.same_refund

    async def wish(self, tip_id: UUID, person: Person) -> TipCard:
        """Ask for a gift to be given back; an admin decides. Asking again changes nothing.

        Raises: NotYours, NotRefundable, AlreadyReturned, RefundTooLate.
        """
        async with self._unit() as work:
            tip = await work.tips.lock(tip_id)
            if tip is None or tip.donor != person.id:
                raise NotYours
            await self._taking(work, tip)
            refund = await work.refunds.request(
                refund=new_id(), tip=tip_id, now=self._now(), state=RefundState.WISHED, same=self._same(tip)
            )  # fmt: skip
            if self._alerts is not None:
                await self._alerts.queue(work, Alert(AlertKind.REFUND_WISHED, {"amount": tip.kept}))
        log.info("refund_wished", tip_id=str(tip_id), refund_id=str(refund.id), state=refund.state)
        return await self._tips.card(tip_id, person)

    async def wishes(self, limit: int = 10) -> list[RefundWish]:
        """What waits for an admin, oldest first."""
        async with self._unit.read() as work:
            waiting = await work.refunds.wished(limit)
        cards = {card.tip.id: card for card in await self._tips.cards([refund.tip for refund in waiting])}
        return [self._wish(one, cards[one.tip]) for one in waiting if one.tip in cards]

    def _wish(self, one: Refund, card: TipCard) -> RefundWish:
        ends = ends_at(card.tip, self.offers.days(card.tip))
        return RefundWish(one.id, card, one.asked_at, ending(ends, self._now()), ends)

    async def amount(self, refund: UUID) -> Money | None:
        """How much it is about; None if it is not known."""
        async with self._unit.read() as work:
            tip_id = (await work.refunds.tips_of([refund])).get(refund)
            tip = await work.tips.by_id(tip_id) if tip_id is not None else None
        return tip.kept if tip is not None else None

    async def decide(self, refund: UUID, admin: Person, *, yes: bool, reason: str) -> bool:
        """Give it back, or don't, with the reason the donor is told; False if somebody decided before. Audited."""
        state = RefundState.REQUESTED if yes else RefundState.DECLINED
        now = self._now()
        async with self._unit() as work:
            tip_id = await work.refunds.decide(refund, state, reason=reason, by=admin.id)
            tip = await work.tips.by_id(tip_id) if tip_id is not None else None
            if tip is None:
                return False
            act = "refund.granted" if yes else "refund.declined"
            record = AuditRecord(admin.id, "chat", act, "tip", str(tip.id), None, {"reason": reason})
            await work.audit.add(record, now=now)
            if not yes:
                kind = NoticeKind.REFUND_DECLINED
                await work.outbox.add_many(
                    [NewMessage(f"{kind}:{refund}", kind, URGENCY[kind], tip.donor, tip.id, now)], now=now
                )
        log.info("refund_decided", refund_id=str(refund), state=state)
        if yes:
            with contextlib.suppress(RefundDelayed, NotRefundable, AlreadyReturned):  # the sweep goes on
                await self._ask(refund, tip, self._unit)
        return True

    async def sweep(self) -> int:
        """Ask again for what the rail did not answer, with the same key; look up what it took; returns how many."""
        waiting: dict[UUID, UUID] = {}
        async with self._unit.read() as work:
            for rail in self._rails:  # a hundred of each: no rail keeps another waiting
                waiting |= await work.refunds.requested(rail, before=self._now() - ASK_AGAIN_AFTER)
            tips = await work.tips.by_ids(waiting.values())
        silent: set[str] = set()
        for refund, tip_id in waiting.items():
            if rail_of(tips[tip_id]) in silent:
                continue
            try:
                await self._ask(refund, tips[tip_id], self._write)
            except (RefundDelayed, NotRefundable, AlreadyReturned) as outcome:
                log.warning("refund_swept", refund_id=str(refund), outcome=str(outcome))
                if isinstance(outcome.__cause__, RailUnavailable):
                    silent.add(rail_of(tips[tip_id]))
        return len(waiting) + await self._looks.sweep(self._write)

    async def _ask(self, refund: UUID, tip: Tip, write: Write, *, donor_waits: bool = False) -> None:
        """The rail's word: asked, already returned (it has nothing left to give back), or refused.

        `donor_waits`: they see the answer; else they are told if it is no.
        """
        payment = await self._looks.payment(tip)
        if payment is None or tip.charge is None or payment.rail not in self._rails:
            raise RefundDelayed
        begun = await self._begun(refund, tip.id, write)
        if begun is None or not await self._may_ask(refund, payment, begun, write):
            return
        amount = Money(begun.amount_minor, tip.amount.currency)
        ask = RefundAsk(refund, tip.charge, amount, payment.amount, payment.id, payment.account)
        try:
            await self._rails[payment.rail].refund(ask, key=f"refund:{refund}")
        except RailRefused as refused:
            await self._refused(ask, tip, payment.rail, str(refused), write, donor_waits=donor_waits)
            raise (AlreadyReturned if str(refused) == NOTHING_LEFT else NotRefundable) from refused
        except RailUnavailable as down:
            raise RefundDelayed from down
        except Exception as odd:  # an answer nobody foresaw says nothing of the money, and keeps nobody else waiting
            log.exception("refund_answer_odd", refund_id=str(refund), rail=payment.rail)
            raise RefundDelayed from odd
        await self._asked(refund, write)
        await self._looks.look(refund, payment, write)

    async def _begun(self, refund: UUID, tip_id: UUID, write: Write) -> Begun | None:
        """Write down what the rail is asked with; None if it is asked by now, or has gone back."""
        async with write() as work:
            tip = await work.tips.lock(tip_id)
            if tip is None or tip.state is not TipState.PAID:
                return None
            return await work.refunds.begin(refund, tip.kept.minor, self._now())

    async def _may_ask(self, refund: UUID, payment: Payment, begun: Begun, write: Write) -> bool:
        """Whether its key still stands for the first time it was asked with, or the rail has none of it.

        Raises: RefundDelayed (nobody knows).
        """
        if self._now() - begun.since < KEYS_LAST:
            return True
        looked = await self._looks.ask(refund, payment, write)
        if looked in (Looked.SILENT, Looked.UNSURE):
            raise RefundDelayed from (RailUnavailable() if looked is Looked.SILENT else None)
        if looked is Looked.OPEN:
            async with write() as work:
                await work.refunds.renew(refund, self._now())
            return True
        if looked is Looked.KNOWN:
            await self._asked(refund, write)
        return False

    async def _asked(self, refund: UUID, write: Write) -> None:
        now = self._now()
        async with write() as work:
            await work.refunds.asked(refund, now, now + next_look(timedelta()))

    async def _refused(
        self, ask: RefundAsk, tip: Tip, rail: str, code: str, write: Write, *, donor_waits: bool
    ) -> None:  # fmt: skip
        """Raises: RefundDelayed where less is left than was asked for: that is asked for anew."""
        log.error("refund_refused_by_rail", tip_id=str(tip.id), code=code)
        async with write() as work:
            fresh = await work.tips.lock(tip.id)
            await work.refunds.refused(ask.refund)
            less = fresh is not None and fresh.state is TipState.PAID and fresh.kept < ask.amount
            if less and code == NOTHING_LEFT:
                await work.refunds.request(refund=new_id(), tip=tip.id, now=self._now())
            elif not donor_waits:
                await self._looks.tell_donor(work, ask.refund, tip)
            if self._alerts is not None and not (less and code == NOTHING_LEFT):
                said: dict[str, Said] = {"rail": rail, "amount": tip.kept, "code": code}
                await self._alerts.queue(work, Alert(AlertKind.REFUND_REFUSED, said))
        if less and code == NOTHING_LEFT:
            raise RefundDelayed
        if self._alerts is not None:
            self._alerts.wake()
