"""Copies, forwards, pins and reactions."""

from __future__ import annotations

from typing import Any

from sandbox import chats, messages, reactions
from sandbox.chats import Chat
from sandbox.messages import Message
from sandbox.state import State
from sandbox.telegram import access, feed
from sandbox.telegram.errors import bad_request, not_played
from sandbox.telegram.methods.call import Call, Table
from sandbox.telegram.methods.sending import CAPTION, QUIET, REPLY, caption_of, send
from sandbox.telegram.objects import MEDIA, message_json

METHODS = Table()
BESIDE = ("has_protected_content", "media_group_id", "is_automatic_forward", "forward_origin")
FROM = "chat_id from_chat_id message_thread_id protect_content"


@METHODS.method("copyMessage", f"message_id reply_markup {FROM} {CAPTION} {QUIET} {REPLY}")
def copy_message(call: Call) -> Any:
    """The same words without the link to where they came from; a new caption only where one was."""
    chat = access.writable(call.state, call.bot, call["chat_id"])
    _, source = _source(call, call["message_id"])
    if source.meta.get("service") or "invoice" in source.extra:
        raise bad_request("message can't be copied")
    text, entities = source.text, source.entities
    extra = {k: v for k, v in source.extra.items() if k not in BESIDE}
    if call.get("caption") is not None and any(media in source.extra for media in MEDIA):
        text, entities, more = caption_of(call)
        extra |= more
    return {"message_id": send(call, chat, text=text, entities=entities, extra=extra)["message_id"]}


@METHODS.method("forwardMessage", f"message_id {FROM} {QUIET}")
def forward_message(call: Call) -> Any:
    chat = access.writable(call.state, call.bot, call["chat_id"])
    return message_json(call.state, chat, _forward(call, chat, call["message_id"]))


@METHODS.method("forwardMessages", f"message_ids {FROM} {QUIET}")
def forward_messages(call: Call) -> Any:
    """Those that are not there are skipped."""
    chat = access.writable(call.state, call.bot, call["chat_id"])
    if not 1 <= len(call["message_ids"]) <= 100:
        raise bad_request("message_ids must name 1 to 100 messages")
    source = access.visible(call.state, call.bot, call["from_chat_id"])
    wanted = [one for one in call["message_ids"] if messages.find(call.state, source, one)]
    return [{"message_id": _forward(call, chat, one).id} for one in wanted]


@METHODS.method("pinChatMessage", "chat_id message_id disable_notification")
def pin_chat_message(call: Call) -> bool:
    """Makes the service message of it, except when it is pinned already."""
    chat, message = _pinnable(call, call["message_id"])
    if call.state.run("INSERT OR IGNORE INTO pins VALUES (?, ?)", chat.key, message.id):
        pinned = message_json(call.state, chat, message, with_reply=False)
        feed.serve_notice(call.state, chat, call.bot.id, pinned_message=pinned)
    return True


@METHODS.method("unpinChatMessage", "chat_id message_id")
def unpin_chat_message(call: Call) -> bool:
    """The newest one, unless one is named."""
    chat = _pinnable_chat(call)
    row = call.state.row("SELECT max(message) AS id FROM pins WHERE chat = ?", chat.key)
    wanted = call.get("message_id", row["id"] if row else None)
    if not call.state.run("DELETE FROM pins WHERE chat = ? AND message = ?", chat.key, wanted):
        raise bad_request("message to unpin not found")
    return True


@METHODS.method("unpinAllChatMessages", "chat_id")
def unpin_all_chat_messages(call: Call) -> bool:
    call.state.run("DELETE FROM pins WHERE chat = ?", _pinnable_chat(call).key)
    return True


@METHODS.method("setMessageReaction", "chat_id message_id reaction is_big")
def set_message_reaction(call: Call) -> bool:
    """A bot gives one emoji at most, of those everyone has; nobody gets an update of it."""
    chat = access.visible(call.state, call.bot, call["chat_id"])
    message = messages.find(call.state, chat, call["message_id"])
    if message is None:
        raise bad_request("message to react not found")
    wanted: list[dict[str, Any]] = call.get("reaction") or []
    if len(wanted) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    for reaction in wanted:
        if reaction["type"] != "emoji":
            raise not_played(f"reactions of the type {reaction['type']}")
        if reaction["emoji"] not in reactions.EMOJI:
            raise bad_request("REACTION_INVALID")
    reactions.put(call.state, chat, message.id, call.bot.id, wanted)
    chats.tell(call.state, chat, "edit")
    return True


def forwarded(state: State, chat: Chat, message: Message) -> dict[str, Any]:
    """What a forwarded copy has beside the words."""
    kept = {k: v for k, v in message.extra.items() if k not in BESIDE}
    return kept | {"forward_origin": feed.forward_origin(state, chat, message)}


def _forward(call: Call, chat: Chat, message_id: int) -> Message:
    where, source = _source(call, message_id)
    if source.extra.get("has_protected_content") or source.meta.get("service"):
        raise bad_request("the message can't be forwarded")
    extra = forwarded(call.state, where, source)
    if call.get("protect_content"):
        extra["has_protected_content"] = True
    copy = messages.add(call.state, chat, sender=call.bot.id, text=source.text, entities=source.entities, extra=extra)
    feed.posted(call.state, chat, copy)
    return copy


def _source(call: Call, message_id: int) -> tuple[Chat, Message]:
    where = access.visible(call.state, call.bot, call["from_chat_id"])
    found = messages.find(call.state, where, message_id)
    if found is None:
        what = "copy" if call.name.startswith("copy") else "forward"
        raise bad_request(f"message to {what} not found")
    return where, found


def _pinnable_chat(call: Call) -> Chat:
    chat = access.visible(call.state, call.bot, call["chat_id"])
    right = "can_edit_messages" if chat.type == "channel" else "can_pin_messages"
    if not chat.is_private and not access.membership(call.state, call.bot, chat).may(right):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    return chat


def _pinnable(call: Call, message_id: int) -> tuple[Chat, Message]:
    chat = _pinnable_chat(call)
    message = messages.find(call.state, chat, message_id)
    if message is None:
        raise bad_request("message to pin not found")
    return chat, message
