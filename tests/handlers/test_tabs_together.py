"""Paying several tabs at once in the chat: one button, one page, and what an old button says."""

from dataclasses import replace

import pytest

from bot import callbacks as cb
from giving.projects import Organisation
from giving.tips import OfferRequest, Tip
from storage.ids import new_id
from storage.work import UnitOfWork
from tests.handlers.chat import Chat, answers, buttons, texts_of, urls
from tests.handlers.test_tabs import SavingRail, labels_of, said_to
from tests.world import World, cny, make_world, project

ALICE, BOB = 1002, 1004


class SharedRail(SavingRail):
    """One charge may be for several organisations."""

    capabilities = replace(SavingRail.capabilities, joins=True)


@pytest.fixture
async def world(work: UnitOfWork, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("tests.world.PaperRail", SharedRail)
    made = await make_world(work)
    spring = Organisation(new_id(), "spring", {"zh-CN": "清泉", "en": "Spring"}, None, made.time())
    async with made.unit() as unit:
        await unit.projects.put_organisation(spring)
        await unit.projects.put(project("well", spring, "一口井"), made.time())
    return made


async def promise(world: World, amount: str, slug: str | None = None) -> Tip:
    async with world.unit.read() as work:
        given = await work.projects.by_slug(slug) if slug else world.library
    assert given is not None
    request = OfferRequest(f"{slug}{amount}", world.alice.id, cny(amount), project=given.id, rail="paper")
    tip = await world.tips.offer(request)
    return (await world.tabs.promise(tip.id, world.alice)).tip


async def test_two_tabs_too_small_alone_are_paid_on_one_page(chat: Chat, world: World):
    await promise(world, "3")
    assert not [label for label in labels_of(await chat.says(ALICE, "/tab")) if "together" in label]
    await promise(world, "2", "well")
    done = await chat.says(ALICE, "/tab")
    said = texts_of(done)[0].replace("\u2068", "").replace("\u2069", "")
    assert f"These 2 can be paid together: {world.library.organisation.name('en')} · Spring. " in said
    assert "automatic" not in said
    assert labels_of(done)[0] == "Pay these 2 together · ¥5"
    done = await chat.presses(ALICE, "together")
    assert "¥5" in texts_of(done)[0]
    (page,) = {url for method in done for url in urls(method) if url.startswith("https://pay.example/")}
    done = await chat.says(ALICE, "/tab")
    said = texts_of(done)[0].replace("\u2068", "").replace("\u2069", "")
    assert "¥3 is waiting to be paid, on one page of ¥5 with other tabs." in said
    assert "¥2 is waiting to be paid, on one page of ¥5 with other tabs." in said
    done = await chat.presses(ALICE, "together")
    assert page in {url for method in done for url in urls(method)}


async def test_an_old_button_begins_nothing_and_shows_the_tabs_as_they_are(chat: Chat, world: World):
    await promise(world, "5")
    await promise(world, "6", "well")
    await chat.says(ALICE, "/tab")
    await promise(world, "1", "well")
    done = await chat.presses(ALICE, "together")
    assert "changed" in said_to(done)
    assert "Pay these 2 together · ¥12" in labels_of(done)
    async with world.unit.read() as work:
        assert await work.tabs.open_charges() == []


async def test_below_what_the_rail_carries_it_says_so(chat: Chat, world: World):
    await promise(world, "1")
    await promise(world, "2", "well")
    done = await chat.says(ALICE, "/tab")
    assert not [label for label in labels_of(done) if "together" in label]
    done = await chat.taps(ALICE, cb.TabsPay(rail="paper", minor=300).pack())
    assert "less than ¥4" in said_to(done)


@pytest.mark.parametrize("rail", ["paper", "nowhere"])
async def test_of_somebody_else_nothing_is_paid(chat: Chat, world: World, rail: str):
    await promise(world, "5")
    await promise(world, "6", "well")
    done = await chat.taps(BOB, cb.TabsPay(rail=rail, minor=1100).pack())
    assert len(answers(done)) == 1
    assert not [data for method in done for _, data in buttons(method) if data and data.startswith("tba")]
    async with world.unit.read() as work:
        assert await work.tabs.open_charges() == []


async def test_in_chinese_too(chat: Chat, world: World):
    await world.people.choose_language(world.alice, "zh-CN")
    await promise(world, "3")
    await promise(world, "2", "well")
    done = await chat.says(ALICE, "/tab")
    assert "这 2 个可以一起付：" in texts_of(done)[0].replace("\u2068", "").replace("\u2069", "")
    assert labels_of(done)[0] == "这 2 个一起付 · ¥5"
