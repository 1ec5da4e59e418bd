"""SIGKILL on the way of what is passed on: planned, asked, answered, booked; each is moved by Stripe once.

Stripe (ours, over HTTP) outlives the service. A charge over two organisations is heard of, planned, asked of Stripe and
heard of again; then part of it is given back in the dashboard, and comes back from both. Besides every statement and
commit, the service dies while Stripe has its request: before it did anything, after it did, and with the request
still on its way when the next service asks again.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from aiohttp import web

from giving.payments import Payment
from giving.transfers import Transfer, TransferState
from payments.stripe_rail import Mode
from tests.faults.books import rows, verified
from tests.faults.nursery import Nursery, nursery
from tests.faults.outside import Outside
from tests.faults.results import FULL, note
from tests.faults.wire import Gone
from tests.payments.stripe.our_books import Thing
from tests.payments.stripe.our_stripe import API_KEY, CONNECT_SECRET, SECRET, OurStripe
from tests.payments.stripe.passing import Town
from tests.payments.stripe.stage import rail_on
from tests.world import World

STRIDE: Final = 1 if FULL else 43  # points between two kills
BEFORE, AFTER, UNDER_WAY = "before Stripe did it", "after Stripe did it", "request still on its way"
POINTS: Final = (
    "heard at Stripe, not planned",
    "planned, not asked",
    "words kept, Stripe has nothing",
    "made by Stripe, answer not kept",
    "answer kept, not booked",
    "booked",
)


class DeadlyStripe(OurStripe):
    """Kills who asks it to move money, once it is told when."""

    def __init__(self) -> None:
        super().__init__()
        self.strike, self.wait = "", 0
        self.kill: Callable[[], None] = lambda: None
        self.let_in = asyncio.Event()

    def forget_keys(self) -> None:
        """As Stripe does after a day: the same words again are another transfer."""
        self._answers.clear()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        moves = request.method == "POST" and request.path.startswith("/v1/transfers")
        self.wait -= moves
        if not moves or not self.strike or self.wait:
            return await super()._answer(request)
        await request.read()
        strike, self.strike = self.strike, ""
        if strike == AFTER:
            answer = await super()._answer(request)
            self.kill()
            return answer
        self.kill()
        if strike == BEFORE:
            return web.Response(status=500)
        await self.let_in.wait()
        return await super()._answer(request)


@dataclass
class Stage:
    """A service that dies, and what it is told. `unheard`: what Stripe tells until it is answered."""

    outside: Outside
    town: Town
    our: DeadlyStripe
    unheard: list[Thing] = field(default_factory=list)
    hit: Counter[str] = field(default_factory=Counter)

    async def ask(self, what: str, **arguments: Any) -> Any:
        return await self.outside.ask(what, **arguments)

    async def begin(self) -> None:
        await self.outside.start()
        await self.clock()

    async def clock(self) -> None:
        await self.ask("clock", ours=self.town.now().timestamp(), theirs=self.our.books.clock)

    async def hear(self) -> None:
        """What Stripe has to tell, and what it leaves out; what was not answered comes again."""
        self.unheard += self.our.take_told()
        await self.clock()
        while self.unheard:
            body, headers = self.our.delivered(self.unheard[0], self.our.books.clock)
            await self.ask("event", body=body.decode(), headers=headers)
            self.unheard.pop(0)
        await self.ask("looks")

    async def passes_on(self) -> None:
        """Heard, planned, asked, answered, heard, booked; may be broken off anywhere and gone again."""
        self.town.passes(minutes=3)  # what a killed one had claimed is due again
        await self.hear()
        await self.ask("transfers")
        await self.hear()

    def kill(self) -> None:
        """In the middle of its request."""
        assert self.outside.child is not None
        self.outside.child.kill()

    def asked(self, transfer: Transfer) -> list[tuple[str | None, str, Thing]]:
        """How Stripe was asked for it: key, path, parameters."""
        return [
            (key, path, tree)
            for method, path, tree, _, key in self.our.asked
            if method == "POST" and tree.get("metadata", {}).get("yizan_transfer") == str(transfer.id)
        ]

    def made(self, transfer: Transfer) -> list[Thing]:
        """What Stripe moved for it."""
        books = self.our.books
        moved = [*books.all_of("transfer", None), *books.all_of("transfer_reversal", None)]
        return [one for one in moved if one["metadata"].get("yizan_transfer") == str(transfer.id)]

    def point(self, one: Transfer) -> str:
        """How far it had come when the service died."""
        match one.state:
            case TransferState.DUE:
                return POINTS[1]
            case TransferState.ASKING:
                return POINTS[3 if self.made(one) else 2]
            case TransferState.ASKED:
                return POINTS[4]
        return POINTS[5]


@pytest.fixture(scope="module")
def passing_cradle() -> Iterator[Nursery]:
    """One process that forks, with Stripe's library loaded."""
    with nursery(house="tests.faults.passing_house") as opened:
        yield opened


@pytest.fixture
async def stage(passing_cradle: Nursery, database_url: str, world: World) -> AsyncIterator[Stage]:
    our = DeadlyStripe()
    await our.start()
    rail = rail_on(our, Mode.TRANSFERS)
    town = Town(world, our, rail)
    await town.settle_in()
    settings = {"stripe": our.url, "api_key": API_KEY, "secrets": [SECRET, CONNECT_SECRET]}
    made = Stage(Outside(passing_cradle, database_url, settings), town, our)
    our.kill = made.kill
    yield made
    our.let_in.set()
    await made.outside.kill()
    await rail.close()
    await our.close()
    assert our.wrong == []


@dataclass(frozen=True, slots=True)
class Course:
    """`prepare` is done at Stripe before the service hears of it; `ends`: what it has moved in the end, in cents."""

    name: str
    prepare: Callable[[Stage], Awaitable[Payment]]
    ends: tuple[int, ...]


async def paid(stage: Stage) -> Payment:
    """36 yuan over both organisations, of which the service has heard nothing: $5.00."""
    town = stage.town
    payment = await town.ask((town.world.library, 1000), (town.well, 2500), (town.world.library, 100))
    town.pay(payment)
    return payment


async def given_back(stage: Stage) -> Payment:
    """Passed on; then 31 of the 36 yuan are given back in the dashboard."""
    town = stage.town
    payment = await town.ask((town.world.library, 1000), (town.well, 2600))
    town.pay(payment)
    await stage.passes_on()
    assert [state for _, state in await town.states(payment)] == [TransferState.DONE] * 2
    town.our.books.refund(town.intents[payment.id], 3100)
    return payment


COURSES: Final = (
    Course("passed on", paid, (153, 347)),
    Course("taken back", given_back, (-361, -70, 139, 361)),
)


@pytest.mark.parametrize("course", COURSES, ids=lambda course: course.name)
async def test_killed_anywhere_each_transfer_is_made_once(course: Course, stage: Stage, dialect: str):
    kills, points = 0, 0
    await stage.begin()
    for at in itertools.count(1 if FULL else 5, STRIDE):
        payment = await course.prepare(stage)
        await stage.ask("arm", at=at)
        if not await killed(stage):
            points = await stage.ask("counted")
            await stage.ask("arm", at=0)
            break
        await goes_on(stage, course, payment)
        kills += 1
    await ended(stage, course, payment)
    for strike, which in itertools.product((BEFORE, AFTER, UNDER_WAY), (1, 2)):
        await struck(stage, course, strike, which)
        kills += 1
    hit = {point: stage.hit[point] for point in POINTS}
    note(f"SIGKILL while a charge is {course.name}", engine=dialect, points=points, kills=kills, hit=hit)
    assert kills > 8
    assert min(hit[POINTS[2]], hit[POINTS[3]]) > 0, "by who was killed at Stripe"
    assert not FULL or min(hit.values()) > 0, hit


async def struck(stage: Stage, course: Course, strike: str, which: int) -> None:
    """Dies at Stripe, at the first or at the second of its transfers."""
    payment = await course.prepare(stage)
    stage.our.let_in.clear()
    stage.our.strike, stage.our.wait = strike, which
    assert await killed(stage)
    assert not stage.our.strike
    if strike == AFTER:  # nor does any webhook come: it has to be looked up
        stage.our.forget_keys()
        stage.our.take_told()
    await goes_on(stage, course, payment)
    stage.our.let_in.set()  # the first request arrives only now
    await asyncio.sleep(0.05)
    await stage.hear()
    await ended(stage, course, payment)


async def killed(stage: Stage) -> bool:
    """Whether the service died on the way."""
    try:
        await stage.passes_on()
    except Gone:
        assert await stage.outside.gone() == -9
        return True
    return False


async def goes_on(stage: Stage, course: Course, payment: Payment) -> None:
    """The next one finds what is committed and what Stripe has, and ends what the one before began."""
    town = stage.town
    planned = await town.planned(payment)
    stage.hit.update(map(stage.point, planned) if len(planned) == len(course.ends) else [POINTS[0]])
    await verified(town.world.unit)
    await stage.begin()
    await stage.passes_on()
    await ended(stage, course, payment)


async def ended(stage: Stage, course: Course, payment: Payment) -> None:
    """Each was asked in the same words under one key, made once, and booked once: nothing lost, nothing doubled."""
    town = stage.town
    planned = await town.planned(payment)
    assert sorted((one.amount.minor, one.state) for one in planned) == [(n, TransferState.DONE) for n in course.ends]
    for one in planned:
        asked, made = stage.asked(one), stage.made(one)
        assert asked
        assert all(each == asked[0] for each in asked), "one key, the same words"
        assert asked[0][0] == one.key
        assert [(each["id"], each["amount"]) for each in made] == [(one.their_id, abs(one.amount.minor))]
        booked = "SELECT count(*) FROM entries WHERE key LIKE :key"
        assert await rows(town.world.unit, booked, key=f"%{one.their_id}%") == [(1,)]
    for project in (town.world.library, town.well):
        account = town.accounts[project.organisation.id]
        assert await town.with_them(project) == sum(cents for whose, cents in town.made() if whose == account)
    await verified(town.world.unit)
