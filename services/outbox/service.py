"""The outbox, as the sender and whoever renders its messages use it."""

import asyncio
from zoneinfo import ZoneInfo

from giving.quiet import QuietHours
from giving.subscriptions import PER_WEEK
from services import digests
from services.certificates import CertificateService
from services.clock import Clock, utc_now
from services.giving_days.live import LiveDays
from services.giving_days.report import DayReports
from services.leadership import Write
from services.outbox.outcomes import Outcomes
from services.outbox.tells import Tells
from services.tips import TipService
from services.wake import Wakes
from storage.work import UnitOfWork


class OutboxService(Outcomes, Tells):
    """A message whose sender died is claimed again when its lease runs out: it arrives at least once.

    What may arrive at most once (giving.notices) is marked before it is sent, and not sent again by itself after that.
    """

    def __init__(
        self, unit: UnitOfWork, tips: TipService, *, wakes: Wakes, quiet: QuietHours | None, language: str,
        currency: str, reports: DayReports | None = None, live: LiveDays | None = None,
        certificates: CertificateService | None = None, per_week: int = PER_WEEK, write: Write | None = None,
        zone: ZoneInfo | None = None, now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """`quiet`: by their reader's clock receipts come silently then, everything else waits for the morning.

        `reports`, `live`: of giving days. `zone`: the operator's; without it that of `quiet`.

        `write` opens the sender's units of work: in production the leader's, which nobody else can write by.
        """
        Outcomes.__init__(
            self, unit, write=write or unit, wakes=wakes, quiet=quiet, language=language, per_week=per_week, now=now
        )
        Tells.__init__(
            self, unit, tips, currency=currency, zone=zone or (quiet.zone if quiet is not None else ZoneInfo("UTC")),
            per_week=per_week, now=now, reports=reports, live=live, certificates=certificates,
        )  # fmt: skip

    @property
    def woken(self) -> asyncio.Event:
        """Set when something was queued."""
        return self._wakes.outbox

    async def queue_digests(self) -> int:
        """Queue the digests that are due; in quiet hours they wait for the morning. Returns how many were queued."""
        async with self._unit.read() as work:
            if not await digests.any_due(work, self._now()):
                return 0
        async with self._write() as work:
            queued = await digests.queue(work, self._now(), self._quiet)
        if queued:
            self._wakes.outbox.set()
        return queued
