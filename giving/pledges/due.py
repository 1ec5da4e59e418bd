"""When a pledge is to be looked at next, and which month that is for. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from giving.pledges.instalments import LEAST_NOTICE, NOTICE, begins_at
from giving.pledges.months import Month, debit_at
from giving.pledges.pledge import Pledge, PledgeState
from giving.pledges.renewals import PERIOD, month_paid
from giving.quiet import QuietHours


def next_one(
    pledge: Pledge, begun: Month | None, zone: ZoneInfo, *, announced: bool = False
) -> tuple[Month, datetime] | None:  # fmt: skip
    """The month of its next instalment, and when that is due (UTC); None: none comes until its donor says something.

    `begun`: the newest month that has an instalment. Of a paused pledge: the one it goes on with. `announced`: of one
    that a subscription pays, its renewal has its instalment, and the one after that is asked for.
    """
    if pledge.state in (PledgeState.CANCELLED, PledgeState.WAITING):
        return None
    if pledge.state is PledgeState.PAUSED and pledge.paused_until is None:
        return None
    if pledge.state is PledgeState.ACTIVE and pledge.renews_at is not None:
        at = pledge.renews_at + PERIOD if announced else pledge.renews_at
        return month_paid(at, zone, pledge.first, begun, renewal=True), at
    month = pledge.next_month(begun or pledge.first.plus(-1))
    return month, debit_at(month, pledge.day, zone)


def look_at(pledge: Pledge, begun: Month | None, zone: ZoneInfo) -> datetime | None:
    """When the next instalment is to be made (what is kept as `due_at`); None: not at all."""
    found = next_one(pledge, begun, zone)
    return None if found is None else begins_at(pledge, found[1])


@dataclass(frozen=True, slots=True)
class Debit:
    """When a debit's notice goes (or went), and when the debit follows it."""

    notice_at: datetime
    at: datetime


def when_debited(
    due_at: datetime, zone: ZoneInfo, now: datetime, quiet: QuietHours | None, sent_at: datetime | None = None
) -> Debit:
    """What becomes of a debit that is due then: its notice a week before, by its reader's day, or as soon as it can be
    sent; the debit at the least LEAST_NOTICE after that. `sent_at`: of a notice that was sent.
    """
    early = max(due_at - NOTICE, now)
    notice_at = sent_at or (quiet.by(zone).allowed_from(early) if quiet is not None else early)
    return Debit(notice_at, max(due_at, notice_at + LEAST_NOTICE))


def from_now(pledge: Pledge, begun: Month | None, now: datetime, zone: ZoneInfo) -> Pledge:
    """It, with no instalment for a month whose day is past: after a pause, a wait or a change of its day.

    `paused_until` says so, also of a pledge that is active: no instalment before that month. Whatever it said is over.
    """
    free = replace(pledge, paused_until=None)
    month = free.next_month(begun or free.first.plus(-1))
    while debit_at(month, free.day, zone) < now:
        month = free.next_month(month)
    return replace(free, paused_until=month)
