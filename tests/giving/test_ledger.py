"""The books, as pure rules: every entry balances, and events in any order end in the same books."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from giving.accounts import Account, rail_clearing
from giving.ledger import Entry, Posting, Unbalanced, decide_entries, imbalance, payment_received
from giving.money import Money
from giving.payments import EventKind, Outcome, Payment, PaymentState, RailEvent, Settlement
from giving.people import Visibility
from giving.settling import decide_settlement
from giving.tips import Fresh, Tip, TipState

AT = datetime(2026, 11, 22, tzinfo=UTC)
PROJECT, DONOR, PAYMENT = UUID(int=1), UUID(int=2), UUID(int=3)


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


@given(st.lists(st.integers(-1000, 1000).filter(bool), min_size=1, max_size=6))
def test_an_entry_that_does_not_balance_can_not_be_made(minors: list[int]):
    postings = tuple(Posting(Account(f"a{i}"), cny(m)) for i, m in enumerate(minors))
    if sum(minors) == 0 and len(minors) > 1:
        assert set(imbalance(Entry("k", AT, postings).postings).values()) == {0}
    else:
        with pytest.raises(Unbalanced):
            Entry("k", AT, postings)


def test_balance_holds_per_currency():
    with pytest.raises(Unbalanced):
        Entry("k", AT, (Posting(Account("a"), Money(1, "CNY")), Posting(Account("b"), Money(-1, "JPY"))))


def test_tips_that_do_not_add_up_to_the_payment_are_not_booked():
    with pytest.raises(Unbalanced):
        payment_received(
            rail="r", their_id="c", at=AT, held=rail_clearing("r"), amount=cny(500), by_project={PROJECT: cny(499)}
        )


class Books:
    """A model of one payment's way: the tips, the entries by key, the events that wait."""

    def __init__(self, minor: int) -> None:
        self.amount = cny(minor)
        tip = Tip(UUID(int=9), DONOR, PROJECT, self.amount, Visibility.NAMED, "YZ-1", AT, payment=PAYMENT)
        self.tips = {tip.id: tip}
        self.payment = Payment(PAYMENT, DONOR, "r", self.amount, PaymentState.PENDING, AT)
        self.entries: dict[str, Entry] = {}
        self.waiting: list[RailEvent] = []
        self.made = 100

    def fresh(self) -> Fresh:
        self.made += 1
        return Fresh(UUID(int=self.made), f"YZ-{self.made}", AT)

    def take(self, event: RailEvent) -> Settlement:
        done = decide_settlement(event, self.payment, list(self.tips.values()), self.entries.keys(), self.fresh)
        for entry in done.entries:
            assert entry.key not in self.entries, "a key is booked once for ever"
            self.entries[entry.key] = entry
        for tip in (*done.paid, *done.extra, *(back.tip for back in done.returned)):
            self.tips[tip.id] = tip
        self.payment = done.payment or self.payment
        if done.outcome is Outcome.WAITING:
            self.waiting.append(event)
        elif done.outcome is Outcome.BOOKED:
            again, self.waiting = self.waiting, []
            for waited in again:
                self.take(waited)
        return done

    def balance(self, account: str) -> int:
        moved = (p for entry in self.entries.values() for p in entry.postings if p.account == account)
        return sum(p.amount.minor for p in moved)


def event(kind: EventKind, their_id: str, charge: str, minor: int, fee: int = 0) -> RailEvent:
    return RailEvent("r", f"evt_{kind}_{their_id}", kind, AT, PAYMENT, their_id, charge, cny(minor), cny(fee))


@settings(max_examples=300)
@given(
    minor=st.integers(1, 10**9),
    charges=st.integers(1, 4),
    refunded=st.sets(st.integers(0, 3)),
    noise=st.lists(st.sampled_from([EventKind.DECLINED, EventKind.CANCELLED, EventKind.OTHER]), max_size=3),
    data=st.data(),
)
def test_events_repeated_and_in_any_order_end_in_the_same_books(
    minor: int, charges: int, refunded: set[int], noise: list[EventKind], data: st.DataObject
):
    paid = [event(EventKind.PAID, f"ch_{n}", f"ch_{n}", minor, fee=n) for n in range(charges)]
    back = [event(EventKind.REFUNDED, f"re_{n}", f"ch_{n}", minor) for n in sorted(refunded) if n < charges]
    other = [event(kind, "", "", minor) for kind in noise]
    stream = data.draw(st.permutations([*paid, *back, *other, *paid, *back]))

    books = Books(minor)
    for each in stream:
        books.take(each)

    left = charges - len(back)
    assert books.balance(f"project:{PROJECT}:credited") == -left * minor, "the project holds what was not given back"
    assert books.balance("expense:fees:r") == sum(range(charges)), "fees are the operator's, refunds don't return them"
    assert sum(1 for tip in books.tips.values() if tip.state is TipState.PAID) == left
    assert not books.waiting
    assert books.payment.state is PaymentState.PAID
    assert all(tip.entry_key in books.entries for tip in books.tips.values() if tip.charge)


@given(st.integers(1, 1000), st.integers(1, 1000))
def test_another_amount_or_another_currency_is_put_aside(minor: int, other: int):
    books = Books(minor)
    outcome = books.take(event(EventKind.PAID, "ch_1", "ch_1", other)).outcome
    assert outcome is (Outcome.BOOKED if minor == other else Outcome.ODD)
    wrong = RailEvent("r", "e", EventKind.PAID, AT, PAYMENT, "ch_9", "ch_9", Money(minor, "JPY"))
    assert books.take(wrong).outcome is Outcome.ODD


@given(st.lists(st.sampled_from("abcdef")), st.sets(st.sampled_from("abcdef")))
def test_of_each_key_the_first_is_booked_unless_it_is_in_the_journal(keys: list[str], booked: set[str]):
    asked = [Entry(key, AT, (Posting(Account("a"), cny(1)), Posting(Account("b"), cny(-1)))) for key in keys]
    decided = decide_entries(asked, booked)
    new = [key for key, is_new in zip(keys, decided, strict=True) if is_new]
    assert len(new) == len(set(new))
    assert set(new) == set(keys) - booked
    assert all(decided[keys.index(key)] for key in new), "the first of them"
