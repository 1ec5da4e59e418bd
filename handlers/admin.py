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
from giving.people import GRANTABLE, Person, Role
from giving.permissions import Permission
from handlers.here import Here
from services.people import Holder
from texts import Html

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


async def add(message: Message, command: CommandObject, here: Here) -> None:
    """Give somebody a role."""
    wish = await _wish(message, command, here)
    if wish is not None:
        granted = await here.people.grant(here.person, wish.whom, wish.role)
        await _tell(message, here, "role-added", granted, wish.role)


async def remove(message: Message, command: CommandObject, here: Here) -> None:
    """Take a role away."""
    wish = await _wish(message, command, here)
    if wish is not None:
        revoked = await here.people.revoke(here.person, wish.whom, wish.role)
        await _tell(message, here, "role-removed", revoked, wish.role)


async def _tell(message: Message, here: Here, key: str, whom: Person, role: Role) -> None:
    """It is done; and their menu shows what they may do now."""
    await here.say.send(message.chat.id, Rendered(here.chat(key, name=name_of(whom), role=role)))
    texts, tabs = here.texts, here.tips.keeps_tabs
    await commands.register_for(here.say.bot, texts, here.people, whom, whom.language(texts.default), tabs=tabs)


async def show(message: Message, here: Here) -> None:
    """Who has which roles."""
    await here.people.must(here.person, Permission.GRANT_ROLES)
    holders = await here.people.holders()
    lines = [_line(here, holder) for holder in holders[:MOST_SHOWN]]
    more = len(holders) - len(lines)
    text = paragraphs(
        here.chat("roles-title"),
        Html("\n".join(lines)),
        here.chat("roles-more", count=more) if more else None,
        _how(here, "/role_add"),
    )
    await here.say.send(message.chat.id, Rendered(text))


async def _wish(message: Message, command: CommandObject, here: Here) -> Wish | None:
    """What is asked for; None after saying how to ask. Raises: NotAllowed unless who asks may give roles."""
    await here.people.must(here.person, Permission.GRANT_ROLES)
    short = command.command.startswith("admin")
    role, words = (Role.ADMIN, command.args) if short else split(command.args)
    whom = target(message, words)
    if role is None or whom is None:
        await here.say.send(message.chat.id, Rendered(_how(here, f"/{command.command}")))
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


def _how(here: Here, command: str) -> Html:
    if command.startswith("/admin"):
        return here.chat("admin-how", command=command)
    known = [here.chat("role-known", code=role.value, role=role) for role in GRANTABLE]
    return paragraphs(here.chat("role-how", command=command), Html("\n".join(known)))


def _line(here: Here, holder: Holder) -> Html:
    roles = " · ".join(here.plain("role-name", role=role) for role in holder.roles)
    name = name_of(holder.person) if holder.person else here.plain("roles-unmet")
    return here.chat("roles-line", name=name, number=str(holder.telegram_id), roles=roles)
