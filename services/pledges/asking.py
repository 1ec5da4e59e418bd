"""Instalments that are paid by hand: asked for with a link or a code, once more, put on a tab, given up."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from giving.errors import TabBusy
from giving.notices import NoticeKind
from giving.payments import Payment, PaymentState
from giving.pledges import (
    LOOK_EVERY,
    VALID,
    Instalment,
    InstalmentState,
    Pledge,
    PledgeState,
    Step,
    Way,
    last_look,
    next_step,
    too_often,
)
from giving.projects import Project
from giving.rails import How
from giving.receipts import RANDOM_BITS, receipt_code
from giving.tabs import CLOSED
from giving.tips import Tip, TipState
from payments.provider import Renews
from services.pledges.means import A_DAY, INSTALMENTS, Means
from services.pledges.renewed import lapse
from services.pledges.telling import Held, News, Telling, hold
from services.pledges.wanting import goes_to
from services.tabs.beginning import close_pages
from services.tabs.service import TabService
from storage.ids import new_id
from storage.work import Work

log = structlog.get_logger()
NO_RAIL: Final = "no_rail"
_BY_ITSELF: Final = frozenset({InstalmentState.ANNOUNCED, InstalmentState.RETRY})
START: Final = "monthly"  # where a pay page leads back to


class Asking:
    """What its donor pays themselves; the rail is asked for a page only when they tap (services/pledges/pages.py)."""

    def __init__(self, means: Means, telling: Telling, tabs: TabService) -> None:
        """By these means; what is too small goes on `tabs`."""
        self._means, self._telling, self._tabs = means, telling, tabs

    async def ask(self, instalment: Instalment) -> bool:
        """Its day has come: here is the link."""
        async with self._means.write() as work:
            held = await hold(work, instalment.id, instalment.pledge)
            if held is None or next_step(held.instalment, held.known, self._means.now()) is not Step.ASK:
                return False
            where = await goes_to(work, held.pledge, held.instalment)
            if where is None:
                return await self.waits(work, held)
            return await self.by_hand(work, held.going_to(where))

    async def waits(self, work: Work, held: Held) -> bool:
        """What it was for takes it no more: it is left out, and its donor says where the pledge goes on."""
        await self.skipped(work, held)
        await self._telling.waits(work, held.pledge)
        return True

    async def by_hand(self, work: Work, held: Held, *, declined: str | None = None, tell: bool = True) -> bool:
        """Ask its donor for it, in the unit of work that holds it; by a rail that carries it, its pledge's first.

        `declined`: the rail's word for why their card was not charged. `tell`: by a message; not who just tapped.
        """
        now, instalment, pledge = self._means.now(), held.instalment, held.pledge
        if pledge.state is not PledgeState.ACTIVE:  # while it was at the rail
            await self.skipped(work, held)
            return True
        if pledge.way is Way.STARS and isinstance(self._means.rails.get(pledge.rail), Renews):
            return await self._by_stars(work, held, tell=tell)
        project = (await work.projects.by_ids([instalment.project]))[instalment.project]
        accounts = await self._means.rails.accounts(work)
        organisation = project.organisation.id
        ways = self._means.rails.ways(instalment.amount, organisation, accounts, last=pledge.rail)
        now_by = next((way.rail for way in ways if way.how is How.NOW and way.price is None), None)
        if now_by is None:
            on_tab = any(way.how is How.TAB for way in ways) and held.gift is None
            return await self._elsewhere(work, held, project, on_tab=on_tab)
        account = accounts.get((organisation, now_by))
        their_id = account.their_id if account is not None else None
        payment = Payment(
            new_id(), instalment.donor, now_by, instalment.amount, PaymentState.CREATED, now, account=their_id
        )  # fmt: skip
        await work.payments.add_many([payment])
        gift = await gift_of(work, held, payment, now)
        asked = replace(
            instalment, state=InstalmentState.ASKED, way=Way.LINK, tip=gift, payment=payment.id, asked_at=now,
            reminded_at=None, declined=declined or instalment.declined,
        )  # fmt: skip
        await self._moved(work, asked, instalment.state, now + timedelta(days=3))
        if tell:
            news = News(NoticeKind.PLEDGE_ASKED, asked.id, asked.donor, payment.id.hex)
            await self._telling.queue(work, [news])
        return True

    async def _by_stars(self, work: Work, held: Held, *, tell: bool) -> bool:
        """To be paid by beginning a subscription, which is made when its donor taps (services/pledges/pages.py)."""
        now, instalment = self._means.now(), held.instalment
        asked = replace(
            instalment, state=InstalmentState.ASKED, way=Way.STARS, asked_at=now, reminded_at=None
        )  # fmt: skip
        await self._moved(work, asked, instalment.state, now + timedelta(days=3))
        if tell:
            nth = str(int(now.timestamp()))  # there is no payment yet whose id would tell it from the one before
            await self._telling.queue(work, [News(NoticeKind.PLEDGE_ASKED, asked.id, asked.donor, nth)])
        return True

    async def _elsewhere(self, work: Work, held: Held, project: Project, *, on_tab: bool) -> bool:
        """No rail takes it at once: it goes on their tab, or waits a day for the operator."""
        now, instalment = self._means.now(), held.instalment
        if on_tab:
            small = replace(instalment, state=InstalmentState.ANNOUNCED, way=Way.TAB)
            return await work.instalments.move(small, instalment.state, now)
        if instalment.due_at + VALID <= now:
            return await self._given_up(work, held)
        await self._means.alarm(work, held.pledge.rail, project.organisation.id, instalment.amount, NO_RAIL)
        return await work.instalments.move(
            replace(instalment, state=InstalmentState.ANNOUNCED, way=Way.LINK), instalment.state, now + A_DAY
        )

    async def remind(self, instalment: Instalment) -> bool:
        """Once more, three days later."""
        async with self._means.write() as work:
            held = await self._hold(work, instalment, Step.REMIND)
            if held is None:
                return False
            asked, where = held.instalment, await goes_to(work, held.pledge, held.instalment)
            if where is None:
                await self.waits(work, held)
            else:
                if where.id != asked.project:
                    asked = await self.again(work, held.going_to(where))
                await self._reminded(work, asked)
            turned = where is None or where.id != instalment.project
        if turned:
            await self.close(instalment)  # nobody pays there any more
        return True

    async def _reminded(self, work: Work, asked: Instalment) -> None:
        if asked.state is not InstalmentState.ASKED:  # no rail takes it there
            return
        again = replace(asked, reminded_at=self._means.now())
        await work.instalments.move(again, asked.state, (asked.asked_at or asked.due_at) + VALID)
        nth = asked.payment.hex if asked.payment is not None else ""  # of what is asked for anew, once more
        await self._telling.queue(work, [News(NoticeKind.PLEDGE_REMINDED, asked.id, asked.donor, nth)])

    async def again(self, work: Work, held: Held) -> Instalment:
        """Asked for by another payment, as it is then; its days go on from when it was asked for first."""
        asked_at, reminded_at = held.instalment.asked_at, held.instalment.reminded_at
        await self.by_hand(work, held, tell=False)
        now = (await work.instalments.by_ids([held.instalment.id]))[held.instalment.id]
        if now.state is InstalmentState.ASKED and asked_at is not None:
            now = replace(now, asked_at=asked_at, reminded_at=reminded_at)
            await work.instalments.move(now, now.state, self._means.now() + LOOK_EVERY)
        return now

    async def on_tab(self, instalment: Instalment) -> bool:
        """A promise like any other on their tab; it counts in their month's sum, and is refused by no limit."""
        now = self._means.now()
        async with self._means.write() as work:
            pledge = (await work.pledges.by_ids([instalment.pledge])).get(instalment.pledge)
            project = (await work.projects.by_ids([instalment.project]))[instalment.project]
            if pledge is None:
                return False
            key = instalment.donor, project.organisation.id, instalment.amount.currency
            tab = (await work.tabs.open_many({key: pledge.rail}, now=now))[key]  # tabs are held first, everywhere
            held = await self._hold(work, instalment, Step.ON_TAB)
            if held is None:
                return False
            where = await goes_to(work, held.pledge, held.instalment)
            if where is None:
                return await self.waits(work, held)
            if where.id != project.id:  # with whom, perhaps, they have another tab: the next turn
                return await work.instalments.move(held.going_to(where).instalment, held.instalment.state, now)
            gift = new_gift(held.instalment, pledge, None, now)
            await work.tips.add_many([gift])
            await work.tabs.promise_many([(gift, tab)], now=now)
            row = (await work.tabs.by_ids([tab]))[tab]
            await work.tabs.look_at({tab: self._tabs.next_look(row)})
            moved = replace(held.instalment, state=InstalmentState.ON_TAB, tip=gift.id, asked_at=now)
            await self._moved(work, moved, held.instalment.state, now + timedelta(days=1))
        self._means.wakes.tabs.set()
        return True

    async def off_tab(self, instalment: Instalment) -> bool:
        """Its pledge ended while its tab was being charged: what was not charged then is not charged later, either."""
        async with self._means.unit.read() as work:
            person = (await work.people.by_ids([instalment.donor])).get(instalment.donor)
        if instalment.tip is None or person is None:
            return False
        try:
            await self._tabs.take_off(instalment.tip, person)
        except TabBusy:
            async with self._means.write() as work:
                await work.instalments.move(instalment, instalment.state, self._means.now() + LOOK_EVERY)
            return False
        return await self.skip(instalment)

    async def give_up(self, instalment: Instalment) -> bool:
        """Nobody paid: quietly, and the third in a row pauses its pledge, with one message."""
        async with self._means.write() as work:
            held = await self._hold(work, instalment, Step.GIVE_UP)
            if held is None:
                return False
            await self._given_up(work, held)
        await self.close(instalment)
        return True

    async def _given_up(self, work: Work, held: Held) -> bool:
        now, instalment = self._means.now(), held.instalment
        if held.gift is not None:
            await work.tabs.expire([held.gift.id])
        missed = replace(instalment, state=InstalmentState.MISSED)
        await self._moved(work, missed, instalment.state, last_look(missed, now))
        before = (await work.instalments.of_pledges([instalment.pledge])).get(instalment.pledge, [])
        sofar = [one.state for one in reversed(before) if one.month <= instalment.month]
        if too_often(sofar):
            await self.pause(work, held.pledge, instalment)
        return True

    async def pause(self, work: Work, pledge: Pledge, instalment: Instalment) -> None:
        """No more of it until its donor says so; they are told once. It is held; one that ended stays as it is."""
        if pledge.state is not PledgeState.ACTIVE:
            return
        paused = replace(pledge, state=PledgeState.PAUSED, paused_until=None)
        await work.pledges.save(paused, due_at=None)
        await self._telling.queue(work, [News(NoticeKind.PLEDGE_PAUSED, instalment.id, instalment.donor)])
        log.info("pledge_paused", pledge_id=str(pledge.id), instalment_id=str(instalment.id))

    async def skip(self, instalment: Instalment) -> bool:
        """Its pledge is not active any more, its notice can't be brought, or its day is long past: it is left out."""
        now = self._means.now()
        async with self._means.write() as work:
            held = await self._hold(work, instalment, Step.SKIP)
            if held is None:
                return False
            await self.skipped(work, held)
            debit = held.instalment.way is Way.SAVED and held.instalment.state in _BY_ITSELF
            if debit and held.pledge.state is PledgeState.ACTIVE:  # not by its donor's own word
                left_out = News(NoticeKind.PLEDGE_LEFT_OUT, instalment.id, instalment.donor)
                await self._telling.queue(work, [left_out])
            if held.pledge.renews_at is not None:  # its notice did not reach them: nothing is taken
                await lapse(work, self._telling, held.pledge, now, ask=False)
        await self.close(instalment)
        log.info("instalment_skipped", instalment_id=str(instalment.id), at=now.isoformat())
        return True

    async def skipped(self, work: Work, held: Held) -> None:
        """It is not asked for; it is held."""
        gift, now = held.gift, self._means.now()
        if gift is not None and gift.state is TipState.ON_TAB:
            await work.tips.update(replace(gift, state=TipState.CANCELLED, cancelled_at=now))
        left_out = replace(held.instalment, state=InstalmentState.SKIPPED)
        await self._moved(work, left_out, held.instalment.state, last_look(left_out, now))

    async def over(self, instalment: Instalment) -> bool:
        """It is over and could still be paid: off the tab with it, its page is closed."""
        async with self._means.unit.read() as work:
            gift = await work.tips.by_id(instalment.tip) if instalment.tip is not None else None
            tab = await work.tabs.tab_of(gift.id) if gift is not None else None
            person = (await work.people.by_ids([instalment.donor])).get(instalment.donor)
        if gift is not None and tab is not None and person is not None and gift.state is TipState.ON_TAB:
            await self._tabs.take_off(gift.id, person)  # TabBusy while it is charged: the next sweep asks again
        await self.close(instalment)
        now = self._means.now()
        async with self._means.write() as work:
            held = await hold(work, instalment.id, instalment.pledge)
            if held is None or held.instalment.state is not instalment.state:
                return False
            if held.gift is not None and held.gift.state is TipState.ON_TAB:
                await work.tips.update(replace(held.gift, state=TipState.CANCELLED, cancelled_at=now))
            await work.instalments.move(held.instalment, instalment.state, last_look(held.instalment, now))
        return True

    async def close(self, instalment: Instalment) -> None:
        """Its page, if it has one: outside any unit of work."""
        if instalment.payment is None:
            return
        async with self._means.unit.read() as work:
            page = await work.payments.by_id(instalment.payment)
        if page is not None and page.state not in CLOSED and page.state is not PaymentState.PAID:
            await close_pages(self._means.rails, [page])

    async def _hold(self, work: Work, instalment: Instalment, step: Step) -> Held | None:
        held = await hold(work, instalment.id, instalment.pledge)
        same = held is not None and next_step(held.instalment, held.known, self._means.now()) is step
        return held if same else None

    async def _moved(self, work: Work, to: Instalment, was: InstalmentState, step_at: datetime | None) -> None:
        await work.instalments.move(to, was, step_at)
        INSTALMENTS.labels(to.state).inc()
        log.info("instalment_moved", instalment_id=str(to.id), was=was, state=to.state, minor=to.amount.minor)


def new_gift(instalment: Instalment, pledge: Pledge, payment: UUID | None, now: datetime) -> Tip:
    """What an instalment gives, promised until it is paid."""
    return Tip(
        new_id(), instalment.donor, instalment.project, instalment.amount, pledge.visibility,
        receipt_code(secrets.randbits(RANDOM_BITS)), now, TipState.ON_TAB, creator=pledge.creator, payment=payment,
    )  # fmt: skip


async def gift_of(work: Work, held: Held, payment: Payment, now: datetime) -> UUID:
    """Its gift, which that payment pays from now on; what was to pay it before may do so all the same.

    Where its donor changed the amount, or where it goes, it is another gift.
    """
    gift, instalment = held.gift, held.instalment
    if gift is not None and gift.state is TipState.ON_TAB:
        if (gift.amount, gift.project) == (instalment.amount, instalment.project):
            await work.tabs.move_tips(payment.id, [gift])
            return gift.id
        await work.tips.update(replace(gift, state=TipState.CANCELLED, cancelled_at=now))
    anew = new_gift(instalment, held.pledge, payment.id, now)
    await work.tips.add_many([anew])
    return anew.id
