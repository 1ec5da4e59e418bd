"""Why nothing can be given on a post, or by a command in a group."""

from giving.errors.base import GivingError


class PostUnknown(GivingError):
    """The post was never enabled for tipping, or is not ours."""

    message_key = "error-post-unknown"


class TippingOff(GivingError):
    """The creator has switched tipping off; args: chat (str), and project (Project) where the post's is known."""

    message_key = "error-tipping-off"


class TipNeedsReply(GivingError):
    """/tip in a group, but as an answer to nothing."""

    message_key = "error-tip-needs-reply"


class NotTippable(GivingError):
    """The message was not written by anybody: the bot's own, or Telegram's about the group."""

    message_key = "error-not-tippable"


class TippingNotOn(GivingError):
    """Nobody has switched tipping on in this group; args: chat (str)."""

    message_key = "error-tipping-not-on"


class TipInChannel(GivingError):
    """The post has its buttons in the channel; /tip with an amount works here too."""

    message_key = "error-tip-in-channel"


class BotNotInGroup(GivingError):
    """The bot is not in the group, or may not write there; args: chat (str)."""

    message_key = "error-bot-not-in-group"


class TippingPaused(TippingOff):
    """Tipping rests in this chat; args as there."""

    message_key = "error-tipping-paused"


class PostGone(TippingOff):
    """Telegram has the post no longer, or not for us; args as there."""

    message_key = "error-post-gone"
