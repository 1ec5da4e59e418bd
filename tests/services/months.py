"""A world whose people give every month, by a card that says what it is told to, or by a link."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from giving.errors import RailUnavailable
from giving.payments import EventKind, PaymentState, SavedMethod
from giving.people import Person, Visibility
from giving.pledges import Instalment, InstalmentState, Month, Pledge, PledgeState, Way, look_at
from giving.projects import Project, ProjectState
from giving.quiet import QuietHours
from giving.tips import Limits
from payments.provider import Declined, Found, PaymentIntent, PaymentLink, PaymentRef, RailRefused
from services.alerts import AlertService
from services.clock import Clock
from services.links import Links
from services.outbox import Notice, NoticeKind
from services.pledges import Means, PledgeCard, PledgeChanges, PledgeSteps, PledgeViews
from storage.ids import new_id
from storage.work import UnitOfWork
from tests.rails import event as body
from tests.services.test_tabs import CardRail, Tabs, house_of
from tests.world import SHANGHAI, World, cny


class MonthCard(CardRail):
    """Keeps books of its own: a key makes one charge, for ever. It declines or refuses by a code, or is not heard."""

    def __init__(self) -> None:
        super().__init__()
        self.books: dict[str, tuple[UUID, int]] = {}  # by key
        self.words: dict[str, tuple[object, ...]] = {}  # in which each key was asked for first
        self.code: str | None = None
        self.refuses: str | None = None
        self.silent = False  # it charges, and its answer is lost

    async def charge_saved(self, intent: PaymentIntent, method: SavedMethod, *, key: str) -> PaymentLink:
        if self.down:
            raise RailUnavailable
        self.charged.append((key, intent, method))
        words = intent.amount, intent.description, method.customer, method.method
        if self.words.setdefault(key, words) != words:
            raise RailRefused("idempotency_error")
        if self.refuses is not None:
            raise RailRefused(self.refuses)
        if self.code is not None:
            raise Declined(self.code)
        self.books.setdefault(key, (intent.reference, intent.amount.minor))
        if self.silent:
            raise RailUnavailable
        return PaymentLink(f"pi_{intent.reference.hex}", "")

    async def fetch(self, payment: PaymentRef) -> Found:
        if self.down:
            raise RailUnavailable
        self.fetched.append(payment)
        if payment.reference in self.found:
            return self.found[payment.reference]
        if any(reference == payment.reference for reference, _ in self.books.values()):
            return Found(PaymentState.PENDING, f"pi_{payment.reference.hex}")
        return Found(PaymentState.CREATED)


@dataclass
class Monthly:
    """Pledges by card and by link, and the steps that take them on."""

    world: World
    card: MonthCard
    house: Tabs
    steps: PledgeSteps
    means: Means
    serial: int = 0
    heard: list[tuple[NoticeKind, UUID]] = field(default_factory=list)

    async def pledge(
        self, donor: Person, *, day: int = 30, way: Way = Way.SAVED, amount: str = "20", saved: bool = True,
        **values: Any,
    ) -> Pledge:  # fmt: skip
        """Promised today, for the library unless it is said otherwise."""
        if saved and way is Way.SAVED:
            await self.house.save(donor)
        self.serial += 1
        what: dict[str, Any] = {"project": self.world.library.id, "rail": "card", "first": Month(2026, 11)} | values
        pledge = Pledge(
            id=new_id(), donor=donor.id, amount=cny(amount), day=day, way=way, visibility=Visibility.ANONYMOUS,
            began_at=self.world.time(), **what,
        )  # fmt: skip
        async with self.world.unit() as work:
            made = await work.pledges.add(pledge, f"key-{self.serial}", look_at(pledge, None, SHANGHAI))
        assert made == pledge
        return pledge

    async def until(self, month: int, day: int, hour: int = 10) -> None:
        """Then, by Shanghai's clock (this year, or the next where the month is past)."""
        at = datetime(2026 if month >= 11 else 2027, month, day, hour, tzinfo=SHANGHAI)
        assert at >= self.world.time()
        self.world.time.now = at.astimezone(self.world.time.now.tzinfo)

    async def turn(self) -> list[NoticeKind]:
        """The sweep, and a little later Telegram takes all that is due; what that was."""
        await self.steps.sweep()
        self.world.time.passes(minutes=5)
        return await self.told()

    async def told(self) -> list[NoticeKind]:
        notices = await self.house.outbox.claim()
        for notice in notices:
            await self.house.outbox.sent([notice], 1)
        self.heard += [(notice.kind, notice.subject) for notice in notices]
        return [notice.kind for notice in notices]

    async def claimed(self) -> list[Notice]:
        return await self.house.outbox.claim()

    async def of(self, pledge: Pledge) -> list[Instalment]:
        async with self.world.unit.read() as work:
            return (await work.instalments.of_pledges([pledge.id], 100)).get(pledge.id, [])

    async def last(self, pledge: Pledge) -> Instalment:
        return (await self.of(pledge))[-1]

    async def now(self, pledge: Pledge) -> Pledge:
        async with self.world.unit.read() as work:
            return (await work.pledges.by_ids([pledge.id]))[pledge.id]

    async def pays(self, pledge: Pledge, charge: str | None = None) -> None:
        """The rail's event of its newest debit or page."""
        one = await self.last(pledge)
        assert one.payment is not None
        await self.house.paid(one.payment, one.amount.minor, charge=charge or f"pi_{one.payment.hex}")

    async def change(self, pledge: Pledge, state: PledgeState, **values: Any) -> None:
        """As its donor's tap would: with what is open of it."""
        async with self.world.unit() as work:
            held = await work.pledges.lock(pledge.id)
            assert held is not None
            await work.pledges.save(replace(held, state=state, **values), due_at=None)
            await work.instalments.skip_open(pledge.id, self.world.time())

    @property
    def changes(self) -> PledgeChanges:
        """What donors do, with the rails of here."""
        world, house = self.world, self.house
        views, limits = PledgeViews(house.rails, SHANGHAI, world.time), Limits(cny("1"), cny("50000"))
        return PledgeChanges(
            world.unit, house.rails, views, house.tabs, limits=limits, wakes=world.wakes, now=world.time
        )  # fmt: skip

    async def card_of(self, pledge: Pledge, donor: Person) -> PledgeCard:
        """As its donor sees it."""
        async with self.world.unit.read() as work:
            views = PledgeViews(self.house.rails, SHANGHAI, self.world.time)
            return (await views.cards(work, donor, [await self.now(pledge)]))[0]

    async def announced(self, donor: Person, **values: Any) -> Pledge:
        """A pledge of the 30th, whose notice was sent on the 23rd; it is the 30th."""
        pledge = await self.pledge(donor, **values)
        await self.until(11, 23)
        assert await self.turn() == [NoticeKind.PLEDGE_ANNOUNCED]
        await self.until(11, 30)
        return pledge

    async def close_project(self, project: Project, state: ProjectState = ProjectState.CLOSED) -> None:
        async with self.world.unit() as work:
            await work.projects.put(replace(project, state=state), self.world.time())

    async def states(self, pledge: Pledge) -> list[InstalmentState]:
        return [one.state for one in await self.of(pledge)]

    def steps_of(self, unit: UnitOfWork | None = None, now: Clock | None = None) -> PledgeSteps:
        """Another scheduler."""
        return steps_of(self.house, unit or self.world.unit, now or self.world.time)[0]


def steps_of(
    house: Tabs, unit: UnitOfWork, now: Clock, *, quiet: QuietHours | None = None, alerts: AlertService | None = None,
    debits_per_s: float = 1_000,
) -> tuple[PledgeSteps, Means]:  # fmt: skip
    links = Links("http://127.0.0.1:8081", "yizan_bot")
    means = Means(unit, unit, house.rails, links, house.world.wakes, SHANGHAI, quiet, "zh-CN", now, alerts)
    return PledgeSteps(means, house.tips.pay, house.tabs, debits_per_s=debits_per_s), means


def monthly_of(world: World, card: MonthCard | None = None, **more: Any) -> Monthly:
    """The world's people, a card that is charged every month, and the paper rail beside it."""
    card = card or MonthCard()
    house = house_of(world, card)
    steps, means = steps_of(house, world.unit, world.time, **more)
    return Monthly(world, card, house, steps, means)


async def event(house: Monthly, kind: EventKind, payment: UUID, identity: str, **values: object) -> None:
    """Any event of the card's provider."""
    await house.house.payments.receive("card", body(kind, payment, identity, **values), {"Signature": "paper"})
    await house.house.payments.settle_pending()


def subjects(notices: Sequence[Notice]) -> set[UUID]:
    return {notice.subject for notice in notices}
