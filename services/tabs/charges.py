"""Settling tabs: charges are begun, announced, asked for, charged to a saved method, and given up after two months."""

import contextlib
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from giving import tabs as rules
from giving.errors import GivingError, NotYours, RailUnavailable, TabWaits, TipNotOpen
from giving.money import Money
from giving.payments import Payment, PaymentState
from giving.people import Person
from giving.projects import Organisation, Project
from giving.rails import Shown
from giving.tabs import Charge, ChargeState, Reason
from giving.tips import Tip
from payments.provider import PaymentRef, RailRefused, Saves
from services.clock import Clock, utc_now
from services.leadership import Write
from services.rails.switched_on import Rails
from services.tabs.beginning import CHARGES, Beginning, kept_method
from services.tabs.service import TabService
from services.tips.links import PayCode, PaymentLinks, intent_of, key_of
from services.wake import Wakes
from storage.tabs import ChargeRow
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
BATCH: Final = 100
AGAIN: Final = timedelta(days=1)  # a tab that no rail carries now is looked at again


@dataclass(frozen=True, slots=True)
class ChargeTold:
    """A charge for its donor: what it is for, with whom, and by what (a saved method, or the rail's name)."""

    charge: Charge
    organisation: Organisation
    tips: tuple[tuple[Tip, Project], ...]
    rail: str
    label: str


async def told(work: Work, charge: UUID) -> ChargeTold | None:
    """What a message about a charge tells; None if it is open no more."""
    row = (await work.tabs.charges([charge])).get(charge)
    if row is None or row.charge.state not in rules.OPEN:
        return None
    tips = (await work.tips.of_payments([row.payment])).get(row.payment, [])
    payment = await work.payments.by_id(row.payment)
    projects = await work.projects.by_ids({tip.project for tip in tips})
    if payment is None or not tips:
        return None
    at = (row.organisation, payment.rail)
    saved = [kept for kept in await work.methods.of(row.donor) if (kept.organisation, kept.rail) == at]
    return ChargeTold(
        row.charge, projects[tips[0].project].organisation, tuple((tip, projects[tip.project]) for tip in tips),
        payment.rail, saved[0].method.label if saved else "",
    )  # fmt: skip


class TabCharges:
    """What a donor does with a charge, and what the leader's sweep does for all of them."""

    def __init__(
        self, unit: UnitOfWork, rails: Rails, tabs: TabService, links: PaymentLinks, *, wakes: Wakes,
        write: Write | None = None, now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """`write`: by what the sweep writes, in production the leader's."""
        self._unit, self._rails, self._tabs, self._links = unit, rails, tabs, links
        self._wakes, self._write, self._now = wakes, write or unit, now
        self._begin = Beginning(rails, wakes, now)

    # -- by its donor --

    async def settle(self, tab: UUID, person: Person) -> tuple[Money, str | None]:
        """Settle a tab now: what stands on it, and where to pay it (None: a saved method is being charged).

        What was asked for before is asked for no more.

        Raises: NotYours, TabEmpty, TipNotOpen, TabWaits, RailUnavailable, and what the guard refuses.
        """
        async with self._unit() as work:
            row = await work.tabs.lock(tab)
            if row is None or row.tab.donor != person.id:
                raise NotYours
            charge, closed = await self._begin(work, row, Reason.PRESSED)
        await self._close_pages(closed)
        if charge.charge.state is ChargeState.CHARGING:
            self._wakes.tabs.set()
            return charge.charge.amount, None
        return charge.charge.amount, await self._links.of_payment(charge.payment, person)

    async def code(self, tab: UUID, person: Person) -> tuple[PayCode, Organisation] | None:
        """What is to be scanned to pay what was asked for on a tab of theirs, and who gets it.

        None where its rail shows no code, and where nothing is asked for or the code is over: `settle` begins anew.

        Raises: NotYours, TipNotOpen, RailUnavailable, and what the guard refuses.
        """
        async with self._unit.read() as work:
            theirs = (await work.tabs.by_ids([tab])).get(tab)
            if theirs is None or theirs.tab.donor != person.id:
                raise NotYours
            rows = await work.tabs.open_charges(donor=person.id)
            row = next((r for r in rows if r.charge.tab == tab and r.charge.state is ChargeState.ASKED), None)
            payment = await work.payments.by_id(row.payment) if row is not None else None
            about = await told(work, row.charge.id) if row is not None else None
        if payment is None or about is None or payment.rail not in self._rails:
            return None
        if self._rails.capabilities[payment.rail].shown is not Shown.QR or self._rails.page_over(payment, self._now()):
            return None
        return await self._links.code_of_payment(payment.id, person), about.organisation

    async def skip(self, charge: UUID, person: Person) -> ChargeRow:
        """Not this time: it stays on the tab until the next month's end. Raises: NotYours, TipNotOpen."""
        async with self._unit() as work:
            row = await _held(work, charge)
            if row is None or row.donor != person.id:
                raise NotYours
            payment = await work.payments.by_id(row.payment)
            paid = payment is not None and payment.state is PaymentState.PAID
            if paid or row.charge.state not in (ChargeState.ANNOUNCED, ChargeState.ASKED):
                raise TipNotOpen
            await self._put_off(work, row)
        CHARGES.labels(ChargeState.SKIPPED).inc()
        log.info("tab_charge_skipped", charge_id=str(charge))
        await self._close_pages([payment] if payment is not None else [])
        return row

    async def _put_off(self, work: Work, row: ChargeRow) -> None:
        until = rules.after_skip(self._now(), self._tabs.zone)
        await work.tabs.set_charge(row.charge.id, ChargeState.SKIPPED)
        await work.tabs.skip(row.charge.tab, until)
        await work.tabs.look_at({row.charge.tab: until})

    # -- by itself --

    async def sweep(self) -> int:
        """Begin what is due, and take every open charge a step further; how many steps were taken."""
        steps = 0
        async with self._unit.read() as work:
            due = await work.tabs.claim_due(self._now(), BATCH)
            charges = await work.tabs.open_charges()
        for tab in due:
            steps += await self._alone(self._look_at(tab), tab)
        for charge in charges:
            steps += await self._alone(self._further(charge), charge.charge.id)
        return steps

    async def _alone(self, step: Awaitable[bool], about: UUID) -> bool:
        """What one of them is stopped by does not hold up the others."""
        try:
            return await step
        except (GivingError, RailRefused) as refusal:  # a rail that is away, a guard: the next sweep tries again
            log.warning("tab_not_settled", subject=str(about), error=type(refusal).__name__)
            return False

    async def _look_at(self, tab: UUID) -> bool:
        try:
            async with self._write() as work:
                row = await work.tabs.lock(tab)
                if row is None:
                    return False
                reason = self._tabs.due(row)
                if reason is None:
                    await work.tabs.look_at({tab: self._tabs.next_look(row)})
                    return False
                _, closed = await self._begin(work, row, reason)
        except TabWaits:
            await self._later(tab)
            return False
        await self._close_pages(closed)
        return True

    async def _later(self, tab: UUID) -> None:
        """Its rail is switched off, or the organisation not connected: it stands where it stood."""
        async with self._write() as work:
            await work.tabs.look_at({tab: self._now() + AGAIN})
        log.warning("tab_has_no_rail", tab_id=str(tab))

    async def _further(self, row: ChargeRow) -> bool:
        """One step of an open charge, if one is due."""
        charge, now = row.charge, self._now()
        async with self._unit.read() as work:
            payment = await work.payments.by_id(row.payment)
            person = (await work.people.by_ids([row.donor])).get(row.donor)
        if payment is None or person is None:
            return False
        if payment.state is PaymentState.PAID:
            return await self._set(charge, ChargeState.PAID)
        if rules.expired(charge, now):
            return await self._expire(row, payment)
        if rules.chargeable(charge, now):
            told = person.unreachable_at is None
            return await self._is_charging(row, payment, told=told) and await self._charge(row, payment, person)
        if charge.state is ChargeState.CHARGING:
            if payment.state in (PaymentState.FAILED, PaymentState.CANCELLED):
                return await self._new_payment(row)  # the saved method was declined
            if payment.their_id is None:
                return await self._charge(row, payment, person)
        return False

    async def _is_charging(self, row: ChargeRow, payment: Payment, *, told: bool) -> bool:
        """Whether it is still announced, as it was announced; else what is left of it stands on the tab again.

        Who has blocked the bot was told of nothing, and could not skip: theirs waits for the next month's end.
        """
        async with self._write() as work:
            held = await _held(work, row.charge.id)
            if held is None or not rules.chargeable(held.charge, self._now()):
                return False
            stands = told and await self._begin.stands(work, held, payment)
            if not told:
                await self._put_off(work, held)
            else:
                await work.tabs.set_charge(held.charge.id, ChargeState.CHARGING if stands else ChargeState.SKIPPED)
            if told and not stands:
                await work.tabs.look_at({held.charge.tab: self._now()})
        CHARGES.labels(ChargeState.CHARGING if stands else ChargeState.SKIPPED).inc()
        return stands

    async def _charge(self, row: ChargeRow, payment: Payment, person: Person) -> bool:
        """To the saved method; asked again with the same key where nothing was heard."""
        rail = self._rails.get(payment.rail)
        async with self._unit.read() as work:
            saved = await kept_method(work, row.donor, row.organisation, payment.rail)
            stands = await self._begin.stands(work, row, payment)
        if saved is None or not stands or not isinstance(rail, Saves):
            return await self._new_payment(row)  # forgotten, or paid on a page of before, meanwhile
        try:
            payment, wish = await self._links.kept(payment.id, person)
        except TipNotOpen:
            return await self._new_payment(row)  # all of it was paid on pages of before
        try:
            link = await rail.charge_saved(intent_of(payment, wish), saved.method, key=key_of(payment))
        except RailRefused as refused:
            log.warning("tab_charge_declined", charge_id=str(row.charge.id), rail=payment.rail, code=str(refused))
            return await self._new_payment(row)
        async with self._write() as work:
            await work.payments.link_many([replace(payment, their_id=link.their_id)])
        return True

    async def _new_payment(self, row: ChargeRow) -> bool:
        """A declined charge is asked for by a link: begun again, since a key can't be asked with other words."""
        closed: list[Payment] = []
        async with self._write() as work:
            held = await _held(work, row.charge.id)
            if held is None or held.charge.state is not ChargeState.CHARGING:
                return False
            await work.tabs.set_charge(row.charge.id, ChargeState.SKIPPED)
            await work.tabs.look_at({row.charge.tab: self._now()})
            tab = await work.tabs.lock(row.charge.tab)
            if tab is not None and row.charge.amount <= tab.tab.promised:
                with contextlib.suppress(TabWaits):  # then it is looked at like any other
                    _, closed = await self._begin(work, tab, Reason.REACHED, by_saved=False)
        await self._close_pages(closed)
        return True

    async def _expire(self, row: ChargeRow, payment: Payment) -> bool:
        """Quietly; what is paid all the same counts like any other gift."""
        async with self._write() as work:
            held = await _held(work, row.charge.id)
            if held is None or not rules.expired(held.charge, self._now()):
                return False
            await work.tabs.set_charge(row.charge.id, ChargeState.EXPIRED)
            count = await work.tabs.expire(row.payment)
        CHARGES.labels(ChargeState.EXPIRED).inc()
        log.info("tab_charge_expired", charge_id=str(row.charge.id), tips=count)
        await self._close_pages([payment])
        return True

    async def _set(self, charge: Charge, state: ChargeState) -> bool:
        async with self._write() as work:
            await work.tabs.set_charge(charge.id, state)
        CHARGES.labels(state).inc()
        return True

    async def _close_pages(self, pages: Sequence[Payment]) -> None:
        """As far as the rails answer: what is paid all the same is booked, and given back where it is too much."""
        for page in pages:
            rail = self._rails.get(page.rail)
            if rail is None or page.their_id is None:
                continue
            try:
                await rail.cancel_payment(PaymentRef(page.id, page.their_id, page.account))
            except (RailUnavailable, RailRefused) as error:
                log.warning("payment_not_cancelled", payment_id=str(page.id), error=type(error).__name__)


async def _held(work: Work, charge: UUID) -> ChargeRow | None:
    """A charge as it is now, held with its tab until the commit, the tab first: so does whoever begins one."""
    known = (await work.tabs.charges([charge])).get(charge)
    if known is None:
        return None
    await work.tabs.lock(known.charge.tab)
    return await work.tabs.lock_charge(charge)
