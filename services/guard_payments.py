"""Guards rails against whoever tries cards: who fails too often waits, and a rail that is attacked closes for a while.

What is decided stands in giving/budgets.py, what was spent in the database, so that replicas share it.
"""

import asyncio
from collections import Counter as Count
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
from prometheus_client import Counter

from giving.alerts import Alert, AlertKind
from giving.budgets import (
    Budgets,
    Guard,
    LinkAsk,
    PaymentRules,
    Stage,
    charge,
    decide_links,
    failures_for_all,
    made_up,
    must_close,
    tries_many,
    watch,
)
from giving.errors import GivingError, MinimumRaised, PayingPaused, RailUnavailable
from giving.money import Money
from giving.payments import EventKind, Payment, PaymentState, RailEvent, Settlement
from payments.provider import PaymentRef, Rail, RailRefused
from services.alerts import AlertService
from services.clock import Clock, utc_now
from services.rails.close_pages import PageCloser
from storage.budgets import TOTAL, credit_of, failures_of, known_guard, links_of, rail_guard
from storage.group_commit import GroupCommit
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
KNOWN: Final = "known:"
_NOTHING: Final = Money(0, "CNY")  # is charged where a card is saved, in whatever currency
FAILED: Final = Counter("payments_failed_total", "Payments that a rail declined", ["rail"])
REFUSED: Final = Counter("payment_links_refused_total", "Pay pages that were not asked for", ["rail", "reason"])


@dataclass(frozen=True, slots=True)
class Watched:
    """What a failed payment came to: whether its page is closed, and its donor's others; where the guards stand."""

    close: bool
    tries_many: bool
    stages: tuple[tuple[str, Stage, Stage], ...]


class PaymentGuard:
    """Asked before a rail is (`allow`), told what became of payments (`settled`)."""

    def __init__(
        self, unit: UnitOfWork, rails: Mapping[str, Rail], *, rules: PaymentRules | None = None,
        alerts: AlertService | None = None, now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """Guard these rails; `alerts` says when one has to be."""
        self._alerts = alerts
        self._unit, self._rails, self._rules, self._now = unit, rails, rules or PaymentRules(), now
        self._watch: GroupCommit[Payment, Watched] = GroupCommit(unit, self._watch_many, name="guard", done=_told)
        self._pages = PageCloser(unit, rails, now)
        self._paid: Count[str] = Count()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stages: dict[str, Stage] = {}

    async def allow(self, work: Work, asks: Sequence[LinkAsk]) -> list[GivingError | None]:
        """None for who may have a new pay page, else why not; what is granted is spent in this unit of work."""
        asks = self._in_money(asks)
        now, donors = self._now(), {ask.donor for ask in asks}
        links = await work.budgets.lock([links_of(donor) for donor in donors])
        before = _moments(donors, links_of, links)
        budgets = await self._budgets(work, asks, dict(before), now)
        verdicts = decide_links(asks, budgets, self._rules, now)
        spent = {donor: at for donor, at in budgets.links.items() if before.get(donor) != at}
        await work.budgets.put({links_of(donor): Guard(at) for donor, at in spent.items()})
        for ask, verdict in zip(asks, verdicts, strict=True):
            if verdict is not None:
                REFUSED.labels(ask.rail, verdict.message_key.removeprefix("error-")).inc()
        self._see({rail: guard.stage(now) for rail, guard in (*budgets.rails.items(), (TOTAL, budgets.total))})
        return verdicts

    async def allow_saving(self, work: Work, donor: UUID, rail: str) -> GivingError | None:
        """The same for a page on which a card is saved: cards can be tried on it without an amount, so while only
        larger gifts are let through there is none."""
        (refused,) = await self.allow(work, [LinkAsk(donor, _NOTHING, rail)])
        if isinstance(refused, MinimumRaised):
            return PayingPaused(minutes=refused.args_for_message["minutes"])
        return refused

    async def permits(self, work: Work, asks: Sequence[LinkAsk]) -> list[GivingError | None]:
        """The same for pages that are open already, just before they are paid: nothing is spent, nothing written."""
        now, asks = self._now(), self._in_money(asks)
        budgets = await self._budgets(work, asks, {}, now)
        return [decide_links([ask], replace(budgets, links={}), self._rules, now)[0] for ask in asks]

    def _in_money(self, asks: Sequence[LinkAsk]) -> list[LinkAsk]:
        """What is paid by a rate, in the money it is worth: the raised least amount is meant in that."""
        return [
            replace(ask, amount=rail.capabilities.worth(ask.amount)) if (rail := self._rails.get(ask.rail)) else ask
            for ask in asks
        ]

    async def _budgets(
        self, work: Work, asks: Sequence[LinkAsk], links: dict[UUID, datetime], now: datetime
    ) -> Budgets:  # fmt: skip
        """What stands before a decision on these, nobody being kept from changing it."""
        rails, donors = {ask.rail for ask in asks}, {ask.donor for ask in asks}
        names = [(name, _guards_of(name)) for name in (TOTAL, *rails)]
        guards = {subject for _, both in names for subject in both}
        found = await work.budgets.read([*guards, *map(failures_of, donors)])
        # Whose gifts were paid is asked only where somebody is kept out: never on a calm day.
        calm = all(found.get(both[0], Guard()).stage(now) is Stage.CALM for _, both in names)
        return Budgets(
            links=links,
            failures=_moments(donors, failures_of, found),
            rails={rail: found.get(rail_guard(rail), Guard()) for rail in rails},
            total=found.get(TOTAL, Guard()),
            known=set() if calm else await work.budgets.known(donors),
            known_rails={rail: found.get(known_guard(rail), Guard()) for rail in rails},
            known_total=found.get(known_guard(TOTAL), Guard()),
        )

    def settled(self, decided: Iterable[tuple[RailEvent, Settlement]]) -> None:
        """After the commit: what was paid is counted here, what failed in the database (and its page closed)."""
        for event, settlement in decided:
            if settlement.paid:
                self._paid.update((event.rail, TOTAL))
            elif event.kind is EventKind.DECLINED and settlement.payment is not None:
                FAILED.labels(event.rail).inc()
                if settlement.payment.url is not None:  # no page: a saved card, which nobody tries on us
                    self._do(self._failed(settlement.payment), "payment_failed")
            elif event.kind is EventKind.NOT_SAVED and event.reference is not None:
                FAILED.labels(event.rail).inc()
                self._do(self._not_saved(event.rail, event.reference), "method_not_saved")

    async def idle(self) -> None:
        """Until what failed so far is counted, and what is to be closed is closed."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def forget_old(self) -> None:
        """Forget budgets that are whole again."""
        async with self._unit() as work:
            forgotten = await work.budgets.forget(self._now())
        if forgotten:
            log.debug("budgets_forgotten", count=forgotten)

    async def _failed(self, payment: Payment) -> None:
        try:
            watched = await self._watch(payment)
            self._see({name: after for name, _, after in watched.stages})
            self._sweep(payment, watched)
            if watched.close:
                await self._pages.close_one(payment)
        except (RailUnavailable, RailRefused) as error:
            log.warning("pay_page_not_closed", payment_id=str(payment.id), error=type(error).__name__)
        except Exception:
            log.exception("payment_guard_failed", payment_id=str(payment.id))

    async def _not_saved(self, rail: str, method: UUID) -> None:
        """A card that was not saved counts like a payment that failed; its page is closed likewise."""
        try:
            async with self._unit.read() as work:
                asked = await work.methods.asked(method)
            if asked is None:
                return
            donor, account = asked
            tried = Payment(method, donor, rail, _NOTHING, PaymentState.FAILED, self._now(), account=account)
            watched = await self._watch(tried)
            self._see({name: after for name, _, after in watched.stages})
            self._sweep(tried, watched)
            if watched.close and rail in self._rails:
                await self._rails[rail].cancel_payment(PaymentRef(method, None, account))
        except (RailUnavailable, RailRefused) as error:
            log.warning("saving_page_not_closed", method_id=str(method), error=type(error).__name__)
        except Exception:
            log.exception("payment_guard_failed", method_id=str(method))

    async def _watch_many(self, work: Work, failed: Sequence[Payment]) -> list[Watched | Exception]:
        now, rules = self._now(), self._rules
        donors = Count((payment.donor, payment.rail) for payment in failed)
        names = {TOTAL, *(payment.rail for payment in failed)}
        subjects = [subject for name in names for subject in (*_guards_of(name), credit_of(name))]
        before = await work.budgets.lock([*subjects, *(failures_of(donor) for donor, _ in donors)])
        known = await work.budgets.known([donor for donor, _ in donors])
        paid = {
            name: self._paid.pop(name, 0) for name in names
        }  # lost with a commit that fails: then some count that need not have
        after, counted, by_known = dict(before), Count[str](), Count[str]()
        for (donor, rail), count in donors.items():
            subject = failures_of(donor)
            was = after.get(subject, Guard()).whole_at
            many = failures_for_all(was, count, rules, now)
            # Of a rail that is shut no more is heard than of its pages being closed: no reason to close the others.
            shut = before.get(rail_guard(rail), Guard()).stage(now) is Stage.SHUT
            counts = {rail: many} if shut else {rail: many, TOTAL: many}
            counted.update(counts)
            by_known.update(counts if donor in known else {})
            after[subject] = Guard(charge(was, rules.failures, now, count))
        for name in names:
            guarding = rules.total if name == TOTAL else rules.rail
            used, credit = made_up(paid[name], before.get(credit_of(name), Guard()).whole_at, guarding, now)
            after[credit_of(name)] = Guard(used)
            for subject, many in zip(_guards_of(name), (counted[name], by_known[name]), strict=True):
                after[subject] = watch(before.get(subject, Guard()), guarding, now, failed=many, credit=credit)
        await work.budgets.put(after)
        watched = [self._watched(payment, payment.donor in known, before, after, now) for payment in failed]
        if self._alerts is not None:
            began = {(name.removeprefix(KNOWN), stage) for name, was, stage in _changes(watched) if stage > was}
            for rail, stage in sorted(began):
                kind = AlertKind.GUARD_SHUT if stage is Stage.SHUT else AlertKind.GUARD_RAISED
                await self._alerts.queue(work, Alert(kind, {"rail": rail}))
        return [*watched]

    def _watched(
        self, payment: Payment, known: bool, before: Mapping[str, Guard], after: Mapping[str, Guard], now: datetime
    ) -> Watched:
        donor = after[failures_of(payment.donor)].whole_at
        names = (payment.rail, TOTAL)
        own = [after[_guards_of(name)[known]] for name in names]
        stages = tuple(
            (label, before.get(subject, Guard()).stage(now), after[subject].stage(now))
            for name in names
            for label, subject in zip((name, KNOWN + name), _guards_of(name), strict=True)
        )
        many = tries_many(donor, self._rules, now)
        return Watched(must_close(donor, own, self._rules, now), many, stages)

    def _sweep(self, payment: Payment, watched: Watched) -> None:
        """In the background: pages opened before, which nobody would be given now."""
        if watched.tries_many:
            self._do(self._quietly(self._pages.others_of(payment)), "close_pages_of_donor")
        for name, _, after in watched.stages:
            if after is not Stage.CALM:
                known, rail = name.startswith(KNOWN), name.removeprefix(KNOWN)
                rails = list(self._rails) if rail == TOTAL else [rail]
                least = None if after is Stage.SHUT else self._rules.raised_minor
                closing = self._pages.of_rails(rails, known=known, below_minor=least)
                self._do(self._quietly(closing), "close_pages_of_rail")

    async def _quietly(self, closing: Coroutine[Any, Any, None]) -> None:
        try:
            await closing
        except Exception:
            log.exception("pay_pages_not_closed")

    def _do(self, doing: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(doing, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _see(self, stages: Mapping[str, Stage]) -> None:
        """One line in the log when a guard opens, and one when this process sees that it has closed."""
        for rail, stage in stages.items():
            if self._stages.get(rail, Stage.CALM) and stage is Stage.CALM:
                log.warning("payment_guard_ended", rail=rail)
            self._stages[rail] = stage


def _changes(watched: Iterable[Watched]) -> list[tuple[str, Stage, Stage]]:
    return sorted({change for one in watched for change in one.stages})


def _told(results: Sequence[Watched | Exception]) -> None:
    """After the commit, by the process whose commit it was: once, however many replicas there are."""
    for rail, before, after in _changes([result for result in results if isinstance(result, Watched)]):
        if after > before:
            log.error("payment_guard_began", rail=rail, stage=after.name.lower())


def _guards_of(name: str) -> tuple[str, str]:
    """The guard that strangers meet, and the one for donors whose gifts were paid, of a rail or of all."""
    return (TOTAL if name == TOTAL else rail_guard(name)), known_guard(name)


def _moments(
    donors: Iterable[UUID], subject_of: Callable[[UUID], str], found: Mapping[str, Guard]
) -> dict[UUID, datetime]:
    """When each donor's budget is whole again, for those that are not."""
    moments = {donor: found[subject_of(donor)].whole_at for donor in donors if subject_of(donor) in found}
    return {donor: at for donor, at in moments.items() if at is not None}
