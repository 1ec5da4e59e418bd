"""What is counted of a giving day's gifts, and the reports that are made of it once and kept."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Row,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.day_reports import Charged, Counted, DayReport, Earlier, Figures, Hour, Minute, Part, sums_of
from giving.giving_days import DayState, GivingDay
from giving.matching import MatchState
from giving.money import Money
from giving.tips import TipState
from storage.tables import (
    accounts,
    conversions,
    day_reports,
    entries,
    giving_days,
    matches,
    payments,
    people,
    postings,
    supporters,
    tips,
)
from storage.upsert import insert_into

_KEPT = tips.c.amount_minor - tips.c.refunded_minor
_MATCHED = matches.c.state == MatchState.MATCHED
_ADDED = matches.c.amount_minor - matches.c.back_minor


class DayReportStore:
    """Rows of `day_reports`; and what they are made of, which only a `snapshot` reads as of one moment."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    # -- counting --

    async def counted(self, day: GivingDay) -> Counted:
        """Everything that was given on the day and stands. A few looks at all of its gifts."""
        return Counted(
            parts=await self._parts(day.id),
            matched=await self._matched(day.id),
            minutes=await self._minutes(day),
            amounts=await self._amounts(day),
            donors=await self._donors(paid_on(day.id)),
            donors_of=await self._donors_of(day.id),
            returning=await self._donors(paid_on(day.id) & _gave_before(day.starts_at)),
            charged=await self._charged(day.id),
        )

    async def _parts(self, day: UUID) -> list[Part]:
        its = moved(day, tips.c.project_id, tips.c.creator_id).subquery()
        by = its.c.project_id, its.c.creator_id, its.c.currency
        sums = select(*by, func.sum(its.c.gifts), func.sum(its.c.minor)).group_by(*by)
        rows = await self._connection.execute(sums)
        return [Part(project, creator, currency, int(n), int(minor)) for project, creator, currency, n, minor in rows]

    async def _matched(self, day: UUID) -> list[Part]:
        """What stands of matches; what is held for a person's word is none yet."""
        by = tips.c.project_id, tips.c.creator_id, matches.c.currency
        added = select(*by, func.sum(_ADDED)).join(tips, tips.c.id == matches.c.tip_id)
        rows = await self._connection.execute(added.where(tips.c.day_id == day, _MATCHED).group_by(*by))
        return [Part(project, creator, currency, 0, int(minor)) for project, creator, currency, minor in rows if minor]

    async def _minutes(self, day: GivingDay) -> list[Minute]:
        """By the tap; what was tapped before the day and again on it, by its payment."""
        when = case((tips.c.offered_at >= day.starts_at, tips.c.offered_at), else_=tips.c.paid_at)
        its = moved(day.id, self._minute(when).label("minute")).subquery()
        by = its.c.minute, its.c.currency
        rows = await self._connection.execute(select(*by, func.sum(its.c.gifts), func.sum(its.c.minor)).group_by(*by))
        return [Minute(_at(minute), currency, int(gifts), int(minor)) for minute, currency, gifts, minor in rows]

    def _minute(self, at: ColumnElement[Any]) -> ColumnElement[str]:
        """The minute it lies in, as `2026-11-11 09:30` (UTC)."""
        if self._connection.dialect.name == "sqlite":
            return func.substr(cast(at, String), 1, 16)
        return func.to_char(func.timezone("UTC", at), "YYYY-MM-DD HH24:MI")

    async def _amounts(self, day: GivingDay) -> dict[int, int]:
        its = paid_on(day.id) & (tips.c.currency == day.currency)
        rows = await self._connection.execute(select(_KEPT, func.count()).where(its).group_by(_KEPT))
        return {row[0]: row[1] for row in rows}

    async def _donors(self, which: ColumnElement[bool]) -> int:
        return await self._connection.scalar(select(func.count(tips.c.donor_id.distinct())).where(which)) or 0

    async def _donors_of(self, day: UUID) -> dict[UUID | None, int]:
        found: dict[UUID | None, int] = {}
        for column in (tips.c.project_id, tips.c.creator_id):
            its = select(column, func.count(tips.c.donor_id.distinct())).where(paid_on(day)).group_by(column)
            found |= {row[0]: row[1] for row in await self._connection.execute(its)}
        return found

    async def _charged(self, day: UUID) -> list[Charged]:
        """Charges that are alike are one: of gifts that went back too, since their fees did not."""
        its, all_ = tips.alias(), tips.alias()
        mine = (
            select(payments.c.id, payments.c.rail, its.c.charge, func.sum(its.c.amount_minor).label("part"))
            .join(payments, payments.c.id == its.c.payment_id)
            .where(its.c.day_id == day, its.c.state.in_((TipState.PAID, TipState.REFUNDED)))
            .group_by(payments.c.id, payments.c.rail, its.c.charge)
            .subquery()
        )
        same = and_(all_.c.payment_id == mine.c.id, all_.c.charge == mine.c.charge)
        whole = select(func.sum(all_.c.amount_minor)).where(same).correlate(mine).scalar_subquery().label("whole")
        of_fee = accounts.c.name == literal("expense:fees:") + mine.c.rail
        each = (
            select(postings.c.currency, postings.c.amount_minor.label("fee"), mine.c.part, whole)
            .join(entries, entries.c.key == literal("fee:") + mine.c.rail + literal(":") + mine.c.charge)
            .join(postings, postings.c.entry_id == entries.c.id)
            .join(accounts, and_(accounts.c.id == postings.c.account_id, of_fee))
            .subquery()
        )
        by = each.c.currency, each.c.part, each.c.whole
        rows = await self._connection.execute(select(*by, func.sum(each.c.fee)).group_by(*by))
        return [Charged(Money(int(fee), currency), int(part), int(total)) for currency, part, total, fee in rows]

    # -- reports --

    async def due(self) -> Sequence[UUID]:
        """Days that are reported and have no report, the first to end first."""
        its = day_reports.c.day_id == giving_days.c.id
        bare = select(giving_days.c.id).outerjoin(day_reports, its)
        missing = bare.where(giving_days.c.state == DayState.REPORTED, day_reports.c.day_id.is_(None))
        return list((await self._connection.execute(missing.order_by(giving_days.c.ends_at))).scalars())

    async def add(self, report: DayReport) -> bool:
        """Keep it; False if the day has one, which stays."""
        row = {"day_id": report.day, "made_at": report.made_at, "figures": _written(report)}
        new = insert_into(self._connection, day_reports).values(row).on_conflict_do_nothing()
        return (await self._connection.execute(new.returning(day_reports.c.day_id))).first() is not None

    async def of(self, day: UUID) -> DayReport | None:
        """The day's report, if it has one."""
        found = await self._connection.execute(select(day_reports).where(day_reports.c.day_id == day))
        row = found.first()
        return _read(row) if row is not None else None

    async def earlier(self, day: GivingDay, limit: int) -> list[Earlier]:
        """The reports of the days before it, the last first; days in another currency can't be compared."""
        before = and_(
            giving_days.c.starts_at < day.starts_at, giving_days.c.id != day.id, giving_days.c.currency == day.currency
        )
        newest = (
            select(day_reports, giving_days.c.slug, giving_days.c.titles, giving_days.c.starts_at)
            .join(giving_days, giving_days.c.id == day_reports.c.day_id)
            .where(before)
            .order_by(giving_days.c.starts_at.desc(), giving_days.c.id.desc())
            .limit(limit)
        )
        rows = await self._connection.execute(newest)
        return [Earlier(row.slug, row.titles, row.starts_at, _read(row).whole) for row in rows]

    # -- whose --

    async def part_of(self, day: UUID, donor: UUID) -> tuple[int, tuple[Money, ...]]:
        """What stands of one donor's gifts on the day: how many, and their sums."""
        its = and_(supporters.c.subject_id == day, supporters.c.donor_id == donor)
        kept = select(supporters.c.currency, supporters.c.gifts, supporters.c.given_minor).where(its)
        rows = (await self._connection.execute(kept.order_by(supporters.c.currency))).all()
        sums = tuple(Money(minor, currency) for currency, _, minor in rows if minor)
        return sum(gifts for _, gifts, _ in rows), sums

    async def matched_of(self, day: UUID, donor: UUID) -> tuple[Money, ...]:
        """What stands of what sponsors added to one donor's gifts on the day."""
        its = and_(tips.c.day_id == day, tips.c.donor_id == donor, _MATCHED)
        added = select(matches.c.currency, func.sum(_ADDED)).join(tips, tips.c.id == matches.c.tip_id).where(its)
        rows = await self._connection.execute(added.group_by(matches.c.currency).order_by(matches.c.currency))
        return tuple(Money(int(minor), currency) for currency, minor in rows if minor)

    async def matched_in(self, day: UUID) -> tuple[Money, ...]:
        """The same for all of the day."""
        return sums_of(await self._matched(day))

    # -- telling donors --

    async def untold(self) -> Sequence[UUID]:
        """Days whose donors are not all told yet."""
        open_ = select(day_reports.c.day_id).where(day_reports.c.told_at.is_(None))
        return list((await self._connection.execute(open_.order_by(day_reports.c.made_at))).scalars())

    async def hold(self, day: UUID) -> tuple[bool, UUID | None]:
        """Nobody else tells its donors until the commit: whether that goes on, and up to whom it came."""
        its = (
            select(day_reports.c.told_to, day_reports.c.told_at)
            .where(day_reports.c.day_id == day)
            .with_for_update(key_share=True)
        )
        row = (await self._connection.execute(its)).one()
        return row.told_at is None, row.told_to

    async def donors(self, day: UUID, after: UUID | None, most: int) -> list[tuple[UUID, str | None, bool]]:
        """The day's next donors by their ids: by whose clock each lives, and whether they can be written to."""
        theirs = and_(supporters.c.subject_id == day, supporters.c.gifts > 0)
        if after is not None:
            theirs &= supporters.c.donor_id > after
        some = select(supporters.c.donor_id.label("id")).where(theirs).distinct()
        chosen = some.order_by(supporters.c.donor_id).limit(most).subquery()
        reached = people.c.telegram_id.is_not(None) & people.c.unreachable_at.is_(None)
        found = select(people.c.id, people.c.timezone, reached).join(chosen, chosen.c.id == people.c.id)
        rows = await self._connection.execute(found.order_by(people.c.id))
        return [(id_, clock, bool(reachable)) for id_, clock, reachable in rows]

    async def told_to(self, day: UUID, donor: UUID | None, *, all_at: datetime | None) -> None:
        """Up to this donor they are; `all_at`: when none was left."""
        values = {"told_at": all_at} if donor is None else {"told_to": donor, "told_at": all_at}
        await self._connection.execute(update(day_reports).where(day_reports.c.day_id == day).values(values))


def paid_on(day: UUID) -> ColumnElement[bool]:
    """The day's gifts, in its index's own words, or that is not used."""
    return and_(tips.c.day_id == day, tips.c.paid_at.is_not(None), tips.c.state == TipState.PAID)


def _gave_before(at: datetime) -> ColumnElement[bool]:
    before = tips.alias()
    theirs = and_(before.c.donor_id == tips.c.donor_id, before.c.state == TipState.PAID, before.c.paid_at < at)
    return select(before.c.id).where(theirs).correlate(tips).exists()


def moved(day: UUID, *columns: ColumnElement[Any]) -> CompoundSelect[Any]:
    """What its gifts moved: each in the currency it was given in, and from there to what it was turned into."""
    turned = [
        select(*columns, currency.label("currency"), literal(0).label("gifts"), minor.label("minor"))
        .join(conversions, conversions.c.tip_id == tips.c.id)
        .where(paid_on(day))
        for currency, minor in (
            (tips.c.currency, -conversions.c.sold_minor),
            (conversions.c.currency, conversions.c.bought_minor),
        )
    ]
    given: Select[Any] = select(
        *columns, tips.c.currency.label("currency"), literal(1).label("gifts"), _KEPT.label("minor")
    ).where(paid_on(day))
    return union_all(given, *turned)


def _at(minute: str) -> datetime:
    return datetime.fromisoformat(minute).replace(tzinfo=UTC)


def _sums(amounts: Sequence[Money]) -> list[list[Any]]:
    return [[amount.minor, amount.currency] for amount in amounts]


def _money(kept: Sequence[Sequence[Any]]) -> tuple[Money, ...]:
    return tuple(Money(minor, currency) for minor, currency in kept)


def _line(figures: Figures) -> dict[str, Any]:
    return {
        "gifts": figures.gifts, "donors": figures.donors, "given": _sums(figures.given),
        "matched": _sums(figures.matched),
    }  # fmt: skip


def _figures(kept: Mapping[str, Any]) -> Figures:
    return Figures(kept["gifts"], kept["donors"], _money(kept["given"]), _money(kept["matched"]))


def _written(report: DayReport) -> dict[str, Any]:
    """As plain JSON: ids, whole minor units, times in UTC."""
    return {
        "currency": report.currency,
        "whole": _line(report.whole),
        "projects": [[str(project), _line(figures)] for project, figures in report.projects],
        "creators": [[str(one) if one is not None else None, _line(figures)] for one, figures in report.creators],
        "hours": [[hour.begins.isoformat(), hour.gifts, hour.given.minor] for hour in report.hours],
        "by_date": report.by_date,
        "returning": report.returning,
        "median": report.median.minor if report.median is not None else None,
        "fees": _sums(report.fees),
        "earlier": [
            [one.slug, dict(one.titles), one.starts_at.isoformat(), _line(one.whole)] for one in report.earlier
        ],
    }


def _read(row: Row[Any]) -> DayReport:
    kept: Mapping[str, Any] = row.figures
    currency = kept["currency"]
    return DayReport(
        day=row.day_id,
        made_at=row.made_at,
        currency=currency,
        whole=_figures(kept["whole"]),
        projects=tuple((UUID(project), _figures(line)) for project, line in kept["projects"]),
        creators=tuple((UUID(one) if one is not None else None, _figures(line)) for one, line in kept["creators"]),
        hours=tuple(
            Hour(datetime.fromisoformat(at), gifts, Money(minor, currency)) for at, gifts, minor in kept["hours"]
        ),
        by_date=kept["by_date"],
        returning=kept["returning"],
        median=Money(kept["median"], currency) if kept["median"] is not None else None,
        fees=_money(kept["fees"]),
        earlier=tuple(
            Earlier(slug, titles, datetime.fromisoformat(at), _figures(line))
            for slug, titles, at, line in kept["earlier"]
        ),
    )
