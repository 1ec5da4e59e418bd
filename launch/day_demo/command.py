"""`main.py demo --giving-day`: its figures in words or as JSON, and whether any two of them disagree."""

import asyncio
import contextlib
import json
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from launch.command_line import Refused
from launch.day_demo.people import TownFailed
from launch.day_demo.run import Played, Size, play_day
from launch.day_demo.stage import StageFailed

Run = Callable[..., None]


def play(size: Size, database: str | None, *, as_json: bool, run: Run) -> int:
    """Play it in a folder of its own, say what came of it; the exit code. Raises: Refused.

    `database`: an empty one; without it one in the folder. The folder stays where something was wrong.
    """
    folder = Path(tempfile.mkdtemp(prefix="yizan-giving-day-"))
    played: list[Played] = []

    async def work() -> None:
        url = database or f"sqlite:///{folder / 'yizan.db'}"
        with _ends_when_told():
            played.append(await play_day(size, folder, url, lambda line: click.echo(line, err=True)))

    try:
        run(work())
    except* (StageFailed, TownFailed) as failed:
        raise Refused(f"{_first(failed)}; what was logged is in {folder}") from None
    if not played:  # somebody pressed Ctrl-C, or told it to end
        shutil.rmtree(folder, ignore_errors=True)
        return 130
    came = played[0]
    if as_json:
        click.echo(json.dumps(came.as_json(), ensure_ascii=False))
    else:
        for line in as_lines(came):
            click.echo(line)
    if came.wrong:
        click.echo(f"what was logged is in {folder}", err=True)
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


@contextlib.contextmanager
def _ends_when_told() -> Iterator[None]:
    """SIGTERM ends the day's processes too, as Ctrl-C does: a service without its town would go on asking for it."""
    told = False

    def tell() -> None:
        nonlocal told
        told = True
        if task is not None:
            task.cancel()

    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    with contextlib.suppress(NotImplementedError):  # Windows
        loop.add_signal_handler(signal.SIGTERM, tell)
    try:
        yield
    except asyncio.CancelledError:
        if not told:
            raise


def as_lines(played: Played) -> list[str]:
    """A line for each figure, with all who say it, then what is wrong, or that nothing is."""
    lines = []
    for what, figures in played.as_json()["figures"].items():
        lines.append(f"{what}: " + ", ".join(f"{who} {figure:,}" for who, figure in figures.items()))
    lines.append(f"one by one, of each creator and project: {played.as_json()['one_by_one']:,} figures")
    lines += [f"NOT SO: {wrong}" for wrong in played.wrong]
    end = f"{len(played.wrong)} disagree" if played.wrong else "everything agrees"
    return [*lines, f"{end} ({played.took_s:.0f} s, killed {played.killed} times in the middle)"]


def _first(group: BaseException) -> BaseException:
    return _first(group.exceptions[0]) if isinstance(group, BaseExceptionGroup) else group
