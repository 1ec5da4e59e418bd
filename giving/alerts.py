"""What those who look after the money are told at once: a kind, the figures of its words, and lines below it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from giving.money import Money
from giving.payments import EventKind
from giving.people import Person, Role

# What a word of a message is made of; it names no person.
Said = str | int | Money | datetime | EventKind


class AlertKind(StrEnum):
    """What it is about; the message `alert-<kind>` of every language says it.

    DIFFERENCES: our books and a provider's disagree. NOT_RECONCILED: they could not be compared for some hours.
    """

    DIFFERENCES = "differences"
    NOT_RECONCILED = "not-reconciled"


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One line of a list: the message `alert-line-<name>`."""

    name: str
    said: Mapping[str, Said]


@dataclass(frozen=True, slots=True)
class Alert:
    """One message, the same for everybody who gets it."""

    kind: AlertKind
    said: Mapping[str, Said] = field(default_factory=dict)
    lines: tuple[AlertLine, ...] = ()


def recipients(
    holders: Iterable[tuple[Person, Collection[Role]]], owners: Iterable[Person]
) -> list[Person]:  # fmt: skip
    """Everybody with the role finance who can be written to; where there is nobody, the owners."""
    finance = [person for person, roles in holders if Role.FINANCE in roles and person.reachable]
    return finance or [person for person in owners if person.reachable]
