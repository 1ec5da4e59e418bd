"""What the recorded runs on our Stripe share: who pays there, what it tells, and what is done there or by a bank."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import aiohttp
from aiohttp import web

from giving.payments import Payment
from giving.tabs import NOTICE, Reason
from giving.tips import Tip
from payments.stripe_rail import StripeRail
from services.links import Links
from services.outbox import OutboxService
from services.rails import Rails
from services.rails.methods import MethodService
from storage.methods import RailAccount
from tests.payments.china import served
from tests.payments.floor_run import FloorRun
from tests.payments.recorded import Gift, in_batches, told_badly
from tests.payments.stripe.our_stripe import OurStripe
from tests.world import World
from web.payments import PaymentHooks

Run = TypeVar("Run", bound="StripeRun")


class StripeRun(FloorRun):
    """At our Stripe's time; `intents` are its PaymentIntents by our payments."""

    def __init__(self, world: World, our: OurStripe, rail: StripeRail, http: aiohttp.ClientSession) -> None:
        self.our, self.stripe, self.intents = our, rail, dict[UUID, Any]()
        super().__init__(world, self.stripe, http, lambda: datetime.fromtimestamp(our.books.clock, UTC))

    def later(self, by: timedelta) -> None:
        self.our.books.clock += int(by.total_seconds())

    async def pay(self, pages: Sequence[Payment]) -> None:
        for page in pages:
            assert page.their_id is not None
            self.intents[page.id] = self.our.books.pay(page.their_id)

    async def hear(self) -> None:
        told = self.our.take_told()
        news = told_badly([self.our.delivered(event, self.our.books.clock) for event in told], self.dice)
        self.figures.events += len(told)
        self.figures.repeated += len(news) - len(told)
        answers = Counter(await in_batches(self._posted(*each) for each in news))
        assert answers == Counter({200: len(news)})
        await self.payments.settle_pending()
        await self.sweep.sweep()
        await self.payments.settle_pending()

    async def _posted(self, body: bytes, headers: dict[str, str]) -> int:
        """Again where we are told to come again, as Stripe does."""
        for _ in range(5):
            async with self.http.post(f"{self.hook}/hooks/stripe", data=body, headers=headers) as response:
                if response.status != 503:
                    return response.status
        return 503

    # -- what is done at Stripe, or by a bank --

    async def refund_outside(self, tips: Sequence[Tip]) -> None:
        """In the dashboard, every second one in part."""
        for number, tip in enumerate(tips):
            assert tip.payment is not None
            minor = tip.amount.minor if number % 2 else tip.amount.minor // 2
            self.our.books.refund(self.intents[tip.payment], minor)
            self.notes.back(tip, minor)
        self.figures.refunds += len(tips)
        await self.hear()

    async def dispute(self, tips: Sequence[Tip]) -> None:
        """Every second one is lost. Of one half all is heard at once and shuffled, of the other step by step."""
        for number, tip in enumerate(tips):
            assert tip.payment is not None
            won, in_steps = bool(number % 2), number < len(tips) // 2
            paid = [one for one in await self.fresh() if one.charge == tip.charge]
            dispute = self.our.books.dispute(self.intents[tip.payment])
            if in_steps:
                await self.hear()
            self.our.books.dispute_ends(dispute, won=won)
            if in_steps:
                await self.hear()
            for one in paid if not won else ():  # all that the charge paid
                self.notes.back(one, one.amount.minor)
        self.figures.disputes += len(tips)
        await self.hear()

    def billed(self) -> int:
        """What Stripe bills the operator, and what the disputes cost that were lost, in cents."""
        lines = [one for one in self.our.books.things.values() if one["object"] == "balance_transaction"]
        return sum(-one["net"] if one["type"] == "stripe_fee" else one["fee"] for one in lines)


class SavedRun(StripeRun):
    """Whoever has a tab saves a card, one in ten one that declines; tabs are charged to it three days after a notice.

    Who is declined pays by the link.
    """

    def __init__(self, world: World, our: OurStripe, rail: StripeRail, http: aiohttp.ClientSession) -> None:
        super().__init__(world, our, rail, http)
        rails, unit = Rails([rail]), world.unit
        links = Links("http://127.0.0.1:8081", "yizan_bot")
        self.methods = MethodService(unit, rails, links, "zh-CN", payments=self.payments, now=self.now)
        self.outbox = OutboxService(
            unit, self.tips, wakes=world.wakes, quiet=None, language="zh-CN", currency="CNY", now=self.now
        )
        self.saved: set[UUID] = set()

    async def give(self, gifts: Sequence[Gift]) -> None:
        await super().give(gifts)
        for donor in list(self.people.values()):
            cards = (await self.tabs.view(donor)).cards
            if not cards or donor.id in self.saved:
                continue
            await self.methods.save_link(cards[0].tab.id, donor)
            page = next(one for one in self._all("checkout.session") if one["mode"] == "setup")
            self.our.books.save(page["id"], "4242" if len(self.saved) % 10 else "0341")
            self.saved.add(donor.id)
        await self.hear()

    async def settle_tabs(self) -> None:
        while await self.charges.sweep():
            await self._told()
            self.later(NOTICE + timedelta(minutes=1))
            await self.charges.sweep()
            await self.hear()
            asked = [row for row in await self._asked() if row.charge.reason is Reason.DECLINED]
            await in_batches(self.charges.settle(row.charge.tab, self.people[row.donor]) for row in asked)
            pages = [row.payment for row in await self._asked() if row.charge.reason is Reason.DECLINED]
            self.figures.tab_charges += len(pages)
            await self._pay(pages)
            await self.hear()
        self._count()

    async def _told(self) -> None:
        """Telegram takes all that is queued."""
        while notices := await self.outbox.claim():
            await self.outbox.sent(notices, 1)

    def _all(self, kind: str) -> list[Any]:
        """What our Stripe has, wherever; newest first."""
        return [one for one in self.our.books.things.values() if one["object"] == kind][::-1]

    def _count(self) -> None:
        """What was charged without the donor, and what was paid by link in its stead."""
        charged = [one for one in self._all("payment_intent") if one["payment_method"] is not None]
        taken = [one for one in charged if one["status"] == "succeeded"]
        self.intents |= {UUID(one["metadata"]["yizan_payment"]): one for one in taken}
        self.figures.tab_charges += len(taken) - (self.figures.by_saved - self.figures.declined)
        self.figures.by_saved, self.figures.declined = len(charged), len(charged) - len(taken)


@asynccontextmanager
async def open_run(kind: type[Run], world: World, our: OurStripe, rail: StripeRail) -> AsyncIterator[Run]:
    """One whose organisation has its account at Stripe; our door stands open until the end."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        run = kind(world, our, rail, http)
        door = web.Application()
        door.add_routes(PaymentHooks(run.payments).routes())
        run.hook = await stack.enter_async_context(served(door))
        organisation, account = world.library.organisation.id, await rail.open_account("Sunshine", "US", key="a")
        async with world.unit() as work:
            await work.accounts.keep(RailAccount(organisation, "stripe", account.their_id, ready=True), now=run.now())
        yield run
