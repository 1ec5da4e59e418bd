"""By whose clock somebody lives, as a message: what holds now, a few places, and which of those that were found."""

from collections.abc import Sequence
from datetime import datetime

from aiogram.types import InlineKeyboardButton

from bot import callbacks as cb
from bot import keyboards
from bot.cards import Rendered
from bot.keyboards import Rows, tap
from giving.quiet import QuietHours
from texts import Texts, zones


def clock(texts: Texts, language: str, timezone: str | None, at: datetime, quiet: QuietHours | None) -> Rendered:
    """What holds now; the operator's clock first, then those that many live by."""
    zone = timezone or texts.zone.key
    said = {"place": zones.place(language, zone), "offset": zones.offset(zone, at)}
    if quiet is None:
        text = texts.chat(language, "clock-no-quiet", **said)
    else:
        night = {"begin": f"{quiet.start:%H:%M}", "end": f"{quiet.end:%H:%M}"}
        text = texts.chat(language, "clock", **said, **night)
    here = texts.plain(language, "button-clock-operator", place=zones.city(language, texts.zone.key))
    common = [_place(language, zone, at, zone == timezone) for zone in zones.COMMON if zone != texts.zone.key]
    rows: Rows = [[tap(("✓ " if timezone is None else "") + here, cb.PrivacyClock())], *_pairs(common)]
    return Rendered(text, keyboards.keyboard([*rows, _back(texts, language)]))


def which(texts: Texts, language: str, found: Sequence[str], at: datetime) -> Rendered:
    """More than one place has that name, or begins with it."""
    places = [[_place(language, zone, at, False, country=True)] for zone in found]
    return Rendered(texts.chat(language, "clock-which"), keyboards.keyboard([*places, _back(texts, language)]))


def kept(texts: Texts, language: str, zone: str, at: datetime) -> Rendered:
    """It is so from now on."""
    text = texts.chat(language, "clock-kept", place=zones.place(language, zone), offset=zones.offset(zone, at))
    return Rendered(text, keyboards.keyboard([_back(texts, language)]))


def _place(language: str, zone: str, at: datetime, chosen: bool, *, country: bool = False) -> InlineKeyboardButton:
    name = zones.place(language, zone) if country else zones.city(language, zone)
    words = f"{'✓ ' if chosen else ''}{name} {zones.offset(zone, at)}"
    return tap(words, cb.PrivacyClock(zone=zone))


def _back(texts: Texts, language: str) -> list[InlineKeyboardButton]:
    return [tap(texts.plain(language, "button-clock-back"), cb.PrivacyDo(deed=cb.PrivacyDeed.SHOW))]


def _pairs(buttons: list[InlineKeyboardButton]) -> Rows:
    return [buttons[i : i + 2] for i in range(0, len(buttons), 2)]
