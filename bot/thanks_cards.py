"""A creator's thank-you: what to write, how it will look, and how it arrives. Pure: data in, text and keyboard out."""

from bot import callbacks as cb
from bot import creator_keyboards, keyboards
from bot.callbacks import ChatDeed, SlotDeed
from bot.cards import Rendered, paragraphs
from bot.keyboards import keyboard, tap
from bot.subscription_cards import way_out
from giving.slots import Slot
from giving.subscriptions import SubscriptionKind
from services.thanks import WORDS_GRAPHEMES, ThanksDraft, ThanksTold
from texts import Html, Texts


def ask(texts: Texts, language: str, draft: ThanksDraft) -> Rendered:
    """How many it reaches, and what would you like to say?"""
    key = "thanks-ask-slot" if _on_slot(draft) else "thanks-ask"
    text = paragraphs(
        texts.chat(language, key, chat=draft.title, people=draft.people, most=WORDS_GRAPHEMES),
        texts.chat(language, "thanks-named", names=" · ".join(draft.named)) if draft.named else None,
    )
    return Rendered(text, keyboards.leave(texts, language))


def preview(texts: Texts, language: str, draft: ThanksDraft, creator: str) -> Rendered:
    """Just as its readers will see it."""
    key = "thanks-message-slot" if _on_slot(draft) else "thanks-message"
    text = paragraphs(
        texts.chat(language, "thanks-preview", people=draft.people),
        _message(texts, language, key, creator, draft.title, draft.words),
    )
    send = tap(texts.plain(language, "button-thanks-send"), cb.ThanksSend(chat=draft.about.id))
    write = cb.SlotDo(deed=SlotDeed.THANK) if _on_slot(draft) else cb.ChatDo(chat=draft.about.id, deed=ChatDeed.THANK)
    again = tap(texts.plain(language, "button-thanks-again"), write)
    leave = keyboards.leave(texts, language).inline_keyboard
    return Rendered(text, keyboard([[send], [again, *leave[0]]]))


def sent(texts: Texts, language: str, draft: ThanksDraft) -> Rendered:
    """On its way."""
    if isinstance(draft.about, Slot):
        back = tap(texts.plain(language, "button-back"), cb.SlotDo(deed=SlotDeed.CARD))
    else:
        back = creator_keyboards.back_to(texts, language, draft.about)
    return Rendered(texts.chat(language, "thanks-sent", people=draft.people), keyboard([[back]]))


def thanked(texts: Texts, language: str, told: ThanksTold) -> Rendered:
    """From whom, for what, and the way out."""
    out = way_out(texts, language, SubscriptionKind.THANKS)
    key = "thanks-message-slot" if told.slot else "thanks-message"
    return Rendered(_message(texts, language, key, told.creator, told.title, told.words), keyboard([out]))


def _on_slot(draft: ThanksDraft) -> bool:
    return isinstance(draft.about, Slot)


def _message(texts: Texts, language: str, key: str, creator: str, chat: str, words: str) -> Html:
    name = creator or texts.plain(language, "someone")
    return texts.chat(language, key, name=name, chat=chat, words=words)
