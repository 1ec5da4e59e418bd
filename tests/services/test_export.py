"""The books in other programs: hledger and beancount accept them, and their balances are ours."""

import csv
import io
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from beancount import loader
from beancount.core import data
from sqlalchemy import text as sql

from giving.accounts import Account, fees, project_credited, rail_clearing
from giving.ledger import Entry, Posting
from giving.money import DECIMALS, Money
from giving.payments import EventKind
from services.export import Exported, ExportService, Period
from services.export_formats import Books, Csv, harmless, said
from services.export_names import legal_names
from storage.engines import Engines
from storage.export import JournalEntry
from storage.ids import new_id
from tests.world import SHANGHAI, World

HLEDGER = shutil.which("hledger")
ODD = 'odd:=1+1,"a";b\n|[2026-01-01]:é'
Balances = dict[tuple[str, str], int]


@pytest.fixture
async def books(world: World) -> World:
    """Payments, fees, a refund, a tip paid twice, and entries in yen, stars and dollars, over three days."""
    now = int(datetime.now(UTC).timestamp())
    for day, (donor, amount) in enumerate([(world.alice, "1"), (world.bob, "10.50"), (world.alice, "5")]):
        tip = await world.tip(donor, amount, key=f"t{day}")
        await world.pay(tip, donor, charge=f"ch_{day}", at=now - 86400 * (2 - day))
    await world.deliver(EventKind.PAID, tip, "evt_again", their_id="ch_again", fee=7)
    back = await world.pay(await world.tip(world.bob, "3", key="back"), world.bob, charge="ch_back", fee=None)
    await world.deliver(EventKind.REFUNDED, back, "evt_back", their_id="re_1", charge="ch_back")
    await world.payments.settle_pending()
    at = datetime.now(UTC)
    async with world.unit() as work:
        await work.ledger.append(
            [
                entry("exchange:stripe:1", at, ("exchange:stripe", 500, "JPY"), ("rail:stripe:clearing", -500, "JPY")),
                entry("exchange:stripe:2", at, ("exchange:stripe", -7, "XTR"), ("rail:stripe:clearing", 7, "XTR")),
                entry(ODD, at, ("a:b", 123456789012, "USD"), ("a-b", -123456789012, "USD")),
            ],
            now=world.time(),
        )  # fmt: skip
    return world


def entry(key: str, at: datetime, *moves: tuple[str, int, str]) -> Entry:
    return Entry(key, at, tuple(Posting(Account(name), Money(minor, currency)) for name, minor, currency in moves))


async def exported(world: World, kind: str, first: date | None = None, last: date | None = None) -> str:
    pieces: list[str] = []
    service = ExportService(world.unit, zone=SHANGHAI)
    await service.run(kind, Period(first, last), pieces.append, lambda done, total: None)
    return "".join(pieces)


async def ours(world: World) -> Balances:
    async with world.unit.read() as work:
        return {(name, amount.currency): amount.minor for name, amount in await work.ledger.balances() if amount}


async def names(world: World) -> dict[str, str]:
    async with world.unit.read() as work:
        accounts = [name for name, _ in await work.ledger.balances()]
        return {theirs: name for name, theirs in legal_names(accounts, await work.export.slugs()).items()}


def minor(number: Decimal, currency: str) -> int:
    scaled = number.scaleb(DECIMALS[currency])
    assert scaled == int(scaled)
    return int(scaled)


def hledger(text: str, *arguments: str) -> str:
    if HLEDGER is None:
        pytest.skip("hledger is not installed: apt install hledger")
    done = subprocess.run(
        [HLEDGER, "-f", "-", *arguments], input=text, capture_output=True, text=True, check=False,
        env={"LANG": "C.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def hledger_balances(text: str, known: dict[str, str]) -> Balances:
    hledger(text, "check", "--strict")
    rows = csv.reader(io.StringIO(hledger(text, "balance", "--flat", "--no-total", "-O", "csv")))
    found: Balances = {}
    for account, amounts in list(rows)[1:]:
        for amount in amounts.split(", "):
            number, currency = amount.split(" ")
            found[known[account], currency] = minor(Decimal(number), currency)
    return found


def beancount_balances(text: str, known: dict[str, str]) -> Balances:
    entries, errors, _ = loader.load_string(text)
    assert errors == []
    found: Balances = defaultdict(int)
    for each in entries:
        if isinstance(each, data.Transaction):
            for p in each.postings:
                assert p.units is not None
                assert p.units.number is not None
                found[known[p.account], p.units.currency] += minor(p.units.number, p.units.currency)
    return {key: value for key, value in found.items() if value}


def csv_balances(text: str, known: dict[str, str]) -> Balances:
    found: Balances = defaultdict(int)
    for row in csv.DictReader(io.StringIO(text, newline="")):
        assert known[row["account"]] == row["our account"]
        found[row["our account"], row["currency"]] += minor(Decimal(row["amount"]), row["currency"])
    return {key: value for key, value in found.items() if value}


READERS: dict[str, Callable[[str, dict[str, str]], Balances]] = {
    "hledger": hledger_balances,
    "beancount": beancount_balances,
    "csv": csv_balances,
}


@pytest.mark.parametrize("kind", READERS)
async def test_their_balances_are_ours(books: World, kind: str):
    text = await exported(books, kind)
    assert READERS[kind](text, await names(books)) == await ours(books)


@pytest.mark.parametrize("kind", READERS)
async def test_from_a_day_on_opening_balances_make_up_for_what_was_before(books: World, kind: str):
    today = datetime.now(SHANGHAI).date()
    for first in (today - timedelta(days=1), today, today + timedelta(days=3), date(1999, 1, 1)):
        text = await exported(books, kind, first)
        assert READERS[kind](text, await names(books)) == await ours(books)
        assert ("opening balances" in text) is (first.year != 1999)
    assert text.count("ch_0") == (2 if kind != "csv" else 4), "all is there"
    later = await exported(books, kind, today)
    assert "ch_0" not in later
    assert "ch_2" in later


@pytest.mark.parametrize("kind", READERS)
async def test_the_days_before_and_from_a_day_on_are_the_whole(books: World, kind: str):
    today = datetime.now(SHANGHAI).date()
    before = await exported(books, kind, None, today - timedelta(days=1))
    read = READERS[kind](before, await names(books))
    assert read[f"project:{books.library.id}:credited", "CNY"] == -1150
    assert "ch_1" in before
    assert "ch_2" not in before
    middle = await exported(books, kind, today - timedelta(days=1), today - timedelta(days=1))
    assert "ch_0" not in middle
    assert "ch_1" in middle
    assert READERS[kind](middle, await names(books)) == read
    nothing = await exported(books, kind, date(1980, 1, 1), date(1980, 1, 2))
    assert READERS[kind](nothing, await names(books)) == {}


async def test_bean_check_takes_it(books: World, tmp_path: Path):
    (tmp_path / "books.beancount").write_text(await exported(books, "beancount"), encoding="utf-8")
    done = subprocess.run(
        [Path(sys.executable).with_name("bean-check"), tmp_path / "books.beancount"], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("kind", ["hledger", "beancount"])
async def test_a_balance_of_ours_that_is_wrong_by_one_is_caught(books: World, engines: Engines, kind: str):
    move = sql("UPDATE accounts SET balance_minor = balance_minor + :by WHERE name = 'rail:paper:clearing'")
    async with engines.writer.begin() as connection:
        await connection.execute(move, {"by": 1})
    wrong = await exported(books, kind)
    with pytest.raises(AssertionError, match=r"(?i)balance"):
        READERS[kind](wrong, await names(books))
    async with engines.writer.begin() as connection:
        await connection.execute(move, {"by": -1})


async def test_entries_carry_their_key_and_receipts_and_nobodys_name(books: World):
    async with books.unit.read() as work:
        tips = await work.tips.of_payments([intent.reference for _, intent in books.rail.asked])
        codes = [tip.receipt_code for of_one in tips.values() for tip in of_one]
    assert len(codes) == 5
    for kind in READERS:
        text = await exported(books, kind)
        assert all(code in text for code in codes), kind
        for word in ("Alice", "alice", "Bob", "1002", "1004", str(books.alice.id), books.alice.id.hex, "\u2068"):
            assert word not in text, (kind, word)
    transactions = loader.load_string(await exported(books, "beancount"))[0]
    keys = {t.meta["key"] for t in transactions if isinstance(t, data.Transaction)}
    assert {"payment:paper:ch_0:paid", "fee:paper:ch_0", "refund:paper:re_1"} <= keys
    assert "odd:%3D1%2B1%2C%22a%22%3Bb%0A%7C%5B2026-01-01%5D:%C3%A9" in keys
    paid = hledger(await exported(books, "hledger"), "print", "tag:key=^payment:paper:ch_0:paid$")
    assert codes[0] in paid
    assert paid.count("CNY") == 2


async def test_days_are_the_operators(world: World):
    late = datetime(2026, 3, 1, 17, 30, tzinfo=UTC)  # 2 March, 01:30 in Shanghai
    async with world.unit() as work:
        one = entry("x:1", late, ("exchange:a", 1, "CNY"), ("exchange:b", -1, "CNY"))
        await work.ledger.append([one], now=world.time())
    assert "2026-03-02 * " in await exported(world, "hledger")
    assert "x:1" not in await exported(world, "csv", None, date(2026, 3, 1))
    assert "x:1" in await exported(world, "csv", date(2026, 3, 2), date(2026, 3, 2))
    pieces: list[str] = []
    await ExportService(world.unit, zone=ZoneInfo("UTC")).run(
        "csv", Period(date(2026, 3, 1), date(2026, 3, 1)), pieces.append, lambda done, total: None
    )
    assert "2026-03-01,17:30:00,x:1,1," in "".join(pieces)


@pytest.mark.parametrize("kind", READERS)
async def test_books_with_nothing_in_them_are_fine(world: World, kind: str):
    assert READERS[kind](await exported(world, kind), {}) == {}


async def test_many_entries_come_in_pieces_in_their_order(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("storage.export.CHUNK", 7)
    at = datetime(2026, 3, 1, tzinfo=UTC)
    async with world.unit() as work:
        every = [entry(f"x:{n:03}", at, ("exchange:a", n, "CNY"), ("exchange:b", -n, "CNY")) for n in range(1, 31)]
        await work.ledger.append(every, now=world.time())
    told: list[tuple[int, int]] = []
    pieces: list[str] = []
    service = ExportService(world.unit, zone=SHANGHAI)
    done = await service.run("csv", Period(), pieces.append, lambda *figures: told.append(figures))
    assert done == Exported(30, 60)
    assert told == [(n, 30) for n in range(1, 31)]
    rows = list(csv.DictReader(io.StringIO("".join(pieces))))
    assert [row["entry"] for row in rows] == [f"x:{n:03}" for n in range(1, 31) for _ in range(2)]


async def test_what_is_booked_while_it_is_written_is_not_in_it(world: World):
    """One moment's view, on both engines: else the opening or closing balances would not fit."""
    at = datetime(2026, 3, 1, tzinfo=UTC)

    async def book(number: int) -> None:
        async with world.unit() as work:
            one = entry(f"x:{number}", at, ("exchange:a", 1, "CNY"), ("exchange:b", -1, "CNY"))
            await work.ledger.append([one], now=world.time())

    await book(1)
    async with world.unit.snapshot() as work:
        before = await work.ledger.balances()
        await book(2)
        assert [e.key async for e in work.export.entries(Period().span(SHANGHAI))] == ["x:1"]
        assert await work.ledger.balances() == before


def test_names_are_legal_and_never_one_for_two():
    project, other = new_id(), new_id()
    slugs = {project: "village-libraries"}
    accounts = [
        project_credited(project), f"project:{other}:matched", rail_clearing("wechat_pay"), fees("stripe"),
        "a:b", "a-b", "A:B", "中文", "", f"organisation:{project}:received:stripe",
    ]  # fmt: skip
    named = legal_names(accounts, slugs)
    assert named[project_credited(project)] == "Liabilities:Projects:Village-libraries:Credited"
    assert named[rail_clearing("wechat_pay")] == "Assets:Rails:Wechat-pay:Clearing"
    assert named[fees("stripe")] == "Expenses:Fees:Stripe"
    assert named[f"organisation:{project}:received:stripe"] == "Assets:Organisations:Village-libraries:Received:Stripe"
    assert len({name.lower() for name in named.values()}) == len(accounts)
    for name in named.values():
        root, *parts = name.split(":")
        assert root in ("Assets", "Liabilities", "Equity", "Expenses")
        assert all(part[0].isupper() or part[0].isdigit() for part in parts)


@pytest.mark.parametrize(("money", "words"), [
    (Money(-1, "CNY"), "-0.01 CNY"), (Money(100, "CNY"), "1.00 CNY"), (Money(500, "JPY"), "500 JPY"),
    (Money(0, "CNY"), "0.00 CNY"), (Money(-123456, "USD"), "-1234.56 USD"),
])  # fmt: skip
def test_amounts(money: Money, words: str):
    assert said(money) == words


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_a_cell_is_no_formula(cell: str):
    assert harmless(cell) == f"'{cell}"
    books = Books({Account("x"): cell}, [("x", "CNY")], SHANGHAI, date(2026, 1, 1))
    line = Csv(books).entry(JournalEntry(cell, datetime.now(UTC), (Posting(Account("x"), Money(-1, "CNY")),), ()))
    (row,) = csv.reader(io.StringIO(line, newline=""))
    assert row[4] == f"'{cell}"
    assert row[6] == "-0.01"
    assert not row[2].startswith(("=", "+", "@"))
