"""Giving: amounts under posts and projects, one's own tips, what one gave."""

from enum import StrEnum

from aiogram.filters.callback_data import CallbackData

from bot.callbacks.fields import Amount, Id, Page
from giving.people import Visibility


class TipTap(Amount, prefix="tip"):
    """An amount under a post, or in the post's card in private."""

    post: Id


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


class GiftsPage(CallbackData, prefix="my"):
    """A page of my gifts; `fresh` answers with a new message instead of turning this one's page."""

    page: Page = 0
    fresh: bool = False
