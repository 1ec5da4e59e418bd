"""Rankings: which board of which week or month, and whether one wishes to be on it."""

from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot.callbacks.fields import Id
from giving.rankings import Board, Span

Back = Annotated[int, Field(ge=0, le=60)]


class RankingShow(CallbackData, prefix="rks"):
    """A board of the week or month so many before this one; `fresh` answers with a new message."""

    board: Board
    span: Span
    back: Back = 0
    fresh: bool = False


class RankingMe(CallbackData, prefix="rkm"):
    """Be shown there, or no longer: how it is to be, so that two taps are one."""

    board: Board
    span: Span
    back: Back = 0
    on: bool


class ThanksPostWrite(CallbackData, prefix="tpw"):
    """Thank everybody in this chat of mine; `own`: in words of my own."""

    chat: Id
    own: bool = False


class ThanksPostSend(CallbackData, prefix="tps"):
    """Publish the thank-you that was shown."""

    post: Id
