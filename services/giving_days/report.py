"""What a giving day came to: counted once when it has closed, kept, shown, and told to each of its donors.

Later refunds, and payments that were heard of later, change no report; its page says what became different since.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from giving.day_reports import COMPARED, report_of
from giving.errors import DayUnknown, PictureFailed, ReportNotYet
from giving.giving_days import DayState, GivingDay
from giving.notices import URGENCY, NoticeKind
from giving.quiet import QuietHours
from pictures import DayCard, Pictures
from services.briefly import Briefly
from services.clock import Clock, utc_now
from services.giving_days.report_views import DayPage, Together, next_day, page_of, together_of
from services.giving_days.told import tell_admins
from services.leadership import Write
from services.links import Links
from services.people import PeopleService
from services.subscriptions import by_day
from services.wake import Wakes
from storage.outbox import NewMessage
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
TOLD_AT_ONCE: Final = 500
CACHED_S: Final = 2.0
DRAWN_S: Final = 30.0
DRAWN: Final = 20  # pictures kept, some hundred kilobytes each


class DayReports:
    """The leader makes and tells them (`sweep`); everybody may read them."""

    def __init__(
        self, unit: UnitOfWork, people: PeopleService, pictures: Pictures, links: Links, *, wakes: Wakes,
        zone: ZoneInfo, quiet: QuietHours | None = None, write: Write | None = None, cached_s: float = CACHED_S,
        now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """`quiet`: the operator's hours, for readers by their own clock. `write` opens the leader's units of work.

        What pages are read from may be `cached_s` seconds old, a picture a little more.
        """
        self._unit, self._people, self._pictures, self._links = unit, people, pictures, links
        self._wakes, self._zone, self._quiet, self._now = wakes, zone, quiet, now
        self._write = write or unit
        self._known: Briefly[str, DayPage | datetime] = Briefly(cached_s)
        self._drawn: Briefly[DayCard, bytes] = Briefly(DRAWN_S, most=DRAWN)

    # -- making and telling --

    async def sweep(self) -> int:
        """Make the reports that are due, and tell donors of those that are there; how much was done.

        Done twice, or by two replicas, it is done once. Raises: NotLeading.
        """
        async with self._unit.read() as work:
            due = await work.day_reports.due()
        done = sum([await self._make(day) for day in due])
        async with self._unit.read() as work:
            untold = await work.day_reports.untold()
        for day in untold:
            while told := await self._tell_some(day):
                done += told
        return done

    async def _make(self, day_id: UUID) -> int:
        async with self._unit.snapshot() as work:
            day = await work.giving_days.by_id(day_id)
            if day is None or day.state is not DayState.REPORTED:
                return 0
            counted = await work.day_reports.counted(day)
            earlier = await work.day_reports.earlier(day, COMPARED)
        report = report_of(day, counted, earlier, self._zone, self._now())
        async with self._write() as work:
            if not await work.day_reports.add(report):
                return 0
            now = self._now()
            kind = NoticeKind.DAY_REPORT
            await tell_admins(work, self._people, kind, day, mark="reported", now=now, quiet=self._quiet)
        self._wakes.outbox.set()
        log.info(
            "giving_day_reported", day_id=str(day.id), slug=day.slug, gifts=report.whole.gifts,
            donors=report.whole.donors, given_minor=report.given.minor, currency=report.currency,
        )  # fmt: skip
        return 1

    async def _tell_some(self, day: UUID) -> int:
        """Queue the message of the next donors, in one commit with how far it came; 0 when none is left."""
        now, kind = self._now(), NoticeKind.DAY_TOGETHER
        async with self._write() as work:
            goes_on, after = await work.day_reports.hold(day)
            if not goes_on:
                return 0
            donors = await work.day_reports.donors(day, after, TOLD_AT_ONCE)
            messages = [
                NewMessage(f"{kind}:{day}:{donor}", kind, URGENCY[kind], donor, day, by_day(now, self._quiet, clock))
                for donor, clock, reachable in donors
                if reachable
            ]
            await work.outbox.add_many(messages, now=now)
            over = len(donors) < TOLD_AT_ONCE
            await work.day_reports.told_to(day, donors[-1][0] if donors else None, all_at=now if over else None)
        self._wakes.outbox.set()
        log.info("giving_day_donors_told", day_id=str(day), queued=len(messages), all=over)
        return 0 if over else len(messages)

    # -- reading --

    async def page(self, slug: str) -> DayPage:
        """For anyone, a moment old at most; who asks at the same time shares one look.

        Raises: DayUnknown, ReportNotYet.
        """

        async def look() -> DayPage | datetime:
            async with self._unit.snapshot() as work:
                day = await work.giving_days.by_slug(slug)
                if day is None or day.state in (DayState.DRAFT, DayState.CANCELLED):
                    raise DayUnknown
                try:
                    return await self._page(work, day)
                except ReportNotYet:  # remembered too: everybody looks for it when a day ends
                    return day.closes_at

        found = await self._known.get(slug, look)
        if isinstance(found, datetime):
            raise ReportNotYet(closes=found)
        return found

    async def told(self, day_id: UUID) -> DayPage | None:
        """For those who run the day; None if there is no report."""
        async with self._unit.snapshot() as work:
            day = await work.giving_days.by_id(day_id)
            try:
                return await self._page(work, day) if day is not None else None
            except ReportNotYet:
                return None

    async def _page(self, work: Work, day: GivingDay) -> DayPage:
        report = await work.day_reports.of(day.id)
        if report is None:
            raise ReportNotYet(closes=day.closes_at)
        page = await page_of(work, day, report)
        return replace(page, next_at=await next_day(work, day, self._now(), self._zone))

    async def together(self, day_id: UUID, donor: UUID) -> Together | None:
        """What this donor is told; None if nothing of theirs is left, or there is no report."""
        async with self._unit.snapshot() as work:
            day = await work.giving_days.by_id(day_id)
            report = await work.day_reports.of(day_id)
            if day is None or report is None:
                return None
            told = await together_of(work, day, report, donor)
            return replace(told, next_at=await next_day(work, day, self._now(), self._zone)) if told else None

    async def picture(self, page: DayPage, language: str) -> bytes:
        """1080×1440, for sharing; drawn once for everybody who asks within half a minute. Raises: PictureFailed."""
        card = self._card(page, language)

        async def draw() -> bytes:
            return await self._pictures.day(card)

        return await self._drawn.get(card, draw)

    def _card(self, page: DayPage, language: str) -> DayCard:
        day, report = page.day, page.report
        return DayCard(
            language=language,
            title=day.title(language),
            hashtag=day.hashtag,
            starts_at=day.starts_at,
            ends_at=day.ends_at,
            given=report.whole.given,
            matched=report.whole.matched,
            donors=report.whole.donors,
            gifts=report.whole.gifts,
            projects=tuple((line.project.title(language), line.figures.given) for line in page.projects),
            hours=tuple(hour.given.minor for hour in report.hours),
            link=self._links.day_report(day.slug, language),
        )

    async def picture_or_none(self, page: DayPage, language: str) -> bytes | None:
        """The same for a message, which goes without it where it can't be drawn."""
        try:
            return await self.picture(page, language)
        except PictureFailed:
            return None
