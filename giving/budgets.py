"""How often is too often: budgets that fill again with time, and the guard that closes a rail while it is attacked.

A budget is one moment: when it will be whole again (None, or past: it is whole). What is spent moves it on.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum
from math import ceil
from uuid import UUID

from giving.errors import GivingError, MinimumRaised, PayingPaused, PayingTooOften, TooFast
from giving.money import Money

NONE = timedelta()


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and one more each `every`."""

    at_once: int
    every: timedelta

    @classmethod
    def per(cls, unit: timedelta, many: int, *, at_once: int) -> "Rate":
        """`many` in a `unit` of time, `at_once` of them together."""
        return cls(at_once, unit / many)


def spend(whole_at: datetime | None, rate: Rate, now: datetime) -> tuple[datetime, timedelta]:
    """The budget after one more, and no time to wait; or the budget as it was, and how long to wait for one."""
    begin = _begin(whole_at, rate, now)
    wait = begin + rate.every - now - rate.at_once * rate.every
    return (begin, wait) if wait > NONE else (begin + rate.every, NONE)


def charge(whole_at: datetime | None, rate: Rate, now: datetime, many: float = 1) -> datetime:
    """The budget after something that happened whether it could be afforded or not; `many` below 0 gives back."""
    charged = _begin(whole_at, rate, now) + many * rate.every
    return min(max(charged, now), now + rate.at_once * rate.every)


def spent(whole_at: datetime | None, rate: Rate, now: datetime) -> float:
    """How many of `at_once` are gone."""
    return (_begin(whole_at, rate, now) - now) / rate.every


def _begin(whole_at: datetime | None, rate: Rate, now: datetime) -> datetime:
    """Never further off than all of it spent: a clock that was set back makes nobody wait for days."""
    return now if whole_at is None else min(max(whole_at, now), now + rate.at_once * rate.every)


def in_seconds(wait: timedelta) -> int:
    """For words: whole seconds, at least one."""
    return max(1, ceil(wait.total_seconds()))


def too_fast(wait: timedelta) -> TooFast:
    """The refusal, with how long to wait."""
    return TooFast(seconds=in_seconds(wait))


# --- Payments --------------------------------------------------------------------------------------------------------


class Stage(IntEnum):
    """Of a rail: open to all, only from a higher least amount, or closed."""

    CALM = 0
    RAISED = 1
    SHUT = 2


@dataclass(frozen=True, slots=True)
class GuardRules:
    """When a rail (or all of them together) counts as attacked.

    Each failed payment counts one and is forgotten with time (`forget`). Each that is paid takes `share` off, and as
    far as `generous` goes (in failures) up to `credit`: a quiet rail may decline many of a few, a busy one few of many.
    At `raise_at` the least amount rises for `hold`; at `shut_at` nothing is asked of the rail for so long.
    """

    raise_at: int
    shut_at: int
    forget: timedelta = timedelta(minutes=1)
    hold: timedelta = timedelta(minutes=15)
    share: float = 0.08
    credit: float = 0.5
    generous: Rate = Rate(3, timedelta(seconds=1))

    @property
    def rate(self) -> Rate:
        """As a budget: spent when shut."""
        return Rate(self.shut_at, self.forget)


@dataclass(frozen=True, slots=True)
class Guard:
    """What failed lately, as a budget; until when the least is raised, until when it is shut."""

    whole_at: datetime | None = None
    raised_until: datetime | None = None
    shut_until: datetime | None = None

    def stage(self, now: datetime) -> Stage:
        """Where it stands now."""
        if self.shut_until is not None and self.shut_until > now:
            return Stage.SHUT
        return Stage.RAISED if self.raised_until is not None and self.raised_until > now else Stage.CALM

    def ends(self, now: datetime) -> timedelta:
        """How long its present stage lasts."""
        until = {Stage.SHUT: self.shut_until, Stage.RAISED: self.raised_until}.get(self.stage(now))
        return until - now if until else NONE


def made_up(paid: int, used: datetime | None, rules: GuardRules, now: datetime) -> tuple[datetime, float]:
    """How many failures so many paid gifts make up for; `used` is the budget of what is given generously, and after."""
    left = rules.generous.at_once - spent(used, rules.generous, now)
    more = min(paid * (rules.credit - rules.share), left)
    return charge(used, rules.generous, now, more), paid * rules.share + more


def watch(guard: Guard, rules: GuardRules, now: datetime, *, failed: int, credit: float = 0) -> Guard:
    """The guard after so many payments failed, and some were made up for, since it was last asked."""
    rate = rules.rate
    # What was paid first: it makes up for failures before, never for those to come.
    whole_at = charge(guard.whole_at, rate, now, -credit) if credit else guard.whole_at
    if not failed:
        return replace(guard, whole_at=whole_at)
    whole_at = charge(whole_at, rate, now, failed)
    count = ceil(spent(whole_at, rate, now) - 1e-6)  # one of which a part is forgotten still counts
    ends = now + rules.hold
    return Guard(
        whole_at,
        _later(guard.raised_until, ends, rules, now) if count >= rules.raise_at else guard.raised_until,
        _later(guard.shut_until, ends, rules, now) if count >= rules.shut_at else guard.shut_until,
    )


def _later(until: datetime | None, ends: datetime, rules: GuardRules, now: datetime) -> datetime:
    """No end that another clock wrote may lie further off than ours would."""
    return ends if until is None or until > now + rules.hold else max(until, ends)


@dataclass(frozen=True, slots=True)
class PaymentRules:
    """How many pay pages one person may open, how many of their payments may fail, and when a rail is guarded.

    No more than `of_one` failures of one person count for the rail: alone they must not close it for the others.
    """

    links: Rate = Rate(15, timedelta(seconds=20))
    failures: Rate = Rate(5, timedelta(minutes=10))
    rail: GuardRules = GuardRules(raise_at=8, shut_at=12)
    total: GuardRules = GuardRules(raise_at=40, shut_at=70)
    raised_minor: int = 2000
    of_one: int = 3


@dataclass(frozen=True, slots=True)
class LinkAsk:
    """Somebody wants a new pay page."""

    donor: UUID
    amount: Money
    rail: str


@dataclass(slots=True)
class Budgets:
    """What stands before a decision, and what it changes: budgets of people, guards of rails, the guard of all.

    Who is `known` (a gift of theirs was paid) meets guards of their own, which count failures of such people only.
    """

    links: dict[UUID, datetime] = field(default_factory=dict)
    failures: Mapping[UUID, datetime] = field(default_factory=dict)
    rails: Mapping[str, Guard] = field(default_factory=dict)
    total: Guard = field(default_factory=Guard)
    known: Collection[UUID] = ()
    known_rails: Mapping[str, Guard] = field(default_factory=dict)
    known_total: Guard = field(default_factory=Guard)

    def guards(self, donor: UUID, rail: str) -> tuple[Guard, Guard]:
        """What stands between this donor and this rail."""
        if donor in self.known:
            return self.known_rails.get(rail, Guard()), self.known_total
        return self.rails.get(rail, Guard()), self.total


def decide_links(
    asks: Sequence[LinkAsk], budgets: Budgets, rules: PaymentRules, now: datetime
) -> list[GivingError | None]:
    """None for who may have a new pay page, else the refusal; `budgets.links` is as it is after them.

    A refusal never says how a payment failed: whoever tries cards would learn from it.
    """
    return [_decide_link(ask, budgets, rules, now) for ask in asks]


def _decide_link(ask: LinkAsk, budgets: Budgets, rules: PaymentRules, now: datetime) -> GivingError | None:
    guards = budgets.guards(ask.donor, ask.rail)
    stage = max(guard.stage(now) for guard in guards)
    if stage is not Stage.CALM:
        ends = max(guard.ends(now) for guard in guards if guard.stage(now) is stage)
        if stage is Stage.SHUT:
            return PayingPaused(minutes=_minutes(ends))
        if ask.amount.minor < rules.raised_minor:
            return MinimumRaised(least=Money(rules.raised_minor, ask.amount.currency), minutes=_minutes(ends))
    _, wait = spend(budgets.failures.get(ask.donor), rules.failures, now)
    if wait > NONE:
        return PayingTooOften(minutes=_minutes(wait))
    whole_at, wait = spend(budgets.links.get(ask.donor), rules.links, now)
    if wait > NONE:
        return TooFast(seconds=in_seconds(wait))
    budgets.links[ask.donor] = whole_at
    return None


def failures_for_all(whole_at: datetime | None, failed: int, rules: PaymentRules, now: datetime) -> int:
    """How many of one person's new failures count for their rail; `whole_at` is their budget before these."""
    return min(failed, max(0, rules.of_one - ceil(spent(whole_at, rules.failures, now) - 1e-6)))


def must_close(donor: datetime | None, guards: Sequence[Guard], rules: PaymentRules, now: datetime) -> bool:
    """Whether the page of a payment that just failed is closed: its donor, or somebody, tries too often."""
    return spend(donor, rules.failures, now)[1] > NONE or any(guard.stage(now) > Stage.CALM for guard in guards)


def tries_many(donor: datetime | None, rules: PaymentRules, now: datetime) -> bool:
    """Whether somebody failed so often that their other open pages are closed too."""
    return spent(donor, rules.failures, now) > rules.of_one - 1


def _minutes(wait: timedelta) -> int:
    return max(1, ceil(wait / timedelta(minutes=1)))
