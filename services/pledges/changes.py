"""What a donor does with a pledge of theirs: leave a month out, rest, go on, end it; effective at once."""

from dataclasses import replace
from uuid import UUID

from giving.errors import PledgeBusy, PledgeChanged, PledgePaid, PledgeWaits
from giving.people import Person
from giving.pledges import (
    InstalmentState,
    Month,
    Pledge,
    PledgeState,
    Why,
    cancelled,
    from_now,
    given_after_all,
    next_one,
    paused,
    resumed,
    same_pause,
)
from services.pledges.altering import Altering
from services.pledges.goals import goals_of, goes_to
from services.pledges.held import Change
from services.pledges.view import SKIPPABLE, PledgeCard


class PledgeChanges(Altering):
    """Each under the lock of its pledge; who asks for what is so already changes nothing."""

    async def skip(self, pledge: UUID, person: Person, month: Month | None = None) -> PledgeCard:
        """Leave this month out (the one under way, or the next); the same again is the same.

        Raises: NotYours, PledgeOver, PledgeBusy, PledgePaid, PledgeChanged (it is no month that can be left out now).
        """
        async with self._changing(pledge, person, "skip") as change:
            coming = next_one(change.was, change.begun, change.zone)
            under_way = [one.month for one in change.open]
            which = month or (min(under_way) if under_way else coming[0] if coming else None)
            if which is None or change.was.state is not PledgeState.ACTIVE:
                raise PledgeChanged
            if which in under_way:
                if which in change.busy:
                    raise PledgeBusy
                await self._give_up(change, person, which)
            elif change.begun is not None and which <= change.begun:
                await _must_be_skipped(change, which)
            elif coming is not None and which == coming[0] and not _skips_later(change):
                change.now = replace(change.was, skipped=which)
            elif which != change.was.skipped:
                raise PledgeChanged
        return await self._read(pledge, person)

    async def unskip(self, pledge: UUID, person: Person, month: Month) -> PledgeCard:
        """Give in that month after all, as long as it is to come. Raises: NotYours, PledgeOver, PledgeChanged."""
        async with self._changing(pledge, person, "unskip") as change:
            if change.was.skipped != month or (change.begun is not None and month <= change.begun):
                raise PledgeChanged
            now = from_now(replace(change.was, skipped=None), change.begun, self._now(), change.zone)
            change.now = now
        return await self._read(pledge, person)

    async def pause(self, pledge: UUID, person: Person, months: int) -> PledgeCard:
        """None for so many months (1 to 12), the first the one that is announced or asked for, even if its day is past.

        The same again is the same; of another length it is counted from the next month to come.

        Raises: NotYours, PledgeOver, PledgeWaits, ValueError.
        """
        async with self._changing(pledge, person, "pause") as change:
            if change.was.state is PledgeState.WAITING:
                raise PledgeWaits(pledge=pledge)
            active = resumed(change.was) if change.was.state is PledgeState.PAUSED else change.was
            coming = from_now(active, change.after, self._now(), change.zone)
            first = coming.paused_until or coming.first
            resting = paused(coming, months, first.plus(-1))
            newest = await change.work.instalments.newest(pledge)
            took = newest.month if newest is not None and newest.state is InstalmentState.SKIPPED else None
            if not same_pause(change.was, took, first, months):
                change.now = resting
                given_up = [one.month for one in change.open if one.month not in change.busy and one.state in SKIPPABLE]
                if given_up:
                    change.now = replace(change.now, paused_until=max(max(given_up).plus(months), first))
                await self._give_up(change, person)
                took = max(given_up, default=None)
        card = await self._read(pledge, person)
        return replace(card, given_up=took if await self._can_be_given(card.pledge, took) else None)

    async def _can_be_given(self, pledge: Pledge, month: Month | None) -> bool:
        """Whether the month that a pause took along can still be given."""
        async with self._unit.read() as work:
            newest = await work.instalments.newest(pledge.id)
        if newest is None or newest.month != month:
            return False
        return given_after_all(newest, pledge, self._now()) is not None

    async def resume(self, pledge: UUID, person: Person, month: Month | None = None) -> PledgeCard:
        """It goes on, with the next day of it that is to come; `month`: with this one, which a pause took along.

        Raises: NotYours, PledgeOver, PledgeWaits, PledgeChanged (that month can't be given any more).
        """
        async with self._changing(pledge, person, "resume") as change:
            if change.was.state is PledgeState.WAITING:
                goal = (await goals_of(change.work, [change.was]))[pledge]
                if await goes_to(change.work, goal) is None:
                    raise PledgeWaits(pledge=pledge)
            if change.was.state is not PledgeState.ACTIVE:
                change.now = from_now(resumed(change.was), change.begun, self._now(), change.zone)
            if month is not None:
                await self._give_after_all(change, month)
        return await self._read(pledge, person)

    async def _give_after_all(self, change: Change, month: Month) -> None:
        """Announced as it was, and as the pledge is now."""
        newest = await change.work.instalments.newest(change.was.id)
        held = await change.work.instalments.lock(newest.id) if newest is not None else None
        if held is not None and held.month == month and held.state is InstalmentState.ANNOUNCED:
            return  # the button was pressed twice
        again = given_after_all(held, change.now, self._now()) if held is not None and held.month == month else None
        if held is None or again is None or change.was.state is not PledgeState.PAUSED:
            raise PledgeChanged
        await change.work.instalments.move(again, held.state, self._now())
        change.open = [*change.open, again]
        await self._alter(change)

    async def cancel(self, pledge: UUID, person: Person, why: Why | None = None) -> PledgeCard:
        """It is over; said again, only why is kept. Raises: NotYours."""
        async with self._unit.read() as work:
            known = (await work.pledges.by_ids([pledge])).get(pledge)
        if known is not None and known.donor == person.id and not known.open:
            return await self._why(known, person, why)
        async with self._changing(pledge, person, "cancel") as change:
            change.now = cancelled(change.was, self._now(), why)
            await self._give_up(change, person)
        return await self._read(pledge, person)

    async def _why(self, known: Pledge, person: Person, why: Why | None) -> PledgeCard:
        if why is not None:
            async with self._unit() as work:
                held = await work.pledges.lock(known.id)
                if held is not None:
                    await work.pledges.save(cancelled(held, self._now(), why), due_at=None)
        return await self._read(known.id, person)


def _skips_later(change: Change) -> bool:
    """Whether another month to come is left out already: one at a time, for longer there is the pause."""
    skipped = change.was.skipped
    return skipped is not None and (change.begun is None or skipped > change.begun)


async def _must_be_skipped(change: Change, month: Month) -> None:
    """Raises: PledgePaid, PledgeChanged, unless that month was left out."""
    state = dict(await change.work.instalments.paid_months(change.was.id)).get(month)
    if state is InstalmentState.PAID:
        raise PledgePaid
    if state is not InstalmentState.SKIPPED:
        raise PledgeChanged
