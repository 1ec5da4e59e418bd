"""The formula: nobody buys the top, order is no matter, a refund never raises anybody."""

import itertools
import random
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giving.rankings import (
    MOST,
    Given,
    Period,
    Reach,
    Span,
    Standing,
    before,
    days_of,
    donors_reach,
    month_of,
    period_at,
    period_named,
    points,
    ranked,
    reaches,
    since_refunded,
    week_of,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
NOW = week_of(date(2026, 11, 18), SHANGHAI)
LAST = before(NOW, SHANGHAI)


def uid(number: int) -> UUID:
    return UUID(int=number)


moments = st.integers(-30 * 24, 7 * 24 + 24).map(lambda hours: NOW.since + timedelta(hours=hours))
gifts = st.builds(
    lambda subject, donor, paid, late, kept: Given(uid(subject), uid(100 + donor), paid, paid + late, kept),
    st.integers(1, 3),
    st.integers(1, 4),
    moments,
    st.sampled_from([timedelta(), timedelta(minutes=5), timedelta(days=2)]),
    st.booleans(),
)


@given(st.lists(gifts, max_size=30))
def test_one_donor_brings_so_much_at_most_whatever_they_give(history):
    for reached in reaches(history, NOW, LAST).values():
        assert reached.donors <= reached.gifts
        assert 10 * reached.donors <= reached.points <= MOST * reached.donors


@given(st.lists(gifts, max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_the_gifts_is_no_matter(history, dice: random.Random):
    shuffled = list(history)
    dice.shuffle(shuffled)
    assert reaches(shuffled, NOW, LAST) == reaches(history, NOW, LAST)


@given(st.lists(gifts, min_size=1, max_size=30), st.data())
def test_a_refund_never_raises_anybody(history, data):
    """Not even one of long before: it makes no donor new."""
    which = data.draw(st.integers(0, len(history) - 1))
    after = [gift._replace(kept=False) if n == which else gift for n, gift in enumerate(history)]
    then, now = reaches(history, NOW, LAST), reaches(after, NOW, LAST)
    for subject in then | now:
        was, is_ = then.get(subject, Reach()), now.get(subject, Reach())
        for figure in ("points", "donors", "gifts", "new", "again"):
            assert getattr(is_, figure) <= getattr(was, figure), figure


@given(st.lists(gifts, max_size=30), gifts)
def test_who_has_given_before_raises_those_they_give_to_and_nobody_else(history, more):
    """A gift more never lowers its own subject, unless it is told to have been paid before all others."""
    then, now = reaches(history, NOW, LAST), reaches([*history, more], NOW, LAST)
    first = [gift.paid_at for gift in history if gift.donor == more.donor]
    if more.kept and first and more.paid_at >= min(first):
        assert now.get(more.subject, Reach()).points >= then.get(more.subject, Reach()).points
        others = {s: r for s, r in now.items() if s != more.subject}
        assert others == {s: r for s, r in then.items() if s != more.subject}


def test_two_who_come_once_bring_more_than_one_rich_friend():
    assert points(10_000, new=True, again=True) == MOST
    assert 2 * points(1, new=True, again=False) > MOST
    assert points(0, new=True, again=True) == 0


def gave(subject: int, donor: int, at: datetime, *, kept: bool = True) -> Given:
    return Given(uid(subject), uid(donor), at, at, kept)


def test_new_to_whom_they_gave_first_and_again_where_they_gave_the_period_before():
    start = NOW.since
    history = [
        gave(1, 10, start), gave(2, 10, start + timedelta(hours=1)),  # new to the first alone
        gave(1, 11, start - timedelta(days=1)), gave(1, 11, start + timedelta(days=1)),
        gave(2, 12, start - timedelta(days=9), kept=False), gave(2, 12, start),  # was here before, if in vain
    ]  # fmt: skip
    found = reaches(history, NOW, LAST)
    assert found == {uid(1): Reach(30, 2, 2, 1, 1), uid(2): Reach(20, 2, 2, 0, 0)}


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 5)), unique_by=lambda pair: pair[0]))
def test_ties_share_a_place_and_keep_their_order(scores):
    standings = [Standing(uid(number), Reach(score)) for number, score in scores]
    placed = ranked(standings)
    assert placed == ranked(reversed(standings))
    for one in placed:
        assert one.place == 1 + sum(other.reach.points > one.standing.reach.points for other in standings)


@given(st.integers(0, 60), st.integers(0, 31))
def test_a_donors_days_count_more_than_many_gifts(gifts_made, days):
    reached = donors_reach(gifts_made, days)
    assert reached.points <= 15 * days
    assert donors_reach(gifts_made + 1, days).points >= reached.points
    assert donors_reach(gifts_made + 1, days + 1).points > reached.points


def test_what_was_given_back_since_the_close_is_the_difference():
    assert since_refunded({uid(1): 2, uid(2): 1}, {uid(1): 3, uid(2): 1, uid(3): 1}) == {uid(1): 1, uid(3): 1}


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from([SHANGHAI, BERLIN, ZoneInfo("America/Sao_Paulo"), ZoneInfo("Pacific/Apia")]),
    st.sampled_from([Span.WEEK, Span.MONTH]),
)
def test_every_moment_is_in_one_period_and_its_address_leads_back(at, zone, span):
    period = period_at(span, at, zone)
    assert period.since <= at < period.until
    assert period_named(period.name, zone) == period
    assert before(period, zone).until == period.since
    assert period_at(span, at, zone, back=1) == before(period, zone)
    days = days_of(period, zone)
    assert (days[0][0], days[-1][1]) == (period.since, period.until)
    assert all(a[1] == b[0] for a, b in itertools.pairwise(days))


def test_a_week_in_which_the_clock_is_changed_has_its_own_length():
    spring, autumn = week_of(date(2026, 3, 29), BERLIN), week_of(date(2026, 10, 25), BERLIN)
    assert (spring.until - spring.since, autumn.until - autumn.since) == (timedelta(hours=167), timedelta(hours=169))
    assert len(days_of(spring, BERLIN)) == len(days_of(autumn, BERLIN)) == 7


def test_weeks_are_named_by_the_year_most_of_them_lies_in():
    assert week_of(date(2027, 1, 1), SHANGHAI).name == "2026-W53"
    assert week_of(date(2024, 12, 30), SHANGHAI).name == "2025-W01"
    assert month_of(date(2026, 12, 31), SHANGHAI).until == datetime(2026, 12, 31, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    "name", ["", "2026", "2026-W54", "2026-W00", "2026-13", "1999-01", "2026-1", "x", "２０２６-11"]
)
def test_what_is_no_address_is_none(name):
    assert period_named(name, SHANGHAI) is None


def test_a_giving_day_follows_no_rhythm():
    day = Period("day-x", Span.DAY, NOW.since, NOW.until, uid(1))
    with pytest.raises(ValueError, match="rhythm"):
        before(day, SHANGHAI)
