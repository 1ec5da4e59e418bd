"""Yizan's command line. Heavy parts load where they are needed, so that small commands answer at once."""

import asyncio
import os
import sys
from collections.abc import Awaitable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from launch.backup_commands import backup, restore
from launch.broadcast_commands import broadcast
from launch.command_line import Refused, checked, on_database, say_database, settings_of
from launch.doctor_command import doctor
from launch.ledger_commands import ledger
from launch.people_commands import audit, role
from launch.pool_commands import pool
from launch.privacy_commands import privacy
from launch.project_commands import project
from launch.reconcile_command import reconcile
from launch.secrets import SafeGroup, uncaught
from launch.version import VERSION
from settings import missing_for_run, render

if TYPE_CHECKING:
    from storage.engines import Engines


@click.group(cls=SafeGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", type=click.Path(path_type=Path), help="Settings file (default: config.yaml beside main.py).")
@click.version_option(VERSION, prog_name="yizan")
@click.pass_context
def cli(context: click.Context, config: Path | None) -> None:
    """益赞 Yizan: a chat bot that turns a tip into a gift."""
    context.obj = config


for group in (privacy, doctor, project, pool, ledger, reconcile, role, audit, broadcast):
    cli.add_command(group)


@cli.command()
@click.pass_context
def run(context: click.Context) -> None:
    """The bot on Telegram, with its web pages, until it is stopped."""
    settings = settings_of(context)
    if problems := missing_for_run(settings):
        raise Refused("\n".join(problems))
    import logs

    logs.configure(settings.logs.format, settings.logs.level, most_alike=settings.logs.most_alike)
    from launch.failures import StartFailed
    from launch.service.running import serve

    try:
        run_until_done(serve(settings))
    except StartFailed as failure:
        raise Refused(str(failure)) from None
    finally:
        logs.flush()


@cli.command()
@click.option("--port", type=click.IntRange(0, 65534), default=8080, show_default=True, help="Chat page; 0 takes any.")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), default=Path("var/demo"), show_default=True)
@click.option("--language", type=click.Choice(("zh-CN", "en")), help="Of a new demo; else your machine's.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser window.")
@click.option("--giving-day", is_flag=True, help="Play a whole giving day instead; exit 1 if any two figures disagree.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the giving day: who gives what, and when.")
@click.option("--creators", type=click.IntRange(3, 1000), default=200, show_default=True, help="Of the giving day.")
@click.option("--donors", type=click.IntRange(1, 100_000), default=20_000, show_default=True, help="Of the giving day.")
@click.option("--seconds", type=click.IntRange(5, 3600), default=120, show_default=True, help="They come within.")
@click.option("--database", metavar="URL", help="Of the giving day: an empty one; else SQLite in a folder of its own.")
@click.option("--json", "as_json", is_flag=True, help="The giving day's figures as one JSON object.")
@click.pass_context
def demo(
    context: click.Context, port: int, data: Path, language: str | None, no_browser: bool, giving_day: bool, seed: int,
    creators: int, donors: int, seconds: int, database: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Try everything on this machine: a chat page, test money, no account."""
    import logs

    logs.configure("auto", "warning")
    if giving_day:
        from launch.day_demo import Size
        from launch.day_demo.command import play

        size = Size(creators, donors, seconds, seed)
        context.exit(play(size, database, as_json=as_json, run=run_until_done))
    from launch.demo import DemoFailed, machine_language, run_demo

    try:
        spoken = language or machine_language(os.environ)
        run_until_done(run_demo(port=port, data=data, language=spoken, browser=not no_browser))
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
    """The database: its schema, backups of it."""


for command in (backup, restore):
    db.add_command(command)


@db.command()
@click.pass_context
def upgrade(context: click.Context) -> None:
    """Bring the schema to this version (a new database is made)."""

    async def work(engines: "Engines") -> str:
        from storage import migrate, revision

        at = await revision.current(engines)
        if at is not None and at not in revision.REVISIONS:
            raise Refused(f"the database is at {at}, made by a newer Yizan; this one ends at {revision.HEAD}")
        await migrate.upgrade(engines)
        return f"database is at {await revision.current(engines)}"

    settings = settings_of(context)
    say_database(settings)
    click.echo(on_database(settings, work))


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
def config() -> None:
    """The settings."""


@config.command()
@click.pass_context
def show(context: click.Context) -> None:
    """What is in force, from file and environment; secrets hidden."""
    from logs import mask_text

    click.echo(mask_text(render(settings_of(context))), nl=False)


if __name__ == "__main__":
    sys.excepthook = uncaught
    cli(prog_name="yizan")
