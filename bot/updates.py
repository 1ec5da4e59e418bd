"""What can be told of an update before it is read: whose it is, what it waits behind, whether it can be said again."""

from collections.abc import Hashable, Mapping
from typing import Any, Final

_DO_AGAIN: Final = frozenset(
    {"message", "edited_message", "callback_query", "inline_query", "chosen_inline_result", "message_reaction"}
)
_MESSAGES: Final = frozenset({"message", "edited_message"})
_ABOUT_MONEY: Final = frozenset({"successful_payment", "refunded_payment"})
# What a person puts into a message. What Telegram puts there (who came, a group's new id) is told only once.
# Source: core.telegram.org/bots/api#message
_WORDS: Final = frozenset(
    {
        "text", "sticker", "photo", "video", "animation", "audio", "document", "voice", "video_note", "contact",
        "location", "venue", "dice", "poll", "story", "game", "paid_media", "checklist",
    }
)  # fmt: skip
_OF_A_PERSON: Final = frozenset(
    {"callback_query", "inline_query", "chosen_inline_result", "shipping_query", "pre_checkout_query"}
)


def queue_of(raw: Mapping[str, Any]) -> Hashable:
    """What an update has to wait behind: the person's or the chat's earlier ones (a private chat is its person)."""
    kind, body = _kind_of(raw)
    if kind == "pre_checkout_query":  # dies in ten seconds: behind nothing
        return "checkout", _id_of(body.get("from")) or raw["update_id"]
    chat = None if kind in _OF_A_PERSON else body.get("chat")
    whose = _id_of(chat) or _id_of(body.get("from")) or _id_of(body.get("user"))
    return whose or ("update", raw["update_id"])


def about_money(raw: Mapping[str, Any]) -> bool:
    """Whether Telegram tells that money moved: its person asked for nothing, and there is nothing to try again."""
    return bool(_ABOUT_MONEY & _kind_of(raw)[1].keys())


def speaker_of(raw: Mapping[str, Any]) -> Hashable:
    """Who can say less at a time: a person; in a group their commands apart from what they say to the others."""
    _, body = _kind_of(raw)
    person = _id_of(body.get("from")) or _id_of(body.get("user"))
    commands = not _is_private(body) and str(body.get("text") or "").startswith("/")
    return person, commands


def can_be_done_again(raw: Mapping[str, Any]) -> bool:
    """A tap or a person's words: whoever is not heard repeats them.

    Money, posts (a forwarded one too), who comes and goes, and a group's new id are told only once.
    """
    kind, body = _kind_of(raw)
    if kind not in _DO_AGAIN or _ABOUT_MONEY & body.keys():
        return False
    if kind not in _MESSAGES:
        return True
    in_their_own_name = "sender_chat" not in body and not body.get("is_automatic_forward")
    return in_their_own_name and _id_of(body.get("from")) is not None and bool(_WORDS & body.keys())


def _kind_of(raw: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    return next(((kind, body) for kind, body in raw.items() if isinstance(body, dict)), ("", {}))


def _is_private(body: Mapping[str, Any]) -> bool:
    chat = body.get("chat")
    return isinstance(chat, dict) and chat.get("type") == "private"


def _id_of(whose: object) -> int | None:
    number = whose.get("id") if isinstance(whose, dict) else None
    return number if isinstance(number, int) else None
