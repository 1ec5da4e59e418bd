"""Settling tabs: what a donor does with a charge, and what the leader's sweep does for all of them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog

from giving import tabs as rules
from giving.errors import (
    GivingError,
    NotYours,
    TabBelow,
    TabBusy,
    TabChanged,
    TabEmpty,
    TabWaits,
    TipNotOpen,
)
from giving.money import Money
from giving.payments import PaymentState
from giving.people import Person
from giving.projects import Organisation
from giving.quiet import QuietHours
from giving.rails import Shown
from giving.tabs import ChargeState, Reason
from payments.provider import RailRefused
from services.alerts import AlertService
from services.clock import Clock, utc_now
from services.leadership import NotLeading, Write
from services.rails.switched_on import Rails
from services.tabs.beginning import CHARGES, Beginning, close_pages, free_others
from services.tabs.joint import Together
from services.tabs.service import TabService
from services.tabs.steps import Steps, held_charge
from services.tabs.told import told
from services.tips.links import PayCode, PaymentLinks
from services.wake import Wakes
from storage.tabs import ChargeRow, TabRow
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
BATCH: Final = 100
AGAIN: Final = timedelta(days=1)  # a tab that no rail carries now is looked at again


class TabCharges:
    """Charges are begun, announced, asked for, charged to a saved method (services/tabs/steps.py), and given up."""

    def __init__(
        self, unit: UnitOfWork, rails: Rails, tabs: TabService, links: PaymentLinks, *, wakes: Wakes,
        write: Write | None = None, alerts: AlertService | None = None, quiet: QuietHours | None = None,
        now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """`write`: by what the sweep writes, in production the leader's. `alerts`: who mends what a rail refuses.

        `quiet`: the night, by each reader's clock.
        """
        self._unit, self._rails, self._tabs, self._links = unit, rails, tabs, links
        self._wakes, self._write, self._now = wakes, write or unit, now
        self._begin = Beginning(rails, wakes, tabs.zone, now, quiet)
        self._together = Together(rails, self._begin, now)
        self._steps = Steps(unit, rails, tabs, links, self._begin, self._write, now, alerts)

    # -- by its donor --

    async def settle(self, tab: UUID, person: Person, seen: Money | None = None) -> tuple[Money, str | None]:
        """Settle a tab now: what stands on it, and where to pay it (None: a saved method is being charged).

        What was asked for before is asked for no more. `seen`: the sum that the button said.

        Raises: NotYours, TabEmpty, TabBusy, TabChanged, TabBelow, TabWaits, RailUnavailable, what the guard refuses.
        """
        async with self._unit() as work:
            row = await work.tabs.lock(tab)
            if row is None or row.tab.donor != person.id:
                raise NotYours
            try:
                charge, closed = await self._begin(work, row, Reason.PRESSED, seen=seen)
            except TabEmpty:
                busy = await self._has(work, row, ChargeState.CHARGING)
                raise (TabBusy if busy else TabEmpty) from None
        await close_pages(self._rails, closed)
        if charge.charge.state is ChargeState.CHARGING:
            self._wakes.tabs.set()
            return charge.charge.amount, None
        return charge.charge.amount, await self._page(charge.payment, person)

    async def settle_together(self, person: Person, rail: str, seen: Money) -> tuple[Money, str]:
        """Settle at once all their tabs that can share one charge of this rail, and where to pay that.

        `seen`: the sum that the button said, of what is free on them.

        Raises: TabChanged, TabBusy, TabBelow, TabWaits, RailUnavailable, and what the guard refuses.
        """
        async with self._unit() as work:
            payment, closed = await self._together(work, person.id, rail, seen)
        await close_pages(self._rails, closed)
        try:
            return payment.amount, await self._page(payment.id, person)
        except GivingError:
            await self._without_page(payment.id, person)
            raise

    async def _without_page(self, payment: UUID, person: Person) -> None:
        """No page could be made: what was to be on it stands as before, and is announced or asked for in its time."""
        async with self._unit() as work:
            await work.tabs.lock_all(person.id)
            page = await work.payments.by_id(payment)
            if page is None or page.their_id is not None:  # another tap of theirs has it
                return
            for one in await work.tabs.open_charges(donor=person.id, payment=payment):
                if await work.tabs.move(one.charge, ChargeState.SKIPPED):
                    await self._tabs.look_again(work, one.charge.tab)
                    CHARGES.labels(ChargeState.SKIPPED).inc()
        log.info("tab_page_not_made", payment_id=str(payment))

    async def _page(self, payment: UUID, person: Person) -> str:
        """Where to pay it; TabChanged where some of it was paid, or begun anew by another tap, in between."""
        try:
            return await self._links.of_payment(payment, person)
        except (NotYours, TipNotOpen):
            raise TabChanged from None

    async def _has(self, work: Work, row: TabRow, *states: ChargeState) -> bool:
        open_ = await work.tabs.open_charges(donor=row.tab.donor)
        return any(one.charge.tab == row.tab.id and one.charge.state in states for one in open_)

    async def code(self, tab: UUID, person: Person) -> tuple[PayCode, Organisation] | None:
        """What is to be scanned to pay what was asked for on a tab of theirs, and who gets it.

        None where its rail shows no code, and where nothing is asked for or the code is over: `settle` begins anew.

        Raises: NotYours, RailUnavailable, and what the guard refuses.
        """
        async with self._unit.read() as work:
            theirs = (await work.tabs.by_ids([tab])).get(tab)
            if theirs is None or theirs.tab.donor != person.id:
                raise NotYours
            rows = await work.tabs.open_charges(donor=person.id)
            row = next((r for r in rows if r.charge.tab == tab and r.charge.state is ChargeState.ASKED), None)
            payment = await work.payments.by_id(row.payment) if row is not None else None
            about = await told(work, row.charge.id, self._now()) if row is not None else None
        if payment is None or about is None or payment.rail not in self._rails:
            return None
        if self._rails.capabilities[payment.rail].shown is not Shown.QR or self._rails.page_over(payment, self._now()):
            return None
        try:
            return await self._links.code_of_payment(payment.id, person), about.organisation
        except TipNotOpen:
            return None  # some of it was paid on a page of before

    async def skip(self, charge: UUID, person: Person) -> datetime:
        """Not this time: it stays on the tab until the next month's end, which is returned.

        Raises: NotYours, TabBusy (it is being charged), TabChanged (something else is asked for now), TipNotOpen.
        """
        async with self._unit() as work:
            row = await held_charge(work, charge)
            if row is None or row.donor != person.id:
                raise NotYours
            payment = await work.payments.by_id(row.payment)
            _refuse_skip(row, paid=payment is not None and payment.state is PaymentState.PAID)
            until = await self._tabs.put_off(work, row, asked_at=row.charge.asked_at or row.charge.begun_at)
            await free_others(work, row, rules.asked_again(self._now(), self._tabs.zone))
        CHARGES.labels(ChargeState.SKIPPED).inc()
        log.info("tab_charge_skipped", charge_id=str(charge))
        await close_pages(self._rails, [payment] if payment is not None else [])
        return until

    # -- by itself --

    async def sweep(self) -> int:
        """Begin what is due, and take every open charge a step further; how many steps were taken.

        Raises: NotLeading.
        """
        steps = 0
        async for tab in _each(self._due, lambda tab: tab):
            steps += await self._alone(self._look_at(tab), tab)
        async for row in _each(self._to_step, lambda row: row.charge.id):
            steps += await self._alone(self._further(row), row.charge.id)
        return steps

    async def _due(self, after: UUID | None) -> Sequence[UUID]:
        async with self._unit.read() as work:
            return await work.tabs.claim_due(self._now(), BATCH, after)

    async def _to_step(self, after: UUID | None) -> Sequence[ChargeRow]:
        async with self._unit.read() as work:
            return await work.tabs.to_step(self._now(), BATCH, after)

    async def _alone(self, step: Awaitable[bool], about: UUID) -> bool:
        """What one of them is stopped by does not hold up the others."""
        try:
            return await step
        except NotLeading:  # nothing of it is to be done here any more
            raise
        except (GivingError, RailRefused) as refusal:  # a rail that is away, a guard: the next sweep tries again
            log.warning("tab_not_settled", subject=str(about), error=type(refusal).__name__)
        except Exception:  # an answer nobody foresaw
            log.exception("tab_step_failed", subject=str(about))
        return False

    async def _look_at(self, tab: UUID) -> bool:
        try:
            async with self._write() as work:
                row = await work.tabs.lock(tab)
                if row is None or await self._waits(work, row):
                    return False
                row = await self._tabs.without_expired(work, row)
                reason = self._tabs.due(row)
                if reason is None:
                    await work.tabs.look_at({tab: self._tabs.next_look(row)})
                    return False
                _, closed = await self._begin(work, row, reason)
        except (TabWaits, TabBelow, TabEmpty):
            await self._later(tab)
            return False
        await close_pages(self._rails, closed)
        return True

    async def _waits(self, work: Work, row: TabRow) -> bool:
        """What was promised after a notice waits for the next charge: that one is kept as it was announced.

        So is a page of several tabs that can still be paid: its donor has it before them.
        """
        if await self._has(work, row, ChargeState.ANNOUNCED, ChargeState.CHARGING):
            await work.tabs.look_at({row.tab.id: None})  # it is looked at when that one is over
            return True
        if await self._on_a_page_with_others(work, row):
            await work.tabs.look_at({row.tab.id: self._now() + AGAIN})
            return True
        return False

    async def _on_a_page_with_others(self, work: Work, row: TabRow) -> bool:
        open_ = await work.tabs.open_charges(donor=row.tab.donor)
        asked = [one for one in open_ if one.charge.state is ChargeState.ASKED]
        mine = {one.payment for one in asked if one.charge.tab == row.tab.id}
        shared = {one.payment for one in asked if one.payment in mine and one.charge.tab != row.tab.id}
        pages = (await work.payments.by_ids(shared)).values() if shared else ()
        return any(page.state not in rules.OVER and not self._rails.page_over(page, self._now()) for page in pages)

    async def _later(self, tab: UUID) -> None:
        """Its rail is switched off, or the organisation not connected: it stands where it stood."""
        async with self._write() as work:
            await work.tabs.look_at({tab: self._now() + AGAIN})
        log.warning("tab_has_no_rail", tab_id=str(tab))

    async def _further(self, row: ChargeRow) -> bool:
        """One step of an open charge, if one is due."""
        return await self._steps.take(row)


def _refuse_skip(row: ChargeRow, *, paid: bool) -> None:
    state = row.charge.state
    if paid or state in (ChargeState.PAID, ChargeState.EXPIRED):
        raise TipNotOpen
    if state is ChargeState.CHARGING:
        raise TabBusy
    if state is ChargeState.SKIPPED:
        raise TabChanged


async def _each(
    page: Callable[[UUID | None], Awaitable[Sequence[Any]]], id_of: Callable[[Any], UUID]
) -> AsyncIterator[Any]:  # fmt: skip
    """Page by page, each once: what can't be done now does not keep back what stands behind it."""
    after: UUID | None = None
    while rows := await page(after):
        for row in rows:
            yield row
        after = id_of(rows[-1])
