"""Ways on, and languages."""

from enum import StrEnum

from aiogram.filters.callback_data import CallbackData


class ChooseLanguage(CallbackData, prefix="lng"):
    """One of our languages."""

    language: str


class HomeDeed(StrEnum):
    """Ways on from an answer that has nothing else to offer."""

    GIVE = "give"
    CHARITY = "charity"
    LEAVE = "leave"
    SEARCH = "search"
    NOTHING = "nothing"


class Home(CallbackData, prefix="hom"):
    """A way on; LEAVE ends the dialog, NOTHING is a label that looks like a button."""

    deed: HomeDeed
