"""What an admin is asked about a day, field by field, with the answers that can be given by a button."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from aiogram.types import InlineKeyboardButton

from bot import callbacks as cb
from bot.callbacks import DayDeed, DayField
from bot.cards import Rendered, paragraphs, project_items
from bot.day_cards.words import LABELS, back, deed, kept, rule_words
from bot.keyboards import Rows, keyboard, leave, page_turns, tap, title, wrapped
from giving.giving_days import (
    ELEVENTH,
    LAST,
    MOST_PROJECTS,
    Audience,
    GivingDay,
    MonthlyRule,
    NthWeekday,
    Series,
    weekdays_of,
)
from giving.giving_days import DayOfMonth as OnDay
from giving.projects import ProjectCard
from services.projects import Page
from texts import Texts

LONGER_HOURS: Final = (1, 3, 24)
WEEKDAYS: Final = range(7)
NTHS: Final = (1, 2, 3, 4, LAST)


def change(texts: Texts, language: str, day: GivingDay) -> Rendered:
    """Which part of it? Titles and texts by language."""
    buttons: list[InlineKeyboardButton] = []
    for field in LABELS:
        if field in (DayField.TITLE, DayField.TEXT):
            buttons += [_by_tongue(texts, language, day, field, code) for code in texts.languages]
        else:
            words = texts.plain(language, f"button-day-field-{field.value}")
            buttons.append(tap(words, cb.DayAsk(day=day.id, field=field)))
    rows = [buttons[i : i + 2] for i in range(0, len(buttons), 2)]
    scheduled = texts.chat(language, "day-change", title=day.title(language), state=day.state)
    return Rendered(scheduled, keyboard([*rows, [back(texts, language, day)]]))


def _by_tongue(texts: Texts, language: str, day: GivingDay, field: DayField, code: str) -> InlineKeyboardButton:
    tongue = texts.plain(code, "language-name")
    words = texts.plain(language, f"button-day-field-{field.value}", tongue=tongue)
    return tap(words, cb.DayAsk(day=day.id, field=field, language=code))


def ask(
    texts: Texts, language: str, field: DayField, *, tongue: str, now: str | None, args: Mapping[str, object],
    offers: Sequence[datetime] = (), wipe: cb.DayWipe | None = None,
) -> Rendered:  # fmt: skip
    """The question, what stands there `now`, and answers that are offered."""
    question = texts.chat(
        language, f"day-ask-{field.value.replace('_', '-')}", **args,
        **({"tongue": texts.plain(tongue, "language-name")} if field in (DayField.TITLE, DayField.TEXT) else {}),
    )  # fmt: skip
    stands = texts.chat(language, "day-ask-now", now=now) if now else None
    rows: Rows = [
        [tap(texts.moment(language, at), cb.DayTime(at=int(at.timestamp()) // 60))] for at in offers
    ]  # fmt: skip
    if wipe is not None and now:
        rows.append([tap(texts.plain(language, "button-day-wipe"), wipe)])
    return Rendered(paragraphs(question, stands), keyboard([*rows, *leave(texts, language).inline_keyboard]))


def audiences(texts: Texts, language: str, day: GivingDay, sizes: Mapping[Audience, int]) -> Rendered:
    """Who shall be told? With how many they are now."""
    rows = [
        [
            tap(
                ("✓ " if audience is day.audience else "")
                + texts.plain(language, "button-day-audience", audience=audience, people=sizes[audience]),
                cb.DayAudience(day=day.id, audience=audience),
            )
        ]
        for audience in Audience
    ]
    return Rendered(texts.chat(language, "day-ask-audience"), keyboard([*rows, [back(texts, language, day)]]))


def choose_projects(
    texts: Texts, language: str, page: Page[ProjectCard], chosen: Collection[UUID], *, query: str
) -> Rendered:  # fmt: skip
    """Tap to take in or leave out; words search."""
    head = texts.chat(language, "day-ask-projects", count=len(chosen), most=MOST_PROJECTS)
    text = project_items(texts, language, page, query=query, head=head)
    marks = {card.project.id: "✓ " if card.project.id in chosen else "" for card in page.items}
    rows: Rows = [
        [tap(marks[card.project.id] + title(texts, language, card), cb.DayProject(project=card.project.id))]
        for card in page.items
    ]
    rows.append(page_turns(texts, language, page, lambda number: cb.DayProjects(page=number, found=bool(query))))
    if query:
        rows.append([tap(texts.plain(language, "button-all-projects"), cb.DayProjects(page=0))])
    done = [tap(texts.plain(language, "button-day-projects-done", count=len(chosen)), cb.DayProjectsDone())]
    rows.append([*(done if chosen else []), *leave(texts, language).inline_keyboard[0]])
    return Rendered(paragraphs(head, text) if query else text, keyboard(rows))


def extend(texts: Texts, language: str, day: GivingDay) -> Rendered:
    """How much longer? Or send a time."""
    rows: Rows = []
    for hours in LONGER_HOURS:
        until = day.ends_at + timedelta(hours=hours)
        minutes = -(-int(until.timestamp()) // 60)
        words = texts.plain(language, "button-day-longer", hours=hours, until=until)
        rows.append([tap(words, cb.DayLonger(day=day.id, until=minutes))])
    text = texts.chat(language, "day-ask-until", ends=day.ends_at)
    return Rendered(text, keyboard([*rows, [back(texts, language, day)]]))


def repeat(texts: Texts, language: str, day: GivingDay, series: Series | None, zone: ZoneInfo) -> Rendered:
    """Every month by itself? By which rule?"""
    on = day.starts_at.astimezone(zone).date()
    rules: dict[MonthlyRule, None] = dict.fromkeys([ELEVENTH, OnDay(on.day), *weekdays_of(on)])
    rows: Rows = []
    for rule in rules:
        mark = "✓ " if series is not None and series.rule == rule else ""
        data = cb.DayRule(day=day.id, rule=kept(rule))
        rows.append([tap(mark + rule_words(texts, language, rule), data)])
    ask_day = cb.DayAsk(day=day.id, field=DayField.MONTH_DAY)
    rows.append([
        tap(texts.plain(language, "button-day-other-day"), ask_day),
        tap(texts.plain(language, "button-day-other-weekday"), cb.DayNth(day=day.id, nth=1)),
    ])  # fmt: skip
    if series is not None:
        rows.append([tap(texts.plain(language, "button-day-repeat-off"), cb.DayRule(day=day.id))])
        head = texts.chat(language, "day-repeats", rule=rule_words(texts, language, series.rule), next=series.next_on)
    else:
        head = texts.chat(language, "day-repeat-ask")
    return Rendered(head, keyboard([*rows, [back(texts, language, day)]]))


def nth(texts: Texts, language: str, day: GivingDay, chosen: int) -> Rendered:
    """The first, second, … or last of which weekday?"""
    which = [
        tap(("✓ " if each == chosen else "") + texts.plain(language, "button-day-nth", nth=each),
            cb.DayNth(day=day.id, nth=each))
        for each in NTHS
    ]  # fmt: skip
    weekdays = [
        tap(texts.plain(language, "button-day-weekday", weekday=each),
            cb.DayRule(day=day.id, rule=kept(NthWeekday(chosen, each))))
        for each in WEEKDAYS
    ]  # fmt: skip
    again = deed(texts, language, "button-back", day, DayDeed.REPEAT)
    return Rendered(texts.chat(language, "day-ask-weekday"), keyboard([which, *wrapped(weekdays), [again]]))
