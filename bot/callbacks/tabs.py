"""Tabs, and by what a tip is paid."""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot.callbacks.fields import Id


class TipRail(CallbackData, prefix="by"):
    """Pay this tip by that rail, now or on the tab."""

    tip: Id
    rail: Annotated[str, Field(pattern="[a-z_]{1,16}")]


class TabShow(CallbackData, prefix="tab"):
    """All my tabs; `fresh` answers with a new message."""

    fresh: bool = False


class TabPage(CallbackData, prefix="tbg"):
    """So many of my tabs, from that page on."""

    page: Annotated[int, Field(ge=0, le=9999)] = 0


class TabPay(CallbackData, prefix="tby"):
    """Settle this tab now; `minor` is the sum on the button, which no other is taken for."""

    tab: Id
    minor: Annotated[int, Field(ge=1, le=10**12)]


class TabsPay(CallbackData, prefix="tba"):
    """Settle all tabs at once that one charge of this rail can carry; `minor` is the sum on the button."""

    rail: Annotated[str, Field(pattern="[a-z_]{1,16}")]
    minor: Annotated[int, Field(ge=1, le=10**12)]


class TabRound(CallbackData, prefix="tbr"):
    """Round this tab up to that sum, and settle it."""

    tab: Id
    minor: Annotated[int, Field(ge=1, le=10**12)]


class TabSkip(CallbackData, prefix="tbs"):
    """Leave this charge out; what it was for stays on the tab."""

    charge: Id


class TabSave(CallbackData, prefix="tsv"):
    """Save a method for this tab."""

    tab: Id


class MethodForget(CallbackData, prefix="mfg"):
    """Delete a saved method."""

    method: Id


class PromiseOff(CallbackData, prefix="pof"):
    """Take a promise off the tab."""

    tip: Id


class TermsOf(StrEnum):
    """What is chosen for one's tabs."""

    SETTLE = "settle"
    MONTH = "month"


class TabTerms(CallbackData, prefix="tbt"):
    """From which sum on a tab is settled, or the most of a month; 0 asks which."""

    what: TermsOf
    minor: Annotated[int, Field(ge=0, le=10**12)] = 0
