"""What every method that sends has in common: where to, in answer to what, for whose eyes."""

from __future__ import annotations

from typing import Any

from sandbox import chats, ephemerals, messages
from sandbox.chats import Chat
from sandbox.ephemerals import Ephemeral
from sandbox.messages import Message
from sandbox.telegram import access, feed
from sandbox.telegram.entities import Entity, read_text
from sandbox.telegram.errors import bad_request, not_played
from sandbox.telegram.keyboards import read_keyboard, read_markup
from sandbox.telegram.methods.call import Call
from sandbox.telegram.objects import message_json, user_json

# Nothing here rings, and nothing costs Stars: these are checked and have no other effect.
QUIET = "disable_notification allow_paid_broadcast message_effect_id"
REPLY = "reply_parameters reply_to_message_id allow_sending_without_reply"
CAPTION = "caption parse_mode caption_entities show_caption_above_media"
COMMON = f"chat_id message_thread_id protect_content {QUIET} {REPLY}"
EPHEMERAL = "ephemeral_message_parameters receiver_user_id callback_query_id"
EPHEMERAL_WITHIN_S = 15


def send(
    call: Call, chat: Chat, *, text: str = "", entities: list[Entity] | None = None, extra: dict[str, Any] | None = None
) -> Any:
    """Send what is ready to a chat that may be written to; the Message, as the bot sees it."""
    extra = (extra or {}) | ({"has_protected_content": True} if call.get("protect_content") else {})
    markup, keyboard = read_markup(call.get("reply_markup")), read_keyboard(call.get("reply_markup"))
    for_one = _for_one(call)
    if for_one:
        draft = Message(
            *(0, call.bot.id, None, call.state.now(), None, text, entities or [], markup),
            *(call.bot.id if markup else None, None, extra),
        )
        return _send_to_one(call, chat, for_one, draft)
    thread = _thread(call, chat)
    reply_to = reply_of(call, chat)
    message = messages.add(
        call.state,
        chat,
        sender=call.bot.id,
        text=text,
        entities=entities,
        markup=markup,
        reply_to=thread if reply_to is None else reply_to,
        extra=extra,
        meta=keyboard,
    )
    feed.posted(call.state, chat, message)
    return message_json(call.state, chat, message)


def text_of(call: Call, text: str, *, entities: str = "entities", what: str = "text") -> tuple[str, list[Entity]]:
    """A text or caption with its entities; Telegram forgets a mention of somebody it does not know."""
    text, found = read_text(text, call.get("parse_mode"), call.get(entities), what)
    return text, [e for e in found if "user" not in e or chats.find_user(call.state, e["user"])]


def caption_of(call: Call) -> tuple[str, list[Entity], dict[str, Any]]:
    """Caption, entities, and what goes into the message beside them."""
    text, entities = text_of(call, call.get("caption") or "", entities="caption_entities", what="caption")
    return text, entities, {"show_caption_above_media": True} if call.get("show_caption_above_media") else {}


def reply_of(call: Call, chat: Chat) -> int | None:
    """The message answered to; it has to be there, unless the bot says it need not."""
    wanted = call.get("reply_parameters") or {}
    # Clients send quote_parse_mode with every reply; alone it means nothing.
    quotes = set(wanted) - {"message_id", "allow_sending_without_reply", "chat_id", "quote_parse_mode"}
    if quotes or wanted.get("chat_id", chat.id) not in (chat.id, f"@{chat.username}"):
        raise not_played("quotes and replies to another chat")
    message_id: int | None = wanted.get("message_id", call.get("reply_to_message_id"))
    if message_id is None or messages.find(call.state, chat, message_id):
        return message_id
    if wanted.get("allow_sending_without_reply", call.get("allow_sending_without_reply")):
        return None
    raise bad_request("message to be replied not found")


def _thread(call: Call, chat: Chat) -> int | None:
    """In a supergroup without topics a thread is the replies to one message."""
    thread: int | None = call.get("message_thread_id")
    if thread is None:
        return None
    if chat.type != "supergroup":
        raise not_played(f"the parameter message_thread_id of {call.name} outside a supergroup")
    if messages.find(call.state, chat, thread) is None:
        raise bad_request("message thread not found")
    return thread


def _for_one(call: Call) -> dict[str, Any] | None:
    """The parameters of an ephemeral message, new style or old."""
    wanted: dict[str, Any] | None = call.get("ephemeral_message_parameters")
    if wanted is None and call.get("receiver_user_id") is not None:
        wanted = {"receiver_user_id": call["receiver_user_id"]}
        if call.get("callback_query_id"):
            wanted["callback_query_id"] = call["callback_query_id"]
    return wanted


def _send_to_one(call: Call, chat: Chat, wanted: dict[str, Any], draft: Message) -> Any:
    """Whoever administers may at any time, others within seconds of that person's tap.

    Source: core.telegram.org/bots/api#ephemeral-messages-and-commands.
    """
    if not chat.is_group:
        raise bad_request("ephemeral messages can be sent only in groups and supergroups")
    receiver = chats.find_user(call.state, wanted["receiver_user_id"])
    if receiver is None or receiver.is_bot or not chats.member(call.state, chat, receiver.id).present:
        raise bad_request("USER_NOT_PARTICIPANT: the receiver is not a member of the chat")
    if wanted.get("callback_query_id") is None and not access.membership(call.state, call.bot, chat).administers:
        raise bad_request("not enough rights to send ephemeral messages to the chat")
    replaces = _tapped(call, chat, wanted)
    sent = ephemerals.add(call.state, chat, receiver.id, draft, replaces)
    return ephemeral_json(call, chat, sent)


def _tapped(call: Call, chat: Chat, wanted: dict[str, Any]) -> int | None:
    """The message that is replaced, if one is; a tap can be answered so for 15 seconds."""
    query_id = wanted.get("callback_query_id")
    if query_id is None:
        if wanted.get("replace_callback_query_message"):
            raise bad_request("replace_callback_query_message needs a callback_query_id")
        return None
    query = call.state.row("SELECT * FROM callback_queries WHERE id = ? AND bot = ?", query_id, call.bot.id)
    late = query is None or call.state.now() - query["created_at"] > EPHEMERAL_WITHIN_S
    if query is None or late or (query["user"], query["chat"]) != (wanted["receiver_user_id"], chat.key):
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if not wanted.get("replace_callback_query_message"):
        return None
    if query["message"] is None:
        raise bad_request("an ephemeral message is edited, not replaced")
    return int(query["message"])


def ephemeral_json(call: Call, chat: Chat, sent: Ephemeral) -> dict[str, Any]:
    receiver = user_json(chats.get_user(call.state, sent.receiver))
    body = message_json(call.state, chat, sent.message)
    return body | {"receiver_user": receiver, "ephemeral_message_id": sent.id}
