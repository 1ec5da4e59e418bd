"""Pictures that can't be had."""

from giving.errors.base import GivingError


class PictureFailed(GivingError):
    """It could not be drawn now; nothing else is the matter."""

    message_key = "error-picture-failed"
