"""The books as text for hledger, beancount and spreadsheets: pure, one piece at a time. Debit positive, as in ours."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Protocol
from urllib.parse import quote
from zoneinfo import ZoneInfo

from giving.ledger import Posting
from giving.money import DECIMALS, Money
from storage.export import JournalEntry

Balances = Sequence[Posting]
COLUMNS: Final = ("date", "time", "entry", "line", "account", "our account", "amount", "currency", "receipts")


@dataclass(frozen=True, slots=True)
class Books:
    """What every format needs: legal names by ours, the accounts with their currencies, whose days these are."""

    names: Mapping[str, str]
    accounts: Sequence[tuple[str, str]]
    zone: ZoneInfo
    begins: date

    def local(self, at: datetime) -> datetime:
        """A moment on the operator's clock."""
        return at.astimezone(self.zone)

    @property
    def currencies(self) -> list[str]:
        """Those that occur."""
        return sorted({currency for _, currency in self.accounts})


class Format(Protocol):
    """A way to write the books; each piece ends with a new line."""

    def head(self) -> Iterator[str]:
        """What stands before everything: the accounts."""
        ...

    def opening(self, day: date, balances: Balances) -> Iterator[str]:
        """What the accounts held before `day`, as an entry that sums to zero."""
        ...

    def entry(self, entry: JournalEntry) -> str:
        """One entry."""
        ...

    def closing(self, day: date, balances: Balances) -> Iterator[str]:
        """What the accounts must hold after `day`, the last one, so that the reader checks us."""
        ...


class Hledger:
    """A journal for hledger (and ledger), passing `hledger check --strict`."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def head(self) -> Iterator[str]:
        yield f"; Yizan: the books, days in {self._books.zone}, debit positive\n"
        for currency in self._books.currencies:
            decimals = DECIMALS[currency]
            yield f"commodity 1000.{'0' * decimals} {currency}\n"
        for account, name in self._books.names.items():
            yield f"account {name}  ; yizan:{safe(account)}\n"
        yield "\n"

    def opening(self, day: date, balances: Balances) -> Iterator[str]:
        yield self._entry(day, "opening balances", (), balances)

    def entry(self, entry: JournalEntry) -> str:
        tags = [f"key:{safe(entry.key)}"]
        if entry.receipts:
            tags.append(f"receipts:{' '.join(entry.receipts)}")
        return self._entry(self._books.local(entry.occurred_at).date(), title(entry.key), tags, entry.postings)

    def closing(self, day: date, balances: Balances) -> Iterator[str]:
        if balances:
            yield f"{day} * closing balances, as we have them\n"
            for posting in balances:
                amount, zero = said(posting.amount), said(Money(0, posting.amount.currency))
                yield f"    {self._books.names[posting.account]}  {zero} = {amount}\n"

    def _entry(self, day: date, words: str, tags: Iterable[str], postings: Balances) -> str:
        lines = [f"{day} * {words}", *(f"    ; {tag}" for tag in tags)]
        lines += [f"    {self._books.names[p.account]}  {said(p.amount)}" for p in postings]
        return "\n".join(lines) + "\n\n"


class Beancount:
    """A file for beancount, passing `bean-check`."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def head(self) -> Iterator[str]:
        yield f"; Yizan: the books, days in {self._books.zone}, debit positive\n"
        for currency in self._books.currencies:
            yield f'option "operating_currency" "{currency}"\n'
        currencies: dict[str, list[str]] = {}
        for account, currency in self._books.accounts:
            currencies.setdefault(account, []).append(currency)
        for account, name in self._books.names.items():
            yield f"{self._books.begins} open {name} {','.join(currencies[account])}\n"
            yield f'  yizan: "{safe(account)}"\n'
        yield "\n"

    def opening(self, day: date, balances: Balances) -> Iterator[str]:
        yield self._entry(day, "opening balances", {}, balances)

    def entry(self, entry: JournalEntry) -> str:
        metadata = {"key": safe(entry.key)}
        if entry.receipts:
            metadata["receipts"] = " ".join(entry.receipts)
        return self._entry(self._books.local(entry.occurred_at).date(), title(entry.key), metadata, entry.postings)

    def closing(self, day: date, balances: Balances) -> Iterator[str]:
        for posting in balances:  # checked at the beginning of a day, to the last digit
            number, currency = said(posting.amount).split(" ")
            yield f"{day + timedelta(days=1)} balance {self._books.names[posting.account]}  {number} ~ 0 {currency}\n"

    def _entry(self, day: date, words: str, metadata: Mapping[str, str], postings: Balances) -> str:
        lines = [f'{day} * "{words}"', *(f'  {name}: "{value}"' for name, value in metadata.items())]
        lines += [f"  {self._books.names[p.account]}  {said(p.amount)}" for p in postings]
        return "\n".join(lines) + "\n\n"


class Csv:
    """One posting per line, for spreadsheets: nothing in it is taken for a formula."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def head(self) -> Iterator[str]:
        yield _row(COLUMNS)

    def opening(self, day: date, balances: Balances) -> Iterator[str]:
        for line, posting in enumerate(balances, 1):
            yield self._posting(day, "", "opening balances", line, posting, "")

    def entry(self, entry: JournalEntry) -> str:
        at = self._books.local(entry.occurred_at)
        receipts = " ".join(entry.receipts)
        return "".join(
            self._posting(at.date(), f"{at:%H:%M:%S}", safe(entry.key), line, posting, receipts)
            for line, posting in enumerate(entry.postings, 1)
        )

    def closing(self, day: date, balances: Balances) -> Iterator[str]:
        yield from ()

    def _posting(self, day: date, time: str, key: str, line: int, posting: Posting, receipts: str) -> str:
        amount, currency = said(posting.amount).split(" ")
        words = [str(day), time, key, str(line), self._books.names[posting.account], posting.account]
        return _row([*map(harmless, words), amount, currency, harmless(receipts)])


FORMATS: Final[dict[str, type[Hledger] | type[Beancount] | type[Csv]]] = {
    "hledger": Hledger,
    "beancount": Beancount,
    "csv": Csv,
}


def said(amount: Money) -> str:
    """`-10.00 CNY`, `500 JPY`: a point, no grouping, no language's marks."""
    decimals = DECIMALS[amount.currency]
    whole, part = divmod(abs(amount.minor), 10**decimals)
    number = f"{whole}.{part:0{decimals}}" if decimals else str(whole)
    return f"{'-' if amount.minor < 0 else ''}{number} {amount.currency}"


def safe(text: str) -> str:
    """Without anything that these formats read as their own: all but letters, digits and :._- as %XX."""
    return quote(text, safe=":._-")


def title(key: str) -> str:
    """What an entry is, from its key: `payment stripe`."""
    return safe(" ".join(key.split(":")[:2]).replace("%", "")).replace("%20", " ")


def harmless(cell: str) -> str:
    """Text that no spreadsheet takes for a formula. Source: owasp.org/www-community/attacks/CSV_Injection"""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")) else cell


def _row(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
