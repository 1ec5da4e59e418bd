"""Owners give and take roles, by numeric id or by replying to a message forwarded from the person, and see who has
which; /admin_add and /admin_remove are short for the role most often given.
"""

import re
from dataclasses import dataclass
from typing import Final

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import Message, MessageOriginUser

from bot import commands
from bot.cards import Rendered, paragraphs
from bot.replies import Replies
from giving.people import GRANTABLE, Person, Role
from giving.permissions import Permission
from services.people import Holder, PeopleService
from texts import Html, Texts

MOST_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class Wish:
    """Which role, to or from whom."""

    role: Role
    whom: int


def router() -> Router:
    """In private chats only."""
    fresh = Router(name="admin")
    private = F.chat.type == "private"
    fresh.message.register(add, Command("role_add", "admin_add"), private)
    fresh.message.register(remove, Command("role_remove", "admin_remove"), private)
    fresh.message.register(show, Command("roles"), private)
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
    """Give somebody a role."""
    wish = await _wish(message, command, say, people, texts, person, language)
    if wish is None:
        return
    granted = await people.grant(person, wish.whom, wish.role)
    text = texts.chat(language, "role-added", name=name_of(granted), role=wish.role)
    await say.send(message.chat.id, Rendered(text))
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
    """Take a role away."""
    wish = await _wish(message, command, say, people, texts, person, language)
    if wish is None:
        return
    revoked = await people.revoke(person, wish.whom, wish.role)
    text = texts.chat(language, "role-removed", name=name_of(revoked), role=wish.role)
    await say.send(message.chat.id, Rendered(text))
    await commands.register_for(say.bot, texts, people, revoked, revoked.language(texts.default))


async def show(
    message: Message, say: Replies, people: PeopleService, texts: Texts, person: Person, language: str
) -> None:
    """Who has which roles."""
    await people.must(person, Permission.GRANT_ROLES)
    holders = await people.holders()
    lines = [_line(texts, language, holder) for holder in holders[:MOST_SHOWN]]
    more = len(holders) - len(lines)
    text = paragraphs(
        texts.chat(language, "roles-title"),
        Html("\n".join(lines)),
        texts.chat(language, "roles-more", count=more) if more else None,
        _how(texts, language, "/role_add"),
    )
    await say.send(message.chat.id, Rendered(text))


async def _wish(
    message: Message,
    command: CommandObject,
    say: Replies,
    people: PeopleService,
    texts: Texts,
    person: Person,
    language: str,
) -> Wish | None:
    """What is asked for; None after saying how to ask. Raises: NotAllowed unless who asks may give roles."""
    await people.must(person, Permission.GRANT_ROLES)
    short = command.command.startswith("admin")
    role, words = (Role.ADMIN, command.args) if short else split(command.args)
    whom = target(message, words)
    if role is None or whom is None:
        await say.send(message.chat.id, Rendered(_how(texts, language, f"/{command.command}")))
        return None
    return Wish(role, whom)


def split(args: str | None) -> tuple[Role | None, str]:
    """The role that is named first, and what stands behind it; None for no role of ours."""
    first, _, rest = (args or "").strip().partition(" ")
    return next((role for role in Role if role == first.lower()), None), rest


def target(message: Message, args: str | None) -> int | None:
    """The id written behind the command, or of whose forwarded message is replied to."""
    words = (args or "").strip()
    if words:
        return int(words) if re.fullmatch(r"[0-9]{1,16}", words) else None
    replied = message.reply_to_message
    origin = replied.forward_origin if replied is not None else None
    return origin.sender_user.id if isinstance(origin, MessageOriginUser) else None


def name_of(person: Person) -> str:
    """The name, or the number of who has none."""
    return person.name or str(person.telegram_id)


def _how(texts: Texts, language: str, command: str) -> Html:
    if command.startswith("/admin"):
        return texts.chat(language, "admin-how", command=command)
    known = [texts.chat(language, "role-known", code=role.value, role=role) for role in GRANTABLE]
    return paragraphs(texts.chat(language, "role-how", command=command), Html("\n".join(known)))


def _line(texts: Texts, language: str, holder: Holder) -> Html:
    roles = " · ".join(texts.plain(language, "role-name", role=role) for role in holder.roles)
    name = name_of(holder.person) if holder.person else texts.plain(language, "roles-unmet")
    return texts.chat(language, "roles-line", name=name, number=str(holder.telegram_id), roles=roles)
