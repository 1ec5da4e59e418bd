"""What is refused around monthly donors: their sentences, what projects tell them, invitations, who belongs where."""

from giving.errors.base import GivingError


class NotMonthlyDonor(GivingError):
    """A sentence about giving monthly is written by who does."""

    message_key = "error-not-monthly-donor"


class WhyTooLong(GivingError):
    """More than one sentence; args: most (graphemes)."""

    message_key = "error-why-too-long"


class WhyEmpty(GivingError):
    """Nothing that can be read."""

    message_key = "error-why-empty"


class WhyOver(GivingError):
    """Nothing waits under this button: somebody read it already, or it was rewritten or taken back."""

    message_key = "error-why-over"


class NewsTooLong(GivingError):
    """It does not fit into one message; args: most (graphemes)."""

    message_key = "error-news-too-long"


class NewsEmpty(GivingError):
    """Nothing that can be read."""

    message_key = "error-news-empty"


class NewsOver(GivingError):
    """It was published already, or is not kept any more."""

    message_key = "error-news-over"


class WordsTooLong(GivingError):
    """A name, or an invitation, that does not fit where it would stand; args: most (graphemes)."""

    message_key = "error-words-too-long"


class CallOver(GivingError):
    """This invitation was published already, or another one took its place."""

    message_key = "error-call-over"


class NothingToCallFor(GivingError):
    """No project is chosen in this chat, or it takes no gifts; args: chat (str)."""

    message_key = "error-nothing-to-call-for"
