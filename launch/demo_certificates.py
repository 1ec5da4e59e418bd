"""Three months the follower of the demo has given already: so that there are certificates and a year to look at."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from giving.money import Money
from giving.people import Person, Visibility
from giving.pledges import Instalment, InstalmentState, Month, Pledge, Way, debit_at, instalment_id
from giving.pledges.due import look_at
from giving.projects import Project
from giving.tips import Tip
from launch.service.building import Services
from services.certificates import after_paid
from storage.ids import new_id

SLUG: Final = "village-libraries"
MINOR: Final = 2_000
DAY: Final = 11
MONTHS: Final = 3
LEASE: Final = timedelta(seconds=30)
Give = Callable[[Person, str, int, timedelta, str, Visibility], Awaitable[Tip]]


async def make_months(
    services: Services, person: Person, give: Give, rail: str, zone: ZoneInfo, *, slug: str = SLUG, minor: int = MINOR,
    count: int = MONTHS,
) -> None:  # fmt: skip
    """A promise of their own, its months that are over, and what proves them; all of it was told them long ago."""
    now = datetime.now(UTC)
    project = (await services.projects.by_slug(slug)).project
    last = Month.of(now, zone)
    last = last if debit_at(last, DAY, zone) < now else last.plus(-1)
    months = [last.plus(-back) for back in reversed(range(count))]
    pledge = Pledge(
        id=new_id(), donor=person.id, amount=Money(minor, project.target.currency), day=DAY, way=Way.LINK, rail=rail,
        visibility=Visibility.NAMED, began_at=debit_at(months[0], DAY, zone) - timedelta(days=1), first=months[0],
        project=project.id,
    )  # fmt: skip
    async with services.unit() as work:
        await work.pledges.add(pledge, f"past:monthly:{slug}", look_at(pledge, last, zone))
    for month in months:
        due_at = debit_at(month, DAY, zone)
        tip = await give(person, slug, minor, now - due_at, f":{month}", pledge.visibility)
        await _note(services, pledge, project, month, due_at, tip)
    await _told(services, person, now)


async def _note(
    services: Services, pledge: Pledge, project: Project, month: Month, due_at: datetime, tip: Tip
) -> None:  # fmt: skip
    paid_at = due_at + timedelta(minutes=1)
    paid = Instalment(
        id=instalment_id(pledge.id, month), pledge=pledge.id, donor=pledge.donor, month=month, amount=pledge.amount,
        project=project.id, way=pledge.way, due_at=due_at, state=InstalmentState.PAID, tip=tip.id, payment=tip.payment,
        asked_at=due_at, paid_at=paid_at,
    )  # fmt: skip
    async with services.unit() as work:
        await work.instalments.begin_many([paid], {})
        await after_paid(work, pledge, now=paid_at)


async def _told(services: Services, person: Person, now: datetime) -> None:
    """Receipts and pictures of months ago were read; who opens the chat today does not get them once more."""
    async with services.unit() as work:
        waiting = await work.outbox.claim(now=now + timedelta(days=2), lease=LEASE, limit=500)
        await work.outbox.sent([one.id for one in waiting if one.person == person.id], message_id=None, now=now)
        await work.outbox.release()
