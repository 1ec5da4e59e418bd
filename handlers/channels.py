"""What happens in channels: the bot joins, leaves or gets other rights; a new post gets its keyboard."""

from typing import Final

import structlog
from aiogram import F, Router
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramForbiddenError
from aiogram.types import (
    ChatMemberAdministrator,
    ChatMemberBanned,
    ChatMemberLeft,
    ChatMemberMember,
    ChatMemberOwner,
    ChatMemberRestricted,
    ChatMemberUpdated,
    Message,
)

from bot import creator_cards, keyboards
from bot.cards import Rendered
from bot.carriers import Carriers
from giving.creators import BotRights, Carried, Post
from giving.people import Person
from handlers.here import Here, Place
from services.creators import ChatSeen, CreatorService
from services.groups import GroupService
from services.people import PeopleService

log = structlog.get_logger()

Member = (
    ChatMemberOwner
    | ChatMemberAdministrator
    | ChatMemberMember
    | ChatMemberRestricted
    | ChatMemberLeft
    | ChatMemberBanned
)
# What a creator writes; the rest of a channel's messages are about the channel ("title changed").
POSTS: Final = frozenset({
    "text", "photo", "video", "animation", "audio", "document", "voice", "video_note", "sticker", "poll", "location",
    "venue", "contact", "story", "paid_media", "checklist",
})  # fmt: skip


def register(router: Router) -> None:
    """Listen to channels, and to private chats that block the bot."""
    router.my_chat_member.register(changed_in_channel, F.chat.type == "channel")
    router.my_chat_member.register(blocked, F.chat.type == "private", F.new_chat_member.status == "kicked")
    router.channel_post.register(posted, F.content_type.in_(POSTS))


async def changed_in_channel(
    event: ChatMemberUpdated, here: Here | None, creators: CreatorService, groups: GroupService
) -> None:
    """Remember what the bot may do there, and tell who changed it, and whose channel it is."""
    if here is None:
        return
    chat = event.chat
    seen = ChatSeen(telegram_id=chat.id, kind=chat.type, title=chat.title or "", username=chat.username)
    old, new = rights_of(event.old_chat_member), rights_of(event.new_chat_member)
    card = await creators.bot_changed(seen, new, here.person)
    runs = await groups.creator_of(card.chat) if old != new else None
    for reader in {person.id: person for person in (here.person, runs) if person is not None}.values():
        spoken = reader.language(here.texts.default)
        if new.present:
            await _tell(here, reader, creator_cards.bot_added(here.texts, here.links, spoken, card))
        elif old.present:
            await _tell(here, reader, creator_cards.bot_removed(here.texts, here.links, spoken, card.chat))


def rights_of(member: Member) -> BotRights:
    """What Telegram's word for the bot's place in a channel lets it do."""
    if isinstance(member, ChatMemberAdministrator):
        return BotRights(present=True, can_post=bool(member.can_post_messages), can_edit=bool(member.can_edit_messages))
    return BotRights(present=isinstance(member, ChatMemberMember | ChatMemberOwner | ChatMemberRestricted))


async def _tell(here: Here, reader: Person, told: Rendered) -> None:
    """In private; who never started the bot can't be told."""
    try:
        await here.say.speaking(reader.language(here.texts.default)).send(reader.telegram_id, told)
    except (TelegramForbiddenError, TelegramBadRequest) as refusal:
        log.info("creator_not_told", person_id=str(reader.id), error=type(refusal).__name__)


async def blocked(event: ChatMemberUpdated, people: PeopleService) -> None:
    """The person blocked the bot: nothing more is sent until they write again."""
    await people.blocked(event.chat.id)


async def posted(message: Message, place: Place, creators: CreatorService, carriers: Carriers) -> None:
    """A new post gets the counter and the amounts: under itself, or where it can't, by a reply in the discussion."""
    fits = message.reply_markup is None and message.forward_origin is None and message.media_group_id is None
    post = await creators.posted(
        message.chat.id,
        message.message_id,
        message.text or message.caption or "",
        message.date,
        carried=Carried.SELF if fits else Carried.REPLY,
        album=message.media_group_id,
    )
    if post is None or post.message_id != message.message_id:  # off; or another message of an album
        return
    if post.carried is Carried.SELF and not await _carries_itself(message, post, place, creators):
        await carriers.service.needs_reply(post.id)
        await _carried_by_reply(post, carriers)
    elif post.carried is Carried.REPLY:
        await _carried_by_reply(post, carriers)


async def _carries_itself(message: Message, post: Post, place: Place, creators: CreatorService) -> bool:
    """Put the keyboard under the post; False if Telegram won't have it."""
    language = await creators.language(post.id)
    card, test_money = await place.tips.post(post.id), place.tips.test_money
    rows = keyboards.post_keyboard(
        place.texts, place.links, language, post, card.raised, card.presets, test_money=test_money
    )
    try:
        await message.edit_reply_markup(reply_markup=rows)
    except (TelegramBadRequest, TelegramForbiddenError) as refusal:
        if "message is not modified" not in refusal.message:
            log.warning("post_keyboard_refused", post_id=str(post.id), error=refusal.message)
            return False
    await creators.keyboard_shown(post.id, on_day=card.on_day)
    return True


async def _carried_by_reply(post: Post, carriers: Carriers) -> None:
    """Its copy may stand in the discussion group already; or it comes later, or, for want of something, never."""
    try:
        if await carriers.service.waits_for_carrier(post.id):
            await carriers.show(post.id)
        else:
            await carriers.look_for_discussion(post)
    except TelegramAPIError as refusal:
        log.warning("carrier_not_shown", post_id=str(post.id), error=type(refusal).__name__)
