"""Monthly donors: pledges, their instalments, and what proves them."""

from giving.pledges.changing import altered, as_pledged, back_unpaid, given_after_all
from giving.pledges.due import Debit, from_now, look_at, next_one, when_debited
from giving.pledges.instalments import (
    ANSWER_WITHIN,
    CHANGEABLE,
    KEY_LASTS,
    LATE,
    LEAST_NOTICE,
    LOOK_EVERY,
    NOTICE,
    OPEN,
    RETRIES,
    RETRY_NOTICE,
    VALID,
    Instalment,
    InstalmentState,
    Known,
    Step,
    announced_anew,
    begins_at,
    debit_from,
    debit_until,
    last_look,
    next_look,
    next_step,
    retry_at,
    too_often,
)
from giving.pledges.making import Next, next_made
from giving.pledges.months import Month, debit_at
from giving.pledges.names import debit_id, instalment_id
from giving.pledges.numbers import certificate_number, normal_number
from giving.pledges.paying import BY_SAVED, BY_TAB, Payable, chosen, payables, quarterly
from giving.pledges.pledge import (
    LAST,
    MISSED_IN_A_ROW,
    MOST_CHOICES,
    MOST_OPEN,
    MOST_PAUSED,
    QUARTER,
    SHORTEST,
    Need,
    Pledge,
    PledgeState,
    Way,
    Why,
    cancelled,
    first_month,
    neediest,
    paused,
    resumed,
    same_pause,
    usual_day,
)
from giving.pledges.proofs import Certificate, MonthGone, covered, has_certificate, in_a_row, levels, months_in_all
from giving.pledges.renewals import (
    AWAITED,
    GIVEN_UP,
    PERIOD,
    Subscription,
    SubscriptionState,
    cancelled_there,
    counts_for,
    decide_subscription,
    goes_on,
    may_begin,
    month_paid,
    waiting,
)
from giving.pledges.rhythm import CHANGES_ALONG, counted_anew

__all__ = [
    "ANSWER_WITHIN", "AWAITED", "BY_SAVED", "BY_TAB", "CHANGEABLE", "CHANGES_ALONG", "GIVEN_UP", "KEY_LASTS", "LAST",
    "LATE", "LEAST_NOTICE", "LOOK_EVERY", "MISSED_IN_A_ROW", "MOST_CHOICES", "MOST_OPEN", "MOST_PAUSED", "NOTICE",
    "OPEN", "PERIOD", "QUARTER", "RETRIES", "RETRY_NOTICE", "SHORTEST", "VALID", "Certificate", "Debit", "Instalment",
    "InstalmentState", "Known", "Month", "MonthGone", "Need", "Next", "Payable", "Pledge", "PledgeState", "Step",
    "Subscription", "SubscriptionState", "Way", "Why", "altered", "announced_anew", "as_pledged", "back_unpaid",
    "begins_at", "cancelled", "cancelled_there", "certificate_number", "chosen", "counted_anew", "counts_for",
    "covered", "debit_at", "debit_from", "debit_id", "debit_until", "decide_subscription", "first_month", "from_now",
    "given_after_all", "goes_on", "has_certificate", "in_a_row", "instalment_id", "last_look", "levels", "look_at",
    "may_begin", "month_paid", "months_in_all", "neediest", "next_look", "next_made", "next_one", "next_step",
    "normal_number", "paused", "payables", "quarterly", "resumed", "retry_at", "same_pause", "too_often", "usual_day",
    "waiting", "when_debited",
]  # fmt: skip
