"""Pools: what they added is what stands of matches of paid gifts, the books say the same, and none is overdrawn."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)

from storage.tables import accounts, matches, pool_projects, pool_windows, pools, projects, tips
from storage.verify.of_tips import KEPT

_STANDS = case((matches.c.state == "matched", matches.c.amount_minor - matches.c.back_minor), else_=0)


def used() -> Select[Any]:
    """Per pool: what it says it used, its windows' sums, and what stands of matches with what was shared."""
    by_match = _sum(matches.c.pool_id, _STANDS)
    by_share = _sum(pool_projects.c.pool_id, pool_projects.c.shared_minor)
    by_window = _sum(pool_windows.c.pool_id, pool_windows.c.used_minor)
    there = func.coalesce(by_match.c.total, 0) + func.coalesce(by_share.c.total, 0)
    of_windows = func.coalesce(by_window.c.total, 0)
    wrong = or_(there != pools.c.used_minor, of_windows != pools.c.used_minor)
    found = case((there != pools.c.used_minor, pools.c.used_minor), else_=of_windows)
    return (
        select(cast(pools.c.id, String), there, found)
        .outerjoin(by_match, by_match.c.pool == pools.c.id)
        .outerjoin(by_share, by_share.c.pool == pools.c.id)
        .outerjoin(by_window, by_window.c.pool == pools.c.id)
        .where(wrong)
    )


def never_over() -> Select[Any]:
    """Per pool: no more is used and returned than was committed, and of a draft nothing."""
    gone = pools.c.used_minor + pools.c.returned_minor
    over = or_(gone > pools.c.committed_minor, pools.c.used_minor < 0, and_(pools.c.signed_at.is_(None), gone != 0))
    return select(cast(pools.c.id, String), pools.c.committed_minor, gone).where(over)


def under_project_cap() -> Select[Any]:
    """Per pool and project: no more is added than its cap for a project."""
    cap, added = _cap("project"), pool_projects.c.matched_minor + pool_projects.c.shared_minor
    return (
        select(_of_pool(projects.c.slug), cap, added)
        .join(pool_projects, pool_projects.c.pool_id == pools.c.id)
        .join(projects, projects.c.id == pool_projects.c.project_id)
        .where(added > cap)
    )


def under_donor_cap() -> Select[Any]:
    """Per pool, donor and day: no more is added than its cap for one donor on one day."""
    cap, added = _cap("donor_day"), func.sum(_STANDS)
    day = matches.c.pool_id, matches.c.donor_id, matches.c.local_day
    capped = matches.c.pool_id.in_(select(pools.c.id).where(cap.is_not(None)))
    of_days = select(*day, added.label("added")).where(capped).group_by(*day).subquery()
    return (
        select(_of_pool(of_days.c.local_day), cap, of_days.c.added)
        .join(of_days, of_days.c.pool_id == pools.c.id)
        .where(of_days.c.added > cap)
    )


def parts_add_up() -> Select[Any]:
    """Per pool: its windows' parts are what was committed, and what went back of them what went back of it."""
    part, back = (
        _sum(pool_windows.c.pool_id, pool_windows.c.part_minor),
        _sum(pool_windows.c.pool_id, pool_windows.c.returned_minor),
    )
    return (
        select(cast(pools.c.id, String), pools.c.committed_minor - pools.c.returned_minor, part.c.total - back.c.total)
        .join(part, part.c.pool == pools.c.id)
        .join(back, back.c.pool == pools.c.id)
        .where(or_(part.c.total != pools.c.committed_minor, back.c.total != pools.c.returned_minor))
    )


def of_paid_gifts() -> Select[Any]:
    """Per match: it stands for what is kept of its gift, in proportion, and not for what went back."""
    kept = case((tips.c.state == "paid", KEPT), else_=0)
    most = matches.c.amount_minor * kept
    return (
        select(tips.c.receipt_code, most / matches.c.gift_minor, _STANDS)
        .join(tips, tips.c.id == matches.c.tip_id)
        .where(_STANDS > 0, _STANDS * matches.c.gift_minor > most, _STANDS > 0)
    )


def committed() -> Select[Any]:
    """Per pool: the books hold for it what is left of it."""
    left = case(
        (pools.c.signed_at.is_(None), 0), else_=pools.c.committed_minor - pools.c.used_minor - pools.c.returned_minor
    )
    said = select(_bare(cast(pools.c.id, String)).label("pool"), left.label("left"), literal(0).label("booked"))
    booked = select(_bare(accounts.c.name), literal(0), -accounts.c.balance_minor)
    both = union_all(said, booked.where(accounts.c.name.like("pool:%:committed"))).subquery()
    expected, found = func.sum(both.c.left), func.sum(both.c.booked)
    return select(both.c.pool, expected, found).group_by(both.c.pool).having(expected != found)


def matched() -> Select[Any]:
    """Per project: the books credit it what stands of matches and was shared, and so do its own sums."""
    project = _bare(cast(matches.c.project_id, String)).label("project")
    zero = literal(0)
    stands = select(project, matches.c.currency, _STANDS.label("stands"), zero.label("kept"), zero.label("booked"))
    shared = select(
        _bare(cast(pool_projects.c.project_id, String)), pools.c.currency, pool_projects.c.shared_minor,
        pool_projects.c.matched_minor + pool_projects.c.shared_minor, zero,
    ).join(pools, pools.c.id == pool_projects.c.pool_id)  # fmt: skip
    booked = select(_bare(accounts.c.name), accounts.c.currency, zero, zero, -accounts.c.balance_minor)
    both = union_all(stands, shared, booked.where(accounts.c.name.like("project:%:matched"))).subquery()
    expected, kept, found = func.sum(both.c.stands), func.sum(both.c.kept), func.sum(both.c.booked)
    shown = case((expected != found, found), else_=kept)
    wrong = select(both.c.project, expected.label("expected"), shown.label("found"))
    wrong = wrong.group_by(both.c.project, both.c.currency).having(or_(expected != found, expected != kept))
    differing = wrong.subquery()
    named = func.coalesce(projects.c.slug, differing.c.project)
    return select(named, differing.c.expected, differing.c.found).outerjoin(
        projects, differing.c.project == _bare(cast(projects.c.id, String))
    )


def sponsors_owe() -> Select[Any]:
    """Over all pools and currencies: sponsors owe what they committed, less what went back and what they paid."""
    owed = pools.c.committed_minor - pools.c.returned_minor - pools.c.paid_minor
    said = select(pools.c.currency, owed.label("owed"), literal(0).label("booked")).where(
        pools.c.signed_at.is_not(None)
    )
    booked = select(accounts.c.currency, literal(0), accounts.c.balance_minor)
    both = union_all(said, booked.where(accounts.c.name.like("sponsor:%:receivable"))).subquery()
    expected, found = func.sum(both.c.owed), func.sum(both.c.booked)
    return select(both.c.currency, expected, found).group_by(both.c.currency).having(expected != found)


def _cap(name: str) -> ColumnElement[Any]:
    """A cap of a pool in minor units; NULL where it has none."""
    return cast(pools.c.caps[name].as_string(), BigInteger)


def _of_pool(subject: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(pools.c.id, String) + literal(", ") + subject


def _sum(pool: ColumnElement[Any], figure: ColumnElement[Any]) -> Any:
    return select(pool.label("pool"), func.sum(figure).label("total")).group_by(pool).subquery()


def _bare(name: ColumnElement[Any]) -> ColumnElement[Any]:
    """A UUID, from itself or from an account's name: SQLite keeps it as 32 hex digits, without hyphens."""
    for part in ("pool:", ":committed", "project:", ":matched", "-"):
        name = func.replace(name, part, "")
    return name
