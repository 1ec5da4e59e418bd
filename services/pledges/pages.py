"""Where a donor pays what is asked for of a pledge."""

from dataclasses import dataclass
from uuid import UUID

import structlog

from giving.errors import NotYours, RailUnavailable, TipNotOpen
from giving.money import Money
from giving.people import Person
from giving.pledges import (
    Instalment,
    InstalmentState,
    Pledge,
    PledgeState,
    Subscription,
    SubscriptionState,
    Way,
    instalment_id,
    may_begin,
    next_made,
)
from giving.rails import Shown
from giving.tabs import CLOSED
from payments.provider import PaymentIntent, RailRefused, Renews
from services.pledges.asking import START, Asking
from services.pledges.means import Means
from services.pledges.telling import Held, Telling, hold
from services.pledges.view import local_day
from services.pledges.wanting import goes_to, wanted
from services.tips.links import PayCode, PaymentLinks
from storage.ids import new_id
from storage.work import Work

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PayPage:
    """Where an instalment is paid: a page, or a code that another app scans."""

    instalment: Instalment
    amount: Money
    url: str
    code: PayCode | None = None


@dataclass(frozen=True, slots=True)
class Invoice:
    """Where a subscription in Telegram is begun: it takes this, at once and every 30 days."""

    amount: Money
    url: str


class PledgePages:
    """Pages and codes, made when their donor taps; the same one as long as it can be paid."""

    def __init__(self, means: Means, asking: Asking, links: PaymentLinks) -> None:
        """`links` make the pages."""
        self._means, self._asking, self._links = means, asking, links

    async def begin(self, pledge: UUID, person: Person) -> bool:
        """Of a pledge by link (or in Stars) that was promised this moment, and whose day is today: ask for its first
        gift at once, without a message, since its donor is here; whether it was. Else the sweep asks in its time.

        Raises: NotYours.
        """
        now = self._means.now()
        async with self._means.unit() as work:
            its = await work.pledges.lock(pledge)
            if its is None or its.donor != person.id:
                raise NotYours
            zone = (await Telling(self._means).zones(work, {its.donor}))[its.donor]
            begun = (await work.pledges.begun([pledge])).get(pledge)
            coming = next_made(its, begun, now, zone)
            today = coming is not None and local_day(coming.due_at, zone) == local_day(now, zone)
            if coming is None or not today or begun is not None or its.way not in (Way.LINK, Way.STARS):
                return False
            where = (await wanted(work, [its])).get(pledge)
            if where is None:
                return False
            one = Instalment(
                instalment_id(pledge, coming.month), pledge, its.donor, coming.month, its.amount, where.id, its.way,
                min(coming.due_at, now), InstalmentState.ANNOUNCED, every=its.every,
            )  # fmt: skip
            await work.instalments.begin_many([one], {one.id: now})
            after = next_made(its, coming.month, now, zone)
            await work.pledges.save(its, due_at=after.begins_at if after is not None else None)
            held = await hold(work, one.id, pledge)
            return held is not None and await self._asking.by_hand(work, held, tell=False)

    async def page(self, pledge: UUID, person: Person) -> PayPage:
        """Where to pay what is asked for of a pledge of theirs; one whose debit was declined is paid by hand from now
        on.

        Raises: NotYours, TipNotOpen (nothing is asked for), RailUnavailable, what the guard refuses.
        """
        instalment, before = await self._to_pay(pledge, person)
        if before is not None:
            await self._asking.close(before)
        if instalment is None or instalment.payment is None:
            raise TipNotOpen
        async with self._means.unit.read() as work:
            payment = await work.payments.by_id(instalment.payment)
        if payment is None:
            raise TipNotOpen
        can = self._means.rails.capabilities.get(payment.rail)
        if can is not None and can.shown is Shown.QR:
            code = await self._links.code_of_payment(payment.id, person, start=START)
            return PayPage(instalment, payment.amount, code.address, code)
        return PayPage(instalment, payment.amount, await self._links.of_payment(payment.id, person, start=START))

    async def invoice(self, pledge: UUID, person: Person) -> Invoice | None:
        """Of one that is paid in Stars: an invoice that Telegram takes again every 30 days, once it was paid.

        None: it is paid some other way, or Telegram takes it by itself. Raises: TipNotOpen, RailUnavailable.
        """
        async with self._means.unit() as work:
            its = await work.pledges.lock(pledge)
            rail = self._means.rails.get(its.rail) if its is not None else None
            if its is None or its.donor != person.id or not may_begin(its) or not isinstance(rail, Renews):
                return None
            project = (await wanted(work, [its])).get(its.id)
            price = rail.capabilities.price(its.amount)
            if project is None or price is None:
                raise TipNotOpen
            row = await self._subscription(work, its, project.id, price)
        language = person.language(self._means.language)
        wish = PaymentIntent(
            row.id, row.amount, project.title(language), self._means.links.start(START), language
        )  # fmt: skip
        try:
            link = await rail.begin_renewing(wish, row.project)
        except RailRefused as refused:
            log.error("subscription_not_begun", pledge_id=str(pledge), code=str(refused))
            raise RailUnavailable from refused
        return Invoice(row.amount, link.url)

    async def _subscription(self, work: Work, its: Pledge, project: UUID, price: Money) -> Subscription:
        """The one whose invoice they were given, as long as it says the same and nobody paid it; else a new one."""
        now = self._means.now()
        known = (await work.star_subscriptions.open_of([its.id])).get(its.id)
        if known is not None and (known.amount, known.project, known.until) == (price, project, None):
            return known
        await work.star_subscriptions.end_of([its.id], now)
        new = Subscription(new_id(), its.id, project, price, SubscriptionState.OPEN, now)
        await work.star_subscriptions.add(new)
        return new

    async def _to_pay(self, pledge: UUID, person: Person) -> tuple[Instalment | None, Instalment | None]:
        """The oldest that is asked for, with a payment that can be paid, if what it is for takes gifts still.

        The second: as it was asked for before, for something that takes none any more.
        """
        async with self._means.unit() as work:
            its = await work.pledges.lock(pledge)
            if its is None or its.donor != person.id:
                raise NotYours
            waiting = (InstalmentState.ASKED, InstalmentState.RETRY)
            open_ = (await work.instalments.open_of([pledge])).get(pledge, [])
            first = next((one for one in open_ if one.state in waiting), None)
            held = await hold(work, first.id, pledge) if first is not None else None
            if first is None or held is None or held.known.is_paid or its.state is not PledgeState.ACTIVE:
                raise TipNotOpen
            where = await goes_to(work, its, held.instalment)
            if where is None:
                await self._asking.waits(work, held)
                return None, first
            if where.id != first.project:
                return await self._anew(work, held.going_to(where)), first
            payment = await work.payments.by_id(first.payment) if first.payment is not None else None
            over = payment is None or payment.state in CLOSED or self._means.rails.page_over(payment, self._means.now())
            if first.state is InstalmentState.RETRY or over:
                return await self._anew(work, held), None
            return first, None

    async def _anew(self, work: Work, held: Held) -> Instalment:
        """Another payment for the same month. Raises: TipNotOpen (no rail takes it now)."""
        now = await self._asking.again(work, held)
        if now.state is not InstalmentState.ASKED:
            raise TipNotOpen
        return now
