"""Reversals in the books of both databases: once, with a reason and a proof, each in the audit log."""

import pytest

from giving.accounts import fees, rail_clearing
from giving.ledger import fee_charged
from giving.payments import EventKind
from giving.reconcile import What
from giving.reversals import Reversal, ReversalRefused
from services.ledger import LedgerService
from services.reversals import ReversalService
from storage.audit import AuditedAct
from tests.services.test_reconcile import DAY, NOON, BookedRail, book, line, service_on, told
from tests.world import World, cny

KEY = "fee:paper:txn_1"
FEE = fee_charged(rail="paper", their_id="txn_1", at=NOON, held=rail_clearing("paper"), fee=cny("0.4"))


def reversal(key: str = KEY, proof: str = "RP7 report of 20 November") -> Reversal:
    return Reversal(key, "the provider never took it", proof)


async def acts(world: World) -> list[AuditedAct]:
    async with world.unit.read() as work:
        return [act for act in await work.audit.list(limit=100) if act.record.action == "ledger.reversed"]


async def held(world: World) -> tuple[int, int]:
    async with world.unit.read() as work:
        return (
            (await work.ledger.balance(fees("paper"))).minor, (await work.ledger.balance(rail_clearing("paper"))).minor
        )  # fmt: skip


async def test_an_entry_is_taken_back_once_and_the_log_says_why(world: World):
    await book(world, FEE)
    assert await held(world) == (40, -40)
    service = ReversalService(world.unit, now=world.time)
    done = await service.reverse(reversal())
    assert (done.entry.key, done.restores) == (f"reverse:{KEY}", False)
    assert await held(world) == (0, 0)
    (act,) = await acts(world)
    assert (act.record.actor, act.record.way, act.record.subject_id) == (None, "cli", KEY)
    assert act.record.after == {
        "reason": "the provider never took it", "proof": "RP7 report of 20 November", "by": f"reverse:{KEY}",
    }  # fmt: skip
    with pytest.raises(ReversalRefused, match="was taken back on 2026-11-22 already"):
        await service.reverse(reversal(proof="RP8"))
    assert await held(world) == (0, 0)
    assert len(await acts(world)) == 1
    assert (await LedgerService(world.unit).verify()).clean


async def test_a_reversal_by_mistake_is_taken_back_and_the_first_entry_stands_again(world: World):
    await book(world, FEE)
    service = ReversalService(world.unit, now=world.time)
    await service.reverse(reversal())
    assert (await service.reverse(reversal(f"reverse:{KEY}"))).restores
    assert await held(world) == (40, -40)
    with pytest.raises(ReversalRefused, match="already"):
        await service.reverse(reversal())
    assert (await LedgerService(world.unit).verify()).clean


async def test_what_is_not_there_and_what_follows_gifts_is_refused_and_nothing_is_written(world: World):
    await world.pay(await world.tip(world.alice, "5"), world.alice, charge="ch_1")
    service = ReversalService(world.unit, now=world.time)
    for key, words in (("fee:paper:none", "no entry has this key"), ("payment:paper:ch_1:paid", "give the gift back")):
        with pytest.raises(ReversalRefused, match=words):
            await service.reverse(reversal(key))
    assert await acts(world) == []
    assert (await LedgerService(world.unit).verify()).clean


async def test_reconcile_no_longer_counts_what_was_taken_back_until_it_stands_again(world: World):
    world.time.now = NOON.replace(day=22)
    rail = BookedRail()
    service, reversals = service_on(world, rail), ReversalService(world.unit, now=world.time)
    await book(world, FEE)
    assert told((await service.run("paper", DAY)).differences) == [(What.MISSING_AT_PROVIDER, KEY)]
    await reversals.reverse(reversal())
    assert (await service.run("paper", DAY)).found == 0
    rail.lines = [line(EventKind.FEE, "txn_1", 40)]
    assert told((await service.run("paper", DAY)).differences) == [(What.MISSING_IN_BOOKS, KEY)]
    await reversals.reverse(reversal(f"reverse:{KEY}"))
    assert (await service.run("paper", DAY)).found == 0
