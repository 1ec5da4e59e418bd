"""Drawing in one process beside this one, started again whenever it dies or takes too long."""

import asyncio
import contextlib
import struct
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import structlog

from giving.errors import PictureFailed

log = structlog.get_logger()
WORKER: Final = Path(__file__).with_name("worker.py")
LIMIT_S: Final = 10.0  # a picture takes a fifth of a second; a start of the process somewhat more
ATTEMPTS: Final = 2  # the second one on a new process
_LENGTH: Final = struct.Struct(">I")


class _Gone(Exception):
    """The process ended in the middle."""


class Drawing:
    """SVG to PNG or PDF, one at a time; the process starts with the first picture."""

    def __init__(self, fonts: Callable[[], Sequence[Path]], *, worker: Path = WORKER, limit_s: float = LIMIT_S) -> None:
        """`fonts`: the files to draw with. `limit_s`: for one picture, its wait for others not counted."""
        self._fonts, self._worker, self._limit_s = fonts, worker, limit_s
        self._process: Process | None = None
        self._one_at_a_time = asyncio.Lock()

    async def draw(self, svg: str) -> bytes:
        """The PNG. Raises: PictureFailed (refused, too slow, or the process died of it twice)."""
        return await self._draw(svg, self._limit_s)

    async def draw_pdf(self, pages: Sequence[str], *, dpi: int) -> bytes:
        """A PDF with a page of A4 for each SVG. Raises: PictureFailed."""
        return await self._draw(f"%PDF {dpi}\n" + "\0".join(pages), self._limit_s * max(1, len(pages)))

    async def _draw(self, asked: str, limit_s: float) -> bytes:
        async with self._one_at_a_time:
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    async with asyncio.timeout(limit_s):
                        refused, body = await self._asked(asked.encode())
                except (TimeoutError, _Gone, OSError) as error:
                    await self._end()
                    log.warning("picture_failed", attempt=attempt, problem=repr(error), svg_bytes=len(asked))
                except BaseException:  # cancelled in the middle: an answer is still under way on the pipe
                    await self._end()
                    raise
                else:
                    if refused:
                        log.error("picture_refused", problem=body.decode(errors="replace")[:200])
                        break
                    return body
        raise PictureFailed

    async def close(self) -> None:
        """End the process, if there is one."""
        async with self._one_at_a_time:
            await self._end()

    async def _asked(self, asked: bytes) -> tuple[bool, bytes]:
        process = self._process or await self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(_LENGTH.pack(len(asked)) + asked)
            await process.stdin.drain()
            head = await process.stdout.readexactly(1 + _LENGTH.size)
            return head[0] != 0, await process.stdout.readexactly(_LENGTH.unpack(head[1:])[0])
        except (asyncio.IncompleteReadError, BrokenPipeError, ConnectionError) as error:
            raise _Gone(f"exit {process.returncode}") from error

    async def _started(self) -> Process:
        # -I: neither the working folder nor the environment say what is imported there.
        fonts = (str(path) for path in self._fonts())
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", str(self._worker), *fonts, stdin=PIPE, stdout=PIPE, stderr=DEVNULL
        )
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await asyncio.shield(process.wait())
