"""/statement 2026-01-01 2026-06-30: one's gifts of these dates, as a PDF and as a table."""

from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import proof_cards as cards
from handlers.here import Here
from services.statements import LISTED, Statement, StatementService


async def ask(message: Message, command: CommandObject, here: Here, statements: StatementService) -> None:
    """Two files. Raises: DatesNotUnderstood, NothingInDates, PictureFailed."""
    await _send(here, statements, await statements.of(here.person, command.args or ""))


async def tapped(
    query: CallbackQuery, callback_data: cb.StatementFor, here: Here, statements: StatementService
) -> None:  # fmt: skip
    """Of a year. Raises: as `ask`."""
    found = await statements.of(here.person, str(callback_data.year) if callback_data.year else "")
    await here.say.in_time(query, _send(here, statements, found))
    await here.say.answer(query)


async def _send(here: Here, statements: StatementService, found: Statement) -> None:
    """The paper first, so that the words stand under the last; who wants only the table has it all the same."""
    to, language = here.person.telegram_id, here.language
    paper = await statements.paper(found, language)
    await here.say.send_file(to, f"{found.filename}.pdf", paper, here.chat("statement-paper"))
    words = cards.statement(here.texts, language, found, left_out=max(0, len(found.lines) - LISTED))
    await here.say.send_file(to, f"{found.filename}.csv", statements.table(found, language), words)
