"""Why a gift does not go back, or not yet."""

from giving.errors.base import GivingError


class UndoOver(GivingError):
    """It was given more than half an hour ago: an admin decides whether it goes back."""

    message_key = "error-undo-over"


class RefundTooLate(GivingError):
    """Its rail gives nothing back any more; args: days (int), for how long it does."""

    message_key = "error-refund-too-late"


class NotRefundable(GivingError):
    """This gift can't be taken back (any more, or by its giver)."""

    message_key = "error-not-refundable"


class AlreadyReturned(GivingError):
    """The gift was given back, or is on its way: there is nothing more to do."""

    message_key = "error-already-returned"


class RefundDelayed(GivingError):
    """The wish to have it back is recorded, but the provider does not answer; it is asked again until it does."""

    message_key = "error-refund-delayed"
