"""What keeps a broadcast from being written, changed or sent."""

from giving.errors.base import GivingError


class BroadcastUnknown(GivingError):
    """There is none by this id."""

    message_key = "error-broadcast-unknown"


class BroadcastNotNow(GivingError):
    """Its state does not allow it; args: state (BroadcastState)."""

    message_key = "error-broadcast-not-now"


class BroadcastChanged(GivingError):
    """It is not any more what was shown; it is to be shown again before it goes."""

    message_key = "error-broadcast-changed"


class AudienceGrown(GivingError):
    """Far more people would get it than were shown; args: people, shown (int)."""

    message_key = "error-audience-grown"


class BroadcastEmpty(GivingError):
    """It says nothing, in some language it is written in."""

    message_key = "error-broadcast-empty"


class BroadcastTooLong(GivingError):
    """More than one message of Telegram's holds; args: most (int), in characters."""

    message_key = "error-broadcast-too-long"


class ButtonsWrong(GivingError):
    """A button says nothing, or too much, or leads nowhere, or there are too many; args: most (int)."""

    message_key = "error-broadcast-buttons"


class SegmentWrong(GivingError):
    """Nobody can be in it; args: said (str)."""

    message_key = "error-segment-wrong"


class NobodyListens(GivingError):
    """Nobody in the segment asked for this kind of message."""

    message_key = "error-nobody-listens"


class PaidRateOff(GivingError):
    """The paid rate is not switched on in the settings."""

    message_key = "error-paid-rate-off"


class PriceNotConfirmed(GivingError):
    """The paid rate costs more than was confirmed; args: stars (int)."""

    message_key = "error-price-not-confirmed"


class NobodyElse(GivingError):
    """There is no other admin who could confirm it."""

    message_key = "error-nobody-else"
