"""Owners give and take the admin role, by numeric id or by replying to a message forwarded from the person."""

import re

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import Message, MessageOriginUser

from bot import commands
from bot.cards import Rendered
from bot.replies import Replies
from giving.errors import NotAllowed
from giving.people import Person, Role
from services.people import PeopleService
from texts import Texts


def router() -> Router:
    """In private chats only."""
    fresh = Router(name="admin")
    fresh.message.register(add, Command("admin_add"), F.chat.type == "private")
    fresh.message.register(remove, Command("admin_remove"), F.chat.type == "private")
    return fresh


async def add(
    message: Message,
    command: CommandObject,
    say: Replies,
    people: PeopleService,
    texts: Texts,
    person: Person,
    language: str,
) -> None:
    """Make somebody an admin."""
    whom = await _whom(message, command, say, people, texts, person, language)
    if whom is None:
        return
    granted = await people.grant(person, whom, Role.ADMIN)
    await say.send(message.chat.id, Rendered(texts.chat(language, "admin-added", name=_name(granted))))
    await commands.register_for(say.bot, texts, people, granted, granted.language(texts.default))


async def remove(
    message: Message,
    command: CommandObject,
    say: Replies,
    people: PeopleService,
    texts: Texts,
    person: Person,
    language: str,
) -> None:
    """Take the admin role away."""
    whom = await _whom(message, command, say, people, texts, person, language)
    if whom is None:
        return
    revoked = await people.revoke(person, whom, Role.ADMIN)
    await say.send(message.chat.id, Rendered(texts.chat(language, "admin-removed", name=_name(revoked))))
    await commands.register_for(say.bot, texts, people, revoked, revoked.language(texts.default))


async def _whom(
    message: Message,
    command: CommandObject,
    say: Replies,
    people: PeopleService,
    texts: Texts,
    person: Person,
    language: str,
) -> int | None:
    """The numeric id that is meant; None after saying how to name one. Raises: NotAllowed unless an owner asks."""
    if not people.is_owner(person):
        raise NotAllowed
    whom = target(message, command.args)
    if whom is None:
        text = texts.chat(language, "admin-how", command=f"/{command.command}")
        await say.send(message.chat.id, Rendered(text))
    return whom


def target(message: Message, args: str | None) -> int | None:
    """The id written behind the command, or of whose forwarded message is replied to."""
    words = (args or "").strip()
    if words:
        return int(words) if re.fullmatch(r"[0-9]{1,16}", words) else None
    replied = message.reply_to_message
    origin = replied.forward_origin if replied is not None else None
    return origin.sender_user.id if isinstance(origin, MessageOriginUser) else None


def _name(person: Person) -> str:
    return person.name or str(person.telegram_id)
