"""Why a payment is not begun or not gone on with: by its rail, its guard, or its invoice."""

from giving.errors.base import GivingError


class NoRail(GivingError):
    """The rail that was asked can't carry this; args: rail (str); tip (UUID) and ways (tuple of Way), where others can.

    Without `ways` none that is switched on carries this amount to this organisation.
    """

    message_key = "error-no-rail"

    def __init__(self, **args: object) -> None:
        """Say as well how many others there are to choose from."""
        ways = args.get("ways")
        super().__init__(choice=len(ways) if isinstance(ways, tuple) else 0, **args)


class RailUnknown(GivingError):
    """No rail of this name that organisations have accounts with; args: rails (str)."""

    message_key = "error-rail-unknown"


class RailUnavailable(GivingError):
    """The payment provider did not answer; nothing was charged, trying again is safe."""

    message_key = "error-rail-unavailable"


class PayingTooOften(GivingError):
    """Too many of this person's payments failed; never says why they did; args: minutes (int)."""

    message_key = "error-paying-too-often"


class MinimumRaised(GivingError):
    """While a rail is attacked it takes larger gifts only; args: least (Money), minutes (int)."""

    message_key = "error-minimum-raised"


class PayingPaused(GivingError):
    """A rail is attacked so much that nothing is asked of it for a while; args: minutes (int)."""

    message_key = "error-paying-paused"


class InvoiceNotYours(GivingError):
    """An invoice that was made for somebody else, who passed it on."""

    message_key = "error-invoice-not-yours"


class InvoiceOutdated(GivingError):
    """An invoice that says something else than what it was made for, or is for nothing we know."""

    message_key = "error-invoice-outdated"
