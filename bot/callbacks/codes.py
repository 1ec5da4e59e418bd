"""Codes that are scanned to pay."""

from aiogram.filters.callback_data import CallbackData

from bot.callbacks.fields import Id


class TipCode(CallbackData, prefix="qrt"):
    """Send the code that pays this tip."""

    tip: Id


class TabCode(CallbackData, prefix="qrb"):
    """Send the code that pays what is asked for on this tab."""

    tab: Id
