"""Pledges as rules: months and days, leaving out, resting and going on, what a change makes of what is under way."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from giving.money import Money
from giving.people import Visibility
from giving.pledges import (
    CHANGEABLE,
    LEAST_NOTICE,
    MOST_PAUSED,
    NOTICE,
    RETRY_NOTICE,
    Instalment,
    InstalmentState,
    Month,
    Need,
    Pledge,
    PledgeState,
    Way,
    Why,
    altered,
    as_pledged,
    back_unpaid,
    begins_at,
    cancelled,
    chosen,
    debit_at,
    first_month,
    from_now,
    given_after_all,
    look_at,
    neediest,
    next_one,
    paused,
    payables,
    quarterly,
    resumed,
    usual_day,
    when_debited,
)
from giving.quiet import QuietHours
from giving.rails import Capabilities, Shown, ways
from storage.ids import new_id

ZONES = st.sampled_from(["Asia/Shanghai", "America/Los_Angeles", "Pacific/Kiritimati", "Europe/London", "UTC"]).map(
    ZoneInfo
)
SHANGHAI = ZoneInfo("Asia/Shanghai")
MOMENTS = st.integers(0, 8 * 365 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
DAYS = st.integers(1, 31)
MONTHS = st.builds(Month, st.integers(2024, 2031), st.integers(1, 12))
EVERY = st.sampled_from([1, 3])


def pledge(**changes: object) -> Pledge:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    made = Pledge(
        new_id(), new_id(), Money(5000, "CNY"), 15, Way.SAVED, "paper", Visibility.NAMED, at, Month(2026, 1),
        project=new_id(),
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


@given(MONTHS, st.integers(-50, 50))
def test_months_are_counted_and_written_and_sorted(month: Month, steps: int) -> None:
    later = month.plus(steps)
    assert month.until(later) == steps
    assert Month.read(str(later)) == later
    assert (str(month) < str(later)) == (month < later) == (steps > 0)


@given(MONTHS, DAYS, ZONES)
def test_a_day_the_month_does_not_have_is_its_last(month: Month, day: int, zone: ZoneInfo) -> None:
    local = debit_at(month, day, zone).astimezone(zone)
    assert (local.year, local.month) == (month.year, month.number)
    assert local.day == min(day, month.last_day())
    assert (local + timedelta(days=1)).month != local.month or local.day == day


@given(MOMENTS, DAYS, ZONES, st.sampled_from([0, 7]))
def test_the_first_is_the_nearest_that_leaves_time_for_its_notice(
    now: datetime, day: int, zone: ZoneInfo, notice: int
) -> None:
    month, today = first_month(now, day, zone, notice_days=notice), now.astimezone(zone).date()
    first, before = (debit_at(m, day, zone).astimezone(zone).date() for m in (month, month.plus(-1)))
    assert (first - today).days >= notice
    assert (before - today).days < notice


@given(MOMENTS, ZONES)
def test_the_usual_day_is_today_or_one_that_comes_to_the_same(now: datetime, zone: ZoneInfo) -> None:
    day, today = usual_day(now, zone), now.astimezone(zone).day
    assert day == today if today <= 28 else day == 31


@given(DAYS, EVERY, st.lists(st.integers(1, 24), max_size=3), MOMENTS, ZONES)
def test_no_month_comes_twice_nor_out_of_order(
    day: int, every: int, skips: list[int], now: datetime, zone: ZoneInfo
) -> None:
    one = pledge(day=day, every=every, skipped=Month(2026, 1).plus(skips[0]) if skips else None)
    begun: Month | None = None
    seen: list[Month] = []
    for _ in range(8):
        found = next_one(one, begun, zone)
        assert found is not None
        begun, due = found
        assert look_at(one, seen[-1] if seen else None, zone) == begins_at(one, due) == due - NOTICE
        seen.append(begun)
    assert seen == sorted(set(seen))
    assert one.skipped not in seen
    assert all(one.first.until(month) % every == 0 for month in seen)


@given(DAYS, EVERY, st.integers(1, MOST_PAUSED), MONTHS, ZONES)
def test_a_pause_leaves_out_so_many_months_and_then_it_goes_on(
    day: int, every: int, months: int, now_in: Month, zone: ZoneInfo
) -> None:
    one = pledge(day=day, every=every)
    coming = one.next_month(now_in)
    resting = paused(one, months, now_in)
    assert resting.state is PledgeState.PAUSED
    found = next_one(resting, now_in, zone)
    assert found is not None
    assert coming.until(found[0]) >= months
    assert coming.until(found[0]) < months + every
    assert next_one(resumed(resting), now_in, zone) == next_one(one, now_in, zone)


@given(DAYS, EVERY, MOMENTS, ZONES, st.booleans())
def test_what_goes_on_never_gives_for_a_day_that_is_past(
    day: int, every: int, now: datetime, zone: ZoneInfo, begun: bool
) -> None:
    one = pledge(day=day, every=every, first=Month(2024, 1))
    last = Month(2024, 4) if begun else None
    on = from_now(one, last, now, zone)
    found = next_one(on, last, zone)
    assert found is not None
    assert found[1] >= now
    assert not any(
        now <= debit_at(month, day, zone) < found[1] and one.is_due_in(month) and (last is None or month > last)
        for month in (found[0].plus(-n) for n in range(1, 4))
    )
    assert from_now(on, last, now, zone) == on


def test_what_is_over_stays_over_and_says_only_why() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    over = cancelled(pledge(), at)
    again = cancelled(over, at + timedelta(days=3), Why.MONEY)
    assert (again.state, again.ended_at, again.why) == (PledgeState.CANCELLED, at, Why.MONEY)
    assert cancelled(again, at).why is Why.MONEY
    assert next_one(again, None, SHANGHAI) is None
    assert next_one(pledge(state=PledgeState.WAITING), None, SHANGHAI) is None
    assert next_one(pledge(state=PledgeState.PAUSED), None, SHANGHAI) is None


@given(
    st.lists(
        st.tuples(st.integers(0, 120), st.integers(1, 100), st.booleans()), min_size=1, max_size=6,
    ),
    st.randoms(),
)  # fmt: skip
def test_the_neediest_is_open_below_its_target_and_furthest_from_it(rows: list[tuple[int, int, bool]], rng) -> None:
    needs = [Need(new_id(), Money(g, "CNY"), Money(t, "CNY"), open_) for g, t, open_ in rows]
    best = neediest(needs)
    wanting = {need.project: need.given.minor / need.target.minor for need, (g, t, o) in zip(needs, rows, strict=True)
               if o and g < t}  # fmt: skip
    assert (best is None) == (not wanting)
    if best is not None:
        assert wanting[best] <= min(wanting.values()) + 1e-12
    rng.shuffle(needs)
    assert neediest(needs) == best


# -- by what it is paid --


def can(least: int, **more: object) -> Capabilities:
    limits = {"CNY": (Money(least, "CNY"), Money(10**8, "CNY"))}
    return Capabilities(limits=limits, real_money=True, **more)  # type: ignore[arg-type]


@given(st.integers(1, 3000))
def test_what_pays_by_itself_comes_first_and_the_tab_last(minor: int) -> None:
    rails = {"wallet": can(1), "card": can(400, saves=True), "stars": can(1, shown=Shown.INVOICE)}
    amount = Money(minor, "CNY")
    found = payables(ways(amount, rails, (), Money(3000, "CNY"), None), {"card": "Visa"}, amount)
    kinds = [one.way for one in found]
    assert kinds == sorted(kinds, key=[Way.SAVED, Way.LINK, Way.TAB].index)
    assert (Way.SAVED in kinds) == (minor >= 400)
    assert all(one.rail != "stars" for one in found)
    assert all(rails[one.rail].carries(amount) for one in found if one.way is not Way.TAB)
    assert len({one.by for one in found}) == len(found)
    assert chosen(found, "") == found[0]
    assert chosen(found, "nothing") is None


@given(st.integers(1, 2000))
def test_every_three_months_is_offered_only_where_a_month_alone_is_too_little(minor: int) -> None:
    whole = quarterly(Money(minor, "CNY"), {"card": can(400)})
    assert (whole is not None) == (minor < 400 <= minor * 3)
    assert whole is None or whole.minor == minor * 3


# -- what is under way --


def instalment(of: Pledge, state: InstalmentState) -> Instalment:
    due = debit_at(Month(2026, 5), of.day, SHANGHAI)
    assert of.project is not None
    one = Instalment(new_id(), of.id, of.donor, Month(2026, 5), of.amount, of.project, of.way, due, state)
    asked = state is not InstalmentState.ANNOUNCED
    return replace(one, tip=new_id(), payment=new_id(), asked_at=due) if asked else one


@given(
    st.sampled_from(sorted(CHANGEABLE | {InstalmentState.CHARGING})), st.integers(100, 10_000), DAYS,
    st.sampled_from([Way.SAVED, Way.LINK, Way.TAB]), st.sampled_from([Way.SAVED, Way.LINK]), st.integers(0, 30),
)  # fmt: skip
def test_a_change_never_makes_a_debit_of_what_was_not_announced_as_one(
    state: InstalmentState, minor: int, day: int, way: Way, was_way: Way, into: int
) -> None:
    was = pledge(way=was_way)
    one = instalment(was, state)
    now = datetime(2026, 5, 1, 2, tzinfo=UTC) + timedelta(days=into)
    want = replace(was, amount=Money(minor, "CNY"), day=day, way=way)
    assert want.project is not None
    new = altered(one, want, want.project, now, SHANGHAI)
    if state in (InstalmentState.CHARGING, InstalmentState.ON_TAB):
        assert new is one
        return
    assert new.state in (state, InstalmentState.ANNOUNCED)
    assert not (new.way is Way.SAVED and one.way is not Way.SAVED)
    assert new.month == one.month
    if new is not one:
        assert new.amount == want.amount
    if new.state is InstalmentState.ANNOUNCED and state is not InstalmentState.ANNOUNCED:
        assert (new.tip, new.payment, new.asked_at) == (None, None, None)
    if new.due_at != one.due_at:
        assert new.due_at > now
        assert new.due_at == debit_at(one.month, day, SHANGHAI)
    if state is InstalmentState.ANNOUNCED:
        assert altered(new, want, want.project, now, SHANGHAI) == new


class LifeOfAPledge(RuleBasedStateMachine):
    """Whatever its donor does, in whatever order: what comes next lies ahead, and no month is given for twice."""

    @initialize(day=DAYS, every=EVERY, now=MOMENTS, zone=ZONES)
    def begin(self, day: int, every: int, now: datetime, zone: ZoneInfo) -> None:
        self.now, self.zone = now, zone
        self.begun: Month | None = None
        first = first_month(now, day, zone, notice_days=0)
        self.pledge = pledge(day=day, every=every, first=first, began_at=now)
        self.given: list[Month] = []

    def last(self) -> Month:
        return self.begun or self.pledge.first.plus(-1)

    @rule(days=st.integers(0, 40))
    def time_passes(self, days: int) -> None:
        """The sweep makes what is due, as the leader's does."""
        self.now += timedelta(days=days)
        found = next_one(self.pledge, self.begun, self.zone)
        while found is not None and found[1] <= self.now:
            if self.pledge.state is PledgeState.PAUSED:
                self.pledge = replace(self.pledge, state=PledgeState.ACTIVE)
            self.begun = found[0]
            self.given.append(found[0])
            found = next_one(self.pledge, self.begun, self.zone)

    @rule()
    def skip(self) -> None:
        found = next_one(self.pledge, self.begun, self.zone)
        if found is not None and (self.pledge.skipped is None or self.pledge.skipped <= self.last()):
            self.pledge = replace(self.pledge, skipped=found[0])

    @rule(months=st.integers(1, MOST_PAUSED))
    def pause(self, months: int) -> None:
        if self.pledge.open:
            coming = from_now(resumed(self.pledge), self.begun, self.now, self.zone)
            assert coming.paused_until is not None
            self.pledge = paused(coming, months, coming.paused_until.plus(-1))

    @rule()
    def resume(self) -> None:
        if self.pledge.open:
            self.pledge = from_now(resumed(self.pledge), self.begun, self.now, self.zone)

    @rule(day=DAYS)
    def change_day(self, day: int) -> None:
        if self.pledge.state is PledgeState.ACTIVE:
            self.pledge = from_now(replace(self.pledge, day=day), self.begun, self.now, self.zone)

    @rule()
    def end(self) -> None:
        self.pledge = cancelled(self.pledge, self.now)

    @invariant()
    def holds(self) -> None:
        if not hasattr(self, "pledge"):
            return
        assert self.given == sorted(set(self.given))
        found = next_one(self.pledge, self.begun, self.zone)
        assert (found is None) == (not self.pledge.open)
        if found is not None:
            assert found[0] > self.last()
            assert found[0] != self.pledge.skipped


TestLifeOfAPledge = LifeOfAPledge.TestCase


@given(
    due=st.integers(0, 1_000_000).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
    late=st.timedeltas(timedelta(days=-40), timedelta(days=10)),
    quiet=st.none() | st.just(QuietHours(time(22), time(8), ZoneInfo("Asia/Shanghai"))),
    zone=st.sampled_from(["Asia/Shanghai", "America/New_York", "Europe/Berlin"]),
)
def test_a_debit_comes_on_its_day_and_never_within_days_of_its_notice(
    due: datetime, late: timedelta, quiet: QuietHours | None, zone: str
) -> None:
    now, here = due + late, ZoneInfo(zone)
    debit = when_debited(due, here, now, quiet)
    assert debit.notice_at >= now
    assert debit.at >= max(due, debit.notice_at + LEAST_NOTICE)
    assert quiet is None or not quiet.by(here).holds(debit.notice_at)
    if now <= due - NOTICE:
        assert debit.at == due
    sent = when_debited(due, here, now, quiet, now - timedelta(days=2))
    assert sent.at == max(due, now - timedelta(days=2) + LEAST_NOTICE)


@given(
    st.integers(100, 10_000), DAYS, st.sampled_from(list(Way)), st.sampled_from([1, 3]), st.booleans(), st.booleans(),
    st.integers(0, 2), st.integers(0, 10), st.integers(0, 7),
)  # fmt: skip
def test_what_comes_back_from_a_rail_is_as_its_pledge_is_by_now_and_never_unsaid(
    minor: int, day: int, way: Way, every: int, elsewhere: bool, told: bool, tries: int, since: int, later: int
) -> None:
    was = pledge(way=Way.SAVED)
    one = replace(instalment(was, InstalmentState.CHARGING), tries=tries)
    now = one.due_at + timedelta(days=since)
    at = now + timedelta(days=later)
    project = new_id() if elsewhere else one.project
    want = replace(was, amount=Money(minor, "CNY"), day=day, way=way, every=every, project=project)
    new = back_unpaid(one, at, want, project, now, SHANGHAI, told=told)
    assert (new.amount, new.project, new.every) == (want.amount, project, every)
    assert (new.month, new.tries) == (one.month, tries)
    if way is not Way.SAVED:
        assert (new.state, new.way, new.due_at) == (InstalmentState.ANNOUNCED, way, now)
        assert (new.tip, new.payment) == (None, None), "what was asked of the rail is nobody's any more"
        return
    assert new.way is Way.SAVED
    same = (new.amount, new.project) == (one.amount, one.project)
    if told or (same and (tries or day == was.day)):
        assert (new.state, new.due_at, new.reminded_at) == (InstalmentState.RETRY, at, one.reminded_at)
    elif not same:
        assert new.reminded_at == now, "told anew"
        assert new.due_at >= now + (RETRY_NOTICE if tries else LEAST_NOTICE)
        assert new.state is (InstalmentState.RETRY if tries else InstalmentState.ANNOUNCED)
    if tries == 0 and new.due_at not in (at, now + LEAST_NOTICE):
        assert new.due_at == debit_at(one.month, day, SHANGHAI), "its other day"


def test_what_is_of_a_month_before_the_rhythm_changed_comes_back_as_it_was() -> None:
    was = pledge(way=Way.SAVED)
    one = instalment(was, InstalmentState.CHARGING)
    want = replace(was, amount=Money(9_999, "CNY"), every=3, first=one.month.plus(1))
    assert want.project is not None
    assert as_pledged(one, want, want.project) is one
    back = back_unpaid(one, one.due_at, want, want.project, one.due_at, SHANGHAI, told=False)
    assert back == replace(one, state=InstalmentState.RETRY)


@given(
    st.sampled_from(sorted(InstalmentState)), st.sampled_from(list(Way)), st.integers(-9, 9), st.sampled_from([1, 3])
)
def test_only_a_debit_that_was_announced_and_is_ahead_is_given_after_all(
    state: InstalmentState, way: Way, days: int, every: int
) -> None:
    was = pledge(way=way)
    one = replace(instalment(was, InstalmentState.ANNOUNCED), state=state)
    now = one.due_at - timedelta(days=days)
    again = given_after_all(one, replace(was, every=every), now)
    assert (again is not None) == (
        state is InstalmentState.SKIPPED and way is Way.SAVED and days > 0 and every == one.every
    )
    assert again is None or again == replace(one, state=InstalmentState.ANNOUNCED)
    assert given_after_all(replace(one, tip=new_id()), was, now) is None
