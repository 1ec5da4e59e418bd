"""`main.py doctor`: is everything there that a run needs? Looks, asks, changes nothing; loads no aiogram."""

import asyncio
import re
from typing import Final

from launch.doctor.checks import NAMES, Check, Examination, Status
from launch.doctor.machine import fonts, rails, settings_read
from launch.doctor.network import SET_TOKEN, TELEGRAM_CHECKS, silent_rails, telegram
from settings import Settings

DATABASE_WITHIN_S: Final = 5.0
DATABASE_WITHIN_OFFLINE_S: Final = 1.2


def unreadable(problems: str) -> Examination:
    """What is left to say when the settings can't be read."""
    rest = [Check(name, Status.SKIPPED, "the settings come first") for name in NAMES[1:]]
    return Examination([Check("settings", Status.FAIL, problems.splitlines()[0], problems), *rest])


async def examine(settings: Settings, *, offline: bool) -> Examination:
    """Every check; `offline`: Telegram and the rails are not asked."""
    from launch.doctor.books import database

    within_s = DATABASE_WITHIN_OFFLINE_S if offline else DATABASE_WITHIN_S
    in_database, at_telegram, silent = await asyncio.gather(
        database(settings.database.url, within_s=within_s), _telegram(settings, offline), _silent(settings, offline)
    )
    found = [settings_read(settings), *in_database, *at_telegram, rails(settings, silent), fonts()]
    return Examination(sorted(found, key=lambda check: NAMES.index(check.name)))


async def _silent(settings: Settings, offline: bool) -> list[str] | None:
    if offline or rails(settings, None).status is Status.FAIL:
        return None
    return await silent_rails(settings)


async def _telegram(settings: Settings, offline: bool) -> list[Check]:
    token = settings.telegram.token.get_secret_value() if settings.telegram.token else ""
    if not re.fullmatch(r"[0-9]+:\S+", token):
        found = "is no bot token: digits, a colon, the rest" if token else "is not set"
        others = [Check(name, Status.SKIPPED, "not asked without a token") for name in ("clock", "webhook")]
        return [*others, Check("token", Status.FAIL, found, SET_TOKEN)]
    if offline:
        return [Check(name, Status.SKIPPED, "not asked (--offline)") for name in TELEGRAM_CHECKS]
    return await telegram(settings, token)
