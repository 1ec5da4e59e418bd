"""What one is told: the question after a first gift, and the way out under each message."""

from aiogram.filters.callback_data import CallbackData

from giving.subscriptions import Often, SubscriptionKind


class Wish(CallbackData, prefix="wsh"):
    """Under the question after a first gift: a kind of message on or off; how it is to be."""

    kind: SubscriptionKind
    on: bool


class WishesDone(CallbackData, prefix="wsd"):
    """The question is answered."""


class Less(CallbackData, prefix="les"):
    """Under what was sent: fewer of this kind, or none. It only ever lessens."""

    kind: SubscriptionKind
    often: Often


class LessUndo(CallbackData, prefix="leu"):
    """Take that back: so often as it was before, if it still is what that tap made it."""

    kind: SubscriptionKind
    often: Often
    made: Often
