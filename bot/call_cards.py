"""A creator's invitation to give monthly: where, its preview, and as it stands in the chat. Pure."""

from collections.abc import Sequence

from aiogram.types import InlineKeyboardButton

from bot import callbacks as cb
from bot import keyboards
from bot.cards import Rendered, paragraphs
from bot.keyboards import Rows, keyboard, opens, tap
from bot.keyboards.basics import TITLE_ON_BUTTON
from giving.creators import Chat
from giving.ids import token_of
from giving.names import clean
from giving.thanks_posts import WORDS_GRAPHEMES
from services.links import Links
from services.monthly_calls import CallDraft
from texts import Html, Texts, escaped


def which(texts: Texts, language: str, chats: Sequence[Chat]) -> Rendered:
    """In which chat?"""
    if not chats:
        return Rendered(texts.chat(language, "call-no-chat"), keyboard([_back(texts, language)]))
    rows: Rows = [[tap(clean(chat.title, most=TITLE_ON_BUTTON), cb.CallWrite(chat=chat.id))] for chat in chats]
    return Rendered(texts.chat(language, "call-which"), keyboard([*rows, _back(texts, language)]))


def preview(texts: Texts, links: Links, language: str, draft: CallDraft) -> Rendered:
    """What will stand there, just as all will see it, and the one button that publishes it."""
    chat, last = draft.chat, None
    if draft.unknown:
        last = texts.chat(language, "call-unknown", chat=chat.title)
    elif draft.last is not None:
        last = texts.chat(language, "call-last", at=draft.last)
    text = paragraphs(
        last, texts.chat(language, "call-preview", chat=chat.title), post(texts, links, language, draft).text
    )
    send = tap(texts.plain(language, "button-call-send"), cb.CallSend(call=draft.id))
    own = tap(texts.plain(language, "button-call-own"), cb.CallWrite(chat=chat.id, own=True))
    return Rendered(text, keyboard([[send], [own, *_back(texts, language)]]))


def post(texts: Texts, links: Links, language: str, draft: CallDraft) -> Rendered:
    """The invitation itself; its button leads to a promise that counts for this creator."""
    project = draft.project
    text = paragraphs(
        escaped(draft.words) if draft.words else texts.chat(language, "call-words", project=project.title(language)),
        texts.chat(language, "call-about", project=project.title(language), use=project.text(language).use),
        texts.chat(language, "call-promise"),
    )
    url = links.start(f"m_{token_of(draft.id)}")
    rows: Rows = [[opens(texts.plain(language, "button-give-monthly-call"), url)]] if url else []
    return Rendered(text, keyboard(rows) if rows else None)


def ask(texts: Texts, language: str) -> Rendered:
    """Which words?"""
    return Rendered(texts.chat(language, "call-ask", most=WORDS_GRAPHEMES), keyboards.leave(texts, language))


def sent(texts: Texts, language: str, chat: Chat) -> Rendered:
    """It stands there."""
    return _ended(texts, language, texts.chat(language, "call-sent", chat=chat.title))


def refused(texts: Texts, language: str, chat: Chat) -> Rendered:
    """Telegram did not take it."""
    return _ended(texts, language, texts.chat(language, "call-refused", chat=chat.title))


def unanswered(texts: Texts, language: str, chat: Chat) -> Rendered:
    """Nobody knows."""
    return _ended(texts, language, texts.chat(language, "call-unknown", chat=chat.title))


def _ended(texts: Texts, language: str, text: Html) -> Rendered:
    return Rendered(text, keyboard([_back(texts, language)]))


def _back(texts: Texts, language: str) -> list[InlineKeyboardButton]:
    return [tap(texts.plain(language, "button-circle"), cb.CircleShow())]
