"""What people share from any chat's input field: a slot, a project of the day; buttons lead into the private chat."""

from typing import Final

from aiogram.enums import ParseMode
from aiogram.types import InlineQueryResultArticle, InputTextMessageContent, LinkPreviewOptions

from bot.cards import Rendered, paragraphs, project_text
from bot.keyboards import keyboard, opens
from bot.paper_money import on_text
from giving.giving_days import GivingDay
from giving.ids import token_of
from giving.projects import ProjectCard
from services.inline import Offered
from services.links import Links
from services.slots import SlotCard
from texts import Texts

MOST_RESULTS: Final = 50
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)


def results(
    texts: Texts, links: Links, language: str, offered: Offered, query: str, *, test_money: bool
) -> list[InlineQueryResultArticle]:  # fmt: skip
    """One's own slot, then the projects of the days that are on; with words, those whose names have them."""
    found: list[InlineQueryResultArticle] = []
    if offered.slot is not None:
        card = slot(texts, links, language, offered.slot)
        title = texts.plain(language, "inline-slot", name=offered.slot.slot.name)
        about = offered.slot.project.project.title(language)
        found.append(_article(texts, language, f"s_{token_of(offered.slot.slot.id)}", title, about, card, test_money))
    for day, each in offered.projects:
        card, title = project(texts, links, language, day, each), each.project.title(language)
        name = f"g_{token_of(each.project.id)}"
        found.append(_article(texts, language, name, title, day.title(language), card, test_money))
    wanted = query.strip().casefold()
    return [one for one in found if wanted in f"{one.title}\n{one.description}".casefold()][:MOST_RESULTS]


def slot(texts: Texts, links: Links, language: str, card: SlotCard) -> Rendered:
    """Somebody's slot as anybody sees it, with the way to give on it."""
    key = "slot-card" if card.raised.gifts else "slot-card-none"
    given = {"donors": card.raised.donors, "given": card.raised.sums} if card.raised.gifts else {}
    head = texts.chat(language, key, name=card.slot.name, **given)
    go = opens(texts.plain(language, "button-inline-give"), links.start(f"s_{token_of(card.slot.id)}"))
    page = opens(texts.plain(language, "button-slot-page"), links.slot(card.slot.slug, language))
    return Rendered(paragraphs(head, project_text(texts, language, card.project)), keyboard([[go], [page]]))


def project(texts: Texts, links: Links, language: str, day: GivingDay, card: ProjectCard) -> Rendered:
    """A project of the day, with the way to give to it."""
    head = texts.chat(language, "inline-day", title=day.title(language), ends=day.ends_at)
    go = opens(texts.plain(language, "button-inline-give"), links.start(f"g_{token_of(card.project.id)}"))
    page = opens(texts.plain(language, "button-project-page"), links.project(card.project.slug, language))
    return Rendered(paragraphs(head, project_text(texts, language, card)), keyboard([[go], [page]]))


def _article(
    texts: Texts, language: str, name: str, title: str, about: str, card: Rendered, test_money: bool
) -> InlineQueryResultArticle:  # fmt: skip
    text = on_text(texts, language, card.text, test_money)
    content = InputTextMessageContent(
        message_text=text, parse_mode=ParseMode.HTML, link_preview_options=_NO_PREVIEW
    )  # fmt: skip
    return InlineQueryResultArticle(
        id=name, title=title, description=about, input_message_content=content, reply_markup=card.keyboard
    )  # fmt: skip
