"""What donors are told of their instalments: queued in the commit of its reason, for the reader's day.

Each instalment has a message of its own, so that it is known of each when its notice was sent; those of one donor that
are due together leave as one (bot/notices.py).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from giving.notices import URGENCY, NoticeKind
from giving.pledges import Instalment, InstalmentState, Known, Pledge, PledgeState, Way, announced_anew
from giving.projects import Project
from giving.tips import Tip
from services.pledges.means import Means
from services.subscriptions import by_day
from storage.outbox import NewMessage, OutboxState
from storage.work import Work
from texts import zones

log = structlog.get_logger()
GATHERS: Final = timedelta(minutes=1)  # so that what is told of several pledges leaves together
_LOST: Final = (OutboxState.FAILED, OutboxState.SKIPPED)


@dataclass(frozen=True, slots=True)
class News:
    """A message to a donor about an instalment or a pledge (`subject`); once for each `nth`."""

    kind: NoticeKind
    subject: UUID
    donor: UUID
    nth: int | str = ""


def key_of_notice(kind: NoticeKind, subject: UUID, nth: int | str = "") -> str:
    """By which it is queued once."""
    return f"{kind}:{subject}:{nth}" if nth != "" else f"{kind}:{subject}"


def notice_of(instalment: Instalment) -> News:
    """The message without which it is not debited: that it will be; of one that was declined, that it is tried again.

    There is one of each, and another where they are told anew.
    """
    again = "" if instalment.reminded_at is None else str(int(instalment.reminded_at.timestamp()))
    if instalment.tries:
        nth = f"{instalment.tries}:{again}" if again else str(instalment.tries)
        return News(NoticeKind.PLEDGE_DECLINED, instalment.id, instalment.donor, nth)
    return News(NoticeKind.PLEDGE_ANNOUNCED, instalment.id, instalment.donor, again)


class Telling:
    """Queues messages by their readers' clocks, and tells what became of them."""

    def __init__(self, means: Means) -> None:
        """By these means."""
        self._means = means

    async def zones(self, work: Work, donors: Collection[UUID]) -> dict[UUID, ZoneInfo]:
        """Whose day it is when: the operator's for who chose no clock, or one that is known no more."""
        chosen = await work.subscriptions.timezones_of(donors)
        return {donor: self._zone(chosen.get(donor)) for donor in donors}

    def _zone(self, name: str | None) -> ZoneInfo:
        return ZoneInfo(name) if name is not None and zones.is_zone(name) else self._means.zone

    async def queue(self, work: Work, news: Iterable[News]) -> None:
        """To be sent by day, after a moment; one donor's stand together among those of many others."""
        every, now, quiet = list(news), self._means.now(), self._means.quiet
        if not every:
            return
        clocks = await work.subscriptions.timezones_of({one.donor for one in every})
        messages = [
            NewMessage(
                key_of_notice(one.kind, one.subject, one.nth), one.kind, URGENCY[one.kind], one.donor, one.subject,
                by_day(now + GATHERS, quiet, clocks.get(one.donor)) + _apart(one.donor),
            )
            for one in every
        ]  # fmt: skip
        await work.outbox.add_many(messages, now=now)
        self._means.wakes.outbox.set()

    async def anew(self, work: Work, instalment: Instalment) -> Instalment:
        """Of a debit that can't be made as it was told: another day, and another message. It is held."""
        anew = announced_anew(instalment, self._means.now())
        await work.instalments.move(anew, instalment.state, anew.due_at)
        await self.queue(work, [notice_of(anew)])
        return anew

    async def waits(self, work: Work, pledge: Pledge) -> None:
        """What it is for takes no gifts now: its donor is asked where it goes on; nothing is debited until then.

        The pledge is held. Each time it comes to wait they are told anew.
        """
        await work.pledges.save(replace(pledge, state=PledgeState.WAITING, renews_at=None), due_at=None)
        await work.star_subscriptions.end_of([pledge.id], self._means.now())
        nth = self._means.now().isoformat(timespec="seconds")
        await self.queue(work, [News(NoticeKind.PLEDGE_WAITING, pledge.id, pledge.donor, nth)])
        log.info("pledge_waits", pledge_id=str(pledge.id))


def _apart(donor: UUID) -> timedelta:
    return timedelta(microseconds=donor.int % 1_000_000)


async def known_of(
    work: Work, instalments: Collection[Instalment], pledges: dict[UUID, Pledge], gifts: dict[UUID, Tip]
) -> dict[UUID, Known]:
    """What else is known of each: its notice, its gift, its newest payment."""
    announced = {
        one.id: key_of_notice(news.kind, news.subject, news.nth)
        for one in instalments
        if (one.state in (InstalmentState.ANNOUNCED, InstalmentState.RETRY) and one.way is Way.SAVED)
        or (one.state is InstalmentState.ANNOUNCED and one.way is Way.STARS)
        for news in (notice_of(one),)
    }
    became = await work.outbox.became(announced.values()) if announced else {}
    given_up = [key for key, (state, _) in became.items() if state is OutboxState.SKIPPED]
    unsaid = await work.outbox.unsaid(given_up) if given_up else set()
    paying = {one.payment for one in instalments if one.payment is not None}
    payments = await work.payments.by_ids(paying) if paying else {}
    away = await _away(work, [one for one in instalments if one.id in announced and one.way is Way.STARS])
    found: dict[UUID, Known] = {}
    for one in instalments:
        gift = gifts.get(one.tip) if one.tip is not None else None
        payment = payments.get(one.payment) if one.payment is not None else None
        key = announced.get(one.id, "")
        state, sent_at = became.get(key, (OutboxState.FAILED, None))
        pledge = pledges.get(one.pledge)
        found[one.id] = Known(
            pledge.state if pledge is not None else PledgeState.CANCELLED,
            is_paid=gift is not None and gift.paid_at is not None,
            notice_at=sent_at if state is OutboxState.SENT else None,
            lost=one.id in announced
            and (state in _LOST or (one.donor in away and state is not OutboxState.SENT))
            and (one.way is Way.SAVED or key in became)
            and key not in unsaid,
            unsaid=key in unsaid,
            tip=gift.state if gift is not None else None,
            payment=payment.state if payment is not None else None,
            tried_at=payment.created_at if payment is not None else None,
            heard=payment is not None and payment.their_id is not None,
            renews=pledge is not None and pledge.renews_at is not None,
        )
    return found


async def _away(work: Work, instalments: Collection[Instalment]) -> set[UUID]:
    """Who blocked us, of those from whom Telegram takes something by itself: it does not wait until they are back."""
    donors = await work.people.by_ids({one.donor for one in instalments}) if instalments else {}
    return {donor for donor, person in donors.items() if person.unreachable_at is not None}


@dataclass(frozen=True, slots=True)
class Held:
    """An instalment and its pledge, held until the commit, and what is known of them."""

    instalment: Instalment
    pledge: Pledge
    known: Known
    gift: Tip | None

    def going_to(self, project: Project) -> "Held":
        """It goes there."""
        return replace(self, instalment=replace(self.instalment, project=project.id))


async def hold(work: Work, instalment: UUID, pledge: UUID) -> Held | None:
    """Both under their locks, the pledge first, and then its gift, which settlements hold likewise."""
    its = await work.pledges.lock(pledge)
    now = await work.instalments.lock(instalment)
    if its is None or now is None:
        return None
    gifts = await work.tips.lock_many({now.tip}) if now.tip is not None else {}
    known = (await known_of(work, [now], {its.id: its}, gifts))[now.id]
    return Held(now, its, known, gifts.get(now.tip) if now.tip is not None else None)


async def see(work: Work, instalments: Collection[Instalment]) -> dict[UUID, Known]:
    """The same of many, read only."""
    pledges = await work.pledges.by_ids({one.pledge for one in instalments})
    tips = {one.tip for one in instalments if one.tip is not None}
    return await known_of(work, instalments, pledges, await work.tips.by_ids(tips) if tips else {})
