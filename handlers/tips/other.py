"""Another amount: a question in private, answered in words."""

from dataclasses import replace

from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import Message

from bot import cards
from giving.errors import AmountNotUnderstood, TipTooLarge, TipTooSmall
from giving.ids import id_of, token_of
from giving.money import parse_amount
from giving.tips import OfferRequest
from handlers.asking import answering
from handlers.here import Here
from handlers.tips.card import show_tip


class OtherAmount(StatesGroup):
    """The dialog's data names the post, the slot or the project the amount is for."""

    waiting = State()


async def ask_amount(
    here: Here, state: FSMContext, *, title: str, about: dict[str, str], intro: str | None = None
) -> None:
    """Ask in the private chat, wherever the button was pressed. Raises: TelegramForbiddenError."""
    chat = here.person.telegram_id
    await here.say.send(chat, cards.ask_amount(here.texts, here.language, title, here.tips.limits, intro=intro))
    mine = replace(state.key, chat_id=chat, user_id=chat, thread_id=None)
    dialog = FSMContext(storage=state.storage, key=mine)
    await dialog.set_state(OtherAmount.waiting)
    await dialog.set_data(about)


async def other_amount(message: Message, state: FSMContext, here: Here) -> None:
    """The amount in words; what can't be read is told in one line, and the question stays."""
    about, limits = await state.get_data(), here.tips.limits
    async with answering(here, state, AmountNotUnderstood, TipTooSmall, TipTooLarge):
        request = OfferRequest(
            key=f"msg:{token_of(here.person.id)}:{message.message_id}",
            donor=here.person.id,
            amount=parse_amount(message.text or "", least=limits.least, most=limits.most),
            post=id_of(str(about.get("post", ""))),
            project=id_of(str(about.get("project", ""))),
            slot=id_of(str(about.get("slot", ""))),
            visibility=here.person.visibility,
            rail=here.person.rail,
        )
        tip = await here.tips.offer(request)
        await show_tip(here, tip.id)
        await state.clear()
