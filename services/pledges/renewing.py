"""Subscriptions in Stars that the leader looks after: whether each may go on, whether its payment came, ending them."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

import structlog

from giving.errors import RailUnavailable
from giving.pledges import AWAITED, GIVEN_UP, LOOK_EVERY, Instalment, Pledge, Step, Subscription, next_step
from payments.provider import RailRefused, Renews
from services.pledges.asking import Asking
from services.pledges.means import A_DAY, Means
from services.pledges.renewed import lapse
from services.pledges.telling import Held, Telling, hold
from services.pledges.wanting import goes_to
from storage.work import Work

log = structlog.get_logger()
BATCH: Final = 100
AGAIN: Final = timedelta(minutes=10)  # Telegram did not answer
Found = Callable[[str, str], Awaitable[object]]
"""Takes an event by its rail's name and its body (services/payments.py, `found`)."""


class Renewing:
    """Nothing here takes money: Telegram does, and tells."""

    def __init__(self, means: Means, telling: Telling, asking: Asking, found: Found | None = None) -> None:
        """By these means; `found` takes payments that we were not told of."""
        self._means, self._telling, self._asking, self._found = means, telling, asking, found

    # -- what was announced --

    async def watch(self, instalment: Instalment) -> bool:
        """Its project must take gifts, or the subscription ends before it is paid; past its day, did it come?"""
        async with self._means.write() as work:
            held = await self._hold(work, instalment)
            if held is None:
                return False
            if await goes_to(work, held.pledge, held.instalment) is None:
                await self._asking.skipped(work, held)
                await self._telling.waits(work, held.pledge)
                return True
            await work.instalments.move(held.instalment, held.instalment.state, self._means.now() + LOOK_EVERY)
            row = (await work.star_subscriptions.open_of([held.pledge.id])).get(held.pledge.id)
        if instalment.due_at + AWAITED > self._means.now():
            return False
        if row is not None and await self._came(held.pledge, row):
            return True
        return await self._given_up(instalment)

    async def _hold(self, work: Work, instalment: Instalment) -> Held | None:
        held = await hold(work, instalment.id, instalment.pledge)
        same = held is not None and next_step(held.instalment, held.known, self._means.now()) is Step.WATCH
        return held if same else None

    async def _came(self, pledge: Pledge, row: Subscription) -> bool:
        """Whether Telegram's list has a payment that we were not told of; it is booked like any other."""
        rail = self._means.rails.get(pledge.rail)
        if not isinstance(rail, Renews) or self._found is None:
            return False
        before = pledge.renews_at
        for one in await rail.renewals(row.id, row.project):
            await self._found(pledge.rail, one.body)
        async with self._means.unit.read() as work:
            now = (await work.pledges.by_ids([pledge.id]))[pledge.id]
        return now.renews_at != before

    async def _given_up(self, instalment: Instalment) -> bool:
        """Days went by: Telegram did not take it, so it is asked for, and that subscription takes nothing later."""
        now = self._means.now()
        if instalment.due_at + GIVEN_UP > now:
            return False
        async with self._means.write() as work:
            held = await self._hold(work, instalment)
            if held is None:
                return False
            await lapse(work, self._telling, held.pledge, now)
        log.info("subscription_lapsed", pledge_id=str(instalment.pledge), instalment_id=str(instalment.id))
        return True

    # -- ending them --

    async def end_due(self) -> int:
        """Tell Telegram of those that are over; how many it ended."""
        async with self._means.unit.read() as work:
            due = await work.star_subscriptions.to_end(self._means.now(), BATCH)
        ended = 0
        for one in due:
            again_at = await self._end(one)
            async with self._means.write() as work:
                await work.star_subscriptions.told(one.id, again_at)
            ended += again_at is None
        return ended

    async def _end(self, one: Subscription) -> datetime | None:
        """None: it is over; else when Telegram is asked again.

        What it refuses is asked again for as long as it might take something more; that would come as a plain gift.
        """
        now = self._means.now()
        rail = next((rail for rail in self._means.rails.values() if isinstance(rail, Renews)), None)
        if rail is None:
            log.error("subscription_not_ended", subscription_id=str(one.id), hint="its rail is switched off")
            return now + A_DAY
        try:
            await rail.stop_renewing(one.id, one.project)
        except RailUnavailable:
            log.warning("subscription_not_ended", subscription_id=str(one.id), hint="Telegram did not answer")
            return now + AGAIN
        except RailRefused as refused:
            log.error("subscription_not_ended", subscription_id=str(one.id), code=str(refused))
            over = one.until is None or one.until + GIVEN_UP <= now
            return None if over else now + A_DAY
        log.info("subscription_ended", subscription_id=str(one.id))
        return None
