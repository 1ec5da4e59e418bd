"""Refunds whole and in part, failed ones, fees, disputes, transfers, conversion: whatever comes in whatever order."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from giving.accounts import dispute_held, disputes, exchange, project_credited, rail_clearing
from giving.ledger import Entry
from giving.money import Money
from giving.payments import (
    Books,
    EventKind,
    Outcome,
    Payment,
    PaymentState,
    RailEvent,
    Settlement,
)
from giving.people import Visibility
from giving.settling import decide_settlement, spread
from giving.tips import Fresh, Tip, TipState

AT = datetime(2026, 11, 22, 4, tzinfo=UTC)
PAYMENT, DONOR = UUID(int=1), UUID(int=2)
PROJECTS = [UUID(int=n) for n in (11, 12, 13)]


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def tips_of(amounts: Sequence[int]) -> list[Tip]:
    """Tips on one payment, each offered a minute after the other, to the projects in turn."""
    return [
        Tip(
            UUID(int=100 + n), DONOR, PROJECTS[n % 3], cny(minor), Visibility.ANONYMOUS, f"YZ-{n}",
            AT + timedelta(minutes=n), payment=PAYMENT,
        )
        for n, minor in enumerate(amounts)
    ]  # fmt: skip


class House:
    """A payment, its tips and the journal; events wait in it as they do in the inbox."""

    def __init__(self, amounts: Sequence[int]) -> None:
        self.whole = sum(amounts)
        self.payment = Payment(PAYMENT, DONOR, "r", cny(self.whole), PaymentState.PENDING, AT)
        self.tips = {tip.id: tip for tip in tips_of(amounts)}
        self.journal: dict[str, Entry] = {}
        self.taken: dict[str, dict[UUID, Money]] = {}
        self.waiting: list[RailEvent] = []
        self.made = 1000

    def fresh(self) -> Fresh:
        self.made += 1
        return Fresh(UUID(int=self.made), f"YZ-{self.made}", AT)

    def take(self, event: RailEvent) -> Settlement:
        done = decide_settlement(
            event, self.payment, sorted(self.tips.values(), key=lambda tip: tip.id), self.journal.keys(), self.fresh,
            shares=self.taken.get(f"refund:r:{event.their_id}"),
        )  # fmt: skip
        for entry in done.entries:
            assert entry.key not in self.journal, "a key is booked once for ever"
            self.journal[entry.key] = entry
        if done.returned:
            self.taken[done.entries[0].key] = {back.tip.id: back.amount for back in done.returned}
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

    def balance(self, account: str, currency: str = "CNY") -> int:
        moved = (p for entry in self.journal.values() for p in entry.postings if p.account == account)
        return sum(p.amount.minor for p in moved if p.amount.currency == currency)

    def check(self) -> None:
        """Each project is credited what is kept of its paid tips, to the cent."""
        for project in PROJECTS:
            kept = sum(t.kept.minor for t in self.tips.values() if t.project == project and t.state is TipState.PAID)
            assert self.balance(project_credited(project)) == -kept
        for tip in self.tips.values():
            assert 0 <= tip.refunded_minor <= tip.amount.minor
            assert (tip.state is TipState.REFUNDED) <= (tip.refunded_minor == tip.amount.minor)


def event(kind: EventKind, their_id: str, minor: int, **more: object) -> RailEvent:
    made = RailEvent("r", f"evt_{kind}_{their_id}", kind, AT, PAYMENT, their_id, "ch", cny(minor))
    return replace(made, **more)  # type: ignore[arg-type]


amounts = st.lists(st.integers(1, 5000), min_size=1, max_size=6)


@settings(max_examples=300)
@given(amounts, st.lists(st.tuples(st.integers(1, 4000), st.booleans()), max_size=5), st.data())
def test_parts_given_back_and_put_back_in_any_order_end_in_the_same_books(
    tips: list[int], refunds: list[tuple[int, bool]], data: st.DataObject
):
    house, left, events = House(tips), sum(tips), [event(EventKind.PAID, "ch", sum(tips))]
    failed = 0
    for n, (minor, fails) in enumerate(refunds):
        if minor > left:
            continue
        left -= minor
        events.append(event(EventKind.REFUNDED, f"re_{n}", minor))
        if fails:
            events.append(event(EventKind.REFUND_FAILED, f"re_{n}", minor))
            failed += minor
    for each in data.draw(st.permutations([*events, *events])):
        house.take(each)
        house.check()
    assert not house.waiting
    kept = sum(tip.kept.minor for tip in house.tips.values() if tip.state is TipState.PAID)
    assert kept == left + failed
    assert house.balance(rail_clearing("r")) == left + failed


@given(amounts, st.integers(1, 30_000))
def test_more_than_the_charge_still_pays_is_put_aside(tips: list[int], minor: int):
    house = House(tips)
    house.take(event(EventKind.PAID, "ch", sum(tips)))
    outcome = house.take(event(EventKind.REFUNDED, "re", minor)).outcome
    assert outcome is (Outcome.BOOKED if minor <= sum(tips) else Outcome.ODD)


@given(amounts, st.data())
def test_what_is_asked_back_comes_off_those_tips_and_the_rest_off_the_newest(tips: list[int], data: st.DataObject):
    paid = [tip.paid(charge="ch", entry_key="k", at=AT) for tip in tips_of(tips)]
    chosen = data.draw(st.sampled_from(paid))
    found = spread(paid, chosen.amount, {chosen.id: chosen.amount})
    assert found == [(chosen, chosen.amount)]
    minor = data.draw(st.integers(1, sum(tips)))
    newest = spread(paid, cny(minor), {})
    assert newest is not None
    assert sum(amount.minor for _, amount in newest) == minor
    touched = {tip.id for tip, _ in newest}
    oldest_touched = min(paid, key=lambda tip: (tip.id not in touched, tip.offered_at))
    assert all(tip.id in touched for tip in paid if tip.offered_at > oldest_touched.offered_at)


@given(amounts, st.booleans(), st.data())
def test_a_dispute_holds_the_money_and_ends_won_or_lost(tips: list[int], won: bool, data: st.DataObject):
    house, whole = House(tips), sum(tips)
    ends = EventKind.DISPUTE_WON if won else EventKind.DISPUTE_LOST
    stream = [event(EventKind.PAID, "ch", whole), event(EventKind.DISPUTED, "dp", whole), event(ends, "dp", whole)]
    for each in data.draw(st.permutations([*stream, *stream])):
        house.take(each)
    house.check()
    assert not house.waiting
    assert house.balance(dispute_held("dp")) == 0
    assert house.balance(rail_clearing("r")) == (whole if won else 0)
    states = {tip.state for tip in house.tips.values()}
    assert states == ({TipState.PAID} if won else {TipState.REFUNDED})


@given(amounts, st.integers(0, 30_000), st.booleans())
def test_a_bank_that_takes_more_than_a_gift_still_is_takes_the_rest_from_the_operator(
    tips: list[int], back: int, won: bool
):
    house, whole = House(tips), sum(tips)
    back = min(back, whole)
    house.take(event(EventKind.PAID, "ch", whole))
    if back:
        house.take(event(EventKind.REFUNDED, "re", back))
    ends = EventKind.DISPUTE_WON if won else EventKind.DISPUTE_LOST
    done = [house.take(event(kind, "dp", whole)) for kind in (EventKind.DISPUTED, ends)]
    assert [settlement.outcome for settlement in done] == [Outcome.BOOKED] * 2
    house.check()
    assert house.balance(dispute_held("dp")) == 0
    assert house.balance(disputes("r")) == (0 if won else back)
    assert house.balance(rail_clearing("r")) == whole - back - (0 if won else whole)


@given(amounts, st.integers(0, 300), st.integers(1, 9_000))
def test_fees_are_the_operators_and_conversion_leaves_nothing_between(tips: list[int], fee: int, settled: int):
    house, whole = House(tips), sum(tips)
    eur = Money(settled, "EUR")
    house.take(replace(event(EventKind.PAID, "ch", whole), settled=eur))
    if fee:
        house.take(replace(event(EventKind.FEE, "ch", 1), amount=Money(fee, "EUR")))
        house.take(replace(event(EventKind.FEE, "ch", 1), amount=Money(fee, "EUR")))
    house.check()
    assert house.balance(rail_clearing("r"), "EUR") == settled - fee
    assert (house.balance(exchange("r")), house.balance(exchange("r"), "EUR")) == (whole, -settled)
    house.take(replace(event(EventKind.REFUNDED, "re", whole), settled=eur))
    house.check()
    assert (house.balance(exchange("r")), house.balance(exchange("r"), "EUR")) == (0, 0)


@given(amounts)
def test_what_is_the_organisations_goes_to_its_account(tips: list[int]):
    whole, payment = sum(tips), Payment(PAYMENT, DONOR, "r", cny(sum(tips)), PaymentState.PENDING, AT)
    received = rail_clearing("organisation")
    books = Books(rail_clearing("r"), rail_clearing("r"), received)
    done = decide_settlement(
        event(EventKind.TRANSFERRED, "tr", whole), payment, tips_of(tips), (), lambda: None, books  # type: ignore[arg-type, return-value]
    )  # fmt: skip
    assert [(p.account, p.amount.minor) for p in done.entries[0].postings] == [
        (received, whole), (rail_clearing("r"), -whole),
    ]  # fmt: skip
