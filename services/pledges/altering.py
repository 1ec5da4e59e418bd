"""Another amount, day, way or project for a pledge: effective at once, for the instalment that is under way too."""

from dataclasses import replace
from uuid import UUID

from giving.errors import PledgeBelow, PledgeTwice, WrongCurrency
from giving.money import Money, within
from giving.people import Person, Visibility
from giving.pledges import (
    CHANGES_ALONG,
    QUARTER,
    InstalmentState,
    Payable,
    Pledge,
    PledgeState,
    chosen,
    counted_anew,
    from_now,
    resumed,
)
from services.pledges.goals import Goal, goal_of, must_want
from services.pledges.held import Change, Held
from services.pledges.view import PledgeCard


class Altering(Held):
    """What stays is the promise; what it says changes."""

    async def change_amount(self, pledge: UUID, person: Person, amount: Money) -> PledgeCard:
        """So much from now on, also of what is announced or asked for.

        Raises: NotYours, PledgeOver, TipTooSmall, TipTooLarge, PledgeBelow (it can't be paid that way).
        """
        async with self._changing(pledge, person, "amount") as change:
            if amount.currency != change.was.amount.currency:
                raise WrongCurrency(currency=change.was.amount.currency)
            within(amount, least=self._limits.least, most=self._limits.most)
            ways = await self._ways(change, amount, person)
            same = [one for one in ways if (one.way, one.rail) == (change.was.way, change.was.rail)]
            if not same:
                raise PledgeBelow(amount=amount, pledge=pledge)
            change.now = replace(change.was, amount=amount)
            await self._alter(change)
        return await self._read(pledge, person)

    async def change_day(self, pledge: UUID, person: Person, day: int) -> PledgeCard:
        """Of every month; where this month's is past, from the next on. Raises: NotYours, PledgeOver, ValueError."""
        if not 1 <= day <= 31:
            raise ValueError("no day of a month")
        async with self._changing(pledge, person, "day") as change:
            if day != change.was.day:
                moved = replace(change.was, day=day)
                ahead = moved.state is PledgeState.ACTIVE
                change.now = from_now(moved, change.begun, self._now(), change.zone) if ahead else moved
                await self._alter(change)
        return await self._read(pledge, person)

    async def change_way(
        self, pledge: UUID, person: Person, by: str, *, amount: Money | None = None, every: int | None = None
    ) -> PledgeCard:
        """Paid by this from now on (giving/pledges/paying.py, Payable.by), perhaps another sum every so many months.

        Raises: NotYours, PledgeOver, PledgeBelow, TipTooSmall, TipTooLarge.
        """
        async with self._changing(pledge, person, "way") as change:
            sum_ = amount or change.was.amount
            within(sum_, least=self._limits.least, most=self._limits.most)
            way = chosen(await self._ways(change, sum_, person, every), by)
            if way is None:
                raise PledgeBelow(amount=sum_, pledge=pledge)
            often = QUARTER if (every or change.was.every) == QUARTER else 1
            change.now = _paid_by(replace(change.was, amount=sum_, every=often), way)
            if often != change.was.every:
                await self._count_anew(change)
            else:
                await self._alter(change)
        return await self._read(pledge, person)

    async def _count_anew(self, change: Change) -> None:
        """Every month, or three in one, from the month on that is announced or asked for, if there is one."""
        last = await change.work.instalments.newest(change.was.id)
        if last is not None and last.month in change.busy and last.state in CHANGES_ALONG:
            last = replace(last, state=InstalmentState.PAID)  # a moment ago, and it does not say so yet
        along = last is not None and last.state in CHANGES_ALONG
        change.now = counted_anew(change.now, last, along=along)
        altered = await self._alter(change)
        if last is not None and along and last.month not in altered:  # likewise
            change.now = counted_anew(change.now, replace(last, state=InstalmentState.PAID), along=False)

    async def show(self, pledge: UUID, person: Person, visibility: Visibility) -> PledgeCard:
        """What others see of its gifts, from the next on. Raises: NotYours, PledgeOver."""
        async with self._changing(pledge, person, "visibility") as change:
            change.now = replace(change.was, visibility=visibility)
        return await self._read(pledge, person)

    async def move(self, pledge: UUID, person: Person, what: UUID) -> PledgeCard:
        """It goes on with this project or organisation; one that waited or was paused gives again.

        Raises: NotYours, PledgeOver, ProjectUnknown, ProjectClosed (or -Reached), PledgeTwice, PledgeBelow.
        """
        async with self._changing(pledge, person, "project") as change:
            goal = await goal_of(change.work, what)
            await must_want(change.work, goal)
            if goal.currency != change.was.amount.currency:
                raise WrongCurrency(currency=goal.currency)
            await change.work.people.hold([person.id])
            await self._must_be_one(change, goal)
            change.now = await self._moved(change, goal, person)
            await self._alter(change)
        return await self._read(pledge, person)

    async def _must_be_one(self, change: Change, goal: Goal) -> None:
        project = goal.project.id if goal.project is not None else None
        organisation = goal.organisation.id if goal.organisation is not None else None
        other = await change.work.pledges.open_for(change.was.donor, project=project, organisation=organisation)
        if other is not None and other != change.was.id:
            raise PledgeTwice(pledge=other)

    async def _moved(self, change: Change, goal: Goal, person: Person) -> Pledge:
        """A saved method belongs to its organisation: with another it is asked for by a link, until one is saved."""
        ways = await self._views.ways(change.work, goal, change.was.amount, person, change.was.every)
        same = [one for one in ways if (one.way, one.rail) == (change.was.way, change.was.rail)]
        way = next(iter(same or ways), None)
        if way is None:
            raise PledgeBelow(amount=change.was.amount, pledge=change.was.id)
        moved = replace(
            _paid_by(change.was, way),
            project=goal.project.id if goal.project is not None else None,
            organisation=goal.organisation.id if goal.organisation is not None else None,
            choices=(),
        )
        if moved.state is PledgeState.WAITING:
            return from_now(resumed(moved), change.begun, self._now(), change.zone)
        return moved


def _paid_by(pledge: Pledge, way: Payable) -> Pledge:
    return replace(pledge, way=way.way, rail=way.rail)
