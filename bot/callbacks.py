"""What buttons carry: opaque ids of 22 characters, at most 64 bytes; the handler asks again who may do what.

A client can send any data for a button it sees, so nothing here is trusted: amounts are held to the limits, posts to
the message the button stands under, and services ask whose tip or chat it is.
"""

from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from aiogram.filters.callback_data import CallbackData
from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer

from giving.ids import id_of, token_of
from giving.money import Money
from giving.people import Visibility
from giving.subscriptions import SubscriptionKind


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
    PRESETS = "amounts"
    PAUSE = "pause"
    RESUME = "resume"
    HAND_OVER = "give"
    ACCEPT = "accept"
    DECLINE = "decline"
    TAKE_OVER = "take"
    THANK = "thank"


class ChatDo(CallbackData, prefix="cdo"):
    """One of my chats."""

    chat: Id
    deed: ChatDeed


class ChatList(CallbackData, prefix="cls"):
    """All my chats."""


class ChatPage(CallbackData, prefix="clp"):
    """A page of my chats, to do `deed` with one of them."""

    page: Page
    deed: ChatDeed = ChatDeed.CARD


class ChatFind(CallbackData, prefix="cfd"):
    """My chat is not in the list."""


class ChatPresets(CallbackData, prefix="cps"):
    """Amounts for a chat's keyboards, in minor units with dots between; none for the service's."""

    chat: Id
    minor: Annotated[str, Field(pattern=r"^(\d{1,10}(\.\d{1,10}){0,2})?$")] = ""


class HandTo(CallbackData, prefix="hto"):
    """Ask this administrator whether they take the chat over."""

    chat: Id
    person: Id


class ThanksSend(CallbackData, prefix="ths"):
    """Send the thank-you that the dialog keeps, to a chat's donors."""

    chat: Id


class ThanksStop(CallbackData, prefix="tno"):
    """No more thanks by message."""


class SlotTap(_Amount, prefix="slt"):
    """An amount on a slot's card."""

    slot: Id


class SlotOther(CallbackData, prefix="slo"):
    """Another amount for a slot."""

    slot: Id


class SlotDeed(StrEnum):
    """What its creator does with a slot."""

    CARD = "card"
    CHOOSE = "choose"
    NAME = "name"
    CLOSE = "close"


class SlotDo(CallbackData, prefix="sdo"):
    """My own slot."""

    deed: SlotDeed


class SlotProjects(CallbackData, prefix="spl"):
    """A page of the projects a slot may choose from."""

    page: Page


class SlotProject(CallbackData, prefix="spr"):
    """A project for my slot."""

    project: Id


class SlotOpen(CallbackData, prefix="sop"):
    """Open my slot for this project, under the name it has, or else my own."""

    project: Id


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


class PrivacyShown(CallbackData, prefix="pvs"):
    """What others will see of the next gifts."""

    visibility: Visibility


class PrivacyNamed(CallbackData, prefix="pvn"):
    """Whether groups say whose message was tipped; how it is to be, so that two taps are one."""

    on: bool


class PrivacyTold(CallbackData, prefix="pvt"):
    """A kind of message on or off, likewise."""

    kind: SubscriptionKind
    on: bool


class PrivacyDeed(StrEnum):
    """What else one may do about one's own data."""

    SHOW = "show"
    EXPORT = "export"
    ASK_LEAVE = "leave"


class PrivacyDo(CallbackData, prefix="pvd"):
    """Back to the choices, export, or what leaving would mean."""

    deed: PrivacyDeed


class LeaveForGood(CallbackData, prefix="bye"):
    """Leave; of no use to anybody else, or to who left and came back."""

    person: Id


# What may be pressed outside the person's own chat with the bot. A client can send any data for any message it sees,
# so anything else that comes from there was made up, and would turn somebody's post into a card.
IN_PUBLIC: Final = frozenset({TipTap.__prefix__, TipOther.__prefix__})


def prefix_of(data: str | None) -> str:
    """What kind of button this pretends to be."""
    return (data or "").partition(":")[0]
