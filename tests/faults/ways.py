"""The ways that are broken off at every point, and what may stand in the database in between."""

import contextlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from storage.work import UnitOfWork
from tests.faults.books import Standing, rows
from tests.faults.outside import Outside, Wish, paid_body, payment_of, refunded_body
from tests.faults.wire import Refused

NONE: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a way begins with: committed before, and known to its clients."""

    wish: Wish
    tip: str = ""
    payment: UUID = NONE
    extra: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """`chain`: every standing that a commit on the way leaves; there must be no other."""

    name: str
    chain: tuple[Standing, ...]
    prepare: Callable[[Outside, UnitOfWork, Wish], Awaitable[Ground]]
    go: Callable[[Outside, UnitOfWork, Ground], Awaitable[None]]


NOTHING: Final = Standing()
OFFERED: Final = Standing(tips=1, keys=1, payments=1)
WORDED: Final = replace(OFFERED, worded=1)
LINKED: Final = replace(WORDED, linked=1)
PAID: Final = replace(LINKED, paid=1, entries=1, queued=1)
CLAIMED: Final = replace(PAID, claimed=1)
SENT: Final = replace(CLAIMED, sent=1)
EXTRA: Final = replace(SENT, entries=2, queued=2, extras=1)
REQUESTED: Final = replace(EXTRA, refunds=1)
ASKED: Final = replace(REQUESTED, asked=1)
RETURNED: Final = replace(ASKED, queued=3, refunded=1)


@contextlib.contextmanager
def unless_done(refusal: str) -> Iterator[None]:
    """Who asks again for what came about is told so by this refusal."""
    try:
        yield
    except Refused as refused:
        if refused.kind != refusal:
            raise


async def nothing(_outside: Outside, _unit: UnitOfWork, wish: Wish) -> Ground:
    """Nobody has tapped yet."""
    return Ground(wish)


async def tip_way(outside: Outside, unit: UnitOfWork, ground: Ground) -> None:
    """Offered, link asked for and kept, event stored and settled, receipt claimed, sent and marked."""
    wish = ground.wish
    tip = await outside.ask("offer", **wish.offer())
    with unless_done("TipNotOpen"):
        await outside.ask("link", tip=tip, donor=wish.donor)
    await outside.ask("event", body=paid_body(await payment_of(unit, tip), f"ch_{wish.number}", wish.minor))
    await outside.ask("tell")


async def linked(outside: Outside, unit: UnitOfWork, wish: Wish) -> Ground:
    """Offered, with a link."""
    tip = await outside.ask("offer", **wish.offer())
    await outside.ask("link", tip=tip, donor=wish.donor)
    return Ground(wish, tip, await payment_of(unit, tip))


async def settle_way(outside: Outside, _unit: UnitOfWork, ground: Ground) -> None:
    """The provider's event, delivered twice, and a look into the inbox."""
    body = paid_body(ground.payment, f"ch_{ground.wish.number}", ground.wish.minor)
    await outside.ask("event", body=body)
    await outside.ask("event", body=body)
    await outside.ask("settle")


async def paid_twice(outside: Outside, unit: UnitOfWork, wish: Wish) -> Ground:
    """A tip that was paid, told, and paid again."""
    await tip_way(outside, unit, Ground(wish))
    tip = await outside.ask("offer", **wish.offer())
    payment = await payment_of(unit, tip)
    await outside.ask("event", body=paid_body(payment, f"ch_{wish.number}_b", wish.minor))
    [(extra,)] = await rows(
        unit, "SELECT id FROM tips WHERE amount_minor = :minor AND extra_of IS NOT NULL", minor=wish.minor
    )
    return Ground(wish, tip, payment, str(extra))


async def refund_way(outside: Outside, _unit: UnitOfWork, ground: Ground) -> None:
    """Asked for by the donor, then of the rail; then the rail's event."""
    with unless_done("AlreadyReturned"):
        await outside.ask("take_back", tip=ground.extra, donor=ground.wish.donor)
    body = refunded_body(ground.payment, f"ch_{ground.wish.number}_b", ground.wish.minor)
    await outside.ask("event", body=body)


TIP: Final = Way("tip", (NOTHING, OFFERED, WORDED, LINKED, PAID, CLAIMED, SENT), nothing, tip_way)
SETTLE: Final = Way("settle", (LINKED, PAID), linked, settle_way)
REFUND: Final = Way("refund", (REQUESTED, ASKED, RETURNED), paid_twice, refund_way)
WAYS: Final = (TIP, SETTLE, REFUND)
