"""`main.py project …`: what money is raised for."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from launch.command_line import Refused, on_database, settings_of

if TYPE_CHECKING:
    from services.project_import import EntryReport, ImportReport
    from storage.engines import Engines

VALUE_CHARACTERS: Final = 60


@click.group()
def project() -> None:
    """Projects money is raised for."""


@project.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only report what would be done.")
@click.pass_context
def import_projects(context: click.Context, file: Path, dry_run: bool) -> None:
    """Import organisations and projects from FILE.yaml, all of it or nothing. Exit 1 if any entry is wrong."""
    settings = settings_of(context)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{file}: {getattr(error, 'strerror', None) or 'not UTF-8 text'}") from None
    import logs
    from services.alerts import AlertService
    from services.project_import import ImportRefused, Outcome, ProjectImport
    from storage.work import UnitOfWork

    logs.configure(settings.logs.format, "warning")

    async def work(engines: "Engines") -> "ImportReport":
        alerts = AlertService(owners=settings.owners)
        return await ProjectImport(UnitOfWork(engines), alerts=alerts).run(text, dry_run=dry_run)

    try:
        report = on_database(settings, work, migrated=True)
    except ImportRefused as refused:
        raise Refused("\n".join(f"{file}: {line}" for line in str(refused).splitlines())) from None
    for entry in report.entries:
        for line in _lines(entry):
            click.echo(line)
    if wrong := report.of(Outcome.WRONG):
        click.echo(f"yizan: nothing was imported: {len(wrong)} of {len(report.entries)} entries wrong", err=True)
        context.exit(1)
    kinds = (Outcome.ADDED, Outcome.CHANGED, Outcome.UNCHANGED)
    said = ", ".join(f"{len(report.of(kind))} {kind}" for kind in kinds)
    click.echo(f"imported: {said}" if report.written else f"dry run, nothing was imported: {said}")


def _lines(entry: "EntryReport") -> list[str]:
    head = f"line {entry.line}: {entry.kind} {entry.slug}: {entry.outcome.upper() if entry.problems else entry.outcome}"
    # Of what is new, every field is: the file itself says it best.
    changes = entry.changes if entry.outcome == "changed" else ()
    changed = [f"    {change.field}: {_short(change.before)} → {_short(change.after)}" for change in changes]
    return [head, *changed, *(f"    {problem}" for problem in entry.problems)]


def _short(value: str | None) -> str:
    line = " ".join((value or "-").split())
    return line if len(line) <= VALUE_CHARACTERS else line[: VALUE_CHARACTERS - 1] + "…"
