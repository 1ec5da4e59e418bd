"""Comparing books: nothing is found where they agree, and of one thing that is wrong exactly that."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giving import reconcile, reconcile_times
from giving.accounts import Account, rail_clearing
from giving.ledger import (
    Entry,
    Posting,
    decide_entries,
    dispute_lost,
    dispute_withdrawn,
    dispute_won,
    fee_charged,
    payment_received,
    refund_failed,
    refund_made,
    transferred,
)
from giving.money import Money
from giving.payments import EventKind
from giving.reconcile import (
    LISTED,
    MOVES_NOTHING,
    Difference,
    Judgement,
    Ours,
    Theirs,
    What,
    amounts_of,
    differences,
    judge,
    key_for,
    read_key,
)
from giving.reconcile_times import Window

RAIL = "stripe"
ONE, OTHER = UUID(int=1), UUID(int=2)
SHANGHAI = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
WINDOW = Window(datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC))
Books = list[tuple[Theirs | None, Entry]]


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def fact(kind: EventKind, id_: str, amount: Money, at: datetime, entry: Entry) -> tuple[Theirs | None, Entry]:
    """What the provider lists of it (nothing of a lost dispute), and our entry."""
    listed = None if kind in MOVES_NOTHING else Theirs(kind, id_, amount, at, reference=ONE)
    return listed, entry


@st.composite
def charges(draw: st.DrawFn) -> Books:
    """One charge, perhaps converted, with all that may follow it, each told a little later on our side."""
    number = draw(st.uuids(version=4)).hex[:12]
    amount = cny(draw(st.integers(2, 10_000)))
    settled = Money(draw(st.integers(1, 2000)), "USD") if draw(st.booleans()) else None
    converted: dict[str, Any] = {"settled": settled, "held": rail_clearing(RAIL), "rail": RAIL}
    theirs = settled if settled and draw(st.booleans()) else amount  # some list what was paid, some what arrived
    at = AT + timedelta(seconds=draw(st.integers(-80_000, 40_000)))
    late = at + timedelta(seconds=draw(st.integers(-5, 90)))
    whole = {ONE: cny(amount.minor - 1), OTHER: cny(1)}
    charge = f"ch_{number}"
    books: Books = [
        fact(
            EventKind.PAID, charge, theirs, at,
            payment_received(their_id=charge, at=late, amount=amount, by_project=whole, **converted),
        )
    ]  # fmt: skip
    if fee := draw(st.integers(0, 20)):
        entry = fee_charged(rail=RAIL, their_id=charge, at=late, held=rail_clearing(RAIL), fee=cny(fee))
        books.append(fact(EventKind.FEE, charge, cny(fee), at, entry))
    match draw(st.sampled_from(["kept", "refunded", "failed", "won", "lost", "held", "sent"])):
        case "refunded" | "failed" as how:
            back: dict[str, Any] = {
                "their_id": f"re_{number}",
                "at": late,
                "amount": amount,
                "by_project": whole,
            } | converted
            books.append(fact(EventKind.REFUNDED, f"re_{number}", theirs, at, refund_made(**back)))
            if how == "failed":
                books.append(fact(EventKind.REFUND_FAILED, f"re_{number}", theirs, at, refund_failed(**back)))
        case "won" | "lost" | "held" as how:
            taken: dict[str, Any] = {"their_id": f"dp_{number}", "at": late, "amount": amount} | converted
            books.append(fact(EventKind.DISPUTED, f"dp_{number}", theirs, at, dispute_withdrawn(**taken)))
            if how == "won":
                books.append(fact(EventKind.DISPUTE_WON, f"dp_{number}", theirs, at, dispute_won(**taken)))
            if how == "lost":
                lost = dispute_lost(rail=RAIL, their_id=f"dp_{number}", at=late, amount=amount, by_project=whole)
                books.append(fact(EventKind.DISPUTE_LOST, f"dp_{number}", amount, at, lost))
        case "sent":
            to = Account(f"organisation:{ONE}:received:{RAIL}")
            sent = transferred(
                rail=RAIL, their_id=f"tr_{number}", at=late, held=rail_clearing(RAIL), received=to, amount=amount
            )
            books.append(fact(EventKind.TRANSFERRED, f"tr_{number}", amount, at, sent))
    return books


@st.composite
def books(draw: st.DrawFn, least: int = 0) -> tuple[list[Theirs], list[Ours]]:
    """A provider's list, and what we booked of it: in any order, told of any of it several times."""
    facts = [one for charge in draw(st.lists(charges(), min_size=least, max_size=4)) for one in charge]
    told = draw(st.permutations([entry for _, entry in facts] + [entry for _, entry in facts[::2]]))
    kept = [entry for entry, new in zip(told, decide_entries(told, ()), strict=True) if new]
    listed = draw(st.permutations([record for record, _ in facts if record is not None]))
    return listed, [ours(entry) for entry in kept]


def ours(entry: Entry) -> Ours:
    found = read_key(RAIL, entry.key)
    assert found is not None
    return Ours(entry.key, *found, amounts_of(entry.postings), entry.occurred_at)


# --- Nothing and one thing -------------------------------------------------------------------------------------------


@given(books())
def test_books_that_say_the_same_do_not_differ_in_whatever_order(both: tuple[list[Theirs], list[Ours]]):
    assert differences(RAIL, *both) == []


@given(books(), st.data())
def test_what_is_listed_twice_is_one_record(both: tuple[list[Theirs], list[Ours]], data: st.DataObject):
    records, entries = both
    again = data.draw(st.lists(st.sampled_from(records), max_size=3)) if records else []
    assert differences(RAIL, records + again, entries) == []


def one_difference(records: list[Theirs], entries: list[Ours]) -> Difference:
    (found,) = differences(RAIL, records, entries)
    return found


@given(books(least=1), st.data())
def test_one_thing_that_is_wrong_is_found_as_exactly_that(both: tuple[list[Theirs], list[Ours]], data: st.DataObject):
    records, entries = both
    number = data.draw(st.integers(0, len(records) - 1))
    record = records[number]
    entry = next(e for e in entries if (e.kind, e.their_id) == (record.kind, record.their_id))
    wrong = data.draw(st.sampled_from(["drop", "more", "less", "currency", "kind", "extra"]))
    match wrong:
        case "drop":
            found = one_difference(records[:number] + records[number + 1 :], entries)
            assert (found.what, found.key, found.ours) == (What.MISSING_AT_PROVIDER, entry.key, entry.amounts[0])
        case "more" | "less":
            amount = Money(record.amount.minor + (1 if wrong == "more" else -1), record.amount.currency)
            records[number] = replace(record, amount=amount)
            found = one_difference(records, entries)
            assert (found.what, found.key, found.theirs) == (What.AMOUNT, entry.key, amount)
            assert found.ours == record.amount
        case "currency":
            records[number] = replace(record, amount=Money(record.amount.minor, "GBP"))
            found = one_difference(records, entries)
            assert (found.what, found.key, found.ours) == (What.CURRENCY, entry.key, entry.amounts[0])
        case "kind":
            kinds = [kind for kind in LISTED if kind not in (record.kind, *MOVES_NOTHING)]
            records[number] = replace(record, kind=data.draw(st.sampled_from(kinds)))
            found = one_difference(records, entries)
            assert (found.what, found.key, found.their_kind) == (What.KIND, entry.key, records[number].kind)
        case "extra":
            made_up = replace(record, their_id="made_up")
            found = one_difference([*records, made_up], entries)
            assert (found.what, found.their_id, found.theirs) == (What.MISSING_IN_BOOKS, "made_up", record.amount)
            assert found.key == key_for(RAIL, record.kind, "made_up")


# --- What belongs together -------------------------------------------------------------------------------------------


def record(kind: EventKind, minor: int, *, at: datetime = AT, id_: str = "x") -> Theirs:
    return Theirs(kind, id_, cny(minor), at)


def entry(kind: EventKind, minor: int, *, at: datetime = AT, id_: str = "x") -> Ours:
    return Ours(key_for(RAIL, kind, id_), kind, id_, (cny(minor),), at)


def test_a_payment_and_its_fee_that_are_missing_on_either_side_are_two_differences():
    found = judge(RAIL, [record(EventKind.PAID, 500)], [entry(EventKind.FEE, 3)])
    assert [d.what for d in found] == [What.MISSING_IN_BOOKS, What.MISSING_AT_PROVIDER]


def test_a_record_that_is_nothing_is_no_difference():
    assert judge(RAIL, [record(EventKind.FEE, 0)], []) == []


def test_one_id_listed_with_two_amounts_is_one_that_is_not_in_the_books():
    found = judge(RAIL, [record(EventKind.PAID, 500), record(EventKind.PAID, 400)], [entry(EventKind.PAID, 500)])
    assert [(d.what, d.theirs) for d in found] == [(What.MISSING_IN_BOOKS, cny(400))]


def test_a_payment_booked_under_two_ids_of_which_the_provider_has_one_was_booked_twice():
    (missing,) = judge(RAIL, [], [entry(EventKind.PAID, 500, id_="ch_2")])
    first, second = key_for(RAIL, EventKind.PAID, "ch_1"), key_for(RAIL, EventKind.PAID, "ch_2")
    found = reconcile.twice(missing, [first], {first})
    assert (found.what, found.key, found.other_key) == (What.TWICE, second, first)
    assert reconcile.twice(missing, [first], set()) is missing, "neither is there"
    assert reconcile.twice(missing, [], {first}) is missing
    (other,) = judge(RAIL, [record(EventKind.PAID, 5)], [])
    assert reconcile.twice(other, [first], {first}) is other


def test_amounts_of_a_conversion_are_the_donors_and_what_arrived():
    paid = payment_received(
        rail=RAIL, their_id="ch_1", at=AT, held=rail_clearing(RAIL), amount=cny(500), by_project={ONE: cny(500)},
        settled=Money(70, "USD"),
    )  # fmt: skip
    back = refund_made(
        rail=RAIL, their_id="re_1", at=AT, held=rail_clearing(RAIL), amount=cny(500), by_project={ONE: cny(500)},
        settled=Money(71, "USD"),
    )  # fmt: skip
    assert amounts_of(paid.postings) == (cny(500), Money(70, "USD"))
    assert amounts_of(back.postings) == (cny(500), Money(71, "USD"))
    sent = (Posting(Account("a"), cny(-7)), Posting(Account("b"), cny(7)))
    assert amounts_of(sent) == (cny(7),)


@pytest.mark.parametrize("minor", [3, -3])
def test_a_fee_that_came_back_agrees_with_one_that_came_back_alone(minor: int):
    entry = ours(fee_charged(rail=RAIL, their_id="re_1", at=AT, held=rail_clearing(RAIL), fee=cny(minor)))
    assert entry.amounts == (cny(minor),)
    assert judge(RAIL, [Theirs(EventKind.FEE, "re_1", cny(minor), AT)], [entry]) == []
    (found,) = judge(RAIL, [Theirs(EventKind.FEE, "re_1", cny(-minor), AT)], [entry])
    assert (found.what, found.theirs, found.ours) == (What.AMOUNT, cny(-minor), cny(minor))


# --- Names -----------------------------------------------------------------------------------------------------------


@given(st.sampled_from(LISTED), st.text("abcXYZ019_-", min_size=1, max_size=40))
def test_every_key_can_be_read_back(kind: EventKind, id_: str):
    key = key_for(RAIL, kind, id_)
    assert read_key(RAIL, key) == (kind, id_)
    assert key.startswith(reconcile.prefixes(RAIL))


@pytest.mark.parametrize("key", [
    "payment:strip:ch_1:paid", "payment:stripes:ch_1:paid", "match:1:2", "payment:stripe:ch_1:held", "payout:1:sent",
    "dispute:stripe:dp_1", "", "payment", ":stripe:",
])  # fmt: skip
def test_keys_of_others_are_not_ours_to_compare(key: str):
    assert read_key(RAIL, key) is None


def test_kinds_that_make_no_entry_have_no_key():
    with pytest.raises(ValueError, match="no entry"):
        key_for(RAIL, EventKind.DECLINED, "x")


# --- Time ------------------------------------------------------------------------------------------------------------


def told(found: list[Difference], now: datetime = AT + timedelta(days=7)) -> tuple[list[What], int]:
    judgement = Judgement(WINDOW, now)
    return [difference.what for difference in found if judgement.tells(difference)], judgement.young


def test_what_lies_inside_is_told_once_by_the_windows_beside_each_other():
    edge = WINDOW.until
    before, after = edge - timedelta(seconds=1), edge + timedelta(seconds=3)
    assert differences(RAIL, [record(EventKind.PAID, 5, at=before)], [entry(EventKind.PAID, 5, at=after)]) == []
    wrong = differences(RAIL, [record(EventKind.PAID, 6, at=before)], [entry(EventKind.PAID, 5, at=after)])
    next_day = Judgement(Window(edge, edge + timedelta(days=1)), AT + timedelta(days=7))
    assert told(wrong) == ([What.AMOUNT], 0)
    assert not any(next_day.tells(difference) for difference in wrong)


def test_what_one_side_alone_has_is_not_told_before_the_other_can_have_it():
    late = WINDOW.until - timedelta(minutes=5)
    alone = judge(RAIL, [record(EventKind.PAID, 5, at=late)], [])
    both = judge(RAIL, [record(EventKind.PAID, 6, at=late)], [entry(EventKind.PAID, 5, at=late)])
    assert told(alone, now=WINDOW.until) == ([], 1)
    assert told(alone, now=WINDOW.until + timedelta(minutes=5)) == ([What.MISSING_IN_BOOKS], 0)
    assert told(both, now=WINDOW.until) == ([What.AMOUNT], 0), "whatever comes, that is wrong"


def test_a_window_is_read_with_a_margin_as_far_as_there_is_anything():
    now = WINDOW.until + timedelta(hours=3)
    wider = WINDOW.wider(now)
    assert wider == Window(WINDOW.since - timedelta(days=1), now + reconcile_times.GRACE)
    assert WINDOW.wider(now + timedelta(days=9)).until == WINDOW.until + timedelta(days=1)
    assert WINDOW.wider(WINDOW.since - timedelta(days=9)).until == WINDOW.since


def test_days_are_the_operators_also_where_the_clock_is_set_forward():
    berlin = ZoneInfo("Europe/Berlin")
    window = reconcile_times.days(date(2026, 3, 29), date(2026, 3, 29), berlin)
    assert window.until.astimezone(UTC) - window.since.astimezone(UTC) == timedelta(hours=23)
    assert reconcile_times.daily(date(2026, 11, 22), 3, SHANGHAI) == Window(
        datetime(2026, 11, 19, tzinfo=SHANGHAI), datetime(2026, 11, 22, tzinfo=SHANGHAI)
    )


@pytest.mark.parametrize(("utc_hour", "due"), [(2, None), (3, date(2026, 11, 22)), (15, date(2026, 11, 22))])
def test_a_day_is_due_from_its_hour_on(utc_hour: int, due: date | None):
    now = datetime(2026, 11, 22, utc_hour, 59, tzinfo=UTC)  # 10:59, 11:59 and 23:59 in Shanghai
    assert reconcile_times.due_day(now, 11, SHANGHAI) == due


def test_what_could_not_be_finished_is_tried_again_after_a_while_and_not_for_ever():
    assert reconcile_times.tries_now(0, None, AT)
    assert not reconcile_times.tries_now(1, AT, AT + timedelta(minutes=29))
    assert reconcile_times.tries_now(1, AT, AT + timedelta(minutes=30))
    assert not reconcile_times.tries_now(reconcile_times.MOST_TRIES, AT, AT + timedelta(days=1))


def test_a_difference_is_the_same_whenever_it_is_found_and_another_one_with_another_amount():
    (one,) = judge(RAIL, [record(EventKind.PAID, 6)], [entry(EventKind.PAID, 5)])
    (later,) = judge(RAIL, [record(EventKind.PAID, 6, at=AT + timedelta(seconds=1))], [entry(EventKind.PAID, 5)])
    (other,) = judge(RAIL, [record(EventKind.PAID, 7)], [entry(EventKind.PAID, 5)])
    assert one.identity == later.identity != other.identity
