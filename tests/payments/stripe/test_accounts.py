"""Organisations' accounts at our Stripe: connected anew after one was lost, followed in whatever order it tells."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete

from giving.errors import RailUnavailable
from giving.people import Role
from payments.provider import Account, RailDown
from payments.stripe_rail import StripeRail
from services.links import Links
from services.people import PeopleService
from services.rails.connections import Connection, ConnectionService
from storage.methods import RailAccount
from storage.tables import rail_accounts
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


async def connect(town: Town, country: str = "US") -> Connection:
    """The well's organisation, by somebody who may."""
    people, links = PeopleService(town.world.unit, owners=[], now=town.now), Links("http://127.0.0.1:8081", "yizan_bot")
    service = ConnectionService(town.world.unit, town.rails, people, links, now=town.now)
    return await service.connect(town.world.creator, "spring", country)


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


@pytest.fixture
async def alone(town: Town) -> Town:
    """The well's organisation has no account yet."""
    async with town.world.unit() as work:
        theirs = rail_accounts.c.organisation_id == town.well.organisation.id
        await work.connection.execute(delete(rail_accounts).where(theirs))
    return town


async def unheard(town: Town, monkeypatch: pytest.MonkeyPatch, country: str) -> str:
    """Stripe makes an account, and its answer never comes; the account."""
    before = set(town.our.books.things)
    made = StripeRail.open_account

    async def lost(rail: StripeRail, *about: Any, **more: Any) -> Account:
        await made(rail, *about, **more)
        raise RailDown

    with monkeypatch.context() as patch:
        patch.setattr(StripeRail, "open_account", lost)
        with pytest.raises(RailUnavailable):
            await connect(town, country)
    (account,) = set(town.our.books.things) - before
    return account


def accounts(town: Town) -> int:
    return len(town.our.books.all_of("account", None))


async def test_a_country_that_is_corrected_is_asked_for_by_a_key_of_its_own(
    alone: Town, monkeypatch: pytest.MonkeyPatch
):
    wrong = await unheard(alone, monkeypatch, "US")
    found = await connect(alone, "HK")
    assert found.account.their_id != wrong
    assert alone.our.books.things[found.account.their_id]["country"] == "HK"
    assert (await connect(alone, "HK")).account.their_id == found.account.their_id


async def test_the_same_again_is_the_account_that_was_made(alone: Town, monkeypatch: pytest.MonkeyPatch):
    made = await unheard(alone, monkeypatch, "US")
    count = accounts(alone)
    assert (await connect(alone)).account.their_id == made
    assert accounts(alone) == count


@pytest.mark.parametrize("since", ["a day passed, and Stripe forgot the key", "it has another name"])
async def test_one_that_nobody_heard_of_is_found_by_its_metadata(
    alone: Town, monkeypatch: pytest.MonkeyPatch, since: str
):
    made = await unheard(alone, monkeypatch, "US")
    count = accounts(alone)
    if since == "it has another name":
        renamed = replace(alone.well.organisation, names={"en": "Clear Spring"})
        async with alone.world.unit() as work:
            await work.projects.put_organisation(renamed)
    else:
        alone.passes(days=1)
        alone.our._answers.clear()
    assert (await connect(alone)).account.their_id == made
    assert accounts(alone) == count, "no second one beside it"


async def test_nothing_was_made_before_the_answer_failed_and_it_is_asked_for_anew_a_day_later(alone: Town):
    alone.our.faults.extend([-1, -1])
    with pytest.raises(RailUnavailable):
        await connect(alone)
    alone.passes(days=1)
    count = accounts(alone)
    found = await connect(alone)
    assert (accounts(alone), found.account.ready) == (count + 1, False)


async def test_an_account_that_is_not_ready_in_the_wrong_country_is_replaced_and_a_ready_one_kept(alone: Town):
    first = (await connect(alone, "US")).account.their_id
    assert (await connect(alone, "US")).account.their_id == first
    second = (await connect(alone, "HK")).account.their_id
    assert second != first
    assert (await kept(alone)).their_id == second
    alone.our.books.papers(second, ready=True)
    assert (await connect(alone, "US")).account.their_id == second, "it takes payments: nobody takes that away"
