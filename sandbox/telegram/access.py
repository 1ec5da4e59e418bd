"""Which chats a bot may reach, and what it may do there."""

from __future__ import annotations

from sandbox import chats
from sandbox.chats import Chat, Member, User
from sandbox.state import State
from sandbox.telegram.errors import ApiError, bad_request, forbidden


def resolve(state: State, bot: User, ref: int | str) -> Chat:
    """The chat a `chat_id` names, whether or not the bot may use it."""
    if isinstance(ref, str) and not ref.startswith("@"):
        raise bad_request("chat not found")
    found = chats.find_chat(state, ref) or (chats.private_chat(state, ref, bot.id) if isinstance(ref, int) else None)
    if found is None:
        raise bad_request("chat not found")
    if found.migrated_to is not None:
        new = chats.chat_by_key(state, found.migrated_to)
        text = "Bad Request: group chat was upgraded to a supergroup chat"
        raise ApiError(400, text, migrate_to_chat_id=new.id)
    return found


def membership(state: State, bot: User, chat: Chat) -> Member:
    """The bot's own place in a chat it is in."""
    own = chats.member(state, chat, bot.id)
    if own.status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    if not own.present:
        raise forbidden(f"bot is not a member of the {chat.type} chat")
    return own


def visible(state: State, bot: User, ref: int | str) -> Chat:
    """A chat the bot may ask about: one it is in, or a person who started it."""
    chat = resolve(state, bot, ref)
    if not chat.is_private:
        membership(state, bot, chat)
    elif not chat.started:
        raise bad_request("chat not found")
    return chat


def writable(state: State, bot: User, ref: int | str) -> Chat:
    """A chat the bot may post to now."""
    chat = resolve(state, bot, ref)
    if chat.is_private:
        if not chat.started:
            raise forbidden("bot can't initiate conversation with a user")
        if chat.blocked:
            raise forbidden("bot was blocked by the user")
    elif not membership(state, bot, chat).may("can_post_messages") and chat.type == "channel":
        raise bad_request("need administrator rights in the channel chat")
    return chat


def may_edit(state: State, bot: User, chat: Chat, sender: int | None) -> bool:
    """Its own messages anywhere it may post; other people's only in a channel, with `can_edit_messages`."""
    if chat.is_private:
        return sender == bot.id
    own = membership(state, bot, chat)
    if chat.is_group:
        return sender == bot.id
    return own.may("can_edit_messages") or (sender == bot.id and own.may("can_post_messages"))


def may_delete(state: State, bot: User, chat: Chat, sender: int | None, *, old: bool) -> bool:
    """Both sides' messages in a private chat and its own elsewhere, while new; any with `can_delete_messages`.

    In a group that is no supergroup, whoever administers it may delete.
    """
    if chat.is_private:
        return not old
    own = membership(state, bot, chat)
    if chat.is_group:
        may = own.administers if chat.type == "group" else own.may("can_delete_messages")
        return may or (sender == bot.id and not old)
    return own.may("can_delete_messages") or (sender == bot.id and own.may("can_post_messages") and not old)
