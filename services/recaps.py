"""年度盘点: a year looked back at, by a donor, for a creator, a project, or all of us; as a picture and a page."""

import secrets
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from giving.errors import PictureFailed, ProjectUnknown, RecapUnknown, SlotUnknown
from giving.money import Money
from giving.people import Person, Visibility
from giving.projects import Project
from giving.recaps import FIRST_YEAR, Looked, RecapOf, Year, year_of
from pictures import Pictures, RecapCard
from services.briefly import Briefly
from services.clock import Clock, utc_now
from services.links import Links
from storage.work import UnitOfWork, Work
from texts import zones

log = structlog.get_logger()
CACHED_S: Final = 300.0  # of what anybody may ask for, and all of a year's gifts are looked at for
SHOWN: Final = 3  # projects in the picture
TOKEN_BYTES: Final = 16
Key = tuple[RecapOf, str, int]


def may_be_named(person: Person) -> bool:
    """Whether a year with all its sums may bear their name: not of whoever hides the one or the other."""
    return person.visibility is Visibility.NAMED and bool(person.name)


@dataclass(frozen=True, slots=True)
class ProjectYear:
    """One of the year's projects: what it was given, and what it told of it (in `did_in`), if it did."""

    project: Project
    gifts: int
    given: tuple[Money, ...]
    did: str = ""
    did_in: str = ""


@dataclass(frozen=True, slots=True)
class Recap:
    """A year. `name`: a donor's or a creator's as they wish to be seen, a project has its own; "" says none.

    `at`: below which address its page is ("" where a donor shows none): `recap/<year>/<token>` or `p/<slug>`, ….
    """

    of: RecapOf
    year: int
    name: str
    looked: Looked
    projects: tuple[ProjectYear, ...]
    at: str = ""
    shown: bool = True
    project: Project | None = None


class RecapService:
    """A donor's own is theirs until they show it; the others are public."""

    def __init__(
        self, unit: UnitOfWork, pictures: Pictures, links: Links, *, zone: ZoneInfo, cached_s: float = CACHED_S,
        now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """`zone`: the operator's, of public years and of whoever chose no clock."""
        self._unit, self._pictures, self._links, self._zone, self._now = unit, pictures, links, zone, now
        self._known: Briefly[Key, Recap] = Briefly(cached_s)

    def this_year(self) -> int:
        """On the operator's clock."""
        return self._now().astimezone(self._zone).year

    # -- one's own --

    async def mine(self, person: Person, typed: str = "") -> Recap:
        """Theirs, as it is now, on their clock. Raises: YearUnknown, RecapUnknown (nothing was given)."""
        async with self._unit.snapshot() as work:
            zone = await self._zone_of(work, person.id)
            year = year_of(typed, self._now(), zone)
            recap = await self._donors(work, person, year)
        if not recap.looked.gifts:
            raise RecapUnknown
        return recap

    async def called(self, person: Person, typed: str = "") -> Recap | None:
        """What was given because they called for it; None where nothing was. Raises: YearUnknown."""
        async with self._unit.snapshot() as work:
            year = year_of(typed, self._now(), self._zone)
            slot = await work.slots.of_creator(person.id)
            recap = await self._recap(work, RecapOf.CREATOR, person.id, year)
        if not recap.looked.gifts:
            return None
        if slot is None or not slot.open:
            return replace(recap, name=slot.name if slot is not None else person.name, shown=False)
        return replace(recap, name=slot.name, at=f"c/{slot.slug}")

    async def show(self, person: Person, year: int, on: bool, *, named: bool = False) -> Recap:
        """Open their year to whoever has its link, or close it again. Raises: YearUnknown, RecapUnknown.

        `named`: with their name, if they show it with their gifts, and as long as they do. Without it the page never
        gets one: it is in other hands by then.
        """
        await self.mine(person, str(year))
        async with self._unit() as work:
            if on:
                token, named = secrets.token_urlsafe(TOKEN_BYTES), named and may_be_named(person)
                await work.recaps.show(person.id, year, token, self._now(), named=named)
            else:
                await work.recaps.hide(person.id, year)
        log.info("recap_shown" if on else "recap_hidden", person_id=str(person.id), year=year)
        return await self.mine(person, str(year))

    # -- for anyone --

    async def of_token(self, token: str, year: int) -> Recap:
        """A donor's who shows it. Raises: RecapUnknown."""
        async with self._unit.snapshot() as work:
            found = await work.recaps.shown(token)
            person = (await work.people.by_ids([found[0]])).get(found[0]) if found is not None else None
            if found is None or found[1] != year or person is None:
                raise RecapUnknown
            recap = await self._donors(work, person, Year.of(year, await self._zone_of(work, person.id)))
        if not recap.looked.gifts:
            raise RecapUnknown
        return recap

    async def of_project(self, slug: str, year: int) -> Recap:
        """Raises: ProjectUnknown, YearUnknown, RecapUnknown."""

        async def look() -> Recap:
            async with self._unit.snapshot() as work:
                project = await work.projects.by_slug(slug)
                if project is None:
                    raise ProjectUnknown
                recap = await self._recap(work, RecapOf.PROJECT, project.id, self._public(year))
            return replace(recap, at=f"p/{slug}", project=project)

        return await self._public_one((RecapOf.PROJECT, slug, year), look)

    async def of_slot(self, slug: str, year: int) -> Recap:
        """A creator's, as long as their slot is open. Raises: SlotUnknown, YearUnknown, RecapUnknown."""

        async def look() -> Recap:
            async with self._unit.snapshot() as work:
                slot = await work.slots.by_slug(slug)
                if slot is None or not slot.open:
                    raise SlotUnknown
                recap = await self._recap(work, RecapOf.CREATOR, slot.creator, self._public(year))
            return replace(recap, name=slot.name, at=f"c/{slug}")

        return await self._public_one((RecapOf.CREATOR, slug, year), look)

    async def of_service(self, year: int) -> Recap:
        """All of us. Raises: YearUnknown, RecapUnknown."""

        async def look() -> Recap:
            async with self._unit.snapshot() as work:
                return await self._recap(work, RecapOf.SERVICE, None, self._public(year))

        return await self._public_one((RecapOf.SERVICE, "", year), look)

    async def latest(self, of: RecapOf, subject: UUID | None = None) -> int | None:
        """The year a public page leads to: this one, or the last; None where nothing was given in either."""
        this = self.this_year()
        async with self._unit.read() as work:
            for year in (this, this - 1):
                if year >= FIRST_YEAR and await work.recaps.any(of, subject, Year.of(year, self._zone)):
                    return year
        return None

    # -- pictures --

    async def picture(self, recap: Recap, language: str) -> bytes:
        """1080×1440, for sharing. Raises: PictureFailed."""
        return await self._pictures.recap(self._card(recap, language))

    async def picture_or_none(self, recap: Recap, language: str) -> bytes | None:
        """The same for a message, which goes without it where it can't be drawn."""
        try:
            return await self.picture(recap, language)
        except PictureFailed:
            return None

    def page(self, recap: Recap, language: str, form: str = "") -> str:
        """Where it is shown; "" if it isn't."""
        return self._links.recap(recap.year, recap.at, language, form) if recap.shown else ""

    def _card(self, recap: Recap, language: str) -> RecapCard:
        looked = recap.looked
        told = next((each for each in recap.projects if each.did and each.did_in == language), None)
        told = told or next((each for each in recap.projects if each.did), None)
        first = recap.projects[0].project if recap.projects else None
        page = self.page(recap, language)
        return RecapCard(
            language=language,
            of=recap.of,
            name=recap.project.title(language) if recap.project is not None else recap.name,
            year=recap.year,
            given=looked.given,
            gifts=looked.gifts,
            donors=looked.donors,
            given_in=looked.given_in,
            days=looked.days,
            given_on_days=looked.on_days,
            matched=looked.matched,
            months=looked.months,
            projects=tuple((each.project.title(language), each.given) for each in recap.projects[:SHOWN]),
            projects_in_all=len(looked.projects),
            did=told.did if told is not None else first.text(language).use if first is not None else "",
            did_by=(told.project if told is not None else first).title(language) if first is not None else "",
            told=told is not None,
            link=page or self._links.start() or self._links.public_url,
            paged=bool(page),
        )

    # -- counting --

    def _public(self, year: int) -> Year:
        return year_of(str(year), self._now(), self._zone)

    async def _public_one(self, key: Key, look: Callable[[], Coroutine[Any, Any, Recap]]) -> Recap:
        recap = await self._known.get(key, look)
        if not recap.looked.gifts:
            raise RecapUnknown
        return recap

    async def _zone_of(self, work: Work, person: UUID) -> ZoneInfo:
        name = await work.subscriptions.timezone(person)
        return ZoneInfo(name) if name is not None and zones.is_zone(name) else self._zone

    async def _donors(self, work: Work, person: Person, year: Year) -> Recap:
        token, named = await work.recaps.page_of(person.id, year.number) or ("", True)
        recap = await self._recap(work, RecapOf.DONOR, person.id, year)
        return replace(recap, name=person.name if named and may_be_named(person) else "", at=token, shown=bool(token))

    async def _recap(self, work: Work, of: RecapOf, subject: UUID | None, year: Year) -> Recap:
        looked = await work.recaps.looked(of, subject, year)
        ids = [project for project, _, _ in looked.projects]
        projects, did = await work.projects.by_ids(ids), await work.recaps.did(ids, year)
        lines = [
            ProjectYear(projects[one], gifts, given, *did.get(one, ("", "")))
            for one, gifts, given in looked.projects
            if one in projects
        ]
        return Recap(of, year.number, "", looked, tuple(lines))
