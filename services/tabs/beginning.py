"""Beginning the charge of a tab: what stands on it, by which rail, and who is told."""

from dataclasses import replace
from typing import Final
from uuid import UUID

import structlog
from prometheus_client import Counter

from giving import tabs as rules
from giving.errors import TabEmpty, TabWaits
from giving.money import Money, sum_of
from giving.notices import URGENCY, NoticeKind
from giving.payments import Payment, PaymentState
from giving.rails import How
from giving.tabs import ChargeState, Reason
from giving.tips import TipState
from services.clock import Clock
from services.rails.switched_on import Rails
from services.wake import Wakes
from storage.ids import new_id
from storage.methods import KeptMethod
from storage.outbox import NewMessage
from storage.tabs import ChargeRow, TabRow
from storage.work import Work

log = structlog.get_logger()
CHARGES: Final = Counter("tab_charges_total", "Charges that settle tabs, by what became of them", ["state"])


async def kept_method(work: Work, donor: UUID, organisation: UUID, rail: str) -> KeptMethod | None:
    """What the donor saved for this organisation by this rail."""
    kept = await work.methods.of(donor)
    return next((one for one in kept if (one.organisation, one.rail) == (organisation, rail)), None)


class Beginning:
    """Chooses the tips and the rail of a charge, in the unit of work of whoever holds the tab."""

    def __init__(self, rails: Rails, wakes: Wakes, now: Clock) -> None:
        """By these rails; who is told hears of it by the outbox."""
        self._rails, self._wakes, self._now = rails, wakes, now

    async def __call__(
        self, work: Work, row: TabRow, reason: Reason, *, by_saved: bool = True
    ) -> tuple[ChargeRow, list[Payment]]:
        """A charge of all that stands on the tab, also of what was asked for before and not paid; the pages of that.

        `by_saved`: to the saved method, if there is one. Raises: TabEmpty, TabWaits.
        """
        closed = await self._replaced(work, row)
        standing = await work.tabs.standing(row.tab.id)
        if not standing:
            raise TabEmpty
        whole = replace(row.tab, promised=sum_of((tip.amount for tip in standing), row.currency))
        rail, account = await self._by(work, row, whole.promised)
        saved = await kept_method(work, row.tab.donor, row.tab.organisation, rail) if by_saved else None
        now = self._now()
        charge = rules.begun(new_id(), whole, reason, saved=saved is not None, now=now)
        payment = Payment(
            new_id(), row.tab.donor, rail, charge.amount, PaymentState.CREATED, now, account=account
        )  # fmt: skip
        await work.payments.add_many([payment])
        await work.tabs.begin(charge, payment.id, standing, now=now)
        await work.tabs.look_at({row.tab.id: None})
        if reason is not Reason.PRESSED:
            announced = charge.state is ChargeState.ANNOUNCED
            kind = NoticeKind.TAB_ANNOUNCED if announced else NoticeKind.TAB_ASKED
            await self._queue(work, kind, charge.id, row.tab.donor)
        CHARGES.labels(charge.state).inc()
        log.info("tab_charge_begun", charge_id=str(charge.id), reason=reason, state=charge.state, tips=len(standing))
        return ChargeRow(charge, payment.id, row.tab.donor, row.tab.organisation), closed

    async def _replaced(self, work: Work, row: TabRow) -> list[Payment]:
        before = []
        for earlier in await work.tabs.open_charges(donor=row.tab.donor):
            if earlier.charge.tab == row.tab.id and earlier.charge.state in (ChargeState.ASKED, ChargeState.ANNOUNCED):
                await work.tabs.set_charge(earlier.charge.id, ChargeState.SKIPPED)
                before.append(earlier.payment)
        return list((await work.payments.by_ids(before)).values())

    async def _by(self, work: Work, row: TabRow, amount: Money) -> tuple[str, str | None]:
        """The tab's own rail and the organisation's account there; where it is gone, another that carries the sum."""
        accounts, organisation = await self._rails.accounts(work), row.tab.organisation
        rail, can = row.rail, self._rails.capabilities.get(row.rail)
        if can is None or (can.needs_account and (organisation, rail) not in accounts):
            ways = self._rails.ways(amount, organisation, accounts, last=None)
            rail = next((way.rail for way in ways if way.how is How.NOW), "")
        if not rail:
            raise TabWaits
        account = accounts.get((organisation, rail))
        return rail, account.their_id if account is not None else None

    async def stands(self, work: Work, row: ChargeRow, payment: Payment) -> bool:
        """Whether a charge can go as it was announced: nothing of it was paid since, and its rail carries it."""
        tips = (await work.tips.of_payments([row.payment])).get(row.payment, [])
        owed = sum(tip.amount.minor for tip in tips if tip.state is TipState.ON_TAB)
        can = self._rails.capabilities.get(payment.rail)
        if can is None or owed != row.charge.amount.minor:
            return False
        account = (await self._rails.accounts(work)).get((row.organisation, payment.rail))
        return not can.needs_account or (account is not None and account.their_id == payment.account)

    async def _queue(self, work: Work, kind: NoticeKind, charge: UUID, donor: UUID) -> None:
        now = self._now()
        await work.outbox.add_many([NewMessage(f"{kind}:{charge}", kind, URGENCY[kind], donor, charge, now)], now=now)
        self._wakes.outbox.set()
