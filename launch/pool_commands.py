"""`main.py pool …`: matching funds, made, signed, paid in, withdrawn and looked at; and what is held of them."""

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import UUID

import click

from launch.command_line import Refused, on_database, settings_of
from launch.pool_words import lines_of, plan_of

if TYPE_CHECKING:
    from services.matching import MatchReview, PoolCard, PoolService, PoolViews
    from storage.engines import Engines

T = TypeVar("T")
_ID: Final = click.UUID


@click.group()
def pool() -> None:
    """Matching funds: what sponsors add to gifts (docs/matching.md)."""


@pool.command()
@click.option("--sponsor", required=True, metavar="NAME", help="Who funds it.")
@click.option("--unnamed", is_flag=True, help="The public is not told who.")
@click.option("--title", required=True, metavar="TEXT", help="What it is called, in Chinese.")
@click.option("--title-en", metavar="TEXT", help="And in English.")
@click.option("--amount", required=True, metavar="SUM", help="What is committed, such as 10000.00.")
@click.option("--currency", metavar="CODE", help="Else tips.currency.")
@click.option("--ratio", metavar="S:D", help="S is added for every D given: 1:1, 1:2 or 2:1.")
@click.option("--fixed", metavar="SUM", help="The same is added to every gift.")
@click.option("--lottery", metavar="SUM-SUM", help="A lot is drawn between these; with --seed.")
@click.option("--seed", metavar="TEXT", help="Of the lottery: everybody knows it, and can draw again.")
@click.option("--gift-cap", metavar="SUM", help="The most that is added to one gift.")
@click.option("--donor-cap", metavar="SUM", help="For one donor on one day.")
@click.option("--project-cap", metavar="SUM", help="For one project.")
@click.option("--project", "projects", multiple=True, metavar="SLUG", help="Only gifts to these.")
@click.option("--day", "days", multiple=True, metavar="SLUG", help="Only gifts of these giving days.")
@click.option(
    "--creator", "creators", multiple=True, type=click.IntRange(1), metavar="TELEGRAM-ID", help="Only theirs."
)
@click.option("--from", "start", metavar="TIME", help="When it begins (2026-11-11T09:00, by the settings' clock).")
@click.option("--to", "end", metavar="TIME", help="When it ends; without it, when it is used up.")
@click.option(
    "--window", "windows", multiple=True, metavar="FROM/TO=SUM", help="Instead: times with parts of their own."
)
@click.option("--remainder", type=click.Choice(("carry", "back", "shared")), default="carry", show_default=True,
              help="What a window leaves over: the next one has it, the sponsor, or the projects.")  # fmt: skip
@click.pass_context
def create(context: click.Context, /, **words: Any) -> None:
    """Write a fund down. It adds nothing before it is signed."""

    async def do(pools: "PoolService", _views: object, _review: object, engines: "Engines") -> UUID:
        plan = await plan_of(words, settings_of(context), engines)
        return (await pools.create(plan)).id

    click.echo(f"{_run(context, do)}: a draft; `pool show` shows it, `pool sign` opens it")


@pool.command()
@click.argument("pool_id", metavar="POOL", type=_ID)
@click.option("--by", "signed_by", required=True, metavar="NAME", help="Who signed for the sponsor.")
@click.pass_context
def sign(context: click.Context, pool_id: UUID, signed_by: str) -> None:
    """Somebody signed: it is owed, and adds to gifts from now on."""
    signed = _run(context, lambda pools, _v, _r, _e: pools.sign(pool_id, signed_by=signed_by))
    click.echo(f"{pool_id}: open, {_major(signed.committed)} is owed")


@pool.command()
@click.argument("pool_id", metavar="POOL", type=_ID)
@click.option("--amount", required=True, metavar="SUM", help="What arrived (or went), such as 500.00.")
@click.option(
    "--proof", required=True, metavar="TEXT", help="The transfer's id (booked once each), then words; no names."
)
@click.option("--back", is_flag=True, help="It went back to the sponsor.")
@click.pass_context
def paid(context: click.Context, pool_id: UUID, amount: str, proof: str, back: bool) -> None:
    """Book what a sponsor paid in, or what of it went back to them."""
    from launch.pool_words import money_of

    async def do(pools: "PoolService", views: "PoolViews", _r: object, _e: object) -> Any:
        currency = (await views.card(pool_id, drafts=True)).pool.currency
        book = pools.paid_back if back else pools.paid
        return await book(pool_id, money_of(amount, currency), proof=proof)

    done = _run(context, do)
    click.echo(f"{pool_id}: {'booked' if done.is_new else 'was booked before, nothing is changed'}")
    click.echo(f"paid in: {_major(_money(done.pool, done.pool.paid_minor))}")


@pool.command()
@click.argument("pool_id", metavar="POOL", type=_ID)
@click.pass_context
def withdraw(context: click.Context, pool_id: UUID) -> None:
    """The sponsor adds nothing more: what is matched stays, what is left is owed no longer."""
    over = _run(context, lambda pools, _v, _r, _e: pools.withdraw(pool_id))
    click.echo(f"{pool_id}: withdrawn; {_major(over.used)} stays matched, {_major(over.returned)} is the sponsor's")


@pool.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object; amounts in minor units.")
@click.pass_context
def list_(context: click.Context, as_json: bool) -> None:
    """Every fund, the newest first."""
    cards = _run(context, lambda _p, views, _r, _e: views.cards())
    if as_json:
        click.echo(json.dumps({"pools": [_as_json(card) for card in cards]}, ensure_ascii=False))
        return
    for card in cards:
        its = card.pool
        said = f"used {_major(its.used)}, left {_major(its.left)} of {_major(its.committed)}"
        click.echo(f"{its.id}  {its.state:<9}  {said}  {its.title('zh-CN')}")
    if not cards:
        click.echo("there is no fund; `pool create` makes one")


@pool.command()
@click.argument("pool_id", metavar="POOL", type=_ID)
@click.option("--json", "as_json", is_flag=True, help="One JSON object; amounts in minor units.")
@click.pass_context
def show(context: click.Context, pool_id: UUID, as_json: bool) -> None:
    """One fund: its rule, its windows, what is used, left, owed and held."""
    card = _run(context, lambda _p, views, _r, _e: views.card(pool_id, drafts=True))
    if as_json:
        click.echo(json.dumps(_as_json(card), ensure_ascii=False))
        return
    for line in lines_of(card, settings_of(context)):
        click.echo(line)


@pool.command()
@click.option("--pool", "pool_id", type=_ID, help="Only of this fund.")
@click.pass_context
def held(context: click.Context, pool_id: UUID | None) -> None:
    """Gifts that wait for somebody to look at them, in order of payment, with what a release would add now."""
    found, total = _run(context, lambda _p, _v, review, _e: review.held(None, limit=100, pool=pool_id))
    for one in found:
        why = one.match.reason or ""
        click.echo(f"{one.match.id}  {why:<12}  {_major(one.would)}  {one.receipt_code}  {one.pool.title('zh-CN')}")
    click.echo(f"{total} held" + ("" if total <= len(found) else f", {len(found)} shown"))


@pool.command()
@click.argument("match_id", metavar="[HELD]", type=_ID, required=False)
@click.option("--all", "everything", is_flag=True, help="All that waits, instead of one.")
@click.option("--pool", "pool_id", type=_ID, help="With --all: only of this fund.")
@click.option(
    "--reason", type=click.Choice(("new_account", "many_gifts", "ring", "shared_payer")), help="Only for this."
)
@click.pass_context
def release(
    context: click.Context, match_id: UUID | None, everything: bool, pool_id: UUID | None, reason: str | None
) -> None:
    """Match what was held, by what is left now."""
    from giving.matching import HeldReason

    if everything == (match_id is not None):
        raise Refused("name what is to be released (`pool held` lists it), or write --all")
    if match_id is not None:
        match = _run(context, lambda _p, _v, review, _e: review.release(match_id, None))
        click.echo(f"{match_id}: matched with {_major(match.stands)}")
        return
    why = HeldReason(reason) if reason else None
    done = _run(context, lambda _p, _v, review, _e: review.release_all(None, pool=pool_id, reason=why))
    click.echo(f"released {done.released}; for {done.empty} nothing was left")


@pool.command()
@click.argument("match_id", metavar="HELD", type=_ID)
@click.pass_context
def refuse(context: click.Context, match_id: UUID) -> None:
    """What was held is never matched; the gift itself stays as it is."""
    _run(context, lambda _p, _v, review, _e: review.refuse(match_id, None))
    click.echo(f"{match_id}: refused")


Act = Callable[["PoolService", "PoolViews", "MatchReview", "Engines"], Awaitable[T]]


def _run(context: click.Context, act: Act[T]) -> T:
    """Do it on the database; a refusal is one line in English. Raises: Refused."""
    from zoneinfo import ZoneInfo

    import logs
    from giving.errors import GivingError
    from launch.service.building import LOCALES
    from services.matching import MatchReview, PoolService, PoolViews
    from services.people import PeopleService
    from storage.work import UnitOfWork
    from texts import Texts

    settings = settings_of(context)
    logs.configure(settings.logs.format, "warning")

    async def work(engines: "Engines") -> T:
        unit, zone = UnitOfWork(engines), ZoneInfo(settings.timezone)
        review = MatchReview(unit, PeopleService(unit, owners=settings.owners), zone=zone)
        return await act(PoolService(unit, currency=settings.tips.currency), PoolViews(unit), review, engines)

    try:
        return on_database(settings, work, migrated=True)
    except GivingError as refused:
        words = Texts.load(LOCALES, zone=ZoneInfo(settings.timezone))
        raise Refused(words.plain("en", refused.message_key, **refused.args_for_message)) from None


def _as_json(card: "PoolCard") -> dict[str, Any]:
    its = card.pool
    return {
        "id": str(its.id), "state": its.state, "title": dict(its.titles), "sponsor": card.sponsor,
        "currency": its.currency, "committed": its.committed.minor, "used": its.used.minor, "left": its.left.minor,
        "returned": its.returned.minor, "paid": its.paid_minor, "signed_by": its.signed_by, "gifts": card.gifts,
        "held": card.held,
        "windows": [
            {
                "number": w.number, "starts_at": w.starts_at.isoformat(),
                "ends_at": w.ends_at.isoformat() if w.ends_at else None, "part": w.part_minor, "used": w.used_minor,
                "returned": w.returned_minor, "closed": w.closed_at is not None,
            }
            for w in its.windows
        ],
    }  # fmt: skip


def _money(of: Any, minor: int) -> Any:
    from giving.money import Money

    return Money(minor, of.currency)


def _major(amount: Any) -> str:
    from launch.pool_words import major

    return major(amount)
