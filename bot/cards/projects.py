"""What a follower sees of projects, and of posts that stand for one, with amounts to give. Pure."""

from collections.abc import Sequence
from typing import Final

from bot import keyboards
from bot.cards.rendered import LONG_GRAPHEMES, Rendered, moved_on, paragraphs
from giving.money import Money
from giving.names import clean
from giving.projects import ProjectCard
from giving.tips import Limits
from services.links import Links
from services.projects import Page
from services.tips import PostCard
from texts import Html, Texts
from texts.progress import progress

SUMMARY_GRAPHEMES: Final = 90


def project_items(texts: Texts, language: str, page: Page[ProjectCard], *, query: str, head: str | None = None) -> Html:
    """The projects of one page under `head`, or what to do if there are none."""
    if not page.total:
        return (
            texts.chat(language, "project-found-none", query=query) if query else texts.chat(language, "project-none")
        )
    found = texts.chat(language, "project-found", query=query, total=page.total) if query else None
    return paragraphs(
        head,
        found,
        *(_item(texts, language, card) for card in page.items),
    )


def _item(texts: Texts, language: str, card: ProjectCard) -> Html:
    words = card.project.text(language)
    return texts.chat(
        language,
        "project-item",
        project=words.title,
        organisation=card.project.organisation.name(language),
        summary=clean(words.summary, most=SUMMARY_GRAPHEMES),
        given=card.raised.sums,
        target=card.project.target,
        progress=progress(texts, language, card),
    )


def project_list(texts: Texts, language: str, page: Page[ProjectCard], *, query: str) -> Rendered:
    """Projects to give to."""
    head = None if query else texts.chat(language, "project-list")
    text = project_items(texts, language, page, query=query, head=head)
    return Rendered(text, keyboards.project_list(texts, language, page, found=bool(query)))


def project_text(texts: Texts, language: str, card: ProjectCard) -> Html:
    """A project: who runs it, what it does, target and raised."""
    words = card.project.text(language)
    text = texts.chat(
        language,
        "project-card",
        project=words.title,
        organisation=card.project.organisation.name(language),
        summary=clean(words.summary, most=LONG_GRAPHEMES),
        given=card.raised.sums,
        target=card.project.target,
        progress=progress(texts, language, card),
        donors=card.raised.donors,
    )
    use = texts.chat(language, "project-use", use=clean(words.use, most=LONG_GRAPHEMES)) if words.use else None
    return paragraphs(text, use)


def project(
    texts: Texts, links: Links, language: str, card: ProjectCard, presets: Sequence[Money], *, takes_money: bool
) -> Rendered:
    """A project with amounts to give, or the way to its designated page where nothing can be paid here."""
    amounts = (
        keyboards.project_amounts(texts, language, card.project, presets)
        if takes_money
        else keyboards.designated(texts, links, language, card.project)
    )
    monthly = card.project.id if takes_money else None
    rows = keyboards.project_card(texts, links, language, card.project, amounts, monthly=monthly)
    return Rendered(project_text(texts, language, card), rows)


def post(
    texts: Texts,
    links: Links,
    language: str,
    card: PostCard,
    presets: Sequence[Money],
    *,
    takes_money: bool,
    intro: str | None = None,
) -> Rendered:
    """A post's project with amounts that count for the post, or as `project`."""
    project = card.project.project
    amounts = (
        keyboards.post_amounts(texts, language, card.post, presets)
        if takes_money
        else keyboards.designated(texts, links, language, project)
    )
    text = paragraphs(
        intro,
        texts.chat(language, "project-from-post", chat=card.chat_title),
        moved_on(texts, language, card, card.chat_title),
        project_text(texts, language, card.project),
    )
    monthly = card.post.id if takes_money else None  # credited to whoever called for it
    rows = keyboards.project_card(texts, links, language, project, amounts, back=False, monthly=monthly)
    return Rendered(text, rows)


def ask_amount(
    texts: Texts, language: str, project_title: str, limits: Limits, *, intro: str | None = None
) -> Rendered:
    """The question that begins the dialog for another amount."""
    text = paragraphs(
        intro,
        texts.chat(language, "ask-amount", project=project_title, least=limits.least, most=limits.most),
    )
    return Rendered(text, keyboards.leave(texts, language))
