"""Organisations' own accounts at rails: opened, followed, shown. Whoever writes the books of projects may open one."""

from dataclasses import dataclass

import structlog

from giving.errors import OrganisationUnknown, RailUnavailable, RailUnknown
from giving.people import Person
from giving.permissions import Permission
from giving.projects import Organisation
from payments.provider import ACCOUNT_LOST, NEVER_READY, Account, Connects, RailRefused
from services.clock import Clock, utc_now
from services.links import Links
from services.people import PeopleService
from services.rails.accounts_told import OPENED, tell_of_account
from services.rails.switched_on import Rails
from storage.audit import AuditRecord
from storage.methods import RailAccount
from storage.work import UnitOfWork

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Connection:
    """An organisation's account; `url`: where it tells the provider about itself, good for minutes (None: all done)."""

    organisation: Organisation
    account: RailAccount
    url: str | None


class ConnectionService:
    """Asks rails outside of any unit of work; the same organisation asked again is the same account."""

    def __init__(
        self, unit: UnitOfWork, rails: Rails, people: PeopleService, links: Links, *, now: Clock = utc_now
    ) -> None:
        """`people` knows who may."""
        self._unit, self._rails, self._people, self._links, self._now = unit, rails, people, links, now

    @property
    def rails(self) -> list[str]:
        """Those that organisations have accounts with."""
        return [name for name, rail in self._rails.items() if isinstance(rail, Connects)]

    async def connect(self, person: Person, slug: str, country: str, rail: str | None = None) -> Connection:
        """Open an account for an organisation, or go on with the one it has; another, where that one is of no use.

        Raises: NotAllowed, OrganisationUnknown, RailUnknown, RailUnavailable.
        """
        await self._people.must(person, Permission.REVIEW_PROJECTS)
        name = rail or next(iter(self.rails), "")
        asked = self._rails.get(name)
        if not isinstance(asked, Connects):
            raise RailUnknown(rails=", ".join(self.rails))
        async with self._unit.read() as work:
            organisation = (await work.projects.organisations_by_slug([slug])).get(slug)
            known = [one for one in await work.accounts.all() if one.rail == name]
        if organisation is None:
            raise OrganisationUnknown
        had = next((one for one in known if one.organisation == organisation.id), None)
        try:
            account = await _usable(asked, had) if had is not None else None
            is_new = account is None
            if account is None:
                key = f"account:{organisation.id}" + (f":{had.their_id}" if had is not None else "")
                account = await asked.open_account(organisation.name("en"), country, key=key)
            kept = await self._keep(person, organisation, name, account, is_new=is_new)
            back = self._links.start("org")
            url = None if account.ready else await asked.account_link(account.their_id, return_url=back, again_url=back)
        except RailRefused as refused:
            log.error("account_refused_by_rail", rail=name, organisation=slug, code=str(refused))
            raise RailUnavailable from refused
        return Connection(organisation, kept, url)

    async def _keep(
        self, person: Person, organisation: Organisation, rail: str, account: Account, *, is_new: bool
    ) -> RailAccount:
        kept = RailAccount(organisation.id, rail, account.their_id, account.ready, account.asks)
        async with self._unit() as work:
            before = await work.accounts.changed(rail, kept.their_id, ready=kept.ready, at=self._now(), asks=kept.asks)
            if before is None:
                await work.accounts.keep(kept, now=self._now())
            if is_new:
                what = {"rail": rail, "account": account.their_id}
                record = AuditRecord(person.id, "chat", OPENED, "organisation", str(organisation.id), None, what)
                await work.audit.add(record, now=self._now())
            if before.turned if before is not None else kept.ready:
                await tell_of_account(work, kept, self._now(), but=person.id)
        log.info("account_kept", rail=rail, organisation=organisation.slug, ready=account.ready)
        return kept

    async def all(self, person: Person) -> list[Connection]:
        """Every account as it was last heard of. Raises: NotAllowed."""
        await self._people.must(person, Permission.REVIEW_PROJECTS)
        async with self._unit.read() as work:
            accounts = await work.accounts.all()
            organisations = await work.projects.organisations_by_ids({one.organisation for one in accounts})
        return [Connection(organisations[one.organisation], one, None) for one in accounts]


async def _usable(rail: Connects, had: RailAccount) -> Account | None:
    """The account as it is now; None where it is gone, or not ours to use any more, or can never be ready."""
    try:
        account = await rail.account(had.their_id)
    except RailRefused as refused:
        if str(refused) in ACCOUNT_LOST:
            return None
        raise
    return None if NEVER_READY in account.asks else account
