"""`python -m bench`: every row as a table; `python -m bench NAME --engine E --callers N --seconds S --json`: one."""

import asyncio
import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import click
import uvloop

import logs
from bench import aims
from bench.telling import COLUMNS, cells, machine, told

ROOT: Final = Path(__file__).parent.parent
OVER_HTTP: Final = ("taps", "taps_known", "updates", "events")
NAMES: Final = (
    "ledger",
    "pgledger_style",
    "tips",
    "linked",
    "offer",
    "settle",
    "matching",
    *OVER_HTTP,
    "full",
    "restore",
    "crowd",
    "start",
    "memory",
    "certificates",
    "broadcast",
    "planning",
)
PLAN: Final = [
    (name, engine, callers)
    for name, most in (
        ("ledger", (64, 1000)),
        ("tips", (1, 64, 256)),
        ("linked", (256,)),
        ("offer", (256,)),
        ("settle", (256,)),
        ("matching", (256,)),
        *((name, (100,)) for name in OVER_HTTP),
    )
    for engine in ("sqlite", "postgres")
    for callers in most
] + [("pgledger_style", "postgres", 64)]
# Of broadcasts: a minute at the free rate, half of one at the paid one, whose readers take as long to make, and a tenth
# of the million; by their names they are measured in full.
CASTS: Final = [
    *(
        ("broadcast", engine, ("--of", of, "--seconds", seconds))
        for engine in ("sqlite", "postgres")
        for of, seconds in (("30", "60"), ("1000", "30"))
    ),
    *(("planning", engine, ("--recipients", "100000")) for engine in ("sqlite", "postgres")),
]
RESTORED: Final = 1_000_000
BEGIN: Final = "<!-- bench: written by `make bench` -->"
END: Final = "<!-- /bench -->"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("name", type=click.Choice(NAMES), required=False)
@click.option("--engine", type=click.Choice(("sqlite", "postgres")), default="sqlite", show_default=True)
@click.option("--callers", type=click.IntRange(1, 5000), default=256, show_default=True)
@click.option("--seconds", type=click.FloatRange(0.1, 600), default=3.0, show_default=True, help="Per run, of five.")
@click.option(
    "--tips", type=click.IntRange(1000), default=5_000_000, show_default=True, help="Of rows full and restore."
)
@click.option("--of", type=click.IntRange(30, 1000), default=30, show_default=True, help="Of row broadcast, a second.")
@click.option("--recipients", type=click.IntRange(100), default=1_000_000, show_default=True, help="Of row planning.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
@click.option("--server", help="A PostgreSQL to make databases on (default: one is started).")
@click.option("--page", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Put the table in here too.")
def cli(
    name: str | None, engine: str, callers: int, seconds: float, tips: int, of: int, recipients: int, as_json: bool,
    server: str | None, page: Path | None,
) -> None:  # fmt: skip
    """How fast it is here: NAME is one row, without it every row is measured, each in a process of its own.

    Exit 1 when a run failed, or its books did not agree afterwards.
    """
    if name is None:
        _everything(seconds, tips, as_json=as_json, page=page)
    elif name in OF_NOTHING:
        _print(OF_NOTHING[name](), as_json=as_json)
    elif name == "full":
        for line in _full(engine, callers, seconds, tips, server):
            _print(line, as_json=as_json)
    elif name == "restore":
        _print(_restore(engine, tips, server), as_json=as_json)
    elif name == "crowd":
        _print(_crowd(engine, server), as_json=as_json)
    elif name == "broadcast":
        _print(_broadcast(engine, of, seconds, server), as_json=as_json)
    elif name == "planning":
        _print(_planning(engine, recipients, server), as_json=as_json)
    elif name in ("ledger", "pgledger_style"):
        _print(_ledger(name, engine, callers, seconds, server), as_json=as_json)
    elif name in OVER_HTTP:
        _print(_over_http(name, engine, callers, seconds, server), as_json=as_json)
    else:
        _print(_one(name, engine, callers, seconds, server, verbose=not as_json), as_json=as_json)


def _one(
    name: str, engine: str, callers: int, seconds: float, server: str | None, *, verbose: bool
) -> dict[str, Any]:  # fmt: skip
    from bench.callers import Wrong
    from bench.databases import NotDurable
    from bench.rows import measure

    try:
        line, runs = uvloop.run(measure(name, engine, callers, seconds, server=server))
    except (Wrong, NotDurable, TimeoutError) as error:
        raise click.ClickException(f"{name} {engine} {callers}: {error}") from None
    if verbose:
        for run in runs:
            click.echo(
                f"run: {run.measured.rate:,.0f}/s, floor {run.floor:,.0f}/s, batches of {run.batch}, "
                f"{run.commits_per_item:.3f} commits each, ledger clean"
            )
    return dataclasses.asdict(line)


def _ledger(name: str, engine: str, callers: int, seconds: float, server: str | None) -> dict[str, Any]:
    from bench.callers import Wrong
    from bench.databases import NotDurable
    from bench.ledger import measure_ledger
    from bench.pgledger import measure_pgledger_style

    try:
        if name == "ledger":
            return dataclasses.asdict(uvloop.run(measure_ledger(engine, callers, seconds, server=server)))
        return dataclasses.asdict(uvloop.run(measure_pgledger_style(callers, seconds, server=server)))
    except (Wrong, NotDurable, TimeoutError) as error:
        raise click.ClickException(f"{name} {engine} {callers}: {error}") from None


def _over_http(name: str, engine: str, callers: int, seconds: float, server: str | None) -> dict[str, Any]:
    from bench.callers import Wrong
    from bench.databases import NotDurable
    from bench.over_http import measure_over_http

    try:
        return dataclasses.asdict(uvloop.run(measure_over_http(name, engine, callers, seconds, server=server)))
    except (Wrong, NotDurable, TimeoutError) as error:
        raise click.ClickException(f"{name} {engine} {callers}: {error}") from None


def _full(engine: str, callers: int, seconds: float, tips: int, server: str | None) -> list[dict[str, Any]]:
    from bench.callers import Wrong
    from bench.databases import NotDurable
    from bench.full import measure_full

    try:
        lines = uvloop.run(measure_full(engine, callers, seconds, tips, server=server))
    except (Wrong, NotDurable, TimeoutError) as error:
        raise click.ClickException(f"full {engine}: {error}") from None
    return [dataclasses.asdict(line) for line in lines]


def _restore(engine: str, tips: int, server: str | None) -> dict[str, Any]:
    from bench.restore import DidNotRestore, measure_restore

    try:
        return dataclasses.asdict(asyncio.run(measure_restore(engine, tips, server=server)))
    except DidNotRestore as error:
        raise click.ClickException(f"restore {engine}: {error}") from None


def _crowd(engine: str, server: str | None) -> dict[str, Any]:
    from bench.callers import Wrong
    from bench.crowd import measure_crowd
    from bench.databases import NotDurable

    try:
        return dataclasses.asdict(uvloop.run(measure_crowd(engine, server=server)))
    except (Wrong, NotDurable, TimeoutError) as error:
        raise click.ClickException(f"crowd {engine}: {error}") from None


def _broadcast(engine: str, of: int, seconds: float, server: str | None) -> dict[str, Any]:
    from bench.broadcasts import TooSlow, measure_broadcast

    logs.configure("auto", "warning")  # on stdout is the row, and nothing else
    try:
        return dataclasses.asdict(uvloop.run(measure_broadcast(engine, of, seconds, server=server)))
    except (TooSlow, TimeoutError) as error:
        raise click.ClickException(f"broadcast {engine}: {error}") from None


def _planning(engine: str, recipients: int, server: str | None) -> dict[str, Any]:
    from bench.broadcasts import TooSlow, measure_planning

    logs.configure("auto", "warning")
    try:
        return dataclasses.asdict(uvloop.run(measure_planning(engine, server=server, recipients=recipients)))
    except (TooSlow, TimeoutError) as error:
        raise click.ClickException(f"planning {engine}: {error}") from None


def _memory() -> dict[str, Any]:
    from bench.memory import BUSY_DONORS, DidNotRun, busy_mb, measure_memory

    try:
        idle, busy = measure_memory(), busy_mb()
        above = {"busy_mb": busy, "donors": BUSY_DONORS, "busy_above_mb": round(busy - idle.bare_mb, 1)}
        return dataclasses.asdict(idle) | above
    except DidNotRun as error:
        raise click.ClickException(f"memory: {error}") from None


def _certificates() -> dict[str, Any]:
    from bench.certificates import TooSlow, measure
    from giving.errors import PictureFailed

    try:
        return dataclasses.asdict(measure())
    except (TooSlow, PictureFailed) as error:
        raise click.ClickException(f"certificates: {error!r}") from None


def _start() -> dict[str, Any]:
    from bench.start import DidNotStart, measure_start

    try:
        return dataclasses.asdict(measure_start())
    except DidNotStart as error:
        raise click.ClickException(f"start: {error}") from None


# Rows that are measured on no engine in particular.
OF_NOTHING: Final[dict[str, Callable[[], dict[str, Any]]]] = {
    "start": _start,
    "memory": _memory,
    "certificates": _certificates,
}


def _everything(seconds: float, tips: int, *, as_json: bool, page: Path | None) -> None:
    from bench.databases import postgres_server

    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        click.echo(line)

    def say_all(found: list[dict[str, Any]]) -> None:
        for line in found:
            say(told(line, as_json=as_json))

    if not as_json:
        for line in _head(seconds, tips):
            say(line)
    with postgres_server() as server:
        for name, engine, callers in PLAN:
            said_to = ("--engine", engine, "--callers", str(callers), "--seconds", str(seconds), "--server", server)
            say_all(_in_own_process(name, *said_to))
        alone = (
            ("full", ("--seconds", str(seconds), "--tips", str(tips))),
            ("restore", ("--tips", str(min(tips, RESTORED)))),
            ("crowd", ()),
        )
        for name, options in alone:
            for engine in ("sqlite", "postgres"):
                say_all(_in_own_process(name, "--engine", engine, *options, "--server", server))
        for name, engine, more in CASTS:
            say_all(_in_own_process(name, "--engine", engine, *more, "--server", server))
    for name in OF_NOTHING:
        say_all(_in_own_process(name))
    if page is not None:
        page.write_text(put_into(page.read_text(encoding="utf-8"), "\n".join(said)), encoding="utf-8")


def _head(seconds: float, tips: int) -> list[str]:
    return [
        machine(),
        f"per second: ledger writes, whole tips (or offers, or events), requests; medians of 5 runs of {seconds:g} s;",
        "durable commits; floor: the same rows inserted by the bare driver in batches of the same size, for requests",
        "a bare aiogram (events: aiohttp) handler in a process of its own, in the same run",
        f"rows with _full, reads: where {tips:,} tips were paid before; floor: the same on an empty database",
        "",
        cells(COLUMNS),
    ]


def put_into(page: str, table: str) -> str:
    """The page with this table, and what it says against the aims, between its marks.

    Raises: ClickException (it has none).
    """
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise click.ClickException(f"the page has no {BEGIN} … {END} to put the table between")
    judged = aims.judged(table)
    against = "\n".join(["", *judged, ""]) if judged else ""
    return f"{head}{BEGIN}\n```\n{table}\n```\n{against}{END}{tail}"


def _in_own_process(*words: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "bench", *words, "--json"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.returncode)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _print(found: Mapping[str, Any], *, as_json: bool) -> None:
    click.echo(told(found, as_json=as_json))


if __name__ == "__main__":
    cli(prog_name="python -m bench")
