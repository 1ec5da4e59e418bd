"""What people do, and the updates bots get of it. Every function runs inside one `state.change()`."""

from __future__ import annotations

import secrets
from typing import Any

from sandbox import chats, messages
from sandbox.chats import Chat, Member, Status, User
from sandbox.messages import Message
from sandbox.people.errors import PeopleError
from sandbox.people.views import can_write
from sandbox.state import State
from sandbox.telegram import updates
from sandbox.telegram.entities import read_plain
from sandbox.telegram.errors import ApiError
from sandbox.telegram.objects import callback_json, member_updated_json, message_json, rights_of

GRANTED: tuple[Status, ...] = ("administrator", "member", "left", "kicked")


def write(state: State, person: User, chat: Chat, text: str, *, date: int | None = None) -> Message:
    """A message to the bot, or a post. Writing to a bot starts it; it does not unblock it."""
    if not can_write(state, person, chat):
        raise PeopleError(403, f"{person.name} may not post in {chat.title}; act as one of its administrators.")
    try:
        plain, entities = read_plain(text)
    except ApiError as error:
        raise PeopleError(400, f"{error.description.removeprefix('Bad Request: ')}.") from None
    signature = person.name if chat.signed else None
    message = messages.add(state, chat, sender=person.id, text=plain, entities=entities, signature=signature, date=date)
    body = message_json(state, chat, message)
    if chat.bot is not None:
        chats.set_flags(state, chat, started=True, blocked=chat.blocked)
        updates.put(state, chat.bot, "message", body)
    elif chat.type == "channel":
        updates.put_for_members(state, chat, "channel_post", body)
    return message


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


def tap(state: State, person: User, chat: Chat, message: Message, button: dict[str, Any]) -> str:
    """Press a callback button; the id of the query the bot has to answer."""
    query_id = str(secrets.randbits(62) + 2**62)
    bot = message.markup_bot
    if bot is None:
        raise PeopleError(409, f"Nobody listens to the buttons of message {message.id}.")
    state.run(
        "INSERT INTO callback_queries (id, bot, user, created_at) VALUES (?, ?, ?, ?)",
        query_id,
        bot,
        person.id,
        state.now(),
    )
    body = callback_json(state, chat, message, person, query_id, button["callback_data"])
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
        raise PeopleError(409, f"{user.name} created {chat.title}; that can't be taken away.")
    new = _new_member(chat, status, rights)
    if new == old:
        return new
    chats.set_member(state, chat, user.id, new)
    body = member_updated_json(state, chat, by, user, old, new)
    if user.is_bot:
        updates.put(state, user.id, "my_chat_member", body)
    for other, place in chats.members(state, chat):
        if other.is_bot and other.id != user.id and place.administers:
            updates.put(state, other.id, "chat_member", body)
    chats.tell(state, chat, "member", also=None if user.is_bot else user.id)
    return new


def _new_member(chat: Chat, status: str, rights: dict[str, Any]) -> Member:
    found = [known for known in GRANTED if known == status]
    if not found:
        raise PeopleError(400, f"status must be one of {', '.join(GRANTED)}.")
    for right, granted in rights.items():
        if right not in rights_of(chat) or not isinstance(granted, bool):
            raise PeopleError(400, f"rights.{right}: name true or false for some of {', '.join(rights_of(chat))}.")
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
