"""公益爱心位: giving on one, and one's own."""

from enum import StrEnum

from aiogram.filters.callback_data import CallbackData

from bot.callbacks.fields import Amount, Id, Page


class SlotTap(Amount, prefix="slt"):
    """An amount on a slot's card."""

    slot: Id


class SlotOther(CallbackData, prefix="slo"):
    """Another amount for a slot."""

    slot: Id


class SlotDeed(StrEnum):
    """What its creator does with a slot."""

    CARD = "card"
    CHOOSE = "choose"
    NAME = "name"
    CLOSE = "close"
    THANK = "thank"
    PICTURE = "picture"


class SlotDo(CallbackData, prefix="sdo"):
    """My own slot."""

    deed: SlotDeed


class SlotProjects(CallbackData, prefix="spl"):
    """A page of the projects a slot may choose from."""

    page: Page


class SlotProject(CallbackData, prefix="spr"):
    """A project for my slot."""

    project: Id


class SlotOpen(CallbackData, prefix="sop"):
    """Open my slot for this project, under the name it has, or else my own; `sent`: under the one I just sent."""

    project: Id
    sent: bool = False
