"""Matching: never over the pool, its windows and caps; the same in whatever batches; checked by anyone."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count, islice, pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giving.errors import PoolCurrency, PoolNotSound
from giving.ledger import Entry, imbalance, matched, pool_left, pool_shared, pool_signed, unmatched
from giving.matching import (
    Caps,
    Decided,
    Fairness,
    Fixed,
    HeldReason,
    Lottery,
    Match,
    MatchState,
    PaidGift,
    Pool,
    PoolState,
    Ratio,
    Remainder,
    Rule,
    Scope,
    Standing,
    Window,
    amount_of,
    back_of,
    checked,
    comes_again,
    decide_matches,
    ending,
    shares,
)
from giving.matching.deciding import drawn
from giving.money import Money
from giving.receipts import receipt_code

NINE = datetime(2026, 11, 11, 1, tzinfo=UTC)
OLD = NINE - timedelta(days=400)
LENIENT = Fairness(new_days=0, gifts_per_donor=0, ring_gifts=0, payer_people=0)
DONORS, PROJECTS = [UUID(int=n) for n in range(1, 6)], [UUID(int=n) for n in range(101, 104)]
POOLS = [UUID(int=n) for n in range(201, 204)]
PLACE = UUID(int=300)
EVEN = Ratio(1, 1)


def window(
    number: int = 1, *, start: int = 0, hours: int | None = 24, part: int = 10_000, used_minor: int = 0
) -> Window:
    starts = NINE + timedelta(hours=start)
    return Window(number, starts, None if hours is None else starts + timedelta(hours=hours), part, used_minor)


def a_pool(rule: Rule = EVEN, *windows: Window, **more: object) -> Pool:
    every = windows or (window(),)
    whole = Money(sum(one.part_minor for one in every), "CNY")
    made = Pool(POOLS[0], UUID(int=400), {"en": "A pool"}, whole, rule, every, state=PoolState.OPEN)
    return replace(made, **more)  # type: ignore[arg-type]


def gift(number: int, minor: int = 100, *, donor: UUID = DONORS[0], second: float = 1, **more: object) -> PaidGift:
    at = NINE + timedelta(seconds=second)
    made = PaidGift(
        UUID(int=10_000 + number), f"YZ-{number:05}", donor, PROJECTS[0], PLACE, Money(minor, "CNY"), at, at.date(), OLD
    )
    return replace(made, **more)  # type: ignore[arg-type]


def decide(pools: Sequence[Pool], gifts: Sequence[PaidGift], fairness: Fairness = LENIENT) -> Decided:
    ids = count(1)
    return decide_matches(pools, gifts, Standing(), fairness, lambda: UUID(int=next(ids)), NINE)


rules = st.one_of(
    st.sampled_from([Ratio(1, 1), Ratio(1, 2), Ratio(2, 1)]),
    st.integers(1, 500).map(Fixed),
    st.tuples(st.integers(1, 50), st.integers(50, 900)).map(lambda b: Lottery(b[0], b[1], "11.11")),
)
caps = st.builds(Caps, *(st.none() | st.integers(1, 900) for _ in range(3)))


@st.composite
def pools(draw: st.DrawFn, id_: UUID = POOLS[0]) -> Pool:
    parts = draw(st.lists(st.integers(1, 1_500), min_size=1, max_size=3))
    windows = tuple(window(n + 1, start=n * 2, hours=1, part=part) for n, part in enumerate(parts))
    scope = Scope(projects=frozenset(draw(st.sets(st.sampled_from(PROJECTS), max_size=2))))
    remainder = draw(st.sampled_from(Remainder))
    return a_pool(draw(rules), *windows, id=id_, caps=draw(caps), scope=scope, remainder=remainder)


@st.composite
def some_gifts(draw: st.DrawFn) -> list[PaidGift]:
    numbers = range(draw(st.integers(0, 40)))
    return [
        gift(
            number, draw(st.integers(1, 600)), donor=draw(st.sampled_from(DONORS)),
            second=draw(st.integers(-600, 6 * 3600)), project=draw(st.sampled_from(PROJECTS)),
            known_since=NINE - timedelta(days=draw(st.integers(0, 20))), payer=draw(st.sampled_from([None, "p", "q"])),
        )
        for number in numbers
    ]  # fmt: skip


def check(before: Pool, after: Pool, made: Sequence[Match], gifts: Sequence[PaidGift]) -> None:
    """Everything that a sponsor and a donor may count on."""
    its = [match for match in made if match.pool == before.id]
    stood = [match for match in its if match.state is MatchState.MATCHED]
    total = sum(match.stands_minor for match in stood)
    assert after.used.minor == total <= before.committed.minor
    assert after.left.minor == before.committed.minor - total >= 0
    so_far = 0
    for one in after.windows:
        so_far += one.left_minor
        assert so_far >= 0, "no window has what only a later one brings"
        assert before.remainder is Remainder.CARRY or one.left_minor >= 0
    by_id = {one.tip: one for one in gifts}
    of_day, of_project = Counter[tuple[UUID, date]](), Counter[UUID]()
    for match in stood:
        paid = by_id[match.tip]
        assert 0 < match.amount_minor <= amount_of(before.rule, paid.amount.minor, paid.receipt_code)
        assert before.windows[match.window].at(paid.paid_at)
        assert not before.scope.projects or match.project in before.scope.projects
        assert before.caps.gift_minor is None or match.amount_minor <= before.caps.gift_minor
        of_day[match.donor, match.local_day] += match.stands_minor
        of_project[match.project] += match.stands_minor
    assert before.caps.donor_day_minor is None or all(n <= before.caps.donor_day_minor for n in of_day.values())
    assert before.caps.project_minor is None or all(n <= before.caps.project_minor for n in of_project.values())
    assert len({match.tip for match in its}) == len(its), "a pool adds to a gift once"


@given(pools(), pools(POOLS[1]), some_gifts())
def test_no_pool_window_or_cap_is_ever_overdrawn(first: Pool, second: Pool, gifts: list[PaidGift]):
    fairness = Fairness(new_days=5, gifts_per_donor=4, ring_gifts=3, ring_seconds=600, payer_people=2)
    for rules_ in (LENIENT, fairness):
        decided = decide([first, second], gifts, rules_)
        for before in (first, second):
            check(before, decided.pools[before.id], decided.matches, gifts)


@given(pools(), some_gifts(), st.lists(st.integers(0, 40), max_size=4))
def test_batches_change_nothing_while_gifts_come_in_order(pool: Pool, gifts: list[PaidGift], cuts: list[int]):
    fairness = Fairness(new_days=5, gifts_per_donor=4, ring_gifts=3, ring_seconds=600, payer_people=2)
    in_order = sorted(gifts, key=lambda one: (one.paid_at, one.tip))
    at_once = decide([pool], gifts, fairness)
    ids, standing, current, made = count(1), Standing(), pool, list[Match]()
    edges = sorted({0, len(gifts), *(min(cut, len(gifts)) for cut in cuts)})
    for begin, end in pairwise(edges):
        some = decide_matches([current], in_order[begin:end], standing, fairness, lambda: UUID(int=next(ids)), NINE)
        made += some.matches
        current = some.pools[pool.id]
    assert made == list(at_once.matches)
    assert current == at_once.pools[pool.id]


class Run:
    """Gifts, refunds of them, and refunds that fail, one after another, as the books would have them."""

    def __init__(self, pool: Pool) -> None:
        """Nothing was given yet."""
        self.before, self.pool, self.gifts = pool, pool, list[PaidGift]()
        self.matches, self.kept = dict[UUID, Match](), dict[UUID, int]()

    def standing(self) -> Standing:
        """As it is read from what is kept."""
        found = Standing()
        for match in self.matches.values():
            found.added(match)
        return found

    def give(self, gifts: Sequence[PaidGift]) -> None:
        ids = count(len(self.matches))
        decided = decide_matches([self.pool], gifts, self.standing(), LENIENT, lambda: UUID(int=next(ids)), NINE)
        self.pool = decided.pools[self.pool.id]
        self.gifts += gifts
        self.kept |= {one.tip: one.amount.minor for one in gifts}
        self.matches |= {match.tip: match for match in decided.matches}

    def keep(self, one: PaidGift, kept: int) -> None:
        """A refund, or one that failed: so much of the gift is kept now."""
        again, self.kept[one.tip] = kept > self.kept[one.tip], kept
        if (match := self.matches.get(one.tip)) is None:
            return
        more = max(back_of(match, kept) - match.back_minor, 0)
        if again:
            more = -comes_again(self.pool, match, kept, self.standing())
        self.pool = drawn(self.pool, match.window, -more)
        self.matches[one.tip] = match.with_back(match.back_minor + more)


STEPS = st.lists(st.none() | st.tuples(st.integers(0, 5), st.sampled_from([0, 30, 100])), max_size=30)


TIGHT = st.builds(Caps, st.none(), *(st.none() | st.integers(100, 900) for _ in range(2)))
FEW = st.lists(
    st.tuples(st.integers(50, 600), st.sampled_from(DONORS[:2]), st.sampled_from(PROJECTS[:2])), min_size=3, max_size=12
)


@given(rules, TIGHT, st.integers(500, 3_000), FEW, STEPS)
def test_no_cap_is_broken_by_refunds_or_by_those_that_fail(
    rule: Rule, tight: Caps, part: int, few: list[tuple[int, UUID, UUID]], steps: list[tuple[int, int] | None]
):
    gifts = [gift(n, minor, donor=donor, project=project) for n, (minor, donor, project) in enumerate(few)]
    run, coming = Run(a_pool(rule, window(part=part), caps=tight)), iter(gifts)
    run.give(list(islice(coming, 3)))
    for step in steps:
        if step is None:
            run.give(list(islice(coming, 2)))
        elif step[0] < len(run.gifts):
            one = run.gifts[-1 - step[0]]
            run.keep(one, one.amount.minor * step[1] // 100)
        stood = [match for match in run.matches.values() if match.stands_minor]
        check(run.before, run.pool, stood, run.gifts)
        for match in stood:
            assert match.stands_minor * match.gift_minor <= match.amount_minor * run.kept[match.tip]


def test_what_comes_again_is_what_went_back_where_nothing_else_took_it():
    run, one = Run(a_pool(Ratio(2, 1), caps=Caps(gift_minor=500, project_minor=500))), gift(1, 300)
    run.give([one])
    for kept, stands in ((100, 166), (200, 333), (0, 0), (300, 500)):
        run.keep(one, kept)
        assert run.matches[one.tip].stands_minor == stands


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.lists(st.integers(0, 10**9), max_size=6))
def test_what_goes_back_is_in_proportion_and_all_of_it_in_the_end(gave: int, added: int, kept: list[int]):
    match = replace(a_match(gave, added))
    last = 0
    for each in sorted((min(k, gave) for k in kept), reverse=True):
        back = back_of(match, each)
        assert last <= back <= added
        assert (added - back) * gave <= added * each, "a sponsor never pays for what went back"
        assert (added - back + 1) * gave > added * each, "and a project loses no more than that"
        last = back
    assert back_of(match, gave) == 0
    assert back_of(match, 0) == added


def a_match(gave: int, added: int) -> Match:
    return Match(
        UUID(int=1), UUID(int=2), POOLS[0], DONORS[0], PROJECTS[0], PLACE, 0, NINE.date(), gave, added, "CNY",
        MatchState.MATCHED, NINE, NINE,
    )  # fmt: skip


@given(st.integers(0, 10**9), st.dictionaries(st.sampled_from(PROJECTS), st.integers(0, 10**9)))
def test_what_is_shared_is_all_of_it_and_in_proportion(left: int, by_project: dict[UUID, int]):
    given_ = shares(left, by_project)
    whole = sum(by_project.values())
    assert sum(given_.values()) == (left if whole else 0)
    for project, share in given_.items():
        assert abs(share - left * by_project[project] / whole) < 1


AMOUNTS = st.dictionaries(st.sampled_from(PROJECTS), st.integers(0, 10**9))


@given(st.integers(0, 10**9), AMOUNTS, AMOUNTS, st.integers(1, 10**9))
def test_what_is_shared_keeps_to_the_cap_of_each_project(
    left: int, by_project: dict[UUID, int], had: dict[UUID, int], cap: int
):
    free, capped = shares(left, by_project), shares(left, by_project, cap_minor=cap, had=had)
    assert sum(capped.values()) <= left
    for project, share in free.items():
        assert capped.get(project, 0) == min(share, max(cap - had.get(project, 0), 0))
    assert capped.keys() <= free.keys()


@pytest.mark.parametrize(
    ("rule", "gave", "adds"),
    [
        (Ratio(1, 1), 100, 100),
        (Ratio(1, 2), 101, 50),
        (Ratio(2, 1), 150, 300),
        (Fixed(88), 100, 88),
    ],
)
def test_what_each_rule_adds(rule: Rule, gave: int, adds: int):
    (match,) = decide([a_pool(rule)], [gift(1, gave)]).matches
    assert match.amount_minor == adds


@given(st.integers(1, 10_000), st.integers(0, 10_000), st.text(min_size=1, max_size=20), st.integers(0, 2**65 - 1))
def test_anyone_can_draw_the_lottery_again_from_what_is_listed(least: int, more: int, seed: str, bits: int):
    code = receipt_code(bits)
    drawn = amount_of(Lottery(least, least + more, seed), 100, code)
    end = "-".join(code.split("-")[2:])
    by_hand = int(hashlib.sha256((seed + ":" + end).encode()).hexdigest(), 16)
    assert least <= drawn <= least + more
    assert drawn == least + by_hand % (more + 1)


def test_the_lottery_is_about_even():
    drawn = Counter(amount_of(Lottery(1, 5, "2026-11-11"), 100, f"YZ-{n}") for n in range(5_000))
    assert set(drawn) == {1, 2, 3, 4, 5}
    assert all(850 <= times <= 1_150 for times in drawn.values())


def test_the_last_gift_of_a_pool_gets_what_is_left_and_the_next_nothing():
    decided = decide([a_pool(Ratio(1, 1), window(part=250))], [gift(n, 100, second=n) for n in range(5)])
    assert [match.amount_minor for match in decided.matches] == [100, 100, 50]
    assert decided.pools[POOLS[0]].left == Money(0, "CNY")


def test_a_gift_in_another_currency_or_outside_its_windows_is_not_matched():
    stars = gift(1, amount=Money(50, "XTR"))
    early, late = gift(2, second=-1), gift(3, second=24 * 3600)
    assert decide([a_pool()], [stars, early, late]).matches == ()
    assert len(decide([a_pool()], [gift(4, second=0), gift(5, second=24 * 3600 - 1)]).matches) == 2


def test_only_open_pools_add():
    for state in (PoolState.DRAFT, PoolState.WITHDRAWN, PoolState.ENDED):
        assert decide([a_pool(state=state)], [gift(1)]).matches == ()


@pytest.mark.parametrize(("remainder", "afternoon"), [(Remainder.CARRY, 250), (Remainder.BACK, 150)])
def test_what_the_morning_leaves_is_carried_on_or_not(remainder: Remainder, afternoon: int):
    windows = (window(1, hours=1, part=150), window(2, start=5, hours=1, part=150))
    pool = a_pool(Ratio(1, 1), *windows, remainder=remainder)
    gifts = [gift(1, 50, second=1), gift(2, 900, second=5 * 3600 + 1)]
    assert [match.amount_minor for match in decide([pool], gifts).matches] == [50, afternoon]


def test_a_gift_of_the_morning_that_is_booked_late_takes_nothing_from_what_the_afternoon_used():
    windows = (window(1, hours=1, part=150, used_minor=50), window(2, start=5, hours=1, part=150, used_minor=240))
    pool = a_pool(Ratio(1, 1), *windows)
    assert [match.amount_minor for match in decide([pool], [gift(1, 100)]).matches] == [10]


def test_scope_and_days():
    day = UUID(int=500)
    pool = a_pool(scope=Scope(days=frozenset([day]), creators=frozenset([DONORS[4]])))
    on_it = gift(1, giving_day=day, creator=DONORS[4])
    assert [m.tip for m in decide([pool], [on_it, gift(2), gift(3, giving_day=day)]).matches] == [on_it.tip]


# --- Fairness --------------------------------------------------------------------------------------------------------


def reasons(gifts: Sequence[PaidGift], fairness: Fairness) -> list[HeldReason | None]:
    return [match.reason for match in decide([a_pool()], gifts, fairness).matches]


def test_somebody_new_is_held_and_costs_the_pool_nothing():
    new = gift(1, known_since=NINE - timedelta(days=6, hours=23))
    decided = decide([a_pool()], [new], replace(LENIENT, new_days=7))
    (match,) = decided.matches
    assert (match.state, match.reason, match.stands_minor) == (MatchState.HELD, HeldReason.NEW_ACCOUNT, 0)
    assert decided.pools[POOLS[0]].used == Money(0, "CNY")
    assert reasons([gift(1, known_since=NINE - timedelta(days=7))], replace(LENIENT, new_days=7)) == [None]


def test_more_than_so_many_gifts_of_one_donor_are_held_and_another_day_begins_anew():
    gifts = [gift(n, second=n) for n in range(4)] + [gift(9, second=9, local_day=date(2026, 11, 12))]
    many = replace(LENIENT, gifts_per_donor=3)
    assert reasons(gifts, many) == [None, None, None, HeldReason.MANY_GIFTS, None]


def test_a_ring_of_equal_amounts_within_seconds_is_held_and_a_suggested_amount_is_none():
    ring = replace(LENIENT, ring_gifts=3, ring_seconds=10)
    gifts = [gift(n, 137, donor=DONORS[n], second=n) for n in range(4)]
    assert reasons(gifts, ring) == [None, None, HeldReason.RING, HeldReason.RING]
    assert reasons(gifts, replace(ring, usual=frozenset([137]))) == [None] * 4
    assert reasons([gift(n, 137, donor=DONORS[n], second=n * 11) for n in range(4)], ring) == [None] * 4
    assert reasons([gift(n, 137, second=n) for n in range(4)], ring) == [None] * 4, "one donor makes no ring"
    elsewhere = [gift(n, 137, donor=DONORS[n], second=n, place=UUID(int=n + 1)) for n in range(4)]
    assert reasons(elsewhere, ring) == [None] * 4


def test_one_payment_method_to_many_identities_is_held():
    shared = replace(LENIENT, payer_people=2)
    gifts = [gift(n, donor=DONORS[n], second=n, payer="card") for n in range(4)]
    again = gift(9, donor=DONORS[0], second=9, payer="card")
    other = gift(10, donor=DONORS[1], second=10, payer="other")
    shared_payer = HeldReason.SHARED_PAYER
    assert reasons([*gifts, again, other], shared) == [None, None, shared_payer, shared_payer, shared_payer, None]


# --- What can't be kept to -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pool", "what"),
    [
        (a_pool(Ratio(0, 1)), "rule"),
        (a_pool(Fixed(0)), "rule"),
        (a_pool(Lottery(5, 4, "seed")), "rule"),
        (a_pool(Lottery(1, 4, "")), "rule"),
        (a_pool(caps=Caps(gift_minor=0)), "caps"),
        (a_pool(committed=Money(0, "CNY")), "amount"),
        (a_pool(committed=Money(9_999, "CNY")), "parts"),
        (a_pool(Fixed(1), window(hours=-1)), "end"),
        (a_pool(Fixed(1), window(hours=None), window(2, start=30)), "order"),
        (a_pool(Fixed(1), window(hours=3), window(2, start=2)), "order"),
        (a_pool(titles={"en": ""}), "title"),
    ],
)
def test_a_pool_that_cannot_be_kept_to_is_refused(pool: Pool, what: str):
    with pytest.raises(PoolNotSound) as refused:
        checked(pool, {})
    assert refused.value.args_for_message == {"what": what}


def test_a_pool_in_another_currency_than_its_projects_is_refused():
    assert checked(a_pool(), {PROJECTS[0]: "CNY"}) == a_pool()
    with pytest.raises(PoolCurrency) as refused:
        checked(a_pool(), {PROJECTS[0]: "CNY", PROJECTS[1]: "USD"})
    assert refused.value.args_for_message == {"currency": "CNY", "wanted": "USD"}


# --- The end ---------------------------------------------------------------------------------------------------------


def test_windows_are_settled_once_late_payments_have_come_and_nothing_is_held():
    pool = a_pool(Fixed(1), window(1, hours=1), window(2, start=2, hours=1), remainder=Remainder.BACK)
    day = timedelta(days=1)
    assert ending(pool, NINE + timedelta(hours=24), day, ()).windows == ()
    assert ending(pool, NINE + timedelta(hours=25), day, ()) == ending(pool, NINE + timedelta(hours=26), day, ())
    assert ending(pool, NINE + timedelta(hours=25), day, ()).windows == (0,)
    assert ending(pool, NINE + timedelta(hours=25), day, (0,)).windows == ()
    whole = ending(pool, NINE + timedelta(hours=27), day, ())
    assert (whole.windows, whole.last) == ((0, 1), True)
    carried = replace(pool, remainder=Remainder.CARRY)
    assert ending(carried, NINE + timedelta(hours=25), day, ()).windows == ()
    assert ending(carried, NINE + timedelta(hours=27), day, ()).windows == (0, 1)
    assert ending(a_pool(Fixed(1), window(hours=None)), NINE + timedelta(days=999), day, ()).windows == ()


def test_entries_balance_and_name_their_fact():
    pool, sponsor, tip, project, amount = POOLS[0], UUID(int=1), UUID(int=2), PROJECTS[0], Money(50, "CNY")
    about = {"tip": tip, "pool": pool, "project": project, "at": NINE, "amount": amount}
    made: list[Entry] = [
        pool_signed(pool=pool, sponsor=sponsor, at=NINE, amount=amount),
        matched(**about),  # type: ignore[arg-type]
        unmatched(**about, cause="refund:paper:re_1", to=matched(**about).postings[0].account),  # type: ignore[arg-type]
        pool_left(pool=pool, sponsor=sponsor, what="window:1", at=NINE, amount=amount),
        pool_shared(pool=pool, what="window:2", at=NINE, by_project={project: amount, PROJECTS[1]: amount}),
    ]
    assert all(set(imbalance(entry.postings).values()) == {0} for entry in made)
    assert made[1].key == f"match:{tip}:{pool}"
    assert made[2].key == f"match:{tip}:{pool}:back:refund:paper:re_1"
    sums: defaultdict[str, int] = defaultdict(int)
    for posting in (*made[1].postings, *made[2].postings):
        sums[posting.account] += posting.amount.minor
    assert set(sums.values()) == {0}
