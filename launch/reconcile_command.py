"""`main.py reconcile`: our books against each rail's own. Exit 0: no difference, 1: some, 2: could not be finished."""

import contextlib
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import click

from launch.command_line import Refused, on_database, settings_of
from launch.ledger_commands import day_of
from launch.progress import Progress
from settings import Settings, missing_for_run

if TYPE_CHECKING:
    from giving.reconcile_times import Window
    from services.reconcile import Report
    from storage.engines import Engines

DAYS: Final = 7  # today included, where nothing else is asked for
DIFFERENT, NOT_FINISHED = 1, 2
NO_BOOKS: Final = (
    "{rail}: not compared: this rail lists nothing of what it did; look at the provider's own report "
    "and compare it with `main.py export`"
)
PLACES: Final = {"records": "at the provider", "entries": "in our books"}


@click.command()
@click.option("--rail", metavar="RAIL", help="This one alone; without it every rail that is switched on.")
@click.option("--from", "first", metavar="DATE", help="First day (2026-11-01); without it the week up to --to.")
@click.option("--to", "last", metavar="DATE", help="Last day, included; without it today.")
@click.option("--csv", "out", type=click.Path(path_type=Path), help="Write the differences to this file as well.")
@click.pass_context
def reconcile(context: click.Context, rail: str | None, first: str | None, last: str | None, out: Path | None) -> None:
    """Compare the books with what the providers have; days are those of the settings' timezone.

    A difference is told, never mended. What was not heard of yet is booked first, as the service does every night:
    fees a provider billed, and events that wait in the inbox.

    Without --to a provider whose books are written day by day is compared as far as they are written.
    """
    settings = settings_of(context)
    names = _rails(settings, rail)
    window = _window(settings, day_of("--from", first), day_of("--to", last))
    import logs

    logs.configure(settings.logs.format, "error")
    from launch.export_file import opened
    from launch.reconcile_words import lines, rows

    zone = ZoneInfo(settings.timezone)
    reports, failed = _compare(settings, names, window, to_now=last is None)
    for report in reports:
        for line in lines(report, zone):
            click.echo(line)
    for name, why in failed.items():
        click.echo(f"yizan: {name}: not finished: {why}; nothing is known of any difference", err=True)
    if out is not None and not failed:
        with opened(out, option="--csv") as write:
            for row in rows(reports, zone):
                write(row)
    elif out is not None:
        click.echo(f"yizan: --csv {out}: not written", err=True)
    different = any(report.found for report in reports)
    context.exit(NOT_FINISHED if failed else DIFFERENT if different else 0)


def _rails(settings: Settings, asked: str | None) -> list[str]:
    """Those to compare. Raises: Refused (not switched on, or without its secrets)."""
    on = settings.rails.on
    if not on:
        raise Refused("rails.enabled: no rail is switched on, so there is nothing to compare")
    if asked is not None and asked not in on:
        raise Refused(f"--rail {asked}: is not switched on (rails.enabled: {', '.join(on)})")
    names = [asked] if asked is not None else list(on)
    about = ("rails.enabled:", *(f"rails.{name.removesuffix('_card')}." for name in names))
    if problems := [line for line in missing_for_run(settings) if line.startswith(about)]:
        raise Refused("\n".join(problems))
    return names


def _window(settings: Settings, first: date | None, last: date | None) -> "Window":
    """Whole days of the operator's clock. Raises: Refused."""
    from giving.reconcile_times import days

    zone = ZoneInfo(settings.timezone)
    today = datetime.now(zone).date()
    for option, day in (("--from", first), ("--to", last)):
        if day is not None and day > today:
            raise Refused(f"{option} {day}: is not yet; today is {today} in {zone}")
    end = last or today
    begin = first or end - timedelta(days=DAYS - 1)
    if begin > end:
        raise Refused(f"--from {begin} is after --to {end}")
    return days(begin, end, zone)


class Watching:
    """How far the comparison of a rail is: a bar for each side."""

    def __init__(self, rail: str) -> None:
        """Nothing is drawn before it takes a while."""
        self._bars = {what: Progress(what, doing=f"{rail}, {where}") for what, where in PLACES.items()}

    def __call__(self, what: str, done: int, of: int) -> None:
        """So many of that."""
        for other, bar in self._bars.items():
            if other != what:
                bar.end()
        self._bars[what](done, of)

    def close(self) -> None:
        """Leave the bar's line."""
        for bar in self._bars.values():
            bar.end()


def _compare(
    settings: Settings, names: list[str], window: "Window", *, to_now: bool
) -> "tuple[list[Report], dict[str, str]]":  # fmt: skip
    """Each rail in turn: what came of it, or why it could not be finished."""
    from launch.service.building import reconcile_of
    from launch.service.rails import rails_of
    from launch.telegram_rails import asked_by_a_bot
    from services.alerts import AlertService
    from services.reconcile import NotFinished
    from storage.work import UnitOfWork

    async def work(engines: "Engines") -> "tuple[list[Report], dict[str, str]]":
        rails = rails_of(settings)
        service = reconcile_of(settings, UnitOfWork(engines), rails, AlertService(owners=settings.owners))
        reports, failed = [], {}
        try:
            async with asked_by_a_bot(settings, rails):
                for name in names:
                    if not rails[name].capabilities.books:
                        click.echo(NO_BOOKS.format(rail=name))
                        continue
                    with contextlib.closing(Watching(name)) as watching:
                        try:
                            there = service.written(name, window) if to_now else window
                            # Where nothing is written yet, the provider's answer says so.
                            asked = there if there.since < there.until else window
                            reports.append(await service.run(name, asked, progress=watching))
                        except NotFinished as why:
                            failed[name] = str(why)
        finally:
            for rail in rails.values():
                await rail.close()
        return reports, failed

    return on_database(settings, work, migrated=True)
