"""Programs in processes of their own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.processes.basics import ROOT, environment, until


class Program:
    """A running process with all its output in one file."""

    def __init__(self, arguments: Sequence[str], log: Path, environ: Mapping[str, str], *, stdin: bool = False) -> None:
        """Start it, in a process group of its own."""
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=dict(environ),
                stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_for(self, pattern: str, *, seconds: float = 60) -> re.Match[str]:
        """The first match in what it wrote. Raises: AssertionError with the output if it ends or is late."""

        def look() -> re.Match[str] | None:
            ended = self.process.poll() is not None
            found = re.search(pattern, self.output)
            if found is None and ended:
                raise AssertionError(f"it ended with {self.process.returncode}:\n{self.output}")
            return found

        try:
            return until(look, pattern, seconds=seconds)
        except AssertionError as late:
            raise AssertionError(f"{late}\n{self.output[-4000:]}") from None

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def ends(self, *, seconds: float = 10) -> int:
        """Its exit code, once it ended. Raises: subprocess.TimeoutExpired."""
        return self.process.wait(seconds)

    def kill(self) -> None:
        """-9 to this process alone: what it started has to notice by itself."""
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """End it however it stands, and everything in its group."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()


def command(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """`main.py` with these arguments, to its end."""
    return patient_command(60, *arguments, **environ)


def patient_command(seconds: float, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The same for one that may take so long."""
    return subprocess.run(
        [sys.executable, "main.py", *arguments],
        cwd=ROOT, env=environment(**environ), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds,
        check=False,
    )  # fmt: skip
