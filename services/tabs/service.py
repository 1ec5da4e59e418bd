"""Tabs: tips too small for a rail are promised at once, and settled together by one charge (rules: giving/tabs.py)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from prometheus_client import Counter

from giving import tabs as rules
from giving.errors import GivingError, NotYours, TabBusy, TipNotOpen
from giving.money import Money
from giving.payments import Payment
from giving.people import Person
from giving.projects import Project
from giving.tabs import ChargeState, Promise, Reason, Terms
from giving.tips import Tip, TipState
from services.clock import Clock, utc_now
from services.rails.switched_on import Rails
from services.tabs.beginning import Beginning, close_pages
from services.tabs.view import TabView, cards_of
from services.wake import Wakes
from storage.group_commit import GroupCommit
from storage.tabs import ChargeRow, Key, TabRow
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
PROMISED: Final = Counter("tips_promised_total", "Tips that went on a tab")

Ask = tuple[UUID, Person, bool]  # a tip, its donor, and whether one tap did it


@dataclass(frozen=True, slots=True)
class Promised:
    """A tip that is on its donor's tab: what stands there with it, and the sum it is settled at.

    `rail`: what settles it, which takes no less than `least` at once.
    """

    tip: Tip
    project: Project
    standing: Money
    settles_at: Money
    rail: str
    least: Money


class TabService:
    """Puts tips on tabs by group commit; the leader's sweep settles them."""

    def __init__(
        self, unit: UnitOfWork, rails: Rails, *, wakes: Wakes, zone: ZoneInfo, terms: Terms, now: Clock = utc_now
    ) -> None:
        """`terms` for who has chosen none; local months are `zone`'s."""
        self._unit, self._rails, self._wakes, self._now = unit, rails, wakes, now
        self.zone, self._currency, self.terms = zone, terms.settle_at.currency, terms
        self._begin = Beginning(rails, wakes, zone, now)
        self._promise = GroupCommit(unit, self._promise_many, name="promise")

    def terms_of(self, settle_at_minor: int | None, monthly_minor: int | None) -> Terms:
        """What somebody chose, or what holds for who has not."""
        return Terms(
            Money(settle_at_minor or self.terms.settle_at.minor, self._currency),
            Money(monthly_minor or self.terms.monthly.minor, self._currency),
        )

    # -- promising --

    async def promise(self, tip_id: UUID, person: Person, *, at_once: bool = False) -> Promised:
        """Put an unpaid tip on its donor's tab; the same again is the same promise.

        `at_once`: by one tap, so that a second one within moments is taken for the same.

        Raises: NotYours, TipNotOpen, NoRail, MonthlyLimit.
        """
        promised = await self._promise((tip_id, person, at_once))
        PROMISED.inc()
        return promised

    async def _promise_many(self, work: Work, asked: Sequence[Ask]) -> list[Promised | Exception]:
        now = self._now()
        projects, ids = await self._tabs_for(work, asked)
        tips = await work.tips.lock_many({tip_id for tip_id, _, _ in asked})
        await work.people.hold({person.id for _, person, _ in asked})  # their limit holds over all replicas
        twins = await self._twins(work, asked, tips)
        payments = await work.payments.by_ids({tip.payment for tip in tips.values() if tip.payment})
        refused = {tip_id: refusal for tip_id, person, _ in asked if (refusal := _refusal(tips.get(tip_id), person))}
        month = await work.tabs.promised_since(
            {person.id for _, person, _ in asked}, self._currency, rules.month_start(now, self.zone)
        )
        new = {
            tip_id: Promise(
                person.id, tips[tip_id].amount, Money(month.get(person.id, 0), self._currency),
                self.terms_of(person.settle_at_minor, person.monthly_minor),
            )
            for tip_id, person, _ in asked
            if tip_id not in refused and tip_id not in twins and tips[tip_id].state is TipState.OFFERED
        }  # fmt: skip
        verdicts = zip(new, rules.decide_promises([*new.values()]), strict=True)
        refused |= {tip_id: verdict for tip_id, verdict in verdicts if verdict is not None}
        on = [tip for tip in tips.values() if tip.id not in refused and tip.id not in twins]
        rails = {tip.id: payments[tip.payment].rail for tip in on if tip.payment in payments}
        keys = {tip.id: (tip.donor, projects[tip.project].organisation.id, tip.amount.currency) for tip in on}
        fresh = [tip for tip in on if tip.id in new]
        await work.tips.promise_many([tip.id for tip in fresh])
        await work.tabs.promise_many([(tip, ids[keys[tip.id]]) for tip in fresh], now=now)
        rows = await self._by_rails(work, {ids[keys[tip.id]]: rails.get(tip.id, "") for tip in on})
        await work.tabs.look_at({tab: self.next_look(row) for tab, row in rows.items()})
        meant = [twins.get(tip_id, tip_id) for tip_id, _, _ in asked]
        return [
            refused.get(tip_id) or self._promised(tips[tip_id], projects, rows[ids[keys[tip_id]]]) for tip_id in meant
        ]

    async def _tabs_for(self, work: Work, asked: Sequence[Ask]) -> tuple[dict[UUID, Project], dict[Key, UUID]]:
        """The projects, and the tabs, held before their tips: everywhere in this order (storage/tabs.py, lock).

        Whose a tip is and for what never changes; its state is looked at again once it is held.
        """
        tips = await work.tips.by_ids({tip_id for tip_id, _, _ in asked})
        projects = await work.projects.by_ids({tip.project for tip in tips.values()})
        theirs = [tips[tip_id] for tip_id, person, _ in asked if _refusal(tips.get(tip_id), person) is None]
        payments = await work.payments.by_ids({tip.payment for tip in theirs if tip.payment})
        wanted = {
            (tip.donor, projects[tip.project].organisation.id, tip.amount.currency): (
                payments[tip.payment].rail if tip.payment in payments else ""
            )
            for tip in theirs
        }
        return projects, await work.tabs.open_many(wanted, now=self._now()) if wanted else {}

    async def _by_rails(self, work: Work, chosen: dict[UUID, str]) -> dict[UUID, TabRow]:
        """Those tabs as they are now, by the rails that were chosen last."""
        rows = await work.tabs.by_ids(chosen)
        other = {tab: rail for tab, rail in chosen.items() if rows[tab].rail != rail}
        await work.tabs.choose_rails(other)
        return rows | {tab: replace(rows[tab], rail=rail) for tab, rail in other.items()}

    async def _twins(self, work: Work, asked: Sequence[Ask], tips: dict[UUID, Tip]) -> dict[UUID, UUID]:
        """Of second taps within moments what they are the same as; `tips` gets that, and those taps are cancelled."""
        now = self._now()
        quick = [
            tips[id_] for id_, _, at_once in asked if at_once and id_ in tips and tips[id_].state is TipState.OFFERED
        ]
        if not quick:
            return {}
        before = await work.tabs.just_promised({tip.donor for tip in quick}, now - rules.DOUBLE_TAP)
        first = {_meaning(tip): tip for tip in reversed([*before, *quick])}
        twins = {tip.id: same.id for tip in quick if (same := first[_meaning(tip)]).id != tip.id}
        tips |= {tip.id: tip for tip in before if tip.id in twins.values()}
        for tip_id in sorted(twins):
            await work.tips.update(replace(tips[tip_id], state=TipState.CANCELLED, cancelled_at=now))
            log.info("tapped_twice", tip_id=str(twins[tip_id]))
        return twins

    def _promised(self, tip: Tip, projects: dict[UUID, Project], row: TabRow) -> Promised:
        terms = self.terms_of(row.settle_at_minor, None)
        least = self._least(row)
        return Promised(
            replace(tip, state=TipState.ON_TAB), projects[tip.project], row.tab.promised, max(terms.settle_at, least),
            row.rail, least,
        )  # fmt: skip

    def _least(self, row: TabRow) -> Money:
        """What the tab's rail carries at the least; of one that is switched off, what another does."""
        rails = [self._rails.capabilities[row.rail]] if row.rail in self._rails else self._rails.capabilities.values()
        least = [found for can in rails if (found := can.least(row.currency)) is not None]
        return min(least, key=lambda money: money.minor, default=Money(0, row.currency))

    def due(self, row: TabRow) -> Reason | None:
        """Whether it is to be settled now."""
        terms = self.terms_of(row.settle_at_minor, None)
        return rules.due(row.tab, terms, self._least(row), self._now(), self.zone, row.due_at)

    def next_look(self, row: TabRow) -> datetime | None:
        """When something may be due on it: at once if the sum is reached, else at the month's end."""
        now = self._now()
        if not row.tab.promised:
            return None
        if self.due(row) is not None:
            return now
        end = rules.month_end(now, self.zone)
        later = end if now < end else rules.month_end(end + timedelta(days=2), self.zone)
        return max(later, row.tab.skipped_until or later)

    async def look_again(self, work: Work, tab: UUID) -> None:
        """A charge of it is over: what stands on it is looked at in its time."""
        row = (await work.tabs.by_ids([tab])).get(tab)
        if row is not None:
            await work.tabs.look_at({tab: self.next_look(row)})

    async def put_off(self, work: Work, row: ChargeRow, *, asked_at: datetime | None = None) -> datetime:
        """A charge that is held is not made; what it was for is asked for at the next month's end, which is returned.

        `asked_at`: since when it could be paid, where its donor knows of it.
        """
        until = rules.after_skip(self._now(), self.zone)
        await work.tabs.move(row.charge, ChargeState.SKIPPED, asked_at=asked_at)
        await work.tabs.skip(row.charge.tab, until)
        await work.tabs.look_at({row.charge.tab: until})
        return until

    async def without_expired(self, work: Work, row: TabRow) -> TabRow:
        """The tab, held, after the promises have ended that could first be paid 60 days ago."""
        standing = await work.tabs.standing(row.tab.id)
        over = rules.over(await work.tabs.first_asked([tip.id for tip in standing]), self._now())
        if not over:
            return row
        await work.tabs.expire(over)
        log.info("promises_expired", tab_id=str(row.tab.id), tips=len(over))
        return (await work.tabs.by_ids([row.tab.id]))[row.tab.id]

    async def take_off(self, tip_id: UUID, person: Person) -> Tip:
        """A promise is taken back before it is charged; what was announced is announced without it.

        Raises: NotYours, TipNotOpen (paid, or taken off before), TabBusy (being charged).
        """
        async with self._unit() as work:
            off, closed = await self.off(work, tip_id, person)
        log.info("promise_taken_off", tip_id=str(tip_id))
        await close_pages(self._rails, closed)
        return off

    async def off(self, work: Work, tip_id: UUID, person: Person) -> tuple[Tip, list[Payment]]:
        """The same within a unit of work that holds nothing but tabs yet; the pages to be closed after its commit."""
        tab = await work.tabs.tab_of(tip_id)
        row = await work.tabs.lock(tab) if tab is not None else None
        tip = (await work.tips.lock_many({tip_id})).get(tip_id)
        if tip is None or tip.donor != person.id:
            raise NotYours
        open_ = [one for one in await work.tabs.open_charges(donor=person.id) if one.payment == tip.payment]
        if tip.state is not TipState.ON_TAB or row is None:
            raise TipNotOpen
        if any(one.charge.state is ChargeState.CHARGING for one in open_):
            raise TabBusy
        off = replace(tip, state=TipState.CANCELLED, cancelled_at=self._now())
        await work.tips.update(off)
        closed: list[Payment] = []
        for one in open_:
            closed += await self._without(work, one)
        return off, closed

    async def _without(self, work: Work, row: ChargeRow) -> list[Payment]:
        """A charge of which something was taken off: less is charged then, or it is asked for anew."""
        payment = await work.payments.by_id(row.payment)
        left = rules.owed((await work.tips.of_payments([row.payment])).get(row.payment, []))
        if payment is None:
            return []
        if left and row.charge.state is ChargeState.ANNOUNCED:
            await self._begin.lessened(work, row, payment, left)
            return []
        await work.tabs.move(row.charge, ChargeState.SKIPPED)
        tab = (await work.tabs.by_ids([row.charge.tab]))[row.charge.tab]
        at, again = self.next_look(tab), rules.asked_again(self._now(), self.zone)
        await work.tabs.look_at({tab.tab.id: None if at is None else again if at <= self._now() else max(at, again)})
        return [payment]

    async def set_terms(
        self, person: Person, *, settle_at: Money | None = None, monthly: Money | None = None
    ) -> Person:  # fmt: skip
        """From which sum on a tab is settled, and the most they promise a month."""
        chosen = {"settle_at_minor": settle_at, "monthly_minor": monthly}
        values = {name: money.minor for name, money in chosen.items() if money is not None}
        async with self._unit() as work:
            await work.tabs.lock_all(person.id)  # before the person, as whoever promises does
            changed = await work.people.set(person.id, **values)
            rows = await work.tabs.of_donor(person.id)
            await work.tabs.look_at({row.tab.id: self.next_look(row) for row in rows})
        self._wakes.tabs.set()
        return changed

    # -- showing --

    async def view(self, person: Person) -> TabView:
        """Everything that stands on somebody's tabs."""
        now = self._now()
        async with self._unit.read() as work:
            month = await work.tabs.promised_since([person.id], self._currency, rules.month_start(now, self.zone))
            terms = self.terms_of(person.settle_at_minor, person.monthly_minor)
            cards, joints = await cards_of(work, person, self._rails, terms.settle_at, self._least, now)
        return TabView(cards, Money(month.get(person.id, 0), self._currency), terms, joints)


def _meaning(tip: Tip) -> tuple[object, ...]:
    return tip.donor, tip.project, tip.post, tip.slot, tip.amount


def _refusal(tip: Tip | None, person: Person) -> GivingError | None:
    if tip is None or tip.donor != person.id:
        return NotYours()
    return None if tip.state in (TipState.OFFERED, TipState.ON_TAB) else TipNotOpen()
