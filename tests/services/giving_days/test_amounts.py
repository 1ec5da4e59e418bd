"""While a day is on its amounts stand under posts, where the creator set none of their own; then the usual are back."""

import pytest

from giving.giving_days import GivingDay
from giving.money import Money
from tests.services.giving_days.test_watch import watch
from tests.services.giving_days.town import on
from tests.world import World, cny

AMOUNTS = (cny("2"), cny("20"))


@pytest.fixture
async def day(world: World) -> GivingDay:
    return await on(world, amounts=AMOUNTS)


async def edited(world: World) -> list[tuple[Money, ...]]:
    """The amounts that the counters' loop puts under posts that are due; it has done so then."""
    due = await world.counters.due()
    for counter in due:
        await world.counters.shown(counter.post.id, counter.raised, counter.chat, day=counter.day)
    return [c.chat.offered(c.amounts or world.tips.presets) for c in due if c.chat]


async def test_a_post_offers_the_days_amounts_while_it_is_on(world: World, day: GivingDay) -> None:
    card = await world.tips.post(world.post.id)
    assert (card.presets, card.on_day) == (AMOUNTS, True)
    assert await edited(world) == [AMOUNTS]
    world.time.now = day.ends_at
    card = await world.tips.post(world.post.id)
    assert (card.presets, card.on_day) == (world.tips.presets, False)
    await watch(world).sweep()
    assert await edited(world) == [world.tips.presets]


async def test_a_creators_own_amounts_stay(world: World, day: GivingDay) -> None:
    await world.creators.set_presets(world.chat.chat.id, world.creator, [cny("5"), cny("50")])
    assert (await world.tips.post(world.post.id)).presets == (cny("5"), cny("50"))
    assert await edited(world) == [(cny("5"), cny("50"))]


async def test_an_older_post_that_was_published_on_the_day_gets_the_usual_ones_back(world: World, day: GivingDay):
    await edited(world)
    await world.creators.keyboard_shown(world.post.id, on_day=True)
    newer = await world.creators.posted(world.post.chat_telegram_id, 900, "晚安", world.time())
    assert newer is not None
    await world.creators.keyboard_shown(newer.id, on_day=True)
    assert await edited(world) == []
    world.time.now = day.ends_at
    await watch(world).sweep()
    assert await edited(world) == [world.tips.presets] * 2
