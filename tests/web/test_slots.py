"""A creator's page for anyone."""

from urllib.parse import quote

from giving.ids import token_of
from giving.people import Person, Visibility, Visitor
from giving.slots import Slot
from giving.tips import OfferRequest
from tests.web.conftest import Site
from tests.web.world import World, cny


async def creator(world: World, name: str = "林晓雯", code: str = "zh-hans") -> Person:
    return await world.people.meet(Visitor(500, name, None, code), started=True)


async def open_slot(world: World, name: str = "林晓雯", code: str = "zh-hans") -> Slot:
    project = await world.project()
    return (await world.slots.open(await creator(world, name, code), project.id, name)).slot


async def given(world: World, slot: Slot, name: str, visibility: Visibility, yuan: str) -> None:
    number = next(world._numbers)
    person = await world.people.meet(Visitor(20_000 + number, name), started=True)
    tip = await world.tips.offer(OfferRequest(f"slot{number}", person.id, cny(yuan), slot=slot.id))
    await world.tips.choose_visibility(tip.id, person, visibility)
    async with world.unit.read() as work:
        stored = await work.tips.by_id(tip.id)
    assert stored is not None
    assert stored.payment is not None
    await world.tell("payment.paid", stored.payment, cny(yuan), number=number)


async def test_it_shows_name_project_sum_gifts_and_the_way_to_give_in_both_languages(world: World, site: Site):
    slot = await open_slot(world)
    await given(world, slot, "Seen", Visibility.NAMED, "11")
    await given(world, slot, "Unseen", Visibility.ANONYMOUS, "22")
    await given(world, slot, "Discreet", Visibility.AMOUNT_HIDDEN, "33")
    await given(world, slot, "Modest", Visibility.AMOUNT_HIDDEN, "44")
    path = "/c/" + quote("林晓雯")

    chinese, english = await site.get(path), await site.get(path + "?lang=en")

    assert chinese.status == english.status == 200
    for words in ("林晓雯 的公益爱心位", "已捐 ¥110", "乡村图书馆", "¥11<", "¥22<", "爱心人士", "Seen</bdi>", "Modest"):
        assert words in chinese.text
    for hidden in ("Unseen", "¥33", "¥44"):
        assert hidden not in chinese.text
    assert "¥110 from 林晓雯’s followers" in english.text
    assert 'href="/p/library?lang=en"' in english.text
    for page in (chinese.text, english.text):
        assert f'href="https://t.me/yizan_bot?start=s_{token_of(slot.id)}"' in page
        assert "我开了公益爱心位，捐给「乡村图书馆」" in page, "the share text is in its creator's language"
        assert f"https://give.example/c/{quote('林晓雯')}" in page
        assert "<script" not in page


async def test_names_and_titles_can_not_disturb_it(world: World, site: Site):
    nasty = "</textarea><script>alert(1)</script>\u202e"
    slot = await open_slot(world, nasty)
    await given(world, slot, nasty, Visibility.NAMED, "1")
    page = (await site.get("/c/" + quote(slot.slug))).text
    assert page.count("<script") == 0
    assert page.count("</textarea>") == 1
    assert "\u202e" not in page


async def test_a_closed_or_unknown_one_is_a_friendly_404(world: World, site: Site):
    slot = await open_slot(world, "Ada", "en")
    assert (await site.get("/c/ada")).status == 200
    await world.slots.close(await creator(world, "Ada", "en"))
    for path in (f"/c/{slot.slug}", "/c/nobody", "/c/%00", "/c/" + "x" * 300, "/c/..%2f..%2fetc"):
        answer = await site.get(path, accept="en")
        assert answer.status == 404, path
        assert "We can’t find this charity page" in answer.text
        assert "Ada" not in answer.text


async def test_where_the_project_is_closed_there_is_no_button(world: World, site: Site):
    slot = await open_slot(world)
    async with world.unit.read() as work:
        project = (await work.projects.by_ids([slot.project]))[slot.project]
    await world.close(project)
    page = (await site.get("/c/" + quote(slot.slug))).text
    assert "已经停止募捐" in page
    assert "t.me" not in page
