"""How a row of a ranking is told: its name in the reader's language, where it leads, its figures for programs."""

from typing import Any, Final

from giving.projects import in_language
from giving.rankings import AGAIN, FIRST, FURTHER, MOST, MOST_GIFTS, NEW, Board
from services.links import Links
from services.rankings import Line, Ranking

FORMULA: Final = {"first": FIRST, "further": FURTHER, "counted": MOST_GIFTS, "new": NEW, "again": AGAIN, "most": MOST}
COLUMNS: Final = (
    "board", "place", "name", "points", "donors", "gifts", "new_donors", "again_donors", "refunded_since",
)  # fmt: skip


def name_of(line: Line, language: str) -> str:
    """Empty for who has none that is shown."""
    titles = line.shown.titles
    return in_language(titles, language) if titles else line.shown.name or ""


def link_of(links: Links, board: Board, line: Line) -> str:
    """Where the name leads, if anywhere: a slot, a project, a public channel."""
    slug = line.shown.slug
    if not slug:
        return ""
    match board:
        case Board.CREATORS:
            return links.slot(slug)
        case Board.PROJECTS:
            return links.project(slug)
        case Board.CHATS:
            return f"https://t.me/{slug}"
        case Board.DONORS:
            return ""


def row_of(ranking: Ranking, line: Line, language: str) -> dict[str, Any]:
    """Its COLUMNS."""
    reach = line.shown.standing.reach
    return {
        "board": ranking.board.value, "place": line.place, "name": name_of(line, language), "points": reach.points,
        "donors": reach.donors, "gifts": reach.gifts, "new_donors": reach.new, "again_donors": reach.again,
        "refunded_since": line.refunded,
    }  # fmt: skip
