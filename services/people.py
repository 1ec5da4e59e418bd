"""Who we met, what they may do, and whether they can be written to."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from giving import permissions
from giving.errors import PersonUnknown, RoleNotGrantable
from giving.people import GRANTABLE, LANGUAGES, Person, Role, Visitor
from giving.permissions import Permission
from services.clock import Clock, utc_now
from storage.audit import AuditRecord
from storage.group_commit import GroupCommit
from storage.group_read import GroupRead
from storage.work import UnitOfWork, Work

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has which roles, in the order of `Role`; `person` is None for an owner who never wrote to the bot."""

    telegram_id: int
    person: Person | None
    roles: tuple[Role, ...]


class PeopleService:
    """People keyed by Telegram's numeric id; names and usernames are labels that strangers may inherit."""

    def __init__(self, unit: UnitOfWork, *, owners: Iterable[int], now: Clock = utc_now) -> None:
        """Owners come from the settings and can't be granted."""
        self._unit, self.owners, self._now = unit, frozenset(owners), now
        # A thousand newcomers in a second are a few commits, not a thousand.
        self._meet = GroupCommit(unit, self._meet_many, name="meet")
        self._know = GroupRead(unit, self._known)

    async def meet(self, visitor: Visitor, *, started: bool = False) -> Person:
        """The person behind an update; written only when something about them is new."""
        return await self.meet_again(await self._know(visitor.telegram_id), visitor, started=started)

    async def meet_again(self, known: Person | None, visitor: Visitor, *, started: bool = False) -> Person:
        """The same for who has looked already whether we know them."""
        if known is not None and _same(known, visitor) and (known.reachable or not started):
            return known
        return await self._meet((visitor, started))

    async def _known(self, work: Work, numbers: Sequence[int]) -> list[Person | None]:
        found = await work.people.by_telegram_ids(set(numbers))
        return [found.get(number) for number in numbers]

    async def _meet_many(self, work: Work, met: Sequence[tuple[Visitor, bool]]) -> list[Person | Exception]:
        return [*await work.people.meet_many(met, self._now())]

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
        """Who the person is: owner by the settings, creator by a chat, the rest by what they were given."""
        async with self._unit.read() as work:
            given = await work.people.roles(person.id)
            creates = await work.people.is_creator(person.id)
        owner = {Role.OWNER} if self.is_owner(person) else set()
        return given | owner | ({Role.CREATOR} if creates else set())

    def is_owner(self, person: Person) -> bool:
        """Whether the settings name them."""
        return person.telegram_id in self.owners

    async def must(self, person: Person, what: Permission) -> None:
        """Nothing if their roles allow it. Raises: NotAllowed."""
        permissions.must(await self.roles(person), what)

    async def grant(self, by: Person, telegram_id: int, role: Role) -> Person:
        """Give a role. Raises: NotAllowed, RoleNotGrantable, PersonUnknown (they never wrote to the bot)."""
        await self.must(by, Permission.GRANT_ROLES)
        return await self._grant(telegram_id, role, by=by.id, way="chat")

    async def revoke(self, by: Person, telegram_id: int, role: Role) -> Person:
        """Take a role away. Raises: NotAllowed, RoleNotGrantable, PersonUnknown."""
        await self.must(by, Permission.GRANT_ROLES)
        return await self._revoke(telegram_id, role, by=by.id, way="chat")

    async def grant_from_command_line(self, telegram_id: int, role: Role) -> Person:
        """The same by whoever has the database in their hands. Raises: RoleNotGrantable, PersonUnknown."""
        return await self._grant(telegram_id, role, by=None, way="cli")

    async def revoke_from_command_line(self, telegram_id: int, role: Role) -> Person:
        """Take a role away so. Raises: RoleNotGrantable, PersonUnknown."""
        return await self._revoke(telegram_id, role, by=None, way="cli")

    async def holders(self) -> list[Holder]:
        """Owners first, met or not, then who was given a role; creators are not listed."""
        async with self._unit.read() as work:
            given = {person.telegram_id: (person, roles) for person, roles in await work.people.holders()}
            owners = {number: await work.people.by_telegram_id(number) for number in sorted(self.owners)}
        nothing: frozenset[Role] = frozenset()
        first = [
            Holder(number, person, _in_order({Role.OWNER} | given.get(number, (person, nothing))[1]))
            for number, person in owners.items()
        ]
        others = [Holder(n, person, _in_order(roles)) for n, (person, roles) in given.items() if n not in self.owners]
        return first + others

    async def _grant(self, telegram_id: int, role: Role, *, by: UUID | None, way: str) -> Person:
        async with self._unit() as work:
            person = await _changeable(work, telegram_id, role)
            new = await work.people.grant(person.id, role, by=by, now=self._now())
            if new:
                record = AuditRecord(by, way, "role.granted", "person", str(person.id), None, {"role": role})
                await work.audit.add(record, now=self._now())
        if new:
            log.info("role_granted", person_id=str(person.id), role=role, by=str(by or way))
        return person

    async def _revoke(self, telegram_id: int, role: Role, *, by: UUID | None, way: str) -> Person:
        async with self._unit() as work:
            person = await _changeable(work, telegram_id, role)
            had = await work.people.revoke(person.id, role)
            if had:
                record = AuditRecord(by, way, "role.revoked", "person", str(person.id), {"role": role}, None)
                await work.audit.add(record, now=self._now())
        if had:
            log.info("role_revoked", person_id=str(person.id), role=role, by=str(by or way))
        return person


async def _changeable(work: Work, telegram_id: int, role: Role) -> Person:
    if role not in GRANTABLE:
        raise RoleNotGrantable(roles=", ".join(GRANTABLE))
    person = await work.people.by_telegram_id(telegram_id)
    if person is None:
        raise PersonUnknown
    return person


def _in_order(roles: Collection[Role]) -> tuple[Role, ...]:
    return tuple(role for role in Role if role in roles)


def _same(known: Person, visitor: Visitor) -> bool:
    seen = (visitor.name, visitor.username, visitor.language_code)
    return (known.name, known.username, known.language_code) == seen
