"""Who may be told one more thing: never unasked, never more than the week has room for."""

from hypothesis import given
from hypothesis import strategies as st

from giving.people import Visibility
from giving.subscriptions import Lately, Often, PrivacySettings, SubscriptionKind, may_be_called, may_be_told

COUNTS = st.integers(0, 20)


@st.composite
def weeks(draw: st.DrawFn) -> Lately:
    in_all = draw(COUNTS)
    return Lately(of_kind=draw(st.integers(0, in_all)), in_all=in_all)


@given(st.sampled_from(Often), weeks(), COUNTS)
def test_nobody_is_told_unasked_or_more_than_the_week_has_room_for(often: Often, lately: Lately, per_week: int):
    told = may_be_told(often, lately, per_week)
    if told:
        assert often is not Often.NONE
        assert lately.in_all + 1 <= per_week
        assert often is Often.ALL or lately.of_kind == 0
    else:
        assert often is Often.NONE or lately.in_all >= per_week or (often is Often.FEWER and lately.of_kind)


@given(weeks(), COUNTS)
def test_who_wants_fewer_is_never_told_what_who_wants_all_is_not(lately: Lately, per_week: int):
    assert may_be_told(Often.FEWER, lately, per_week) <= may_be_told(Often.ALL, lately, per_week)


@given(st.booleans(), weeks(), COUNTS, st.booleans())
def test_a_day_is_told_to_who_takes_part_once_in_a_week_that_has_room(
    fewer: bool, lately: Lately, per_week: int, told_of_it: bool
):
    may = may_be_called(fewer, lately, per_week, told_of_it=told_of_it)
    assert may_be_called(fewer, lately, per_week, told_of_it=True), "all of one day is one message"
    if may and not told_of_it:
        assert lately.in_all < per_week
        assert not (fewer and lately.of_kind)
    if not may:
        assert lately.in_all >= per_week or (fewer and lately.of_kind)


def test_who_wants_fewer_gets_one_of_the_kind_a_week_whatever_else_came():
    assert may_be_told(Often.FEWER, Lately(of_kind=0, in_all=1), 2)
    assert not may_be_told(Often.FEWER, Lately(of_kind=1, in_all=1), 2)
    assert may_be_told(Often.ALL, Lately(of_kind=1, in_all=1), 2)
    assert not may_be_told(Often.ALL, Lately(of_kind=1, in_all=2), 2)


def test_what_somebody_is_told_of_is_what_they_switched_on_however_often():
    chosen = PrivacySettings(Visibility.ANONYMOUS, False, {SubscriptionKind.MONTHLY: Often.FEWER})
    assert chosen.kinds == {SubscriptionKind.MONTHLY}
