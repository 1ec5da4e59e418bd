"""A creator's chats: what is given there, their amounts, handing them over, thanking."""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot.callbacks.fields import Id, Page


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
    DAY_CARD_ON = "dayon"
    DAY_CARD_OFF = "dayoff"


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


class HandTo(CallbackData, prefix="hto"):
    """Ask this administrator whether they take the chat over."""

    chat: Id
    person: Id


class ThanksSend(CallbackData, prefix="ths"):
    """Send the thank-you that the dialog keeps, to a chat's donors, or those of one's slot."""

    chat: Id


class ThanksStop(CallbackData, prefix="tno"):
    """No more thanks by message."""
