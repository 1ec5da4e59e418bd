"""What is asked of the books, under which names, and what disagrees."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import accounts, entries, postings, tips
from storage.verify.derived import supporters_of, tallies_of
from storage.verify.journal import balances, entries_balance, entries_have_postings, paid_out, turned_back
from storage.verify.of_pools import (
    committed,
    matched,
    never_over,
    of_paid_gifts,
    parts_add_up,
    sponsors_owe,
    under_donor_cap,
    under_project_cap,
    used,
)
from storage.verify.of_tips import converted, credited, entries_have_tips, tips_have_entries

MOST_FINDINGS: Final = 100
TALLY_SUM: Final = "a tally's sum is that of its paid tips"
SUPPORTER: Final = ("a supporter's gifts are their paid tips", "a supporter's sum is that of their paid tips")
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not agree: which check, about what, and the two figures in minor units (or a count)."""

    check: str
    subject: str
    expected_minor: int
    found_minor: int


@cache  # they never change, and take as long to build as to ask of a small database
def checks() -> Mapping[tuple[str, ...], Select[Any]]:
    """Names → a query of rows that disagree: the subject, then for each name what was expected and what was found."""
    one = {
        "an entry sums to zero per currency": entries_balance(),
        "an entry has postings": entries_have_postings(),
        "a balance is the sum of its postings": balances(),
        "a paid tip is in one entry that exists": tips_have_entries(),
        "a payment's entry credits each project its tips": entries_have_tips(),
        "a project is credited its paid tips less refunds": credited(),
        "the operator's bank has what payouts brought": paid_out(),
        "a payout that failed is turned back whole": turned_back(),
        "no more of a tip is converted than there is": converted(),
        "a pool used what stands of its matches": used(),
        "no pool is overdrawn": never_over(),
        "a project gets no more of a pool than its cap": under_project_cap(),
        "a donor's day gets no more of a pool than its cap": under_donor_cap(),
        "a pool's windows add up to it": parts_add_up(),
        "a match stands for what is kept of its gift": of_paid_gifts(),
        "a pool's account holds what is left of it": committed(),
        "a project is credited what pools added": matched(),
        "sponsors owe what they committed and have not paid": sponsors_owe(),
    }
    of_tallies = (*(f"a tally's {each} are those of its paid tips" for each in ("donors", "gifts")), TALLY_SUM)
    every = {(name,): query for name, query in one.items()} | {of_tallies: tallies_of(), SUPPORTER: supporters_of()}
    return {names: query.limit(MOST_FINDINGS) for names, query in every.items()}


async def findings(connection: AsyncConnection, progress: Progress | None = None) -> AsyncIterator[Finding]:
    """Everything that disagrees, at most MOST_FINDINGS of each check; `progress` hears of checks done, of how many."""
    every = checks()
    for done, (names, query) in enumerate(every.items(), 1):
        for subject, *figures in await connection.execute(query):
            for name, expected, found in zip(names, figures[::2], figures[1::2], strict=True):
                if expected != found or len(names) == 1:
                    yield Finding(name, str(subject), int(expected or 0), int(found or 0))
        if progress is not None:
            progress(done, len(every))


async def recent_findings(connection: AsyncConnection, since: UUID) -> AsyncIterator[Finding]:
    """What disagrees in entries with this id or a later one: each for itself, and with its tips."""
    every = {
        "an entry sums to zero per currency": entries_balance(since),
        "an entry has postings": entries_have_postings(since),
        "a payment's entry credits each project its tips": entries_have_tips(since),
    }
    for name, query in every.items():
        for subject, expected, found in await connection.execute(query.limit(MOST_FINDINGS)):
            yield Finding(name, str(subject), int(expected or 0), int(found or 0))


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """How much was looked at."""
    tables = {"entries": entries, "postings": postings, "accounts": accounts, "tips": tips}
    return {
        name: int(await connection.scalar(select(func.count()).select_from(table)) or 0)
        for name, table in tables.items()
    }
