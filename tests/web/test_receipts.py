import pytest

from giving.people import Visibility
from tests.web.conftest import Open, Site
from tests.web.world import World, cny


async def test_a_receipt_shows_the_gift_and_its_entry(world: World, site: Site):
    project = await world.project()
    tip = await world.gift(project, cny("10"), name="林晓雯", fee=cny("0.06"))

    page = (await site.get(f"/r/{tip.receipt_code}")).text.replace("<wbr>", "")

    for words in (
        "林晓雯",
        "乡村图书馆",
        "已入账",
        "UTC+08:00",
        "借方",
        "贷方",
        "¥0.06",
        "由运营方承担",
        "不是税前扣除",
    ):
        assert words in page
    assert page.count("¥10<") == 5  # the sum, a debit, a credit, both totals
    assert f"project:{project.id}:credited" in page
    assert "rail:sandbox:clearing" in page
    assert "测试钱包" in page  # the rail as people know it
    assert "payment:sandbox:ch_1:paid" in page


async def test_it_reads_in_english(world: World, site: Site):
    tip = await world.gift(await world.project(), cny("1"))
    page = (await site.get(f"/r/{tip.receipt_code}?lang=en")).text
    for words in ("Village library", "Paid", "Debit", "Credit", "not a tax receipt", "Entry key"):
        assert words in page
    assert "Refunded" not in page


async def test_a_hidden_amount_is_told_nowhere_on_the_page(world: World, site: Site):
    tip = await world.gift(
        await world.project(), cny("7777"), name="Discreet", visibility=Visibility.AMOUNT_HIDDEN, fee=cny("0.22")
    )
    page = (await site.get(f"/r/{tip.receipt_code}")).text
    assert "不公开金额" in page
    assert "Discreet" in page
    assert "7,777" not in page
    assert "7777" not in page
    assert "0.22" not in page
    assert "<table" not in page


async def test_an_anonymous_gift_names_nobody(world: World, site: Site):
    tip = await world.gift(await world.project(), cny("5"), name="Secret", visibility=Visibility.ANONYMOUS)
    page = (await site.get(f"/r/{tip.receipt_code}")).text
    assert "Secret" not in page
    assert "爱心人士" in page


async def test_a_refund_is_told(world: World, site: Site):
    tip = await world.gift(await world.project(), cny("8"))
    await world.give_back(tip)
    page = (await site.get(f"/r/{tip.receipt_code}?lang=en")).text
    assert "Refunded" in page
    assert "later refunded" in page


@pytest.mark.parametrize("visibility", [Visibility.NAMED, Visibility.AMOUNT_HIDDEN])
async def test_a_refund_in_part_is_told_with_its_sum_unless_that_is_hidden(
    world: World, site: Site, visibility: Visibility
):
    tip = await world.gift(await world.project(), cny("8"), visibility=visibility)
    await world.give_back(tip, cny("3"))
    page = (await site.get(f"/r/{tip.receipt_code}?lang=en")).text
    assert "Paid, in part refunded" in page
    assert "A part of this gift was later refunded" in page
    assert ("¥3 of ¥8" in page) is (visibility is Visibility.NAMED)
    assert ("A part of it" in page) is (visibility is Visibility.AMOUNT_HIDDEN)


async def test_any_spelling_leads_to_the_one_address(world: World, site: Site):
    tip = await world.gift(await world.project(), cny("1"))
    bare = tip.receipt_code.replace("-", "").lower()
    for path in (f"/r/{bare}", f"/r/{tip.receipt_code.replace('-', '%20')}", f"/r?code={bare}"):
        answer = await site.get(path)
        assert answer.status == 302
        assert answer.headers["Location"] == f"/r/{tip.receipt_code}"
    assert (await site.get(f"/r/{bare}?lang=en")).headers["Location"] == f"/r/{tip.receipt_code}?lang=en"


async def test_an_unknown_code_is_told_what_a_code_looks_like(world: World, site: Site):
    paths = ("/r/nonsense", "/r/YZ-00000-00000-000", "/r/%00", "/r?code=x", "/r/<script>", "/r/YZ-%F0%9F%92%A9")
    for path in paths:
        answer = await site.get(path)
        assert answer.status == 404, path
        assert "没找到这张收据" in answer.text
        assert "YZ-7K3QF-9M2XT-4BD" in answer.text
        assert "<script" not in answer.text


async def test_an_unpaid_tip_has_no_receipt(world: World, site: Site):
    from giving.people import Visitor
    from giving.tips import OfferRequest

    project = await world.project()
    person = await world.people.meet(Visitor(1, "A"), started=True)
    tip = await world.tips.offer(OfferRequest("k", person.id, cny("1"), project=project.id))
    assert (await site.get(f"/r/{tip.receipt_code}")).status == 404


async def test_receipts_are_kept_by_no_cache_and_no_search_engine(world: World, site: Site):
    tip = await world.gift(await world.project(), cny("1"))
    answer = await site.get(f"/r/{tip.receipt_code}")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in answer.text


async def test_a_receipt_of_test_money_says_so_itself(world: World, open_site: Open):
    tip = await world.gift(await world.project(), cny("1"))
    site = await open_site(test_money=False)
    assert "测试 · 不是真钱" in (await site.get(f"/r/{tip.receipt_code}")).text
