"""公益爱心位: a creator's page with the project they chose; what is given there counts for them."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from giving.people import Visibility
from giving.tips import Tip

NAME_GRAPHEMES: Final = 32
SLUG_LETTERS: Final = 32
NAMELESS: Final = "slot"  # a name of nothing but emoji still gets an address


@dataclass(frozen=True, slots=True)
class Slot:
    """One per creator; its address stays when its name or project changes, or it is closed and opened again."""

    id: UUID
    creator: UUID
    slug: str
    name: str
    project: UUID
    opened_at: datetime
    closed_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether it can be seen and given on."""
        return self.closed_at is None


def slug_of(name: str, taken: frozenset[str] = frozenset()) -> str:
    """A name as it stands in an address: letters and digits of any script in lower case, hyphens between words.

    Where it is `taken`, with the first free number behind it.
    """
    kept = "".join(_kept(c) for c in unicodedata.normalize("NFKC", name).lower())
    bare = "-".join(kept.split())[:SLUG_LETTERS].strip("-") or NAMELESS
    number = 1
    slug = bare
    while slug in taken:
        number += 1
        slug = f"{bare}-{number}"
    return slug


def _kept(c: str) -> str:
    category = unicodedata.category(c)
    if category[0] in "LN":
        return c
    return "" if category[0] == "M" else " "


def untold(listed: Sequence[Tip], gifts: int) -> frozenset[UUID]:
    """Of the newest `listed` out of `gifts`, those whose hidden amount the sum of all would tell: theirs is the only
    amount that is not shown. They are listed without their name.
    """
    hidden = [tip for tip in listed if tip.visibility is Visibility.AMOUNT_HIDDEN]
    if gifts > len(listed) or len({tip.donor for tip in hidden}) != 1:
        return frozenset()
    return frozenset(tip.id for tip in hidden)
