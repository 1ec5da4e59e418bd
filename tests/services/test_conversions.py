"""Conversions in the books of both databases: once for each proof, never more than is there, each in the audit log."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from giving.accounts import Account, rail_clearing
from giving.conversions import Conversion, ConversionRefused
from giving.ledger import Entry, Posting
from giving.money import Money
from services.conversions import ConversionService
from services.ledger import LedgerService
from storage.audit import AuditedAct
from tests.world import World

AT = datetime(2026, 11, 22, tzinfo=UTC)


async def with_stars(world: World, stars: int) -> ConversionService:
    """So many lie with the rail."""
    postings = Posting(rail_clearing("stars"), Money(stars, "XTR")), Posting(Account("opening"), Money(-stars, "XTR"))
    async with world.unit() as work:
        await work.ledger.append([Entry("opening:stars", AT, postings)], now=AT)
    return ConversionService(world.unit, now=world.time)


def conversion(stars: int = 1000, fen: int = 9_416, proof: str = "TX7") -> Conversion:
    return Conversion("stars", Money(stars, "XTR"), Money(fen, "CNY"), Decimal("0.094"), proof)


async def balances(world: World) -> dict[tuple[str, str], int]:
    async with world.unit.read() as work:
        return {(name, amount.currency): amount.minor for name, amount in await work.ledger.balances()}


async def acts(world: World) -> list[AuditedAct]:
    async with world.unit.read() as work:
        return [act for act in await work.audit.list(limit=100) if act.record.action == "ledger.converted"]


async def test_stars_become_money_in_one_balanced_entry_that_is_audited(world: World):
    service = await with_stars(world, 2500)
    done = await service.convert(conversion(proof="TX7 of Fragment"))
    assert (done.key, done.is_new, done.left, done.held) == (
        "convert:stars:TX7", True, Money(1500, "XTR"), Money(9_416, "CNY"),
    )  # fmt: skip
    found = await balances(world)
    assert found["rail:stars:clearing", "XTR"] == 1500
    assert found["rail:stars:clearing", "CNY"] == 9_416
    assert (found["exchange:stars", "XTR"], found["exchange:stars", "CNY"]) == (1000, -9_416)
    (act,) = await acts(world)
    assert (act.record.actor, act.record.way, act.record.subject_id) == (None, "cli", "convert:stars:TX7")
    assert act.record.after == {
        "rail": "stars", "sold": "1000 XTR", "bought": "9416 CNY", "rate": "0.094", "proof": "TX7 of Fragment",
    }  # fmt: skip
    assert (await LedgerService(world.unit).verify()).clean


async def test_the_same_proof_is_booked_once_and_other_figures_under_it_are_refused(world: World):
    service = await with_stars(world, 2500)
    assert (await service.convert(conversion())).is_new
    again = await service.convert(conversion(proof="TX7 in other words"))
    assert (again.is_new, again.left) == (False, Money(1500, "XTR"))
    with pytest.raises(ConversionRefused, match="TX7: is booked already, with other figures"):
        await service.convert(conversion(fen=9_417))
    assert len(await acts(world)) == 1


async def test_more_than_lies_there_is_refused_and_leaves_nothing(world: World):
    service = await with_stars(world, 999)
    before = await balances(world)
    with pytest.raises(ConversionRefused, match="1000 XTR are more than the 999 that lie with stars"):
        await service.convert(conversion())
    assert await balances(world) == before
    assert await acts(world) == []
    assert (await service.convert(conversion(999, 9_407))).left == Money(0, "XTR")


async def test_two_operators_at_once_never_convert_more_than_there_is(world: World):
    service = await with_stars(world, 2500)
    asked = [service.convert(conversion(proof=f"TX{n:03}")) for n in range(8)]
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert [isinstance(result, ConversionRefused) for result in results].count(False) == 2
    assert (await balances(world))["rail:stars:clearing", "XTR"] == 500
    assert len(await acts(world)) == 2
