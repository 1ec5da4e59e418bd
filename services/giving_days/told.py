"""What admins are told of giving days: that one asks for their word, that a draft is there, that a project closed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from giving.giving_days import DayAct, DayState, GivingDay
from giving.notices import URGENCY, NoticeKind
from giving.people import Person, Role
from giving.projects import Project
from giving.quiet import QuietHours
from services.giving_days.audiences import size_of
from services.people import PeopleService
from services.subscriptions import by_day
from storage.outbox import NewMessage
from storage.work import Work


@dataclass(frozen=True, slots=True)
class DayTold:
    """A day as its admins are told of it: who asked, how many people, which of its projects are closed."""

    day: GivingDay
    asker: Person | None
    people: int
    closed: tuple[Project, ...]


async def tell_admins(
    work: Work, people: PeopleService, kind: NoticeKind, day: GivingDay, *, mark: str, now: datetime,
    but: UUID | None = None, quiet: QuietHours | None = None,
) -> int:  # fmt: skip
    """Queue it for every admin and owner that can be written to; the same `mark` again is told once. To how many.

    `quiet`: it waits for the reader's morning.
    """
    readers = [id_ for id_ in await admins_of(work, people) if id_ != but]
    clocks = await work.subscriptions.timezones_of(readers) if quiet is not None else {}
    messages = [
        NewMessage(
            f"{kind}:{day.id}:{mark}:{person}", kind, URGENCY[kind], person, day.id,
            by_day(now, quiet, clocks.get(person)),
        )
        for person in readers
    ]  # fmt: skip
    await work.outbox.add_many(messages, now=now)
    return len(messages)


async def admins_of(work: Work, people: PeopleService) -> list[UUID]:
    """Every admin and owner that can be written to."""
    holders = await work.people.holders()
    owners = (await work.people.by_telegram_ids(people.owners)).values()
    admins = {person.id: person for person, roles in holders if Role.ADMIN in roles}
    admins |= {person.id: person for person in owners}
    return sorted(id_ for id_, person in admins.items() if person.reachable)


async def told(work: Work, kind: NoticeKind, day_id: UUID, now: datetime, zone: ZoneInfo) -> DayTold | None:
    """For the sender; None if it is no longer so. `zone`: the operator's."""
    day = await work.giving_days.by_id(day_id)
    if day is None or not _still(kind, day):
        return None
    asker = (await work.people.by_ids([day.asked_by])).get(day.asked_by) if day.asked_by is not None else None
    projects = await work.projects.by_ids(day.projects)
    closed = tuple(projects[each] for each in day.projects if not projects[each].open)
    if kind is NoticeKind.DAY_LESS and not closed:
        return None
    return DayTold(day, asker, await size_of(work, day.audience, now, zone), closed)


def _still(kind: NoticeKind, day: GivingDay) -> bool:
    match kind:
        case NoticeKind.DAY_ASKED:
            return day.asked_act in (DayAct.SCHEDULE, DayAct.GO_LIVE)
        case NoticeKind.DAY_INVITE | NoticeKind.DAY_ALONE:
            return day.state is DayState.LIVE and day.asked_act is DayAct.INVITE
        case NoticeKind.DAY_DRAFTED:
            return day.state is DayState.DRAFT
        case _:
            return day.state is DayState.LIVE
