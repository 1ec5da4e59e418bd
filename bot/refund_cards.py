"""Refunds in words: asked for, waiting for an admin, decided. Pure."""

from collections.abc import Callable, Sequence
from uuid import UUID

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton

from bot import callbacks as cb
from bot import keyboards
from bot.cards.rendered import Rendered, paragraphs
from bot.keyboards import keyboard, tap
from giving.refunds import Ending, Taking
from giving.tips import TipState
from services.projects import Page
from services.refunds import Offer, RefundTold, RefundWish, Returned
from services.refunds.looks import rail_of
from services.tips import TipCard
from texts import Html, Texts


def undo_over(texts: Texts, language: str, card: TipCard) -> Rendered:
    """Too late to take it back alone; they may ask."""
    wish = tap(texts.plain(language, "button-refund-wish", amount=card.tip.kept), cb.RefundWish(tip=card.tip.id))
    return Rendered(texts.chat(language, "undo-over"), keyboard([[wish], [keyboards.my_gifts(texts, language)]]))


def backs(texts: Texts, language: str, page: Page[Offer], turn: Callable[[int], CallbackData]) -> Rendered:
    """Gifts of one's own, and a button for each that can be taken back, or asked for."""
    if not page.total:
        return Rendered(texts.chat(language, "gifts-none"), keyboard([[keyboards.give(texts, language)]]))
    lines = [_back_line(texts, language, offer) for offer in page.items]
    rows = [[button] for offer in page.items if (button := _back_button(texts, language, offer)) is not None]
    turns = keyboards.page_turns(texts, language, page, turn)
    ways = [*rows, turns, [keyboards.my_gifts(texts, language)]]
    return Rendered(paragraphs(texts.chat(language, "gifts-back-title"), *lines), keyboard(ways))


def _back_line(texts: Texts, language: str, offer: Offer) -> Html:
    tip = offer.card.tip
    return texts.chat(
        language, "gifts-back-line", amount=tip.kept if tip.state is TipState.PAID else tip.amount,
        project=offer.card.project.project.title(language), code=Html(tip.receipt_code), said=offer.standing,
    )  # fmt: skip


def _back_button(texts: Texts, language: str, offer: Offer) -> InlineKeyboardButton | None:
    tip, which = offer.card.tip, f" · {offer.card.tip.receipt_code[-3:]}"
    if offer.going:
        return None
    if offer.taking is Taking.ALONE:
        return tap(texts.plain(language, "button-take-back", amount=tip.kept) + which, cb.TakeBack(tip=tip.id))
    if offer.taking is Taking.ASK:
        return tap(texts.plain(language, "button-refund-wish", amount=tip.kept) + which, cb.RefundWish(tip=tip.id))
    return None


def wished(texts: Texts, language: str, card: TipCard) -> Rendered:
    """An admin will look at it."""
    text = texts.chat(language, "refund-wished", amount=card.tip.kept)
    return Rendered(text, keyboard([[keyboards.my_gifts(texts, language)]]))


def declined(texts: Texts, language: str, told: RefundTold) -> Rendered:
    """The donor reads why."""
    text = texts.chat(
        language, "refund-declined-told", amount=told.card.tip.kept, reason=told.reason,
        project=told.card.project.project.title(language), code=Html(told.card.tip.receipt_code),
    )  # fmt: skip
    return Rendered(text, keyboard([[keyboards.my_gifts(texts, language)]]))


def failed(texts: Texts, language: str, told: Returned) -> Rendered:
    """It could not be given back; they may ask again."""
    tip = told.card.tip
    text = texts.chat(
        language, "refund-failed-told", amount=told.amount, project=told.card.project.project.title(language),
        code=Html(tip.receipt_code),
    )  # fmt: skip
    wish = tap(texts.plain(language, "button-refund-wish", amount=tip.kept), cb.RefundWish(tip=tip.id))
    return Rendered(text, keyboard([[wish], [keyboards.my_gifts(texts, language)]]))


def other_failed(texts: Texts, language: str, card: TipCard) -> Rendered:
    """One refund failed, and another one of the same gift is on its way: nothing to do."""
    text = texts.chat(
        language, "refund-other-told", amount=card.tip.amount, project=card.project.project.title(language),
        code=Html(card.tip.receipt_code),
    )  # fmt: skip
    return Rendered(text, keyboard([[keyboards.my_gifts(texts, language)]]))


def waiting(texts: Texts, language: str, found: Sequence[RefundWish]) -> Rendered:
    """What an admin is to decide, with two buttons each; opaque ids and codes, no donor's name."""
    if not found:
        return Rendered(texts.chat(language, "refunds-none"))
    lines = [_wish_line(texts, language, wish) for wish in found]
    words = (("button-refund-yes", True), ("button-refund-no", False))

    def button(refund: UUID, card: TipCard, key: str, yes: bool) -> InlineKeyboardButton:
        which = card.tip.receipt_code[-3:]
        return tap(f"{texts.plain(language, key)} · {which}", cb.RefundDecide(refund=refund, yes=yes))

    rows = [[button(wish.id, wish.card, key, yes) for key, yes in words] for wish in found]
    return Rendered(paragraphs(texts.chat(language, "refunds-title"), *lines), keyboard(rows))


def _wish_line(texts: Texts, language: str, wish: RefundWish) -> Html:
    """One wish, with a warning where its rail soon gives it back no more, or does not already."""
    tip = wish.card.tip
    line = texts.chat(
        language, "refunds-line", amount=tip.kept, project=wish.card.project.project.title(language),
        paid=tip.paid_at or tip.offered_at, asked=wish.asked_at, code=Html(tip.receipt_code),
    )  # fmt: skip
    if wish.ending is Ending.FAR or wish.ends_at is None:
        return line
    rail = texts.named(language, "service", rail_of(tip))
    at = texts.day(language, wish.ends_at)
    return Html(f"{line}\n{texts.chat(language, f'refunds-{wish.ending}', rail=rail, at=at)}")


def ask_reason(texts: Texts, language: str) -> Rendered:
    """Why?"""
    return Rendered(texts.chat(language, "refunds-ask-reason"), keyboards.leave(texts, language))
