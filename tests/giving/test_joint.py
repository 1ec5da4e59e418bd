"""Which tabs one charge settles: all that may share it, each whole and once, and never one alone."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from giving.joint import Joint, Standing, joints
from giving.money import Money

MONEY = st.builds(Money, st.integers(0, 10**6), st.sampled_from(["CNY", "USD"]))
STANDING = st.builds(
    Standing, st.uuids(), st.sampled_from(["stripe", "card"]), MONEY, st.booleans(), st.booleans()
)  # fmt: skip
TABS = st.lists(STANDING, max_size=12, unique_by=lambda one: one.tab)


def may(one: Standing) -> bool:
    return one.joins and not one.busy and one.free.minor > 0


@given(TABS)
def test_each_tab_that_may_share_is_in_one_group_with_its_whole_sum_unless_it_is_alone(tabs: list[Standing]):
    groups = joints(tabs)
    found = [tab for group in groups for tab in group.tabs]
    assert len(found) == len(set(found))
    for one in tabs:
        mates = [o for o in tabs if may(o) and (o.rail, o.free.currency) == (one.rail, one.free.currency)]
        assert (one.tab in found) is (may(one) and len(mates) > 1)
    by_id = {one.tab: one for one in tabs}
    for group in groups:
        assert len(group.parts) > 1
        assert list(group.tabs) == sorted(group.tabs), "the order in which they are locked"
        assert all(by_id[tab].free == part and by_id[tab].rail == group.rail for tab, part in group.parts)
        assert group.sum.minor == sum(by_id[tab].free.minor for tab in group.tabs)


@given(TABS, st.randoms())
def test_in_whatever_order_they_come_it_is_the_same(tabs, dice):
    shuffled = [*tabs]
    dice.shuffle(shuffled)
    assert joints(shuffled) == joints(tabs)


def test_what_is_charged_shares_nothing_and_has_no_currency_in_common_is_left_out():
    def tab(number: int, minor: int, currency: str = "CNY", *, joins: bool = True, busy: bool = False) -> Standing:
        return Standing(UUID(int=number), "stripe", Money(minor, currency), joins, busy)

    some = [tab(4, 150), tab(1, 200), tab(2, 300, joins=False), tab(3, 400, busy=True), tab(5, 50, "USD"), tab(6, 0)]
    (group,) = joints(some)
    assert group == Joint("stripe", ((UUID(int=1), Money(200, "CNY")), (UUID(int=4), Money(150, "CNY"))))
    assert group.sum == Money(350, "CNY")
