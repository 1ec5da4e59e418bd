"""Organisations and projects."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.money import Money
from giving.projects import Organisation, Project, ProjectState, ProjectText
from storage.tables import organisations, projects
from storage.upsert import insert_into

_COLUMNS = (
    *projects.c,
    organisations.c.slug.label("organisation_slug"),
    organisations.c.names.label("organisation_names"),
    organisations.c.website.label("organisation_website"),
    organisations.c.verified_at.label("organisation_verified_at"),
)


class ProjectStore:
    """Rows of `organisations` and `projects`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def by_ids(self, ids: Collection[UUID]) -> dict[UUID, Project]:
        """Those of the ids that are known."""
        rows = await self._connection.execute(_select().where(projects.c.id.in_(ids)))
        return {row.id: _project(row) for row in rows}

    async def by_slug(self, slug: str) -> Project | None:
        """The project with this slug, or None."""
        row = (await self._connection.execute(_select().where(projects.c.slug == slug))).first()
        return _project(row) if row else None

    async def of_organisations(self, ids: Collection[UUID]) -> list[Project]:
        """Every project of these organisations."""
        return [_project(row) for row in await self._connection.execute(_select().where(organisations.c.id.in_(ids)))]

    async def open(self, query: str, *, limit: int, offset: int) -> tuple[list[Project], int]:
        """Open projects whose words contain every word of the query, newest first, and how many there are."""
        statement = _open()
        for word in query.lower().split():
            statement = statement.where(projects.c.search_text.contains(word, autoescape=True))
        total = await self._connection.scalar(select(func.count()).select_from(statement.subquery()))
        rows = await self._connection.execute(statement.order_by(projects.c.id.desc()).limit(limit).offset(offset))
        return [_project(row) for row in rows], int(total or 0)

    async def others(self, than: UUID | None, *, limit: int) -> list[Project]:
        """The newest open projects but this one."""
        statement = _open() if than is None else _open().where(projects.c.id != than)
        rows = await self._connection.execute(statement.order_by(projects.c.id.desc()).limit(limit))
        return [_project(row) for row in rows]

    async def organisations_by_slug(self, slugs: Collection[str]) -> dict[str, Organisation]:
        """Those of the slugs that are known."""
        rows = await self._connection.execute(select(organisations).where(organisations.c.slug.in_(slugs)))
        return {row.slug: Organisation(row.id, row.slug, row.names, row.website, row.verified_at) for row in rows}

    async def organisations_by_ids(self, ids: Collection[UUID]) -> dict[UUID, Organisation]:
        """Those of the ids that are known."""
        rows = await self._connection.execute(select(organisations).where(organisations.c.id.in_(ids)))
        return {row.id: Organisation(row.id, row.slug, row.names, row.website, row.verified_at) for row in rows}

    async def organisation_slugs(self, limit: int = 20) -> list[str]:
        """By which they are named in commands, in order."""
        slugs = select(organisations.c.slug).order_by(organisations.c.slug).limit(limit)
        return list((await self._connection.execute(slugs)).scalars())

    async def organisations_of_all(self) -> dict[UUID, UUID]:
        """Each project's organisation, by id."""
        rows = await self._connection.execute(select(projects.c.id, projects.c.organisation_id))
        return {row.id: row.organisation_id for row in rows}

    async def put_organisation(self, organisation: Organisation) -> None:
        """Insert it, or renew the one with this slug."""
        row = asdict(organisation) | {"names": dict(organisation.names)}
        insert = insert_into(self._connection, organisations).values(row)
        changed = {k: v for k, v in row.items() if k not in ("id", "slug")}
        await self._connection.execute(insert.on_conflict_do_update(index_elements=["slug"], set_=changed))

    async def put(self, project: Project, now: datetime) -> None:
        """Insert it, or renew the one with this slug; the currency of one that exists stays."""
        row = {
            "id": project.id,
            "slug": project.slug,
            "organisation_id": project.organisation.id,
            "state": project.state,
            "target_minor": project.target.minor,
            "currency": project.target.currency,
            "texts": {language: asdict(words) for language, words in project.texts.items()},
            "search_text": _search_text(project),
            "designated_url": project.designated_url,
            "filing_number": project.filing_number,
            "created_at": now,
        }
        insert = insert_into(self._connection, projects).values(row)
        changed = {k: v for k, v in row.items() if k not in ("id", "slug", "currency", "created_at")}
        await self._connection.execute(insert.on_conflict_do_update(index_elements=["slug"], set_=changed))


def _select() -> Select[Any]:
    return select(*_COLUMNS).join(organisations, organisations.c.id == projects.c.organisation_id)


def _open() -> Select[Any]:
    return _select().where(projects.c.state == ProjectState.OPEN, organisations.c.verified_at.is_not(None))


def _search_text(project: Project) -> str:
    words = [project.slug, *project.organisation.names.values()]
    for text in project.texts.values():
        words += [text.title, text.summary]
    return "\n".join(words).lower()


def _project(row: Row[Any]) -> Project:
    return Project(
        id=row.id,
        slug=row.slug,
        organisation=Organisation(
            row.organisation_id,
            row.organisation_slug,
            row.organisation_names,
            row.organisation_website,
            row.organisation_verified_at,
        ),
        state=ProjectState(row.state),
        target=Money(row.target_minor, row.currency),
        texts={language: ProjectText(**words) for language, words in row.texts.items()},
        designated_url=row.designated_url,
        filing_number=row.filing_number,
        created_at=row.created_at,
    )
