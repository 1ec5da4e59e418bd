"""What buttons carry: opaque ids of 22 characters, at most 64 bytes; the handler asks again who may do what.

A client can send any data for a button it sees, so nothing here is trusted: amounts are held to the limits, posts to
the message the button stands under, and services ask whose tip or chat it is.
"""

from types import ModuleType
from typing import Final

from aiogram.filters import callback_data

from bot.callbacks import broadcasts, chats, giving, giving_days, privacy, rankings, slots
from bot.callbacks.broadcasts import (
    CastCountries,
    CastCountry,
    CastDeed,
    CastDo,
    CastEdit,
    CastGo,
    CastKind,
    CastProject,
    CastProjects,
    CastSegment,
    CastStart,
    CastStep,
    EditAct,
    SegmentPart,
)
from bot.callbacks.chats import (
    ChatConfirm,
    ChatDeed,
    ChatDo,
    ChatFind,
    ChatList,
    ChatPage,
    ChatPresets,
    ChatProject,
    ChatProjects,
    HandTo,
    ThanksSend,
    ThanksStop,
)
from bot.callbacks.codes import TabCode, TipCode
from bot.callbacks.days import DayNews
from bot.callbacks.giving import (
    BackOf,
    BackPage,
    GiftsPage,
    GiveCard,
    GiveList,
    GiveOther,
    GiveTap,
    RefundDecide,
    RefundWish,
    TakeBack,
    TipDeed,
    TipDo,
    TipOther,
    TipShown,
    TipTap,
    tip_tapped,
)
from bot.callbacks.giving_days import (
    DayAsk,
    DayAudience,
    DayConfirm,
    DayDeed,
    DayDo,
    DayField,
    DayList,
    DayLonger,
    DayNew,
    DayNth,
    DayPool,
    DayPreview,
    DayProject,
    DayProjects,
    DayProjectsDone,
    DayPublish,
    DayRule,
    DaySure,
    DayTime,
    DayView,
    DayWipe,
    DayWish,
)
from bot.callbacks.home import ChooseLanguage, Home, HomeDeed
from bot.callbacks.matching import MatchAll, MatchAllSure, MatchDecide, MatchesHeld
from bot.callbacks.privacy import (
    LeaveForGood,
    PrivacyClock,
    PrivacyDeed,
    PrivacyDo,
    PrivacyFewer,
    PrivacyNamed,
    PrivacyShown,
    PrivacyTold,
)
from bot.callbacks.rankings import RankingMe, RankingShow, ThanksPostSend, ThanksPostWrite
from bot.callbacks.slots import SlotDeed, SlotDo, SlotOpen, SlotOther, SlotProject, SlotProjects, SlotTap
from bot.callbacks.subscriptions import Less, LessUndo, Wish, WishesDone
from bot.callbacks.tabs import (
    MethodForget,
    PromiseOff,
    TabPage,
    TabPay,
    TabRound,
    TabSave,
    TabShow,
    TabSkip,
    TabsPay,
    TabTerms,
    TermsOf,
    TipRail,
)

__all__ = [
    "IN_PUBLIC",
    "OF_BROADCASTS",
    "OF_CHATS",
    "OF_DAYS",
    "OF_GIVING",
    "OF_PRIVACY",
    "OF_RANKINGS",
    "OF_SLOTS",
    "BackOf",
    "BackPage",
    "CastCountries",
    "CastCountry",
    "CastDeed",
    "CastDo",
    "CastEdit",
    "CastGo",
    "CastKind",
    "CastProject",
    "CastProjects",
    "CastSegment",
    "CastStart",
    "CastStep",
    "ChatConfirm",
    "ChatDeed",
    "ChatDo",
    "ChatFind",
    "ChatList",
    "ChatPage",
    "ChatPresets",
    "ChatProject",
    "ChatProjects",
    "ChooseLanguage",
    "DayAsk",
    "DayAudience",
    "DayConfirm",
    "DayDeed",
    "DayDo",
    "DayField",
    "DayList",
    "DayLonger",
    "DayNew",
    "DayNews",
    "DayNth",
    "DayPool",
    "DayPreview",
    "DayProject",
    "DayProjects",
    "DayProjectsDone",
    "DayPublish",
    "DayRule",
    "DaySure",
    "DayTime",
    "DayView",
    "DayWipe",
    "DayWish",
    "EditAct",
    "GiftsPage",
    "GiveCard",
    "GiveList",
    "GiveOther",
    "GiveTap",
    "HandTo",
    "Home",
    "HomeDeed",
    "LeaveForGood",
    "Less",
    "LessUndo",
    "MatchAll",
    "MatchAllSure",
    "MatchDecide",
    "MatchesHeld",
    "MethodForget",
    "PrivacyClock",
    "PrivacyDeed",
    "PrivacyDo",
    "PrivacyFewer",
    "PrivacyNamed",
    "PrivacyShown",
    "PrivacyTold",
    "PromiseOff",
    "RankingMe",
    "RankingShow",
    "RefundDecide",
    "RefundWish",
    "SegmentPart",
    "SlotDeed",
    "SlotDo",
    "SlotOpen",
    "SlotOther",
    "SlotProject",
    "SlotProjects",
    "SlotTap",
    "TabCode",
    "TabPage",
    "TabPay",
    "TabRound",
    "TabSave",
    "TabShow",
    "TabSkip",
    "TabTerms",
    "TabsPay",
    "TakeBack",
    "TermsOf",
    "ThanksPostSend",
    "ThanksPostWrite",
    "ThanksSend",
    "ThanksStop",
    "TipCode",
    "TipDeed",
    "TipDo",
    "TipOther",
    "TipRail",
    "TipShown",
    "TipTap",
    "Wish",
    "WishesDone",
    "prefix_of",
    "tip_tapped",
]

# What may be pressed outside the person's own chat with the bot. A client can send any data for any message it sees,
# so anything else that comes from there was made up, and would turn somebody's post into a card.
IN_PUBLIC: Final = frozenset({TipTap.__prefix__, TipOther.__prefix__})


def _prefixes(feature: ModuleType) -> frozenset[str]:
    here = (kind for kind in vars(feature).values() if isinstance(kind, type) and kind.__module__ == feature.__name__)
    return frozenset(kind.__prefix__ for kind in here if issubclass(kind, callback_data.CallbackData))


# Buttons by feature: one of another feature ends what somebody was asked.
OF_BROADCASTS: Final = _prefixes(broadcasts)
OF_CHATS: Final = _prefixes(chats)
OF_DAYS: Final = _prefixes(giving_days)
OF_GIVING: Final = _prefixes(giving)
OF_PRIVACY: Final = _prefixes(privacy)
OF_RANKINGS: Final = _prefixes(rankings)
OF_SLOTS: Final = _prefixes(slots)


def prefix_of(data: str | None) -> str:
    """What kind of button this pretends to be."""
    return (data or "").partition(":")[0]
