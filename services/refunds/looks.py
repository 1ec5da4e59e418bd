"""Refunds are followed until they are final: what a rail took is looked up and booked as if told; a failure is told."""

from collections.abc import Mapping
from enum import Enum
from typing import Final
from uuid import UUID

import structlog

from giving.alerts import Alert, AlertKind, Said
from giving.errors import RailUnavailable
from giving.notices import URGENCY, NoticeKind
from giving.payments import FINAL, TOO_LONG, EventKind, Payment, PaymentState, alarm_of, next_look
from giving.tips import Tip
from payments.provider import BadEvent, Found, PaymentRef, Rail, RailOdd, RailRefused
from services.alerts import AlertService
from services.clock import Clock
from services.leadership import Write
from services.payments import PaymentService
from services.sweep import CLAIMED
from storage.outbox import NewMessage
from storage.refunds import Followed
from storage.work import UnitOfWork, Work

log = structlog.get_logger()


class Looked(Enum):
    """What a look-up said: SILENT (no answer), UNSURE (an answer that does not know the payment), OPEN (nothing of this
    refund yet), KNOWN (the rail has it, and its events say how far it is), FAILED.
    """

    SILENT = "silent"
    UNSURE = "unsure"
    OPEN = "open"
    KNOWN = "known"
    FAILED = "failed"


_ENDS: Final = (EventKind.REFUNDED, EventKind.REFUND_FAILED)


class RefundLooks:
    """Commits, asks the rail, and lets what it says be booked; without `payments` it asks nothing."""

    def __init__(
        self, unit: UnitOfWork, rails: Mapping[str, Rail], payments: PaymentService | None, *,
        alerts: AlertService | None, now: Clock,
    ) -> None:  # fmt: skip
        """What is found goes through `payments`; `alerts` for those who look after the money."""
        self._unit, self._rails, self._payments, self._alerts, self._now = unit, rails, payments, alerts, now

    async def look(self, refund: UUID, payment: Payment, write: Write) -> Looked:
        """Ask what became of a refund, and take what the rail says of its payment. Raises: the database's error."""
        return await self.ask(refund, payment, write) if self._payments is not None else Looked.OPEN

    async def ask(self, refund: UUID, payment: Payment, write: Write) -> Looked:
        """The same, also where nothing is booked by it: whether the rail has this refund at all."""
        found = await self._found(refund, payment)
        if found is None:
            return Looked.SILENT
        ends = await self._taken(refund, payment, found)
        if ends != {EventKind.REFUND_FAILED}:
            if ends or refund in found.refunds:
                return Looked.KNOWN
            return Looked.OPEN if found.state in FINAL else Looked.UNSURE
        # Where its success was never booked there is nothing to put back, and only this row knows of it.
        async with write() as work:
            await work.refunds.failed(refund)
        log.error("refund_failed", refund_id=str(refund), payment_id=str(payment.id), rail=payment.rail)
        return Looked.FAILED

    async def sweep(self, write: Write) -> int:
        """Look up what is due; how many. What failed, however it was heard of, is told."""
        due: list[Followed] = []
        if self._payments is not None:
            async with self._unit.read() as work:
                due = await work.refunds.to_look_up(self._now())
        if due:
            await self._look_up(due, write)
        await self._tell(write)
        return len(due)

    async def payment(self, tip: Tip) -> Payment | None:
        """By which payment it came in."""
        async with self._unit.read() as work:
            return await work.payments.of_charge(tip.id, rail_of(tip))

    # -- looking --

    async def _look_up(self, due: list[Followed], write: Write) -> None:
        async with write() as work:  # what is not asked (a silent rail, a kill) is due again so soon
            await work.refunds.look_later([one.id for one in due], self._now() + CLAIMED)
            tips = await work.tips.by_ids({one.tip for one in due})
        silent: set[str] = set()
        for one in due:
            payment = await self.payment(tips[one.tip])
            if payment is None or payment.rail not in self._rails or payment.rail in silent:
                continue
            if await self.look(one.id, payment, write) is Looked.SILENT:
                silent.add(payment.rail)
                await self._told_if_open(one, tips[one.tip], payment, write)
                continue
            await self._next(one, tips[one.tip], payment, write)

    async def _next(self, one: Followed, tip: Tip, payment: Payment, write: Write) -> None:
        """When it is looked up again, if it is still open then."""
        async with write() as work:
            await work.refunds.look_later([one.id], self._now() + next_look(self._now() - one.asked_at))
        await self._told_if_open(one, tip, payment, write)

    async def _told_if_open(self, one: Followed, tip: Tip, payment: Payment, write: Write) -> None:
        """Nobody knows for a week what became of it: somebody is told, and then less and less often."""
        age = self._now() - one.asked_at
        if age < TOO_LONG:
            return
        async with write() as work:
            open_ = bool(await work.refunds.to_end([one.id]))
            if open_ and self._alerts is not None:
                said: dict[str, Said] = {"rail": payment.rail, "amount": tip.kept, "id": str(payment.id)}
                once = f"{AlertKind.REFUND_OPEN}:{one.id}:{alarm_of(age)}"
                await self._alerts.queue(work, Alert(AlertKind.REFUND_OPEN, said), once=once)
        if open_:
            log.error(
                "refund_open_for_long", refund_id=str(one.id), payment_id=str(payment.id), rail=payment.rail,
                days=age.days, hint="ask the provider",
            )  # fmt: skip

    async def _found(self, refund: UUID, payment: Payment) -> Found | None:
        about = {"refund_id": str(refund), "payment_id": str(payment.id), "rail": payment.rail}
        ref = PaymentRef(payment.id, payment.their_id, payment.account, refunds=(refund,))
        try:
            return await self._rails[payment.rail].fetch(ref)
        except RailOdd:
            log.exception("refund_look_up_odd", **about)
        except RailUnavailable as error:
            log.warning("refund_not_looked_up", error=type(error).__name__, **about)
            return None
        except RailRefused as refused:
            log.error("refund_not_looked_up", code=str(refused), **about)
        except Exception:
            log.exception("refund_look_up_failed", **about)
        return Found(PaymentState.UNKNOWN)  # it answers, and keeps no other waiting

    async def _taken(self, refund: UUID, payment: Payment, found: Found) -> set[EventKind]:
        """Let its events be booked; what they say of this refund."""
        ends: set[EventKind] = set()
        for body in found.events:
            try:
                event = self._rails[payment.rail].event_of(body)
                if self._payments is not None:
                    await self._payments.found(payment.rail, body)
            except BadEvent as error:
                log.error("refund_found_unread", payment_id=str(payment.id), rail=payment.rail, error=str(error))
                continue
            if event.refund == refund and event.kind in _ENDS:
                ends.add(event.kind)
        return ends

    # -- telling --

    async def _tell(self, write: Write) -> None:
        async with self._unit.read() as work:
            if not await work.refunds.any_untold():
                return
        async with write() as work:
            failed = await work.refunds.tell_failed()
            tips = await work.tips.by_ids(failed.values())
            for refund, tip_id in failed.items():
                await self.tell_donor(work, refund, tips[tip_id])
                if self._alerts is not None:
                    said: dict[str, Said] = {"rail": rail_of(tips[tip_id]), "amount": tips[tip_id].kept}
                    await self._alerts.queue(work, Alert(AlertKind.REFUND_FAILED, said))
        if self._alerts is not None:
            self._alerts.wake()

    async def tell_donor(self, work: Work, refund: UUID, tip: Tip) -> None:
        """That it could not be done, once for each time that it was asked for."""
        kind, now = NoticeKind.REFUND_FAILED, self._now()
        since = (await work.refunds.of([tip.id]))[tip.id].asked_at
        key = f"{kind}:{refund}:{int(since.timestamp())}"
        await work.outbox.add_many([NewMessage(key, kind, URGENCY[kind], tip.donor, tip.id, now)], now=now)


def rail_of(tip: Tip) -> str:
    """By which rail it was paid: its entry's key is payment:<rail>:<their id>:paid."""
    return tip.entry_key.split(":")[1] if tip.entry_key else ""
