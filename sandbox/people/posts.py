"""What people write, show, change and like; the HTTP side is in conversation.py. Runs inside one `state.change()`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox import chats, messages, reactions
from sandbox.chats import Chat, User
from sandbox.messages import Message
from sandbox.people.errors import PeopleError
from sandbox.people.views import can_write
from sandbox.state import State
from sandbox.telegram import feed, files, updates
from sandbox.telegram.entities import Entity, read_plain
from sandbox.telegram.errors import ApiError
from sandbox.telegram.methods.copies import forwarded
from sandbox.telegram.methods.media import placeholder_photo, sticker_json
from sandbox.telegram.objects import MEDIA, chat_json, user_json

MOST_PHOTOS = 10


def write(
    state: State,
    person: User,
    chat: Chat,
    text: str,
    *,
    reply_to: int | None = None,
    extra: dict[str, Any] | None = None,
    meta: dict[str, Any] | None = None,
    date: int | None = None,
) -> Message:
    """A message to the bot, in a group, or a post. Writing to a bot starts it; it does not unblock it."""
    _may_write(state, person, chat)
    if reply_to is not None and messages.find(state, chat, reply_to) is None:
        raise PeopleError(404, f"There is no message {reply_to} to reply to; it may have been deleted.")
    plain, entities = _plain(text, captioned=bool(extra))
    name = {"as": chat.key} if chat.is_group and chats.member(state, chat, person.id).is_anonymous else {}
    message = messages.add(
        state,
        chat,
        sender=person.id,
        text=plain,
        entities=entities,
        signature=person.name if chat.signed else None,
        reply_to=reply_to,
        extra=extra,
        meta=name | (meta or {}),
        date=date,
    )
    if chat.bot is not None:
        chats.set_flags(state, chat, started=True, blocked=chat.blocked)
    feed.posted(state, chat, message)
    return message


def show_photos(
    state: State, person: User, chat: Chat, count: int, caption: str, reply_to: int | None = None
) -> list[Message]:
    """One photo, or an album; the caption is the first one's. They are plain colours."""
    if not 1 <= count <= MOST_PHOTOS:
        raise PeopleError(400, f"photos is a number from 1 to {MOST_PHOTOS}.")
    album = {"media_group_id": feed.new_album()} if count > 1 else {}
    return [
        write(
            state,
            person,
            chat,
            caption if i == 0 else "",
            reply_to=reply_to,
            extra={"photo": placeholder_photo(state, i)} | album,
        )
        for i in range(count)
    ]


def show_sticker(state: State, person: User, chat: Chat, emoji: str, reply_to: int | None = None) -> Message:
    file = files.keep(state, "sticker.png", "image/png", files.placeholder(512, 512))
    return write(state, person, chat, "", reply_to=reply_to, extra={"sticker": sticker_json(file, emoji)})


def forward(state: State, person: User, source: Chat, message: Message, chat: Chat) -> Message:
    """With the name of where it came from."""
    if message.meta.get("service") or message.extra.get("has_protected_content"):
        raise PeopleError(409, f"Message {message.id} can't be forwarded.")
    _may_write(state, person, chat)
    copy = messages.add(
        state,
        chat,
        sender=person.id,
        text=message.text,
        entities=message.entities,
        extra=forwarded(state, source, message),
    )
    if chat.bot is not None:
        chats.set_flags(state, chat, started=True, blocked=chat.blocked)
    feed.posted(state, chat, copy)
    return copy


def edit(state: State, person: User, chat: Chat, message: Message, text: str) -> Message:
    """Change one's own words; in a channel, those of any post if one may edit there."""
    place = chats.member(state, chat, person.id)
    if message.sender != person.id and not (chat.type == "channel" and place.may("can_edit_messages")):
        raise PeopleError(403, f"Message {message.id} is not {person.name}'s; act as who wrote it.")
    if message.meta.get("service") or "sticker" in message.extra or "forward_origin" in message.extra:
        raise PeopleError(409, f"Message {message.id} has no words of its own to change.")
    plain, entities = _plain(text, captioned=any(media in message.extra for media in MEDIA))
    if (plain, entities) == (message.text, message.entities):
        return message
    changed = replace(message, text=plain, entities=entities, edit_date=state.now())
    messages.save_edit(state, chat, changed)
    feed.edited(state, chat, changed, by=person.id)
    return changed


def delete(state: State, person: User, chat: Chat, message: Message) -> None:
    """Bots are not told; Telegram does not tell them either."""
    own = chats.member(state, chat, person.id)
    if not chat.is_private and message.sender != person.id and not own.may("can_delete_messages"):
        raise PeopleError(403, f"Message {message.id} is not {person.name}'s; act as who wrote it.")
    messages.delete(state, chat, message.id)


def react(state: State, person: User, chat: Chat, message: Message, emoji: str | None) -> None:
    """Bots that administer the chat and asked for it hear of it; in a channel only how many there are."""
    if emoji is not None and emoji not in reactions.EMOJI:
        raise PeopleError(400, f"{emoji} is no reaction everyone has; take 👍 or ❤.")
    old = reactions.of(state, chat, message.id, person.id)
    new = [{"type": "emoji", "emoji": emoji}] if emoji else []
    if old == new:
        return
    reactions.put(state, chat, message.id, person.id, new)
    body: dict[str, Any] = {"chat": chat_json(state, chat), "message_id": message.id, "date": state.now()}
    if chat.type == "channel":
        counts = reactions.counts(state, chat, message.id).items()
        body["reactions"] = [{"type": {"type": "emoji", "emoji": e}, "total_count": n} for e, n in counts]
        kind = "message_reaction_count"
    else:
        anonymous = chat.is_group and chats.member(state, chat, person.id).is_anonymous
        body |= {"actor_chat": chat_json(state, chat)} if anonymous else {"user": user_json(person)}
        body |= {"old_reaction": old, "new_reaction": new}
        kind = "message_reaction"
    if chat.bot is not None:
        updates.put(state, chat.bot, kind, body)
    for bot, place in [] if chat.is_private else chats.members(state, chat):
        if bot.is_bot and place.administers:
            updates.put(state, bot.id, kind, body)
    chats.tell(state, chat, "edit")


def _may_write(state: State, person: User, chat: Chat) -> None:
    if not can_write(state, person, chat):
        raise PeopleError(403, f"{person.name} may not post in {chat.title}; act as one of its administrators.")


def _plain(text: str, *, captioned: bool) -> tuple[str, list[Entity]]:
    try:
        return read_plain(text, "caption" if captioned else "text")
    except ApiError as error:
        raise PeopleError(400, f"{error.description.removeprefix('Bad Request: ')}.") from None
