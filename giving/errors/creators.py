"""What creators are refused: about their chats, their slots, and the thanks they write."""

from giving.errors.base import GivingError


class PresetsNotUnderstood(GivingError):
    """Not one to three amounts; args: least, most (Money)."""

    message_key = "error-presets-not-understood"


class NotAdministrator(GivingError):
    """Only who administers the chat right now may do this; args: chat (str)."""

    message_key = "error-not-administrator"


class BotLacksRights(GivingError):
    """The bot is not in the chat, or may not do what tipping needs; args: chat (str)."""

    message_key = "error-bot-lacks-rights"


class ChatUnknown(GivingError):
    """The bot has never been in this chat."""

    message_key = "error-chat-unknown"


class ChatNotYours(GivingError):
    """No chat that the bot is in and this person administers; doesn't say which of the two it lacks."""

    message_key = "error-chat-not-yours"


class NotCreator(GivingError):
    """Only who switched tipping on in the chat may do this, as long as they administer it; args: chat (str)."""

    message_key = "error-not-creator"


class HandoverOver(GivingError):
    """Nobody is asked to take this chat over any more, or somebody else has."""

    message_key = "error-handover-over"


class SlotUnknown(GivingError):
    """No such slot, or it was closed."""

    message_key = "error-slot-unknown"


class NameNeeded(GivingError):
    """A slot needs a name that can be read."""

    message_key = "error-name-needed"


class ThanksTooSoon(GivingError):
    """One thank-you a week; args: at (datetime), from when on the next may go."""

    message_key = "error-thanks-too-soon"


class NobodyToThank(GivingError):
    """No donor of this chat wishes to be thanked by message; args: chat (str)."""

    message_key = "error-nobody-to-thank"


class RankingUnknown(GivingError):
    """No ranking at this address, or of what has not begun."""

    message_key = "error-ranking-unknown"


class ThanksPostOver(GivingError):
    """This thank-you was published already, or another one took its place."""

    message_key = "error-thanks-post-over"


class NobodyToThankHere(GivingError):
    """Nobody gave in the chat since the last thank-you; args: chat (str)."""

    message_key = "error-nobody-to-thank-here"


class MayNotPost(GivingError):
    """The bot may not write in the chat; args: chat (str)."""

    message_key = "error-may-not-post"
