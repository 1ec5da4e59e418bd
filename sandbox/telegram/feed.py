"""Who hears of a message: the bots that may see it, and a channel's discussion group."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from sandbox import chats, messages
from sandbox.chats import Chat, Member, User
from sandbox.messages import Message
from sandbox.state import State
from sandbox.telegram import updates
from sandbox.telegram.objects import chat_json, message_json


def posted(state: State, chat: Chat, message: Message) -> None:
    """A new message: to the bots, and from a channel into its discussion group."""
    _tell_bots(state, chat, message, "channel_post" if chat.type == "channel" else "message")
    if chat.type == "channel" and chat.linked is not None:
        _forward_automatically(state, chat, message)


def edited(state: State, chat: Chat, message: Message, *, by: int) -> None:
    """A changed message, to all but the one who changed it; its copy in the discussion group changes with it."""
    kind = "edited_channel_post" if chat.type == "channel" else "edited_message"
    _tell_bots(state, chat, message, kind, by=by)
    if chat.type == "channel" and chat.linked is not None:
        group = chats.chat_by_key(state, chat.linked)
        row = state.row("SELECT id FROM messages WHERE chat = ? AND meta ->> 'post' = ?", group.key, message.id)
        copy = messages.find(state, group, row["id"]) if row else None
        if copy and (copy.text, copy.entities) != (message.text, message.entities):
            changed = replace(copy, text=message.text, entities=message.entities, edit_date=message.edit_date)
            messages.save_edit(state, group, changed)
            _tell_bots(state, group, changed, "edited_message")


def serve_notice(state: State, chat: Chat, by: int | None, **extra: Any) -> Message:
    """A service message, which every bot of the chat sees, the one that caused it too."""
    message = messages.add(state, chat, sender=by, extra=extra, meta={"service": True})
    posted(state, chat, message)
    return message


def _tell_bots(state: State, chat: Chat, message: Message, kind: str, *, by: int | None = None) -> None:
    by = message.sender if by is None else by
    if chat.is_private:
        if chat.bot is not None and (by != chat.bot or message.meta.get("service")):
            updates.put(state, chat.bot, kind, message_json(state, chat, message))
        return
    body = message_json(state, chat, message)
    for bot, member in chats.members(state, chat):
        own = bot.id == by and not message.meta.get("service")
        if bot.is_bot and not own and sees(state, bot, member, chat, message):
            updates.put(state, bot.id, kind, body)


def sees(state: State, bot: User, member: Member, chat: Chat, message: Message) -> bool:
    """Whether a bot may read this message: with privacy mode on, only what is meant for it.

    Source: core.telegram.org/bots/features#privacy-mode.
    """
    if chat.type == "channel" or message.meta.get("service") or member.administers:
        return True
    sender = chats.get_user(state, message.sender) if message.sender is not None else None
    if sender is not None and sender.is_bot:
        return False  # bots do not see each other
    if not chats.bot_settings(state, bot.id).privacy or message.meta.get("via") == bot.id:
        return True
    answered = messages.find(state, chat, message.reply_to) if message.reply_to is not None else None
    if answered is not None and bot.id in (answered.sender, answered.meta.get("via")):
        return True
    return any(_is_meant_for(state, bot, chat, message, entity) for entity in message.entities)


def _is_meant_for(state: State, bot: User, chat: Chat, message: Message, entity: dict[str, Any]) -> bool:
    """A mention of the bot, a command with its name, or one without a name if no other bot spoke last."""
    raw = message.text.encode("utf-16-le")
    words = raw[entity["offset"] * 2 : (entity["offset"] + entity["length"]) * 2].decode("utf-16-le")
    name = (bot.username or "").lower()
    if entity["type"] == "mention":
        return words[1:].lower() == name
    if entity["type"] == "text_mention":
        return bool(entity["user"] == bot.id)
    if entity["type"] != "bot_command":
        return False
    _, at, whom = words.lower().partition("@")
    return whom == name if at else _last_bot(state, chat, message) in (None, bot.id)


def _last_bot(state: State, chat: Chat, before: Message) -> int | None:
    row = state.row(
        "SELECT sender FROM messages JOIN users ON users.id = sender"
        " WHERE chat = ? AND messages.id < ? AND is_bot ORDER BY messages.id DESC LIMIT 1",
        chat.key,
        before.id,
    )
    return row["sender"] if row else None


def _forward_automatically(state: State, channel: Chat, post: Message) -> None:
    """Into the discussion group, in the channel's name; an album stays one under a name of its own."""
    if channel.linked is None or post.meta.get("service"):
        return
    group = chats.chat_by_key(state, channel.linked)
    origin = forward_origin(state, channel, post)
    extra = {k: v for k, v in post.extra.items() if k not in ("has_protected_content", "forward_origin")}
    if "media_group_id" in extra:
        extra["media_group_id"] = str(int(extra["media_group_id"]) + 1)
    extra |= {"is_automatic_forward": True, "forward_origin": post.extra.get("forward_origin", origin)}
    copy = messages.add(
        state,
        group,
        sender=None,
        text=post.text,
        entities=post.entities,
        signature=post.signature,
        extra=extra,
        meta={"as": channel.key, "post": post.id},
    )
    _tell_bots(state, group, copy, "message")


def forward_origin(state: State, chat: Chat, message: Message) -> dict[str, Any]:
    """MessageOrigin of a message that is forwarded now for the first time."""
    known: dict[str, Any] | None = message.extra.get("forward_origin")
    if known:
        return known
    origin: dict[str, Any] = {"date": message.date}
    signature = {"author_signature": message.signature} if message.signature else {}
    if chat.type == "channel":
        return origin | {"type": "channel", "chat": chat_json(state, chat), "message_id": message.id} | signature
    body = message_json(state, chat, message, with_reply=False)
    if "sender_chat" in body:
        return origin | {"type": "chat", "sender_chat": body["sender_chat"]} | signature
    return origin | {"type": "user", "sender_user": body["from"]}


def new_album() -> str:
    """A media_group_id; even, since the copies in a discussion group take the next one."""
    return str(13_000_000_000_000_000 + 2 * secrets.randbelow(10**15))
