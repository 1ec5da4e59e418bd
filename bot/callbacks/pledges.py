"""Monthly giving: beginning a pledge, changing it, leaving a month out, ending it.

`what` of a new one is a project, a creator's slot (its project, called for by them) or an organisation; TICKED stands
for the projects that were ticked in the dialog.
"""

from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from aiogram.filters.callback_data import CallbackData
from pydantic import BeforeValidator, Field, PlainSerializer

from bot.callbacks.fields import Id, Page
from giving.people import Visibility
from giving.pledges import MOST_PAUSED, Why

TICKED: Final = UUID(int=0)
Minor = Annotated[int, Field(ge=0, le=10**10)]
Day = Annotated[int, Field(ge=0, le=31)]
Every = Annotated[int, Field(ge=1, le=3)]
MonthOr = Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2})?$")]
_LETTERS: Final = {Visibility.NAMED: "n", Visibility.ANONYMOUS: "a", Visibility.AMOUNT_HIDDEN: "h"}
_SHOWN: Final = {letter: visibility for visibility, letter in _LETTERS.items()}
# A letter, for want of room; none: as they chose for all their gifts.
Shown = Annotated[
    Visibility | None,
    BeforeValidator(lambda value: _SHOWN.get(value, value)),
    PlainSerializer(lambda value: _LETTERS.get(value, "")),
]
By = Annotated[str, Field(pattern=r"^[a-z_]{0,11}$")]  # saved, tab, or the rail whose link is sent; empty: the best


class PledgeNew(CallbackData, prefix="pln"):
    """Give monthly to this: how much? `fresh` answers with a new message."""

    what: Id
    fresh: bool = False


class PledgeOther(CallbackData, prefix="plo"):
    """Another amount for a new one."""

    what: Id


class PledgeSee(CallbackData, prefix="pla"):
    """What would be promised, to be confirmed; no day: today's."""

    what: Id
    minor: Minor
    day: Day = 0
    by: By = ""
    every: Every = 1
    shown: Shown = None


class PledgeDays(PledgeSee, prefix="pld"):
    """Another day for a new one, that is otherwise this."""


class PledgeNames(PledgeSee, prefix="pli"):
    """What others shall see of a new one, that is otherwise this."""


class PledgeMake(CallbackData, prefix="plm"):
    """Promise this. `seen`: the end of the id of the project that was shown."""

    what: Id
    minor: Minor
    day: Annotated[int, Field(ge=1, le=31)]
    by: By
    every: Every
    seen: Annotated[str, Field(max_length=6)] = ""
    shown: Shown = None


class PledgeAgain(CallbackData, prefix="plx"):
    """Begin one that is over again, as it was."""

    pledge: Id


class PledgeProjects(CallbackData, prefix="plp"):
    """Projects to begin one for."""

    page: Page = 0


class PledgeTick(CallbackData, prefix="plc"):
    """Several projects, of which each month the one in need gets it: tick or untick one; none: only show the page."""

    page: Page = 0
    project: Id | None = None


class PledgeList(CallbackData, prefix="pll"):
    """My monthly giving; `fresh` answers with a new message."""

    page: Page = 0
    fresh: bool = False


class PledgeShow(CallbackData, prefix="pls"):
    """One of mine."""

    pledge: Id


class PledgeChange(CallbackData, prefix="plg"):
    """What of it shall change?"""

    pledge: Id


class PledgeField(StrEnum):
    """What of it changes."""

    AMOUNT = "a"
    DAY = "d"
    WAY = "w"
    EVERY = "e"  # every month instead of every three


class PledgeAlter(CallbackData, prefix="plt"):
    """Change it to this; 0 asks what to."""

    pledge: Id
    field: PledgeField
    value: Minor = 0


class PledgeTyped(CallbackData, prefix="plu"):
    """Another amount for one of mine; with `every` so often."""

    pledge: Id
    every: Annotated[int, Field(ge=0, le=3)] = 0


class PledgeBy(CallbackData, prefix="plb"):
    """From now on by this way; with `minor` of that amount, with `every` every so many months."""

    pledge: Id
    by: By
    minor: Minor = 0
    every: Annotated[int, Field(ge=0, le=3)] = 0


class PledgeShown(CallbackData, prefix="plh"):
    """What others see of its gifts."""

    pledge: Id
    visibility: Visibility


class PledgeMove(CallbackData, prefix="plv"):
    """Where it goes on: the projects, or this one."""

    pledge: Id
    page: Page = 0
    project: Id | None = None


class PledgeSkip(CallbackData, prefix="plk"):
    """Leave this month out (none named: the next); `undo`: give in it after all."""

    pledge: Id
    month: MonthOr = ""
    undo: bool = False


class PledgePause(CallbackData, prefix="plz"):
    """None for so many months; 0 asks for how many."""

    pledge: Id
    months: Annotated[int, Field(ge=0, le=MOST_PAUSED)] = 0


class PledgeResume(CallbackData, prefix="plr"):
    """It goes on; with this month, which a pause took along."""

    pledge: Id
    month: MonthOr = ""


class PledgeCancel(CallbackData, prefix="ple"):
    """End it."""

    pledge: Id


class PledgeWhy(CallbackData, prefix="plw"):
    """Why it was ended."""

    pledge: Id
    why: Why


class PledgePay(CallbackData, prefix="ply"):
    """Pay what is asked for now."""

    pledge: Id


class PledgeCode(CallbackData, prefix="qrp"):
    """The code to scan of what is asked for now."""

    pledge: Id


class PledgeSave(CallbackData, prefix="plq"):
    """Save a card, so that it pays by itself."""

    pledge: Id
