"""The journal and the tips: what was paid stands in an entry, and what was credited was paid."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, case, cast, func, literal, or_, select, union_all

from storage.tables import accounts, conversions, entries, postings, projects, tips
from storage.verify.journal import FIRST

KEPT: Final = tips.c.amount_minor - tips.c.refunded_minor
# What a conversion takes off in the one currency, and adds in the other.
TURNED: Final = (
    (tips.c.currency, -conversions.c.sold_minor),
    (conversions.c.currency, conversions.c.bought_minor),
)


def tips_have_entries() -> Select[Any]:
    """Tips that are paid, or were, and name no entry, or none there is."""
    missing = or_(tips.c.entry_key.is_(None), entries.c.id.is_(None))
    return (
        select(tips.c.receipt_code, tips.c.amount_minor, literal(0))
        .outerjoin(entries, entries.c.key == tips.c.entry_key)
        .where(tips.c.state.in_(("paid", "refunded")), missing)
    )


def entries_have_tips(since: UUID = FIRST) -> Select[Any]:
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


def credited() -> Select[Any]:
    """Per project and currency: what tips gave, less what was turned into another currency, and what it came to."""
    zero = literal(0)
    paid = select(_project(), tips.c.currency, KEPT.label("paid"), zero.label("booked")).where(tips.c.state == "paid")
    turned = [
        select(_project(), money, figure, zero).join(conversions, conversions.c.tip_id == tips.c.id)
        for money, figure in TURNED
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


def converted() -> Select[Any]:
    """Per tip: no more than what is left of it, and nothing less than nothing."""
    total = func.sum(conversions.c.sold_minor)
    kept = case((tips.c.state == "paid", KEPT), else_=0)
    each = select(tips.c.receipt_code, kept, total).join(conversions, conversions.c.tip_id == tips.c.id)
    return each.group_by(tips.c.id).having(or_(total > kept, total < 0))
