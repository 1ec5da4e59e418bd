"""Several tabs paid by one page: every tip of it once, and nobody is left with a page that is closed."""

import asyncio
import itertools
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest

from giving.errors import TabBelow, TabBusy, TabChanged, TipNotOpen
from giving.money import Money
from giving.people import Person
from giving.projects import Organisation, Project
from giving.tabs import ChargeState
from giving.tips import Tip, TipState
from services.ledger import LedgerService
from storage.engines import open_engines
from storage.ids import new_id
from storage.methods import RailAccount
from storage.work import UnitOfWork
from tests.faults.cancelling import Cancelling
from tests.services.test_tabs import CardRail, Tabs, house_of
from tests.services.test_tabs_meanwhile import replace_unit
from tests.world import World, cny, project


class SharedRail(CardRail):
    """Organisations have accounts, and those that are not `apart` may share a charge."""

    capabilities = replace(CardRail.capabilities, needs_account=True, joins=True)

    def __init__(self) -> None:
        super().__init__()
        self.apart: set[str] = set()

    def joins(self, account: str) -> bool:
        return account not in self.apart


@dataclass
class Street:
    """Three organisations with an account each: the library's, the well's and the shoes'."""

    house: Tabs
    rail: SharedRail
    projects: list[Project] = field(default_factory=list)

    @property
    def alice(self) -> Person:
        return self.house.world.alice

    async def settle_in(self) -> None:
        world = self.house.world
        self.projects = [world.library]
        for slug, title in (("well", "一口井"), ("shoes", "一双鞋")):
            whose = Organisation(new_id(), slug, {"zh-CN": title, "en": slug}, None, world.time())
            self.projects.append(project(slug, whose, title))
            async with world.unit() as work:
                await work.projects.put_organisation(whose)
                await work.projects.put(self.projects[-1], world.time())
        for number, each in enumerate(self.projects):
            async with world.unit() as work:
                row = RailAccount(each.organisation.id, "card", f"acct_{number}", ready=True)
                await work.accounts.keep(row, now=world.time())

    async def promise(self, *amounts: str, person: Person | None = None) -> list[Tip]:
        """To the first organisation, to the second…"""
        whom = person or self.alice
        return [
            await self.house.promise(whom, amount, project=each.id)
            for each, amount in zip(self.projects, amounts, strict=False)
        ]

    async def pay(self, sum_: str) -> UUID:
        """All at once; the payment."""
        amount, url = await self.house.charges.settle_together(self.alice, "card", cny(sum_))
        assert amount == cny(sum_)
        assert url.startswith("https://pay.example/")
        return UUID(url.rpartition("/")[2])

    async def tab(self, number: int) -> UUID:
        whose = self.projects[number].organisation.id
        async with self.house.world.unit.read() as work:
            return next(r.tab.id for r in await work.tabs.of_donor(self.alice.id) if r.tab.organisation == whose)

    async def charge_of(self, number: int) -> Any:
        tab = await self.tab(number)
        return next(one for one in await self.house.open() if one.charge.tab == tab)

    async def states(self, tips: list[Tip]) -> list[TipState]:
        return [(await self.house.world.fresh(tip)).state for tip in tips]

    async def offered(self) -> list[tuple[int, Money]]:
        return [(len(one.parts), one.sum) for one in (await self.house.tabs.view(self.alice)).joints]


@pytest.fixture
async def street(world: World) -> Street:
    rail = SharedRail()
    made = Street(house_of(world, rail), rail)
    await made.settle_in()
    return made


@pytest.mark.parametrize("amounts", [("3", "2"), ("2", "1.50", "1")])
async def test_what_is_too_small_alone_is_paid_together_by_one_page(street: Street, amounts: tuple[str, ...]):
    house, tips = street.house, await street.promise(*amounts)
    whole = sum(tip.amount.minor for tip in tips)
    assert await street.offered() == [(len(amounts), Money(whole, "CNY"))]
    page = await street.pay(str(whole / 100))
    ((_, intent),) = house.card.asked
    assert (intent.reference, intent.amount.minor, intent.account) == (page, whole, None)
    assert {line.title.partition(" · ")[0] for line in intent.lines} == {
        each.organisation.name("en") for each in street.projects[: len(amounts)]
    }
    assert sum(line.amount.minor for line in intent.lines) == whole
    asked = await house.open()
    assert [(one.payment, one.charge.state) for one in asked] == [(page, ChargeState.ASKED)] * len(amounts)
    assert sorted(one.charge.amount.minor for one in asked) == sorted(tip.amount.minor for tip in tips)

    await house.paid(page, whole, charge="ch_1")
    await house.charges.sweep()
    assert await street.states(tips) == [TipState.PAID] * len(tips)
    assert {(await house.world.fresh(tip)).charge for tip in tips} == {"ch_1"}, "one entry names them all"
    for each, tip in zip(street.projects, tips, strict=False):
        assert await house.world.balance(f"project:{each.id}:credited") == -tip.amount
    assert await house.open() == []
    assert (await house.tabs.view(street.alice)).cards == ()


async def test_the_card_of_each_tab_says_what_is_on_its_page(street: Street):
    await street.promise("5", "6")
    await street.pay("11")
    cards = (await street.house.tabs.view(street.alice)).cards
    assert [(c.charge.amount if c.charge else None, c.shared) for c in cards] == [
        (cny("5"), cny("11")), (cny("6"), cny("11")),
    ]  # fmt: skip


async def test_below_the_least_even_together_nothing_is_begun(street: Street):
    await street.promise("1", "2")
    assert await street.offered() == []
    with pytest.raises(TabBelow) as refused:
        await street.pay("3")
    assert refused.value.args_for_message["least"] == cny("4")
    assert await street.house.open() == []


async def test_another_sum_than_the_button_said_is_not_asked_for(street: Street):
    await street.promise("5", "6")
    await street.promise("1")
    with pytest.raises(TabChanged):
        await street.pay("11")
    assert await street.house.open() == []
    await street.pay("12")


async def test_a_tab_alone_and_one_that_shares_no_charge_are_left_out(street: Street):
    await street.promise("5", "6", "7")
    street.rail.apart.add("acct_1")
    assert await street.offered() == [(2, cny("12"))]
    street.rail.apart.add("acct_2")
    assert await street.offered() == []
    with pytest.raises(TabChanged):
        await street.pay("12")


async def test_what_a_saved_method_is_charged_for_is_left_out(street: Street):
    house = street.house
    await house.save(street.alice)
    await street.promise("5", "6", "7")
    assert (await house.charges.settle(await street.tab(0), street.alice))[1] is None
    assert await street.offered() == [(2, cny("13"))]
    with pytest.raises(TabChanged):
        await street.pay("18")
    street.rail.apart.add("acct_1")
    with pytest.raises(TabBusy):
        await street.pay("12")
    street.rail.apart.clear()
    page = await street.pay("13")
    assert {one.charge.state for one in await house.open() if one.payment == page} == {ChargeState.ASKED}
    await house.charges.sweep()
    assert [intent.amount for _, intent, _ in house.card.charged] == [cny("5")]


async def test_what_was_announced_to_a_saved_method_is_on_the_page_and_not_charged_besides(street: Street):
    house = street.house
    await house.save(street.alice)
    tips = await street.promise("30", "6")
    await house.charges.sweep()
    await house.told()
    assert (await street.charge_of(0)).charge.state is ChargeState.ANNOUNCED
    page = await street.pay("36")
    house.world.time.passes(days=4)
    await house.charges.sweep()
    assert house.card.charged == []
    await house.paid(page, 3_600, charge="ch_1")
    assert await street.states(tips) == [TipState.PAID] * 2


@pytest.mark.parametrize("act", ["takes off", "skips", "pays one", "pays more together", "waits for 60 days"])
async def test_whatever_closes_the_page_frees_all_that_was_on_it(street: Street, act: str):
    house, world = street.house, street.house.world
    tips = await street.promise("5", "6", "7")
    page = await street.pay("18")
    fresh: list[Tip] = []
    if act == "takes off":
        await house.tabs.take_off(tips[0].id, street.alice)
    elif act == "skips":
        await house.charges.skip((await street.charge_of(0)).charge.id, street.alice)
    elif act == "pays one":
        await house.charges.settle(await street.tab(0), street.alice, cny("5"))
    elif act == "pays more together":
        fresh = await street.promise("8")
        await street.pay("26")
    else:
        world.time.passes(days=61)
        assert await house.charges.sweep()
    assert f"pay_{page.hex}" in house.card.cancelled
    open_ = await house.open()
    assert page not in {one.payment for one in open_}, "no charge waits for a page that is closed"
    cards = {c.tab.organisation: c for c in (await house.tabs.view(street.alice)).cards}
    if act == "waits for 60 days":
        await house.charges.sweep()
        world.time.passes(hours=2)
        await house.charges.sweep()
        assert await street.states(tips) == [TipState.EXPIRED] * 3
        return
    if act == "pays more together":
        assert {one.charge.amount for one in open_} == {cny("13"), cny("6"), cny("7")}
    else:
        for each, amount in zip(street.projects[1:], ("6", "7"), strict=True):
            card = cards[each.organisation.id]
            assert (card.charge, card.payable, card.whole.free) == (None, True, cny(amount))
    # And it was paid all the same, in that very moment.
    await house.paid(page, 1_800, charge="ch_1")
    paid = await street.states(tips)
    assert paid == [TipState.PAID] * 3
    await house.charges.sweep()
    assert await street.states(fresh) == [TipState.ON_TAB] * len(fresh)
    world.time.passes(hours=2)
    await house.charges.sweep()
    assert not [one for one in await house.open() if one.payment == page]


async def test_paid_on_the_closed_page_and_on_the_new_one_what_is_too_much_is_an_extra(street: Street):
    house = street.house
    tips = await street.promise("5", "6")
    before = await street.pay("11")
    _, url = await house.charges.settle(await street.tab(0), street.alice)
    one = UUID((url or "").rpartition("/")[2])
    await house.paid(one, 500, charge="ch_1")
    await house.paid(before, 1_100, charge="ch_2")
    assert [(await house.world.fresh(tip)).charge for tip in tips] == ["ch_1", "ch_2"]
    items = (await house.tips.gifts(street.alice)).items
    extras = [card.tip for card in items if card.tip.extra_of is not None]
    assert [(tip.amount, tip.extra_of) for tip in extras] == [(cny("5"), tips[0].id)], "that much goes back"


async def test_the_same_tap_again_is_the_same_page(street: Street):
    await street.promise("5", "6")
    first = await street.pay("11")
    assert await street.pay("11") == first
    assert len(street.house.card.asked) == 1
    street.house.world.time.passes(minutes=11)
    assert await street.pay("11") != first
    assert street.house.card.cancelled == [f"pay_{first.hex}"]


async def test_the_same_sums_of_other_gifts_are_another_page(street: Street):
    """The page says ¥3 and ¥3: two of its gifts were paid on an older one, and others came in their place."""
    house = street.house
    first = await street.promise("2", "3")
    older = await street.pay("5")
    first += await street.promise("1")
    page = await street.pay("6")
    await house.paid(older, 500, charge="ch_0")
    assert await street.states(first) == [TipState.PAID, TipState.PAID, TipState.ON_TAB]
    tips = [first[-1], *await street.promise("2", "3")]
    assert await street.offered() == [(2, cny("6"))]
    again = await street.pay("6")
    assert again != page
    await house.paid(again, 600, charge="ch_1")
    assert await street.states(tips) == [TipState.PAID] * 3
    assert not [card for card in (await house.tips.gifts(street.alice)).items if card.tip.extra_of]


@pytest.mark.parametrize("through", ["one page", "two pages", "another card"])
async def test_a_card_that_was_declined_is_not_charged_again_after_a_page_of_several(street: Street, through: str):
    house = street.house
    await house.save(street.alice)
    await street.promise("5", "6", "7")
    house.card.declines = True
    await house.charges.settle(await street.tab(0), street.alice)
    await house.charges.sweep()
    assert len(house.card.charged) == 1
    await street.pay("18")
    if through == "two pages":
        house.world.time.passes(minutes=11)
        await street.pay("18")
    if through == "another card":
        await house.save(street.alice)
    _, url = await house.charges.settle(await street.tab(0), street.alice)
    await house.charges.sweep()
    if through == "another card":
        assert (url, len(house.card.charged)) == (None, 2)
    else:
        assert (url is not None, len(house.card.charged)) == (True, 1)


async def test_what_a_card_has_paid_is_in_nobodys_way_before_it_is_swept(street: Street):
    house = street.house
    await house.save(street.alice)
    await street.promise("5", "6")
    await house.charges.settle(await street.tab(0), street.alice)
    await house.charges.sweep()
    await house.paid((await street.charge_of(0)).payment, 500, charge="ch_1")
    await street.promise("7")
    assert await street.offered() == [(2, cny("13"))]
    page = await street.pay("13")
    await house.charges.sweep()
    assert {one.payment for one in await house.open()} == {page}


async def test_what_was_begun_anew_in_between_is_on_no_page_with_the_rest(
    street: Street, monkeypatch: pytest.MonkeyPatch
):
    """The page of ¥11 would pay for ¥5 by then: it is not asked for."""
    house, page = street.house, street.house.charges._page
    await street.promise("5", "6")
    tab = await street.tab(1)

    async def late(payment: UUID, person: Person) -> str:
        monkeypatch.undo()
        await house.charges.settle(tab, person)
        return await page(payment, person)

    monkeypatch.setattr(house.charges, "_page", late)
    with pytest.raises(TabChanged):
        await street.pay("11")
    assert [intent.amount for _, intent in street.rail.asked] == [cny("6")]
    assert await street.offered() == [(2, cny("11"))]


async def test_by_two_replicas_at_once_it_is_one_page(street: Street, database_url: str):
    house, engines = street.house, open_engines(database_url)
    other = house_of(replace_unit(house.world, UnitOfWork(engines)), street.rail)
    try:
        await street.promise("5", "6", "7")
        answers = await asyncio.gather(
            *(each.charges.settle_together(street.alice, "card", cny("18")) for each in (house, other) * 4)
        )
        assert len(set(answers)) == 1
        assert len(await house.open()) == 3
        assert len({intent.reference for _, intent in street.rail.asked}) == 1
    finally:
        await engines.close()


async def test_everything_at_once_by_two_replicas_ends_with_pages_that_can_be_paid(street: Street, database_url: str):
    """No deadlock, whatever comes in whatever order."""
    house, engines = street.house, open_engines(database_url)
    other = house_of(replace_unit(house.world, UnitOfWork(engines)), street.rail)
    try:
        tips = await street.promise("5", "6", "7")
        for n in range(6):
            (whole,) = (await house.tabs.view(street.alice)).joints
            await house.charges.settle_together(street.alice, "card", whole.sum)
            charge, tab = await street.charge_of(n % 3), await street.tab((n + 1) % 3)
            answers = await asyncio.gather(
                other.charges.settle_together(street.alice, "card", whole.sum),
                house.charges.skip(charge.charge.id, street.alice),
                other.charges.settle(tab, street.alice),
                house.charges.settle(await street.tab(n % 3), street.alice),
                other.charges.sweep(),
                house.promise(street.alice, f"1.{n + 10}", project=street.projects[n % 3].id),
                return_exceptions=True,
            )
            wrong = [
                one for one in answers
                if isinstance(one, BaseException) and not isinstance(one, TipNotOpen | TabChanged)
            ]  # fmt: skip
            assert wrong == []
        await house.tabs.take_off(tips[0].id, street.alice)
        (whole,) = (await house.tabs.view(street.alice)).joints
        page = await street.pay(str(whole.sum.minor / 100))
        assert {one.payment for one in await house.open()} == {page}
        await house.paid(page, whole.sum.minor, charge="ch_1")
        await house.charges.sweep()
        assert (await house.tabs.view(street.alice)).cards == ()
    finally:
        await engines.close()


async def test_broken_off_at_any_await_it_can_be_pressed_again_and_is_paid_once(street: Street, dialect: str):
    """As a kill would: what is committed is whole, each tip on one page."""
    house = street.house
    for number in itertools.count(1, 1 if dialect == "sqlite" else 3):
        tips = await street.promise("2", "3")
        cancelling = Cancelling(at=number)
        caller = asyncio.create_task(
            cancelling.within(house.charges.settle_together(street.alice, "card", cny("5")))
        )  # fmt: skip
        await asyncio.wait([caller], timeout=60)
        half = await house.open()
        assert len(half) in (0, 2), number
        assert len({one.payment for one in half}) <= 1, number
        page = await street.pay("5")
        assert {one.payment for one in await house.open()} == {page}, number
        await house.paid(page, 500, charge=f"ch_{number}")
        await house.charges.sweep()
        assert await street.states(tips) == [TipState.PAID] * 2, number
        house.world.time.passes(days=32)  # their own limit of a month
        if not cancelling.struck:
            assert not caller.cancelled()
            break
    assert number > 5
    report = await LedgerService(house.world.unit).verify()
    assert report.clean, report.findings
