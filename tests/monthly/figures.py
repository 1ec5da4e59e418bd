"""Certificates, years in review and organisations' figures, beside what was counted by hand."""

from collections import Counter, defaultdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from giving.circles import expected as promised_for
from giving.errors import RecapUnknown
from giving.pledges import Instalment, InstalmentState, Month, PledgeState
from giving.tips import Tip, TipState
from services.recaps import RecapService
from storage.pledge_counts import of_organisation, shared_with_others
from storage.tables import certificates
from tests.monthly.promises import Promise, named
from tests.monthly.script import HOME, PROJECTS, zone_of
from tests.monthly.town import Town
from tests.monthly.years import Years

LEVELS = (1, 3, 6, 12, 24)
SAMPLED = 25  # years of so many donors are looked back at, and of so many others


async def figures(
    years: Years, months: list[Instalment], gifts: dict[UUID, Tip], promises: dict[tuple[int, int], Promise]
) -> list[str]:
    """Where they differ."""
    return [
        *await _certificates(years, months, gifts),
        *await _recaps(years, gifts),
        *await _organisations(years, promises),
    ]


async def _certificates(years: Years, months: list[Instalment], gifts: dict[UUID, Tip]) -> list[str]:
    """One at each level, of those who get them: the 1st, 3rd, 6th and 12th month, and every year."""
    town, wrong = years.town, []
    async with town.unit.read() as work:
        rows = (await work.connection.execute(select(certificates))).all()
        quarterly = {id_ for id_, one in (await work.pledges.by_ids(set(years.whose))).items() if one.every != 1}
    made: dict[UUID, set[int]] = defaultdict(set)
    for row in rows:
        made[row.pledge_id].add(row.months)
    paid: Counter[UUID] = Counter()
    changed = set(quarterly)
    for one in months:
        if one.tip is not None and gifts[one.tip].state is TipState.REFUNDED:
            changed.add(one.pledge)  # whether it counted depends on when it was given back
        paid[one.pledge] += one.state is InstalmentState.PAID
    for pledge, (player, _) in years.whose.items():
        if pledge in changed or player.person is None or player.person.id not in town.proven:
            continue
        due = {level for level in LEVELS if level <= paid[pledge]}
        if made[pledge] != due:
            wrong.append(f"certificates of {pledge}: {sorted(made[pledge])} of {paid[pledge]} months")
    return wrong


async def _recaps(years: Years, gifts: dict[UUID, Tip]) -> list[str]:
    """A donor's years are what they gave in them, by their own calendar."""
    town, wrong = years.town, []
    service = RecapService(
        town.unit, town.world.pictures, town.links, zone=zone_of(HOME), cached_s=0, now=lambda: town.now
    )
    theirs: dict[UUID, list[Tip]] = defaultdict(list)
    for gift in gifts.values():
        if gift.paid_at is not None and gift.state is TipState.PAID:
            theirs[gift.donor].append(gift)
    for player in years.players[:: max(len(years.players) // SAMPLED, 1)]:
        if player.person is None:
            continue
        zone = zone_of(player.zone)
        for year in range(2026, town.now.astimezone(zone).year + 1):
            mine = [gift for gift in theirs[player.person.id] if _in(gift.paid_at, year, player.zone)]
            try:
                looked = (await service.mine(player.person, str(year))).looked
                found = looked.gifts, sum(money.minor for money in looked.given)
            except RecapUnknown:
                found = 0, 0
            if found != (len(mine), sum(gift.amount.minor for gift in mine)):
                wrong.append(f"{year} of donor {player.donor.number}: {found}, counted by hand {len(mine)}")
            years.seen.acts["recap"] += bool(mine)
    return wrong


def _in(at: datetime | None, year: int, zone: str | None) -> bool:
    return at is not None and at.astimezone(zone_of(zone)).year == year


async def _organisations(years: Years, promises: dict[tuple[int, int], Promise]) -> list[str]:
    """Who gives to them every month, who paused, and what is to come next month."""
    town: Town = years.town
    wrong, coming = [], Month.of(town.now, zone_of(HOME)).plus(1)
    for name in sorted(set(PROJECTS.values())):
        scope, shared = of_organisation(town.organisations[name].id), shared_with_others(town.organisations[name].id)
        async with town.unit.read() as work:
            states = await work.pledge_counts.by_state(scope)
            rows = await work.pledge_counts.promised(scope, coming, shared=shared)
        mine = [one for one in promises.values() if name in one.goal.organisations]
        for state in (PledgeState.ACTIVE, PledgeState.PAUSED, PledgeState.WAITING):
            want = sum(one.state == state.value for one in mine)
            if states.get(state, 0) != want:
                wrong.append(f"{name}: {states.get(state, 0)} {state}, should be {want}")
        whole = [one for one in mine if one.goal.organisations == {name}]
        want = sum(one.amount for one in whole if _gives_in(one, coming))
        found = sum(money.minor for money in promised_for(rows, coming))
        if found != want:
            wrong.append(f"{name}: {found} expected for {coming}, should be {want}")
        years.seen.acts["organisation"] += bool(mine)
    return wrong


def _gives_in(promise: Promise, month: Month) -> bool:
    """Whether a month is still to come of it; what was left out of it after its notice is not."""
    if promise.state != "active" and (promise.state != "paused" or promise.until is None):
        return False
    number = month.year * 12 + month.number - 1
    begun = next((one for one in promise.months if one.month == number), None)
    if begun is not None:
        assert named(begun.month) == str(month)
        return begun.open or begun.state in ("tab", "paid")
    return number >= promise.first and promise.falls_in(number)
