"""Promises whose months were paid, written as they stand in the database: the gifts are given and booked as any is."""

from datetime import datetime
from uuid import UUID

from giving.money import Money
from giving.people import Person, Visibility
from giving.pledges import InstalmentState, Month, Pledge, Way
from giving.projects import Project
from giving.tips import OfferRequest, Tip
from storage.ids import new_id
from storage.tables import instalments, pledges
from storage.work import Work
from tests.services.giving_days.town import seconds
from tests.world import World, cny


async def promise(
    work: Work, donor: UUID, project: UUID, amount: Money, visibility: Visibility, now: datetime, *, every: int = 1
) -> Pledge:
    """So much a month for a project, from January on."""
    made = Pledge(
        id=new_id(), donor=donor, amount=amount, day=11, way=Way.LINK, rail="paper", visibility=visibility,
        began_at=now, first=Month(2026, 1), project=project, every=every,
    )  # fmt: skip
    row = {
        "id": made.id, "donor_id": donor, "amount_minor": amount.minor, "currency": amount.currency, "day": made.day,
        "way": made.way, "rail": made.rail, "visibility": visibility, "every": every, "project_id": project,
        "state": made.state, "first": str(made.first), "began_at": now, "key": f"test:{made.id}",
    }  # fmt: skip
    await work.connection.execute(pledges.insert().values(row))
    return made


async def paid_month(
    work: Work, pledge: Pledge, number: int, tip: Tip | None, *, state: InstalmentState = InstalmentState.PAID,
    project: UUID | None = None,
) -> None:  # fmt: skip
    """What became of its so-many-th month of 2026; `tip`: its gift, if it was paid."""
    row = {
        "id": new_id(), "pledge_id": pledge.id, "donor_id": pledge.donor, "project_id": project or pledge.project,
        "month": str(Month(2026, 1).plus(number - 1)), "amount_minor": pledge.amount.minor,
        "currency": pledge.amount.currency, "way": pledge.way, "state": state, "tries": 0, "debits": 0,
        "tip_id": tip.id if tip else None, "payment_id": tip.payment if tip else None, "due_at": pledge.began_at,
        "paid_at": tip.paid_at if tip else None, "every": pledge.every,
    }  # fmt: skip
    await work.connection.execute(instalments.insert().values(row))


async def promised(
    world: World, donor: Person, amount: str = "20", *, every: int = 1, visibility: Visibility = Visibility.NAMED
) -> Pledge:
    """So much a month for the library."""
    async with world.unit() as work:
        return await promise(work, donor.id, world.library.id, cny(amount), visibility, world.time(), every=every)


async def month(
    world: World, pledge: Pledge, number: int, *, state: InstalmentState = InstalmentState.PAID,
    project: Project | None = None, at: datetime | None = None,
) -> Tip | None:  # fmt: skip
    """What became of one of its months; if it was paid, the gift, at the world's time or `at`."""
    project = project or world.library
    tip = await _gift(world, pledge, number, project, at) if state is InstalmentState.PAID else None
    async with world.unit() as work:
        await paid_month(work, pledge, number, tip, state=state, project=project.id)
    return tip


async def _gift(world: World, pledge: Pledge, number: int, project: Project, at: datetime | None) -> Tip:
    async with world.unit.read() as work:
        donor = (await work.people.by_ids([pledge.donor]))[pledge.donor]
    name = f"{pledge.id}:{number}"
    tip = await world.tips.offer(OfferRequest(name, donor.id, pledge.amount, project=project.id))
    await world.tips.choose_visibility(tip.id, donor, pledge.visibility)
    return await world.pay(tip, donor, charge=f"ch_{name}", at=seconds(at or world.time()))
