"""What admins are told of giving days, as they read it. Pure: data in, text out."""

from typing import Final

from aiogram.types import InlineKeyboardMarkup

from bot import callbacks as cb
from bot.callbacks import DayDeed, DayView
from bot.cards import Rendered, paragraphs
from bot.keyboards import keyboard, tap
from giving.giving_days import GivingDay
from giving.notices import NoticeKind
from services.giving_days.invitations import invitation_id
from services.giving_days.told import DayTold
from texts import Html, Texts

TOLD: Final = frozenset(
    {NoticeKind.DAY_ASKED, NoticeKind.DAY_INVITE, NoticeKind.DAY_ALONE, NoticeKind.DAY_DRAFTED, NoticeKind.DAY_LESS}
)
CONFIRMED: Final = frozenset({NoticeKind.DAY_ASKED, NoticeKind.DAY_INVITE})  # what a second admin says yes to


def told(texts: Texts, language: str, kind: NoticeKind, news: DayTold) -> Rendered:
    """Which day, what is asked or has happened, and where to go from here."""
    day = news.day
    about = {"title": day.title(language), "starts": day.starts_at, "ends": day.ends_at}
    match kind:
        case NoticeKind.DAY_ASKED:
            who = news.asker.name if news.asker is not None else ""
            text = texts.chat(language, "day-asked", **about, who=who, people=news.people)
        case NoticeKind.DAY_INVITE:
            who = news.asker.name if news.asker is not None else ""
            text = texts.chat(language, "day-invite-waits", **about, who=who, people=news.people,
                              named=int(bool(who)))  # fmt: skip
        case NoticeKind.DAY_ALONE:
            cast = Html(str(invitation_id(day.id)))  # to be copied: without the marks around words of people
            text = texts.chat(language, "day-invite-alone", **about, cast=cast, people=news.people)
        case NoticeKind.DAY_DRAFTED:
            text = texts.chat(language, "day-drafted", **about)
        case _:
            closed = ", ".join(project.title(language) for project in news.closed)
            left = len(news.day.projects) - len(news.closed)
            text = texts.chat(language, "day-less", **about, closed=closed, left=left)
    return Rendered(paragraphs(text, texts.chat(language, "day-where")), _ways(texts, language, kind, day))


def _ways(texts: Texts, language: str, kind: NoticeKind, day: GivingDay) -> InlineKeyboardMarkup:
    """To what is to be confirmed, just as everybody will see it; or to the day's card."""
    if kind in CONFIRMED:
        tongue = language if language in texts.languages else texts.default
        look = cb.DayPreview(day=day.id, view=DayView.AUDIENCE, language=tongue)
        return keyboard([[tap(texts.plain(language, "button-day-preview"), look)]])
    return keyboard([[tap(texts.plain(language, "button-day-card"), cb.DayDo(day=day.id, deed=DayDeed.CARD))]])
