"""The link to pay a tip: the words are kept, the rail is asked, the link is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

import structlog

from giving.budgets import LinkAsk
from giving.errors import GivingError, NotYours, RailUnavailable, TipNotOpen
from giving.ids import token_of
from giving.payments import Payment, PaymentWish
from giving.people import Person
from giving.projects import Project
from giving.tips import Tip, TipState
from payments.provider import PaymentIntent, Rail, RailRefused
from services.guard_payments import PaymentGuard
from services.links import Links
from storage.group_commit import GroupCommit
from storage.work import UnitOfWork, Work

log = structlog.get_logger()


class PaymentLinks:
    """Asks the rail only after the tip is committed, and never inside a unit of work."""

    def __init__(
        self, unit: UnitOfWork, rail: Rail | None, links: Links, language: str, guard: PaymentGuard | None = None
    ) -> None:
        """Ask this rail, if its guard allows it; `language` for who has none."""
        self._rail, self._links, self._language, self._guard = rail, links, language, guard
        self._ask = GroupCommit(unit, self._ask_many, name="ask")
        self._link = GroupCommit(unit, self._link_many, name="link")

    async def __call__(self, tip_id: UUID, person: Person) -> str:
        """Where to pay this tip; the same link as long as it is unpaid.

        Raises: NotYours, TipNotOpen, RailUnavailable (nothing was charged; ask again), and what the guard refuses:
        TooFast, PayingTooOften, MinimumRaised, PayingPaused.
        """
        if self._rail is None:
            raise TipNotOpen
        payment, wish = await self._ask((tip_id, person))
        if payment.url is not None:
            return payment.url
        intent = PaymentIntent(payment.id, payment.amount, wish.description, wish.return_url, wish.language)
        try:
            link = await self._rail.create_payment(intent, key=f"payment:{payment.id}")
        except RailRefused as refused:
            log.error("payment_refused_by_rail", payment_id=str(payment.id), code=str(refused))
            raise RailUnavailable from refused
        await self._link(replace(payment, their_id=link.their_id, url=link.url))
        log.debug("payment_created", payment_id=str(payment.id), tip_id=str(tip_id), rail=payment.rail)
        return link.url

    async def _ask_many(
        self, work: Work, asked: Sequence[tuple[UUID, Person]]
    ) -> list[tuple[Payment, PaymentWish] | Exception]:
        """What the rail is asked with, kept first: it takes a key again only with the same words."""
        tips = await work.tips.by_ids({tip_id for tip_id, _ in asked})
        projects = await work.projects.by_ids({tip.project for tip in tips.values()})
        wishes: dict[UUID, PaymentWish] = {}
        for tip_id, person in asked:
            tip = tips.get(tip_id)
            if tip is not None and tip.donor == person.id and tip.payment and tip.state is TipState.OFFERED:
                wishes[tip.payment] = self._wish(tip, projects[tip.project], person)
        stored = await work.payments.ask_many(wishes)
        refused = await self._refused(work, [payment for payment, _ in stored.values() if payment.url is None])
        return [self._asked(tips.get(tip_id), person, stored, refused) for tip_id, person in asked]

    async def _refused(self, work: Work, new: Sequence[Payment]) -> Mapping[UUID, GivingError]:
        """Which of the pay pages that are still to be made the guard refuses."""
        if self._guard is None or not new:
            return {}
        verdicts = await self._guard.allow(work, [LinkAsk(p.donor, p.amount, p.rail) for p in new])
        return {payment.id: verdict for payment, verdict in zip(new, verdicts, strict=True) if verdict is not None}

    def _wish(self, tip: Tip, project: Project, person: Person) -> PaymentWish:
        language = person.language(self._language)
        return PaymentWish(project.title(language), self._links.start(f"t_{token_of(tip.id)}"), language)

    def _asked(
        self,
        tip: Tip | None,
        person: Person,
        stored: Mapping[UUID, tuple[Payment, PaymentWish]],
        refused: Mapping[UUID, GivingError],
    ) -> tuple[Payment, PaymentWish] | Exception:
        if tip is None or tip.donor != person.id:
            return NotYours()
        if tip.payment is None or tip.payment not in stored:
            return TipNotOpen()
        return refused.get(tip.payment) or stored[tip.payment]

    async def _link_many(self, work: Work, linked: Sequence[Payment]) -> list[Exception | None]:
        await work.payments.link_many(linked)
        return [None] * len(linked)
