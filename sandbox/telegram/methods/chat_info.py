"""Asking about chats and their members, and leaving."""

from __future__ import annotations

from typing import Any

from sandbox import chats
from sandbox.chats import Chat, Member
from sandbox.telegram import access, feed, updates
from sandbox.telegram.errors import bad_request
from sandbox.telegram.methods.call import Call, Table
from sandbox.telegram.objects import full_chat_json, member_json, member_updated_json, user_json

METHODS = Table()
ACTIONS = frozenset(
    (
        *("typing", "choose_sticker", "find_location", "upload_photo", "upload_document"),
        *("record_video", "upload_video", "record_voice", "upload_voice", "record_video_note", "upload_video_note"),
    )
)


@METHODS.method("getChat", "chat_id")
def get_chat(call: Call) -> Any:
    """A public channel may be looked up by its name without being in it."""
    if isinstance(call["chat_id"], str):
        return full_chat_json(call.state, access.resolve(call.state, call.bot, call["chat_id"]))
    return full_chat_json(call.state, access.visible(call.state, call.bot, call["chat_id"]))


@METHODS.method("getChatMember", "chat_id user_id")
def get_chat_member(call: Call) -> Any:
    chat = access.visible(call.state, call.bot, call["chat_id"])
    user = chats.find_user(call.state, call["user_id"])
    if user is None:
        raise bad_request("user not found")
    if chat.is_private:
        return member_json(chat, user, Member("member" if user.id in (chat.id, call.bot.id) else "left", {}))
    _member_list_is_open(call, chat, user.id)
    return member_json(chat, user, chats.member(call.state, chat, user.id))


@METHODS.method("getChatAdministrators", "chat_id return_bots")
def get_chat_administrators(call: Call) -> Any:
    """Without other bots, unless they are asked for."""
    chat = access.visible(call.state, call.bot, call["chat_id"])
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    return [
        member_json(chat, user, member)
        for user, member in chats.members(call.state, chat)
        if member.administers and (not user.is_bot or user.id == call.bot.id or call.get("return_bots"))
    ]


@METHODS.method("getChatMemberCount", "chat_id")
def get_chat_member_count(call: Call) -> int:
    return chats.count_members(call.state, access.visible(call.state, call.bot, call["chat_id"]))


@METHODS.method("sendChatAction", "chat_id action")
def send_chat_action(call: Call) -> bool:
    """Nobody sees it here; that the bot may write there is checked."""
    if call["action"] not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    access.writable(call.state, call.bot, call["chat_id"])
    return True


@METHODS.method("leaveChat", "chat_id")
def leave_chat(call: Call) -> bool:
    chat = access.visible(call.state, call.bot, call["chat_id"])
    if chat.is_private:
        raise bad_request("can't leave a private chat")
    old, new = chats.member(call.state, chat, call.bot.id), Member("left", {})
    chats.set_member(call.state, chat, call.bot.id, new)
    body = member_updated_json(call.state, chat, call.bot, call.bot, old, new)
    updates.put(call.state, call.bot.id, "my_chat_member", body)
    if chat.is_group:
        feed.serve_notice(call.state, chat, call.bot.id, left_chat_member=user_json(call.bot))
    chats.tell(call.state, chat, "member")
    return True


def _member_list_is_open(call: Call, chat: Chat, user: int) -> None:
    if chat.type == "channel" and user != call.bot.id and not access.membership(call.state, call.bot, chat).administers:
        raise bad_request("CHAT_ADMIN_REQUIRED")
