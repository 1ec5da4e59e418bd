"""What is wrong with a tip: its amount, its currency, whose it is, how far it has come."""

from giving.errors.base import GivingError


class AmountNotUnderstood(GivingError):
    """The text is no amount; args: least, most (Money)."""

    message_key = "error-amount-not-understood"


class TipTooSmall(GivingError):
    """Below the least; args: least, most (Money)."""

    message_key = "error-tip-too-small"


class TipTooLarge(GivingError):
    """Above the most; args: least, most (Money)."""

    message_key = "error-tip-too-large"


class WrongCurrency(GivingError):
    """The project takes another currency; args: currency (str)."""

    message_key = "error-wrong-currency"


class TipNotOpen(GivingError):
    """The tip was paid or cancelled before."""

    message_key = "error-tip-not-open"


class NotYours(GivingError):
    """Somebody else's tip, gift or dialog; says nothing about it."""

    message_key = "error-not-yours"
