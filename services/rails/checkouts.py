"""Before Telegram takes a payment it asks; whoever asks at the same moment is answered from one look."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from giving.budgets import LinkAsk
from giving.checkouts import Open, decide_checkout
from giving.errors import GivingError
from giving.money import Money
from giving.pledges import decide_subscription
from payments.stars_rail import rail_of, subscribed, uuid_of
from services.clock import Clock, utc_now
from services.guard_payments import PaymentGuard
from storage.group_read import GroupRead
from storage.work import UnitOfWork, Work


@dataclass(frozen=True, slots=True)
class Checkout:
    """Who (a Telegram id) is about to pay how much (minor units) for which invoice."""

    payer: int
    amount_minor: int
    currency: str
    payload: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which payment it is about, and why it may not be paid; the language its payer chose, if we know them."""

    payment: UUID | None = None
    refusal: GivingError | None = None
    language: str | None = None


class CheckoutService:
    """Reads only: whoever cancels, or pays by another link, in the very moment after the look, is told so later."""

    def __init__(
        self, unit: UnitOfWork, rails: Collection[str], guard: PaymentGuard | None = None, now: Clock = utc_now
    ) -> None:  # fmt: skip
        """Look through this unit of work; only `rails` take payments, and what the guard keeps out is not paid either.

        An invoice outlives a restart: one of a rail that was switched off since would be paid and never be booked.
        """
        self._rails, self._guard = rails, guard
        self._now = now
        self._look = GroupRead(unit, self._check_many)
        self._look_monthly = GroupRead(unit, self._check_monthly)

    async def check(self, asked: Checkout) -> Verdict:
        """Whether it may be paid. Raises: the database's error."""
        return await (self._look(asked) if subscribed(asked.payload) is None else self._look_monthly(asked))

    async def _check_monthly(self, work: Work, asked: Sequence[Checkout]) -> list[Verdict]:
        """What is paid every 30 days (giving/pledges/renewals.py)."""
        ids = [its.subscription if (its := subscribed(one.payload)) is not None else None for one in asked]
        rows = await work.star_subscriptions.by_ids({id_ for id_ in ids if id_ is not None})
        whose = {row.pledge for row in rows.values() if row.pledge is not None}
        pledges = await work.pledges.by_ids(whose)
        payers = await work.star_subscriptions.payers(whose)
        people = await work.people.by_telegram_ids({one.payer for one in asked})
        now, verdicts = self._now(), []
        for one, id_ in zip(asked, ids, strict=True):
            row = rows.get(id_) if id_ is not None and rail_of(one.currency) in self._rails else None
            pledge = pledges.get(row.pledge) if row is not None and row.pledge is not None else None
            donor = payers[pledge.id].telegram_id if pledge is not None else None
            refusal = decide_subscription(one.payer, _amount(one), row, pledge, donor, now)
            if refusal is None and row is not None and pledge is not None and self._guard is not None:
                (refusal,) = await self._guard.permits(work, [LinkAsk(pledge.donor, row.amount, pledge.rail)])
            person = people.get(one.payer)
            verdicts.append(Verdict(id_, refusal, person.language("") or None if person is not None else None))
        return verdicts

    async def _check_many(self, work: Work, asked: Sequence[Checkout]) -> list[Verdict]:
        references = [uuid_of(one.payload) for one in asked]
        known = await work.checkouts.of({reference for reference in references if reference})
        known = {reference: its for reference, its in known.items() if its.payment.rail in self._rails}
        people = await work.people.by_telegram_ids({one.payer for one in asked})
        found = [known.get(reference) if reference else None for reference in references]
        refused = [
            decide_checkout(rail_of(one.currency), one.payer, _amount(one), its)
            for one, its in zip(asked, found, strict=True)
        ]
        kept_out = await self._kept_out(work, [its for its, no in zip(found, refused, strict=True) if its and not no])
        return [
            Verdict(
                reference,
                no or (kept_out.get(reference) if reference else None),
                person.language("") or None if (person := people.get(one.payer)) else None,
            )
            for one, reference, no in zip(asked, references, refused, strict=True)
        ]

    async def _kept_out(self, work: Work, payable: Sequence[Open]) -> dict[UUID, GivingError | None]:
        if self._guard is None or not payable:
            return {}
        asks = [LinkAsk(one.payment.donor, one.payment.amount, one.payment.rail) for one in payable]
        verdicts = await self._guard.permits(work, asks)
        return {one.payment.id: verdict for one, verdict in zip(payable, verdicts, strict=True)}


def _amount(one: Checkout) -> Money | None:
    try:
        return Money(one.amount_minor, one.currency)
    except (TypeError, ValueError):
        return None
