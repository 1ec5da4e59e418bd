"""What somebody may not do, or not so fast."""

from giving.errors.base import GivingError


class NotAllowed(GivingError):
    """The person's role does not allow this."""

    message_key = "error-not-allowed"


class RoleNotGrantable(GivingError):
    """Nobody can be given this role: owners stand in the settings, creators are who runs a chat; args: roles (str)."""

    message_key = "error-role-not-grantable"


class PersonUnknown(GivingError):
    """Nobody by this id has talked to the bot."""

    message_key = "error-person-unknown"


class ClockUnknown(GivingError):
    """The tz database has no clock of this name, or no place that somebody typed."""

    message_key = "error-clock-unknown"


class TooFast(GivingError):
    """More taps or commands than anybody means; args: seconds (int), how long to wait."""

    message_key = "error-too-fast"


class TooManyHere(GivingError):
    """More taps and commands in one chat than one chat may take; args: seconds (int)."""

    message_key = "error-too-many-here"
