"""What buttons carry: opaque ids of 22 characters, at most 64 bytes; the handler asks again who may do what.

A client can send any data for a button it sees, so nothing here is trusted: amounts are compared with the presets,
posts with the message the button stands under, and services ask whose tip or chat it is.
"""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from aiogram.filters.callback_data import CallbackData
from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer

from giving.ids import id_of, token_of
from giving.money import Money
from giving.people import Visibility


def _id(value: object) -> UUID:
    found = value if isinstance(value, UUID) else id_of(str(value))
    if found is None:
        raise ValueError("not an id of ours")
    return found


def _currency(value: str) -> str:
    return Money(0, value).currency


# aiogram writes a UUID as 32 hex digits; two of them and a prefix would not fit.
Id = Annotated[UUID, BeforeValidator(_id), PlainSerializer(token_of)]
Page = Annotated[int, Field(ge=0, le=10**6)]


class _Amount(CallbackData, prefix="-"):
    minor: int
    currency: Annotated[str, AfterValidator(_currency)]

    @property
    def amount(self) -> Money:
        """What the button said."""
        return Money(self.minor, self.currency)


class TipTap(_Amount, prefix="tip"):
    """An amount under a post, or in the post's card in private."""

    post: Id


class TipOther(CallbackData, prefix="oth"):
    """Another amount for a post."""

    post: Id


class GiveTap(_Amount, prefix="giv"):
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


class ChatDeed(StrEnum):
    """What a creator does with a chat."""

    CARD = "card"
    CHOOSE = "choose"
    SEARCH = "search"
    OFF = "off"
    STATS = "stats"


class ChatDo(CallbackData, prefix="cdo"):
    """One of my chats."""

    chat: Id
    deed: ChatDeed


class ChatList(CallbackData, prefix="cls"):
    """All my chats."""


class ChatProjects(CallbackData, prefix="cpl"):
    """A page of the projects a chat may choose from (of the search the dialog remembers, if `found`)."""

    chat: Id
    page: Page
    found: bool = False


class ChatProject(CallbackData, prefix="cpr"):
    """A project's card, to be chosen for a chat."""

    chat: Id
    project: Id


class ChatConfirm(CallbackData, prefix="con"):
    """Tipping on, for this project."""

    chat: Id
    project: Id


class ChooseLanguage(CallbackData, prefix="lng"):
    """One of our languages."""

    language: str


class HomeDeed(StrEnum):
    """Ways on from an answer that has nothing else to offer."""

    GIVE = "give"
    CHARITY = "charity"
    LEAVE = "leave"
    SEARCH = "search"
    NOTHING = "nothing"


class Home(CallbackData, prefix="hom"):
    """A way on; LEAVE ends the dialog, NOTHING is a label that looks like a button."""

    deed: HomeDeed
