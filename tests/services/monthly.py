"""Promises and their instalments as tests need them: written as they are kept, without anybody being asked to pay."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from giving.money import Money
from giving.people import Person, Visibility
from giving.pledges import InstalmentState, Month, Pledge, Way
from giving.projects import Project
from giving.tips import OfferRequest, Tip
from storage.ids import new_id
from storage.tables import instalments
from storage.work import UnitOfWork
from tests.services.giving_days.town import seconds
from tests.world import World, cny

SHANGHAI = ZoneInfo("Asia/Shanghai")


async def promised(unit: UnitOfWork, donor: Person, project: Project | None, at: datetime, **more: Any) -> Pledge:
    """¥10 a month since then, on its 5th, by name."""
    values: dict[str, Any] = {
        "amount": Money(1000, "CNY"), "day": 5, "way": Way.LINK, "rail": "paper", "visibility": Visibility.NAMED,
        "first": Month.of(at, SHANGHAI), "project": project.id if project is not None else None,
    }  # fmt: skip
    pledge = Pledge(id=new_id(), donor=donor.id, began_at=at, **values | more)
    async with unit() as work:
        kept = await work.pledges.add(pledge, f"test:{pledge.id}", None)
    assert kept == pledge
    return pledge


async def noted(unit: UnitOfWork, pledge: Pledge, month: str, tip: Tip) -> None:
    """This gift, which was paid and booked, is one month of it."""
    at = tip.paid_at or tip.offered_at
    row = {
        "id": new_id(), "pledge_id": pledge.id, "donor_id": pledge.donor, "project_id": tip.project, "month": month,
        "amount_minor": tip.amount.minor, "currency": tip.amount.currency, "way": pledge.way,
        "state": InstalmentState.PAID, "tries": 0, "debits": 0, "tip_id": tip.id, "payment_id": tip.payment,
        "due_at": at, "paid_at": at,
    }  # fmt: skip
    async with unit() as work:
        await work.connection.execute(insert(instalments).values(row))


async def left_out(unit: UnitOfWork, pledge: Pledge, month: str, project: Project, at: datetime) -> None:
    """This month was announced, and its donor left it out then."""
    row = {
        "id": new_id(), "pledge_id": pledge.id, "donor_id": pledge.donor, "project_id": project.id, "month": month,
        "amount_minor": pledge.amount.minor, "currency": pledge.amount.currency, "way": pledge.way,
        "state": InstalmentState.SKIPPED, "tries": 0, "debits": 0, "due_at": at,
    }  # fmt: skip
    async with unit() as work:
        await work.connection.execute(insert(instalments).values(row))


async def paid(
    world: World, pledge: Pledge, month: str, project: Project, at: datetime | None = None, amount: str = "10"
) -> Tip:
    """One month of it arrived; its charge is `ch_<pledge>:<month>`."""
    async with world.unit.read() as work:
        donor = (await work.people.by_ids([pledge.donor]))[pledge.donor]
    name = f"{pledge.id}:{month}"
    tip = await world.tips.offer(OfferRequest(name, donor.id, cny(amount), project=project.id))
    tip = await world.pay(tip, donor, charge=f"ch_{name}", at=seconds(at or world.time()))
    await noted(world.unit, pledge, month, tip)
    return tip


async def changed(unit: UnitOfWork, pledge: Pledge) -> Pledge:
    """As it is now."""
    async with unit() as work:
        await work.pledges.save(pledge, due_at=None)
    return pledge
