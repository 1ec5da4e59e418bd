"""A chat changes hands: who could take it, the question, what came of it. Pure: data in, text and keyboard out."""

from typing import Final

from aiogram.types import InlineKeyboardMarkup

from bot import callbacks as cb
from bot import creator_keyboards
from bot.callbacks import ChatDeed
from bot.cards import Rendered
from bot.keyboards import keyboard, tap
from giving.creators import Chat, ChatCard
from giving.notices import NoticeKind
from giving.people import Person
from services.handover import ChatNews, Successors
from services.links import Links
from texts import Texts

TOLD: Final = frozenset(
    {NoticeKind.HANDOVER, NoticeKind.HANDED, NoticeKind.DECLINED, NoticeKind.PAUSED, NoticeKind.TAKE_OVER}
)


def successors(texts: Texts, language: str, found: Successors) -> Rendered:
    """Whom to ask; where nobody can be asked, what they have to do first."""
    key = "handover-choose" if found.people else "handover-nobody"
    rows = creator_keyboards.successors(texts, language, found.chat, found.people)
    return Rendered(texts.chat(language, key, chat=found.chat.title), rows)


def asked(texts: Texts, language: str, chat: Chat, person: Person) -> Rendered:
    """They were asked; until they say yes nothing changes."""
    name = person.name or texts.plain(language, "someone")
    rows = keyboard([[creator_keyboards.back_to(texts, language, chat)]])
    return Rendered(texts.chat(language, "handover-asked", chat=chat.title, name=name), rows)


def taken(texts: Texts, links: Links, language: str, card: ChatCard) -> Rendered:
    """It is theirs from now on."""
    key = "handover-taken" if card.chat.tipping else "handover-taken-off"
    text = texts.chat(language, key, chat=card.chat.title)
    return Rendered(text, creator_keyboards.chat_card(texts, links, language, card, several=True))


def declined(texts: Texts, language: str, chat: Chat) -> Rendered:
    """Not them; who asked will be told."""
    return Rendered(texts.chat(language, "handover-declined", chat=chat.title))


def news(texts: Texts, links: Links, language: str, kind: NoticeKind, told: ChatNews) -> Rendered:
    """What the sender brings about a chat."""
    chat, creator = told.chat, told.creator or texts.plain(language, "someone")
    project = told.project.title(language) if told.project else ""
    match kind:
        case NoticeKind.HANDOVER:
            text = texts.chat(language, "news-handover", chat=chat.title, name=creator, project=project)
            return Rendered(text, _answer(texts, language, chat))
        case NoticeKind.TAKE_OVER:
            text = texts.chat(language, "news-take-over", chat=chat.title, project=project)
            take = tap(texts.plain(language, "button-take-over"), cb.ChatDo(chat=chat.id, deed=ChatDeed.TAKE_OVER))
            return Rendered(text, keyboard([[take]]))
        case NoticeKind.PAUSED:
            text = texts.chat(language, "news-paused", chat=chat.title)
            resume = tap(texts.plain(language, "button-resume"), cb.ChatDo(chat=chat.id, deed=ChatDeed.RESUME))
            return Rendered(text, keyboard([[resume]]))
        case NoticeKind.HANDED:
            return Rendered(texts.chat(language, "news-handed", chat=chat.title, name=creator))
        case _:
            text = texts.chat(language, "news-declined", chat=chat.title)
            back = tap(texts.plain(language, "button-hand-over"), cb.ChatDo(chat=chat.id, deed=ChatDeed.HAND_OVER))
            return Rendered(text, keyboard([[back]]))


def _answer(texts: Texts, language: str, chat: Chat) -> InlineKeyboardMarkup:
    take = tap(texts.plain(language, "button-take-over"), cb.ChatDo(chat=chat.id, deed=ChatDeed.ACCEPT))
    not_me = tap(texts.plain(language, "button-not-me"), cb.ChatDo(chat=chat.id, deed=ChatDeed.DECLINE))
    return keyboard([[take], [not_me]])
