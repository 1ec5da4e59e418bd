"""Booking that what lay with a rail was turned into another currency: once for each proof, never more than is there."""

from dataclasses import dataclass

import structlog

from giving.accounts import rail_clearing
from giving.conversions import Conversion, ConversionRefused
from giving.money import Money
from giving.reversals import REVERSE
from services.clock import Clock, utc_now
from storage.audit import AuditRecord
from storage.work import UnitOfWork, Work

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Converted:
    """What is booked: the entry's key, whether it is new, and what lies with the rail after it."""

    key: str
    is_new: bool
    left: Money
    held: Money


class ConversionService:
    """For the operator's command line; each act is in the audit log."""

    def __init__(self, unit: UnitOfWork, *, now: Clock = utc_now) -> None:
        """Write through this unit of work."""
        self._unit, self._now = unit, now

    async def convert(self, conversion: Conversion) -> Converted:
        """Book it; the same proof again changes nothing.

        Raises: ConversionRefused (more than lies with the rail; this proof is booked otherwise, or taken back).
        """
        now = self._now()
        async with self._unit() as work:
            is_new = await self._is_new(work, conversion)
            if is_new:
                await work.ledger.append([conversion.entry(now)], now=now)
            left, held = await _held(work, conversion)
            if is_new and left.minor < 0:  # looked at after the entry, which holds the account until the commit
                had = left + conversion.sold
                sold = f"{conversion.sold.minor} {had.currency}"
                raise ConversionRefused(f"{sold} are more than the {had.minor} that lie with {conversion.rail}")
            if is_new:
                await work.audit.add(_record(conversion), now=now)
        if is_new:
            log.info("converted", key=conversion.key, sold_minor=conversion.sold.minor, rail=conversion.rail)
        return Converted(conversion.key, is_new, left, held)

    async def _is_new(self, work: Work, conversion: Conversion) -> bool:
        booked = await work.ledger.by_key(conversion.key)
        if booked is None:
            return True
        if await work.ledger.booked([REVERSE + conversion.key]):
            another = f"{conversion.proof_id}:2"
            raise ConversionRefused(f"{conversion.key}: was taken back by hand; name another proof, such as {another}")
        if booked.postings != conversion.entry(booked.occurred_at).postings:
            raise ConversionRefused(f"{conversion.proof_id}: is booked already, with other figures ({conversion.key})")
        return False


async def _held(work: Work, conversion: Conversion) -> tuple[Money, Money]:
    account = rail_clearing(conversion.rail)
    sold, bought = conversion.sold.currency, conversion.bought.currency
    return await work.ledger.balance(account, sold), await work.ledger.balance(account, bought)


def _record(conversion: Conversion) -> AuditRecord:
    done = {
        "rail": conversion.rail,
        "sold": f"{conversion.sold.minor} {conversion.sold.currency}",
        "bought": f"{conversion.bought.minor} {conversion.bought.currency}",
        "rate": str(conversion.rate),
        "proof": conversion.proof,
    }
    return AuditRecord(None, "cli", "ledger.converted", "entry", conversion.key, after=done)
