"""公益爱心位: opened, given on, counted, closed, and opened again at the same address."""

import asyncio

import pytest

from giving.errors import NameNeeded, ProjectClosed, ProjectUnknown, SlotUnknown, TippingOff
from giving.people import Person, Visibility
from giving.tips import OfferRequest, Tip
from services.ledger import LedgerService
from services.slots import SlotCard
from storage.ids import new_id
from storage.slots import SlotStore
from storage.tables import tallies
from tests.services.test_tips import close
from tests.world import World, cny


@pytest.fixture
async def slot(world: World) -> SlotCard:
    """The creator's, for the library."""
    return await world.slots.open(world.creator, world.library.id, "林晓雯")


async def give(world: World, slot: SlotCard, donor: Person, amount: str, key: str) -> Tip:
    tip = await world.tips.offer(OfferRequest(key, donor.id, cny(amount), slot=slot.slot.id))
    return await world.pay(tip, donor, charge=f"ch_{key}")


async def test_what_is_given_on_it_counts_for_its_creator_its_project_and_itself(world: World, slot: SlotCard):
    tip = await give(world, slot, world.alice, "5", "1")
    assert (tip.slot, tip.creator, tip.project) == (slot.slot.id, world.creator.id, world.library.id)
    assert (tip.post, tip.chat) == (None, None)
    assert await world.balance(f"project:{world.library.id}:credited") == cny("-5")
    async with world.unit.read() as work:
        tally = (await work.tallies.of([slot.slot.id], "CNY"))[slot.slot.id]
    assert (tally.given, tally.donors, tally.gifts) == (cny("5"), 1, 1)


async def test_a_wrong_tally_of_a_slot_is_found(world: World, slot: SlotCard):
    await give(world, slot, world.alice, "5", "1")
    async with world.unit() as work:
        await work.connection.execute(
            tallies.update().where(tallies.c.subject_id == slot.slot.id).values(given_minor=1)
        )
    report = await LedgerService(world.unit).verify()
    assert [(f.subject, f.expected_minor, f.found_minor) for f in report.findings] == [("林晓雯", 500, 1)]
    async with world.unit() as work:
        await work.connection.execute(
            tallies.update().where(tallies.c.subject_id == slot.slot.id).values(given_minor=500)
        )


async def test_the_same_tap_twice_is_one_tip_and_a_slot_is_not_its_project(world: World, slot: SlotCard):
    wish = OfferRequest("a", world.alice.id, cny("5"), slot=slot.slot.id)
    first = await world.tips.offer(wish)
    assert (await world.tips.offer(wish)).id == first.id
    twin = await world.tips.offer(OfferRequest("b", world.alice.id, cny("5"), slot=slot.slot.id))
    assert twin.id == first.id
    direct = await world.tips.offer(OfferRequest("c", world.alice.id, cny("5"), project=world.library.id))
    assert direct.id != first.id
    assert direct.creator is None


async def test_the_page_tells_what_followers_gave_here_and_in_the_creators_chats(world: World, slot: SlotCard):
    await give(world, slot, world.alice, "5", "1")
    await world.pay(await world.tip(world.alice, "10", key="2"), world.alice, charge="ch_2")
    await world.pay(await world.tip(world.bob, "1", key="3"), world.bob, charge="ch_3")
    page = await world.slots.page(slot.slot.slug)
    assert (page.card.raised.given, page.card.raised.donors, page.card.raised.gifts) == (cny("16"), 2, 3)
    assert len(page.gifts) == 3
    assert page.language == "zh-CN"
    assert {gift.name for gift in page.gifts} == {None}, "nobody chose to be named"


async def test_each_gift_is_shown_as_its_donor_chose(world: World, slot: SlotCard):
    for number, (donor, visibility) in enumerate(
        [(world.alice, Visibility.NAMED), (world.bob, Visibility.AMOUNT_HIDDEN), (world.creator, Visibility.ANONYMOUS)]
    ):
        tip = await world.tips.offer(OfferRequest(f"v{number}", donor.id, cny("5"), slot=slot.slot.id))
        await world.tips.choose_visibility(tip.id, donor, visibility)
        await world.pay(tip, donor, charge=f"ch_v{number}")
    page = await world.slots.page(slot.slot.slug)
    shown = [(gift.name, gift.amount) for gift in page.gifts]
    assert sorted(shown, key=str) == sorted([(None, cny("5")), (None, None), ("Alice", cny("5"))], key=str), (
        "the only hidden amount could be told from the sum, so it has no name"
    )


async def test_closed_nobody_finds_it_or_gives_on_it_and_opened_again_it_is_where_it_was(world: World, slot: SlotCard):
    await world.slots.close(world.creator)
    with pytest.raises(SlotUnknown):
        await world.slots.page(slot.slot.slug)
    with pytest.raises(SlotUnknown):
        await world.slots.card(slot.slot.id)
    with pytest.raises(TippingOff):
        await world.tips.offer(OfferRequest("x", world.alice.id, cny("5"), slot=slot.slot.id))
    again = await world.slots.open(world.creator, world.meals.id)
    assert (again.slot.slug, again.slot.name, again.slot.project) == ("林晓雯", "林晓雯", world.meals.id)
    assert (await world.slots.page("林晓雯")).card.slot.open


async def test_a_new_name_keeps_the_address_and_an_earlier_tip_its_project(world: World, slot: SlotCard):
    tip = await give(world, slot, world.alice, "5", "1")
    renamed = await world.slots.rename(world.creator, "\u202e晓雯  读书\n会" + "长" * 50)
    assert renamed.slot.slug == slot.slot.slug
    assert renamed.slot.name.startswith("晓雯 读书 会长")
    assert len(renamed.slot.name) == 32
    await world.slots.open(world.creator, world.meals.id)
    assert (await world.fresh(tip)).project == world.library.id


async def test_two_people_of_one_name_have_two_addresses(world: World, slot: SlotCard):
    other = await world.slots.open(world.alice, world.library.id, "林晓雯")
    assert other.slot.slug == "林晓雯-2"


@pytest.mark.parametrize("same_person", [False, True])
async def test_two_slots_of_one_name_at_once_are_two_addresses_and_one_for_each_person(
    world: World, monkeypatch: pytest.MonkeyPatch, *, same_person: bool
):
    read = SlotStore.taken

    async def slowly(self: SlotStore, bare: str) -> frozenset[str]:
        found = await read(self, bare)
        await asyncio.sleep(0.1)  # the other one reads the same
        return found

    monkeypatch.setattr(SlotStore, "taken", slowly)
    people = (world.alice, world.alice if same_person else world.creator)
    opened = await asyncio.gather(*(world.slots.open(person, world.library.id, "书友") for person in people))
    assert {card.slot.slug for card in opened} == ({"书友"} if same_person else {"书友", "书友-2"})


async def test_names_nobody_can_see_and_projects_that_take_nothing_are_refused(world: World, slot: SlotCard):
    with pytest.raises(NameNeeded):
        await world.slots.open(world.alice, world.library.id, "\u200b \u202e")
    with pytest.raises(NameNeeded):
        await world.slots.rename(world.creator, "\n")
    with pytest.raises(ProjectUnknown):
        await world.slots.open(world.alice, new_id(), "Alice")
    with pytest.raises(SlotUnknown):
        await world.slots.rename(world.alice, "Alice")
    with pytest.raises(SlotUnknown):
        await world.tips.offer(OfferRequest("x", world.alice.id, cny("5"), slot=new_id()))
    await close(world)
    with pytest.raises(ProjectClosed):
        await world.slots.open(world.alice, world.library.id, "Alice")
    with pytest.raises(ProjectClosed) as refusal:
        await world.tips.offer(OfferRequest("y", world.alice.id, cny("5"), slot=slot.slot.id))
    others = refusal.value.args_for_message["alternatives"]
    assert isinstance(others, tuple)
    assert [card.project.id for card in others] == [world.meals.id]


async def test_a_chat_handed_over_goes_with_its_figures(world: World, slot: SlotCard):
    await world.pay(await world.tip(world.bob, "1"), world.bob)
    async with world.unit() as work:
        await work.handovers.hand_to(world.chat.chat.id, world.alice.id, was=world.creator.id, asked=None)
    assert (await world.slots.page(slot.slot.slug)).card.raised.gifts == 0


async def test_who_leaves_the_service_is_not_named_on_a_page(world: World, slot: SlotCard):
    async with world.unit() as work:
        await work.slots.forget(world.creator.id, world.time())
    with pytest.raises(SlotUnknown):
        await world.slots.page(slot.slot.slug)
    async with world.unit.read() as work:
        left = await work.slots.of_creator(world.creator.id)
    assert left is not None
    assert (left.name, "林晓雯" in left.slug, left.open) == ("", False, False)
