"""The link to pay a tip, or a whole tab: the words are kept, the rail is asked, the link is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from giving.budgets import LinkAsk
from giving.errors import GivingError, NoRail, NotYours, RailUnavailable, TipNotOpen
from giving.ids import token_of
from giving.money import Money
from giving.payments import Payment, PaymentWish
from giving.people import Person
from giving.projects import Project
from giving.tips import Tip, TipState
from payments.provider import TOO_SMALL, Line, PaymentIntent, RailRefused
from services.clock import Clock, utc_now
from services.guard_payments import PaymentGuard
from services.links import Links
from services.rails import Rails
from services.tips.renewal import Renewal
from storage.group_commit import GroupCommit
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
MOST_LINES: Final = 50  # on a pay page; of more, their sum is said


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody would pay: a tip of theirs, or all tips of a payment (a tab's, an instalment's).

    `start`: where the page of a payment leads back to.
    """

    person: Person
    tip: UUID | None = None
    payment: UUID | None = None
    start: str = "tab"


@dataclass(frozen=True, slots=True)
class PayCode:
    """What a code says that is to be scanned, by the rail's own app; `left`: for how long it is good, if known."""

    address: str
    rail: str
    amount: Money
    left: timedelta | None = None


class PaymentLinks:
    """Asks the rail only after the tip is committed, and never inside a unit of work."""

    def __init__(
        self, unit: UnitOfWork, rails: Rails, links: Links, language: str, guard: PaymentGuard | None = None,
        now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """Ask the rail of each payment, if its guard allows it; `language` for who has none."""
        self._rails, self._links, self._language, self._guard = rails, links, language, guard
        self._now, self._renew = now, Renewal(unit, rails, now)
        self._ask = GroupCommit(unit, self._ask_many, name="ask")
        self._link = GroupCommit(unit, self._link_many, name="link")

    async def __call__(self, tip_id: UUID, person: Person) -> str:
        """Where to pay this tip; the same link as long as it can be paid there, then another.

        Raises: NotYours, TipNotOpen, RailUnavailable (nothing was charged; ask again), and what the guard refuses:
        TooFast, PayingTooOften, MinimumRaised, PayingPaused.
        """
        return (await self._page(Ask(person, tip=tip_id)))[1]

    async def of_payment(self, payment_id: UUID, person: Person, *, start: str = "tab") -> str:
        """Where to pay a tab's charge, or an instalment; the same link as long as it is unpaid. Raises: as for a tip.

        `start`: where the page leads back to.
        """
        return (await self._page(Ask(person, payment=payment_id, start=start)))[1]

    async def code(self, tip_id: UUID, person: Person) -> PayCode:
        """The same for a tip, to be scanned. Raises: as for a link."""
        return self._code(*await self._page(Ask(person, tip=tip_id)))

    async def code_of_payment(self, payment_id: UUID, person: Person, *, start: str = "tab") -> PayCode:
        """The same for a tab's charge, or an instalment, to be scanned. Raises: as for a link."""
        return self._code(*await self._page(Ask(person, payment=payment_id, start=start)))

    def _code(self, payment: Payment, url: str) -> PayCode:
        return PayCode(url, payment.rail, payment.amount, self._rails.good_for(payment, self._now()))

    async def kept(self, payment_id: UUID, person: Person) -> tuple[Payment, PaymentWish]:
        """A tab's payment with the words its rail is asked with, now or before. Raises: as for a link."""
        return await self._ask(Ask(person, payment=payment_id))

    async def _page(self, ask: Ask) -> tuple[Payment, str]:
        payment, wish = await self._ask(ask)
        if ask.tip is not None and await self._renew(ask.tip, payment):
            payment, wish = await self._ask(ask)
        if payment.url is not None:
            return payment, payment.url
        if payment.rail not in self._rails:  # switched off since
            raise RailUnavailable
        try:
            link = await self._rails[payment.rail].create_payment(intent_of(payment, wish), key=key_of(payment))
        except RailRefused as refused:
            log.error("payment_refused_by_rail", payment_id=str(payment.id), rail=payment.rail, code=str(refused))
            raise (NoRail(rail=payment.rail) if str(refused) == TOO_SMALL else RailUnavailable()) from refused
        await self._link(replace(payment, their_id=link.their_id, url=link.url))
        log.debug("payment_created", payment_id=str(payment.id), rail=payment.rail)
        return payment, link.url

    async def _ask_many(self, work: Work, asked: Sequence[Ask]) -> list[tuple[Payment, PaymentWish] | Exception]:
        """What the rail is asked with, kept first: it takes a key again only with the same words."""
        tips = await work.tips.by_ids({ask.tip for ask in asked if ask.tip})
        whole = {ask.payment for ask in asked if ask.payment}
        # All of them before the first tip is held, as everywhere: who leaves meanwhile holds payments, then tips.
        sums = await work.payments.lock_many(whole | {tip.payment for tip in tips.values() if tip.payment})
        charged = await work.tips.of_payments(whole)
        every = [*tips.values(), *(tip for several in charged.values() for tip in several)]
        projects = await work.projects.by_ids({tip.project for tip in every})
        wishes: dict[UUID, PaymentWish] = {}
        for ask in asked:
            if ask.tip is not None and (tip := tips.get(ask.tip)) is not None:
                payable, payment = [tip] if tip.state is TipState.OFFERED else [], tip.payment
            else:
                found = charged.get(ask.payment, []) if ask.payment is not None else []
                payable, payment = [tip for tip in found if tip.state is TipState.ON_TAB], ask.payment
                if payment in sums and sum(tip.amount.minor for tip in payable) != sums[payment].amount.minor:
                    payable = []  # some of it was paid, or is asked for by another payment, since it was begun
            if payment is not None and payable and all(tip.donor == ask.person.id for tip in payable):
                wishes[payment] = self._wish(payable, projects, ask)
        stored = await work.payments.ask_many(wishes)
        refused = await self._refused(work, [payment for payment, _ in stored.values() if payment.url is None])
        return [self._asked(tips, charged, ask, stored, refused) for ask in asked]

    async def _refused(self, work: Work, new: Sequence[Payment]) -> Mapping[UUID, GivingError]:
        """Which of the pay pages that are still to be made the guard refuses."""
        if self._guard is None or not new:
            return {}
        verdicts = await self._guard.allow(work, [LinkAsk(p.donor, p.amount, p.rail) for p in new])
        return {payment.id: verdict for payment, verdict in zip(new, verdicts, strict=True) if verdict is not None}

    def _wish(self, tips: Sequence[Tip], projects: Mapping[UUID, Project], ask: Ask) -> PaymentWish:
        language = ask.person.language(self._language)
        title = projects[tips[0].project].title(language)
        if ask.tip is not None:
            return PaymentWish(title, self._links.start(f"t_{token_of(ask.tip)}"), language)
        several = len({projects[tip.project].organisation.id for tip in tips}) > 1
        whose = [projects[tip.project].organisation.name(language) for tip in tips]
        titles = [projects[tip.project].title(language) for tip in tips]
        names = [*dict.fromkeys(whose)]
        if several:  # one page of several tabs: each line says whose it is
            titles = [f"{name} · {title}" for name, title in zip(whose, titles, strict=True)]
        lines = [(title, tip.amount.minor) for title, tip in zip(titles, tips, strict=True)]
        if len(lines) > MOST_LINES:
            lines = _by_name(whose, tips) if several else []
        return PaymentWish(" · ".join(names), self._links.start(ask.start), language, tuple(lines), several)

    def _asked(
        self, tips: Mapping[UUID, Tip], charged: Mapping[UUID, Sequence[Tip]], ask: Ask,
        stored: Mapping[UUID, tuple[Payment, PaymentWish]], refused: Mapping[UUID, GivingError],
    ) -> tuple[Payment, PaymentWish] | Exception:  # fmt: skip
        if ask.tip is not None:
            tip = tips.get(ask.tip)
            owner, payment = (tip.donor, tip.payment) if tip is not None else (None, None)
        else:
            payment = ask.payment
            owner = charged[payment][0].donor if payment is not None and charged.get(payment) else None
        if owner != ask.person.id:
            return NotYours()
        if payment is None or payment not in stored:
            return TipNotOpen()
        return refused.get(payment) or stored[payment]

    async def _link_many(self, work: Work, linked: Sequence[Payment]) -> list[Exception | None]:
        await work.payments.link_many(linked)
        return [None] * len(linked)


def _by_name(whose: Sequence[str], tips: Sequence[Tip]) -> list[tuple[str, int]]:
    """One line for each organisation, where there are too many tips for a line each."""
    sums: dict[str, int] = {}
    for name, tip in zip(whose, tips, strict=True):
        sums[name] = sums.get(name, 0) + tip.amount.minor
    return [*sums.items()]


def intent_of(payment: Payment, wish: PaymentWish) -> PaymentIntent:
    """What its rail is asked for, in the words that were kept."""
    lines = tuple(Line(title, Money(minor, payment.amount.currency)) for title, minor in wish.lines)
    return PaymentIntent(
        payment.id, payment.amount, wish.description, wish.return_url, wish.language, lines, payment.account,
        several=wish.several,
    )  # fmt: skip


def key_of(payment: Payment) -> str:
    """Asked twice for one payment, a rail makes one."""
    return f"payment:{payment.id}"
