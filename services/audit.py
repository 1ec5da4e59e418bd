"""Reading the audit log: who did what, what it was before and after. It is written where the acts are done."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from giving.creators import Chat
from giving.giving_days import GivingDay
from giving.people import Person
from giving.permissions import Permission
from giving.projects import Organisation, Project
from storage.audit import AuditedAct, AuditRecord
from storage.work import UnitOfWork, Work

if TYPE_CHECKING:
    from services.people import PeopleService

T = TypeVar("T")
Subject = Person | Organisation | Project | Chat | GivingDay


@dataclass(frozen=True, slots=True)
class ActCard:
    """An act with who did it and what it was done to, where we (still) know them; `named`: what its values name."""

    act: AuditedAct
    actor: Person | None
    subject: Subject | None
    named: Mapping[str, Subject] = field(default_factory=dict)


class AuditService:
    """Reads only. The log holds opaque ids; names come from where they can be erased, at the moment of reading."""

    def __init__(self, unit: UnitOfWork, people: "PeopleService") -> None:
        """Read through this unit of work; `people` knows who may."""
        self._unit, self._people = unit, people

    async def shown_to(self, reader: Person, *, limit: int) -> list[ActCard]:
        """The newest acts, newest first, with names. Raises: NotAllowed."""
        await self._people.must(reader, Permission.READ_AUDIT)
        async with self._unit.read() as work:
            acts = await work.audit.list(limit=limit)
            actors = await work.people.by_ids({act.record.actor for act in acts if act.record.actor})
            subjects = await _subjects(work, acts)
            named = await _named(work, acts)
        return [
            ActCard(act, _in(actors, act.record.actor), _in(subjects, _uuid(act.record.subject_id)), named)
            for act in acts
        ]


async def newest(unit: UnitOfWork, *, limit: int) -> Sequence[AuditedAct]:
    """The newest acts, newest first, with opaque ids only: for the command line."""
    async with unit.read() as work:
        return await work.audit.list(limit=limit)


def changes(record: AuditRecord) -> Iterator[tuple[str, str | None, str | None]]:
    """Each field that is not what it was, in words: name, before, after; None for what was not there."""
    before, after = record.before or {}, record.after or {}
    for name in dict.fromkeys((*before, *after)):
        was, is_ = _said(before.get(name)), _said(after.get(name))
        if was != is_:
            yield name, was, is_


def as_json(act: AuditedAct) -> dict[str, Any]:
    """For `audit --json`: all there is, with opaque ids, times in UTC."""
    record = act.record
    return {
        "id": str(act.id),
        "at": act.at.isoformat(),
        "actor": str(record.actor) if record.actor else None,
        "way": record.way,
        "action": record.action,
        "subject": {"kind": record.subject_kind, "id": record.subject_id},
        "before": record.before,
        "after": record.after,
    }


async def _subjects(work: Work, acts: Sequence[AuditedAct]) -> dict[UUID, Subject]:
    def of(kind: str) -> set[UUID]:
        return {i for act in acts if act.record.subject_kind == kind and (i := _uuid(act.record.subject_id))}

    return {
        **await work.people.by_ids(of("person")),
        **await work.projects.organisations_by_ids(of("organisation")),
        **await work.projects.by_ids(of("project")),
        **await work.creators.chats_by_ids(of("chat")),
        **await work.giving_days.by_ids(of("giving_day")),
    }


async def _named(work: Work, acts: Sequence[AuditedAct]) -> dict[str, Subject]:
    """What changed from one project or person to another is kept by id."""

    def of(name: str) -> set[UUID]:
        sides = [side for act in acts for side in (act.record.before, act.record.after) if side]
        return {id_ for side in sides if isinstance(value := side.get(name), str) and (id_ := _uuid(value))}

    found: dict[UUID, Subject] = {
        **await work.people.by_ids(of("creator")),
        **await work.projects.by_ids(of("project")),
    }
    return {str(id_): subject for id_, subject in found.items()}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _in(known: Mapping[UUID, T], identity: UUID | None) -> T | None:
    return known.get(identity) if identity else None


def _said(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
