"""Other words for a broadcast that was started: who would read them, and what can be decided about them."""

from aiogram.types import InlineKeyboardButton

from bot import callbacks as cb
from bot.broadcast_cards import edits, head
from bot.callbacks import CastDeed, EditAct
from bot.cards import Rendered, paragraphs
from bot.keyboards import Rows, keyboard, tap
from services.broadcasts import EditLook
from texts import Html, Texts


def read_by(texts: Texts, language: str, readers: str) -> Rendered:
    """Above a message: whoever reads this language gets it so."""
    return Rendered(texts.chat(language, "cast-as-read", tongue=texts.plain(readers, "language-name")), None)


def look(texts: Texts, language: str, seen: EditLook, project: str | None) -> Rendered:
    """Below the words themselves: how many are left, that nothing goes meanwhile, and what can be done."""
    text = paragraphs(
        head(texts, language, seen.broadcast, project),
        texts.chat(language, "cast-edit-look", left=seen.left),
        texts.chat(language, "cast-edit-stands") if seen.edit.resumes else None,
        _second(texts, language, seen),
    )
    back = tap(texts.plain(language, "button-back"), cb.CastDo(deed=CastDeed.SHOW, cast=seen.broadcast.id))
    keep = "button-cast-edit-keep-on" if seen.edit.resumes else "button-cast-edit-keep"
    rows: Rows = [
        *_decides(texts, language, seen),
        [_act(texts, language, keep, EditAct.KEEP, seen)],
        edits(texts, language, seen.broadcast),
        [back],
    ]
    return Rendered(text, keyboard(rows))


def _second(texts: Texts, language: str, seen: EditLook) -> Html | None:
    if not seen.second:
        return None
    if not seen.asked:
        return texts.chat(language, "cast-edit-second")
    name = seen.writer.name if seen.writer is not None and seen.writer.name else texts.plain(language, "someone")
    return texts.chat(language, "cast-edit-waits", name=name)


def _decides(texts: Texts, language: str, seen: EditLook) -> Rows:
    """Alone where few are left; else who wrote it asks, and somebody else gives their word."""
    if not seen.second:
        key = "button-cast-edit-use-on" if seen.edit.resumes else "button-cast-edit-use"
        return [[_act(texts, language, key, EditAct.USE, seen)]]
    if seen.mine:
        return [[_act(texts, language, "button-cast-ask", EditAct.ASK, seen)]]
    return [[_act(texts, language, "button-cast-edit-confirm", EditAct.USE, seen)]] if seen.asked else []


def _act(texts: Texts, language: str, key: str, act: EditAct, seen: EditLook) -> InlineKeyboardButton:
    return tap(texts.plain(language, key), cb.CastEdit(act=act, cast=seen.broadcast.id, edit=seen.edit.id))
