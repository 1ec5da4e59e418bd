"""What was decided before, for a batch of gifts: read together, one statement a question."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from giving.matching import Fairness, Match, PaidGift, Pool, Standing
from storage.matching.rows import OnMatching
from storage.sets import SetStatement, reader

_KNOWN = SetStatement({"id": "uuid"}, "SELECT people.id, people.met_at FROM r JOIN people ON people.id = r.id", gives=2)
_DONOR_DAYS = SetStatement(
    {"pool": "uuid", "donor": "uuid", "day": "text"},
    "SELECT r.pool, r.donor, r.day, CAST(sum(CASE WHEN matches.state = 'matched'"
    " THEN matches.amount_minor - matches.back_minor ELSE 0 END) AS bigint), count(*)"
    " FROM r JOIN matches ON matches.pool_id = r.pool AND matches.donor_id = r.donor AND matches.local_day = r.day"
    " GROUP BY r.pool, r.donor, r.day",
    gives=5,
)
_PROJECTS = SetStatement(
    {"pool": "uuid", "project": "uuid"},
    "SELECT r.pool, r.project, pool_projects.matched_minor + pool_projects.shared_minor"
    " FROM r JOIN pool_projects ON pool_projects.pool_id = r.pool AND pool_projects.project_id = r.project",
    gives=3,
)
_PAYERS = SetStatement(
    {"payer": "text"},
    "SELECT DISTINCT r.payer, matches.donor_id FROM r JOIN matches ON matches.payer = r.payer",
    gives=2,
)
_BESIDE = SetStatement(
    {"place": "uuid", "minor": "bigint", "since": "timestamptz", "until": "timestamptz"},
    "SELECT DISTINCT r.place, r.minor, matches.paid_at, matches.donor_id FROM r JOIN matches"
    " ON matches.place_id = r.place AND matches.gift_minor = r.minor"
    " AND matches.paid_at >= r.since AND matches.paid_at <= r.until",
    gives=4,
)


class StandingStore(OnMatching):
    """Reads only; the pools are held, so that nobody else decides meanwhile."""

    async def known_since(self, people: Collection[UUID]) -> dict[UUID, datetime]:
        """When each of them was first met."""
        read = reader(self._connection)
        rows = await _KNOWN.run(self._connection, [(person,) for person in people])
        return {read.id(id_): read.at(met_at) for id_, met_at in rows}

    async def standing(self, pools: Sequence[Pool], gifts: Sequence[PaidGift], fairness: Fairness) -> Standing:
        """What counts for these gifts, of these pools."""
        found = Standing()
        read = reader(self._connection)
        await self._of_caps(
            found,
            {(pool.id, gift.donor, gift.local_day.isoformat()) for pool in pools for gift in gifts},
            {(pool.id, gift.project) for pool in pools for gift in gifts},
        )
        payers = {(gift.payer,) for gift in gifts if gift.payer is not None}
        for payer, donor in await _PAYERS.run(self._connection, payers):
            found.payers.setdefault(payer, set()).add(read.id(donor))
        for place, minor, at, donor in await _BESIDE.run(self._connection, _near(gifts, fairness)):
            found.beside[read.known(place), int(minor)].append((read.at(at), read.id(donor)))
        return found

    async def under_caps(self, matches: Collection[Match]) -> Standing:
        """What the caps of their pools have counted for the donors, days and projects of these."""
        found = Standing()
        days = {(match.pool, match.donor, match.local_day.isoformat()) for match in matches}
        await self._of_caps(found, days, {(match.pool, match.project) for match in matches})
        return found

    async def _of_caps(
        self, found: Standing, days: Collection[tuple[UUID, UUID, str]], projects: Collection[tuple[UUID, UUID]]
    ) -> None:
        read = reader(self._connection)
        for pool, donor, day, minor, count in await _DONOR_DAYS.run(self._connection, days):
            found.donor_days[read.known(pool), read.id(donor), date.fromisoformat(day)] = int(minor), int(count)
        for pool, project, minor in await _PROJECTS.run(self._connection, projects):
            found.projects[read.known(pool), read.known(project)] = int(minor)


def _near(gifts: Sequence[PaidGift], fairness: Fairness) -> list[tuple[UUID, int, datetime, datetime]]:
    """Where and when a ring could be; amounts that make none are not asked for."""
    if fairness.ring_gifts < 2:
        return []
    around = timedelta(seconds=fairness.ring_seconds)
    times: dict[tuple[UUID, int], list[datetime]] = {}
    for gift in gifts:
        if gift.amount.minor not in fairness.usual:
            times.setdefault((gift.place, gift.amount.minor), []).append(gift.paid_at)
    return [(place, minor, min(at) - around, max(at) + around) for (place, minor), at in times.items()]
