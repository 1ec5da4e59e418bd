"""Organisations' own accounts at rails: opened, followed, shown. Whoever writes the books of projects may open one."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid5

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
from storage.methods import AccountAsk, RailAccount
from storage.work import UnitOfWork

log = structlog.get_logger()
ASKS: Final = UUID("5d0a2b61-7c3e-4f15-8f7a-0b9f6d1c8e24")  # the namespace of keys
MOST_NAME: Final = 200
# Stripe may forget a key after 24 hours: an account that was asked for then is looked for first.
KEYS_LAST: Final = timedelta(hours=23)


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
                raise OrganisationUnknown(known=", ".join(await work.projects.organisation_slugs()))
        had = next((one for one in known if one.organisation == organisation.id), None)
        try:
            account = await self._had(asked, had, country) if had is not None else None
            is_new = account is None
            if account is None:
                account = await self._opened(asked, name, organisation, country, had)
            kept = await self._keep(person, organisation, name, account, is_new=is_new)
            back = self._links.start("org")
            url = None if account.ready else await asked.account_link(account.their_id, return_url=back, again_url=back)
        except RailRefused as refused:
            log.error("account_refused_by_rail", rail=name, organisation=slug, code=str(refused))
            raise RailUnavailable from refused
        return Connection(organisation, kept, url)

    async def _had(self, rail: Connects, had: RailAccount, country: str) -> Account | None:
        """Theirs as it is now; None where it is of no use, or (not ready yet) was asked for in another country."""
        account = await _usable(rail, had)
        if account is None or account.ready:
            return account
        async with self._unit.read() as work:
            asks = await work.accounts.asks(had.organisation, had.rail)
        elsewhere = any(ask.their_id == had.their_id and ask.country != country for ask in asks)
        return None if elsewhere else account

    async def _opened(
        self, rail: Connects, name: str, organisation: Organisation, country: str, had: RailAccount | None
    ) -> Account:
        """Asked for by a key of all it is asked with, which is kept first; looked for where one may be there already.

        The rail knows a key for a day only, and one asked with other words makes an account of its own.
        """
        words, now = organisation.name("en")[:MOST_NAME], self._now()
        whole = f"{organisation.id}:{name}:{country}:{words}:{had.their_id if had is not None else ''}"
        ask = AccountAsk(uuid5(ASKS, whole), organisation.id, name, words, country, now)
        async with self._unit() as work:
            await work.accounts.ask(ask)
            asks = await work.accounts.asks(organisation.id, name)
        unheard = [one for one in asks if one.their_id is None and one.country == country]
        if any(one.id != ask.id or now - one.asked_at > KEYS_LAST for one in unheard):
            found = await rail.find_account(organisation.id, country)
            if found is not None and NEVER_READY not in found.asks and (had is None or found.their_id != had.their_id):
                return await self._answered(ask, found)
            async with self._unit() as work:
                await work.accounts.asked_again(ask.id, now)
        return await self._answered(
            ask, await rail.open_account(words, country, key=f"account:{ask.id}", organisation=organisation.id)
        )

    async def _answered(self, ask: AccountAsk, account: Account) -> Account:
        async with self._unit() as work:
            await work.accounts.answered(ask.id, account.their_id)
        return account

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
