"""The main way: a tap becomes a tip, a tip gets a link to pay, and its donor decides how it is seen."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import structlog

from giving.creators import Post
from giving.errors import NoRail, NotYours, PostUnknown, RailUnavailable, TipNotOpen
from giving.money import Money
from giving.payments import Payment
from giving.people import Person, Visibility
from giving.rails import How, Way, needs_tab
from giving.receipts import normal_code
from giving.tips import Limits, OfferRequest, Tip, TipState
from payments.provider import PaymentRef, RailRefused
from services.clock import Clock, utc_now
from services.giving_days.calls import DaysOn
from services.guard_payments import PaymentGuard
from services.links import Links
from services.projects import Page
from services.rails import Rails
from services.tabs.service import Promised, TabService
from services.tips.cards import PostCard, Receipt, TipCard, post_cards, receipt_of, tip_cards
from services.tips.links import PayCode, PaymentLinks
from services.tips.offers import Offers
from services.tips.renewal import pay_anew
from storage.group_read import GroupRead
from storage.work import UnitOfWork, Work

log = structlog.get_logger()


class TipService:
    """Records tips by group commit; asks the rail for a link only after the tip is committed."""

    def __init__(
        self,
        unit: UnitOfWork,
        rails: Rails,
        links: Links,
        *,
        limits: Limits,
        presets: Sequence[Money],
        language: str,
        guard: PaymentGuard | None = None,
        tabs: TabService | None = None,
        days: DaysOn | None = None,
        now: Clock = utc_now,
    ) -> None:
        """Without a rail, taps lead to the project's own designated page. `tabs`: where what is too small is kept.

        `days`: which giving days are on, kept by whoever changes them in this process.
        """
        self._unit, self._rails, self._tabs, self._now = unit, rails, tabs, now
        self.limits, self.presets = limits, tuple(presets)
        self.takes_money, self.test_money = bool(rails), rails.test_money
        self.keeps_tabs = tabs is not None and needs_tab(rails.capabilities.values(), limits.least)
        self._days = days or DaysOn(unit)
        self._offers = Offers(unit, rails, links, limits, now, self._days)
        self.pay = PaymentLinks(unit, rails, links, language, guard, now)
        self._post, self._place = GroupRead(unit, self._posts), GroupRead(unit, self._places)

    async def offer(self, request: OfferRequest) -> Tip:
        """Record a tip, or find the one that this request, or the same unpaid wish, made before.

        Raises: PostUnknown, ProjectUnknown, TippingOff (with the project), ProjectClosed (with alternatives),
        TipTooSmall, TipTooLarge, WrongCurrency, GivingElsewhere (no rail).
        """
        return await self._offers(request)

    async def presets_of(self, project: UUID) -> tuple[Money, ...]:
        """The amounts that are suggested for a project: those of a giving day that is on for it, else the usual."""
        await self._days.renew()
        return self._days.amounts(self._now()).get(project, self.presets)

    async def card(self, tip_id: UUID, person: Person) -> TipCard:
        """The tip for its own donor. Raises: NotYours (also for ids that don't exist)."""

        async def step(work: Work) -> TipCard:
            return await self._card(work, _own(await work.tips.by_id(tip_id), person))

        return await self._unit.look(step)

    async def cards(self, tip_ids: Sequence[UUID]) -> list[TipCard]:
        """These tips, in this order; for messages that were queued for their donors."""
        async with self._unit.read() as work:
            found = await work.tips.by_ids(tip_ids)
            return await tip_cards(work, [found[i] for i in tip_ids if i in found], self._rails)

    async def payment_link(self, tip_id: UUID, person: Person) -> str:
        """Where to pay this tip; the same link as long as it can be paid there, then another.

        Raises: NotYours, TipNotOpen, RailUnavailable (nothing was charged; ask again), and what the guard refuses:
        TooFast, PayingTooOften, MinimumRaised, PayingPaused; NoRail (its rail can't carry it; with those that can).
        """
        try:
            return await self.pay(tip_id, person)
        except NoRail as none:
            raise await self._other_ways(tip_id, person, none) from none

    async def _other_ways(self, tip_id: UUID, person: Person, none: NoRail) -> NoRail:
        """The same refusal, with the rails that the tip can be paid by instead."""
        card = await self.card(tip_id, person)
        others = tuple(way for way in card.ways if way.rail != none.args_for_message.get("rail"))
        return NoRail(tip=tip_id, ways=others)

    async def payment_code(self, tip_id: UUID, person: Person) -> PayCode:
        """The same link as a code to be scanned. Raises: as for a link."""
        try:
            return await self.pay.code(tip_id, person)
        except NoRail as none:
            raise await self._other_ways(tip_id, person, none) from none

    async def choose_visibility(self, tip_id: UUID, person: Person, visibility: Visibility) -> TipCard:
        """How this gift will be seen, kept as the choice for the next one. Raises: NotYours, TipNotOpen."""
        async with self._unit() as work:
            tip = _own(await work.tips.lock(tip_id), person)
            if tip.state is not TipState.OFFERED:
                raise TipNotOpen
            chosen = replace(tip, visibility=visibility)
            await work.tips.update(chosen)
            await work.people.set(person.id, visibility=visibility)
            return await self._card(work, chosen)

    async def cancel(self, tip_id: UUID, person: Person) -> TipCard:
        """Take back an unpaid tip and close its pay page. Raises: NotYours, TipNotOpen (paid already)."""
        async with self._unit() as work:
            tip = _own(await work.tips.lock(tip_id), person)
            if tip.state not in (TipState.OFFERED, TipState.CANCELLED):
                raise TipNotOpen
            cancelled = replace(tip, state=TipState.CANCELLED, cancelled_at=tip.cancelled_at or self._now())
            await work.tips.update(cancelled)
            payment = await work.payments.by_id(tip.payment) if tip.payment else None
            card = await self._card(work, cancelled)
        log.info("tip_cancelled", tip_id=str(tip_id))
        await self._close_page(payment)
        return card

    async def choose_rail(self, tip_id: UUID, person: Person, rail: str) -> Way:
        """Pay this tip by that rail, kept as the choice for the next one; whether now or on the tab.

        Raises: NotYours, TipNotOpen, NoRail (it can't carry this; with those that can).
        """
        former: Payment | None = None
        async with self._unit() as work:
            before = _own(await work.tips.by_id(tip_id), person)
            # The payment first, as everywhere: who leaves meanwhile holds payments, then tips.
            held = await work.payments.lock_many({before.payment} if before.payment else ())
            tip = _own(await work.tips.lock(tip_id), person)
            payment = held.get(tip.payment) if tip.payment else None
            if tip.state is not TipState.OFFERED or payment is None:
                raise TipNotOpen
            project = (await work.projects.by_ids([tip.project]))[tip.project]
            accounts = await self._rails.accounts(work)
            organisation = project.organisation.id
            ways = self._rails.ways(
                tip.amount, organisation, accounts, last=rail, settle_at_minor=person.settle_at_minor
            )
            way = next((way for way in ways if way.rail == rail), None)
            if way is None:
                raise NoRail(tip=tip_id, ways=tuple(ways))
            account = accounts.get((organisation, rail))
            their, asked = account.their_id if account is not None else None, way.price or tip.amount
            if payment.rail != rail and not await work.payments.is_asked(payment.id):
                await work.payments.change_rail(payment.id, rail, their, asked)
            elif payment.rail != rail:
                former = payment
                await pay_anew(work, tip, rail, their, asked, self._now)
            await work.people.set(person.id, rail=rail)
        await self._close_page(former)
        return way

    async def promise_as_before(self, tip: Tip, person: Person) -> Promised | None:
        """Put a fresh tip on the tab at once, where its rail is the one they chose before, and can't carry it now.

        None where it is to be paid, or chosen. Raises: MonthlyLimit.
        """
        if self._tabs is None or tip.state is not TipState.OFFERED or self.carried_alone(tip.amount, person):
            return None
        way = next(iter((await self.card(tip.id, person)).ways), None)
        if way is None or way.rail != person.rail or way.how is not How.TAB:
            return None
        return await self._tabs.promise(tip.id, person, at_once=True)

    def carried_alone(self, amount: Money, person: Person) -> bool:
        """Whether the rail they chose before carries it by itself, as far as its least sum tells; true without one."""
        can = self._rails.capabilities.get(person.rail) if person.rail is not None else None
        least = can.least(amount.currency) if can is not None else None
        return least is None or least <= amount

    async def _close_page(self, payment: Payment | None) -> None:
        """As far as the rail answers: if it is paid all the same it is booked, and given back where it is too much."""
        if payment is None or payment.their_id is None or payment.rail not in self._rails:
            return
        try:
            await self._rails[payment.rail].cancel_payment(PaymentRef(payment.id, payment.their_id, payment.account))
        except (RailUnavailable, RailRefused) as error:
            log.warning("payment_not_cancelled", payment_id=str(payment.id), error=type(error).__name__)

    async def card_shown(self, tip_id: UUID, message_id: int) -> int | None:
        """Remember the private message that shows the tip, so that it can say "paid"; returns the earlier one."""
        async with self._unit() as work:
            return await work.tips.set_card(tip_id, message_id)

    async def gifts(self, person: Person, *, page: int = 0, size: int = 5) -> Page[TipCard]:
        """What they gave (and took back), newest first; a page past the end is the last one."""

        async def step(work: Work) -> Page[TipCard]:
            total = await work.tips.gifts_count(person.id)
            number = min(max(page, 0), max(0, -(-total // size) - 1))
            found = await work.tips.gifts_of(person.id, limit=size, offset=number * size) if total else []
            shown = await tip_cards(work, found, self._rails)
            return Page.of(shown, number=number, size=size, total=total)

        return await self._unit.look(step)

    async def sums(self, person: Person) -> tuple[tuple[Money, ...], Money]:
        """What they gave in all, each currency for itself; and what they promised and have not paid."""
        async with self._unit.read() as work:
            return await work.tips.sums_of(person.id, self.limits.least.currency)

    async def post(self, post_id: UUID) -> PostCard:
        """A post for whoever comes from its button. Raises: PostUnknown."""
        await self._days.renew()  # before a transaction is open
        card = await self._post(post_id)
        if card is None:
            raise PostUnknown
        return card

    async def place(self, post_id: UUID) -> Post:
        """Where a post stands, for a tap. Raises: PostUnknown."""
        post = await self._place(post_id)
        if post is None:
            raise PostUnknown
        return post

    async def _places(self, work: Work, asked: Sequence[UUID]) -> list[Post | None]:
        posts = await work.targets.posts(set(asked))
        return [posts.get(post) for post in asked]

    async def _posts(self, work: Work, asked: Sequence[UUID]) -> list[PostCard | None]:
        return await post_cards(work, asked, self.presets, self._days.amounts(self._now()))

    async def receipt(self, code: str) -> Receipt | None:
        """A paid tip by its code, as anyone may see it; None for any other code."""
        normal = normal_code(code)
        if normal is None:
            return None
        async with self._unit.read() as work:
            return await receipt_of(work, normal, test_money=self.test_money)

    async def _card(self, work: Work, tip: Tip) -> TipCard:
        return (await tip_cards(work, [tip], self._rails))[0]


def _own(tip: Tip | None, person: Person) -> Tip:
    if tip is None or tip.donor != person.id:
        raise NotYours
    return tip
