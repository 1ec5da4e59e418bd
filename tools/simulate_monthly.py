"""`make simulate-monthly`: years of monthly giving played through, and how often each rule was seen at work.

The real scheduler, settlement, messages and database under a clock that is moved, compared with a model that knows
nothing of them (tests/monthly/). Ends with 1 where anything differs, or a rule was never seen.
"""

import asyncio
import logging
import sys

import click
import structlog

from bench.databases import empty_one
from storage import migrate
from storage.engines import open_engines
from tests.monthly.playing import Outcome, played
from tests.monthly.rules import printed
from tests.monthly.script import Script, written

MOST_WRONG = 40


@click.command()
@click.option("--donors", type=click.IntRange(1), default=5_000, show_default=True)
@click.option("--months", type=click.IntRange(2), default=24, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--engine", type=click.Choice(["sqlite", "postgres", "both"]), default="both", show_default=True)
@click.option("--lively", is_flag=True, help="Fewer gifts, and more of everything else (as the test plays it).")
def cli(donors: int, months: int, seed: int, engine: str, lively: bool) -> None:
    """Play DONORS for MONTHS, and compare them with the model."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    script, failed = written(donors, seed, months, lively=lively), False
    for each in ("sqlite", "postgres") if engine == "both" else (engine,):
        outcome = asyncio.run(_play(each, script))
        failed |= bool(outcome.wrong or outcome.unseen)
        _tell(outcome, f"{donors:,} donors, {months} months, seed {seed}, {each}")
    sys.exit(failed)


def _tell(outcome: Outcome, of: str) -> None:
    click.echo(printed(outcome.rows))
    click.echo(
        f"\n{of}: {outcome.instalments:,} instalments, "
        f"{outcome.paid_minor / 100:,.2f} paid, {outcome.messages:,} messages, {outcome.sweeps:,} sweeps; "
        f"{outcome.took_s:,.0f} s ({outcome.cpu_s:,.0f} s of this process)"
    )
    for line in outcome.wrong[:MOST_WRONG]:
        click.echo(f"differs from the model: {line}", err=True)
    for text in outcome.unseen:
        click.echo(f"never seen at work: {text}", err=True)
    click.echo("everything is as the model says" if not outcome.wrong else f"{len(outcome.wrong)} differences")


async def _play(engine: str, script: Script) -> Outcome:
    async with empty_one(engine, None) as url:
        engines = open_engines(url)
        try:
            await migrate.upgrade(engines)
            return await played(engines, script)
        finally:
            await engines.close()


if __name__ == "__main__":
    cli()
