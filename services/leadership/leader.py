"""The lease: taken when it is free, renewed, given back; and what is written by it."""

import asyncio
import contextlib
import os
import secrets
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Final

import structlog
from prometheus_client import Counter, Gauge

from giving import leases
from giving.leases import LEADER, Lease, Moment, Seen
from services.clock import Clock, utc_now
from services.leadership.terms import TERM, Part, Term, first, serve
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
WITHIN_S: Final = 2.0  # for one question to the database: a lost network answers after half a minute
AGAIN_S: Final = 0.25
_LEADS: Final = Gauge("leader", "1 while this process provably leads: it sends messages and does what is done once")
_EPOCH: Final = Gauge("leader_epoch", "The epoch of the lease as this process last saw it")
_TAKEN: Final = Counter("leader_taken_total", "How often this process became the leader")

Write = Callable[[], AbstractAsyncContextManager[Work]]


class NotLeading(Exception):
    """Somebody else leads by now, or nobody does: nothing was written."""


def moment() -> Moment:
    """Now. CLOCK_BOOTTIME goes on while the machine sleeps, the monotonic clock of Linux does not."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return Moment(time.clock_gettime(clock), time.time())


def own_name() -> str:
    """A name no other process has or had, that tells an operator where to look; at most 63 bytes."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


class Leadership:
    """Takes the lease when it is free, renews it, gives it back; and stands guard over what is written by it."""

    def __init__(
        self,
        unit: UnitOfWork,
        *,
        name: str = LEADER,
        holder: str | None = None,
        beside: UnitOfWork | None = None,
        on_taken: Callable[[Work], Awaitable[int]] | None = None,
        clock: Callable[[], Moment] = moment,
        now: Clock = utc_now,
    ) -> None:
        """`on_taken` is done in the commit that takes the lease: by then the one before us can't write any more.

        It returns how many messages that one had in hand: so many may be told once more, which the log says.

        `beside`: by it the lease itself is looked at and moved, so that a renewal queues behind nobody's work.
        """
        self._beside = beside or unit
        self._unit, self._name, self._holder = unit, name, holder or own_name()
        self._on_taken, self._clock, self._now = on_taken, clock, now
        self._term: Term | None = None
        self._seen: Seen | None = None
        self._led = asyncio.Event()
        self._busy, self._quiet = 0, asyncio.Event()
        self._quiet.set()
        self._in_trouble = False
        self._released = 0
        self._unanswered: Moment | None = None
        self.ready = asyncio.Event()

    def heard(self, answered: bool) -> None:
        """Whether Telegram answered a call: a leader that it does not answer for long lets another one try."""
        if answered:
            self._unanswered = None
        elif self._unanswered is None:
            self._unanswered = self._clock()

    # -- the lease --

    async def run(self, stop: asyncio.Event) -> None:
        """Take and renew until `stop` is set and nothing runs in our name any more; then the lease is given back."""
        _LEADS.set_function(self._provably_leads)
        try:
            while not (stop.is_set() and self._quiet.is_set()):
                pause = await self._turn(stop)
                if self._term is not None and self._term.yields.is_set() and self._quiet.is_set():
                    await self._resign()
                await first(pause, stop if not stop.is_set() else self._quiet)
        finally:
            await self._resign()

    def _provably_leads(self) -> bool:
        """Not merely as far as it knows: one that is cut off from the database may have been replaced."""
        return self._term is not None and leases.is_held(self._term.renewed, self._clock())

    async def _turn(self, stop: asyncio.Event) -> float:
        """One look or renewal; how long to wait for the next."""
        try:
            async with asyncio.timeout(WITHIN_S):
                if self._term is not None:
                    await self._renew(self._term)
                    self._yield_if_unable()
                elif not stop.is_set():
                    await self._take_if_free()
        except Exception as error:  # noqa: BLE001 - the database may be back in a second; we must be there then
            if not self._in_trouble:
                log.warning("lease_out_of_reach", error=type(error).__name__)
            self._in_trouble = True
            return AGAIN_S
        if self._in_trouble:
            log.info("lease_in_reach_again")
        self._in_trouble = False
        return leases.RENEW_S if self._term is not None else leases.LOOK_S

    async def _renew(self, term: Term) -> None:
        asked, to = self._clock(), leases.renewed(term.lease)
        if await self._move(term.lease, to):
            term.lease, term.renewed = to, asked
            return
        found = await self._find()
        if found == to:  # a renewal whose answer was lost
            term.lease, term.renewed = found, asked
        elif (found.epoch, found.holder) == (to.epoch, to.holder):
            term.lease = found
            await self._renew(term)
        else:
            self._lost(term)

    async def _take_if_free(self) -> None:
        found = await self._find()
        _EPOCH.set(found.epoch)
        self._seen = leases.seen_again(self._seen, found, self._clock())
        asked = self._clock()
        hears = not leases.is_deaf(self._unanswered, asked)
        if not leases.may_take(self._seen, asked, ready=self.ready.is_set(), hears=hears):
            return
        to = leases.taken(found, self._holder)
        if not await self._move(found, to):
            return
        self._term, self._seen = Term(to, asked), None
        self._led.set()
        _EPOCH.set(to.epoch)
        _TAKEN.inc()
        log.info(
            "leadership_taken", epoch=to.epoch, holder=to.holder, after=found.holder, notices_in_hand=self._released
        )

    def _yield_if_unable(self) -> None:
        """What is in hand is finished first, as when we are stopped: nothing of it is told twice."""
        term, now = self._term, self._clock()
        able = self.ready.is_set() and not leases.is_deaf(self._unanswered, now)
        if term is None or term.yields.is_set() or not leases.must_yield(term.taken, now, able=able):
            return
        self._led.clear()
        term.yields.set()
        log.warning("leadership_yielded", epoch=term.lease.epoch, hint="Telegram does not answer this process")

    async def _find(self) -> Lease:
        async with self._beside.read() as work:
            held = await work.leases.find(self._name)
        return held.lease if held else Lease(self._name)

    async def _move(self, was: Lease, to: Lease) -> bool:
        async def step(work: Work) -> bool:
            moved = await work.leases.move(was, to, now=self._now())
            if moved and to.epoch != was.epoch and self._on_taken is not None:
                self._released = await self._on_taken(work)
            return moved

        return await self._beside.run(step)

    def _lost(self, term: Term) -> None:
        if self._term is not term:
            return
        self._term = None
        self._led.clear()
        term.over.set()
        log.warning("leadership_lost", epoch=term.lease.epoch, holder=term.lease.holder)

    async def _resign(self) -> None:
        """Give it back, so that nobody has to wait; if that fails they wait for it to run out."""
        term = self._term
        if term is None:
            return
        self._term = None
        self._led.clear()
        term.over.set()
        try:
            async with asyncio.timeout(WITHIN_S):
                free = Lease(self._name, term.lease.epoch)
                given = await self._move(term.lease, free)
        except Exception as error:  # noqa: BLE001 - it runs out by itself
            log.warning("leadership_not_given_back", epoch=term.lease.epoch, error=type(error).__name__)
        else:
            log.info("leadership_given_back", epoch=term.lease.epoch, given=given)

    # -- what is done in its name --

    async def while_leading(self, stop: asyncio.Event, *parts: Part) -> None:
        """Run the parts whenever this process leads, until `stop` is set; each gets an event that ends it.

        Before the next term begins all parts of the last one have ended. Raises: what a part raises.
        """
        while not stop.is_set():
            await first(None, self._led, stop)
            term = self._term
            if term is None or term.yields.is_set() or stop.is_set():
                continue
            self._busy += 1
            self._quiet.clear()
            try:
                await serve(term, stop, parts)
            finally:
                self._busy -= 1
                if not self._busy:
                    self._quiet.set()

    def may_act(self) -> bool:
        """Whether what runs here may still speak for the leader: nobody's name, or a term that is provably not over."""
        term = TERM.get()
        return term is None or (not term.over.is_set() and leases.is_held(term.renewed, self._clock()))

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[Work]:
        """A unit of work in the name of the term this runs in.

        Raises: NotLeading (nothing is written: there is no term here, or another epoch has begun).
        """
        term = TERM.get()
        if term is None or term.over.is_set():
            raise NotLeading
        async with self._unit() as work:
            if not await work.leases.hold(term.lease):
                self._lost(term)
                raise NotLeading
            yield work

    def write_as_caller(self) -> AbstractAsyncContextManager[Work]:
        """`write` in a term's name, else a plain unit of work: for what handlers and the leader's loops both do.

        Raises: NotLeading, as `write`, where a term is in the context.
        """
        return self.write() if TERM.get() is not None else self._unit()
