"""What the callers of a row do: whole tips, and offering alone."""

import itertools
import random
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from bench.floor import OFFERED, WHOLE
from bench.rail import HEADERS, paid_event
from bench.service import Service
from bench.world import PRESETS, REFUSALS, REPLAYS, World
from giving.errors import GivingError
from giving.money import Money
from giving.people import Person
from giving.tips import OfferRequest, Tip
from services.payments import Received
from storage.ids import new_id


class Wrong(RuntimeError):
    """The services did something they must not; the measurement is worth nothing."""


class Load(Protocol):
    """What the callers of a row do."""

    async def prepare(self, service: Service, world: World, callers: int, seconds: float) -> None:
        """Fill in what is there before the first call."""
        ...

    async def one(self, caller: int) -> bool:
        """One call of one caller; whether it counts."""
        ...

    async def check(self) -> None:
        """Whether all was done that should have been, after the last call. Raises: Wrong."""
        ...


class Callers:
    """Every caller has dice and donors of its own, so that no two want the same tip by chance."""

    tables: Sequence[str]
    before: Sequence[str] = ()  # whose rows are there before the first call
    counted: str
    paid: bool

    async def prepare(self, service: Service, world: World, callers: int, seconds: float) -> None:
        self.service, self.world, self.callers = service, world, callers
        self.dice = [random.Random(f"caller {number}") for number in range(callers)]
        self.serial = itertools.count(1)

    async def check(self) -> None:
        """Whether all was done that should have been, after the last call. Raises: Wrong."""

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


class WholeTips(Callers):
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


class Offers(Callers):
    """New tips, recorded and left unpaid."""

    tables, counted, paid = OFFERED, "tips_offered", False

    async def one(self, caller: int) -> bool:
        number, dice = next(self.serial), self.dice[caller]
        amount = Money(100 + number, "CNY")  # another each time: an unpaid twin would be the same tip
        post = self.world.some_post(dice)
        await self.service.tips.offer(OfferRequest(f"q{number}", self.donor(caller).id, amount, post=post))
        return True
