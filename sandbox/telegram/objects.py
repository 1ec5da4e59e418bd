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
GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")


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


def me_json(bot: User) -> Json:
    """What getMe adds for the bot itself."""
    return user_json(bot) | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
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
    if chat.type == "channel":
        full["has_visible_history"] = True
    return full


def message_json(state: State, chat: Chat, message: Message, *, with_reply: bool = True) -> Json:
    """Message; in a channel it comes from the channel, not from a person."""
    sender = chats.get_user(state, message.sender) if message.sender is not None else None
    in_channel = chat.type == "channel"
    chat_object = chat_json(state, chat)
    reply = messages.find(state, chat, message.reply_to) if message.reply_to and with_reply else None
    return _present(
        message_id=message.id,
        **{"from": user_json(sender) if sender and not in_channel else None},
        sender_chat=chat_object if in_channel else None,
        author_signature=message.signature,
        chat=chat_object,
        date=message.date,
        edit_date=message.edit_date,
        reply_to_message=message_json(state, chat, reply, with_reply=False) if reply else None,
        text=message.text,
        entities=[entity_json(state, e) for e in message.entities] or None,
        reply_markup=message.markup,
        **message.extra,
    )


def entity_json(state: State, entity: Json) -> Json:
    if "user" not in entity:
        return entity
    return entity | {"user": user_json(chats.get_user(state, entity["user"]))}


def member_json(chat: Chat, user: User, member: Member) -> Json:
    """One of the ChatMember variants, with everything that variant must have."""
    common = {"user": user_json(user), "status": member.status}
    if member.status == "creator":
        return common | {"is_anonymous": False}
    if member.status == "administrator":
        rights = {right: member.rights.get(right, False) for right in rights_of(chat)}
        return common | {"can_be_edited": False, "is_anonymous": False} | rights
    return common | ({"until_date": 0} if member.status == "kicked" else {})


def member_updated_json(state: State, chat: Chat, by: User, user: User, old: Member, new: Member) -> Json:
    return {
        "chat": chat_json(state, chat),
        "from": user_json(by),
        "date": state.now(),
        "old_chat_member": member_json(chat, user, old),
        "new_chat_member": member_json(chat, user, new),
    }


def callback_json(state: State, chat: Chat, message: Message, by: User, query_id: str, data: str) -> Json:
    digest = hashlib.sha256(f"{chat.key}:{chat.id}".encode()).digest()
    return {
        "id": query_id,
        "from": user_json(by),
        "message": message_json(state, chat, message),
        "chat_instance": str(int.from_bytes(digest[:8], signed=True)),
        "data": data,
    }


def _present(**fields: Any) -> Json:
    return {name: value for name, value in fields.items() if value is not None}
