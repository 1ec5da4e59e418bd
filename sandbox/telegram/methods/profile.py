"""The bot itself: who it is, what it is called, which commands it has."""

from __future__ import annotations

import re
from typing import Any

import orjson

from sandbox.chats import User
from sandbox.state import State
from sandbox.telegram import access
from sandbox.telegram.errors import bad_request
from sandbox.telegram.methods.call import Call, Table
from sandbox.telegram.objects import me_json

METHODS = Table()
DEFAULT_SCOPE = {"type": "default"}


@METHODS.method("getMe")
def get_me(call: Call) -> Any:
    return me_json(call.state, call.bot)


@METHODS.method("setMyCommands", "commands scope language_code")
def set_my_commands(call: Call) -> bool:
    if len(call["commands"]) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in call["commands"]:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    call.state.run(
        "INSERT INTO commands VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET commands = excluded.commands",
        call.bot.id,
        _scope(call),
        _language(call),
        orjson.dumps(call["commands"]).decode(),
    )
    return True


@METHODS.method("getMyCommands", "scope language_code")
def get_my_commands(call: Call) -> Any:
    """What was set for exactly this scope and language."""
    return _commands(call.state, call.bot, _scope(call), _language(call)) or []


@METHODS.method("deleteMyCommands", "scope language_code")
def delete_my_commands(call: Call) -> bool:
    call.state.run(
        "DELETE FROM commands WHERE bot = ? AND scope = ? AND language = ?", call.bot.id, _scope(call), _language(call)
    )
    return True


@METHODS.method("setMyName", "name language_code")
def set_my_name(call: Call) -> bool:
    _set_text(call, "name", longest=64)
    if call.get("name") and not _language(call):
        call.state.run("UPDATE users SET first_name = ? WHERE id = ?", call["name"], call.bot.id)
    return True


@METHODS.method("setMyDescription", "description language_code")
def set_my_description(call: Call) -> bool:
    return _set_text(call, "description", longest=512)


@METHODS.method("setMyShortDescription", "short_description language_code")
def set_my_short_description(call: Call) -> bool:
    return _set_text(call, "short_description", longest=120)


@METHODS.method("setChatMenuButton", "chat_id menu_button")
def set_chat_menu_button(call: Call) -> bool:
    """Kept, though the page has no menu button."""
    if call.get("chat_id") is not None and not access.visible(call.state, call.bot, call["chat_id"]).is_private:
        raise bad_request("chat not found")
    button = orjson.dumps(call.get("menu_button", {"type": "default"})).decode()
    _keep(call, "menu_button", str(call.get("chat_id", "")), button)
    return True


def commands_for(state: State, bot: User, person: User) -> list[dict[str, Any]]:
    """What the person sees in the private chat: the narrowest scope that is set, in their language before any.

    Source: core.telegram.org/bots/api#botcommandscope, "Determining list of commands".
    """
    scopes: list[dict[str, Any]] = [
        {"type": "chat", "chat_id": person.id},
        {"type": "all_private_chats"},
        DEFAULT_SCOPE,
    ]
    language = (person.language or "").partition("-")[0]
    for scope in scopes:
        for code in dict.fromkeys((language, "")):
            found = _commands(state, bot, _dump_scope(scope), code)
            if found is not None:
                return found
    return []


def _commands(state: State, bot: User, scope: str, language: str) -> list[dict[str, Any]] | None:
    row = state.row(
        "SELECT commands FROM commands WHERE bot = ? AND scope = ? AND language = ?", bot.id, scope, language
    )
    return orjson.loads(row["commands"]) if row else None


def _scope(call: Call) -> str:
    """One spelling for one scope, with the chat's id for its name."""
    scope = dict(call.get("scope") or DEFAULT_SCOPE)
    if "chat_id" in scope:
        scope["chat_id"] = access.visible(call.state, call.bot, scope["chat_id"]).id
    return _dump_scope(scope)


def _dump_scope(scope: dict[str, Any]) -> str:
    return orjson.dumps(scope, option=orjson.OPT_SORT_KEYS).decode()


def _language(call: Call) -> str:
    code: str = call.get("language_code", "")
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad_request("invalid language code specified")
    return code


def _set_text(call: Call, field: str, *, longest: int) -> bool:
    text = call.get(field, "")
    if len(text) > longest:
        raise bad_request(f"{field} is longer than {longest} characters")
    _keep(call, field, _language(call), text)
    return True


def _keep(call: Call, field: str, key: str, value: str) -> None:
    call.state.run(
        "INSERT INTO profiles VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        call.bot.id,
        field,
        key,
        value,
    )
