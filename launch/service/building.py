"""What the service is built of: every service of ours on one database, wired from the settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from giving.creators import BotRights
from giving.money import Money
from giving.quiet import QuietHours
from giving.stars import STARS
from giving.tabs import Terms
from giving.tips import Limits
from launch.service.china_rails import alipay_rail, wechat_rail
from launch.service.limits import pace_rules, payment_rules
from launch.telegram_rails import rate_of
from payments.provider import Rail
from payments.sandbox import SandboxRail
from payments.sandbox_card import SandboxCardRail
from payments.stars_rail import StarsRail, TokenRail
from services.alerts import AlertService
from services.audit import AuditService
from services.carriers import CarrierService
from services.cleanups import CleanupService
from services.counters import CounterService
from services.creator_watch import CreatorWatch
from services.creators import ChatRights, CreatorService
from services.dialogs import DialogService
from services.groups import GroupService
from services.guard import Pace
from services.guard_payments import PaymentGuard
from services.handover import HandoverService
from services.health import HealthService
from services.leadership import Leadership, Write
from services.links import Links
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
from services.reconcile import ReconcileService
from services.refunds import RefundService
from services.settlement import Settler
from services.slots import SlotService
from services.sweep import PaymentSweep
from services.tabs import TabCharges, TabService
from services.thanks import ThanksService
from services.tips import TapLook, TipService
from services.transfers import TransferService
from services.updates import UpdateService
from services.wake import Wakes
from settings import Settings
from storage.engines import Engines
from storage.work import UnitOfWork
from texts import Texts

LOCALES: Final = Path(__file__).parents[2] / "locales"


@dataclass(frozen=True, slots=True)
class Services:
    """Every service of one process, on one database."""

    unit: UnitOfWork
    rails: Rails
    texts: Texts
    links: Links
    people: PeopleService
    audit: AuditService
    projects: ProjectService
    creators: CreatorService
    watch: CreatorWatch
    handovers: HandoverService
    slots: SlotService
    thanks: ThanksService
    tips: TipService
    refunds: RefundService
    transfers: TransferService
    reconcile: ReconcileService
    privacy: PrivacyService
    payments: PaymentService
    checkouts: CheckoutService
    sweep: PaymentSweep
    outbox: OutboxService
    counters: CounterService
    dialogs: DialogService
    groups: GroupService
    carriers: CarrierService
    cleanups: CleanupService
    updates: UpdateService
    taps: TapLook
    tabs: TabService
    tab_charges: TabCharges
    methods: MethodService
    connections: ConnectionService
    wakes: Wakes
    operator: Operator
    health: HealthService
    guard: PaymentGuard
    pace: Pace
    leadership: Leadership

    async def aclose(self) -> None:
        """Close the rails' connections."""
        await self.health.close()
        for rail in self.rails.values():
            await rail.close()


def rails_of(settings: Settings) -> dict[str, Rail]:
    """The rails that are switched on by name."""
    rails: dict[str, Rail] = {}
    if "sandbox" in settings.rails.enabled:
        rails |= _sandbox(settings)
    if "stripe" in settings.rails.enabled:
        rails["stripe"] = _stripe(settings)
    if "wechat" in settings.rails.enabled:
        rails["wechat"] = wechat_rail(settings)
    if "alipay" in settings.rails.enabled:
        rails["alipay"] = alipay_rail(settings)
    if "stars" in settings.rails.enabled:
        rails["stars"] = StarsRail(rate_of(settings) if settings.tips.currency != STARS else None)
    if "telegram" in settings.rails.enabled:
        telegram, currency = settings.rails.telegram, settings.tips.currency
        rails["telegram"] = TokenRail(
            provider_token=telegram.provider_token.get_secret_value() if telegram.provider_token else "",
            least=Money(telegram.least_minor, currency),
            most=Money(telegram.most_minor, currency),
        )
    return rails


def _sandbox(settings: Settings) -> dict[str, Rail]:
    """Its wallet, and its card where that is wanted."""
    its = settings.rails.sandbox
    kinds = [SandboxRail, SandboxCardRail] if its.card else [SandboxRail]
    return {
        kind.name: kind(
            api_base=its.api_base,
            key=its.key.get_secret_value() if its.key else "",
            webhook_secret=its.webhook_secret.get_secret_value() if its.webhook_secret else "",
        )
        for kind in kinds
    }


def _stripe(settings: Settings) -> Rail:
    from payments.stripe_rail import Mode, Modes, StripeRail, StripeWords  # its library is loaded where it is used

    stripe = settings.rails.stripe
    return StripeRail(
        StripeWords(
            api_key=stripe.api_key.get_secret_value() if stripe.api_key else "",
            secrets=[one.get_secret_value() for one in (stripe.signing_secret, stripe.connect_signing_secret) if one],
            least=stripe.least_minor.model_dump(),
            api_base=stripe.api_base,
            livemode=stripe.livemode,
            modes=Modes(Mode(stripe.mode), {account: Mode(mode) for account, mode in stripe.mode_by_account.items()}),
            methods=stripe.methods,
            page_life=timedelta(minutes=stripe.page_minutes),
        )
    )


def build_services(settings: Settings, engines: Engines, rights: ChatRights) -> Services:
    """The services, wired; nothing is started and no network is touched."""
    unit, wakes, zone = UnitOfWork(engines), Wakes(), ZoneInfo(settings.timezone)
    language, currency = settings.language, settings.tips.currency
    links = Links(settings.web.link_base)
    rails = Rails(rails_of(settings).values())
    digest_every = timedelta(seconds=settings.notices.digest_every_s)
    limits = Limits(Money(settings.tips.least_minor, currency), Money(settings.tips.most_minor, currency))
    presets = [Money(minor, currency) for minor in settings.tips.presets_minor]
    terms = Terms(Money(settings.tabs.settle_at_minor, currency), Money(settings.tabs.monthly_minor, currency))
    tabs = TabService(unit, rails, wakes=wakes, zone=zone, terms=terms)
    alerts = AlertService(owners=settings.owners, wakes=wakes)
    guard = PaymentGuard(unit, rails, rules=payment_rules(settings), alerts=alerts)
    tips = TipService(unit, rails, links, limits=limits, presets=presets, language=language, guard=guard, tabs=tabs)
    people = PeopleService(unit, owners=settings.owners)
    quiet = QuietHours(*settings.quiet, zone) if settings.quiet else None
    settler = Settler(unit, rails, wakes=wakes, digest_every=digest_every, guard=guard, alerts=alerts)
    payments = PaymentService(unit, rails.values(), settler)
    watch = CreatorWatch(unit, rights, wakes=wakes, quiet=quiet)
    creators = CreatorService(unit, rights, zone=zone, currency=currency, language=language, watch=watch)
    # On SQLite the same unit: it has one writer, and what shares a commit shares its queue.
    beside = UnitOfWork(engines.apart()) if engines.beside is not None else unit
    leadership = Leadership(unit, beside=beside, on_taken=lambda work: work.outbox.release())
    write = leadership.write
    return Services(
        unit=unit,
        rails=rails,
        texts=Texts.load(LOCALES, default=language, zone=zone),
        links=links,
        people=people,
        audit=AuditService(unit, people),
        projects=ProjectService(unit),
        creators=creators,
        watch=watch,
        handovers=HandoverService(unit, rights, creators, watch, wakes=wakes, quiet=quiet),
        slots=SlotService(unit, language=language),
        thanks=ThanksService(unit, creators, wakes=wakes, quiet=quiet),
        tips=tips,
        refunds=RefundService(unit, rails, tips, alerts=alerts, payments=payments, write=write),
        transfers=TransferService(unit, rails, payments, alerts=alerts, write=write),
        privacy=PrivacyService(unit, rails, wakes=wakes),
        reconcile=reconcile_of(settings, unit, rails, alerts, payments, write),
        payments=payments,
        checkouts=CheckoutService(unit, guard),
        sweep=PaymentSweep(unit, rails, payments, alerts=alerts),
        outbox=OutboxService(unit, tips, wakes=wakes, quiet=quiet, language=language, currency=currency, write=write),
        counters=CounterService(
            unit, wakes=wakes, every=timedelta(seconds=settings.notices.counter_every_s), write=write
        ),
        dialogs=DialogService(unit),
        groups=GroupService(unit, rights, creators, watch=watch),
        carriers=CarrierService(unit, wakes=wakes, quiet=quiet, write=leadership.write_as_caller),
        cleanups=CleanupService(unit, write=write),
        updates=UpdateService(unit, write=write),
        taps=TapLook(unit),
        tabs=tabs,
        methods=MethodService(unit, rails, links, language, payments=payments, guard=guard),
        connections=ConnectionService(unit, rails, people, links),
        tab_charges=TabCharges(unit, rails, tabs, tips.pay, wakes=wakes, write=write),
        wakes=wakes,
        operator=Operator(settings.legal.operator, settings.legal.basis, settings.legal.contact),
        health=HealthService(unit),
        guard=guard,
        pace=Pace(pace_rules(settings)),
        leadership=leadership,
    )


def reconcile_of(
    settings: Settings, unit: UnitOfWork, rails: Mapping[str, Rail], alerts: AlertService,
    payments: PaymentService | None = None, write: Write | None = None,
) -> ReconcileService:  # fmt: skip
    """Comparing our books with the rails'; the command line has it too, and takes fees by a door of its own."""
    its = settings.reconcile
    if payments is None:
        digest_every = timedelta(seconds=settings.notices.digest_every_s)
        settler = Settler(unit, rails, wakes=Wakes(), digest_every=digest_every, alerts=alerts)
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
