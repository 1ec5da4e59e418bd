"""Saved methods that are forgotten here are deleted at their rails too: at once as far as those answer, else later."""

from datetime import timedelta
from typing import Final

import structlog

from giving.errors import RailUnavailable
from payments.provider import RailRefused, Saves
from services.clock import Clock
from services.leadership import Write
from services.rails.switched_on import Rails
from storage.methods import KeptMethod
from storage.work import UnitOfWork

log = structlog.get_logger()
TOLD_FOR: Final = timedelta(days=30)  # after it the operator has heard of it long ago (`method_not_forgotten_by_rail`)


class Forgetting:
    """What a rail calls a method is kept until the rail has deleted it, and with it goes what the rail told of it."""

    def __init__(self, unit: UnitOfWork, rails: Rails, now: Clock, write: Write | None = None) -> None:
        """Ask these rails. `write`: the leader's where the sweep runs, else anybody's."""
        self._unit, self._rails, self._now, self._write = unit, rails, now, write or unit

    async def tell(self, kept: KeptMethod) -> None:
        """Have it deleted at its rail.

        Raises: RailUnavailable (switched off, or no answer), RailRefused, NotLeading (in a term that is over).
        """
        rail = self._rails.get(kept.rail)
        if not isinstance(rail, Saves):
            raise RailUnavailable
        await rail.forget_method(kept.method)
        async with self._unit.read() as work:  # takes a look through the inbox
            events = await work.methods.events_of(kept.id)
        async with self._write() as work:
            await work.methods.told(kept.id, events, now=self._now())

    async def sweep(self) -> int:
        """Those that a rail has not deleted yet; how many were there. Raises: NotLeading."""
        async with self._unit.read() as work:
            waiting = await work.methods.untold(self._now() - TOLD_FOR)
        for kept in waiting:
            try:
                await self.tell(kept)
            except (RailUnavailable, RailRefused) as error:
                said = str(error) if isinstance(error, RailRefused) else type(error).__name__
                log.warning("method_not_forgotten_by_rail", method_id=str(kept.id), rail=kept.rail, error=said)
        return len(waiting)
