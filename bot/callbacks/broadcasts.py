"""/broadcast: writing one, looking at it, starting it, and what can be done while it goes."""

from enum import StrEnum

from aiogram.filters.callback_data import CallbackData

from bot.callbacks.fields import Id, Page
from giving.subscriptions import SubscriptionKind


class CastKind(CallbackData, prefix="bck"):
    """What kind of message it will be."""

    kind: SubscriptionKind


class SegmentPart(StrEnum):
    """What narrows down who it goes to."""

    LAST_MONTH = "month"
    LAPSED = "lapsed"
    CREATORS = "creators"
    PROJECT = "project"
    COUNTRY = "country"
    ZH = "zh"
    EN = "en"


class CastSegment(CallbackData, prefix="bcs"):
    """A part of the segment on or off; PROJECT and COUNTRY are chosen from lists, and only taken out by this."""

    part: SegmentPart
    on: bool


class CastProjects(CallbackData, prefix="bcl"):
    """The projects, to choose whose donors it goes to."""

    page: Page = 0


class CastProject(CallbackData, prefix="bcp"):
    """To the donors of this one."""

    project: Id


class CastCountry(CallbackData, prefix="bcc"):
    """To those whose clock is of this country; empty, on messages older than the pages: show which there are."""

    country: str = ""


class CastCountries(CallbackData, prefix="bcn"):
    """The countries readers live in, to choose one."""

    page: Page = 0


class CastStep(StrEnum):
    """While it is written."""

    NEW = "new"
    SEGMENT = "segment"
    WORDS = "words"
    SKIP_WORDS = "skip_words"
    NO_BUTTONS = "no_buttons"


class CastDeed(StrEnum):
    """What can be done with one that is kept."""

    LIST = "list"
    SHOW = "show"
    LOOK = "look"
    TEST = "test"
    EDIT_ZH = "edit_zh"
    EDIT_EN = "edit_en"
    PAUSE = "pause"
    RESUME = "resume"
    ASK_CANCEL = "ask_cancel"
    CANCEL = "cancel"
    REPORT = "report"


class CastDo(CallbackData, prefix="bcd"):
    """One of these; `cast` is the broadcast."""

    deed: CastDeed
    cast: Id


class EditAct(StrEnum):
    """What is decided about other words for one that was started."""

    USE = "u"
    ASK = "a"
    KEEP = "k"


class CastEdit(CallbackData, prefix="bce"):
    """One of these, about exactly the words that were shown (`edit`)."""

    act: EditAct
    cast: Id
    edit: Id


class CastGo(CallbackData, prefix="bcg"):
    """A step of writing a new one, or the list of them."""

    step: CastStep


class CastStart(CallbackData, prefix="bcx"):
    """Let it go as it was shown (`version`), ask for a second word (`ask`), or give it (`confirm`).

    With `stars` at the paid rate, for at most so many; -1: at the free one. `people`: how many were shown above it.
    """

    cast: Id
    version: int
    stars: int = -1
    ask: bool = False
    confirm: bool = False
    people: int = 0
