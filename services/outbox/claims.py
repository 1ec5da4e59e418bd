"""What is due, leased to the sender: who has it in hand, and what waits for its reader's morning."""

import contextlib
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from giving.notices import RULES, URGENCY, NoticeKind, Urgency
from giving.people import language_of
from giving.quiet import QuietHours
from services.clock import Clock
from services.leadership import Write
from services.subscriptions import at_clock
from storage.outbox import ClaimedMessage, OutboxState
from storage.work import UnitOfWork, Work

LEASE: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Notice:
    """A queued message, leased to the sender; there is one of each `key`.

    `subject` is the id of a tip, chat, slot, thank-you or alert.
    """

    id: UUID
    kind: NoticeKind
    recipient: int
    person: UUID
    subject: UUID
    language: str
    attempts: int
    silent: bool
    message_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    key: str = ""


class Claims:
    """A message whose sender died is claimed again when its lease runs out."""

    def __init__(
        self, unit: UnitOfWork, *, write: Write, quiet: QuietHours | None, language: str, now: Clock
    ) -> None:  # fmt: skip
        """`write` opens the sender's units of work. `language`: of who has none."""
        self._unit, self._write, self._quiet, self._language, self._now = unit, write, quiet, language, now
        self._held: set[UUID] = set()

    async def claim(self, limit: int = 100, *, urgency: Urgency | None = None) -> list[Notice]:
        """Lease what is due (of one urgency, where it is said), receipts first; one recipient's stand together.

        Whoever claims lets go of each of them in the end (`let_go`, or what records the outcome): till then no other
        claim of this process gives it out, however long ago its lease ran out.
        """
        now = self._now()
        async with self._unit.read() as work:
            if not await work.outbox.any_due(now, urgency):
                return []
        while True:
            there, cards, more = await self._lease(now, limit, urgency)
            if there or not more:
                break
        order = {person: i for i, person in enumerate(dict.fromkeys(m.person for m in there))}
        together = sorted(there, key=lambda m: (URGENCY[NoticeKind(m.kind)], order[m.person]))
        return [self._notice(message, now, cards.get(message.subject)) for message in together]

    async def _lease(
        self, now: datetime, limit: int, urgency: Urgency | None
    ) -> tuple[list[ClaimedMessage], dict[UUID, int], bool]:
        """What can be sent now, with the messages that show cards; and whether something else stands behind it.

        It does where what stood first was put off: a night's worth of it keeps nobody else waiting.
        """
        there: list[ClaimedMessage] = []
        try:
            async with self._write() as work:
                claimed = await work.outbox.claim(now=now, lease=LEASE, limit=limit, priority=urgency)
                there = self._hold(claimed)
                gone = [message.id for message in claimed if message.telegram_id is None]
                if gone:
                    await work.outbox.give_up(gone, state=OutboxState.SKIPPED, error="the reader has left")
                asleep = self._asleep(there, now)
                if asleep:
                    await work.outbox.put_off(asleep)
                cards = await work.tips.cards([m.subject for m in claimed if m.kind == NoticeKind.CARD])
        except BaseException:
            self._held.difference_update(message.id for message in there)
            raise
        self._held.difference_update(asleep)
        return [message for message in there if message.id not in asleep], cards, bool(asleep)

    def _asleep(self, claimed: Sequence[ClaimedMessage], now: datetime) -> dict[UUID, datetime]:
        """Of these, what waits for its reader's morning, and when that is: by the clock they live by now.

        It was queued by day, but nobody could send it then, or its reader moved.
        """
        if self._quiet is None:
            return {}
        waits = [m for m in claimed if not RULES[NoticeKind(m.kind)].at_night]
        clocks = {m.id: at_clock(self._quiet, m.timezone) for m in waits}
        return {id_: clock.allowed_from(now) for id_, clock in clocks.items() if clock.holds(now)}

    def _hold(self, claimed: Sequence[ClaimedMessage]) -> list[ClaimedMessage]:
        """Those that can be sent and that we are not sending already: a lease may end under a send that goes on.

        Asked while the claim keeps their rows: whoever records an outcome meanwhile lets go of it only after that.
        """
        free = [m for m in claimed if m.telegram_id is not None and m.id not in self._held]
        self._held.update(message.id for message in free)
        return free

    def let_go(self, notices: Iterable[Notice]) -> None:
        """Nobody here has them in hand any more: what is not marked may be claimed again when its lease is over."""
        self._held.difference_update(notice.id for notice in notices)

    @contextlib.asynccontextmanager
    async def _marking(self, notices: Sequence[Notice]) -> AsyncIterator[Work]:
        """A unit of work that records what became of them; they are let go of once it is committed.

        If it can't be, whoever claimed them still has them in hand, may try again, and lets go of them in the end.
        """
        async with self._write() as work:
            yield work
        self.let_go(notices)

    def _notice(self, message: ClaimedMessage, now: datetime, card: int | None) -> Notice:
        silent = self._quiet is not None and at_clock(self._quiet, message.timezone).holds(now)
        return Notice(
            id=message.id,
            kind=NoticeKind(message.kind),
            recipient=message.telegram_id or 0,
            person=message.person,
            subject=message.subject,
            language=message.chosen_language or language_of(message.language_code) or self._language,
            attempts=message.attempts,
            silent=silent,
            message_id=card if message.kind == NoticeKind.CARD else None,
            since=message.since_at,
            until=message.until_at,
            key=message.key,
        )
