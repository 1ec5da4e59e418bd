"""What is due of an instalment, and when: by rules that know no clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import assume, given
from hypothesis import strategies as st

from giving.money import Money
from giving.payments import PaymentState
from giving.people import Visibility
from giving.pledges import (
    KEY_LASTS,
    LEAST_NOTICE,
    NOTICE,
    OPEN,
    RETRY_NOTICE,
    VALID,
    Instalment,
    InstalmentState,
    Known,
    Month,
    Pledge,
    PledgeState,
    Step,
    Way,
    begins_at,
    debit_at,
    debit_from,
    debit_id,
    instalment_id,
    next_look,
    next_made,
    next_step,
    retry_at,
    too_often,
)
from giving.tips import TipState

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
DUE: Final = datetime(2026, 11, 30, 2, tzinfo=UTC)
NOBODY: Final = UUID(int=1)
ACTIVE: Final = Known(PledgeState.ACTIVE)

moments = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
maybe = st.none() | moments
known = st.builds(
    Known, st.sampled_from(PledgeState), st.booleans(), maybe, st.booleans(), st.booleans(),
    st.none() | st.sampled_from(TipState), st.none() | st.sampled_from(PaymentState), maybe, st.booleans(),
)  # fmt: skip


def instalment(state: InstalmentState = InstalmentState.ANNOUNCED, **values: object) -> Instalment:
    one = Instalment(
        UUID(int=2), UUID(int=3), NOBODY, Month(2026, 11), Money(2_000, "CNY"), UUID(int=4), Way.SAVED, DUE, state
    )
    return replace(one, **values)  # type: ignore[arg-type]


every = st.builds(
    instalment, st.sampled_from(InstalmentState), way=st.sampled_from([Way.SAVED, Way.LINK, Way.TAB]), due_at=moments,
    asked_at=maybe, reminded_at=maybe, tries=st.integers(0, 3),
)  # fmt: skip


@given(every, known, moments)
def test_nothing_is_debited_unless_its_day_has_come_and_its_notice_is_old_enough(one, what, now):
    if next_step(one, what, now) is not Step.DEBIT:
        return
    assert one.due_at <= now
    assert what.pledge is PledgeState.ACTIVE
    assert not what.is_paid
    assert not what.lost
    assert not what.unsaid
    assert what.notice_at is not None, "of a second try, too"
    tried_again = one.state is InstalmentState.RETRY and one.tries
    assert one.state is InstalmentState.ANNOUNCED or one.state is InstalmentState.RETRY
    assert what.notice_at + (RETRY_NOTICE if tried_again else LEAST_NOTICE) <= now


@given(every, known, moments)
def test_what_was_paid_is_written_down_whatever_else_is_known_and_what_is_over_asks_for_nothing(one, what, now):
    step = next_step(one, what, now)
    if what.is_paid:
        assert step is (None if one.state is InstalmentState.PAID else Step.PAID)
    elif one.state not in OPEN:
        assert step in (None, Step.CLOSE)
        assert one.state is not InstalmentState.PAID or step is None


@given(every, known, moments)
def test_where_nothing_is_due_it_is_looked_at_later_or_never_again(one, what, now):
    assume(next_step(one, what, now) is None)
    at = next_look(one, what, now)
    assert (at is None) == (one.state not in OPEN)
    assert at is None or at > now


@given(every, known, moments)
def test_an_open_one_always_comes_to_an_end(one, what, now):
    """Going to where it is looked at next, something is due after a while, or it waits for a rail or a tab."""
    waits_for_others = one.state is InstalmentState.ON_TAB or (one.state is InstalmentState.CHARGING and what.heard)
    assume(one.state in OPEN and not waits_for_others)
    for _ in range(200):
        if next_step(one, what, now) is not None:
            return
        later = next_look(one, what, now)
        assert later is not None
        now = later
    raise AssertionError("it waits for ever")


def test_a_notice_that_comes_late_puts_the_debit_off():
    told = replace(ACTIVE, notice_at=DUE - timedelta(days=1))
    assert debit_from(instalment(), told) == DUE + timedelta(days=4)
    assert next_step(instalment(), told, DUE + timedelta(days=3)) is None
    assert next_step(instalment(), told, DUE + timedelta(days=4)) is Step.DEBIT


def test_a_notice_that_cannot_be_brought_debits_nothing_and_waits_a_week_at_most():
    assert next_step(instalment(), replace(ACTIVE, lost=True), DUE - timedelta(days=5)) is Step.SKIP
    assert next_step(instalment(), ACTIVE, DUE + VALID - timedelta(seconds=1)) is None
    assert next_step(instalment(), ACTIVE, DUE + VALID) is Step.SKIP


def test_a_second_try_waits_for_the_word_of_it_for_a_day_after_that_and_a_week_at_most():
    again = instalment(InstalmentState.RETRY, tries=1, due_at=DUE)
    assert next_step(again, ACTIVE, DUE + timedelta(days=1)) is None
    assert next_step(again, ACTIVE, DUE + VALID) is Step.SKIP
    assert next_step(again, replace(ACTIVE, lost=True), DUE - timedelta(days=2)) is Step.SKIP
    told = replace(ACTIVE, notice_at=DUE - timedelta(hours=4))
    assert next_step(again, told, DUE) is None
    assert next_step(again, told, DUE + timedelta(hours=20)) is Step.DEBIT


def test_by_hand_it_is_asked_reminded_once_and_given_up_after_a_week():
    by_hand = instalment(way=Way.LINK)
    assert next_step(by_hand, ACTIVE, DUE - timedelta(seconds=1)) is None
    assert next_step(by_hand, ACTIVE, DUE) is Step.ASK
    asked = replace(by_hand, state=InstalmentState.ASKED, asked_at=DUE)
    assert next_step(asked, ACTIVE, DUE + timedelta(days=2)) is None
    assert next_step(asked, ACTIVE, DUE + timedelta(days=3)) is Step.REMIND
    reminded = replace(asked, reminded_at=DUE + timedelta(days=3))
    assert next_step(reminded, ACTIVE, DUE + timedelta(days=6)) is None
    assert next_step(reminded, ACTIVE, DUE + VALID) is Step.GIVE_UP


def test_at_a_rail_that_did_not_answer_it_is_asked_by_the_same_key_for_a_day_and_then_looked_up():
    charging = instalment(InstalmentState.CHARGING)
    what = replace(ACTIVE, tried_at=DUE, payment=PaymentState.CREATED)
    assert next_step(charging, what, DUE + timedelta(hours=1)) is Step.CHARGE
    assert next_step(charging, what, DUE + KEY_LASTS) is Step.LOOK_UP
    assert next_step(charging, what, DUE - timedelta(days=40)) is Step.LOOK_UP, "the clock was wrong, then or now"
    assert next_step(charging, replace(what, heard=True), DUE + KEY_LASTS) is None
    assert next_step(charging, replace(what, heard=True, payment=PaymentState.FAILED), DUE) is Step.DECLINED


@given(every, known, moments)
def test_no_rail_is_asked_for_money_of_a_pledge_that_is_not_active(one, what, now):
    step = next_step(one, what, now)
    assert what.pledge is PledgeState.ACTIVE or step not in (Step.DEBIT, Step.CHARGE, Step.ASK, Step.REMIND)
    at_the_rail = one.state is InstalmentState.CHARGING and not (what.is_paid or what.heard)
    if at_the_rail and what.pledge is not PledgeState.ACTIVE:
        assert step in (Step.LOOK_UP, Step.DECLINED), "what was charged before that is found"


def test_a_promise_on_a_tab_ends_with_it_and_not_with_its_pledge():
    there = instalment(InstalmentState.ON_TAB, way=Way.TAB)
    stands = replace(ACTIVE, tip=TipState.ON_TAB)
    assert next_step(there, replace(stands, pledge=PledgeState.WAITING), DUE) is None
    assert next_step(there, replace(stands, tip=TipState.EXPIRED), DUE) is Step.GIVE_UP
    assert next_step(there, replace(stands, tip=TipState.CANCELLED), DUE) is Step.SKIP


def test_what_is_over_and_could_still_be_paid_is_closed():
    skipped = instalment(InstalmentState.SKIPPED)
    assert next_step(skipped, replace(ACTIVE, tip=TipState.ON_TAB), DUE) is Step.CLOSE
    page = replace(ACTIVE, tip=TipState.CANCELLED, payment=PaymentState.PENDING, heard=True)
    assert next_step(skipped, page, DUE) is Step.CLOSE
    assert next_step(skipped, replace(page, payment=PaymentState.CANCELLED), DUE) is None


@given(moments, st.lists(st.timedeltas(timedelta(0), timedelta(days=3)), max_size=5))
def test_a_declined_debit_is_tried_on_day_three_and_seven_and_no_more(first, late):
    one, tries, now = instalment(InstalmentState.CHARGING, first_tried_at=first), [], first
    for delay in [*late, *[timedelta(0)] * 5]:
        at = retry_at(one, now)
        if at is None:
            break
        assert at >= now + timedelta(days=1)
        tries.append(at)
        one, now = replace(one, tries=one.tries + 1), at + delay
    assert len(tries) == 2
    assert tries[0] == first + timedelta(days=3)
    assert tries[1] >= first + timedelta(days=7)


def test_three_in_a_row_are_too_often_and_a_skipped_month_counts_for_nothing():
    missed, skipped, paid = InstalmentState.MISSED, InstalmentState.SKIPPED, InstalmentState.PAID
    assert too_often([missed, missed, missed])
    assert too_often([missed, skipped, missed, missed, paid])
    assert not too_often([missed, missed, paid, missed])
    assert not too_often([missed, missed])
    assert not too_often([InstalmentState.FAILED, missed, missed, missed])


NOVEMBER: Final = Month(2026, 11)


def pledge(day: int = 30, *, way: Way = Way.SAVED, first: Month = NOVEMBER, every: int = 1) -> Pledge:
    began = DUE - timedelta(days=9)
    return Pledge(
        UUID(int=3), NOBODY, Money(2_000, "CNY"), day, way, "card", Visibility.ANONYMOUS, began, first,
        project=UUID(int=4), every=every,
    )  # fmt: skip


@given(st.integers(1, 31), moments, st.sampled_from([None, Month(2026, 10), Month(2026, 12)]), st.sampled_from([1, 3]))
def test_no_month_is_made_whose_day_is_more_than_a_week_past_and_none_twice(day, now, begun, every):
    found = next_made(pledge(day, every=every), begun, now, SHANGHAI)
    assert found is not None
    assert begun is None or begun < found.month
    assert found.due_at + VALID >= now
    assert found.due_at == debit_at(found.month, day, SHANGHAI)
    assert found.begins_at == found.due_at - NOTICE


def test_a_clock_forty_days_ahead_makes_one_month_and_not_two():
    now, theirs = datetime(2026, 11, 23, 2, tzinfo=UTC), pledge()
    first = next_made(theirs, None, now, SHANGHAI)
    assert first is not None
    assert (first.month, first.begins_at) == (Month(2026, 11), now)
    ahead = next_made(theirs, first.month, now + timedelta(days=40), SHANGHAI)
    assert ahead is not None
    assert ahead.month == Month(2026, 12), "whose day is three days past by that clock"
    after = next_made(theirs, ahead.month, now, SHANGHAI)
    assert after is not None
    assert after.begins_at > now + timedelta(days=40), "set right again, the clock finds nothing to do"


def test_on_the_last_day_of_a_shorter_month_by_its_donors_clock():
    theirs = pledge(31, way=Way.LINK, first=Month(2027, 2))
    found = next_made(theirs, None, datetime(2027, 1, 1, tzinfo=UTC), ZoneInfo("America/New_York"))
    assert found is not None
    assert found.due_at == datetime(2027, 2, 28, 15, tzinfo=UTC)
    assert found.begins_at == begins_at(theirs, found.due_at) == found.due_at


@given(st.uuids(), st.integers(2026, 2040), st.integers(1, 12), st.integers(1, 9))
def test_ids_are_always_the_same_unlike_each_other_and_sort_by_their_month(of, year, number, debit):
    month = Month(year, number)
    ids = [instalment_id(of, month), debit_id(of, month, debit), debit_id(of, month, debit + 1)]
    assert ids == [instalment_id(of, month), debit_id(of, month, debit), debit_id(of, month, debit + 1)]
    later = instalment_id(of, month.plus(1))
    assert len({*ids, later}) == 4
    assert all(one.version == 7 for one in ids)
    assert all(one < later for one in ids)
