"""Beginning the charge of a tab: what stands on it, by which rail, and who is told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from prometheus_client import Counter

from giving import tabs as rules
from giving.errors import RailUnavailable, TabBelow, TabChanged, TabEmpty, TabWaits
from giving.money import Money, sum_of
from giving.notices import URGENCY, NoticeKind
from giving.payments import Payment, PaymentState
from giving.quiet import QuietHours
from giving.rails import How
from giving.tabs import Charge, ChargeState, Reason
from giving.tips import Tip
from payments.provider import PaymentRef, RailRefused
from services.clock import Clock
from services.rails.switched_on import Rails
from services.subscriptions import by_day
from services.tabs.told import kept_method, notice_key
from services.wake import Wakes
from storage.ids import new_id
from storage.methods import KeptMethod
from storage.outbox import NewMessage
from storage.tabs import ChargeRow, TabRow
from storage.work import Work

log = structlog.get_logger()
CHARGES: Final = Counter("tab_charges_total", "Charges that settle tabs, by what became of them", ["state"])


class Beginning:
    """Chooses the tips and the rail of a charge, in the unit of work of whoever holds the tab."""

    def __init__(self, rails: Rails, wakes: Wakes, zone: ZoneInfo, now: Clock, quiet: QuietHours | None = None) -> None:
        """By these rails; who is told hears of it by the outbox, by day. Local months are `zone`'s."""
        self._rails, self._wakes, self._zone, self._now, self._quiet = rails, wakes, zone, now, quiet

    async def __call__(
        self, work: Work, row: TabRow, reason: Reason, *, by_saved: bool = True, seen: Money | None = None
    ) -> tuple[ChargeRow, list[Payment]]:
        """A charge of all that stands on the tab, also of what was asked for before and not paid; the pages of that.

        `by_saved`: to the saved method, if there is one that was not declined since. `seen`: the sum the donor was
        shown. Raises: TabEmpty, TabChanged, TabWaits, TabBelow.
        """
        replaced = await self.replaced(work, row)
        standing = await work.tabs.standing(row.tab.id)
        if not standing:
            raise TabEmpty
        whole = replace(row.tab, promised=sum_of((tip.amount for tip in standing), row.currency))
        if seen is not None and seen != whole.promised:
            raise TabChanged
        rail, account = await self._by(work, row, whole.promised)
        before = [one.charge for one in replaced]
        saved = await kept_method(work, row.tab.donor, row.tab.organisation, rail) if by_saved else None
        if saved is not None and _declined_since(saved, before):
            saved = None  # pressing once more would charge the same card
        queued = reason is not Reason.PRESSED
        if saved is None and any(charge.reason is Reason.DECLINED for charge in before):
            reason = Reason.DECLINED
        first = await work.tabs.first_asked([tip.id for tip in standing])
        charge = rules.begun(
            new_id(),
            whole,
            reason,
            saved=saved is not None,
            now=self._now(),
            first_asked=min(first.values(), default=None),
        )
        began = await self._record(work, row, charge, rail, account, standing)
        if queued:
            announced = charge.state is ChargeState.ANNOUNCED
            kind = NoticeKind.TAB_ANNOUNCED if announced else NoticeKind.TAB_ASKED
            await self.tell(work, kind, charge, row.tab.donor)
        closed = await work.payments.by_ids([one.payment for one in replaced])
        return began, list(closed.values())

    async def _record(
        self, work: Work, row: TabRow, charge: Charge, rail: str, account: str | None, standing: Sequence[Tip]
    ) -> ChargeRow:
        now = self._now()
        payment = Payment(
            new_id(), row.tab.donor, rail, charge.amount, PaymentState.CREATED, now, account=account
        )  # fmt: skip
        await work.payments.add_many([payment])
        await self.put(work, charge, payment, standing)
        return ChargeRow(charge, payment.id, row.tab.donor, row.tab.organisation)

    async def put(self, work: Work, charge: Charge, payment: Payment, tips: Sequence[Tip]) -> None:
        """Write a charge down with its tips, which this payment settles; its tab is looked at when that is over."""
        await work.tabs.begin(charge, payment.id, tips, now=self._now())
        await work.tabs.look_at({charge.tab: None})
        CHARGES.labels(charge.state).inc()
        log.info(
            "tab_charge_begun", charge_id=str(charge.id), reason=charge.reason, state=charge.state, tips=len(tips)
        )  # fmt: skip

    async def declined(self, work: Work, row: TabRow, rail: str, before: Sequence[Charge]) -> bool:
        """Whether what is saved for the tab was declined for one of these, and nothing was saved since."""
        if not any(charge.reason is Reason.DECLINED for charge in before):
            return False
        saved = await kept_method(work, row.tab.donor, row.tab.organisation, rail)
        return saved is None or _declined_since(saved, before)

    async def replaced(self, work: Work, row: TabRow) -> list[ChargeRow]:
        """What was asked for of this tab before, or announced, is over; so is what was to be paid by the same page."""
        before = []
        for earlier in await work.tabs.open_charges(donor=row.tab.donor):
            open_ = earlier.charge.state in (ChargeState.ASKED, ChargeState.ANNOUNCED)
            if earlier.charge.tab == row.tab.id and open_:
                await work.tabs.move(earlier.charge, ChargeState.SKIPPED)
                await free_others(work, earlier, rules.asked_again(self._now(), self._zone))
                before.append(earlier)
        return before

    async def _by(self, work: Work, row: TabRow, amount: Money) -> tuple[str, str | None]:
        """The tab's own rail and the organisation's account there; where it is gone, another that carries the sum."""
        accounts, organisation = await self._rails.accounts(work), row.tab.organisation
        rail, can = row.rail, self._rails.capabilities.get(row.rail)
        if can is None or (can.needs_account and (organisation, rail) not in accounts):
            ways = self._rails.ways(amount, organisation, accounts, last=None)
            rail = next((way.rail for way in ways if way.how is How.NOW), "")
        if not rail:
            raise TabWaits
        least = self._rails.capabilities[rail].least(amount.currency)
        if least is None:
            raise TabWaits
        if amount < least:
            raise TabBelow(least=least)
        account = accounts.get((organisation, rail))
        return rail, account.their_id if account is not None else None

    async def carries(self, work: Work, row: ChargeRow, payment: Payment, amount: Money) -> bool:
        """Whether its rail can still charge that much for the organisation, by the account it was begun for."""
        can = self._rails.capabilities.get(payment.rail)
        least = can.least(amount.currency) if can is not None else None
        if can is None or least is None or amount < least:
            return False
        account = (await self._rails.accounts(work)).get((row.organisation, payment.rail))
        return not can.needs_account or (account is not None and account.their_id == payment.account)

    async def lessened(self, work: Work, row: ChargeRow, payment: Payment, left: Sequence[Tip]) -> ChargeRow:
        """The same charge of what is left of it. It gets a payment of its own: the one before is for all of it."""
        amount = sum_of((tip.amount for tip in left), payment.amount.currency)
        smaller = replace(payment, id=new_id(), amount=amount, state=PaymentState.CREATED, created_at=self._now())
        await work.payments.add_many([replace(smaller, their_id=None, url=None)])
        await work.tabs.pay_by(row.charge.id, smaller.id, amount, left)
        log.info("tab_charge_lessened", charge_id=str(row.charge.id), tips=len(left))
        return replace(row, charge=replace(row.charge, amount=amount), payment=smaller.id)

    async def tell(self, work: Work, kind: NoticeKind, charge: Charge, donor: UUID) -> None:
        """Queue what its donor is told of a charge, once; where it is night there, for the morning."""
        now = self._now()
        clock = (await work.subscriptions.timezones_of({donor})).get(donor)
        at = by_day(now, self._quiet, clock)
        message = NewMessage(notice_key(kind, charge.id), kind, URGENCY[kind], donor, charge.id, at)
        await work.outbox.add_many([message], now=now)
        self._wakes.outbox.set()


def _declined_since(saved: KeptMethod, before: Sequence[Charge]) -> bool:
    return any(charge.reason is Reason.DECLINED and saved.id < charge.id for charge in before)


async def free_others(work: Work, row: ChargeRow, at: datetime) -> None:
    """The page of a charge is closed: what other tabs were to pay on it stands on them again, and is looked at then.

    All of the donor's tabs are held (storage/tabs.py, lock).
    """
    same_page = await work.tabs.open_charges(donor=row.donor, payment=row.payment)
    others = [one for one in same_page if one.charge.id != row.charge.id]
    for one in others:
        await work.tabs.move(one.charge, ChargeState.SKIPPED)
    await work.tabs.look_at(dict.fromkeys((one.charge.tab for one in others), at))


async def close_pages(rails: Rails, pages: Sequence[Payment]) -> None:
    """As far as the rails answer: what is paid all the same is booked, and given back where it is too much."""
    for page in {page.id: page for page in pages}.values():
        rail = rails.get(page.rail)
        if rail is None or page.their_id is None:
            continue
        try:
            await rail.cancel_payment(PaymentRef(page.id, page.their_id, page.account))
        except (RailUnavailable, RailRefused) as error:
            log.warning("payment_not_cancelled", payment_id=str(page.id), error=type(error).__name__)
