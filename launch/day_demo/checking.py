"""After the day: everybody who says what it came to is asked, and no two of them may disagree."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import aiohttp

from giving.errors import RankingUnknown
from giving.giving_days import GivingDay
from giving.money import sum_of
from giving.projects import Project
from giving.rankings import Board
from launch.day_demo.cards import CardWords, Figures
from launch.day_demo.giving import Notes
from launch.day_demo.opening import CURRENCY
from launch.day_demo.people import Person
from launch.day_demo.said import Said
from launch.day_demo.shares import Shares, first_hundred, shares
from launch.day_demo.stage import RAIL_KEY
from launch.day_demo.town import Town
from launch.service.building import Services
from services.ledger import LedgerService

PATIENCE_S: Final = 300
PAGE_PATIENCE_S: Final = 30


class Checking:
    """Asks them, once all is booked."""

    def __init__(self, services: Services, town: Town, http: aiohttp.ClientSession, base: str, web: str) -> None:
        """`base` is the sandbox, `web` our own pages."""
        self._services, self._town, self._http, self._base, self._web = services, town, http, base, web

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
        self, notes: Notes, day: GivingDay, pools: Sequence[UUID], cards: int
    ) -> list[Said]:  # fmt: skip
        """What each says of the whole: people, the provider, the books, the page, the report, pools, rankings, cards.

        `cards`: as many channels, the first ones, have one.
        """
        matched = await self._balance("matched")
        said = [
            Said("people", "given, in fen", notes.kept_minor),
            Said("people", "donors", notes.donors),
            Said("people", "gifts", notes.donors),  # everybody gives once
            Said("provider", "given, in fen", await self._at_provider()),
            Said("books", "given, in fen", await self._credited()),
            Said("books", "matched, in fen", matched),
        ]
        said += await self._page(day)
        said += await self._report(day)
        said += await self._pools(pools)
        said += await self._rankings(day, notes)
        whole = {"raised": notes.kept_minor, "donors": notes.donors, "matched": matched}
        for told in await asyncio.gather(*(self._card(number, notes, whole) for number in range(cards))):
            said += told
        return said

    async def one_by_one(self, notes: Notes, day: GivingDay, projects: Sequence[Project]) -> list[Said]:
        """What people, the report and the rankings say of each creator and each project."""
        each = Shares(self._services, self._town, day, notes)
        page = await self._services.day_reports.told(day.id)
        if page is None:
            return []
        return [
            *await each.of_creators(dict(page.report.creators)),
            *await each.of_projects(projects, dict(page.report.projects)),
        ]

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

    async def _rankings(self, day: GivingDay, notes: Notes) -> list[Said]:
        """By project all gifts are on the board, by creator too; counted seldom, where a count takes long."""
        found = -1
        for _ in range(PATIENCE_S):
            try:
                board = await self._services.rankings.of_day(Board.PROJECTS, day.id)
                found = sum(line.shown.standing.reach.gifts for line in board.lines)
            except RankingUnknown:
                found = -1
            if found == notes.donors:
                break
            await asyncio.sleep(1)
        called = shares(notes, self._town.follows)
        page = {"creators ranked": len(called), "points of the first hundred creators": first_hundred(called)}
        shown = await self._ranking_page(day, page)
        return [
            Said("ranking", "gifts", found),
            *(Said("people", what, figure) for what, figure in page.items()),
            *(Said("ranking's page", what, figure) for what, figure in shown.items()),
        ]

    async def _ranking_page(self, day: GivingDay, awaited: Figures) -> Figures:
        """Everybody here wishes to be ranked: all who reached anybody are on it. It may be some seconds old."""
        said: Figures = {}
        for _ in range(PAGE_PATIENCE_S):
            async with self._http.get(f"{self._web}/d/{day.slug}/ranking.json") as answer:
                page: dict[str, Any] = await answer.json()
            said = dict(zip(awaited, (page["total"], sum(row["points"] for row in page["rows"])), strict=True))
            if said == awaited:
                break
            await asyncio.sleep(1)
        return said

    async def _card(self, number: int, notes: Notes, whole: Figures) -> list[Said]:
        """The card in the channel of the creator of this number, edited until it says what the others say."""
        here = shares(notes, self._town.follows)
        awaited = whole | {"given": here[number].minor if number in here else 0}
        creator = Person(self._http, self._base, self._town.creator(number))
        said = await CardWords(self._services.texts).of(creator, self._town.channel(number), awaited)
        who = f"card {number + 1}"
        return [
            Said(who, "given, in fen", said.get("raised", 0)),
            Said(who, "donors", said.get("donors", 0)),
            Said(who, "matched, in fen", said.get("matched", 0)),
            Said(who, f"given in channel {number + 1}, in fen", said.get("given", 0)),
            Said("people", f"given in channel {number + 1}, in fen", awaited["given"]),
        ]
