"""`python -m tools.many_tips URL --tips 1000000`: an empty database gets that many paid tips (bench/many.py)."""

import asyncio
import time

import click

from bench.many import NotEmpty, make


@click.command()
@click.argument("url")
@click.option("--tips", type=click.IntRange(1), default=1_000_000, show_default=True)
def cli(url: str, tips: int) -> None:
    """Fill the empty database at URL."""
    began = time.monotonic()
    try:
        asyncio.run(make(url, tips))
    except NotEmpty:
        raise click.ClickException("the database is not empty") from None
    click.echo(f"{tips:,} paid tips in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    cli()
