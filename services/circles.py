"""What creators and organisations see of their monthly donors: how many, since when, what is to come, who left."""

import secrets
from dataclasses import replace
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from giving.circles import (
    Circle,
    Standing,
    begins,
    cohorts,
    expected,
    last_months,
    reasons_left,
    shown_names,
    together,
    trend,
    went_on,
)
from giving.errors import NotAllowed, NotYours
from giving.people import Person
from giving.pledges import Month
from giving.projects import Organisation
from services.clock import Clock, utc_now
from services.members import MemberService
from storage import pledge_counts
from storage.pledge_counts import Scope
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
TOKEN_BYTES: Final = 18  # 144 bits, as 24 characters


class CircleService:
    """Reads only, but for the addresses of organisations' pages."""

    def __init__(
        self, unit: UnitOfWork, members: MemberService, *, zone: ZoneInfo, now: Clock = utc_now
    ) -> None:  # fmt: skip
        """`zone` is where months begin."""
        self._unit, self._members, self._zone, self._now = unit, members, zone, now

    async def of_creator(self, person: Person) -> Circle:
        """Those who give monthly because this creator called for it, with the names that were allowed.

        No sums: beside names, few enough of them, they would tell the amount of who shows a name and hides that.
        """
        scope = pledge_counts.of_creator(person.id)
        async with self._unit.read() as work:
            names, more = shown_names(await work.pledge_counts.named(scope))
            circle = await self._circle(work, scope)
        return replace(circle, expected=(), shared=(), names=names, more=more)

    async def number(self, creator: UUID) -> int:
        """How many people give monthly because of them: all that everybody sees."""
        async with self._unit.read() as work:
            return await work.pledge_counts.donors(pledge_counts.of_creator(creator))

    async def organisations(self, person: Person) -> tuple[Organisation, ...]:
        """Those whose figures they may see. Raises: NotAllowed."""
        return await self._members.organisations(person)

    async def of_organisation(self, person: Person, organisation: UUID) -> tuple[Organisation, Circle]:
        """Its monthly donors. Raises: NotAllowed, whether there is such an organisation or not."""
        if not await self._members.may_see(person, organisation):
            raise NotAllowed
        scope, shared = pledge_counts.of_organisation(organisation), pledge_counts.shared_with_others(organisation)
        async with self._unit.read() as work:
            found = (await work.projects.organisations_by_ids([organisation])).get(organisation)
            if found is None:
                raise NotAllowed
            circle = await self._circle(work, scope, shared)
            came = await work.pledge_counts.came(pledge_counts.to_projects_of(organisation), circle.now.plus(-1))
        return found, replace(circle, came=came)

    async def page_token(self, person: Person, organisation: UUID) -> str:
        """What leads this person, as long as they may see it, to the organisation's page. Raises: NotAllowed."""
        if not await self._members.may_see(person, organisation):
            raise NotAllowed
        async with self._unit() as work:
            return await work.members.link(person.id, organisation, secrets.token_urlsafe(TOKEN_BYTES), self._now())

    async def renew(self, person: Person, organisation: UUID) -> None:
        """The address they had leads nowhere any more: it went into wrong hands. Raises: NotAllowed."""
        if not await self._members.may_see(person, organisation):
            raise NotAllowed
        async with self._unit() as work:
            await work.members.forget_link(person.id, organisation)
        log.info("organisation_page_renewed", person_id=str(person.id), organisation_id=str(organisation))

    async def page(self, token: str) -> tuple[Organisation, Circle]:
        """For the web. Raises: NotYours, for an address of nobody's, and of who may see it no longer."""
        async with self._unit.read() as work:
            behind = await work.members.behind(token)
            person = (await work.people.by_ids([behind[0]])).get(behind[0]) if behind else None
        if behind is None or person is None:
            raise NotYours
        try:
            return await self.of_organisation(person, behind[1])
        except NotAllowed:
            raise NotYours from None

    async def _circle(self, work: Work, scope: Scope, shared: Scope | None = None) -> Circle:
        now = Month.of(self._now(), self._zone)
        months = last_months(now)
        edges = [(month, begins(month, self._zone)) for month in months]
        counts = work.pledge_counts
        on = went_on(await counts.again(scope, edges))
        lives = together(await counts.lived(scope, edges), on)
        promised = await counts.promised(scope, now.plus(1), shared=shared)
        standing = Standing(
            await counts.donors(scope),
            await counts.by_state(scope),
            reasons_left(await counts.reasons(scope, edges[0][1]), on),
        )
        return Circle(
            now=now,
            standing=standing,
            trend=trend(lives, months),
            expected=expected(promised, now.plus(1)),
            shared=expected(promised, now.plus(1), shared=True),
            cohorts=cohorts(lives, months),
        )
