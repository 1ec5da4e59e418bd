"""Budgets fill again with time, nobody gets more than their rate, and a guard rises by failures alone."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giving.budgets import (
    NONE,
    Budgets,
    Guard,
    GuardRules,
    LinkAsk,
    PaymentRules,
    Rate,
    Stage,
    charge,
    decide_links,
    failures_for_all,
    in_seconds,
    made_up,
    must_close,
    spend,
    spent,
    tries_many,
    watch,
)
from giving.errors import MinimumRaised, PayingPaused, PayingTooOften, TooFast
from giving.money import Money

START = datetime(2026, 11, 11, 8, tzinfo=UTC)
RULES = PaymentRules()
rates = st.builds(Rate, st.integers(1, 30), st.integers(1, 5_000_000).map(lambda us: timedelta(microseconds=us)))
pauses = st.lists(st.integers(0, 20_000_000).map(lambda us: timedelta(microseconds=us)), max_size=80)


def ago(**delta: float) -> datetime:
    return START - timedelta(**delta)


def person(number: int) -> UUID:
    return UUID(int=number)


@given(rates, pauses)
def test_no_window_holds_more_than_at_once_and_what_comes_back_in_it(rate: Rate, pauses: list[timedelta]):
    now, whole_at, granted = START, None, []
    for pause in pauses:
        now += pause
        whole_at, wait = spend(whole_at, rate, now)
        if wait == NONE:
            granted.append(now)
    for first, begin in enumerate(granted):
        for count, end in enumerate(granted[first:], 1):
            assert count <= rate.at_once + (end - begin) / rate.every + 1e-6


@given(rates, pauses)
def test_whoever_waits_as_long_as_they_are_told_is_granted(rate: Rate, pauses: list[timedelta]):
    now, whole_at = START, None
    for pause in pauses:
        now += pause
        whole_at, wait = spend(whole_at, rate, now)
        if wait > NONE:
            assert spend(whole_at, rate, now + wait)[1] == NONE
            assert spend(whole_at, rate, now + wait - timedelta(microseconds=1))[1] > NONE
            assert wait <= rate.every
            assert in_seconds(wait) >= 1


@given(rates, st.integers(1, 30))
def test_a_whole_budget_grants_exactly_its_burst(rate: Rate, tries: int):
    whole_at, granted = None, 0
    for _ in range(tries):
        whole_at, wait = spend(whole_at, rate, START)
        granted += wait == NONE
    assert granted == min(tries, rate.at_once)


@given(rates, st.integers(-40, 40).map(lambda days: timedelta(days=days)))
def test_a_clock_that_jumps_makes_nobody_wait_longer_than_one_step(rate: Rate, jump: timedelta):
    whole_at: datetime | None = None
    for _ in range(rate.at_once + 1):
        whole_at, _ = spend(whole_at, rate, START)
    assert spend(whole_at, rate, START + jump)[1] <= rate.every


@given(rates, st.lists(st.integers(-3, 3), max_size=30))
def test_what_is_charged_stays_between_nothing_and_all(rate: Rate, charges: list[int]):
    whole_at = None
    for many in charges:
        whole_at = charge(whole_at, rate, START, many)
        assert 0 <= spent(whole_at, rate, START) <= rate.at_once + 1e-6


# --- the guard ---


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 600)), max_size=60))
def test_a_guard_never_rises_without_failures_and_always_ends(steps: list[tuple[int, int, int]]):
    rules, guard, now = RULES.rail, Guard(), START
    for failed, paid, seconds in steps:
        now += timedelta(seconds=seconds)
        before = guard.stage(now)
        guard = watch(guard, rules, now, failed=failed, credit=paid / 2)
        if not failed:
            assert guard.stage(now) is before
        assert guard.stage(now) >= before
        assert guard.ends(now) <= rules.hold
    assert guard.stage(now + rules.hold) is Stage.CALM


def test_it_is_raised_then_shut_and_ends_by_itself():
    rules = GuardRules(raise_at=3, shut_at=5)
    guard, stages = Guard(), []
    for _ in range(5):
        guard = watch(guard, rules, START, failed=1)
        stages.append(guard.stage(START))
    assert stages == [Stage.CALM, Stage.CALM, Stage.RAISED, Stage.RAISED, Stage.SHUT]
    assert guard.ends(START) == rules.hold
    assert guard.stage(START + rules.hold) is Stage.CALM


@dataclass
class Rail:
    """A rail as its guard sees it: payments come one by one, paid ones are counted until one fails."""

    rules: GuardRules = RULES.rail
    guard: Guard = field(default_factory=Guard)
    used: datetime | None = None
    paid: int = 0

    def take(self, now: datetime, *, fails: bool) -> Stage:
        if fails:
            self.used, credit = made_up(self.paid, self.used, self.rules, now)
            self.guard, self.paid = watch(self.guard, self.rules, now, failed=1, credit=credit), 0
        self.paid += not fails
        return self.guard.stage(now)


def day(honest: float, declined: float, attempts: float, seconds: float, seed: int) -> tuple[int | None, int | None]:
    """Payments at random moments, so many a second; how many attempts came before it was raised, and shut, if ever."""
    chance, rail, at, tried = random.Random(seed), Rail(), 0.0, 0
    raised: int | None = None
    while (at := at + chance.expovariate(honest + attempts)) < seconds:
        attempt = chance.random() * (honest + attempts) < attempts
        tried += attempt
        stage = rail.take(START + timedelta(seconds=at), fails=attempt or chance.random() < declined)
        if raised is None and stage > Stage.CALM:
            raised = tried
        if stage is Stage.SHUT:
            return raised, tried
    return raised, None


@pytest.mark.parametrize(("honest", "most_small", "most_large"), [(0, 8, 12), (5, 14, 18), (35, 16, 20)])
def test_a_thousand_attempts_a_minute_among_honest_gifts_are_stopped(honest: float, most_small: int, most_large: int):
    for seed in range(40):
        raised, shut = day(honest, 0.03, 1000 / 60, 60, seed)
        assert raised is not None
        assert shut is not None
        assert (raised <= most_small, shut <= most_large) == (True, True), (seed, raised, shut)


def test_among_265_gifts_a_second_attempts_are_seen_later_and_the_page_says_when():
    found = sorted(shut for seed in range(40) if (shut := day(265, 0.03, 1000 / 60, 60, seed)[1]) is not None)
    assert len(found) == 40
    assert found[20] <= 60
    assert found[-1] <= 200


@pytest.mark.parametrize(("honest", "declined"), [(265, 0.03), (100, 0.03), (35, 0.03), (1, 0.1)])
def test_a_giving_day_with_ordinary_declines_is_no_attack(honest: float, declined: float):
    for seed in range(5):
        assert day(honest, declined, 0, min(600, 100_000 / honest), seed) == (None, None)


def test_paid_gifts_make_up_for_few_failures_however_many_they_are():
    used, credit = made_up(10, None, RULES.rail, START)
    assert credit == pytest.approx(10 * RULES.rail.share + RULES.rail.generous.at_once)
    _, credit = made_up(1000, used, RULES.rail, START)
    assert credit == pytest.approx(1000 * RULES.rail.share)
    assert made_up(2, None, RULES.rail, START)[1] == pytest.approx(2 * RULES.rail.credit)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 3000)), min_size=1, max_size=60))
def test_what_is_made_up_for_in_a_time_is_bounded(steps: list[tuple[int, int]]):
    rules, now, used, made, gifts = RULES.rail, START, None, 0.0, 0
    for paid, pause_ms in steps:
        now += timedelta(milliseconds=pause_ms)
        used, credit = made_up(paid, used, rules, now)
        assert credit <= paid * rules.credit + 1e-6
        made, gifts = made + credit, gifts + paid
    most = rules.generous.at_once + (now - START) / rules.generous.every
    assert made <= gifts * rules.share + most + 1e-6


def test_what_was_paid_before_buys_no_failures_after():
    guard = watch(Guard(), RULES.rail, START, failed=0, credit=100_000)
    guard = watch(guard, RULES.rail, START, failed=RULES.rail.raise_at, credit=100_000)
    assert guard.stage(START) is Stage.RAISED


@given(st.integers(-40, 40).map(lambda days: timedelta(days=days)))
def test_a_guard_that_another_clock_wrote_ends_by_ours_once_it_is_watched(jump: timedelta):
    guard = watch(Guard(), RULES.rail, START + jump, failed=20)
    guard = watch(guard, RULES.rail, START, failed=20)
    assert guard.ends(START) <= RULES.rail.hold


# --- pay pages ---


def ask(number: int = 1, minor: int = 100, rail: str = "sandbox") -> LinkAsk:
    return LinkAsk(person(number), Money(minor, "CNY"), rail)


def guarded(failed: int) -> Guard:
    return watch(Guard(), RULES.rail, START, failed=failed)


def test_a_thousand_people_in_one_second_are_all_allowed():
    assert decide_links([ask(n) for n in range(1000)], Budgets(), RULES, START) == [None] * 1000


def test_one_person_gets_so_many_and_then_waits():
    budgets = Budgets()
    verdicts = decide_links([ask()] * 1000, budgets, RULES, START)
    assert verdicts[: RULES.links.at_once] == [None] * RULES.links.at_once
    assert all(isinstance(verdict, TooFast) for verdict in verdicts[RULES.links.at_once :])
    later = START + timedelta(seconds=verdicts[-1].args_for_message["seconds"])  # type: ignore[union-attr, arg-type]
    assert decide_links([ask()], budgets, RULES, later) == [None]


@given(st.lists(st.integers(0, 3_000), min_size=1, max_size=200))
def test_one_person_never_gets_more_than_twenty_in_a_minute(pauses_ms: list[int]):
    budgets, now, granted = Budgets(), START, 0
    for pause in pauses_ms:
        now += timedelta(milliseconds=pause)
        if now - START <= timedelta(minutes=1):
            granted += decide_links([ask()], budgets, RULES, now) == [None]
    assert granted <= 20


def test_who_failed_too_often_waits_and_their_page_is_closed():
    failures = charge(None, RULES.failures, START, RULES.failures.at_once)
    (verdict,) = decide_links([ask()], Budgets(failures={person(1): failures}), RULES, START)
    assert isinstance(verdict, PayingTooOften)
    assert verdict.args_for_message == {"minutes": 10}
    assert decide_links([ask(2)], Budgets(failures={person(1): failures}), RULES, START) == [None]
    assert must_close(failures, [Guard()], RULES, START)
    assert not must_close(charge(None, RULES.failures, START), [Guard()], RULES, START)
    assert must_close(None, [guarded(RULES.rail.raise_at)], RULES, START)


def test_an_attacked_rail_takes_larger_gifts_only_and_then_none_and_others_go_on():
    raised = Budgets(rails={"sandbox": guarded(RULES.rail.raise_at)})
    small, large, elsewhere = decide_links([ask(), ask(2, 2000), ask(3, rail="other")], raised, RULES, START)
    assert isinstance(small, MinimumRaised)
    assert small.args_for_message == {"least": Money(2000, "CNY"), "minutes": 15}
    assert (large, elsewhere) == (None, None)
    shut = Budgets(rails={"sandbox": guarded(RULES.rail.shut_at)})
    closed, elsewhere = decide_links([ask(2, 2000), ask(3, rail="other")], shut, RULES, START)
    assert isinstance(closed, PayingPaused)
    assert elsewhere is None


def test_whoever_gave_before_goes_on_until_such_people_fail_too():
    known = Budgets(rails={"sandbox": guarded(RULES.rail.shut_at)}, known={person(2)})
    stranger, friend = decide_links([ask(1), ask(2)], known, RULES, START)
    assert isinstance(stranger, PayingPaused)
    assert friend is None
    known.known_rails = {"sandbox": guarded(RULES.rail.raise_at)}
    (friend,) = decide_links([ask(2)], known, RULES, START)
    assert isinstance(friend, MinimumRaised)
    known.known_total = watch(Guard(), RULES.total, START, failed=RULES.total.shut_at)
    (friend,) = decide_links([ask(2, rail="other")], known, RULES, START)
    assert isinstance(friend, PayingPaused)


def test_whoever_fails_three_times_loses_their_other_pages():
    whole_at = charge(None, RULES.failures, START, RULES.of_one - 1)
    assert not tries_many(whole_at, RULES, START)
    assert tries_many(charge(whole_at, RULES.failures, START), RULES, START)


def test_the_total_guards_every_rail():
    total = watch(Guard(), RULES.total, START, failed=RULES.total.raise_at)
    (verdict,) = decide_links([ask(rail="other")], Budgets(total=total), RULES, START)
    assert isinstance(verdict, MinimumRaised)
    assert RULES.rail.shut_at < RULES.total.raise_at  # one rail under attack never closes the others


def test_one_person_alone_closes_nothing_for_the_others():
    whole_at, counted = None, 0
    for _ in range(100):
        counted += failures_for_all(whole_at, 1, RULES, START)
        whole_at = charge(whole_at, RULES.failures, START)
    assert counted == failures_for_all(None, 100, RULES, START) == RULES.of_one < RULES.rail.raise_at


def test_a_refused_ask_costs_nothing():
    budgets = Budgets(rails={"sandbox": guarded(RULES.rail.shut_at)})
    decide_links([ask()] * 100, budgets, RULES, START)
    assert budgets.links == {}
