"""A creator publishes the day's post in their channel: by this tap alone, once."""

from dataclasses import dataclass

import structlog
from aiogram.exceptions import TelegramAPIError
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import day_cards
from bot.cards import Rendered
from bot.carriers import Carriers
from bot.session import may_have_arrived
from giving.creators import Chat
from giving.errors import DayPostBusy, DayPostRefused
from giving.projects import Project
from handlers import channels, here
from services.creators import CreatorService
from services.giving_days import DayCall, DayPosts

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Here(here.Here):
    """With creators and their posts."""

    creators: CreatorService
    day_posts: DayPosts
    carriers: Carriers


async def publish(query: CallbackQuery, callback_data: cb.DayPublish, here: Here) -> None:
    """Written down, sent, and what came of it written down; what nobody knows is said, not tried again."""
    try:
        work = here.day_posts.begin(callback_data.day, callback_data.chat, here.person, callback_data.tries)
        begun = await here.say.in_time(query, work)
    except DayPostBusy as refusal:
        await here.say.turn(query, await _card(here, callback_data))
        await here.say.answer(query, here.plain(refusal.message_key), alert=True)
        return
    sent = await here.say.in_time(query, _send(here, *begun))
    said = here.chat("day-post-published") if sent else None
    await here.say.turn(query, await _card(here, callback_data, said=said))
    await here.say.answer(query)


async def _card(here: Here, data: cb.DayPublish, *, said: str | None = None) -> Rendered:
    found = await here.day_posts.seen(data.day, here.person)
    return day_cards.creator(here.texts, here.language, found, said=said)


async def _send(here: Here, found: DayCall, chat: Chat, project: Project) -> bool:
    """Whether it stands there; False: nobody knows. Raises: DayPostRefused."""
    day, language = found.day, await here.creators.language(chat.id)
    pools = found.matched(chat, project)
    post = Rendered(day_cards.post(here.texts, language, day, project, pools, found.now))
    try:
        message = await here.say.speaking(language).send(chat.telegram_id, post)
    except TelegramAPIError as error:
        if may_have_arrived(error):
            await here.day_posts.unknown(day, chat)
            return False
        await here.day_posts.refused(day, chat)
        raise DayPostRefused(chat=chat.title) from error
    await here.day_posts.posted(day, chat, message.message_id)
    await _with_amounts(here, message)
    return True


async def _with_amounts(here: Here, message: Message) -> None:
    """As under every post: Telegram tells a bot nothing of what it posts itself."""
    await channels.posted(message.as_(here.say.bot), here, here.creators, here.carriers)
