"""A world whose people give every month in Stars: the real rail, by a Telegram on paper that takes what is due."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from giving.money import Money
from giving.people import Person
from giving.pledges import Instalment, InstalmentState, Pledge, Subscription
from giving.projects import Project, ProjectState
from giving.stars import STARS, StarRate
from giving.tabs import Terms
from giving.tips import Tip, TipState
from payments.provider import PaymentIntent, RailDown, RailRefused
from payments.stars_rail import StarsRail, Transaction, paid_body
from services.certificates import proving
from services.links import Links
from services.outbox import NoticeKind, OutboxService
from services.payments import PaymentService
from services.pledges import Means, PledgeAsk, PledgeCard, PledgeChanges, PledgeService, PledgeSteps, Renewed
from services.rails import Rails
from services.rails.checkouts import Checkout, CheckoutService
from services.refunds import RefundService
from services.settlement import Settler
from services.tabs import TabService
from services.tips import TipService
from tests.world import SHANGHAI, World, cny

RATE = StarRate(8, Money(100, "CNY"))
PERIOD = timedelta(days=30)


def xtr(stars: int) -> Money:
    return Money(stars, STARS)


@dataclass
class Subscribed:
    """What Telegram keeps of a subscription."""

    first: str
    payer: int
    payload: str
    stars: int
    ended: bool = False


@dataclass
class PaperTelegram:
    """Telegram's own payments on paper: invoices, its list, subscriptions by their first charge."""

    world: World
    invoices: dict[str, tuple[str, int, timedelta | None]] = field(default_factory=dict)
    lines: list[Transaction] = field(default_factory=list)
    kept: list[Subscribed] = field(default_factory=list)
    away: bool = False

    def _asked(self) -> None:
        if self.away:
            raise RailDown

    async def invoice_link(
        self, intent: PaymentIntent, *, payload: str, provider_token: str, period: timedelta | None = None
    ) -> str:
        self._asked()
        url = f"https://t.me/${secrets.token_urlsafe(8)}"
        self.invoices[url] = payload, intent.amount.minor, period
        return url

    async def end_subscription(self, payer: int, charge: str) -> None:
        self._asked()
        found = next((one for one in self.kept if (one.first, one.payer) == (charge, payer)), None)
        if found is None:
            raise RailRefused("CHARGE_ID_INVALID")
        found.ended = True

    async def refund(self, payer: int, charge: str) -> None:
        self._asked()
        paid = next(one for one in self.lines if one.id == charge and one.payer == payer)
        if any(one.id == charge and not one.incoming for one in self.lines):
            raise RailRefused("CHARGE_ALREADY_REFUNDED")
        self.lines.append(replace(paid, incoming=False, at=self.world.time()))

    async def transactions(self, *, offset: int, limit: int) -> Sequence[Transaction]:
        self._asked()
        return self.lines[offset : offset + limit]

    def takes(self, payload: str, stars: int, payer: int) -> Transaction:
        charge = "stx" + secrets.token_urlsafe(105)
        line = Transaction(charge, stars, self.world.time(), incoming=True, invoice=True, payload=payload, payer=payer)
        self.lines.append(line)
        return line


@dataclass
class StarMonths:
    """Who gives every month in Stars, and what takes it on."""

    world: World
    telegram: PaperTelegram
    rail: StarsRail
    rails: Rails
    means: Means
    renewed: Renewed
    pledges: PledgeService
    changes: PledgeChanges
    steps: PledgeSteps
    payments: PaymentService
    checkouts: CheckoutService
    refunds: RefundService
    outbox: OutboxService
    serial: int = 0

    async def promises(self, donor: Person | None = None, amount: str = "10", **ask: object) -> Pledge:
        self.serial += 1
        wish = replace(PledgeAsk(self.world.library.id, cny(amount), by="stars"), **ask)  # type: ignore[arg-type]
        card = await self.pledges.make(wish, donor or self.world.alice, f"tap:{self.serial}")
        return card.pledge

    async def invoice(self, pledge: Pledge, donor: Person | None = None) -> str:
        found = await self.steps.pages.invoice(pledge.id, donor or self.world.alice)
        assert found is not None
        return found.url

    async def may_pay(self, url: str, payer: int | None = None, stars: int | None = None) -> type[Exception] | None:
        """What Telegram hears when it asks."""
        payload, price, _ = self.telegram.invoices[url]
        asked = Checkout(payer or self.world.alice.telegram_id, stars or price, STARS, payload)
        refusal = (await self.checkouts.check(asked)).refusal
        return None if refusal is None else type(refusal)

    async def pays(self, url: str, payer: int | None = None) -> Subscribed:
        """The first time; Telegram tells of it."""
        payload, stars, period = self.telegram.invoices[url]
        assert period == PERIOD
        who = payer or self.world.alice.telegram_id
        line = self.telegram.takes(payload, stars, who)
        begun = Subscribed(line.id, who, payload, stars)
        self.telegram.kept.append(begun)
        await self.tells(line)
        return begun

    async def renews(self, its: Subscribed, *, told: bool = True) -> Transaction:
        """Telegram takes the next, unless it was ended."""
        assert not its.ended
        line = self.telegram.takes(its.payload, its.stars, its.payer)
        if told:
            await self.tells(line)
        return line

    async def tells(self, line: Transaction) -> None:
        """A successful_payment, as the bot takes it."""
        until = int((line.at + PERIOD).timestamp())
        body = paid_body(
            charge=line.id, payload=line.payload or "", currency=STARS, amount=line.stars, at=line.at, until=until
        )  # fmt: skip
        await self.payments.found("stars", body)

    async def begun(self, donor: Person | None = None) -> tuple[Pledge, Subscribed]:
        """Promised and paid, now; noted as paid."""
        pledge = await self.promises(donor)
        who = donor or self.world.alice
        its = await self.pays(await self.invoice(pledge, who), who.telegram_id)
        await self.turn()
        return await self.now(pledge), its

    async def turn(self) -> list[NoticeKind]:
        """The sweep; and a little later Telegram brings all that is due: what that was."""
        await self.steps.sweep()
        self.world.time.passes(minutes=5)
        notices = await self.outbox.claim()
        for notice in notices:
            await self.outbox.sent([notice], 1)
        return [notice.kind for notice in notices]

    async def until(self, days: float = 0, **delta: float) -> None:
        self.world.time.passes(days=days, **delta)

    async def of(self, pledge: Pledge) -> list[Instalment]:
        async with self.world.unit.read() as work:
            return (await work.instalments.of_pledges([pledge.id], 100)).get(pledge.id, [])

    async def months(self, pledge: Pledge) -> list[tuple[str, InstalmentState]]:
        return [(str(one.month), one.state) for one in await self.of(pledge)]

    async def now(self, pledge: Pledge) -> Pledge:
        async with self.world.unit.read() as work:
            return (await work.pledges.by_ids([pledge.id]))[pledge.id]

    async def open(self, pledge: Pledge) -> Subscription | None:
        async with self.world.unit.read() as work:
            return (await work.star_subscriptions.open_of([pledge.id])).get(pledge.id)

    async def card(self, pledge: Pledge, donor: Person | None = None) -> PledgeCard:
        return await self.pledges.card(pledge.id, donor or self.world.alice)

    async def given(self) -> list[Tip]:
        """Paid gifts in Stars, the oldest first."""
        async with self.world.unit.read() as work:
            rows = await work.connection.exec_driver_sql("SELECT id FROM tips ORDER BY id")
            ids = [row[0] if isinstance(row[0], UUID) else UUID(str(row[0])) for row in rows]
            tips = await work.tips.by_ids(ids)
        return [tips[one] for one in ids if tips[one].state is TipState.PAID]

    async def credited(self, project: Project | None = None) -> Money:
        which = project or self.world.library
        async with self.world.unit.read() as work:
            return -(await work.ledger.balance(f"project:{which.id}:credited", STARS))

    async def close_project(self, project: Project | None = None) -> None:
        closed = replace(project or self.world.library, state=ProjectState.CLOSED)
        async with self.world.unit() as work:
            await work.projects.put(closed, self.world.time())


def star_months(world: World) -> StarMonths:
    """The world's people, with Stars switched on beside the paper rail."""
    telegram, rail = PaperTelegram(world), StarsRail(RATE)
    rails, wakes, now, unit = Rails([world.rail, rail]), world.wakes, world.time, world.unit
    links = Links("http://127.0.0.1:8081", "yizan_bot")
    means = Means(unit, unit, rails, links, wakes, SHANGHAI, None, "zh-CN", now)
    renewed = Renewed(means)
    tabs = TabService(unit, rails, wakes=wakes, zone=SHANGHAI, terms=Terms(cny("30"), cny("100")), now=now)
    limits = world.pledges.limits
    tips = TipService(unit, rails, links, limits=limits, presets=(), language="zh-CN", tabs=tabs, now=now)
    settler = Settler(unit, rails, wakes=wakes, digest_every=timedelta(minutes=10), now=now)
    payments = PaymentService(unit, rails.values(), settler, renewed.write_down)
    rail.connect(telegram, payments.found)
    pledges = PledgeService(unit, rails, limits=limits, presets=(cny("10"),), zone=SHANGHAI, wakes=wakes, now=now)
    steps = PledgeSteps(means, tips.pay, tabs, after_paid=proving(now), found=payments.found)
    return StarMonths(
        world, telegram, rail, rails, means, renewed, pledges,
        PledgeChanges(unit, rails, pledges.views, tabs, limits=limits, wakes=wakes, now=now), steps, payments,
        CheckoutService(unit, rails, now=now), RefundService(unit, rails, tips, payments=payments, now=now),
        OutboxService(unit, tips, wakes=wakes, quiet=None, language="zh-CN", currency="CNY", now=now),
    )  # fmt: skip
