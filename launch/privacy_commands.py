"""`main.py privacy …`: people who left (docs/privacy.md)."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO
from uuid import UUID

import click

from launch.command_line import Refused, on_database, settings_of

if TYPE_CHECKING:
    from storage.engines import Engines


@click.group()
def privacy() -> None:
    """People who left (docs/privacy.md)."""


@privacy.command()
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), required=True, help="Day or time, UTC."
)
@click.pass_context
def left(context: click.Context, since: datetime) -> None:
    """Who left since then: opaque ids, one a line. Keep them before you restore an older backup."""
    from services.privacy import PrivacyService
    from services.rails import Rails
    from storage.work import UnitOfWork

    async def work(engines: "Engines") -> list[tuple[UUID, datetime]]:
        return await PrivacyService(UnitOfWork(engines), Rails()).left_since(since.replace(tzinfo=UTC))

    for person, at in on_database(settings_of(context), work, migrated=True):
        click.echo(f"{person} {at.isoformat(timespec='seconds')}")


@privacy.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@click.pass_context
def forget(context: click.Context, file: TextIO) -> None:
    """Forget again whom FILE names (as `privacy left` printed it; - is the standard input)."""
    from services.privacy import PrivacyService
    from services.rails import Rails
    from storage.work import UnitOfWork

    try:
        ids = [UUID(line.split()[0]) for line in file if line.strip()]
    except ValueError:
        raise Refused(f"{file.name}: every line begins with an id, as `privacy left` prints them") from None

    async def work(engines: "Engines") -> list[UUID]:
        return await PrivacyService(UnitOfWork(engines), Rails()).forget(ids)

    forgotten = on_database(settings_of(context), work, migrated=True)
    click.echo(f"forgotten {len(forgotten)}, not there or gone already {len(set(ids)) - len(forgotten)}")
