"""The processes of the played day: a sandbox, and a service that is killed in the middle and started again."""

import asyncio
import json
import os
import socket
import sys
from pathlib import Path
from typing import Final

from launch.day_demo.town import OWNER, TOKEN

ROOT: Final = Path(__file__).parents[2]
HOST: Final = "127.0.0.1"
RAIL_KEY, SECRET = "sandbox-key", "a-secret-of-the-day"
START_S: Final = 120.0


class StageFailed(Exception):
    """A process did not start; str() is one clear line."""


def free_port() -> int:
    """One that nobody listens on at this moment."""
    with socket.socket() as found:
        found.bind((HOST, 0))
        port: int = found.getsockname()[1]
        return port


class DayStage:
    """Starts both, kills the service with SIGKILL, starts it again on the same database."""

    def __init__(self, folder: Path, database: str) -> None:
        """Everything is kept in `folder`."""
        self._folder, self.database = folder, database
        self._port = free_port()
        self.web = f"http://{HOST}:{self._port}"
        self.url = ""
        self._children: list[asyncio.subprocess.Process] = []
        self._bot: asyncio.subprocess.Process | None = None

    @property
    def settings(self) -> dict[str, str]:
        """Of the service, as its environment has them."""
        return {
            "YIZAN_TELEGRAM__TOKEN": TOKEN,
            "YIZAN_TELEGRAM__API_BASE": self.url,
            "YIZAN_TELEGRAM__TAP_LANE": "response",
            "YIZAN_DATABASE__URL": self.database,
            "YIZAN_WEB__PORT": str(self._port),
            "YIZAN_QUIET_HOURS": "",
            "YIZAN_LANGUAGE": "zh-CN",
            "YIZAN_OWNERS": str(OWNER),
            "YIZAN_LOGS__FORMAT": "json",
            "YIZAN_LOGS__LEVEL": "info",
            "YIZAN_NOTICES__MESSAGES_PER_SECOND": "1000",  # the sandbox has no limits here
            "YIZAN_LIMITS__FAILURES_AT_ONCE": "50",
            # Everybody in this town came a minute ago, and pays from the one wallet the sandbox has.
            "YIZAN_MATCHING__NEW_DAYS": "0",
            "YIZAN_MATCHING__RING_GIFTS": "0",
            "YIZAN_MATCHING__PAYER_PEOPLE": "0",
            "YIZAN_GIVING_DAYS__CARD_EVERY_S": "5",
            "YIZAN_RAILS__ENABLED": "sandbox",
            "YIZAN_RAILS__SANDBOX__API_BASE": self.url,
            "YIZAN_RAILS__SANDBOX__KEY": RAIL_KEY,
            "YIZAN_RAILS__SANDBOX__WEBHOOK_SECRET": SECRET,
        }

    async def open(self, seed: Path) -> None:
        """The sandbox, with this town in it: its disk is not what is looked at. Raises: StageFailed."""
        child = await self._run(
            "sandbox", "-m", "sandbox", "--port", "0", "--data", str(self._folder / "sandbox.db"), "--seed", str(seed),
            "--webhook-url", f"{self.web}/hooks/sandbox", "--webhook-secret", SECRET, "--rail-key", RAIL_KEY,
            "--couriers", "32", "--no-fsync", "--exit-with-parent", environment={}, read=True,
        )  # fmt: skip
        try:
            line = await asyncio.wait_for(child.stdout.readline(), START_S) if child.stdout else b""
        except TimeoutError:
            raise StageFailed("the sandbox did not start in time") from None
        if not line:
            raise StageFailed(f"the sandbox did not start: see {self._folder / 'sandbox.log'}")
        self.url = json.loads(line)["url"]

    async def start(self) -> None:
        """The service, until it listens. Raises: StageFailed."""
        log = self._folder / "service.log"
        began = log.stat().st_size if log.exists() else 0
        self._bot = await self._run("service", "main.py", "run", environment=self.settings)
        for _ in range(int(START_S / 0.2)):
            with log.open("rb") as written:
                written.seek(began)
                if b'"bot_listens"' in written.read():
                    return
            if self._bot.returncode is not None:
                break
            await asyncio.sleep(0.2)
        raise StageFailed(f"the service did not start: see {log}")

    async def kill(self) -> None:
        """As a power cut would: SIGKILL, nothing is put away."""
        if self._bot is not None and self._bot.returncode is None:
            self._bot.kill()
            await self._bot.wait()

    def peak_mb(self) -> float | None:
        """The most memory the service has held since its last start; None where the system does not say."""
        if self._bot is None or self._bot.returncode is not None:
            return None
        try:
            lines = Path(f"/proc/{self._bot.pid}/status").read_text(encoding="ascii").splitlines()
        except OSError:
            return None
        return next((int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM:")), None)

    async def close(self) -> None:
        """End both."""
        for child in self._children:
            if child.returncode is None:
                if child.stdin is not None:
                    child.stdin.close()
                child.terminate()
        for child in self._children:
            try:
                await asyncio.wait_for(child.wait(), 15)
            except TimeoutError:
                child.kill()
                await child.wait()

    async def _run(
        self, name: str, *arguments: str, environment: dict[str, str], read: bool = False
    ) -> asyncio.subprocess.Process:
        own = {key: value for key, value in os.environ.items() if not key.startswith("YIZAN_")}
        with (self._folder / f"{name}.log").open("ab") as log:
            child = await asyncio.create_subprocess_exec(
                sys.executable, *arguments, cwd=ROOT, env=own | environment, stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE if read else log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._children.append(child)
        return child
