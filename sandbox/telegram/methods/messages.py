"""Sending, editing and deleting messages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox import chats, messages
from sandbox.chats import Chat
from sandbox.messages import Message
from sandbox.telegram import access, feed
from sandbox.telegram.errors import bad_request, forbidden
from sandbox.telegram.keyboards import read_markup
from sandbox.telegram.methods.call import Call, Table
from sandbox.telegram.methods.sending import CAPTION, COMMON, EPHEMERAL, caption_of, send, text_of
from sandbox.telegram.objects import MEDIA, message_json

METHODS = Table()
DELETABLE_S = 48 * 3600
PREVIEW = "link_preview_options disable_web_page_preview"
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
WHICH = "chat_id message_id inline_message_id"


@METHODS.method("sendMessage", f"text parse_mode entities reply_markup {PREVIEW} {COMMON} {EPHEMERAL}")
def send_message(call: Call) -> Any:
    chat = access.writable(call.state, call.bot, call["chat_id"])
    text, entities = text_of(call, call["text"])
    return send(call, chat, text=text, entities=entities, extra=preview_of(call))


@METHODS.method("editMessageText", f"{WHICH} text parse_mode entities reply_markup {PREVIEW}")
def edit_message_text(call: Call) -> Any:
    if call.get("text") is None:
        raise bad_request("message text is empty")
    chat, message = editable(call)
    if any(media in message.extra for media in (*MEDIA, "invoice")):
        raise bad_request("there is no text in the message to edit")
    text, entities = text_of(call, call["text"])
    extra = {k: v for k, v in message.extra.items() if k != "link_preview_options"} | preview_of(call)
    return save(call, chat, message, replace(message, text=text, entities=entities, extra=extra))


@METHODS.method("editMessageCaption", f"{WHICH} {CAPTION} reply_markup")
def edit_message_caption(call: Call) -> Any:
    chat, message = editable(call)
    if not any(media in message.extra for media in MEDIA):
        raise bad_request("there is no caption in the message to edit")
    text, entities, more = caption_of(call)
    extra = {k: v for k, v in message.extra.items() if k != "show_caption_above_media"} | more
    return save(call, chat, message, replace(message, text=text, entities=entities, extra=extra))


@METHODS.method("editMessageReplyMarkup", f"{WHICH} reply_markup")
def edit_message_reply_markup(call: Call) -> Any:
    chat, message = editable(call)
    return save(call, chat, message, message)


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


def preview_of(call: Call) -> dict[str, Any]:
    options = call.get("link_preview_options") or {}
    if call.get("disable_web_page_preview"):
        options = {"is_disabled": True}
    return {"link_preview_options": options} if options else {}


def editable(call: Call) -> tuple[Chat, Message]:
    """The message a call names, by chat and id or by the id of an inline message, if the bot may edit it.

    Nobody edits a forwarded one, not even its keyboard (TDLib, can_edit_message: it has a forward_info).
    """
    if call.get("inline_message_id") is not None:
        return _inline_message(call)
    for name in ("chat_id", "message_id"):
        if call.get(name) is None:
            raise bad_request(f'parameter "{name}" of {call.name} is missing')
    chat = access.visible(call.state, call.bot, call["chat_id"])
    message = messages.find(call.state, chat, call["message_id"])
    if message is None:
        raise bad_request("message to edit not found")
    if chat.blocked:
        raise forbidden("bot was blocked by the user")
    fixed = message.meta.get("service") or "forward_origin" in message.extra
    if fixed or not access.may_edit(call.state, call.bot, chat, message.sender):
        raise bad_request("message can't be edited")
    return chat, message


def _inline_message(call: Call) -> tuple[Chat, Message]:
    row = call.state.row(
        "SELECT chat, message FROM inline_messages WHERE id = ? AND bot = ?", call["inline_message_id"], call.bot.id
    )
    chat = chats.chat_by_key(call.state, row["chat"]) if row else None
    message = messages.find(call.state, chat, row["message"]) if row and chat else None
    if chat is None or message is None:
        raise bad_request("MESSAGE_ID_INVALID")
    return chat, message


def save(call: Call, chat: Chat, old: Message, new: Message) -> Any:
    """A markup that is left out is taken away, as Telegram does; only words that change count as an edit.

    An album's keyboard is dropped without a word, so that alone it is "not modified" (tdlib/td, issue 1463).
    The Message, or True for an inline message.
    """
    markup = read_markup(call.get("reply_markup"))
    markup = None if "media_group_id" in old.extra else markup
    new = replace(new, markup=markup, markup_bot=call.bot.id if markup else None)
    if replace(new, markup_bot=old.markup_bot) == old:
        raise bad_request(NOT_MODIFIED)
    if (new.text, new.entities) != (old.text, old.entities):
        new = replace(new, edit_date=call.state.now())
    messages.save_edit(call.state, chat, new)
    if new.edit_date != old.edit_date or chat.type == "channel":
        feed.edited(call.state, chat, new, by=call.bot.id)
    return True if call.get("inline_message_id") is not None else message_json(call.state, chat, new)


def _delete(call: Call, chat: Chat, message: Message) -> None:
    """The 48 hours do not bind who may delete everything in a channel."""
    old = call.state.now() - message.date > DELETABLE_S
    if not access.may_delete(call.state, call.bot, chat, message.sender, old=old):
        raise bad_request("message can't be deleted")
    messages.delete(call.state, chat, message.id)
