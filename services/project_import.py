"""Projects and organisations from a YAML file, checked whole before anything is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Final

import structlog
import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, HttpUrl, ValidationError

from giving.money import DECIMALS, Money
from giving.people import LANGUAGES
from giving.projects import Organisation, Project, ProjectState, ProjectText
from services.clock import Clock, utc_now
from storage.ids import new_id
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
MOST_TARGET_MINOR: Final = 10**15


class ImportRefused(Exception):
    """The file can't be imported; str() has one line per problem, each naming its place."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What was written: slugs that are new, and those that were there and were renewed."""

    added: tuple[str, ...]
    renewed: tuple[str, ...]


def _major_units(value: object) -> Decimal:
    """300000 or "300000.50"; never a float, which may not be what was written."""
    if isinstance(value, bool | float):
        raise ValueError("write a whole number, or an amount in quotes such as '300000.50'")
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise ValueError("is no amount") from None
    if not amount.is_finite() or amount <= 0:
        raise ValueError("must be more than nothing")
    return amount


Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Words = Annotated[str, Field(min_length=1, max_length=4000)]
Title = Annotated[str, Field(min_length=1, max_length=60)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Text(_Model):
    title: Title
    summary: Annotated[str, Field(min_length=1, max_length=200)]
    story: Words
    use: Annotated[str, Field(min_length=1, max_length=200)]


class _Organisation(_Model):
    slug: Slug
    names: Annotated[dict[str, Title], Field(min_length=1)]
    website: HttpUrl | None = None
    verified: bool = False


class _Project(_Model):
    slug: Slug
    organisation: Slug
    state: ProjectState = ProjectState.OPEN
    currency: str = "CNY"
    target: Annotated[Decimal, BeforeValidator(_major_units)]
    texts: Annotated[dict[str, _Text], Field(min_length=1)]
    designated_url: HttpUrl | None = None
    filing_number: str | None = None


class _File(_Model):
    organisations: list[_Organisation] = []
    projects: list[_Project] = []


class ProjectImport:
    """Imports are whole or not at all; the same file again renews what it names."""

    def __init__(self, unit: UnitOfWork, *, now: Clock = utc_now) -> None:
        """Write through this unit of work."""
        self._unit, self._now = unit, now

    async def run(self, text: str) -> Imported:
        """Import a YAML text. Raises: ImportRefused."""
        file = _read(text)
        async with self._unit() as work:
            organisations = await self._organisations(work, file)
            known = {p.slug: await work.projects.by_slug(p.slug) for p in file.projects}
            problems = []
            for place, given in enumerate(file.projects):
                before = known[given.slug]
                if given.organisation not in organisations:
                    problems.append(f"projects[{place}].organisation: no organisation {given.organisation!r}")
                elif before is not None and before.target.currency != given.currency:
                    problems.append(f"projects[{place}].currency: {given.slug} stays in {before.target.currency}")
            if problems:
                raise ImportRefused("\n".join(problems))
            for given in file.projects:
                await work.projects.put(_project(given, organisations[given.organisation]), self._now())
        added = tuple(slug for slug, before in known.items() if before is None)
        renewed = tuple(slug for slug, before in known.items() if before is not None)
        log.info("projects_imported", added=len(added), renewed=len(renewed))
        return Imported(added, renewed)

    async def _organisations(self, work: Work, file: _File) -> Mapping[str, Organisation]:
        for given in file.organisations:
            verified_at = self._now() if given.verified else None
            website = str(given.website) if given.website else None
            organisation = Organisation(new_id(), given.slug, given.names, website, verified_at)
            await work.projects.put_organisation(organisation)
        slugs = {o.slug for o in file.organisations} | {p.organisation for p in file.projects}
        return await work.projects.organisations_by_slug(slugs)


def _project(given: _Project, organisation: Organisation) -> Project:
    return Project(
        id=new_id(),
        slug=given.slug,
        organisation=organisation,
        state=given.state,
        target=Money(int(given.target.scaleb(DECIMALS[given.currency])), given.currency),
        texts={language: ProjectText(**words.model_dump()) for language, words in given.texts.items()},
        designated_url=str(given.designated_url) if given.designated_url else None,
        filing_number=given.filing_number,
    )


def _read(text: str) -> _File:
    try:
        content: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ImportRefused(f"not YAML: {' '.join(str(error).split())}") from None
    try:
        file = _File.model_validate(content)
    except ValidationError as error:
        lines = (f"{_place(e['loc'])}: {e['msg'].removeprefix('Value error, ')}" for e in error.errors())
        raise ImportRefused("\n".join(lines)) from None
    problems = list(_problems(file))
    if problems:
        raise ImportRefused("\n".join(problems))
    return file


def _problems(file: _File) -> Any:
    for kind, slugs in (("organisations", [o.slug for o in file.organisations]),
                        ("projects", [p.slug for p in file.projects])):  # fmt: skip
        for place, slug in enumerate(slugs):
            if slug in slugs[:place]:
                yield f"{kind}[{place}].slug: {slug!r} stands twice"
    for place, organisation in enumerate(file.organisations):
        yield from _languages(f"organisations[{place}].names", organisation.names)
    for place, project in enumerate(file.projects):
        yield from _languages(f"projects[{place}].texts", project.texts)
        decimals = DECIMALS.get(project.currency)
        if decimals is None:
            yield f"projects[{place}].currency: unknown currency {project.currency!r}"
        elif (minor := project.target.scaleb(decimals)) != minor.to_integral_value() or minor > MOST_TARGET_MINOR:
            yield f"projects[{place}].target: {project.target} is no amount of {project.currency}"


def _languages(place: str, words: Mapping[str, object]) -> Any:
    for language in words:
        if language not in LANGUAGES:
            yield f"{place}.{language}: unknown language; known: {', '.join(LANGUAGES)}"


def _place(location: tuple[int | str, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".") or "file"
