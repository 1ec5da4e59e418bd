"""Discussion groups: where a channel's post can't have buttons, a reply under its copy carries them."""

import structlog
from aiogram.exceptions import TelegramAPIError
from aiogram.types import Message, MessageOriginChannel

from bot.carriers import Carriers
from services.carriers import Forward

log = structlog.get_logger()


async def forwarded(message: Message, carriers: Carriers) -> None:
    """A channel's post arrived: if it waits for its carrier, send it; of an album only one message does."""
    channel = message.sender_chat
    if channel is None:
        return
    origin = message.forward_origin
    own = isinstance(origin, MessageOriginChannel) and origin.chat.id == channel.id
    post_id = await carriers.service.forwarded(
        Forward(
            channel=channel.id,
            post=origin.message_id if own and isinstance(origin, MessageOriginChannel) else None,
            group=message.chat.id,
            message_id=message.message_id,
            text=message.text or message.caption or "",
            at=message.date,
        )
    )
    if post_id is not None and await carriers.service.waits_for_carrier(post_id):
        try:
            await carriers.show(post_id)
        except TelegramAPIError as refusal:
            log.warning("carrier_not_shown", post_id=str(post_id), error=type(refusal).__name__)
