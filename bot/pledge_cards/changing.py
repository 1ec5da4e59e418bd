"""Changing a pledge: what of it, to what; and paying what is asked for. Pure."""

from collections.abc import Sequence
from typing import Final

from aiogram.types import InlineKeyboardButton

from bot import callbacks as cb
from bot import keyboards
from bot.callbacks import PledgeField
from bot.cards import Rendered, paragraphs, project_items
from bot.keyboards import Rows, keyboard, opens, page_turns, tap, title, wrapped
from bot.pledge_cards.beginning import days
from bot.pledge_cards.words import by_now, by_what, goal_title, month_name
from giving.money import Money
from giving.people import Visibility
from giving.pledges import MOST_PAUSED, QUARTER, Payable, PledgeState, Way
from giving.projects import ProjectCard
from services.pledges import Invoice, PayPage, PledgeCard
from services.projects import Page
from texts import Texts

PAUSES_IN_A_ROW: Final = 4


def change(texts: Texts, language: str, one: PledgeCard, giver: str) -> Rendered:
    """What of it?"""
    goal = goal_title(texts, language, one.goal)
    text = texts.chat(language, "pledge-change", amount=one.pledge.amount, goal=goal)
    id_ = one.pledge.id
    fields = [
        tap(texts.plain(language, f"button-pledge-{key}"), cb.PledgeAlter(pledge=id_, field=field))
        for key, field in (("amount", PledgeField.AMOUNT), ("day", PledgeField.DAY), ("way", PledgeField.WAY))
    ]
    move = tap(texts.plain(language, "button-pledge-project"), cb.PledgeMove(pledge=id_))

    def shown(visibility: Visibility) -> cb.PledgeShown:
        return cb.PledgeShown(pledge=id_, visibility=visibility)

    seen = keyboards.visibilities(texts, language, giver, one.pledge.amount, one.pledge.visibility, shown)
    return Rendered(text, keyboard([fields[:2], [fields[2], move], *seen, _back(texts, language, one)]))


def _back(texts: Texts, language: str, one: PledgeCard) -> list[InlineKeyboardButton]:
    return [tap(texts.plain(language, "button-back"), cb.PledgeShow(pledge=one.pledge.id))]


def _to_change(texts: Texts, language: str, one: PledgeCard) -> list[InlineKeyboardButton]:
    """Back to what of it shall change; of one that waits for where to go on there is no more to choose."""
    if one.pledge.state is PledgeState.WAITING:
        return _back(texts, language, one)
    return [tap(texts.plain(language, "button-back"), cb.PledgeChange(pledge=one.pledge.id))]


def new_amount(texts: Texts, language: str, one: PledgeCard, presets: Sequence[Money]) -> Rendered:
    """How much from now on?"""
    goal = goal_title(texts, language, one.goal)
    every = one.pledge.every
    text = texts.chat(language, "pledge-new-amount", amount=one.pledge.amount, goal=goal, every=every)
    taps = [
        tap(
            texts.money(language, sum_),
            cb.PledgeAlter(pledge=one.pledge.id, field=PledgeField.AMOUNT, value=sum_.minor),
        )
        for sum_ in presets
        if sum_ != one.pledge.amount
    ]
    other = tap(texts.plain(language, "button-other"), cb.PledgeTyped(pledge=one.pledge.id))
    rows = wrapped([*taps, other])
    if every == QUARTER:
        field = cb.PledgeAlter(pledge=one.pledge.id, field=PledgeField.EVERY)
        rows.append([tap(texts.plain(language, "button-pledge-every-month"), field)])
    return Rendered(text, keyboard([*rows, _to_change(texts, language, one)]))


def every_month(texts: Texts, language: str, one: PledgeCard, presets: Sequence[Money]) -> Rendered:
    """How much, if it is every month from now on instead of every three?"""
    goal, id_ = goal_title(texts, language, one.goal), one.pledge.id
    text = texts.chat(language, "pledge-every-month", amount=one.pledge.amount, goal=goal)
    by = by_now(one.pledge)
    taps = [
        tap(texts.money(language, sum_), cb.PledgeBy(pledge=id_, by=by, minor=sum_.minor, every=1)) for sum_ in presets
    ]
    other = tap(texts.plain(language, "button-other"), cb.PledgeTyped(pledge=id_, every=1))
    return Rendered(text, keyboard([*wrapped([*taps, other]), _to_change(texts, language, one)]))


def new_day(texts: Texts, language: str, one: PledgeCard) -> Rendered:
    """On which day from now on?"""
    id_ = one.pledge.id

    def to(day: int) -> cb.PledgeAlter:
        return cb.PledgeAlter(pledge=id_, field=PledgeField.DAY, value=day)

    return days(texts, language, to, now=one.pledge.day, back=cb.PledgeChange(pledge=id_))


def new_way(texts: Texts, language: str, one: PledgeCard) -> Rendered:
    """How shall it be paid? What is so now has a mark."""
    rows = [[_way(texts, language, one, way)] for way in one.ways]
    if one.saves and one.saved is None:
        rows.append([tap(texts.plain(language, "button-pledge-save"), cb.PledgeSave(pledge=one.pledge.id))])
    return Rendered(texts.chat(language, "pledge-new-way"), keyboard([*rows, _to_change(texts, language, one)]))


def _way(texts: Texts, language: str, one: PledgeCard, way: Payable) -> InlineKeyboardButton:
    mark = "✓ " if (way.way, way.rail) == (one.pledge.way, one.pledge.rail) else ""
    return tap(mark + by_what(texts, language, way), cb.PledgeBy(pledge=one.pledge.id, by=way.by))


def below(
    texts: Texts, language: str, one: PledgeCard, amount: Money, ways: Sequence[Payable], quarter: Money | None,
    every: int,
) -> Rendered:  # fmt: skip
    """So little can't be paid that way every so many months: three months at once, or what else there is."""
    text = texts.chat(language, "pledge-below", amount=amount, every=every)
    rows: Rows = []
    if quarter is not None and every != QUARTER:
        words = texts.plain(language, "button-pledge-quarter", amount=quarter)
        by = "" if one.pledge.way is Way.TAB else by_now(one.pledge)
        go = cb.PledgeBy(pledge=one.pledge.id, by=by, minor=quarter.minor, every=QUARTER)
        rows.append([tap(words, go)])
    for way in ways:
        go = cb.PledgeBy(pledge=one.pledge.id, by=way.by, minor=amount.minor, every=every)
        rows.append([tap(by_what(texts, language, way), go)])
    return Rendered(text, keyboard([*rows, _to_change(texts, language, one)]))


def pause(texts: Texts, language: str, one: PledgeCard) -> Rendered:
    """For how long?"""
    taps = [
        tap(texts.plain(language, "button-pledge-months", count=n), cb.PledgePause(pledge=one.pledge.id, months=n))
        for n in range(1, MOST_PAUSED + 1)
    ]
    rows = [taps[i : i + PAUSES_IN_A_ROW] for i in range(0, MOST_PAUSED, PAUSES_IN_A_ROW)]
    text = texts.chat(language, "pledge-pause")
    return Rendered(text, keyboard([*rows, _back(texts, language, one)]))


def where(texts: Texts, language: str, one: PledgeCard, page: Page[ProjectCard]) -> Rendered:
    """Where does it go on?"""
    key = "pledge-where-waiting" if one.pledge.state is PledgeState.WAITING else "pledge-where"
    head = texts.chat(language, key, goal=goal_title(texts, language, one.goal), amount=one.pledge.amount)
    others = [card for card in page.items if card.project.id != one.pledge.project]
    text = paragraphs(
        head, project_items(texts, language, Page.of(others, number=0, size=6, total=len(others)), query="")
    )
    rows = [
        [tap(title(texts, language, card), cb.PledgeMove(pledge=one.pledge.id, project=card.project.id))]
        for card in others
    ]
    turns = page_turns(texts, language, page, lambda number: cb.PledgeMove(pledge=one.pledge.id, page=number))
    whole: Rows = []
    if len(one.goal.organisations) == 1 and one.pledge.organisation is None:
        (organisation,) = one.goal.organisations
        words = texts.plain(language, "button-pledge-organisation")
        whole = [[tap(words, cb.PledgeMove(pledge=one.pledge.id, project=organisation))]]
    return Rendered(text, keyboard([*rows, turns, *whole, _to_change(texts, language, one)]))


def pay(texts: Texts, language: str, one: PledgeCard, page: PayPage, *, scanned: bool) -> Rendered:
    """The page (or the code) for what is asked for now."""
    goal, month = goal_title(texts, language, one.goal), month_name(texts, language, page.instalment.month)
    text = texts.chat(language, "pledge-pay", amount=page.amount, goal=goal, month=month)
    code = cb.PledgeCode(pledge=one.pledge.id) if scanned else None
    rows = keyboards.pay(texts, language, page.amount, page.url, code)
    # Whoever opens the page of a debit that was declined pays it themselves: the card is not tried beside an open page.
    tried = page.instalment.declined is not None
    instead = texts.chat(language, "pledge-pay-instead", month=month) if tried else None
    return Rendered(paragraphs(text, instead), keyboard([*rows, _back(texts, language, one)]))


def invoice(texts: Texts, language: str, one: PledgeCard, found: Invoice) -> Rendered:
    """Where Telegram's subscription is begun."""
    goal = goal_title(texts, language, one.goal)
    text = texts.chat(language, "pledge-pay-stars", stars=found.amount, goal=goal, amount=one.pledge.amount)
    page = opens(texts.plain(language, "button-pledge-stars", stars=found.amount), found.url)
    return Rendered(text, keyboard([[page], _back(texts, language, one)]))


def save(texts: Texts, language: str, one: PledgeCard, url: str) -> Rendered:
    """The rail's own page takes the card; then it can pay by itself."""
    text = texts.chat(language, "pledge-save")
    page = opens(texts.plain(language, "button-pledge-save-page"), url)
    return Rendered(text, keyboard([[page], _to_change(texts, language, one)]))
