"""`main.py ledger …`: looking at the books."""

import json
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import click

from launch.command_line import Refused, on_database, settings_of

if TYPE_CHECKING:
    from services.export import Exported
    from services.ledger import Report
    from storage.engines import Engines

FORMATS: Final = ("hledger", "beancount", "csv")
YEARS: Final = range(1970, 3000)


@click.group()
def ledger() -> None:
    """The books."""


@ledger.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object; amounts in minor units.")
@click.pass_context
def verify(context: click.Context, as_json: bool) -> None:
    """Check that everything agrees. Exit 1 if anything does not."""
    from launch.progress import Progress
    from services.ledger import LedgerService, Report
    from storage.work import UnitOfWork

    async def work(engines: "Engines") -> Report:
        with Progress("checks", doing="verifying") as progress:
            return await LedgerService(UnitOfWork(engines)).verify(progress)

    report = on_database(settings_of(context), work, migrated=True)
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        for line in as_lines(report):
            click.echo(line)
    context.exit(0 if report.clean else 1)


def as_lines(report: "Report") -> list[str]:
    """For people: how much was looked at, what does not agree, and the end of it."""
    lines = ["checked " + ", ".join(f"{count} {name}" for name, count in report.counts.items())]
    for finding in report.findings:
        figures = f"expected {finding.expected_minor}, found {finding.found_minor} (minor units)"
        lines.append(f"NOT SO: {finding.check}: {finding.subject}: {figures}")
    return [*lines, "clean" if report.clean else f"{len(report.findings)} findings"]


@ledger.command()
@click.option("--format", "kind", type=click.Choice(FORMATS), required=True, help="For which program.")
@click.option("--from", "first", metavar="DATE", help="First day (2026-11-01); begins with opening balances.")
@click.option("--to", "last", metavar="DATE", help="Last day, included.")
@click.option("--out", type=click.Path(path_type=Path), help="File to write; standard output without it.")
@click.pass_context
def export(context: click.Context, kind: str, first: str | None, last: str | None, out: Path | None) -> None:
    """Write the books for hledger, beancount or a spreadsheet; days are those of the settings' timezone."""
    settings = settings_of(context)
    begin, end = day_of("--from", first), day_of("--to", last)
    if begin and end and begin > end:
        raise Refused(f"--from {begin} is after --to {end}")
    from launch.export_file import opened
    from launch.progress import Progress
    from services.export import ExportService, Period
    from storage.work import UnitOfWork

    progress = Progress()
    with opened(out) as write:

        async def work(engines: "Engines") -> "Exported":
            service = ExportService(UnitOfWork(engines), zone=ZoneInfo(settings.timezone))
            return await service.run(kind, Period(begin, end), write, progress)

        done = on_database(settings, work, migrated=True)
    progress.end()
    where = f" to {out}" if out is not None else ""
    click.echo(f"wrote {done.entries:,} entries, {done.postings:,} postings{where}", err=True)


def day_of(option: str, text: str | None) -> date | None:
    """A day as people write it for programs. Raises: Refused."""
    if text is None:
        return None
    try:
        day = date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise Refused(f"{option} {text}: is no day; write year-month-day, such as 2026-11-01")
    return day
