"""Messages that are rows: claimed by the sender, rendered in the reader's language when they are sent."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from giving.alerts import Alert
from giving.creators import Chat
from giving.notices import AT_MOST_ONCE, URGENCY, NoticeKind, Urgency
from giving.people import language_of
from giving.projects import Organisation
from giving.quiet import QuietHours
from giving.subscriptions import PER_WEEK, SubscriptionKind
from giving.tips import TipState
from services import alerts, digests, handover, subscriptions, thanks
from services.broadcasts import desk
from services.clock import Clock, utc_now
from services.digests import Digest
from services.giving_days import posts as day_posts
from services.giving_days import told as days_told
from services.giving_days import watch as days_watch
from services.giving_days.live import LiveDays
from services.giving_days.posts import DayCall
from services.giving_days.report import DayReports
from services.giving_days.report_views import DayPage, Together
from services.giving_days.told import DayTold
from services.giving_days.watch import MarkTold
from services.handover import ChatNews
from services.leadership import Write
from services.refunds import RefundTold, Returned
from services.refunds import told as refunds_told
from services.subscriptions import at_clock
from services.tabs import ChargeTold
from services.tabs import told as tab_charges
from services.thanks import ThanksTold
from services.tips import TipCard, TipService
from services.wake import Wakes
from storage.outbox import ClaimedMessage, OutboxState
from storage.refunds import RefundState
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
LEASE: Final = timedelta(seconds=30)
# What counts towards its reader's week from the moment it is sent. Broadcasts count too (services/broadcasts), and the
# marks of a giving day (services/giving_days/watch.py), as one with the day's call.
COUNTED: Final = {
    NoticeKind.THANKS: SubscriptionKind.THANKS,
    NoticeKind.DAY_CALL: SubscriptionKind.GIVING_DAYS,
}

__all__ = ["AccountTold", "DisputeTold", "Notice", "NoticeKind", "OutboxService"]


@dataclass(frozen=True, slots=True)
class DisputeTold:
    """A step of a dispute, with the first of the gifts it is about; what it says are its figures."""

    step: Alert
    card: TipCard


@dataclass(frozen=True, slots=True)
class AccountTold:
    """That an organisation's account takes payments, or no more."""

    step: Alert
    organisation: Organisation


@dataclass(frozen=True, slots=True)
class Notice:
    """A queued message, leased to the sender; there is one of each `key`.

    `subject` is the id of a tip, chat, slot, thank-you or alert.
    """

    id: UUID
    kind: NoticeKind
    recipient: int
    person: UUID
    subject: UUID
    language: str
    attempts: int
    silent: bool
    message_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    key: str = ""


class OutboxService:
    """A message whose sender died is claimed again when its lease runs out: it arrives at least once.

    What may arrive at most once (giving.notices) is marked before it is sent, and not sent again by itself after that.
    """

    def __init__(
        self, unit: UnitOfWork, tips: TipService, *, wakes: Wakes, quiet: QuietHours | None, language: str,
        currency: str, reports: DayReports | None = None, live: LiveDays | None = None, per_week: int = PER_WEEK,
        write: Write | None = None, zone: ZoneInfo | None = None, now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """`quiet`: by their reader's clock receipts come silently then, everything else waits for the morning.

        `reports`, `live`: of giving days. `zone`: the operator's; without it that of `quiet`.

        `write` opens the sender's units of work: in production the leader's, which nobody else can write by.
        """
        self._write = write or unit
        self._held: set[UUID] = set()
        self._unit, self._tips, self._wakes, self._quiet, self._now = unit, tips, wakes, quiet, now
        self._language, self._currency, self._per_week = language, currency, per_week
        self._reports, self._live = reports, live
        self._zone = zone or (quiet.zone if quiet is not None else ZoneInfo("UTC"))

    @property
    def woken(self) -> asyncio.Event:
        """Set when something was queued."""
        return self._wakes.outbox

    async def claim(self, limit: int = 100, *, urgency: Urgency | None = None) -> list[Notice]:
        """Lease what is due (of one urgency, where it is said), receipts first; one recipient's stand together.

        Whoever claims lets go of each of them in the end (`let_go`, or what records the outcome): till then no other
        claim of this process gives it out, however long ago its lease ran out.
        """
        now = self._now()
        async with self._unit.read() as work:
            if not await work.outbox.any_due(now, urgency):
                return []
        there: list[ClaimedMessage] = []
        try:
            async with self._write() as work:
                claimed = await work.outbox.claim(now=now, lease=LEASE, limit=limit, priority=urgency)
                there = self._hold(claimed)
                gone = [message.id for message in claimed if message.telegram_id is None]
                if gone:
                    await work.outbox.give_up(gone, state=OutboxState.SKIPPED, error="the reader has left")
                cards = await work.tips.cards([m.subject for m in claimed if m.kind == NoticeKind.CARD])
        except BaseException:
            self._held.difference_update(message.id for message in there)
            raise
        order = {person: i for i, person in enumerate(dict.fromkeys(m.person for m in there))}
        together = sorted(there, key=lambda m: (URGENCY[NoticeKind(m.kind)], order[m.person]))
        return [self._notice(message, now, cards.get(message.subject)) for message in together]

    def _hold(self, claimed: Sequence[ClaimedMessage]) -> list[ClaimedMessage]:
        """Those that can be sent and that we are not sending already: a lease may end under a send that goes on.

        Asked while the claim keeps their rows: whoever records an outcome meanwhile lets go of it only after that.
        """
        free = [m for m in claimed if m.telegram_id is not None and m.id not in self._held]
        self._held.update(message.id for message in free)
        return free

    def let_go(self, notices: Iterable[Notice]) -> None:
        """Nobody here has them in hand any more: what is not marked may be claimed again when its lease is over."""
        self._held.difference_update(notice.id for notice in notices)

    @contextlib.asynccontextmanager
    async def _marking(self, notices: Sequence[Notice]) -> AsyncIterator[Work]:
        """A unit of work that records what became of them; they are let go of once it is committed.

        If it can't be, whoever claimed them still has them in hand, may try again, and lets go of them in the end.
        """
        async with self._write() as work:
            yield work
        self.let_go(notices)

    def _notice(self, message: ClaimedMessage, now: datetime, card: int | None) -> Notice:
        silent = self._quiet is not None and at_clock(self._quiet, message.timezone).holds(now)
        return Notice(
            id=message.id,
            kind=NoticeKind(message.kind),
            recipient=message.telegram_id or 0,
            person=message.person,
            subject=message.subject,
            language=message.chosen_language or language_of(message.language_code) or self._language,
            attempts=message.attempts,
            silent=silent,
            message_id=card if message.kind == NoticeKind.CARD else None,
            since=message.since_at,
            until=message.until_at,
            key=message.key,
        )

    async def begin(self, notices: Sequence[Notice]) -> bool:
        """Whether they may be sent now; what may arrive only once is marked as begun first.

        What counts towards its reader's week, if they were told enough since it was rendered, is given up.
        """
        once = [n.id for n in notices if n.kind in AT_MOST_ONCE]
        if not once:
            return True
        async with self._write() as work:
            if await work.outbox.begin(once, now=self._now()) < len(once):
                return False
            counted = [notice for notice in notices if notice.kind in COUNTED]
            return not counted or await self._begin_counted(work, counted)

    async def _begin_counted(self, work: Work, notices: Sequence[Notice]) -> bool:
        """Whether their readers' weeks have room; they take it up. They are of one kind, and about one thing each."""
        now, kind = self._now(), COUNTED[notices[0].kind]
        await work.subscriptions.hold()
        for notice in notices:
            if not await self._has_room(work, notice):
                await work.outbox.give_up(_ids(notices), state=OutboxState.SKIPPED, error="told enough this week")
                return False
        for notice in notices:
            await work.subscriptions.told([notice.person], kind, notice.subject, now=now)
        return True

    async def _has_room(self, work: Work, notice: Notice) -> bool:
        """Whether their week has room for what counts: for a thank-you where they wish for it, for a day's call."""
        subscribed, now, reader = work.subscriptions, self._now(), [notice.person]
        if notice.kind is NoticeKind.DAY_CALL:
            return bool(await subscribed.may_be_called(reader, notice.subject, now=now, per_week=self._per_week))
        return bool(await subscribed.may_be_told(reader, COUNTED[notice.kind], now=now, per_week=self._per_week))

    async def sent(self, notices: Sequence[Notice], message_id: int | None) -> None:
        """They arrived, as one message; after a first receipt its reader is asked what else they want to be told."""
        receipts = {notice.person for notice in notices if notice.kind is NoticeKind.RECEIPT}
        async with self._marking(notices) as work:
            await work.outbox.sent(_ids(notices), message_id=message_id, now=self._now())
            asked = await subscriptions.ask(work, receipts, self._now(), self._quiet) if receipts else 0
        if asked:
            self._wakes.outbox.set()
        log.info("notices_sent", kind=notices[0].kind, count=len(notices))

    async def retry(self, notices: Sequence[Notice], after_s: float, error: str, *, not_sent: bool = False) -> None:
        """Try again after that many seconds; what may arrive only once, and was begun, only if it was `not_sent`."""
        due_at = self._now() + timedelta(seconds=after_s)
        async with self._marking(notices) as work:
            await work.outbox.retry(_ids(notices), due_at=due_at, error=error[:500], not_sent=not_sent)
            if not_sent:
                await _not_told(work, notices)
        if not not_sent and any(n.kind in AT_MOST_ONCE for n in notices):
            log.warning("notices_unknown", kind=notices[0].kind, count=len(notices), error=error[:500])

    async def unreachable(self, notices: Sequence[Notice]) -> None:
        """They blocked the bot: what is about their money waits until they write again, the rest is dropped."""
        waits = [n.id for n in notices if URGENCY[n.kind] is Urgency.RECEIPT]
        dropped = [n.id for n in notices if URGENCY[n.kind] is not Urgency.RECEIPT]
        async with self._marking(notices) as work:
            await work.outbox.retry(waits, due_at=self._now(), error="blocked the bot")
            await work.outbox.give_up(dropped, state=OutboxState.SKIPPED, error="blocked the bot")
            await _not_told(work, notices)
            await work.people.unreachable(sorted({n.recipient for n in notices}), self._now())
        log.info("notices_unreachable", kind=notices[0].kind, count=len(notices))

    async def failed(self, notices: Sequence[Notice], error: str) -> None:
        """Telegram refuses the message itself: it would refuse it every time."""
        async with self._marking(notices) as work:
            await work.outbox.give_up(_ids(notices), state=OutboxState.FAILED, error=error[:500])
            await _not_told(work, notices)
        log.error("notices_failed", kind=notices[0].kind, count=len(notices), error=error[:500])

    async def tip_cards(self, notices: Sequence[Notice]) -> list[TipCard]:
        """The tips that receipts and cards are about."""
        return await self._tips.cards([n.subject for n in notices])

    async def paid_again(self, notice: Notice) -> list[TipCard]:
        """What one charge paid a second time: where it was a tab's, several tips."""
        cards = await self.tip_cards([notice])
        if not cards or notice.key == f"{notice.kind}:{notice.subject}" or (of := cards[0].tip).payment is None:
            return cards
        async with self._unit.read() as work:
            paid = await work.tips.paid_by(of.payment, of.donor)
        return await self._tips.cards([tip.id for tip in paid if tip.extra_of and tip.charge == of.charge])

    async def returned(self, notices: Sequence[Notice]) -> list[Returned]:
        """What went back, of which gift."""
        cards = {card.tip.id: card for card in await self.tip_cards(notices)}
        async with self._unit.read() as work:
            return await refunds_told.returned(work, notices, cards)

    async def chat(self, notice: Notice) -> Chat | None:
        """The chat that its creator is told about."""
        async with self._unit.read() as work:
            return (await work.creators.chats_by_ids([notice.subject])).get(notice.subject)

    async def digest(self, notice: Notice) -> Digest | None:
        """What a digest tells; None if nothing is left to tell (all of it was taken back)."""
        async with self._unit.read() as work:
            window = {"since": notice.since, "until": notice.until}
            return await digests.told(work, notice.subject, currency=self._currency, **window)

    async def chat_news(self, notice: Notice) -> ChatNews | None:
        """What a message about a chat tells; None if it is no longer so."""
        async with self._unit.read() as work:
            return await handover.news(work, notice.kind, notice.subject, notice.person)

    async def thanks(self, notice: Notice) -> ThanksTold | None:
        """A creator's thank-you; None if its reader wants none any more."""
        async with self._unit.read() as work:
            return await thanks.told(work, notice.subject, notice.person, now=self._now(), per_week=self._per_week)

    async def broadcast_asked(self, notice: Notice) -> desk.Asked | None:
        """What a second admin is asked about; None if it is no longer so."""
        async with self._unit.read() as work:
            return await desk.asked(work, notice.subject)

    async def wishes(self, notice: Notice) -> bool:
        """Whether to ask what they want to be told; not who switched something on meanwhile."""
        async with self._unit.read() as work:
            return not await work.subscriptions.of(notice.person)

    async def day_report(self, notice: Notice) -> tuple[DayPage, bytes | None] | None:
        """What a giving day came to, with its picture if that can be drawn."""
        page = await self._reports.told(notice.subject) if self._reports is not None else None
        return (page, await self._reports.picture_or_none(page, notice.language)) if page and self._reports else None

    async def together(self, notice: Notice) -> Together | None:
        """What a donor of a giving day is told; None if nothing of theirs is left."""
        return await self._reports.together(notice.subject, notice.person) if self._reports is not None else None

    async def refund_declined(self, notice: Notice) -> RefundTold | None:
        """Why a gift is not given back; None if it is by now."""
        cards = await self._tips.cards([notice.subject])
        async with self._unit.read() as work:
            refund = (await work.refunds.of([notice.subject])).get(notice.subject)
        if not cards or refund is None or refund.reason is None:
            return None
        return RefundTold(cards[0], refund.reason)

    async def refund_failed(self, notice: Notice) -> Returned | None:
        """A gift that could not be given back; None if it was by now, or is asked for again."""
        failed = await self.returned([notice])
        async with self._unit.read() as work:
            refund = (await work.refunds.of([notice.subject])).get(notice.subject)
        over = refund is None or refund.state not in (RefundState.REQUESTED, RefundState.ASKED, RefundState.DONE)
        return failed[0] if failed and over and failed[0].card.tip.state is not TipState.REFUNDED else None

    async def refund_other(self, notice: Notice) -> TipCard | None:
        """A gift of which one refund failed while another is on its way; None if that one arrived by now."""
        cards = await self._tips.cards([notice.subject])
        return cards[0] if cards and cards[0].tip.state is not TipState.REFUNDED else None

    async def dispute(self, notice: Notice) -> DisputeTold | None:
        """What a donor, or a creator, is told of a dispute."""
        told = await self.alert(notice)
        cards = await self._tips.cards([UUID(str(told.said["tip"]))]) if told is not None else []
        return DisputeTold(told, cards[0]) if told is not None and cards else None

    async def account(self, notice: Notice) -> AccountTold | None:
        """How an organisation's account is now."""
        async with self._unit.read() as work:
            told = await alerts.told(work, notice.subject)
            of = UUID(str(told.said["organisation"])) if told is not None else notice.subject
            organisation = (await work.projects.organisations_by_ids({of})).get(of)
        return AccountTold(told, organisation) if told is not None and organisation is not None else None

    async def tab_charge(self, notice: Notice) -> ChargeTold | None:
        """A tab's charge; None if it is decided, or skipped, by now."""
        async with self._unit.read() as work:
            return await tab_charges.told(work, notice.subject, self._now())

    async def tab_not_charged(self, notice: Notice) -> ChargeTold | None:
        """A charge that its donor pressed for, and that was put back; None if it is under way by now."""
        async with self._unit.read() as work:
            return await tab_charges.put_back(work, notice.subject)

    async def alert(self, notice: Notice) -> Alert | None:
        """What those who look after the money are told."""
        async with self._unit.read() as work:
            return await alerts.told(work, notice.subject)

    async def mark(self, notice: Notice) -> MarkTold | None:
        """What is told of a mark that a giving day has passed; None if it is too late for it."""
        if self._live is None:
            return None
        return await days_watch.told(self._unit, self._live, notice.kind, notice.subject, self._now())

    async def day(self, notice: Notice) -> DayTold | None:
        """What admins are told of a giving day; None if it is no longer so."""
        async with self._unit.read() as work:
            return await days_told.told(work, notice.kind, notice.subject, self._now(), self._zone)

    async def day_call(self, notice: Notice) -> DayCall | None:
        """What a creator is told of a day that is on.

        None if it is over, no channel of theirs is part of it, or they were told enough this week.
        """
        async with self._unit.read() as work:
            if not await self._has_room(work, notice):
                log.info("giving_day_call_left_out", day_id=str(notice.subject), person_id=str(notice.person))
                return None
            return await day_posts.called(work, notice.subject, notice.person, self._now())

    async def queue_digests(self) -> int:
        """Queue the digests that are due; in quiet hours they wait for the morning. Returns how many were queued."""
        async with self._unit.read() as work:
            if not await digests.any_due(work, self._now()):
                return 0
        async with self._write() as work:
            queued = await digests.queue(work, self._now(), self._quiet)
        if queued:
            self._wakes.outbox.set()
        return queued


async def _not_told(work: Work, notices: Iterable[Notice]) -> None:
    """What counts towards a reader's week, and did not go."""
    for notice in notices:
        if notice.kind in COUNTED:
            await work.subscriptions.not_told([notice.person], notice.subject)


def _ids(notices: Iterable[Notice]) -> list[UUID]:
    return [notice.id for notice in notices]
