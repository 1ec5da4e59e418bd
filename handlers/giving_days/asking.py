"""The wizard: a day from the last one by one tap, a new one by four questions, and every field of it after that."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import day_cards
from bot.callbacks import DayField
from giving.errors import (
    DayAmounts,
    DayEndsBeforeStart,
    DayPast,
    DayProjects,
    DayStarted,
    DayTitleNeeded,
    DayTooLong,
    HashtagNotUnderstood,
    MonthDayNotUnderstood,
    NotLonger,
    TimeNotUnderstood,
    TipTooLarge,
    TipTooSmall,
)
from giving.giving_days import ELEVENTH, MOST_PROJECTS, WHOLE_DAY, GivingDay, Plan, begins, next_on, window
from giving.ids import id_of, token_of
from handlers.asking import answering
from handlers.giving_days import choosing, pools
from handlers.giving_days.answers import changes, said_now, title_of
from handlers.giving_days.here import Here

ABOUT_WORDS: Final = (
    DayTitleNeeded, HashtagNotUnderstood, TimeNotUnderstood, MonthDayNotUnderstood, DayAmounts, TipTooSmall,
    TipTooLarge, DayEndsBeforeStart, DayPast, DayStarted, DayTooLong, NotLonger,
)  # fmt: skip
# What a new day can't do without, in the order in which it is asked; its amounts are the smallest usual one.
STEPS: Final = (DayField.TITLE, DayField.PROJECTS, DayField.STARTS, DayField.ENDS)
MAY_BE_EMPTY: Final = (DayField.HASHTAG, DayField.TEXT)


class DayWords(StatesGroup):
    """A field in words; the data names the day (or keeps the `new` one so far), the field and its language."""

    waiting = State()


async def begin(query: CallbackQuery, callback_data: cb.DayNew, state: FSMContext, here: Here) -> None:
    """Like the last one, at once; or from nothing, by the first question."""
    if callback_data.last:
        day = await here.giving_days.from_last(here.person)
        await here.say.turn(query, await here.card(day.id, said=here.chat("day-made-like-last")))
    else:
        await state.set_state(DayWords.waiting)
        await state.set_data({"field": DayField.TITLE.value, "language": here.language, "new": {}})
        await _question(here, DayField.TITLE, here.language, None, {})
    await here.say.answer(query)


async def ask(query: CallbackQuery, callback_data: cb.DayAsk, state: FSMContext, here: Here) -> None:
    """A field of a day that is there."""
    day, field = await here.giving_days.one(callback_data.day), callback_data.field
    if field is DayField.AUDIENCE:
        sizes = await here.giving_days.sizes()
        await here.say.turn(query, day_cards.audiences(here.texts, here.language, day, sizes))
    elif field is DayField.POOLS:
        await here.say.turn(query, await pools.card(here, day.id))
    elif field is DayField.PROJECTS:
        await choosing.ask(here, state, {"day": token_of(day.id)}, day.projects)
    else:
        await state.set_state(DayWords.waiting)
        data = {"field": field.value, "language": callback_data.language, "day": token_of(day.id)}
        await state.set_data(data)
        await _question(here, field, callback_data.language, day, {})
    await here.say.answer(query)


async def _question(
    here: Here, field: DayField, tongue: str, day: GivingDay | None, new: dict[str, Any]
) -> None:  # fmt: skip
    """Ask, with what stands there now and what can be offered."""
    limits = here.tips.limits
    args: dict[str, object] = {}
    if field is DayField.AMOUNTS:
        args = {"least": limits.least, "most": limits.most}
    wipe = cb.DayWipe(day=day.id, field=field, language=tongue) if day and field in MAY_BE_EMPTY else None
    asked = day_cards.ask(
        here.texts, here.language, field, tongue=tongue, now=said_now(here, field, tongue, day) if day else None,
        args=args, offers=_offers(here, field, day, new), wipe=wipe,
    )  # fmt: skip
    await here.say.send(here.person.telegram_id, asked)


def _offers(here: Here, field: DayField, day: GivingDay | None, new: dict[str, Any]) -> Sequence[datetime]:
    """The next 11th and tomorrow, from midnight; until the next midnight."""
    zone, now = here.giving_days.terms.zone, here.giving_days.now()
    today = now.astimezone(zone).date()
    midnight = datetime.min.time()
    if field is DayField.STARTS:
        dates = dict.fromkeys([next_on(ELEVENTH, today), today + timedelta(days=1)])
        return [begins(on, midnight, zone) for on in dates]
    starts = day.starts_at if day is not None else _moment(new.get("starts"))
    if field is DayField.ENDS and starts is not None:
        local = starts.astimezone(zone)
        return [window(local.date(), local.time().replace(second=0, microsecond=0), WHOLE_DAY, zone)[1]]
    return []


def _moment(kept: object) -> datetime | None:
    return datetime.fromisoformat(kept) if isinstance(kept, str) else None


async def typed(message: Message, state: FSMContext, here: Here) -> None:
    """An answer in words; what can't be read is told in one line, and the question stays."""
    async with answering(here, state, *ABOUT_WORDS):
        await _answered(state, here, message.text or "")


async def time_chosen(query: CallbackQuery, callback_data: cb.DayTime, state: FSMContext, here: Here) -> None:
    """One of the times that were offered, as if it had been typed."""
    at = datetime.fromtimestamp(callback_data.at * 60, UTC)
    if "field" not in await state.get_data():
        await here.say.answer(query, here.plain("day-forgotten"), alert=True)
        return
    async with answering(here, state, *ABOUT_WORDS):
        local = at.astimezone(here.giving_days.terms.zone)
        await _answered(state, here, f"{local:%Y-%m-%d %H:%M}", at=at)
    await here.say.answer(query)


async def _answered(state: FSMContext, here: Here, text: str, *, at: datetime | None = None) -> None:
    data = await state.get_data()
    field, tongue = DayField(str(data.get("field", DayField.TITLE))), str(data.get("language", here.language))
    day_id = id_of(str(data.get("day", "")))
    if day_id is None:
        await _step(state, here, dict(data.get("new") or {}), field, tongue, text, at)
        return
    day = await here.giving_days.one(day_id)
    if field is DayField.UNTIL:
        until = at or changes(here, field, tongue, text, day)["until"]
        shown = day_cards.longer(here.texts, here.language, day, until, int(until.timestamp()) // 60)
        await state.clear()
        await here.say.send(here.person.telegram_id, shown)
        return
    if field is DayField.MONTH_DAY:
        rule = changes(here, field, tongue, text, day)["rule"]
        series = await here.giving_days.repeat(day.id, here.person, rule)
        words = day_cards.rule_words(here.texts, here.language, series.rule)
        said = here.chat("day-repeat-begun", rule=words, next=series.next_on)
    else:
        await here.giving_days.change(day.id, here.person, **changes(here, field, tongue, text, day, at))
        said = here.chat("day-changed")
    await state.clear()
    await here.say.send(here.person.telegram_id, await here.card(day.id, said=said))


async def _step(
    state: FSMContext, here: Here, new: dict[str, Any], field: DayField, tongue: str, text: str, at: datetime | None
) -> None:  # fmt: skip
    """One of the questions of a new day is answered: the next, or the draft."""
    if field is DayField.TITLE:
        new["titles"] = {tongue: title_of(text)}
    elif field in (DayField.STARTS, DayField.ENDS):
        near = _moment(new.get("starts")) if field is DayField.ENDS else None
        read = at or changes(here, field, tongue, text, None, near=near)["at"]
        if field is DayField.STARTS and read <= here.giving_days.now():
            raise DayStarted(starts=read)
        new[field.value] = read.isoformat()
    if field is DayField.ENDS:
        await _draft(state, here, new)
        return
    await proceed(state, here, new, STEPS[STEPS.index(field) + 1])


async def proceed(state: FSMContext, here: Here, new: dict[str, Any], field: DayField) -> None:
    """The next question of a new day."""
    if field is DayField.PROJECTS:
        await choosing.ask(here, state, {"new": new}, ())
        return
    await state.set_state(DayWords.waiting)
    await state.set_data({"field": field.value, "language": here.language, "new": new})
    await _question(here, field, here.language, None, new)


async def _draft(state: FSMContext, here: Here, new: dict[str, Any]) -> None:
    """All of it is answered: here is the draft, every field of which can be changed."""
    starts, ends = _moment(new.get("starts")), _moment(new.get("ends"))
    projects = tuple(found for each in new.get("projects", ()) if (found := id_of(str(each))) is not None)
    if starts is None or ends is None:
        raise TimeNotUnderstood
    plan = Plan(new.get("titles", {}), projects, starts, ends, here.tips.presets[:1])
    day = await here.giving_days.draft(plan, here.person)
    await state.clear()
    await here.say.send(here.person.telegram_id, await here.card(day.id, said=here.chat("day-made")))


async def projects_done(query: CallbackQuery, state: FSMContext, here: Here) -> None:
    """These are the projects, of a new day or of one that is there. Raises: DayProjects (none)."""
    data = await state.get_data()
    if "chosen" not in data:
        await choosing.forgotten(query, here)
        return
    chosen, day_id = choosing.chosen_of(data), id_of(str(data.get("day", "")))
    if not chosen:
        raise DayProjects(least=1, most=MOST_PROJECTS)
    if day_id is None:
        new = dict(data.get("new") or {}) | {"projects": [token_of(each) for each in chosen]}
        await proceed(state, here, new, DayField.STARTS)
    else:
        await here.giving_days.change(day_id, here.person, projects=tuple(chosen))
        await state.clear()
        await here.say.turn(query, await here.card(day_id, said=here.chat("day-changed")))
    await here.say.answer(query)


async def wiped(query: CallbackQuery, callback_data: cb.DayWipe, state: FSMContext, here: Here) -> None:
    """No hashtag; no text in this language."""
    day = await here.giving_days.one(callback_data.day)
    if callback_data.field is DayField.HASHTAG:
        await here.giving_days.change(day.id, here.person, hashtag="")
    elif callback_data.field is DayField.TEXT:
        texts = {code: text for code, text in day.texts.items() if code != callback_data.language}
        await here.giving_days.change(day.id, here.person, texts=texts)
    await state.clear()
    await here.say.turn(query, await here.card(day.id, said=here.chat("day-changed")))
    await here.say.answer(query)


async def audience_chosen(query: CallbackQuery, callback_data: cb.DayAudience, here: Here) -> None:
    """Who is told of it."""
    await here.giving_days.change(callback_data.day, here.person, audience=callback_data.audience)
    await here.say.turn(query, await here.card(callback_data.day, said=here.chat("day-changed")))
    await here.say.answer(query)
