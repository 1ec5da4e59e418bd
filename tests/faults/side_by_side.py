"""One of several processes that take taps and payments on the same PostgreSQL at once, with engines of its own.

`python -m tests.faults.side_by_side URL NUMBER OUT_OF CALLERS SECONDS` prints one JSON line: what it was acknowledged.
"""

import asyncio
import itertools
import json
import sys
import time
from uuid import UUID

from bench.callers import WholeTips
from bench.rail import HEADERS
from bench.service import service
from bench.world import load
from giving.people import Person
from services.payments import Received
from storage.engines import open_engines
from storage.group_commit import AGAIN
from storage.work import UnitOfWork


class Half(WholeTips):
    """Taps by donors that no other process has, so that none pays for another's tip; posts and projects are shared.

    Whoever settles an event first, it is booked: the test looks for it in the end.
    """

    def __init__(self, number: int, of: int) -> None:
        self.number, self.of = number, of
        self.paid: list[str] = []  # type: ignore[assignment]

    def donor(self, caller: int) -> Person:
        mine = self.world.donors[self.number :: self.of]
        return mine[self.dice[caller].randrange(len(mine) // self.callers) * self.callers + caller]

    async def pay(self, tip: UUID, event: bytes, *, again: bool) -> None:
        for _ in range(1 + again):
            assert await self.service.payments.receive("paper", event, HEADERS) in (Received.STORED, Received.REPEATED)
        self.paid.append(str(tip))


async def main(url: str, number: int, of: int, callers: int, seconds: float) -> None:
    engines = open_engines(url)
    async with service(engines) as running:
        half = Half(number, of)
        await half.prepare(running, await load(UnitOfWork(engines)), callers, seconds)
        half.serial = itertools.count(10**9 * number)
        end = time.monotonic() + seconds

        async def call(caller: int) -> None:
            while time.monotonic() < end:
                await half.one(caller)

        await asyncio.gather(*(call(caller) for caller in range(callers)))
    again = {sample.labels["reason"]: sample.value for metric in AGAIN.collect() for sample in metric.samples}
    failed = running.ear.failed
    await engines.close()
    print(json.dumps({"paid": half.paid, "again": again, "failed": failed}))  # noqa: T201 - what it is for


if __name__ == "__main__":
    which, out_of, together = map(int, sys.argv[2:5])
    asyncio.run(main(sys.argv[1], which, out_of, together, float(sys.argv[5])))
