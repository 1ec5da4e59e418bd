"""SIGKILL at the statements of a tab's settlement by a saved card, and of refunds: one charge, one refund, no more.

The provider at the other end outlives the service. A tab is begun, announced, told, charged, heard of and booked; a
second payment goes back by itself; a gift is undone.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import pytest

from giving.payments import EventKind, SavedMethod
from giving.people import Visitor
from giving.tips import TipState
from services.refunds.service import ASK_AGAIN_AFTER
from tests.faults.books import rows, verified
from tests.faults.nursery import Nursery
from tests.faults.outside import Outside, Wish, payment_of, refunded_body
from tests.faults.results import FULL, note
from tests.faults.ways import unless_done
from tests.faults.wire import Gone
from tests.rails import event
from tests.world import World

STRIDE: Final = 1 if FULL else 17  # points between two kills
TELLINGS: Final = (1, 2)  # a message whose sender died may come again


@dataclass
class Stage:
    """A service that dies, and a clock that it goes on from when it is started again."""

    outside: Outside
    world: World
    now: float = field(default_factory=lambda: datetime.now(UTC).timestamp())
    tips: dict[int, str] = field(default_factory=dict)

    async def ask(self, what: str, **arguments: Any) -> Any:
        return await self.outside.ask(what, **arguments)

    async def begin(self) -> None:
        """A new service begins when no lease of the one before holds, and what that one asked is to be asked again."""
        await self.outside.start()
        self.now += ASK_AGAIN_AFTER.total_seconds() + 1
        await self.ask("wait_until", at=self.now)

    async def until(self, at: datetime) -> None:
        self.now = max(self.now, at.timestamp() + 1)
        await self.ask("wait_until", at=self.now)

    async def brings(self, kind: EventKind, payment: UUID, charge: str, minor: int) -> None:
        """The provider's event, as of the service's own time."""
        body = event(kind, payment, f"evt_{charge}", their_id=charge, charge=charge, minor=minor, at=int(self.now))
        await self.ask("event", body=body.decode())

    async def one(self, query: str, **values: Any) -> tuple[Any, ...]:
        [row] = await rows(self.world.unit, query, **values)
        return row

    async def payment(self, wish: Wish) -> UUID:
        return await payment_of(self.world.unit, self.tips[wish.number])

    async def state(self, wish: Wish) -> TipState:
        (state,) = await self.one(
            "SELECT state FROM tips WHERE amount_minor = :minor AND extra_of IS NULL", minor=wish.minor
        )
        return TipState(state)

    def told(self, kind: str) -> list[int]:
        """How often each message of a kind was sent."""
        return [times for (what, _), times in self.outside.sent.items() if what == kind]


@pytest.fixture
async def stage(cradle: Nursery, database_url: str, world: World) -> AsyncIterator[Stage]:
    outside = Outside(cradle, database_url, {"loops": False})
    yield Stage(outside, world)
    await outside.kill()


@dataclass(frozen=True, slots=True)
class Course:
    """`go` may be broken off anywhere and gone again; `check` holds whenever it was; `end` after it."""

    name: str
    prepare: Callable[[Stage, Wish], Awaitable[None]]
    go: Callable[[Stage, Wish], Awaitable[None]]
    end: Callable[[Stage, Wish], Awaitable[None]]


async def saved(stage: Stage, wish: Wish) -> None:
    """Somebody who has saved a card and promised nothing yet."""
    world = stage.world
    async with world.unit() as work:
        method = await work.methods.ask(wish.donor, world.library.organisation.id, "paper", now=world.time())
        assert await work.methods.saved(method, SavedMethod("cus_1", "pm_1", "Visa"), now=world.time())


async def tab(stage: Stage, wish: Wish) -> None:
    """Promised, begun, announced, told; three days later charged, heard of, booked, told."""
    stage.tips[wish.number] = tip = await stage.ask("offer", **wish.offer())
    with unless_done("TipNotOpen"):
        await stage.ask("promise", tip=tip, donor=wish.donor)
    await stage.ask("tabs")
    await stage.ask("tell")
    (charge_at,) = await stage.one(
        "SELECT max(charge_at) FROM tab_charges WHERE amount_minor = :minor", minor=wish.minor
    )
    at = charge_at if isinstance(charge_at, datetime) else datetime.fromisoformat(charge_at)
    await stage.until((at if at.tzinfo else at.replace(tzinfo=UTC)) + timedelta(minutes=10))  # it was sent by then
    await stage.ask("tabs")
    payment = await stage.payment(wish)
    (charge, minor) = stage.outside.charged[f"payment:{payment}"]
    await stage.brings(EventKind.PAID, payment, charge, minor)
    await stage.ask("tabs")
    await stage.ask("tell")


async def tab_ended(stage: Stage, wish: Wish) -> None:
    charges = [c for c in stage.outside.charged.values() if c[1] == wish.minor]
    assert len(charges) == 1, "one charge at the provider, however often it was asked"
    assert await rows(stage.world.unit, "SELECT state FROM tab_charges WHERE amount_minor = :m", m=wish.minor) == [
        ("paid",)
    ], "begun once"
    assert await stage.state(wish) is TipState.PAID
    assert await stage.one("SELECT count(*) FROM entries WHERE key = :k", k=f"payment:paper:{charges[0][0]}:paid") == (
        1,
    )
    assert len(stage.told("tab_announced")) == len(stage.told("receipt")) == wish.number
    assert set(stage.told("tab_announced")) | set(stage.told("receipt")) <= set(TELLINGS)


async def paid(stage: Stage, wish: Wish) -> None:
    """A gift that was paid and told."""
    stage.tips[wish.number] = tip = await stage.ask("offer", **wish.offer())
    await stage.ask("link", tip=tip, donor=wish.donor)
    await stage.brings(EventKind.PAID, await stage.payment(wish), f"ch_{wish.number}", wish.minor)
    await stage.ask("tell")


async def second_payment(stage: Stage, wish: Wish) -> None:
    """Paid again: booked, told, asked back of the rail, heard of, told."""
    payment, charge = await stage.payment(wish), f"ch_{wish.number}_b"
    await stage.brings(EventKind.PAID, payment, charge, wish.minor)
    await stage.ask("tell")
    await stage.ask("sweep")
    assert refunds_of(stage, charge) == [wish.minor]
    await stage.ask("event", body=refunded_body(payment, charge, wish.minor))
    await stage.ask("tell")


def refunds_of(stage: Stage, charge: str) -> list[int]:
    """What went back of a charge; by how many keys it was asked is how often it went back."""
    return [minor for what, minor in stage.outside.refunds.values() if what == charge]


async def second_ended(stage: Stage, wish: Wish) -> None:
    assert refunds_of(stage, f"ch_{wish.number}_b") == [wish.minor]
    assert refunds_of(stage, f"ch_{wish.number}") == []
    assert await stage.state(wish) is TipState.PAID
    await returned_once(stage, f"ch_{wish.number}_b")
    assert len(stage.told("extra")) == len(stage.told("refunded")) == wish.number
    assert set(stage.told("extra")) | set(stage.told("refunded")) <= set(TELLINGS)


async def returned_once(stage: Stage, charge: str) -> None:
    booked = await stage.one("SELECT count(*) FROM entries WHERE key = :k", k=f"refund:paper:re_{charge}")
    assert booked == (1,)


async def undo(stage: Stage, wish: Wish) -> None:
    """Taken back within half an hour; then the rail's event."""
    with unless_done("AlreadyReturned"):
        await stage.ask("take_back", tip=stage.tips[wish.number], donor=wish.donor)
    body = refunded_body(await stage.payment(wish), f"ch_{wish.number}", wish.minor)
    await stage.ask("event", body=body)
    await stage.ask("tell")


async def undo_ended(stage: Stage, wish: Wish) -> None:
    assert refunds_of(stage, f"ch_{wish.number}") == [wish.minor]
    assert await stage.state(wish) is TipState.REFUNDED
    await returned_once(stage, f"ch_{wish.number}")
    assert len(stage.told("refunded")) == wish.number
    assert set(stage.told("refunded")) <= set(TELLINGS)


COURSES: Final = (
    Course("tab", saved, tab, tab_ended),
    Course("second payment", paid, second_payment, second_ended),
    Course("undo", paid, undo, undo_ended),
)


@pytest.mark.parametrize("course", COURSES, ids=lambda course: course.name)
async def test_killed_at_every_statement_it_is_charged_once_or_given_back_once(
    course: Course, stage: Stage, dialect: str
):
    kills, at, points = 0, 1 if FULL else 5, 0
    await stage.begin()
    for number in range(1, 10_000):
        donor = await stage.world.people.meet(Visitor(5000 + number, "Donor", None, "en"), started=True)
        wish = Wish(number, donor.id, stage.world.post.id)
        await course.prepare(stage, wish)
        await stage.ask("arm", at=at)
        if not await killed(stage, course, wish):
            points = await stage.ask("counted")
            break
        kills, at = kills + 1, at + STRIDE
        await whole(stage, wish)
        await stage.begin()
        await course.go(stage, wish)
        await course.end(stage, wish)
        await verified(stage.world.unit)
    note(f"SIGKILL at every statement and commit: {course.name}", engine=dialect, points=points, kills=kills)
    await course.end(stage, wish)
    await verified(stage.world.unit)
    assert kills >= 2


async def killed(stage: Stage, course: Course, wish: Wish) -> bool:
    """Whether the service died on the way."""
    try:
        await course.go(stage, wish)
    except Gone:
        assert await stage.outside.gone() == -9
        return True
    return False


async def whole(stage: Stage, wish: Wish) -> None:
    """Right after the kill nothing is half done: the books balance, and each thing stands with what belongs to it."""
    await verified(stage.world.unit)
    alone = (
        "SELECT (SELECT count(*) FROM tab_charges c WHERE NOT EXISTS"
        " (SELECT 1 FROM tips t WHERE t.payment_id = c.payment_id))"
        " + (SELECT count(*) FROM tab_charges c WHERE NOT EXISTS"
        " (SELECT 1 FROM outbox o WHERE o.subject_id = c.id AND o.kind = 'tab_announced'))"
        " + (SELECT count(*) FROM tips t WHERE t.state = 'paid' AND NOT EXISTS"
        " (SELECT 1 FROM entries e WHERE e.key = t.entry_key))"
        " + (SELECT count(*) FROM tips t WHERE t.state = 'paid' AND NOT EXISTS"
        " (SELECT 1 FROM outbox o WHERE o.subject_id = t.id))"
        " + (SELECT count(*) FROM tips t WHERE t.state = 'on_tab' AND NOT EXISTS"
        " (SELECT 1 FROM promises p WHERE p.tip_id = t.id))"
    )
    assert await rows(stage.world.unit, alone) == [(0,)]
