"""The days there are, one of them as its admins see it, and "are you sure" with what happens next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot import callbacks as cb
from bot.callbacks import DayDeed, DayView
from bot.cards import Rendered, paragraphs
from bot.day_cards.pools import lines
from bot.day_cards.words import back, deed, label, rule_words, titles
from bot.keyboards import Rows, keyboard, tap
from giving.giving_days import DayAct, DayState, GivingDay, Series, may, turned
from services.giving_days import Preview
from texts import Html, Texts

# What is said of a second admin's word, to who asked for it and to the others: of the day, of its invitation.
WAITS: Final = (
    ("day-waits-for-second", "day-waits-for-you"),
    ("day-invitation-waits-for-second", "day-invitation-waits-for-you"),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A day as an admin looks at it now; `series`: what repeats it, if that goes on; `you`: whether they asked for a
    second admin's word themselves.
    """

    preview: Preview
    series: Series | None
    now: datetime
    you: bool = False

    @property
    def day(self) -> GivingDay:
        """The day itself."""
        return self.preview.day


def day_list(texts: Texts, language: str, days: Sequence[GivingDay]) -> Rendered:
    """The newest first; and how to make the next one."""
    rows: Rows = []
    if days:
        rows.append([tap(texts.plain(language, "button-day-from-last"), cb.DayNew(last=True))])
    rows.append([tap(texts.plain(language, "button-day-new"), cb.DayNew(last=False))])
    rows += [[tap(label(texts, language, day), cb.DayDo(day=day.id, deed=DayDeed.CARD))] for day in days]
    return Rendered(texts.chat(language, "days-title" if days else "days-none"), keyboard(rows))


def card(texts: Texts, language: str, shown: Shown, *, said: str | None = None) -> Rendered:
    """All that is decided of it, and what can be done now; `said`: what has just become of it."""
    day, preview = shown.day, shown.preview
    state = turned(day, shown.now)
    head = texts.chat(language, "day-head", title=day.title(language), state=state)
    when = texts.chat(language, "day-when", starts=day.starts_at, ends=day.ends_at, zone=str(texts.zone))
    facts = [
        texts.chat(language, "day-projects", projects=titles(language, preview.projects), count=len(preview.projects)),
        texts.chat(language, "day-amounts", amounts=" · ".join(texts.money(language, each) for each in day.amounts)),
        texts.chat(language, "day-hashtag", hashtag=day.hashtag) if day.hashtag else None,
        lines(texts, language, day, preview.pools, preview.projects),
        texts.chat(language, "day-audience", audience=day.audience, people=preview.people),
        _again(texts, language, shown.series),
    ]
    text = paragraphs(
        said, Html(f"{head}\n{when}"), "\n".join(fact for fact in facts if fact), _wants(texts, language, shown, state)
    )
    return Rendered(text, _ways(texts, language, shown))


def _again(texts: Texts, language: str, series: Series | None) -> Html | None:
    if series is None:
        return None
    return texts.chat(
        language, "day-again", rule=rule_words(texts, language, series.rule), next=series.next_on
    )  # fmt: skip


def _wants(texts: Texts, language: str, shown: Shown, state: DayState) -> Html | None:
    """What is still to be done about it, or what comes next by itself."""
    day, wants = shown.day, list[Html]()
    if shown.preview.closed and state in (DayState.DRAFT, DayState.SCHEDULED, DayState.LIVE):
        wants.append(texts.chat(language, "day-closed", projects=titles(language, shown.preview.closed)))
    if state is DayState.DRAFT:
        missing = [code for code in texts.languages if code not in day.titles]
        wants += [texts.chat(language, "day-no-title", tongue=texts.plain(code, "language-name")) for code in missing]
    if day.asked_act is not None:
        second, you = WAITS[day.asked_act is DayAct.INVITE]
        wants.append(texts.chat(language, second if shown.you else you))
    if day.asked_act in (None, DayAct.INVITE):
        wants.append(texts.chat(language, "day-next", state=state, starts=day.starts_at, ends=day.ends_at,
                                closes=day.closes_at))  # fmt: skip
    return Html("\n".join(wants))


def _ways(texts: Texts, language: str, shown: Shown) -> InlineKeyboardMarkup:
    day, now = shown.day, shown.now
    looks = tap(
        texts.plain(language, "button-day-preview"),
        cb.DayPreview(day=day.id, view=DayView.AUDIENCE, language=_tongue(texts, language)),
    )
    rows: Rows = [[looks]]
    if may(day, DayAct.CHANGE, now):
        rows[0].append(deed(texts, language, "button-day-change", day, DayDeed.CHANGE))
    ends: list[InlineKeyboardButton] = []
    if may(day, DayAct.EXTEND, now):
        ends.append(deed(texts, language, "button-day-extend", day, DayDeed.EXTEND))
    for act, key in ((DayAct.STOP, "button-day-stop"), (DayAct.CANCEL, "button-day-cancel")):
        if may(day, act, now):
            ends.append(tap(texts.plain(language, key), cb.DayWish(day=day.id, act=act)))
    again = deed(texts, language, "button-day-repeat", day, DayDeed.REPEAT)
    all_ = tap(texts.plain(language, "button-days"), cb.DayList())
    return keyboard([*rows, ends, [again, all_]])


def _tongue(texts: Texts, language: str) -> str:
    return language if language in texts.languages else texts.default


def sure(texts: Texts, language: str, preview: Preview, act: DayAct, now: datetime) -> Rendered:
    """What happens next if they say yes; where so many are told that another admin has to, asking them is the yes."""
    day = preview.day
    second = preview.second and act in (DayAct.SCHEDULE, DayAct.GO_LIVE)
    if act is DayAct.GO_LIVE and day.state is DayState.SCHEDULED:
        second = False
    text = paragraphs(
        texts.chat(language, f"day-sure-{act.value.replace('_', '-')}", title=day.title(language),
                   starts=day.starts_at, ends=day.ends_at),
        _told(texts, language, preview, act),
        texts.chat(language, "day-sure-second") if second else None,
    )  # fmt: skip
    yes = texts.plain(language, "button-day-ask-second" if second else f"button-day-sure-{act.value.replace('_', '-')}")
    go = cb.DaySure(day=day.id, act=act, digest=preview.digest, second=second)
    return Rendered(text, keyboard([[tap(yes, go)], [back(texts, language, day)]]))


def _told(texts: Texts, language: str, preview: Preview, act: DayAct) -> Html | None:
    if act not in (DayAct.SCHEDULE, DayAct.GO_LIVE):
        return None
    return texts.chat(language, "day-sure-told", audience=preview.day.audience, people=preview.people)


def longer(texts: Texts, language: str, day: GivingDay, until: datetime, minutes: int) -> Rendered:
    """It goes on until then: are you sure?"""
    text = texts.chat(language, "day-sure-extend", title=day.title(language), ends=day.ends_at, until=until)
    yes = tap(texts.plain(language, "button-day-sure-extend"), cb.DayLonger(day=day.id, until=minutes, sure=True))
    return Rendered(text, keyboard([[yes], [back(texts, language, day)]]))


def acted(texts: Texts, language: str, act: DayAct, day: GivingDay) -> Html:
    """What has just become of it."""
    return texts.chat(
        language, f"day-done-{act.value.replace('_', '-')}", starts=day.starts_at, ends=day.ends_at,
        closes=day.closes_at,
    )  # fmt: skip
