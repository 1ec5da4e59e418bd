"""What is written on the command line about a matching fund, read; and a fund in lines."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from launch.command_line import Refused

if TYPE_CHECKING:
    from giving.matching import Rule, Scope, Window
    from giving.money import Money
    from services.matching import NewPool, PoolCard
    from settings import Settings
    from storage.engines import Engines


def major(amount: "Money") -> str:
    """`12.50 CNY`."""
    from giving.money import DECIMALS

    decimals = DECIMALS[amount.currency]
    return f"{Decimal(amount.minor).scaleb(-decimals):.{decimals}f} {amount.currency}"


def money_of(text: str, currency: str) -> "Money":
    """A sum in major units. Raises: Refused."""
    from giving.conversions import ConversionRefused, amount_of

    try:
        return amount_of(text, currency)
    except ConversionRefused as refused:
        raise Refused(str(refused)) from None


async def plan_of(words: Mapping[str, Any], settings: "Settings", engines: "Engines") -> "NewPool":
    """A fund as it was written down. Raises: Refused."""
    from giving.matching import Caps, Remainder
    from services.matching import NewPool

    currency = words["currency"] or settings.tips.currency
    zone, whole = ZoneInfo(settings.timezone), money_of(words["amount"], currency)

    def cap(name: str) -> int | None:
        return money_of(words[name], currency).minor if words[name] else None

    titles = {"zh-CN": words["title"]} | ({"en": words["title_en"]} if words["title_en"] else {})
    return NewPool(
        sponsor=words["sponsor"],
        named=not words["unnamed"],
        titles=titles,
        committed=whole,
        rule=_rule(words, currency),
        windows=_windows(words, whole, zone),
        caps=Caps(cap("gift_cap"), cap("donor_cap"), cap("project_cap")),
        scope=await _scope(words, engines),
        remainder=Remainder(words["remainder"]),
    )


def _rule(words: Mapping[str, Any], currency: str) -> "Rule":
    from giving.matching import Fixed, Lottery, Ratio

    given = [name for name in ("ratio", "fixed", "lottery") if words[name]]
    if len(given) != 1:
        raise Refused("one rule: --ratio, --fixed or --lottery")
    if words["fixed"]:
        return Fixed(money_of(words["fixed"], currency).minor)
    if words["ratio"]:
        sponsor, _, donor = words["ratio"].partition(":")
        if not (sponsor.isdecimal() and donor.isdecimal() and len(words["ratio"]) <= 7):
            raise Refused(f"--ratio {words['ratio']}: is no ratio; write 1:1, 1:2 or 2:1")
        return Ratio(int(sponsor), int(donor))
    least, _, most = words["lottery"].partition("-")
    if not most or not words["seed"]:
        raise Refused("a lottery has two bounds and a seed: --lottery 0.50-8.88 --seed TEXT")
    return Lottery(money_of(least, currency).minor, money_of(most, currency).minor, words["seed"])


def _windows(words: Mapping[str, Any], whole: "Money", zone: ZoneInfo) -> "tuple[Window, ...]":
    from giving.matching import Window

    if bool(words["windows"]) == bool(words["start"]):
        raise Refused("when: --from (and --to), or --window once or more")
    if words["start"]:
        end = _time(words["end"], zone) if words["end"] else None
        return (Window(1, _time(words["start"], zone), end, whole.minor),)
    found = []
    for number, text in enumerate(words["windows"], 1):
        times, _, part = text.partition("=")
        start, _, end = times.partition("/")
        if not (part and end):
            raise Refused(f"--window {text}: write 2026-11-11T09:00/2026-11-11T10:00=5000.00")
        found.append(Window(number, _time(start, zone), _time(end, zone), money_of(part, whole.currency).minor))
    return tuple(found)


def _time(text: str, zone: ZoneInfo) -> datetime:
    from giving.giving_days import moment

    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(f"{text}: is no time; write 2026-11-11T09:00") from None
    if local.tzinfo is not None:
        raise Refused(f"{text}: times are those of the settings' timezone, without one of their own")
    return moment(local, zone)


async def _scope(words: Mapping[str, Any], engines: "Engines") -> "Scope":
    from giving.errors import DayUnknown, PersonUnknown, ProjectUnknown
    from giving.matching import Scope
    from storage.work import UnitOfWork

    async with UnitOfWork(engines).read() as work:
        projects = [await work.projects.by_slug(slug) for slug in words["projects"]]
        days = [await work.giving_days.by_slug(slug) for slug in words["days"]]
        people = await work.people.by_telegram_ids(words["creators"])
    if None in projects:
        raise ProjectUnknown
    if None in days:
        raise DayUnknown
    if len(people) < len(set(words["creators"])):
        raise PersonUnknown
    return Scope(
        days=frozenset(day.id for day in days if day),
        projects=frozenset(project.id for project in projects if project),
        creators=frozenset(person.id for person in people.values()),
    )


def lines_of(card: "PoolCard", settings: "Settings") -> Sequence[str]:
    """For people at a terminal."""
    from giving.money import Money
    from launch.service.building import LOCALES
    from texts import Texts
    from texts.pools import rule_lines

    its, zone = card.pool, ZoneInfo(settings.timezone)
    words = Texts.load(LOCALES, zone=zone)

    def sum_of(minor: int) -> str:
        return major(Money(minor, its.currency))

    lines = [
        f"{its.id}: {its.title('zh-CN')}",
        f"state: {its.state}" + (f", signed by {its.signed_by}" if its.signed_by else ""),
        f"sponsor: {card.sponsor or 'unnamed'}; owes {sum_of(_owed(card))}",
        *(f"rule: {line}" for line in rule_lines(words, "en", its)),
        f"used {major(its.used)}, left {major(its.left)}, returned {major(its.returned)} of {major(its.committed)}",
        f"gifts matched: {card.gifts}, held: {card.held}",
    ]
    for window in its.windows:
        starts = window.starts_at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        ends = window.ends_at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if window.ends_at else "used up"
        part = f"{sum_of(window.part_minor)}, used {sum_of(window.used_minor)}"
        lines.append(f"window {window.number}: {starts} to {ends}: {part}" + (", closed" if window.closed_at else ""))
    return lines


def _owed(card: "PoolCard") -> int:
    its = card.pool
    return its.committed.minor - its.returned.minor - its.paid_minor if its.signed_at else 0
