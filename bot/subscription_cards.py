"""What one is told, as messages: the question after a first gift, and the way out under what was asked for."""

from collections.abc import Mapping
from typing import Final

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot import callbacks as cb
from bot import keyboards
from bot.cards import Rendered, paragraphs
from bot.keyboards import Rows, tap
from bot.privacy_cards import OFF, ON, kind_name
from giving.subscriptions import Often, SubscriptionKind
from services.subscriptions import Change
from texts import Texts

_OURS: Final = frozenset({cb.Less.__prefix__, cb.LessUndo.__prefix__})


def wishes(texts: Texts, language: str, chosen: Mapping[SubscriptionKind, Often]) -> Rendered:
    """The question, with what is ticked by now: nothing at first."""
    kinds = [_wish(texts, language, kind, kind in chosen) for kind in SubscriptionKind]
    done = tap(texts.plain(language, "button-wishes-done" if chosen else "button-wishes-none"), cb.WishesDone())
    rows: Rows = [kinds[:2], kinds[2:], [done]]
    return Rendered(paragraphs(texts.chat(language, "wishes"), texts.chat(language, "wishes-kinds")),
                    keyboards.keyboard(rows))  # fmt: skip


def _wish(texts: Texts, language: str, kind: SubscriptionKind, on: bool) -> InlineKeyboardButton:
    return tap((ON if on else OFF) + kind_name(texts, language, kind), cb.Wish(kind=kind, on=not on))


def wished(texts: Texts, language: str, chosen: Mapping[SubscriptionKind, Often]) -> Rendered:
    """What was answered."""
    if not chosen:
        return Rendered(texts.chat(language, "wishes-none"))
    names = " · ".join(kind_name(texts, language, kind) for kind in SubscriptionKind if kind in chosen)
    return Rendered(texts.chat(language, "wishes-some", kinds=names))


def way_out(texts: Texts, language: str, kind: SubscriptionKind) -> list[InlineKeyboardButton]:
    """The last row under each message that comes only to who asked for its kind: fewer of these, or none."""
    return [
        tap(texts.plain(language, f"button-less-{often}"), cb.Less(kind=kind, often=often))
        for often in (Often.FEWER, Often.NONE)
    ]


def after(texts: Texts, language: str, change: Change) -> list[InlineKeyboardButton]:
    """The same row once something was changed: back to how it was, and while some still come, none."""
    back = cb.LessUndo(kind=change.kind, often=change.was, made=change.now)
    undo = tap(texts.plain(language, "button-less-undo"), back)
    if change.now is Often.NONE:
        return [undo]
    return [undo, tap(texts.plain(language, "button-less-none"), cb.Less(kind=change.kind, often=Often.NONE))]


def told(texts: Texts, language: str, change: Change) -> str:
    """What came of a tap, as an alert."""
    key = "less-was-none" if change.was is change.now is Often.NONE else f"less-{change.now}"
    return texts.plain(language, key, kind=kind_name(texts, language, change.kind))


def not_undone(texts: Texts, language: str, kind: SubscriptionKind) -> str:
    """Something else was chosen since, as an alert."""
    return texts.plain(language, "less-not-undone", kind=kind_name(texts, language, kind))


def told_apart(texts: Texts, language: str, change: Change) -> Rendered:
    """The same as a message of its own, where the one with the button can't be changed any more."""
    rows = [after(texts, language, change)] if change.was is not change.now else []
    key = "less-was-none" if change.was is change.now is Often.NONE else f"less-{change.now}"
    return Rendered(texts.chat(language, key, kind=kind_name(texts, language, change.kind)), keyboards.keyboard(rows))


def with_way_out(
    markup: InlineKeyboardMarkup | None, row: list[InlineKeyboardButton]
) -> InlineKeyboardMarkup:  # fmt: skip
    """What stands under a message, with this row in place of its way out; the other buttons stay as they are."""
    rows = markup.inline_keyboard if markup is not None else []
    others = [old for old in rows if not any(cb.prefix_of(button.callback_data) in _OURS for button in old)]
    return keyboards.keyboard([*others, row])
