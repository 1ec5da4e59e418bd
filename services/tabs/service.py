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
from giving.errors import GivingError, NotYours, TipNotOpen
from giving.money import Money
from giving.people import Person
from giving.projects import Organisation, Project
from giving.tabs import Charge, Promise, Reason, Terms
from giving.tips import Tip, TipState
from services.clock import Clock, utc_now
from services.rails.switched_on import Rails
from services.wake import Wakes
from storage.group_commit import GroupCommit
from storage.methods import KeptMethod
from storage.tabs import TabRow
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
PROMISED: Final = Counter("tips_promised_total", "Tips that went on a tab")
MOST_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Promised:
    """A tip that is on its donor's tab: what stands there with it, and the sum it is settled at."""

    tip: Tip
    project: Project
    standing: Money
    settles_at: Money


@dataclass(frozen=True, slots=True)
class TabCard:
    """One tab for its donor; `charge` is how it is being settled, `pay_url` where, `method` by what.

    `saves`: its rail would keep a method. `page_over`: it was asked for, and the page can't be paid any more.
    """

    tab: rules.Tab
    organisation: Organisation
    rail: str
    tips: tuple[tuple[Tip, Project], ...]
    settles_at: Money
    least: Money
    charge: Charge | None = None
    pay_url: str | None = None
    method: KeptMethod | None = None
    saves: bool = False
    page_over: bool = False

    @property
    def payable(self) -> bool:
        """Whether it can be settled now: the rail carries it."""
        return bool(self.tab.promised) and self.least <= self.tab.promised


@dataclass(frozen=True, slots=True)
class TabView:
    """All tabs of somebody on which something stands, what they promised this month, and what they chose."""

    cards: tuple[TabCard, ...]
    month: Money
    terms: Terms

    @property
    def promised(self) -> Money:
        """What stands on all of them, in charges too."""
        minor = sum(tip.amount.minor for card in self.cards for tip, _ in card.tips)
        return Money(minor, self.month.currency)


class TabService:
    """Puts tips on tabs by group commit; the leader's sweep settles them."""

    def __init__(
        self, unit: UnitOfWork, rails: Rails, *, wakes: Wakes, zone: ZoneInfo, terms: Terms, now: Clock = utc_now
    ) -> None:
        """`terms` for who has chosen none; local months are `zone`'s."""
        self._unit, self._rails, self._wakes, self._now = unit, rails, wakes, now
        self.zone, self._currency, self.terms = zone, terms.settle_at.currency, terms
        self._promise = GroupCommit(unit, self._promise_many, name="promise")

    def terms_of(self, settle_at_minor: int | None, monthly_minor: int | None) -> Terms:
        """What somebody chose, or what holds for who has not."""
        return Terms(
            Money(settle_at_minor or self.terms.settle_at.minor, self._currency),
            Money(monthly_minor or self.terms.monthly.minor, self._currency),
        )

    # -- promising --

    async def promise(self, tip_id: UUID, person: Person) -> Promised:
        """Put an unpaid tip on its donor's tab; the same again is the same promise.

        Raises: NotYours, TipNotOpen, NoRail, MonthlyLimit.
        """
        promised = await self._promise((tip_id, person))
        PROMISED.inc()
        return promised

    async def _promise_many(self, work: Work, asked: Sequence[tuple[UUID, Person]]) -> list[Promised | Exception]:
        now = self._now()
        tips = await work.tips.lock_many({tip_id for tip_id, _ in asked})
        projects = await work.projects.by_ids({tip.project for tip in tips.values()})
        payments = await work.payments.by_ids({tip.payment for tip in tips.values() if tip.payment})
        await work.people.hold({person.id for _, person in asked})  # their limit holds over all replicas
        refused = {tip_id: refusal for tip_id, person in asked if (refusal := _refusal(tips.get(tip_id), person))}
        month = await work.tabs.promised_since(
            {person.id for _, person in asked}, self._currency, rules.month_start(now, self.zone)
        )
        new = {
            tip_id: Promise(
                person.id, tips[tip_id].amount, Money(month.get(person.id, 0), self._currency),
                self.terms_of(person.settle_at_minor, person.monthly_minor),
            )
            for tip_id, person in asked
            if tip_id not in refused and tips[tip_id].state is TipState.OFFERED
        }  # fmt: skip
        verdicts = zip(new, rules.decide_promises([*new.values()]), strict=True)
        refused |= {tip_id: verdict for tip_id, verdict in verdicts if verdict is not None}
        on = [tip for tip in tips.values() if tip.id not in refused]
        rails = {tip.id: payments[tip.payment].rail for tip in on if tip.payment in payments}
        keys = {tip.id: (tip.donor, projects[tip.project].organisation.id, tip.amount.currency) for tip in on}
        ids = await work.tabs.open_many({keys[t.id]: rails.get(t.id, "") for t in on}, now=now)
        fresh = [tip for tip in on if tip.id in new]
        await work.tips.promise_many([tip.id for tip in fresh])
        await work.tabs.promise_many([(tip, ids[keys[tip.id]]) for tip in fresh], now=now)
        rows = await work.tabs.by_ids(set(ids.values()))
        await work.tabs.look_at({tab: self.next_look(row) for tab, row in rows.items()})
        return [
            refused.get(tip_id) or self._promised(tips[tip_id], projects, rows[ids[keys[tip_id]]])
            for tip_id, _ in asked
        ]

    def _promised(self, tip: Tip, projects: dict[UUID, Project], row: TabRow) -> Promised:
        terms = self.terms_of(row.settle_at_minor, None)
        return Promised(replace(tip, state=TipState.ON_TAB), projects[tip.project], row.tab.promised, terms.settle_at)

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

    async def take_off(self, tip_id: UUID, person: Person) -> Tip:
        """A promise is taken back before it is charged. Raises: NotYours, TipNotOpen (paid, or being charged)."""
        async with self._unit() as work:
            tip = (await work.tips.lock_many({tip_id})).get(tip_id)
            if tip is None or tip.donor != person.id:
                raise NotYours
            charging = {row.payment for row in await work.tabs.open_charges(donor=person.id)}
            if tip.state is not TipState.ON_TAB or tip.payment in charging:
                raise TipNotOpen
            off = replace(tip, state=TipState.CANCELLED, cancelled_at=self._now())
            await work.tips.update(off)
        log.info("promise_taken_off", tip_id=str(tip_id))
        return off

    async def set_terms(
        self, person: Person, *, settle_at: Money | None = None, monthly: Money | None = None
    ) -> Person:  # fmt: skip
        """From which sum on a tab is settled, and the most they promise a month."""
        chosen = {"settle_at_minor": settle_at, "monthly_minor": monthly}
        values = {name: money.minor for name, money in chosen.items() if money is not None}
        async with self._unit() as work:
            changed = await work.people.set(person.id, **values)
            rows = await work.tabs.of_donor(person.id)
            await work.tabs.look_at({row.tab.id: self.next_look(row) for row in rows})
        self._wakes.tabs.set()
        return changed

    # -- showing --

    async def view(self, person: Person) -> TabView:
        """Everything that stands on somebody's tabs."""
        async with self._unit.read() as work:
            month = await work.tabs.promised_since(
                [person.id], self._currency, rules.month_start(self._now(), self.zone)
            )
            there = await work.tabs.on_tabs(person.id, MOST_SHOWN)
            rows = [row for row in await work.tabs.of_donor(person.id) if any(tab == row.tab.id for tab, _ in there)]
            charges = {row.charge.tab: row for row in await work.tabs.open_charges(donor=person.id)}
            payments = await work.payments.by_ids({row.payment for row in charges.values()})
            methods = {(kept.organisation, kept.rail): kept for kept in await work.methods.of(person.id)}
            projects = await work.projects.by_ids({tip.project for _, tip in there})
        cards = []
        for row in rows:
            charge = charges.get(row.tab.id)
            page = payments.get(charge.payment) if charge is not None else None
            over = page is not None and self._rails.page_over(page, self._now())
            tips = tuple((tip, projects[tip.project]) for tab, tip in there if tab == row.tab.id)
            cards.append(
                TabCard(
                    row.tab, tips[0][1].organisation, row.rail, tips,
                    self.terms_of(person.settle_at_minor, None).settle_at, self._least(row),
                    charge.charge if charge is not None else None,
                    page.url if page is not None and not over else None,
                    methods.get((row.tab.organisation, row.rail)),
                    row.rail in self._rails and self._rails.capabilities[row.rail].saves,
                    over and charge is not None and charge.charge.state is rules.ChargeState.ASKED,
                )
            )  # fmt: skip
        sofar = Money(month.get(person.id, 0), self._currency)
        return TabView(tuple(cards), sofar, self.terms_of(person.settle_at_minor, person.monthly_minor))


def _refusal(tip: Tip | None, person: Person) -> GivingError | None:
    if tip is None or tip.donor != person.id:
        return NotYours()
    return None if tip.state in (TipState.OFFERED, TipState.ON_TAB) else TipNotOpen()
