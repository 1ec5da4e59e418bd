"""Ways to pay that a donor lets a rail keep, so that their tab is settled by itself, after a notice."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from giving.errors import NotYours, RailUnavailable
from giving.money import Money
from giving.people import Person
from payments.provider import BadEvent, PaymentIntent, PaymentRef, RailRefused, Saves
from services.clock import Clock, utc_now
from services.guard_payments import PaymentGuard
from services.leadership import Write
from services.links import Links
from services.payments import PaymentService
from services.rails.forgetting import Forgetting
from services.rails.switched_on import Rails
from storage.work import UnitOfWork

log = structlog.get_logger()
LOOKED_FOR: Final = timedelta(days=1)  # a page on which a method is saved lives no longer


class MethodService:
    """Nothing of a card is ever with us: the rail's page takes it, its event brings back a name for it."""

    def __init__(
        self, unit: UnitOfWork, rails: Rails, links: Links, language: str, *, payments: PaymentService | None = None,
        guard: PaymentGuard | None = None, write: Write | None = None, now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """`language` for who has none; what is looked up goes through `payments`; `guard` is asked before a page is.

        `write`: by what is noted as deleted at a rail, in the leader's name where its sweep does it.
        """
        self._payments, self._guard, self._forgetting = payments, guard, Forgetting(unit, rails, now, write)
        self._unit, self._rails, self._links, self._language, self._now = unit, rails, links, language, now

    def can_save(self, rail: str) -> bool:
        """Whether this rail keeps methods."""
        found = self._rails.get(rail)
        return found is not None and found.capabilities.saves

    async def save_link(self, tab: UUID, person: Person) -> str:
        """Where to save a method for this tab. Raises: NotYours, RailUnavailable, and what the guard refuses."""
        async with self._unit.read() as work:
            row = (await work.tabs.by_ids([tab])).get(tab)
        if row is None or row.tab.donor != person.id:
            raise NotYours
        return await self.save_for(row.tab.organisation, row.rail, row.currency, person, back="tab")

    async def save_for(self, whose: UUID, name: str, currency: str, person: Person, *, back: str) -> str:
        """The same for gifts to an organisation by this rail; its page leads back to `back` in the chat.

        Raises: NotYours (it saves none), RailUnavailable, and what the guard refuses.
        """
        async with self._unit() as work:
            rail = self._rails.get(name)
            if not isinstance(rail, Saves):
                raise NotYours
            refused = await self._guard.allow_saving(work, person.id, name) if self._guard is not None else None
            if refused is not None:
                raise refused
            account = (await self._rails.accounts(work)).get((whose, name))
            if account is None and self._rails.capabilities[name].needs_account:
                raise RailUnavailable  # what is saved now could not be charged for this organisation
            method = await work.methods.ask(person.id, whose, name, now=self._now())
            organisation = (await work.projects.organisations_by_ids([whose]))[whose]
        language = person.language(self._language)
        intent = PaymentIntent(
            method, Money(0, currency), organisation.name(language), self._links.start(back), language,
            account=account.their_id if account is not None else None,
        )  # fmt: skip
        try:
            return (await rail.save_method(intent, key=f"method:{method}")).url
        except RailRefused as no:
            log.error("method_refused_by_rail", method_id=str(method), rail=name, code=str(no))
            raise RailUnavailable from no

    async def sweep(self) -> int:
        """Look up what was asked within a day and not heard of; events that don't say all ring for it.

        What was forgotten and stands at its rail still is deleted there. Raises: NotLeading.
        """
        await self._forgetting.sweep()
        async with self._unit.read() as work:
            waiting = await work.methods.waiting(self._now() - LOOKED_FOR)
        for method, name, account in waiting:
            rail = self._rails.get(name)
            if rail is None or self._payments is None:
                continue
            try:
                found = await rail.fetch(PaymentRef(method, None, account))
                for body in found.events:
                    await self._payments.found(name, body)
            except (RailUnavailable, RailRefused, BadEvent) as error:
                log.warning("method_not_looked_up", method_id=str(method), rail=name, error=type(error).__name__)
        return len(waiting)

    async def forget(self, method: UUID, person: Person) -> None:
        """It is charged no more, and deleted at the rail: at once, or when it answers. Raises: NotYours."""
        async with self._unit() as work:
            kept = next((one for one in await work.methods.of(person.id) if one.id == method), None)
            if kept is None:
                raise NotYours
            await work.methods.forget(method, now=self._now())
        log.info("method_forgotten", method_id=str(method), rail=kept.rail)
        try:
            await self._forgetting.tell(kept)
        except (RailUnavailable, RailRefused) as error:  # the sweep asks on
            log.warning("method_not_forgotten_by_rail", method_id=str(method), error=type(error).__name__)
