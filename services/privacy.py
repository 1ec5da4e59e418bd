"""What people decide about themselves: how they are seen, what they are told, all that is held, and leaving."""

import asyncio
import contextlib
import functools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
import structlog

from giving.errors import RailUnavailable
from giving.payments import Payment
from giving.people import Person, Visibility
from giving.subscriptions import PrivacySettings
from payments.provider import PaymentRef, RailRefused
from services.clock import Clock, utc_now
from services.creator_watch import REDRAWN_POSTS
from services.rails import Rails
from services.rails.forgetting import Forgetting
from services.wake import Wakes
from storage.audit import AuditRecord
from storage.methods import KeptMethod
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
FORMAT: Final = "yizan-my-data-1"
MOST_BYTES: Final = 8 * 2**20
CLOSE_WITHIN_S: Final = 8.0
CLOSING_AT_ONCE: Final = 5


@dataclass(frozen=True, slots=True)
class Export:
    """A JSON file; `complete` is False where a section was cut at MOST_BYTES (the file names it)."""

    filename: str
    content: bytes
    complete: bool


class PrivacyService:
    """Everybody decides for themselves alone; there is no call that names somebody else."""

    def __init__(
        self, unit: UnitOfWork, rails: Rails, *, wakes: Wakes | None = None, most_bytes: int = MOST_BYTES,
        now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """Pay pages that leaving leaves behind are closed by their rails; what names them is redrawn at once."""
        self._unit, self._rails, self._most_bytes, self._now = unit, rails, most_bytes, now
        self._wakes, self._forgetting = wakes or Wakes(), Forgetting(unit, rails, now)
        # Looking through whole tables is for one at a time, however many ask.
        self._looking = asyncio.Semaphore(1)

    async def settings(self, person: Person) -> PrivacySettings:
        """As they are now, read afresh: the person at hand may be older."""
        async with self._unit.read() as work:
            fresh = (await work.people.by_ids([person.id])).get(person.id, person)
            often, zone = await work.subscriptions.of(person.id), await work.subscriptions.timezone(person.id)
            return PrivacySettings(fresh.visibility, fresh.thanked_by_name, often, zone)

    async def choose_visibility(self, person: Person, visibility: Visibility) -> None:
        """How their next gift is shown; gifts that were made stay as they were chosen."""
        async with self._unit() as work:
            await work.people.set(person.id, visibility=visibility)

    async def thank_by_name(self, person: Person, on: bool) -> None:
        """Whether a group says their name when a message of theirs is tipped; switched off, it is taken back."""
        async with self._unit() as work:
            if not on:
                await work.creators.counters_changed(await work.creators.naming(person.id), self._now())
            await work.people.set(person.id, thanked_by_name=on)
        self._wakes.counters.set()

    async def export(self, person: Person) -> Export:
        """Everything that is held about them, and about nobody else."""
        file = _File(self._most_bytes)
        async with (
            self._looking,
            self._unit.read() as work,
            contextlib.aclosing(work.privacy.held(person.id, person.telegram_id)) as rows,
        ):
            async for section, row in rows:
                file.add(section, row)
        now = self._now()
        log.info("data_exported", person_id=str(person.id), complete=not file.cut)
        return Export(f"yizan-{now:%Y-%m-%d}.json", file.content(now), not file.cut)

    async def leave(self, person: Person) -> None:
        """Forget who they are, in one commit; then close the pay pages of what they had not paid.

        What was given stays booked, as from nobody. Who writes again is somebody new.
        """
        await self._leave(person)

    async def _leave(self, person: Person, record: AuditRecord | None = None) -> None:
        async with self._looking, self._unit.read() as work:
            traces = await work.privacy.traces(person.id)
        async with self._unit() as work:
            stale = await _stale(work, person)
            saved = await work.methods.of(person.id)
            pages = await work.privacy.erase(person.id, person.telegram_id, traces, stale=stale, now=self._now())
            if record is not None:
                await work.audit.add(record, now=self._now())
        self._wakes.counters.set()
        log.info("person_left", person_id=str(person.id), pages=len(pages), methods=len(saved))
        await self._tell_rails(pages, saved)

    async def left_since(self, at: datetime) -> list[tuple[UUID, datetime]]:
        """Who left from then on, by opaque id; what has to be done again after an older backup was restored."""
        async with self._unit.read() as work:
            return await work.privacy.left_since(at)

    async def forget(self, ids: Sequence[UUID]) -> list[UUID]:
        """Make these people leave, as the operator, which is audited; gives those that were there to be forgotten."""
        async with self._unit.read() as work:
            known = await work.people.by_ids(ids)
        for person in known.values():
            await self._leave(person, AuditRecord(None, "cli", "person.forgotten", "person", str(person.id)))
        return list(known)

    async def _tell_rails(self, pages: Sequence[Payment], saved: Sequence[KeptMethod]) -> None:
        """As far as they answer in time: what is paid all the same is booked like any other gift.

        A saved method that a rail has not deleted by then is asked for again (services/rails/methods.py, sweep).
        """
        slots = asyncio.Semaphore(CLOSING_AT_ONCE)

        async def ask(call: Callable[[], Awaitable[None]]) -> bool:
            async with slots:
                try:
                    await call()
                except (RailUnavailable, RailRefused):
                    return False
                return True

        calls: list[Callable[[], Awaitable[None]]] = [
            functools.partial(rail.cancel_payment, PaymentRef(page.id, page.their_id, page.account))
            for page in pages
            if (rail := self._rails.get(page.rail)) is not None
        ]
        calls += [functools.partial(self._forgetting.tell, kept) for kept in saved]
        if not calls:
            return
        try:
            async with asyncio.timeout(CLOSE_WITHIN_S):
                done = sum(await asyncio.gather(*map(ask, calls)))
        except TimeoutError:
            done = 0
        if done < len(calls):
            log.warning("pages_of_leaver_left_open", pages=len(calls), closed=done)


async def _stale(work: Work, person: Person) -> list[UUID]:
    """Posts that name them, and the newest of the chats that are paused when they go."""
    stale = await work.creators.naming(person.id)
    for chat in await work.creators.chats_of(person.id):
        if chat.creator == person.id and chat.tipping:
            stale += await work.creators.recent_posts(chat.id, REDRAWN_POSTS)
    return list(dict.fromkeys(stale))


class _File:
    """Sections of rows as JSON, a row a line, up to a size."""

    def __init__(self, most: int) -> None:
        self._sections: dict[str, list[bytes]] = {}
        self._left, self.cut = most, list[str]()

    def add(self, section: str, row: dict[str, Any] | None) -> None:
        rows = self._sections.setdefault(section, [])
        if row is None or section in self.cut:
            return
        line = orjson.dumps(row, default=str, option=orjson.OPT_UTC_Z)  # asyncpg has a UUID of its own
        if len(line) > self._left:
            self.cut.append(section)
            return
        self._left -= len(line)
        rows.append(line)

    def content(self, now: datetime) -> bytes:
        head = {"format": FORMAT, "made_at": now, "complete": not self.cut, "cut_short": self.cut}
        parts = [b'"about": ' + orjson.dumps(head, option=orjson.OPT_UTC_Z)]
        for section, rows in self._sections.items():
            parts.append(b'"%s": [\n  %s\n]' % (section.encode(), b",\n  ".join(rows)))
        return b"{\n" + b",\n".join(parts) + b"\n}\n"
