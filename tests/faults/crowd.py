"""Many who tap, pay and change their minds at once, and a provider who delivers each event until it is taken."""

import asyncio
import contextlib
import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from storage.tables import outbox
from storage.work import UnitOfWork
from tests.faults.books import rows, standing
from tests.faults.outside import LEASE_S, Outside, Wish, paid_body, payment_of, refunded_body
from tests.faults.ways import unless_done

CALLERS: Final = 40
POINTS: Final = (
    "tap taken, tip not committed",
    "tip committed, tap not answered",
    "link wished for, nothing kept",
    "rail asked for a link, link not kept",
    "link kept, not answered",
    "event brought, not stored",
    "event stored and booked, not answered",
    "event stored, waits for another",
    "refund wished for, not kept",
    "refund kept, rail's answer not kept",
    "refund asked of the rail, not answered",
    "message queued, not claimed",
    "message claimed, not sent",
    "message sent, not marked",
)


@dataclass(slots=True)
class Crowd:
    """Gives until it is told to stop. `asking`: what each wish waits for; `acknowledged`: what it was told is done."""

    outside: Outside
    unit: UnitOfWork
    donors: list[UUID]
    post: UUID
    asking: dict[int, tuple[str, str]] = field(default_factory=dict)
    wishes: list[Wish] = field(default_factory=list)
    taps: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    charges: set[str] = field(default_factory=set)
    returned: set[str] = field(default_factory=set)
    stopping: bool = False
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    dice: random.Random = field(default_factory=lambda: random.Random("crowd"))
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def go(self) -> None:
        """CALLERS at once, each one wish after the other; ends when all that were begun came about."""
        async with asyncio.TaskGroup() as group:
            for _ in range(CALLERS):
                group.create_task(self._one_after_the_other())

    async def _one_after_the_other(self) -> None:
        while not self.stopping:
            number = next(self._numbers)
            wish = Wish(number, self.donors[number % len(self.donors)], self.post)
            self.wishes.append(wish)
            await self._give(wish)

    async def _give(self, wish: Wish) -> None:
        tip = await self._insist(wish, "offer", wish.key, **wish.offer())
        self.taps.add(wish.key)
        with unless_done("TipNotOpen"):
            await self._insist(wish, "link", "", tip=tip, donor=wish.donor)
        payment = await payment_of(self.unit, tip)
        charge = f"ch_{wish.number}"
        coming = [(charge, paid_body(payment, charge, wish.minor))] * self.dice.choice((1, 1, 2))
        self.charges.add(charge)
        if wish.number % 7 == 3:  # the organisation gave it back at the provider's own page; this event may be first
            coming.insert(0, (f"re_{charge}", refunded_body(payment, charge, wish.minor)))
            self.returned.add(charge)
        await self._deliver(wish, coming)
        if wish.number % 5 == 0:
            await self._pay_again_and_regret(wish, payment)
        if wish.number % 5 == 2 and charge not in self.returned:
            await self._undo(wish, tip, payment)

    async def _undo(self, wish: Wish, tip: str, payment: UUID) -> None:
        """Within half an hour by the clock of whoever lives; each new one's is a lease later."""
        charge = f"ch_{wish.number}"
        with unless_done("AlreadyReturned"), unless_done("UndoOver"):
            await self._insist(wish, "take_back", charge, tip=tip, donor=wish.donor)
        kept = "SELECT 1 FROM refunds JOIN tips ON tips.id = refunds.tip_id WHERE tips.charge = :charge"
        if await rows(self.unit, kept, charge=charge):
            self.returned.add(charge)
            await self._deliver(wish, [(f"re_{charge}", refunded_body(payment, charge, wish.minor))])

    async def _pay_again_and_regret(self, wish: Wish, payment: UUID) -> None:
        """The second payment goes back by itself; its donor asks all the same."""
        charge = f"ch_{wish.number}_b"
        self.charges.add(charge)
        await self._deliver(wish, [(charge, paid_body(payment, charge, wish.minor))])
        [(extra,)] = await rows(self.unit, "SELECT id FROM tips WHERE charge = :charge", charge=charge)
        with unless_done("AlreadyReturned"):
            await self._insist(wish, "take_back", charge, tip=str(extra), donor=wish.donor)
        self.returned.add(charge)
        await self._deliver(wish, [(f"re_{charge}", refunded_body(payment, charge, wish.minor))])

    async def _deliver(self, wish: Wish, coming: list[tuple[str, str]]) -> None:
        for identity, body in coming:
            await self._insist(wish, "event", f"evt_{identity}", body=body)
            self.events.add(f"evt_{identity}")

    async def _insist(self, wish: Wish, what: str, about: str, **arguments: object) -> str:
        self.asking[wish.number] = (what, about)
        try:
            answer = await self.outside.insist(what, **arguments)
        finally:
            del self.asking[wish.number]
        self.answered.set()
        return str(answer)

    async def points(self) -> Counter[str]:
        """At which points of the way the last kill struck, by what each wish waits for and what is committed of it."""
        hit: Counter[str] = Counter()
        for number, (what, about) in list(self.asking.items()):
            wish = self.wishes[number - 1]
            point = await self._point(wish, what, about)
            hit[point] += 1
        hit += await self._messages()
        [(waiting,)] = await rows(self.unit, "SELECT count(*) FROM provider_events WHERE state IN ('new', 'waiting')")
        hit["event stored, waits for another"] += waiting
        return +hit

    async def _point(self, wish: Wish, what: str, about: str) -> str:
        stands = await standing(self.unit, wish.key, wish.minor)
        match what:
            case "offer":
                return "tip committed, tap not answered" if stands.tips else "tap taken, tip not committed"
            case "link":
                if stands.linked:
                    return "link kept, not answered"
                if not stands.worded:
                    return "link wished for, nothing kept"
                return "rail asked for a link, link not kept" if await self._rail_asked(wish) else "link worded"
            case "event":
                found = await rows(self.unit, "SELECT 1 FROM provider_events WHERE event_id = :id", id=about)
                return "event stored and booked, not answered" if found else "event brought, not stored"
        if not stands.refunds:
            return "refund wished for, not kept"
        return "refund asked of the rail, not answered" if stands.asked else "refund kept, rail's answer not kept"

    async def _rail_asked(self, wish: Wish) -> bool:
        found = await rows(self.unit, "SELECT payment_id FROM tips WHERE amount_minor = :minor", minor=wish.minor)
        return any(f"payment:{UUID(str(payment))}" in self.outside.links for (payment,) in found)

    async def _messages(self) -> Counter[str]:
        now = datetime.now(UTC) + timedelta(seconds=(self.outside.born - 1) * LEASE_S)
        columns = (outbox.c.kind, outbox.c.subject_id, outbox.c.claimed_until, outbox.c.attempts)
        hit: Counter[str] = Counter()
        async with self.unit.read() as work:
            queued = await work.connection.execute(select(*columns).where(outbox.c.state == "queued"))
        for kind, subject, claimed_until, attempts in queued:
            if claimed_until is None:
                hit["message queued, not claimed"] += 1
            elif claimed_until > now:
                heard = self.outside.sent[kind, str(subject)]
                hit["message sent, not marked" if heard >= attempts else "message claimed, not sent"] += 1
        return hit

    async def lost(self) -> int:
        """How much of what was acknowledged is not there."""
        taps = {key for (key,) in await rows(self.unit, "SELECT key FROM tip_keys")}
        events = {name for (name,) in await rows(self.unit, "SELECT event_id FROM provider_events")}
        return len(self.taps - taps) + len(self.events - events)

    async def doubled(self) -> int:
        """How many wishes became two tips, charges two entries, and refunds two."""
        twice = (
            "SELECT amount_minor FROM tips WHERE extra_of IS NULL GROUP BY amount_minor HAVING count(*) > 1",
            "SELECT charge FROM tips WHERE charge IS NOT NULL GROUP BY charge HAVING count(*) > 1",
            "SELECT tip_id FROM refunds GROUP BY tip_id HAVING count(*) > 1",
        )
        found = [len(await rows(self.unit, query)) for query in twice]
        asked = Counter(charge for charge, _ in self.outside.refunds.values())
        return sum(found) + sum(times > 1 for times in asked.values())

    @contextlib.asynccontextmanager
    async def giving(self) -> AsyncIterator[asyncio.Task[None]]:
        """While the block runs; ends with it, when everything that was begun came about."""
        task = asyncio.create_task(self.go())
        try:
            yield task
            self.stopping = True
            async with asyncio.timeout(300):
                await task
        finally:
            task.cancel()
