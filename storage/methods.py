"""Ways to pay that donors let rails keep, and organisations' accounts at rails."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.payments import SavedMethod
from storage.ids import new_id
from storage.inbox import CLOSED, scrub
from storage.tables import account_asks, methods, provider_events, rail_accounts
from storage.upsert import insert_into


@dataclass(frozen=True, slots=True)
class KeptMethod:
    """A saved method, for gifts to one organisation by one rail."""

    id: UUID
    donor: UUID
    organisation: UUID
    rail: str
    method: SavedMethod


@dataclass(frozen=True, slots=True)
class RailAccount:
    """An organisation's account at a rail; `ready`: it takes payments. `asks`: what the provider still wants."""

    organisation: UUID
    rail: str
    their_id: str
    ready: bool
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changed:
    """An account as it is now; `turned`: it was ready and is not, or the other way round."""

    account: RailAccount
    turned: bool


class MethodStore:
    """Rows of `methods`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def ask(self, donor: UUID, organisation: UUID, rail: str, *, now: datetime) -> UUID:
        """Record that somebody is about to save a method; its id goes to the rail and comes back with its event."""
        row = {
            "id": new_id(), "donor_id": donor, "organisation_id": organisation, "rail": rail, "label": "",
            "asked_at": now,
        }  # fmt: skip
        await self._connection.execute(insert_into(self._connection, methods).values(row))
        return UUID(str(row["id"]))

    async def asked(self, method: UUID) -> tuple[UUID, str | None] | None:
        """Who asked to save it, and the account of the organisation it is for; None if nobody did."""
        at = (rail_accounts.c.organisation_id == methods.c.organisation_id) & (rail_accounts.c.rail == methods.c.rail)
        named = select(methods.c.donor_id, rail_accounts.c.their_id).outerjoin(rail_accounts, at)
        row = (await self._connection.execute(named.where(methods.c.id == method))).first()
        return (row.donor_id, row.their_id) if row is not None else None

    async def waiting(self, since: datetime) -> list[tuple[UUID, str, str | None]]:
        """Requests of that time that nothing was heard of: their ids, rails, and the organisation's account there."""
        at = (rail_accounts.c.organisation_id == methods.c.organisation_id) & (rail_accounts.c.rail == methods.c.rail)
        open_ = methods.c.saved_at.is_(None) & methods.c.forgotten_at.is_(None) & (methods.c.asked_at >= since)
        named = select(methods.c.id, methods.c.rail, rail_accounts.c.their_id.label("account")).outerjoin(
            rail_accounts, at
        )
        found = await self._connection.execute(named.where(open_).order_by(methods.c.asked_at).limit(100))
        return [(row.id, row.rail, row.account) for row in found]

    async def saved(self, method: UUID, kept: SavedMethod, *, now: datetime) -> UUID | None:
        """The rail keeps it; whose it is, None if we never asked. What was saved before it is forgotten."""
        values = {
            "customer": kept.customer, "method": kept.method, "label": kept.label[:64], "account": kept.account,
            "saved_at": now,
        }  # fmt: skip
        written = update(methods).where(methods.c.id == method, methods.c.forgotten_at.is_(None)).values(values)
        row = (await self._connection.execute(written.returning(methods))).first()
        if row is None:
            # Forgotten while its page was open: it is known here, so that the rail is told to delete it.
            late = {"customer": kept.customer, "method": kept.method, "account": kept.account}
            await self._connection.execute(update(methods).where(methods.c.id == method).values(late))
            return None
        same = (methods.c.donor_id == row.donor_id) & (methods.c.organisation_id == row.organisation_id)
        others = same & (methods.c.rail == row.rail) & (methods.c.id != method) & methods.c.forgotten_at.is_(None)
        # The rail deletes those, but not what it keeps under the same name.
        still = (methods.c.method == kept.method) | (methods.c.customer == kept.customer)
        gone = {"forgotten_at": now, "customer": None, "method": None, "label": ""}
        await self._connection.execute(update(methods).where(others, still).values(gone))
        await self._connection.execute(update(methods).where(others).values(forgotten_at=now, label=""))
        return UUID(str(row.donor_id))

    async def of(self, donor: UUID) -> list[KeptMethod]:
        """What somebody has saved, newest first; on the account it was saved on, which need not be today's."""
        kept = (methods.c.donor_id == donor) & methods.c.saved_at.is_not(None) & methods.c.forgotten_at.is_(None)
        return await self._kept(select(methods).where(kept).order_by(methods.c.saved_at.desc()))

    async def forget(self, method: UUID, *, now: datetime) -> None:
        """It is never charged again; what the rail calls it stays until the rail has deleted it (`told`)."""
        gone = {"forgotten_at": now, "label": ""}
        await self._connection.execute(update(methods).where(methods.c.id == method).values(gone))

    async def untold(self, since: datetime) -> list[KeptMethod]:
        """What was forgotten since then and is not deleted at its rail yet, some of it."""
        waiting = (methods.c.forgotten_at >= since) & methods.c.method.is_not(None)
        return await self._kept(select(methods).where(waiting).order_by(methods.c.forgotten_at).limit(100))

    async def events_of(self, method: UUID) -> list[UUID]:
        """What the rail told of it; a look through the whole inbox, so only in a read unit."""
        its = select(provider_events.c.id).where(provider_events.c.reference == method)
        return list((await self._connection.execute(its)).scalars())

    async def told(self, method: UUID, events: Collection[UUID], *, now: datetime) -> None:
        """Its rail has deleted it: neither what it was called there nor what was told of it is kept."""
        gone = {"customer": None, "method": None, "label": ""}
        await self._connection.execute(update(methods).where(methods.c.id == method).values(gone))
        closed = provider_events.c.id.in_(events) & provider_events.c.state.in_(CLOSED)
        await self._connection.execute(scrub(now).where(closed))

    async def _kept(self, query: Select[Any]) -> list[KeptMethod]:
        return [
            KeptMethod(
                row.id, row.donor_id, row.organisation_id, row.rail,
                SavedMethod(row.customer, row.method, row.label, row.account),
            )
            for row in await self._connection.execute(query)
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class AccountAsk:
    """What a rail is asked for an account with, since when; `their_id`: what it made of it, as far as we heard."""

    id: UUID
    organisation: UUID
    rail: str
    name: str
    country: str
    asked_at: datetime
    their_id: str | None = None


class AccountStore:
    """Rows of `rail_accounts` and `account_asks`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def all(self) -> list[RailAccount]:
        """Every account, in no order; there are as many as organisations."""
        return [
            RailAccount(row.organisation_id, row.rail, row.their_id, row.ready, tuple(row.asks))
            for row in await self._connection.execute(select(rail_accounts))
        ]

    async def of(self, organisations: Collection[UUID]) -> list[RailAccount]:
        """The accounts of these."""
        return [account for account in await self.all() if account.organisation in organisations]

    async def asks(self, organisation: UUID, rail: str) -> list[AccountAsk]:
        """What this rail was asked for it with, oldest first."""
        theirs = (account_asks.c.organisation_id == organisation) & (account_asks.c.rail == rail)
        rows = await self._connection.execute(
            select(account_asks).where(theirs).order_by(account_asks.c.asked_at, account_asks.c.id)
        )
        return [
            AccountAsk(row.id, row.organisation_id, row.rail, row.name, row.country, row.asked_at, row.their_id)
            for row in rows
        ]

    async def ask(self, ask: AccountAsk) -> None:
        """Keep it before the rail is asked; one that is asked with the same stays as it was."""
        row = {
            "id": ask.id, "organisation_id": ask.organisation, "rail": ask.rail, "name": ask.name,
            "country": ask.country, "asked_at": ask.asked_at,
        }  # fmt: skip
        made = insert_into(self._connection, account_asks).values(row)
        await self._connection.execute(made.on_conflict_do_nothing(index_elements=["id"]))

    async def answered(self, ask: UUID, their_id: str) -> None:
        """The rail made this account of it."""
        answered = update(account_asks).where(account_asks.c.id == ask).values(their_id=their_id)
        await self._connection.execute(answered)

    async def asked_again(self, ask: UUID, now: datetime) -> None:
        """It has nothing of it: its key counts from now."""
        again = update(account_asks).where(account_asks.c.id == ask).values(asked_at=now)
        await self._connection.execute(again)

    async def keep(self, account: RailAccount, *, now: datetime) -> None:
        """Write an account as it is now."""
        row = {
            "organisation_id": account.organisation, "rail": account.rail, "their_id": account.their_id,
            "ready": account.ready, "asks": list(account.asks), "opened_at": now,
        }  # fmt: skip
        made = insert_into(self._connection, rail_accounts).values(row)
        renewed = {name: row[name] for name in ("their_id", "ready", "asks")}
        await self._connection.execute(
            made.on_conflict_do_update(index_elements=["organisation_id", "rail"], set_=renewed)
        )

    async def changed(
        self, rail: str, their_id: str, *, ready: bool, at: datetime, asks: tuple[str, ...] = ()
    ) -> Changed | None:
        """What its provider said of an account, and when; None if it is not ours, or was told of since."""
        same = (rail_accounts.c.rail == rail) & (rail_accounts.c.their_id == their_id)
        before = (
            await self._connection.execute(select(rail_accounts).where(same).with_for_update(key_share=True))
        ).first()
        if before is None or (before.told_at is not None and before.told_at > at):
            return None
        told = {"ready": ready, "asks": list(asks), "told_at": at}
        await self._connection.execute(update(rail_accounts).where(same).values(told))
        account = RailAccount(before.organisation_id, rail, their_id, ready, asks)
        return Changed(account, turned=before.ready is not ready)
