"""What the callers of a row do who settle alone: without a matching fund, and on a giving day that has one."""

import hashlib
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final
from uuid import UUID

from sqlalchemy import update

from bench.callers import Callers, Wrong
from bench.floor import MATCHED, SETTLED
from bench.load import WARM_UP_S
from bench.rail import PaperRail, paid_event
from bench.service import Service
from bench.world import PRESETS, REPLAYS, World
from giving.giving_days import DayState, GivingDay
from giving.matching import Caps, Ratio, Scope, Window
from giving.money import Money
from giving.payments import Payment, PaymentState
from giving.people import Person, Visibility
from giving.receipts import receipt_code
from giving.tips import Tip
from services.matching import NewPool, PoolService
from storage.ids import new_id
from storage.tables import people

SETTLE_AT_MOST: Final = 8_000  # events a second that are prepared for the row `settle`


class Settling(Callers):
    """Events of payments that were recorded before: received and booked."""

    tables: Sequence[str] = SETTLED
    counted, paid = "tips_paid", True

    day: UUID | None = None

    async def prepare(self, service: Service, world: World, callers: int, seconds: float) -> None:
        await super().prepare(service, world, callers, seconds)
        await self.set_up()
        now, most = datetime.now(UTC), int((seconds + WARM_UP_S) * SETTLE_AT_MOST)
        # The full database is run on several times: each run has receipts of its own.
        codes = count(random.SystemRandom().randrange(2**60))
        async with service.unit() as work:
            posts = await work.creators.posts_by_ids(world.posts)
            chats = await work.creators.chats_by_ids({post.chat for post in posts.values()})
            self.unpaid: list[Tip] = []
            for number in range(most):
                donor, place, minor = self.gift(number, number % callers)
                post = posts[place]
                tip = Tip(
                    new_id(), donor.id, post.project, Money(minor, "CNY"), Visibility.ANONYMOUS,
                    receipt_code(next(codes)), now, post=post.id, chat=post.chat,
                    creator=chats[post.chat].creator, payment=new_id(), day=self.day,
                )  # fmt: skip
                self.unpaid.append(tip)
            await work.payments.add_many([_payment(tip) for tip in self.unpaid])
            await work.tips.add_many(self.unpaid)
        self.left = iter(self.unpaid)

    async def set_up(self) -> None:
        """What there is besides people and posts: here, nothing."""

    def gift(self, number: int, caller: int) -> tuple[Person, UUID, int]:
        """Who gives, under which post, how much in minor units: another sum each time, since twins are one tip."""
        return self.donor(caller), self.world.some_post(self.dice[caller]), 100 + number

    def event(self, tip: Tip, reference: str) -> bytes:
        """What the provider says of it."""
        return paid_event(reference, tip.amount.minor)

    async def one(self, caller: int) -> bool:
        tip = next(self.left, None)
        if tip is None or tip.payment is None:
            raise Wrong(f"more than {SETTLE_AT_MOST} events a second: SETTLE_AT_MOST is too low")
        await self.pay(tip.id, self.event(tip, tip.payment.hex), again=self.dice[caller].random() < REPLAYS)
        return True


class Matching(Settling):
    """The gifts of a giving day that has a matching fund: each is matched in the commit that books it.

    As in life: the day is live and suggests the sums that are given, the fund is the day's and has caps, whoever
    gives was met long ago, the provider tells whose card it was, and every rule of fairness is on.
    """

    tables: Sequence[str] = MATCHED
    before: Sequence[str] = ("payments", "tips")

    async def set_up(self) -> None:
        now, world = datetime.now(UTC), self.world
        async with self.service.unit() as work:
            await work.connection.execute(update(people).values(met_at=now - timedelta(days=30)))
            posts = await work.creators.posts_by_ids(world.posts)
            day = GivingDay(
                new_id(), "bench", {"en": "Bench"}, "", tuple({post.project: None for post in posts.values()}),
                now - timedelta(hours=1), now + timedelta(hours=12), now + timedelta(days=2), PRESETS,
                state=DayState.LIVE,
            )  # fmt: skip
            await work.giving_days.add(day, now=now)
        self.day = day.id
        self.taken: set[tuple[UUID, UUID, int]] = set()
        pools, whole = PoolService(self.service.unit), Money(10**12, "CNY")
        windows = (Window(1, now - timedelta(days=1), None, whole.minor),)
        caps, scope = Caps(gift_minor=5_000, donor_day_minor=20_000), Scope(days=frozenset([day.id]))
        pool = await pools.create(NewPool("bench", True, {"en": "bench"}, whole, Ratio(1, 1), windows, caps, scope))
        self.pool = (await pools.sign(pool.id, signed_by="bench")).id

    def gift(self, number: int, caller: int) -> tuple[Person, UUID, int]:
        """A sum that the day suggests; nobody wants to give the same under the same post twice."""
        while True:
            donor, post, _ = super().gift(number, caller)
            minor = self.dice[caller].choice(PRESETS).minor
            if (wish := (donor.id, post, minor)) not in self.taken:
                self.taken.add(wish)
                return donor, post, minor

    def event(self, tip: Tip, reference: str) -> bytes:
        """With a keyed hash of the card, another for everybody."""
        return paid_event(reference, tip.amount.minor, payer=hashlib.sha256(tip.donor.bytes).hexdigest())

    async def check(self) -> None:
        """Every gift that was booked was matched; none was held. Raises: Wrong."""
        async with self.service.unit.read() as work:
            matched, held = await work.matching.count(self.pool), await work.matching.held_count()
        if held or matched != (booked := self.service.ear.items["tips_paid"]):
            raise Wrong(f"{matched} were matched and {held} held of {booked}")


def _payment(tip: Tip) -> Payment:
    reference = tip.payment or new_id()
    their_id = f"pay_{reference.hex}"
    return Payment(reference, tip.donor, PaperRail.name, tip.amount, PaymentState.PENDING, tip.offered_at, their_id)
