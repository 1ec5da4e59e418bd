"""Monthly donors: who gives through or to whom, inviting them, why they give, and what projects tell them."""

from aiogram.filters.callback_data import CallbackData

from bot.callbacks.fields import Id, Page
from giving.whys import Refusal


class CircleShow(CallbackData, prefix="cir"):
    """My monthly donors, as a creator; `fresh` answers with a new message."""

    fresh: bool = False


class CallAsk(CallbackData, prefix="cla"):
    """Invite followers to give monthly: where?"""


class CallWrite(CallbackData, prefix="clw"):
    """Invite them in this chat of mine; `own`: in words of my own."""

    chat: Id
    own: bool = False


class CallSend(CallbackData, prefix="csn"):
    """Publish the invitation that was shown."""

    call: Id


class OrgCircles(CallbackData, prefix="ocs"):
    """Whose monthly donors?"""


class OrgCircle(CallbackData, prefix="oci"):
    """An organisation's monthly donors."""

    organisation: Id


class OrgRenew(CallbackData, prefix="ocr"):
    """Another address for my page of them; the one I had leads nowhere any more."""

    organisation: Id


class WhyList(CallbackData, prefix="wyl"):
    """Why I give monthly: my projects; `fresh` answers with a new message."""

    fresh: bool = False


class WhyAsk(CallbackData, prefix="wya"):
    """Write it for this project."""

    project: Id


class WhyBack(CallbackData, prefix="wyb"):
    """Take back what I wrote for this project."""

    project: Id


class WhyQueue(CallbackData, prefix="wyq"):
    """What waits for a reviewer now."""


class WhyShow(CallbackData, prefix="wys"):
    """It may be shown."""

    why: Id


class WhyReasons(CallbackData, prefix="wyr"):
    """It may not: for which reason?"""

    why: Id


class WhyRefuse(CallbackData, prefix="wyx"):
    """It may not, for this reason."""

    why: Id
    reason: Refusal


class WhysOn(CallbackData, prefix="wyo"):
    """Those that stand on projects' pages."""

    page: Page = 0


class WhyDown(CallbackData, prefix="wyd"):
    """It shall stand there no longer: for which reason?"""

    why: Id


class WhyDownFor(CallbackData, prefix="wyz"):
    """For this reason."""

    why: Id
    reason: Refusal


class NewsAsk(CallbackData, prefix="nwa"):
    """Tell something of this project."""

    project: Id


class NewsSend(CallbackData, prefix="nws"):
    """Publish what was shown."""

    update: Id
