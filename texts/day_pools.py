"""A giving day's matching pools in one line each: `Matched: ¥50,000 by Morning Star, 1:1, from 09:00`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from giving.giving_days import GivingDay
from giving.giving_days.pools import DayPool, hours
from giving.matching import Fixed, Lottery, Pool, Ratio
from giving.money import DECIMALS, Money
from giving.names import fitting
from giving.projects import Project
from texts.markup import Html
from texts.messages import Texts

SAID: Final = 3  # hours, projects, and pools, that are named one by one
NAME, NAME_UNITS = 40, 60  # of a sponsor or a project: all of it is one line of a message


def announced(
    texts: Texts, language: str, day: GivingDay, pools: Sequence[DayPool], projects: Mapping[UUID, Project],
    now: datetime,
) -> Html | None:  # fmt: skip
    """Those that everybody may be told of, with what each still has for the day; None without any."""
    lines = [
        line(texts, language, day, each, each.left(now, day), projects) for each in pools if each.for_all(now, day)
    ]
    if len(lines) > SAID:
        lines = [*lines[:SAID], texts.chat(language, "day-pool-others", more=len(lines) - SAID)]
    return Html("\n".join(lines)) if lines else None


def line(
    texts: Texts, language: str, day: GivingDay, found: DayPool, amount: Money, projects: Mapping[UUID, Project]
) -> Html:  # fmt: skip
    """How much, by whom, by which rule, when, and for which projects, where not for all of the day's."""
    sponsor, said = sponsor_of(texts, language, found.sponsor), how(texts, language, day, found.pool, projects)
    return texts.chat(language, "day-pool", amount=amount, sponsor=sponsor, how=said)


def sponsor_of(texts: Texts, language: str, name: str | None) -> str:
    """Who it is of; None: who wants no name said."""
    named = fitting(name, most=NAME, most_units=NAME_UNITS) if name else None
    return named or texts.plain(language, "day-pool-unnamed")


def how(texts: Texts, language: str, day: GivingDay, pool: Pool, projects: Mapping[UUID, Project]) -> str:
    """By which rule, when in the day, and for which of its projects, where not for all: `1:1, from 09:00`."""
    parts = [rule(texts, language, pool), *_when(texts, language, day, pool)]
    only = [
        fitting(projects[each].title(language), most=NAME, most_units=NAME_UNITS)
        for each in day.projects
        if each in pool.scope.projects & set(projects)
    ]
    if only and len(only) < len(day.projects):
        comma = "、" if language.startswith("zh") else ", "
        parts.append(texts.plain(language, "day-pool-projects", projects=comma.join(only[:SAID])))
    return ("，" if language.startswith("zh") else ", ").join(parts)


def rule(texts: Texts, language: str, pool: Pool) -> str:
    """In a few words: 1:1, ¥2 for every ¥1, ¥1 to every gift."""

    def money(minor: int) -> Money:
        return Money(minor, pool.currency)

    match pool.rule:
        case Ratio(sponsor, donor) if sponsor == donor:
            return "1:1"
        case Ratio(sponsor, donor):
            unit = 10 ** DECIMALS[pool.currency]
            said = {"sponsor": money(sponsor * unit), "donor": money(donor * unit)}
            return texts.plain(language, "day-pool-ratio", **said)
        case Fixed(minor):
            return texts.plain(language, "day-pool-fixed", amount=money(minor))
        case Lottery(least, most, _):
            return texts.plain(language, "day-pool-lottery", least=money(least), most=money(most))


def _when(texts: Texts, language: str, day: GivingDay, pool: Pool) -> list[str]:
    def at(moment: datetime) -> str:
        local, first = moment.astimezone(texts.zone), day.starts_at.astimezone(texts.zone)
        return f"{local:%H:%M}" if local.date() == first.date() else texts.moment(language, moment)

    every = hours(pool, day)
    said = [
        texts.plain(language, "day-pool-from", at=at(starts))
        if ends is None
        else texts.plain(language, "day-pool-between", starts=at(starts), ends=at(ends))
        for starts, ends in every[:SAID]
    ]
    if len(every) > SAID:
        said.append(texts.plain(language, "day-pool-more", more=len(every) - SAID))
    return said
