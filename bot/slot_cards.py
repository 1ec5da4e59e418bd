"""公益爱心位: one's own slot, and somebody's slot with amounts to give. Pure: data in, text and keyboard out."""

import html
from collections.abc import Sequence

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot import callbacks as cb
from bot import keyboards
from bot.callbacks import SlotDeed
from bot.cards import Rendered, paragraphs, project_items, project_text
from bot.keyboards import Rows, keyboard, opens, page_turns, tap, title, wrapped
from giving.ids import token_of
from giving.money import Money
from giving.projects import ProjectCard
from giving.slots import Slot
from services.links import Links
from services.projects import Page
from services.slots import SlotCard
from texts import Html, Texts


def mine(texts: Texts, links: Links, language: str, card: SlotCard | None) -> Rendered:
    """My slot: what it is, or how it stands, and what to do with it."""
    if card is None:
        choose = _do(texts, language, "button-slot-open", SlotDeed.CHOOSE)
        return Rendered(texts.chat(language, "slot-none"), keyboard([[choose]]))
    slot, project = card.slot, card.project.project.title(language)
    if not slot.open:
        choose = _do(texts, language, "button-slot-open-again", SlotDeed.CHOOSE)
        return Rendered(texts.chat(language, "slot-closed", name=slot.name), keyboard([[choose]]))
    key = "slot-mine" if card.raised.gifts else "slot-mine-none"
    given = {"donors": card.raised.donors, "given": card.raised.sums} if card.raised.gifts else {}
    head = texts.chat(language, key, name=slot.name, project=project, **given)
    closed = None if card.project.project.open else texts.chat(language, "slot-project-closed")
    return Rendered(paragraphs(head, closed, _share(texts, links, language, card)), _mine(texts, links, language, slot))


def opened(texts: Texts, links: Links, language: str, card: SlotCard) -> Rendered:
    """It is open: here is what to share."""
    text = paragraphs(texts.chat(language, "slot-opened"), _share(texts, links, language, card))
    return Rendered(text, _mine(texts, links, language, card.slot))


def _share(texts: Texts, links: Links, language: str, card: SlotCard) -> Html:
    """What its creator posts somewhere, with the link. Not isolated: an invisible mark would be copied with it."""
    project = card.project.project.title(language)
    words = texts.plain(language, "slot-share-words", project=project, link=links.slot(card.slot.slug))
    direct = links.start(f"s_{token_of(card.slot.id)}")
    share = texts.chat(language, "slot-share", words=Html(html.escape(words, quote=False)))
    return Html(f"{share}\n{texts.chat(language, 'slot-direct', link=Html(direct))}") if direct else share


def _mine(texts: Texts, links: Links, language: str, slot: Slot) -> InlineKeyboardMarkup:
    see = opens(texts.plain(language, "button-slot-page"), links.slot(slot.slug, language))
    change = _do(texts, language, "button-change-project", SlotDeed.CHOOSE)
    name = _do(texts, language, "button-slot-name", SlotDeed.NAME)
    thank = _do(texts, language, "button-thank", SlotDeed.THANK)
    close = _do(texts, language, "button-slot-close", SlotDeed.CLOSE)
    picture = _do(texts, language, "button-slot-picture", SlotDeed.PICTURE)
    anywhere = [InlineKeyboardButton(text=texts.plain(language, "button-slot-anywhere"), switch_inline_query="")]
    circle = [tap(texts.plain(language, "button-circle"), cb.CircleShow(fresh=True))]
    return keyboard([[see, picture], anywhere if links.inline else [], circle, [change, name], [thank, close]])


def closed(texts: Texts, language: str) -> Rendered:
    """Nobody sees it any more."""
    again = _do(texts, language, "button-slot-open-again", SlotDeed.CHOOSE)
    return Rendered(texts.chat(language, "slot-closed-now"), keyboard([[again]]))


def choose(texts: Texts, language: str, page: Page[ProjectCard]) -> Rendered:
    """Which project shall it be for?"""
    text = project_items(texts, language, page, query="", head=texts.chat(language, "slot-choose"))
    rows = [[tap(title(texts, language, card), cb.SlotProject(project=card.project.id))] for card in page.items]
    turns = page_turns(texts, language, page, lambda number: cb.SlotProjects(page=number))
    return Rendered(text, keyboard([*rows, turns, [_do(texts, language, "button-back", SlotDeed.CARD)]]))


def confirm(texts: Texts, links: Links, language: str, card: ProjectCard, name: str, *, sent: bool = False) -> Rendered:
    """The project, and the name everybody will see; another one may be sent."""
    project = card.project
    text = paragraphs(
        project_text(texts, language, card),
        texts.chat(language, "slot-confirm", name=name) if name else texts.chat(language, "slot-name-ask"),
    )
    rows: Rows = []
    if name:
        rows.append([tap(texts.plain(language, "button-slot-confirm"), cb.SlotOpen(project=project.id, sent=sent))])
    page = opens(texts.plain(language, "button-project-page"), links.project(project.slug, language))
    back = _do(texts, language, "button-back", SlotDeed.CHOOSE)
    return Rendered(text, keyboard([*rows, [page, back]]))


def ask_name(texts: Texts, language: str) -> Rendered:
    """Which name shall everybody see?"""
    return Rendered(texts.chat(language, "slot-name-ask"), keyboards.leave(texts, language))


def to_give(
    texts: Texts, links: Links, language: str, card: SlotCard, presets: Sequence[Money], *, takes_money: bool,
    intro: str | None = None,
) -> Rendered:  # fmt: skip
    """Somebody's slot with amounts that count for it, or the way to the project's designated page."""
    project = card.project.project
    if takes_money:
        taps = [_amount(texts, language, card.slot, amount) for amount in presets]
        other = tap(texts.plain(language, "button-other"), cb.SlotOther(slot=card.slot.id))
        amounts = wrapped([*taps, other])
    else:
        amounts = keyboards.designated(texts, links, language, project)
    key = "slot-card" if card.raised.gifts else "slot-card-none"
    given = {"donors": card.raised.donors, "given": card.raised.sums} if card.raised.gifts else {}
    head = texts.chat(language, key, name=card.slot.name, **given)
    monthly = card.slot.id if takes_money else None
    rows = keyboards.project_card(texts, links, language, project, amounts, back=False, monthly=monthly)
    return Rendered(paragraphs(intro, head, project_text(texts, language, card.project)), rows)


def _amount(texts: Texts, language: str, slot: Slot, amount: Money) -> InlineKeyboardButton:
    data = cb.SlotTap(slot=slot.id, minor=amount.minor, currency=amount.currency)
    return tap(texts.money(language, amount), data)


def _do(texts: Texts, language: str, key: str, deed: SlotDeed) -> InlineKeyboardButton:
    return tap(texts.plain(language, key), cb.SlotDo(deed=deed))
