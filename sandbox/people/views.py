"""Chats and messages as one person sees them."""

from __future__ import annotations

from typing import Any

from sandbox import chats, ephemerals, messages, reactions
from sandbox.chats import Chat, User
from sandbox.messages import Message
from sandbox.people.errors import PeopleError
from sandbox.state import State
from sandbox.telegram.entities import to_html
from sandbox.telegram.objects import MEDIA

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
    if found is not None and found.migrated_to is not None:
        new = chats.chat_by_key(state, found.migrated_to)
        raise PeopleError(404, f"{found.title} became a supergroup; it is chat {new.id} now.")
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
        "linked": chats.chat_by_key(state, chat.linked).id if chat.linked is not None else None,
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


def messages_view(state: State, viewer: User, chat: Chat, found: list[Message]) -> list[Json]:
    """With the ephemeral ones the viewer sees among them, under negative ids, and without those they replace."""
    views = [message_view(state, viewer, chat, message) for message in found]
    if not chat.is_group:
        return views
    for one in ephemerals.seen_by(state, chat, viewer.id):
        view = message_view(state, viewer, chat, one.message) | {"id": -one.id, "ephemeral": True}
        places = [i for i, v in enumerate(views) if v["id"] in (one.replaces, one.after)]
        replaced = [i for i, v in enumerate(views) if v["id"] == one.replaces]
        if replaced:
            views[replaced[0]] = view
        elif not views or places or one.after >= found[-1].id:
            views.insert(places[-1] + 1 if places else len(views), view)
    return views


def message_view(state: State, viewer: User, chat: Chat, message: Message) -> Json:
    """A channel's posts come from nobody; `out` says which are the viewer's own."""
    rows = message.markup["inline_keyboard"] if message.markup else []
    reactions_here = reactions.counts(state, chat, message.id) if message.id else {}
    return {
        "id": message.id,
        "chat": shown_id(chat),
        "from": author_view(state, chat, message),
        "author": message.signature,
        "date": message.date,
        "edited": message.edit_date is not None,
        "text": message.text,
        "html": to_html(message.text, message.entities),
        "out": message.sender == viewer.id,
        "buttons": [[button_view(button) for button in row] for row in rows],
        "reply_to": reply_view(state, chat, message),
        "forwarded_from": _origin_name(message.extra.get("forward_origin")),
        "automatic": message.extra.get("is_automatic_forward", False),
        "via": chats.get_user(state, message.meta["via"]).username if "via" in message.meta else None,
        "album": message.extra.get("media_group_id"),
        "media": media_view(message),
        "invoice": message.extra.get("invoice"),
        "service": service_view(message),
        "keyboard": message.meta.get("keyboard"),
        "reactions": reactions_here,
        "ephemeral": False,
    }


def author_view(state: State, chat: Chat, message: Message) -> Json | None:
    """Who is shown as the author; in a group that may be a chat."""
    if chat.type == "channel":
        return None
    if "as" in message.meta:
        spoken_for = chats.chat_by_key(state, message.meta["as"])
        return {"id": spoken_for.id, "name": spoken_for.title, "bot": False}
    sender = chats.get_user(state, message.sender) if message.sender is not None else None
    return {"id": sender.id, "name": sender.name, "bot": sender.is_bot} if sender else None


def reply_view(state: State, chat: Chat, message: Message) -> Json | None:
    """The message answered to, short; its text is None when it is gone."""
    if message.reply_to is None:
        return None
    answered = messages.find(state, chat, message.reply_to)
    if answered is None:
        return {"id": message.reply_to, "name": None, "text": None, "media": None}
    author = author_view(state, chat, answered)
    media = media_view(answered)
    name = author["name"] if author else chat.title
    return {"id": answered.id, "name": name, "text": answered.text[:120], "media": media["kind"] if media else None}


def media_view(message: Message) -> Json | None:
    """A photo, document or sticker with the address of its file here."""
    kind = next((kind for kind in MEDIA if kind in message.extra), None)
    if kind is None:
        return None
    file = message.extra[kind][-1] if kind == "photo" else message.extra[kind]
    known = {k: file.get(k) for k in ("width", "height", "emoji", "file_name")}
    return {"kind": kind, "url": f"/api/files/{file['file_id']}"} | known


def service_view(message: Message) -> Json | None:
    """What happened: its kind is the Bot API's name of it, with whom or what it was about."""
    if not message.meta.get("service"):
        return None
    kind, about = next(iter(message.extra.items()))
    names = [user["first_name"] for user in about] if kind == "new_chat_members" else []
    if kind == "left_chat_member":
        names = [about["first_name"]]
    more = {k: about[k] for k in ("currency", "total_amount")} if kind.endswith("_payment") else {}
    return {"kind": kind, "names": names, "title": about if kind == "new_chat_title" else None} | more


def _origin_name(origin: Json | None) -> str | None:
    if origin is None:
        return None
    chat = origin.get("chat") or origin.get("sender_chat")
    return str(chat["title"] if chat else origin["sender_user"]["first_name"])


def button_view(button: Json) -> Json:
    if "url" in button:
        return {"text": button["text"], "kind": "url", "url": button["url"]}
    if "callback_data" in button:
        return {"text": button["text"], "kind": "callback", "data": button["callback_data"]}
    kind = "pay" if "pay" in button else "copy" if "copy_text" in button else "inline"
    return {"text": button["text"], "kind": kind}


def _number(ref: int | str) -> int | str:
    if isinstance(ref, int):
        return ref
    return int(ref) if ref.lstrip("-").isdecimal() and len(ref) < 19 else ref
