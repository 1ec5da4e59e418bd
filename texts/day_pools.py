"""A giving day's matching pools in one line each: `Matched: ¥50,000 by Morning Star, 1:1, from 09:00`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from giving.giving_days import GivingDay
from giving.giving_days.pools import DayPool, hours
from giving.matching import Fixed, Lottery, Pool, Ratio
from giving.money import DECIMALS, Money
from giving.projects import Project
from texts.markup import Html
from texts.messages import Texts

SAID: Final = 3  # hours, and projects, that are named one by one


def announced(
    texts: Texts, language: str, day: GivingDay, pools: Sequence[DayPool], projects: Mapping[UUID, Project],
    now: datetime,
) -> Html | None:  # fmt: skip
    """Those that everybody may be told of, with what each still has for the day; None without any."""
    lines = [
        line(texts, language, day, each, each.left(now, day), projects) for each in pools if each.for_all(now, day)
    ]
    return Html("\n".join(lines)) if lines else None


def line(
    texts: Texts, language: str, day: GivingDay, found: DayPool, amount: Money, projects: Mapping[UUID, Project]
) -> Html:  # fmt: skip
    """How much, by whom, by which rule, when, and for which projects, where not for all of the day's."""
    parts = [rule(texts, language, found.pool), *_when(texts, language, day, found.pool)]
    only = [
        projects[each].title(language) for each in day.projects if each in found.pool.scope.projects & set(projects)
    ]
    if only and len(only) < len(day.projects):
        comma = "、" if language.startswith("zh") else ", "
        parts.append(texts.plain(language, "day-pool-projects", projects=comma.join(only[:SAID])))
    sponsor = found.sponsor or texts.plain(language, "day-pool-unnamed")
    joined = ("，" if language.startswith("zh") else ", ").join(parts)
    return texts.chat(language, "day-pool", amount=amount, sponsor=sponsor, how=joined)


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
