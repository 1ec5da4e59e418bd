"""Tabs, promises and saved methods: all of them in the export without a secret, and gone when their donor leaves."""

import json
from uuid import UUID

import pytest
from sqlalchemy import select

from giving.errors import RailUnavailable
from giving.payments import EventKind, SavedMethod
from giving.people import Person
from giving.tips import OfferRequest
from payments.provider import RailRefused
from services.links import Links
from services.privacy import PrivacyService
from services.rails.methods import MethodService
from storage.inbox import InboxState, stored_event
from storage.methods import KeptMethod
from storage.tables import methods, payments, provider_events
from tests.rails import event
from tests.services.test_tabs import Tabs, house
from tests.world import cny

__all__ = ["house"]
LETTER = "donor@example.org"


def privacy(house: Tabs) -> PrivacyService:
    return PrivacyService(house.world.unit, house.rails, now=house.world.time)


def keeping(house: Tabs) -> MethodService:
    links = Links("http://127.0.0.1:8081", "yizan_bot")
    return MethodService(house.world.unit, house.rails, links, "zh-CN", now=house.world.time)


@pytest.fixture
def deleted(house: Tabs, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The methods that the rail was told to delete; it does not answer while it is down."""
    told: list[str] = []

    async def forget(method: SavedMethod) -> None:
        if house.card.down:
            raise RailUnavailable
        told.append(method.method)

    monkeypatch.setattr(house.card, "forget_method", forget)
    return told


async def named_at_the_rail(house: Tabs) -> list[str]:
    """What the rail calls methods, as far as it stands in the database still."""
    async with house.world.unit.read() as work:
        named = select(methods.c.customer, methods.c.method).where(methods.c.method.is_not(None))
        return [name for row in await work.connection.execute(named) for name in row]


async def saved(house: Tabs, person: Person) -> UUID:
    """A card, and the event that told of it, with the e-mail address that was given there."""
    await house.save(person)
    async with house.world.unit() as work:
        ((method,),) = await work.connection.execute(
            select(methods.c.id).where(methods.c.donor_id == person.id, methods.c.forgotten_at.is_(None))
        )
        body = json.dumps({"email": LETTER})
        told = stored_event(rail="card", event_id=f"evt_{method}", kind="saved", reference=method, body=body)
        await work.inbox.add_many([told], {told.id: (InboxState.SETTLED, "")}, [], now=house.world.time())
    return UUID(str(method))


async def letters(house: Tabs) -> int:
    async with house.world.unit.read() as work:
        bodies = (await work.connection.execute(select(provider_events.c.body))).scalars()
        return sum(LETTER in body for body in bodies)


async def test_the_export_has_tabs_promises_methods_and_wishes_and_no_secret(house: Tabs):
    world = house.world
    await saved(house, world.alice)
    for _ in range(3):
        await house.promise(world.alice, "10")
    await house.promise(world.bob, "2")
    await house.charges.sweep()
    gift = await world.pay(await world.tip(world.alice, "7", key="p"), world.alice)
    world.time.passes(hours=1)
    await world.refunds.wish(gift.id, world.alice)
    file = (await privacy(house).export(world.alice)).content.decode()
    told = json.loads(file)
    assert [row["amount_minor"] for row in told["tab"]] == [1000] * 3
    (tab,) = told["tabs"]
    assert (tab["organisation"], tab["rail"]) == (world.library.organisation.slug, "card")
    (charge,) = told["tab_charges"]
    assert (charge["amount_minor"], charge["state"]) == (3000, "announced")
    (method,) = told["saved_methods"]
    assert (method["rail"], method["label"]) == ("card", "Visa …4242")
    assert "cus_1" not in file
    assert "pm_1" not in file
    (wish,) = told["refunds"]
    assert wish["state"] == "wished"
    assert LETTER in file, "what the rail told of the card is about them"


@pytest.mark.parametrize("how", ["leaves", "deletes it"])
async def test_a_card_is_deleted_at_its_rail_and_what_was_told_of_it_goes(house: Tabs, deleted: list[str], how: str):
    world = house.world
    method = await saved(house, world.alice)
    if how == "leaves":
        await privacy(house).leave(world.alice)
    else:
        await keeping(house).forget(method, world.alice)
    assert deleted == ["pm_1"]
    assert await named_at_the_rail(house) == []
    assert await letters(house) == 0
    await keeping(house).sweep()
    assert deleted == ["pm_1"], "and not asked again"


async def test_a_rail_that_does_not_answer_is_asked_again_until_it_does(house: Tabs, deleted: list[str]):
    world = house.world
    await saved(house, world.alice)
    house.card.down = True
    await privacy(house).leave(world.alice)
    assert await letters(house) == 0, "what it told goes at once"
    async with world.unit.read() as work:
        assert await work.methods.of(world.alice.id) == [], "nothing can charge it"
    await keeping(house).sweep()
    assert (deleted, sorted(await named_at_the_rail(house))) == ([], ["cus_1", "pm_1"])
    house.card.down = False
    await keeping(house).sweep()
    assert (deleted, await named_at_the_rail(house)) == (["pm_1"], [])


async def test_a_rail_that_refuses_is_no_reason_to_stay(
    house: Tabs, deleted: list[str], monkeypatch: pytest.MonkeyPatch
):
    async def refuses(method: SavedMethod) -> None:
        raise RailRefused("resource_busy")

    await saved(house, house.world.alice)
    monkeypatch.setattr(house.card, "forget_method", refuses)
    await privacy(house).leave(house.world.alice)
    await keeping(house).sweep()
    async with house.world.unit.read() as work:
        (kept,) = await work.methods.untold(house.world.time().replace(year=2020))
    assert isinstance(kept, KeptMethod)
    house.world.time.passes(days=31)
    async with house.world.unit.read() as work:
        assert await work.methods.untold(house.world.time().replace(year=2026, month=12, day=10)) == []


async def test_a_card_that_is_saved_after_its_donor_left_is_deleted_too(house: Tabs, deleted: list[str]):
    world = house.world
    async with world.unit() as work:
        method = await work.methods.ask(world.alice.id, world.library.organisation.id, "card", now=world.time())
    await privacy(house).leave(world.alice)
    async with world.unit() as work:
        late = SavedMethod("cus_2", "pm_2", "Visa …4242")
        assert await work.methods.saved(method, late, now=world.time()) is None
        told = stored_event(rail="card", event_id="evt_2", kind="saved", reference=method, body=LETTER)
        await work.inbox.add_many([told], {told.id: (InboxState.SETTLED, "")}, [], now=world.time())
    await keeping(house).sweep()
    assert deleted == ["pm_2"]
    assert (await named_at_the_rail(house), await letters(house)) == ([], 0)


async def test_a_card_that_another_replaced_is_deleted_unless_it_is_the_same(house: Tabs, deleted: list[str]):
    world = house.world
    for customer, name in (("cus_1", "pm_1"), ("cus_2", "pm_2"), ("cus_3", "pm_2")):
        async with world.unit() as work:
            method = await work.methods.ask(world.alice.id, world.library.organisation.id, "card", now=world.time())
            assert await work.methods.saved(method, SavedMethod(customer, name, "Visa"), now=world.time())
    await keeping(house).sweep()
    assert deleted == ["pm_1"]
    async with world.unit.read() as work:
        (kept,) = await work.methods.of(world.alice.id)
    assert kept.method.customer == "cus_3"


async def test_payments_that_no_tip_names_any_more_are_forgotten_too(house: Tabs):
    world = house.world
    tip = await house.tips.offer(
        OfferRequest("q", world.alice.id, cny("5"), post=world.post.id, rail="card")
    )  # fmt: skip
    await house.tips.payment_link(tip.id, world.alice)
    before = tip.payment
    await house.tips.choose_rail(tip.id, world.alice, "paper")
    body = event(EventKind.CANCELLED, before, "evt_gone", email=LETTER).decode()
    async with world.unit() as work:
        told = stored_event(rail="card", event_id="evt_gone", kind="cancelled", reference=before, body=body)
        await work.inbox.add_many([told], {told.id: (InboxState.SETTLED, "")}, [], now=world.time())
    assert LETTER in (await privacy(house).export(world.alice)).content.decode()
    await privacy(house).leave(world.alice)
    assert await letters(house) == 0
    async with world.unit.read() as work:
        kept = payments.c.wish.is_not(None) | payments.c.url.is_not(None)
        assert (await work.connection.execute(select(payments.c.id).where(kept))).all() == []
