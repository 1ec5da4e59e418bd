"""What every keyboard is made of, and the buttons that stand under many."""

from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot import callbacks as cb
from services.links import Links
from services.projects import Page
from texts import Texts

Rows = list[list[InlineKeyboardButton]]
AMOUNTS_IN_A_ROW: Final = 4
NAME_ON_BUTTON: Final = 12
TITLE_ON_BUTTON: Final = 28


def tap(text: str, data: CallbackData) -> InlineKeyboardButton:
    """A button that asks the bot."""
    return InlineKeyboardButton(text=text, callback_data=data.pack())


def opens(text: str, url: str) -> InlineKeyboardButton:
    """A button that opens a page or a chat."""
    return InlineKeyboardButton(text=text, url=url)


def leads_to_page(url: str) -> bool:
    """Whether a button may open it: Telegram refuses the addresses that are for other apps' scanners (weixin://)."""
    return urlsplit(url).scheme in ("http", "https", "tg")


def keyboard(rows: Rows) -> InlineKeyboardMarkup:
    """The rows that have buttons."""
    return InlineKeyboardMarkup(inline_keyboard=[row for row in rows if row])


def my_gifts(texts: Texts, language: str) -> InlineKeyboardButton:
    """To all my gifts, in a new message."""
    return tap(texts.plain(language, "button-my-gifts"), cb.GiftsPage(fresh=True))


def languages(texts: Texts, current: str) -> InlineKeyboardMarkup:
    """Every language in its own words."""
    return keyboard(
        [
            [
                tap(
                    ("✓ " if code == current else "") + texts.plain(code, "language-name"),
                    cb.ChooseLanguage(language=code),
                )
            ]
            for code in texts.languages
        ]
    )


def home(texts: Texts, language: str) -> InlineKeyboardMarkup:
    """What one can do next."""
    return keyboard(
        [
            [give(texts, language), my_gifts(texts, language)],
            [tap(texts.plain(language, "button-creators"), cb.Home(deed=cb.HomeDeed.CHARITY))],
        ]
    )


def give(texts: Texts, language: str) -> InlineKeyboardButton:
    """To the projects, in a new message."""
    return tap(texts.plain(language, "button-give"), cb.Home(deed=cb.HomeDeed.GIVE))


def give_monthly(texts: Texts, language: str, what: UUID, *, fresh: bool = False) -> InlineKeyboardButton:
    """To giving to this project (slot, post) every month; `fresh`: in a new message."""
    return tap(texts.plain(language, "button-monthly"), cb.PledgeNew(what=what, fresh=fresh))


def add_bot(texts: Texts, links: Links, language: str) -> Rows:
    """The way into a channel, with the rights that are needed; nothing until the bot knows its name."""
    url = links.add_to_channel()
    return [[opens(texts.plain(language, "button-add-bot"), url)]] if url else []


def add_bot_to_group(texts: Texts, links: Links, language: str) -> Rows:
    """The way into a group; nothing until the bot knows its name."""
    url = links.add_to_group()
    return [[opens(texts.plain(language, "button-add-bot-group"), url)]] if url else []


def leave(texts: Texts, language: str) -> InlineKeyboardMarkup:
    """Out of a dialog."""
    return keyboard([[tap(texts.plain(language, "button-leave"), cb.Home(deed=cb.HomeDeed.LEAVE))]])


def wrapped(buttons: Sequence[InlineKeyboardButton]) -> Rows:
    """A few buttons in each row."""
    return [list(buttons[i : i + AMOUNTS_IN_A_ROW]) for i in range(0, len(buttons), AMOUNTS_IN_A_ROW)]


def page_turns(
    texts: Texts, language: str, page: Page[Any], to: Callable[[int], CallbackData]
) -> list[InlineKeyboardButton]:
    """Newer, where we are, older; nothing if there is one page."""
    if page.pages < 2:
        return []
    here = texts.plain(language, "page-of", number=page.number + 1, pages=page.pages)
    row = [tap(here, cb.Home(deed=cb.HomeDeed.NOTHING))]
    if page.number > 0:
        row.insert(0, tap(texts.plain(language, "button-previous"), to(page.number - 1)))
    if page.number + 1 < page.pages:
        row.append(tap(texts.plain(language, "button-next"), to(page.number + 1)))
    return row
