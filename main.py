"""Yizan's command line. Heavy parts load where they are needed, so that small commands answer at once."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from settings import Settings, SettingsError, load, missing_for_run, render

if TYPE_CHECKING:
    from storage.engines import Engines

WRONG_USE = 2
T = TypeVar("T")


class Refused(click.ClickException):
    """Wrong use or configuration: one clear line per problem, exit 2."""

    exit_code = WRONG_USE

    def show(self, file: object = None) -> None:
        """Print the lines, nothing else."""
        for line in self.message.splitlines():
            click.echo(f"yizan: {line}", err=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", type=click.Path(path_type=Path), help="Settings file (default: config.yaml beside main.py).")
@click.version_option("0.1.0", prog_name="yizan")
@click.pass_context
def cli(context: click.Context, config: Path | None) -> None:
    """益赞 Yizan: a chat bot that turns a tip into a gift."""
    context.obj = config


def settings_of(context: click.Context) -> Settings:
    """The settings, read once per command. Raises: Refused."""
    try:
        return load(context.find_root().obj, os.environ)
    except SettingsError as error:
        raise Refused(str(error)) from None


@cli.command()
@click.pass_context
def run(context: click.Context) -> None:
    """The bot on Telegram, with its web pages, until it is stopped."""
    settings = settings_of(context)
    if problems := missing_for_run(settings):
        raise Refused("\n".join(problems))
    import logs

    logs.configure(settings.logs.format, settings.logs.level)
    from launch.failures import StartFailed
    from launch.service import serve

    try:
        run_until_done(serve(settings))
    except StartFailed as failure:
        raise Refused(str(failure)) from None


@cli.command()
@click.option("--port", type=click.IntRange(0, 65534), default=8080, show_default=True, help="Chat page; 0 takes any.")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), default=Path("var/demo"), show_default=True)
@click.option("--no-browser", is_flag=True, help="Do not open a browser window.")
def demo(port: int, data: Path, no_browser: bool) -> None:
    """Try everything on this machine: a chat page, test money, no account."""
    import logs

    logs.configure("auto", "warning")
    from launch.demo import DemoFailed, run_demo

    try:
        run_until_done(run_demo(port=port, data=data, browser=not no_browser))
    except DemoFailed as failure:
        raise Refused(str(failure)) from None


def run_until_done(work: Awaitable[None]) -> None:
    """Run on uvloop where it is there; Ctrl-C ends without a traceback."""

    async def wait() -> None:
        await work

    try:
        if sys.platform == "win32":
            asyncio.run(wait())
        else:
            import uvloop

            uvloop.run(wait())
    except KeyboardInterrupt:
        click.echo()


@cli.group()
def db() -> None:
    """The database's schema."""


@db.command()
@click.pass_context
def upgrade(context: click.Context) -> None:
    """Bring the schema to this version (a new database is made)."""

    async def work(engines: "Engines") -> str:
        from storage import migrate, revision

        await migrate.upgrade(engines)
        return f"database is at {await revision.current(engines)}"

    click.echo(on_database(settings_of(context), work))


@db.command()
@click.pass_context
def current(context: click.Context) -> None:
    """Which migration the database is at, and the newest one. Exit 1 if they differ."""

    from storage import revision
    from storage.engines import is_missing

    settings = settings_of(context)
    if checked(lambda: is_missing(settings.database.url)):
        at, where = None, "nothing (no database yet)"
    else:
        at = on_database(settings, revision.current)
        where = at or "nothing (empty database)"
    click.echo(f"at {where}, newest {revision.HEAD}")
    if at != revision.HEAD:
        click.echo("run: python main.py db upgrade", err=True)
        context.exit(1)


@cli.group()
def project() -> None:
    """Projects money is raised for."""


@project.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def import_projects(context: click.Context, file: Path) -> None:
    """Import organisations and projects from FILE.yaml; what it names already is renewed."""
    settings = settings_of(context)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{file}: {getattr(error, 'strerror', None) or 'not UTF-8 text'}") from None
    from services.project_import import Imported, ImportRefused, ProjectImport
    from storage.work import UnitOfWork

    async def work(engines: "Engines") -> Imported:
        return await ProjectImport(UnitOfWork(engines)).run(text)

    try:
        done = on_database(settings, work, migrated=True)
    except ImportRefused as refused:
        raise Refused("\n".join(f"{file}: {line}" for line in str(refused).splitlines())) from None
    click.echo(f"added {len(done.added)}: {', '.join(done.added) or '-'}")
    click.echo(f"renewed {len(done.renewed)}: {', '.join(done.renewed) or '-'}")


@cli.group()
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


@cli.group()
def config() -> None:
    """The settings."""


@config.command()
@click.pass_context
def show(context: click.Context) -> None:
    """What is in force, from file and environment; secrets hidden."""
    click.echo(render(settings_of(context)), nl=False)


def on_database(settings: Settings, work: Callable[["Engines"], Awaitable[T]], *, migrated: bool = False) -> T:
    """Open the database, do the work, close it; `migrated`: only one of this version. Raises: Refused."""
    from sqlalchemy.exc import DBAPIError

    from storage import revision
    from storage.engines import is_missing, open_engines

    async def go() -> T:
        engines = open_engines(settings.database.url)
        try:
            if migrated and (at := await revision.current(engines)) != revision.HEAD:
                raise Refused(f"the database is at {at or 'nothing'}: run python main.py db upgrade first")
            return await work(engines)
        finally:
            await engines.close()

    if checked(lambda: is_missing(settings.database.url)) and migrated:
        raise Refused("there is no database yet: run python main.py db upgrade first")
    try:
        return asyncio.run(go())
    except (DBAPIError, OSError, TimeoutError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()
        raise Refused(f"the database can't be used: {reason[0] if reason else type(error).__name__}") from None


def checked(look: Callable[[], T]) -> T:
    """What `look` finds. Raises: Refused (a database URL that is none)."""
    from storage.engines import DatabaseUrlWrong

    try:
        return look()
    except DatabaseUrlWrong as error:
        raise Refused(str(error)) from None


if __name__ == "__main__":
    cli(prog_name="yizan")
