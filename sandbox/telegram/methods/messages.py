"""Sending, editing and deleting messages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox import chats, messages
from sandbox.chats import Chat
from sandbox.messages import Message
from sandbox.telegram import access
from sandbox.telegram.entities import Entity, read_text
from sandbox.telegram.errors import bad_request, forbidden, not_played
from sandbox.telegram.keyboards import read_markup
from sandbox.telegram.methods.call import Call, Table
from sandbox.telegram.objects import message_json

METHODS = Table()
DELETABLE_S = 48 * 3600
PREVIEW = "link_preview_options disable_web_page_preview"
# Nothing here rings, and nothing costs Stars: these are checked and have no other effect.
QUIET = "disable_notification allow_paid_broadcast message_effect_id"
REPLY = "reply_parameters reply_to_message_id allow_sending_without_reply"


@METHODS.method(
    "sendMessage", f"chat_id text parse_mode entities protect_content reply_markup {PREVIEW} {QUIET} {REPLY}"
)
def send_message(call: Call) -> Any:
    chat = access.writable(call.state, call.bot, call["chat_id"])
    text, entities = _text(call, call["text"])
    markup = read_markup(call.get("reply_markup"))
    extra: dict[str, Any] = _preview(call)
    if call.get("protect_content"):
        extra["has_protected_content"] = True
    message = messages.add(
        call.state,
        chat,
        sender=call.bot.id,
        text=text,
        entities=entities,
        markup=markup,
        reply_to=_reply(call, chat),
        extra=extra,
    )
    return message_json(call.state, chat, message)


@METHODS.method("editMessageText", f"chat_id message_id text parse_mode entities reply_markup {PREVIEW}")
def edit_message_text(call: Call) -> Any:
    if call.get("text") is None:
        raise bad_request("message text is empty")
    chat, message = _editable(call)
    text, entities = _text(call, call["text"])
    extra = {k: v for k, v in message.extra.items() if k != "link_preview_options"} | _preview(call)
    edited = replace(message, text=text, entities=entities, extra=extra)
    if (text, entities) != (message.text, message.entities):
        edited = replace(edited, edit_date=call.state.now())
    return _save(call, chat, message, edited)


@METHODS.method("editMessageReplyMarkup", "chat_id message_id reply_markup")
def edit_message_reply_markup(call: Call) -> Any:
    chat, message = _editable(call)
    return _save(call, chat, message, message)


@METHODS.method("deleteMessage", "chat_id message_id")
def delete_message(call: Call) -> bool:
    chat = access.visible(call.state, call.bot, call["chat_id"])
    message = messages.find(call.state, chat, call["message_id"])
    if message is None:
        raise bad_request("message to delete not found")
    _delete(call, chat, message)
    return True


@METHODS.method("deleteMessages", "chat_id message_ids")
def delete_messages(call: Call) -> bool:
    """Those that are not there are skipped."""
    if not 1 <= len(call["message_ids"]) <= 100:
        raise bad_request("message_ids must name 1 to 100 messages")
    chat = access.visible(call.state, call.bot, call["chat_id"])
    for message_id in dict.fromkeys(call["message_ids"]):
        message = messages.find(call.state, chat, message_id)
        if message:
            _delete(call, chat, message)
    return True


def _text(call: Call, text: str) -> tuple[str, list[Entity]]:
    text, entities = read_text(text, call.get("parse_mode"), call.get("entities"))
    # Telegram forgets a mention of somebody it does not know.
    return text, [e for e in entities if "user" not in e or chats.find_user(call.state, e["user"])]


def _preview(call: Call) -> dict[str, Any]:
    options = call.get("link_preview_options") or {}
    if call.get("disable_web_page_preview"):
        options = {"is_disabled": True}
    return {"link_preview_options": options} if options else {}


def _reply(call: Call, chat: Chat) -> int | None:
    """The message answered to; it has to be there, unless the bot says it need not."""
    wanted = call.get("reply_parameters") or {}
    # Clients send quote_parse_mode with every reply; alone it means nothing.
    quotes = set(wanted) - {"message_id", "allow_sending_without_reply", "chat_id", "quote_parse_mode"}
    if quotes or wanted.get("chat_id", chat.id) != chat.id:
        raise not_played("quotes and replies to another chat")
    message_id: int | None = wanted.get("message_id", call.get("reply_to_message_id"))
    if message_id is None or messages.find(call.state, chat, message_id):
        return message_id
    if wanted.get("allow_sending_without_reply", call.get("allow_sending_without_reply")):
        return None
    raise bad_request("message to be replied not found")


def _editable(call: Call) -> tuple[Chat, Message]:
    for name in ("chat_id", "message_id"):
        if call.get(name) is None:
            raise bad_request(f'parameter "{name}" is missing; the sandbox has no inline messages')
    chat = access.visible(call.state, call.bot, call["chat_id"])
    message = messages.find(call.state, chat, call["message_id"])
    if message is None:
        raise bad_request("message to edit not found")
    if chat.blocked:
        raise forbidden("bot was blocked by the user")
    if not access.may_edit(call.state, call.bot, chat, message.sender):
        raise bad_request("message can't be edited")
    return chat, message


def _save(call: Call, chat: Chat, old: Message, new: Message) -> Any:
    """A markup that is left out is taken away, as Telegram does."""
    markup = read_markup(call.get("reply_markup"))
    new = replace(new, markup=markup, markup_bot=call.bot.id if markup else None)
    if replace(new, markup_bot=old.markup_bot) == old:
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same"
            " as a current content and reply markup of the message"
        )
    messages.save_edit(call.state, chat, new)
    return message_json(call.state, chat, new)


def _delete(call: Call, chat: Chat, message: Message) -> None:
    """The 48 hours do not bind who may delete everything in a channel."""
    old = call.state.now() - message.date > DELETABLE_S
    if not access.may_delete(call.state, call.bot, chat, message.sender, old=old):
        raise bad_request("message can't be deleted")
    messages.delete(call.state, chat, message.id)
