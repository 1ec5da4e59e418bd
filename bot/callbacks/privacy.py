"""What others see, what one is told, export, and leaving."""

from enum import StrEnum

from aiogram.filters.callback_data import CallbackData

from bot.callbacks.fields import Id
from giving.people import Visibility
from giving.subscriptions import SubscriptionKind


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
