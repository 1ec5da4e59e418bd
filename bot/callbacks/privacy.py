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


class PrivacyFewer(CallbackData, prefix="pvf"):
    """At most one a week of a kind that is on, or all of them."""

    kind: SubscriptionKind
    on: bool


class PrivacyClock(CallbackData, prefix="pvc"):
    """The clock one lives by, by its name in the tz database; empty: the operator's."""

    zone: str = ""


class PrivacyDeed(StrEnum):
    """What else one may do about one's own data."""

    SHOW = "show"
    EXPORT = "export"
    ASK_LEAVE = "leave"
    CLOCK = "clock"


class PrivacyDo(CallbackData, prefix="pvd"):
    """Back to the choices, export, or what leaving would mean."""

    deed: PrivacyDeed


class LeaveForGood(CallbackData, prefix="bye"):
    """Leave; of no use to anybody else, or to who left and came back."""

    person: Id
