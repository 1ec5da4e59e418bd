"""Pledges paid by a subscription in Telegram Stars: Telegram takes the same amount every 30 days, by itself. Pure.

Whoever pays its invoice begins one; it can be ended, and neither skips a month nor changes what it takes. So whatever
changes about such a pledge ends it, and its donor is led to another (docs/decisions/0026-stars-every-month.md).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from giving.errors import GivingError, InvoiceNotYours, InvoiceOutdated, TipNotOpen
from giving.money import Money
from giving.pledges.instalments import Instalment, InstalmentState
from giving.pledges.months import Month
from giving.pledges.pledge import Pledge, PledgeState, Way

PERIOD: Final = timedelta(days=30)  # Telegram's own, to the second
SOON: Final = timedelta(days=3)  # so near to its end a payment may be the next; before, it would be a second one
AWAITED: Final = timedelta(hours=2)  # after its moment: then Telegram is asked whether it came
GIVEN_UP: Final = timedelta(days=3)  # after it: it did not come, and its donor is asked by a link
_WAITING: Final = frozenset({InstalmentState.ANNOUNCED, InstalmentState.ASKED})


class SubscriptionState(StrEnum):
    """OPEN: it may be paid, and renews itself once it was. ENDING: Telegram is to be told to end it. ENDED: it was."""

    OPEN = "open"
    ENDING = "ending"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a donor pays every 30 days, for a pledge (None: ours is lost, its payments still come).

    `project`: what its invoice named. `amount`: Stars each time. `until`: what was paid reaches to; None: nothing was.
    """

    id: UUID
    pledge: UUID | None
    project: UUID
    amount: Money
    state: SubscriptionState
    made_at: datetime
    until: datetime | None = None


def waiting(open_: Iterable[Instalment]) -> Instalment | None:
    """Of a pledge's open instalments the oldest that a subscription may pay: nothing else is asked for it."""
    free = [one for one in open_ if one.state in _WAITING and one.payment is None]
    return min(free, key=lambda one: one.month, default=None)


def month_paid(
    at: datetime, zone: ZoneInfo, first: Month, begun: Month | None, waits: Month | None = None, *,
    renewal: bool = False,
) -> Month:  # fmt: skip
    """Which month a payment of that moment counts for: the one that waits for it, else the one it is there.

    If that has its instalment (30 days are shorter than most months), the next that has none. `begun`: the newest month
    that has one, whatever became of it. A `renewal` of a subscription is always the month after it: so none that goes
    on leaves February out, and each month is given once.
    """
    if waits is not None:
        return waits
    if renewal and begun is not None:
        return begun.plus(1)
    month = max(Month.of(at, zone), first)
    return month if begun is None else max(month, begun.plus(1))


def goes_on(was: Pledge, now: Pledge) -> bool:
    """Whether what Telegram takes is still what the donor promises."""
    same = (now.amount, now.day, now.way, now.rail, now.every) == (was.amount, was.day, was.way, was.rail, was.every)
    to = (now.project, now.organisation, now.choices) == (was.project, was.organisation, was.choices)
    when = (now.state, now.skipped, now.paused_until) == (was.state, was.skipped, was.paused_until)
    return same and to and when and now.state is PledgeState.ACTIVE


def may_begin(pledge: Pledge) -> bool:
    """Whether its donor may begin a subscription now: none renews itself."""
    return pledge.way is Way.STARS and pledge.state is PledgeState.ACTIVE and pledge.renews_at is None


def counts_for(subscription: Subscription, pledge: Pledge | None) -> bool:
    """Whether a payment is an instalment of the pledge: else it is a plain gift, and the subscription is ended.

    Of one that its donor cancelled in Telegram a payment says that they thought better of it.
    """
    if pledge is None or subscription.state is not SubscriptionState.OPEN or pledge.way is not Way.STARS:
        return False
    return pledge.state is PledgeState.ACTIVE or cancelled_there(pledge)


def cancelled_there(pledge: Pledge) -> bool:
    """Paused because its donor cancelled in Telegram, and has said nothing here."""
    return pledge.state is PledgeState.PAUSED and pledge.paused_until is None and pledge.way is Way.STARS


def decide_subscription(
    payer: int, amount: Money | None, known: Subscription | None, pledge: Pledge | None, donor: int | None,
    now: datetime,
) -> GivingError | None:  # fmt: skip
    """None if it may be paid, else why not. `payer`, `donor`: Telegram ids; `donor` None: they left."""
    if known is None or pledge is None or known.state is not SubscriptionState.OPEN:
        return InvoiceOutdated()
    if donor != payer:
        return InvoiceNotYours()
    if not counts_for(known, pledge):
        return TipNotOpen()
    if pledge.renews_at is not None and pledge.renews_at - now > SOON:
        return TipNotOpen()  # it is paid: another payment would be a second subscription
    return None if known.amount == amount else InvoiceOutdated()
