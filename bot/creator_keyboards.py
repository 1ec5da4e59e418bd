"""Keyboards of who runs a channel; what a button does is in bot/callbacks.py, its words are in locales/."""

from collections.abc import Sequence
from typing import Final

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot import callbacks as cb
from bot.callbacks import ChatDeed, SlotDeed
from bot.keyboards import Rows, add_bot, add_bot_to_group, keyboard, opens, page_turns, tap, title
from giving.creators import Chat, ChatCard
from giving.money import Money
from giving.names import clean
from giving.people import Person
from giving.projects import Project, ProjectCard
from giving.rankings import Board, Span
from giving.slots import Slot
from services.links import Links
from services.projects import Page
from texts import Texts

NAME_ON_BUTTON: Final = 24
CHAT_ON_BUTTON: Final = 40
RANKING: Final = cb.RankingShow(board=Board.CREATORS, span=Span.WEEK, fresh=True)


def chat_list(texts: Texts, links: Links, language: str, page: Page[ChatCard], deed: ChatDeed) -> InlineKeyboardMarkup:
    """One of my chats, to do `deed` with; another bot's way in, and "mine is not here"."""
    rows = [[_do(_chat_label(texts, language, card.chat), card.chat, deed)] for card in page.items]
    turns = page_turns(texts, language, page, lambda number: cb.ChatPage(page=number, deed=deed))
    ranking = [tap(texts.plain(language, "button-ranking"), RANKING)]
    more = [*add_bot(texts, links, language), [find(texts, language)], ranking] if deed is ChatDeed.CARD else []
    return keyboard([*rows, turns, *more])


def find(texts: Texts, language: str) -> InlineKeyboardButton:
    """My channel is not here."""
    return tap(texts.plain(language, "button-chat-find"), cb.ChatFind())


def _chat_label(texts: Texts, language: str, chat: Chat) -> str:
    on = chat.tipping and chat.rights.present
    key = "button-chat-on" if on else "button-chat-paused" if chat.paused else "button-chat-off"
    return texts.plain(language, key, chat=clean(chat.title, most=CHAT_ON_BUTTON))


def _do(text: str, chat: Chat, deed: ChatDeed) -> InlineKeyboardButton:
    return tap(text, cb.ChatDo(chat=chat.id, deed=deed))


def chat_card(
    texts: Texts, links: Links, language: str, card: ChatCard, *, several: bool = False
) -> InlineKeyboardMarkup:
    """What one may do with a chat now; where the bot is gone, first of all bring it back."""
    chat = card.chat

    def deed(key: str, what: ChatDeed) -> InlineKeyboardButton:
        return _do(texts.plain(language, key), chat, what)

    stats = [deed("button-stats", ChatDeed.STATS)] if chat.project else []
    off = [deed("button-tipping-off", ChatDeed.OFF)]
    change, amounts = deed("button-change-project", ChatDeed.CHOOSE), deed("button-presets", ChatDeed.PRESETS)
    mine = card.run_by is None or chat.orphaned
    hand = [deed("button-hand-over", ChatDeed.HAND_OVER)] if mine else []
    rows: Rows
    if not chat.rights.present:
        add = add_bot_to_group if chat.is_group else add_bot
        rows = [*add(texts, links, language), [*stats, *(off if chat.tipping or chat.paused else [])]]
    elif chat.orphaned and card.run_by is not None:
        rows = [[deed("button-take-over", ChatDeed.TAKE_OVER)], [*hand, *off]]
    elif chat.paused:
        rows = [[deed("button-resume", ChatDeed.RESUME), *stats], [change, amounts], [*hand, *off]]
    elif chat.tipping:
        on = chat.has_day_cards
        day = deed(f"button-day-card-{'on' if on else 'off'}", ChatDeed.DAY_CARD_OFF if on else ChatDeed.DAY_CARD_ON)
        rows = [[change, *stats], [amounts, deed("button-pause", ChatDeed.PAUSE)], [day], [*hand, *off]]
    else:
        rows = [[deed("button-tipping-on", ChatDeed.CHOOSE)], stats]
    return keyboard([*rows, [my_chats(texts, language)] if several else []])


def to_chat(texts: Texts, language: str, chat: Chat) -> InlineKeyboardButton:
    """To the chat's card."""
    return _do(_chat_label(texts, language, chat), chat, ChatDeed.CARD)


def my_chats(texts: Texts, language: str) -> InlineKeyboardButton:
    """Back to all of them."""
    return tap(texts.plain(language, "button-my-chats"), cb.ChatList())


def back_to(texts: Texts, language: str, chat: Chat) -> InlineKeyboardButton:
    """Back to the chat's card."""
    return _do(texts.plain(language, "button-back"), chat, ChatDeed.CARD)


def _thank(texts: Texts, language: str, chat: Chat) -> InlineKeyboardButton:
    return _do(texts.plain(language, "button-thank"), chat, ChatDeed.THANK)


def chat_stats(texts: Texts, language: str, chat: Chat, *, thank: bool) -> InlineKeyboardMarkup:
    """From the figures back to the chat, or on to a thank-you, to each or for all to see, or to the ranking."""
    public = texts.plain(language, "button-thanks-post-group" if chat.is_group else "button-thanks-post")
    rows = [[_thank(texts, language, chat)], [tap(public, cb.ThanksPostWrite(chat=chat.id))]] if thank else []
    ranking = tap(texts.plain(language, "button-ranking"), RANKING)
    return keyboard([*rows, [ranking, back_to(texts, language, chat)]])


def digest(texts: Texts, language: str, about: Chat | Slot) -> InlineKeyboardMarkup:
    """From a digest to the chat's figures or to the slot, or to a thank-you."""
    if isinstance(about, Slot):
        card = tap(texts.plain(language, "command-slot"), cb.SlotDo(deed=SlotDeed.CARD))
        return keyboard([[card, tap(texts.plain(language, "button-thank"), cb.SlotDo(deed=SlotDeed.THANK))]])
    stats = _do(texts.plain(language, "button-stats"), about, ChatDeed.STATS)
    return keyboard([[stats, _thank(texts, language, about)]])


def presets(texts: Texts, language: str, chat: Chat, choices: Sequence[tuple[Money, ...]]) -> InlineKeyboardMarkup:
    """Amounts to choose from, the service's own, back."""
    rows = [
        [
            tap(
                " · ".join(texts.money(language, amount) for amount in amounts),
                cb.ChatPresets(chat=chat.id, minor=".".join(str(amount.minor) for amount in amounts)),
            )
        ]
        for amounts in choices
    ]
    usual = [tap(texts.plain(language, "button-presets-usual"), cb.ChatPresets(chat=chat.id))]
    return keyboard([*rows, usual if chat.presets_minor else [], [back_to(texts, language, chat)]])


def successors(texts: Texts, language: str, chat: Chat, people: Sequence[Person]) -> InlineKeyboardMarkup:
    """Who could take the chat over, back."""
    someone = texts.plain(language, "someone")
    rows = [
        [tap(clean(person.name, most=NAME_ON_BUTTON) or someone, cb.HandTo(chat=chat.id, person=person.id))]
        for person in people[:50]
    ]
    return keyboard([*rows, [back_to(texts, language, chat)]])


def chat_projects(
    texts: Texts, language: str, chat: Chat, page: Page[ProjectCard], *, found: bool
) -> InlineKeyboardMarkup:
    """A project per row to choose for the chat, the pages, search, back."""
    rows = [
        [tap(title(texts, language, card), cb.ChatProject(chat=chat.id, project=card.project.id))]
        for card in page.items
    ]
    turns = page_turns(texts, language, page, lambda number: cb.ChatProjects(chat=chat.id, page=number, found=found))
    search = _do(texts.plain(language, "button-search"), chat, ChatDeed.SEARCH)
    if found:
        back = tap(texts.plain(language, "button-all-projects"), cb.ChatProjects(chat=chat.id, page=0))
    else:
        back = back_to(texts, language, chat)
    return keyboard([*rows, turns, [search, back]])


def chat_project(texts: Texts, links: Links, language: str, chat: Chat, project: Project) -> InlineKeyboardMarkup:
    """Confirm a project for the chat, read more, or choose another."""
    confirm = tap(texts.plain(language, "button-confirm-on"), cb.ChatConfirm(chat=chat.id, project=project.id))
    page = opens(texts.plain(language, "button-project-page"), links.project(project.slug, language))
    back = tap(texts.plain(language, "button-back"), cb.ChatProjects(chat=chat.id, page=0))
    return keyboard([[confirm], [page, back]])
