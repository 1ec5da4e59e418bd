"""Pledges as their donor sees them: what comes next, by what it is paid, what can be done."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from giving.money import Money
from giving.notices import NoticeKind
from giving.people import Person, Visibility
from giving.pledges import (
    Instalment,
    InstalmentState,
    Month,
    Payable,
    Pledge,
    PledgeState,
    Way,
    chosen,
    next_one,
    payables,
    when_debited,
)
from giving.quiet import QuietHours
from services.clock import Clock
from services.pledges.goals import Goal, goals_of
from services.pledges.telling import key_of_notice
from services.rails import Accounts, Rails
from storage.methods import KeptMethod
from storage.work import Work

TO_PAY: Final = frozenset({InstalmentState.ASKED, InstalmentState.RETRY})
SKIPPABLE: Final = frozenset({InstalmentState.ANNOUNCED, *TO_PAY})


@dataclass(frozen=True, slots=True)
class PledgeOffer:
    """What would be promised, before it is. `by`: how it is paid, None where it can't be; `ways`: all there are.

    `first`: the day of the first gift; `notice` that of the reminder before it, `notice_in` so many days ahead (None:
    it is asked for by a link).
    `quarter`: three months in one, where a month alone is too little for every rail. `least`: what a rail takes.
    `shown`: what they chose others to see of this one; None: nothing, so it is as of all their gifts.
    """

    goal: Goal
    amount: Money
    day: int
    every: int
    by: Payable | None
    ways: tuple[Payable, ...]
    first: date
    today: bool
    notice: date | None
    notice_in: int
    visibility: Visibility
    quarter: Money | None = None
    least: Money | None = None
    shown: Visibility | None = None


@dataclass(frozen=True, slots=True)
class PledgeCard:
    """One pledge for its donor. `under_way`: its instalments that are, oldest month first: one as a rule, and beside it
    those that stand on the tab. `next`: the day of the one to come; `due_now`: it is here. `notice`: the day it is
    announced, of a debit, `notice_in` so many days ahead. `charged`: the days of announced debits, by instalment.

    `label`: what the saved method is called; `saved`: a kept method that would pay by itself; `saves`: one could be
    kept. `paid`: months that were given, in all. `zone`: the reader's. `stars`: what a subscription takes, or would.
    `given_up`: the month that a pause took along just now, and that can be given all the same.
    """

    pledge: Pledge
    goal: Goal
    zone: ZoneInfo
    under_way: tuple[Instalment, ...] = ()
    month: Month | None = None
    next: date | None = None
    due_now: bool = False
    notice: date | None = None
    notice_in: int = 0
    charged: Mapping[UUID, date] = field(default_factory=dict)
    now: datetime | None = None
    label: str = ""
    saved: Payable | None = None
    saves: bool = False
    paid: int = 0
    ways: tuple[Payable, ...] = ()
    stars: Money | None = None
    given_up: Month | None = None

    @property
    def to_pay(self) -> Instalment | None:
        """The one that "pay" is for (services/pledges/pages.py)."""
        return next((one for one in self.under_way if one.state in TO_PAY), None)

    @property
    def skips(self) -> Month | None:
        """The month that can be left out now: one that is not in anybody's hand or on the tab yet, or the next."""
        if self.pledge.state is not PledgeState.ACTIVE:
            return None
        return next((one.month for one in self.under_way if one.state in SKIPPABLE), self.month)

    @property
    def left_out(self) -> Month | None:
        """A month to come that its donor left out, and may take in again."""
        skipped = self.pledge.skipped
        if self.pledge.state is not PledgeState.ACTIVE or skipped is None or self.month is None:
            return None
        ahead = all(one.month < skipped for one in self.under_way)
        return skipped if skipped < self.month and ahead else None


class PledgeViews:
    """Reads what is shown of pledges."""

    def __init__(self, rails: Rails, zone: ZoneInfo, now: Clock, quiet: QuietHours | None = None) -> None:
        """`zone`: the operator's, for whoever chose no clock. `quiet`: the night, in which nobody is reminded."""
        self._rails, self.zone, self._now, self.quiet = rails, zone, now, quiet

    async def zone_of(self, work: Work, person: UUID) -> ZoneInfo:
        """By which clock somebody lives."""
        named = await work.subscriptions.timezone(person)
        return ZoneInfo(named) if named else self.zone

    async def ways(self, work: Work, goal: Goal, amount: Money, person: Person, every: int = 1) -> list[Payable]:
        """By what this amount can be given to it every month (or `every` so many)."""
        accounts = await self._rails.accounts(work)
        kept = await work.methods.of(person.id)
        return self._ways(goal.organisations, amount, person, accounts, kept, every)

    def _ways(
        self, whose: Collection[UUID], amount: Money, person: Person, accounts: Accounts, kept: Sequence[KeptMethod],
        every: int,
    ) -> list[Payable]:  # fmt: skip
        """What carries it for every organisation it may go to; a saved method only where each of them has it.

        What renews by itself does so every 30 days, and nothing else.
        """
        renewing = {name for name, can in self._rails.capabilities.items() if can.renews and every == 1}
        each = [
            payables(
                self._rails.ways(amount, organisation, accounts, last=person.rail),
                {one.rail: one.method.label for one in reversed(kept) if one.organisation == organisation},
                amount,
                renewing,
            )
            for organisation in sorted(whose)
        ]
        if not each:
            return []
        first, *others = each
        return [one for one in first if all(chosen(ways, one.by) is not None for ways in others)]

    def _stars(self, pledge: Pledge) -> Money | None:
        can = self._rails.capabilities.get(pledge.rail)
        return can.price(pledge.amount) if pledge.way is Way.STARS and can is not None else None

    def saves(self, goal: Goal, amount: Money, accounts: Accounts) -> str | None:
        """A rail that would keep a method for it; None where none does, or it may go to several organisations."""
        if len(goal.organisations) != 1:
            return None
        (whose,) = goal.organisations
        for name, can in self._rails.capabilities.items():
            if can.saves and can.carries(amount) and (not can.needs_account or (whose, name) in accounts):
                return name
        return None

    async def cards(self, work: Work, person: Person, pledges: Sequence[Pledge]) -> list[PledgeCard]:
        """Theirs, each with what comes next."""
        if not pledges:
            return []
        ids = [one.id for one in pledges]
        goals, begun = await goals_of(work, pledges), await work.pledges.begun(ids)
        open_ = await work.instalments.open_of(ids)
        paid = await work.pledges.paid(ids)
        given = {one: (open_.get(one, ()), paid.get(one, 0)) for one in ids}
        accounts, kept = await self._rails.accounts(work), await work.methods.of(person.id)
        zone = await self.zone_of(work, person.id)
        charged = await self._charged(work, [one for some in open_.values() for one in some], zone)
        found = [self._card(one, goals[one.id], begun, given[one.id], zone, person, accounts, kept) for one in pledges]
        return await _as_begun(work, [replace(card, charged=charged) for card in found])

    async def _charged(self, work: Work, open_: Sequence[Instalment], zone: ZoneInfo) -> dict[UUID, date]:
        """When what is announced is debited: after its notice, which may have come late or is still to come."""
        announced = [one for one in open_ if one.state is InstalmentState.ANNOUNCED and one.way is Way.SAVED]
        keys = {one.id: key_of_notice(NoticeKind.PLEDGE_ANNOUNCED, one.id) for one in announced}
        became = await work.outbox.became(keys.values()) if keys else {}
        sent = {one: became[key][1] if key in became else None for one, key in keys.items()}
        now, quiet = self._now(), self.quiet
        return {
            one.id: local_day(when_debited(one.due_at, zone, now, quiet, sent[one.id]).at, zone) for one in announced
        }

    def _card(
        self, pledge: Pledge, goal: Goal, begun: Mapping[UUID, Month], given: tuple[Sequence[Instalment], int],
        zone: ZoneInfo, person: Person, accounts: Accounts, kept: Sequence[KeptMethod],
    ) -> PledgeCard:  # fmt: skip
        open_, paid = given
        ways = self._ways(goal.organisations, pledge.amount, person, accounts, kept, pledge.every)
        announced = any(one.due_at == pledge.renews_at for one in open_)
        coming = next_one(pledge, begun.get(pledge.id), zone, announced=announced)
        now, label, renews = self._now(), _label(pledge, goal, kept), pledge.renews_at is not None
        debit = when_debited(coming[1], zone, now, self.quiet) if coming and (label or renews) else None
        at = debit.at if debit is not None and not renews else coming[1] if coming is not None else None
        told = local_day(debit.notice_at, zone) if debit is not None else None
        return PledgeCard(
            pledge,
            goal,
            zone,
            tuple(open_),
            month=coming[0] if coming is not None else None,
            next=local_day(at, zone) if at is not None else None,
            due_now=coming is not None and coming[1] <= now,
            notice=told,
            notice_in=(told - local_day(now, zone)).days if told is not None else 0,
            now=now,
            label=label,
            saved=next((way for way in ways if way.way is Way.SAVED), None),
            saves=self.saves(goal, pledge.amount, accounts) is not None,
            paid=paid,
            ways=tuple(ways),
            stars=self._stars(pledge),
        )


async def _as_begun(work: Work, cards: list[PledgeCard]) -> list[PledgeCard]:
    """A subscription that renews itself takes what it was begun with, whatever Stars cost since."""
    renewing = [one.pledge.id for one in cards if one.pledge.renews_at is not None]
    rows = await work.star_subscriptions.open_of(renewing) if renewing else {}
    return [replace(one, stars=rows[one.pledge.id].amount) if one.pledge.id in rows else one for one in cards]


def _label(pledge: Pledge, goal: Goal, kept: Sequence[KeptMethod]) -> str:
    """What the method is called that pays it; empty where that is gone."""
    if pledge.way is not Way.SAVED:
        return ""
    theirs = (one for one in kept if one.rail == pledge.rail and one.organisation in goal.organisations)
    return next((one.method.label for one in theirs), "")


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """The day it is there."""
    return at.astimezone(zone).date()
