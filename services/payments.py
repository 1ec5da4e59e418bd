"""Provider events: verified, stored once, answered; settled into the books by services/settlement.py."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final

import structlog

from giving.payments import EventKind
from payments.provider import BadEvent, Rail, UnknownRail
from services.clock import Clock, utc_now
from services.metrics import WEBHOOK_EVENTS
from services.settlement import Settler
from storage.group_commit import GroupCommit
from storage.inbox import StoredEvent, stored_event
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
LONGEST_ID: Final = 128


class Received(StrEnum):
    """What became of a delivery: new in the inbox, there before, or of a kind we don't use (kept all the same)."""

    STORED = "stored"
    REPEATED = "repeated"
    IGNORED = "ignored"


class PaymentService:
    """The inbox's door. `pending` is set when there is something to settle."""

    def __init__(self, unit: UnitOfWork, rails: Iterable[Rail], settler: Settler, *, now: Clock = utc_now) -> None:
        """Take events of these rails."""
        self._rails = {rail.name: rail for rail in rails}
        self._settler, self._now = settler, now
        self._store = GroupCommit(unit, self._store_many, name="inbox")
        self.pending = asyncio.Event()

    async def receive(self, rail: str, body: bytes, headers: Mapping[str, str]) -> Received:
        """Verify an event and keep it; after this returned it can't be lost.

        Raises: UnknownRail, BadSignature, BadEvent, or the database's error (the provider will try again).
        """
        if rail not in self._rails:
            raise UnknownRail(rail)
        event = self._rails[rail].read_event(body, headers)
        if len(event.event_id) > LONGEST_ID:
            raise BadEvent("an id longer than we keep")
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadEvent("not UTF-8") from error
        stored = stored_event(rail=rail, event_id=event.event_id, kind=event.kind, reference=event.reference, body=text)
        is_new = await self._store(stored)
        outcome = Received.REPEATED
        if is_new:
            outcome = Received.IGNORED if event.kind is EventKind.OTHER else Received.STORED
            self.pending.set()
        WEBHOOK_EVENTS.labels(rail, outcome.value).inc()
        log.debug("provider_event_received", rail=rail, event_id=event.event_id, kind=event.kind, outcome=outcome)
        return outcome

    async def settle_pending(self) -> int:
        """Book what is in the inbox; returns how many events were decided."""
        return await self._settler.settle_pending()

    async def _store_many(self, work: Work, events: Sequence[StoredEvent]) -> list[bool | Exception]:
        # The same event may be delivered twice within one batch: the first of them is the new one.
        first = {(event.rail, event.event_id): event for event in reversed(events)}
        added = await work.inbox.add_many(list(first.values()), now=self._now())
        return [event.id in added for event in events]
