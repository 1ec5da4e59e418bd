"""年度盘点: a year counted the same for a donor, a creator, a project and all of us; shown only where wished."""

from datetime import UTC, datetime
from typing import Any

import pytest

from giving.errors import ProjectUnknown, RecapUnknown, SlotUnknown, YearUnknown
from giving.matching import Ratio, Scope
from giving.payments import EventKind
from giving.people import Person, Visibility
from giving.recaps import RecapOf
from giving.tips import Tip
from pictures.proofs import recap_values
from storage.ids import new_id
from storage.tables import project_updates
from tests.pictures.ink import size_of
from tests.services.giving_days.town import on, seconds
from tests.services.test_matching import a_pool
from tests.world import TEXTS, World, cny


async def gift(world: World, who: Person, amount: str, name: str, at: datetime | None = None) -> Tip:
    tip = await world.tip(who, amount, key=name)
    return await world.pay(tip, who, charge=f"ch_{name}", at=seconds(at or world.time()))


async def told(world: World, words: str, at: datetime, language: str = "zh-CN") -> None:
    row: dict[str, Any] = {
        "id": new_id(), "project_id": world.library.id, "words": words, "language": language,
        "written_by": world.creator.id, "written_at": at,
    }  # fmt: skip
    async with world.unit() as work:
        await work.connection.execute(project_updates.insert().values(row))


async def a_year(world: World) -> None:
    """Alice and Bob in November; a giving day with a pool; some went back."""
    await gift(world, world.alice, "5", "a1", datetime(2026, 3, 1, tzinfo=UTC))
    await gift(world, world.bob, "7", "b1")
    world.time.passes(days=30)  # since then they are known
    day = await on(world)
    await a_pool(world, Ratio(1, 1), scope=Scope(days=frozenset([day.id])), ends=False)
    await gift(world, world.alice, "10", "a2")
    back = await gift(world, world.alice, "1", "a3")
    part = await gift(world, world.bob, "10", "b2")
    await world.deliver(EventKind.REFUNDED, back, "e1", their_id="re_1", charge="ch_a3")
    await world.deliver(EventKind.REFUNDED, part, "e2", their_id="re_2", charge="ch_b2", minor=400)
    await world.payments.settle_pending()


async def test_everybodys_year_is_of_the_same_gifts(world: World):
    await a_year(world)
    mine = await world.recaps.mine(world.alice)
    assert (mine.of, mine.year, mine.shown, mine.at) == (RecapOf.DONOR, 2026, False, "")
    assert (mine.looked.gifts, mine.looked.given, mine.looked.given_in) == (2, (cny("15"),), 2)
    assert (mine.looked.months[2], mine.looked.months[11]) == (500, 1000)
    assert (mine.looked.days, mine.looked.on_days) == (1, (cny("10"),))
    assert mine.looked.matched == (cny("10"),)

    whole = await world.recaps.of_service(2026)
    library = await world.recaps.of_project("library", 2026)
    called = await world.recaps.called(world.creator)
    assert called is not None
    for each in (whole, library, called):
        assert (each.looked.gifts, each.looked.given, each.looked.donors) == (4, (cny("28"),), 2)
        assert each.looked.matched == whole.looked.matched
    credited = await world.balance(f"project:{world.library.id}:credited")
    assert -credited == whole.looked.given[0]
    assert await world.balance(f"project:{world.library.id}:matched") == -whole.looked.matched[0]


async def test_a_year_begins_on_its_readers_clock(world: World):
    await gift(world, world.alice, "5", "a1", datetime(2025, 12, 31, 17, tzinfo=UTC))  # 2026 already in Shanghai
    assert (await world.recaps.mine(world.alice, "2026")).looked.months[0] == 500
    await world.subscriptions.choose_timezone(world.alice, "America/New_York")
    with pytest.raises(RecapUnknown):
        await world.recaps.mine(world.alice, "2026")
    assert (await world.recaps.mine(world.alice, "2025")).looked.months[11] == 500


async def test_what_the_project_told_last_in_the_year_is_said(world: World):
    await a_year(world)
    await told(world, "去年的事", datetime(2025, 12, 1, tzinfo=UTC))
    await told(world, "春天开了一间图书室", datetime(2026, 4, 1, tzinfo=UTC))
    await told(world, "秋天又开了两间", datetime(2026, 10, 1, tzinfo=UTC))
    (line,) = (await world.recaps.mine(world.alice)).projects
    assert (line.did, line.did_in) == ("秋天又开了两间", "zh-CN")


async def test_a_picture_says_whose_news_it_tells_and_passes_off_no_promise_as_news(world: World):
    await gift(world, world.alice, "5", "a1")
    card = world.recaps._card(await world.recaps.mine(world.alice), "zh-CN")
    assert (card.told, card.did_by, card.did) == (False, world.library.title("zh-CN"), world.library.text("zh-CN").use)
    assert recap_values(TEXTS, card)["did_by"] == "给「乡村图书馆」捐一笔可以做的"
    await told(world, "秋天开了两间", world.time())
    card = world.recaps._card(await world.recaps.mine(world.alice), "zh-CN")
    assert (card.told, card.did) == (True, "秋天开了两间")
    assert recap_values(TEXTS, card)["did_by"] == "「乡村图书馆」做了什么"


async def test_nobody_sees_a_donors_year_until_they_show_it(world: World):
    await a_year(world)
    shown = await world.recaps.show(world.alice, 2026, True)
    assert shown.shown
    assert len(shown.at) == 22
    assert (await world.recaps.show(world.alice, 2026, True)).at == shown.at, "shown twice is one page"
    page = await world.recaps.of_token(shown.at, 2026)
    assert page.looked == shown.looked
    assert page.name == "", "who gives without a name is shown without one"
    for token, year in ((shown.at, 2025), ("x" * 22, 2026)):
        with pytest.raises(RecapUnknown):
            await world.recaps.of_token(token, year)

    await world.recaps.show(world.alice, 2026, False)
    with pytest.raises(RecapUnknown):
        await world.recaps.of_token(shown.at, 2026)
    again = await world.recaps.show(world.alice, 2026, True)
    assert again.at != shown.at, "an address that was taken back stays so"


async def choose(world: World, visibility: Visibility) -> Person:
    await world.privacy.choose_visibility(world.alice, visibility)
    async with world.unit.read() as work:
        return (await work.people.by_ids([world.alice.id]))[world.alice.id]


@pytest.mark.parametrize("then", [Visibility.ANONYMOUS, Visibility.AMOUNT_HIDDEN])
async def test_a_page_that_was_made_without_a_name_never_gets_one(world: World, then: Visibility):
    await gift(world, world.alice, "5", "a1")
    shown = await world.recaps.show(await choose(world, then), 2026, True, named=True)
    assert shown.name == "", "name and sums together are for who shows both"
    again = await world.recaps.show(await choose(world, Visibility.NAMED), 2026, True, named=True)
    assert again.at == shown.at
    assert (await world.recaps.of_token(shown.at, 2026)).name == ""


async def test_a_name_that_was_wished_for_stands_until_it_is_hidden(world: World):
    await gift(world, world.alice, "5", "a1")
    alice = await choose(world, Visibility.NAMED)
    assert (await world.recaps.show(alice, 2026, True)).name == "", "only who says so is named"
    await world.recaps.show(alice, 2026, False)
    shown = await world.recaps.show(alice, 2026, True, named=True)
    assert (await world.recaps.of_token(shown.at, 2026)).name == "Alice"
    for hides in (Visibility.AMOUNT_HIDDEN, Visibility.ANONYMOUS):
        await choose(world, hides)
        assert (await world.recaps.of_token(shown.at, 2026)).name == ""


async def test_leaving_takes_the_page_down(world: World):
    await a_year(world)
    token = (await world.recaps.show(world.alice, 2026, True)).at
    await world.privacy.leave(world.alice)
    with pytest.raises(RecapUnknown):
        await world.recaps.of_token(token, 2026)


async def test_years_and_places_without_gifts_are_refused_in_words(world: World):
    for refusal, asked in (
        (RecapUnknown, world.recaps.mine(world.alice)),
        (YearUnknown, world.recaps.mine(world.alice, "1999")),
        (RecapUnknown, world.recaps.show(world.alice, 2026, True)),
        (RecapUnknown, world.recaps.of_service(2026)),
        (YearUnknown, world.recaps.of_service(2030)),
        (ProjectUnknown, world.recaps.of_project("nowhere", 2026)),
        (SlotUnknown, world.recaps.of_slot("nobody", 2026)),
    ):
        with pytest.raises(refusal):
            await asked
    assert await world.recaps.called(world.alice) is None


async def test_a_creators_year_is_public_while_their_slot_is_open(world: World):
    await a_year(world)
    card = await world.slots.open(world.creator, world.library.id, "读书会")
    recap = await world.recaps.of_slot(card.slot.slug, 2026)
    assert (recap.name, recap.at) == ("读书会", f"c/{card.slot.slug}")
    await world.slots.close(world.creator)
    with pytest.raises(SlotUnknown):
        await world.recaps.of_slot(card.slot.slug, 2026)


async def test_a_picture_promises_no_page_where_there_is_none(world: World):
    await gift(world, world.alice, "5", "a1")
    private = world.recaps._card(await world.recaps.mine(world.alice), "en")
    assert (private.paged, "/recap/" in private.link) == (False, False)
    called = await world.recaps.called(world.creator)
    assert called is not None
    assert not world.recaps._card(called, "en").paged, "a creator without an open slot"
    shown = world.recaps._card(await world.recaps.show(world.alice, 2026, True), "en")
    assert (shown.paged, "/recap/2026/" in shown.link) == (True, True)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_it_is_drawn(world: World, language: str):
    await a_year(world)
    for recap in (await world.recaps.mine(world.alice), await world.recaps.of_service(2026)):
        assert size_of(await world.recaps.picture(recap, language)) == (1080, 1440)
    await world.pictures.close()
