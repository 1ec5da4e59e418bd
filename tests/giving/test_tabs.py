"""Tabs: never more than the donor's limit, never below what the rail carries, never earlier than announced."""

import calendar
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from giving.errors import MonthlyLimit
from giving.money import Money
from giving.payments import PaymentState
from giving.people import Visibility
from giving.tabs import (
    EXPIRES,
    KEY_LASTS,
    NOTICE,
    OPEN,
    UNLINKED,
    Charge,
    ChargeState,
    Known,
    Promise,
    Reason,
    Step,
    Tab,
    Terms,
    Told,
    after_skip,
    asked_again,
    begun,
    charged_at,
    decide_promises,
    due,
    expired,
    month_end,
    month_start,
    next_step,
    over,
    owed,
    round_ups,
)
from giving.tips import Tip, TipState

SHANGHAI, NOON = ZoneInfo("Asia/Shanghai"), datetime(2026, 11, 11, 4, tzinfo=UTC)
MINUTES = timedelta(minutes=5)
IDS = [UUID(int=number) for number in range(1, 6)]
minors = st.integers(0, 20_000)
moments = st.integers(0, 94_000_000).map(lambda s: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
zones = st.sampled_from([ZoneInfo(name) for name in ("Asia/Shanghai", "America/New_York", "Pacific/Kiritimati", "UTC")])


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def terms(settle_at: int = 3_000, monthly: int = 10_000) -> Terms:
    return Terms(cny(settle_at), cny(monthly))


def tab(promised: int, skipped_until: datetime | None = None) -> Tab:
    return Tab(IDS[0], IDS[1], IDS[2], cny(promised), skipped_until)


@given(st.lists(st.tuples(st.sampled_from(IDS), st.integers(1, 6_000))), minors, minors)
def test_nobody_promises_more_than_their_limit_and_nothing_that_fits_is_refused(
    wishes: list[tuple[UUID, int]], before: int, limit: int
):
    asked = [Promise(donor, cny(minor), cny(before), terms(monthly=limit)) for donor, minor in wishes]
    sums = dict.fromkeys(IDS, before)
    for promise, verdict in zip(asked, decide_promises(asked), strict=True):
        fits = sums[promise.donor] + promise.amount.minor <= limit
        assert (verdict is None) is fits
        if fits:
            sums[promise.donor] += promise.amount.minor
        else:
            assert isinstance(verdict, MonthlyLimit)
            assert verdict.args_for_message == {
                "limit": cny(limit), "left": cny(max(0, limit - sums[promise.donor])),
            }  # fmt: skip
    assert all(promised <= max(limit, before) for promised in sums.values())


@given(minors, st.integers(1, 20_000), st.integers(1, 20_000), moments, zones)
def test_a_tab_is_settled_when_reached_or_at_the_months_end_and_carried_on_below_the_least(
    promised: int, settle_at: int, least: int, now: datetime, zone: ZoneInfo
):
    found = due(tab(promised), terms(settle_at), cny(least), now, zone)
    if promised < least or not promised:
        assert found is None
    elif promised >= settle_at:
        assert found is Reason.REACHED
    else:
        assert found is (Reason.MONTH_END if now >= month_end(now, zone) else None)


@given(moments, zones)
def test_every_moment_is_in_one_month_and_each_month_ends_on_its_last_day(now: datetime, zone: ZoneInfo):
    start, end = month_start(now, zone), month_end(now, zone)
    assert start <= now
    assert (start.day, start.hour, start.month) == (1, 0, now.astimezone(zone).month)
    assert (end.month, end.hour) == (start.month, 10)
    assert (end + timedelta(days=1)).astimezone(zone).day == 1
    again = after_skip(now, zone)
    assert again > now
    assert again.astimezone(zone).hour == 10


odd_zones = st.sampled_from([
    ZoneInfo(name)
    for name in ("America/Havana", "America/Asuncion", "Australia/Lord_Howe", "Europe/London", "Asia/Shanghai")
])  # fmt: skip
far_moments = st.integers(0, 10 * 365 * 24 * 12).map(lambda n: datetime(2022, 1, 1, tzinfo=UTC) + n * MINUTES)


@given(far_moments, odd_zones)
@example(
    datetime(2026, 11, 1, 5, 30, tzinfo=UTC), ZoneInfo("America/Havana")
)  # half past midnight, for the second time
@example(datetime(2023, 10, 1, 4, 30, tzinfo=UTC), ZoneInfo("America/Asuncion"))  # a month that began at one o'clock
@example(datetime(2028, 2, 29, 12, tzinfo=UTC), ZoneInfo("Asia/Shanghai"))
@example(datetime(2026, 12, 31, 23, 55, tzinfo=UTC), ZoneInfo("Europe/London"))
def test_whatever_the_clocks_do_a_month_is_counted_from_its_first_moment_to_its_last_day(now: datetime, zone: ZoneInfo):
    start, end = month_start(now, zone), month_end(now, zone)
    local, first = now.astimezone(zone), start.astimezone(UTC)
    assert start <= now
    assert first.astimezone(zone).month == local.month
    assert (first - MINUTES).astimezone(zone).month != local.month, "not a moment of it is left out"
    days = calendar.monthrange(local.year, local.month)[1]
    assert (end.year, end.month, end.day, end.hour, end.minute) == (local.year, local.month, days, 10, 0)
    following = after_skip(end.astimezone(UTC), zone)
    assert following == month_end(end + timedelta(days=2), zone)
    assert following > end


@given(moments, moments, zones, st.integers(1, 2_999))
def test_only_a_months_end_that_nobody_looked_at_is_made_up_for(
    now: datetime, looked_for: datetime, zone: ZoneInfo, promised: int
):
    at_its_end = month_end(looked_for, zone)
    for look in (looked_for, at_its_end.astimezone(UTC)):
        found = due(tab(promised), terms(), cny(1), now, zone, look)
        late = look <= now and look == at_its_end
        assert found is (Reason.MONTH_END if late or month_end(now, zone) <= now else None)


@given(far_moments, odd_zones, st.integers(1, 2_999))
@example(datetime(2026, 11, 30, 15, 30, tzinfo=UTC), ZoneInfo("Asia/Shanghai"), 500)  # half past eleven at night
def test_what_comes_free_late_on_a_months_last_day_is_asked_for_at_that_months_end(
    now: datetime, zone: ZoneInfo, promised: int
):
    look = asked_again(now, zone)
    assert look <= now + timedelta(hours=1)
    seen = max(look, now) + MINUTES  # the sweep comes when it comes
    found = due(tab(promised), terms(), cny(1), seen, zone, look)
    assert found is Reason.MONTH_END or now < month_end(now, zone)


def test_a_skipped_tab_rests_until_the_months_end_even_if_it_is_reached():
    until = after_skip(NOON, SHANGHAI)
    assert until == datetime(2026, 11, 30, 2, tzinfo=UTC)
    assert due(tab(3_000, until), terms(), cny(400), NOON, SHANGHAI) is None
    assert due(tab(3_000, until), terms(), cny(400), until, SHANGHAI) is Reason.REACHED
    last = datetime(2026, 11, 30, 12, tzinfo=UTC)
    assert after_skip(last, SHANGHAI) == datetime(2026, 12, 31, 2, tzinfo=UTC)


@pytest.mark.parametrize(("reason", "saved", "state"), [
    (Reason.REACHED, True, ChargeState.ANNOUNCED), (Reason.MONTH_END, True, ChargeState.ANNOUNCED),
    (Reason.PRESSED, True, ChargeState.CHARGING), (Reason.REACHED, False, ChargeState.ASKED),
    (Reason.PRESSED, False, ChargeState.ASKED),
])  # fmt: skip
def test_a_saved_method_is_charged_three_days_after_it_was_announced_or_when_pressed(
    reason: Reason, saved: bool, state: ChargeState
):
    charge = begun(IDS[3], tab(3_400), reason, saved=saved, now=NOON)
    assert (charge.state, charge.amount, charge.tab) == (state, cny(3_400), IDS[0])
    at = charged_at(charge, Told(sent_at=NOON))
    assert at == (NOON + NOTICE if state is ChargeState.ANNOUNCED else None)


def test_what_could_be_paid_for_sixty_days_ends_and_nothing_else_does():
    asked = begun(IDS[3], tab(3_400), Reason.REACHED, saved=False, now=NOON)
    assert not expired(asked, NOON + EXPIRES - timedelta(seconds=1))
    assert expired(asked, NOON + EXPIRES)
    for state in set(ChargeState) - {ChargeState.ASKED}:
        other = Charge(asked.id, asked.tab, asked.amount, state, asked.reason, asked_at=NOON)
        assert not expired(other, NOON + 10 * EXPIRES)


@given(st.integers(1, 20_000), st.integers(0, 5_000))
def test_rounding_up_is_offered_to_whole_sums_that_the_rail_carries(promised: int, least: int):
    offered = round_ups(cny(promised), cny(least))
    assert len(offered) <= 2
    for amount in offered:
        assert amount.minor > promised
        assert amount.minor >= least
        assert amount.minor % 100 == 0
    assert list(offered) == sorted(set(offered), key=lambda amount: amount.minor)


charge_states, payment_states = st.sampled_from(ChargeState), st.sampled_from(PaymentState)
ago = st.integers(0, 100 * 86_400).map(lambda s: timedelta(seconds=s))
by_any_clock = st.integers(-100 * 86_400, 100 * 86_400).map(lambda s: NOON - timedelta(seconds=s))


@st.composite
def charges(draw: st.DrawFn) -> Charge:
    at = [draw(st.none() | by_any_clock) for _ in range(3)]
    return Charge(IDS[3], IDS[0], cny(3_000), draw(charge_states), draw(st.sampled_from(Reason)), *at)


tolds = st.builds(Told, st.none() | ago.map(lambda since: NOON - since), st.booleans())
knowns = st.builds(Known, payment_states, st.booleans(), st.booleans(), tolds, st.booleans())


@given(charges(), knowns)
def test_a_saved_method_is_charged_only_three_days_after_its_notice_arrived_or_when_pressed(
    charge: Charge, known: Known
):
    step = next_step(charge, known, NOON)
    if step is Step.CHARGE and charge.state is ChargeState.ANNOUNCED:
        assert known.told.sent_at is not None
        assert known.told.sent_at + NOTICE <= NOON
        assert known.reachable
        assert charge.charge_at is not None
        assert charge.charge_at <= NOON
    if step in (Step.CHARGE, Step.ASK):
        assert charge.state in (ChargeState.ANNOUNCED, ChargeState.CHARGING)
        assert known.payment is not PaymentState.PAID


@given(charges(), knowns)
def test_what_is_decided_takes_no_step_and_what_is_paid_is_paid_whatever_else_is_known(charge: Charge, known: Known):
    step = next_step(charge, known, NOON)
    if charge.state not in OPEN:
        assert step is None
    else:
        assert (step is Step.PAID) is (known.payment is PaymentState.PAID)


@given(charges(), knowns)
def test_a_rail_is_asked_by_the_same_key_within_a_day_only_and_never_once_it_answered(charge: Charge, known: Known):
    step = next_step(charge, known, NOON)
    if step is Step.ASK:
        assert charge.charge_at is not None
        assert charge.charge_at <= NOON < charge.charge_at + KEY_LASTS, "not where a clock was set back since"
        assert not known.heard
    if step is Step.LOOK_UP:
        assert known.asked
        assert not known.heard
    if step is Step.EXPIRE:
        assert charge.state is ChargeState.ASKED
        assert charge.asked_at is not None
        assert charge.asked_at + EXPIRES <= NOON


@pytest.mark.parametrize(("days", "step"), [(0, Step.ASK), (2, Step.LOOK_UP), (-40, Step.LOOK_UP)])
def test_whoever_sets_a_clock_back_makes_no_key_younger(days: int, step: Step):
    charge = replace(begun(IDS[3], tab(3_400), Reason.REACHED, saved=True, now=NOON), state=ChargeState.CHARGING)
    asked = replace(charge, charge_at=NOON - timedelta(days=days))
    assert next_step(asked, Known(PaymentState.CREATED, asked=True), NOON) is step


@given(charges(), knowns)
def test_only_a_page_that_was_pressed_for_and_is_over_is_put_off_and_it_always_is(charge: Charge, known: Known):
    step = next_step(charge, known, NOON)
    pressed = charge.state is ChargeState.ASKED and charge.reason is Reason.PRESSED
    closed = known.payment in (PaymentState.FAILED, PaymentState.CANCELLED)
    never_made = not known.heard and charge.begun_at is not None and charge.begun_at <= NOON - UNLINKED
    if charge.state is ChargeState.ASKED:
        due_ = pressed and (closed or never_made) and known.payment is not PaymentState.PAID
        assert (step is Step.PUT_OFF) is (due_ and not expired(charge, NOON))
    if pressed and step is None:
        assert known.payment not in (PaymentState.PAID, PaymentState.FAILED, PaymentState.CANCELLED)


def test_a_page_that_was_never_made_is_waited_for_a_day():
    charge = begun(IDS[3], tab(3_400), Reason.PRESSED, saved=False, now=NOON)
    never, made = Known(PaymentState.CREATED), Known(PaymentState.CREATED, heard=True)
    assert next_step(charge, never, NOON + UNLINKED - timedelta(seconds=1)) is None
    assert next_step(charge, never, NOON + UNLINKED) is Step.PUT_OFF
    assert next_step(charge, made, NOON + UNLINKED) is None
    assert next_step(replace(charge, reason=Reason.MONTH_END), never, NOON + UNLINKED) is None


def test_a_notice_that_never_arrives_leads_to_a_link_and_one_that_is_late_puts_the_charge_off():
    charge = begun(IDS[3], tab(3_400), Reason.REACHED, saved=True, now=NOON)
    later = NOON + 10 * NOTICE
    assert next_step(charge, Known(PaymentState.CREATED), later) is None
    assert next_step(charge, Known(PaymentState.CREATED, told=Told(lost=True)), later) is Step.LINK
    arrived = Known(PaymentState.CREATED, told=Told(sent_at=later))
    assert charged_at(charge, arrived.told) == later + NOTICE
    assert next_step(charge, arrived, later + NOTICE - timedelta(seconds=1)) is None
    assert next_step(charge, arrived, later + NOTICE) is Step.CHARGE


def test_asked_again_the_sixty_days_go_on_and_whoever_presses_on_the_last_day_can_still_pay():
    first = NOON - EXPIRES + timedelta(days=1)
    again = begun(IDS[3], tab(3_400), Reason.MONTH_END, saved=False, now=NOON, first_asked=first)
    assert again.asked_at == first
    assert expired(again, NOON + timedelta(days=1))
    pressed = begun(IDS[3], tab(3_400), Reason.PRESSED, saved=False, now=NOON, first_asked=first - EXPIRES)
    assert not expired(pressed, NOON + timedelta(hours=23))
    assert expired(pressed, NOON + timedelta(days=1))


@given(st.dictionaries(st.sampled_from(IDS), ago))
def test_each_promise_ends_sixty_days_after_it_could_first_be_paid(asked: dict[UUID, timedelta]):
    ended = over({tip: NOON - since for tip, since in asked.items()}, NOON)
    assert ended == {tip for tip, since in asked.items() if since >= EXPIRES}


@given(st.lists(st.sampled_from(TipState)))
def test_only_what_is_still_promised_is_owed(states: list[TipState]):
    tips = [
        Tip(UUID(int=n), IDS[0], IDS[1], cny(100), Visibility.NAMED, f"R{n}", NOON, state)
        for n, state in enumerate(states, 1)
    ]
    assert len(owed(tips)) == states.count(TipState.ON_TAB)


@given(st.integers(1, 20_000), st.integers(0, 5_000), st.integers(1, 500))
def test_what_is_missing_to_a_round_sum_can_be_given(promised: int, least: int, gift: int):
    for amount in round_ups(cny(promised), cny(least), cny(gift)):
        assert amount.minor - promised >= gift
        assert amount.minor >= least


def test_a_sum_of_fen_is_rounded_up_to_what_the_button_says():
    assert round_ups(cny(450), cny(500), cny(100)) == (cny(600), cny(1_000))
