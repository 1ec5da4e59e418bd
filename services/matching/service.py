"""A pool's way: made, signed (then it adds to gifts), paid in, withdrawn; each with its entry and its record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog

from giving.errors import (
    DayUnknown,
    PoolCurrency,
    PoolNotDraft,
    PoolNotOpen,
    PoolNotSound,
    PoolOverpaid,
    PoolUnknown,
    ProjectUnknown,
)
from giving.ledger import Entry, pool_left, pool_signed, sponsor_paid, sponsor_paid_back
from giving.matching import Caps, Pool, PoolState, Remainder, Rule, Scope, Sponsor, Window, checked
from giving.money import Money
from giving.names import clean
from services.clock import Clock, utc_now
from storage.audit import AuditRecord
from storage.ids import new_id
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
MOST_NAME: Final = 80
MOST_PROOF: Final = 60


@dataclass(frozen=True, slots=True)
class NewPool:
    """What a sponsor would commit; `windows` are their times and parts, one with all of it where there is but one."""

    sponsor: str
    named: bool
    titles: Mapping[str, str]
    committed: Money
    rule: Rule
    windows: tuple[Window, ...]
    caps: Caps = field(default_factory=Caps)
    scope: Scope = field(default_factory=Scope)
    remainder: Remainder = Remainder.CARRY


@dataclass(frozen=True, slots=True)
class Done:
    """A pool after an act; `is_new`: False where the same was booked before, and nothing is changed."""

    pool: Pool
    is_new: bool = True


class PoolService:
    """Every change in the audit log. `by`: whose act it is; None for the command line."""

    def __init__(self, unit: UnitOfWork, *, currency: str | None = None, now: Clock = utc_now) -> None:
        """`currency`: what gifts are in, where it is known; a pool for any of them has to be in it."""
        self._unit, self._currency, self._now = unit, currency, now

    async def create(self, new: NewPool, *, by: UUID | None = None) -> Pool:
        """A draft: it adds nothing until it is signed. Raises: PoolNotSound, PoolCurrency, ProjectUnknown,
        DayUnknown.
        """
        now, name = self._now(), clean(new.sponsor, most=MOST_NAME)
        if not name:
            raise PoolNotSound(what="sponsor")
        titles = {language: clean(title, most=MOST_NAME) for language, title in new.titles.items()}
        async with self._unit() as work:
            projects = await work.projects.by_ids(new.scope.projects)
            if len(projects) < len(new.scope.projects):
                raise ProjectUnknown
            days = await work.giving_days.by_ids(new.scope.days)
            if len(days) < len(new.scope.days):
                raise DayUnknown
            currencies = {id_: project.target.currency for id_, project in projects.items()}
            currencies |= {id_: day.currency for id_, day in days.items()}
            if not currencies and self._currency not in (None, new.committed.currency):
                raise PoolCurrency(currency=new.committed.currency, wanted=self._currency)
            sponsor = await work.matching.sponsor_called(name, named=new.named)
            known = sponsor is not None
            sponsor = sponsor or Sponsor(new_id(), name, new.named)
            pool = checked(_pool(new, sponsor, titles, now), currencies)
            if not known:
                await work.matching.add_sponsor(sponsor, now=now)
            await work.matching.add(pool, now=now)
            after = {"committed": pool.committed.minor, "currency": pool.currency, "sponsor": str(sponsor.id)}
            await _audit(work, by, "pool.created", pool, now, after=after)
        log.info("pool_created", pool_id=str(pool.id), committed_minor=pool.committed.minor)
        return pool

    async def sign(self, pool: UUID, *, signed_by: str, by: UUID | None = None) -> Pool:
        """Somebody signed for the sponsor: it is owed, and adds to gifts from now on.

        Raises: PoolUnknown, PoolNotDraft, PoolNotSound (nobody signed, or all its windows are over).
        """
        signer = clean(signed_by, most=MOST_NAME)
        if not signer:
            raise PoolNotSound(what="signature")

        async def step(work: Work, standing: Pool, now: datetime) -> tuple[Pool, list[Entry], dict[str, Any]]:
            if standing.state is not PoolState.DRAFT:
                raise PoolNotDraft
            last = standing.windows[-1].ends_at
            if last is not None and last <= now:
                raise PoolNotSound(what="over")
            signed = replace(standing, state=PoolState.OPEN, signed_by=signer, signed_at=now)
            about = {"pool": pool, "sponsor": standing.sponsor, "at": now, "amount": standing.committed}
            return signed, [pool_signed(**about)], {"state": PoolState.OPEN, "owed": standing.committed.minor}  # type: ignore[arg-type]

        return (await self._act(pool, "pool.signed", step, by)).pool

    async def paid(self, pool: UUID, amount: Money, *, proof: str, by: UUID | None = None) -> Done:
        """The sponsor's money arrived; `proof` names the transfer, and is booked once.

        Raises: PoolUnknown, PoolNotOpen (a draft), PoolOverpaid, PoolNotSound.
        """
        return await self._money(pool, amount, proof, by, back=False)

    async def paid_back(self, pool: UUID, amount: Money, *, proof: str, by: UUID | None = None) -> Done:
        """What they had paid in and no gift drew went back to them. Raises: as `paid`."""
        return await self._money(pool, amount, proof, by, back=True)

    async def _money(self, pool: UUID, amount: Money, proof: str, by: UUID | None, *, back: bool) -> Done:
        mark = clean(proof, most=MOST_PROOF).partition(" ")[0]
        if not mark:
            raise PoolNotSound(what="proof")

        async def step(work: Work, standing: Pool, now: datetime) -> tuple[Pool, list[Entry], dict[str, Any]]:
            if standing.signed_at is None:
                raise PoolNotOpen
            make = sponsor_paid_back if back else sponsor_paid
            entry = make(pool=pool, sponsor=standing.sponsor, proof=mark, at=now, amount=amount)
            if await work.ledger.booked([entry.key]):
                return standing, [], {}
            owed = standing.committed.minor - standing.returned.minor - standing.paid_minor
            most = Money(max(-owed if back else owed, 0), standing.currency)
            if amount.currency != standing.currency or not 0 < amount.minor <= most.minor:
                raise PoolOverpaid(most=most)
            paid = standing.paid_minor + (-amount.minor if back else amount.minor)
            return replace(standing, paid_minor=paid), [entry], {"paid": paid, "proof": mark}

        return await self._act(pool, "pool.paid_back" if back else "pool.paid", step, by)

    async def withdraw(self, pool: UUID, *, by: UUID | None = None) -> Pool:
        """The sponsor adds nothing more: what is matched stays, what is held is refused, what is left is not owed.

        Raises: PoolUnknown, PoolNotOpen (it is over already).
        """

        async def step(work: Work, standing: Pool, now: datetime) -> tuple[Pool, list[Entry], dict[str, Any]]:
            if standing.state not in (PoolState.DRAFT, PoolState.OPEN):
                raise PoolNotOpen
            left = standing.left if standing.running else Money(0, standing.currency)
            if left:
                await work.matching.move(given_back(standing), {})
            refused = await work.matching.refuse_held(pool, now=now)
            about = {"pool": pool, "sponsor": standing.sponsor, "what": "withdrawn", "at": now, "amount": left}
            entries = [pool_left(**about)] if left else []  # type: ignore[arg-type]
            over = closed(replace(standing, state=PoolState.WITHDRAWN, closed_at=now), now)
            return over, entries, {"state": PoolState.WITHDRAWN, "left": left.minor, "refused": refused}

        return (await self._act(pool, "pool.withdrawn", step, by)).pool

    async def _act(self, pool: UUID, action: str, step: "Step", by: UUID | None) -> Done:
        """Hold it, change it, book it, record it."""
        now = self._now()
        async with self._unit() as work:
            standing = (await work.matching.hold([pool])).get(pool)
            if standing is None:
                raise PoolUnknown
            changed, entries, after = await step(work, standing, now)
            if changed is standing:
                return Done(standing, is_new=False)
            await work.matching.change(changed)
            await work.ledger.append(entries, now=now)
            await _audit(work, by, action, standing, now, before={"state": standing.state}, after=after)
            fresh = (await work.matching.by_ids([pool]))[pool]
        log.info(action.replace(".", "_"), pool_id=str(pool))
        return Done(fresh)


Step = Callable[[Work, Pool, datetime], Any]


def given_back(pool: Pool) -> dict[tuple[UUID, int], tuple[int, int]]:
    """What is left, as it goes back to the sponsor: by window, or (where it is carried on) all from the last."""
    if pool.remainder is Remainder.CARRY:
        return {(pool.id, pool.windows[-1].number): (0, pool.left.minor)}
    return {(pool.id, window.number): (0, window.left_minor) for window in pool.windows if window.left_minor > 0}


def closed(pool: Pool, now: datetime) -> Pool:
    """With all its windows settled: what comes back of its matches from now on is the sponsor's."""
    return replace(
        pool, windows=tuple(replace(window, closed_at=window.closed_at or now) for window in pool.windows)
    )  # fmt: skip


def _pool(new: NewPool, sponsor: Sponsor, titles: Mapping[str, str], now: datetime) -> Pool:
    return Pool(
        id=new_id(), sponsor=sponsor.id, titles=titles, committed=new.committed, rule=new.rule,
        windows=tuple(replace(window, number=number) for number, window in enumerate(new.windows, 1)),
        caps=new.caps, scope=new.scope, remainder=new.remainder, created_at=now,
    )  # fmt: skip


async def _audit(
    work: Work, by: UUID | None, action: str, pool: Pool, now: datetime, *,
    before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    way = "cli" if by is None else "chat"
    await work.audit.add(AuditRecord(by, way, action, "pool", str(pool.id), before, after), now=now)
