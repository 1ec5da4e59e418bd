"""What is owed: everything given less everything received, whatever the order, and never paid out twice."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from giving.money import Money
from giving.payouts import owed

PROJECTS = [UUID(int=n) for n in range(1, 5)]
ORGANISATION_OF = {project: UUID(int=10 + project.int % 2) for project in PROJECTS}
MINOR = st.integers(-10_000, 10_000)
CURRENCY = st.sampled_from(["CNY", "USD"])
PART = st.sampled_from(["credited", "matched"])


@given(
    given_=st.dictionaries(st.tuples(st.sampled_from(PROJECTS), PART, CURRENCY), MINOR),
    received=st.dictionaries(
        st.tuples(
            st.sampled_from(sorted(set(ORGANISATION_OF.values()))), st.sampled_from(["stripe", "wechat"]), CURRENCY
        ),
        MINOR,
    ),
)
def test_what_is_due_is_all_that_was_given_less_all_that_was_received(given_, received):
    balances = [(f"project:{project}:{part}", Money(-minor, code)) for (project, part, code), minor in given_.items()]
    balances += [
        (f"organisation:{o}:received:{rail}", Money(minor, code)) for (o, rail, code), minor in received.items()
    ]
    rows = owed([*balances, ("rail:stripe:clearing", Money(7, "CNY"))], ORGANISATION_OF)
    for code in ("CNY", "USD"):
        in_all = sum(minor for (_, _, c), minor in given_.items() if c == code)
        with_them = sum(minor for (_, _, c), minor in received.items() if c == code)
        mine = [row for row in rows if row.given.currency == code]
        assert sum(row.due.minor for row in mine) == in_all - with_them
        assert all(row.next_payout.minor - row.carried.minor == row.due.minor for row in mine)
        assert all(min(row.next_payout.minor, row.carried.minor) == 0 for row in mine)
    assert len({(row.organisation, row.given.currency) for row in rows}) == len(rows)
    assert sorted(rows, key=lambda row: (row.organisation, row.given.currency)) == rows
    assert owed(reversed(balances), ORGANISATION_OF) == rows
