"""`main.py doctor`: is everything there that a run needs? Looks, asks, changes nothing; loads no aiogram."""

import asyncio
import math
import re
from typing import Final

from launch.doctor.checks import NAMES, Check, Examination, Status
from launch.doctor.machine import fonts, rails, settings_read
from launch.doctor.network import SET_TOKEN, TELEGRAM_CHECKS, reached_rails, telegram
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
    in_database, at_telegram, of_rails = await asyncio.gather(
        database(settings.database.url, within_s=within_s), _telegram(settings, offline), _rails(settings, offline)
    )
    found = [settings_read(settings), *in_database, *at_telegram, of_rails, fonts()]
    return Examination(sorted(found, key=lambda check: NAMES.index(check.name)))


async def _rails(settings: Settings, offline: bool) -> Check:
    unasked = rails(settings, None)
    if offline or unasked.status is Status.FAIL:
        return unasked
    from launch.doctor.rails_asked import asked, clocks

    reached = await reached_rails(settings)
    silent = [name for name, behind_s in reached.items() if behind_s is not None and math.isnan(behind_s)]
    if silent:
        return rails(settings, silent)
    return rails(settings, silent, [*clocks(reached), *await asked(settings)])


async def _telegram(settings: Settings, offline: bool) -> list[Check]:
    token = settings.telegram.token.get_secret_value() if settings.telegram.token else ""
    if not re.fullmatch(r"[0-9]+:\S+", token):
        found = "is no bot token: digits, a colon, the rest" if token else "is not set"
        others = [Check(name, Status.SKIPPED, "not asked without a token") for name in ("clock", "webhook")]
        return [*others, Check("token", Status.FAIL, found, SET_TOKEN)]
    if offline:
        return [Check(name, Status.SKIPPED, "not asked (--offline)") for name in TELEGRAM_CHECKS]
    return await telegram(settings, token)
