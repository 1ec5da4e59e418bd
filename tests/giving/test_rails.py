"""Which rails a donor may choose: only what can carry the amount to the organisation, and how."""

from hypothesis import given
from hypothesis import strategies as st

from giving.money import Money
from giving.rails import Capabilities, How, needs_tab, ways
from giving.stars import StarRate

SUM = Money(3_000, "CNY")


def can(least: int, most: int, *, currency: str = "CNY", needs_account: bool = False) -> Capabilities:
    limits = {currency: (Money(least, currency), Money(most, currency))}
    return Capabilities(limits=limits, real_money=True, needs_account=needs_account)


RAILS = {
    "card": can(400, 5_000_000, needs_account=True),
    "wallet": can(1, 50_000),
    "euros": can(50, 9_000, currency="EUR"),
}


def named(minor: int, *, connected: tuple[str, ...] = ("card",), last: str | None = None) -> list[tuple[str, How]]:
    return [(way.rail, way.how) for way in ways(Money(minor, "CNY"), RAILS, connected, SUM, last)]


def test_one_yuan_is_paid_by_what_carries_it_and_goes_on_the_tab_of_what_does_not():
    assert named(100) == [("wallet", How.NOW), ("card", How.TAB)]
    assert named(500) == [("card", How.NOW), ("wallet", How.NOW)]
    assert named(60_000) == [("card", How.NOW)], "more than the wallet carries is no tab either"


def test_the_last_choice_comes_first_and_an_organisation_without_an_account_is_not_offered():
    assert named(100, last="card") == [("card", How.TAB), ("wallet", How.NOW)]
    assert named(100, connected=(), last="card") == [("wallet", How.NOW)]
    assert named(9_000_000, last="gone") == []


def test_a_tab_is_never_settled_below_what_its_rail_carries():
    found = ways(Money(100, "CNY"), RAILS, ["card"], Money(200, "CNY"), "card")
    assert (found[0].settles_at, found[1].settles_at) == (Money(400, "CNY"), None)


@given(st.integers(1, 10**7), st.sets(st.sampled_from(sorted(RAILS))), st.sampled_from([None, *RAILS]))
def test_every_way_can_be_gone_and_none_is_left_out(minor: int, connected: set[str], last: str | None):
    amount = Money(minor, "CNY")
    found = {way.rail: way.how for way in ways(amount, RAILS, connected, SUM, last)}
    for name, rail in RAILS.items():
        least = rail.least("CNY")
        reachable = not rail.needs_account or name in connected
        fits = reachable and least is not None and minor <= rail.limits["CNY"][1].minor
        assert (name in found) is fits
        if fits and least is not None:
            assert (found[name] is How.NOW) is (least <= amount)


# --- In another currency ---------------------------------------------------------------------------------------------


STARRY = Capabilities(
    limits={"XTR": (Money(1, "XTR"), Money(10_000, "XTR"))}, real_money=True, rate=StarRate(8, Money(100, "CNY"))
)


def test_a_rail_with_a_rate_is_a_way_at_its_price_and_never_the_first_unless_it_was_chosen():
    rails = RAILS | {"stars": STARRY}
    found = ways(Money(1001, "CNY"), {"stars": STARRY, **RAILS}, ["card"], SUM, None)
    assert [(way.rail, way.price) for way in found] == [("card", None), ("wallet", None), ("stars", Money(81, "XTR"))]
    assert found[-1].rate == STARRY.rate
    assert ways(Money(100, "CNY"), rails, ["card"], SUM, None)[-1].rail == "stars", "a tab comes before it"
    assert ways(Money(100, "CNY"), rails, ["card"], SUM, "stars")[0].price == Money(8, "XTR")
    for beyond in (Money(125_001, "CNY"), Money(100, "USD")):
        assert "stars" not in [way.rail for way in ways(beyond, rails, ["card"], SUM, "stars")]


def test_what_it_carries_itself_has_no_other_price():
    assert STARRY.price(Money(80, "XTR")) == Money(80, "XTR")
    (way,) = ways(Money(80, "XTR"), {"stars": STARRY}, [], Money(100, "XTR"), None)
    assert (way.price, way.rate) == (None, None)


@given(st.integers(1, 125_000))
def test_what_is_asked_is_worth_no_less_than_was_wished(minor: int):
    wished = Money(minor, "CNY")
    asked = STARRY.price(wished)
    assert asked is not None
    assert wished <= STARRY.worth(asked)
    assert RAILS["card"].worth(wished) == wished


@given(floors=st.lists(st.integers(1, 2_000), max_size=4), least=st.integers(1, 1_000))
def test_there_are_tabs_exactly_where_the_smallest_gift_would_go_on_one(floors: list[int], least: int):
    rails = {f"r{n}": can(floor, 10_000) for n, floor in enumerate(floors)}
    offered = ways(Money(least, "CNY"), rails, (), SUM, None)
    assert needs_tab(rails.values(), Money(least, "CNY")) is any(way.how is How.TAB for way in offered)
