"""What messages about monthly giving tell, read when they are sent; nothing of what is no longer so."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from giving.money import Money
from giving.notices import NoticeKind
from giving.pledges import LEAST_NOTICE, RETRY_NOTICE, Instalment, InstalmentState, Pledge, PledgeState, Way
from giving.projects import Project
from services.pledges.renewed import NOT_TAKEN
from services.tabs.told import kept_method
from storage.work import Work
from texts import zones

OF_STATE: Final = {
    NoticeKind.PLEDGE_ANNOUNCED: InstalmentState.ANNOUNCED,
    NoticeKind.PLEDGE_ASKED: InstalmentState.ASKED,
    NoticeKind.PLEDGE_REMINDED: InstalmentState.ASKED,
    NoticeKind.PLEDGE_DECLINED: InstalmentState.RETRY,
}
_EXPIRED: Final = "expired_card"


class Because(StrEnum):
    """Why a card was not charged, as far as anybody says."""

    NONE = "none"  # none was tried
    EXPIRED = "expired"
    AUTHENTICATE = "authenticate"  # only its owner can say yes
    STARS = "stars"  # Telegram did not take it
    OTHER = "other"


class About(Protocol):
    """A message: what it is about."""

    @property
    def subject(self) -> UUID:
        """An instalment, or a pledge."""
        ...

    @property
    def person(self) -> UUID:
        """Whose."""
        ...


@dataclass(frozen=True, slots=True)
class PledgeTold:
    """A pledge for its donor, and the instalment a message is about.

    `at`: when it is debited, or tried again (else None), on the reader's `zone`. `label`: of the saved method. `news`:
    what its project told last, in its own language. `why`: of one that was declined. `stars`: what Telegram takes of it
    by itself.
    """

    pledge: Pledge
    project: Project
    instalment: Instalment | None
    zone: ZoneInfo
    at: datetime | None = None
    label: str = ""
    news: str | None = None
    why: Because = Because.NONE
    stars: Money | None = None

    @property
    def subject(self) -> UUID:
        """What its message is about: an instalment, or a pledge."""
        return self.instalment.id if self.instalment is not None else self.pledge.id

    @property
    def missed(self) -> bool:
        """Whether nobody paid by hand, as opposed to a card that was declined."""
        return self.instalment is not None and self.instalment.state is InstalmentState.MISSED


async def told(
    work: Work, kind: NoticeKind, about: Sequence[About], now: datetime, zone: ZoneInfo
) -> list[PledgeTold]:  # fmt: skip
    """What messages of one kind, to one donor, tell now. `zone`: the operator's, for who chose none."""
    subjects = [one.subject for one in about]
    instalments = await work.instalments.by_ids(subjects)
    waiting = kind is NoticeKind.PLEDGE_WAITING
    pledges = await work.pledges.by_ids(subjects if waiting else {one.pledge for one in instalments.values()})
    clocks = await work.subscriptions.timezones_of({one.person for one in about})
    projects = await _projects(work, pledges.values(), instalments)
    found: list[PledgeTold] = []
    for one in {one.subject: one for one in about}.values():  # of what was asked for twice, what is so now
        instalment = instalments.get(one.subject)
        pledge = pledges.get(one.subject) if waiting else pledges.get(instalment.pledge) if instalment else None
        if pledge is None or not _is_so(kind, pledge, instalment):
            continue
        project = projects.get(instalment.project) if instalment is not None else _first(pledge, projects)
        if project is not None:
            clock = clocks.get(one.person)
            here = ZoneInfo(clock) if clock is not None and zones.is_zone(clock) else zone
            found.append(PledgeTold(pledge, project, instalment, here))
    return [await _whole(work, kind, one, now) for one in sorted(found, key=lambda one: one.pledge.id)]


def _is_so(kind: NoticeKind, pledge: Pledge, instalment: Instalment | None) -> bool:
    if kind is NoticeKind.PLEDGE_WAITING:
        return pledge.state is PledgeState.WAITING
    if kind is NoticeKind.PLEDGE_LEFT_OUT:
        left_out = instalment is not None and instalment.state is InstalmentState.SKIPPED
        return left_out and pledge.state is PledgeState.ACTIVE
    if kind is NoticeKind.PLEDGE_PAUSED:
        return pledge.state is PledgeState.PAUSED
    if kind is NoticeKind.PLEDGE_ANNOUNCED and pledge.way is Way.STARS and pledge.renews_at is None:
        return False  # nothing is taken by itself any more
    if instalment is None or instalment.state is not OF_STATE[kind] or pledge.state is not PledgeState.ACTIVE:
        return False
    by_hand = instalment.way in (Way.LINK, Way.TAB)  # they are asked instead
    return kind is not NoticeKind.PLEDGE_ANNOUNCED or not by_hand


async def _projects(
    work: Work, every: Collection[Pledge], instalments: Mapping[UUID, Instalment]
) -> dict[UUID, Project]:
    named = {project for pledge in every for project in (pledge.project, *pledge.choices) if project is not None}
    found = await work.projects.by_ids(named | {one.project for one in instalments.values()})
    organisations = {pledge.organisation for pledge in every if pledge.organisation is not None}
    if organisations:
        found |= {project.id: project for project in await work.projects.of_organisations(organisations)}
    return found


def _first(pledge: Pledge, projects: Mapping[UUID, Project]) -> Project | None:
    """Of a pledge that waits, one of those it was for: for its words."""
    if pledge.organisation is not None:
        return next((one for one in projects.values() if one.organisation.id == pledge.organisation), None)
    return next(
        (projects[one] for one in (pledge.project, *pledge.choices) if one is not None and one in projects), None
    )


async def _whole(work: Work, kind: NoticeKind, one: PledgeTold, now: datetime) -> PledgeTold:
    instalment = one.instalment
    if instalment is None:
        return one
    label, news, at, why, stars = "", None, None, Because.NONE, None
    if kind is NoticeKind.PLEDGE_ANNOUNCED and one.pledge.renews_at is not None:
        row = (await work.star_subscriptions.open_of([one.pledge.id])).get(one.pledge.id)
        stars, at = row.amount if row is not None else None, instalment.due_at
        news = (await work.instalments.news_of([instalment.project])).get(instalment.project)
    elif kind is NoticeKind.PLEDGE_ANNOUNCED:
        saved = await kept_method(work, one.pledge.donor, one.project.organisation.id, one.pledge.rail)
        label = saved.method.label if saved is not None else ""
        news = (await work.instalments.news_of([instalment.project])).get(instalment.project)
        at = max(instalment.due_at, now + LEAST_NOTICE)  # arriving late it still comes days before
    elif kind is NoticeKind.PLEDGE_DECLINED:
        at = max(instalment.due_at, now + RETRY_NOTICE)
    if instalment.declined is not None or kind is NoticeKind.PLEDGE_DECLINED:
        why = _why(instalment.declined)
    return PledgeTold(one.pledge, one.project, instalment, one.zone, at, label, news, why, stars)


def _why(code: str | None) -> Because:
    if code == NOT_TAKEN:
        return Because.STARS
    if code is not None and "authentication" in code:
        return Because.AUTHENTICATE
    return Because.EXPIRED if code == _EXPIRED else Because.OTHER
