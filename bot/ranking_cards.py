"""Rankings as messages: a board with its weeks and months, one's own place, and the short answer in a group. Pure."""

from datetime import timedelta
from typing import Final

from aiogram.types import InlineKeyboardButton

from bot import callbacks as cb
from bot.cards import Rendered, paragraphs
from bot.keyboards import Rows, keyboard, opens, tap
from giving.names import clean
from giving.projects import in_language
from giving.rankings import Board, Period, Span
from services.links import Links
from services.rankings import Line, Mine, Own, Ranking
from texts import Html, Texts

SHOWN: Final = 10
NAME: Final = 24
_BACK: Final = {Span.WEEK: (0, 1), Span.MONTH: (0, 1)}


def ranking(texts: Texts, links: Links, language: str, found: Ranking, mine: Mine, *, back: int) -> Rendered:
    """The first of a board, where its reader stands, and how points come about."""
    lines = [line_of(texts, language, found.board, line) for line in found.lines[:SHOWN]]
    if found.total > len(lines) and lines:
        lines.append(texts.chat(language, "ranking-more", count=found.total - len(lines)))
    text = paragraphs(
        head(texts, language, found.board, found.period),
        "\n".join(lines) or _nothing(texts, language, found),
        _own(texts, language, mine),
        texts.chat(language, "ranking-how-donors" if found.board is Board.DONORS else "ranking-how"),
        texts.chat(language, "ranking-closed") if found.closed else None,
    )
    rows: Rows = [*_boards(texts, language, found, back), *_periods(texts, language, found, back)]
    if mine.may:
        rows.append([_wish(texts, language, found, mine, back)])
    page = opens(texts.plain(language, "button-ranking-page"), links.page(f"rankings/{found.period.name}", language))
    return Rendered(text, keyboard([*rows, [page]]))


def head(texts: Texts, language: str, board: Board, period: Period) -> Html:
    """Which board of when."""
    name = texts.plain(language, f"ranking-board-{board.value}")
    last = (period.until - timedelta(microseconds=1)).astimezone(texts.zone).date()
    return texts.chat(
        language, "ranking-head", board=name, since=period.since.astimezone(texts.zone).date(), until=last
    )


def line_of(texts: Texts, language: str, board: Board, line: Line) -> Html:
    """One place."""
    reach = line.shown.standing.reach
    key = "ranking-line-donor" if board is Board.DONORS else "ranking-line"
    name = name_of(texts, language, line)
    text = texts.chat(
        language, key, place=line.place, name=name, points=reach.points, donors=reach.donors, gifts=reach.gifts
    )
    if line.refunded:
        text = Html(text + texts.chat(language, "ranking-refunded", count=line.refunded))
    return text


def name_of(texts: Texts, language: str, line: Line) -> str:
    """What they are called: nothing of who wishes to be named no longer."""
    shown = line.shown
    name = in_language(shown.titles, language) if shown.titles else shown.name or ""
    return clean(name, most=NAME) or texts.plain(language, "ranking-nameless")


def group(texts: Texts, links: Links, language: str, own: Own | None, total: int, found: Ranking) -> Rendered:
    """In a group: what its people did this week, and its place where its creator wishes to be shown."""
    if own is None:
        text = texts.chat(language, "ranking-group-none")
    else:
        reach = own.reach
        text = texts.chat(
            language, "ranking-group", donors=reach.donors, gifts=reach.gifts, new=reach.new, points=reach.points
        )
        if total:
            text = Html(f"{text}\n{texts.chat(language, 'ranking-group-place', place=own.place, total=total)}")
    page = opens(texts.plain(language, "button-ranking-page"), links.page(f"rankings/{found.period.name}", language))
    return Rendered(text, keyboard([[page]]))


def _nothing(texts: Texts, language: str, found: Ranking) -> Html:
    return texts.chat(language, "ranking-none" if found.counted_at or found.closed else "ranking-uncounted")


def _own(texts: Texts, language: str, mine: Mine) -> Html | None:
    if mine.own is None:
        return None
    key = "ranking-own" if mine.on else "ranking-own-hidden"
    return texts.chat(language, key, place=mine.own.place, points=mine.own.reach.points)


def _boards(texts: Texts, language: str, found: Ranking, back: int) -> Rows:
    def button(board: Board) -> InlineKeyboardButton:
        words = texts.plain(language, f"ranking-board-{board.value}")
        data = cb.RankingShow(board=board, span=found.period.span, back=back)
        return tap(f"✓ {words}" if board is found.board else words, data)

    every = [button(board) for board in Board]
    return [every[:2], every[2:]]


def _periods(texts: Texts, language: str, found: Ranking, back: int) -> Rows:
    def button(span: Span, number: int) -> InlineKeyboardButton:
        words = texts.plain(language, f"button-ranking-{span.value}-{number}")
        here = found.period.span is span and back == number
        return tap(f"✓ {words}" if here else words, cb.RankingShow(board=found.board, span=span, back=number))

    return [[button(span, number) for number in numbers] for span, numbers in _BACK.items()]


def _wish(texts: Texts, language: str, found: Ranking, mine: Mine, back: int) -> InlineKeyboardButton:
    key = "button-ranking-me-donor" if found.board is Board.DONORS else "button-ranking-me"
    mark = "✓ " if mine.on else "○ "
    data = cb.RankingMe(board=found.board, span=found.period.span, back=back, on=not mine.on)
    return tap(mark + texts.plain(language, key), data)
