"""Guards rails against whoever tries cards: who fails too often waits, and a rail that is attacked closes for a while.

What is decided stands in giving/budgets.py, what was spent in the database, so that replicas share it.
"""

import asyncio
from collections import Counter as Count
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from prometheus_client import Counter

from giving.budgets import (
    Budgets,
    Guard,
    LinkAsk,
    PaymentRules,
    Stage,
    charge,
    decide_links,
    failures_for_all,
    must_close,
    watch,
)
from giving.errors import GivingError, RailUnavailable
from giving.payments import EventKind, Payment, RailEvent, Settlement
from giving.tips import TipState
from payments.provider import Rail, RailRefused
from services.clock import Clock, utc_now
from storage.budgets import TOTAL, failures_of, links_of, rail_guard
from storage.group_commit import GroupCommit
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
FAILED: Final = Counter("payments_failed_total", "Payments that a rail declined", ["rail"])
REFUSED: Final = Counter("payment_links_refused_total", "Pay pages that were not asked for", ["rail", "reason"])


@dataclass(frozen=True, slots=True)
class Watched:
    """What a failed payment came to: whether its page is closed, and where its rail and the total stand."""

    close: bool
    stages: tuple[tuple[str, Stage, Stage], ...]


class PaymentGuard:
    """Asked before a rail is (`allow`), told what became of payments (`settled`)."""

    def __init__(
        self, unit: UnitOfWork, rails: Mapping[str, Rail], *, rules: PaymentRules | None = None, now: Clock = utc_now
    ) -> None:
        """Guard these rails."""
        self._unit, self._rails, self._rules, self._now = unit, rails, rules or PaymentRules(), now
        self._watch: GroupCommit[Payment, Watched] = GroupCommit(unit, self._watch_many, name="guard", done=_told)
        self._paid: Count[str] = Count()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stages: dict[str, Stage] = {}

    async def allow(self, work: Work, asks: Sequence[LinkAsk]) -> list[GivingError | None]:
        """None for who may have a new pay page, else why not; what is granted is spent in this unit of work."""
        now, rails = self._now(), {ask.rail for ask in asks}
        donors = {ask.donor for ask in asks}
        links = await work.budgets.lock([links_of(donor) for donor in donors])
        guards = [TOTAL, *map(rail_guard, rails), *map(failures_of, donors)]
        found = await work.budgets.read(guards)
        before = _moments(donors, links_of, links)
        budgets = Budgets(
            links=dict(before),
            failures=_moments(donors, failures_of, found),
            rails={rail: found.get(rail_guard(rail), Guard()) for rail in rails},
            total=found.get(TOTAL, Guard()),
        )
        verdicts = decide_links(asks, budgets, self._rules, now)
        spent = {donor: at for donor, at in budgets.links.items() if before.get(donor) != at}
        await work.budgets.put({links_of(donor): Guard(at) for donor, at in spent.items()})
        for ask, verdict in zip(asks, verdicts, strict=True):
            if verdict is not None:
                REFUSED.labels(ask.rail, verdict.message_key.removeprefix("error-")).inc()
        self._see({rail: guard.stage(now) for rail, guard in (*budgets.rails.items(), (TOTAL, budgets.total))})
        return verdicts

    def settled(self, decided: Iterable[tuple[RailEvent, Settlement]]) -> None:
        """After the commit: what was paid is counted here, what failed in the database (and its page closed)."""
        for event, settlement in decided:
            if settlement.paid:
                self._paid[event.rail] += 1
            elif event.kind is EventKind.DECLINED and settlement.payment is not None:
                FAILED.labels(event.rail).inc()
                task = asyncio.create_task(self._failed(settlement.payment), name="payment_failed")
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def idle(self) -> None:
        """Until what failed so far is counted."""
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
            if watched.close:
                await self._close(payment)
        except (RailUnavailable, RailRefused) as error:
            log.warning("pay_page_not_closed", payment_id=str(payment.id), error=type(error).__name__)
        except Exception:
            log.exception("payment_guard_failed", payment_id=str(payment.id))

    async def _watch_many(self, work: Work, failed: Sequence[Payment]) -> list[Watched | Exception]:
        now, rules = self._now(), self._rules
        donors = Count((payment.donor, payment.rail) for payment in failed)
        rails = {payment.rail for payment in failed}
        subjects = [TOTAL, *map(rail_guard, rails), *(failures_of(donor) for donor, _ in donors)]
        before = await work.budgets.lock(subjects)
        paid, self._paid = self._paid, Count()  # lost with a commit that fails: then some count that need not have
        after, counted = dict(before), Count[str]()
        for (donor, rail), count in donors.items():
            subject = failures_of(donor)
            was = after.get(subject, Guard()).whole_at
            counted[rail] += failures_for_all(was, count, rules, now)
            after[subject] = Guard(charge(was, rules.failures, now, count))
        for name, subject, guarding in ((TOTAL, TOTAL, rules.total), *((r, rail_guard(r), rules.rail) for r in rails)):
            many, made = (counted.total(), paid.total()) if name == TOTAL else (counted[name], paid[name])
            after[subject] = watch(before.get(subject, Guard()), guarding, now, failed=many, paid=made)
        await work.budgets.put(after)

        def watched(payment: Payment) -> Watched:
            names = {payment.rail: rail_guard(payment.rail), TOTAL: TOTAL}
            close = must_close(
                after[failures_of(payment.donor)].whole_at, [after[s] for s in names.values()], rules, now
            )
            stages = tuple((n, before.get(s, Guard()).stage(now), after[s].stage(now)) for n, s in names.items())
            return Watched(close, stages)

        return [watched(payment) for payment in failed]

    async def _close(self, payment: Payment) -> None:
        """Nobody tries a second card on a page that is closed; who means well begins anew, when they may."""
        async with self._unit() as work:
            tips = (await work.tips.of_payments([payment.id])).get(payment.id, [])
            for tip in tips:
                if tip.state is TipState.OFFERED:
                    await work.tips.update(replace(tip, state=TipState.CANCELLED, cancelled_at=self._now()))
        log.info("pay_page_closed", payment_id=str(payment.id), rail=payment.rail)
        if payment.their_id is not None and payment.rail in self._rails:
            await self._rails[payment.rail].cancel_payment(payment.their_id)

    def _see(self, stages: Mapping[str, Stage]) -> None:
        """One line in the log when a guard opens, and one when this process sees that it has closed."""
        for rail, stage in stages.items():
            if self._stages.get(rail, Stage.CALM) and stage is Stage.CALM:
                log.warning("payment_guard_ended", rail=rail)
            self._stages[rail] = stage


def _told(results: Sequence[Watched | Exception]) -> None:
    """After the commit, by the process whose commit it was: once, however many replicas there are."""
    changes = {change for result in results if isinstance(result, Watched) for change in result.stages}
    for rail, before, after in sorted(changes):
        if after > before:
            log.error("payment_guard_began", rail=rail, stage=after.name.lower())


def _moments(
    donors: Iterable[UUID], subject_of: Callable[[UUID], str], found: Mapping[str, Guard]
) -> dict[UUID, datetime]:
    """When each donor's budget is whole again, for those that are not."""
    moments = {donor: found[subject_of(donor)].whole_at for donor in donors if subject_of(donor) in found}
    return {donor: at for donor, at in moments.items() if at is not None}
