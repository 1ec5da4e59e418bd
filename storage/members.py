"""Who works for which organisation, and the addresses under which they see its figures."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import organisation_links, organisation_members
from storage.upsert import insert_into


class MemberStore:
    """Rows of `organisation_members` and `organisation_links`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def add(self, person: UUID, organisation: UUID, *, by: UUID | None, now: datetime) -> bool:
        """They work for it from now on; False if they do already."""
        row = {"person_id": person, "organisation_id": organisation, "added_by": by, "added_at": now}
        new = insert_into(self._connection, organisation_members).values(row).on_conflict_do_nothing()
        added = new.returning(organisation_members.c.person_id)
        return (await self._connection.execute(added)).first() is not None

    async def remove(self, person: UUID, organisation: UUID) -> bool:
        """They do no longer, and their page of it is gone; False if they did not."""
        links = (organisation_links.c.person_id == person) & (organisation_links.c.organisation_id == organisation)
        await self._connection.execute(delete(organisation_links).where(links))
        same = (organisation_members.c.person_id == person) & (organisation_members.c.organisation_id == organisation)
        gone = delete(organisation_members).where(same).returning(organisation_members.c.person_id)
        return (await self._connection.execute(gone)).first() is not None

    async def of_person(self, person: UUID) -> set[UUID]:
        """The organisations somebody works for."""
        mine = select(organisation_members.c.organisation_id).where(organisation_members.c.person_id == person)
        return set((await self._connection.execute(mine)).scalars())

    async def of_organisation(self, organisation: UUID) -> list[UUID]:
        """Who works for it, who was added first comes first."""
        members = organisation_members.c.organisation_id == organisation
        rows = select(organisation_members.c.person_id).where(members)
        ordered = rows.order_by(organisation_members.c.added_at, organisation_members.c.person_id)
        return list((await self._connection.execute(ordered)).scalars())

    async def link(self, person: UUID, organisation: UUID, token: str, now: datetime) -> str:
        """The address of their page of it: the one they have, or else this one."""
        row = {"token": token, "person_id": person, "organisation_id": organisation, "made_at": now}
        made = insert_into(self._connection, organisation_links).values(row)
        await self._connection.execute(made.on_conflict_do_nothing())
        mine = (organisation_links.c.person_id == person) & (organisation_links.c.organisation_id == organisation)
        found = await self._connection.scalar(select(organisation_links.c.token).where(mine))
        return str(found)

    async def forget_link(self, person: UUID, organisation: UUID) -> None:
        """The address leads nowhere any more."""
        mine = (organisation_links.c.person_id == person) & (organisation_links.c.organisation_id == organisation)
        await self._connection.execute(delete(organisation_links).where(mine))

    async def behind(self, token: str) -> tuple[UUID, UUID] | None:
        """Whose address it is, and of which organisation; None for none of ours."""
        row = (
            await self._connection.execute(select(organisation_links).where(organisation_links.c.token == token))
        ).first()
        return (row.person_id, row.organisation_id) if row else None
