"""Checks of the database: reachable, at the right migration, messages going out, the last day's books."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DBAPIError

from giving.leases import LEADER
from launch.doctor.checks import Check, Status
from launch.doctor.machine import MB, disk, is_seen_file, unusable
from storage import health, revision
from storage.engines import DatabaseUrlWrong, Engines, database_url, is_missing, open_engines
from storage.leases import Held
from storage.work import UnitOfWork

OUTBOX_WARN: Final = timedelta(minutes=2)
OUTBOX_FAIL: Final = timedelta(minutes=30)
UPGRADE: Final = "python main.py db upgrade"
UNSEEN: Final = "there is no database to look at"


async def database(url: str, *, within_s: float) -> list[Check]:
    """Look once: database, disk, outbox, books."""
    where = None
    try:
        file = Path(database_url(url).database or "") if url.startswith("sqlite") else None
        where = disk(file) if file else None
        if file is not None and not is_seen_file(file) and (wrong := unusable(file)) is not None:
            return _unseen(Check("database", Status.FAIL, *wrong), where)
        if is_missing(url):
            return _unseen(Check("database", Status.FAIL, "there is none yet", UPGRADE), where)
        engines = open_engines(url)
    except DatabaseUrlWrong as error:
        return _unseen(Check("database", Status.FAIL, str(error), "mend database.url (YIZAN_DATABASE__URL)"), None)
    except OSError as error:  # no folder can be made there
        return _unseen(Check("database", Status.FAIL, str(error), "mend database.url (YIZAN_DATABASE__URL)"), where)
    try:
        async with asyncio.timeout(within_s):
            return await _look(engines, where)
    except TimeoutError:
        found, to_do = f"no answer within {within_s:g} s", "does it run, and is database.url right?"
    except (DBAPIError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()
        found, to_do = (reason[0] if reason else type(error).__name__), "does it run, and is database.url right?"
    finally:
        await engines.close()
    return _unseen(Check("database", Status.FAIL, found, to_do), where)


def _unseen(failed: Check, where: Check | None) -> list[Check]:
    rest = [Check(name, Status.SKIPPED, UNSEEN) for name in ("outbox", "books")]
    return [failed, where or Check("disk", Status.SKIPPED, UNSEEN), *rest]


async def _look(engines: Engines, where: Check | None) -> list[Check]:
    at = await revision.current(engines)
    if at != revision.HEAD:
        return _unseen(migration(at), where)
    unit, now = UnitOfWork(engines), datetime.now(UTC)
    async with unit.snapshot() as work:
        if where is None:
            where = elsewhere(await health.size(work.connection))
        waiting = await health.outbox(work.connection, now=now)
        leads = await work.leases.find(LEADER)
        recent = await health.books_since(work.connection, now - timedelta(days=1))
    found = f"{engines.dialect}, at migration {at}"
    return [Check("database", Status.OK, found), where, outbox(waiting, now, leads), books(recent)]


def migration(at: str | None) -> Check:
    """What to do about a database that is not of this version."""
    if at is None:
        return Check("database", Status.FAIL, "it is empty", UPGRADE)
    if at not in revision.REVISIONS:
        to_do = "start the newer Yizan that made it, or restore a backup"
        return Check("database", Status.FAIL, f"at {at}, which a newer Yizan made", to_do)
    return Check("database", Status.FAIL, f"at migration {at}, this Yizan needs {revision.HEAD}", UPGRADE)


def elsewhere(size: int) -> Check:
    """The disk of a PostgreSQL, which we can't see."""
    return Check("disk", Status.NOTE, f"the database holds {size // MB:,} MB", "watch the disk of its server there")


def outbox(found: health.Outbox, now: datetime, leads: Held | None = None) -> Check:
    """Whether messages go out: the oldest that could have gone."""
    late = max(timedelta(), now - found.oldest_at) if found.oldest_at else timedelta()
    said = f"{found.waiting:,} wait, the oldest for {_said(late)}" if found.waiting else "nothing waits"
    if leads is not None:
        said += f"; {_sender(leads, now)}"
    gave_up = f"; {found.failed:,} given up in the last day" if found.failed else ""
    if found.unknown:
        gave_up += f"; {found.unknown:,} may have arrived or not, and are not sent again"
    if late > OUTBOX_WARN:
        status = Status.FAIL if late > OUTBOX_FAIL else Status.WARN
        return Check("outbox", status, said + gave_up, "does main.py run? its log says why a message does not go")
    if gave_up:
        to_do = "the log of main.py run says why (notice_refused, notice_not_sent, notice_broken)"
        return Check("outbox", Status.WARN, said + gave_up, to_do)
    return Check("outbox", Status.OK, said)


def _sender(leads: Held, now: datetime) -> str:
    """Which process sends, and its last sign of life, by its own clock."""
    if leads.lease.holder is None:
        return "nobody sends at the moment"
    silent = _said(max(timedelta(), now - leads.renewed_at))
    return f"{leads.lease.holder.rpartition(':')[0]} sends (epoch {leads.lease.epoch}, {silent} ago)"


def _said(late: timedelta) -> str:
    minutes = int(late.total_seconds()) // 60
    return f"{int(late.total_seconds())} s" if minutes < 2 else f"{minutes:,} min"


def books(found: health.RecentBooks) -> Check:
    """The last day's entries; balances and totals are a matter for `ledger verify`."""
    said = f"{found.entries:,} entries of the last day" + (" (the newest of more)" if found.cut else "")
    if found.findings:
        first = found.findings[0]
        wrong = f"{first.check}: {first.subject}: expected {first.expected_minor}, found {first.found_minor}"
        return Check("books", Status.FAIL, f"NOT SO: {wrong}", "python main.py ledger verify")
    return Check("books", Status.OK, f"{said} agree; everything: python main.py ledger verify")
