"""Other words for a broadcast that was started: shown as they will be read, confirmed as they were shown.

While they wait, nothing goes. Whoever writes them knows that the old words are wrong: at 30 a second these would reach
1,800 more people in every minute that somebody thinks about it, and what was sent can't be taken back; a pause can, by
one tap. To pause is anyway what each admin may do alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

import structlog

from giving.broadcasts import RUNNABLE, Broadcast, BroadcastAct, BroadcastState, Content, must
from giving.errors import (
    BroadcastChanged,
    BroadcastUnknown,
    NobodyAsked,
    NotAllowed,
    SecondIsYou,
    SecondNeeded,
)
from giving.people import Person
from giving.permissions import Permission
from services.broadcasts.figures import progress_of
from services.broadcasts.seconds import ask_others
from services.broadcasts.service import BroadcastService
from services.clock import Clock
from services.people import PeopleService
from services.wake import Wakes
from storage.audit import AuditRecord
from storage.broadcast_edits import BroadcastEdit
from storage.ids import new_id
from storage.work import UnitOfWork, Work

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class EditLook:
    """Other words as an admin looks at them. `left`: how many would read them; `second`: two admins have to agree.

    `writer`: None if they have left; `mine`: that is who looks.
    """

    broadcast: Broadcast
    edit: BroadcastEdit
    left: int
    second: bool
    writer: Person | None
    mine: bool

    @property
    def asked(self) -> bool:
        """Whether a second admin's word is asked for."""
        return self.edit.asked_at is not None

    @property
    def as_read(self) -> Broadcast:
        """The broadcast with these words."""
        return replace(self.broadcast, content=self.edit.content)


class BroadcastEdits:
    """`by` is always somebody: at the command line nothing is rewritten."""

    def __init__(
        self, unit: UnitOfWork, broadcasts: BroadcastService, people: PeopleService, *, wakes: Wakes,
        confirm_over: int, now: Clock,
    ) -> None:  # fmt: skip
        """`confirm_over`: how many people one admin may write to alone."""
        self._unit, self._broadcasts, self._people, self._wakes = unit, broadcasts, people, wakes
        self._confirm_over, self._now = confirm_over, now

    async def look(self, broadcast: UUID, by: Person) -> EditLook | None:
        """The words that wait, if any do. Raises: NotAllowed, BroadcastUnknown."""
        found = await self._broadcasts.one(broadcast, by)
        async with self._unit.read() as work:
            edit = await waiting(work, found)
            if edit is None:
                return None
            writer = (await work.people.by_ids([edit.person])).get(edit.person)
        left = progress_of(found, 0, None).left
        return EditLook(found, edit, left, left > self._confirm_over, writer, edit.person == by.id)

    async def write(self, broadcast: UUID, version: int, content: Content, by: Person) -> BroadcastEdit:
        """Keep other words for whoever is not told yet; until they are decided about, nothing goes.

        Raises: NotAllowed, BroadcastUnknown, BroadcastNotNow, BroadcastChanged (by somebody else meanwhile).
        """
        await self._people.must(by, Permission.BROADCAST)
        now = self._now()
        async with self._unit() as work:
            found = await self._held(work, broadcast)
            if found.version != version:
                raise BroadcastChanged
            before = await waiting(work, found)
            resumes = found.state is BroadcastState.RUNNING or (before is not None and before.resumes)
            edit = BroadcastEdit(new_id(), found.id, by.id, version + 1, content, resumes, now)
            await work.broadcasts.set(found.id, state=BroadcastState.PAUSED, version=edit.version)
            await work.broadcast_edits.keep(edit)
            old, new = {"words": dict(found.content.texts)}, {"words": dict(content.texts), "version": edit.version}
            await self._audit(work, by, "rewritten", found.id, old, new)
        self._wakes.broadcasts.set()
        log.info("broadcast_edit_written", broadcast_id=str(broadcast), edit_id=str(edit.id))
        return edit

    async def ask(self, broadcast: UUID, edit: UUID, by: Person) -> int:
        """Ask the other admins to agree to the words one wrote; how many were asked.

        Raises: NotAllowed, BroadcastUnknown, BroadcastChanged, NobodyAsked (somebody else's words), NobodyElse.
        """
        seen = await self._seen(broadcast, edit, by)
        if not seen.mine:
            raise NobodyAsked
        now = self._now()
        async with self._unit() as work:
            asked = await ask_others(work, self._people, by, broadcast, f"edit:{edit}", now)
            if not await work.broadcast_edits.asked(edit, now):
                raise BroadcastChanged
            await self._audit(work, by, "asked", broadcast, None, {"version": seen.edit.version, "edit": str(edit)})
        self._wakes.outbox.set()
        log.info("broadcast_edit_asked", broadcast_id=str(broadcast), edit_id=str(edit), asked=asked)
        return asked

    async def use(self, broadcast: UUID, edit: UUID, by: Person) -> Broadcast:
        """Whoever is not told yet gets these words, as they were shown; it goes on, if it went before.

        Raises: NotAllowed, BroadcastUnknown, BroadcastNotNow, BroadcastChanged (these are not the words any more),
        SecondNeeded (more people are left than one admin may write to), NobodyAsked, SecondIsYou.
        """
        seen = await self._seen(broadcast, edit, by)
        if seen.second:
            await self._must_be_second(seen)
        words = seen.edit
        changed = await self._broadcasts.edit(broadcast, words.version, words.content, by, resume=words.resumes)
        async with self._unit() as work:
            await work.broadcast_edits.gone(edit)
        return changed

    async def keep_old(self, broadcast: UUID, edit: UUID, by: Person) -> Broadcast:
        """Drop these words; the old ones go on, if they went before.

        Raises: NotAllowed, BroadcastUnknown, BroadcastNotNow, BroadcastChanged.
        """
        seen = await self._seen(broadcast, edit, by)
        async with self._unit() as work:
            found = await self._held(work, broadcast)
            if found.version != seen.edit.version:
                raise BroadcastChanged
            state = BroadcastState.RUNNING if seen.edit.resumes else found.state
            kept = replace(found, state=state, version=found.version + 1)
            await work.broadcasts.set(kept.id, state=kept.state, version=kept.version)
            await work.broadcast_edits.gone(edit)
            await self._audit(work, by, "kept", broadcast, None, {"version": kept.version})
        self._wakes.broadcasts.set()
        log.info("broadcast_edit_dropped", broadcast_id=str(broadcast), edit_id=str(edit))
        return kept

    # -- --

    async def _seen(self, broadcast: UUID, edit: UUID, by: Person) -> EditLook:
        seen = await self.look(broadcast, by)
        if seen is None or seen.edit.id != edit:
            raise BroadcastChanged
        return seen

    async def _must_be_second(self, seen: EditLook) -> None:
        """Two admins: whoever wrote it and asked, and may still do so; and somebody else."""
        if not seen.asked:
            if seen.mine:
                raise SecondNeeded(people=seen.left, limit=self._confirm_over)
            raise NobodyAsked
        if seen.mine:
            raise SecondIsYou
        try:
            if seen.writer is None:
                raise NobodyAsked
            await self._people.must(seen.writer, Permission.BROADCAST)
        except NotAllowed:
            raise NobodyAsked from None

    async def _held(self, work: Work, broadcast: UUID) -> Broadcast:
        found = await work.broadcasts.by_id(broadcast, lock=True)
        if found is None:
            raise BroadcastUnknown
        must(found.state, BroadcastAct.EDIT)
        if found.state not in RUNNABLE:  # a draft's words need nobody's word: its start does
            raise BroadcastChanged
        return found

    async def _audit(
        self, work: Work, by: Person, what: str, broadcast: UUID, before: Mapping[str, object] | None,
        after: Mapping[str, object],
    ) -> None:  # fmt: skip
        record = AuditRecord(by.id, "chat", f"broadcast.{what}", "broadcast", str(broadcast), before, after)
        await work.audit.add(record, now=self._now())


async def waiting(work: Work, broadcast: Broadcast) -> BroadcastEdit | None:
    """The words that wait for somebody's decision; whatever else was done with the broadcast has dropped them."""
    if broadcast.state is not BroadcastState.PAUSED:
        return None
    edit = await work.broadcast_edits.of(broadcast.id)
    return edit if edit is not None and edit.version == broadcast.version else None
