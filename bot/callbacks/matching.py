"""What is held of matching funds."""

from aiogram.filters.callback_data import CallbackData

from bot.callbacks.fields import Id


class MatchDecide(CallbackData, prefix="mtd"):
    """Match it after all, or never."""

    match: Id
    yes: bool


class MatchesHeld(CallbackData, prefix="mth"):
    """What waits now."""
