"""Settings as the rules that services and pages are given."""

from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from giving.budgets import GuardRules, PaymentRules, Rate
from giving.matching import Fairness
from giving.money import Money
from giving.quiet import QuietHours
from giving.tips import Limits
from services.broadcasts import BroadcastRules
from services.guard import AddressRules, PaceRules
from settings import Settings

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)


def limits_of(settings: Settings) -> Limits:
    """What one gift may be."""
    currency = settings.tips.currency
    return Limits(Money(settings.tips.least_minor, currency), Money(settings.tips.most_minor, currency))


def payment_rules(settings: Settings) -> PaymentRules:
    """How often one person may open pay pages and fail, and when a rail is guarded."""
    limits, hold = settings.limits, timedelta(minutes=settings.limits.guard_minutes)
    return PaymentRules(
        links=Rate.per(_HOUR, limits.links_per_hour, at_once=limits.links_at_once),
        failures=Rate.per(_HOUR, limits.failures_per_hour, at_once=limits.failures_at_once),
        rail=GuardRules(limits.rail_raise_at, limits.rail_shut_at, hold=hold),
        total=GuardRules(limits.total_raise_at, limits.total_shut_at, hold=hold),
        raised_minor=limits.raised_minor,
    )


def pace_rules(settings: Settings) -> PaceRules:
    """How often one person, and all in one chat, may tap and command."""
    limits = settings.limits
    return PaceRules(
        person=Rate.per(_MINUTE, limits.taps_per_minute, at_once=limits.taps_at_once),
        chat=Rate.per(_MINUTE, limits.chat_per_minute, at_once=limits.chat_at_once),
    )


def address_rules(settings: Settings) -> AddressRules:
    """How often one address may ask for pages, and miss."""
    limits = settings.limits
    return AddressRules(
        pages=Rate.per(_MINUTE, limits.pages_per_minute, at_once=limits.pages_at_once),
        misses=Rate.per(_MINUTE, limits.misses_per_minute, at_once=limits.misses_at_once),
        proxies=settings.web.proxies,
    )


def fairness(settings: Settings) -> Fairness:
    """Which gifts are looked at by a person before a pool adds to them."""
    its = settings.matching
    return Fairness(
        new_days=its.new_days,
        gifts_per_donor=its.gifts_per_donor,
        ring_gifts=its.ring_gifts,
        ring_seconds=its.ring_seconds,
        payer_people=its.payer_people,
        usual=frozenset(settings.tips.presets_minor),
    )


def broadcast_rules(settings: Settings) -> BroadcastRules:
    """To whom, when and how fast broadcasts go."""
    zone = ZoneInfo(settings.timezone)
    return BroadcastRules(
        zone=zone,
        language=settings.language,
        quiet=QuietHours(*settings.quiet, zone) if settings.quiet else None,
        per_week=settings.subscriptions.per_week,
        free_per_second=settings.notices.messages_per_second,
        paid_per_second=settings.broadcasts.paid_per_second,
        paid=settings.broadcasts.paid,
    )
