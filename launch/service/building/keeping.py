"""Projects, what is kept of people and told to them, and whether all is well."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from launch.service.building.days import Days
from launch.service.building.ground import Ground
from launch.service.building.paying import Paying
from launch.service.limits import broadcast_rules
from services.audit import AuditService
from services.broadcasts import BroadcastDesk, BroadcastSending, BroadcastService
from services.certificates import CertificateService
from services.dialogs import DialogService
from services.giving_days.invitations import DayInvitations
from services.health import HealthService
from services.outbox import OutboxService
from services.privacy import PrivacyService
from services.projects import ProjectService
from services.recaps import RecapService
from services.statements import StatementService
from services.subscriptions import SubscriptionService
from services.tips import TapLook
from services.updates import UpdateService
from settings import Settings


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """Projects, what is kept of people and told to them, and whether all is well."""

    projects: ProjectService
    audit: AuditService
    privacy: PrivacyService
    subscriptions: SubscriptionService
    certificates: CertificateService
    recaps: RecapService
    statements: StatementService
    outbox: OutboxService
    broadcasts: BroadcastService
    desk: BroadcastDesk
    invitations: DayInvitations
    sending: BroadcastSending
    dialogs: DialogService
    updates: UpdateService
    taps: TapLook
    health: HealthService


def build_keeping(settings: Settings, on: Ground, paying: Paying, days: Days) -> Keeping:
    unit, wakes, write = on.unit, on.wakes, on.leadership.write
    language, currency = settings.language, settings.tips.currency
    zone, per_week = ZoneInfo(settings.timezone), settings.subscriptions.per_week
    broadcasts = BroadcastService(
        unit, on.people, broadcast_rules(settings), wakes=wakes, write=on.leadership.write_as_caller
    )  # fmt: skip
    invitations = DayInvitations(unit, days.giving_days, broadcasts, on.texts, on.links)
    certificates = CertificateService(unit, on.pictures, on.links)
    days.giving_days.writer.hooks.append(invitations.turned)
    days.giving_days.writer.extended.append(invitations.extended)
    return Keeping(
        projects=ProjectService(unit),
        audit=AuditService(unit, on.people),
        privacy=PrivacyService(unit, on.rails, wakes=wakes),
        subscriptions=SubscriptionService(unit, zone=zone, quiet=on.quiet),
        certificates=certificates,
        recaps=RecapService(unit, on.pictures, on.links, zone=zone),
        statements=StatementService(unit, on.pictures, on.texts, on.links, zone=zone, operator=on.operator.name),
        outbox=OutboxService(
            unit,
            paying.tips,
            wakes=wakes,
            quiet=on.quiet,
            language=language,
            currency=currency,
            reports=days.day_reports,
            live=days.live_days,
            certificates=certificates,
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
