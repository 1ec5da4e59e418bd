"""A donor's own statement of some dates: a record of payments, as a PDF and as a table. No tax receipt."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from giving.errors import NothingInDates
from giving.money import Money
from giving.people import Person
from giving.projects import Project
from giving.recaps import Dates, dates_of
from giving.statements import StatementLine, sums_by, sums_of
from pictures import Pictures, StatementCard, StatementRow
from services.clock import Clock, utc_now
from services.export_formats import harmless, said
from services.links import Links
from storage.work import UnitOfWork
from texts import Texts, zones

log = structlog.get_logger()
LISTED: Final = 126  # gifts on paper, four pages; the table has all of them
COLUMNS: Final = (
    "paid", "receipt", "project", "organisation", "amount", "returned", "kept", "currency", "rail", "month", "matched",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody paid in these dates, oldest first; `lines` of projects that are all in `projects`."""

    person: Person
    dates: Dates
    lines: tuple[StatementLine, ...]
    projects: Mapping[UUID, Project]

    @property
    def filename(self) -> str:
        """Without an ending."""
        return f"yizan-{self.dates.first}-{self.dates.last}"


class StatementService:
    """Everybody's own, and nobody else's."""

    def __init__(
        self, unit: UnitOfWork, pictures: Pictures, texts: Texts, links: Links, *, zone: ZoneInfo, operator: str = "",
        now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """`zone`: the operator's, of whoever chose no clock. `operator`: who makes statements, as it stands on them."""
        self._unit, self._pictures, self._texts, self._links = unit, pictures, texts, links
        self._zone, self._operator, self._now = zone, operator, now

    async def of(self, person: Person, typed: str) -> Statement:
        """`2026-01-01 2026-06-30`, a year, or nothing for this year so far, on their clock.

        Raises: DatesNotUnderstood, NothingInDates.
        """
        async with self._unit.snapshot() as work:
            name = await work.subscriptions.timezone(person.id)
            zone = ZoneInfo(name) if name is not None and zones.is_zone(name) else self._zone
            dates = dates_of(typed, self._now(), zone)
            lines = await work.statements.lines(person.id, dates.starts, dates.ends)
            projects = await work.projects.by_ids({line.project for line in lines})
        if not lines:
            raise NothingInDates(first=dates.first, last=dates.last)
        log.info("statement_made", person_id=str(person.id), gifts=len(lines))
        return Statement(person, dates, tuple(lines), projects)

    def table(self, statement: Statement, language: str) -> bytes:
        """CSV with every gift: its first bytes tell spreadsheets that it is UTF-8, and nothing in it is a formula."""
        file = io.StringIO()
        writer = csv.writer(file)
        writer.writerow(self._texts.plain(language, f"statement-column-{column}") for column in COLUMNS)
        for line in statement.lines:
            project, currency = statement.projects[line.project], line.amount.currency
            words = (line.code, project.title(language), project.organisation.name(language))
            amounts = (said(amount).split(" ")[0] for amount in (line.amount, line.returned, line.kept))
            writer.writerow(
                (
                    line.at.astimezone(statement.dates.zone).isoformat(timespec="seconds"), *map(harmless, words),
                    *amounts, currency, harmless(line.rail), str(line.month or ""),
                    said(line.matched).split(" ")[0] if line.matched else "",
                )
            )  # fmt: skip
        return file.getvalue().encode("utf-8-sig")

    async def paper(self, statement: Statement, language: str) -> bytes:
        """A PDF with the first LISTED gifts and the sums of all. Raises: PictureFailed."""
        return await self._pictures.statement_pdf(self._card(statement, language))

    def _card(self, statement: Statement, language: str) -> StatementCard:
        dates, zone = statement.dates, statement.dates.zone
        whose = {one: project.organisation.id for one, project in statement.projects.items()}
        names = {project.organisation.id: project.organisation for project in statement.projects.values()}
        sums = sums_by(statement.lines, whose)
        between = f"{dates.first} – {dates.last}" if dates.first != dates.last else str(dates.first)
        return StatementCard(
            language=language,
            name=statement.person.name,
            dates=f"{between} ({zone.key})",
            made=self._now().astimezone(zone).strftime("%Y-%m-%d %H:%M"),
            operator=self._operator,
            check=self._links.page("r"),
            rows=tuple(self._row(statement, line, language) for line in statement.lines[:LISTED]),
            sums=tuple(
                (names[one].name(language), self._sum(language, amounts))
                for one, amounts in sorted(sums.items(), key=lambda each: names[each[0]].slug)
            ),
            whole=self._sum(language, sums_of(statement.lines)),
            left_out=max(0, len(statement.lines) - LISTED),
        )

    def _row(self, statement: Statement, line: StatementLine, language: str) -> StatementRow:
        texts = self._texts
        note = texts.plain(language, "statement-monthly", month=str(line.month)) if line.month is not None else ""
        if line.returned:
            whole = not line.kept
            back = "statement-back-whole" if whole else "statement-back"
            note = texts.plain(language, back, **({} if whole else {"amount": line.returned}))
        return StatementRow(
            day=str(line.at.astimezone(statement.dates.zone).date()),
            code=line.code,
            project=statement.projects[line.project].title(language),
            amount=texts.money(language, line.amount),
            note=note,
        )

    def _sum(self, language: str, amounts: Sequence[Money]) -> str:
        money = self._texts.money
        return " · ".join(money(language, amount) for amount in amounts) or "–"
