"""`main.py ledger …`: looking at the books."""

import json
from typing import TYPE_CHECKING

import click

from launch.command_line import on_database, settings_of

if TYPE_CHECKING:
    from storage.engines import Engines


@click.group()
def ledger() -> None:
    """The books."""


@ledger.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object; amounts in minor units.")
@click.pass_context
def verify(context: click.Context, as_json: bool) -> None:
    """Check that everything agrees. Exit 1 if anything does not."""
    from services.ledger import LedgerService, Report
    from storage.work import UnitOfWork

    async def work(engines: "Engines") -> Report:
        return await LedgerService(UnitOfWork(engines)).verify()

    report = on_database(settings_of(context), work, migrated=True)
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        click.echo("checked " + ", ".join(f"{count} {name}" for name, count in report.counts.items()))
        for finding in report.findings:
            figures = f"expected {finding.expected_minor}, found {finding.found_minor} (minor units)"
            click.echo(f"NOT SO: {finding.check}: {finding.subject}: {figures}")
        click.echo("clean" if report.clean else f"{len(report.findings)} findings")
    context.exit(0 if report.clean else 1)
