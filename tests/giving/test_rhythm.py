"""Every month, or three in one: whenever a donor changes that, each month is given for once, and none is lost."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from giving.money import Money
from giving.people import Visibility
from giving.pledges import (
    CHANGES_ALONG,
    QUARTER,
    Instalment,
    InstalmentState,
    Month,
    Pledge,
    Way,
    altered,
    counted_anew,
    debit_at,
)
from storage.ids import new_id
from tests.world import SHANGHAI

FIRST = Month(2026, 1)
MONTH, WHOLE = Money(5_000, "CNY"), Money(15_000, "CNY")
EVERY = st.sampled_from([1, QUARTER])
GIVEN = st.sampled_from([InstalmentState.PAID, InstalmentState.CHARGING, InstalmentState.ON_TAB])
NOT_GIVEN = (InstalmentState.SKIPPED, InstalmentState.MISSED, InstalmentState.FAILED)
LOST = st.sampled_from(NOT_GIVEN)
ALONG = st.sampled_from(sorted(CHANGES_ALONG))
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def sum_of(every: int) -> Money:
    return WHOLE if every == QUARTER else MONTH


def pledge(every: int, **values: object) -> Pledge:
    one = Pledge(
        id=new_id(), donor=new_id(), amount=sum_of(every), day=15, way=Way.LINK, rail="paper",
        visibility=Visibility.ANONYMOUS, began_at=NOW, first=FIRST, project=new_id(), every=every,
    )  # fmt: skip
    return replace(one, **values)  # type: ignore[arg-type]


def instalment(of: Pledge, month: Month, state: InstalmentState) -> Instalment:
    assert of.project is not None
    due = debit_at(month, of.day, SHANGHAI)
    one = Instalment(new_id(), of.id, of.donor, month, of.amount, of.project, of.way, due, state, every=of.every)
    return one if state is InstalmentState.ANNOUNCED else replace(one, tip=new_id(), payment=new_id(), asked_at=due)


def turned(was: Pledge, last: Instalment | None, every: int) -> tuple[Pledge, Instalment | None]:
    """As services/pledges/altering.py does it."""
    along = last is not None and last.state in CHANGES_ALONG
    now = counted_anew(replace(was, every=every, amount=sum_of(every)), last, along=along)
    if last is None or was.project is None:
        return now, last
    return now, altered(last, now, was.project, NOW, SHANGHAI)


@given(EVERY, st.lists(st.tuples(EVERY, st.sampled_from(sorted(InstalmentState)), st.booleans()), max_size=12))
def test_each_month_is_given_for_once_and_none_is_lost(every: int, acts: list[tuple[int, InstalmentState, bool]]):
    """Month by month, with a change of rhythm while one is under way (True), or once it is decided."""
    of, last, every_one = pledge(every), None, list[Instalment]()
    for wanted, ends, early in acts:
        month = of.next_month(last.month if last is not None else FIRST.plus(-1))
        last = instalment(of, month, InstalmentState.ANNOUNCED)
        if early and wanted != of.every:
            of, last = turned(of, last, wanted)
        assert last is not None
        last = replace(last, state=ends)
        if not early and wanted != of.every:
            of, last = turned(of, last, wanted)
        assert last is not None
        every_one.append(last)
    covered = [one.month.plus(n) for one in every_one for n in range(1 if one.state in NOT_GIVEN else one.every)]
    assert len(covered) == len(set(covered)), "no month twice"
    if all(one.state not in NOT_GIVEN for one in every_one):
        assert covered == [FIRST.plus(n) for n in range(len(covered))], "and none lost"
        after = last.month if last is not None else FIRST.plus(-1)
        assert of.next_month(after) == FIRST.plus(len(covered))
    assert all(one.amount == sum_of(one.every) for one in every_one)


@given(ALONG, EVERY)
def test_what_is_announced_or_asked_for_becomes_the_first_of_the_new_rhythm(state: InstalmentState, every: int):
    was = pledge(QUARTER if every == 1 else 1)
    now, one = turned(was, instalment(was, FIRST.plus(6), state), every)
    assert one is not None
    assert (one.amount, one.every, one.month) == (sum_of(every), every, FIRST.plus(6))
    assert now.next_month(one.month) == one.month.plus(every)


@given(GIVEN)
def test_a_quarter_that_was_given_counts_for_its_three_months(state: InstalmentState):
    was = pledge(QUARTER)
    last = instalment(was, FIRST, state)
    now, one = turned(was, last, 1)
    assert one == last
    assert now.next_month(FIRST) == FIRST.plus(QUARTER)


@given(LOST, EVERY)
def test_of_what_was_not_given_only_its_own_month_is_over(state: InstalmentState, every: int):
    was = pledge(QUARTER if every == 1 else 1)
    now, _ = turned(was, instalment(was, FIRST, state), every)
    assert now.next_month(FIRST) == FIRST.plus(1)


def test_a_quarter_does_not_begin_with_a_month_that_is_left_out():
    was = pledge(1, skipped=FIRST.plus(1))
    now, _ = turned(was, instalment(was, FIRST, InstalmentState.PAID), QUARTER)
    assert now.next_month(FIRST) == FIRST.plus(2)
    quarter = pledge(QUARTER, skipped=FIRST.plus(3))
    monthly, _ = turned(quarter, instalment(quarter, FIRST, InstalmentState.PAID), 1)
    assert monthly.next_month(FIRST) == FIRST.plus(4), "only the month that is left out"


def test_the_same_sum_for_longer_is_not_asked_for_anew():
    was = pledge(1)
    asked = instalment(was, FIRST, InstalmentState.ASKED)
    now = counted_anew(replace(was, every=QUARTER), asked, along=True)
    assert was.project is not None
    assert altered(asked, now, was.project, NOW, SHANGHAI) == replace(asked, every=QUARTER)


def test_what_is_of_a_month_before_stays_what_it_was_told_to_be():
    was = pledge(1)
    asked, last = instalment(was, FIRST, InstalmentState.ASKED), instalment(was, FIRST.plus(1), InstalmentState.ASKED)
    now, _ = turned(was, last, QUARTER)
    assert was.project is not None
    assert altered(asked, now, was.project, NOW, SHANGHAI) is asked
