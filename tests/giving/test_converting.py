"""Whose gifts a conversion turns: it adds up to the minor unit, and what goes back takes its own part with it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from giving.accounts import exchange, exchange_back, project_credited, rail_clearing
from giving.conversions import Back, Conversion
from giving.converting import Share, Waiting, shares_of, turned_back, turned_back_entry
from giving.ledger import imbalance
from giving.money import Money
from giving.people import Visibility
from giving.tips import Tip, TipState

AT = datetime(2026, 11, 22, tzinfo=UTC)
PROJECTS = [UUID(int=number) for number in (71, 72, 73)]


def xtr(stars: int) -> Money:
    return Money(stars, "XTR")


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def tip(number: int, stars: int, project: UUID = PROJECTS[0]) -> Tip:
    return Tip(
        UUID(int=number), UUID(int=1), project, xtr(stars), Visibility.NAMED, f"YZ-{number}", AT + timedelta(number),
        TipState.PAID,
    )  # fmt: skip


gifts = st.lists(st.tuples(st.integers(1, 10_000), st.sampled_from(PROJECTS)), min_size=1, max_size=40)


@given(gifts, st.integers(1, 10**9), st.data())
def test_what_gifts_come_to_adds_up_to_the_cent_and_none_comes_to_more_than_a_cent_off_its_rate(
    given_: list[tuple[int, UUID]], bought: int, data: st.DataObject
):
    waiting = [Waiting(tip(n, stars, project), xtr(stars)) for n, (stars, project) in enumerate(given_)]
    whole = sum(stars for stars, _ in given_)
    sold = data.draw(st.integers(1, whole))
    found = shares_of(waiting, xtr(sold), cny(bought))

    assert sum(share.sold.minor for share in found) == sold
    assert sum(share.bought.minor for share in found) == bought
    assert all(abs(share.bought.minor * sold - share.sold.minor * bought) < sold for share in found)
    assert [share.tip for share in found] == [one.tip for one in waiting[: len(found)]], "the oldest first"
    assert all(share.sold == one.left for share, one in zip(found[:-1], waiting, strict=False)), "only the last in part"


@given(gifts, st.integers(1, 10**9), st.integers(0, 10_000), st.tuples(st.integers(1, 500), st.integers(1, 900)))
def test_a_conversions_entry_balances_and_credits_each_project_what_its_gifts_came_to(
    given_: list[tuple[int, UUID]], bought: int, more: int, went: tuple[int, int]
):
    waiting = [Waiting(tip(n, stars, project), xtr(stars)) for n, (stars, project) in enumerate(given_)]
    sold = sum(stars for stars, _ in given_) + more
    back = Back(xtr(went[0]), cny(went[1]))
    made = Conversion("stars", xtr(sold), cny(bought), Decimal(bought) / 100 / sold, "TX1")
    shares = shares_of(waiting, xtr(sold + went[0]), cny(bought + went[1]))
    entry = made.entry(AT, shares, back)

    assert set(imbalance(entry.postings).values()) == {0}
    moved = {(p.account, p.amount.currency): p.amount.minor for p in entry.postings}
    for project in PROJECTS:
        of = [share for share in shares if share.tip.project == project]
        assert moved.get((project_credited(project), "XTR"), 0) == sum(share.sold.minor for share in of)
        assert moved.get((project_credited(project), "CNY"), 0) == -sum(share.bought.minor for share in of)
    assert moved[rail_clearing("stars"), "XTR"] == -sold
    assert moved[rail_clearing("stars"), "CNY"] == bought
    assert moved[exchange_back("stars"), "XTR"] == -went[0]
    assert moved[exchange_back("stars"), "CNY"] == went[1]
    assert moved.get((exchange("stars"), "XTR"), 0) == more + went[0], "what is nobody's gift"
    assert made.same_as(entry.postings)
    other = Conversion("stars", xtr(sold + 1), cny(bought), Decimal(bought) / 100 / (sold + 1), "TX1")
    assert not other.same_as(entry.postings)


@given(st.integers(1, 1000), st.data())
def test_what_goes_back_takes_first_what_was_not_turned_and_then_its_part_of_what_was(stars: int, data: st.DataObject):
    one = tip(5, stars)
    turned = data.draw(st.integers(0, stars))
    come = data.draw(st.integers(0, 10**6)) if turned else 0
    back = data.draw(st.integers(1, stars))
    converted = {one.id: Share(one, xtr(turned), cny(come))}
    found = turned_back([(one, xtr(back))], converted)

    unmade = -sum(share.sold.minor for share in found)
    assert unmade == max(0, back - (stars - turned))
    if back == stars and turned:
        assert found == (Share(one, xtr(-turned), cny(-come)),), "whole: nothing of it is left anywhere"
    if found:
        entry = turned_back_entry("stars", "stx1", AT, found)
        assert set(imbalance(entry.postings).values()) == {0}
        moved = {(p.account, p.amount.currency): p.amount.minor for p in entry.postings}
        assert moved[project_credited(one.project), "XTR"] == -unmade
        assert moved[exchange_back("stars"), "XTR"] == unmade


def test_of_what_was_not_turned_nothing_is_unmade():
    assert turned_back([(tip(5, 80), xtr(80))], {}) == ()
