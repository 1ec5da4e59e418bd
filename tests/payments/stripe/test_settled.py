"""What the rail tells, in any order and any number of times, through the rules of the books: each fact is booked once.

The rules are giving/payments.py's own; a thin event only says that the payment is to be looked up, as it was here.
"""

import random
from collections import Counter
from datetime import UTC, datetime
from uuid import UUID

import pytest

from giving.accounts import operator_payable, organisation_received, rail_clearing
from giving.ledger import Entry
from giving.money import Money
from giving.payments import Books, EventKind, Outcome, Payment, PaymentState, RailEvent
from giving.people import Visibility
from giving.rails import Holder
from giving.settling import decide_settlement
from giving.tips import Fresh, Tip, TipState
from payments.provider import PaymentIntent
from payments.stripe_rail import Mode, StripeRail
from storage.ids import new_id
from tests.payments.stripe.our_stripe import OurStripe
from tests.payments.stripe.stage import ANNA, BEN, On, events_in, part, ref, wish

PROJECT, OTHER = UUID(int=1), UUID(int=2)
ORGANISATION = UUID(int=3)
AT = datetime(2026, 11, 22, tzinfo=UTC)


class Ledger:
    """Settles one payment's events as the service does: what waits is tried again, what is booked is known."""

    def __init__(self, intent: PaymentIntent, holder: Holder) -> None:
        half = intent.amount.minor // 2
        self.payment = Payment(intent.reference, new_id(), "stripe", intent.amount, PaymentState.CREATED, AT)
        self.tips = {
            id_: Tip(
                id_, new_id(), project, Money(minor, "CNY"), Visibility.NAMED, f"YZ-{n}", AT, payment=intent.reference
            )
            for n, (id_, project, minor) in enumerate(
                [(new_id(), PROJECT, half), (new_id(), OTHER, intent.amount.minor - half)]
            )
        }
        theirs = organisation_received(ORGANISATION, "stripe")
        here = rail_clearing("stripe")
        self.books = Books(here, here, theirs)
        if holder is Holder.ORGANISATION:
            self.books = Books(theirs, operator_payable("stripe"))
        self.entries: dict[str, Entry] = {}
        self.taken: dict[str, dict[UUID, Money]] = {}

    def take(self, events: list[RailEvent]) -> list[RailEvent]:
        """Settle in this order, and again while something that waited can be; what is left is given back."""
        left, before = list(events), -1
        while left and len(left) != before:
            before, again = len(left), []
            for event in left:
                if self._one(event) is Outcome.WAITING:
                    again.append(event)
            left = again
        return left

    def _one(self, event: RailEvent) -> Outcome:
        shares = self.taken.get(f"refund:stripe:{event.their_id}") if event.kind is EventKind.REFUND_FAILED else None
        settled = decide_settlement(
            event, self.payment, list(self.tips.values()), set(self.entries), lambda: Fresh(new_id(), "X", AT),
            self.books, shares,
        )  # fmt: skip
        assert settled.outcome is not Outcome.ODD, (event, settled.reason)
        if settled.outcome is Outcome.BOOKED:
            self.entries |= {entry.key: entry for entry in settled.entries}
            changed = [*settled.paid, *(back.tip for back in settled.returned)]
            self.tips |= {tip.id: tip for tip in changed}
            self.taken[settled.entries[0].key] = {back.tip.id: back.amount for back in settled.returned}
            assert not settled.extra
        self.payment = settled.payment or self.payment
        return settled.outcome

    def balances(self) -> dict[tuple[str, str], int]:
        sums: Counter[tuple[str, str]] = Counter()
        for entry in self.entries.values():
            for posting in entry.postings:
                sums[posting.account, posting.amount.currency] += posting.amount.minor
        return {place: minor for place, minor in sums.items() if minor}


async def everything_that_happened(
    our: OurStripe, rail: StripeRail, mode: Mode
) -> tuple[PaymentIntent, list[RailEvent]]:
    """A payment declined, then paid, given back in parts, one of them failing, disputed and won; passed on."""
    intent = wish(account=None if mode is Mode.TRANSFERS else ANNA)
    link = await rail.create_payment(intent, key="k")
    our.books.decline(link.their_id)
    early = await rail.fetch(ref(intent, link.their_id))
    paid = our.books.pay(link.their_id)
    our.books.refund(paid, 700)
    failing = our.books.refund(paid, 300)
    before = await rail.fetch(ref(intent, link.their_id))
    our.books.refund_fails(failing)
    our.books.dispute_ends(our.books.dispute(paid), won=True)
    if mode is Mode.TRANSFERS:
        for account, cents in ((ANNA, 209), (BEN, 208)):
            await rail.transfer(part(intent.reference, paid["id"], account, cents), key=f"t:{account}")
        our.books.take_back(our.books.all_of("transfer", None)[0], 9)
    after = await rail.fetch(ref(intent, link.their_id))
    told = [rail.read_event(*our.delivered(event)) for event in our.take_told()]
    whole = [event for event in told if not event.thin]
    return intent, [*events_in(rail, early), *events_in(rail, before), *events_in(rail, after), *whole]


@pytest.mark.parametrize("mode", list(Mode))
async def test_in_any_order_and_told_again_each_is_booked_once(our: OurStripe, on: On, mode: Mode):
    rail = on(mode)
    intent, events = await everything_that_happened(our, rail, mode)
    expected: dict[tuple[str, str], int] | None = None
    for seed in range(60):
        order = random.Random(seed)
        mixed = [event for event in events for _ in range(order.randint(1, 3))]
        order.shuffle(mixed)
        ledger = Ledger(intent, rail.holder_of(intent.account))

        assert ledger.take(mixed) == []

        assert ledger.payment.state is PaymentState.PAID
        assert {tip.state for tip in ledger.tips.values()} == {TipState.PAID}
        assert sum(tip.kept.minor for tip in ledger.tips.values()) == 3000 - 700
        balances = ledger.balances()
        credited = sum(minor for (account, _), minor in balances.items() if account.endswith(":credited"))
        assert credited == -(3000 - 700), "what was given, less what went back; the fees are not the projects'"
        totals = {place: minor for place, minor in balances.items() if not place[0].startswith("project:")}
        expected = expected or totals
        assert totals == expected
        assert not any(account.startswith("dispute:") for account, _ in balances), "won: nothing is held any more"


async def test_direct_the_organisation_has_all_of_it_and_the_operator_pays_nothing_there(our: OurStripe, on: On):
    rail = on()
    intent = wish()
    link = await rail.create_payment(intent, key="k")
    our.books.pay(link.their_id)
    ledger = Ledger(intent, rail.holder_of(ANNA))
    ledger.take(events_in(rail, await rail.fetch(ref(intent, link.their_id))))
    theirs = organisation_received(ORGANISATION, "stripe")
    assert ledger.balances() == {
        (theirs, "USD"): 417, ("exchange:stripe", "USD"): -417, ("exchange:stripe", "CNY"): 3000,
        (f"project:{PROJECT}:credited", "CNY"): -1500, (f"project:{OTHER}:credited", "CNY"): -1500,
    }  # fmt: skip


async def test_transfers_leave_nothing_with_the_operator_but_the_fee(our: OurStripe, on: On):
    rail = on(Mode.TRANSFERS)
    intent = wish(account=None)
    link = await rail.create_payment(intent, key="k")
    paid = our.books.pay(link.their_id)
    for account, cents in ((ANNA, 139), (BEN, 278)):
        await rail.transfer(part(intent.reference, paid["id"], account, cents), key=f"t:{account}")
    ledger = Ledger(intent, rail.holder_of(None))
    ledger.take(events_in(rail, await rail.fetch(ref(intent, link.their_id))))
    balances = ledger.balances()
    assert balances[rail_clearing("stripe"), "USD"] == -42
    assert balances["expense:fees:stripe", "USD"] == 42
    assert balances[organisation_received(ORGANISATION, "stripe"), "USD"] == 417
