"""Messages about monthly giving: what will be debited, what is to be paid, what became of it. Pure."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot import callbacks as cb
from bot.cards.rendered import LONG_GRAPHEMES, Rendered, paragraphs
from bot.keyboards import Rows, keyboard, tap
from bot.pledge_cards.words import month_name
from bot.tab_cards import rail_name
from giving.money import Money
from giving.names import clean
from giving.notices import NoticeKind
from giving.pledges import VALID, Way
from services.pledges import PledgeTold
from texts import Html, Texts

TOLD: Final = frozenset(
    {
        NoticeKind.PLEDGE_ANNOUNCED, NoticeKind.PLEDGE_ASKED, NoticeKind.PLEDGE_REMINDED, NoticeKind.PLEDGE_DECLINED,
        NoticeKind.PLEDGE_LEFT_OUT, NoticeKind.PLEDGE_PAUSED, NoticeKind.PLEDGE_WAITING,
    }
)  # fmt: skip
TITLE_ON_BUTTON: Final = 22
PAUSES_FOR: Final = 3  # months, by one tap
_EVERY: Final = cb.PledgeList(fresh=True)
MOST_NEWS: Final = 2  # of what projects did; of more the message would be too long

Words = Callable[[Texts, str, PledgeTold], Html]


def told(texts: Texts, language: str, kind: NoticeKind, every: Sequence[PledgeTold]) -> Rendered:
    """What one donor is told at once, of one kind; with what they can do about each."""
    several = len(every) > 1
    head = texts.chat(language, "instalments-several", kind=kind, count=len(every)) if several else None
    lines = [_WORDS[kind](texts, language, one) for one in every]
    news = [_news(texts, language, one) for one in every] if kind is NoticeKind.PLEDGE_ANNOUNCED else []
    text = paragraphs(head, *lines, *(news if len(news) <= MOST_NEWS else ()))
    rows = [row for one in every for row in _own(texts, language, kind, one, several=several)]
    if several:
        rows.append([tap(texts.plain(language, "button-instalments"), _EVERY)])
    return Rendered(text, keyboard(rows))


def _day(texts: Texts, language: str, one: PledgeTold, *, until: bool = False) -> str:
    at = one.at
    if until and one.instalment is not None and one.instalment.asked_at is not None:
        at = one.instalment.asked_at + VALID - timedelta(minutes=1)
    return texts.short_day(language, at, one.zone) if at is not None else ""


def _announced(texts: Texts, language: str, one: PledgeTold) -> Html:
    amount, project = _what(language, one)
    if one.stars is not None:
        at = _day(texts, language, one)
        return texts.chat(
            language, "instalment-announced-stars", amount=amount, project=project, at=at, stars=one.stars
        )  # fmt: skip
    method = one.label or rail_name(texts, language, one.pledge.rail)
    return texts.chat(
        language, "instalment-announced", amount=amount, project=project, at=_day(texts, language, one), method=method
    )


def _asked(texts: Texts, language: str, one: PledgeTold) -> Html:
    amount, project = _what(language, one)
    until = _day(texts, language, one, until=True)
    month = _month(texts, language, one)
    return texts.chat(
        language, "instalment-asked", amount=amount, project=project, until=until, why=one.why, month=month
    )


def _reminded(texts: Texts, language: str, one: PledgeTold) -> Html:
    amount, project = _what(language, one)
    until = _day(texts, language, one, until=True)
    month = _month(texts, language, one)
    return texts.chat(language, "instalment-reminded", amount=amount, project=project, until=until, month=month)


def _declined(texts: Texts, language: str, one: PledgeTold) -> Html:
    amount, project = _what(language, one)
    return texts.chat(
        language, "instalment-declined", amount=amount, project=project, at=_day(texts, language, one),
        why=one.why, month=_month(texts, language, one),
    )  # fmt: skip


def _left_out(texts: Texts, language: str, one: PledgeTold) -> Html:
    amount, project = _what(language, one)
    month = _month(texts, language, one)
    return texts.chat(language, "instalment-left-out", amount=amount, project=project, month=month)


def _paused(texts: Texts, language: str, one: PledgeTold) -> Html:
    if one.pledge.way is Way.STARS and not one.missed:
        return texts.chat(language, "instalment-paused-stars", project=_title(language, one))
    return texts.chat(
        language, "instalment-paused-missed" if one.missed else "instalment-paused", project=_title(language, one)
    )


def _waiting(texts: Texts, language: str, one: PledgeTold) -> Html:
    return texts.chat(language, "instalment-waiting", amount=one.pledge.amount, project=_title(language, one))


_WORDS: Final[dict[NoticeKind, Words]] = {
    NoticeKind.PLEDGE_ANNOUNCED: _announced,
    NoticeKind.PLEDGE_ASKED: _asked,
    NoticeKind.PLEDGE_REMINDED: _reminded,
    NoticeKind.PLEDGE_DECLINED: _declined,
    NoticeKind.PLEDGE_LEFT_OUT: _left_out,
    NoticeKind.PLEDGE_PAUSED: _paused,
    NoticeKind.PLEDGE_WAITING: _waiting,
}


def _news(texts: Texts, language: str, one: PledgeTold) -> Html | None:
    """What last month's gifts did, as its organisation told it; else what a gift does."""
    if one.news:
        title = _title(language, one)
        return texts.chat(language, "instalment-news", project=title, news=clean(one.news, most=LONG_GRAPHEMES))
    use = one.project.text(language).use
    return texts.chat(language, "receipt-use", use=clean(use, most=LONG_GRAPHEMES)) if use else None


def _what(language: str, one: PledgeTold) -> tuple[Money, str]:
    amount = one.instalment.amount if one.instalment is not None else one.pledge.amount
    return amount, _title(language, one)


def _title(language: str, one: PledgeTold) -> str:
    return one.project.title(language)


def _own(texts: Texts, language: str, kind: NoticeKind, one: PledgeTold, *, several: bool) -> Rows:
    """The buttons of one of them."""
    pledge = one.pledge.id
    cancel = tap(texts.plain(language, "button-instalment-cancel"), cb.PledgeCancel(pledge=pledge))
    change = tap(texts.plain(language, "button-instalment-change"), cb.PledgeChange(pledge=pledge))
    match kind:
        case NoticeKind.PLEDGE_ANNOUNCED:
            return _several(texts, language, kind, one) if several else _alone(texts, language, one)
        case NoticeKind.PLEDGE_ASKED | NoticeKind.PLEDGE_REMINDED | NoticeKind.PLEDGE_DECLINED:
            if several:
                return _several(texts, language, kind, one)
            return [[_pay(texts, language, kind, one, several=False)], *_alone(texts, language, one)]
        case NoticeKind.PLEDGE_LEFT_OUT:
            if several:
                what, title = _what(language, one)
                short = clean(title, most=TITLE_ON_BUTTON)
                return [[tap(texts.plain(language, "button-pledge-one", amount=what, goal=short),
                             cb.PledgeShow(pledge=pledge))]]  # fmt: skip
            return [[change, cancel]]
        case NoticeKind.PLEDGE_PAUSED:
            goes_on = tap(
                _named(texts, language, "button-instalment-resume", one, several), cb.PledgeResume(pledge=pledge)
            )
            return [[goes_on]] if several else [[goes_on], [change, cancel]]
        case _:
            choose = tap(
                _named(texts, language, "button-instalment-choose", one, several), cb.PledgeMove(pledge=pledge)
            )
            return [[choose]] if several else [[choose], [cancel]]


def _alone(texts: Texts, language: str, one: PledgeTold) -> Rows:
    """All that can be done about it, each by one tap."""
    pledge = one.pledge.id

    def does(key: str, data: CallbackData, **values: object) -> InlineKeyboardButton:
        return tap(texts.plain(language, key, **values), data)

    def alters(key: str, field: cb.PledgeField) -> InlineKeyboardButton:
        return does(key, cb.PledgeAlter(pledge=pledge, field=field))

    return [
        [
            does("button-pledge-skip", _skip(one), month=_month(texts, language, one)),
            does("button-instalment-cancel", cb.PledgeCancel(pledge=pledge)),
        ],
        [
            does("button-instalment-pause-for", cb.PledgePause(pledge=pledge, months=PAUSES_FOR), count=PAUSES_FOR),
            does("button-instalment-how-long", cb.PledgePause(pledge=pledge)),
        ],
        [alters("button-pledge-amount", cb.PledgeField.AMOUNT), alters("button-pledge-day", cb.PledgeField.DAY)],
        [
            does("button-pledge-project", cb.PledgeMove(pledge=pledge)),
            alters("button-pledge-way", cb.PledgeField.WAY),
        ],
    ]


def _several(texts: Texts, language: str, kind: NoticeKind, one: PledgeTold) -> Rows:
    """One of several: what it is, and below that what can be done about it. The message stays where one is pressed."""
    amount, title = _what(language, one)
    pledge, short = one.pledge.id, clean(title, most=TITLE_ON_BUTTON)
    if kind is NoticeKind.PLEDGE_ANNOUNCED:
        which = tap(texts.plain(language, "button-pledge-one", amount=amount, goal=short), cb.PledgeShow(pledge=pledge))
    else:
        which = _pay(texts, language, kind, one, several=True)
    pause = tap(
        texts.plain(language, "button-instalment-pause-for", count=PAUSES_FOR),
        cb.PledgePause(pledge=pledge, months=PAUSES_FOR),
    )
    change = tap(texts.plain(language, "button-instalment-change"), cb.PledgeChange(pledge=pledge))
    cancel = tap(texts.plain(language, "button-instalment-cancel"), cb.PledgeCancel(pledge=pledge))
    return [[which], [tap(texts.plain(language, "button-instalment-skip"), _skip(one)), pause], [change, cancel]]


def is_of_several(keyboard: InlineKeyboardMarkup | None) -> bool:
    """Whether it stands under a message about several of them."""
    rows = keyboard.inline_keyboard if keyboard is not None else []
    return any(button.callback_data == _EVERY.pack() for row in rows for button in row)


def _skip(one: PledgeTold) -> CallbackData:
    return cb.PledgeSkip(pledge=one.pledge.id, month=str(one.instalment.month) if one.instalment is not None else "")


def _month(texts: Texts, language: str, one: PledgeTold) -> str:
    """The month it is for, which need not be the one we are in."""
    return month_name(texts, language, one.instalment.month) if one.instalment is not None else ""


def _pay(texts: Texts, language: str, kind: NoticeKind, one: PledgeTold, *, several: bool) -> InlineKeyboardButton:
    amount, title = _what(language, one)
    data = cb.PledgePay(pledge=one.pledge.id)
    if several:
        short = clean(title, most=TITLE_ON_BUTTON)
        return tap(texts.plain(language, "button-instalment-pay-for", amount=amount, project=short), data)
    by_link = kind is NoticeKind.PLEDGE_DECLINED
    return tap(texts.plain(language, "button-instalment-pay-link" if by_link else "button-pay", amount=amount), data)


def _named(texts: Texts, language: str, key: str, one: PledgeTold, several: bool) -> str:
    words = texts.plain(language, key)
    return f"{words} · {clean(_title(language, one), most=TITLE_ON_BUTTON)}" if several else words
