"""Beginning a pledge: how much, all of it to be confirmed, on which day, for which projects. Pure."""

from collections.abc import Callable, Collection, Sequence
from typing import Final
from uuid import UUID

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton

from bot import callbacks as cb
from bot import keyboards
from bot.cards import Rendered, paragraphs, project_items
from bot.keyboards import Rows, keyboard, page_turns, tap, title, wrapped
from bot.pledge_cards.words import by_what, goal_title, on_day, so_much
from giving.money import Money
from giving.people import Visibility
from giving.pledges import LAST, QUARTER, Way
from giving.projects import ProjectCard
from giving.tips import Limits
from services.pledges import Begun, PledgeCard, PledgeOffer
from services.projects import Page
from texts import Html, Texts

DAYS_IN_A_ROW: Final = 7
OFFERED_DAYS: Final = 28  # what follows is the last day, whichever that is


def amounts(texts: Texts, language: str, begun: Begun, what: UUID, *, intro: str | None = None) -> Rendered:
    """How much a month?"""
    called = begun.goal.creator_name
    text = paragraphs(
        intro,
        texts.chat(language, "pledge-called", name=called) if called else None,
        texts.chat(language, "pledge-begin", goal=goal_title(texts, language, begun.goal)),
    )
    taps = [tap(texts.money(language, one), cb.PledgeSee(what=what, minor=one.minor)) for one in begun.presets]
    rows = wrapped([*taps, tap(texts.plain(language, "button-other"), cb.PledgeOther(what=what))])
    project = begun.goal.project
    if project is not None and not called:
        whole = texts.plain(language, "button-pledge-organisation")
        rows.append([tap(whole, cb.PledgeNew(what=project.organisation.id))])
    return Rendered(text, keyboard([*rows, [_leave(texts, language)]]))


def _leave(texts: Texts, language: str) -> InlineKeyboardButton:
    return tap(texts.plain(language, "button-leave"), cb.Home(deed=cb.HomeDeed.LEAVE))


def ask_amount(texts: Texts, language: str, goal: str, limits: Limits, every: int = 1) -> Rendered:
    """Another amount, in words: every so many months."""
    text = texts.chat(language, "pledge-ask-amount", goal=goal, least=limits.least, most=limits.most, every=every)
    return Rendered(text, keyboards.leave(texts, language))


def confirm(texts: Texts, language: str, offer: PledgeOffer, what: UUID) -> Rendered:
    """Everything that would be promised; nothing is, until the first button is pressed."""
    lines = [
        so_much(texts, language, offer.amount, offer.every, offer.goal),
        on_day(texts, language, offer.day),
        *([_how(texts, language, offer)] if offer.by is not None else []),
    ]
    text = paragraphs(
        Html("\n".join(lines)),
        _too_little(texts, language, offer),
        _first(texts, language, offer),
        texts.chat(language, "pledge-seen", how=offer.visibility),
        texts.chat(language, "pledge-free"),
    )
    return Rendered(text, keyboard(_confirming(texts, language, offer, what)))


def _how(texts: Texts, language: str, offer: PledgeOffer) -> Html:
    if offer.by is None:
        return texts.chat(language, "pledge-no-way")
    match offer.by.way:
        case Way.SAVED:
            return texts.chat(language, "pledge-how-saved", method=offer.by.label)
        case Way.TAB:
            return texts.chat(language, "pledge-how-tab")
        case Way.STARS:
            return texts.chat(language, "pledge-how-stars", stars=offer.by.price)
    return texts.chat(language, "pledge-how-link", rail=texts.named(language, "rail", offer.by.rail))


def _too_little(texts: Texts, language: str, offer: PledgeOffer) -> Html | None:
    """Why it goes on the tab, and what else there is."""
    if offer.by is None:
        return texts.chat(language, "pledge-no-way")
    if offer.by.way is not Way.TAB or offer.by.least is None:
        return None
    rail = texts.named(language, "rail", offer.by.rail)
    return texts.chat(language, "pledge-too-little", rail=rail, least=offer.by.least)


def _first(texts: Texts, language: str, offer: PledgeOffer) -> Html | None:
    if offer.by is None:
        return None
    if offer.by.way is Way.STARS and offer.today:
        return texts.chat(language, "pledge-first-stars")
    if offer.notice is not None:
        return texts.chat(language, "pledge-first-saved", date=offer.first, notice=offer.notice, days=offer.notice_in)
    if offer.today:
        return texts.chat(language, "pledge-first-today", way=offer.by.way)
    return texts.chat(language, "pledge-first", date=offer.first)


def _confirming(texts: Texts, language: str, offer: PledgeOffer, what: UUID) -> Rows:
    rows: Rows = []
    minor, seen = offer.amount.minor, offer.goal.seen
    by = offer.by.by if offer.by is not None else ""
    so = cb.PledgeSee(what=what, minor=minor, day=offer.day, by=by, every=offer.every, shown=offer.shown)

    def see(**otherwise: object) -> cb.PledgeSee:
        return so.model_copy(update=otherwise)

    if offer.by is not None:
        key = "button-pledge-yes-quarter" if offer.every == QUARTER else "button-pledge-yes"
        made = cb.PledgeMake(
            what=what, minor=minor, day=offer.day, by=offer.by.by, every=offer.every, seen=seen, shown=offer.shown
        )  # fmt: skip
        rows.append([tap(texts.plain(language, key, amount=offer.amount), made)])
    if offer.quarter is not None:
        words = texts.plain(language, "button-pledge-quarter", amount=offer.quarter)
        rows.append([tap(words, see(minor=offer.quarter.minor, by="", every=QUARTER))])
    rows += [[tap(by_what(texts, language, way), see(by=way.by))] for way in offer.ways if way is not offer.by]
    day = tap(texts.plain(language, "button-pledge-day"), cb.PledgeDays(**dict(so)))
    names = tap(texts.plain(language, "button-pledge-names"), cb.PledgeNames(**dict(so)))
    other = tap(texts.plain(language, "button-pledge-amount"), cb.PledgeNew(what=what))
    return [*rows, [day, other], [names], [_leave(texts, language)]]


def days(
    texts: Texts, language: str, to: Callable[[int], CallbackData], *, now: int, back: CallbackData
) -> Rendered:  # fmt: skip
    """Which day of the month? What is so `now` has a mark."""
    taps = [tap(f"✓ {day}" if day == now else str(day), to(day)) for day in range(1, OFFERED_DAYS + 1)]
    rows = [taps[i : i + DAYS_IN_A_ROW] for i in range(0, OFFERED_DAYS, DAYS_IN_A_ROW)]
    mark = "✓ " if now > OFFERED_DAYS else ""
    last = tap(mark + texts.plain(language, "button-pledge-last-day"), to(LAST))
    leads_back = tap(texts.plain(language, "button-back"), back)
    return Rendered(texts.chat(language, "pledge-which-day"), keyboard([*rows, [last], [leads_back]]))


def names(texts: Texts, language: str, giver: str, amount: Money, chosen: Visibility, so: cb.PledgeSee) -> Rendered:
    """What others shall see of a new one, that is otherwise `so`; what is so now has a mark."""

    def see(visibility: Visibility) -> cb.PledgeSee:
        return so.model_copy(update={"shown": visibility})

    rows = keyboards.visibilities(texts, language, giver, amount, chosen, see)
    back = tap(texts.plain(language, "button-back"), so)
    return Rendered(texts.chat(language, "pledge-which-names"), keyboard([*rows, [back]]))


def twice(texts: Texts, language: str, known: PledgeCard, *, intro: str | None = None) -> Rendered:
    """They give to it every month already: it can be changed."""
    goal = goal_title(texts, language, known.goal)
    its = known.pledge
    text = paragraphs(intro, texts.chat(language, "pledge-twice", amount=its.amount, goal=goal, every=its.every))
    change = tap(texts.plain(language, "button-pledge-change"), cb.PledgeChange(pledge=known.pledge.id))
    show = tap(texts.plain(language, "button-pledge-show"), cb.PledgeShow(pledge=known.pledge.id))
    return Rendered(text, keyboard([[change, show]]))


def projects(texts: Texts, language: str, page: Page[ProjectCard], *, intro: str | None = None) -> Rendered:
    """For which project?"""
    items = project_items(texts, language, page, query="", head=texts.chat(language, "pledge-which"))
    text = paragraphs(intro, items)
    rows = [[tap(title(texts, language, card), cb.PledgeNew(what=card.project.id))] for card in page.items]
    turns = page_turns(texts, language, page, lambda number: cb.PledgeProjects(page=number))
    several = [tap(texts.plain(language, "button-pledge-several"), cb.PledgeTick())] if page.total > 1 else []
    return Rendered(text, keyboard([*rows, turns, several]))


def tick(
    texts: Texts, language: str, page: Page[ProjectCard], ticked: Collection[UUID], presets: Sequence[Money]
) -> Rendered:
    """Several projects, of which each month the one in need gets it; with two or more the amounts stand below."""
    text = paragraphs(
        texts.chat(language, "pledge-several"),
        texts.chat(language, "pledge-several-many", count=len(ticked)) if ticked else None,
    )
    rows: Rows = []
    for card in page.items:
        mark = "✓ " if card.project.id in ticked else ""
        rows.append(
            [tap(mark + title(texts, language, card), cb.PledgeTick(page=page.number, project=card.project.id))]
        )
    turns = page_turns(texts, language, page, lambda number: cb.PledgeTick(page=number))
    sums: Rows = []
    if len(ticked) > 1:
        taps = [tap(texts.money(language, one), cb.PledgeSee(what=cb.TICKED, minor=one.minor)) for one in presets]
        sums = wrapped([*taps, tap(texts.plain(language, "button-other"), cb.PledgeOther(what=cb.TICKED))])
    return Rendered(text, keyboard([*rows, turns, *sums, [_leave(texts, language)]]))
