"""Children that can be killed by the hundred: a process that has imported everything once and forks them.

`python -m tests.faults.nursery MODULE` reads one JSON line per child from its socket (with the child's end of a wire),
forks, tells the child's pid, waits for its end and tells how it ended. It has one thread and no event loop of its own.
"""

import asyncio
import contextlib
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Final

CONTROL: Final = "YIZAN_FAULTS_CONTROL_FD"
HOUSE: Final = "tests.faults.house"
PATIENCE_S: Final = 120.0


@dataclass(slots=True)
class Child:
    """A forked service: our end of its wire, its pid, and the line on which its end is told."""

    pid: int
    wire: socket.socket
    _ends: socket.socket = field(repr=False)
    _code: int | None = None

    def kill(self) -> None:
        """SIGKILL: nothing of it runs after this."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def ended(self) -> int:
        """Wait for its end: 0, an exit code, or minus the signal."""
        if self._code is None:
            self._code = int(self._ends.recv(64).decode())
        return self._code


class Nursery:
    """One child at a time. `env` is added to the environment, for what has to be there when a program starts.

    `house` is the module whose `serve` a child runs.
    """

    def __init__(self, env: Mapping[str, str] | None = None, house: str = HOUSE) -> None:
        """Start the process that forks; it is ready when the first child is."""
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.nursery", house],
                env={**os.environ, **(env or {}), CONTROL: str(theirs.fileno())},
                pass_fds=[theirs.fileno()],
            )

    def child(self, **settings: Any) -> Child:
        """Fork one that serves its wire as the house's `serve(**settings)`."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            socket.send_fds(self._control, [json.dumps(settings).encode()], [theirs.fileno()])
        ours.setblocking(False)
        self._control.settimeout(PATIENCE_S)
        try:
            said = self._control.recv(64)
        except TimeoutError:
            raise AssertionError(
                "its last child is still there, perhaps frozen; another one needs a nursery of its own"
            ) from None
        finally:
            self._control.settimeout(None)
        if not said:
            raise AssertionError("the process that forks ended by itself; its output says why")
        return Child(int(said.decode()), ours, self._control)

    def close(self) -> None:
        """Children end with it: their wires close."""
        self._control.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def nursery(env: Mapping[str, str] | None = None, house: str = HOUSE) -> Iterator[Nursery]:
    """One that is closed at the end."""
    opened = Nursery(env, house)
    try:
        yield opened
    finally:
        opened.close()


def _fork(house: ModuleType, control: socket.socket, end: int, settings: dict[str, Any]) -> None:
    pid = os.fork()
    if pid == 0:
        control.close()
        _grow_up(house, end, settings)
    os.close(end)
    control.send(str(pid).encode())
    _, status = os.waitpid(pid, 0)
    control.send(str(os.waitstatus_to_exitcode(status)).encode())


def _grow_up(house: ModuleType, end: int, settings: dict[str, Any]) -> None:
    code = 1
    try:
        asyncio.run(house.serve(socket.socket(fileno=end), **settings))
        code = 0
    except BaseException:  # noqa: BLE001 - a child must not become a second process that forks
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    """Fork until the socket closes."""
    house = importlib.import_module(sys.argv[1])  # once, for all children
    with socket.socket(fileno=int(os.environ[CONTROL])) as control:
        while True:
            settings, ends, _, _ = socket.recv_fds(control, 1 << 16, 1)
            if not settings:
                return
            _fork(house, control, ends[0], json.loads(settings))


if __name__ == "__main__":
    main()
