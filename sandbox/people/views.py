"""Chats and messages as one person sees them."""

from __future__ import annotations

from typing import Any

from sandbox import chats, messages
from sandbox.chats import Chat, User
from sandbox.messages import Message
from sandbox.people.errors import PeopleError
from sandbox.state import State
from sandbox.telegram.entities import to_html

Json = dict[str, Any]


def user_view(user: User) -> Json:
    return {
        "id": user.id,
        "name": user.name,
        "username": user.username,
        "language": user.language,
        "persona": user.persona,
    }


def find_chat(state: State, viewer: User, ref: int | str) -> Chat:
    """A chat the person sees: by id, by name; the private chat by the bot's id, its name, or the person's own id."""
    ref = _number(ref)
    other = chats.main_bot(state) if ref == viewer.id else chats.find_user(state, ref)
    found = chats.private_chat(state, viewer.id, other.id) if other and other.is_bot else chats.find_chat(state, ref)
    if found is None:
        raise PeopleError(404, f"There is no chat {ref}; GET /api/users/{viewer.id}/chats lists them.")
    if not found.is_private and not chats.member(state, found, viewer.id).present:
        raise PeopleError(403, f"{viewer.name} is not in {found.title}; an administrator can add them.")
    return found


def shown_id(chat: Chat) -> int:
    """A person knows the private chat by the bot's id."""
    return chat.bot if chat.bot is not None else chat.id


def chat_view(state: State, viewer: User, chat: Chat) -> Json:
    last = messages.read(state, chat, after=None, limit=1)
    view: Json = {
        "id": shown_id(chat),
        "type": chat.type,
        "title": chat.title,
        "username": chat.username,
        "members": chats.count_members(state, chat),
        "can_write": True,
        "is_admin": False,
        "bot": None,
        "started": chat.started,
        "blocked": chat.blocked,
        "last": {"text": last[0].text, "date": last[0].date} if last else None,
    }
    if chat.bot is not None:
        bot = chats.get_user(state, chat.bot)
        return view | {"title": bot.name, "username": bot.username, "bot": "member"}
    own = chats.member(state, chat, viewer.id)
    row = state.row("SELECT status FROM members WHERE chat = ? AND user = ?", chat.key, chats.main_bot(state).id)
    return view | {
        "can_write": can_write(state, viewer, chat),
        "is_admin": own.administers,
        "bot": row["status"] if row else None,
    }


def can_write(state: State, person: User, chat: Chat) -> bool:
    """Anyone may write to the bot and in a group; in a channel, who may post."""
    if chat.is_private:
        return True
    own = chats.member(state, chat, person.id)
    return own.may("can_post_messages") if chat.type == "channel" else own.present


def message_view(state: State, viewer: User, chat: Chat, message: Message) -> Json:
    """A channel's posts come from nobody; `out` says which are the viewer's own."""
    sender = chats.get_user(state, message.sender) if message.sender is not None else None
    author = {"id": sender.id, "name": sender.name, "bot": sender.is_bot} if sender else None
    rows = message.markup["inline_keyboard"] if message.markup else []
    return {
        "id": message.id,
        "chat": shown_id(chat),
        "from": None if chat.type == "channel" else author,
        "author": message.signature,
        "date": message.date,
        "edited": message.edit_date is not None,
        "text": message.text,
        "html": to_html(message.text, message.entities),
        "out": message.sender == viewer.id,
        "buttons": [[button_view(button) for button in row] for row in rows],
    }


def button_view(button: Json) -> Json:
    if "url" in button:
        return {"text": button["text"], "kind": "url", "url": button["url"]}
    return {"text": button["text"], "kind": "callback", "data": button["callback_data"]}


def _number(ref: int | str) -> int | str:
    if isinstance(ref, int):
        return ref
    return int(ref) if ref.lstrip("-").isdecimal() and len(ref) < 19 else ref
