"""`ledger verify`: questions to the books that must all come back empty."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Select, String, and_, cast, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import accounts, chats, entries, postings, posts, projects, slots, supporters, tallies, tips

MOST_FINDINGS: Final = 100
Progress = Callable[[int, int], None]
FIRST: Final = UUID(int=0)  # no entry's id comes before it


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not agree: which check, about what, and the two figures in minor units (or a count)."""

    check: str
    subject: str
    expected_minor: int
    found_minor: int


def checks() -> dict[str, Select[Any]]:
    """Name → a query of rows (subject, expected, found) that disagree."""
    return {
        "an entry sums to zero per currency": _entries_balance(),
        "an entry has postings": _entries_have_postings(),
        "a balance is the sum of its postings": _balances(),
        "a paid tip is in one entry that exists": _tips_have_entries(),
        "a payment's entry credits each project its tips": _entries_have_tips(),
        "a project is credited its paid tips less refunds": _credited(),
        **{f"a tally's {figure} are those of its paid tips": _tallies(figure) for figure in ("donors", "gifts")},
        "a tally's sum is that of its paid tips": _tallies("given_minor"),
        "a supporter's gifts are their paid tips": _supporters("gifts"),
        "a supporter's sum is that of their paid tips": _supporters("given_minor"),
    }


async def findings(connection: AsyncConnection, progress: Progress | None = None) -> AsyncIterator[Finding]:
    """Everything that disagrees, at most MOST_FINDINGS of each check; `progress` hears of checks done, of how many."""
    every = checks()
    for done, (name, query) in enumerate(every.items(), 1):
        for subject, expected, found in await connection.execute(query.limit(MOST_FINDINGS)):
            yield Finding(name, str(subject), int(expected or 0), int(found or 0))
        if progress is not None:
            progress(done, len(every))


async def recent_findings(connection: AsyncConnection, since: UUID) -> AsyncIterator[Finding]:
    """What disagrees in entries with this id or a later one: each for itself, and with its tips."""
    every = {
        "an entry sums to zero per currency": _entries_balance(since),
        "an entry has postings": _entries_have_postings(since),
        "a payment's entry credits each project its tips": _entries_have_tips(since),
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


# --- The journal -----------------------------------------------------------------------------------------------------


def _entries_balance(since: UUID = FIRST) -> Select[Any]:
    total = func.sum(postings.c.amount_minor)
    per_entry = select(postings.c.entry_id, total.label("total")).where(postings.c.entry_id >= since)
    per_entry = per_entry.group_by(postings.c.entry_id, postings.c.currency)
    unbalanced = per_entry.having(total != 0).subquery()
    return select(entries.c.key, literal(0), unbalanced.c.total).join(unbalanced, unbalanced.c.entry_id == entries.c.id)


def _entries_have_postings(since: UUID = FIRST) -> Select[Any]:
    lines = select(postings.c.entry_id).where(postings.c.entry_id == entries.c.id).exists()
    return select(entries.c.key, literal(2), literal(0)).where(~lines, entries.c.id >= since)


def _balances() -> Select[Any]:
    total = func.coalesce(func.sum(postings.c.amount_minor), 0)
    same = and_(postings.c.account_id == accounts.c.id, postings.c.currency == accounts.c.currency)
    return (
        select(accounts.c.name, total, accounts.c.balance_minor)
        .outerjoin(postings, same)
        .group_by(accounts.c.id, accounts.c.name, accounts.c.balance_minor)
        .having(total != accounts.c.balance_minor)
    )


# --- The journal and the tips ----------------------------------------------------------------------------------------


def _tips_have_entries() -> Select[Any]:
    missing = or_(tips.c.entry_key.is_(None), entries.c.id.is_(None))
    return (
        select(tips.c.receipt_code, tips.c.amount_minor, literal(0))
        .outerjoin(entries, entries.c.key == tips.c.entry_key)
        .where(tips.c.state.in_(("paid", "refunded")), missing)
    )


def _entries_have_tips(since: UUID = FIRST) -> Select[Any]:
    """Per entry, project and currency, so that two projects' money in one entry can't be swapped."""
    project = _bare(cast(tips.c.project_id, String)).label("project")
    paid = (
        select(entries.c.key, project, tips.c.currency, tips.c.amount_minor.label("paid"), literal(0).label("credited"))
        .join(tips, tips.c.entry_key == entries.c.key)
        .where(entries.c.key.like("payment:%"), entries.c.id >= since)
    )
    credited = (
        select(entries.c.key, _bare(accounts.c.name), postings.c.currency, literal(0), -postings.c.amount_minor)
        .join(postings, postings.c.entry_id == entries.c.id)
        .join(accounts, accounts.c.id == postings.c.account_id)
        .where(entries.c.key.like("payment:%"), accounts.c.name.like("project:%:credited"), entries.c.id >= since)
    )
    both = union_all(paid, credited).subquery()
    expected, found = func.sum(both.c.paid), func.sum(both.c.credited)
    by = both.c.key, both.c.project, both.c.currency
    return select(both.c.key, expected, found).group_by(*by).having(expected != found)


def _bare(name: ColumnElement[Any]) -> ColumnElement[Any]:
    """A project's UUID, from itself or from its account's name: SQLite keeps it as 32 hex digits, without hyphens."""
    for part in ("project:", ":credited", "-"):
        name = func.replace(name, part, "")
    return name


def _credited() -> Select[Any]:
    total = func.sum(tips.c.amount_minor).label("total")
    paid = select(tips.c.project_id, tips.c.currency, total).where(tips.c.state == "paid")
    given = paid.group_by(tips.c.project_id, tips.c.currency).subquery()
    account = select(
        _bare(accounts.c.name).label("project"), (-accounts.c.balance_minor).label("total"), accounts.c.currency
    )
    booked = account.where(accounts.c.name.like("project:%:credited")).subquery()
    same = and_(_bare(cast(projects.c.id, String)) == booked.c.project, booked.c.currency == projects.c.currency)
    expected, found = func.coalesce(given.c.total, 0), func.coalesce(booked.c.total, 0)
    return (
        select(projects.c.slug, expected, found)
        .outerjoin(given, and_(given.c.project_id == projects.c.id, given.c.currency == projects.c.currency))
        .outerjoin(booked, same)
        .where(expected != found)
    )


# --- What is derived from the tips -----------------------------------------------------------------------------------


def _tallies(figure: str) -> Select[Any]:
    """One figure of each project, post, chat and slot against its paid tips, whichever of the two is there."""
    parts = []
    for column in (tips.c.project_id, tips.c.post_id, tips.c.chat_id, tips.c.slot_id):
        count = {
            "donors": func.count(tips.c.donor_id.distinct()),
            "gifts": func.count(),
            "given_minor": func.sum(tips.c.amount_minor),
        }[figure]
        subject = (column.label("subject"), tips.c.currency.label("currency"))
        paid = select(*subject, count.label("expected"), literal(0).label("found"))
        parts.append(paid.where(tips.c.state == "paid", column.is_not(None)).group_by(column, tips.c.currency))
    kept = select(tallies.c.subject_id, tallies.c.currency, literal(0), tallies.c[figure])
    return _disagreeing(union_all(*parts, kept).subquery())


def _supporters(figure: str) -> Select[Any]:
    """One figure of each donor of each project, post, chat and slot against that donor's paid tips."""
    count = func.count() if figure == "gifts" else func.sum(tips.c.amount_minor)
    parts = []
    for column in (tips.c.project_id, tips.c.post_id, tips.c.chat_id, tips.c.slot_id):
        subject = (column.label("subject"), tips.c.currency.label("currency"), tips.c.donor_id.label("donor"))
        paid = select(*subject, count.label("expected"), literal(0).label("found"))
        paid = paid.where(tips.c.state == "paid", column.is_not(None))
        parts.append(paid.group_by(column, tips.c.currency, tips.c.donor_id))
    kept = select(
        supporters.c.subject_id, supporters.c.currency, supporters.c.donor_id, literal(0), supporters.c[figure]
    )
    return _disagreeing(union_all(*parts, kept).subquery(), "donor")


def _disagreeing(both: FromClause, *more: str) -> Select[Any]:
    """Rows of `expected` and of `found`, added up per subject: those whose sums differ, by a name to find them by."""
    expected, found = func.sum(both.c.expected).label("expected"), func.sum(both.c.found).label("found")
    keys = [both.c.subject, both.c.currency, *(both.c[name] for name in more)]
    wrong = select(both.c.subject, expected, found).group_by(*keys).having(expected != found).subquery()
    post = cast(posts.c.message_id, String).concat(" in ").concat(_in.c.title)
    name = func.coalesce(projects.c.slug, chats.c.title, post, slots.c.slug, cast(wrong.c.subject, String))
    return (
        select(name, wrong.c.expected, wrong.c.found)
        .outerjoin(projects, projects.c.id == wrong.c.subject)
        .outerjoin(chats, chats.c.id == wrong.c.subject)
        .outerjoin(posts, posts.c.id == wrong.c.subject)
        .outerjoin(_in, _in.c.id == posts.c.chat_id)
        .outerjoin(slots, slots.c.id == wrong.c.subject)
    )


_in: Final = chats.alias()
