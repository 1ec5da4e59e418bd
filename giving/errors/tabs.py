"""What keeps a tab from being settled, or from taking more."""

from giving.errors.base import GivingError
from giving.errors.paying import NoRail


class TabWaits(NoRail):
    """No rail that is switched on, and that the organisation is connected to, can settle the tab now."""

    message_key = "error-tab-waits"


class TabBelow(NoRail):
    """What stands on the tab is less than its rail carries: it is carried on; args: least (Money)."""

    message_key = "error-tab-below"


class TabChanged(GivingError):
    """What a button said of a tab is not so any more; nothing was done, and the tab is to be shown as it is."""

    message_key = "error-tab-changed"


class TabBusy(GivingError):
    """A saved method is being charged for it this moment."""

    message_key = "error-tab-busy"


class TabEmpty(GivingError):
    """Nothing stands on the tab that could be paid now."""

    message_key = "error-tab-empty"


class MonthlyLimit(GivingError):
    """They promised as much this month as they want to; args: limit (Money), left (Money)."""

    message_key = "error-monthly-limit"
