"""Photos, documents and stickers: by upload or by the id of a file that is known."""

from __future__ import annotations

from typing import Any

from sandbox import messages
from sandbox.state import State
from sandbox.telegram import access, feed, files
from sandbox.telegram.errors import bad_request, not_played
from sandbox.telegram.files import File
from sandbox.telegram.methods.call import Call, Table
from sandbox.telegram.methods.sending import CAPTION, COMMON, EPHEMERAL, caption_of, reply_of, send
from sandbox.telegram.objects import message_json

METHODS = Table()
ALBUM_KINDS = {"photo": "photo", "document": "document"}


@METHODS.method("sendPhoto", f"photo has_spoiler reply_markup {CAPTION} {COMMON} {EPHEMERAL}")
def send_photo(call: Call) -> Any:
    chat = access.writable(call.state, call.bot, call["chat_id"])
    text, entities, more = caption_of(call)
    photo = _file(call, call["photo"], "photo")
    extra = {"photo": photo_json(photo)} | more | ({"has_media_spoiler": True} if call.get("has_spoiler") else {})
    return send(call, chat, text=text, entities=entities, extra=extra)


@METHODS.method("sendDocument", f"document disable_content_type_detection reply_markup {CAPTION} {COMMON} {EPHEMERAL}")
def send_document(call: Call) -> Any:
    chat = access.writable(call.state, call.bot, call["chat_id"])
    text, entities, more = caption_of(call)
    document = document_json(_file(call, call["document"], "document"))
    return send(call, chat, text=text, entities=entities, extra={"document": document} | more)


@METHODS.method("sendSticker", f"sticker emoji reply_markup {COMMON} {EPHEMERAL}")
def send_sticker(call: Call) -> Any:
    chat = access.writable(call.state, call.bot, call["chat_id"])
    sticker = sticker_json(_file(call, call["sticker"], "sticker"), call.get("emoji"))
    return send(call, chat, extra={"sticker": sticker})


@METHODS.method("sendMediaGroup", f"media {COMMON}")
def send_media_group(call: Call) -> Any:
    """An album of photos, or of documents: 2 to 10 messages with one media_group_id."""
    chat = access.writable(call.state, call.bot, call["chat_id"])
    if not 2 <= len(call["media"]) <= 10:
        raise bad_request("wrong number of media in the group; there must be 2-10 media files")
    if len({item["type"] for item in call["media"]}) > 1:
        raise bad_request("documents can't be mixed with other media types")
    album, reply_to, sent = feed.new_album(), reply_of(call, chat), []
    for item in call["media"]:
        if item["type"] not in ALBUM_KINDS:
            raise not_played(f"albums of the type {item['type']}")
        text, entities, more = caption_of(Call(call.state, call.bot, item, call.name))
        file = _file(call, item["media"], item["type"])
        content = {"photo": photo_json(file)} if item["type"] == "photo" else {"document": document_json(file)}
        protect = {"has_protected_content": True} if call.get("protect_content") else {}
        message = messages.add(
            call.state,
            chat,
            sender=call.bot.id,
            text=text,
            entities=entities,
            reply_to=reply_to,
            extra=content | more | protect | {"media_group_id": album},
        )
        feed.posted(call.state, chat, message)
        sent.append(message_json(call.state, chat, message))
    return sent


@METHODS.method("getFile", "file_id")
def get_file(call: Call) -> Any:
    found = files.find(call.state, call["file_id"])
    if found is None:
        raise bad_request("invalid file_id")
    return _common(found) | {"file_path": found.path}


def photo_json(photo: File) -> list[dict[str, Any]]:
    """One size; Telegram makes several, the largest last."""
    if photo.width is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if len(photo.bytes) > files.LARGEST_PHOTO:
        raise bad_request("file is too big for a photo; the maximum is 10 MB")
    if photo.width + (photo.height or 0) > 10_000:
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return [_common(photo) | {"width": photo.width, "height": photo.height}]


def document_json(document: File) -> dict[str, Any]:
    return _common(document) | {"file_name": document.name, "mime_type": document.mime}


def sticker_json(sticker: File, emoji: str | None = None) -> dict[str, Any]:
    """A still one, of no set."""
    kind = {"type": "regular", "is_animated": False, "is_video": False}
    size = {"width": sticker.width or 512, "height": sticker.height or 512}
    return _common(sticker) | kind | size | ({"emoji": emoji} if emoji else {})


def placeholder_photo(state: State, number: int = 0) -> list[dict[str, Any]]:
    """A photo of one colour, for people who post without having one."""
    colour = ((214, 196, 160), (170, 190, 170), (180, 180, 205), (205, 170, 165))[number % 4]
    return photo_json(files.keep(state, "photo.png", "image/png", files.placeholder(colour=colour)))


def _common(file: File) -> dict[str, Any]:
    return {"file_id": file.id, "file_unique_id": file.unique_id, "file_size": len(file.bytes)}


def _file(call: Call, value: str, what: str) -> File:
    return files.given(call.state, value, what, call.uploads)
