"""My channels: the list, each one's card, and what its buttons do."""

from typing import Final
from uuid import UUID

from aiogram.filters import CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import creator_cards
from bot.callbacks import ChatDeed
from bot.cards import Rendered
from handlers.creators.here import Here
from handlers.creators.presets import PresetWords

SPOKEN: Final[dict[str, ChatDeed]] = {
    "on": ChatDeed.CHOOSE, "开启": ChatDeed.CHOOSE, "开": ChatDeed.CHOOSE,
    "off": ChatDeed.OFF, "关闭": ChatDeed.OFF, "关": ChatDeed.OFF,
    "pause": ChatDeed.PAUSE, "暂停": ChatDeed.PAUSE,
    "resume": ChatDeed.RESUME, "恢复": ChatDeed.RESUME,
    "stats": ChatDeed.STATS, "数据": ChatDeed.STATS, "统计": ChatDeed.STATS,
}  # fmt: skip


async def charity(message: Message, command: CommandObject, here: Here) -> None:
    """/charity [on | off | pause | resume | stats]: with one channel at once, with several after asking which."""
    deed = SPOKEN.get((command.args or "").strip().lower(), ChatDeed.CARD)
    mine = await here.creators.mine(here.person)
    if len(mine) == 1:
        shown = await do(here, deed, mine[0].chat.id)
    else:
        shown = creator_cards.chat_list(here.texts, here.links, here.language, mine, deed)
    await here.say.send(message.chat.id, shown)


async def charity_tapped(query: CallbackQuery, here: Here) -> None:
    """My channels, by a button."""
    await here.say.send(query.from_user.id, await _list(here))
    await here.say.answer(query)


async def turn_chats(query: CallbackQuery, here: Here) -> None:
    """Back to my channels, in place."""
    await here.say.turn(query, await _list(here))
    await here.say.answer(query)


async def turn_page(query: CallbackQuery, callback_data: cb.ChatPage, here: Here) -> None:
    """More of my channels, in place."""
    await here.say.turn(query, await _list(here, callback_data.deed, callback_data.page))
    await here.say.answer(query)


async def _list(here: Here, deed: ChatDeed = ChatDeed.CARD, page: int = 0) -> Rendered:
    mine = await here.creators.mine(here.person)
    return creator_cards.chat_list(here.texts, here.links, here.language, mine, deed, page)


async def act(query: CallbackQuery, callback_data: cb.ChatDo, state: FSMContext, here: Here) -> None:
    """What a button under one of my channels says."""
    if await state.get_state() == PresetWords.waiting.state:
        await state.clear()  # they went on without an answer
    shown = await here.say.in_time(query, do(here, callback_data.deed, callback_data.chat))
    await here.say.turn(query, shown)
    await here.say.answer(query)


async def do(here: Here, deed: ChatDeed, chat_id: UUID) -> Rendered:
    """Do it, and show what came of it."""
    creators, person, texts, links, language = here.creators, here.person, here.texts, here.links, here.language
    match deed:
        case ChatDeed.CHOOSE:
            chat = (await creators.chat(chat_id, person)).chat
            return creator_cards.choose_project(texts, language, chat, await here.projects.search(), query="")
        case ChatDeed.OFF:
            return creator_cards.switched_off(texts, links, language, await creators.switch_off(chat_id, person))
        case ChatDeed.PAUSE:
            return creator_cards.paused(texts, links, language, await creators.pause(chat_id, person))
        case ChatDeed.RESUME:
            return creator_cards.resumed(texts, links, language, await creators.resume(chat_id, person))
        case ChatDeed.DAY_CARD_ON | ChatDeed.DAY_CARD_OFF:
            await creators.set_day_card(chat_id, person, on=deed is ChatDeed.DAY_CARD_ON)
            card = await creators.card(chat_id, person)
            return creator_cards.chat(texts, links, language, card, several=True)
        case ChatDeed.STATS:
            return creator_cards.stats(texts, language, await creators.stats(chat_id, person))
        case _:
            card = await creators.card(chat_id, person)
            return creator_cards.chat(texts, links, language, card, several=True)
