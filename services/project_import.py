"""Projects and organisations from a YAML file, checked whole before anything is written, with a report per entry."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

import structlog

from giving.money import DECIMALS, Money
from giving.projects import Organisation, Project, ProjectText
from services.alerts import AlertService
from services.clock import Clock, utc_now
from services.giving_days.renamed import tell_of_renamed
from services.project_file import Entry, GivenOrganisation, GivenProject, ImportRefused, ProjectFile, read
from storage.audit import AuditRecord
from storage.ids import new_id
from storage.work import UnitOfWork, Work

__all__ = ["Change", "EntryReport", "ImportRefused", "ImportReport", "Outcome", "ProjectImport"]

log = structlog.get_logger()
Subject = TypeVar("Subject", Organisation, Project)


class Outcome(StrEnum):
    """What becomes of an entry, or would, if none were wrong."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Change:
    """One field, as words; None for what was, or is, not there."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class EntryReport:
    """One entry of the file: where it stands, what becomes of it, what changes or why it is wrong."""

    kind: str
    place: str
    line: int
    slug: str
    outcome: Outcome
    changes: tuple[Change, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Every entry in the file's order; `written` is False if any is wrong, or nothing was to be written."""

    entries: tuple[EntryReport, ...]
    written: bool

    def of(self, outcome: Outcome) -> tuple[EntryReport, ...]:
        """The entries this became of."""
        return tuple(entry for entry in self.entries if entry.outcome is outcome)


@dataclass(frozen=True, slots=True)
class _Plan(Generic[Subject]):
    """An entry's report, and what is to be written for it: None for nothing."""

    report: EntryReport
    subject: Subject | None = None
    before: Subject | None = None


class ProjectImport:
    """Imports are whole or not at all; the same file again changes what differs and nothing else."""

    def __init__(self, unit: UnitOfWork, *, alerts: AlertService | None = None, now: Clock = utc_now) -> None:
        """Write through this unit of work. `alerts` tells admins of new titles of what goes out under them soon."""
        self._unit, self._alerts, self._now = unit, alerts, now

    async def run(self, text: str, *, dry_run: bool = False) -> ImportReport:
        """Import a YAML text, each change into the audit log. Raises: ImportRefused (it can't be read at all)."""
        file = read(text)
        async with self._unit.read() if dry_run else self._unit() as work:
            organisations, projects = await self._plan(work, file)
            reports = (*(plan.report for plan in organisations), *(plan.report for plan in projects))
            written = not dry_run and all(report.outcome is not Outcome.WRONG for report in reports)
            if written:
                await self._write(work, organisations, projects)
        report = ImportReport(reports, written)
        if written:
            added, changed = len(report.of(Outcome.ADDED)), len(report.of(Outcome.CHANGED))
            log.info("projects_imported", added=added, changed=changed)
        return report

    async def _plan(self, work: Work, file: ProjectFile) -> tuple[list[_Plan[Organisation]], list[_Plan[Project]]]:
        slugs = {e.slug for e in file.organisations if e.given}
        slugs |= {e.given.organisation for e in file.projects if e.given}
        known = await work.projects.organisations_by_slug(slugs)
        organisations = [self._plan_organisation(entry, known.get(entry.slug)) for entry in file.organisations]
        to_be = known | {plan.subject.slug: plan.subject for plan in organisations if plan.subject}
        wrong = {entry.slug: entry.place for entry in file.organisations if entry.problems}
        projects = [
            _plan_project(entry, await work.projects.by_slug(entry.slug) if entry.given else None, to_be, wrong)
            for entry in file.projects
        ]
        return organisations, projects

    def _plan_organisation(self, entry: Entry[GivenOrganisation], before: Organisation | None) -> _Plan[Organisation]:
        if entry.given is None:
            return _Plan(_wrong("organisation", entry))
        since = (before.verified_at if before else None) or self._now()
        after = Organisation(
            id=before.id if before else new_id(),
            slug=entry.given.slug,
            names=entry.given.names,
            website=str(entry.given.website) if entry.given.website else None,
            verified_at=since if entry.given.verified else None,
        )
        return _Plan(_report("organisation", entry, _said(before), _said(after)), after, before)

    async def _write(
        self, work: Work, organisations: list[_Plan[Organisation]], projects: list[_Plan[Project]]
    ) -> None:
        now = self._now()
        renamed: set[UUID] = set()
        for plan in organisations:
            if plan.subject is not None and plan.report.changes:
                await work.projects.put_organisation(plan.subject)
                await _audit(work, plan.report, plan.subject.id, new=plan.before is None, now=now)
                if plan.before is not None and plan.before.names != plan.subject.names:
                    renamed.add(plan.subject.id)
        for written in projects:
            if written.subject is not None and written.report.changes:
                await work.projects.put(written.subject, now)
                await _audit(work, written.report, written.subject.id, new=written.before is None, now=now)
        if self._alerts is not None:
            pairs = [(plan.before, plan.subject) for plan in projects if plan.report.changes]
            changed = {after.id: (before, after) for before, after in pairs if before is not None and after is not None}
            await tell_of_renamed(work, self._alerts, changed)
        # What a project is found by has its organisation's names in it.
        for project in await work.projects.of_organisations(renamed) if renamed else ():
            await work.projects.put(project, now)


def _plan_project(
    entry: Entry[GivenProject],
    before: Project | None,
    organisations: Mapping[str, Organisation],
    wrong: Mapping[str, str],
) -> _Plan[Project]:
    given = entry.given
    if given is None:
        return _Plan(_wrong("project", entry))
    problems = []
    organisation = organisations.get(given.organisation)
    if organisation is None:
        why = wrong.get(given.organisation)
        said = f"is wrong itself ({why})" if why else "is neither in this file nor in the database"
        problems.append(f"line {entry.line}: {entry.place}.organisation: {given.organisation!r} {said}")
    if before is not None and before.target.currency != given.currency:
        stays = f"{given.slug} stays in {before.target.currency}; give another currency another project"
        problems.append(f"line {entry.line}: {entry.place}.currency: {stays}")
    if problems or organisation is None:
        return _Plan(_wrong("project", replace(entry, problems=tuple(problems))))
    after = Project(
        id=before.id if before else new_id(),
        slug=given.slug,
        organisation=organisation,
        state=given.state,
        target=Money(int(given.target.scaleb(DECIMALS[given.currency])), given.currency),
        texts={language: ProjectText(**words.model_dump()) for language, words in given.texts.items()},
        designated_url=str(given.designated_url) if given.designated_url else None,
        filing_number=given.filing_number,
    )
    return _Plan(_report("project", entry, _said(before), _said(after)), after, before)


def _wrong(kind: str, entry: Entry[GivenOrganisation] | Entry[GivenProject]) -> EntryReport:
    return EntryReport(kind, entry.place, entry.line, entry.slug, Outcome.WRONG, problems=entry.problems)


def _report(
    kind: str,
    entry: Entry[GivenOrganisation] | Entry[GivenProject],
    before: Mapping[str, str] | None,
    after: Mapping[str, str] | None,
) -> EntryReport:
    was, is_ = before or {}, after or {}
    fields = dict.fromkeys((*is_, *was))
    changes = tuple(Change(f, was.get(f), is_.get(f)) for f in fields if was.get(f) != is_.get(f))
    outcome = Outcome.ADDED if before is None else Outcome.CHANGED if changes else Outcome.UNCHANGED
    return EntryReport(kind, entry.place, entry.line, entry.slug, outcome, changes)


def _said(subject: Organisation | Project | None) -> dict[str, str] | None:
    """Every field that is set, by its name in the file, as words."""
    if subject is None:
        return None
    pairs = _organisation(subject) if isinstance(subject, Organisation) else _project(subject)
    return {name: value for name, value in pairs if value is not None}


def _organisation(organisation: Organisation) -> Iterator[tuple[str, str | None]]:
    yield "verified", "yes" if organisation.verified_at else "no"
    yield "website", organisation.website
    for language, name in organisation.names.items():
        yield f"names.{language}", name


def _project(project: Project) -> Iterator[tuple[str, str | None]]:
    decimals = DECIMALS[project.target.currency]
    whole, part = divmod(project.target.minor, 10**decimals)
    yield "organisation", project.organisation.slug
    yield "state", project.state.value
    yield "target", f"{whole}{f'.{part:0{decimals}}' if decimals else ''} {project.target.currency}"
    yield "designated_url", project.designated_url
    yield "filing_number", project.filing_number
    for language, words in project.texts.items():
        for field in ("title", "summary", "story", "use"):
            yield f"texts.{language}.{field}", getattr(words, field)


async def _audit(work: Work, report: EntryReport, subject: UUID, *, new: bool, now: datetime) -> None:
    before = None if new else {change.field: change.before for change in report.changes}
    after = {change.field: change.after for change in report.changes}
    action = f"{report.kind}.{report.outcome}"
    await work.audit.add(AuditRecord(None, "cli", action, report.kind, str(subject), before, after), now=now)
