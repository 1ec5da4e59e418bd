"""The tab: tips too small for a rail are promised, and settled together by one charge. Times come in aware.

A tab belongs to one donor, one organisation and one currency, since one charge goes to one organisation. What is
promised is not given: totals, rankings, matching and goals count what was paid.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from giving.errors import GivingError, MonthlyLimit
from giving.money import Money, sum_of

NOTICE: Final = timedelta(days=3)  # before a charge to a saved method; a renewal has 7 days (giving/pledges.py)
EXPIRES: Final = timedelta(days=60)  # after it could first be paid
SETTLE_AT_MINOR: Final = 3_000
MONTHLY_MINOR: Final = 10_000
SETTLED_HOUR: Final = 10  # of the month's last day: not at night


class Reason(StrEnum):
    """Why a tab is settled now."""

    REACHED = "reached"
    MONTH_END = "month_end"
    PRESSED = "pressed"


class ChargeState(StrEnum):
    """One settlement of a tab, from the moment its tips are chosen.

    ANNOUNCED: charged to a saved method at `charge_at`. ASKED: the donor has a link to pay. CHARGING: the rail was
    asked to charge, and has not said what became of it.
    """

    ANNOUNCED = "announced"
    ASKED = "asked"
    CHARGING = "charging"
    PAID = "paid"
    SKIPPED = "skipped"
    EXPIRED = "expired"


OPEN: Final = frozenset({ChargeState.ANNOUNCED, ChargeState.ASKED, ChargeState.CHARGING})


@dataclass(frozen=True, slots=True)
class Terms:
    """What a donor chose: at which sum a tab is settled, and the most they promise a month, to whomever."""

    settle_at: Money
    monthly: Money


@dataclass(frozen=True, slots=True)
class Promise:
    """A tip that is to go on its donor's tab. `month`: what this donor promised this month already, over all tabs."""

    donor: UUID
    amount: Money
    month: Money
    terms: Terms


def decide_promises(asked: Sequence[Promise]) -> list[GivingError | None]:
    """Decide a batch in order: None for what may go on the tab; what this batch adds counts for its later items.

    A donor's `month` is what it was before the batch, the same in each of their promises.
    """
    added: dict[UUID, Money] = {}
    verdicts: list[GivingError | None] = []
    for promise in asked:
        sofar = promise.month + added.get(promise.donor, Money(0, promise.amount.currency))
        limit = promise.terms.monthly
        if limit < sofar + promise.amount:
            left = Money(max(0, limit.minor - sofar.minor), limit.currency)
            verdicts.append(MonthlyLimit(limit=limit, left=left))
            continue
        added[promise.donor] = added.get(promise.donor, Money(0, promise.amount.currency)) + promise.amount
        verdicts.append(None)
    return verdicts


@dataclass(frozen=True, slots=True)
class Tab:
    """What stands on a tab and is in no charge yet. `skipped_until`: a skipped charge is not asked for again before."""

    id: UUID
    donor: UUID
    organisation: UUID
    promised: Money
    skipped_until: datetime | None = None


def due(
    tab: Tab, terms: Terms, least: Money, now: datetime, zone: ZoneInfo, looked_for: datetime | None = None
) -> Reason | None:
    """Whether a tab is to be settled now without being asked; `least` is what its rail carries at the least.

    Below `least` it is carried on, month after month. `looked_for`: when it was to be looked at; if that was a month's
    end, it counts also where nobody was there to look on that very day.
    """
    if not tab.promised or tab.promised < least:
        return None
    if tab.skipped_until is not None and now < tab.skipped_until:
        return None
    if terms.settle_at <= tab.promised:
        return Reason.REACHED
    late = looked_for is not None and looked_for <= now and looked_for == month_end(looked_for, zone)
    return Reason.MONTH_END if late or month_end(now, zone) <= now else None


def month_end(now: datetime, zone: ZoneInfo) -> datetime:
    """When the tabs of this local month are settled: its last day, at ten in the morning."""
    local = now.astimezone(zone)
    next_month = (local.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = next_month - timedelta(days=1)
    return last.replace(hour=SETTLED_HOUR, minute=0, second=0, microsecond=0, fold=0)


def month_start(now: datetime, zone: ZoneInfo) -> datetime:
    """From when on promises count towards this month's limit."""
    return now.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)


def after_skip(now: datetime, zone: ZoneInfo) -> datetime:
    """Skipped once is skipped until the next month's end, or until they press "settle now"."""
    this = month_end(now, zone)
    return this if now < this else month_end(this + timedelta(days=2), zone)


@dataclass(frozen=True, slots=True)
class Charge:
    """One settlement of a tab: its tips are chosen, the sum is fixed. `asked_at`: since when it could be paid."""

    id: UUID
    tab: UUID
    amount: Money
    state: ChargeState
    reason: Reason
    charge_at: datetime | None = None
    asked_at: datetime | None = None


def begun(id_: UUID, tab: Tab, reason: Reason, *, saved: bool, now: datetime) -> Charge:
    """The settlement of all that stands on the tab.

    With a saved method it is announced three days before, unless the donor pressed; without one, there is a link.
    """
    if saved and reason is not Reason.PRESSED:
        return Charge(id_, tab.id, tab.promised, ChargeState.ANNOUNCED, reason, charge_at=now + NOTICE)
    state = ChargeState.CHARGING if saved else ChargeState.ASKED
    return Charge(id_, tab.id, tab.promised, state, reason, asked_at=now)


def chargeable(charge: Charge, now: datetime) -> bool:
    """Whether an announced charge is due."""
    return charge.state is ChargeState.ANNOUNCED and charge.charge_at is not None and charge.charge_at <= now


def expired(charge: Charge, now: datetime) -> bool:
    """Whether it could be paid for so long that its promises end, quietly."""
    return charge.state is ChargeState.ASKED and charge.asked_at is not None and charge.asked_at + EXPIRES <= now


def round_ups(promised: Money, least: Money, steps: Iterable[int] = (100, 500, 1_000)) -> tuple[Money, ...]:
    """Sums to round a tab up to, at most two; offered where it is below `least` or no whole sum, never preset."""
    found: list[Money] = []
    for step in steps:
        whole = -(-max(promised.minor, least.minor) // step) * step
        if whole > promised.minor and Money(whole, promised.currency) not in found:
            found.append(Money(whole, promised.currency))
    return tuple(found[:2])


def promised_by(tabs: Iterable[Tab], currency: str) -> Mapping[UUID, Money]:
    """What stands on each organisation's tabs."""
    by: dict[UUID, list[Money]] = {}
    for tab in tabs:
        by.setdefault(tab.organisation, []).append(tab.promised)
    return {organisation: sum_of(sums, currency) for organisation, sums in by.items()}
