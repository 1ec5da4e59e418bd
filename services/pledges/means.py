"""What everything that takes instalments on is given."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from prometheus_client import Counter

from giving.alerts import Alert, AlertKind, Said
from giving.money import Money
from giving.quiet import QuietHours
from services.alerts import AlertService
from services.clock import Clock
from services.leadership import Write
from services.links import Links
from services.rails.switched_on import Rails
from services.wake import Wakes
from storage.work import UnitOfWork, Work

INSTALMENTS: Final = Counter("instalments_total", "Instalments of pledges, by what became of them", ["state"])
DEBITS: Final = Counter("instalment_debits_total", "Debits a rail was asked for, and its answers", ["rail", "outcome"])
A_DAY: Final = timedelta(days=1)  # until what the operator mends is tried again


@dataclass(frozen=True, slots=True)
class Means:
    """`write`: the leader's. `quiet`: the night, by each reader's clock; `zone`: the operator's, of who chose none.

    `alerts`: for whoever can mend what a rail refuses. `language` for donors who have none.
    """

    unit: UnitOfWork
    write: Write
    rails: Rails
    links: Links
    wakes: Wakes
    zone: ZoneInfo
    quiet: QuietHours | None
    language: str
    now: Clock
    alerts: AlertService | None = None

    async def alarm(self, work: Work, rail: str, organisation: UUID, amount: Money, code: str) -> None:
        """The operator hears once a day of what no donor can do anything about."""
        if self.alerts is None:
            return
        said: dict[str, Said] = {"rail": rail, "amount": amount, "code": code}
        day = self.now().astimezone(self.zone).date().isoformat()
        once = f"{AlertKind.PLEDGE_REFUSED}:{rail}:{organisation}:{code}:{day}"
        await self.alerts.queue(work, Alert(AlertKind.PLEDGE_REFUSED, said), once=once)
