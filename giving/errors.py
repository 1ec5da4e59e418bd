"""What can be refused, and why: each error knows the message (locales/*/errors.ftl) that the person sees."""

from typing import ClassVar


class GivingError(Exception):
    """A refusal with words for the person it concerns; rendered by bot/errors.py and web/errors.py alone."""

    message_key: ClassVar[str] = "error-unknown"

    def __init__(self, **args: object) -> None:
        """Keep `args` for the message: Money, str, int, datetime, or a Project (said by its title)."""
        super().__init__(self.message_key)
        self.args_for_message = args

    def __str__(self) -> str:
        """Name the refusal for logs, without its arguments (they may hold a person's words)."""
        return self.message_key


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


class PresetsNotUnderstood(GivingError):
    """Not one to three amounts; args: least, most (Money)."""

    message_key = "error-presets-not-understood"


class OrganisationUnknown(GivingError):
    """No organisation by this name."""

    message_key = "error-organisation-unknown"


class RailUnknown(GivingError):
    """No rail of this name that organisations have accounts with; args: rails (str)."""

    message_key = "error-rail-unknown"


class UndoOver(GivingError):
    """It was given more than half an hour ago: an admin decides whether it goes back."""

    message_key = "error-undo-over"


class RefundTooLate(GivingError):
    """Its rail gives nothing back any more; args: days (int), for how long it does."""

    message_key = "error-refund-too-late"


class NoRail(GivingError):
    """The rail that was asked can't carry this; args: rail (str); tip (UUID) and ways (tuple of Way), where others can.

    Without `ways` none that is switched on carries this amount to this organisation.
    """

    message_key = "error-no-rail"

    def __init__(self, **args: object) -> None:
        """Say as well how many others there are to choose from."""
        ways = args.get("ways")
        super().__init__(choice=len(ways) if isinstance(ways, tuple) else 0, **args)


class TabWaits(NoRail):
    """No rail that is switched on, and that the organisation is connected to, can settle the tab now."""

    message_key = "error-tab-waits"


class TabBelow(NoRail):
    """What stands on the tab is less than its rail carries: it is carried on; args: least (Money)."""

    message_key = "error-tab-below"


class TabChanged(GivingError):
    """What a button said of a tab is not so any more; nothing was done, and the tab is to be shown as it is."""

    message_key = "error-tab-changed"


class TabBusy(GivingError):
    """A saved method is being charged for it this moment."""

    message_key = "error-tab-busy"


class ProjectClosed(GivingError):
    """No new gifts for this project; args: project (Project), alternatives (tuple of open ProjectCard)."""

    message_key = "error-project-closed"


class ProjectUnknown(GivingError):
    """No project by this id or name."""

    message_key = "error-project-unknown"


class NotYours(GivingError):
    """Somebody else's tip, gift or dialog; says nothing about it."""

    message_key = "error-not-yours"


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


class TipNotOpen(GivingError):
    """The tip was paid or cancelled before."""

    message_key = "error-tip-not-open"


class NotRefundable(GivingError):
    """This gift can't be taken back (any more, or by its giver)."""

    message_key = "error-not-refundable"


class AlreadyReturned(GivingError):
    """The gift was given back, or is on its way: there is nothing more to do."""

    message_key = "error-already-returned"


class RefundDelayed(GivingError):
    """The wish to have it back is recorded, but the provider does not answer; it is asked again until it does."""

    message_key = "error-refund-delayed"


class NotSaved(GivingError):
    """The books can't be written at the moment (the database is away, locked or full); nothing was changed."""

    message_key = "error-not-saved"


class RailUnavailable(GivingError):
    """The payment provider did not answer; nothing was charged, trying again is safe."""

    message_key = "error-rail-unavailable"


class NotAllowed(GivingError):
    """The person's role does not allow this."""

    message_key = "error-not-allowed"


class RoleNotGrantable(GivingError):
    """Nobody can be given this role: owners stand in the settings, creators are who runs a chat; args: roles (str)."""

    message_key = "error-role-not-grantable"


class PersonUnknown(GivingError):
    """Nobody by this id has talked to the bot."""

    message_key = "error-person-unknown"


class GivingElsewhere(GivingError):
    """No way to pay is set up here; args: project (Project), url (the project's own designated page)."""

    message_key = "error-giving-elsewhere"


class TooFast(GivingError):
    """More taps or commands than anybody means; args: seconds (int), how long to wait."""

    message_key = "error-too-fast"


class TooManyHere(GivingError):
    """More taps and commands in one chat than one chat may take; args: seconds (int)."""

    message_key = "error-too-many-here"


class PayingTooOften(GivingError):
    """Too many of this person's payments failed; never says why they did; args: minutes (int)."""

    message_key = "error-paying-too-often"


class MinimumRaised(GivingError):
    """While a rail is attacked it takes larger gifts only; args: least (Money), minutes (int)."""

    message_key = "error-minimum-raised"


class PayingPaused(GivingError):
    """A rail is attacked so much that nothing is asked of it for a while; args: minutes (int)."""

    message_key = "error-paying-paused"


class TabEmpty(GivingError):
    """Nothing stands on the tab that could be paid now."""

    message_key = "error-tab-empty"


class MonthlyLimit(GivingError):
    """They promised as much this month as they want to; args: limit (Money), left (Money)."""

    message_key = "error-monthly-limit"


class InvoiceNotYours(GivingError):
    """An invoice that was made for somebody else, who passed it on."""

    message_key = "error-invoice-not-yours"


class InvoiceOutdated(GivingError):
    """An invoice that says something else than what it was made for, or is for nothing we know."""

    message_key = "error-invoice-outdated"
