"""Passing on: parts add up to what arrived, and follow what still stands of it, whatever goes back in between."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from giving.accounts import rail_clearing
from giving.ledger import payment_received
from giving.money import Money
from giving.payments import Books, EventKind, Outcome, Payment, PaymentState, RailEvent
from giving.people import Visibility
from giving.settling import decide_settlement
from giving.tips import Fresh, Tip
from giving.transfers import (
    Transfer,
    TransferState,
    arrived_by,
    in_parts,
    kept_by,
    kept_of,
    moves,
    parts_of,
    set_off,
    source_of,
)

AT = datetime(2026, 11, 22, 4, tzinfo=UTC)
PAYMENT, DONOR, CHARGE = UUID(int=1), UUID(int=2), "pi_1"
PROJECTS = [UUID(int=n) for n in (11, 12, 13, 14)]
# The first two projects are of one organisation.
ORGANISATIONS = dict(zip(PROJECTS, (UUID(int=21), UUID(int=21), UUID(int=22), UUID(int=23)), strict=True))
CLEARING = rail_clearing("r")


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def usd(minor: int) -> Money:
    return Money(minor, "USD")


class House:
    """One charge: its tips, the keys that are booked, and what is planned; some of it is asked and done on the way."""

    def __init__(self, gifts: Sequence[tuple[int, int]], arrived: int) -> None:
        tips = [
            Tip(
                UUID(int=100 + n), DONOR, PROJECTS[which], cny(minor), Visibility.ANONYMOUS, f"YZ-{n}",
                AT + timedelta(minutes=n), payment=PAYMENT,
            )
            for n, (which, minor) in enumerate(gifts)
        ]  # fmt: skip
        self.arrived = usd(arrived)
        self.tips = {tip.id: tip for tip in tips}
        self.payment = Payment(PAYMENT, DONOR, "r", cny(sum(m for _, m in gifts)), PaymentState.PENDING, AT)
        self.booked: set[str] = set()
        self.taken: dict[str, dict[UUID, Money]] = {}
        self.planned: list[Transfer] = []
        self.made = 1000

    def tell(self, kind: EventKind, their_id: str, minor: int) -> Outcome:
        """An event, decided, booked and planned as the service does it."""
        event = RailEvent(
            "r", "e", kind, AT, reference=PAYMENT, their_id=their_id, charge=CHARGE, amount=cny(minor),
            settled=self.arrived if kind is EventKind.PAID else None,
        )  # fmt: skip
        before = list(self.tips.values())
        shares = self.taken.get(f"refund:r:{their_id}") if kind is EventKind.REFUND_FAILED else None
        settled = decide_settlement(
            event, self.payment, before, self.booked, lambda: Fresh(UUID(int=5), "X", AT), Books.clearing("r"), shares
        )  # fmt: skip
        if settled.outcome is not Outcome.BOOKED:
            return settled.outcome
        self.booked |= {entry.key for entry in settled.entries}
        self.tips |= {tip.id: tip for tip in (*settled.paid, *(back.tip for back in settled.returned))}
        self.taken[settled.entries[0].key] = {back.tip.id: back.amount for back in settled.returned}
        after = list(self.tips.values())
        change = kept_by(event, before, after, self.booked)
        if change is not None:
            for organisation, amount in moves(self.arrived, after, ORGANISATIONS, change, self.planned).items():
                self.plan(organisation, amount, settled.entries[0].key)
        return settled.outcome

    def plan(self, organisation: UUID, amount: Money, key: str) -> None:
        self.made += 1
        changed, left = set_off(
            Transfer(UUID(int=self.made), PAYMENT, CHARGE, organisation, amount, key, AT), self.planned
        )  # fmt: skip
        found = {one.id: one for one in changed}
        self.planned = [found.get(one.id, one) for one in self.planned] + ([left] if left else [])

    def ask_for_some(self, which: int) -> None:
        """The rail takes every so-manieth of what is due; from then on it can't change."""
        for n, one in enumerate(self.planned):
            if one.state is TransferState.DUE and (n + which) % 2:
                self.planned[n] = replace(one, state=TransferState.DONE, their_id=f"tr_{n}")

    def with_them(self) -> dict[UUID, int]:
        sums = dict.fromkeys(ORGANISATIONS.values(), 0)
        for one in self.planned:
            if one.state is not TransferState.DROPPED:
                sums[one.organisation] += one.amount.minor
        return sums

    def due_to_them(self) -> dict[UUID, int]:
        """Each part in the proportion of what stands, rounded down."""
        parts, kept = parts_of(self.arrived, self.tips.values(), ORGANISATIONS), kept_of(self.tips.values())
        due = dict.fromkeys(ORGANISATIONS.values(), 0)
        for organisation, part in parts.items():
            its = [tip for tip in self.tips.values() if ORGANISATIONS[tip.project] == organisation]
            due[organisation] = part.minor * sum(kept[tip.id] for tip in its) // sum(tip.amount.minor for tip in its)
        return due


GIFTS = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 5000)), min_size=1, max_size=6)


@given(GIFTS, st.integers(1, 10**6))
def test_the_parts_of_a_charge_add_up_to_what_arrived(gifts: list[tuple[int, int]], arrived: int):
    house = House(gifts, arrived)
    parts = parts_of(house.arrived, house.tips.values(), ORGANISATIONS)
    assert sum(part.minor for part in parts.values()) == arrived
    for organisation, part in parts.items():
        given_to = sum(minor for which, minor in gifts if ORGANISATIONS[PROJECTS[which]] == organisation)
        assert abs(part.minor - arrived * given_to / house.payment.amount.minor) < 1
        assert part.minor >= 0
    assert house.tell(EventKind.PAID, CHARGE, house.payment.amount.minor) is Outcome.BOOKED
    assert house.with_them() == dict.fromkeys(ORGANISATIONS.values(), 0) | {o: p.minor for o, p in parts.items()}


@given(
    GIFTS,
    st.integers(1, 10**6),
    st.lists(st.tuples(st.sampled_from(["refund", "fails", "dispute", "ask"]), st.integers(0, 99)), max_size=12),
)
@settings(deadline=None)
def test_what_is_with_an_organisation_follows_what_still_stands(
    gifts: list[tuple[int, int]], arrived: int, steps: list[tuple[str, int]]
):
    house = House(gifts, arrived)
    house.tell(EventKind.PAID, CHARGE, house.payment.amount.minor)
    out: dict[str, int] = {}
    for n, (step, die) in enumerate(steps):
        kept = sum(kept_of(house.tips.values()).values())
        match step:
            case "ask":
                house.ask_for_some(die)
            case "refund" if kept:
                out[f"re_{n}"] = 1 + die * (kept - 1) // 99
                assert house.tell(EventKind.REFUNDED, f"re_{n}", out[f"re_{n}"]) is Outcome.BOOKED
            case "fails" if out:
                refund = sorted(out)[die % len(out)]
                assert house.tell(EventKind.REFUND_FAILED, refund, out.pop(refund)) is Outcome.BOOKED
            case "dispute" if kept:
                house.tell(EventKind.DISPUTED, f"dp_{n}", kept)
                assert house.with_them() == dict.fromkeys(ORGANISATIONS.values(), 0), "the bank has taken all of it"
                if die % 2:
                    house.tell(EventKind.DISPUTE_WON, f"dp_{n}", kept)
                else:
                    house.tell(EventKind.DISPUTE_LOST, f"dp_{n}", kept)
                    out.clear()  # of a lost charge nothing more is told
        assert house.with_them() == house.due_to_them()
    if kept_of(house.tips.values()) == {id_: tip.amount.minor for id_, tip in house.tips.items()}:
        assert sum(house.with_them().values()) == arrived, "nothing is lost on the way out and back"


@pytest.mark.parametrize("order", [("held", "lost"), ("lost", "held")])
def test_a_lost_dispute_comes_back_once_in_whatever_order_it_is_told(order: tuple[str, str]):
    house = House([(0, 1000), (2, 500)], 300)
    house.tell(EventKind.PAID, CHARGE, 1500)
    house.ask_for_some(1)
    house.ask_for_some(0)
    for end in order:
        house.tell(EventKind.DISPUTED if end == "held" else EventKind.DISPUTE_LOST, "dp_1", 1500)
        assert sum(house.with_them().values()) == 0
    assert sorted(one.amount.minor for one in house.planned) == [-200, -100, 100, 200]


@pytest.mark.parametrize("order", [("held", "won"), ("won", "held")])
def test_a_won_dispute_leaves_everything_with_them(order: tuple[str, str]):
    house = House([(0, 1000), (2, 500)], 300)
    house.tell(EventKind.PAID, CHARGE, 1500)
    for end in order:
        house.tell(EventKind.DISPUTED if end == "held" else EventKind.DISPUTE_WON, "dp_1", 1500)
    assert sum(house.with_them().values()) == 300


def test_what_goes_back_before_anything_was_asked_is_set_off():
    house = House([(0, 1000)], 100)
    house.tell(EventKind.PAID, CHARGE, 1000)
    house.tell(EventKind.REFUNDED, "re_1", 300)
    assert [(one.amount.minor, one.state) for one in house.planned] == [(70, TransferState.DUE)]
    house.tell(EventKind.REFUNDED, "re_2", 700)
    assert [(one.amount.minor, one.state) for one in house.planned] == [(70, TransferState.DROPPED)]


def test_what_comes_back_is_taken_from_the_transfer_that_has_most_left():
    organisation = UUID(int=21)

    def one(n: int, minor: int, their_id: str | None, **about: str) -> Transfer:
        return Transfer(UUID(int=n), PAYMENT, CHARGE, organisation, usd(minor), f"k{n}", AT, their_id=their_id, **about)  # type: ignore[arg-type]

    back = one(9, -60, None)
    assert source_of(back, [one(1, 100, None), back]) is None, "the rail has not taken it yet"
    known = [one(1, 100, "tr_1"), one(2, -80, "trr_1", reverses="tr_1"), one(3, 40, "tr_2"), back]
    assert source_of(back, known) == ("tr_2", usd(40))
    assert source_of(back, [*known, one(4, -40, None, reverses="tr_2")]) == ("tr_1", usd(20))
    other = replace(one(5, 500, "tr_5"), organisation=UUID(int=22))
    assert source_of(back, [other, back]) is None


@given(st.integers(1, 10**8), st.lists(st.integers(0, 10**6), min_size=1, max_size=6).filter(any))
def test_a_whole_is_shared_to_its_last_minor_unit(whole: int, shares: list[int]):
    parts = in_parts(usd(whole), {f"acct_{n}": cny(share) for n, share in enumerate(shares)})
    assert sum(part.minor for part in parts.values()) == whole
    for n, share in enumerate(shares):
        assert abs(parts[f"acct_{n}"].minor - whole * share / sum(shares)) < 1


@pytest.mark.parametrize("shares", [{}, {"a": cny(0)}, {"a": cny(-1), "b": cny(2)}])
def test_shares_of_nothing_are_refused(shares: dict[str, Money]):
    with pytest.raises(ValueError, match="nothing to share by"):
        in_parts(usd(5), shares)


def test_what_arrived_stands_in_the_entry_of_the_payment():
    entry = payment_received(
        rail="r", their_id="c", at=AT, held=CLEARING, amount=cny(700), by_project={PROJECTS[0]: cny(700)},
        settled=usd(97),
    )  # fmt: skip
    assert arrived_by(entry.postings, CLEARING) == usd(97)
    assert arrived_by(entry.postings, "organisation:x:received:r") is None


def test_a_key_is_the_same_until_the_rail_said_no():
    one = Transfer(UUID(int=1), PAYMENT, CHARGE, UUID(int=21), usd(1), "k", AT)
    assert one.key == replace(one, state=TransferState.ASKING).key != replace(one, tries=1).key
