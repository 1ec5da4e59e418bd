"""Which gifts are matched, by which pool, with how much: over a batch in order of payment, and never over a pool."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from giving.matching.amounts import amount_of
from giving.matching.fairness import Fairness, HeldReason
from giving.matching.matches import Match, MatchState, PaidGift, back_of
from giving.matching.pools import Pool

DonorDay = tuple[UUID, UUID, date]  # pool, donor, local day


@dataclass(slots=True)
class Standing:
    """What was decided before, and is counted on as the batch goes on.

    `donor_days`: minor units that were added, and gifts that were looked at; `projects`: minor units by pool and
    project; `payers`: for whom a payment method has paid; `beside`: times and donors by place and amount.
    """

    donor_days: dict[DonorDay, tuple[int, int]] = field(default_factory=dict)
    projects: dict[tuple[UUID, UUID], int] = field(default_factory=dict)
    payers: dict[str, set[UUID]] = field(default_factory=dict)
    beside: dict[tuple[UUID, int], list[tuple[datetime, UUID]]] = field(default_factory=lambda: defaultdict(list))

    def seen(self, gift: PaidGift) -> None:
        """It counts for those after it."""
        self.beside.setdefault((gift.place, gift.amount.minor), []).append((gift.paid_at, gift.donor))
        if gift.payer is not None:
            self.payers.setdefault(gift.payer, set()).add(gift.donor)

    def added(self, match: Match) -> None:
        """So does what a pool adds to it; what is held counts as a gift, and not as money."""
        day = match.pool, match.donor, match.local_day
        minor, gifts = self.donor_days.get(day, (0, 0))
        self.donor_days[day] = minor + match.stands_minor, gifts + 1
        project = match.pool, match.project
        self.projects[project] = self.projects.get(project, 0) + match.stands_minor

    def stands_again(self, match: Match, minor: int) -> None:
        """So does what comes again of a match that is counted as a gift already."""
        day, project = (match.pool, match.donor, match.local_day), (match.pool, match.project)
        had, gifts = self.donor_days.get(day, (0, 0))
        self.donor_days[day] = had + minor, gifts
        self.projects[project] = self.projects.get(project, 0) + minor


@dataclass(frozen=True, slots=True)
class Decided:
    """New matches in order of payment, and the pools as they are after them."""

    matches: tuple[Match, ...]
    pools: Mapping[UUID, Pool]


@dataclass(frozen=True, slots=True)
class Pays:
    """What a pool would add to a gift, out of which window."""

    window: int
    minor: int


def decide_matches(
    pools: Iterable[Pool], gifts: Iterable[PaidGift], standing: Standing, fairness: Fairness,
    fresh: Callable[[], UUID], now: datetime,
) -> Decided:  # fmt: skip
    """Decide gifts that were just paid, in order of payment (those of one moment by their ids), for every pool.

    Each pool adds to every gift that it takes; `standing` is counted on, and the next batch is decided by it.
    """
    current = {pool.id: pool for pool in sorted(pools, key=lambda pool: pool.id)}
    made: list[Match] = []
    for gift in sorted(gifts, key=lambda gift: (gift.paid_at, gift.tip)):
        fitting = [(pool, pays) for pool in current.values() if (pays := what_pays(pool, gift, standing)) is not None]
        if not fitting:
            continue
        suspect = _suspect(gift, standing, fairness)
        for pool, pays in fitting:
            reason = suspect or _many_or_new(pool, gift, standing, fairness)
            match = _match(pool, gift, pays, reason, fresh(), now)
            made.append(match)
            standing.added(match)
            current[pool.id] = drawn(pool, pays.window, match.stands_minor)
        standing.seen(gift)
    return Decided(tuple(made), current)


def what_pays(pool: Pool, gift: PaidGift, standing: Standing) -> Pays | None:
    """What the pool adds, by its rule, its caps and what is left of it; None for nothing."""
    if not pool.running or gift.amount.currency != pool.currency:
        return None
    if not pool.scope.takes(day=gift.giving_day, project=gift.project, creator=gift.creator):
        return None
    window = pool.window_at(gift.paid_at)
    if window is None:
        return None
    minor = amount_of(pool.rule, gift.amount.minor, gift.receipt_code)
    minor = min([minor, pool.available(window), *_room(pool, gift, standing)])
    return Pays(window, minor) if minor > 0 else None


def comes_again(pool: Pool, match: Match, kept_minor: int, standing: Standing) -> int:
    """What of a match stands again once a refund of its gift failed, in minor units.

    As far as the pool still has it, and its caps have room beside what was added since.
    """
    wanted = match.back_minor - back_of(match, kept_minor)
    return max(min([wanted, pool.available(match.window), *_room(pool, match, standing)]), 0)


def _room(pool: Pool, gift: PaidGift | Match, standing: Standing) -> Sequence[int]:
    """What its caps leave, of those it has."""
    caps = pool.caps
    of_day = standing.donor_days.get((pool.id, gift.donor, gift.local_day), (0, 0))[0]
    of_project = standing.projects.get((pool.id, gift.project), 0)
    room = ((caps.gift_minor, 0), (caps.donor_day_minor, of_day), (caps.project_minor, of_project))
    return [cap - used for cap, used in room if cap is not None]


def drawn(pool: Pool, window: int, minor: int) -> Pool:
    """The pool, with so much more of this window used (or less, where it comes back)."""
    if not minor:
        return pool
    windows = list(pool.windows)
    windows[window] = replace(windows[window], used_minor=windows[window].used_minor + minor)
    return replace(pool, windows=tuple(windows))


def _suspect(gift: PaidGift, standing: Standing, fairness: Fairness) -> HeldReason | None:
    """What is odd about a gift for any pool."""
    if gift.payer is not None and fairness.is_shared(gift.donor, standing.payers.get(gift.payer, set())):
        return HeldReason.SHARED_PAYER
    others = standing.beside.get((gift.place, gift.amount.minor), ())
    return HeldReason.RING if fairness.is_ring(gift.amount.minor, gift.paid_at, gift.donor, others) else None


def _many_or_new(pool: Pool, gift: PaidGift, standing: Standing, fairness: Fairness) -> HeldReason | None:
    """What is odd about it for this one, and about its donor."""
    if fairness.is_many(standing.donor_days.get((pool.id, gift.donor, gift.local_day), (0, 0))[1]):
        return HeldReason.MANY_GIFTS
    return HeldReason.NEW_ACCOUNT if fairness.is_new(gift.known_since, gift.paid_at) else None


def _match(pool: Pool, gift: PaidGift, pays: Pays, reason: HeldReason | None, id_: UUID, now: datetime) -> Match:
    return Match(
        id=id_, tip=gift.tip, pool=pool.id, donor=gift.donor, project=gift.project, place=gift.place,
        window=pays.window, local_day=gift.local_day, gift_minor=gift.amount.minor, amount_minor=pays.minor,
        currency=pool.currency, state=MatchState.MATCHED if reason is None else MatchState.HELD,
        paid_at=gift.paid_at, decided_at=now, reason=reason, payer=gift.payer,
    )  # fmt: skip
