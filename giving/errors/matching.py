"""Why a pool can't be, or a match not be made."""

from enum import StrEnum

from giving.errors.base import GivingError


class Unsound(StrEnum):
    """What a pool can't be kept to for; messages choose by it."""

    AMOUNT = "amount"
    RULE = "rule"
    CAPS = "caps"
    TITLE = "title"
    SPONSOR = "sponsor"
    SIGNATURE = "signature"
    PROOF = "proof"
    WINDOWS = "windows"
    PARTS = "parts"
    END = "end"
    ORDER = "order"
    OVER = "over"


class PoolUnknown(GivingError):
    """There is no such pool (or it isn't shown)."""

    message_key = "error-pool-unknown"


class PoolNotSound(GivingError):
    """It can't be kept to; args: what (Unsound)."""

    message_key = "error-pool-not-sound"

    def __init__(self, *, what: str) -> None:
        """Raises: ValueError for what is none of `Unsound`."""
        super().__init__(what=Unsound(what))


class PoolCurrency(GivingError):
    """A project it is for takes another currency; args: currency (str) of the pool, wanted (str)."""

    message_key = "error-pool-currency"


class PoolNotDraft(GivingError):
    """It was signed already: what was promised stays as it is."""

    message_key = "error-pool-not-draft"


class PoolNotOpen(GivingError):
    """It is not signed yet, or it is over."""

    message_key = "error-pool-not-open"


class PoolOffDay(GivingError):
    """Its projects or its hours are none of that giving day's: it would add nothing there."""

    message_key = "error-pool-off-day"


class PoolOverpaid(GivingError):
    """More than there is to be paid (or paid back); args: most (Money)."""

    message_key = "error-pool-overpaid"


class PoolEmpty(GivingError):
    """Nothing is left for this gift: of the pool, of its window, or under its caps; or the gift went back."""

    message_key = "error-pool-empty"


class MatchDecided(GivingError):
    """Somebody else decided about it already."""

    message_key = "error-match-decided"
