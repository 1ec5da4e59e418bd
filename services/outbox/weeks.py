"""Whether their reader's week has room for what counts towards it (docs/decisions/0027-what-a-week-holds.md)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypedDict

from giving.notices import RULES, NoticeKind
from giving.subscriptions import SubscriptionKind
from services import project_updates
from services.outbox.claims import Notice
from storage.work import Work


class Limits(TypedDict):
    """By which a week is asked whether it has room."""

    now: datetime
    per_week: int


async def room(work: Work, notice: Notice, kind: SubscriptionKind, limits: Limits) -> SubscriptionKind | None:
    """What one of that `kind` counts as in their week, if that has room for it (and they wish for it); else None."""
    if notice.kind is NoticeKind.PROJECT_NEWS:  # or of giving monthly, where they wish for it only
        return await project_updates.wish_of(work, notice.person, **limits)
    if notice.kind is NoticeKind.DAY_CALL:
        may = await work.subscriptions.may_be_called([notice.person], notice.subject, **limits)
    else:
        may = await work.subscriptions.may_be_told([notice.person], kind, **limits)
    return kind if may else None


async def take_up(work: Work, notices: Sequence[Notice], kind: SubscriptionKind, limits: Limits) -> bool:
    """Whether their readers' weeks have room; they take it up. They are of one kind, and about one thing each."""
    await work.subscriptions.hold()
    rooms = [(notice, await room(work, notice, kind, limits)) for notice in notices]
    if any(counts_as is None for _, counts_as in rooms):
        return False
    for notice, counts_as in rooms:
        if counts_as is not None:
            await work.subscriptions.told([notice.person], counts_as, notice.subject, now=limits["now"])
    return True


async def take_up_one(work: Work, notices: Sequence[Notice], kind: SubscriptionKind, limits: Limits) -> bool:
    """Whether their one reader's week has room for the one message they become, which takes it up."""
    subject, person = min(notice.subject for notice in notices), notices[0].person
    await work.subscriptions.hold()
    if not await work.subscriptions.may_be_called([person], subject, **limits, kind=kind):
        return False
    await work.subscriptions.told([person], kind, subject, now=limits["now"])
    return True


async def give_back(work: Work, notices: Iterable[Notice]) -> None:
    """What counts towards a reader's week, and did not go."""
    for notice in notices:
        if RULES[notice.kind].counts_as is not None:
            await work.subscriptions.not_told([notice.person], notice.subject)
