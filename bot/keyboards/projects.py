"""Under posts and projects: how much, which one, and where else."""

from collections.abc import Sequence
from uuid import UUID

from aiogram.types import InlineKeyboardMarkup

from bot import callbacks as cb
from bot.keyboards.basics import TITLE_ON_BUTTON, Rows, give, give_monthly, keyboard, opens, page_turns, tap, wrapped
from giving.creators import Post
from giving.ids import token_of
from giving.money import Money
from giving.names import clean
from giving.projects import Project, ProjectCard, Tally
from services.links import Links
from services.projects import Page
from texts import Texts
from texts.progress import progress


def post_keyboard(
    texts: Texts,
    links: Links,
    language: str,
    post: Post,
    tally: Tally,
    presets: Sequence[Money],
    *,
    test_money: bool = False,
    day: Money | None = None,
) -> InlineKeyboardMarkup:
    """The counter (leads into the private chat), then the amounts; none, where tipping rests."""
    if tally.gifts:
        label = texts.plain(language, "post-counter", donors=tally.donors, given=tally.sums)
    else:
        label = texts.plain(language, "post-counter-none")
    if day:
        label = texts.plain(language, "post-counter-day", counter=label, day=day)
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


def project_list(texts: Texts, language: str, page: Page[ProjectCard], *, found: bool) -> InlineKeyboardMarkup:
    """A project per row, the pages, search."""
    rows = [[tap(title(texts, language, card), cb.GiveCard(project=card.project.id))] for card in page.items]
    turns = page_turns(texts, language, page, lambda number: cb.GiveList(page=number, found=found))
    search = tap(texts.plain(language, "button-search"), cb.Home(deed=cb.HomeDeed.SEARCH))
    everything = [tap(texts.plain(language, "button-all-projects"), cb.GiveList(page=0))] if found else []
    return keyboard([*rows, turns, [search, *everything]])


def project_card(
    texts: Texts, links: Links, language: str, project: Project, amounts: Rows, *, back: bool = True,
    monthly: UUID | None = None,
) -> InlineKeyboardMarkup:  # fmt: skip
    """The amounts, the project's own page, and back to the list. `monthly`: to what one can give every month, too."""
    page = opens(texts.plain(language, "button-project-page"), links.project(project.slug, language))
    others = [tap(texts.plain(language, "button-all-projects"), cb.GiveList(page=0))] if back else []
    every_month = [give_monthly(texts, language, monthly)] if monthly is not None else []
    return keyboard([*amounts, every_month, [page, *others]])


def alternatives(texts: Texts, language: str, cards: Sequence[ProjectCard]) -> InlineKeyboardMarkup:
    """Other projects that are open."""
    rows = [[tap(title(texts, language, card), cb.GiveCard(project=card.project.id))] for card in cards]
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


def title(texts: Texts, language: str, card: ProjectCard) -> str:
    """A project on a button, with how far it is."""
    return f"{clean(card.project.title(language), most=TITLE_ON_BUTTON)} · {progress(texts, language, card)}"
