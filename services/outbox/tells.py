"""What each kind of notice is rendered from: read when it is sent, since much may have changed since it was queued."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from giving.alerts import Alert
from giving.creators import Chat
from giving.projects import Organisation
from giving.subscriptions import SubscriptionKind
from giving.tips import TipState
from services import alerts, digests, handover, project_updates, thanks, whys
from services.broadcasts import desk
from services.certificates import CertificateService, Proof
from services.clock import Clock
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
from services.outbox.claims import Notice
from services.outbox.weeks import Limits, room
from services.pledges import told as pledges_told
from services.pledges.told import PledgeTold
from services.project_updates import NewsTold
from services.refunds import RefundTold, Returned
from services.refunds import told as refunds_told
from services.tabs import ChargeTold
from services.tabs import told as tab_charges
from services.thanks import ThanksTold
from services.tips import TipCard, TipService
from services.whys import WhyRead
from storage.refunds import RefundState
from storage.work import UnitOfWork

log = structlog.get_logger()


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


class Tells:
    """None of them if it is no longer so, or there is nothing left to tell."""

    def __init__(
        self, unit: UnitOfWork, tips: TipService, *, currency: str, zone: ZoneInfo, per_week: int, now: Clock,
        reports: DayReports | None, live: LiveDays | None, certificates: CertificateService | None,
    ) -> None:  # fmt: skip
        """`reports`, `live`: of giving days. `zone`: the operator's."""
        self._unit, self._tips, self._currency, self._zone = unit, tips, currency, zone
        self._per_week, self._now = per_week, now
        self._reports, self._live, self._certificates = reports, live, certificates

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

    async def certificate(self, notice: Notice) -> tuple[Proof, bytes | None] | None:
        """A certificate of monthly giving, with its picture if that can be drawn."""
        its = self._certificates
        proof = await its.told(notice.subject) if its is not None else None
        return (proof, await its.picture_or_none(proof, notice.language)) if proof and its else None

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

    async def pledges(self, notices: Sequence[Notice]) -> list[PledgeTold]:
        """What these, of one donor and one kind, tell of their monthly giving; not what is no longer so."""
        async with self._unit.read() as work:
            return await pledges_told.told(work, notices[0].kind, notices, self._now(), self._zone)

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
            limits: Limits = {"now": self._now(), "per_week": self._per_week}
            if await room(work, notice, SubscriptionKind.GIVING_DAYS, limits) is None:
                log.info("giving_day_call_left_out", day_id=str(notice.subject), person_id=str(notice.person))
                return None
            return await day_posts.called(work, notice.subject, notice.person, self._now())

    async def why_read(self, notice: Notice) -> WhyRead | None:
        """What became of a donor's sentence; None if it is no longer theirs, or was rewritten."""
        async with self._unit.read() as work:
            return await whys.told(work, notice.subject, notice.person)

    async def whys_waiting(self, _notice: Notice) -> int:
        """How many sentences wait for a reviewer by now."""
        async with self._unit.read() as work:
            return (await work.whys.waiting(0))[1]

    async def project_news(self, notice: Notice) -> NewsTold | None:
        """What a project tells; None if its reader wants none any more, or was told enough this week."""
        async with self._unit.read() as work:
            limits: Limits = {"now": self._now(), "per_week": self._per_week}
            return await project_updates.told(work, notice.subject, notice.person, **limits)
