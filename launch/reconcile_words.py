"""What `reconcile` says: lines for people, rows for a spreadsheet; each difference with what to do about it."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import time
from typing import Final
from zoneinfo import ZoneInfo

from giving.money import Money
from giving.payments import EventKind
from giving.reconcile import Difference, What
from services.export_formats import harmless, said
from services.reconcile import Report

COLUMNS: Final = (
    "rail", "difference", "kind", "their id", "time", "their amount", "their currency", "our amount", "our currency",
    "their kind", "entry", "other entry", "our payment", "their account", "what to do",
)  # fmt: skip
KINDS: Final = {
    EventKind.PAID: "payment",
    EventKind.REFUNDED: "refund",
    EventKind.REFUND_FAILED: "failed refund",
    EventKind.FEE: "fee",
    EventKind.DISPUTED: "dispute",
    EventKind.DISPUTE_WON: "dispute we won",
    EventKind.DISPUTE_LOST: "dispute we lost",
    EventKind.TRANSFERRED: "transfer",
    EventKind.PAYOUT: "payout",
    EventKind.PAYOUT_FAILED: "failed payout",
}
TITLES: Final = {
    What.MISSING_IN_BOOKS: "not in our books",
    What.MISSING_AT_PROVIDER: "not at the provider",
    What.AMOUNT: "the amount differs",
    What.CURRENCY: "the currency differs",
    What.KIND: "the kind differs",
    What.TWICE: "booked twice",
}
TO_DO: Final = {
    What.MISSING_IN_BOOKS: "look at it in the provider's dashboard: an event that did not arrive is sent again from "
    "there and then booked by itself; if it names no payment of ours, it was not made by Yizan",
    What.MISSING_AT_PROVIDER: "look for its id in the provider's dashboard, also on the days around it; if it is not "
    "there, the books say more than was received: pay nothing out on it, and take it back by `ledger reverse` (a gift "
    "by a refund)",
    What.AMOUNT: "look in the provider's dashboard which side is wrong, and note it; the entry is never changed, and "
    "until it is cleared up only the lesser amount is sure",
    What.CURRENCY: "look in the provider's dashboard whether it was converted, and note it; the entry is never changed",
    What.KIND: "look in the provider's dashboard what it was, before anything is paid out on it",
    What.TWICE: "the provider has one of the two: note it, and pay nothing out on the one named first",
}


def lines(report: Report, zone: ZoneInfo) -> Iterator[str]:
    """For people: what was compared, what differs, and what to do."""
    first = report.window.since.astimezone(zone)
    last = (report.window.until - report.window.until.resolution).astimezone(zone)
    whole = report.window.until.astimezone(zone).time() == time()
    yield f"{report.rail}: {first:%Y-%m-%d} to {last:{'%Y-%m-%d' if whole else '%Y-%m-%d %H:%M'}}, days in {zone}"
    for agreed in report.agreed:
        yield f"  agree: {_counted(agreed.count, KINDS[agreed.kind])}, {said(agreed.total)}"
    if not report.agreed:
        yield "  nothing that agrees: " + ("look below" if report.found else "neither side has anything")
    for difference in report.differences:
        yield f"  DIFFERS: {_line(difference, zone)}"
        yield f"    to do: {TO_DO[difference.what]}"
    if (more := report.found - len(report.differences)) > 0:
        yield f"  … and {more:,} more differences"
    if report.young:
        yield f"  {report.young:,} too new to be judged (only one side has them yet): compare again later"
    yield f"  {_counted(report.found, 'difference')}" if report.found else "  no difference"


def _line(difference: Difference, zone: ZoneInfo) -> str:
    at = f"{difference.at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    words = f"{TITLES[difference.what]}: {KINDS[difference.kind]} {difference.their_id} of {at}"
    sides = [f"the provider says {_amount(difference)}" if difference.theirs is not None else ""]
    sides.append(f"our books say {said(difference.ours)}" if difference.ours is not None else "")
    also = [f"also booked as {difference.other_key}"] if difference.other_key else []
    return "; ".join([words, *(side for side in sides if side), f"entry {difference.key}", *also])


def _amount(difference: Difference) -> str:
    theirs = said(difference.theirs) if difference.theirs is not None else ""
    return f"{KINDS[difference.their_kind]}, {theirs}" if difference.their_kind is not None else theirs


def _counted(count: int, what: str) -> str:
    noun, space, rest = what.partition(" we ")  # "2 disputes we won"
    return f"{count:,} {what}" if count == 1 else f"{count:,} {noun}s{space}{rest}"


def rows(reports: Sequence[Report], zone: ZoneInfo) -> Iterator[str]:
    """As CSV, the columns first; text that a spreadsheet would take for a formula is marked."""
    yield _row(COLUMNS)
    for report in reports:
        for difference in report.differences:
            theirs, ours = _split(difference.theirs), _split(difference.ours)
            text = [
                difference.rail, TITLES[difference.what], KINDS[difference.kind], difference.their_id,
                difference.at.astimezone(zone).isoformat(sep=" ", timespec="seconds"),
            ]  # fmt: skip
            rest = [
                KINDS[difference.their_kind] if difference.their_kind else "", difference.key,
                difference.other_key or "", str(difference.reference or ""), difference.account or "",
                TO_DO[difference.what],
            ]  # fmt: skip
            yield _row([*map(harmless, text), *theirs, *ours, *map(harmless, rest)])


def _split(amount: Money | None) -> tuple[str, str]:
    if amount is None:
        return "", ""
    number, _, currency = said(amount).partition(" ")
    return number, currency


def _row(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
