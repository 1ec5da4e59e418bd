"""`main.py ledger …`: looking at the books, and booking what nobody else can tell."""

import json
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import click

from launch.command_line import Refused, on_database, settings_of

if TYPE_CHECKING:
    from giving.money import Money
    from services.export import Exported
    from services.ledger import Report
    from services.payouts import OwedCard
    from storage.engines import Engines

FORMATS: Final = ("hledger", "beancount", "csv")
YEARS: Final = range(1970, 3000)


@click.group()
def ledger() -> None:
    """The books."""


@ledger.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object; amounts in minor units.")
@click.pass_context
def verify(context: click.Context, as_json: bool) -> None:
    """Check that everything agrees. Exit 1 if anything does not."""
    from launch.progress import Progress
    from services.ledger import LedgerService, Report
    from storage.work import UnitOfWork

    async def work(engines: "Engines") -> Report:
        with Progress("checks", doing="verifying") as progress:
            return await LedgerService(UnitOfWork(engines)).verify(progress)

    report = on_database(settings_of(context), work, migrated=True)
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        for line in as_lines(report):
            click.echo(line)
    context.exit(0 if report.clean else 1)


def as_lines(report: "Report") -> list[str]:
    """For people: how much was looked at, what does not agree, and the end of it."""
    lines = ["checked " + ", ".join(f"{count} {name}" for name, count in report.counts.items())]
    for finding in report.findings:
        figures = f"expected {finding.expected_minor}, found {finding.found_minor} (minor units)"
        lines.append(f"NOT SO: {finding.check}: {finding.subject}: {figures}")
    return [*lines, "clean" if report.clean else f"{len(report.findings)} findings"]


@ledger.command()
@click.option("--format", "kind", type=click.Choice(FORMATS), required=True, help="For which program.")
@click.option("--from", "first", metavar="DATE", help="First day (2026-11-01); begins with opening balances.")
@click.option("--to", "last", metavar="DATE", help="Last day, included.")
@click.option("--out", type=click.Path(path_type=Path), help="File to write; standard output without it.")
@click.pass_context
def export(context: click.Context, kind: str, first: str | None, last: str | None, out: Path | None) -> None:
    """Write the books for hledger, beancount or a spreadsheet; days are those of the settings' timezone."""
    settings = settings_of(context)
    begin, end = day_of("--from", first), day_of("--to", last)
    if begin and end and begin > end:
        raise Refused(f"--from {begin} is after --to {end}")
    from launch.export_file import opened
    from launch.progress import Progress
    from services.export import ExportService, Period
    from storage.work import UnitOfWork

    progress = Progress()
    with opened(out) as write:

        async def work(engines: "Engines") -> "Exported":
            service = ExportService(UnitOfWork(engines), zone=ZoneInfo(settings.timezone))
            return await service.run(kind, Period(begin, end), write, progress)

        done = on_database(settings, work, migrated=True)
    progress.end()
    where = f" to {out}" if out is not None else ""
    click.echo(f"wrote {done.entries:,} entries, {done.postings:,} postings{where}", err=True)


def day_of(option: str, text: str | None) -> date | None:
    """A day as people write it for programs. Raises: Refused."""
    if text is None:
        return None
    try:
        day = date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise Refused(f"{option} {text}: is no day; write year-month-day, such as 2026-11-01")
    return day


@ledger.command()
@click.option("--rail", type=click.Choice(("stars",)), required=True, help="With whom it lay.")
@click.option("--stars", type=click.IntRange(1, 10**12), required=True, help="How many Stars were turned into money.")
@click.option("--amount", required=True, metavar="SUM", help="What arrived for them, such as 941.57.")
@click.option("--currency", required=True, metavar="CODE", help="In which currency, such as CNY.")
@click.option("--rate", required=True, metavar="RATE", help="What one Star came to, such as 0.0942.")
@click.option(
    "--proof", required=True, metavar="TEXT", help="The id of what proves it (once each), then words; no names."
)
@click.pass_context
def convert(
    context: click.Context, rail: str, stars: int, amount: str, currency: str, rate: str, proof: str
) -> None:  # fmt: skip
    """Book that Stars were turned into money, and credit it to the projects whose gifts they were; in the audit log."""
    import logs
    from giving.conversions import Conversion, ConversionRefused, amount_of, rate_of
    from giving.money import Money
    from giving.stars import STARS
    from services.conversions import ConversionService, Converted
    from storage.work import UnitOfWork

    settings = settings_of(context)
    logs.configure(settings.logs.format, "warning")
    try:
        asked = Conversion(rail, Money(stars, STARS), amount_of(amount, currency), rate_of(rate), proof.strip())

        async def work(engines: "Engines") -> Converted:
            return await ConversionService(UnitOfWork(engines)).convert(asked)

        done = on_database(settings, work, migrated=True)
    except ConversionRefused as refused:
        raise Refused(str(refused)) from None
    said = "booked" if done.is_new else "was booked before, nothing is changed"
    click.echo(f"{done.key}: {said}")
    if done.gifts and done.credited is not None:
        click.echo(f"gifts it turned: {done.gifts}, credited to projects: {_major(done.credited)} {currency}")
    click.echo(f"with {rail} now: {done.left.minor} Stars, {_major(done.held)} {currency}")


@ledger.command()
@click.argument("entry")
@click.option("--reason", required=True, metavar="TEXT", help="Why it is wrong; no names.")
@click.option(
    "--proof", required=True, metavar="TEXT", help="The id of what shows it (a report, a statement), then words."
)
@click.pass_context
def reverse(context: click.Context, entry: str, reason: str, proof: str) -> None:
    """Take the entry with this key back by one that turns it round, in the audit log."""
    import logs
    from giving.reversals import Reversal, ReversalRefused
    from services.reversals import ReversalService, Reversed
    from storage.work import UnitOfWork

    settings = settings_of(context)
    logs.configure(settings.logs.format, "warning")
    try:
        asked = Reversal(entry.strip(), reason.strip(), proof.strip())

        async def work(engines: "Engines") -> Reversed:
            return await ReversalService(UnitOfWork(engines)).reverse(asked)

        done = on_database(settings, work, migrated=True)
    except ReversalRefused as refused:
        raise Refused(str(refused)) from None
    said = f"booked; {asked.key.removeprefix('reverse:')} stands again" if done.restores else "booked"
    click.echo(f"{done.entry.key}: {said}")
    for posting in done.entry.postings:
        click.echo(f"  {posting.account}  {_major(posting.amount)} {posting.amount.currency}")


@ledger.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON list; amounts in minor units.")
@click.pass_context
def owed(context: click.Context, as_json: bool) -> None:
    """What each organisation is owed; where it is less than nothing, that comes off its next payout."""
    from services.payouts import PayoutService
    from storage.work import UnitOfWork

    async def work(engines: "Engines") -> "list[OwedCard]":
        return await PayoutService(UnitOfWork(engines)).owed()

    cards = on_database(settings_of(context), work, migrated=True)
    if as_json:
        click.echo(json.dumps([_owed_json(card) for card in cards]))
        return
    for card in cards:
        its = card.owed
        figures = f"given {_major(its.given)}, received {_major(its.received)}"
        due = f"owed {_major(its.next_payout)}"
        if its.carried.minor:
            due = f"owed nothing; {_major(its.carried)} went back to donors since and comes off its next payout"
        click.echo(f"{card.organisation.slug} {its.given.currency}: {figures}, {due}")
    if not cards:
        click.echo("nothing was given yet")


def _owed_json(card: "OwedCard") -> dict[str, object]:
    its = card.owed
    return {
        "organisation": card.organisation.slug,
        "currency": its.given.currency,
        "given_minor": its.given.minor,
        "received_minor": its.received.minor,
        "due_minor": its.due.minor,
    }


def _major(amount: "Money") -> str:
    from decimal import Decimal

    from giving.money import DECIMALS

    decimals = DECIMALS[amount.currency]
    return f"{Decimal(amount.minor).scaleb(-decimals):.{decimals}f}"
