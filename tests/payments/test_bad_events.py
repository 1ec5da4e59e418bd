"""What is wrong, late, twice or about nothing we know: what the books say afterwards, and what people are told.

The rails that take real money, each with its real library against a gateway of ours (tests/payments/), our own door
over HTTP, signed as they sign. Both databases.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import func, select

from bot.errors import words as words_of
from bot.notices import render, together
from giving.budgets import Stage
from giving.errors import GivingError, PayingTooOften, TooFast
from giving.money import Money
from giving.notices import NoticeKind
from giving.payments import Payment, PaymentState
from giving.people import Role
from giving.tips import Limits, Tip, TipState
from payments.provider import PaymentIntent
from payments.stripe_rail import StripeRail
from services.alerts import AlertService
from services.guard_payments import PaymentGuard
from services.links import Links
from services.outbox import OutboxService
from services.payments import PaymentService
from services.rails import Rails
from services.refunds import RefundService
from services.settlement import Settler
from services.sweep import PaymentSweep
from services.tips import TipService
from storage.ids import new_id
from storage.methods import RailAccount
from storage.tables import entries
from tests.payments.alipay.gateway import AlipayGateway
from tests.payments.china import Clock, served
from tests.payments.stripe.our_stripe import OurStripe
from tests.payments.stripe.stage import ANNA, rail_on
from tests.payments.test_china_way import of_alipay, of_wechat
from tests.payments.wechat.gateway import WeChatGateway
from tests.texts.words import TEXTS
from tests.world import World, at_once, cny
from web.payments import PaymentHooks

LINKS: Final = Links("http://127.0.0.1:8081", "yizan_bot")
ALICE, FINANCE = 1002, 1001
Told = tuple[bytes, dict[str, str]]


class AtWeChat:
    """What a donor does with WeChat Pay; and what WeChat Pay could tell of it."""

    def __init__(self, gateway: WeChatGateway) -> None:
        self.gateway = gateway

    def pays(self, payment: Payment, minor: int | None = None, currency: str | None = None) -> list[Told]:
        if minor is not None:
            self.gateway.orders[payment.id.hex]["amount"] = {"total": minor, "currency": "CNY"}
        told = self.gateway.scan_and_pay(payment.url or "")
        if currency is not None:
            order = self.gateway.transaction(payment.id.hex)
            told = self.gateway.notify("TRANSACTION.SUCCESS", order | {"amount": {"total": 500, "currency": currency}})
        return [told]

    def pays_another(self, payment: Payment) -> list[Told]:
        self.gateway.scan_and_pay(payment.url or "")
        order = self.gateway.transaction(payment.id.hex) | {"mchid": "1900000999"}
        return [self.gateway.notify("TRANSACTION.SUCCESS", order)]

    def refunds_arrive(self) -> list[Told]:
        return [self.gateway.refund_done(number) for number in self.gateway.refunds]


class AtAlipay:
    """The same with Alipay."""

    def __init__(self, gateway: AlipayGateway) -> None:
        self.gateway = gateway

    def pays(self, payment: Payment, minor: int | None = None, currency: str | None = None) -> list[Told]:
        number = self.gateway.scan(payment.url or "")
        if minor is not None:
            self.gateway.orders[number]["total_amount"] = f"{minor / 100:.2f}"
        told = self.gateway.pay(number)
        if currency is not None:
            told = self.gateway.notify(self.gateway.trade(number) | {"trans_currency": currency})
        return [(told, {})]

    def pays_another(self, payment: Payment) -> list[Told]:
        number = self.gateway.scan(payment.url or "")
        self.gateway.pay(number)
        return [(self.gateway.notify(self.gateway.trade(number) | {"seller_id": "2088999"}), {})]

    def refunds_arrive(self) -> list[Told]:
        return [(self.gateway.refund_told(number), {}) for number in self.gateway.refunds]


class AtStripe:
    """The same with Stripe."""

    def __init__(self, our: OurStripe) -> None:
        self.our = our

    def told(self) -> list[Told]:
        return [self.our.delivered(event) for event in self.our.take_told()]

    def pays(self, payment: Payment, minor: int | None = None, currency: str | None = None) -> list[Told]:
        assert payment.their_id is not None
        books, session = self.our.books, self.our.books.things[payment.their_id]
        session |= {"amount_total": minor or session["amount_total"], "currency": currency or session["currency"]}
        session["status"] = "open"  # it was being paid in the very second in which we heard that it was over
        books.pay(payment.their_id)
        return self.told()

    def pays_another(self, payment: Payment) -> list[Told]:
        """Signed with our secret, of a shop that has taken this payment of ours for its own."""
        self.our.take_told()
        assert payment.their_id is not None
        about = self.our.books.plans[payment.their_id]["payment_intent_data"]
        self.our.books.charge("acct_stranger", 500, "cny", about)
        return self.told()

    def refunds_arrive(self) -> list[Told]:
        return self.told()


@dataclass
class Shop:
    """One rail, our services on it, and our door."""

    world: World
    rail: Any
    donor: AtWeChat | AtAlipay | AtStripe
    now: Callable[[], datetime]
    later: Callable[[timedelta], None]
    session: aiohttp.ClientSession
    hook: str = ""
    payments: PaymentService = field(init=False)

    def __post_init__(self) -> None:
        world, now, rails = self.world, self.now, Rails([self.rail])
        alerts = AlertService(owners=[], wakes=world.wakes, now=now)
        self.guard = PaymentGuard(world.unit, rails, now=now)
        settler = Settler(
            world.unit, rails, wakes=world.wakes, digest_every=timedelta(minutes=10), guard=self.guard, alerts=alerts,
            now=now,
        )  # fmt: skip
        self.payments = PaymentService(world.unit, rails.values(), settler)
        self.sweep = PaymentSweep(world.unit, rails, self.payments, now=now, sleep=at_once)
        limits = Limits(cny("1"), cny("50000"))
        self.tips = TipService(
            world.unit, rails, LINKS, limits=limits, presets=(), language="en", guard=self.guard, now=now
        )
        self.refunds = RefundService(world.unit, rails, self.tips, alerts=alerts, payments=self.payments, now=now)
        self.outbox = OutboxService(
            world.unit, self.tips, wakes=world.wakes, quiet=None, language="en", currency="CNY", now=now
        )
        world.tips = self.tips

    async def asked(self, key: str = "q1") -> tuple[Tip, Payment]:
        """Alice taps ¥5, and is shown where to pay."""
        tip = await self.world.tip(self.world.alice, "5", key=key)
        await self.tips.payment_link(tip.id, self.world.alice)
        return tip, await self.payment_of(tip)

    async def payment_of(self, tip: Tip) -> Payment:
        fresh = await self.world.fresh(tip)
        async with self.world.unit.read() as work:
            payment = await work.payments.by_id(fresh.payment) if fresh.payment else None
        assert payment is not None
        return payment

    async def hears(self, told: list[Told], status: int = 200) -> None:
        """What they tell is posted to our door, twice, and what is to be looked up is."""
        for body, headers in [*told, *told]:
            async with self.session.post(f"{self.hook}/hooks/{self.rail.name}", data=body, headers=headers) as answer:
                assert answer.status == status, await answer.text()
        await self.settles()

    async def settles(self) -> None:
        await self.payments.settle_pending()
        await self.sweep.sweep()
        await self.payments.settle_pending()

    async def words(self) -> list[tuple[int, NoticeKind, str]]:
        """Every message since last time, but for the cards that turn: to whom, what about, in which words."""
        claimed, said = await self.outbox.claim(), []
        for several in together(claimed):
            shown = await render(several, self.outbox, TEXTS, LINKS)
            assert shown is not None
            await self.outbox.sent(several, 7)
            said.append((several[0].recipient, several[0].kind, shown.text))
        return [one for one in said if one[1] is not NoticeKind.CARD]

    async def credited(self) -> Money:
        return -(await self.world.balance(f"project:{self.world.library.id}:credited"))

    async def booked(self, like: str = "%") -> int:
        """How many entries there are."""
        async with self.world.unit.read() as work:
            count = select(func.count()).select_from(entries).where(entries.c.key.like(like))
            return int(await work.connection.scalar(count) or 0)

    async def nothing_happened(self, tip: Tip | None = None) -> None:
        """Neither in the books nor to the tip."""
        assert (await self.booked(), await self.credited()) == (0, cny("0"))
        if tip is not None:
            assert (await self.world.fresh(tip)).state is TipState.OFFERED


@pytest.fixture(params=["wechat", "alipay", "stripe"])
async def shop(request: pytest.FixtureRequest, world: World) -> AsyncIterator[Shop]:
    """By each rail."""
    async with open_shop(request.param, world) as made:
        yield made


@asynccontextmanager
async def open_shop(rail: str, world: World) -> AsyncIterator[Shop]:
    """Until the end; the creator looks after the money."""
    async with world.unit() as work:
        await work.people.grant(world.creator.id, Role.FINANCE, by=None, now=world.time())
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        if rail == "stripe":
            made = await at_stripe(world, session, stack)
        else:
            clock = Clock()
            gateway, make = (of_wechat if rail == "wechat" else of_alipay)(clock)
            gateway.base = await stack.enter_async_context(served(gateway.app()))
            donor = AtWeChat(gateway) if rail == "wechat" else AtAlipay(gateway)
            made = Shop(world, make(), donor, clock, clock.move, session)
        stack.push_async_callback(made.rail.close)
        stack.push_async_callback(made.guard.idle)
        door = web.Application()
        door.add_routes(PaymentHooks(made.payments).routes())
        made.hook = await stack.enter_async_context(served(door))
        yield made


async def at_stripe(world: World, session: aiohttp.ClientSession, stack: AsyncExitStack) -> Shop:
    """On our Stripe, at its time, for an organisation that is connected."""
    our = OurStripe()
    await our.start()
    stack.push_async_callback(our.close)
    async with world.unit() as work:
        account = RailAccount(world.library.organisation.id, "stripe", ANNA, ready=True)
        await work.accounts.keep(account, now=world.time())

    def later(by: timedelta) -> None:
        our.books.clock += int(by.total_seconds())

    def now() -> datetime:
        return datetime.fromtimestamp(our.books.clock, UTC)

    rail: StripeRail = rail_on(our)
    return Shop(world, rail, AtStripe(our), now, later, session)


async def test_another_sum_than_was_asked_for_is_not_booked_and_finance_is_told(shop: Shop):
    tip, payment = await shop.asked()
    await shop.hears(shop.donor.pays(payment, minor=499))
    await shop.nothing_happened(tip)
    said = await shop.words()
    assert {(to, kind) for to, kind, _ in said} == {(FINANCE, NoticeKind.ALERT)}, "the donor is told nothing untrue"
    assert all("¥4.99" in words for _, _, words in said)


async def test_another_currency_is_not_booked(shop: Shop):
    """Two of them can't pay in another one, and are refused at the door; Stripe can."""
    tip, payment = await shop.asked()
    stripe = shop.rail.name == "stripe"
    told = shop.donor.pays(payment, currency="usd" if stripe else "HKD")
    await shop.hears(told, 200 if stripe else 400)
    await shop.nothing_happened(tip)
    said = await shop.words()
    assert {(to, kind) for to, kind, _ in said} == ({(FINANCE, NoticeKind.ALERT)} if stripe else set())
    assert all("US$5" in words for _, _, words in said)


async def test_what_is_about_nothing_we_know_is_kept_and_said_to_nobody(shop: Shop):
    foreign = await not_committed(shop, new_id())
    await shop.hears(shop.donor.pays(foreign))
    await shop.nothing_happened()
    assert await shop.words() == []


async def not_committed(shop: Shop, reference: UUID) -> Payment:
    """A payment that the rail was asked for, and our database has no row of."""
    account = ANNA if shop.rail.name == "stripe" else None
    intent = PaymentIntent(reference, cny("5"), "图书馆", "https://t.me/yizan_bot", "zh-CN", account=account)
    link = await shop.rail.create_payment(intent, key=f"payment:{reference}")
    payment = Payment(
        reference, shop.world.alice.id, shop.rail.name, cny("5"), PaymentState.CREATED, shop.now(), account=account
    )
    return replace(payment, their_id=link.their_id, url=link.url)


async def test_an_event_that_is_faster_than_our_commit_waits_and_is_settled_after_it(shop: Shop):
    world, tip = shop.world, await shop.world.tip(shop.world.alice, "5")
    payment = await not_committed(shop, new_id())
    await shop.hears(shop.donor.pays(payment))
    await shop.nothing_happened(tip)
    assert await shop.words() == []
    async with world.unit() as work:  # the commit that was slower
        await work.payments.add_many([replace(payment, their_id=None, url=None)])
        await work.tabs.move_tips(payment.id, [tip])
        await work.payments.link_many([payment])
    for _ in range(2):
        await shop.settles()
    assert ((await world.fresh(tip)).state, await shop.credited()) == (TipState.PAID, cny("5"))
    assert await shop.booked("payment:%") == 1
    assert [(to, kind) for to, kind, _ in await shop.words()] == [(ALICE, NoticeKind.RECEIPT)]


async def test_paid_after_it_was_cancelled_it_is_given_and_told_and_can_be_undone(shop: Shop):
    world = shop.world
    tip, payment = await shop.asked()
    await shop.tips.cancel(tip.id, world.alice)
    await shop.hears(shop.donor.pays(payment))
    assert ((await world.fresh(tip)).state, await shop.credited()) == (TipState.PAID, cny("5"))
    ((to, kind, words),) = await shop.words()
    assert (to, kind) == (ALICE, NoticeKind.RECEIPT)
    assert "You had cancelled, but the payment went through" in words

    shop.later(timedelta(hours=5))  # what was cancelled may be undone at any time
    await shop.refunds.take_back(tip.id, world.alice)
    await shop.hears(shop.donor.refunds_arrive())
    assert ((await world.fresh(tip)).state, await shop.credited()) == (TipState.REFUNDED, cny("0"))
    said = await shop.words()
    assert [(to, kind) for to, kind, _ in said] == [(ALICE, NoticeKind.REFUNDED)], said


async def test_paid_twice_the_second_goes_back_by_itself_and_that_is_said(shop: Shop):
    world = shop.world
    tip, first = await shop.asked()
    await paid_by_two_pages(shop, tip, first)
    assert (await shop.credited(), await shop.booked("payment:%")) == (cny("10"), 2)
    said = await shop.words()
    assert [(to, kind) for to, kind, _ in said] == [(ALICE, NoticeKind.RECEIPT), (ALICE, NoticeKind.EXTRA)]
    assert "is being returned automatically" in said[1][2]

    shop.later(timedelta(minutes=3))
    await shop.refunds.sweep()
    await shop.hears(shop.donor.refunds_arrive())
    for _ in range(3):
        shop.later(timedelta(minutes=5))
        await shop.refunds.sweep()
    assert (await shop.credited(), await shop.booked("refund:%")) == (cny("5"), 1)
    assert (await world.fresh(tip)).state is TipState.PAID
    said = await shop.words()
    assert [(to, kind) for to, kind, _ in said] == [(ALICE, NoticeKind.REFUNDED)], said


async def paid_by_two_pages(shop: Shop, tip: Tip, first: Payment) -> None:
    """A page is over, another is made; the donor pays the new one, and the old one had been paid all the same."""
    if isinstance(shop.donor, AtStripe):
        assert first.their_id is not None
        shop.donor.our.books.expire(first.their_id)
        await shop.hears(shop.donor.told())
    else:
        shop.later(timedelta(hours=3))
    await shop.tips.payment_link(tip.id, shop.world.alice)
    second = await shop.payment_of(tip)
    assert second.id != first.id
    for payment in (second, first):
        await shop.hears(shop.donor.pays(payment))


async def test_a_notification_for_another_merchant_with_a_valid_signature_changes_nothing(shop: Shop):
    tip, payment = await shop.asked()
    stripe = shop.rail.name == "stripe"
    await shop.hears(shop.donor.pays_another(payment), 200 if stripe else 400)
    await shop.nothing_happened(tip)
    assert await shop.words() == []


async def test_a_code_scanned_after_it_was_over_is_given_and_told_like_any_other(shop: Shop):
    world = shop.world
    tip, payment = await shop.asked()
    if isinstance(shop.donor, AtAlipay):
        shop.donor.gateway.scan(payment.url or "")
    await shop.sweep.sweep()
    if isinstance(shop.donor, AtStripe):
        assert payment.their_id is not None
        shop.donor.our.books.expire(payment.their_id)
        await shop.hears(shop.donor.told())
    shop.later(timedelta(hours=3))
    await shop.settles()
    await shop.hears(shop.donor.pays(payment))
    assert ((await world.fresh(tip)).state, await shop.credited()) == (TipState.PAID, cny("5"))
    ((to, kind, words),) = await shop.words()
    assert (to, kind) == (ALICE, NoticeKind.RECEIPT)
    assert "cancelled" not in words


@pytest.mark.parametrize("shop", ["stripe"], indirect=True)
async def test_forty_declines_in_a_row_close_the_door_to_one_person_and_to_nobody_else(shop: Shop):
    """The two with codes decline inside their own app, and never tell."""
    assert isinstance(shop.donor, AtStripe)
    books, refused = shop.donor.our.books, list[GivingError]()
    for number in range(40):
        tip = await shop.world.tip(shop.world.alice, "5", key=f"d{number}")
        try:
            await shop.tips.payment_link(tip.id, shop.world.alice)
        except GivingError as error:
            refused.append(error)
            continue
        payment = await shop.payment_of(tip)
        if books.things[payment.their_id or ""]["status"] == "open":
            books.decline(payment.their_id or "")
        await shop.hears(shop.donor.told())
        await shop.guard.idle()
    asked = [one for one in shop.donor.our.asked if one[:2] == ("POST", "/v1/checkout/sessions")]
    assert len(asked) <= 20
    assert len(refused) >= 20
    assert {type(error) for error in refused} <= {PayingTooOften, TooFast}
    said = words_of(TEXTS, "en", refused[-1])
    assert "minutes" in said or "seconds" in said, said
    assert (await shop.booked(), await shop.credited()) == (0, cny("0"))
    assert await shop.words() == [], "declined cards are told on the page, not by us"
    async with shop.world.unit.read() as work:
        guards = await work.budgets.guards()
    assert all(guard.stage(shop.now()) is Stage.CALM for guard in guards.values()), "one person closes it to themselves"
    other = await shop.world.tip(shop.world.bob, "5", key="b")
    assert await shop.tips.payment_link(other.id, shop.world.bob)
