"""Tapping, and who is where; with the updates bots get of it. Every function runs inside one `state.change()`."""

from __future__ import annotations

import secrets
from typing import Any

from sandbox import chats
from sandbox.chats import Chat, Member, Status, User
from sandbox.messages import Message
from sandbox.people.errors import PeopleError
from sandbox.state import State
from sandbox.telegram import feed, updates
from sandbox.telegram.keyboards import LONGEST_DATA
from sandbox.telegram.objects import callback_json, member_updated_json, rights_of, user_json

GRANTED: tuple[Status, ...] = ("administrator", "member", "left", "kicked")


def find_button(message: Message, wanted: str | int) -> dict[str, Any]:
    """By number in reading order, by callback data, or by text."""
    rows: list[list[dict[str, Any]]] = message.markup["inline_keyboard"] if message.markup else []
    buttons = [button for row in rows for button in row]
    if isinstance(wanted, int):
        found = buttons[wanted : wanted + 1] if wanted >= 0 else []
    else:
        found = [b for b in buttons if b.get("callback_data") == wanted] or [b for b in buttons if b["text"] == wanted]
    if not found:
        texts = ", ".join(f'{i} "{button["text"]}"' for i, button in enumerate(buttons)) or "none"
        raise PeopleError(404, f"Message {message.id} has no button {wanted!r}; its buttons: {texts}.")
    return found[0]


def made_up(data: str | int) -> dict[str, Any]:
    """What a client of one's own may send for any keyboard it sees: data that stands on no button."""
    if not isinstance(data, str) or not 1 <= len(data.encode()) <= LONGEST_DATA:
        raise PeopleError(400, f"data is a text of 1 to {LONGEST_DATA} bytes.")
    return {"callback_data": data}


def tap(state: State, person: User, chat: Chat, message: Message, shown: dict[str, Any], button: dict[str, Any]) -> str:
    """Press a callback button of a message, told as `shown`; the id of the query the bot has to answer."""
    query_id = str(secrets.randbits(62) + 2**62)
    bot = message.markup_bot
    if bot is None:
        raise PeopleError(409, f"Nobody listens to the buttons of message {message.id}.")
    state.run(
        "INSERT INTO callback_queries (id, bot, user, created_at, chat, message) VALUES (?, ?, ?, ?, ?, ?)",
        query_id,
        bot,
        person.id,
        state.now(),
        chat.key,
        message.id or None,
    )
    body = callback_json(chat, shown, person, query_id, button["callback_data"])
    updates.put(state, bot, "callback_query", body)
    return query_id


def set_member(state: State, by: User, chat: Chat, user: User, status: str, rights: dict[str, Any]) -> Member:
    """Change somebody's place in a chat: by who administers it; anyone may leave by themselves."""
    if chat.is_private:
        raise PeopleError(400, "A private chat has no members to change; use POST /api/users/{id}/block.")
    leaves = by.id == user.id and status == "left"
    if not leaves and not chats.member(state, chat, by.id).administers:
        raise PeopleError(403, f"{by.name} does not administer {chat.title}; act as one of its administrators.")
    old = chats.member(state, chat, user.id)
    if old.status == "creator":
        if by.id != user.id or status != "creator":
            raise PeopleError(409, f"{user.name} created {chat.title}; that can't be taken away.")
        new = Member("creator", {k: v for k, v in rights.items() if k == "is_anonymous" and v is True})
    else:
        new = _new_member(chat, status, rights)
    if new != old:
        move(state, chat, by, user, old, new)
    return new


def move(state: State, chat: Chat, by: User, user: User, old: Member, new: Member) -> None:
    """From one place to another: updates for the bots, and in a group a service message of who came or went."""
    chats.set_member(state, chat, user.id, new)
    body = member_updated_json(state, chat, by, user, old, new)
    if user.is_bot:
        updates.put(state, user.id, "my_chat_member", body)
    for other, place in chats.members(state, chat):
        if other.is_bot and other.id != user.id and place.administers:
            updates.put(state, other.id, "chat_member", body)
    if chat.is_group and old.present != new.present:
        told = user_json(user)
        if new.present:
            feed.serve_notice(state, chat, by.id, new_chat_members=[told])
        else:
            feed.serve_notice(state, chat, by.id, left_chat_member=told)
    chats.tell(state, chat, "member", also=None if user.is_bot else user.id)


def _new_member(chat: Chat, status: str, rights: dict[str, Any]) -> Member:
    found = [known for known in GRANTED if known == status]
    if not found:
        raise PeopleError(400, f"status must be one of {', '.join(GRANTED)}.")
    known_rights = (*rights_of(chat), "is_anonymous")
    for right, granted in rights.items():
        if right not in known_rights or not isinstance(granted, bool):
            raise PeopleError(400, f"rights.{right}: name true or false for some of {', '.join(known_rights)}.")
    if found[0] != "administrator":
        return Member(found[0], {})
    # Whoever administers may do at least this, Telegram says.
    return Member("administrator", {"can_manage_chat": True} | {k: v for k, v in rights.items() if v})


def set_blocked(state: State, person: User, chat: Chat, *, blocked: bool) -> None:
    """Block or unblock the bot; it hears of it as of its membership."""
    if chat.bot is None or chat.blocked == blocked:
        return
    chats.set_flags(state, chat, started=chat.started, blocked=blocked)
    if chat.started:
        statuses: tuple[Status, Status] = ("member", "kicked") if blocked else ("kicked", "member")
        old, new = (Member(status, {}) for status in statuses)
        bot = chats.get_user(state, chat.bot)
        updates.put(state, bot.id, "my_chat_member", member_updated_json(state, chat, person, bot, old, new))
    chats.tell(state, chat, "member")
