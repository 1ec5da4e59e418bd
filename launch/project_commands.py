"""`main.py project …`: what money is raised for."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from launch.command_line import Refused, on_database, settings_of

if TYPE_CHECKING:
    from storage.engines import Engines


@click.group()
def project() -> None:
    """Projects money is raised for."""


@project.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def import_projects(context: click.Context, file: Path) -> None:
    """Import organisations and projects from FILE.yaml; what it names already is renewed."""
    settings = settings_of(context)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{file}: {getattr(error, 'strerror', None) or 'not UTF-8 text'}") from None
    from services.project_import import Imported, ImportRefused, ProjectImport
    from storage.work import UnitOfWork

    async def work(engines: "Engines") -> Imported:
        return await ProjectImport(UnitOfWork(engines)).run(text)

    try:
        done = on_database(settings, work, migrated=True)
    except ImportRefused as refused:
        raise Refused("\n".join(f"{file}: {line}" for line in str(refused).splitlines())) from None
    click.echo(f"added {len(done.added)}: {', '.join(done.added) or '-'}")
    click.echo(f"renewed {len(done.renewed)}: {', '.join(done.renewed) or '-'}")
