"""Giving: amounts under posts and projects, one's own tips, what one gave."""

import re
from enum import StrEnum
from typing import Final
from uuid import UUID

from aiogram.filters.callback_data import CallbackData

from bot.callbacks.fields import Amount, Id, Page
from giving.ids import id_of
from giving.money import DECIMALS, Money
from giving.people import Visibility


class TipTap(Amount, prefix="tip"):
    """An amount under a post, or in the post's card in private."""

    post: Id


_TIP_TAP: Final = re.compile(r"tip:([1-9][0-9]{0,14}):([A-Z]{3}):([A-Za-z0-9_-]{22})")


def tip_tapped(data: str) -> tuple[Money, UUID] | None:
    """TipTap's amount and post, as its `pack` writes them, in a tenth of the time; None for anything else."""
    found = _TIP_TAP.fullmatch(data)
    post = id_of(found[3]) if found else None
    if found is None or post is None or found[2] not in DECIMALS:
        return None
    return Money(int(found[1]), found[2]), post


class TipOther(CallbackData, prefix="oth"):
    """Another amount for a post."""

    post: Id


class GiveTap(Amount, prefix="giv"):
    """An amount for a project, without a post."""

    project: Id


class GiveOther(CallbackData, prefix="gio"):
    """Another amount for a project."""

    project: Id


class GiveList(CallbackData, prefix="gil"):
    """A page of the projects (of the search the dialog remembers, if `found`)."""

    page: Page
    found: bool = False


class GiveCard(CallbackData, prefix="gic"):
    """A project's card, with amounts."""

    project: Id


class TipDeed(StrEnum):
    """What one may do with an own unpaid tip."""

    SHOW = "show"
    CANCEL = "cancel"


class TipDo(CallbackData, prefix="tdo"):
    """Show the tip's card again (with a payment link), or cancel the tip."""

    tip: Id
    deed: TipDeed


class TipShown(CallbackData, prefix="vis"):
    """What others will see of the tip."""

    tip: Id
    visibility: Visibility


class TakeBack(CallbackData, prefix="tbk"):
    """Take an extra payment back."""

    tip: Id


class RefundWish(CallbackData, prefix="rfw"):
    """Ask for a gift to be given back."""

    tip: Id


class RefundDecide(CallbackData, prefix="rfd"):
    """An admin gives it back, or does not."""

    refund: Id
    yes: bool


class GiftsPage(CallbackData, prefix="my"):
    """A page of my gifts; `fresh` answers with a new message instead of turning this one's page."""

    page: Page = 0
    fresh: bool = False


class BackOf(CallbackData, prefix="bko"):
    """What one payment paid, each with how it can be taken back; `fresh` as above."""

    payment: Id
    page: Page = 0
    fresh: bool = False


class BackPage(CallbackData, prefix="bkp"):
    """The same of a page of my gifts."""

    page: Page = 0
    fresh: bool = False
