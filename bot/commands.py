"""The command menu per language and role, and how the bot introduces itself."""

from collections.abc import Collection
from typing import Final

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)

from giving.people import Person, Role
from giving.permissions import Permission, may
from services.people import PeopleService
from texts import Texts

log = structlog.get_logger()

EVERYONE: Final = (
    "give", "monthly", "gifts", "tab", "charity", "slot", "ranking", "recap", "statement", "privacy", "language",
    "help", "start",
)  # fmt: skip
TAB: Final = "tab"
OWNERS: Final = (
    "giving_day", "broadcast", "refunds", "matching", "org", "news", "whys", "role_add", "role_remove", "roles", "audit"
)  # fmt: skip
STAFF: Final = {
    "giving_day": Permission.RUN_GIVING_DAYS,
    "broadcast": Permission.BROADCAST,
    "refunds": Permission.REFUND,
    "matching": Permission.REVIEW_MATCHES,
    "org": Permission.REVIEW_PROJECTS,
    "org monthly": Permission.WRITE_REPORTS,
    "news": Permission.WRITE_REPORTS,
    "whys": Permission.REVIEW_PROJECTS,
    "roles": Permission.GRANT_ROLES,
    "audit": Permission.READ_AUDIT,
}
MEMBERS: Final = ("tip", "ranking")
ADMINISTRATORS: Final = ("tip", "charity", "ranking")


def commands(texts: Texts, language: str, *, tabs: bool, owner: bool = False) -> list[BotCommand]:
    """The menu in one language; `tabs`: whether any gift here may be too small to be paid alone."""
    return _menu(texts, language, _everyone(tabs) + OWNERS if owner else _everyone(tabs))


def for_staff(texts: Texts, language: str, roles: Collection[Role]) -> str | None:
    """What these roles can do besides, a line each; None for who has no such role."""
    own = [name for name, what in STAFF.items() if may(roles, what)]
    lines = [f"/{name} {texts.chat(language, _key(name))}" for name in own]
    return "\n".join([texts.chat(language, "help-staff"), *lines]) if lines else None


def _key(command: str) -> str:
    return f"command-{command.replace('_', '-').replace(' ', '-')}"


def _everyone(tabs: bool) -> tuple[str, ...]:
    return tuple(name for name in EVERYONE if tabs or name != TAB)


def _menu(texts: Texts, language: str, names: tuple[str, ...]) -> list[BotCommand]:
    return [BotCommand(command=name, description=texts.plain(language, _key(name))) for name in names]


async def register(bot: Bot, texts: Texts, *, tabs: bool) -> None:
    """Menus for everyone, in the default language and in each of the others. Raises: TelegramAPIError."""
    for scope, names in (
        (BotCommandScopeAllPrivateChats(), _everyone(tabs)),
        (BotCommandScopeAllGroupChats(), MEMBERS),
        (BotCommandScopeAllChatAdministrators(), ADMINISTRATORS),
    ):
        await bot.set_my_commands(_menu(texts, texts.default, names), scope=scope)
        for language in texts.languages:
            await bot.set_my_commands(_menu(texts, language, names), scope=scope, language_code=_code(language))


async def register_for(
    bot: Bot, texts: Texts, people: PeopleService, person: Person, language: str, *, tabs: bool
) -> None:  # fmt: skip
    """This person's own menu: the language they chose, their role's commands. A refusal is only logged."""
    menu = commands(texts, language, tabs=tabs, owner=people.is_owner(person))
    try:
        await bot.set_my_commands(menu, scope=BotCommandScopeChat(chat_id=person.telegram_id))
    except TelegramAPIError as refusal:
        log.warning("commands_not_registered", person_id=str(person.id), error=type(refusal).__name__)


async def introduce(bot: Bot, texts: Texts) -> None:
    """Name and descriptions in every language. Telegram allows few changes a day, so a refusal is only logged."""
    for language in (None, *texts.languages):
        spoken, code = language or texts.default, _code(language) if language else None
        try:
            await bot.set_my_name(texts.plain(spoken, "bot-name"), language_code=code)
            await bot.set_my_short_description(texts.plain(spoken, "bot-about"), language_code=code)
            await bot.set_my_description(texts.plain(spoken, "bot-description"), language_code=code)
        except TelegramAPIError as refusal:
            log.warning("bot_not_introduced", language=spoken, error=type(refusal).__name__)
            return


def _code(language: str) -> str:
    """Telegram's two letters for a language of ours."""
    return language.split("-")[0]
