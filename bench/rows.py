"""The rows: whole tips, and their two halves alone. Each run is verified; a run that lost a cent is no measurement."""

import gc
import itertools
import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from bench.databases import Databases, prepared
from bench.floor import OFFERED, SETTLED, WHOLE, floor_rate, left_behind
from bench.load import WARM_UP_S, Measured, closed_loop, rss_mb
from bench.rail import HEADERS, PaperRail, paid_event
from bench.service import Service, service
from bench.world import PRESETS, REFUSALS, REPLAYS, World, fill, load
from giving.errors import GivingError
from giving.matching import Ratio, Window
from giving.money import Money
from giving.payments import Payment, PaymentState
from giving.people import Person, Visibility
from giving.receipts import receipt_code
from giving.tips import OfferRequest, Tip
from launch import collector
from services.ledger import LedgerService
from services.matching import NewPool, PoolService
from services.payments import Received
from storage.engines import open_engines
from storage.ids import new_id

RUNS: Final = 5
SETTLE_AT_MOST: Final = 8_000  # events a second that are prepared for the row `settle`


class Wrong(RuntimeError):
    """The services did something they must not; the measurement is worth nothing."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. Rates are whole tips (offers, settled events) per second."""

    name: str
    engine: str
    callers: int
    rate: float
    p50_ms: float
    p99_ms: float
    floor_rate: float
    ratio: float
    rss_mb: float


class Sample(Protocol):
    """One run: what was measured, the floor beside it, and the memory it took."""

    @property
    def measured(self) -> Measured: ...

    @property
    def floor(self) -> float: ...

    @property
    def rss_mb(self) -> float: ...


def line_of(name: str, engine: str, callers: int, done: Sequence[Sample]) -> Line:
    """Medians of some runs; the ratio is the median of the runs' own."""
    return Line(
        name=name, engine=engine, callers=callers,
        rate=round(statistics.median(run.measured.rate for run in done), 1),
        p50_ms=round(statistics.median(run.measured.p50_ms for run in done), 2),
        p99_ms=round(statistics.median(run.measured.p99_ms for run in done), 2),
        floor_rate=round(statistics.median(run.floor for run in done), 1),
        ratio=round(statistics.median(run.measured.rate / run.floor for run in done), 3),
        rss_mb=round(statistics.median(run.rss_mb for run in done), 1),
    )  # fmt: skip


class Load(Protocol):
    """What the callers of a row do."""

    async def prepare(self, service: Service, world: World, callers: int, seconds: float) -> None:
        """Fill in what is there before the first call."""
        ...

    async def one(self, caller: int) -> bool:
        """One call of one caller; whether it counts."""
        ...


class _Callers:
    """Every caller has dice and donors of its own, so that no two want the same tip by chance."""

    tables: Sequence[str]
    counted: str
    paid: bool

    async def prepare(self, service: Service, world: World, callers: int, seconds: float) -> None:
        self.service, self.world, self.callers = service, world, callers
        self.dice = [random.Random(f"caller {number}") for number in range(callers)]
        self.serial = itertools.count(1)

    def donor(self, caller: int) -> Person:
        donors = self.world.donors
        number = self.dice[caller].randrange(len(donors) // self.callers)
        return donors[number * self.callers + caller]

    async def pay(self, tip: UUID, event: bytes, *, again: bool) -> None:
        """The event arrives, perhaps twice; wait until the tip is booked."""
        booked = self.service.ear.paid(tip)
        await self.service.payments.receive("paper", event, HEADERS)
        if again and await self.service.payments.receive("paper", event, HEADERS) is not Received.REPEATED:
            raise Wrong("the same event was new twice")
        await booked


class WholeTips(_Callers):
    """Tap, event, booked (`offer`, `settle`); 5 % of taps and of events come twice, 3 % of the taps are refused."""

    tables, counted, paid = WHOLE, "tips_paid", True

    async def one(self, caller: int) -> bool:
        dice, donor = self.dice[caller], self.donor(caller)
        if dice.random() < REFUSALS:
            await self._refused(dice, donor)
            return False
        amount = dice.choice(PRESETS)
        request = OfferRequest(f"q{next(self.serial)}", donor.id, amount, post=self.world.some_post(dice))
        tip = await self.service.tips.offer(request)
        if dice.random() < REPLAYS and (await self.service.tips.offer(request)).id != tip.id:
            raise Wrong("the same tap gave two tips")
        event = paid_event(await self.reference(tip, donor), amount.minor)
        await self.pay(tip.id, event, again=dice.random() < REPLAYS)
        return True

    async def reference(self, tip: Tip, donor: Person) -> str:
        """What the provider will name the payment by; it is recorded with the tip."""
        if tip.payment is None:
            raise Wrong("a tip without its payment")
        return tip.payment.hex

    async def _refused(self, dice: random.Random, donor: Person) -> None:
        """In turn too small, to a closed project, under a post that is not there."""
        request = dice.choice(
            (
                OfferRequest(f"q{next(self.serial)}", donor.id, Money(1, "CNY"), post=self.world.posts[0]),
                OfferRequest(f"q{next(self.serial)}", donor.id, PRESETS[0], post=self.world.closed_post),
                OfferRequest(f"q{next(self.serial)}", donor.id, PRESETS[0], post=new_id()),
            )
        )
        try:
            await self.service.tips.offer(request)
        except GivingError:
            return
        raise Wrong(f"{request} was not refused")


class LinkedTips(WholeTips):
    """The same with the payment link between: its words are kept, the rail is asked, the link is kept."""

    async def reference(self, tip: Tip, donor: Person) -> str:
        """By the link, as a donor would."""
        return (await self.service.tips.payment_link(tip.id, donor)).rsplit("/", 1)[1]


class Offers(_Callers):
    """New tips, recorded and left unpaid."""

    tables, counted, paid = OFFERED, "tips_offered", False

    async def one(self, caller: int) -> bool:
        number, dice = next(self.serial), self.dice[caller]
        amount = Money(100 + number, "CNY")  # another each time: an unpaid twin would be the same tip
        post = self.world.some_post(dice)
        await self.service.tips.offer(OfferRequest(f"q{number}", self.donor(caller).id, amount, post=post))
        return True


class Settling(_Callers):
    """Events of payments that were recorded before: received and booked."""

    tables, counted, paid = SETTLED, "tips_paid", True

    async def prepare(self, service: Service, world: World, callers: int, seconds: float) -> None:
        await super().prepare(service, world, callers, seconds)
        now, most = datetime.now(UTC), int((seconds + WARM_UP_S) * SETTLE_AT_MOST)
        async with service.unit() as work:
            posts = await work.creators.posts_by_ids(world.posts)
            chats = await work.creators.chats_by_ids({post.chat for post in posts.values()})
            self.unpaid: list[Tip] = []
            for number in range(most):
                caller = number % callers
                donor, post = self.donor(caller), posts[world.some_post(self.dice[caller])]
                tip = Tip(
                    new_id(), donor.id, post.project, Money(100 + number, "CNY"), Visibility.ANONYMOUS,
                    receipt_code(number), now, post=post.id, chat=post.chat, creator=chats[post.chat].creator,
                    payment=new_id(),
                )  # fmt: skip
                self.unpaid.append(tip)
            await work.payments.add_many([_payment(tip) for tip in self.unpaid])
            await work.tips.add_many(self.unpaid)
        self.left = iter(self.unpaid)

    async def one(self, caller: int) -> bool:
        tip = next(self.left, None)
        if tip is None or tip.payment is None:
            raise Wrong(f"more than {SETTLE_AT_MOST} events a second: SETTLE_AT_MOST is too low")
        event = paid_event(tip.payment.hex, tip.amount.minor)
        await self.pay(tip.id, event, again=self.dice[caller].random() < REPLAYS)
        return True


class Matching(Settling):
    """The same with an open pool: each gift is matched in the commit that books it."""

    async def prepare(self, service: Service, world: World, callers: int, seconds: float) -> None:
        await super().prepare(service, world, callers, seconds)
        pools, whole = PoolService(service.unit), Money(10**12, "CNY")
        windows = (Window(1, datetime.now(UTC) - timedelta(days=1), None, whole.minor),)
        pool = await pools.create(NewPool("bench", True, {"en": "bench"}, whole, Ratio(1, 1), windows))
        await pools.sign(pool.id, signed_by="bench")


def _payment(tip: Tip) -> Payment:
    reference = tip.payment or new_id()
    their_id = f"pay_{reference.hex}"
    return Payment(reference, tip.donor, PaperRail.name, tip.amount, PaymentState.PENDING, tip.offered_at, their_id)


LOADS: Final[dict[str, type[WholeTips] | type[Offers] | type[Settling] | type[Matching]]] = {
    "tips": WholeTips,
    "linked": LinkedTips,
    "offer": Offers,
    "settle": Settling,
    "match": Matching,
}


@dataclass(frozen=True, slots=True)
class Run:
    """One run: what was measured, the floor beside it, and how it was served."""

    measured: Measured
    floor: float
    rss_mb: float
    batch: int
    commits_per_item: float


async def measure(
    name: str, engine: str, callers: int, seconds: float, *, server: str | None, runs: int = RUNS
) -> tuple[Line, list[Run]]:
    """Medians of some runs, each on a fresh database. Raises: Wrong, NotDurable, and whatever the services raised."""
    async with prepared(engine, server, fill) as databases:
        done = [await _run(name, databases, callers, seconds) for _ in range(runs)]
    return line_of(name, engine, callers, done), done


async def _run(name: str, databases: Databases, callers: int, seconds: float) -> Run:
    load_ = LOADS[name]()
    url = await databases.fresh()
    engines = open_engines(url)
    try:
        async with service(engines) as served:
            await load_.prepare(served, await load(served.unit), callers, seconds)
            prepared_commits = served.ear.commits
            collector.calm()  # as a service does once it is loaded
            measured = await closed_loop(callers, load_.one, seconds)
            memory, ear = rss_mb(), served.ear
        report = await LedgerService(served.unit).verify()
    finally:
        gc.unfreeze()
        await engines.close()
    if not report.clean:
        raise Wrong(f"the ledger is not clean: {report.findings[:3]}")
    left = await left_behind(url, paid=load_.paid)
    items = ear.items.get(load_.counted, 0)
    if len(left.per_tip) != items:
        raise Wrong(f"{items} were told, {len(left.per_tip)} are in the database")
    batch = ear.batch(load_.counted)
    floor = await floor_rate(await databases.fresh(), left, load_.tables, batch)
    return Run(measured, floor, memory, batch, (ear.commits - prepared_commits) / items)
