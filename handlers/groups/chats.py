"""Groups as their administrators run them: the bot comes and goes, /charity leads into private, a group grows."""

import structlog
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.filters import CommandObject
from aiogram.types import (
    Chat as TelegramChat,
)
from aiogram.types import (
    ChatMemberAdministrator,
    ChatMemberMember,
    ChatMemberOwner,
    ChatMemberRestricted,
    ChatMemberUpdated,
    Message,
)

from bot import creator_cards, group_cards
from bot.carriers import Carriers
from bot.cleanups import say_shortly
from giving.creators import BotRights
from giving.errors import ChatUnknown, NotAdministrator
from giving.ids import id_of
from giving.people import Person
from handlers.channels import Member
from handlers.here import Here, Place
from services.cleanups import TO_BE_TAPPED, CleanupService
from services.creators import ChatSeen, CreatorService
from services.groups import GroupService

log = structlog.get_logger()


async def changed(
    event: ChatMemberUpdated, place: Place, groups: GroupService, carriers: Carriers, person: Person | None
) -> None:
    """Remember that the bot is there, and tell who brought it what it does; a returning one finds its settings."""
    new = rights_of(event.new_chat_member)
    # Of a group that became a supergroup Telegram tells first that the bot is in it: no reason to greet anybody.
    if new.present and event.chat.type == "supergroup":
        for group in await groups.could_have_become(event.chat.title or ""):
            await carriers.follow(group)
    card, old = await groups.bot_changed(_seen(event.chat), new, person)
    if old == new:
        return
    runs = await groups.creator_of(card.chat)
    can_delete = bool(getattr(event.new_chat_member, "can_delete_messages", False))
    for reader in {person.id: person for person in (person, runs) if person is not None}.values():
        spoken = reader.language(place.texts.default)
        if new.present:
            back = not old.present and card.chat.tipping
            shown = group_cards.bot_added(place.texts, place.links, spoken, card, can_delete=can_delete, back=back)
        else:
            shown = group_cards.bot_removed(place.texts, place.links, spoken, card.chat)
        try:
            await place.say.speaking(spoken).send(reader.telegram_id, shown)
        except (TelegramForbiddenError, TelegramBadRequest) as refusal:
            log.info("creator_not_told", person_id=str(reader.id), error=type(refusal).__name__)


def rights_of(member: Member) -> BotRights:
    """What the bot may do in a group: whoever is in it may answer, unless restricted."""
    if isinstance(member, ChatMemberRestricted):
        return BotRights(present=member.is_member, can_post=member.can_send_messages, can_edit=member.can_send_messages)
    present = isinstance(member, ChatMemberMember | ChatMemberOwner | ChatMemberAdministrator)
    return BotRights(present=present, can_post=present, can_edit=present)


async def charity(
    message: Message, place: Place, groups: GroupService, cleanups: CleanupService, person: Person | None
) -> None:
    """/charity in the group: its card is in private. Who stays anonymous is known only there.

    Raises: NotAdministrator.
    """
    anonymous = message.sender_chat is not None and message.sender_chat.id == message.chat.id
    if person is None and not anonymous:
        raise NotAdministrator(chat=message.chat.title or "")
    chat = await groups.here(_seen(message.chat), person)
    log.info("charity_asked", chat_id=str(chat.id), anonymous=anonymous)
    shown = group_cards.charity(place.texts, place.links, place.language, chat, anonymous=anonymous)
    await say_shortly(place.say, cleanups, message, shown, after=TO_BE_TAPPED)


async def open_card(
    message: Message, command: CommandObject, here: Here, groups: GroupService, creators: CreatorService
) -> None:
    """/start c_…: the chat's card, for who administers it now. Raises: ChatUnknown, NotAdministrator."""
    chat_id = id_of((command.args or "")[2:])
    if chat_id is None:
        raise ChatUnknown
    card = await groups.card(chat_id, here.person)
    several = len(await creators.mine(here.person)) > 1
    shown = creator_cards.chat(here.texts, here.links, here.language, card, several=several)
    await here.say.send(message.chat.id, shown)


async def upgraded(message: Message, carriers: Carriers) -> None:
    """The group became a supergroup; both of them say so, and whichever is heard first counts."""
    if message.migrate_to_chat_id is not None:
        await carriers.service.moved(message.chat.id, message.migrate_to_chat_id)
    elif message.migrate_from_chat_id is not None:
        await carriers.service.moved(message.migrate_from_chat_id, message.chat.id)


def _seen(chat: TelegramChat) -> ChatSeen:
    return ChatSeen(telegram_id=chat.id, kind=chat.type, title=chat.title or "", username=chat.username)
