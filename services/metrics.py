"""What an operator's Prometheus reads: counted where it happens, looked up in the database when it is asked for.

No person in a label, ever.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.registry import REGISTRY

from services.clock import Clock, utc_now
from storage.work import UnitOfWork

TIPS_OFFERED: Final = Counter("tips_offered_total", "New tips, paid or not yet")
TIPS_PAID: Final = Counter("tips_paid_total", "Tips that a payment was booked for", ["rail"])
TIPS_REFUNDED: Final = Counter("tips_refunded_total", "Tips that were given back", ["rail"])
WEBHOOK_EVENTS: Final = Counter("webhook_events_total", "Events of providers, as they arrived", ["rail", "outcome"])
SUBSCRIPTIONS_CHANGED: Final = Counter(
    "subscriptions_changed_total", "Choices of how often to be told something: all, fewer or none", ["kind", "often"]
)
_OUTBOX_OLDEST: Final = Gauge("outbox_oldest_seconds", "Since when the oldest message that could be sent waits")
_PAYMENT_OLDEST: Final = Gauge(
    "payment_unknown_oldest_seconds", "Age of the oldest payment nobody knows the outcome of, or event not settled"
)
_TRANSFER_OLDEST: Final = Gauge(
    "transfer_oldest_seconds", "Since when the oldest waits that is to go to an organisation, or to come back from one"
)
_IMBALANCE: Final = Gauge("ledger_imbalance_minor", "Sum of all balances; anything but 0 is an alarm", ["currency"])
HTTP_DURATION: Final = Histogram(
    "http_server_request_duration_seconds",
    "Time to answer, by the route's pattern",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
TELEGRAM_RETRY_AFTER: Final = Histogram(
    "telegram_retry_after_seconds",
    "How long Telegram told us to wait, each time it did",
    buckets=(1, 3, 5, 10, 30, 60, 300, 900, 3600),
)
YIZAN: Final = Gauge("yizan_info", "Always 1: which Yizan this is", ["version", "commit", "migration"])
LOG_LINES_LEFT_OUT: Final = Gauge("log_lines_left_out", "Log lines not written since the start: too many alike")
_GUARD: Final = Gauge("payment_guard", "0 open to all, 1 larger gifts only, 2 closed; `total` is all rails", ["rail"])
_DIFFERENCES: Final = Gauge(
    "reconcile_differences", "Differences between our books and a provider's that are open", ["rail"]
)
_REPORTS_DUE: Final = Gauge("giving_day_reports_due", "Giving days that closed and have no report yet")
_RECONCILED: Final = Gauge(
    "reconcile_last_run_timestamp_seconds",
    "When our books were last compared with a provider's to the end; 0: never",
    ["rail"],
)
_POOL_USED: Final = Gauge("matching_used_minor", "What an open matching fund has added to gifts", ["pool", "currency"])
_POOL_LEFT: Final = Gauge("matching_left_minor", "What is left of an open matching fund", ["pool", "currency"])
_HELD: Final = Gauge("matching_held", "Gifts that wait for somebody to say whether they are matched")


class MetricsService:
    """Renders everything that was counted in this process, and a few figures of the database."""

    def __init__(
        self,
        unit: UnitOfWork,
        *,
        rails: Collection[str] = (),
        registry: CollectorRegistry = REGISTRY,
        now: Clock = utc_now,
    ) -> None:
        """Read through this unit of work; `rails` are those that are enabled."""
        self._unit, self._rails, self._registry, self._now = unit, tuple(rails), registry, now

    async def render(self) -> bytes:
        """Prometheus' text format. Raises: the database's error."""
        now = self._now()
        async with self._unit.read() as work:
            waiting = await work.outbox.oldest_due(now)
            unsettled = await work.inbox.oldest_new()
            unknown = await work.look_ups.oldest_open(now)
            passing = await work.transfers.oldest_open()
            unreported = await work.day_reports.due()
            sums = await work.ledger.sums()
            guards = await work.budgets.guards()
            different = await work.reconcile.open_counts()
            compared = await work.reconcile.last_finished()
            pools = await work.matching.newest(open_only=True)
            held = await work.matching.held_count()
        _OUTBOX_OLDEST.set(_age(waiting, now))
        _PAYMENT_OLDEST.set(max(_age(unsettled, now), _age(unknown, now)))
        _REPORTS_DUE.set(len(unreported))
        _TRANSFER_OLDEST.set(_age(passing, now))
        _GUARD.clear()  # a guard that is over has no row
        for rail in ("total", *self._rails):
            _GUARD.labels(rail).set(0)
        for rail, guard in guards.items():
            _GUARD.labels(rail).set(guard.stage(now))
        for rail in {*self._rails, *different}:
            _DIFFERENCES.labels(rail).set(different.get(rail, 0))
            _RECONCILED.labels(rail).set(compared[rail].timestamp() if rail in compared else 0)
        _HELD.set(held)
        for gauge in (_POOL_USED, _POOL_LEFT):
            gauge.clear()  # one that is over has no row
        for pool in pools:
            _POOL_USED.labels(str(pool.id), pool.currency).set(pool.used.minor)
            _POOL_LEFT.labels(str(pool.id), pool.currency).set(pool.left.minor)
        for currency, minor in sums.items():
            _IMBALANCE.labels(currency).set(minor)
        return generate_latest(self._registry)


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0
