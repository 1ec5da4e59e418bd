"""What becomes of a debit that a rail did not take: tried again, paused, asked for by a link, put off a day.

Always as its pledge is by now: what its donor changed while it was at the rail holds for whatever comes after.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import structlog

from giving.payments import Payment, PaymentWish
from giving.pledges import (
    VALID,
    Instalment,
    InstalmentState,
    PledgeState,
    Way,
    as_pledged,
    back_unpaid,
    counted_anew,
    look_at,
    retry_at,
)
from giving.tips import TipState
from services.pledges.asking import NO_RAIL, Asking
from services.pledges.means import A_DAY, INSTALMENTS, Means
from services.pledges.telling import Held, Telling, hold, notice_of
from services.pledges.wanting import goes_to
from storage.work import Work

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Charging:
    """A debit that is written down: what the rail is to be asked. `wish`: None once its donor has left."""

    instalment: Instalment
    organisation: UUID
    payment: Payment
    wish: PaymentWish | None


class Answers:
    """Each under the locks of its pledge and instalment, if that debit is what it still waits for."""

    def __init__(self, means: Means, telling: Telling, asking: Asking) -> None:
        """By these means; `asking` for what is paid by hand instead."""
        self._means, self._telling, self._asking = means, telling, asking

    async def declined(self, charging: Charging, code: str | None) -> bool:
        """Tried again on day 3 and 7, with a message each time; then its pledge is paused, with one."""
        now = self._means.now()
        async with self._means.write() as work:
            held = await self.same(work, charging)
            if held is None:
                return False
            if held.pledge.state is not PledgeState.ACTIVE:  # nothing more of it, whatever becomes of its pledge
                await self._asking.skipped(work, held)
                return True
            at = retry_at(held.instalment, now)
            counted = replace(held.instalment, tries=held.instalment.tries + 1, declined=code)
            if at is not None or held.pledge.way is not Way.SAVED:
                moved = await self._back(work, held, counted, at or now, told=True)
            else:
                moved = replace(counted, state=InstalmentState.FAILED)
                await work.instalments.move(moved, held.instalment.state, None)
                if held.gift is not None and held.gift.state is TipState.ON_TAB:
                    await work.tips.update(replace(held.gift, state=TipState.CANCELLED, cancelled_at=now))
                await self._asking.pause(work, held.pledge, moved)
        INSTALMENTS.labels(moved.state).inc()
        log.info("instalment_declined", instalment_id=str(moved.id), tries=moved.tries, state=moved.state)
        return True

    async def _back(self, work: Work, held: Held, was: Instalment, at: datetime, *, told: bool) -> Instalment:
        """Tried again at that time, as its pledge is now; or asked for by hand, at once. `told`: with a message."""
        now, held = self._means.now(), await self._counted(work, held)
        to, zone = was.project, (await self._telling.zones(work, {was.donor}))[was.donor]
        if held.pledge.project != to and (where := await goes_to(work, held.pledge, was)) is not None:
            to = where.id  # nowhere: that is seen when it is tried
        new = back_unpaid(was, at, held.pledge, to, now, zone, told=told)
        if new.tip is None and held.gift is not None and held.gift.state is TipState.ON_TAB:
            await work.tips.update(replace(held.gift, state=TipState.CANCELLED, cancelled_at=now))
        await work.instalments.move(new, held.instalment.state, new.due_at)
        anew = new.reminded_at != was.reminded_at
        if new.way is Way.SAVED and (told or anew):
            await self._telling.queue(work, [notice_of(new)])
        if (new.amount, new.project, new.way) != (was.amount, was.project, was.way):
            log.info("instalment_as_pledged_now", instalment_id=str(new.id), minor=new.amount.minor, way=new.way)
        return new

    async def _counted(self, work: Work, held: Held) -> Held:
        """Every month or three in one, by now: counted from this one, where no other was made since."""
        pledge, instalment = held.pledge, held.instalment
        if pledge.every == instalment.every:
            return held
        begun = (await work.pledges.begun([pledge.id])).get(pledge.id)
        if begun != instalment.month:
            return held
        counted = counted_anew(pledge, instalment, along=True)
        zone = (await self._telling.zones(work, {pledge.donor}))[pledge.donor]
        await work.pledges.save(counted, due_at=look_at(counted, begun, zone))
        return replace(held, pledge=counted)

    async def by_hand(self, charging: Charging, code: str | None) -> bool:
        async with self._means.write() as work:
            held = await self.same(work, charging)
            return held is not None and await self._by_hand(work, held, code)

    async def _by_hand(self, work: Work, held: Held, code: str | None = None) -> bool:
        if held.pledge.state is PledgeState.ACTIVE:
            held = await self._counted(work, held)
            if held.pledge.way is Way.TAB:
                why = replace(held.instalment, declined=code or held.instalment.declined)
                await self._back(work, held, why, self._means.now(), told=False)
                return True
            where = await goes_to(work, held.pledge, held.instalment)
            if where is None:
                return await self._asking.waits(work, held)
            held = replace(held, instalment=as_pledged(held.instalment, held.pledge, where.id))
        return await self._asking.by_hand(work, held, declined=code)

    async def again(self, charging: Charging) -> bool:
        """By a new key: the rail has nothing by the one before."""
        async with self._means.write() as work:
            held = await self.same(work, charging)
            if held is None:
                return False
            if held.pledge.state is not PledgeState.ACTIVE:
                await self._asking.skipped(work, held)
            else:
                await self._back(work, held, held.instalment, self._means.now(), told=False)
        return True

    async def mended_first(self, charging: Charging, code: str) -> None:
        """The operator hears of it; a week on, or on the second day that was told, it is asked for by a link."""
        async with self._means.write() as work:
            held = await self.same(work, charging)
            if held is None:
                return
            if held.pledge.state is not PledgeState.ACTIVE:
                await self._asking.skipped(work, held)
                return
            first = held.instalment.first_tried_at or self._means.now()
            if first + VALID <= self._means.now() or held.instalment.reminded_at is not None:
                await self._by_hand(work, held)
                return
            await self.put_off(work, held, charging.organisation, charging.payment.rail, code)
        if self._means.alerts is not None:
            self._means.alerts.wake()

    async def put_off(self, work: Work, held: Held, organisation: UUID, rail: str, code: str) -> None:
        """Until tomorrow, which counts as no try; some days on, they are told another day (Step.ANNOUNCE)."""
        now, instalment = self._means.now(), held.instalment
        if code == NO_RAIL and (instalment.due_at + VALID <= now or instalment.reminded_at is not None):
            await self._asking.by_hand(work, held)
            return
        await self._means.alarm(work, rail, organisation, instalment.amount, code)
        if instalment.state is InstalmentState.ANNOUNCED:
            await work.instalments.move(instalment, instalment.state, now + A_DAY)
            return
        if instalment.state is InstalmentState.CHARGING:
            await self._back(work, held, instalment, now + A_DAY, told=False)
            return
        later = replace(instalment, state=InstalmentState.RETRY, due_at=now + A_DAY)
        await work.instalments.move(later, instalment.state, later.due_at)

    async def same(self, work: Work, charging: Charging) -> Held | None:
        """It, held, if this debit is what it still waits for, and it was not paid meanwhile."""
        held = await hold(work, charging.instalment.id, charging.instalment.pledge)
        if held is None or held.known.is_paid:
            return None
        same = (held.instalment.state, held.instalment.payment) == (InstalmentState.CHARGING, charging.payment.id)
        return held if same else None
