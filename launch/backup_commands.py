"""`main.py db backup` and `main.py db restore` (docs/operating.md)."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from launch.command_line import Refused, checked, database_trouble, say_database, settings_of
from launch.interrupts import interruptible

if TYPE_CHECKING:
    from settings import Settings
    from storage.backup.file import About

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("target", metavar="FILE", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="One JSON object: what the file is.")
@click.pass_context
def backup(context: click.Context, target: Path, as_json: bool) -> None:
    """Write the whole database to FILE, as it is at one moment, while the bot runs."""
    from storage.backup import BackupRefused

    settings = settings_of(context)
    say_database(settings)
    try:
        with database_trouble(), interruptible():
            about = _backed_up(settings, target)
    except BackupRefused as refusal:
        raise Refused(str(refusal)) from None
    if as_json:
        click.echo(json.dumps(about.as_json()))
    else:
        click.echo(f"wrote {target}: {_said(about)}", err=True)


def _backed_up(settings: "Settings", target: Path) -> "About":
    """Raises: BackupRefused, the database's error."""
    import sqlite3

    from launch.progress import Progress, megabytes
    from launch.version import VERSION, commit
    from storage.backup import BackupRefused, file, postgres, sqlite
    from storage.engines import database_url, is_missing

    url = checked(lambda: database_url(settings.database.url))
    if is_missing(settings.database.url):
        raise BackupRefused(f"{url.database}: there is no database yet; nothing to back up")
    made_at = datetime.now(UTC).replace(microsecond=0)
    with file.new_file(target) as part:
        if url.get_backend_name() == "sqlite":
            with Progress("pages", doing="copying") as progress:
                migration = sqlite.copy(Path(url.database or ""), part, progress)
            server = tool = f"SQLite {sqlite3.sqlite_version}"
        else:
            with megabytes("dumping") as progress:
                migration, server, tool = asyncio.run(postgres.dump(url, settings.database.pg_bin, part, progress))
        size = part.stat().st_size
        with megabytes("checksum") as progress:
            sha256 = file.digest(part, size, progress)
        engine = url.get_backend_name()
        about = file.About(engine, migration, made_at, VERSION, commit(), server, tool, size, sha256)
        file.seal(part, about)
    return about


def _said(about: "About") -> str:
    made = about.made_at.strftime("%Y-%m-%d %H:%M:%S UTC")
    by = f"Yizan {about.version}" + (f" ({about.commit[:12]})" if about.commit else "")
    return f"{about.engine} at migration {about.migration}, {made}, by {by}, {about.size:,} bytes"


@click.command()
@click.argument("source", metavar="FILE", type=FILE)
@click.option("--replace", is_flag=True, help="Also where there is a database; it is kept under another name.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object: what was restored, and what verify says.")
@click.pass_context
def restore(context: click.Context, source: Path, replace: bool, as_json: bool) -> None:
    """Make the database what FILE holds, and verify its books. Stop the bot first. Exit 1 if they do not agree.

    The old database is not touched before the new one is verified.
    """
    from launch.backup_restore import about as about_file
    from launch.backup_restore import restore as restored
    from launch.ledger_commands import as_lines
    from storage.backup import BackupRefused
    from storage.engines import database_url

    settings = settings_of(context)
    say_database(settings)
    url = checked(lambda: database_url(settings.database.url))
    try:
        with database_trouble(), interruptible():
            about = about_file(source, url)
            click.echo(f"{source}: {_said(about)}", err=True)
            pg_bin = settings.database.pg_bin
            done = restored(source, settings.database.url, replace=replace, pg_bin=pg_bin)
    except BackupRefused as refusal:
        raise Refused(str(refusal)) from None
    if as_json:
        found = {"restored": done.in_place, "kept": done.kept or None, "backup": about.as_json()}
        click.echo(json.dumps(found | {"verify": done.report.as_json()}, ensure_ascii=False))
    else:
        for line in as_lines(done.report):
            click.echo(line)
        if not done.in_place:
            click.echo("NOT restored: the old database is as it was")
        elif done.kept:
            click.echo(f"restored; the old database is kept as {done.kept}: remove it when you are sure")
        else:
            click.echo("restored")
    context.exit(0 if done.report.clean else 1)
