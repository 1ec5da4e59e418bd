"""Who we met, what they may do, and whether they can be written to."""

from collections.abc import Iterable

import structlog

from giving.errors import NotAllowed, PersonUnknown
from giving.people import LANGUAGES, Person, Role, Visitor
from services.clock import Clock, utc_now
from storage.work import UnitOfWork

log = structlog.get_logger()


class PeopleService:
    """People keyed by Telegram's numeric id; names and usernames are labels that strangers may inherit."""

    def __init__(self, unit: UnitOfWork, *, owners: Iterable[int], now: Clock = utc_now) -> None:
        """Owners come from the settings and can't be granted."""
        self._unit, self.owners, self._now = unit, frozenset(owners), now

    async def meet(self, visitor: Visitor, *, started: bool = False) -> Person:
        """The person behind an update; written only when something about them is new."""
        async with self._unit.read() as work:
            known = await work.people.by_telegram_id(visitor.telegram_id)
        if known is not None and _same(known, visitor) and (known.reachable or not started):
            return known
        async with self._unit() as work:
            return await work.people.meet(visitor, started=started, now=self._now())

    async def choose_language(self, person: Person, language: str) -> Person:
        """From now on this language, whatever their Telegram is set to."""
        if language not in LANGUAGES:
            raise ValueError(f"no such language: {language}")
        async with self._unit() as work:
            return await work.people.set(person.id, chosen_language=language)

    async def blocked(self, telegram_id: int) -> None:
        """They blocked the bot: nothing is sent until they write again."""
        async with self._unit() as work:
            await work.people.unreachable([telegram_id], self._now())

    async def roles(self, person: Person) -> frozenset[Role]:
        """What the person was allowed; an owner may do all."""
        if self.is_owner(person):
            return frozenset(Role)
        async with self._unit.read() as work:
            return await work.people.roles(person.id)

    def is_owner(self, person: Person) -> bool:
        """Whether the settings name them."""
        return person.telegram_id in self.owners

    async def grant(self, by: Person, telegram_id: int, role: Role) -> Person:
        """Give a role. Raises: NotAllowed (only owners), PersonUnknown (they never wrote to the bot)."""
        person = await self._changeable(by, telegram_id)
        async with self._unit() as work:
            await work.people.grant(person.id, role, by=by.id, now=self._now())
        log.info("role_granted", person_id=str(person.id), role=role, by=str(by.id))
        return person

    async def revoke(self, by: Person, telegram_id: int, role: Role) -> Person:
        """Take a role away. Raises: NotAllowed, PersonUnknown."""
        person = await self._changeable(by, telegram_id)
        async with self._unit() as work:
            await work.people.revoke(person.id, role)
        log.info("role_revoked", person_id=str(person.id), role=role, by=str(by.id))
        return person

    async def _changeable(self, by: Person, telegram_id: int) -> Person:
        if not self.is_owner(by):
            raise NotAllowed
        async with self._unit.read() as work:
            person = await work.people.by_telegram_id(telegram_id)
        if person is None:
            raise PersonUnknown
        return person


def _same(known: Person, visitor: Visitor) -> bool:
    seen = (visitor.name, visitor.username, visitor.language_code)
    return (known.name, known.username, known.language_code) == seen
