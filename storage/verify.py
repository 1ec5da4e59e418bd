"""`ledger verify`: questions to the books that must all come back empty."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    String,
    Table,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import (
    accounts,
    chats,
    conversions,
    entries,
    postings,
    posts,
    projects,
    slots,
    supporters,
    tallies,
    tips,
)

MOST_FINDINGS: Final = 100
TALLY_SUM: Final = "a tally's sum is that of its paid tips"
SUPPORTER: Final = ("a supporter's gifts are their paid tips", "a supporter's sum is that of their paid tips")
Progress = Callable[[int, int], None]
_KEPT: Final = tips.c.amount_minor - tips.c.refunded_minor
# What a conversion takes off in the one currency, and adds in the other.
_TURNED: Final = (
    (tips.c.currency, -conversions.c.sold_minor),
    (conversions.c.currency, conversions.c.bought_minor),
)
FIRST: Final = UUID(int=0)  # no entry's id comes before it


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not agree: which check, about what, and the two figures in minor units (or a count)."""

    check: str
    subject: str
    expected_minor: int
    found_minor: int


def checks() -> dict[tuple[str, ...], Select[Any]]:
    """Names → a query of rows that disagree: the subject, then for each name what was expected and what was found."""
    one = {
        "an entry sums to zero per currency": _entries_balance(),
        "an entry has postings": _entries_have_postings(),
        "a balance is the sum of its postings": _balances(),
        "a paid tip is in one entry that exists": _tips_have_entries(),
        "a payment's entry credits each project its tips": _entries_have_tips(),
        "a project is credited its paid tips less refunds": _credited(),
        "the operator's bank has what payouts brought": _paid_out(),
        "a payout that failed is turned back whole": _turned_back(),
        "no more of a tip is converted than there is": _converted(),
    }
    of_tallies = (*(f"a tally's {each} are those of its paid tips" for each in ("donors", "gifts")), TALLY_SUM)
    return {(name,): query for name, query in one.items()} | {of_tallies: _tallies(), SUPPORTER: _supporters()}


async def findings(connection: AsyncConnection, progress: Progress | None = None) -> AsyncIterator[Finding]:
    """Everything that disagrees, at most MOST_FINDINGS of each check; `progress` hears of checks done, of how many."""
    every = checks()
    for done, (names, query) in enumerate(every.items(), 1):
        for subject, *figures in await connection.execute(query.limit(MOST_FINDINGS)):
            for name, expected, found in zip(names, figures[::2], figures[1::2], strict=True):
                if expected != found or len(names) == 1:
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


def _paid_out() -> Select[Any]:
    """Nothing but a provider's payout, or its failing, moves money to or from the operator's bank."""
    total = func.sum(postings.c.amount_minor)
    return (
        select(entries.c.key, literal(0), total)
        .join(postings, postings.c.entry_id == entries.c.id)
        .join(accounts, accounts.c.id == postings.c.account_id)
        .where(accounts.c.name.like("operator:received:%"), ~entries.c.key.like("payout:%"))
        .group_by(entries.c.key)
    )


def _turned_back() -> Select[Any]:
    """What a failed payout brought, and what was sent: the one is the other, the other way."""
    moved = (
        select(entries.c.key, postings.c.currency, func.sum(postings.c.amount_minor).label("total"))
        .join(postings, postings.c.entry_id == entries.c.id)
        .join(accounts, accounts.c.id == postings.c.account_id)
        .where(accounts.c.name.like("operator:received:%"), entries.c.key.like("payout:%"))
        .group_by(entries.c.key, postings.c.currency)
    )
    failed, sent = moved.subquery(), moved.subquery()
    same = and_(
        sent.c.key == func.replace(failed.c.key, ":failed", ":sent"), sent.c.currency == failed.c.currency
    )  # fmt: skip
    expected = -func.coalesce(sent.c.total, 0)
    return (
        select(failed.c.key, expected, failed.c.total)
        .outerjoin(sent, same)
        .where(failed.c.key.like("%:failed"), expected != failed.c.total)
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
    """Per project and currency: what tips gave, less what was turned into another currency, and what it came to."""
    zero = literal(0)
    paid = select(_project(), tips.c.currency, _KEPT.label("paid"), zero.label("booked")).where(tips.c.state == "paid")
    turned = [
        select(_project(), money, figure, zero).join(conversions, conversions.c.tip_id == tips.c.id)
        for money, figure in _TURNED
    ]
    booked = select(_bare(accounts.c.name), accounts.c.currency, zero, -accounts.c.balance_minor)
    of_projects = booked.where(accounts.c.name.like("project:%:credited"))
    both = union_all(paid, *turned, of_projects).subquery()
    expected, found = func.sum(both.c.paid), func.sum(both.c.booked)
    wrong = select(both.c.project, expected.label("expected"), found.label("found"))
    wrong = wrong.group_by(both.c.project, both.c.currency).having(expected != found)
    differing = wrong.subquery()
    return select(projects.c.slug, differing.c.expected, differing.c.found).join(
        differing, differing.c.project == _bare(cast(projects.c.id, String))
    )


def _project() -> ColumnElement[Any]:
    """The project of a tip, as it stands in the name of its account."""
    return _bare(cast(tips.c.project_id, String)).label("project")


def _converted() -> Select[Any]:
    total = func.sum(conversions.c.sold_minor)
    kept = case((tips.c.state == "paid", _KEPT), else_=0)
    each = select(tips.c.receipt_code, kept, total).join(conversions, conversions.c.tip_id == tips.c.id)
    return each.group_by(tips.c.id).having(or_(total > kept, total < 0))


# --- What is derived from the tips -----------------------------------------------------------------------------------


def _tallies() -> Select[Any]:
    """Each project, post, chat and slot against its paid tips, whichever is there: one walk for all figures."""
    figures = {
        "donors": func.count(tips.c.donor_id.distinct()),
        "gifts": func.count(),
        "given_minor": func.sum(_KEPT),
    }
    subject = [tallies.c.subject_id, tallies.c.currency]
    turned = {"donors": literal(0), "gifts": literal(0)}
    return _disagreeing(_both(figures, [], select(*subject, *_pairs(figures, kept=tallies)), turned), figures)


def _supporters() -> Select[Any]:
    """Each donor of each project, post, chat and slot against that donor's paid tips."""
    figures = {"gifts": func.count(), "given_minor": func.sum(_KEPT)}
    subject = [supporters.c.subject_id, supporters.c.currency, supporters.c.donor_id]
    kept = select(*subject, *_pairs(figures, kept=supporters))
    both = _both(figures, [tips.c.donor_id.label("donor")], kept, {"gifts": literal(0)})
    return _disagreeing(both, figures, "donor")


def _both(
    figures: Mapping[str, ColumnElement[Any]], more: list[ColumnElement[Any]], kept: Select[Any],
    turned: Mapping[str, ColumnElement[Any]],
) -> FromClause:  # fmt: skip
    """Rows of what the paid tips add up to, per subject of each kind, of what was turned of them, and of what is kept.

    A gift counts in the currency it was given in (`turned`); its money does in the one it was turned into.
    """
    parts = []
    for column in (tips.c.project_id, tips.c.post_id, tips.c.chat_id, tips.c.slot_id):
        subject = [column.label("subject"), tips.c.currency.label("currency"), *more]
        paid = select(*subject, *_pairs(figures)).where(tips.c.state == "paid", column.is_not(None))
        parts.append(paid.group_by(*subject))
        for money, figure in _TURNED:
            subject = [column.label("subject"), money.label("currency"), *more]
            each = select(*subject, *_pairs({**turned, "given_minor": figure}))
            parts.append(each.join(conversions, conversions.c.tip_id == tips.c.id).where(column.is_not(None)))
    return union_all(*parts, kept).subquery()


def _pairs(figures: Mapping[str, ColumnElement[Any]], kept: Table | None = None) -> list[ColumnElement[Any]]:
    """Of each figure what is expected and what is found: one of the two, by the side that this row is from."""
    nothing = literal(0)
    pairs = [(figure, nothing) if kept is None else (nothing, kept.c[name]) for name, figure in figures.items()]
    names = [(f"expected_{name}", f"found_{name}") for name in figures]
    return [
        part.label(name)
        for pair, named in zip(pairs, names, strict=True)
        for part, name in zip(pair, named, strict=True)
    ]


def _disagreeing(both: FromClause, figures: Collection[str], *more: str) -> Select[Any]:
    """The figures added up per subject: those of which one differs, by a name to find them by."""
    sums = {name: func.sum(both.c[name]) for figure in figures for name in (f"expected_{figure}", f"found_{figure}")}
    keys = [both.c.subject, both.c.currency, *(both.c[name] for name in more)]
    differ = or_(*(sums[f"expected_{figure}"] != sums[f"found_{figure}"] for figure in figures))
    columns = [total.label(name) for name, total in sums.items()]
    wrong = select(both.c.subject, *columns).group_by(*keys).having(differ).subquery()
    post = cast(posts.c.message_id, String).concat(" in ").concat(_in.c.title)
    name = func.coalesce(projects.c.slug, chats.c.title, post, slots.c.slug, cast(wrong.c.subject, String))
    return (
        select(name, *(wrong.c[each] for each in sums))
        .outerjoin(projects, projects.c.id == wrong.c.subject)
        .outerjoin(chats, chats.c.id == wrong.c.subject)
        .outerjoin(posts, posts.c.id == wrong.c.subject)
        .outerjoin(_in, _in.c.id == posts.c.chat_id)
        .outerjoin(slots, slots.c.id == wrong.c.subject)
    )


_in: Final = chats.alias()
