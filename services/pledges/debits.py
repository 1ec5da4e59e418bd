"""Debits: what was announced is charged to the saved method, once; an answer that never came is asked for again.

Written down and committed before the rail is asked, by a key that is the same whenever the same debit is taken again
(giving/pledges/names.py). The entry comes by the rail's event, as of any payment.
"""

from dataclasses import replace
from typing import Final

import structlog

from giving.errors import RailUnavailable
from giving.payments import TOO_LONG, Payment, PaymentState, PaymentWish
from giving.pledges import (
    ANSWER_WITHIN,
    KEY_LASTS,
    LOOK_EVERY,
    Instalment,
    InstalmentState,
    Step,
    debit_id,
    next_step,
)
from giving.projects import Project
from payments.provider import (
    KEY_TAKEN,
    NOT_OF_BEFORE,
    NOT_OURS,
    TOO_SMALL,
    Declined,
    Found,
    PaymentRef,
    RailRefused,
    Saves,
)
from services.pledges.answers import Answers, Charging
from services.pledges.asking import NO_RAIL, START, Asking, gift_of
from services.pledges.means import DEBITS, INSTALMENTS, Means
from services.pledges.pacing import Pacing
from services.pledges.telling import Held, Telling, hold, see
from services.pledges.wanting import goes_to, pledged_otherwise
from services.tabs.told import kept_method
from services.tips.links import intent_of, key_of
from storage.work import Work

log = structlog.get_logger()
OURS_TO_MEND: Final = NOT_OURS | {TOO_SMALL}
# What only the donor can say yes to: they pay it by a link.
AUTHENTICATE: Final = frozenset(
    {"authentication_required", "authentication_not_handled", "payment_intent_authentication_failure"}
)


class Debits:
    """One debit at a time of each instalment; whoever finds it in another state than was read does nothing."""

    def __init__(self, means: Means, telling: Telling, asking: Asking, pacing: Pacing) -> None:
        """By these means; `asking` for what is paid by hand instead."""
        self._means, self._telling, self._asking, self._pacing = means, telling, asking, pacing
        self._answers = Answers(means, telling, asking)
        self._away: set[str] = set()

    def begin_turn(self) -> None:
        """A rail that did not answer is asked again from now on."""
        self._away.clear()

    # -- a new debit --

    async def debit(self, instalment: Instalment) -> bool:
        """Announced, and its day has come; or declined, and to be tried again."""
        async with self._means.write() as work:
            held = await self._hold(work, instalment, Step.DEBIT)
            if held is None:
                return False
            charging = await self._written(work, held)
        if charging is not None and charging.wish is not None:
            INSTALMENTS.labels(InstalmentState.CHARGING).inc()
            await self._ask(charging, charging.wish, again=False)
        return True

    async def _written(self, work: Work, held: Held) -> Charging | None:
        """The debit as it is asked for; None where it is asked for by hand, or waits for something."""
        instalment, pledge = held.instalment, held.pledge
        project = await goes_to(work, pledge, instalment)
        if project is None:
            await self._asking.skipped(work, held)
            await self._telling.waits(work, pledge)
            return None
        organisation = project.organisation.id
        saved = await kept_method(work, instalment.donor, organisation, pledge.rail)
        if saved is None:
            await self._asking.by_hand(work, held.going_to(project))
            return None
        if project.id != instalment.project:  # closed or reached since, one of several: what was told was another
            anew = await self._telling.anew(work, held.going_to(project).instalment)
            log.info("instalment_goes_elsewhere", instalment_id=str(anew.id), project_id=str(project.id))
            return None
        if pledge.rail in self._away:  # as it was: the next turn tries
            return None
        if not await self._carries(work, held, project):
            await self._answers.put_off(work, held, organisation, pledge.rail, NO_RAIL)
            return None
        return await self._charging(work, held, project)

    async def _carries(self, work: Work, held: Held, project: Project) -> bool:
        can = self._means.rails.capabilities.get(held.pledge.rail)
        if can is None or not can.carries(held.instalment.amount):
            return False
        accounts = await self._means.rails.accounts(work)
        return not can.needs_account or (project.organisation.id, held.pledge.rail) in accounts

    async def _charging(self, work: Work, held: Held, project: Project) -> Charging:
        now, instalment, rail = self._means.now(), held.instalment, held.pledge.rail
        organisation = project.organisation
        account = (await self._means.rails.accounts(work)).get((organisation.id, rail))
        payment = Payment(
            debit_id(instalment.pledge, instalment.month, instalment.debits + 1), instalment.donor, rail,
            instalment.amount, PaymentState.CREATED, now, account=account.their_id if account is not None else None,
        )  # fmt: skip
        await work.payments.add_many([payment])
        donor = (await work.people.by_ids([instalment.donor]))[instalment.donor]
        language = donor.language(self._means.language)
        lines = ((project.title(language), instalment.amount.minor),)
        wish = PaymentWish(organisation.name(language), self._means.links.start(START), language, lines)
        await work.payments.ask_many({payment.id: wish})
        gift = await gift_of(work, held, payment, now)
        charging = replace(
            instalment, state=InstalmentState.CHARGING, tip=gift, payment=payment.id, debits=instalment.debits + 1,
            first_tried_at=instalment.first_tried_at or now,
        )  # fmt: skip
        await work.instalments.move(charging, instalment.state, now + ANSWER_WITHIN)
        log.info("instalment_debit_begun", instalment_id=str(charging.id), payment_id=str(payment.id), rail=rail)
        return Charging(charging, organisation.id, payment, wish)

    # -- at the rail --

    async def charge(self, instalment: Instalment) -> bool:
        """The rail did not answer: it is asked by the same key."""
        charging = await self._asked(instalment)
        if charging is None or charging.payment.rail in self._away:
            return False
        async with self._means.unit.read() as work:  # its donor may have ended it while others were asked
            known = (await see(work, [instalment]))[instalment.id]
            pledge = (await work.pledges.by_ids([instalment.pledge])).get(instalment.pledge)
            otherwise = pledge is not None and await pledged_otherwise(work, pledge, instalment)
        if next_step(instalment, known, self._means.now()) is not Step.CHARGE:
            return False
        if charging.wish is None:
            return await self.look_up(instalment)
        if otherwise:  # asking again may be what charges what its donor wants no more; what was charged is found
            return await self.look_up(instalment, believed=False)
        await self._ask(charging, charging.wish, again=True)
        return True

    async def _asked(self, instalment: Instalment) -> Charging | None:
        if instalment.payment is None:
            return None
        async with self._means.unit.read() as work:
            payment = await work.payments.by_id(instalment.payment)
            kept = await work.payments.asked(instalment.payment)  # not of whoever has left
            project = (await work.projects.by_ids([instalment.project])).get(instalment.project)
        if payment is None or project is None:
            return None
        return Charging(instalment, project.organisation.id, payment, kept[1] if kept is not None else None)

    async def _ask(self, charging: Charging, wish: PaymentWish, *, again: bool) -> None:
        """Charge it. What is tried long after its day is looked up first: a database may have been taken back."""
        payment, rail = charging.payment, self._means.rails.get(charging.payment.rail)
        async with self._means.unit.read() as work:
            saved = await kept_method(work, payment.donor, charging.organisation, payment.rail)
        if saved is None or not isinstance(rail, Saves) or rail is None:  # forgotten meanwhile
            await self._by_hand_or_look(charging, again=again)
            return
        try:
            if _is_late(charging) and not await self._is_new(charging):
                return
            await self._pacing.turn(payment.rail)
            link = await rail.charge_saved(intent_of(payment, wish), saved.method, key=key_of(payment))
        except RailUnavailable:
            DEBITS.labels(payment.rail, "no_answer").inc()
            self._away.add(payment.rail)
            raise
        except RailRefused as refused:
            await self._refused(charging, refused, again=again)
            return
        DEBITS.labels(payment.rail, "taken").inc()
        async with self._means.write() as work:
            await work.payments.link_many([replace(payment, their_id=link.their_id)])

    async def _is_new(self, charging: Charging) -> bool:
        """Whether the rail has nothing of this payment; what it has is kept."""
        found = await self._found(charging)
        if found.their_id is not None:
            await self._keep(charging, found)
            return False
        if found.state is PaymentState.FAILED:
            await self._answers.declined(charging, None)
            return False
        return found.state is PaymentState.CREATED

    async def _found(self, charging: Charging) -> Found:
        payment = charging.payment
        rail = self._means.rails.get(payment.rail)
        if rail is None:
            return Found(PaymentState.UNKNOWN)
        try:
            return await rail.fetch(PaymentRef(payment.id, None, payment.account))
        except RailRefused as refused:
            log.error("instalment_not_looked_up", instalment_id=str(charging.instalment.id), code=str(refused))
            return Found(PaymentState.UNKNOWN)

    async def _keep(self, charging: Charging, found: Found) -> None:
        async with self._means.write() as work:
            await work.payments.link_many([replace(charging.payment, their_id=found.their_id, url=found.url)])

    async def look_up(self, instalment: Instalment, *, believed: bool = True) -> bool:
        """The key is not asked by any more: what became of it? Found, it is booked by the payments' own sweep.

        `believed`: that nothing is found there. A rail may not find at once what it was just asked for.
        """
        charging = await self._asked(instalment)
        if charging is None:
            return False
        found = await self._found(charging)
        if found.their_id is not None:
            await self._keep(charging, found)
            return True
        if found.state is PaymentState.FAILED:
            return await self._answers.declined(charging, None)
        if found.state is PaymentState.CREATED and believed:  # it never came there
            return await self._answers.again(charging)
        if self._means.now() - charging.payment.created_at >= TOO_LONG:
            return await self._answers.by_hand(charging, None)
        await self._look_later(charging)
        return False

    async def _look_later(self, charging: Charging) -> None:
        async with self._means.write() as work:
            now = await self._answers.same(work, charging)
            if now is not None:
                await work.instalments.move(now.instalment, now.instalment.state, self._means.now() + LOOK_EVERY)

    # -- its answers --

    async def _refused(self, charging: Charging, refused: RailRefused, *, again: bool) -> None:
        """Declined, or not by this method: tried again, or by a link. What the operator mends waits a day."""
        code, rail = str(refused), charging.payment.rail
        if code == KEY_TAKEN:  # a database was taken back, and a card, an amount or a language is another since
            log.warning("instalment_asked_before", instalment_id=str(charging.instalment.id), rail=rail)
            await self._is_new(charging)
            await self._look_later(charging)  # where nothing is found: once the key is old, that is believed
            return
        if again and code in NOT_OF_BEFORE:
            return  # it says nothing of the first time: looked up when its key is old
        DEBITS.labels(rail, "declined" if isinstance(refused, Declined) else "refused").inc()
        log.warning(
            "instalment_refused", instalment_id=str(charging.instalment.id), rail=rail, code=code,
            declined=isinstance(refused, Declined),
        )  # fmt: skip
        if isinstance(refused, Declined) and code not in AUTHENTICATE:
            await self._answers.declined(charging, code)
        elif code in OURS_TO_MEND:
            await self._answers.mended_first(charging, code)
        else:
            await self._answers.by_hand(charging, code)

    async def declined_later(self, instalment: Instalment) -> bool:
        """The rail's event says that it was."""
        charging = await self._asked(instalment)
        return charging is not None and await self._answers.declined(charging, None)

    async def _by_hand_or_look(self, charging: Charging, *, again: bool) -> None:
        """No method is there any more: by a link, unless it was charged before that."""
        if again:
            await self.look_up(charging.instalment)
        else:
            await self._answers.by_hand(charging, None)

    async def _hold(self, work: Work, instalment: Instalment, step: Step) -> Held | None:
        held = await hold(work, instalment.id, instalment.pledge)
        same = held is not None and next_step(held.instalment, held.known, self._means.now()) is step
        return held if same else None


def _is_late(charging: Charging) -> bool:
    """Whether it may have been asked for by the same key so long ago that the rail has forgotten that."""
    instalment = charging.instalment
    return instalment.reminded_at is not None or charging.payment.created_at - instalment.due_at > KEY_LASTS
