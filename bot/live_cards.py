"""A giving day as chats see it go: its card, and what those who take part are told. Pure: data in, text out.

In a group the bar is a thermometer. A card's words change with the figures, and with the time only in coarse steps, so
that a quiet hour costs no edits.
"""

from datetime import datetime
from typing import Final

from aiogram.types import InlineKeyboardMarkup

from bot.cards import Rendered, paragraphs
from bot.keyboards import Rows, keyboard, opens
from giving.creators import Chat
from giving.giving_days import BAR, Basis, DayStanding, DayState, cells, roughly_left
from giving.ids import token_of
from giving.names import clean
from giving.notices import NoticeKind
from services.giving_days.cards import CardTurn
from services.giving_days.watch import MarkTold
from services.links import Links
from texts import Html, Texts

TOLD: Final = frozenset(
    {
        NoticeKind.DAY_TENTH, NoticeKind.DAY_HALF, NoticeKind.DAY_FULL, NoticeKind.DAY_LAST_HOUR, NoticeKind.DAY_TARGET,
    }
)  # fmt: skip
CREATORS: Final = 3
PROJECTS: Final = 3
TITLE: Final = 40
ON_BUTTON: Final = 20
FULL, EMPTY = "▰", "▱"


def card(texts: Texts, links: Links, turn: CardTurn, now: datetime) -> Rendered:
    """The one card a day has in a chat: how far it is, who calls for it, what still needs help, how long it goes on."""
    language, standing, chat = turn.language, turn.standing, turn.card.chat
    day, on = standing.day, turn.state is DayState.LIVE
    head = texts.chat(language, "day-card-title", title=clean(day.title(language), most=TITLE), hashtag=day.hashtag)
    when = roughly_left(day.ends_at, now) if on else None
    time = (
        texts.chat(language, "day-card-left", days=when.days, hours=when.hours, minutes=when.minutes)
        if when is not None
        else texts.chat(language, "day-card-over" if turn.last else "day-card-closing")
    )
    here = standing.by_chat.get(chat.id)
    place = "group" if chat.is_group else "channel"
    own = texts.chat(language, f"day-card-here-{place}", given=here) if here else None
    rows = _ways(texts, links, language, standing, on=on)
    return Rendered(
        paragraphs(
            head,
            _lines(*_figures(texts, language, standing, "🌡 " if chat.is_group else ""), own),
            _lines(_creators(texts, language, standing), *_projects(texts, language, standing, on=on)),
            time,
        ),
        rows,
    )


def _lines(*lines: Html | None) -> Html | None:
    return Html("\n".join(line for line in lines if line)) or None


def _figures(texts: Texts, language: str, standing: DayStanding, before: str) -> list[Html | None]:
    raised, goal = standing.raised, standing.goal
    bar = None
    if goal is not None:
        full = cells(goal.percent)
        bar = Html(f"{before}{FULL * full}{EMPTY * (BAR - full)} ") + texts.chat(
            language, f"day-card-of-{goal.basis.value}", percent=goal.percent, whole=goal.whole
        )
    sums = texts.chat(language, "day-card-raised", raised=raised.sums, donors=raised.donors)
    pool = None
    if standing.matched or standing.pool_left:
        pool = texts.chat(language, "day-card-pool", matched=standing.matched, left=standing.pool_left)
    return [Html(bar) if bar is not None else None, sums, pool]


def _creators(texts: Texts, language: str, standing: DayStanding) -> Html | None:
    first = [
        f"{clean(each.name, most=ON_BUTTON)} "
        f"{texts.plain(language, 'day-creator-sum', donors=each.donors, given=each.given)}"
        for each in standing.creators[:CREATORS]
    ]
    return texts.chat(language, "day-card-creators", creators=", ".join(first)) if first else None


def _projects(texts: Texts, language: str, standing: DayStanding, *, on: bool) -> list[Html | None]:
    """Who has reached their target, and (while it can be given) who still needs help."""
    reached = [
        texts.chat(language, "day-card-reached", project=clean(share.card.project.title(language), most=TITLE))
        for share in standing.reached[:PROJECTS]
    ]
    if not on or not standing.reached:
        return [*reached]
    needing = ", ".join(clean(share.card.project.title(language), most=TITLE) for share in standing.needing[:PROJECTS])
    return [*reached, texts.chat(language, "day-card-needing", projects=needing) if needing else None]


def _ways(texts: Texts, links: Links, language: str, standing: DayStanding, *, on: bool) -> InlineKeyboardMarkup:
    """To the projects that still need help, and to the day's page."""
    rows: Rows = []
    for share in standing.needing[:PROJECTS] if on else ():
        project = share.card.project
        url = links.start(f"g_{token_of(project.id)}")
        title = clean(project.title(language), most=ON_BUTTON)
        rows.append([opens(texts.plain(language, "button-day-give-to", project=title), url)] if url else [])
    rows.append([opens(texts.plain(language, "button-day-page"), links.day(standing.day.slug, language))])
    return keyboard(rows)


def told(texts: Texts, links: Links, language: str, kind: NoticeKind, mark: MarkTold) -> Rendered:
    """A mark, to a creator who takes part or an admin: what is reached, and what still needs help."""
    standing, on = mark.standing, mark.state is DayState.LIVE
    about: dict[str, object] = {
        "title": clean(standing.day.title(language), most=TITLE), "raised": standing.raised.sums,
        "donors": standing.raised.donors,
    }  # fmt: skip
    if mark.project is not None:
        about["project"] = clean(mark.project.title(language), most=TITLE)
    elif kind is not NoticeKind.DAY_LAST_HOUR:
        about["basis"] = standing.goal.basis if standing.goal is not None else Basis.NEED
    text = texts.chat(language, str(kind).replace("_", "-"), **about)
    needing = ", ".join(clean(share.card.project.title(language), most=TITLE) for share in standing.needing[:PROJECTS])
    more = texts.chat(language, "day-card-needing", projects=needing) if on and needing else None
    return Rendered(paragraphs(text, more), _ways(texts, links, language, standing, on=on))


def lost(texts: Texts, language: str, chat: Chat) -> Rendered:
    """The card in a creator's chat can't be kept up to date."""
    return Rendered(texts.chat(language, "day-card-lost", chat=chat.title))
