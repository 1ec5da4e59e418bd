"""What somebody gives every month: the list, and one of them with what comes next and what can be done. Pure."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from aiogram.types import InlineKeyboardButton

from bot import callbacks as cb
from bot.cards import Rendered, paragraphs
from bot.keyboards import Rows, keyboard, page_turns, tap
from bot.pledge_cards.beginning import projects
from bot.pledge_cards.words import goal_title, month_name, on_day, short_goal, so_much
from giving.money import sum_of
from giving.pledges import Instalment, InstalmentState, PledgeState, Way, Why, may_begin
from giving.projects import ProjectCard
from services.pledges import PledgeCard, PledgeList
from services.pledges.view import local_day
from services.projects import Page
from texts import Html, Texts

PER_PAGE: Final = 5
_NOW: Final = {
    InstalmentState.ASKED: "pledge-now-asked",
    InstalmentState.ON_TAB: "pledge-now-on-tab",
    InstalmentState.CHARGING: "pledge-now-charging",
}


def nothing_yet(texts: Texts, language: str, page: Page[ProjectCard] | None) -> Rendered:
    """What it is, for who gives nothing every month yet, and at once the projects; None where nothing can be paid."""
    text = texts.chat(language, "pledge-none")
    return Rendered(text, None) if page is None else projects(texts, language, page, intro=text)


def listed(texts: Texts, language: str, mine: PledgeList, number: int = 0) -> Rendered:
    """All of them, a button each; a page that is gone is the last."""
    number = min(number, (len(mine.cards) - 1) // PER_PAGE)
    some = mine.cards[number * PER_PAGE : (number + 1) * PER_PAGE]
    head = texts.chat(language, "pledge-list", sum=mine.monthly, count=len(mine.cards))
    text = paragraphs(head, *(Html("\n".join(_lines(texts, language, card))) for card in some))
    rows = [[tap(_name(texts, language, card), cb.PledgeShow(pledge=card.pledge.id))] for card in some]
    page = Page.of([*some], number=number, size=PER_PAGE, total=len(mine.cards))
    turns = page_turns(texts, language, page, lambda to: cb.PledgeList(page=to))
    more = tap(texts.plain(language, "button-pledge-more"), cb.PledgeProjects())
    given = any(one.paid for one in mine.cards)
    return Rendered(text, keyboard([*rows, turns, [more], _keepsakes(texts, language, given=given)]))


def _keepsakes(texts: Texts, language: str, *, given: bool) -> list[InlineKeyboardButton]:
    """What one may keep of it (once something was given), and say about it."""
    proofs = [tap(texts.plain(language, "button-certificates"), cb.CertificateList(fresh=True))] if given else []
    return [*proofs, tap(texts.plain(language, "button-why"), cb.WhyList(fresh=True))]


def _name(texts: Texts, language: str, card: PledgeCard) -> str:
    goal = short_goal(texts, language, card.goal)
    return texts.plain(language, "button-pledge-one", amount=card.pledge.amount, goal=goal)


def card(
    texts: Texts, language: str, one: PledgeCard, head: str | None = None, *, new: bool = False, only: bool = False
) -> Rendered:
    """One of them; `head` says what was just done. `new`: it was just made, and may be given to once at once, too.

    `only`: it is the list.
    """
    paid = texts.chat(language, "pledge-given", count=one.paid) if one.paid else None
    text = paragraphs(head, Html("\n".join(_lines(texts, language, one))), paid)
    *rows, every = _buttons(texts, language, one)
    if only:
        every = [tap(texts.plain(language, "button-pledge-more"), cb.PledgeProjects())]
    return Rendered(text, keyboard([*(_first_now(texts, language, one) if new else []), *rows, every]))


def _first_now(texts: Texts, language: str, one: PledgeCard) -> Rows:
    """A debit waits for its notice: who likes gives once at once, as any gift, that begins nothing."""
    project, amount = one.goal.project, one.pledge.amount
    if one.pledge.way is not Way.SAVED or project is None:
        return []
    words = texts.plain(language, "button-pledge-once", amount=amount)
    return [[tap(words, cb.GiveTap(project=project.id, minor=amount.minor, currency=amount.currency))]]


def _lines(texts: Texts, language: str, one: PledgeCard) -> Iterable[Html]:
    pledge = one.pledge
    yield so_much(texts, language, pledge.amount, pledge.every, one.goal)
    match pledge.state:
        case PledgeState.CANCELLED:
            yield _over(texts, language, one)
            return
        case PledgeState.WAITING:
            yield texts.chat(language, "pledge-waiting", goal=goal_title(texts, language, one.goal), way=pledge.way)
            return
    if pledge.renews_at is None:
        yield on_day(texts, language, pledge.day)
    else:
        yield texts.chat(language, "pledge-stars-renews", stars=one.stars)
    yield from _in_hand(texts, language, one)
    if pledge.state is PledgeState.PAUSED:
        key = "pledge-paused" if one.next is None else "pledge-paused-until"
        yield texts.chat(language, key, way=pledge.way, **({} if one.next is None else {"date": one.next}))
        if pledge.way is Way.STARS:
            yield texts.chat(language, "pledge-stars-ended")
        return
    if one.left_out is not None:
        yield texts.chat(language, "pledge-left-out", month=month_name(texts, language, one.left_out))
    if one.next is not None:
        yield _next(texts, language, one, one.next)
    if may_begin(pledge) and one.stars is not None:
        key = "pledge-stars-anew" if one.paid else "pledge-stars-begin"
        yield texts.chat(language, key, stars=one.stars)


def _over(texts: Texts, language: str, one: PledgeCard) -> Html:
    """Nothing more of it is charged, but for what was on its way before it ended."""
    if not one.under_way:
        return texts.chat(language, "pledge-over", way=one.pledge.way)
    amount = sum_of((each.amount for each in one.under_way), one.pledge.amount.currency)
    month = month_name(texts, language, one.under_way[-1].month)
    return texts.chat(language, "pledge-over-on-its-way", amount=amount, month=month)


def _in_hand(texts: Texts, language: str, one: PledgeCard) -> Iterable[Html]:
    """The instalments that are under way; of several on the tab their sum."""
    tab = [open_ for open_ in one.under_way if open_.state is InstalmentState.ON_TAB]
    if len(tab) > 1:
        amount = sum_of((open_.amount for open_ in tab), one.pledge.amount.currency)
        yield texts.chat(language, "pledge-now-on-tab-several", amount=amount, count=len(tab))
    for open_ in one.under_way:
        if open_ not in tab or len(tab) == 1:
            yield _of_one(texts, language, one, open_)


def _of_one(texts: Texts, language: str, one: PledgeCard, open_: Instalment) -> Html:
    about: dict[str, object] = {"amount": open_.amount, "month": month_name(texts, language, open_.month)}
    at = local_day(open_.due_at, one.zone)
    match open_.state:
        case InstalmentState.ANNOUNCED if open_.way is Way.SAVED:
            at = one.charged.get(open_.id, at)
            return texts.chat(language, "pledge-now-announced", **about, date=at, method=one.label)
        case InstalmentState.ANNOUNCED if one.pledge.renews_at is not None:
            return texts.chat(language, "pledge-now-stars", **about, date=at, stars=one.stars)
        case InstalmentState.ANNOUNCED if one.now is not None and at > local_day(one.now, one.zone):
            return texts.chat(language, "pledge-now-ahead", **about, date=at, way=open_.way)
        case InstalmentState.RETRY:
            return texts.chat(language, "pledge-now-retry", **about, date=at)
    if open_.state is InstalmentState.ANNOUNCED:
        return texts.chat(language, "pledge-now-comes", **about, way=open_.way)
    return texts.chat(language, _NOW[open_.state], **about)


def _next(texts: Texts, language: str, one: PledgeCard, at: date) -> Html:
    """The one that is to come."""
    key = "pledge-then" if one.under_way else "pledge-next"
    if one.pledge.renews_at is not None and one.notice is not None:
        return texts.chat(language, f"{key}-stars", date=at, notice=one.notice)
    if one.due_now and not one.under_way and one.pledge.way is not Way.SAVED:
        return texts.chat(language, "pledge-next-now", way=one.pledge.way)
    match one.pledge.way:
        case Way.SAVED if one.label and one.notice is not None:
            return texts.chat(
                language, f"{key}-saved", date=at, method=one.label, notice=one.notice, days=one.notice_in
            )
        case Way.TAB:
            return texts.chat(language, f"{key}-tab", date=at)
    return texts.chat(language, f"{key}-link", date=at)


def _buttons(texts: Texts, language: str, one: PledgeCard) -> Rows:
    pledge = one.pledge
    change = tap(texts.plain(language, "button-pledge-change"), cb.PledgeChange(pledge=pledge.id))
    end = tap(texts.plain(language, "button-pledge-cancel"), cb.PledgeCancel(pledge=pledge.id))
    every = [tap(texts.plain(language, "button-my-monthly"), cb.PledgeList())]
    match pledge.state:
        case PledgeState.CANCELLED:
            return [*_whys(texts, language, one), *_again(texts, language, one), every]
        case PledgeState.WAITING:
            go = tap(texts.plain(language, "button-pledge-where"), cb.PledgeMove(pledge=pledge.id))
            return [[go], [end], every]
        case PledgeState.PAUSED:
            go = tap(texts.plain(language, "button-pledge-resume"), cb.PledgeResume(pledge=pledge.id))
            if one.given_up is None:
                return [[go], [change, end], every]
            back = cb.PledgeResume(pledge=pledge.id, month=str(one.given_up))
            undo = tap(texts.plain(language, "button-pledge-as-before"), back)
            return [[undo], [go], [change, end], every]
    pause = tap(texts.plain(language, "button-pledge-pause"), cb.PledgePause(pledge=pledge.id))
    keeps = _keepsakes(texts, language, given=one.paid > 0)
    return [*_pays(texts, language, one), [*_skips(texts, language, one)], [pause, change], [end], keeps, every]


def _pays(texts: Texts, language: str, one: PledgeCard) -> Rows:
    rows: Rows = []
    if may_begin(one.pledge) and one.stars is not None:
        words = texts.plain(language, "button-pledge-stars", stars=one.stars)
        rows.append([tap(words, cb.PledgePay(pledge=one.pledge.id))])
    elif one.to_pay is not None:
        words = texts.plain(language, "button-pledge-pay", amount=one.to_pay.amount)
        rows.append([tap(words, cb.PledgePay(pledge=one.pledge.id))])
    if one.pledge.way is not Way.SAVED and one.saved is not None:
        words = texts.plain(language, "pledge-by-saved", method=one.saved.label)
        rows.append([tap(words, cb.PledgeBy(pledge=one.pledge.id, by=one.saved.by))])
    return rows


def _skips(texts: Texts, language: str, one: PledgeCard) -> Iterable[InlineKeyboardButton]:
    if one.left_out is not None:
        words = texts.plain(language, "button-pledge-unskip", month=month_name(texts, language, one.left_out))
        yield tap(words, cb.PledgeSkip(pledge=one.pledge.id, month=str(one.left_out), undo=True))
    elif one.skips is not None:
        words = texts.plain(language, "button-pledge-skip", month=month_name(texts, language, one.skips))
        yield tap(words, cb.PledgeSkip(pledge=one.pledge.id, month=str(one.skips)))


def _whys(texts: Texts, language: str, one: PledgeCard) -> Rows:
    """One optional tap, as long as none was made."""
    if one.pledge.why is not None:
        return []
    id_ = one.pledge.id
    taps = [
        tap(texts.plain(language, f"button-pledge-why-{why.replace('_', '-')}"), cb.PledgeWhy(pledge=id_, why=why))
        for why in Why
    ]
    return [taps[:2], taps[2:4], taps[4:]]


def _again(texts: Texts, language: str, one: PledgeCard) -> Rows:
    if not one.goal.open:
        return []
    return [[tap(texts.plain(language, "button-pledge-again"), cb.PledgeAgain(pledge=one.pledge.id))]]
