"""Two processes never hold the lease at once, however they are paused and whatever their wall clocks say."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from giving.leases import (
    LEASE_S,
    LOOK_S,
    MARGIN_S,
    RENEW_S,
    UNREADY_S,
    YIELDED_S,
    Lease,
    Moment,
    Seen,
    is_deaf,
    is_held,
    may_take,
    must_yield,
    renewed,
    seen_again,
    taken,
)

HELD = Lease("leader", 3, "a", 7)


def at(boot: float, wall: float = 0) -> Moment:
    return Moment(boot, wall)


def test_a_leader_trusts_itself_for_less_than_anybody_waits():
    assert is_held(at(10), at(10 + LEASE_S - MARGIN_S - 0.01))
    assert not is_held(at(10), at(10 + LEASE_S - MARGIN_S))
    assert not may_take(Seen(HELD, at(10)), at(10 + LEASE_S - 0.01), ready=True)
    assert may_take(Seen(HELD, at(10)), at(10 + LEASE_S), ready=True)


def test_a_killed_leader_is_replaced_within_five_seconds():
    assert LEASE_S + 2 * LOOK_S < 5
    assert RENEW_S < LEASE_S - MARGIN_S


def test_a_free_lease_is_taken_at_once_by_who_is_ready():
    free = Seen(Lease("leader", 3), at(10))
    assert may_take(free, at(10), ready=True)
    assert not may_take(free, at(10 + UNREADY_S - 1), ready=False)
    assert may_take(free, at(10 + UNREADY_S), ready=False)


def test_who_telegram_does_not_answer_lets_others_go_first():
    free = Seen(Lease("leader", 3), at(10))
    assert not may_take(free, at(10 + YIELDED_S - 0.1), ready=True, hears=False)
    assert may_take(free, at(10 + YIELDED_S), ready=True, hears=False)
    assert YIELDED_S > 2 * LOOK_S, "by then each of the others has looked"


def test_a_leader_that_can_not_send_gives_the_lease_back_after_a_while():
    assert not is_deaf(None, at(1000))
    assert not is_deaf(at(10), at(10 + UNREADY_S - 0.1))
    assert is_deaf(at(10), at(10 + UNREADY_S))
    assert not must_yield(at(10), at(10 + UNREADY_S - 0.1), able=False)
    assert must_yield(at(10), at(10 + UNREADY_S), able=False)
    assert not must_yield(at(10), at(1000), able=True)


def test_a_wall_clock_put_forward_makes_a_leader_careful_and_nobody_bold():
    assert not is_held(at(10, 0), at(10.1, 40 * 86400))
    assert is_held(at(10, 40 * 86400), at(10.1, 0))
    assert not may_take(Seen(HELD, at(10, 0)), at(10.1, 40 * 86400), ready=True)


def test_a_beat_starts_the_waiting_anew():
    first = seen_again(None, HELD, at(10))
    assert seen_again(first, HELD, at(11)) == first
    assert seen_again(first, renewed(HELD), at(11)).since == at(11)


@dataclass
class Process:
    """A process that looks, renews and acts by the rules, at moments that others choose for it."""

    name: str
    wall: float
    mine: Lease | None = None
    asked: Moment = field(default_factory=lambda: at(0))
    seen: Seen | None = None

    def turn(self, row: Lease, boot: float, late: float) -> Lease:
        """Look at the row at `boot`, hear of it `late` seconds after; what the row is then."""
        before, after = Moment(boot, self.wall + boot), Moment(boot + late, self.wall + boot + late)
        if self.mine is not None:
            if row != self.mine:
                self.mine = None
                return row
            self.mine, self.asked = renewed(row), before
            return self.mine
        self.seen = seen_again(self.seen, row, after)
        if not may_take(self.seen, after, ready=True):
            return row
        self.mine, self.asked, self.seen = taken(row, self.name), after, None
        return self.mine

    def holds(self, boot: float) -> bool:
        return self.mine is not None and is_held(self.asked, Moment(boot, self.wall + boot))


STEP = st.tuples(
    st.integers(0, 2),
    st.one_of(st.floats(0, 1), st.floats(2, 4)),
    st.one_of(st.just(0.0), st.floats(0, 3)),
    st.one_of(st.just(0.0), st.floats(-4e6, 4e6)),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(STEP, min_size=1, max_size=60))
def test_never_two_hold_it(steps):
    """One row; who is not chosen for long is frozen. An answer that comes late ends its own turn only."""
    processes = [Process(name, 0) for name in "abc"]
    row, boot, most = Lease("leader"), 100.0, 0
    for which, passes, late, jump in steps:
        boot += passes
        processes[which].wall += jump
        row = processes[which].turn(row, boot, late)
        boot += late if processes[which].mine is not None and processes[which].mine.beats == 0 else 0
        holders = [process.name for process in processes if process.holds(boot)]
        assert len(holders) <= 1, holders
        assert row.epoch >= most
        most = row.epoch
