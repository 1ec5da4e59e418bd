"""`main.py role …` and `main.py audit`: who may do what, and what admins did."""

import json
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import click

from giving.errors import PersonUnknown
from giving.people import GRANTABLE, Role
from launch.command_line import Refused, on_database, settings_of

if TYPE_CHECKING:
    from services.people import Holder, PeopleService
    from storage.audit import AuditedAct
    from storage.engines import Engines

ROLE: Final = click.Choice([role.value for role in GRANTABLE])
VALUE_CHARACTERS: Final = 60


@click.group()
def role() -> None:
    """Who may do what: admins, reviewers, finance, organisation members. Owners stand in the settings."""


@role.command()
@click.argument("role", type=ROLE)
@click.argument("telegram_id", type=click.IntRange(1, 10**16))
@click.pass_context
def grant(context: click.Context, role: str, telegram_id: int) -> None:
    """Give ROLE to the person with this numeric Telegram id, who has written to the bot once."""
    person = _with_people(context, lambda people: people.grant_from_command_line(telegram_id, Role(role)), telegram_id)
    click.echo(f"{person.name or telegram_id} ({telegram_id}) has the role {role}")


@role.command()
@click.argument("role", type=ROLE)
@click.argument("telegram_id", type=click.IntRange(1, 10**16))
@click.pass_context
def revoke(context: click.Context, role: str, telegram_id: int) -> None:
    """Take ROLE away."""
    person = _with_people(context, lambda people: people.revoke_from_command_line(telegram_id, Role(role)), telegram_id)
    click.echo(f"{person.name or telegram_id} ({telegram_id}) does not have the role {role}")


@role.command(name="list")
@click.pass_context
def list_(context: click.Context) -> None:
    """Everybody with a role, owners first."""

    async def holders(people: "PeopleService") -> "list[Holder]":
        return await people.holders()

    found = _with_people(context, holders)
    for holder in found:
        name = holder.person.name if holder.person else "(has not written to the bot)"
        click.echo(f"{holder.telegram_id:<16} {', '.join(holder.roles):<32} {name}")
    if not found:
        click.echo("nobody has a role; name the first owners in the settings (YIZAN_OWNERS)")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object; times in UTC.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="The newest N acts.")
@click.pass_context
def audit(context: click.Context, as_json: bool, limit: int) -> None:
    """What admins did, newest first, with opaque ids."""
    from services.audit import as_json as act_json
    from services.audit import newest
    from storage.work import UnitOfWork

    settings = settings_of(context)
    acts = on_database(settings, lambda engines: newest(UnitOfWork(engines), limit=limit), migrated=True)
    if as_json:
        click.echo(json.dumps({"acts": [act_json(act) for act in acts]}, ensure_ascii=False))
        return
    zone = ZoneInfo(settings.timezone)
    for act in acts:
        for line in _lines(act, act.at.astimezone(zone)):
            click.echo(line)
    if not acts:
        click.echo("no admin has done anything yet")


def _lines(act: "AuditedAct", at: datetime) -> list[str]:
    from services.audit import changes

    record = act.record
    who = f"{record.way}:{record.actor}" if record.actor else record.way
    head = f"{at:%Y-%m-%d %H:%M:%S}  {who}  {record.action}  {record.subject_kind} {record.subject_id}"
    changed = [f"    {name}: {_short(before)} → {_short(after)}" for name, before, after in changes(record)]
    return [head, *changed]


def _short(value: str | None) -> str:
    line = " ".join((value or "-").split())
    return line if len(line) <= VALUE_CHARACTERS else line[: VALUE_CHARACTERS - 1] + "…"


def _with_people(
    context: click.Context,
    ask: "Callable[[PeopleService], Coroutine[Any, Any, Any]]",
    telegram_id: int | None = None,
) -> Any:
    """Ask the service on the database. Raises: Refused."""
    import logs
    from services.people import PeopleService
    from storage.work import UnitOfWork

    settings = settings_of(context)
    logs.configure(settings.logs.format, "warning")

    async def work(engines: "Engines") -> Any:
        return await ask(PeopleService(UnitOfWork(engines), owners=settings.owners))

    try:
        return on_database(settings, work, migrated=True)
    except PersonUnknown:
        raise Refused(f"nobody with the id {telegram_id} has written to the bot: ask them to send it /start") from None
