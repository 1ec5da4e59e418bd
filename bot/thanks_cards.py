"""A creator's thank-you: what to write, how it will look, and how it arrives. Pure: data in, text and keyboard out."""

from bot import callbacks as cb
from bot import creator_keyboards, keyboards
from bot.callbacks import ChatDeed
from bot.cards import Rendered, paragraphs
from bot.keyboards import keyboard, tap
from services.thanks import WORDS_GRAPHEMES, ThanksDraft, ThanksTold
from texts import Html, Texts


def ask(texts: Texts, language: str, draft: ThanksDraft) -> Rendered:
    """How many it reaches, and what would you like to say?"""
    text = paragraphs(
        texts.chat(language, "thanks-ask", chat=draft.chat.title, people=draft.people, most=WORDS_GRAPHEMES),
        texts.chat(language, "thanks-named", names=" · ".join(draft.named)) if draft.named else None,
    )
    return Rendered(text, keyboards.leave(texts, language))


def preview(texts: Texts, language: str, draft: ThanksDraft, creator: str) -> Rendered:
    """Just as its readers will see it."""
    text = paragraphs(
        texts.chat(language, "thanks-preview", people=draft.people),
        _message(texts, language, creator, draft.chat.title, draft.words),
    )
    send = tap(texts.plain(language, "button-thanks-send"), cb.ThanksSend(chat=draft.chat.id))
    again = tap(texts.plain(language, "button-thanks-again"), cb.ChatDo(chat=draft.chat.id, deed=ChatDeed.THANK))
    leave = keyboards.leave(texts, language).inline_keyboard
    return Rendered(text, keyboard([[send], [again, *leave[0]]]))


def sent(texts: Texts, language: str, draft: ThanksDraft) -> Rendered:
    """On its way."""
    rows = keyboard([[creator_keyboards.back_to(texts, language, draft.chat)]])
    return Rendered(texts.chat(language, "thanks-sent", people=draft.people), rows)


def thanked(texts: Texts, language: str, told: ThanksTold) -> Rendered:
    """From whom, for what, and the way out."""
    stop = tap(texts.plain(language, "button-thanks-stop"), cb.ThanksStop())
    return Rendered(_message(texts, language, told.creator, told.chat, told.words), keyboard([[stop]]))


def _message(texts: Texts, language: str, creator: str, chat: str, words: str) -> Html:
    name = creator or texts.plain(language, "someone")
    return texts.chat(language, "thanks-message", name=name, chat=chat, words=words)
