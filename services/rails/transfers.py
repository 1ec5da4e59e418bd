"""Passing on what was paid to the operator: each planned transfer is asked of its rail once, and followed to its event.

It was planned in the commit that booked the payment (services/settlement/passing.py). Before the rail is asked, the
words and the key it is asked with are committed; while its answer is not known it is asked again in the same words,
after the payment was looked up; a definite no is told to those who look after the money, and asked anew once a day.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from giving.alerts import Alert, AlertKind, Said
from giving.errors import RailUnavailable
from giving.money import Money
from giving.payments import TOO_LONG, Payment, next_look
from giving.transfers import Transfer, TransferState, source_of
from payments.provider import BadEvent, PassesOn, PaymentRef, Rail, RailRefused, TransferAsk
from services.alerts import AlertService
from services.clock import Clock, utc_now
from services.leadership import Write
from services.payments import PaymentService
from services.sweep import CLAIMED
from storage.ids import new_id
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
BATCH: Final = 100
ASK_AGAIN: Final = timedelta(minutes=1)  # of what was not answered, and of what waits for what it comes back from
REFUSED_WAITS: Final = timedelta(days=1)
_NOT_KNOWN: Final = (TransferState.ASKING, TransferState.ASKED)


class TransferService:
    """Commits, asks, commits; run twice, or broken off anywhere, each transfer is made by the rail once."""

    def __init__(
        self, unit: UnitOfWork, rails: Mapping[str, Rail], payments: PaymentService, *,
        alerts: AlertService | None = None, write: Write | None = None, now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """What look-ups find goes through `payments`; marks are written by `write`: in production the leader's."""
        self._unit, self._rails, self._payments, self._now = unit, rails, payments, now
        self._alerts, self._write = alerts, write or unit

    async def sweep(self) -> int:
        """Do what is due: ask, ask again, look up; how many. Ends early where a rail is silent."""
        done, silent = 0, set[str]()
        while True:
            async with self._unit.read() as work:
                due = await work.transfers.due(self._now(), BATCH)
                payments = await work.payments.by_ids({one.payment for one in due})
            for one in due:
                payment = payments[one.payment]
                if payment.rail in silent:
                    continue
                done += 1
                if not await self._follow(one, payment):
                    silent.add(payment.rail)
            if len(due) < BATCH or silent:
                return done

    async def _follow(self, one: Transfer, payment: Payment) -> bool:
        """One step on; False where the rail does not answer."""
        rail = self._rails.get(payment.rail)
        if rail is None or not isinstance(rail, PassesOn):
            log.error("transfer_waits", transfer_id=str(one.id), rail=payment.rail, hint="switch the rail on again")
            await self._later(one, payment, REFUSED_WAITS)
            return True
        if one.state in _NOT_KNOWN or one.tries:
            if not await self._look_up(rail, one, payment):
                await self._later(one, payment, ASK_AGAIN)
                return False
            async with self._unit.read() as work:
                known = await work.transfers.by_id(one.id)
            if known is None or known.state not in (TransferState.DUE, TransferState.ASKING):
                await self._later(one, payment)
                return True
        try:
            ready = await self._prepare(one.id, payment)
        except RailRefused as refused:
            await self._refused(one, payment, str(refused))
            return True
        return ready is None or await self._ask(rail, ready, payment)

    # -- asking --

    async def _prepare(self, transfer: UUID, payment: Payment) -> Transfer | None:
        """Commit what the rail is to be asked; None if it is to wait. Raises: RailRefused (it has no account)."""
        async with self._write() as work:
            await work.payments.lock_many([payment.id])
            rows = (await work.transfers.of_payments([payment.id])).get(payment.id, [])
            one = next((row for row in rows if row.id == transfer), None)
            if one is None or one.state not in (TransferState.DUE, TransferState.ASKING):
                return None
            if one.state is TransferState.ASKING:
                await work.transfers.put_off(one.id, self._now() + CLAIMED)
                return one
            account = await _account(work, one, rows, payment)
            asking = replace(one, state=TransferState.ASKING, account=account)
            if one.amount.minor < 0:
                source = source_of(one, [row for row in rows if row.charge == one.charge])
                if source is None:  # what it comes back from has not arrived there yet
                    await work.transfers.put_off(one.id, self._now() + ASK_AGAIN)
                    return None
                asking = await self._taken_from(work, asking, rows, *source)
            await work.transfers.change(asking, self._now() + CLAIMED)
            return asking

    async def _taken_from(
        self, work: Work, back: Transfer, rows: list[Transfer], source: str, left: Money
    ) -> Transfer:  # fmt: skip
        """What one transfer has not enough of comes back from another: a part of its own."""
        rest = back.amount + left
        if rest.minor < 0:
            part = 1 + max(row.part for row in rows if row.entry_key == back.entry_key)
            more = replace(back, id=new_id(), state=TransferState.DUE, amount=rest, part=part, account=None, tries=0)
            await work.transfers.add_many([more])
            back = replace(back, amount=-left)
        account = next(row.account for row in rows if row.their_id == source)
        return replace(back, reverses=source, account=account)

    async def _ask(self, rail: PassesOn, one: Transfer, payment: Payment) -> bool:
        about = {"transfer_id": str(one.id), "payment_id": str(payment.id), "rail": payment.rail}
        amount = one.amount if one.amount.minor > 0 else -one.amount
        ask = TransferAsk(one.id, payment.id, one.charge, one.account or "", amount, one.reverses, one.again)
        try:
            their_id = await rail.transfer(ask, key=one.key)
        except RailRefused as refused:
            await self._refused(one, payment, str(refused))
            return True
        except RailUnavailable as error:
            log.warning("transfer_not_answered", error=type(error).__name__, **about)
            await self._later(one, payment, ASK_AGAIN)
            return False
        except Exception:  # an answer nobody foresaw must not keep the others waiting
            log.exception("transfer_failed", **about)
            await self._later(one, payment)
            return True
        async with self._write() as work:
            await work.transfers.asked(one.id, their_id, self._now() + next_look(timedelta()))
        log.info("transfer_asked", amount_minor=one.amount.minor, currency=one.amount.currency, **about)
        return True

    async def _refused(self, one: Transfer, payment: Payment, code: str) -> None:
        """A definite no: nothing moved. It is asked anew, under another key; a new reason is told."""
        code = code[:64]
        async with self._write() as work:
            await work.payments.lock_many([payment.id])
            now = await work.transfers.by_id(one.id)
            if now is None or now.state not in (TransferState.DUE, TransferState.ASKING):
                return
            again = replace(
                now, state=TransferState.DUE, tries=now.tries + 1, code=code, account=None, reverses=None
            )  # fmt: skip
            await work.transfers.change(again, self._now() + REFUSED_WAITS)
            if now.code != code:
                await self._alert(work, AlertKind.TRANSFER_REFUSED, one, payment, code=code)
        log.error(
            "transfer_refused", transfer_id=str(one.id), payment_id=str(payment.id), rail=payment.rail, code=code,
            tries=again.tries, hint="it is asked again tomorrow",
        )  # fmt: skip

    # -- following --

    async def _look_up(self, rail: Rail, one: Transfer, payment: Payment) -> bool:
        """Let be booked what the rail knows of the charge; whether it answered."""
        about = {"transfer_id": str(one.id), "payment_id": str(payment.id), "rail": payment.rail}
        try:
            found = await rail.fetch(PaymentRef(payment.id, one.charge, payment.account))
        except RailUnavailable as error:
            log.warning("transfer_not_looked_up", error=type(error).__name__, **about)
            return False
        except RailRefused as refused:
            log.error("transfer_not_looked_up", code=str(refused), **about)
            return False
        except Exception:
            log.exception("transfer_look_up_failed", **about)
            return False
        for body in found.events:
            try:
                await self._payments.found(payment.rail, body)
            except BadEvent as error:
                log.error("transfer_found_unread", error=str(error), **about)
        return True

    async def _later(self, one: Transfer, payment: Payment, wait: timedelta | None = None) -> None:
        """When something is done about it again; one that is open for a week is told."""
        age = self._now() - one.requested_at
        late = age >= TOO_LONG
        async with self._write() as work:
            again = next_look(age) if wait is None or late else wait
            await work.transfers.put_off(one.id, self._now() + again)
            known = await work.transfers.by_id(one.id)
            late = late and known is not None and known.state not in (TransferState.DONE, TransferState.DROPPED)
            if late:
                await self._alert(work, AlertKind.TRANSFER_OPEN, one, payment)
        if late:
            log.error(
                "transfer_open_for_long", transfer_id=str(one.id), payment_id=str(payment.id), rail=payment.rail,
                days=age.days, hint="ask the provider; the metric transfer_oldest_seconds has the oldest",
            )  # fmt: skip

    async def _alert(self, work: Work, kind: AlertKind, one: Transfer, payment: Payment, **more: Said) -> None:
        if self._alerts is None:
            return
        back = one.amount.minor < 0
        said: dict[str, Said] = {
            "rail": payment.rail, "amount": -one.amount if back else one.amount, "id": str(payment.id),
            "back": "yes" if back else "no", **more,
        }  # fmt: skip
        await self._alerts.queue(work, Alert(kind, said))
        self._alerts.wake()


async def _account(work: Work, one: Transfer, rows: list[Transfer], payment: Payment) -> str:
    """The organisation's at the rail: the payment's own, where it is of one organisation. Raises: RailRefused."""
    if payment.account is not None and {row.organisation for row in rows} == {one.organisation}:
        return payment.account
    found = [each.their_id for each in await work.accounts.of([one.organisation]) if each.rail == payment.rail]
    if not found:
        raise RailRefused("no_account")
    return found[0]
