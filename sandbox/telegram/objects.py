"""The Bot API's objects, made from what the file holds."""

from __future__ import annotations

import hashlib
from typing import Any

from sandbox import chats, messages
from sandbox.chats import Chat, Member, User
from sandbox.messages import Message
from sandbox.state import State

Json = dict[str, Any]

# What ChatMemberAdministrator always says, and what only channels or only groups have.
RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
)
CHANNEL_RIGHTS = ("can_post_messages", "can_edit_messages", "can_manage_direct_messages")
GROUP_RIGHTS = ("can_pin_messages", "can_manage_topics", "can_manage_tags")
MEDIA = ("photo", "document", "sticker")
# Who speaks for a chat in a group. Source: telegram-bot-api, Client.h.
ANONYMOUS: Json = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
TELEGRAM: Json = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
CHANNEL: Json = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")


PERMISSIONS = (
    *("can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos"),
    *("can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages"),
    *("can_add_web_page_previews", "can_react_to_messages", "can_edit_tag", "can_change_info", "can_invite_users"),
    *("can_pin_messages", "can_manage_topics"),
)


def rights_of(chat: Chat) -> tuple[str, ...]:
    return RIGHTS + (CHANNEL_RIGHTS if chat.type == "channel" else GROUP_RIGHTS)


def user_json(user: User) -> Json:
    """Bots have no language."""
    return _present(
        id=user.id,
        is_bot=user.is_bot,
        first_name=user.first_name,
        last_name=user.last_name,
        username=user.username,
        language_code=user.language,
    )


def me_json(state: State, bot: User) -> Json:
    """What getMe adds for the bot itself."""
    chosen = chats.bot_settings(state, bot.id)
    return user_json(bot) | {
        "can_join_groups": True,
        "can_read_all_group_messages": not chosen.privacy,
        "supports_inline_queries": chosen.inline_mode,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def chat_json(state: State, chat: Chat) -> Json:
    if not chat.is_private:
        return _present(id=chat.id, type=chat.type, title=chat.title, username=chat.username)
    person = chats.get_user(state, chat.id)
    names = {"first_name": person.first_name, "last_name": person.last_name, "username": person.username}
    return _present(id=chat.id, type="private", **names)


def full_chat_json(state: State, chat: Chat) -> Json:
    """ChatFullInfo."""
    full = chat_json(state, chat) | {
        "accent_color_id": chat.key % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(GIFTS, False),
    }
    username = full.get("username")
    if username:
        full["active_usernames"] = [username]
    if chat.type in ("channel", "supergroup"):
        full["has_visible_history"] = True
    if chat.is_group:
        full["permissions"] = dict.fromkeys(PERMISSIONS, True)
    if chat.linked is not None:
        full["linked_chat_id"] = chats.chat_by_key(state, chat.linked).id
    pinned = state.row("SELECT max(message) AS id FROM pins WHERE chat = ?", chat.key)
    message = messages.find(state, chat, pinned["id"]) if pinned and pinned["id"] is not None else None
    return full | ({"pinned_message": message_json(state, chat, message)} if message else {})


def message_json(state: State, chat: Chat, message: Message, *, with_reply: bool = True) -> Json:
    """Message; in a channel it comes from the channel, not from a person."""
    reply = messages.find(state, chat, message.reply_to) if message.reply_to and with_reply else None
    return _present(
        message_id=message.id,
        message_thread_id=message.meta.get("thread"),
        **sender_json(state, chat, message),
        author_signature=message.signature,
        chat=chat_json(state, chat),
        date=message.date,
        edit_date=message.edit_date,
        reply_to_message=message_json(state, chat, reply, with_reply=False) if reply else None,
        via_bot=user_json(chats.get_user(state, message.meta["via"])) if "via" in message.meta else None,
        **text_json(state, message),
        reply_markup=message.markup,
        **message.extra,
    )


def sender_json(state: State, chat: Chat, message: Message) -> Json:
    """Who a message is from, and in the name of which chat."""
    spoken_for = message.meta.get("as", chat.key if chat.type == "channel" else None)
    if spoken_for is None:
        return {"from": user_json(chats.get_user(state, message.sender))} if message.sender is not None else {}
    sender_chat = {"sender_chat": chat_json(state, chats.chat_by_key(state, spoken_for))}
    if chat.type == "channel":
        return sender_chat
    if spoken_for == chat.key:
        return sender_chat | {"from": ANONYMOUS}
    return sender_chat | {"from": TELEGRAM if message.extra.get("is_automatic_forward") else CHANNEL}


def text_json(state: State, message: Message) -> Json:
    """Under the names of a caption where there is something to caption; nothing for what has no words."""
    if not message.text:
        return {}
    names = ("caption", "caption_entities") if any(m in message.extra for m in MEDIA) else ("text", "entities")
    entities = [entity_json(state, e) for e in message.entities] or None
    return _present(**{names[0]: message.text, names[1]: entities})


def entity_json(state: State, entity: Json) -> Json:
    if "user" not in entity:
        return entity
    return entity | {"user": user_json(chats.get_user(state, entity["user"]))}


def member_json(chat: Chat, user: User, member: Member) -> Json:
    """One of the ChatMember variants, with everything that variant must have."""
    common = {"user": user_json(user), "status": member.status}
    anonymous = member.is_anonymous
    if member.status == "creator":
        return common | {"is_anonymous": anonymous}
    if member.status == "administrator":
        rights = {right: member.rights.get(right, False) for right in rights_of(chat)}
        return common | {"can_be_edited": False, "is_anonymous": anonymous} | rights
    return common | ({"until_date": 0} if member.status == "kicked" else {})


def member_updated_json(state: State, chat: Chat, by: User, user: User, old: Member, new: Member) -> Json:
    return {
        "chat": chat_json(state, chat),
        "from": user_json(by),
        "date": state.now(),
        "old_chat_member": member_json(chat, user, old),
        "new_chat_member": member_json(chat, user, new),
    }


def callback_json(chat: Chat, message: Json, by: User, query_id: str, data: str) -> Json:
    """`message` is what the button is on: {"message": …} or {"inline_message_id": …}."""
    digest = hashlib.sha256(f"{chat.key}:{chat.id}".encode()).digest()
    return {
        "id": query_id,
        "from": user_json(by),
        **message,
        "chat_instance": str(int.from_bytes(digest[:8], signed=True)),
        "data": data,
    }


def _present(**fields: Any) -> Json:
    return {name: value for name, value in fields.items() if value is not None}
