"""The message to a giving day's audience: kept in the commit in which the day begins, sent like any broadcast.

Its id follows from the day's, so that a day has one, however often it is turned. When the day ends, whoever was not
told yet is not told any more.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

import structlog

from giving.broadcasts import RUNNABLE, Broadcast, BroadcastState, Content, UrlButton
from giving.broadcasts.broadcast import BUTTON_TEXT_MOST
from giving.errors import BroadcastNotNow, GivingError, NobodyListens
from giving.giving_days import Audience, DayAct, DayState, GivingDay
from giving.giving_days.pools import DayPool
from giving.ids import token_of
from giving.names import fitting
from giving.projects import Project
from giving.subscriptions import SubscriptionKind
from services.broadcasts import BroadcastService
from services.giving_days.audiences import SEGMENTS
from services.giving_days.pools import pools_beside
from services.giving_days.service import GivingDayService
from services.links import Links
from storage.audit import AuditRecord
from storage.work import UnitOfWork, Work
from texts import Html, Texts
from texts.day_pools import announced

log = structlog.get_logger()
MOST_BUTTONS: Final = 5  # more projects than that have one button for all of them
TITLE_ON_BUTTON: Final = 40
IN_LIST, IN_LIST_UNITS = 64, 100  # of twenty projects, beside the longest text
_NAMES: Final = UUID("6f1d9a9e-4c1b-5f5e-9c9e-2d1f6f1b7a11")


def invitation(
    texts: Texts, links: Links, day: GivingDay, projects: Sequence[Project], pools: Sequence[DayPool] = (), *,
    now: datetime | None = None,
) -> Content:  # fmt: skip
    """What its audience is sent: what it is about, when, for whom, who adds to it, and the way to give; in every
    language. `now`: what pools have left is told as of then; without it none is told of.
    """
    words = {language: _words(texts, language, day, projects, pools, now) for language in texts.languages}
    return Content(words, buttons=_buttons(texts, links, day, projects))


def _words(
    texts: Texts, language: str, day: GivingDay, projects: Sequence[Project], pools: Sequence[DayPool],
    now: datetime | None,
) -> Html:  # fmt: skip
    titles = [fitting(each.title(language), most=IN_LIST, most_units=IN_LIST_UNITS) for each in projects]
    listed = [texts.chat(language, "day-invite-project", project=title) for title in titles]
    parts = [
        texts.chat(language, "day-invite-title", title=day.title(language)),
        texts.chat(language, "day-invite-text", text=day.text(language)) if day.text(language) else None,
        Html("\n".join([texts.chat(language, "day-invite-projects", least=day.amounts[0]), *listed])),
        announced(texts, language, day, pools, {each.id: each for each in projects}, now) if now is not None else None,
        _when(texts, language, day),
        texts.chat(language, "day-invite-tag", hashtag=day.hashtag) if day.hashtag else None,
    ]
    return Html("\n\n".join(part for part in parts if part))


def _when(texts: Texts, language: str, day: GivingDay) -> Html:
    return texts.chat(language, "day-invite-when", starts=day.starts_at, ends=day.ends_at)


def _buttons(texts: Texts, links: Links, day: GivingDay, projects: Sequence[Project]) -> tuple[UrlButton, ...]:
    """To each project's amounts, or to all of them; none before the bot knows its name."""
    if not links.bot_username:
        return ()
    if len(projects) > MOST_BUTTONS:
        words = {language: texts.plain(language, "button-day-choose") for language in texts.languages}
        return (UrlButton(words, links.start(f"d_{token_of(day.id)}")),)
    return tuple(
        UrlButton(
            {
                language: fitting(each.title(language), most=TITLE_ON_BUTTON, most_units=BUTTON_TEXT_MOST)
                for language in texts.languages
            },
            links.start(f"g_{token_of(each.id)}"),
        )
        for each in projects
    )


def invitation_id(day: UUID) -> UUID:
    """Of the broadcast that invites to this day."""
    return uuid5(_NAMES, str(day))


class DayInvitations:
    """Makes the broadcast with the day, starts it, and ends it with the day."""

    def __init__(
        self, unit: UnitOfWork, days: GivingDayService, broadcasts: BroadcastService, texts: Texts, links: Links
    ) -> None:  # fmt: skip
        """`broadcasts` starts them, once `days` lets them go."""
        self._unit, self._days, self._broadcasts, self._texts, self._links = unit, days, broadcasts, texts, links

    async def turned(self, work: Work, before: GivingDay, after: GivingDay, now: datetime) -> None:
        """In the commit in which a day's state changes."""
        if after.state is DayState.LIVE and after.audience is not Audience.NOBODY:
            await self._make(work, after, now)
        elif before.state is DayState.LIVE:
            await self._end(work, after, now)

    async def _make(self, work: Work, day: GivingDay, now: datetime) -> None:
        id_ = invitation_id(day.id)
        if await work.broadcasts.by_id(id_, lock=True) is not None:
            return
        found = await work.projects.by_ids(day.projects)
        open_ = [found[each] for each in day.projects if found[each].open]
        if not open_:
            return
        try:
            pools = await pools_beside(work, day)
            content = invitation(self._texts, self._links, day, open_, pools, now=now)
        except GivingError as error:  # the day begins all the same
            log.error("giving_day_invitation_impossible", day_id=str(day.id), error=repr(error))
            return
        kind, segment = SubscriptionKind.GIVING_DAYS, SEGMENTS[day.audience]
        made = Broadcast(id_, kind, segment, content, BroadcastState.DRAFT, 1, now)
        await work.broadcasts.add(made)
        await self._record(work, "drafted", made, now)
        log.info("giving_day_invitation_made", day_id=str(day.id), broadcast_id=str(id_))

    async def extended(self, work: Work, before: GivingDay, after: GivingDay, now: datetime) -> None:
        """In the commit in which a day that is on is extended: who is not told yet reads its new end.

        Nothing else of what was confirmed, or was written since, is touched.
        """
        found = await work.broadcasts.by_id(invitation_id(after.id), lock=True)
        if found is None or found.state not in (RUNNABLE | {BroadcastState.DRAFT}):
            return
        texts, its = self._texts, found.content.texts
        words = {
            code: text.replace(_when(texts, code, before), _when(texts, code, after)) for code, text in its.items()
        }
        if words == its:
            return
        edited = replace(found, content=replace(found.content, texts=words), version=found.version + 1)
        await work.broadcasts.set(found.id, content=edited.content.as_json(), version=edited.version)
        await self._record(work, "edited", edited, now)
        log.info("giving_day_invitation_extended", day_id=str(after.id), broadcast_id=str(found.id))

    async def _end(self, work: Work, day: GivingDay, now: datetime) -> None:
        found = await work.broadcasts.by_id(invitation_id(day.id), lock=True)
        if found is None or found.state not in (RUNNABLE | {BroadcastState.DRAFT}):
            return
        ended = replace(found, state=BroadcastState.CANCELLED, version=found.version + 1, ended_at=now)
        await work.broadcasts.set(found.id, state=ended.state, version=ended.version, ended_at=now)
        await self._record(work, "cancelled", ended, now)
        log.info("giving_day_invitation_ended", day_id=str(day.id), broadcast_id=str(found.id))

    async def _record(self, work: Work, what: str, about: Broadcast, now: datetime) -> None:
        after = {"kind": about.kind.value, "segment": about.segment.as_json(), "version": about.version}
        record = AuditRecord(None, "clock", f"broadcast.{what}", "broadcast", str(about.id), None, after)
        await work.audit.add(record, now=now)

    async def sweep(self) -> int:
        """Start what was made with a day that is on; how many. Twice, or after a crash, it is done once.

        What would go to more people than one admin may tell waits for a second one's word. Raises: NotLeading.
        """
        async with self._unit.read() as work:
            on = [day for day in await work.giving_days.coming() if day.state is DayState.LIVE]
            made = [(day, await work.broadcasts.by_id(invitation_id(day.id))) for day in on]
        started = 0
        for day, found in made:
            if found is not None and found.state is not BroadcastState.DRAFT and day.asked_act is DayAct.INVITE:
                await self._days.waits_no_more(day)
            if found is None or found.state is not BroadcastState.DRAFT or not await self._days.may_invite(day):
                continue
            try:
                await self._broadcasts.start(found.id, found.version, None, way="clock")
                started += 1
            except NobodyListens:
                await self._broadcasts.cancel(found.id, None, way="clock")
            except BroadcastNotNow:
                continue  # an admin, or another replica, was faster
        return started
