"""From a tap to the books, on to organisations, and back; and what sponsors add."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from giving.money import Money
from giving.tabs import Terms
from launch.service.building.ground import Ground
from launch.service.limits import fairness, limits_of
from payments.provider import Rail
from services.alerts import AlertService
from services.certificates import proving
from services.clock import utc_now
from services.leadership import Write
from services.matching import MatchReview, PoolService, PoolSteps, PoolViews
from services.payments import PaymentService
from services.pledges import Means, PledgeChanges, PledgePages, PledgeService, PledgeSteps, Renewed
from services.rails.checkouts import CheckoutService
from services.rails.connections import ConnectionService
from services.rails.methods import MethodService
from services.rails.transfers import TransferService
from services.reconcile import ReconcileService
from services.refunds import RefundService
from services.settlement import Matcher, Settler
from services.sweep import PaymentSweep
from services.tabs import TabCharges, TabService
from services.tips import TipService
from services.wake import Wakes
from settings import Settings
from storage.work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Paying:
    """From a tap to the books, on to organisations, and back."""

    tips: TipService
    tabs: TabService
    tab_charges: TabCharges
    pledge_steps: PledgeSteps
    pledge_pages: PledgePages
    payments: PaymentService
    checkouts: CheckoutService
    sweep: PaymentSweep
    pledges: PledgeService
    pledge_changes: PledgeChanges
    renewed: Renewed
    methods: MethodService
    connections: ConnectionService
    refunds: RefundService
    transfers: TransferService
    reconcile: ReconcileService
    pools: PoolService
    pool_steps: PoolSteps
    pool_views: PoolViews
    match_review: MatchReview


def build_paying(settings: Settings, on: Ground) -> Paying:
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
    means = _means(settings, on)
    renewed = Renewed(means)
    payments = PaymentService(unit, rails.values(), settler, renewed.write_down)
    monthly = [Money(minor, currency) for minor in settings.pledges.presets_minor]
    pledges = PledgeService(unit, rails, limits=limits, presets=monthly, zone=zone, wakes=wakes, quiet=on.quiet)
    steps = PledgeSteps(
        means, tips.pay, tabs, debits_per_s=settings.pledges.debits_per_s, after_paid=proving(quiet=on.quiet),
        found=payments.found,
    )  # fmt: skip
    settles_after = timedelta(hours=settings.matching.settle_hours)
    return Paying(
        tips=tips,
        tabs=tabs,
        tab_charges=TabCharges(unit, rails, tabs, tips.pay, wakes=wakes, write=write, alerts=alerts, quiet=on.quiet),
        pledge_steps=steps,
        pledge_pages=steps.pages,
        payments=payments,
        pledges=pledges,
        renewed=renewed,
        pledge_changes=PledgeChanges(unit, rails, pledges.views, tabs, limits=limits, wakes=wakes),
        checkouts=CheckoutService(unit, rails, guard),
        sweep=PaymentSweep(unit, rails, payments, alerts=alerts),
        methods=MethodService(
            unit, rails, links, language, payments=payments, guard=guard, write=on.leadership.write_as_caller
        ),
        connections=ConnectionService(unit, rails, on.people, links),
        refunds=RefundService(unit, rails, tips, alerts=alerts, payments=payments, write=write),
        transfers=TransferService(unit, rails, payments, alerts=alerts, write=write),
        reconcile=reconcile_of(settings, unit, rails, alerts, payments, write),
        pools=PoolService(unit, currency=settings.tips.currency),
        pool_steps=PoolSteps(unit, settles_after=settles_after, write=write),
        pool_views=PoolViews(unit),
        match_review=MatchReview(unit, on.people, zone=zone),
    )


def _means(settings: Settings, on: Ground) -> Means:
    return Means(
        on.unit, on.leadership.write, on.rails, on.links, on.wakes, ZoneInfo(settings.timezone), on.quiet,
        settings.language, utc_now, on.alerts,
    )  # fmt: skip


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
