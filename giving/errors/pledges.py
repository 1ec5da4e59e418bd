"""What keeps a pledge from being made or changed."""

from giving.errors.base import GivingError


class PledgeTwice(GivingError):
    """They have one for the same already, which can be changed; args: pledge (UUID)."""

    message_key = "error-pledge-twice"


class PledgesMany(GivingError):
    """They have as many as one can have; args: most (int)."""

    message_key = "error-pledges-many"


class PledgeOver(GivingError):
    """It was ended before; a new one can be begun."""

    message_key = "error-pledge-over"


class PledgeChanged(GivingError):
    """What a button said of it is not so any more; nothing was done, and it is to be shown as it is."""

    message_key = "error-pledge-changed"


class PledgeBusy(GivingError):
    """Its instalment is being charged this moment."""

    message_key = "error-pledge-busy"


class PledgePaid(GivingError):
    """The month that was to be left out is paid."""

    message_key = "error-pledge-paid"


class PledgeBelow(GivingError):
    """It can't be paid that way: the rail takes no less (or not at all); args: amount (Money)."""

    message_key = "error-pledge-below"


class PledgeWaits(GivingError):
    """What it was for takes no gifts: first it is chosen where it goes on; args: pledge (UUID)."""

    message_key = "error-pledge-waits"


class PledgeProjects(GivingError):
    """Too few or too many projects to choose among; args: least, most (int)."""

    message_key = "error-pledge-projects"
