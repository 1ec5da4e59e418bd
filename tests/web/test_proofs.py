"""Certificates and years for anyone: what the owner chose to show, held to the ledger, and not to be guessed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from giving.people import Visibility, Visitor
from giving.pledges import Certificate, Pledge
from pictures import Pictures
from services.certificates import CertificateService, after_paid
from services.recaps import RecapService
from storage.tables import certificates
from tests.pictures.ink import size_of
from tests.services.paid_months import paid_month, promise
from tests.web.conftest import Open, Site
from tests.web.world import World, cny

YEAR = datetime.now(UTC).astimezone().year


@pytest.fixture
async def pictures(world: World) -> AsyncIterator[Pictures]:
    made = Pictures(world.texts)
    yield made
    await made.close()


@pytest.fixture
async def recaps(world: World, pictures: Pictures) -> RecapService:
    return RecapService(world.unit, pictures, world.links, zone=world.zone, cached_s=0)


@pytest.fixture
async def site(world: World, open_site: Open, pictures: Pictures, recaps: RecapService) -> Site:
    return await open_site(certificates=CertificateService(world.unit, pictures, world.links), recaps=recaps)


async def a_certificate(world: World, *, visibility: Visibility = Visibility.NAMED) -> Certificate:
    """Of two months of twenty yuan, the first of them asked back by nobody."""
    project = await world.project()
    tips = [await world.gift(project, cny("20"), name="喆堃", visibility=visibility)]
    async with world.unit() as work:
        pledge: Pledge = await promise(work, tips[0].donor, project.id, cny("20"), visibility, datetime.now(UTC))
        for number, tip in enumerate(tips, 1):
            paid = await work.tips.by_id(tip.id)
            assert paid is not None
            await paid_month(work, pledge, number, paid)
    async with world.unit() as work:
        made = await after_paid(work, pledge, now=datetime.now(UTC))
    assert made is not None
    return made


async def test_a_certificate_is_checked_by_its_number(world: World, site: Site):
    made = await a_certificate(world)
    page = await site.get(f"/certificates/{made.number}")
    assert page.status == 200
    for said in ("喆堃", "¥20", "乡村图书馆", "核对无误", made.number):
        assert said in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.headers["X-Robots-Tag"]
    english = await site.get(f"/certificates/{made.number}", accept="en")
    assert "Checked: it holds" in english.text


async def test_a_row_that_began_anew_is_no_more_on_the_page_than_on_the_picture(world: World, site: Site):
    made = await a_certificate(world)
    assert "连续月数" in (await site.get(f"/certificates/{made.number}")).text
    async with world.unit() as work:
        anew = certificates.update().where(certificates.c.id == made.id).values(months=3, in_a_row=1)
        await work.connection.execute(anew)
    assert "连续月数" not in (await site.get(f"/certificates/{made.number}")).text


async def test_it_tells_nothing_that_its_owner_hides(world: World, site: Site):
    made = await a_certificate(world, visibility=Visibility.AMOUNT_HIDDEN)
    page = await site.get(f"/certificates/{made.number}")
    assert "¥" not in page.text
    assert "喆堃" in page.text
    async with world.unit() as work:
        await work.certificates.rename(made.id, None)
    assert "喆堃" not in (await site.get(f"/certificates/{made.number}")).text


async def test_what_went_back_since_is_said(world: World, site: Site):
    made = await a_certificate(world)
    async with world.unit.read() as work:
        (tip,) = await work.tips.gifts_of(made.donor, limit=5, offset=0)
    await world.give_back(tip)
    page = await site.get(f"/certificates/{made.number}")
    assert "核对无误" not in page.text
    assert "之后有退回" in page.text


async def test_other_spellings_lead_to_it_and_what_is_none_is_not_found(world: World, site: Site):
    made = await a_certificate(world)
    typed = made.number.lower().replace("-", "")
    for path in (f"/certificates/{typed}", f"/r?code={typed}"):
        answer = await site.get(path)
        assert (answer.status, answer.headers["Location"]) == (302, f"/certificates/{made.number}")
    for path in ("/certificates/YC-00000-00000-000", "/certificates/x", "/certificates/%3Cscript%3E"):
        answer = await site.get(path)
        assert answer.status == 404
        assert "没有这张证书" in answer.text


async def test_the_years_of_all_of_us_and_of_a_project_are_public(world: World, site: Site):
    project = await world.project()
    await world.gift(project, cny("20"))
    for path in (f"/recap/{YEAR}", f"/p/library/recap/{YEAR}"):
        page = await site.get(path)
        assert page.status == 200, path
        assert "¥20" in page.text
        assert f"{YEAR} 年度盘点" in page.text
        told = "".join(page.text.split("这些钱做了什么")[1].split())
        assert "这一年项目还没有说过进展。" in told
        assert told.index("捐一笔可以做的") < told.index("一元可以借出两本书。"), "nobody said that it was done"
    for path, status in ((f"/recap/{YEAR - 1}", 404), ("/recap/1999", 404), (f"/p/nowhere/recap/{YEAR}", 404),
                         ("/recap/٢٠٢٦", 404), ("/recap/20266", 404)):  # fmt: skip
        assert (await site.get(path)).status == status, path


async def test_public_years_are_led_to_once_there_is_a_gift(world: World, site: Site):
    project = await world.project()
    creator = await world.people.meet(Visitor(30, "晓雯"), started=True)
    slug = (await world.slots.open(creator, project.id, "晓雯")).slot.slug
    for path in ("/", "/p/library", f"/c/{slug}"):
        assert "/recap/" not in (await site.get(path)).text, path
    await world.gift(project, cny("20"))
    for path, year in (("/", f"/recap/{YEAR}"), ("/p/library", f"/p/library/recap/{YEAR}")):
        assert f'href="{year}' in (await site.get(path)).text, path
        assert (await site.get(year)).status == 200
    assert "/recap/" not in (await site.get(f"/c/{slug}")).text, "nobody gave because of her"


async def test_a_donors_year_is_found_by_nobody_without_its_link(world: World, site: Site, recaps: RecapService):
    project = await world.project()
    tip = await world.gift(project, cny("20"), name="喆堃")
    async with world.unit.read() as work:
        donor = (await work.people.by_ids([tip.donor]))[tip.donor]
    shown = await recaps.show(donor, YEAR, True)
    page = await site.get(f"/recap/{YEAR}/{shown.at}")
    assert page.status == 200
    assert "¥20" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.headers["X-Robots-Tag"]
    await recaps.show(donor, YEAR, False)
    for token in (shown.at, "x" * 22):
        gone = await site.get(f"/recap/{YEAR}/{token}")
        assert gone.status == 404
        assert "没有年度盘点" in gone.text


async def test_a_year_comes_as_a_picture(world: World, site: Site):
    await world.gift(await world.project(), cny("20"))
    answer = await site.client.get(f"/recap/{YEAR}.png")
    assert answer.status == 200
    assert size_of(await answer.read()) == (1080, 1440)
