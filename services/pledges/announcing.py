"""Debits that were not made on the day their donor was told: told once more, with another day."""

import structlog

from giving.pledges import Instalment, Step, next_step
from services.pledges.asking import Asking
from services.pledges.means import Means
from services.pledges.telling import Telling, hold
from services.pledges.wanting import goes_to
from services.tabs.told import kept_method

log = structlog.get_logger()


class Announcing:
    """Whatever kept us (our own absence, a rail's, what the operator had to mend): nobody is debited unawares."""

    def __init__(self, means: Means, telling: Telling, asking: Asking) -> None:
        """By these means; `asking` for what is paid by hand, or by nobody, by now."""
        self._means, self._telling, self._asking = means, telling, asking

    async def anew(self, instalment: Instalment) -> bool:
        """Tell its donor another day; whoever finds it in another state than was read does nothing."""
        now = self._means.now()
        async with self._means.write() as work:
            held = await hold(work, instalment.id, instalment.pledge)
            if held is None or next_step(held.instalment, held.known, now) is not Step.ANNOUNCE:
                return False
            project = await goes_to(work, held.pledge, held.instalment)
            if project is None:
                return await self._asking.waits(work, held)
            held = held.going_to(project)
            if await kept_method(work, instalment.donor, project.organisation.id, held.pledge.rail) is None:
                return await self._asking.by_hand(work, held)
            anew = await self._telling.anew(work, held.instalment)
        late_s = int((now - instalment.due_at).total_seconds())
        log.warning("instalment_announced_anew", instalment_id=str(anew.id), late_s=late_s, tries=anew.tries)
        return True
