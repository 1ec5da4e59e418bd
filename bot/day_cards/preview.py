"""A day just as others will see it: somebody of its audience, or a creator; and that with what can be done about it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from aiogram.types import InlineKeyboardButton

from bot import callbacks as cb
from bot.callbacks import DayDeed, DayView
from bot.cards import Rendered, paragraphs
from bot.day_cards import creators
from bot.day_cards.words import back, deed
from bot.keyboards import Rows, give, keyboard, opens, tap, wrapped
from giving.giving_days import DayAct, GivingDay, may
from giving.giving_days.pools import of_project
from giving.names import clean
from giving.projects import Project
from services.giving_days import Preview
from services.giving_days.invitations import invitation as day_invitation
from services.links import Links
from texts import Html, Texts

TITLE_ON_BUTTON: Final = 40


def invitation(
    texts: Texts, links: Links, language: str, found: Preview, projects: Sequence[Project]
) -> Rendered:  # fmt: skip
    """What its audience is sent, as who reads this language gets it."""
    content = day_invitation(texts, links, found.day, projects, found.pools, now=found.now)
    rows: Rows = [[opens(button.text(language), button.url)] for button in content.buttons]
    return Rendered(Html(content.text(language)), keyboard(rows))


def to_give(texts: Texts, links: Links, language: str, found: Preview) -> Rendered:
    """The same for who is in the bot already: its projects open here."""
    shown = seen(texts, links, language, found, DayView.AUDIENCE)
    open_ = [project for project in found.projects if project.open]
    rows = [[tap(clean(each.title(language), most=TITLE_ON_BUTTON), cb.GiveCard(project=each.id))] for each in open_]
    return Rendered(shown.text, keyboard(rows or [[give(texts, language)]]))


def seen(texts: Texts, links: Links, language: str, preview: Preview, view: DayView) -> Rendered:
    """Just as they will see it."""
    open_ = [project for project in preview.projects if project.open] or list(preview.projects)
    if view is DayView.CREATOR:
        nowhere = tap(texts.plain(language, "button-day-publish-example"), cb.Home(deed=cb.HomeDeed.NOTHING))
        pools = of_project(preview.pools, open_[0].id, None)
        return creators.call(texts, language, preview.day, open_[0], [[nowhere]], pools, preview.now)
    return invitation(texts, links, language, preview, open_)


def preview(
    texts: Texts, links: Links, language: str, found: Preview, view: DayView, tongue: str, now_rows: Rows,
    *, said: str | None = None,
) -> Rendered:  # fmt: skip
    """The same under a line that says whose eyes these are; below its own buttons, what can be done."""
    day = found.day
    shown = seen(texts, links, tongue, found, view)
    head = texts.chat(
        language, f"day-preview-{view.value}", tongue=texts.plain(tongue, "language-name"), audience=day.audience,
        people=found.people,
    )  # fmt: skip
    own = shown.keyboard.inline_keyboard if shown.keyboard else []
    looks = _looks(texts, language, day, view, tongue)
    rows = [*own, *wrapped(looks), [deed(texts, language, "button-day-test", day, DayDeed.TEST)], *now_rows]
    return Rendered(paragraphs(said, head, shown.text), keyboard([*rows, [back(texts, language, day)]]))


def decisions(texts: Texts, language: str, found: Preview, now: datetime, *, second_asked: bool) -> Rows:
    """What can be done about what was just looked at; `second_asked`: they are the one whose word is waited for."""
    day = found.day
    if second_asked:
        yes = texts.plain(language, f"button-day-confirm-{day.asked_act}".replace("_", "-"))
        return [[tap(yes, cb.DayConfirm(day=day.id, digest=found.digest))]]
    rows: Rows = []
    for act, key in ((DayAct.SCHEDULE, "button-day-schedule"), (DayAct.GO_LIVE, "button-day-go-live")):
        if may(day, act, now):
            rows.append([tap(texts.plain(language, key), cb.DayWish(day=day.id, act=act, digest=found.digest))])
    return rows


def _looks(texts: Texts, language: str, day: GivingDay, view: DayView, tongue: str) -> list[InlineKeyboardButton]:
    """The other languages, and the other eyes."""
    found = []
    for each in DayView:
        for code in texts.languages:
            if (each, code) != (view, tongue):
                words = texts.plain(
                    language, f"button-day-view-{each.value}", tongue=texts.plain(code, "language-name")
                )
                found.append(tap(words, cb.DayPreview(day=day.id, view=each, language=code)))
    return found
