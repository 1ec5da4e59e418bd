"""Looking up what we were not told: payments that are not final are asked of their rails, and booked as if told."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from giving.alerts import Alert, AlertKind, Said
from giving.errors import RailUnavailable
from giving.payments import FINAL, FIRST_LOOK, TOO_LONG, EventKind, PaymentState, alarm_of, next_look
from giving.settling import NO_REFUND, NOT_KNOWN
from payments.provider import BadEvent, Found, PaymentRef, Rail, RailOdd, RailRefused
from services.alerts import AlertService
from services.clock import Clock, utc_now
from services.payments import PaymentService, Received
from services.settlement.telling import WAITS_LONG, tell_of_waiting
from storage.ids import lowest_id
from storage.look_ups import LookUp
from storage.work import UnitOfWork

log = structlog.get_logger()
BATCH: Final = 100
# An older version beside this one asks rails without a row for the sweep: looked for at the start and every hour.
MISSING_EVERY: Final = timedelta(hours=1)
MISSING_SINCE: Final = timedelta(days=1)  # at the start: as far back as anything is looked up
MISSING_ROWS: Final = 2000
MISSING_BATCHES: Final = 200  # of so many rows, in one sweep; the next one goes on
PER_SECOND: Final = 20  # look-ups; Stripe allows 25 calls a second where no money moves
TOLD_BEFORE: Final = timedelta(minutes=5)  # an event is kept before its look-up is due, by another clock perhaps
SOON: Final = timedelta(minutes=1)
CLAIMED: Final = timedelta(minutes=2)  # what was claimed and not asked (a silent rail, a kill) is due again so soon


class PaymentSweep:
    """Claims what is due, commits, asks; run twice, or on two replicas, each payment is asked about by one of them."""

    def __init__(
        self,
        unit: UnitOfWork,
        rails: Mapping[str, Rail],
        payments: PaymentService,
        *,
        alerts: AlertService | None = None,
        now: Clock = utc_now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """What is found goes through `payments`; `sleep` is what paces the calls; `alerts` for what stays unknown."""
        self._alerts = alerts
        self._unit, self._rails, self._payments, self._now, self._sleep = unit, rails, payments, now, sleep
        self._look_on: UUID | None = None  # where looking for missing rows goes on
        self._looked_at: datetime | None = None

    async def sweep(self) -> int:
        """Look up all that is due now; returns how many payments. Ends early where a rail is silent."""
        await self._wake_waiting()
        await self._list_missing()
        await self._tell_of_waiting()
        asked = 0
        while True:
            due = await self._claim()
            silent: set[str] = set()
            for one in due:
                if (one.payment.state in FINAL and not one.told) or one.payment.rail in silent:
                    continue
                if asked:
                    await self._sleep(1 / PER_SECOND)
                asked += 1
                if not await self._look_up(one):
                    silent.add(one.payment.rail)
            if len(due) < BATCH or silent:
                return asked

    async def _wake_waiting(self) -> None:
        """Events that were faster than the commit of their payment."""
        async with self._unit.read() as work:
            known = await work.inbox.known_by_now(NOT_KNOWN)
        if known:
            async with self._unit() as work:
                await work.inbox.wake(known)
            self._payments.pending.set()

    async def _tell_of_waiting(self) -> None:
        """Events about payments that nobody knows are for a person to look at."""
        if self._alerts is None:
            return
        now = self._now()
        async with self._unit.read() as work:
            if not await work.inbox.waiting_since(now - WAITS_LONG, but=NO_REFUND):
                return
        async with self._unit() as work:
            told = await tell_of_waiting(work, self._alerts, now)
        if told:
            self._alerts.wake()

    async def _list_missing(self) -> None:
        now, at = self._now(), self._look_on
        if at is None:
            if self._looked_at is not None and abs(now - self._looked_at) < MISSING_EVERY:
                return
            at = lowest_id(now - (TOO_LONG if self._looked_at is None else MISSING_SINCE))
            self._looked_at, self._look_on = now, at
        for _ in range(MISSING_BATCHES):
            async with self._unit.read() as work:
                # What is older was looked up for long enough, and closed.
                missing, end = await work.look_ups.missing(at, now - TOO_LONG, MISSING_ROWS)
            if missing:
                async with self._unit() as work:
                    await work.look_ups.add_many(missing)
                log.info("payments_listed_for_look_up", count=len(missing))
            self._look_on = end
            if end is None:
                return
            at = end

    async def _claim(self) -> list[LookUp]:
        """What is due, put off so that nobody else asks meanwhile; what became final is forgotten."""
        now = self._now()
        async with self._unit.read() as work:
            if not await work.look_ups.any_due(now):
                return []
        async with self._unit() as work:
            await work.look_ups.time_new(now, FIRST_LOOK)
            due = await work.look_ups.claim(now, BATCH)
            done = [one.payment.id for one in due if one.payment.state in FINAL and not one.told]
            until = now + CLAIMED
            await work.look_ups.put_off({one.payment.id: until for one in due if one.payment.id not in done})
            await work.look_ups.close(done)
        return [replace(one, claimed_until=until) for one in due]

    async def _look_up(self, one: LookUp) -> bool:
        """Ask the rail and take what it says; whether it answered."""
        payment, answered, understood = one.payment, True, False
        rail = self._rails.get(payment.rail)
        found = Found(PaymentState.UNKNOWN)
        try:
            if rail is not None:
                told = await self._told(rail, one) if one.told else ()
                found = await rail.fetch(PaymentRef(payment.id, payment.their_id, payment.account, told=told))
                understood = True
        except RailOdd:
            log.exception("payment_look_up_odd", payment_id=str(payment.id), rail=payment.rail)
        except RailUnavailable as error:
            log.warning(
                "payment_not_looked_up", payment_id=str(payment.id), rail=payment.rail, error=type(error).__name__
            )
            answered = False
        except RailRefused as refused:
            log.error("payment_not_looked_up", payment_id=str(payment.id), rail=payment.rail, code=str(refused))
        except Exception:  # an answer nobody foresaw must not keep the others waiting
            log.exception("payment_look_up_failed", payment_id=str(payment.id), rail=payment.rail)
        await self._take(one, found, answered=answered, understood=understood)
        return answered

    async def _told(self, rail: Rail, one: LookUp) -> tuple[str, ...]:
        """The rail's ids of refunds that it told of without saying all, and names only where it is asked by them."""
        if not rail.capabilities.numbers_refunds:
            return ()
        async with self._unit.read() as work:
            bodies = await work.inbox.told_of(one.payment.id, EventKind.REFUNDED, since=one.since_at - TOLD_BEFORE)
        events = [rail.event_of(body) for body in bodies]
        return tuple(dict.fromkeys(event.their_id for event in events if event.thin and event.their_id))

    async def _take(self, one: LookUp, found: Found, *, answered: bool, understood: bool) -> None:
        """Let it be booked. `understood`: it says how things are; else what was told is still to be found out."""
        payment, now = one.payment, self._now()
        age = now - one.since_at
        thin = not understood
        for body in found.events:
            try:
                thin |= self._rails[payment.rail].event_of(body).thin
                outcome = await self._payments.found(payment.rail, body)
            except BadEvent as error:
                log.error("payment_found_unread", payment_id=str(payment.id), rail=payment.rail, error=str(error))
                continue
            if outcome is Received.STORED:
                log.warning("payment_found", payment_id=str(payment.id), rail=payment.rail, state=found.state)
        open_ = found.state in (PaymentState.PENDING, PaymentState.UNKNOWN) or (one.told and thin)
        too_long = age >= TOO_LONG and open_
        nobody_comes = found.state in (PaymentState.CREATED, PaymentState.FAILED) and age >= TOO_LONG
        async with self._unit() as work:
            if payment.their_id is None and found.their_id is not None:
                await work.payments.link_many([replace(payment, their_id=found.their_id, url=found.url)])
            if one.claimed_until and not await work.look_ups.is_as_claimed(payment.id, one.claimed_until):
                return  # told of meanwhile, or taken by another: what we heard may be older, and it is due again
            if one.told and not thin:
                await work.look_ups.known(payment.id)
            if one.told and thin:  # the rail itself does not know all yet
                soon = understood or not answered
                await work.look_ups.put_off({payment.id: now + (SOON if soon else next_look(age))})
            elif nobody_comes or (one.told and payment.state in FINAL):
                await work.look_ups.close([payment.id])
            else:
                await work.look_ups.found(payment.id, found.state, now + next_look(age) if answered else None)
            if too_long and self._alerts is not None:
                said: dict[str, Said] = {"rail": payment.rail, "amount": payment.amount, "id": str(payment.id)}
                once = f"{AlertKind.PAYMENT_OPEN}:{payment.id}:{alarm_of(age)}"
                await self._alerts.queue(work, Alert(AlertKind.PAYMENT_OPEN, said), once=once)
        if too_long:
            _alarm(one, found, age.total_seconds())


def _alarm(one: LookUp, found: Found, age_s: float) -> None:
    log.error(
        "payment_unknown_for_long", payment_id=str(one.payment.id), rail=one.payment.rail, found=found.state,
        days=round(age_s / 86400, 1), since_at=one.since_at.isoformat(),
        hint="ask the provider; the metric payment_unknown_oldest_seconds has the oldest",
    )  # fmt: skip
