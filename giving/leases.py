"""Who of several processes leads: a lease with an epoch, judged by each process's own clock.

Nobody compares clocks with anybody. The leader proves by a number (`beats`) that it is there; it counts its time from
before it asked for the renewal, everybody else from after they saw it. So whoever takes over has waited longer than
the leader trusted itself, whatever either of their clocks says, as long as both run about equally fast.
"""

from dataclasses import dataclass, replace
from typing import Final

LEADER: Final = "leader"
LEASE_S: Final = 3.0
RENEW_S: Final = 1.0
# How much sooner the leader stops to trust itself than anybody may take over: what it decided to send is on its way.
MARGIN_S: Final = 0.5
LOOK_S: Final = 0.5
# A process that can't send yet (Telegram does not answer) leaves the lease to those that can, for so long.
UNREADY_S: Final = 15.0
# How long whoever gave it back, since Telegram answers it no more, leaves it to the others: they look twice a second.
YIELDED_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class Lease:
    """The row: `holder` None after it was handed back; `beats` grows with every renewal."""

    name: str
    epoch: int = 0
    holder: str | None = None
    beats: int = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """Seconds on two clocks of one machine: since it booted, sleep included, and by the wall."""

    boot: float
    wall: float


@dataclass(frozen=True, slots=True)
class Seen:
    """A lease as it was found, and when that was first seen."""

    lease: Lease
    since: Moment


def is_held(renewed: Moment, now: Moment) -> bool:
    """Whether a leader that asked for its renewal at `renewed` may still act.

    The clock that ran further counts: one of a paused virtual machine stands, the other may have been put forward.
    """
    return max(now.boot - renewed.boot, now.wall - renewed.wall) < LEASE_S - MARGIN_S


def seen_again(before: Seen | None, found: Lease, now: Moment) -> Seen:
    """What is known after another look, that ended `now`: the same lease keeps the time it was first seen at."""
    return before if before is not None and before.lease == found else Seen(found, now)


def may_take(seen: Seen, now: Moment, *, ready: bool, hears: bool = True) -> bool:
    """Whether the lease is free, or its holder gave no sign of life for as long as it lasts.

    `ready`: it has begun to listen. `hears`: Telegram still answers it. Who is not, or does not, lets others go first.
    By the clock since boot alone: a wall clock that was put forward must not make a living leader look dead.
    """
    waits_s = 0.0 if seen.lease.holder is None else LEASE_S
    if not ready:
        waits_s += UNREADY_S
    elif not hears:
        waits_s += YIELDED_S
    return now.boot - seen.since.boot >= waits_s


def is_deaf(unanswered: Moment | None, now: Moment) -> bool:
    """Whether Telegram has answered nothing since `unanswered` (None: its last word was an answer), for too long."""
    return unanswered is not None and now.boot - unanswered.boot >= UNREADY_S


def must_yield(taken_at: Moment, now: Moment, *, able: bool) -> bool:
    """Whether a leader gives the lease back, since it can't send and another one perhaps can."""
    return not able and now.boot - taken_at.boot >= UNREADY_S


def taken(lease: Lease, holder: str) -> Lease:
    """The next epoch, of another holder."""
    return Lease(lease.name, lease.epoch + 1, holder)


def renewed(lease: Lease) -> Lease:
    """The same epoch, one beat on."""
    return replace(lease, beats=lease.beats + 1)
