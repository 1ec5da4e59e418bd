"""Inline keyboards: pure builders; what a button does is in bot/callbacks.py, its words are in locales/."""

from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot import callbacks as cb
from giving.creators import Post
from giving.ids import token_of
from giving.money import Money
from giving.names import clean
from giving.people import Visibility
from giving.projects import Project, ProjectCard, Tally
from giving.rails import How, Shown, Way
from giving.tips import Tip
from services.links import Links
from services.projects import Page
from services.tips import TipCard
from texts import Texts

Rows = list[list[InlineKeyboardButton]]
AMOUNTS_IN_A_ROW: Final = 4
NAME_ON_BUTTON: Final = 12
TITLE_ON_BUTTON: Final = 28


def tap(text: str, data: CallbackData) -> InlineKeyboardButton:
    """A button that asks the bot."""
    return InlineKeyboardButton(text=text, callback_data=data.pack())


def opens(text: str, url: str) -> InlineKeyboardButton:
    """A button that opens a page or a chat."""
    return InlineKeyboardButton(text=text, url=url)


def leads_to_page(url: str) -> bool:
    """Whether a button may open it: Telegram refuses the addresses that are for other apps' scanners (weixin://)."""
    return urlsplit(url).scheme in ("http", "https", "tg")


def keyboard(rows: Rows) -> InlineKeyboardMarkup:
    """The rows that have buttons."""
    return InlineKeyboardMarkup(inline_keyboard=[row for row in rows if row])


# --- Under a post ----------------------------------------------------------------------------------------------------


def post_keyboard(
    texts: Texts,
    links: Links,
    language: str,
    post: Post,
    tally: Tally,
    presets: Sequence[Money],
    *,
    test_money: bool = False,
) -> InlineKeyboardMarkup:
    """The counter (leads into the private chat), then the amounts; none, where tipping rests."""
    if tally.gifts:
        label = texts.plain(language, "post-counter", donors=tally.donors, given=tally.given)
    else:
        label = texts.plain(language, "post-counter-none")
    if test_money:
        label = texts.plain(language, "post-counter-test", counter=label)
    counter = opens(label, links.start(f"p_{token_of(post.id)}"))
    return keyboard([[counter], *(post_amounts(texts, language, post, presets) if presets else [])])


def post_amounts(texts: Texts, language: str, post: Post, presets: Sequence[Money]) -> Rows:
    """¥1 · ¥5 · ¥10 · other, for a post."""
    taps = [tap(texts.money(language, m), cb.TipTap(post=post.id, minor=m.minor, currency=m.currency)) for m in presets]
    return wrapped([*taps, tap(texts.plain(language, "button-other"), cb.TipOther(post=post.id))])


def project_amounts(texts: Texts, language: str, project: Project, presets: Sequence[Money]) -> Rows:
    """¥1 · ¥5 · ¥10 · other, for a project without a post."""
    taps = [
        tap(texts.money(language, m), cb.GiveTap(project=project.id, minor=m.minor, currency=m.currency))
        for m in presets
    ]
    return wrapped([*taps, tap(texts.plain(language, "button-other"), cb.GiveOther(project=project.id))])


# --- Tips ------------------------------------------------------------------------------------------------------------


def tip_card(texts: Texts, language: str, card: TipCard, giver: str, pay_url: str | None) -> InlineKeyboardMarkup:
    """By what it can be paid, who will see what, cancel."""
    tip, pays = card.tip, _pays(texts, language, card.tip, card.ways, pay_url)
    cancel = tap(texts.plain(language, "button-cancel"), cb.TipDo(tip=tip.id, deed=cb.TipDeed.CANCEL))
    return keyboard([*pays, *_visibility(texts, language, tip, giver), [cancel]])


def _pays(texts: Texts, language: str, tip: Tip, ways: Sequence[Way], pay_url: str | None) -> Rows:
    """The page (without a link, try again) where it is paid at once; then every other way, with what will happen."""
    now = ways[0].how is How.NOW if ways else True
    rows: Rows = []
    if now and pay_url is not None:
        scanned = (ways and ways[0].shown is Shown.QR) or not leads_to_page(pay_url)
        rows += pay(texts, language, tip.amount, pay_url, cb.TipCode(tip=tip.id) if scanned else None)
    elif now:
        again = cb.TipDo(tip=tip.id, deed=cb.TipDeed.SHOW)
        rows.append([tap(texts.plain(language, "button-retry"), again)])
    for way in ways[1:] if now else ways:
        rail, key = texts.named(language, "rail", way.rail), f"button-way-{way.how}"
        about = {"sum": way.settles_at} if way.settles_at is not None else {}
        rows.append([tap(texts.plain(language, key, rail=rail, **about), cb.TipRail(tip=tip.id, rail=way.rail))])
    return rows


def pay(texts: Texts, language: str, amount: Money, url: str, code: CallbackData | None) -> Rows:
    """The page; where there is a code to be scanned its picture, and the page if a phone can open it by itself."""
    page = leads_to_page(url)
    if code is None:
        return [[opens(texts.plain(language, "button-pay", amount=amount), url)]] if page else []
    rows = [[tap(texts.plain(language, "button-code", amount=amount), code)]]
    return [*rows, [opens(texts.plain(language, "button-code-open"), url)]] if page else rows


def _visibility(texts: Texts, language: str, tip: Tip, giver: str) -> Rows:
    def choose(visibility: Visibility) -> CallbackData:
        return cb.TipShown(tip=tip.id, visibility=visibility)

    return visibilities(texts, language, giver, tip.amount, tip.visibility, choose)


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
        if len(cards) == 1:
            words = texts.plain(language, "button-receipt")
        else:
            words = texts.plain(language, "button-receipt-of", amount=card.tip.amount)
        if card.tip.returnable:
            rows.append([take_back(texts, language, card.tip)])
        rows.append([opens(words, links.receipt(card.tip.receipt_code, language))])
        if undo and len(cards) == 1 and card.gives_back and not card.tip.returnable:
            back = texts.plain(language, "button-undo", amount=card.tip.amount)
            rows.append([tap(back, cb.TakeBack(tip=card.tip.id))])
    if undo and len(cards) > 1 and any(card.gives_back for card in cards):
        rows.append([tap(texts.plain(language, "button-undo-one"), backs_of(cards))])
    return keyboard([*rows, [my_gifts(texts, language)]])


def backs_of(cards: Sequence[TipCard]) -> CallbackData:
    """To these gifts, where one payment paid them all, or to all gifts, the newest first."""
    payments = {card.tip.payment for card in cards}
    payment = payments.pop() if len(payments) == 1 else None
    return cb.BackOf(payment=payment, fresh=True) if payment is not None else cb.BackPage(fresh=True)


def take_back(texts: Texts, language: str, tip: Tip) -> InlineKeyboardButton:
    """Have an extra payment returned."""
    return tap(texts.plain(language, "button-take-back", amount=tip.amount), cb.TakeBack(tip=tip.id))


def my_gifts(texts: Texts, language: str) -> InlineKeyboardButton:
    """To all my gifts, in a new message."""
    return tap(texts.plain(language, "button-my-gifts"), cb.GiftsPage(fresh=True))


def gifts(texts: Texts, language: str, page: Page[TipCard]) -> InlineKeyboardMarkup:
    """What can be taken back on this page, then the pages."""
    back = [[take_back(texts, language, card.tip)] for card in page.items if card.tip.returnable]
    turns = page_turns(texts, language, page, lambda number: cb.GiftsPage(page=number))
    to_list = [tap(texts.plain(language, "button-gifts-back"), cb.BackPage(page=page.number))]
    return keyboard([*back, turns, to_list, [give(texts, language)]])


# --- Projects --------------------------------------------------------------------------------------------------------


def project_list(texts: Texts, language: str, page: Page[ProjectCard], *, found: bool) -> InlineKeyboardMarkup:
    """A project per row, the pages, search."""
    rows = [[tap(title(card, language), cb.GiveCard(project=card.project.id))] for card in page.items]
    turns = page_turns(texts, language, page, lambda number: cb.GiveList(page=number, found=found))
    search = tap(texts.plain(language, "button-search"), cb.Home(deed=cb.HomeDeed.SEARCH))
    everything = [tap(texts.plain(language, "button-all-projects"), cb.GiveList(page=0))] if found else []
    return keyboard([*rows, turns, [search, *everything]])


def project_card(
    texts: Texts, links: Links, language: str, project: Project, amounts: Rows, *, back: bool = True
) -> InlineKeyboardMarkup:
    """The amounts, the project's own page, and back to the list."""
    page = opens(texts.plain(language, "button-project-page"), links.project(project.slug, language))
    others = [tap(texts.plain(language, "button-all-projects"), cb.GiveList(page=0))] if back else []
    return keyboard([*amounts, [page, *others]])


def alternatives(texts: Texts, language: str, cards: Sequence[ProjectCard]) -> InlineKeyboardMarkup:
    """Other projects that are open."""
    rows = [[tap(title(card, language), cb.GiveCard(project=card.project.id))] for card in cards]
    return keyboard([*rows, [give(texts, language)]])


def instead(texts: Texts, language: str, project: Project) -> InlineKeyboardMarkup:
    """Where a post takes no tips: its project itself, or another."""
    direct = tap(texts.plain(language, "button-give-directly"), cb.GiveCard(project=project.id))
    others = tap(texts.plain(language, "button-all-projects"), cb.GiveList(page=0))
    return keyboard([[direct], [others]])


def elsewhere(texts: Texts, language: str, url: str) -> InlineKeyboardMarkup:
    """The project's own designated page."""
    return keyboard([[opens(texts.plain(language, "button-designated-page"), url)]])


def designated(texts: Texts, links: Links, language: str, project: Project) -> Rows:
    """In place of amounts, where nothing can be paid here: the project's own designated page."""
    return elsewhere(texts, language, links.designated(project)).inline_keyboard


def title(card: ProjectCard, language: str) -> str:
    """A project on a button, with how far it is."""
    return f"{clean(card.project.title(language), most=TITLE_ON_BUTTON)} · {card.percent}%"


# --- Everywhere ------------------------------------------------------------------------------------------------------


def languages(texts: Texts, current: str) -> InlineKeyboardMarkup:
    """Every language in its own words."""
    return keyboard(
        [
            [
                tap(
                    ("✓ " if code == current else "") + texts.plain(code, "language-name"),
                    cb.ChooseLanguage(language=code),
                )
            ]
            for code in texts.languages
        ]
    )


def home(texts: Texts, language: str) -> InlineKeyboardMarkup:
    """What one can do next."""
    return keyboard(
        [
            [give(texts, language), my_gifts(texts, language)],
            [tap(texts.plain(language, "button-creators"), cb.Home(deed=cb.HomeDeed.CHARITY))],
        ]
    )


def give(texts: Texts, language: str) -> InlineKeyboardButton:
    """To the projects, in a new message."""
    return tap(texts.plain(language, "button-give"), cb.Home(deed=cb.HomeDeed.GIVE))


def add_bot(texts: Texts, links: Links, language: str) -> Rows:
    """The way into a channel, with the rights that are needed; nothing until the bot knows its name."""
    url = links.add_to_channel()
    return [[opens(texts.plain(language, "button-add-bot"), url)]] if url else []


def add_bot_to_group(texts: Texts, links: Links, language: str) -> Rows:
    """The way into a group; nothing until the bot knows its name."""
    url = links.add_to_group()
    return [[opens(texts.plain(language, "button-add-bot-group"), url)]] if url else []


def leave(texts: Texts, language: str) -> InlineKeyboardMarkup:
    """Out of a dialog."""
    return keyboard([[tap(texts.plain(language, "button-leave"), cb.Home(deed=cb.HomeDeed.LEAVE))]])


def wrapped(buttons: Sequence[InlineKeyboardButton]) -> Rows:
    """A few buttons in each row."""
    return [list(buttons[i : i + AMOUNTS_IN_A_ROW]) for i in range(0, len(buttons), AMOUNTS_IN_A_ROW)]


def page_turns(
    texts: Texts, language: str, page: Page[Any], to: Callable[[int], CallbackData]
) -> list[InlineKeyboardButton]:
    """Newer, where we are, older; nothing if there is one page."""
    if page.pages < 2:
        return []
    here = texts.plain(language, "page-of", number=page.number + 1, pages=page.pages)
    row = [tap(here, cb.Home(deed=cb.HomeDeed.NOTHING))]
    if page.number > 0:
        row.insert(0, tap(texts.plain(language, "button-previous"), to(page.number - 1)))
    if page.number + 1 < page.pages:
        row.append(tap(texts.plain(language, "button-next"), to(page.number + 1)))
    return row
