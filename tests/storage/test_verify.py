"""`ledger verify` sees every figure that is not so, and names exactly that: each is corrupted past the program."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.payments import EventKind
from services.ledger import LedgerService
from storage.engines import Engines
from tests.world import CHANNEL, World

SUBJECTS = ("library", "晓雯的阅读时光", "7 in 晓雯的阅读时光")
TALLY = {
    "donors": ("a tally's donors are those of its paid tips", 2),
    "gifts": ("a tally's gifts are those of its paid tips", 3),
    "given_minor": ("a tally's sum is that of its paid tips", 1600),
}
SUPPORTER = {
    "gifts": ("a supporter's gifts are their paid tips", 2),
    "given_minor": ("a supporter's sum is that of their paid tips", 600),
}
ENTRY = "a payment's entry credits each project its tips"


@pytest.fixture
async def given(world: World) -> World:
    """Alice gives ¥1 and ¥5, Bob ¥10, all under one post; Bob's other ¥5 was given back."""
    await world.pay(await world.tip(world.alice, "1", key="a1"), world.alice, charge="ch_1")
    await world.pay(await world.tip(world.alice, "5", key="a5"), world.alice, charge="ch_2")
    await world.pay(await world.tip(world.bob, "10", key="b10"), world.bob, charge="ch_3")
    tip = await world.pay(await world.tip(world.bob, "5", key="b5"), world.bob, charge="ch_4")
    await world.deliver(EventKind.REFUNDED, tip, "evt_back", their_id="re_1", charge="ch_4")
    await world.payments.settle_pending()
    assert (await world.fresh(tip)).state == "refunded"
    return world


async def found(world: World) -> list[tuple[str, str, int, int]]:
    report = await LedgerService(world.unit).verify()
    return [(f.check, f.subject, f.expected_minor, f.found_minor) for f in report.findings]


def subject_of(world: World, name: str) -> UUID:
    return dict(zip(SUBJECTS, (world.library.id, world.chat.chat.id, world.post.id), strict=True))[name]


def stored(engines: Engines, value: UUID) -> str | UUID:
    return value.hex if engines.dialect == "sqlite" else value


@contextlib.asynccontextmanager
async def past_the_triggers(engines: Engines) -> AsyncIterator[AsyncConnection]:
    """A transaction in which the journal can be changed, as by somebody who owns the database."""
    off, on = [], []
    if engines.dialect == "postgresql":
        off = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in ("entries", "postings")]
        on = [line.replace("DISABLE", "ENABLE") for line in off]
    async with engines.writer.begin() as connection:
        if engines.dialect == "sqlite":
            triggers = await connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
            rows = triggers.all()
            off, on = [f"DROP TRIGGER {row.name}" for row in rows], [row.sql for row in rows]
        for line in off:
            await connection.execute(text(line))
        yield connection
        for line in on:
            await connection.execute(text(line))


async def run(engines: Engines, statement: str, **values: Any) -> None:
    async with past_the_triggers(engines) as connection:
        done = await connection.execute(text(statement), values)
        assert done.rowcount == 1, statement


@pytest.mark.parametrize("name", SUBJECTS)
@pytest.mark.parametrize("figure", TALLY)
async def test_a_wrong_tally(given: World, engines: Engines, figure: str, name: str):
    subject = stored(engines, subject_of(given, name))
    move = f"UPDATE tallies SET {figure} = {figure} + :by WHERE subject_id = :subject"
    await run(engines, move, by=1, subject=subject)

    check, expected = TALLY[figure]
    assert await found(given) == [(check, name, expected, expected + 1)]
    await run(engines, move, by=-1, subject=subject)


@pytest.mark.parametrize("name", SUBJECTS)
@pytest.mark.parametrize("figure", SUPPORTER)
async def test_a_wrong_supporter(given: World, engines: Engines, figure: str, name: str):
    ids = {"subject": stored(engines, subject_of(given, name)), "donor": stored(engines, given.alice.id)}
    move = f"UPDATE supporters SET {figure} = {figure} + :by WHERE subject_id = :subject AND donor_id = :donor"
    await run(engines, move, by=-1, **ids)

    check, expected = SUPPORTER[figure]
    assert await found(given) == [(check, name, expected, expected - 1)]
    await run(engines, move, by=1, **ids)


async def test_a_tally_that_is_not_there_and_one_of_nothing_we_know(given: World, engines: Engines):
    post, nothing = stored(engines, given.post.id), stored(engines, UUID(int=7))
    move = "UPDATE tallies SET subject_id = :to WHERE subject_id = :subject"
    await run(engines, move, subject=post, to=nothing)

    wrong = [(check, name) for check, name, _, _ in await found(given)]
    assert len(wrong) == 6
    assert {name.replace("-", "") for _, name in wrong} == {SUBJECTS[2], UUID(int=7).hex}
    await run(engines, move, subject=nothing, to=post)


async def test_a_wrong_balance(given: World, engines: Engines):
    move = "UPDATE accounts SET balance_minor = balance_minor + :by WHERE name = 'rail:paper:clearing'"
    before = (await given.balance("rail:paper:clearing")).minor
    await run(engines, move, by=5)

    assert await found(given) == [
        ("a balance is the sum of its postings", "rail:paper:clearing", before, before + 5),
    ]
    await run(engines, move, by=-5)


async def test_a_balance_that_was_moved_with_its_posting(given: World, engines: Engines):
    """The journal's own sums agree; what they say is not what was paid."""
    tip = await given.pay(await given.tip(given.alice, "10", key="a10"), given.alice, charge="ch_5")
    accounts = {"theirs": f"project:{given.library.id}:credited", "key": tip.entry_key}
    moves = (
        "UPDATE postings SET amount_minor = amount_minor + :by WHERE entry_id = (SELECT id FROM entries WHERE"
        " key = :key) AND account_id = (SELECT id FROM accounts WHERE name = :theirs)",
        "UPDATE accounts SET balance_minor = balance_minor + :by WHERE name = :theirs",
    )
    for move in moves:
        await run(engines, move, **{"by": -1} | {k: v for k, v in accounts.items() if f":{k}" in move})

    assert await found(given) == [
        ("an entry sums to zero per currency", tip.entry_key, 0, -1),
        (ENTRY, tip.entry_key, 1000, 1001),
        ("a project is credited its paid tips less refunds", "library", 2600, 2601),
    ]
    for move in moves:
        await run(engines, move, **{"by": 1} | {k: v for k, v in accounts.items() if f":{k}" in move})


async def test_two_projects_swapped_inside_one_entry(given: World, engines: Engines):
    """One payment of two projects' tips: their credits change places, and nothing else does."""
    creator = await given.creators.switch_on(given.chat.chat.id, given.creator, given.meals.id)
    post = await given.creators.posted(CHANNEL, 8, "午餐", given.time())
    assert creator.chat.project == given.meals.id
    assert post is not None
    first = await given.pay(await given.tip(given.alice, "10", key="a10"), given.alice, charge="ch_5")
    second = await given.pay(await given.tip(given.alice, "5", key="m5", post=post), given.alice, charge="ch_6")
    # The second's tip and postings are moved into the first's entry: one entry with two projects.
    ids = {"first": first.entry_key, "second": second.entry_key}
    tip_moves = "UPDATE tips SET entry_key = :to WHERE receipt_code = :code"
    line_moves = (
        "UPDATE postings SET entry_id = (SELECT id FROM entries WHERE key = :to), line = line + :by"
        " WHERE entry_id = (SELECT id FROM entries WHERE key = :of) AND line >= :least"
    )
    async with past_the_triggers(engines) as connection:
        await connection.execute(text(tip_moves), {"to": ids["first"], "code": second.receipt_code})
        values = {"to": ids["first"], "of": ids["second"], "by": 10, "least": 0}
        await connection.execute(text(line_moves), values)
    assert await found(given) == [("an entry has postings", second.entry_key, 2, 0)]

    lines = (
        "SELECT p.entry_id, p.line, p.account_id, p.amount_minor FROM postings p JOIN accounts a ON a.id ="
        " p.account_id JOIN entries e ON e.id = p.entry_id WHERE e.key = :key AND a.name LIKE 'project:%'"
    )
    async with past_the_triggers(engines) as connection:
        one, two = (await connection.execute(text(lines + " ORDER BY p.line"), {"key": ids["first"]})).all()
        put = "UPDATE postings SET account_id = :account WHERE entry_id = :entry AND line = :line"
        for line, account in ((one.line, two.account_id), (two.line, one.account_id)):
            await connection.execute(text(put), {"account": account, "entry": one.entry_id, "line": line})
        shift = "UPDATE accounts SET balance_minor = balance_minor + :by WHERE id = :account"
        difference = one.amount_minor - two.amount_minor
        for account, by in ((one.account_id, -difference), (two.account_id, difference)):
            await connection.execute(text(shift), {"account": account, "by": by})
    wrong = await found(given)
    assert sorted(w for w in wrong if w[0] == ENTRY) == [
        (ENTRY, first.entry_key, 500, 1000),
        (ENTRY, first.entry_key, 1000, 500),
    ]

    async with past_the_triggers(engines) as connection:
        for account, by in ((one.account_id, difference), (two.account_id, -difference)):
            await connection.execute(text(shift), {"account": account, "by": by})
        for line, account in ((one.line, one.account_id), (two.line, two.account_id)):
            await connection.execute(text(put), {"account": account, "entry": one.entry_id, "line": line})
        values = {"to": ids["second"], "of": ids["first"], "by": -10, "least": 10}
        await connection.execute(text(line_moves), values)
        await connection.execute(text(tip_moves), {"to": ids["second"], "code": second.receipt_code})


async def test_a_tip_whose_entry_is_not_there(given: World, engines: Engines):
    tip = await given.pay(await given.tip(given.alice, "10", key="a10"), given.alice, charge="ch_5")
    move = "UPDATE tips SET entry_key = :to WHERE receipt_code = :code"
    await run(engines, move, to="payment:nowhere", code=tip.receipt_code)

    assert await found(given) == [
        ("a paid tip is in one entry that exists", tip.receipt_code, 1000, 0),
        (ENTRY, tip.entry_key, 0, 1000),
    ]
    await run(engines, move, to=tip.entry_key, code=tip.receipt_code)
