"""`ledger export`: the books for other programs, written piece by piece from one moment's view."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from giving.accounts import Account
from giving.ledger import Posting
from giving.money import Money
from services.export_formats import FORMATS, Books, Format
from services.export_names import legal_names
from storage.export import ExportStore, Span
from storage.work import UnitOfWork

Write = Callable[[str], None]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of the operator's clock, both included; None: from the first entry, to the last."""

    first: date | None = None
    last: date | None = None

    def span(self, zone: ZoneInfo) -> Span:
        """The same as moments."""
        since = datetime.combine(self.first, time(), zone) if self.first else None
        until = datetime.combine(self.last + timedelta(days=1), time(), zone) if self.last else None
        return Span(since, until)


@dataclass(frozen=True, slots=True)
class Exported:
    """How much was written."""

    entries: int
    postings: int


class ExportService:
    """Reads only, in constant memory."""

    def __init__(self, unit: UnitOfWork, *, zone: ZoneInfo) -> None:
        """Read through this unit of work; days are those of `zone`."""
        self._unit, self._zone = unit, zone

    async def run(self, kind: str, period: Period, write: Write, progress: Progress) -> Exported:
        """Write the books as `kind` (a name of FORMATS), telling `progress` (done, of how many) now and then.

        With `period.first`, the file begins with what each account held before that day: entries sum to zero, so those
        balances do too, and the file balances by itself. It ends with what the accounts must hold at its end.
        Raises: what `write` raises.
        """
        span = period.span(self._zone)
        async with self._unit.snapshot() as work:
            store = work.export
            stored = {(name, amount.currency): amount.minor for name, amount in await work.ledger.balances()}
            sums = defaultdict(int, await store.sums(Span(until=span.since)) if span.since else {})
            books, last_day, count = await self._books(store, stored, period, span)
            form = FORMATS[kind](books)
            _write_all(write, form.head())
            if period.first and (opening := _postings(sums)):
                _write_all(write, form.opening(period.first, opening))
            done = await _write_entries(store, span, form, write, lambda n: progress(n, count), sums)
            # Without an end these are the balances we keep, not the sums of what was written: the reader compares them.
            closing = _postings(stored if span.until is None else sums, zeros=True)
            _write_all(write, form.closing(last_day, closing))
        return done

    async def _books(
        self, store: ExportStore, stored: Mapping[tuple[str, str], int], period: Period, span: Span
    ) -> tuple[Books, date, int]:
        """With the last day there is, and how many entries."""
        extent = await store.extent(span)
        days = [at.astimezone(self._zone).date() for at in (extent.first_at, extent.last_at) if at]
        days += [day for day in (period.first,) if day]
        names = legal_names((name for name, _ in stored), await store.slugs())
        begins = min(days, default=date(1970, 1, 1))
        books = Books(names, sorted(stored), self._zone, begins)
        return books, period.last or max(days, default=begins), extent.entries


async def _write_entries(
    store: ExportStore,
    span: Span,
    form: Format,
    write: Write,
    progress: Callable[[int], None],
    sums: dict[tuple[str, str], int],
) -> Exported:
    entries = postings = 0
    async for entry in store.entries(span):
        write(form.entry(entry))
        entries += 1
        postings += len(entry.postings)
        for posting in entry.postings:
            sums[posting.account, posting.amount.currency] += posting.amount.minor
        progress(entries)
    return Exported(entries, postings)


def _postings(sums: Mapping[tuple[str, str], int], *, zeros: bool = False) -> list[Posting]:
    return [
        Posting(Account(name), Money(minor, currency))
        for (name, currency), minor in sorted(sums.items())
        if minor or zeros
    ]


def _write_all(write: Write, pieces: Iterable[str]) -> None:
    for piece in pieces:
        write(piece)
