"""Which pools are a day's, when in it, and what putting one on and taking it off makes of its scope."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giving.errors import PoolCurrency, PoolNotOpen, PoolOffDay
from giving.giving_days.pools import DayPool, beside, hours, of_project, put_on, taken_off
from giving.matching import Pool, PoolState, Ratio, Scope, Window
from giving.money import Money
from tests.giving.giving_days.test_times import day

DAY = day()
HOUR = timedelta(hours=1)
LIBRARY, OTHER = DAY.projects[0], UUID(int=77)
IDS = st.sets(st.uuids(), max_size=3)


def pool(*windows: tuple[float, float | None], **what: object) -> Pool:
    """Windows in hours from the day's beginning; by default one that never ends."""
    every = tuple(
        Window(number, DAY.starts_at + begins * HOUR, None if ends is None else DAY.starts_at + ends * HOUR, 1000)
        for number, (begins, ends) in enumerate(windows or [(-1, None)], 1)
    )
    whole = Money(1000 * len(every), "CNY")
    made = Pool(UUID(int=5), UUID(int=6), {"en": "P"}, whole, Ratio(1, 1), every, state=PoolState.OPEN)
    return replace(made, **what)  # type: ignore[arg-type]


@given(days=IDS, projects=IDS, only=st.booleans())
def test_what_is_put_on_and_taken_off_is_never_for_more_gifts_than_before(days, projects, only):
    scope = Scope(frozenset(days), frozenset(projects) | {LIBRARY}, only_days=only)
    before = pool(scope=scope)
    with_it = put_on(before, DAY)
    assert with_it.takes(day=DAY.id, project=LIBRARY, creator=None)
    without = taken_off(replace(before, scope=with_it), DAY)
    for other in (UUID(int=999), None, *days):
        assert without.takes(day=other, project=LIBRARY, creator=None) == scope.takes(
            day=other, project=LIBRARY, creator=None
        )
    if scope.by_day:
        assert not without.takes(day=DAY.id, project=LIBRARY, creator=None)


def test_one_that_was_for_this_day_alone_is_then_for_none_and_can_come_back():
    alone = pool(scope=Scope(days=frozenset([DAY.id])))
    off = taken_off(alone, DAY)
    assert (off.days, off.by_day) == (frozenset(), True)
    assert not off.takes(day=None, project=LIBRARY, creator=None)
    assert put_on(replace(alone, scope=off), DAY).days == {DAY.id}


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ({"state": PoolState.WITHDRAWN}, PoolNotOpen),
        ({"state": PoolState.ENDED}, PoolNotOpen),
        ({"committed": Money(5, "USD")}, PoolCurrency),
        ({"scope": Scope(projects=frozenset([OTHER]), only_days=True)}, PoolOffDay),
        ({"windows": (Window(1, DAY.closes_at, None, 1000),)}, PoolOffDay),
    ],
)
def test_what_can_add_nothing_there_is_refused(what, error):
    with pytest.raises(error):
        put_on(pool(**what), DAY)


def test_what_has_nothing_to_do_with_the_day_is_not_beside_it():
    assert beside(pool(scope=Scope(projects=frozenset([OTHER]))), DAY, None) is None
    assert beside(pool(state=PoolState.WITHDRAWN), DAY, None) is None
    named = beside(pool(scope=Scope(days=frozenset([DAY.id]), projects=frozenset([OTHER]))), DAY, None)
    assert named is not None
    assert (named.named, named.fits, named.matches) == (True, False, False)
    another = beside(pool(scope=Scope(days=frozenset([OTHER]))), DAY, None)
    assert another is not None
    assert (another.matches, another.named) == (False, False), "it could be put on"


def test_everybody_is_told_only_of_what_is_signed_and_left_and_for_all():
    def told(**what: object) -> bool:
        return DayPool(pool(**what), None, named=False, fits=True).for_all(DAY.starts_at - HOUR, DAY)

    assert told()
    assert not told(state=PoolState.DRAFT)
    assert not told(scope=Scope(creators=frozenset([OTHER])))
    assert not told(windows=(Window(1, DAY.starts_at, None, 1000, used_minor=1000),))


def test_a_channels_pools_are_those_of_its_project_and_creator():
    every = [
        DayPool(pool(scope=scope), None, named=False, fits=True)
        for scope in (Scope(), Scope(projects=frozenset([OTHER])), Scope(creators=frozenset([OTHER])))
    ]
    assert of_project(every, LIBRARY, None) == (every[0],)
    assert of_project(every, OTHER, OTHER) == tuple(every)


def test_its_hours_are_told_by_the_day():
    at = [DAY.starts_at + number * HOUR for number in range(24)]
    assert hours(pool(), DAY) == ()
    assert hours(pool((0, 24)), DAY) == ()
    assert hours(pool((9, None)), DAY) == ((at[9], None),)
    assert hours(pool((9, 14), (14, 20), (20, None)), DAY) == ((at[9], None), (at[14], None), (at[20], None))
    assert hours(pool((9, 10), (14, 15)), DAY) == ((at[9], at[10]), (at[14], at[15]))
    assert hours(pool((-9, -8), (-5, 2)), DAY) == ((at[0], at[2]),)
