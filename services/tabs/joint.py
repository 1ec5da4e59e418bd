"""Several tabs settled by one payment: a charge of each tab, and one page for all of them (rules: giving/joint.py)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

import structlog

from giving import tabs as rules
from giving.errors import TabBelow, TabBusy, TabChanged, TabWaits
from giving.joint import SAME_PAGE, Joint, Standing, joints
from giving.money import Money, sum_of
from giving.payments import Payment, PaymentState
from giving.tabs import ChargeState, Reason
from giving.tips import Tip
from services.clock import Clock
from services.rails.switched_on import Accounts, Rails
from services.tabs.beginning import Beginning
from storage.ids import new_id
from storage.tabs import ChargeRow, TabRow, Whole
from storage.work import Work

log = structlog.get_logger()


def standings(
    rows: Sequence[TabRow], wholes: Mapping[UUID, Whole], charges: Sequence[ChargeRow], rails: Rails, accounts: Accounts
) -> list[Standing]:
    """What stands on each of somebody's tabs, and which of them may share a charge."""
    busy = {one.charge.tab for one in charges if one.charge.state is ChargeState.CHARGING}
    return [
        Standing(
            row.tab.id, row.rail, wholes[row.tab.id].free, rails.join(row.rail, row.tab.organisation, accounts),
            row.tab.id in busy,
        )
        for row in rows
        if row.tab.id in wholes
    ]  # fmt: skip


class Together:
    """Begins one payment over all tabs that can share it; always by a page, never by a saved method."""

    def __init__(self, rails: Rails, begin: Beginning, now: Clock) -> None:
        """`begin` ends what was asked for before."""
        self._rails, self._begin, self._now = rails, begin, now

    async def __call__(self, work: Work, donor: UUID, rail: str, seen: Money) -> tuple[Payment, list[Payment]]:
        """The payment of all of it, and the pages that are over. The same again within minutes is the same payment.

        `seen`: the sum the donor was shown. Raises: TabChanged, TabBusy, TabBelow, TabWaits.
        """
        rows = {row.tab.id: row for row in await work.tabs.lock_all(donor)}
        charges = await self._unpaid(work, donor)
        there = standings(
            [*rows.values()], await work.tabs.wholes(donor), charges, self._rails, await self._rails.accounts(work)
        )
        whole = self._chosen(there, rail, seen)
        if (same := await self._same(work, whole, charges)) is not None:
            return same, []
        replaced = [one for tab in whole.tabs for one in await self._begin.replaced(work, rows[tab])]
        standing = await work.tabs.standing_on(whole.tabs)
        if sum_of((tip.amount for tips in standing.values() for tip in tips), seen.currency) != seen:
            raise TabChanged  # paid in this moment
        payment = Payment(new_id(), donor, rail, whole.sum, PaymentState.CREATED, self._now())
        await work.payments.add_many([payment])
        for tab in whole.tabs:
            before = [one.charge for one in charges if one.charge.tab == tab]
            declined = await self._begin.declined(work, rows[tab], rail, before)
            await self._record(work, rows[tab], payment, standing[tab], declined=declined)
        log.info("tabs_settled_together", payment_id=str(payment.id), tabs=len(whole.tabs), amount_minor=seen.minor)
        closed = await work.payments.by_ids([one.payment for one in replaced])
        return payment, list(closed.values())

    async def _unpaid(self, work: Work, donor: UUID) -> list[ChargeRow]:
        """Their open charges, without those that are paid and that only the next sweep closes: so they are shown."""
        charges = await work.tabs.open_charges(donor=donor)
        payments = await work.payments.by_ids({one.payment for one in charges})
        paid = {id_ for id_, payment in payments.items() if payment.state is PaymentState.PAID}
        return [one for one in charges if one.payment not in paid]

    def _chosen(self, there: Sequence[Standing], rail: str, seen: Money) -> Joint:
        of_rail = [one for one in there if (one.rail, one.free.currency) == (rail, seen.currency)]
        whole = next(iter(joints(of_rail)), None)
        if whole is None:
            raise TabBusy if any(one.busy and one.joins for one in of_rail) else TabChanged
        if whole.sum != seen:
            raise TabChanged
        can = self._rails.capabilities[rail]
        least = can.least(seen.currency)
        if least is not None and seen < least:
            raise TabBelow(least=least)
        if not can.carries(seen):
            raise TabWaits
        return whole

    async def _same(self, work: Work, whole: Joint, charges: Sequence[ChargeRow]) -> Payment | None:
        """The page that was begun for exactly this a moment ago, by another tap."""
        asked = [one for one in charges if one.charge.tab in whole.tabs and one.charge.state is ChargeState.ASKED]
        pages = {one.payment for one in asked}
        if len(pages) != 1 or {(one.charge.tab, one.charge.amount) for one in asked} != {*whole.parts}:
            return None
        page = await work.payments.by_id(pages.pop())
        if (
            page is None
            or page.state in rules.OVER
            or page.amount != whole.sum
            or self._rails.page_over(page, self._now())
        ):
            return None
        if self._now() - page.created_at >= SAME_PAGE:
            return None
        return page if await self._owed_on(work, page.id) == dict(whole.parts) else None

    async def _owed_on(self, work: Work, page: UUID) -> dict[UUID, Money]:
        """What is still owed of a page, by tab: where that is all that stands on them, it is these very tips."""
        tips = rules.owed((await work.tips.of_payments([page])).get(page, []))
        tabs = await work.tabs.tabs_of([tip.id for tip in tips])
        owed: dict[UUID, Money] = {}
        for tip in tips:
            owed[tabs[tip.id]] = owed.get(tabs[tip.id], Money(0, tip.amount.currency)) + tip.amount
        return owed

    async def _record(
        self, work: Work, row: TabRow, payment: Payment, tips: Sequence[Tip], *, declined: bool
    ) -> None:  # fmt: skip
        tab = replace(row.tab, promised=sum_of((tip.amount for tip in tips), row.currency))
        first, now = await work.tabs.first_asked([tip.id for tip in tips]), self._now()
        reason = Reason.DECLINED if declined else Reason.PRESSED
        charge = rules.begun(
            new_id(), tab, reason, saved=False, now=now, first_asked=min(first.values(), default=None)
        )  # fmt: skip
        await self._begin.put(work, charge, payment, tips)
