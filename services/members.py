"""Who works for which organisation: owners say so; and what its members may see and say in its name."""

from typing import Final
from uuid import UUID

import structlog

from giving.errors import NotAllowed, OrganisationUnknown, PersonUnknown, ProjectUnknown
from giving.people import Person, Role
from giving.permissions import Permission, may, may_for
from giving.projects import Organisation, Project
from services.clock import Clock, utc_now
from services.people import PeopleService
from storage.audit import AuditRecord
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
SEES: Final = Permission.WRITE_REPORTS  # the figures of an organisation, and speaking for its projects


class MemberService:
    """The role says that somebody is a member; what it allows, it allows for the organisations they are added to."""

    def __init__(self, unit: UnitOfWork, people: PeopleService, *, now: Clock = utc_now) -> None:
        """`people` knows who has which role."""
        self._unit, self._people, self._now = unit, people, now

    async def add(self, by: Person, slug: str, telegram_id: int) -> tuple[Person, Organisation]:
        """They work for it from now on, with the role that goes with it.

        Raises: NotAllowed, OrganisationUnknown, PersonUnknown (they never wrote to the bot).
        """
        await self._people.must(by, Permission.GRANT_ROLES)
        person, organisation = await self._named(slug, telegram_id)
        await self._people.grant(by, telegram_id, Role.ORGANISATION)
        async with self._unit() as work:
            if await work.members.add(person.id, organisation.id, by=by.id, now=self._now()):
                await self._record(work, by, "member.added", organisation, None, {"person": str(person.id)})
        log.info("member_added", person_id=str(person.id), organisation_id=str(organisation.id), by=str(by.id))
        return person, organisation

    async def remove(self, by: Person, slug: str, telegram_id: int) -> tuple[Person, Organisation]:
        """They do no longer; who works for none any more loses the role too. Raises: as `add`."""
        await self._people.must(by, Permission.GRANT_ROLES)
        person, organisation = await self._named(slug, telegram_id)
        async with self._unit() as work:
            if await work.members.remove(person.id, organisation.id):
                await self._record(work, by, "member.removed", organisation, {"person": str(person.id)}, None)
            works_on = await work.members.of_person(person.id)
        if not works_on:
            await self._people.revoke(by, telegram_id, Role.ORGANISATION)
        log.info("member_removed", person_id=str(person.id), organisation_id=str(organisation.id), by=str(by.id))
        return person, organisation

    async def listed(self, by: Person, slug: str) -> tuple[Organisation, tuple[Person, ...]]:
        """Who works for it. Raises: NotAllowed, OrganisationUnknown."""
        await self._people.must(by, Permission.GRANT_ROLES)
        async with self._unit.read() as work:
            organisation = await _organisation(work, slug)
            ids = await work.members.of_organisation(organisation.id)
            people = await work.people.by_ids(ids)
        return organisation, tuple(people[each] for each in ids if each in people)

    async def organisations(self, person: Person) -> tuple[Organisation, ...]:
        """Those whose figures they may see, by name; every one for who may everywhere. Raises: NotAllowed (none)."""
        roles = await self._people.roles(person)
        async with self._unit.read() as work:
            mine = await work.members.of_person(person.id)
            everywhere = may_for(roles, SEES, member=False)
            ids = set((await work.projects.organisations_of_all()).values()) if everywhere else mine
            found = await work.projects.organisations_by_ids(ids) if everywhere or may(roles, SEES) else {}
        if not found:
            raise NotAllowed
        return tuple(sorted(found.values(), key=lambda one: one.slug))

    async def may_see(self, person: Person, organisation: UUID) -> bool:
        """Whether they may, at this moment."""
        roles = await self._people.roles(person)
        async with self._unit.read() as work:
            member = organisation in await work.members.of_person(person.id)
        return may_for(roles, SEES, member=member)

    async def project(self, person: Person, slug: str) -> Project:
        """A project they may speak for. Raises: NotAllowed (for none at all), ProjectUnknown (not theirs, or none)."""
        roles = await self._people.roles(person)
        if not may(roles, SEES):
            raise NotAllowed
        async with self._unit.read() as work:
            project = await work.projects.by_slug(slug)
        if project is None or not await self.may_see(person, project.organisation.id):
            raise ProjectUnknown
        return project

    async def projects(self, person: Person) -> tuple[Project, ...]:
        """All they may speak for, the newest first. Raises: NotAllowed."""
        organisations = await self.organisations(person)
        async with self._unit.read() as work:
            found = await work.projects.of_organisations([one.id for one in organisations])
        return tuple(sorted(found, key=lambda project: project.id, reverse=True))

    async def _named(self, slug: str, telegram_id: int) -> tuple[Person, Organisation]:
        async with self._unit.read() as work:
            organisation = await _organisation(work, slug)
            person = await work.people.by_telegram_id(telegram_id)
        if person is None:
            raise PersonUnknown
        return person, organisation

    async def _record(
        self, work: Work, by: Person, action: str, organisation: Organisation, before: dict[str, str] | None,
        after: dict[str, str] | None,
    ) -> None:  # fmt: skip
        record = AuditRecord(by.id, "chat", action, "organisation", str(organisation.id), before, after)
        await work.audit.add(record, now=self._now())


async def _organisation(work: Work, slug: str) -> Organisation:
    organisation = (await work.projects.organisations_by_slug([slug])).get(slug)
    if organisation is None:
        raise OrganisationUnknown(known=", ".join(await work.projects.organisation_slugs()))
    return organisation
