"""What proves and looks back at giving: certificates, years, statements."""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot.callbacks.fields import Id, Page

YearNumber = Annotated[int, Field(ge=2000, le=9999)]


class CertificateList(CallbackData, prefix="cel"):
    """My certificates; `fresh` answers with a new message."""

    page: Page = 0
    fresh: bool = False


class CertificateDeed(StrEnum):
    """What one may do with one's own: see the picture (again), have it for printing, or decide on the name."""

    SHOW = "show"
    PDF = "pdf"
    NAME = "name"
    CHAT_NAME = "chat"  # as I am called here
    NOBODY = "nobody"  # 爱心人士


class CertificateDo(CallbackData, prefix="cer"):
    """A deed with one of mine."""

    certificate: Id
    deed: CertificateDeed


class RecapShow(CallbackData, prefix="rcp"):
    """My year, in a new message; `called`: what was given because I called for it."""

    year: YearNumber
    called: bool = False


class RecapPublic(CallbackData, prefix="rcs"):
    """Whoever has the link may see my year (what that shows is said first), or no longer."""

    year: YearNumber
    on: bool


class RecapOpen(CallbackData, prefix="rco"):
    """Yes, make the page: with my name or without."""

    year: YearNumber
    named: bool


class StatementFor(CallbackData, prefix="stm"):
    """A statement of this year; 0: of this year so far."""

    year: Annotated[int, Field(ge=0, le=9999)]
