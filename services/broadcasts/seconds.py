"""Who else could give a second admin's word on a broadcast, and the message by which they are asked."""

from datetime import datetime
from uuid import UUID

from giving.errors import NobodyElse
from giving.notices import URGENCY, NoticeKind
from giving.people import Person
from giving.permissions import Permission, may
from services.people import PeopleService
from storage.outbox import NewMessage
from storage.work import Work


async def ask_others(work: Work, people: PeopleService, by: Person, broadcast: UUID, about: str, now: datetime) -> int:
    """Queue the question for every other admin; how many there are. `about`: what exactly, as a key of messages.

    Raises: NobodyElse.
    """
    readers = await _others(work, people, by)
    if not readers:
        raise NobodyElse
    kind = NoticeKind.BROADCAST_ASKED
    messages = [
        NewMessage(f"{kind}:{about}:{now:%Y%m%d%H%M%S}:{reader}", kind, URGENCY[kind], reader, broadcast, now)
        for reader in readers
    ]
    await work.outbox.add_many(messages, now=now)
    return len(readers)


async def _others(work: Work, people: PeopleService, by: Person) -> list[UUID]:
    """The other admins who can be written to."""
    holders = {p.id: p for p, roles in await work.people.holders() if may(roles, Permission.BROADCAST)}
    owners = (await work.people.by_telegram_ids(people.owners)).values()
    holders |= {person.id: person for person in owners}
    return sorted(person.id for person in holders.values() if person.reachable and person.id != by.id)
