"""Rails that live inside Telegram need a bot to ask: for commands, which have none of their own."""

import contextlib
from collections.abc import AsyncIterator, Mapping

from giving.money import Money
from giving.stars import StarRate
from payments.provider import Rail
from payments.stars_rail import InvoiceRail
from settings import Settings


def rate_of(settings: Settings) -> StarRate:
    """What donors are told that Stars are worth."""
    stars = settings.rails.stars
    return StarRate(stars.rate_stars, Money(stars.rate_minor, stars.rate_currency))


@contextlib.asynccontextmanager
async def asked_by_a_bot(settings: Settings, rails: Mapping[str, Rail]) -> AsyncIterator[None]:
    """While this lasts they can be asked; aiogram, which takes seconds to load, only where one of them is on.

    Without a usable token they stay as they are: RailDown.
    """
    token = settings.telegram.token.get_secret_value() if settings.telegram.token else ""
    inside = [rail for rail in rails.values() if isinstance(rail, InvoiceRail)]
    if not inside:
        yield
        return
    from bot.build import build_bot
    from bot.sending import Limiter
    from bot.session import TokenRefused
    from bot.stars import connect
    from launch.service.building import LOCALES
    from texts import Texts

    try:
        bot = build_bot(token, settings.telegram.api_base, Limiter())
    except TokenRefused:
        yield
        return
    try:
        connect(rails.values(), bot, Texts.load(LOCALES, default=settings.language), rate_of(settings))
        yield
    finally:
        for rail in inside:
            rail.connect(None)
        await bot.session.close()
