"""Under one's own tips and gifts: by what to pay, who sees what, receipts, what can be taken back."""

from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot import callbacks as cb
from bot.keyboards.basics import (
    NAME_ON_BUTTON,
    TITLE_ON_BUTTON,
    Rows,
    give,
    give_monthly,
    keyboard,
    leads_to_page,
    my_gifts,
    opens,
    page_turns,
    tap,
)
from giving.money import Money
from giving.names import clean
from giving.people import Visibility
from giving.rails import How, Shown, Way
from giving.tips import Tip
from services.links import Links
from services.projects import Page
from services.tips import TipCard
from texts import Texts

MOST_NEEDING: Final = 3


def tip_card(texts: Texts, language: str, card: TipCard, giver: str, pay_url: str | None) -> InlineKeyboardMarkup:
    """By what it can be paid, who will see what, cancel."""
    tip, pays = card.tip, _pays(texts, language, card, pay_url)
    cancel = tap(texts.plain(language, "button-cancel"), cb.TipDo(tip=tip.id, deed=cb.TipDeed.CANCEL))
    return keyboard([*pays, *_visibility(texts, language, tip, giver, paid_for(card)), [cancel]])


def paid_for(card: TipCard) -> Money:
    """What an unpaid tip will be, by the way that is chosen: what was wished, or its price in another currency."""
    return (card.ways[0].price if card.ways else None) or card.tip.amount


def _pays(texts: Texts, language: str, card: TipCard, pay_url: str | None) -> Rows:
    """The page (without a link, try again) where it is paid at once; then every other way, with what will happen."""
    tip, ways = card.tip, card.ways
    now = ways[0].how is How.NOW if ways else True
    rows: Rows = []
    if now and pay_url is not None:
        scanned = (ways and ways[0].shown is Shown.QR) or not leads_to_page(pay_url)
        code = cb.TipCode(tip=tip.id) if scanned else None
        by = texts.named(language, "rail", ways[0].rail) if ways else None
        rows += pay(texts, language, paid_for(card), pay_url, code, by=by)
    elif now:
        again = cb.TipDo(tip=tip.id, deed=cb.TipDeed.SHOW)
        rows.append([tap(texts.plain(language, "button-retry"), again)])
    return [*rows, *other_ways(texts, language, tip.id, ways[1:] if now else ways)]


def other_ways(texts: Texts, language: str, tip: UUID, ways: Sequence[Way]) -> Rows:
    """By what else a tip can be given, each with what will happen."""
    rows: Rows = []
    for way in ways:
        rail, key = texts.named(language, "rail", way.rail), f"button-way-{way.how}"
        about = {"sum": way.settles_at} if way.settles_at is not None else {}
        if way.price is not None:
            key, about = "button-way-price", {"price": way.price}
        rows.append([tap(texts.plain(language, key, rail=rail, **about), cb.TipRail(tip=tip, rail=way.rail))])
    return rows


def pay(
    texts: Texts, language: str, amount: Money, url: str, code: CallbackData | None, *, by: str | None = None
) -> Rows:  # fmt: skip
    """The page; where there is a code to be scanned its picture, and the page if a phone can open it by itself.

    `by`: what the rail is called.
    """
    page, by_it = leads_to_page(url), f" · {by}" if by else ""
    if code is None:
        return [[opens(texts.plain(language, "button-pay", amount=amount) + by_it, url)]] if page else []
    rows = [[tap(texts.plain(language, "button-code", amount=amount) + by_it, code)]]
    return [*rows, [opens(texts.plain(language, "button-code-open"), url)]] if page else rows


def _visibility(texts: Texts, language: str, tip: Tip, giver: str, amount: Money) -> Rows:
    def choose(visibility: Visibility) -> CallbackData:
        return cb.TipShown(tip=tip.id, visibility=visibility)

    return visibilities(texts, language, giver, amount, tip.visibility, choose)


def visibilities(
    texts: Texts,
    language: str,
    giver: str,
    amount: Money,
    chosen: Visibility,
    choose: Callable[[Visibility], CallbackData],
) -> Rows:
    """The ways to be seen, each as others would read it."""
    name = clean(giver, most=NAME_ON_BUTTON) or texts.plain(language, "someone")
    rows: Rows = []
    for visibility in Visibility:
        words = texts.plain(language, f"button-see-{visibility.replace('_', '-')}", name=name, amount=amount)
        mark = "✓ " if visibility is chosen else ""
        rows.append([tap(mark + words, choose(visibility))])
    return rows


def receipts(
    texts: Texts, links: Links, language: str, cards: Sequence[TipCard], *, undo: bool = False
) -> InlineKeyboardMarkup:
    """The receipt pages of a few gifts, what can be taken back (`undo`: a fresh one too), and the way to all gifts."""
    rows: Rows = []
    for card in cards:
        words = _receipt_words(texts, language, card.tip, [other.tip.amount for other in cards])
        if card.tip.returnable and card.gives_back:
            rows.append([take_back(texts, language, card.tip)])
        rows.append([opens(words, links.receipt(card.tip.receipt_code, language))])
        if undo and len(cards) == 1 and card.gives_back and not card.tip.returnable:
            back = texts.plain(language, "button-undo", amount=card.tip.kept)
            rows.append([tap(back, cb.TakeBack(tip=card.tip.id))])
    if undo and len(cards) > 1 and any(card.gives_back for card in cards):
        rows.append([tap(texts.plain(language, "button-undo-one"), backs_of(cards))])
    leads_on = next((card.needing for card in cards if card.needing), ())
    for project in leads_on[:MOST_NEEDING]:
        words = texts.plain(
            language, "button-day-give-to", project=clean(project.title(language), most=TITLE_ON_BUTTON)
        )
        rows.append([tap(words, cb.GiveCard(project=project.id))])
    own = [_slot(texts, language, card) for card in cards[-1:] if card.tip.day is not None and undo]
    return keyboard([*rows, own, _every_month(texts, language, cards) if undo else [], [my_gifts(texts, language)]])


def _every_month(texts: Texts, language: str, cards: Sequence[TipCard]) -> list[InlineKeyboardButton]:
    """The same every month, for whoever wishes: a question, never more; of several gifts where they went to one.

    Whoever gives it every month is led to that.
    """
    tips = [card.tip for card in cards]
    if any(card.monthly is not None for card in cards):
        return [tap(texts.plain(language, "button-instalments"), cb.PledgeList(fresh=True))]
    if len({tip.project for tip in tips}) != 1:
        return []
    return [give_monthly(texts, language, tips[-1].slot or tips[-1].post or tips[-1].project, fresh=True)]


def _slot(texts: Texts, language: str, card: TipCard) -> InlineKeyboardButton:
    """Who gives on a giving day may lead others to: their own page for the same project, opened or renewed."""
    return tap(texts.plain(language, "button-slot-after-gift"), cb.SlotProject(project=card.project.project.id))


def _receipt_words(texts: Texts, language: str, tip: Tip, amounts: Sequence[Money]) -> str:
    """Of several, by amount; of equal ones, by how their code ends too, as it stands in the message."""
    if len(amounts) == 1:
        return texts.plain(language, "button-receipt")
    if amounts.count(tip.amount) == 1:
        return texts.plain(language, "button-receipt-of", amount=tip.amount)
    return texts.plain(language, "button-receipt-coded", amount=tip.amount, end=tip.receipt_code.rpartition("-")[2])


def backs_of(cards: Sequence[TipCard]) -> CallbackData:
    """To these gifts, where one payment paid them all, or to all gifts, the newest first."""
    payments = {card.tip.payment for card in cards}
    payment = payments.pop() if len(payments) == 1 else None
    return cb.BackOf(payment=payment, fresh=True) if payment is not None else cb.BackPage(fresh=True)


def several_again(texts: Texts, language: str, cards: Sequence[TipCard]) -> InlineKeyboardMarkup:
    """Of a tab that was paid twice: the list of what was paid again, unless all goes back by itself, or nothing can."""
    if all(card.returning for card in cards) or not any(card.gives_back for card in cards):
        return keyboard([[my_gifts(texts, language)]])
    return keyboard([[tap(texts.plain(language, "button-undo-one"), backs_of(cards))], [my_gifts(texts, language)]])


def take_back(texts: Texts, language: str, tip: Tip) -> InlineKeyboardButton:
    """Have an extra payment returned."""
    return tap(texts.plain(language, "button-take-back", amount=tip.kept), cb.TakeBack(tip=tip.id))


def gifts(texts: Texts, language: str, page: Page[TipCard]) -> InlineKeyboardMarkup:
    """What can be taken back on this page, then the pages."""
    back = [[take_back(texts, language, card.tip)] for card in page.items if card.tip.returnable and card.gives_back]
    turns = page_turns(texts, language, page, lambda number: cb.GiftsPage(page=number))
    to_list = [tap(texts.plain(language, "button-gifts-back"), cb.BackPage(page=page.number))]
    return keyboard([*back, turns, to_list, [give(texts, language)]])
