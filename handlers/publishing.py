"""Say in a chat what its creator's tap publishes, and keep what came of it."""

import asyncio
from collections.abc import Callable
from uuid import UUID

from aiogram.exceptions import TelegramAPIError

from bot.cards import Rendered
from giving.creators import Chat
from giving.thanks_posts import PostState
from handlers.here import Here
from services.published import Published


async def publish(
    here: Here, posts: Published, post: UUID, chat: Chat, shown: Rendered, *,
    is_refusal: Callable[[BaseException], bool], note: Callable[[BaseException], None],
) -> PostState:  # fmt: skip
    """Send it, and return what it became: SENT, REFUSED or UNKNOWN; broken off, it stays marked as being sent.

    `is_refusal`: whether this error says that nothing was published. `note` logs an error before it is kept.
    """
    try:
        message = await here.say.send(chat.telegram_id, shown)
    except (TelegramAPIError, TimeoutError, asyncio.CancelledError) as error:
        note(error)
        if isinstance(error, asyncio.CancelledError):
            raise
        if is_refusal(error):
            await posts.refused(post)
            return PostState.REFUSED
        await posts.unanswered(post)
        return PostState.UNKNOWN
    await posts.sent(post, message.message_id)
    return PostState.SENT
