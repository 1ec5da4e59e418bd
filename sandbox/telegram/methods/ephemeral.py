"""Editing and deleting what one member of a group sees. Sending it is a parameter of the send methods."""

from __future__ import annotations

from sandbox import ephemerals
from sandbox.chats import Chat
from sandbox.ephemerals import Ephemeral, with_content
from sandbox.telegram import access
from sandbox.telegram.errors import bad_request
from sandbox.telegram.keyboards import read_markup
from sandbox.telegram.methods.call import Call, Table
from sandbox.telegram.methods.messages import NOT_MODIFIED, preview_of
from sandbox.telegram.methods.sending import caption_of, text_of
from sandbox.telegram.objects import MEDIA

METHODS = Table()
WHICH = "chat_id receiver_user_id ephemeral_message_id"


@METHODS.method("editEphemeralMessageText", f"{WHICH} text parse_mode entities reply_markup link_preview_options")
def edit_text(call: Call) -> bool:
    if call.get("text") is None:
        raise bad_request("message text is empty")
    chat, old = _which(call)
    text, entities = text_of(call, call["text"])
    return _save(call, chat, old, with_content(old, text=text, entities=entities, extra=preview_of(call)))


@METHODS.method(
    "editEphemeralMessageCaption", f"{WHICH} caption parse_mode caption_entities show_caption_above_media reply_markup"
)
def edit_caption(call: Call) -> bool:
    chat, old = _which(call)
    if not any(media in old.message.extra for media in MEDIA):
        raise bad_request("there is no caption in the message to edit")
    text, entities, more = caption_of(call)
    return _save(call, chat, old, with_content(old, text=text, entities=entities, extra=old.message.extra | more))


@METHODS.method("editEphemeralMessageReplyMarkup", f"{WHICH} reply_markup")
def edit_reply_markup(call: Call) -> bool:
    chat, old = _which(call)
    return _save(call, chat, old, old)


@METHODS.method("deleteEphemeralMessage", WHICH)
def delete(call: Call) -> bool:
    chat, old = _which(call)
    ephemerals.delete(call.state, chat, old)
    return True


def _which(call: Call) -> tuple[Chat, Ephemeral]:
    chat = access.visible(call.state, call.bot, call["chat_id"])
    found = ephemerals.find(call.state, chat, call["receiver_user_id"], call["ephemeral_message_id"])
    if found is None or found.message.sender != call.bot.id:
        raise bad_request(f"message to {'edit' if call.name.startswith('edit') else 'delete'} not found")
    return chat, found


def _save(call: Call, chat: Chat, old: Ephemeral, new: Ephemeral) -> bool:
    markup = read_markup(call.get("reply_markup"))
    new = with_content(new, markup=markup, markup_bot=call.bot.id if markup else None)
    if new == old:
        raise bad_request(NOT_MODIFIED)
    ephemerals.save(call.state, chat, with_content(new, edit_date=call.state.now()))
    return True
