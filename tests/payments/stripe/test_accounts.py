"""Organisations' accounts at our Stripe: connected anew after one was lost, followed in whatever order it tells."""

import pytest

from giving.people import Role
from services.links import Links
from services.people import PeopleService
from services.rails.connections import Connection, ConnectionService
from storage.methods import RailAccount
from tests.payments.stripe.our_stripe import OurStripe
from tests.payments.stripe.passing import Town
from tests.payments.stripe.stage import On
from tests.world import World


@pytest.fixture
async def town(world: World, our: OurStripe, on: On) -> Town:
    made = Town(world, our, on())
    await made.settle_in()
    async with world.unit() as work:
        await work.people.grant(world.creator.id, Role.ADMIN, by=None, now=made.now())
    return made


async def connect(town: Town) -> Connection:
    """The well's organisation, by somebody who may."""
    people, links = PeopleService(town.world.unit, owners=[], now=town.now), Links("http://127.0.0.1:8081", "yizan_bot")
    service = ConnectionService(town.world.unit, town.rails, people, links, now=town.now)
    return await service.connect(town.world.creator, "spring", "US")


async def kept(town: Town) -> RailAccount:
    async with town.world.unit.read() as work:
        (account,) = await work.accounts.of([town.well.organisation.id])
    return account


@pytest.mark.parametrize("lost", ["gone", "pays its own fees"])
async def test_who_lost_an_account_gets_another(town: Town, lost: str):
    before = town.accounts[town.well.organisation.id]
    if lost == "gone":
        del town.our.books.things[before]
    else:
        town.our.books.things[before]["controller"]["fees"]["payer"] = "account"
    again = await connect(town)
    assert again.account.their_id != before
    assert again.url is not None
    assert again.url.endswith(again.account.their_id)
    assert (await kept(town)).their_id == again.account.their_id
    assert (await connect(town)).account.their_id == again.account.their_id, "the same from then on"


async def test_what_is_told_of_an_account_counts_in_its_own_order(town: Town):
    account = town.accounts[town.well.organisation.id]
    town.our.take_told()
    town.our.books.papers(account, ready=True)
    town.our.books.clock += 60
    town.our.books.papers(account, ready=False)
    older, newer = town.our.take_told()
    for event in (newer, older, newer):
        await town.payments.receive("stripe", *town.our.delivered(event))
    assert not (await kept(town)).ready
    town.our.books.clock += 60
    town.our.books.papers(account, ready=True)
    await town.hear()
    assert (await kept(town)).ready
