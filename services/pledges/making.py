"""Makes the instalments that are due, each once; what can't go on waits for its donor's word."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

import structlog

from giving.pledges import (
    LOOK_EVERY,
    Instalment,
    InstalmentState,
    Next,
    Pledge,
    PledgeState,
    Way,
    instalment_id,
    next_made,
)
from giving.projects import Project
from services.leadership import NotLeading
from services.pledges.means import INSTALMENTS, Means
from services.pledges.telling import Telling, notice_of
from services.pledges.wanting import wanted
from services.tabs.told import kept_method
from storage.work import Work

log = structlog.get_logger()
BATCH: Final = 100


class Making:
    """Looks at the pledges that are due, some of them in one commit."""

    def __init__(self, means: Means, telling: Telling) -> None:
        """By these means."""
        self._means, self._telling = means, telling

    async def sweep(self) -> int:
        """All that are due now, each once; how many instalments were made."""
        made, after = 0, None
        while ids := await self._due(after):
            after = ids[-1]
            made += await self._some(ids)
        return made

    async def _due(self, after: UUID | None) -> list[UUID]:
        async with self._means.unit.read() as work:
            return await work.pledges.claim_due(self._means.now(), BATCH, after)

    async def _some(self, ids: Sequence[UUID]) -> int:
        """One of them that can't be looked at does not keep back the others."""
        try:
            async with self._means.write() as work:
                return await self._make(work, ids)
        except NotLeading:  # whoever leads now makes them
            raise
        except Exception:
            if len(ids) == 1:
                log.exception("pledge_not_looked_at", pledge_id=str(ids[0]))
                return 0
        return sum([await self._some([one]) for one in ids])

    async def _make(self, work: Work, ids: Sequence[UUID]) -> int:
        now = self._means.now()
        pledges = await work.pledges.lock_many(ids)
        begun = await work.pledges.begun([pledge.id for pledge in pledges])
        zones = await self._telling.zones(work, {pledge.donor for pledge in pledges})
        announced = await _announced(work, [pledge for pledge in pledges if pledge.renews_at is not None])
        due: list[tuple[Pledge, Next]] = []
        for pledge in pledges:
            found = next_made(pledge, begun.get(pledge.id), now, zones[pledge.donor])
            if found is None or pledge.id in announced:  # what comes after a renewal is known once it came
                await work.pledges.save(pledge, due_at=None)
            elif found.begins_at > now:
                await work.pledges.save(pledge, due_at=found.begins_at)
            else:
                due.append((pledge, found))
        where = await wanted(work, [pledge for pledge, _ in due])
        new: list[Instalment] = []
        for pledge, found in due:
            project = where.get(pledge.id)
            if project is None:
                await self._telling.waits(work, pledge)
                continue
            if found.left_out:
                log.warning("pledge_months_left_out", pledge_id=str(pledge.id), months=found.left_out)
            new.append(await self._begun(work, pledge, found, project))
            active = replace(pledge, state=PledgeState.ACTIVE)
            renews = pledge.renews_at is not None
            after = None if renews else next_made(active, found.month, now, zones[pledge.donor])
            await work.pledges.save(active, due_at=after.begins_at if after is not None else None)
        return await self._write_down(work, new)

    async def _begun(self, work: Work, pledge: Pledge, found: Next, project: Project) -> Instalment:
        """By their saved card if there is one for this organisation; else they are asked on the day."""
        way = pledge.way
        if way is Way.SAVED and await kept_method(work, pledge.donor, project.organisation.id, pledge.rail) is None:
            way = Way.LINK
        return Instalment(
            instalment_id(pledge.id, found.month), pledge.id, pledge.donor, found.month, pledge.amount, project.id, way,
            found.due_at, InstalmentState.ANNOUNCED, every=pledge.every,
        )  # fmt: skip

    async def _write_down(self, work: Work, every: Sequence[Instalment]) -> int:
        """Debits are announced, and so is what Telegram will take; until then their project is looked at."""
        now = self._means.now()
        renewing = {one.id for one in every if one.way is Way.STARS and one.due_at > now}
        looks = {one.id: now + LOOK_EVERY if one.id in renewing else one.due_at for one in every}
        new = await work.instalments.begin_many(every, looks)
        announced = [one for one in new if one.way is Way.SAVED or one.id in renewing]
        await self._telling.queue(work, [notice_of(one) for one in announced])
        for one in new:
            INSTALMENTS.labels(one.state).inc()
            log.info(
                "instalment_begun", instalment_id=str(one.id), pledge_id=str(one.pledge), month=str(one.month),
                way=one.way, minor=one.amount.minor,
            )  # fmt: skip
        return len(new)


async def _announced(work: Work, pledges: Sequence[Pledge]) -> set[UUID]:
    """Of pledges that a subscription pays, those whose next payment has its instalment."""
    open_ = await work.instalments.open_of([pledge.id for pledge in pledges]) if pledges else {}
    return {
        pledge.id for pledge in pledges if any(one.due_at == pledge.renews_at for one in open_.get(pledge.id, ()))
    }  # fmt: skip
