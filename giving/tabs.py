"""The tab: tips too small for a rail are promised, and settled together by one charge. Times come in aware.

A tab belongs to one donor, one organisation and one currency. Its charge goes to that organisation; where a rail passes
on what it was paid, somebody may pay several tabs at once (giving/joint.py). What is promised is not given: totals,
rankings, matching and goals count what was paid.
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
from giving.payments import PaymentState
from giving.tips import Tip, TipState

NOTICE: Final = timedelta(days=3)  # before a charge to a saved method; a renewal has 7 days (giving/pledges.py)
EXPIRES: Final = timedelta(days=60)  # after it could first be paid
SETTLE_AT_MINOR: Final = 3_000
MONTHLY_MINOR: Final = 10_000
MOST_OPEN: Final = timedelta(days=1)  # whoever presses "pay now" on the 60th day can still do so
KEY_LASTS: Final = timedelta(hours=23)  # a rail forgets a key after a day, and would charge a second time for it
UNLINKED: Final = timedelta(days=1)  # a page that was never made by then is not asked for any more
QUIET: Final = timedelta(hours=1)  # what stands on a tab again is not asked for the next moment
DOUBLE_TAP: Final = timedelta(seconds=3)  # the same promise again so soon is a finger that trembled
SETTLED_HOUR: Final = 10  # of the month's last day: not at night


class Reason(StrEnum):
    """Why a tab is settled now. DECLINED: the saved method was, so it is to be paid by a link."""

    REACHED = "reached"
    MONTH_END = "month_end"
    PRESSED = "pressed"
    DECLINED = "declined"


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


CLOSED: Final = frozenset({PaymentState.FAILED, PaymentState.CANCELLED})  # of a payment: it can't be made any more
OVER: Final = CLOSED | {PaymentState.PAID}  # of a payment: nobody pays it any more
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
    """What stands on a tab and is in no charge yet. `skipped_until`: a skipped charge is not asked for again before.

    `begun_at`: when its newest charge was begun, of those that stand.
    """

    id: UUID
    donor: UUID
    organisation: UUID
    promised: Money
    skipped_until: datetime | None = None
    begun_at: datetime | None = None


def due(
    tab: Tab, terms: Terms, least: Money, now: datetime, zone: ZoneInfo, looked_for: datetime | None = None
) -> Reason | None:
    """Whether a tab is to be settled now without being asked; `least` is what its rail carries at the least.

    Below `least` it is carried on, month after month. `looked_for`: when it was to be looked at; if that was a month's
    end, it counts also where nobody was there to look on that very day. A month's end asks once: what is promised after
    it waits for the sum, or for the next one.
    """
    if not tab.promised or tab.promised < least:
        return None
    if tab.skipped_until is not None and now < tab.skipped_until:
        return None
    if terms.settle_at <= tab.promised:
        return Reason.REACHED
    ends = [month_end(now, zone)]
    if looked_for is not None and looked_for == month_end(looked_for, zone):
        ends.append(looked_for)
    open_ends = [end for end in ends if end <= now and (tab.begun_at is None or tab.begun_at < end)]
    return Reason.MONTH_END if open_ends else None


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


def asked_again(now: datetime, zone: ZoneInfo) -> datetime:
    """When a tab is looked at on which something stands again: after a while, but in no other month than it came free.

    In the last hour of a month it is that month's end, which is past: else it would be missed.
    """
    later, end = now + QUIET, month_end(now, zone)
    return end if end <= now and month_end(later, zone) != end else later


@dataclass(frozen=True, slots=True)
class Charge:
    """One settlement of a tab: its tips are chosen, the sum is what is owed of them.

    `charge_at`: when a saved method is to be charged, or since when its rail is asked to. `asked_at`: since when the
    oldest of it could be paid, also by charges before this one.
    """

    id: UUID
    tab: UUID
    amount: Money
    state: ChargeState
    reason: Reason
    charge_at: datetime | None = None
    asked_at: datetime | None = None
    begun_at: datetime | None = None


def begun(
    id_: UUID, tab: Tab, reason: Reason, *, saved: bool, now: datetime, first_asked: datetime | None = None
) -> Charge:
    """The settlement of all that stands on the tab.

    With a saved method it is announced three days before, unless the donor pressed; without one, there is a link.
    `first_asked`: when the first of it could be paid before; asking again does not begin the 60 days anew.
    """
    if saved and reason is not Reason.PRESSED:
        return Charge(
            id_, tab.id, tab.promised, ChargeState.ANNOUNCED, reason, charge_at=now + NOTICE, begun_at=now
        )  # fmt: skip
    state = ChargeState.CHARGING if saved else ChargeState.ASKED
    asked_at = min(now, first_asked or now)
    return Charge(id_, tab.id, tab.promised, state, reason, now if saved else None, asked_at, now)


@dataclass(frozen=True, slots=True)
class Told:
    """What became of the notice of a charge. `lost`: it will never arrive."""

    sent_at: datetime | None = None
    lost: bool = False


def charged_at(charge: Charge, told: Told) -> datetime | None:
    """When an announced charge is made: three days after its notice arrived, never before; None while it has not."""
    if charge.state is not ChargeState.ANNOUNCED or charge.charge_at is None or told.sent_at is None:
        return None
    return max(charge.charge_at, told.sent_at + NOTICE)


def expired(charge: Charge, now: datetime) -> bool:
    """Whether it could be paid for so long that its oldest promises end, quietly."""
    if charge.state is not ChargeState.ASKED or charge.asked_at is None:
        return False
    return charge.asked_at + EXPIRES <= now and (charge.begun_at or charge.asked_at) + MOST_OPEN <= now


def left_unpaid(charge: Charge, known: "Known", now: datetime) -> bool:
    """Whether its donor pressed for a page that is over, or was never made: what stands there is theirs to pay later.

    What was asked of them by a message waits on for its 60 days.
    """
    if charge.state is not ChargeState.ASKED or charge.reason is not Reason.PRESSED:
        return False
    never_made = not known.heard and charge.begun_at is not None and charge.begun_at + UNLINKED <= now
    return known.payment in CLOSED or (never_made and known.payment is not PaymentState.PAID)


def over(first_asked: Mapping[UUID, datetime], now: datetime) -> frozenset[UUID]:
    """Which promises end: those that could first be paid 60 days ago. What was never asked for has no end."""
    return frozenset(tip for tip, at in first_asked.items() if at + EXPIRES <= now)


class Step(StrEnum):
    """What an open charge is due for.

    CHARGE: the saved method, after what is owed was read again. ASK: the same of the rail once more, by the same key,
    because nothing was heard. LOOK_UP: the key is too old for that. LINK: it is to be paid by a link instead. PUT_OFF:
    its donor has blocked the bot, and could not say "not this time", or pressed and left the page unpaid, which says
    it; the next month's end is early enough.
    """

    PAID = "paid"
    EXPIRE = "expire"
    CHARGE = "charge"
    ASK = "ask"
    LOOK_UP = "look_up"
    LINK = "link"
    PUT_OFF = "put_off"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a charge beside itself: its payment, whether its rail was asked and answered, and its notice.

    `reachable`: its donor has not blocked the bot.
    """

    payment: PaymentState
    asked: bool = False
    heard: bool = False
    told: Told = Told()
    reachable: bool = True


def next_step(charge: Charge, known: Known, now: datetime) -> Step | None:
    """What is to be done with a charge; None: nothing, or nothing yet."""
    if charge.state not in OPEN:
        return None
    if known.payment is PaymentState.PAID:
        return Step.PAID
    if charge.state is ChargeState.ASKED:
        if expired(charge, now):
            return Step.EXPIRE
        return Step.PUT_OFF if left_unpaid(charge, known, now) else None
    if charge.state is ChargeState.ANNOUNCED:
        if not known.reachable and charge.charge_at is not None and charge.charge_at <= now:
            return Step.PUT_OFF
        if known.told.lost:
            return Step.LINK
        at = charged_at(charge, known.told)
        return Step.CHARGE if at is not None and at <= now else None
    if known.payment in CLOSED:
        return Step.LINK
    if known.heard:
        return None
    if not known.asked:
        return Step.CHARGE
    # Where it was asked for later than now, a clock was wrong: nobody knows how old its key is.
    fresh = charge.charge_at is not None and charge.charge_at <= now < charge.charge_at + KEY_LASTS
    return Step.ASK if fresh else Step.LOOK_UP


def owed(tips: Iterable[Tip]) -> tuple[Tip, ...]:
    """What of a charge is still promised: not paid by an older page, not taken off, not ended."""
    return tuple(tip for tip in tips if tip.state is TipState.ON_TAB)


def round_ups(
    promised: Money, least: Money, gift: Money | None = None, steps: Iterable[int] = (100, 500, 1_000)
) -> tuple[Money, ...]:
    """Sums to round a tab up to, at most two; offered where it is below `least` or no whole sum, never preset.

    What is missing is a gift of its own: at least `gift`, so that the sum on the button is the sum that is paid.
    """
    found: list[Money] = []
    for step in steps:
        whole = -(-max(promised.minor + (gift.minor if gift is not None else 0), least.minor) // step) * step
        if whole > promised.minor and Money(whole, promised.currency) not in found:
            found.append(Money(whole, promised.currency))
    return tuple(found[:2])


def promised_by(tabs: Iterable[Tab], currency: str) -> Mapping[UUID, Money]:
    """What stands on each organisation's tabs."""
    by: dict[UUID, list[Money]] = {}
    for tab in tabs:
        by.setdefault(tab.organisation, []).append(tab.promised)
    return {organisation: sum_of(sums, currency) for organisation, sums in by.items()}
