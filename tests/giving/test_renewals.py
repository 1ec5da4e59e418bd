"""Subscriptions in Stars, pure: which month a payment counts for, when one goes on, who may pay one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giving.errors import InvoiceNotYours, InvoiceOutdated, TipNotOpen
from giving.money import Money
from giving.people import Visibility
from giving.pledges import (
    NOTICE,
    PERIOD,
    Instalment,
    InstalmentState,
    Known,
    Month,
    Pledge,
    PledgeState,
    Step,
    Subscription,
    SubscriptionState,
    Way,
    counts_for,
    decide_subscription,
    goes_on,
    look_at,
    may_begin,
    month_paid,
    next_made,
    next_one,
    next_step,
    payables,
    waiting,
)
from giving.rails import Capabilities, Shown, ways
from giving.stars import LEAST, MOST, STARS, StarRate

SHANGHAI = ZoneInfo("Asia/Shanghai")
AT = datetime(2027, 1, 1, 4, 0, tzinfo=UTC)
WHAT = UUID(int=7)
STARS_80 = Money(80, STARS)
moments = st.datetimes(AT.replace(year=2026, tzinfo=None), AT.replace(year=2030, tzinfo=None), timezones=st.just(UTC))
apart = st.integers(-14, 14)


def pledge(**values: object) -> Pledge:
    known = Pledge(
        UUID(int=1), UUID(int=2), Money(1000, "CNY"), 1, Way.STARS, "stars", Visibility.NAMED, AT, Month(2027, 1),
        project=UUID(int=3),
    )  # fmt: skip
    return replace(known, **values)  # type: ignore[arg-type]


def subscription(**values: object) -> Subscription:
    known = Subscription(WHAT, UUID(int=1), UUID(int=3), STARS_80, SubscriptionState.OPEN, AT)
    return replace(known, **values)  # type: ignore[arg-type]


def instalment(**values: object) -> Instalment:
    known = Instalment(
        UUID(int=4), UUID(int=1), UUID(int=2), Month(2027, 1), Money(1000, "CNY"), UUID(int=3), Way.STARS, AT,
        InstalmentState.ANNOUNCED,
    )  # fmt: skip
    return replace(known, **values)  # type: ignore[arg-type]


def test_1_and_31_january_are_january_and_february():
    january = month_paid(AT, SHANGHAI, Month(2027, 1), None)
    assert january == Month(2027, 1)
    assert month_paid(AT + PERIOD, SHANGHAI, Month(2027, 1), january, renewal=True) == Month(2027, 2)
    assert month_paid(AT + PERIOD, SHANGHAI, Month(2027, 1), january) == Month(2027, 2), "a new one, too"
    assert month_paid(AT + 2 * PERIOD, SHANGHAI, Month(2027, 1), Month(2027, 2), renewal=True) == Month(2027, 3)


def test_30_january_and_1_march_leave_no_february_out():
    january = AT + timedelta(days=29)
    assert month_paid(january + PERIOD, SHANGHAI, Month(2027, 1), Month(2027, 1), renewal=True) == Month(2027, 2)
    assert month_paid(january + PERIOD, SHANGHAI, Month(2027, 1), Month(2027, 1)) == Month(2027, 3), "begun anew"


@given(moments, st.sampled_from(["Asia/Shanghai", "America/New_York", "Pacific/Kiritimati"]), st.integers(2, 150))
def test_payments_every_30_days_count_for_as_many_months_in_a_row(began: datetime, zone: str, count: int):
    """No month has two, none is left out; a month is ahead of its calendar, or behind it, by days that add up."""
    here, begun = ZoneInfo(zone), None
    first = Month.of(began, here)
    for number in range(count):
        at = began + number * PERIOD
        month = month_paid(at, here, first, begun, renewal=begun is not None)
        assert month == first.plus(number)
        assert -1 <= Month.of(at, here).until(month) <= 1 + number * 6 // 365
        begun = month


@given(moments, apart, st.none() | apart, st.none() | apart, st.booleans())
def test_a_month_that_has_its_instalment_never_gets_another(
    at: datetime, first: int, begun: int | None, waits: int | None, renewal: bool
):  # fmt: skip
    here = Month.of(at, SHANGHAI)
    newest = here.plus(begun) if begun is not None else None
    asked = here.plus(waits) if waits is not None else None
    month = month_paid(at, SHANGHAI, here.plus(first), newest, asked, renewal=renewal)
    if asked is not None:
        assert month == asked, "what waits is what is paid"
        return
    assert newest is None or month > newest
    if not renewal:
        assert month >= max(here, here.plus(first))


def test_only_what_asks_for_nothing_else_waits_for_it():
    asked = instalment(state=InstalmentState.ASKED, month=Month(2026, 12))
    by_page = instalment(state=InstalmentState.ASKED, payment=UUID(int=9), month=Month(2026, 11))
    at_rail = instalment(state=InstalmentState.CHARGING, month=Month(2026, 10))
    assert waiting([instalment(), by_page, asked, at_rail]) is asked
    assert waiting([by_page, at_rail]) is None
    assert waiting([]) is None


def test_its_notice_comes_a_week_before_telegram_takes_it():
    renews = AT + PERIOD
    live = pledge(renews_at=renews)
    assert next_one(live, Month(2027, 1), SHANGHAI) == (Month(2027, 2), renews)
    assert next_one(live, Month(2027, 2), SHANGHAI, announced=True) == (Month(2027, 3), renews + PERIOD)
    assert look_at(live, Month(2027, 1), SHANGHAI) == renews - NOTICE
    made = next_made(live, Month(2027, 1), renews + timedelta(days=40), SHANGHAI)
    assert made is not None
    assert (made.month, made.due_at, made.left_out) == (Month(2027, 2), renews, 0), "Telegram took it all the same"
    by_link = next_one(pledge(), Month(2027, 1), SHANGHAI)
    assert by_link is not None
    assert by_link[0] == Month(2027, 2)


def test_what_is_announced_is_watched_and_without_a_subscription_asked_for():
    one = instalment(due_at=AT)
    live = Known(PledgeState.ACTIVE, renews=True)
    assert next_step(one, live, AT - timedelta(days=3)) is Step.WATCH
    assert next_step(one, replace(live, lost=True), AT) is Step.SKIP, "who can't be told is not charged"
    gone = replace(live, renews=False)
    assert next_step(one, gone, AT - timedelta(days=3)) is None
    assert next_step(one, gone, AT) is Step.ASK
    assert next_step(one, replace(live, pledge=PledgeState.PAUSED), AT) is Step.SKIP


@pytest.mark.parametrize(
    "change",
    [
        {"amount": Money(2000, "CNY")}, {"day": 5}, {"way": Way.LINK}, {"rail": "paper"}, {"project": UUID(int=9)},
        {"every": 3}, {"skipped": Month(2027, 2)}, {"paused_until": Month(2027, 4)}, {"state": PledgeState.PAUSED},
        {"state": PledgeState.CANCELLED}, {"state": PledgeState.WAITING},
        {"project": None, "organisation": UUID(int=5)}, {"project": None, "choices": (UUID(int=3), UUID(int=5))},
    ],
)  # fmt: skip
def test_it_goes_on_only_as_it_was_begun(change: dict[str, object]):
    was = pledge(renews_at=AT)
    assert goes_on(was, was)
    assert goes_on(was, replace(was, visibility=Visibility.ANONYMOUS))
    assert not goes_on(was, replace(was, **change))  # type: ignore[arg-type]


def test_one_begins_where_none_renews_itself():
    assert may_begin(pledge())
    assert not may_begin(pledge(renews_at=AT))
    assert not may_begin(pledge(way=Way.LINK))
    assert not may_begin(pledge(state=PledgeState.PAUSED))


def test_what_a_payment_counts_for():
    assert counts_for(subscription(), pledge())
    assert counts_for(subscription(), pledge(state=PledgeState.PAUSED)), "cancelled there, and thought better of"
    paused = pledge(state=PledgeState.PAUSED, paused_until=Month(2027, 5))
    for one, its in (
        (subscription(), None), (subscription(), paused), (subscription(), pledge(way=Way.LINK)),
        (subscription(), pledge(state=PledgeState.CANCELLED)), (subscription(), pledge(state=PledgeState.WAITING)),
        (subscription(state=SubscriptionState.ENDING), pledge()),
        (subscription(state=SubscriptionState.ENDED), pledge()),
    ):  # fmt: skip
        assert not counts_for(one, its)


def test_who_may_pay_it():
    def said(known: Subscription | None = None, its: Pledge | None = None, **values: object) -> type[Exception] | None:
        asked: dict[str, object] = {"payer": 5, "amount": STARS_80, "donor": 5} | values
        one = known or subscription()
        refusal = decide_subscription(known=one, pledge=its or pledge(), now=AT, **asked)  # type: ignore[arg-type]
        return None if refusal is None else type(refusal)

    assert said() is None
    assert said(payer=6) is InvoiceNotYours
    assert said(donor=None) is InvoiceNotYours
    assert said(amount=Money(81, STARS)) is InvoiceOutdated
    assert said(amount=None) is InvoiceOutdated
    assert said(subscription(state=SubscriptionState.ENDED)) is InvoiceOutdated
    assert said(its=pledge(state=PledgeState.CANCELLED)) is TipNotOpen
    assert said(its=pledge(renews_at=AT + timedelta(days=29))) is TipNotOpen
    assert said(its=pledge(renews_at=AT + timedelta(days=1))) is None, "that is the next"
    assert decide_subscription(5, STARS_80, None, None, None, AT) is not None


@given(st.integers(1, 300_000), st.integers(1, 40), st.booleans())
def test_a_way_by_stars_is_one_telegram_takes(minor: int, stars: int, monthly: bool):
    amount, rate = Money(minor, "CNY"), StarRate(stars, Money(100, "CNY"))
    can = Capabilities(
        limits={STARS: (LEAST, MOST)}, real_money=True, shown=Shown.INVOICE, rate=rate, renews=True
    )  # fmt: skip
    found = payables(
        ways(amount, {"stars": can}, (), Money(3000, "CNY"), None), {}, amount, ("stars",) if monthly else ()
    )  # fmt: skip
    price = rate.price(amount)
    if monthly and price.minor <= MOST.minor:
        assert [(one.way, one.by, one.price) for one in found] == [(Way.STARS, "stars", price)]
    else:
        assert found == [], "an invoice is no link"
