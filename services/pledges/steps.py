"""The sweep of pledges: makes what is due, and takes each instalment a step further; only the leader's."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from giving.errors import GivingError
from giving.pledges import Instalment, InstalmentState, Pledge, Step, next_look, next_step
from payments.provider import RailRefused
from services.leadership import NotLeading
from services.pledges.announcing import Announcing
from services.pledges.asking import Asking
from services.pledges.debits import Debits
from services.pledges.making import Making
from services.pledges.means import INSTALMENTS, Means
from services.pledges.pacing import Pacing, Sleep
from services.pledges.pages import PledgePages
from services.pledges.renewing import Found, Renewing
from services.pledges.telling import Telling, see
from services.tabs.service import TabService
from services.tips.links import PaymentLinks
from storage.instalments import Due, Place
from storage.work import Work

log = structlog.get_logger()
BATCH: Final = 200
AT_ONCE: Final = 20  # at a rail that takes half a second, what the pacing lets through
PAID_EVERY: Final = timedelta(seconds=20)  # in the middle of a long sweep

# In the unit of work that notes an instalment of the pledge as paid.
AfterPaid = Callable[[Work, Pledge], Awaitable[object]]


class PledgeSteps:
    """Pledges and their instalments, taken on by the leader."""

    def __init__(
        self, means: Means, links: PaymentLinks, tabs: TabService, *, debits_per_s: float = 20,
        after_paid: AfterPaid | None = None, found: Found | None = None, sleep: Sleep = asyncio.sleep,
    ) -> None:  # fmt: skip
        """`debits_per_s`: at each rail. `after_paid`: what follows from a month that was paid, in the same commit.

        `found`: takes payments of subscriptions that we were not told of.
        """
        telling = Telling(means)
        self._means, self._after_paid = means, after_paid
        self._making = Making(means, telling)
        self._asking = Asking(means, telling, tabs)
        self.pages = PledgePages(means, self._asking, links)  # where a donor pays by hand
        pacing = Pacing(debits_per_s, now=means.now, sleep=sleep)
        self._debits = Debits(means, telling, self._asking, pacing)
        self._renewing = Renewing(means, telling, self._asking, found)
        self._paid_at: datetime | None = None
        self._leads = True
        self._takes: dict[Step, Callable[[Instalment], Awaitable[bool]]] = {
            Step.PAID: self.paid,
            Step.ANNOUNCE: Announcing(means, telling, self._asking).anew,
            Step.DEBIT: self._debits.debit,
            Step.CHARGE: self._debits.charge,
            Step.LOOK_UP: self._debits.look_up,
            Step.DECLINED: self._debits.declined_later,
            Step.ASK: self._asking.ask,
            Step.ON_TAB: self._asking.on_tab,
            Step.OFF_TAB: self._asking.off_tab,
            Step.REMIND: self._asking.remind,
            Step.GIVE_UP: self._asking.give_up,
            Step.SKIP: self._asking.skip,
            Step.CLOSE: self._asking.over,
            Step.WATCH: self._renewing.watch,
        }

    async def sweep(self) -> int:
        """Everything that is due now; how many instalments were made, and steps taken."""
        self._debits.begin_turn()
        steps = await self._making.sweep() + await self._renewing.end_due() + await self._note_paid()
        after: Place | None = None
        while due := await self._due(after):
            after = due[-1].place
            steps += await self._further(due)
            if self._paid_at is None or self._means.now() - self._paid_at >= PAID_EVERY:
                steps += await self._note_paid()
        return steps

    async def _due(self, after: Place | None) -> Sequence[Due]:
        async with self._means.unit.read() as work:
            return await work.instalments.to_step(self._means.now(), BATCH, after)

    async def _further(self, due: Sequence[Due]) -> int:
        """A step of each that has one; the others are looked at later."""
        now = self._means.now()
        async with self._means.unit.read() as work:
            known = await see(work, [one.instalment for one in due])
        wanted = {one.instalment.id: next_step(one.instalment, known[one.instalment.id], now) for one in due}
        idle = {
            one.instalment.id: next_look(one.instalment, known[one.instalment.id], now)
            for one in due
            if wanted[one.instalment.id] is None
        }
        if idle:
            async with self._means.write() as work:
                await work.instalments.look_at(due, idle)
        slots = asyncio.Semaphore(AT_ONCE)
        steps = [(step, one.instalment) for one in due if (step := wanted[one.instalment.id]) is not None]
        self._leads = True
        taken = await asyncio.gather(*(self._alone(slots, step, one) for step, one in steps))
        if not self._leads:
            raise NotLeading
        return sum(taken)

    async def _alone(self, slots: asyncio.Semaphore, step: Step, instalment: Instalment) -> bool:
        """What one of them is stopped by does not hold up the others."""
        async with slots:
            try:
                return await self._takes[step](instalment)
            except NotLeading:  # told once all of them are back
                self._leads = False
            except (GivingError, RailRefused) as refusal:  # a rail that is away: the next sweep tries again
                log.warning(
                    "instalment_not_stepped", instalment_id=str(instalment.id), step=step, error=type(refusal).__name__
                )
            except Exception:  # an answer nobody foresaw
                log.exception("instalment_step_failed", instalment_id=str(instalment.id), step=step)
        return False

    async def _note_paid(self) -> int:
        """What was paid says so, also what was given up before."""
        self._paid_at, count = self._means.now(), 0
        while True:
            async with self._means.unit.read() as work:
                paid = await work.instalments.paid(BATCH)
            noted = await self._paid_of(paid)
            count += noted
            if noted < BATCH:
                return count

    async def _paid_of(self, some: Sequence[Instalment]) -> int:
        """In one commit; where one of them can't be noted, each in its own."""
        try:
            return await self._paid_many(some) if some else 0
        except NotLeading:
            raise
        except Exception:
            if len(some) == 1:
                log.exception("instalment_step_failed", instalment_id=str(some[0].id), step=Step.PAID)
                return 0
        return sum([await self._paid_of([one]) for one in some])

    async def paid(self, instalment: Instalment) -> bool:
        """Its gift was paid: with what follows from that, in one commit."""
        return await self._paid_many([instalment]) > 0

    async def _paid_many(self, some: Sequence[Instalment]) -> int:
        """Those of them that were, and don't say so yet."""
        noted: list[Instalment] = []
        async with self._means.write() as work:
            pledges = {pledge.id: pledge for pledge in await work.pledges.lock_many({one.pledge for one in some})}
            held = await work.instalments.lock_many({one.id for one in some})
            gifts = await work.tips.lock_many({one.tip for one in held if one.tip is not None})
            for one in held:
                gift = gifts.get(one.tip) if one.tip is not None else None
                if gift is None or gift.paid_at is None or one.state is InstalmentState.PAID:
                    continue
                moved = replace(one, state=InstalmentState.PAID, paid_at=gift.paid_at)
                await work.instalments.move(moved, one.state, None)
                if self._after_paid is not None:
                    await self._after_paid(work, pledges[one.pledge])
                noted.append(moved)
        if noted:
            self._means.wakes.outbox.set()
        for one in noted:
            INSTALMENTS.labels(InstalmentState.PAID).inc()
            log.info("instalment_paid", instalment_id=str(one.id), pledge_id=str(one.pledge), minor=one.amount.minor)
        return len(noted)
