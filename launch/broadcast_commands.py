"""`main.py broadcast …`: look at them, let a draft go, follow it with a bar, stop it. The service itself sends."""

import asyncio
import getpass
import json
import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import UUID

import click

from giving.errors import (
    AudienceGrown,
    BroadcastChanged,
    BroadcastNotNow,
    BroadcastUnknown,
    GivingError,
    NobodyListens,
    PaidRateOff,
    PriceNotConfirmed,
    SecondNeeded,
)
from launch.command_line import Refused, on_database, settings_of
from launch.progress import Progress as Bar

if TYPE_CHECKING:
    from giving.broadcasts import Broadcast
    from services.broadcasts import BroadcastDesk, BroadcastService, Preview, Progress, Report
    from storage.engines import Engines

T = TypeVar("T")
LOOK_EVERY_S: Final = 1.0
SAID: Final[dict[type[GivingError], str]] = {
    BroadcastUnknown: "there is no such broadcast: run python main.py broadcast list",
    BroadcastNotNow: "it is not in a state that allows it: run python main.py broadcast show ID",
    NobodyListens: "nobody in its segment asked for this kind of message",
    SecondNeeded: "nothing was sent: it reaches more people by now than one person may write to alone. Send it again",
    PaidRateOff: "the paid rate is switched off: set broadcasts.paid in config.yaml",
    BroadcastChanged: "nothing was sent: somebody changed it since it was shown. Above is how it is now; send it again",
    PriceNotConfirmed: "nothing was sent: it costs more than was shown. Above is how it is now; send it again",
    AudienceGrown: "nothing was sent: far more people would get it than were shown. Above is how it is now",
}
STALE: Final = (AudienceGrown, BroadcastChanged, PriceNotConfirmed, SecondNeeded)


@click.group()
def broadcast() -> None:
    """What is said to many at once. Drafts are written in chat (/broadcast)."""


@broadcast.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object; times in UTC.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="The newest N.")
@click.pass_context
def list_(context: click.Context, as_json: bool, limit: int) -> None:
    """The newest first: id, state, kind, how many were told."""
    found = _asked(context, lambda desk: desk.broadcasts.newest(None, limit=limit))
    if as_json:
        click.echo(json.dumps({"broadcasts": [_as_json(one) for one in found]}, ensure_ascii=False))
        return
    for one in found:
        words = next(iter(one.content.texts.values())).replace("\n", " ")[:40]
        click.echo(f"{one.id}  {one.state:<10} {one.kind:<13} {one.tally('sent'):>9,} of {one.audience:<9,} {words}")
    if not found:
        click.echo("there are no broadcasts yet")


@broadcast.command()
@click.argument("identity", metavar="ID", type=click.UUID)
@click.option("--follow", is_flag=True, help="A bar until it is over.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object; times in UTC.")
@click.pass_context
def show(context: click.Context, identity: UUID, follow: bool, as_json: bool) -> None:
    """What became of one, so far or in the end."""
    if follow:
        _asked(context, lambda desk: followed(desk.broadcasts, identity))
    report = _asked(context, lambda desk: desk.broadcasts.report(identity, None))
    if as_json:
        click.echo(json.dumps(_as_json(report.broadcast) | _figures(report), ensure_ascii=False))
        return
    _say(report)


@broadcast.command()
@click.argument("identity", metavar="ID", type=click.UUID)
@click.option("--paid", is_flag=True, help="At the paid rate; its price is shown and asked about.")
@click.option("--yes", is_flag=True, help="Without asking. With --paid the price is taken as it is.")
@click.option("--follow/--no-follow", default=True, help="A bar until it is over (the default).")
@click.pass_context
def send(context: click.Context, identity: UUID, paid: bool, yes: bool, follow: bool) -> None:
    """Let a draft go to everybody in its segment, after saying how many that are.

    Where they are more than broadcasts.confirm_over, a second admin confirms it in the chat (/broadcast). On the
    operator's word alone it goes only when they type how many people it reaches: that is written into the audit log,
    and every admin is told. --yes does not stand for it.
    """
    preview, account, typed = _shown(context, identity, paid), _account(), False
    if preview.audience > (limit := settings_of(context).broadcasts.confirm_over):
        _type(preview, limit, account)
        typed = True
    elif not yes:
        click.confirm("Send it?", abort=True, err=True)
    stale = _asked(context, lambda desk: _started(desk, preview, account, paid=paid, typed=typed))
    if stale is not None:
        _shown(context, identity, paid)
        raise Refused(SAID[type(stale)])
    if follow:
        _asked(context, lambda desk: followed(desk.broadcasts, identity))
        _say(_asked(context, lambda desk: desk.broadcasts.report(identity, None)))


def _shown(context: click.Context, identity: UUID, paid: bool) -> "Preview":
    """What it says, to how many, and what that takes. Raises: Refused."""
    preview = _asked(context, lambda desk: desk.broadcasts.preview(identity, None))
    takes = preview.takes_paid if paid else preview.takes
    if paid and (preview.paid_stars is None or takes is None):
        raise Refused(SAID[PaidRateOff])
    for language, words in preview.broadcast.content.texts.items():
        click.echo(f"{language}: {words}", err=True)
    price = f", for at most {preview.paid_stars:,} Stars" if paid else ""
    click.echo(f"to {preview.audience:,} people, in {_long(takes or preview.takes)} at least{price}", err=True)
    return preview


async def _started(
    desk: "BroadcastDesk", preview: "Preview", account: str, *, paid: bool, typed: bool
) -> GivingError | None:
    """Let it go as it was shown; if it is not so any more, why. `typed`: how many they are."""
    shown, stars = preview.broadcast, preview.paid_stars or 0
    try:
        await desk.start_at_the_shell(
            shown.id, shown.version, account=account, people=preview.audience, typed=typed, paid=paid, stars=stars
        )
    except STALE as stale:
        return stale
    return None


def _type(preview: "Preview", limit: int, account: str) -> None:
    """How many people it reaches, typed by the operator. Raises: Refused."""
    click.echo(
        f"That is more than one person may write to alone ({limit:,}, broadcasts.confirm_over).\n"
        "Better: in the chat, /broadcast, have another admin look at it and confirm.\n"
        f"You can send it on your word alone. The audit log will say so, with your account here ({account}),\n"
        "and every admin is told now.",
        err=True,
    )
    typed = click.prompt("Then type how many people it reaches", err=True)
    if str(typed).replace(",", "").strip() != str(preview.audience):
        raise Refused("that is not the number: nothing was sent")


def _account() -> str:
    """Who is at the shell, as far as the machine knows."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's number without a name
        return f"uid {os.getuid()}"


def _turning(name: str, words: str) -> click.Command:
    @click.argument("identity", metavar="ID", type=click.UUID)
    @click.pass_context
    def turn(context: click.Context, identity: UUID) -> None:
        turned: Broadcast = _asked(context, lambda desk: getattr(desk.broadcasts, name)(identity, None))
        click.echo(f"{turned.id} is {turned.state}")

    return click.command(name=name, help=words)(turn)


for _command in (
    _turning("pause", "Nothing more goes until it is resumed; what is on its way arrives."),
    _turning("resume", "Go on where it stopped."),
    _turning("cancel", "Nothing more goes, ever."),
):
    broadcast.add_command(_command)


async def followed(service: "BroadcastService", identity: UUID) -> None:
    """A bar, until nothing more is to be seen for a while."""
    from giving.broadcasts import BroadcastState

    with Bar("messages") as bar:
        while True:
            progress = await service.progress(identity, None)
            bar(progress.done, progress.broadcast.audience)
            if progress.broadcast.state is not BroadcastState.RUNNING or _sleeps(progress):
                return
            await asyncio.sleep(LOOK_EVERY_S)


def _sleeps(progress: "Progress") -> bool:
    """Whether everybody who is left is told in their morning: nobody looks at a bar for so long."""
    waits = progress.broadcast.looked_through and not progress.per_minute and progress.waits_until is not None
    if waits:
        click.echo(f"the other {progress.left:,} are told in their morning", err=True)
    return waits


def _asked(context: click.Context, ask: "Callable[[BroadcastDesk], Awaitable[T]]") -> T:
    """What the desk answers. Raises: Refused."""

    async def work(engines: "Engines") -> T:
        from launch.service.limits import broadcast_rules
        from services.alerts import AlertService
        from services.broadcasts import BroadcastDesk, BroadcastService
        from services.people import PeopleService
        from services.wake import Wakes
        from storage.work import UnitOfWork

        unit, wakes = UnitOfWork(engines), Wakes()
        people = PeopleService(unit, owners=settings.owners)
        broadcasts = BroadcastService(unit, people, broadcast_rules(settings), wakes=wakes)
        alerts, over = AlertService(owners=settings.owners), settings.broadcasts.confirm_over
        return await ask(BroadcastDesk(unit, broadcasts, people, wakes=wakes, confirm_over=over, alerts=alerts))

    settings = settings_of(context)
    try:
        return on_database(settings, work, migrated=True)
    except GivingError as refusal:
        raise Refused(SAID.get(type(refusal), str(refusal))) from None


def _as_json(one: "Broadcast") -> dict[str, Any]:
    return {
        "id": str(one.id),
        "state": one.state.value,
        "kind": one.kind.value,
        "segment": one.segment.as_json(),
        "content": one.content.as_json(),
        "version": one.version,
        "audience": one.audience,
        "paid": one.paid,
        "tallies": dict(one.tallies),
        "created_at": one.created_at.isoformat(),
        "started_at": one.started_at.isoformat() if one.started_at else None,
        "ended_at": one.ended_at.isoformat() if one.ended_at else None,
        "stopped_by": one.stopped_by,
    }


def _figures(report: "Report") -> dict[str, Any]:
    return {
        "sent": report.sent,
        "blocked": report.blocked,
        "unknown": report.unknown,
        "failed": report.failed,
        "skipped": {reason.value: number for reason, number in report.skipped.items()},
        "gifts_within_a_day": report.gifts,
        "donors_within_a_day": report.donors,
        "stars": report.stars,
    }


def _say(report: "Report") -> None:
    from giving.broadcasts import PHOTO_UNREADABLE

    one = report.broadcast
    took = f" in {_long(report.took)}" if report.took is not None else ""
    click.echo(f"{one.id} is {one.state}: {report.sent:,} of {one.audience:,} sent{took}")
    if one.stopped_by:
        photo = one.stopped_by == PHOTO_UNREADABLE
        click.echo("  its photo can't be read" if photo else f"  Telegram refuses the message: {one.stopped_by}")
    for number, words in (
        (report.blocked, "have blocked the bot"),
        (report.unknown, "nobody knows: the answer was lost on the way, and they are not told again"),
        (report.failed, "refused by Telegram"),
        *((number, f"not told: {reason.value}") for reason, number in report.skipped.items()),
        (report.gifts, f"gifts within a day of it, by {report.donors:,} people"),
        (report.stars, "Stars at most, at the paid rate"),
    ):
        if number:
            click.echo(f"  {number:,} {words}")


def _long(took: timedelta) -> str:
    seconds = round(took.total_seconds())
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
