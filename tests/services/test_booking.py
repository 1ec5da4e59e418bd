"""Entries booked by group commit: each key once, whoever asks how often, and the balances move with them."""

import asyncio
from datetime import UTC, datetime

from giving.accounts import Account, fees, rail_clearing
from giving.ledger import Entry, Posting
from giving.money import Money
from services.booking import BookingService
from services.ledger import LedgerService
from tests.world import World

AT = datetime(2026, 11, 11, tzinfo=UTC)
POT = Account("bench:pot")


def entry(number: int, minor: int = 100) -> Entry:
    moved = ((rail_clearing("paper"), minor), (POT, -minor), (fees("paper"), 1), (rail_clearing("paper"), -1))
    return Entry(f"payment:paper:{number}:paid", AT, tuple(Posting(a, Money(m, "CNY")) for a, m in moved))


async def test_everybody_gets_their_own_answer_and_a_key_is_booked_once(world: World):
    books = BookingService(world.unit, now=world.time)
    asked = [entry(number % 150) for number in range(300)]

    new = await asyncio.gather(*(books.book(one) for one in asked))

    assert new == [True] * 150 + [False] * 150
    async with world.unit.read() as work:
        assert await work.ledger.balance(POT) == Money(-15_000, "CNY")
        assert await work.ledger.balance(fees("paper")) == Money(150, "CNY")
    assert (await LedgerService(world.unit).verify()).clean


async def test_the_same_key_with_another_amount_changes_nothing(world: World):
    books = BookingService(world.unit, now=world.time)
    assert await books.book(entry(1))
    assert not await books.book(entry(1, minor=999))
    async with world.unit.read() as work:
        assert await work.ledger.balance(POT) == Money(-100, "CNY")


async def test_two_processes_that_book_the_same_keys_lose_and_double_nothing(world: World):
    one, other = (BookingService(world.unit, now=world.time) for _ in range(2))

    new = await asyncio.gather(*(book.book(entry(n)) for n in range(200) for book in (one, other)))

    assert sum(new) == 200
    async with world.unit.read() as work:
        assert await work.ledger.balance(POT) == Money(-20_000, "CNY")
    assert (await LedgerService(world.unit).verify()).clean
