"""From an empty town to a reported day: opening, giving with a crash in the middle, and the comparison."""

import asyncio
import functools
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp

from launch.day_demo import opening
from launch.day_demo.checking import Checking
from launch.day_demo.giving import Followers, Notes, first_amounts
from launch.day_demo.people import Json, Person
from launch.day_demo.said import Said, disagreements
from launch.day_demo.stage import RAIL_KEY, ROOT, SECRET, DayStage
from launch.day_demo.town import Town, write_seed
from launch.service.building import LateRights, Services, build_services
from settings import Settings

PROJECTS: Final = ROOT / "sandbox" / "projects.yaml"
WITH_CARDS: Final = 3
BEGINS_IN: Final = timedelta(seconds=3)
LOOK_S: Final = 0.2

Say = Callable[[str], None]
Watch = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Size:
    """How large a day is played. `seconds`: in how many the followers come, if the machine keeps up."""

    creators: int = 200
    donors: int = 20_000
    seconds: float = 120.0
    seed: int = 1


@dataclass
class Played:
    """What came of it."""

    said: list[Said] = field(default_factory=list)
    each: list[Said] = field(default_factory=list)  # of single creators and projects
    wrong: list[str] = field(default_factory=list)
    gave_up: int = 0
    took_s: float = 0.0
    killed: int = 0
    service_mb: float | None = None  # at the most, after it was started again

    def judge(self, findings: Sequence[str]) -> None:
        """Whatever is not as it must be; `findings`: of the books, beside what is told here."""
        self.wrong = [*disagreements([*self.said, *self.each]), *findings]
        if not self.each:
            self.wrong.append("there is no report, so nobody's own figures were compared")
        if self.gave_up:
            self.wrong.append(f"{self.gave_up} followers got no answer however often they tapped")
        if not self.killed:
            self.wrong.append("the service was not killed in the middle: everybody had given before")

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        figures: dict[str, dict[str, int]] = {}
        for each in self.said:
            figures.setdefault(each.what, {})[each.who] = each.figure
        return {
            "figures": figures, "one_by_one": len({one.what for one in self.each}), "wrong": self.wrong,
            "gave_up": self.gave_up, "seconds": round(self.took_s, 1), "killed": self.killed,
            "service_mb": None if self.service_mb is None else round(self.service_mb, 1),
        }  # fmt: skip


def _settings(stage: DayStage) -> Settings:
    """The same database, rail and rules as the played service has."""
    rail = {"api_base": stage.url, "key": RAIL_KEY, "webhook_secret": SECRET}
    return Settings.model_validate(
        {
            "database": {"url": stage.database},
            "web": {"public_url": stage.web},
            "quiet_hours": "",
            "rails": {"enabled": ["sandbox"], "sandbox": rail},
        }
    )


async def play_day(size: Size, folder: Path, database: str, say: Say, watch: Watch | None = None) -> Played:
    """Play it in this empty folder. `watch` looks on at the day's page while it goes, till it is cancelled.

    Raises: StageFailed, TownFailed (in an ExceptionGroup where many are at it).
    """
    from launch.service.database import prepare_database
    from services.project_import import ProjectImport
    from storage.engines import open_engines

    began, played = time.monotonic(), Played()
    town, seed = Town(size.creators, size.donors, size.seed), folder / "town.yaml"
    await asyncio.to_thread(write_seed, town, seed)
    stage = DayStage(folder, database)
    engines = open_engines(database)
    services: Services | None = None
    try:
        await prepare_database(engines)
        await stage.open(seed)
        services = build_services(_settings(stage), engines, LateRights())
        await ProjectImport(services.unit).run(PROJECTS.read_text(encoding="utf-8"))
        await stage.start()
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            await _Day(size, town, stage, services, http, say, watch).play(played)
    finally:
        await stage.close()
        if services is not None:
            await services.aclose()
        await engines.close()
    played.took_s = time.monotonic() - began
    return played


class _Day:
    def __init__(
        self, size: Size, town: Town, stage: DayStage, services: Services, http: aiohttp.ClientSession, say: Say,
        watch: Watch | None,
    ) -> None:  # fmt: skip
        self._watch = watch
        self._size, self._town, self._stage, self._services = size, town, stage, services
        self._http, self._say = http, say
        self._posts: dict[int, Json] = {}

    def _creator(self, number: int) -> Person:
        return Person(self._http, self._stage.url, self._town.creator(number))

    async def play(self, played: Played) -> None:
        """Everything, once the processes run."""
        projects = list((await self._services.projects.search(size=3)).items)
        of_day = [card.project for card in projects]
        self._say(f"{self._size.creators} creators switch charity tipping on …")
        titles = [project.title("zh-CN") for project in of_day]
        await opening.many([functools.partial(self._open, n, titles[n % 3]) for n in range(self._size.creators)])
        days = opening.days_of(self._services)
        day = await opening.schedule(days, of_day, datetime.now(UTC) + BEGINS_IN)
        pools = await opening.sign_pools(self._services, day, of_day, self._size.donors)
        self._say(f"the day {day.slug} begins; {self._size.donors} followers come within {self._size.seconds:.0f} s …")
        await asyncio.sleep(BEGINS_IN.total_seconds() + 1)
        followers = Followers(self._town, self._http, self._stage.url, self._services)
        posts = [self._posts[n] for n in range(self._size.creators)]
        giving = asyncio.create_task(followers.give(posts, self._size.seconds))
        page = f"{self._stage.web}/d/{day.slug}"
        looking = asyncio.ensure_future(self._watch(page)) if self._watch is not None else None
        await self._crash(followers.notes, played, giving)
        await giving
        notes = followers.notes
        self._say(f"{len(notes.paid)} gave, {len(notes.returned)} took it back; waiting for the day to close …")
        checking = Checking(self._services, self._town, self._http, self._stage.url, self._stage.web)
        await checking.until_booked(notes)
        await days.stop(day.id, None)
        await checking.until_reported(day.id)
        cards = min(WITH_CARDS, self._size.creators)
        played.said = await checking.everything(notes, day, [pool.id for pool in pools], cards)
        played.each = await checking.one_by_one(notes, day, of_day)
        played.service_mb = self._stage.peak_mb()
        if looking is not None:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
        played.gave_up = len(notes.gave_up)
        played.judge(await checking.findings())

    async def _open(self, number: int, project: str) -> None:
        self._posts[number] = await opening.switch_on(
            self._creator(number), self._town.channel(number), project, self._services.texts, card=number < WITH_CARDS
        )
        if not first_amounts(self._posts[number]):
            raise ValueError("the posts offer other amounts than followers of this town give")

    async def _crash(self, notes: Notes, played: Played, giving: "asyncio.Task[None]") -> None:
        """Kill the service when half of the time is over, or half of them have given; and start it again."""
        until = time.monotonic() + self._size.seconds / 2
        while time.monotonic() < until and 2 * len(notes.paid) < self._size.donors:
            done, _ = await asyncio.wait((giving,), timeout=LOOK_S)
            if done:
                return
        if giving.done():
            return
        self._say("the service is killed in the middle, and started again …")
        await self._stage.kill()
        await self._stage.start()
        played.killed += 1
