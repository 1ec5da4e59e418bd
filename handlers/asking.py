"""Around an answer in words: what other words can cure is said, and the question stays; anything else ends it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import structlog
from aiogram.fsm.context import FSMContext

from bot import errors, keyboards
from giving.errors import GivingError
from handlers.here import Here

log = structlog.get_logger()


@asynccontextmanager
async def answering(here: Here, state: FSMContext, *about_words: type[GivingError]) -> AsyncGenerator[None]:
    """Refusals `about_words` are said with the way out under them. Raises: any other, once the dialog is left."""
    try:
        yield
    except about_words as refusal:
        log.info("refused", reason=refusal.message_key)
        again = errors.message(here.texts, here.language, refusal)
        way_out = keyboards.leave(here.texts, here.language)
        await here.say.send(here.person.telegram_id, replace(again, keyboard=way_out))
    except GivingError:
        await state.clear()
        raise
