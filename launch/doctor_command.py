"""`main.py doctor`."""

import asyncio
import json
import os

import click

from settings import SettingsError, load


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--offline", is_flag=True, help="Ask nobody outside: neither Telegram nor the rails.")
@click.pass_context
def doctor(context: click.Context, as_json: bool, offline: bool) -> None:
    """Check that everything a run needs is there, and say what to do. Exit 1 if anything failed."""
    from launch.doctor import examine, unreadable

    try:
        settings = load(context.find_root().obj, os.environ)
    except SettingsError as error:
        found = unreadable(str(error))
    else:
        found = asyncio.run(examine(settings, offline=offline))
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False))
    else:
        for line in found.as_lines():
            click.echo(line)
    context.exit(0 if found.ok else 1)
