"""From a backup's file to a running database: checked, restored beside the old one, verified, then put in place."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import URL

from launch.interrupts import too_late
from launch.progress import Progress, megabytes
from services.ledger import LedgerService, Report
from storage import revision
from storage.backup import BackupRefused, file, pg_tools, postgres, sqlite
from storage.backup.file import About
from storage.engines import database_url, open_engines
from storage.work import UnitOfWork

REPLACE = "say --replace: it is kept under another name"


@dataclass(frozen=True, slots=True)
class Restored:
    """What the books say; whether the restored database is in place; what the old one is called now, if there was."""

    report: Report
    in_place: bool
    kept: str = ""


def about(source: Path, url: URL) -> About:
    """What the file is, if this Yizan can restore it to this database. Raises: BackupRefused."""
    found, engine = file.read(source), url.get_backend_name()
    if found.engine != engine:
        raise BackupRefused(f"{source}: is a backup of {found.engine}, but database.url is {engine}")
    if found.migration not in revision.REVISIONS:
        raise BackupRefused(
            f"{source}: is at migration {found.migration}, which a newer Yizan made "
            f"({found.version} {found.commit[:12]}); this one knows {revision.HEAD}: restore with the newer one"
        )
    return found


def restore(source: Path, url_text: str, *, replace: bool, pg_bin: str) -> Restored:
    """Restore it. The old database is not touched before the new one is verified.

    Raises: BackupRefused, DBAPIError, OSError, TimeoutError.
    """
    url = database_url(url_text)
    found = about(source, url)
    stamp = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
    if found.engine == "sqlite":
        return _restore_sqlite(source, found, Path(url.database or ""), replace=replace, stamp=stamp)
    return asyncio.run(_restore_postgres(source, found, url, replace=replace, pg_bin=pg_bin, stamp=stamp))


def _restore_sqlite(source: Path, found: About, path: Path, *, replace: bool, stamp: str) -> Restored:
    path = path.resolve()  # behind a link, the file it means
    empty = sqlite.is_empty(path)
    if not empty and not replace:
        raise BackupRefused(f"{path}: is not empty; {REPLACE}")
    with sqlite.alone(path):
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    side = path.with_name(f".{path.name}.restoring-{stamp}")
    kept = path.with_name(f"{path.name}.before-restore-{stamp}")
    try:
        with megabytes("restoring") as progress:
            file.unpack(source, found, side, progress)
        report = asyncio.run(_verified(f"sqlite:///{side}"))
        if not report.clean and not empty:
            return Restored(report, in_place=False)
        with sqlite.alone(side):  # folds in what its write-ahead log holds
            pass
        with sqlite.alone(path), too_late():
            was_there = sqlite.put_in_place(side, path, kept)
    finally:
        sqlite.remove(side)
    return Restored(report, in_place=True, kept=str(kept) if was_there else "")


async def _restore_postgres(
    source: Path, found: About, url: URL, *, replace: bool, pg_bin: str, stamp: str
) -> Restored:  # fmt: skip
    server, tool = await postgres.look(url), await pg_tools.find("pg_restore", pg_bin)
    postgres.fits(tool, found.tool, found.server, server)
    if server.others:
        raise BackupRefused(f"the database is in use by {server.others} others; stop Yizan and whatever else uses it")
    if not server.empty and not replace:
        raise BackupRefused(f"the database is not empty; {REPLACE}")
    if not server.empty and not server.may_create:
        raise BackupRefused(
            "--replace makes a new database first, which this role may not: give it CREATEDB, "
            "or make an empty database, let database.url name it, and restore without --replace"
        )
    with megabytes("checking") as progress:
        file.check(source, found, progress)
    if server.empty:
        with Progress("steps", doing="restoring") as progress:
            await postgres.restore(url, tool, source, progress, whole=True)
        return Restored(await _verified(_text(url)), in_place=True)
    kept = postgres.beside(url, f"before_restore_{stamp}")
    async with _new_database(postgres.beside(url, f"restoring_{stamp}")) as (side, is_ours):
        with Progress("steps", doing="restoring") as progress:
            await postgres.restore(side, tool, source, progress, whole=False)
        report = await _verified(_text(side))
        if not report.clean:
            return Restored(report, in_place=False)
        with too_late():
            await postgres.put_in_place(side, url, kept)
            is_ours()
    return Restored(report, in_place=True, kept=str(kept.database))


@contextlib.asynccontextmanager
async def _new_database(url: URL) -> AsyncIterator[tuple[URL, Callable[[], None]]]:
    """An empty database, dropped at the end of the block unless it was called ours."""
    taken = False

    def take() -> None:
        nonlocal taken
        taken = True

    try:
        await postgres.create(url)
        yield url, take
    finally:
        if not taken:
            await postgres.drop(url)


async def _verified(url: str) -> Report:
    """Bring the restored database to this version's schema, and look at all its books."""
    engines = open_engines(url, patient=True)
    try:
        if (at := await revision.current(engines)) != revision.HEAD:
            from storage import migrate

            await migrate.upgrade(engines)
            click.echo(f"upgraded from migration {at} to {revision.HEAD}", err=True)
        with Progress("checks", doing="verifying") as progress:
            return await LedgerService(UnitOfWork(engines)).verify(progress)
    finally:
        await engines.close()


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)
