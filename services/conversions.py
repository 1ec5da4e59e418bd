"""Booking that what lay with a rail was turned into another currency: once for each proof, never more than is there."""

from dataclasses import dataclass

import structlog

from giving.accounts import exchange_back, rail_clearing
from giving.conversions import Back, Conversion, ConversionRefused
from giving.converting import Share, shares_of
from giving.money import Money
from giving.reversals import REVERSE
from services.clock import Clock, utc_now
from services.settlement.batch import turns_of
from storage.audit import AuditRecord
from storage.work import UnitOfWork, Work

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Converted:
    """What is booked: the entry's key, whether it is new, and what lies with the rail after it.

    `gifts`: how many gifts it turned, in whole or in part; `credited`: what projects were credited for them.
    """

    key: str
    is_new: bool
    left: Money
    held: Money
    gifts: int = 0
    credited: Money | None = None


class ConversionService:
    """For the operator's command line; each act is in the audit log."""

    def __init__(self, unit: UnitOfWork, *, now: Clock = utc_now) -> None:
        """Write through this unit of work."""
        self._unit, self._now = unit, now

    async def convert(self, conversion: Conversion) -> Converted:
        """Book it; the same proof again changes nothing.

        Raises: ConversionRefused (more than lies with the rail, or of projects in another currency; or this proof is
        booked with other figures, or was taken back).
        """
        now, shares = self._now(), list[Share]()
        async with self._unit() as work:
            is_new = await self._is_new(work, conversion)
            if is_new:
                shares = await self._book(work, conversion)
            left, held = await _held(work, conversion)
            if is_new and left.minor < 0:  # looked at after the entry, which holds the account until the commit
                had = left + conversion.sold
                sold = f"{conversion.sold.minor} {had.currency}"
                raise ConversionRefused(f"{sold} are more than the {had.minor} that lie with {conversion.rail}")
            if is_new:
                await work.audit.add(_record(conversion), now=now)
        if is_new:
            log.info("converted", key=conversion.key, sold_minor=conversion.sold.minor, rail=conversion.rail)
        credited = Money(sum(share.bought.minor for share in shares), conversion.bought.currency)
        return Converted(conversion.key, is_new, left, held, len(shares), credited)

    async def _book(self, work: Work, conversion: Conversion) -> list[Share]:
        """The entry, and what it turns of whose gifts: those of projects in what was bought, the oldest first."""
        now, bought = self._now(), conversion.bought.currency
        before, _ = await _held(work, conversion)
        waiting = await work.conversions.waiting(conversion.sold.currency)
        there = min(before, (await _held(work, conversion))[0])  # who pays, or converts, meanwhile is not counted
        back = await _back(work, conversion)
        sold, come = conversion.sold, conversion.bought
        if back is not None:
            sold, come = sold + back.sold, come + back.bought
        shares = shares_of((one for one, currency in waiting if currency == bought), sold, come)
        nobodys = there.minor + sold.minor - conversion.sold.minor - sum(one.left.minor for one, _ in waiting)
        if (more := sold.minor - sum(share.sold.minor for share in shares)) > nobodys and there >= conversion.sold:
            raise ConversionRefused(
                f"{more} of these {sold.minor} {sold.currency} are gifts to projects in another currency than {bought}"
            )
        await work.ledger.append([conversion.entry(now, shares, back)], now=now)
        await work.conversions.add_many(conversion.key, shares)
        await work.tallies.apply(gift for share in shares for gift in turns_of(share))
        await work.creators.counters_changed({share.tip.post for share in shares if share.tip.post}, now)
        return shares

    async def _is_new(self, work: Work, conversion: Conversion) -> bool:
        booked = await work.ledger.by_key(conversion.key)
        if booked is None:
            return True
        if await work.ledger.booked([REVERSE + conversion.key]):
            another = f"{conversion.proof_id}:2"
            raise ConversionRefused(f"{conversion.key}: was taken back by hand; name another proof, such as {another}")
        if not conversion.same_as(booked.postings):
            raise ConversionRefused(f"{conversion.proof_id}: is booked already, with other figures ({conversion.key})")
        return False


async def _held(work: Work, conversion: Conversion) -> tuple[Money, Money]:
    account = rail_clearing(conversion.rail)
    sold, bought = conversion.sold.currency, conversion.bought.currency
    return await work.ledger.balance(account, sold), await work.ledger.balance(account, bought)


async def _back(work: Work, conversion: Conversion) -> Back | None:
    """What was converted, and given back since, in the currencies of this one."""
    account = exchange_back(conversion.rail)
    sold = await work.ledger.balance(account, conversion.sold.currency)
    bought = -await work.ledger.balance(account, conversion.bought.currency)
    return Back(sold, bought) if sold.minor > 0 and bought.minor > 0 else None


def _record(conversion: Conversion) -> AuditRecord:
    done = {
        "rail": conversion.rail,
        "sold": f"{conversion.sold.minor} {conversion.sold.currency}",
        "bought": f"{conversion.bought.minor} {conversion.bought.currency}",
        "rate": str(conversion.rate),
        "proof": conversion.proof,
    }
    return AuditRecord(None, "cli", "ledger.converted", "entry", conversion.key, after=done)
