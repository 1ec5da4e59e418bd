"""Provider events: verified, stored once, settled into the books (services/settlement/), and then answered."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final

import structlog

from giving.payments import EventKind, RailEvent
from payments.provider import Answers, BadEvent, KeepsLess, Rail, UnknownRail
from services.metrics import WEBHOOK_EVENTS
from services.settlement import Settler, Taken
from storage.group_commit import GroupCommit
from storage.inbox import stored_event
from storage.work import UnitOfWork

log = structlog.get_logger()
LONGEST_ID: Final = 128
Before = Callable[[str, str], Awaitable[None]]


class Received(StrEnum):
    """What became of a delivery: new in the inbox, there before, or of a kind we don't use (kept all the same)."""

    STORED = "stored"
    REPEATED = "repeated"
    IGNORED = "ignored"


class PaymentService:
    """The inbox's door. `pending` is set when there is something to settle."""

    def __init__(
        self, unit: UnitOfWork, rails: Iterable[Rail], settler: Settler, before: Before | None = None
    ) -> None:  # fmt: skip
        """Take events of these rails. `before`: writes down what an event that was found pays for, where nobody did."""
        self._before = before
        self._rails = {rail.name: rail for rail in rails}
        self._answers = {name: rail.answer() for name, rail in self._rails.items() if isinstance(rail, Answers)}
        self._keeps_less = {name: rail.kept for name, rail in self._rails.items() if isinstance(rail, KeepsLess)}
        self._settler = settler
        self._take = GroupCommit(unit, settler.take, name="inbox", done=self._taken)
        self.pending = asyncio.Event()

    async def receive(self, rail: str, body: bytes, headers: Mapping[str, str]) -> Received:
        """Verify an event, keep it and settle it; after this returned it can't be lost.

        Raises: UnknownRail, BadSignature, BadEvent, or the database's error (the provider will try again).
        """
        if rail not in self._rails:
            raise UnknownRail(rail)
        event = self._rails[rail].read_event(body, headers)
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadEvent("not UTF-8") from error
        less = self._keeps_less.get(rail)
        return await self._keep(rail, event, less(text) if less is not None else text)

    def answer(self, rail: str) -> tuple[str, str] | None:
        """Content type and body that its provider wants for what `receive` took; None: any will do."""
        return self._answers.get(rail)

    async def found(self, rail: str, body: str) -> Received:
        """Take what a look-up found as if the provider had sent it; a charge is booked once, however it is heard of.

        Raises: UnknownRail, BadEvent, or the database's error.
        """
        if rail not in self._rails:
            raise UnknownRail(rail)
        if self._before is not None:
            await self._before(rail, body)
        return await self._keep(rail, self._rails[rail].event_of(body), body)

    async def _keep(self, rail: str, event: RailEvent, text: str) -> Received:
        if len(event.event_id) > LONGEST_ID:
            raise BadEvent("an id longer than we keep")
        stored = stored_event(rail=rail, event_id=event.event_id, kind=event.kind, reference=event.reference, body=text)
        outcome = Received.REPEATED
        if (await self._take((stored, event))).is_new:
            outcome = Received.IGNORED if event.kind is EventKind.OTHER else Received.STORED
        WEBHOOK_EVENTS.labels(rail, outcome.value).inc()
        return outcome

    async def settle_pending(self) -> int:
        """Book what is left in the inbox; returns how many events were decided."""
        return await self._settler.settle_pending()

    def _taken(self, taken: Sequence[Taken | Exception]) -> None:
        """After the commit."""
        known = [one for one in taken if isinstance(one, Taken)]
        log.debug("provider_events_received", count=len(known), new=sum(one.is_new for one in known))
        self._settler.tell([one.decided for one in known if one.decided])
        if any(one.left for one in known):
            self.pending.set()
