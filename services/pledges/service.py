"""Monthly giving: what somebody promises, after they saw all of it; and their list (rules: giving/pledges)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from prometheus_client import Counter

from giving.errors import NotYours, PledgeBelow, PledgeChanged, PledgesMany, PledgeTwice, RailUnavailable, WrongCurrency
from giving.money import Money, sum_of, within
from giving.people import Person, Visibility
from giving.pledges import (
    MOST_OPEN,
    NOTICE,
    QUARTER,
    Month,
    Payable,
    Pledge,
    PledgeState,
    Way,
    chosen,
    debit_at,
    first_month,
    look_at,
    quarterly,
    usual_day,
    when_debited,
)
from giving.quiet import QuietHours
from giving.rails import Shown
from giving.tips import Limits
from services.clock import Clock, utc_now
from services.pledges.goals import Goal, goal_of, must_want
from services.pledges.view import PledgeCard, PledgeOffer, PledgeViews, local_day
from services.rails import Rails
from services.rails.methods import MethodService
from services.wake import Wakes
from storage.ids import new_id
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
MADE: Final = Counter("pledges_made_total", "Monthly pledges that were made", ["way"])


@dataclass(frozen=True, slots=True)
class PledgeAsk:
    """What somebody would promise. `what`: None for the ticked projects. `day` 0: today's; `by` empty: the best way.

    `seen`: how the id of what was shown ends (services/pledges/goals.py, Goal.seen); empty: it was nothing else.
    `shown`: what others see of its gifts; None: as they chose for all of theirs.
    """

    what: UUID | None
    amount: Money
    day: int = 0
    by: str = ""
    every: int = 1
    ticked: tuple[UUID, ...] = ()
    seen: str = ""
    shown: Visibility | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """The first question, how much: what for, the amounts on its buttons, and the pledge they have for it already."""

    goal: Goal
    presets: tuple[Money, ...]
    known: PledgeCard | None


@dataclass(frozen=True, slots=True)
class PledgeList:
    """Somebody's open pledges, newest first, and what they come to in a month."""

    cards: tuple[PledgeCard, ...]
    monthly: Money


class PledgeService:
    """One pledge for one project (or organisation) at a time: who has it is led to it instead of making a second."""

    def __init__(
        self, unit: UnitOfWork, rails: Rails, *, limits: Limits, presets: Collection[Money], zone: ZoneInfo,
        wakes: Wakes, now: Clock = utc_now, quiet: QuietHours | None = None,
    ) -> None:  # fmt: skip
        """`limits` of each instalment; `zone` for whoever chose no clock; `quiet`: when nobody is reminded."""
        self._unit, self._rails, self._wakes, self._now = unit, rails, wakes, now
        self.limits, self.views = limits, PledgeViews(rails, zone, now, quiet)
        self.presets = tuple(one for one in presets if limits.least.minor <= one.minor <= limits.most.minor)

    # -- beginning --

    async def begin(self, what: UUID | None, person: Person, ticked: Collection[UUID] = ()) -> Begun:
        """How much a month? Raises: ProjectUnknown, ProjectClosed or -Reached (with alternatives), PledgeProjects."""
        async with self._unit.read() as work:
            goal = await goal_of(work, what, ticked)
            await must_want(work, goal)
            known = await self._known(work, goal, person)
            presets = tuple(one for one in self.presets if one.currency == goal.currency)
            return Begun(goal, presets, known)

    async def offer(self, ask: PledgeAsk, person: Person) -> PledgeOffer:
        """All of it, to be confirmed.

        Raises: as `begin`, PledgeTwice, WrongCurrency, TipTooSmall, TipTooLarge.
        """
        within(ask.amount, least=self.limits.least, most=self.limits.most)
        async with self._unit.read() as work:
            goal = await self._goal(work, ask)
            if (known := await self._known(work, goal, person)) is not None:
                raise PledgeTwice(pledge=known.pledge.id)
            ways = await self.views.ways(work, goal, ask.amount, person, ask.every)
            zone = await self.views.zone_of(work, person.id)
        return self._offer(goal, ask, ways, zone, person)

    def _offer(self, goal: Goal, ask: PledgeAsk, ways: list[Payable], zone: ZoneInfo, person: Person) -> PledgeOffer:
        now = self._now()
        by = chosen(ways, ask.by) or chosen(ways, "")
        day, month = self._first(ask.day, by, zone)
        by_itself = by is not None and by.way is Way.SAVED
        debit = when_debited(debit_at(month, day, zone), zone, now, self.views.quiet)
        first = local_day(debit.at if by_itself else debit_at(month, day, zone), zone)
        told, today = local_day(debit.notice_at, zone), local_day(now, zone)
        floors = [can.least(ask.amount.currency) for can in self._rails.capabilities.values()]
        return PledgeOffer(
            goal,
            ask.amount,
            day,
            ask.every,
            by,
            tuple(ways),
            first,
            first == today,
            told if by_itself else None,
            (told - today).days,
            ask.shown or person.visibility,
            quarterly(ask.amount, self._rails.capabilities) if ask.every == 1 else None,
            min((floor for floor in floors if floor is not None), key=lambda floor: floor.minor, default=None),
            ask.shown,
        )

    def _first(self, day: int, by: Payable | None, zone: ZoneInfo) -> tuple[int, Month]:
        """The day of every month, and the month of the first gift: a debit has its notice before it."""
        now = self._now()
        day = day or usual_day(now, zone)
        notice = NOTICE.days if by is not None and by.way is Way.SAVED else 0
        return day, first_month(now, day, zone, notice_days=notice)

    @staticmethod
    async def _goal(work: Work, ask: PledgeAsk) -> Goal:
        goal = await goal_of(work, ask.what, ask.ticked)
        if ask.amount.currency != goal.currency:
            raise WrongCurrency(currency=goal.currency)
        if ask.seen and ask.seen != goal.seen:
            raise PledgeChanged
        await must_want(work, goal)
        return goal

    # -- making --

    async def make(self, ask: PledgeAsk, person: Person, key: str) -> PledgeCard:
        """Promise it; the same tap again is the same pledge.

        Raises: as `offer`, PledgeBelow (it can't be paid so), PledgesMany, PledgeChanged (it has another project now).
        """
        within(ask.amount, least=self.limits.least, most=self.limits.most)
        async with self._unit() as work:
            goal = await self._goal(work, ask)
            await work.people.hold([person.id])  # one promise at a time, over all replicas
            ways = await self.views.ways(work, goal, ask.amount, person, ask.every)
            by = chosen(ways, ask.by)
            if by is None:
                raise PledgeBelow(amount=ask.amount)
            zone = await self.views.zone_of(work, person.id)
            day, first = self._first(ask.day, by, zone)
            new = self._pledge(goal, ask, by, day, first, person)
            pledge = await self._add(work, new, key, zone, person)
            card = (await self.views.cards(work, person, [pledge]))[0]
        if pledge.id == new.id:
            MADE.labels(pledge.way).inc()
            log.info(
                "pledge_made", pledge_id=str(pledge.id), way=pledge.way, every=pledge.every,
                amount_minor=pledge.amount.minor, creator_id=str(pledge.creator) if pledge.creator else None,
            )  # fmt: skip
            self._wakes.pledges.set()
        return card

    def _pledge(self, goal: Goal, ask: PledgeAsk, by: Payable, day: int, first: Month, person: Person) -> Pledge:
        return Pledge(
            new_id(),
            person.id,
            ask.amount,
            day,
            by.way,
            by.rail,
            ask.shown or person.visibility,
            self._now(),
            first,
            project=goal.project.id if goal.project is not None else None,
            organisation=goal.organisation.id if goal.organisation is not None else None,
            choices=tuple(one.id for one in goal.choices),
            creator=goal.creator if goal.creator != person.id else None,
            every=QUARTER if ask.every == QUARTER else 1,
        )

    async def _add(self, work: Work, new: Pledge, key: str, zone: ZoneInfo, person: Person) -> Pledge:
        theirs = [one for one in await work.pledges.of_donor(person.id) if one.open]
        added = await work.pledges.add(new, key, look_at(new, None, zone))
        if added is None or added.donor != person.id:
            same = await work.pledges.open_for(person.id, project=new.project, organisation=new.organisation)
            raise PledgeTwice(pledge=same) if same is not None else NotYours
        if added.id != new.id:
            return added  # the same tap
        twin = next((one for one in theirs if one.choices and one.choices == new.choices), None)
        if twin is not None:
            raise PledgeTwice(pledge=twin.id)  # and what was written is undone
        if len(theirs) >= MOST_OPEN:
            raise PledgesMany(most=MOST_OPEN)
        return added

    # -- showing --

    async def _known(self, work: Work, goal: Goal, person: Person) -> PledgeCard | None:
        if goal.what is None:
            return None
        known = await work.pledges.open_for(
            person.id,
            project=goal.project.id if goal.project is not None else None,
            organisation=goal.organisation.id if goal.organisation is not None else None,
        )
        if known is None:
            return None
        return (await self.views.cards(work, person, list((await work.pledges.by_ids([known])).values())))[0]

    async def of(self, person: Person) -> PledgeList:
        """All that they give every month."""
        async with self._unit.read() as work:
            theirs = [one for one in await work.pledges.of_donor(person.id) if one.open]
            cards = await self.views.cards(work, person, theirs)
        active = [one.pledge for one in cards if one.pledge.state is PledgeState.ACTIVE]
        shares = (Money(-(-one.amount.minor // one.every), one.amount.currency) for one in active)
        currency = self.limits.least.currency
        return PledgeList(tuple(cards), sum_of((one for one in shares if one.currency == currency), currency))

    async def promised(self, person: Person) -> bool:
        """Whether they give every month, or did."""
        async with self._unit.read() as work:
            return bool(await work.pledges.of_donor(person.id))

    async def card(self, pledge: UUID, person: Person) -> PledgeCard:
        """One of theirs, also one that is over. Raises: NotYours."""
        async with self._unit.read() as work:
            found = (await work.pledges.by_ids([pledge])).get(pledge)
            if found is None or found.donor != person.id:
                raise NotYours
            return (await self.views.cards(work, person, [found]))[0]

    async def ways_of(self, card: PledgeCard, amount: Money, person: Person) -> list[Payable]:
        """By what this amount could be paid to what a pledge of theirs is for."""
        async with self._unit.read() as work:
            return await self.views.ways(work, card.goal, amount, person)

    def as_one(self, amount: Money) -> Money | None:
        """Three months in one, where a month alone is too little for every rail."""
        return quarterly(amount, self._rails.capabilities)

    def shown(self, rail: str) -> Shown:
        """How a donor gets to pay by it."""
        can = self._rails.capabilities.get(rail)
        return can.shown if can is not None else Shown.LINK

    async def save_link(self, card: PledgeCard, person: Person, methods: MethodService) -> str:
        """Where a method is saved that can pay it by itself. Raises: RailUnavailable, and what the guard refuses."""
        async with self._unit.read() as work:
            accounts = await self._rails.accounts(work)
        rail = self.views.saves(card.goal, card.pledge.amount, accounts)
        if rail is None:
            raise RailUnavailable
        (organisation,) = card.goal.organisations
        return await methods.save_for(organisation, rail, card.pledge.amount.currency, person, back="monthly")
