"""The steps of a charge, one at a time: each under the lock of its row, only if it is still as it was read."""

import contextlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from giving import tabs as rules
from giving.alerts import Alert, AlertKind, Said
from giving.errors import TabBelow, TabEmpty, TabWaits, TipNotOpen
from giving.money import sum_of
from giving.notices import NoticeKind
from giving.payments import TOO_LONG, Payment, PaymentState
from giving.people import Person
from giving.tabs import ChargeState, Known, Reason, Step, Told
from payments.provider import (
    NOT_OF_BEFORE,
    NOT_OURS,
    TOO_SMALL,
    Declined,
    Found,
    PaymentRef,
    RailRefused,
    Saves,
)
from services.alerts import AlertService
from services.clock import Clock
from services.leadership import Write
from services.rails.switched_on import Rails
from services.tabs.beginning import CHARGES, Beginning, close_pages, free_others
from services.tabs.service import TabService
from services.tabs.told import kept_method, notices_of, owed_of
from services.tips.links import PaymentLinks, intent_of, key_of
from storage.tabs import ChargeRow
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
OURS_TO_MEND: Final = NOT_OURS | {TOO_SMALL}
LOOK_EVERY: Final = timedelta(hours=1)  # the payments' own sweep looks too; this only decides what to do next


@dataclass(frozen=True, slots=True)
class Held:
    """A charge, its payment and its donor, as they are now, and what is known of them."""

    row: ChargeRow
    payment: Payment
    person: Person
    known: Known


async def held_charge(work: Work, charge: UUID) -> ChargeRow | None:
    """A charge as it is now, held with its tab until the commit, the tab first: so does whoever begins one."""
    known = (await work.tabs.charges([charge])).get(charge)
    if known is None:
        return None
    await work.tabs.lock(known.charge.tab)
    return await work.tabs.lock_charge(charge)


class Steps:
    """Takes charges on, by the sweep; whoever finds one in another state than was read does nothing."""

    def __init__(
        self, unit: UnitOfWork, rails: Rails, tabs: TabService, links: PaymentLinks, begin: Beginning, write: Write,
        now: Clock, alerts: AlertService | None = None,
    ) -> None:  # fmt: skip
        """`write`: the leader's. `alerts`: for who can mend what a rail refuses."""
        self._unit, self._rails, self._tabs, self._links = unit, rails, tabs, links
        self._begin, self._write, self._now, self._alerts = begin, write, now, alerts
        self._looked: dict[UUID, datetime] = {}

    async def take(self, row: ChargeRow) -> bool:
        """The step that is due, if one is."""
        async with self._unit.read() as work:
            seen = await self._see(work, row)
        step = rules.next_step(row.charge, seen.known, self._now()) if seen is not None else None
        if seen is None or step is None:
            return False
        match step:
            case Step.PAID:
                return await self._paid(row)
            case Step.EXPIRE:
                return await self._expire(row)
            case Step.CHARGE:
                return await self._charge(row)
            case Step.ASK:
                return await self._ask_again(seen)
            case Step.LOOK_UP:
                return await self._look_up(seen)
            case Step.PUT_OFF:
                return await self._put_off(row)
            case Step.LINK:
                declined = row.charge.state is ChargeState.CHARGING
                return await self._by_link(row, Reason.DECLINED if declined else row.charge.reason)

    async def _see(self, work: Work, row: ChargeRow) -> Held | None:
        payment = await work.payments.by_id(row.payment)
        person = (await work.people.by_ids([row.donor])).get(row.donor)
        if payment is None or person is None:
            return None
        asked = bool(await work.payments.are_asked([payment.id]))
        told = (await notices_of(work, [row.charge])).get(row.charge.id, Told())
        return Held(
            row,
            payment,
            person,
            Known(payment.state, asked, payment.their_id is not None, told, person.unreachable_at is None),
        )

    async def _hold(self, work: Work, row: ChargeRow, step: Step) -> Held | None:
        """The charge under its lock, if that is still its next step."""
        now = await held_charge(work, row.charge.id)
        seen = await self._see(work, now) if now is not None else None
        if seen is None or rules.next_step(seen.row.charge, seen.known, self._now()) is not step:
            return None
        return seen

    async def _paid(self, row: ChargeRow) -> bool:
        async with self._write() as work:
            held = await self._hold(work, row, Step.PAID)
            if held is None or not await work.tabs.move(held.row.charge, ChargeState.PAID):
                return False
            await self._tabs.look_again(work, row.charge.tab)
        CHARGES.labels(ChargeState.PAID).inc()
        return True

    async def _expire(self, row: ChargeRow) -> bool:
        """Quietly; what is paid all the same counts like any other gift. What is younger stands on the tab again."""
        async with self._write() as work:
            held = await self._hold(work, row, Step.EXPIRE)
            if held is None:
                return False
            tips = await owed_of(work, held.row)
            over = rules.over(await work.tabs.first_asked([tip.id for tip in tips]), self._now())
            ended = ChargeState.EXPIRED if len(over) == len(tips) else ChargeState.SKIPPED
            await work.tabs.move(held.row.charge, ended)
            await free_others(work, held.row, rules.asked_again(self._now(), self._tabs.zone))
            count = await work.tabs.expire(over)
            await self._tabs.look_again(work, row.charge.tab)
        CHARGES.labels(ended).inc()
        log.info("tab_charge_expired", charge_id=str(row.charge.id), tips=count)
        await close_pages(self._rails, [held.payment])
        return True

    async def _put_off(self, row: ChargeRow) -> bool:
        """With all that was to be paid on the same page: whoever leaves that unpaid means each of it."""
        async with self._write() as work:
            held = await self._hold(work, row, Step.PUT_OFF)
            if held is None:
                return False
            same_page = await work.tabs.open_charges(donor=row.donor, payment=held.row.payment)
            for one in same_page:
                await self._tabs.put_off(work, one)
        CHARGES.labels(ChargeState.SKIPPED).inc(len(same_page))
        log.info("tab_charge_put_off", charge_id=str(row.charge.id), charges=len(same_page))
        return True

    async def _charge(self, row: ChargeRow) -> bool:
        """What is owed of it now, and no more; nothing, where its rail can't carry that."""
        async with self._write() as work:
            held = await self._hold(work, row, Step.CHARGE)
            if held is None:
                return False
            tips = rules.owed((await work.tips.of_payments([held.row.payment])).get(held.row.payment, []))
            amount = sum_of((tip.amount for tip in tips), held.payment.amount.currency)
            stands = bool(tips) and await self._begin.carries(work, held.row, held.payment, amount)
            if stands and amount != held.payment.amount:
                smaller = await self._begin.lessened(work, held.row, held.payment, tips)
                held = await self._see(work, smaller) or held
            charge = held.row.charge
            if stands:
                await work.tabs.move(charge, ChargeState.CHARGING, charge_at=self._now())
            else:
                await work.tabs.move(charge, ChargeState.SKIPPED)
                await self._tabs.look_again(work, charge.tab)
        CHARGES.labels(ChargeState.CHARGING if stands else ChargeState.SKIPPED).inc()
        if not stands:
            return True
        return await self._ask(replace(held, row=replace(held.row, charge=replace(charge, state=ChargeState.CHARGING))))

    async def _ask_again(self, held: Held) -> bool:
        """By the same key; where less is owed by now, only after a look at what became of the first."""
        if await self._owed(held) != held.payment.amount.minor:
            return await self._look_up(held)
        return await self._ask(held)

    async def _owed(self, held: Held) -> int:
        async with self._unit.read() as work:
            tips = rules.owed((await work.tips.of_payments([held.payment.id])).get(held.payment.id, []))
        return sum(tip.amount.minor for tip in tips)

    async def _ask(self, held: Held) -> bool:
        row, payment = held.row, held.payment
        rail = self._rails.get(payment.rail)
        async with self._unit.read() as work:
            saved = await kept_method(work, row.donor, row.organisation, payment.rail)
        if saved is None or not isinstance(rail, Saves):  # forgotten meanwhile; it may have been charged before that
            return await (self._look_up(held) if held.known.asked else self._by_link(row, row.charge.reason))
        try:
            payment, wish = await self._links.kept(payment.id, held.person)
        except TipNotOpen:  # some of it was paid on pages of before
            return await (self._look_up(held) if held.known.asked else self._by_link(row, row.charge.reason))
        try:
            link = await rail.charge_saved(intent_of(payment, wish), saved.method, key=key_of(payment))
        except RailRefused as refused:
            return await self._refused(held, refused)
        async with self._write() as work:
            await work.payments.link_many([replace(payment, their_id=link.their_id)])
        return True

    async def _refused(self, held: Held, refused: RailRefused) -> bool:
        """Declined, or not by this method: by a link. What the operator mends waits: the link would be refused, too."""
        row, code = held.row, str(refused)
        if held.known.asked and code in NOT_OF_BEFORE:
            return await self._look_up(held)
        log.warning("tab_charge_refused", charge_id=str(row.charge.id), rail=held.payment.rail, code=code)
        if isinstance(refused, Declined):
            return await self._by_link(row, Reason.DECLINED)
        if code in OURS_TO_MEND:
            return await self._put_back(row, held.payment, code)
        return await self._by_link(row, row.charge.reason)

    async def _put_back(self, row: ChargeRow, payment: Payment, code: str) -> bool:
        """On the tab until the next month's end, or until its donor presses; the operator hears why, once a day."""
        async with self._write() as work:
            now = await self._same(work, row)
            if now is None:
                return False
            await self._tabs.put_off(work, now)
            if now.charge.reason is Reason.PRESSED:  # they are waiting for it
                await self._begin.tell(work, NoticeKind.TAB_NOT_CHARGED, now.charge, now.donor)
            if self._alerts is not None:
                said: dict[str, Said] = {"rail": payment.rail, "amount": payment.amount, "code": code}
                day = self._now().astimezone(self._tabs.zone).date().isoformat()
                once = f"{AlertKind.TAB_REFUSED}:{payment.rail}:{row.organisation}:{code}:{day}"
                await self._alerts.queue(work, Alert(AlertKind.TAB_REFUSED, said), once=once)
        CHARGES.labels(ChargeState.SKIPPED).inc()
        if self._alerts is not None:
            self._alerts.wake()
        return True

    async def _same(self, work: Work, row: ChargeRow) -> ChargeRow | None:
        """The charge, held, if it is as it was read and not paid meanwhile."""
        now = await held_charge(work, row.charge.id)
        payment = await work.payments.by_id(row.payment)
        paid = payment is not None and payment.state is PaymentState.PAID
        same = now is not None and (now.charge.state, now.payment) == (row.charge.state, row.payment)
        return now if same and not paid else None

    async def _look_up(self, held: Held) -> bool:
        """What became of a charge that nothing was heard of. Found, it is booked by the payments' own sweep."""
        charge, payment, now = held.row.charge, held.payment, self._now()
        rail = self._rails.get(payment.rail)
        looked = self._looked.get(charge.id)
        if looked is not None and timedelta() <= now - looked < LOOK_EVERY:  # else the clock was set back
            return False
        if rail is None:
            return await self._by_link(held.row, charge.reason)
        self._looked[charge.id] = now
        try:
            found = await rail.fetch(PaymentRef(payment.id, None, payment.account))
        except RailRefused as refused:
            log.error("tab_charge_not_looked_up", charge_id=str(charge.id), rail=payment.rail, code=str(refused))
            found = Found(PaymentState.UNKNOWN)
        if found.their_id is not None:
            async with self._write() as work:
                await work.payments.link_many([replace(payment, their_id=found.their_id, url=found.url)])
            return True
        unknown = found.state in (PaymentState.UNKNOWN, PaymentState.PENDING, PaymentState.PAID)
        age = now - charge.charge_at if charge.charge_at is not None else TOO_LONG
        # A rail may not find at once what it has just made: only later does nothing found mean that nothing is there.
        if (age < rules.KEY_LASTS or (unknown and age < TOO_LONG)) and await self._owed(held):
            return False
        self._looked.pop(charge.id, None)
        return await self._by_link(held.row, charge.reason)

    async def _by_link(self, row: ChargeRow, reason: Reason) -> bool:
        """Asked for by a link instead: begun again, since a key can't be asked with other words."""
        closed: list[Payment] = []
        async with self._write() as work:
            if await self._same(work, row) is None or not await work.tabs.move(row.charge, ChargeState.SKIPPED):
                return False
            await self._tabs.look_again(work, row.charge.tab)
            tab = await work.tabs.lock(row.charge.tab)
            if tab is not None:
                with contextlib.suppress(TabWaits, TabBelow, TabEmpty):  # then it is looked at like any other
                    _, closed = await self._begin(work, tab, reason, by_saved=False)
        await close_pages(self._rails, closed)
        return True
