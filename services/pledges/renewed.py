"""Payments of subscriptions: what each pays for is written down before it is booked; and what donors do in Telegram.

On every replica: Telegram tells of a renewal as of any payment. The entry comes by the ordinary settlement.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from prometheus_client import Counter

from giving.errors import RailUnavailable
from giving.money import Money
from giving.notices import NoticeKind
from giving.payments import EventKind, Payment, PaymentState
from giving.people import Visibility
from giving.pledges import (
    LOOK_EVERY,
    PERIOD,
    Instalment,
    InstalmentState,
    Pledge,
    PledgeState,
    Subscription,
    SubscriptionState,
    Way,
    cancelled_there,
    counts_for,
    instalment_id,
    look_at,
    month_paid,
    waiting,
)
from giving.receipts import RANDOM_BITS, receipt_code
from giving.tips import Tip, TipState
from payments.provider import RailRefused, Renews
from payments.stars_rail import Subscribed, subscribed, subscribed_by, until_of
from services.pledges.means import Means
from services.pledges.telling import News, Telling
from services.pledges.wanting import goes_to, wanted
from storage.ids import new_id
from storage.work import Work

log = structlog.get_logger()
RENEWALS: Final = Counter("star_renewals_total", "Payments of subscriptions in Stars, by what they count as", ["kind"])
NOT_TAKEN: Final = "stars_not_taken"  # why an instalment is asked for by a link


@dataclass(frozen=True, slots=True)
class Came:
    """A payment of a subscription: `reference`, our id of it; `charge`, the rail's. `until`: when the next is taken."""

    its: Subscribed
    rail: str
    reference: UUID
    charge: str
    amount: Money
    at: datetime
    until: datetime


class Renewed:
    """Each payment counts once: for the month of its pledge, or as a plain gift where that is over."""

    def __init__(self, means: Means) -> None:
        """By these means; nothing here is only the leader's."""
        self._means, self._telling = means, Telling(means)

    async def write_down(self, rail: str, body: str) -> None:
        """What an event pays for, if it is a subscription's; to be called before it is booked, as often as one likes.

        What we know nothing of at all stays unknown: its event waits, and whoever looks after the money hears of it.
        Raises: BadEvent, the database's error.
        """
        came = self._came(rail, body)
        if came is None:
            return
        async with self._means.unit.read() as work:
            if came.reference in await work.payments.by_ids([came.reference]):
                return
            known = await work.star_subscriptions.by_ids([came.its.subscription])
        payer = None if known else await self._payer(came)
        async with self._means.unit() as work:
            kind = await self._write(work, came, payer)
        if kind:
            RENEWALS.labels(kind).inc()
            log.info(
                "subscription_paid", subscription_id=str(came.its.subscription), payment_id=str(came.reference),
                kind=kind, minor=came.amount.minor,
            )  # fmt: skip
            self._means.wakes.pledges.set()

    def _came(self, rail: str, body: str) -> Came | None:
        its, knows = subscribed_by(body), self._means.rails.get(rail)
        if its is None or knows is None:
            return None
        event = knows.event_of(body)
        if event.kind is not EventKind.PAID or event.reference is None or event.their_id is None or not event.amount:
            return None
        until = until_of(body) or event.occurred_at + PERIOD
        return Came(its, rail, event.reference, event.their_id, event.amount, event.occurred_at, until)

    async def _payer(self, came: Came) -> int | None:
        """Who paid by a subscription that we have lost: their Telegram id, as Telegram's list says."""
        rail = self._means.rails.get(came.rail)
        if not isinstance(rail, Renews):
            return None
        try:
            found = await rail.renewals(came.its.subscription, came.its.project)
        except (RailUnavailable, RailRefused):
            return None
        return next((one.payer for one in found if one.charge == came.charge), None)

    async def _write(self, work: Work, came: Came, payer: int | None) -> str:
        row = (await work.star_subscriptions.by_ids([came.its.subscription])).get(came.its.subscription)
        pledge = await work.pledges.lock(row.pledge) if row is not None and row.pledge is not None else None
        if came.reference in await work.payments.by_ids([came.reference]):
            return ""  # told twice at once
        if row is not None and pledge is not None:
            row = (await work.star_subscriptions.by_ids([row.id]))[row.id]
            if counts_for(row, pledge):
                await self._instalment(work, came, row, pledge)
                return "instalment"
        return await self._plain(work, came, row, pledge, payer)

    # -- a month of its pledge --

    async def _instalment(self, work: Work, came: Came, row: Subscription, pledge: Pledge) -> None:
        open_ = (await work.instalments.open_of([pledge.id])).get(pledge.id, [])
        begun = (await work.pledges.begun([pledge.id])).get(pledge.id)
        zone = (await self._telling.zones(work, {pledge.donor}))[pledge.donor]
        waits = waiting(open_)
        month = month_paid(
            came.at, zone, pledge.first, begun, waits.month if waits is not None else None,
            renewal=pledge.renews_at is not None,
        )  # fmt: skip
        if waits is not None:
            await work.instalments.lock(waits.id)
        gift = await self._gift(work, came, pledge, await self._project(work, pledge, waits, row))
        one = Instalment(
            instalment_id(pledge.id, month), pledge.id, pledge.donor, month, pledge.amount, gift.project, Way.STARS,
            came.at, InstalmentState.CHARGING, tip=gift.id, payment=came.reference,
        )  # fmt: skip
        later = self._means.now() + LOOK_EVERY
        if waits is not None:
            paid = replace(
                waits, project=gift.project, way=Way.STARS, state=one.state, tip=one.tip, payment=one.payment
            )
            await work.instalments.move(paid, waits.state, later)
        else:
            await work.instalments.begin_many([one], {one.id: later})
        until = max(came.until, pledge.renews_at or came.until)
        now = replace(pledge, state=PledgeState.ACTIVE, renews_at=until)
        newest = month if begun is None else max(month, begun)
        await work.pledges.save(now, due_at=look_at(now, newest, zone))
        await work.star_subscriptions.reaches(row.id, until)

    async def _project(self, work: Work, pledge: Pledge, waits: Instalment | None, row: Subscription) -> UUID:
        """Where it was announced to go, else the neediest; where none takes gifts any more, what its invoice named."""
        if waits is not None:
            found = await goes_to(work, pledge, waits)
            return found.id if found is not None else waits.project
        found = (await wanted(work, [pledge])).get(pledge.id)
        return found.id if found is not None else row.project

    # -- a plain gift --

    async def _plain(
        self, work: Work, came: Came, row: Subscription | None, pledge: Pledge | None, payer: int | None
    ) -> str:  # fmt: skip
        """The money came, and is given; Telegram is told to take no more."""
        now = self._means.now()
        if row is not None and pledge is not None:
            await self._gift(work, came, pledge, row.project)
        elif not await self._of_stranger(work, came, payer):
            return ""
        if row is not None:
            await work.star_subscriptions.reaches(row.id, came.until)
            await work.star_subscriptions.end(row.id, now)
        else:
            lost = Subscription(
                came.its.subscription, None, came.its.project, came.amount, SubscriptionState.ENDING, now, came.until
            )  # fmt: skip
            await work.star_subscriptions.add(lost, step_at=now)
        return "gift"

    async def _of_stranger(self, work: Work, came: Came, payer: int | None) -> bool:
        """By a subscription that we have lost (a database taken back): of whoever paid, for what its invoice named."""
        known = await work.people.by_telegram_ids({payer}) if payer is not None else {}
        project = (await work.projects.by_ids([came.its.project])).get(came.its.project)
        person = known.get(payer) if payer is not None else None
        if person is None or project is None:
            log.error("subscription_unknown", subscription_id=str(came.its.subscription), charge=came.charge)
            return False
        await self._add(work, came, person.id, project.id, person.visibility, None)
        return True

    async def _gift(self, work: Work, came: Came, pledge: Pledge, project: UUID) -> Tip:
        return await self._add(work, came, pledge.donor, project, pledge.visibility, pledge.creator)

    async def _add(
        self, work: Work, came: Came, donor: UUID, project: UUID, visibility: Visibility, creator: UUID | None
    ) -> Tip:  # fmt: skip
        """Its payment, which the rail has heard of, and its gift, in Stars."""
        now = self._means.now()
        payment = Payment(
            came.reference, donor, came.rail, came.amount, PaymentState.PENDING, now, their_id=came.charge
        )  # fmt: skip
        await work.payments.add_many([payment])
        gift = Tip(
            new_id(), donor, project, came.amount, visibility, receipt_code(secrets.randbits(RANDOM_BITS)), now,
            TipState.ON_TAB, creator=creator, payment=payment.id,
        )  # fmt: skip
        await work.tips.add_many([gift])
        return gift

    # -- what its donor did in Telegram, and what Telegram could not take --

    async def changed(self, payload: str, state: str) -> None:
        """A subscription was cancelled by its donor, taken up again, or could not be paid; ours are no news to us.

        Source: core.telegram.org/bots/api#botsubscriptionupdated
        """
        its = subscribed(payload)
        if its is None:
            return
        async with self._means.unit() as work:
            row = (await work.star_subscriptions.by_ids([its.subscription])).get(its.subscription)
            pledge = await work.pledges.lock(row.pledge) if row is not None and row.pledge is not None else None
            row = (await work.star_subscriptions.by_ids([its.subscription])).get(its.subscription)
            if row is None or pledge is None or row.state is not SubscriptionState.OPEN:
                return
            done = await self._follow(work, row, pledge, state)
        if done:
            log.info("subscription_changed", subscription_id=str(row.id), pledge_id=str(pledge.id), state=state)
            self._means.wakes.pledges.set()

    async def _follow(self, work: Work, row: Subscription, pledge: Pledge, state: str) -> bool:
        now = self._means.now()
        match state:
            case "canceled" if pledge.state is PledgeState.ACTIVE and pledge.renews_at is not None:
                await self._rest(work, pledge, now)
            case "failed" if pledge.renews_at is not None:
                await lapse(work, self._telling, pledge, now)
            case "active" if cancelled_there(pledge) and row.until is not None and row.until > now:
                goes_on = replace(pledge, state=PledgeState.ACTIVE, renews_at=row.until)
                begun = (await work.pledges.begun([pledge.id])).get(pledge.id)
                zone = (await self._telling.zones(work, {pledge.donor}))[pledge.donor]
                await work.pledges.save(goes_on, due_at=look_at(goes_on, begun, zone))
            case _:
                return False
        return True

    async def _rest(self, work: Work, pledge: Pledge, now: datetime) -> None:
        """Its donor wants no more debits: the pledge rests until they say so here or there; they are told once."""
        rests = replace(pledge, state=PledgeState.PAUSED, paused_until=None, renews_at=None)
        await work.pledges.save(rests, due_at=None)
        await work.instalments.skip_open(pledge.id, now)
        newest = await work.instalments.newest(pledge.id)
        if newest is not None:
            nth = now.isoformat(timespec="seconds")
            await self._telling.queue(work, [News(NoticeKind.PLEDGE_PAUSED, newest.id, newest.donor, nth)])


async def lapse(work: Work, telling: Telling, pledge: Pledge, now: datetime, *, ask: bool = True) -> None:
    """Telegram takes nothing more for a pledge that goes on: its donor is led to another subscription by a link.

    The pledge is held. `ask`: what was announced is asked for now.
    """
    gone = replace(pledge, renews_at=None)
    open_ = (await work.instalments.open_of([pledge.id])).get(pledge.id, [])
    begun = (await work.pledges.begun([pledge.id])).get(pledge.id)
    zone = (await telling.zones(work, {pledge.donor}))[pledge.donor]
    await work.pledges.save(gone, due_at=look_at(gone, begun, zone))
    await work.star_subscriptions.end_of([pledge.id], now)
    waits = waiting(open_)
    if ask and waits is not None and waits.state is InstalmentState.ANNOUNCED:
        asked = replace(waits, declined=NOT_TAKEN, due_at=min(waits.due_at, now))
        await work.instalments.move(asked, waits.state, now)
