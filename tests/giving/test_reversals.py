"""Taking an entry back: it balances, both together move nothing, and what follows gifts is left to refunds."""

from collections import defaultdict
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giving.accounts import Account, fees, project_credited, rail_clearing
from giving.ledger import Posting
from giving.money import Money
from giving.reversals import Reversal, ReversalRefused

AT = datetime(2026, 11, 22, tzinfo=UTC)
FEE = "fee:stripe:txn_1"
LINES = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(-(10**12), 10**12).filter(bool)), min_size=1, max_size=9
)


def reversal(key: str = FEE, reason: str = "booked twice", proof: str = "RP7 statement") -> Reversal:
    return Reversal(key, reason, proof)


@given(lines=LINES, currency=st.sampled_from(["CNY", "XTR"]))
def test_both_together_move_nothing(lines: list[tuple[str, int]], currency: str):
    moved = [Posting(Account(name), Money(minor, currency)) for name, minor in lines]
    rest = sum(minor for _, minor in lines)
    if rest:
        moved.append(Posting(Account("rest"), Money(-rest, currency)))
    if len(moved) < 2:
        return
    turned = reversal().entry(moved, AT)
    sums: dict[str, int] = defaultdict(int)
    for posting in (*moved, *turned.postings):
        sums[posting.account] += posting.amount.minor
    assert set(sums.values()) == {0}
    assert (turned.key, turned.occurred_at) == ("reverse:fee:stripe:txn_1", AT)


def test_what_a_project_was_given_is_left_to_refunds():
    given_ = [
        Posting(rail_clearing("stripe"), Money(500, "CNY")),
        Posting(project_credited(uuid4()), Money(-500, "CNY")),
    ]
    with pytest.raises(ReversalRefused, match="give the gift back"):
        reversal("payment:stripe:ch_1:paid").entry(given_, AT)


def test_a_fee_can_be_taken_back():
    lines = [Posting(fees("stripe"), Money(3, "CNY")), Posting(rail_clearing("stripe"), Money(-3, "CNY"))]
    assert [p.amount.minor for p in reversal().entry(lines, AT).postings] == [-3, 3]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reason": ""}, "the reason is a line"),
        ({"reason": "two\nlines"}, "the reason is a line"),
        ({"reason": "x" * 301}, "the reason is a line"),
        ({"proof": "ab"}, "the proof begins with its id"),
        ({"proof": "RP7 " + "x" * 200}, "the proof begins with its id"),
        ({"key": "reverse:reverse:fee:stripe:txn_1"}, "took a reversal back, and stays"),
        ({"key": "f" * 193}, "at most 192 characters"),
    ],
)
def test_what_says_too_little_is_refused(change: dict[str, str], words: str):
    with pytest.raises(ReversalRefused, match=words):
        reversal(**change)
