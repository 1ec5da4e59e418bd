"""Which matching pools a draft is with: those that match its gifts anyway, and those that a tap puts on or off."""

from collections.abc import Sequence
from typing import Final

from bot import callbacks as cb
from bot.cards import Rendered, paragraphs
from bot.day_cards.words import back
from bot.keyboards import Rows, keyboard, tap
from giving.giving_days import GivingDay
from giving.giving_days.pools import DayPool
from giving.names import clean
from giving.projects import Project
from texts import Html, Texts
from texts.day_pools import line

TITLE_ON_BUTTON: Final = 24
MOST: Final = 20


def pools(
    texts: Texts, language: str, day: GivingDay, found: Sequence[DayPool], projects: Sequence[Project], *,
    said: Html | None = None,
) -> Rendered:  # fmt: skip
    """Tap to put on, tap again to take off; the newest first."""
    chosen = [each for each in reversed(found) if each.pool.scope.by_day]
    rows: Rows = [
        [
            tap(
                ("✓ " if each.named else "")
                + texts.plain(language, "button-day-pool", title=clean(each.pool.title(language), most=TITLE_ON_BUTTON),
                              amount=each.pool.committed),
                cb.DayPool(day=day.id, pool=each.pool.id, on=not each.named),
            )
        ]
        for each in chosen[:MOST]
    ]  # fmt: skip
    head = texts.chat(language, "day-ask-pools" if found else "day-ask-pools-none")
    text = paragraphs(said, head, lines(texts, language, day, [e for e in found if e.matches or e.named], projects))
    return Rendered(text, keyboard([*rows, [back(texts, language, day)]]))


def lines(
    texts: Texts, language: str, day: GivingDay, found: Sequence[DayPool], projects: Sequence[Project]
) -> Html | None:  # fmt: skip
    """Each as its admins see it: with what it commits, and why it would add nothing, or not to all."""
    by_id = {project.id: project for project in projects}
    said: list[Html] = []
    for each in found[:MOST]:
        parts = [line(texts, language, day, each, each.pool.committed, by_id)]
        if not each.fits:
            parts.append(texts.chat(language, "day-pool-misses"))
        elif not each.pool.running:
            parts.append(texts.chat(language, "day-pool-unsigned"))
        if each.pool.scope.creators:
            parts.append(texts.chat(language, "day-pool-creators"))
        if not each.pool.scope.by_day:
            parts.append(texts.chat(language, "day-pool-anyway"))
        said.append(Html(" ".join(parts)))
    return Html("\n".join(said)) if said else None
