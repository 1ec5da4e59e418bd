"""Litestream beside the real engines: what a kill -9 leaves in the replica, and how much of the end is missing."""

import asyncio
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.engines import Engines, open_engines
from tests.processes import ROOT, command, until
from tests.world import World

LITESTREAM = Path(sys.executable).parent / "litestream"
SECONDS = 4.0
MOST_LOST_S = 5.0  # with sync-interval 1s; what was seen is printed


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_a_replica_is_a_little_late_and_never_torn(
    world: World, engines: Engines, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    async with engines.writer.begin() as connection:
        await connection.execute(text("CREATE TABLE beats (n INTEGER PRIMARY KEY, at REAL)"))
    path, copy = Path(database_url.removeprefix("sqlite:///")), tmp_path / "elsewhere"
    config = tmp_path / "litestream.yml"
    shipped = (ROOT / "deploy" / "litestream.yml").read_text(encoding="utf-8")
    mine = shipped.replace("/var/lib/yizan/yizan.db", str(path)).replace("/mnt/other-disk/yizan", str(copy))
    config.write_text(mine, encoding="utf-8")
    with (tmp_path / "litestream.log").open("wb") as log:
        replicating = subprocess.Popen([LITESTREAM, "replicate", "-config", config], stdout=log, stderr=log)
    try:
        until(lambda: any(copy.rglob("*.ltx")), "a first replica", seconds=20)
        last, began = 0, time.monotonic()
        while time.monotonic() - began < SECONDS:
            last += 1
            async with engines.writer.begin() as connection:
                beat = text("INSERT INTO beats VALUES (:n, :at)")
                await connection.execute(beat, {"n": last, "at": time.monotonic()})
            await asyncio.sleep(0.005)
        ended = time.monotonic()
    finally:
        replicating.send_signal(signal.SIGKILL)  # the machine is gone, and with it what was not sent
        replicating.wait()

    restored = tmp_path / "restored.db"
    done = subprocess.run(
        [LITESTREAM, "restore", "-config", config, "-o", restored, path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    back = open_engines(f"sqlite:///{restored}")
    async with back.reader.connect() as connection:
        assert await connection.scalar(text("PRAGMA integrity_check")) == "ok"
        count, highest, at = (await connection.execute(text("SELECT count(*), max(n), max(at) FROM beats"))).one()
    await back.close()
    assert count == highest > 0, "the first so many, without a hole"
    lost_s = ended - at
    with capsys.disabled():
        sys.stdout.write(f"litestream: {last - highest} of {last} commits lost, the last {lost_s:.2f} s; ")
    assert lost_s < MOST_LOST_S
    verified = await asyncio.to_thread(command, "ledger", "verify", YIZAN_DATABASE__URL=f"sqlite:///{restored}")
    assert verified.stdout.endswith("clean\n"), verified.stderr
    shutil.rmtree(copy)
