"""Another amount: a question in private, answered in words."""

from dataclasses import replace

from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import Message

from bot import cards, errors, keyboards
from bot.replies import Replies
from giving.errors import AmountNotUnderstood, GivingError, TipTooLarge, TipTooSmall
from giving.ids import id_of, token_of
from giving.money import parse_amount
from giving.people import Person
from giving.tips import OfferRequest
from handlers.tips.card import show_tip
from services.links import Links
from services.tips import TipService
from texts import Texts


class OtherAmount(StatesGroup):
    """The dialog's data names the post, the slot or the project the amount is for."""

    waiting = State()


async def ask_amount(
    say: Replies,
    state: FSMContext,
    tips: TipService,
    texts: Texts,
    person: Person,
    language: str,
    *,
    title: str,
    about: dict[str, str],
    intro: str | None = None,
) -> None:
    """Ask in the private chat, wherever the button was pressed. Raises: TelegramForbiddenError."""
    asked = cards.ask_amount(texts, language, title, tips.limits, intro=intro)
    await say.send(person.telegram_id, asked)
    mine = replace(state.key, chat_id=person.telegram_id, user_id=person.telegram_id, thread_id=None)
    dialog = FSMContext(storage=state.storage, key=mine)
    await dialog.set_state(OtherAmount.waiting)
    await dialog.set_data(about)


async def other_amount(
    message: Message,
    say: Replies,
    state: FSMContext,
    tips: TipService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> None:
    """The amount in words; what can't be read is told in one line, and the question stays."""
    about = await state.get_data()
    try:
        request = OfferRequest(
            key=f"msg:{token_of(person.id)}:{message.message_id}",
            donor=person.id,
            amount=parse_amount(message.text or "", least=tips.limits.least, most=tips.limits.most),
            post=id_of(str(about.get("post", ""))),
            project=id_of(str(about.get("project", ""))),
            slot=id_of(str(about.get("slot", ""))),
            visibility=person.visibility,
        )
        tip = await tips.offer(request)
    except (AmountNotUnderstood, TipTooSmall, TipTooLarge) as refusal:
        again = errors.message(texts, language, refusal)
        await say.send(message.chat.id, replace(again, keyboard=keyboards.leave(texts, language)))
        return
    except GivingError:
        await state.clear()
        raise
    await show_tip(say, tips, texts, links, person, language, tip.id)
    await state.clear()
