"""After the day: everybody who says what it came to is asked, and no two of them may disagree."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import aiohttp

from giving.errors import RankingUnknown
from giving.giving_days import GivingDay
from giving.money import Money, sum_of
from giving.projects import Project
from giving.rankings import Board
from launch.day_demo.giving import Notes
from launch.day_demo.opening import CURRENCY, LANGUAGE
from launch.day_demo.people import Person, plain
from launch.day_demo.stage import RAIL_KEY
from launch.service.building import Services
from services.ledger import LedgerService

PATIENCE_S: Final = 300
CARD_PATIENCE_S: Final = 60


@dataclass(frozen=True, slots=True)
class Said:
    """What one of them says of one figure."""

    who: str
    what: str
    figure: int


def disagreements(said: Sequence[Said]) -> list[str]:
    """A line for each figure of which two of them say different things."""
    found = []
    for what in dict.fromkeys(each.what for each in said):
        of = {each.who: each.figure for each in said if each.what == what}
        if len(set(of.values())) > 1:
            found.append(f"{what}: " + ", ".join(f"{who} {figure}" for who, figure in of.items()))
    return found


class Checking:
    """Asks them, once all is booked."""

    def __init__(self, services: Services, http: aiohttp.ClientSession, base: str, web: str) -> None:
        """`base` is the sandbox, `web` our own pages."""
        self._services, self._http, self._base, self._web = services, http, base, web

    async def until_booked(self, notes: Notes) -> None:
        """Until the books hold what people say, or long enough: the comparison then says what is missing."""
        for _ in range(PATIENCE_S):
            if await self._credited() == notes.kept_minor:
                return
            await asyncio.sleep(1)

    async def until_reported(self, day: UUID) -> None:
        """Until there is a report, and rankings of the day as it closed."""
        for _ in range(PATIENCE_S):
            if await self._services.day_reports.told(day) is not None:
                return
            await asyncio.sleep(1)

    async def everything(
        self, notes: Notes, day: GivingDay, projects: Sequence[Project], pools: Sequence[UUID], card: tuple[Person, int]
    ) -> list[Said]:  # fmt: skip
        """What each says: people, the provider, the books, the page, the report, the pools, a card, the ranking."""
        said = [
            Said("people", "given, in fen", notes.kept_minor),
            Said("people", "donors", notes.donors),
            Said("people", "gifts", notes.donors),  # everybody gives once
            Said("provider", "given, in fen", await self._at_provider()),
            Said("books", "given, in fen", await self._credited()),
            Said("books", "matched, in fen", await self._balance("matched")),
        ]
        said += await self._page(day)
        said += await self._report(day)
        said += await self._pools(pools)
        said += await self._rankings(day, notes.donors)
        return said + await self._card(card, day, notes)

    async def findings(self) -> list[str]:
        """What `ledger verify` finds."""
        report = await LedgerService(self._services.unit).verify()
        return [f"ledger verify: {finding.check}: {finding.subject}" for finding in report.findings]

    async def _credited(self) -> int:
        return await self._balance("credited")

    async def _balance(self, part: str) -> int:
        async with self._services.unit.read() as work:
            balances = await work.ledger.balances_of("project:")
        return -sum(balance.minor for name, balance in balances if name.endswith(f":{part}"))

    async def _at_provider(self) -> int:
        """Its own list of payments, less what it gave back."""
        headers, after = {"Authorization": f"Bearer {RAIL_KEY}"}, ""
        total = 0
        while True:
            address = f"{self._base}/rail/records?since=0&until=9999999999&limit=1000" + (after and f"&after={after}")
            async with self._http.get(address, headers=headers) as answer:
                page: dict[str, Any] = await answer.json()
            signs = {"payment": 1, "refund": -1}
            total += sum(signs.get(each["kind"], 0) * abs(int(each["amount_minor"])) for each in page["records"])
            if not page["next"]:
                return total
            after = str(page["next"])

    async def _page(self, day: GivingDay) -> list[Said]:
        async with self._http.get(f"{self._web}/d/{day.slug}.json") as answer:
            page: dict[str, Any] = await answer.json()
        return [
            Said("live page", "given, in fen", page["raised_minor"]),
            Said("live page", "matched, in fen", page["matched_minor"]),
            Said("live page", "donors", page["donors"]),
            Said("live page", "gifts", page["gifts"]),
            Said("live page's projects", "given, in fen", sum(each["given_minor"] for each in page["projects"])),
        ]

    async def _report(self, day: GivingDay) -> list[Said]:
        page = await self._services.day_reports.told(day.id)
        if page is None:
            return [Said("report", "given, in fen", 0)]
        whole, hours = page.report.whole, page.report.hours
        by_project = [each for _, figures in page.report.projects for each in figures.given]
        return [
            Said("report", "given, in fen", page.report.given.minor),
            Said("report", "matched, in fen", sum_of(whole.matched, CURRENCY).minor),
            Said("report", "donors", whole.donors),
            Said("report", "gifts", whole.gifts),
            Said("report's projects", "given, in fen", sum_of(by_project, CURRENCY).minor),
            Said("report's hours", "given, in fen", sum(hour.given.minor for hour in hours)),
        ]

    async def _pools(self, pools: Sequence[UUID]) -> list[Said]:
        cards = [(await self._services.pool_views.card(pool)).pool for pool in pools]
        promised = sum_of((pool.committed for pool in cards), CURRENCY)
        over = sum(1 for pool in cards if pool.left.minor < 0)
        used = sum_of((pool.used for pool in cards), CURRENCY)
        apart = promised - sum_of((pool.left + pool.returned for pool in cards), CURRENCY)
        return [
            Said("pools", "matched, in fen", used.minor),
            Said("pools' rest", "matched, in fen", apart.minor),
            Said("pools", "pools over what was promised", over),
            Said("the promise", "pools over what was promised", 0),
        ]

    async def _rankings(self, day: GivingDay, gifts: int) -> list[Said]:
        """By project all gifts are on the board; counted seldom, where a count takes long."""
        found = -1
        for _ in range(PATIENCE_S):
            try:
                board = await self._services.rankings.of_day(Board.PROJECTS, day.id)
                found = sum(line.shown.standing.reach.gifts for line in board.lines)
            except RankingUnknown:
                found = -1
            if found == gifts:
                break
            await asyncio.sleep(1)
        return [Said("ranking", "gifts", found)]

    async def _card(self, card: tuple[Person, int], day: GivingDay, notes: Notes) -> list[Said]:
        """The card in a channel is edited until it says the same as people's notes."""
        creator, channel = card
        words = plain(self._services.texts.money(LANGUAGE, Money(notes.kept_minor, CURRENCY)))
        says = 0
        for _ in range(CARD_PATIENCE_S):
            shown = [m for m in await creator.messages(channel) if not m["out"] and day.title(LANGUAGE) in m["text"]]
            if any(words in plain(m["text"]) for m in shown):
                says = notes.kept_minor
                break
            await asyncio.sleep(1)
        return [Said("card", "given, in fen", says)]
