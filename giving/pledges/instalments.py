"""An instalment: what one month of a pledge comes to, from its notice until it is paid or given up. Pure.

There is one row for each pledge and month, and nothing is asked of a rail before it stands there: two schedulers, a
clock that jumped, a database taken back and an event that comes twice find the same row.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from giving.money import Money
from giving.payments import PaymentState
from giving.pledges.months import Month
from giving.pledges.pledge import MISSED_IN_A_ROW, Pledge, PledgeState, Way
from giving.tips import TipState

NOTICE: Final = timedelta(days=7)  # before each debit
LEAST_NOTICE: Final = timedelta(days=5)  # where the notice came late: the debit waits until it is that old
RETRY_NOTICE: Final = timedelta(days=1)  # likewise of a debit that was declined and is tried again
LATE: Final = timedelta(days=3)  # after the day that was told: a debit that was not made by then is told anew
RETRIES: Final = (timedelta(days=3), timedelta(days=7))  # after the first try that was declined
REMIND_AGAIN: Final = timedelta(days=3)  # once, where it is paid by hand
VALID: Final = timedelta(days=7)  # for so long it can be paid by hand, and a notice that can't be sent is tried
KEY_LASTS: Final = timedelta(hours=23)  # a rail forgets a key after a day, and would charge a second time for it
LOOK_EVERY: Final = timedelta(hours=1)  # at what only the rail can say; the payments' own sweep looks too
UNHEARD_EVERY: Final = timedelta(hours=6)  # at a notice that was due and could not be brought yet
ANSWER_WITHIN: Final = timedelta(minutes=2)  # else it is asked again
MOST_LOOKS: Final = timedelta(days=30)  # after its day: whether a page that was closed was paid all the same
LAST_LOOK: Final = timedelta(days=2)


class InstalmentState(StrEnum):
    """ANNOUNCED: will be debited at `due_at`. ASKED: its donor has a link (or a code). ON_TAB: stands on their tab.

    CHARGING: the rail was asked, and has not said what became of it. RETRY: declined, tried again at `due_at`.
    PAID; SKIPPED by its donor (or its pledge paused, changed or ended before it was paid); MISSED: nobody paid by hand;
    FAILED: declined for the last time.
    """

    ANNOUNCED = "announced"
    ASKED = "asked"
    ON_TAB = "on_tab"
    CHARGING = "charging"
    RETRY = "retry"
    PAID = "paid"
    SKIPPED = "skipped"
    MISSED = "missed"
    FAILED = "failed"


OPEN: Final = frozenset(
    {
        InstalmentState.ANNOUNCED, InstalmentState.ASKED, InstalmentState.ON_TAB, InstalmentState.CHARGING,
        InstalmentState.RETRY,
    }
)  # fmt: skip
CHANGEABLE: Final = OPEN - {InstalmentState.CHARGING}  # by its donor: at a rail, it is too late
_GONE: Final = frozenset({PaymentState.FAILED, PaymentState.CANCELLED})  # of a payment: nobody can pay it any more


@dataclass(frozen=True, slots=True)
class Instalment:
    """One month of a pledge. `due_at`: when it is debited or asked for (next); it does not move with its donor's clock.

    `amount`, `project` and `way` are those it was announced with. `tries`: debits that were declined, `declined` the
    rail's word for why the last one was; `debits`: how often a debit was begun. `tip` and `payment`: once it was asked
    for or debited. `asked_at`: since when it can be paid by hand; `reminded_at`: when they were told once more, that it
    can be, or of another day for a debit that was not made on its own. `every`: for 1 month, or 3.
    """

    id: UUID
    pledge: UUID
    donor: UUID
    month: Month
    amount: Money
    project: UUID
    way: Way
    due_at: datetime
    state: InstalmentState
    tries: int = 0
    tip: UUID | None = None
    payment: UUID | None = None
    asked_at: datetime | None = None
    reminded_at: datetime | None = None
    first_tried_at: datetime | None = None
    paid_at: datetime | None = None
    debits: int = 0
    declined: str | None = None
    every: int = 1


class Step(StrEnum):
    """What is to be done with an instalment now."""

    PAID = "paid"  # its payment was: write it down
    ANNOUNCE = "announce"  # the day that was told went by without a debit: they are told another
    DEBIT = "debit"
    CHARGE = "charge"  # the rail was asked, and did not answer: ask by the same key
    LOOK_UP = "look_up"  # the key is too old for that, or its pledge is not active any more: what became of it?
    DECLINED = "declined"  # the rail says so, later
    ASK = "ask"  # by hand: ask, with a link
    ON_TAB = "on_tab"
    OFF_TAB = "off_tab"  # its pledge is over: off the tab, if that is not being charged
    REMIND = "remind"  # by hand: once more
    GIVE_UP = "give_up"  # by hand: nobody paid
    SKIP = "skip"  # its pledge is not active any more, or its notice can't be brought
    CLOSE = "close"  # it is over, and could still be paid
    WATCH = "watch"  # Telegram takes it by itself: may it, and did it?


@dataclass(frozen=True, slots=True)
class Known:
    """What else is known of it: `notice_at`: when its donor was sent the notice (None: not yet); of a debit that was
    declined, the message that says when it is tried again.

    `lost`: the notice can't reach them, so nothing may be debited. `unsaid`: it was not so when it would have been sent
    (their pledge was paused, say), so nobody was told. `tip`: the state of its gift. `payment`, `tried_at`: of its
    newest payment, which the rail has `heard` of. `renews`: a subscription pays its pledge.
    """

    pledge: PledgeState
    is_paid: bool = False
    notice_at: datetime | None = None
    lost: bool = False
    unsaid: bool = False
    tip: TipState | None = None
    payment: PaymentState | None = None
    tried_at: datetime | None = None
    heard: bool = False
    renews: bool = False

    @property
    def payable(self) -> bool:
        """Whether it can still be paid: its gift is promised, or its page is open."""
        return self.tip is TipState.ON_TAB or (
            self.heard and self.payment in (PaymentState.CREATED, PaymentState.PENDING)
        )


def begins_at(pledge: Pledge, due_at: datetime) -> datetime:
    """When the instalment due then is made: a debit with its notice, anything else on the day itself."""
    return due_at - NOTICE if pledge.way is Way.SAVED or pledge.renews_at is not None else due_at


def debit_from(instalment: Instalment, known: Known) -> datetime | None:
    """From when on it may be debited: its day, and LEAST_NOTICE after its notice was sent; None: not at all yet.

    What was declined is tried again RETRY_NOTICE after they were sent word of that.
    """
    if known.notice_at is None:
        return None
    again = instalment.state is InstalmentState.RETRY and instalment.tries
    return max(instalment.due_at, known.notice_at + (RETRY_NOTICE if again else LEAST_NOTICE))


def debit_until(instalment: Instalment, known: Known) -> datetime | None:
    """Up to when it may be debited on the word its donor has: LATE after the day they were told; None: not at all yet.

    What the operator mends, or a rail that is away, puts a debit off: the day that was told stays as it was.
    """
    told = debit_from(instalment, known)
    first = instalment.first_tried_at
    if told is None or first is None or instalment.state is not InstalmentState.RETRY or known.notice_at is None:
        return None if told is None else told + LATE
    if not instalment.tries:
        return first + LATE
    return max(first + RETRIES[min(instalment.tries, len(RETRIES)) - 1], known.notice_at + RETRY_NOTICE) + LATE


def announced_anew(instalment: Instalment, now: datetime) -> Instalment:
    """It, as they are told once more: with a day that leaves time for that."""
    if instalment.tries:
        return replace(instalment, due_at=max(instalment.due_at, now + RETRY_NOTICE), reminded_at=now)
    due_at = max(instalment.due_at, now + LEAST_NOTICE)
    anew = replace(instalment, due_at=due_at, reminded_at=now, first_tried_at=None)
    return replace(anew, state=InstalmentState.ANNOUNCED)


def next_step(instalment: Instalment, known: Known, now: datetime) -> Step | None:
    """What is due, if anything is. What was paid is written down whatever else is known."""
    state = instalment.state
    if known.is_paid and state is not InstalmentState.PAID:
        return Step.PAID
    if state not in OPEN:
        return Step.CLOSE if state is not InstalmentState.PAID and known.payable else None
    if state is InstalmentState.CHARGING:
        return _charging(known, now)
    if state is InstalmentState.ON_TAB:  # a promise, like any other on their tab
        if known.tip is TipState.ON_TAB:  # what was at a rail with its tab when its pledge ended, and may be free now
            return Step.OFF_TAB if known.pledge is PledgeState.CANCELLED else None
        return {TipState.EXPIRED: Step.GIVE_UP, TipState.CANCELLED: Step.SKIP}.get(known.tip) if known.tip else None
    if known.pledge is not PledgeState.ACTIVE:
        return Step.SKIP
    if state is InstalmentState.ANNOUNCED:
        return _announced(instalment, known, now)
    if state is InstalmentState.RETRY:
        return _debited(instalment, known, now)
    return _asked(instalment, now)


def _announced(instalment: Instalment, known: Known, now: datetime) -> Step | None:
    if instalment.way is Way.STARS and known.renews:
        return Step.SKIP if known.lost else Step.WATCH
    if instalment.way is not Way.SAVED:
        step = Step.ON_TAB if instalment.way is Way.TAB else Step.ASK
        return step if instalment.due_at <= now else None
    return _debited(instalment, known, now)


def _debited(instalment: Instalment, known: Known, now: datetime) -> Step | None:
    """On the day that was told, or soon after; not long after that: they are told another, once, or it is left out."""
    if known.lost:
        return Step.SKIP
    again = instalment.reminded_at is not None
    may, until = debit_from(instalment, known), debit_until(instalment, known)
    if known.unsaid:
        return Step.SKIP if again or instalment.due_at + VALID <= now else Step.ANNOUNCE
    if may is None or until is None:  # Telegram is away, or its reader
        return Step.SKIP if instalment.due_at + (LATE if again else VALID) <= now else None
    if now < may:
        return None
    if now < until:
        return Step.DEBIT
    return Step.SKIP if again or instalment.due_at + VALID <= now else Step.ANNOUNCE


def _charging(known: Known, now: datetime) -> Step | None:
    if known.payment in _GONE:
        return Step.DECLINED
    if known.heard:
        return None
    # Where it was tried later than now, a clock was wrong: nobody knows how old its key is.
    fresh = known.tried_at is not None and timedelta() <= now - known.tried_at < KEY_LASTS
    # Asking again may be what charges it: not for whoever paused or ended it meanwhile. What was charged is found.
    return Step.CHARGE if fresh and known.pledge is PledgeState.ACTIVE else Step.LOOK_UP


def _asked(instalment: Instalment, now: datetime) -> Step | None:
    asked = instalment.asked_at or instalment.due_at
    if asked + VALID <= now:
        return Step.GIVE_UP
    return Step.REMIND if asked + REMIND_AGAIN <= now and instalment.reminded_at is None else None


def next_look(instalment: Instalment, known: Known, now: datetime) -> datetime | None:
    """When something may be due again, where nothing is now; None: it is over. That it was paid is seen at once."""
    asked = instalment.asked_at or instalment.due_at
    match instalment.state:
        case InstalmentState.ANNOUNCED:
            may = debit_from(instalment, known) if instalment.way is Way.SAVED else instalment.due_at
            if may is None and instalment.due_at <= now:  # its reader blocked us, or Telegram is away
                return min(now + UNHEARD_EVERY, instalment.due_at + VALID)
            return _later(may or instalment.due_at, now)
        case InstalmentState.ASKED:
            waits = REMIND_AGAIN if instalment.reminded_at is None else VALID
            return _later(asked + waits, now)
        case InstalmentState.ON_TAB:
            return now + timedelta(days=1)
        case InstalmentState.CHARGING:
            return now + LOOK_EVERY
        case InstalmentState.RETRY:
            return _later(debit_from(instalment, known) or instalment.due_at, now)
    return None


def _later(at: datetime, now: datetime) -> datetime:
    return at if at > now else now + LOOK_EVERY


def last_look(instalment: Instalment, now: datetime) -> datetime | None:
    """When one that is over is looked at again: a page that was closed may have been paid in that moment."""
    if instalment.payment is None or instalment.due_at + MOST_LOOKS <= now:
        return None
    return now + LAST_LOOK


def retry_at(instalment: Instalment, now: datetime) -> datetime | None:
    """When a debit that was just declined is tried again: 3 and 7 days after the first try; None: not any more.

    `instalment`: as before this try was counted.
    """
    if instalment.tries >= len(RETRIES):
        return None
    return max((instalment.first_tried_at or now) + RETRIES[instalment.tries], now + timedelta(days=1))


def too_often(newest_first: Iterable[InstalmentState]) -> bool:
    """Whether a pledge's newest instalments were missed so often in a row that it is paused; what was skipped doesn't
    count either way.
    """
    missed = 0
    for state in newest_first:
        if state is InstalmentState.SKIPPED:
            continue
        if state is not InstalmentState.MISSED:
            return False
        missed += 1
        if missed == MISSED_IN_A_ROW:
            return True
    return False
