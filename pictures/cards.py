"""What pictures are drawn of: plain values, nothing of it looked up."""

from dataclasses import dataclass
from datetime import datetime

from giving.money import Money
from giving.recaps import RecapOf


@dataclass(frozen=True, slots=True)
class DayBadge:
    """The giving day a picture is for, in the reader's language."""

    title: str
    hashtag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareCard:
    """A creator's slot, for sharing: what is given there, and where to give."""

    language: str
    name: str  # as the creator is shown; "" says nothing of a creator
    project: str
    given: tuple[Money, ...] = ()  # currencies side by side
    donors: int = 0
    gifts: int = 0
    link: str  # what the code leads to
    day: DayBadge | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCard:
    """What a giving day came to, for sharing."""

    language: str
    title: str
    hashtag: str
    starts_at: datetime
    ends_at: datetime
    given: tuple[Money, ...]
    matched: tuple[Money, ...]
    donors: int
    gifts: int
    projects: tuple[tuple[str, tuple[Money, ...]], ...]  # titles with what was given to each
    hours: tuple[int, ...]  # what was given in each hour, minor units
    link: str  # what the code leads to


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateCard:
    """A proof of monthly giving, to keep. `name` "": 爱心人士. `total` None: amounts stay hidden.

    `months` paid in all, `in_a_row` the last of them; `others`: how many more projects they went to.
    """

    language: str
    name: str
    project: str
    organisation: str
    others: int = 0
    months: int
    in_a_row: int
    total: Money | None
    number: str
    made_at: datetime
    link: str  # where it is checked


@dataclass(frozen=True, slots=True, kw_only=True)
class RecapCard:
    """A year looked back at. `name` "" says none.

    `months`: what was given in each of the twelve, minor units of the first currency; `given_in`: in how many of them.
    `days`: giving days taken part in. `did`: what `did_by` (a project) told of what it did; where none `told`
    anything, what a gift to it can do; "" for neither.
    """

    language: str
    of: RecapOf
    name: str
    year: int
    given: tuple[Money, ...]
    gifts: int
    donors: int
    given_in: int
    days: int
    given_on_days: tuple[Money, ...]
    matched: tuple[Money, ...]
    months: tuple[int, ...]
    projects: tuple[tuple[str, tuple[Money, ...]], ...]  # the first ones, with what each was given
    projects_in_all: int
    did: str
    link: str  # what the code leads to
    paged: bool = True  # to a page with the whole year, or only to us
    did_by: str = ""
    told: bool = True


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A line of a statement, as it is written."""

    day: str
    code: str
    project: str
    amount: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementCard:
    """Gifts of some dates on paper. `sums`: label and amount of each organisation, then of all."""

    language: str
    name: str
    dates: str
    made: str
    operator: str
    rows: tuple[StatementRow, ...]
    sums: tuple[tuple[str, str], ...]
    whole: str
    check: str  # where receipts are checked
    left_out: int = 0  # gifts that stand only in the table
