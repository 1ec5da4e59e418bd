"""What the service is built of: every service of ours on one database, wired from the settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from giving.creators import BotRights
from giving.money import Money
from giving.quiet import QuietHours
from giving.tabs import Terms
from giving.tips import Limits
from launch.service.limits import broadcast_rules, fairness, pace_rules, payment_rules
from launch.service.rails import rails_of
from payments.provider import Rail
from pictures import Pictures
from services.alerts import AlertService
from services.audit import AuditService
from services.broadcasts import BroadcastDesk, BroadcastSending, BroadcastService
from services.carriers import CarrierService
from services.cleanups import CleanupService
from services.counters import CounterService
from services.creator_watch import CreatorWatch
from services.creators import ChatRights, CreatorService
from services.dialogs import DialogService
from services.giving_days import DayPosts, DaysOn, DaySteps, DayTerms, GivingDayService
from services.giving_days.cards import DayCards
from services.giving_days.invitations import DayInvitations
from services.giving_days.live import LiveDays
from services.giving_days.report import DayReports
from services.giving_days.watch import DayWatch
from services.groups import GroupService
from services.guard import Pace
from services.guard_payments import PaymentGuard
from services.handover import HandoverService
from services.health import HealthService
from services.inline import InlineService
from services.leadership import Leadership, Write
from services.links import Links
from services.matching import MatchReview, PoolService, PoolSteps, PoolViews
from services.operator import Operator
from services.outbox import OutboxService
from services.payments import PaymentService
from services.people import PeopleService
from services.privacy import PrivacyService
from services.projects import ProjectService
from services.rails import Rails
from services.rails.checkouts import CheckoutService
from services.rails.connections import ConnectionService
from services.rails.methods import MethodService
from services.rails.transfers import TransferService
from services.rankings import RankingService, RankingSteps
from services.reconcile import ReconcileService
from services.refunds import RefundService
from services.settlement import Matcher, Settler
from services.slots import SlotService
from services.subscriptions import SubscriptionService
from services.sweep import PaymentSweep
from services.tabs import TabCharges, TabService
from services.thanks import ThanksService
from services.thanks_posts import ThanksPostService
from services.tips import TapLook, TipService
from services.updates import UpdateService
from services.wake import Wakes
from settings import Settings
from storage.engines import Engines
from storage.work import UnitOfWork, Work
from texts import Texts

log = structlog.get_logger()
LOCALES: Final = Path(__file__).parents[2] / "locales"


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What the others stand on."""

    unit: UnitOfWork
    rails: Rails
    texts: Texts
    pictures: Pictures
    links: Links
    wakes: Wakes
    operator: Operator
    quiet: QuietHours | None
    people: PeopleService
    alerts: AlertService
    guard: PaymentGuard
    pace: Pace
    leadership: Leadership
    days_on: DaysOn


@dataclass(frozen=True, kw_only=True)
class Paying:
    """From a tap to the books, on to organisations, and back."""

    tips: TipService
    tabs: TabService
    tab_charges: TabCharges
    payments: PaymentService
    checkouts: CheckoutService
    sweep: PaymentSweep
    methods: MethodService
    connections: ConnectionService
    refunds: RefundService
    transfers: TransferService
    reconcile: ReconcileService
    pools: PoolService
    pool_steps: PoolSteps
    pool_views: PoolViews
    match_review: MatchReview


@dataclass(frozen=True, kw_only=True)
class Creating:
    """Creators, their chats and slots, and what is shown there."""

    watch: CreatorWatch
    creators: CreatorService
    handovers: HandoverService
    slots: SlotService
    thanks: ThanksService
    thanks_posts: ThanksPostService
    rankings: RankingService
    ranking_steps: RankingSteps
    groups: GroupService
    carriers: CarrierService
    counters: CounterService
    cleanups: CleanupService


@dataclass(frozen=True, kw_only=True)
class Days:
    """Giving days."""

    giving_days: GivingDayService
    day_steps: DaySteps
    day_reports: DayReports
    live_days: LiveDays
    day_watch: DayWatch
    day_cards: DayCards
    day_posts: DayPosts
    inline: InlineService


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """Projects, what is kept of people and told to them, and whether all is well."""

    projects: ProjectService
    audit: AuditService
    privacy: PrivacyService
    subscriptions: SubscriptionService
    outbox: OutboxService
    broadcasts: BroadcastService
    desk: BroadcastDesk
    invitations: DayInvitations
    sending: BroadcastSending
    dialogs: DialogService
    updates: UpdateService
    taps: TapLook
    health: HealthService


@dataclass(frozen=True, kw_only=True)
class Services(Ground, Paying, Creating, Days, Keeping):
    """Every service of one process, on one database: a new one is a line in its group, and one where that is made."""

    async def aclose(self) -> None:
        """Close the rails' connections, and end the process that draws."""
        await self.pictures.close()
        await self.health.close()
        for rail in self.rails.values():
            await rail.close()


def build_services(settings: Settings, engines: Engines, rights: ChatRights) -> Services:
    """The services, wired; nothing is started and no network is touched."""
    ground = _ground(settings, engines)
    paying = _paying(settings, ground)
    creating = _creating(settings, ground, rights)
    days = _days(settings, ground, creating)
    groups = (ground, paying, creating, days, _keeping(settings, ground, paying, days))
    return Services(**{name: service for group in groups for name, service in vars(group).items()})


def _ground(settings: Settings, engines: Engines) -> Ground:
    unit, wakes, zone = UnitOfWork(engines), Wakes(), ZoneInfo(settings.timezone)
    rails = Rails(rails_of(settings).values())
    texts = Texts.load(LOCALES, default=settings.language, zone=zone)
    alerts = AlertService(owners=settings.owners, wakes=wakes)
    # On SQLite the same unit: it has one writer, and what shares a commit shares its queue.
    beside = UnitOfWork(engines.apart()) if engines.beside is not None else unit
    return Ground(
        unit=unit,
        rails=rails,
        texts=texts,
        pictures=Pictures(texts),
        links=Links(settings.web.link_base),
        wakes=wakes,
        operator=Operator(settings.legal.operator, settings.legal.basis, settings.legal.contact),
        quiet=QuietHours(*settings.quiet, zone) if settings.quiet else None,
        people=PeopleService(unit, owners=settings.owners),
        alerts=alerts,
        guard=PaymentGuard(unit, rails, rules=payment_rules(settings), alerts=alerts),
        pace=Pace(pace_rules(settings)),
        leadership=Leadership(unit, beside=beside, on_taken=_taken_over),
        days_on=DaysOn(unit),
    )


async def _taken_over(work: Work) -> int:
    """The leader before us is gone: what it had claimed may be sent, what it had begun nobody knows the end of."""
    interrupted = await work.broadcasts.interrupted()
    if interrupted:
        log.warning("broadcasts_interrupted", unknown=interrupted)
    return await work.outbox.release()


def _paying(settings: Settings, on: Ground) -> Paying:
    unit, rails, links, wakes, guard, alerts = on.unit, on.rails, on.links, on.wakes, on.guard, on.alerts
    zone, language, currency = ZoneInfo(settings.timezone), settings.language, settings.tips.currency
    write = on.leadership.write
    limits, days = limits_of(settings), on.days_on
    presets = [Money(minor, currency) for minor in settings.tips.presets_minor]
    terms = Terms(Money(settings.tabs.settle_at_minor, currency), Money(settings.tabs.monthly_minor, currency))
    tabs = TabService(unit, rails, wakes=wakes, zone=zone, terms=terms)
    tips = TipService(
        unit, rails, links, limits=limits, presets=presets, language=language, guard=guard, tabs=tabs, days=days
    )  # fmt: skip
    digest_every = timedelta(seconds=settings.notices.digest_every_s)
    settler = Settler(
        unit, rails, wakes=wakes, digest_every=digest_every, guard=guard, alerts=alerts,
        matcher=Matcher(zone=zone, fairness=fairness(settings), alerts=alerts),
    )  # fmt: skip
    payments = PaymentService(unit, rails.values(), settler)
    settles_after = timedelta(hours=settings.matching.settle_hours)
    return Paying(
        tips=tips,
        tabs=tabs,
        tab_charges=TabCharges(unit, rails, tabs, tips.pay, wakes=wakes, write=write),
        payments=payments,
        checkouts=CheckoutService(unit, rails, guard),
        sweep=PaymentSweep(unit, rails, payments, alerts=alerts),
        methods=MethodService(unit, rails, links, language, payments=payments, guard=guard),
        connections=ConnectionService(unit, rails, on.people, links),
        refunds=RefundService(unit, rails, tips, alerts=alerts, payments=payments, write=write),
        transfers=TransferService(unit, rails, payments, alerts=alerts, write=write),
        reconcile=reconcile_of(settings, unit, rails, alerts, payments, write),
        pools=PoolService(unit, currency=settings.tips.currency),
        pool_steps=PoolSteps(unit, settles_after=settles_after, write=write),
        pool_views=PoolViews(unit),
        match_review=MatchReview(unit, on.people, zone=zone),
    )


def _creating(settings: Settings, on: Ground, rights: ChatRights) -> Creating:
    unit, wakes, quiet, zone = on.unit, on.wakes, on.quiet, ZoneInfo(settings.timezone)
    language, currency, write = settings.language, settings.tips.currency, on.leadership.write
    watch = CreatorWatch(unit, rights, wakes=wakes, quiet=quiet)
    creators = CreatorService(unit, rights, zone=zone, currency=currency, language=language, watch=watch)
    counted_every = timedelta(seconds=settings.notices.counter_every_s)
    return Creating(
        watch=watch,
        creators=creators,
        handovers=HandoverService(unit, rights, creators, watch, wakes=wakes, quiet=quiet),
        slots=SlotService(unit, language=language),
        thanks=ThanksService(unit, creators, wakes=wakes, quiet=quiet, per_week=settings.subscriptions.per_week),
        thanks_posts=ThanksPostService(unit, creators, rights),
        rankings=RankingService(unit, zone=zone),
        ranking_steps=RankingSteps(unit, zone=zone, write=write),
        groups=GroupService(unit, rights, creators, watch=watch),
        carriers=CarrierService(unit, wakes=wakes, quiet=quiet, write=on.leadership.write_as_caller),
        counters=CounterService(unit, wakes=wakes, every=counted_every, write=write),
        cleanups=CleanupService(unit, write=write),
    )


def _days(settings: Settings, on: Ground, creating: Creating) -> Days:
    its = settings.giving_days
    terms = DayTerms(
        ZoneInfo(settings.timezone), limits_of(settings), timedelta(hours=its.closing_hours), its.confirm_over
    )  # fmt: skip
    days = GivingDayService(on.unit, on.people, on.days_on, terms=terms, wakes=on.wakes)
    live = LiveDays(on.unit)
    posts = DayPosts(on.unit, creating.creators, quiet=on.quiet)
    days.writer.hooks.append(posts.call)
    return Days(
        giving_days=days,
        day_posts=posts,
        inline=InlineService(on.unit, creating.slots, on.days_on),
        day_steps=DaySteps(on.unit, days, on.people, on.days_on, quiet=on.quiet, write=on.leadership.write),
        day_reports=DayReports(
            on.unit,
            on.people,
            on.pictures,
            on.links,
            wakes=on.wakes,
            zone=terms.zone,
            quiet=on.quiet,
            write=on.leadership.write,
        ),
        live_days=live,
        day_watch=DayWatch(
            on.unit,
            on.people,
            live,
            wakes=on.wakes,
            quiet=on.quiet,
            button_every=timedelta(seconds=its.button_every_s),
            write=on.leadership.write,
        ),
        day_cards=DayCards(
            on.unit,
            live,
            wakes=on.wakes,
            every=timedelta(seconds=its.card_every_s),
            language=settings.language,
            write=on.leadership.write,
        ),
    )


def limits_of(settings: Settings) -> Limits:
    """What one gift may be."""
    currency = settings.tips.currency
    return Limits(Money(settings.tips.least_minor, currency), Money(settings.tips.most_minor, currency))


def _keeping(settings: Settings, on: Ground, paying: Paying, days: Days) -> Keeping:
    unit, wakes, write = on.unit, on.wakes, on.leadership.write
    language, currency = settings.language, settings.tips.currency
    zone, per_week = ZoneInfo(settings.timezone), settings.subscriptions.per_week
    broadcasts = BroadcastService(unit, on.people, broadcast_rules(settings), wakes=wakes)
    invitations = DayInvitations(unit, days.giving_days, broadcasts, on.texts, on.links)
    days.giving_days.writer.hooks.append(invitations.turned)
    return Keeping(
        projects=ProjectService(unit),
        audit=AuditService(unit, on.people),
        privacy=PrivacyService(unit, on.rails, wakes=wakes),
        subscriptions=SubscriptionService(unit, zone=zone, quiet=on.quiet),
        outbox=OutboxService(
            unit,
            paying.tips,
            wakes=wakes,
            quiet=on.quiet,
            language=language,
            currency=currency,
            reports=days.day_reports,
            live=days.live_days,
            per_week=per_week,
            zone=zone,
            write=write,
        ),
        broadcasts=broadcasts,
        invitations=invitations,
        desk=BroadcastDesk(
            unit,
            broadcasts,
            on.people,
            wakes=wakes,
            confirm_over=settings.broadcasts.confirm_over,
            zone=zone.key,
            write=write,
        ),
        sending=BroadcastSending(unit, broadcast_rules(settings), wakes=wakes, alerts=on.alerts, write=write),
        dialogs=DialogService(unit),
        updates=UpdateService(unit, write=write),
        taps=TapLook(unit),
        health=HealthService(unit),
    )


def reconcile_of(
    settings: Settings, unit: UnitOfWork, rails: Mapping[str, Rail], alerts: AlertService,
    payments: PaymentService | None = None, write: Write | None = None,
) -> ReconcileService:  # fmt: skip
    """Comparing our books with the rails'; the command line has it too, and takes fees by a door of its own."""
    its = settings.reconcile
    if payments is None:
        digest_every = timedelta(seconds=settings.notices.digest_every_s)
        matcher = Matcher(zone=ZoneInfo(settings.timezone), fairness=fairness(settings), alerts=alerts)
        settler = Settler(unit, rails, wakes=Wakes(), digest_every=digest_every, alerts=alerts, matcher=matcher)
        payments = PaymentService(unit, rails.values(), settler)
    return ReconcileService(
        unit, rails, alerts, zone=ZoneInfo(settings.timezone), hour=its.hour, days=its.days, payments=payments,
        write=write,
    )  # fmt: skip


class LateRights:
    """Stands for the bot's rights until the bot is there; nobody can ask before it listens."""

    asks: ChatRights

    async def is_administrator(self, chat: int, user: int) -> bool:
        """Ask Telegram."""
        return await self.asks.is_administrator(chat, user)

    async def of_bot(self, chat: int) -> BotRights:
        """Ask Telegram."""
        return await self.asks.of_bot(chat)

    async def has_lost(self, chat: int, user: int) -> bool:
        """Ask Telegram."""
        return await self.asks.has_lost(chat, user)

    async def administrators_of(self, chat: int) -> tuple[int, ...]:
        """Ask Telegram."""
        return await self.asks.administrators_of(chat)

    async def chat_named(self, username: str) -> int | None:
        """Ask Telegram."""
        return await self.asks.chat_named(username)
