"""The main way: a tap becomes a tip, a tip gets a link to pay, and its donor decides how it is seen."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import structlog

from giving.creators import Post
from giving.errors import NotYours, PostUnknown, RailUnavailable, TipNotOpen
from giving.money import Money
from giving.people import Person, Visibility
from giving.receipts import normal_code
from giving.tips import Limits, OfferRequest, Tip, TipState
from payments.provider import Rail, RailRefused
from services.clock import Clock, utc_now
from services.guard_payments import PaymentGuard
from services.links import Links
from services.projects import Page
from services.tips.cards import PostCard, Receipt, TipCard, post_cards, receipt_of, tip_card, tip_cards
from services.tips.links import PaymentLinks
from services.tips.offers import Offers
from storage.group_read import GroupRead
from storage.work import UnitOfWork, Work

log = structlog.get_logger()


class TipService:
    """Records tips by group commit; asks the rail for a link only after the tip is committed."""

    def __init__(
        self,
        unit: UnitOfWork,
        rail: Rail | None,
        links: Links,
        *,
        limits: Limits,
        presets: Sequence[Money],
        language: str,
        guard: PaymentGuard | None = None,
        now: Clock = utc_now,
    ) -> None:
        """Without a rail, taps lead to the project's own designated page."""
        self._unit, self._rail, self._now = unit, rail, now
        self.limits, self.presets = limits, tuple(presets)
        self.takes_money = rail is not None
        self.test_money = rail is not None and not rail.capabilities.real_money
        self._offers = Offers(unit, rail, links, limits, now)
        self._pay = PaymentLinks(unit, rail, links, language, guard)
        self._post, self._place = GroupRead(unit, self._posts), GroupRead(unit, self._places)

    async def offer(self, request: OfferRequest) -> Tip:
        """Record a tip, or find the one that this request, or the same unpaid wish, made before.

        Raises: PostUnknown, ProjectUnknown, TippingOff (with the project), ProjectClosed (with alternatives),
        TipTooSmall, TipTooLarge, WrongCurrency, GivingElsewhere (no rail).
        """
        return await self._offers(request)

    async def card(self, tip_id: UUID, person: Person) -> TipCard:
        """The tip for its own donor. Raises: NotYours (also for ids that don't exist)."""

        async def step(work: Work) -> TipCard:
            return await self._card(work, _own(await work.tips.by_id(tip_id), person))

        return await self._unit.look(step)

    async def cards(self, tip_ids: Sequence[UUID]) -> list[TipCard]:
        """These tips, in this order; for messages that were queued for their donors."""
        async with self._unit.read() as work:
            found = await work.tips.by_ids(tip_ids)
            return await tip_cards(work, [found[i] for i in tip_ids if i in found], test_money=self.test_money)

    async def payment_link(self, tip_id: UUID, person: Person) -> str:
        """Where to pay this tip; the same link as long as it is unpaid.

        Raises: NotYours, TipNotOpen, RailUnavailable (nothing was charged; ask again), and what the guard refuses:
        TooFast, PayingTooOften, MinimumRaised, PayingPaused.
        """
        return await self._pay(tip_id, person)

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
        if self._rail is not None and payment is not None and payment.their_id is not None:
            try:
                await self._rail.cancel_payment(payment.their_id)
            except (RailUnavailable, RailRefused) as error:
                # If it is paid all the same it is booked, and the donor is offered to take it back.
                log.warning("payment_not_cancelled", payment_id=str(payment.id), error=type(error).__name__)
        return card

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
            shown = await tip_cards(work, found, test_money=self.test_money)
            return Page.of(shown, number=number, size=size, total=total)

        return await self._unit.look(step)

    async def post(self, post_id: UUID) -> PostCard:
        """A post for whoever comes from its button. Raises: PostUnknown."""
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
        return await post_cards(work, asked, self.presets)

    async def receipt(self, code: str) -> Receipt | None:
        """A paid tip by its code, as anyone may see it; None for any other code."""
        normal = normal_code(code)
        if normal is None:
            return None
        async with self._unit.read() as work:
            return await receipt_of(work, normal, test_money=self.test_money)

    async def _card(self, work: Work, tip: Tip) -> TipCard:
        return await tip_card(work, tip, test_money=self.test_money)


def _own(tip: Tip | None, person: Person) -> Tip:
    if tip is None or tip.donor != person.id:
        raise NotYours
    return tip
