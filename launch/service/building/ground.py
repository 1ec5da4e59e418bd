"""What the other services stand on."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from giving.quiet import QuietHours
from launch.service.limits import pace_rules, payment_rules
from launch.service.rails import rails_of
from pictures import Pictures
from services.alerts import AlertService
from services.giving_days import DaysOn
from services.guard import Pace
from services.guard_payments import PaymentGuard
from services.leadership import Leadership
from services.links import Links
from services.operator import Operator
from services.people import PeopleService
from services.rails import Rails
from services.wake import Wakes
from settings import Settings
from storage.engines import Engines
from storage.work import UnitOfWork, Work
from texts import Texts

log = structlog.get_logger()
LOCALES: Final = Path(__file__).parents[3] / "locales"


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What the others stand on."""

    unit: UnitOfWork
    rails: Rails
    texts: Texts
    pictures: Pictures
    links: Links
    wakes: Wakes
    operator: Operator
    quiet: QuietHours | None
    people: PeopleService
    alerts: AlertService
    guard: PaymentGuard
    pace: Pace
    leadership: Leadership
    days_on: DaysOn


def build_ground(settings: Settings, engines: Engines) -> Ground:
    unit, wakes, zone = UnitOfWork(engines), Wakes(), ZoneInfo(settings.timezone)
    rails = Rails(rails_of(settings).values(), settle_at_minor=settings.tabs.settle_at_minor)
    texts = Texts.load(LOCALES, default=settings.language, zone=zone)
    alerts = AlertService(owners=settings.owners, wakes=wakes)
    # On SQLite the same unit: it has one writer, and what shares a commit shares its queue.
    beside = UnitOfWork(engines.apart()) if engines.beside is not None else unit
    return Ground(
        unit=unit,
        rails=rails,
        texts=texts,
        pictures=Pictures(texts),
        links=Links(settings.web.link_base),
        wakes=wakes,
        operator=Operator(settings.legal.operator, settings.legal.basis, settings.legal.contact),
        quiet=QuietHours(*settings.quiet, zone) if settings.quiet else None,
        people=PeopleService(unit, owners=settings.owners),
        alerts=alerts,
        guard=PaymentGuard(unit, rails, rules=payment_rules(settings), alerts=alerts),
        pace=Pace(pace_rules(settings)),
        leadership=Leadership(unit, holder=engines.name or None, beside=beside, on_taken=_taken_over),
        days_on=DaysOn(unit),
    )


async def _taken_over(work: Work) -> int:
    """The leader before us is gone: what it had claimed may be sent, what it had begun nobody knows the end of."""
    interrupted = await work.broadcasts.interrupted()
    if interrupted:
        log.warning("broadcasts_interrupted", unknown=interrupted)
    return await work.outbox.release()
