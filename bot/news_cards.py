"""What a project did: writing it, its preview with how many it reaches, and as its readers get it. Pure."""

from collections.abc import Sequence
from typing import Final

from bot import callbacks as cb
from bot import keyboards
from bot.cards import Rendered, paragraphs
from bot.keyboards import Rows, keyboard, opens, tap
from bot.keyboards.basics import TITLE_ON_BUTTON
from bot.subscription_cards import way_out
from giving.names import clean
from giving.project_updates import WORDS_GRAPHEMES
from giving.projects import Project
from services.links import Links
from services.project_updates import NewsDraft, NewsTold
from texts import Html, Texts

MOST: Final = 20


def which(texts: Texts, language: str, projects: Sequence[Project]) -> Rendered:
    """Of which project?"""
    names = [(one.id, clean(one.title(language), most=TITLE_ON_BUTTON)) for one in projects[:MOST]]
    rows: Rows = [[tap(name, cb.NewsAsk(project=id_))] for id_, name in names]
    more = texts.chat(language, "news-more") if len(projects) > MOST else None
    return Rendered(paragraphs(texts.chat(language, "news-which"), more), keyboard(rows))


def ask(texts: Texts, language: str, draft: NewsDraft) -> Rendered:
    """What did it do? With what was told last, and whom it would reach."""
    last = None
    if draft.last is not None:
        last = texts.chat(language, "news-last", at=draft.last.written_at, words=draft.last.words)
    text = paragraphs(
        texts.chat(language, "news-ask", project=draft.project.title(language), most=WORDS_GRAPHEMES),
        _reach(texts, language, draft),
        last,
    )
    return Rendered(text, keyboards.leave(texts, language))


def preview(texts: Texts, links: Links, language: str, draft: NewsDraft) -> Rendered:
    """Just as its readers will see it, and the one button that publishes it."""
    text = paragraphs(
        texts.chat(language, "news-preview"),
        _message(texts, language, draft.project, draft.words),
        _reach(texts, language, draft),
    )
    tells = draft.readers and draft.not_before is None
    send = tap(texts.plain(language, "button-news-send" if tells else "button-news-keep"), cb.NewsSend(update=draft.id))
    leave = keyboards.leave(texts, language).inline_keyboard
    return Rendered(text, keyboard([[send], *leave]))


def published(texts: Texts, links: Links, language: str, draft: NewsDraft) -> Rendered:
    """It is kept; and on its way to so many."""
    key = "news-sent" if draft.readers else "news-kept"
    page = opens(texts.plain(language, "button-project-page"), links.project(draft.project.slug, language))
    readers = {"readers": draft.readers} if draft.readers else {}
    return Rendered(texts.chat(language, key, **readers), keyboard([[page]]))


def told(texts: Texts, links: Links, language: str, news: NewsTold) -> Rendered:
    """To a monthly donor, with the way out."""
    page = opens(texts.plain(language, "button-project-page"), links.project(news.project.slug, language))
    why = tap(texts.plain(language, "button-why"), cb.WhyAsk(project=news.project.id))
    text = _message(texts, language, news.project, news.update.words)
    return Rendered(text, keyboard([[page, why], way_out(texts, language, news.wish)]))


def _reach(texts: Texts, language: str, draft: NewsDraft) -> Html:
    if draft.not_before is not None:
        return texts.chat(language, "news-too-soon", at=draft.not_before)
    return texts.chat(language, "news-reach", donors=draft.donors, readers=draft.readers)


def _message(texts: Texts, language: str, project: Project, words: str) -> Html:
    return texts.chat(language, "news-message", project=project.title(language), words=words)
