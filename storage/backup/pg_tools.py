"""PostgreSQL's own programs, pg_dump and pg_restore: found, of a version that fits, and run with a progress."""

import asyncio
import contextlib
import os
import re
import shutil
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import URL

from storage.backup import BackupRefused

WHERE: Final = "install PostgreSQL's client programs, or name their folder in database.pg_bin (YIZAN_DATABASE__PG_BIN)"
VERSION_WITHIN_S: Final = 10
END_WITHIN_S: Final = 5
_VERSION: Final = re.compile(r"\(PostgreSQL\) (\d+)(\S*)")
_NOISE: Final = re.compile(r"^pg_\w+: (?:error: |warning: |detail: |hint: )?")


@dataclass(frozen=True, slots=True)
class Tool:
    """One of the programs. `major` is what must fit; `version` is for people."""

    path: str
    major: int
    version: str


async def find(name: str, folder: str) -> Tool:
    """The program `name` in `folder`, or on the PATH if that is empty. Raises: BackupRefused."""
    path = shutil.which(name, path=folder or None)
    if path is None:
        raise BackupRefused(f"{name}: is not {'in ' + folder if folder else 'on the PATH'}: {WHERE}")
    try:
        process = await asyncio.create_subprocess_exec(
            path, "--version", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        async with asyncio.timeout(VERSION_WITHIN_S):
            said = (await process.communicate())[0].decode(errors="replace")
    except (OSError, TimeoutError) as error:
        raise BackupRefused(f"{path}: can't be run: {error or 'no answer'}") from None
    found = _VERSION.search(said)
    if found is None:
        raise BackupRefused(f"{path}: does not say its version: {WHERE}")
    return Tool(path, int(found[1]), f"{name} {found[1]}{found[2]}")


def environment(url: URL) -> dict[str, str]:
    """How to reach this database, for libpq: nothing of it, least of all the password, is in the list of processes."""
    query = {key: value if isinstance(value, str) else value[0] for key, value in url.query.items()}
    wanted = {
        "PGHOST": url.host or query.get("host"),
        "PGPORT": str(url.port) if url.port else query.get("port"),
        "PGUSER": url.username or query.get("user"),
        "PGPASSWORD": url.password or query.get("password"),
        "PGDATABASE": url.database or query.get("database"),
        "PGSSLMODE": query.get("sslmode") or query.get("ssl"),
        "PGCONNECT_TIMEOUT": "10",
        "LC_ALL": "C",  # what they say is read
    }
    return {**os.environ, **{name: str(value) for name, value in wanted.items() if value}}


async def run(tool: Tool, arguments: Sequence[str], url: URL, heard: Callable[[str], None]) -> None:
    """Run it to its end on that database; `heard` gets each line it says. Raises: BackupRefused with its last words."""
    process = await _started(tool, arguments, environment(url))
    last: deque[str] = deque(maxlen=8)
    try:
        assert process.stderr is not None
        async for raw in process.stderr:
            line = raw.decode(errors="replace").rstrip()
            last.append(line)
            heard(line)
        code = await process.wait()
    finally:
        if process.returncode is None:
            await _end(process)
    if code:
        errors = [line for line in last if "error:" in line] or list(last)[-1:]
        reason = _NOISE.sub("", errors[0]) if errors else f"it ended with {code}"
        raise BackupRefused(f"{Path(tool.path).name}: {reason}")


async def _end(process: asyncio.subprocess.Process) -> None:
    """Asked first, since it ends its own workers then; what it still says is read, so that its pipe is closed."""
    for end in (process.terminate, process.kill):
        with contextlib.suppress(ProcessLookupError):
            end()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(END_WITHIN_S):
                await process.communicate()
                return


async def _started(tool: Tool, arguments: Sequence[str], environ: Mapping[str, str]) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            tool.path,
            *arguments,
            env=environ,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        raise BackupRefused(f"{tool.path}: can't be run: {error.strerror}") from None
