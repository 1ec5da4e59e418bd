"""Offers: one tap is one gift, however often it comes; what may not be given is refused, and leaves nothing behind."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giving.errors import (
    GivingError,
    PostUnknown,
    ProjectClosed,
    ProjectUnknown,
    SlotUnknown,
    TippingOff,
    TippingPaused,
    TipTooLarge,
    TipTooSmall,
    WrongCurrency,
)
from giving.money import Money
from giving.people import Visibility
from giving.tips import Decided, Fresh, Limits, OfferRequest, Target, Tip, TipState, decide_offers

LEAST, MOST = 100, 5_000
LIMITS = Limits(Money(LEAST, "CNY"), Money(MOST, "CNY"))
NOON = datetime(2026, 11, 11, 4, tzinfo=UTC)
DONORS, GOALS, DAYS = ([UUID(int=base + n) for n in range(3)] for base in (100, 200, 300))
NUMBERS = itertools.count(1000)
Item = tuple[OfferRequest, Target | None, Fresh]

targets = st.builds(
    Target,
    project=st.sampled_from(GOALS),
    open=st.booleans(),
    currency=st.sampled_from(["CNY", "USD"]),
    chat=st.none() | st.sampled_from(GOALS),
    chat_on=st.booleans(),
    creator=st.none() | st.sampled_from(DONORS),
    paused=st.booleans(),
)
# Round the limits, so that both sides of each are met.
minors = st.sampled_from([-100, 0, 1, LEAST - 1, LEAST, LEAST + 1, 500, MOST - 1, MOST, MOST + 1, 10**12])
amounts = st.builds(Money, minors, st.sampled_from(["CNY", "CNY", "CNY", "USD"]))


def fresh(day: UUID | None = None) -> Fresh:
    """What no other tip has."""
    number = next(NUMBERS)
    return Fresh(UUID(int=number), f"YZ-{number}", NOON + timedelta(seconds=number), UUID(int=10**6 + number), day)


@st.composite
def requests(draw: st.DrawFn, keys: int = 6, asked: st.SearchStrategy[Money] = amounts) -> OfferRequest:
    """A tap under a post or a slot, or at a project; few keys and few people, so that the same come again."""
    goal = {draw(st.sampled_from(["post", "slot", "project"])): draw(st.sampled_from(GOALS))}
    return OfferRequest(
        key=f"q{draw(st.integers(1, keys))}",
        donor=draw(st.sampled_from(DONORS)),
        amount=draw(asked),
        visibility=draw(st.sampled_from(Visibility)),
        **goal,  # type: ignore[arg-type]
    )


@st.composite
def items(draw: st.DrawFn) -> Item:
    """Of one goal there is one target, open as a rule."""
    request = draw(requests())
    usual = Target(request.goal or GOALS[0], open=True, currency="CNY")
    target = draw(st.just(usual) | st.just(usual) | st.none() | targets)
    return request, target, fresh(draw(st.none() | st.sampled_from(DAYS)))


def alone(item: Item) -> Decided:
    """Decided on an empty table."""
    (decided,) = decide_offers([item], {}, {}, LIMITS)
    return decided


def in_the_way(request: OfferRequest, target: Target | None) -> type[GivingError] | None:
    """The first reason why it can't be given, in the order in which people are told."""
    if target is None:
        return PostUnknown if request.post else SlotUnknown if request.slot else ProjectUnknown
    reasons: list[tuple[bool, type[GivingError]]] = [
        (not target.open, ProjectClosed),
        (target.paused, TippingPaused),
        (not target.chat_on, TippingOff),
        (request.amount.currency != "CNY" or target.currency != "CNY", WrongCurrency),
        (request.amount.minor < LEAST, TipTooSmall),
        (request.amount.minor > MOST, TipTooLarge),
    ]
    return next((error for stands, error in reasons if stands), None)


@given(requests(), st.none() | targets, st.none() | st.sampled_from(DAYS))
def test_what_may_be_given_becomes_a_tip_to_the_letter_and_the_rest_is_refused_for_the_first_reason(
    request: OfferRequest, target: Target | None, day: UUID | None
):
    its = fresh(day)
    decided, reason = alone((request, target, its)), in_the_way(request, target)
    if reason is not None:
        assert type(decided.refusal) is reason
        assert (decided.tip, decided.is_new, decided.moved) == (None, False, False)
        return
    assert target is not None
    assert decided == Decided(
        Tip(
            its.id, request.donor, target.project, request.amount, request.visibility, its.receipt_code, its.at,
            TipState.OFFERED, post=request.post, chat=target.chat, creator=target.creator, payment=its.payment,
            slot=request.slot, day=day,
        ),
        is_new=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("minor", "error"), [(LEAST - 1, TipTooSmall), (LEAST, None), (MOST, None), (MOST + 1, TipTooLarge)]
)
def test_the_limits_themselves_may_be_given(minor: int, error: type[GivingError] | None):
    target = Target(GOALS[0], open=True, currency="CNY")
    decided = alone((OfferRequest("q", DONORS[0], Money(minor, "CNY"), project=GOALS[0]), target, fresh()))
    assert (type(decided.refusal) if decided.refusal else None) is error
    assert decided.is_new == (error is None)


@given(st.lists(items(), max_size=25))
def test_the_same_key_is_the_same_tip_and_tells_nobody_else_of_it(batch: list[Item]):
    first: dict[str, Tip] = {}
    for (request, _, _), decided in zip(batch, decide_offers(batch, {}, {}, LIMITS), strict=True):
        assert (decided.tip is None) == (decided.refusal is not None)
        before = first.get(request.key)
        if before is None:
            if decided.tip is not None:
                first[request.key] = decided.tip
        elif before.donor == request.donor:
            assert decided.tip is not None
            assert decided.tip.id == before.id
            assert not decided.is_new
        else:
            assert isinstance(decided.refusal, PostUnknown)


@given(st.lists(items(), max_size=25))
def test_nobody_has_two_open_tips_of_the_same_sum_for_the_same_thing_and_none_of_somebody_elses(batch: list[Item]):
    decided = decide_offers(batch, {}, {}, LIMITS)
    new = [one.tip for one in decided if one.is_new and one.tip is not None]
    assert len({tip.id for tip in new}) == len(new) == len({tip.open_key for tip in new})
    assert len({tip.receipt_code for tip in new}) == len(new)
    assert {one.tip.id for one in decided if one.tip is not None} == {tip.id for tip in new}
    for (request, target, _), one in zip(batch, decided, strict=True):
        if one.tip is not None:
            assert one.tip.donor == request.donor
        if one.is_new and one.tip is not None and target is not None:
            goal = request.post or request.slot or target.project
            assert (one.tip.amount, one.tip.post or one.tip.slot or one.tip.project) == (request.amount, goal)


class Table:
    """What is kept between batches: rows by id, taps by key; some of them get paid."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Tip] = {}
        self.keys: dict[str, UUID] = {}

    def take(self, batch: Sequence[Item]) -> list[tuple[UUID | None, type | None, bool, bool]]:
        known = {key: self.rows[tip] for key, tip in self.keys.items()}
        unpaid = {tip.open_key: tip for tip in self.rows.values() if tip.open_key is not None}
        said = []
        for (request, _, _), decided in zip(batch, decide_offers(batch, known, unpaid, LIMITS), strict=True):
            if decided.tip is not None:
                self.keys.setdefault(request.key, decided.tip.id)
                if decided.is_new or decided.moved:
                    assert decided.is_new == (decided.tip.id not in self.rows)
                    self.rows[decided.tip.id] = decided.tip
            its = decided.tip.id if decided.tip else None
            said.append((its, type(decided.refusal) if decided.refusal else None, decided.is_new, decided.moved))
        return said

    def pay(self, number: int) -> None:
        for place, tip in enumerate(self.rows.values()):
            if place % 3 == number % 3 and tip.state is TipState.OFFERED:
                self.rows[tip.id] = tip.paid(charge=f"ch_{tip.id}", entry_key=f"e_{tip.id}", at=NOON)


@given(st.lists(st.tuples(st.lists(items(), max_size=8), st.integers(0, 2)), max_size=6))
def test_a_batch_is_decided_as_its_items_one_after_the_other_also_when_some_are_paid_between(
    batches: list[tuple[list[Item], int]],
):
    together, singly = Table(), Table()
    for batch, paid in batches:
        assert together.take(batch) == [singly.take([item])[0] for item in batch]
        together.pay(paid)
        singly.pay(paid)
        assert together.rows == singly.rows
        assert together.keys == singly.keys


@given(requests(asked=st.just(Money(500, "CNY"))))
def test_what_was_paid_is_given_again_by_another_tap_and_not_by_the_same(request: OfferRequest):
    target = Target(request.goal or GOALS[0], open=True, currency="CNY")
    tip = alone((request, target, fresh())).tip
    assert tip is not None
    paid = tip.paid(charge="ch", entry_key="e", at=NOON)
    taps = [(request, target, fresh()), (replace(request, key="another"), target, fresh())]
    same, other = decide_offers(taps, {request.key: paid}, {}, LIMITS)
    assert same == Decided(paid)
    assert other.is_new
    assert other.tip is not None
    assert other.tip.id != tip.id


@given(requests(asked=st.just(Money(500, "CNY"))), *[st.none() | st.sampled_from(DAYS)] * 2)
def test_an_open_tip_tapped_again_on_a_giving_day_counts_for_that_day(
    request: OfferRequest, before: UUID | None, now: UUID | None
):
    target, later = Target(request.goal or GOALS[0], open=True, currency="CNY"), fresh(now)
    tip = alone((request, target, fresh(before))).tip
    assert tip is not None
    assert tip.open_key is not None
    again = replace(request, key="again")
    (decided,) = decide_offers([(again, target, later)], {request.key: tip}, {tip.open_key: tip}, LIMITS)
    moves = now is not None and now != before
    expected = replace(tip, day=now, offered_at=later.at) if moves else tip
    assert decided == Decided(expected, moved=moves)
