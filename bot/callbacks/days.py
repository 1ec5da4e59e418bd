"""What is pressed under messages about giving days that are over."""

from aiogram.filters.callback_data import CallbackData

from bot.callbacks.fields import Id


class DayNews(CallbackData, prefix="dnw"):
    """Tell me of the next giving days, or not; how it is to be, so that two taps are one. `day`: of the message."""

    day: Id
    on: bool
