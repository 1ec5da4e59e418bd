"""Making groups and channels, coming and going, what becomes of a group. Runs inside one `state.change()`."""

from __future__ import annotations

from sandbox import chats
from sandbox.chats import Chat, Member, User
from sandbox.people import acts
from sandbox.people.errors import PeopleError
from sandbox.state import State
from sandbox.telegram import feed, updates
from sandbox.telegram.objects import member_updated_json

TYPES = ("group", "supergroup", "channel")
# Telegram's ids: a group's is below zero, a supergroup's or channel's is -100 and ten digits.
FIRST_GROUP, FIRST_SUPERGROUP = -4_000_000_001, -1002_000_000_001


def create(state: State, person: User, kind: str, title: str, username: str | None) -> Chat:
    if kind not in TYPES:
        raise PeopleError(400, f"type is one of {', '.join(TYPES)}.")
    if not 1 <= len(title.strip()) <= 128:
        raise PeopleError(400, "title takes 1 to 128 characters.")
    if username and kind == "group":
        raise PeopleError(400, "A group has no username; make a supergroup.")
    if username and (chats.find_chat(state, f"@{username}") or chats.find_user(state, f"@{username}")):
        raise PeopleError(409, f"@{username} is taken.")
    chat = _new(state, kind, title.strip(), username)
    chats.set_member(state, chat, person.id, Member("creator", {}))
    name = {"group": "group_chat_created", "supergroup": "supergroup_chat_created", "channel": "channel_chat_created"}
    feed.serve_notice(state, chat, person.id, **{name[kind]: True})
    return chat


def join(state: State, person: User, chat: Chat) -> None:
    """By an invitation, as it were: anyone may who was not thrown out."""
    old = chats.member(state, chat, person.id)
    if old.status == "kicked":
        raise PeopleError(403, f"{person.name} was removed from {chat.title}; an administrator can let them in again.")
    if not old.present:
        acts.move(state, chat, person, person, old, Member("member", {}))


def migrate(state: State, person: User, group: Chat) -> Chat:
    """The group becomes a supergroup with another id: everyone moves, the old one answers with where it went.

    Bots hear of both sides and of their place in the new one, but not that they left the old one.
    Source: github.com/tdlib/telegram-bot-api/issues/266.
    """
    if group.type != "group":
        raise PeopleError(409, f"{group.title} is no group that could become a supergroup.")
    if chats.member(state, group, person.id).status != "creator":
        raise PeopleError(403, f"{person.name} did not create {group.title}; act as who did.")
    new = _new(state, "supergroup", group.title or "", None)
    for user, place in chats.members(state, group):
        chats.set_member(state, new, user.id, place)
        if user.is_bot:
            body = member_updated_json(state, new, person, user, Member("left", {}), place)
            updates.put(state, user.id, "my_chat_member", body)
    feed.serve_notice(state, group, person.id, migrate_to_chat_id=new.id)
    feed.serve_notice(state, new, person.id, migrate_from_chat_id=group.id)
    state.run("UPDATE chats SET migrated_to = ? WHERE key = ?", new.key, group.key)
    chats.tell(state, new, "member")
    return new


def link(state: State, channel: Chat, group: Chat) -> None:
    """Make the supergroup the channel's discussion group; what is posted from now on is forwarded into it."""
    if channel.type != "channel" or group.type != "supergroup":
        raise PeopleError(409, "A channel is linked with a supergroup; a group has to become one first.")
    for chat in (channel, group):
        state.run("UPDATE chats SET linked = NULL WHERE linked = ?", chat.key)
    state.run("UPDATE chats SET linked = ? WHERE key = ?", group.key, channel.key)
    state.run("UPDATE chats SET linked = ? WHERE key = ?", channel.key, group.key)


def unlink(state: State, chat: Chat) -> None:
    state.run("UPDATE chats SET linked = NULL WHERE ? IN (key, linked)", chat.key)


def rename(state: State, person: User, chat: Chat, title: str) -> None:
    if not chats.member(state, chat, person.id).may("can_change_info"):
        raise PeopleError(403, f"{person.name} may not rename {chat.title}; act as one of its administrators.")
    if not 1 <= len(title.strip()) <= 128:
        raise PeopleError(400, "title takes 1 to 128 characters.")
    state.run("UPDATE chats SET title = ? WHERE key = ?", title.strip(), chat.key)
    feed.serve_notice(state, chats.chat_by_key(state, chat.key), person.id, new_chat_title=title.strip())


def _new(state: State, kind: str, title: str, username: str | None) -> Chat:
    first = FIRST_GROUP if kind == "group" else FIRST_SUPERGROUP
    row = state.row("SELECT min(id) - 1 AS id FROM chats WHERE id BETWEEN ? AND ?", first - 900_000_000, first)
    chat_id = row["id"] if row and row["id"] is not None else first
    state.run("INSERT INTO chats (id, type, title, username) VALUES (?, ?, ?, ?)", chat_id, kind, title, username)
    found = chats.find_chat(state, chat_id)
    if found is None:
        raise LookupError(chat_id)
    return found
