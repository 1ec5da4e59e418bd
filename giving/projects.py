"""Projects and who runs them: what may be raised for, in which currency, told in which words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from giving.money import Money

T = TypeVar("T")


class ProjectState(StrEnum):
    """Open for gifts, or closed: what was on its way when it closed still counts."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Organisation:
    """A verified charity; names by language."""

    id: UUID
    slug: str
    names: Mapping[str, str]
    website: str | None = None
    verified_at: datetime | None = None

    def name(self, language: str) -> str:
        """Its name in this language, or the one there is."""
        return in_language(self.names, language)


@dataclass(frozen=True, slots=True)
class ProjectText:
    """A project in one language; `use` says in a sentence what a gift does."""

    title: str
    summary: str
    story: str
    use: str


@dataclass(frozen=True, slots=True)
class Project:
    """What money is raised for: its target's currency is the one its total is in."""

    id: UUID
    slug: str
    organisation: Organisation
    state: ProjectState
    target: Money
    texts: Mapping[str, ProjectText]
    designated_url: str | None = None
    filing_number: str | None = None
    created_at: datetime | None = field(default=None, compare=False)

    @property
    def open(self) -> bool:
        """Whether a new gift may be offered to it."""
        return self.state is ProjectState.OPEN and self.organisation.verified_at is not None

    def text(self, language: str) -> ProjectText:
        """Its words in this language, or those there are."""
        return in_language(self.texts, language)

    def title(self, language: str) -> str:
        """Shorthand for the title."""
        return self.text(language).title


@dataclass(frozen=True, slots=True)
class Tally:
    """What has been given to something (a project, a post, a chat): paid gifts only, refunds taken off.

    `apart`: what was given in other currencies and is not converted; it never counts towards a target. Donors and gifts
    are those of all currencies.
    """

    given: Money
    donors: int = 0
    gifts: int = 0
    apart: tuple[Money, ...] = ()

    @property
    def sums(self) -> tuple[Money, ...]:
        """For words: what was given, each currency for itself."""
        return (self.given, *self.apart) if self.given or not self.apart else self.apart


@dataclass(frozen=True, slots=True)
class ProjectCard:
    """A project with what it has raised."""

    project: Project
    raised: Tally

    @property
    def percent(self) -> int:
        """Whole percent of the target, rounded down (99.9 % is not yet reached); may pass 100."""
        return self.raised.given.minor * 100 // self.project.target.minor if self.project.target else 0

    @property
    def little(self) -> bool:
        """Something was given, and it is less than one percent: said so, since 0 % would say that nothing was."""
        return bool(self.raised.given) and self.percent < 1


def in_language(by_language: Mapping[str, T], language: str) -> T:
    """The value for `language`, else any (there is at least one)."""
    return by_language[language] if language in by_language else next(iter(by_language.values()))
