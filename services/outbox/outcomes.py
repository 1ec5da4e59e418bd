"""What became of messages: whether they may be sent now, and what is kept of how it went."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from giving.notices import RULES, NoticeKind, Urgency
from giving.quiet import QuietHours
from giving.subscriptions import SubscriptionKind
from services import subscriptions
from services.clock import Clock
from services.leadership import Write
from services.outbox.claims import Claims, Notice
from services.outbox.weeks import Limits, give_back, take_up, take_up_one
from services.wake import Wakes
from storage.outbox import UNSAID, OutboxState
from storage.work import UnitOfWork

log = structlog.get_logger()
A_DAY: Final = timedelta(days=1)  # until it is looked at again whether a week has room


class Outcomes(Claims):
    """What was claimed is begun, sent, and marked."""

    def __init__(
        self, unit: UnitOfWork, *, write: Write, wakes: Wakes, quiet: QuietHours | None, language: str, per_week: int,
        now: Clock,
    ) -> None:  # fmt: skip
        """`per_week`: how many of what counts a reader's week holds; for the rest see `Claims`."""
        super().__init__(unit, write=write, quiet=quiet, language=language, now=now)
        self._wakes, self._per_week = wakes, per_week

    async def begin(self, notices: Sequence[Notice]) -> bool:
        """Whether they may be sent now, as one message; what may arrive only once is marked as begun first.

        What counts towards its reader's week, if they were told enough since it was rendered, is given up, or waits.
        """
        rules = RULES[notices[0].kind]
        if rules.counts_as is not None and rules.waits_for_room:
            return await self._begin_if_room(notices, rules.counts_as)
        once = [n.id for n in notices if RULES[n.kind].once]
        if not once:
            return True
        async with self._write() as work:
            if await work.outbox.begin(once, now=self._now()) < len(once):
                return False
            if rules.counts_as is None or await take_up(work, notices, rules.counts_as, self._limits()):
                return True
            await work.outbox.give_up(_ids(notices), state=OutboxState.SKIPPED, error="told enough this week")
            return False

    async def _begin_if_room(self, notices: Sequence[Notice], kind: SubscriptionKind) -> bool:
        """Whether their reader's week has room for this message, which takes it up; else it is looked at tomorrow."""
        async with self._write() as work:
            if await take_up_one(work, notices, kind, self._limits()):
                return True
            await work.outbox.put_off({notice.id: self._now() + A_DAY for notice in notices})
            return False

    def _limits(self) -> Limits:
        return {"now": self._now(), "per_week": self._per_week}

    async def sent(self, notices: Sequence[Notice], message_id: int | None) -> None:
        """They arrived, as one message; after a first receipt its reader is asked what else they want to be told."""
        receipts = {notice.person for notice in notices if notice.kind is NoticeKind.RECEIPT}
        async with self._marking(notices) as work:
            await work.outbox.sent(_ids(notices), message_id=message_id, now=self._now())
            asked = await subscriptions.ask(work, receipts, self._now(), self._quiet) if receipts else 0
        if asked:
            self._wakes.outbox.set()
        log.info("notices_sent", kind=notices[0].kind, count=len(notices))

    async def unsaid(self, notices: Sequence[Notice]) -> None:
        """There is nothing to tell of them any more: done; but where that decides about money, they did not arrive."""
        lost = [notice.id for notice in notices if RULES[notice.kind].must_arrive]
        async with self._marking(notices) as work:
            await work.outbox.give_up(lost, state=OutboxState.SKIPPED, error=UNSAID)
            done = [notice.id for notice in notices if not RULES[notice.kind].must_arrive]
            await work.outbox.sent(done, message_id=None, now=self._now())
        log.info("notices_unsaid", kind=notices[0].kind, count=len(notices))

    async def retry(self, notices: Sequence[Notice], after_s: float, error: str, *, not_sent: bool = False) -> None:
        """Try again after that many seconds; what may arrive only once, and was begun, only if it was `not_sent`."""
        due_at = self._now() + timedelta(seconds=after_s)
        async with self._marking(notices) as work:
            await work.outbox.retry(_ids(notices), due_at=due_at, error=error[:500], not_sent=not_sent)
            if not_sent:
                await give_back(work, notices)
        if not not_sent and any(RULES[n.kind].once for n in notices):
            log.warning("notices_unknown", kind=notices[0].kind, count=len(notices), error=error[:500])

    async def unreachable(self, notices: Sequence[Notice]) -> None:
        """They blocked the bot: receipts, and what they must know, wait until they write again; the rest is dropped."""
        waits = [n.id for n in notices if _waits(n.kind)]
        dropped = [n.id for n in notices if not _waits(n.kind)]
        async with self._marking(notices) as work:
            await work.outbox.retry(waits, due_at=self._now(), error="blocked the bot")
            await work.outbox.give_up(dropped, state=OutboxState.SKIPPED, error="blocked the bot")
            await give_back(work, notices)
            await work.people.unreachable(sorted({n.recipient for n in notices}), self._now())
        log.info("notices_unreachable", kind=notices[0].kind, count=len(notices))

    async def failed(self, notices: Sequence[Notice], error: str) -> None:
        """Telegram refuses the message itself: it would refuse it every time."""
        async with self._marking(notices) as work:
            await work.outbox.give_up(_ids(notices), state=OutboxState.FAILED, error=error[:500])
            await give_back(work, notices)
        log.error("notices_failed", kind=notices[0].kind, count=len(notices), error=error[:500])


def _waits(kind: NoticeKind) -> bool:
    return RULES[kind].urgency is Urgency.RECEIPT or RULES[kind].waits_for_reader


def _ids(notices: Iterable[Notice]) -> list[UUID]:
    return [notice.id for notice in notices]
