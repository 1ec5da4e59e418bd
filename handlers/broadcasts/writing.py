"""A new broadcast, question by question; what was said so far is the dialog's data until the draft is kept."""

from dataclasses import replace
from typing import Any, Final

from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot import broadcast_cards as cards
from bot import callbacks as cb
from bot.callbacks import CastStep, SegmentPart
from bot.cards import Rendered
from giving.broadcasts import Content, Photo, Segment, UrlButton
from giving.errors import BroadcastEmpty, BroadcastTooLong, ButtonsWrong, NotYours
from giving.names import clean
from giving.people import LANGUAGES
from giving.permissions import Permission
from giving.subscriptions import SubscriptionKind
from handlers.asking import answering
from handlers.broadcasts.shown import preview, title_of
from handlers.here import Here
from services.broadcasts import BroadcastDesk

_CURABLE: Final = (BroadcastEmpty, BroadcastTooLong, ButtonsWrong)
LABEL_GRAPHEMES: Final = 40


class Cast(StatesGroup):
    """Where one is: choosing who it goes to, writing the words, the buttons, or other words for one that is kept."""

    segment = State()
    words = State()
    buttons = State()
    edit = State()


async def step(
    query: CallbackQuery, callback_data: cb.CastGo, state: FSMContext, here: Here, desk: BroadcastDesk
) -> None:
    """The next question, or the one before."""
    await here.people.must(here.person, Permission.BROADCAST)
    match callback_data.step:
        case CastStep.NEW:
            await here.say.turn(query, cards.kinds(here.texts, here.language))
        case CastStep.SEGMENT:
            await here.say.turn(query, await _segment(here, desk, await _begun(state)))
        case CastStep.WORDS:
            await _begun(state)
            await state.set_state(Cast.words)
            await here.say.turn(query, cards.ask_words(here.texts, here.language, LANGUAGES[0], skip=True))
        case CastStep.SKIP_WORDS:
            await _next_words(query.from_user.id, state, here, skipped=True)
        case CastStep.NO_BUTTONS:
            await _keep(query.from_user.id, state, here, desk)
    await here.say.answer(query)


async def kind(
    query: CallbackQuery, callback_data: cb.CastKind, state: FSMContext, here: Here, desk: BroadcastDesk
) -> None:
    """To whom?"""
    await here.people.must(here.person, Permission.BROADCAST)
    await state.set_state(Cast.segment)
    await state.set_data({"kind": callback_data.kind.value, "segment": {}, "texts": {}, "asked": 0})
    await here.say.turn(query, await _segment(here, desk, await state.get_data()))
    await here.say.answer(query)


async def part(
    query: CallbackQuery, callback_data: cb.CastSegment, state: FSMContext, here: Here, desk: BroadcastDesk
) -> None:
    """One part on or off; what can't hold together takes the other's place."""
    chosen, on = Segment.of_json((await _begun(state))["segment"]), callback_data.on
    match callback_data.part:
        case SegmentPart.LAST_MONTH:
            chosen = replace(chosen, last_month=on, lapsed=False if on else chosen.lapsed)
        case SegmentPart.LAPSED:
            chosen = replace(chosen, lapsed=on, last_month=False if on else chosen.last_month)
        case SegmentPart.CREATORS:
            chosen = replace(chosen, creators=on)
        case SegmentPart.ZH | SegmentPart.EN as language:
            code = "zh-CN" if language is SegmentPart.ZH else "en"
            chosen = replace(chosen, language=code if on else None)
        case SegmentPart.PROJECT:
            chosen = replace(chosen, project=None)
        case SegmentPart.COUNTRY:
            chosen = replace(chosen, country=None)
    await _turn(query, state, here, desk, chosen)


async def projects(query: CallbackQuery, callback_data: cb.CastProjects, state: FSMContext, here: Here) -> None:
    """Whose donors?"""
    await here.people.must(here.person, Permission.BROADCAST)
    await _begun(state)
    page = await here.projects.search(page=callback_data.page)
    await here.say.turn(query, cards.projects(here.texts, here.language, page))
    await here.say.answer(query)


async def project(
    query: CallbackQuery, callback_data: cb.CastProject, state: FSMContext, here: Here, desk: BroadcastDesk
) -> None:
    """Its donors."""
    await here.projects.card(callback_data.project)
    chosen = Segment.of_json((await _begun(state))["segment"])
    await _turn(query, state, here, desk, replace(chosen, project=callback_data.project))


async def country(
    query: CallbackQuery, callback_data: cb.CastCountry, state: FSMContext, here: Here, desk: BroadcastDesk
) -> None:
    """Those who live there; or which countries there are."""
    chosen = Segment.of_json((await _begun(state))["segment"])
    if callback_data.country:
        await _turn(query, state, here, desk, replace(chosen, country=callback_data.country))
        return
    await countries(query, cb.CastCountries(), state, here, desk)


async def countries(
    query: CallbackQuery, callback_data: cb.CastCountries, state: FSMContext, here: Here, desk: BroadcastDesk
) -> None:
    """Which countries there are."""
    await here.people.must(here.person, Permission.BROADCAST)
    await _begun(state)
    there = await desk.countries()
    await here.say.turn(query, cards.countries(here.texts, here.language, there, callback_data.page))
    await here.say.answer(query)


async def _turn(query: CallbackQuery, state: FSMContext, here: Here, desk: BroadcastDesk, chosen: Segment) -> None:
    await state.update_data(segment=chosen.as_json())
    card = await here.say.in_time(query, _segment(here, desk, await state.get_data()))
    await here.say.turn(query, card)
    await here.say.answer(query)


async def _segment(here: Here, desk: BroadcastDesk, data: dict[str, Any]) -> Rendered:
    """Who it goes to, counted now."""
    await here.people.must(here.person, Permission.BROADCAST)
    kind, chosen = SubscriptionKind(data["kind"]), Segment.of_json(data["segment"])
    people = await desk.broadcasts.count(kind, chosen)
    return cards.segment(here.texts, here.language, kind, chosen, people, await title_of(here, chosen))


async def _begun(state: FSMContext) -> dict[str, Any]:
    """What was said so far. Raises: NotYours, where a day has passed or something else came between."""
    data = await state.get_data()
    if "kind" not in data:
        raise NotYours
    return data


async def written(message: Message, state: FSMContext, here: Here, desk: BroadcastDesk) -> None:
    """The words in one language, with the formatting they were typed in, and perhaps a photo."""
    async with answering(here, state, *_CURABLE):
        data = await _begun(state)
        words = words_of(message)
        photo = message.photo[-1].file_id if message.photo else data.get("photo")
        texts = {**data["texts"], LANGUAGES[data["asked"]]: words}
        Content(texts, Photo(photo) if photo else None)  # whether it can be sent at all
        await state.update_data(texts=texts, photo=photo)
        await _next_words(message.chat.id, state, here)


def words_of(message: Message) -> str:
    """As Telegram's HTML. Raises: BroadcastEmpty."""
    if not (message.text or message.caption or "").strip():
        raise BroadcastEmpty
    return message.html_text


async def _next_words(chat: int, state: FSMContext, here: Here, *, skipped: bool = False) -> None:
    """The other language, or on to the buttons; at least one has to say something."""
    data = await _begun(state)
    asked = data["asked"] + 1
    if asked < len(LANGUAGES):
        await state.update_data(asked=asked)
        again = cards.ask_words(here.texts, here.language, LANGUAGES[asked], skip=bool(data["texts"]))
        await here.say.send(chat, again)
    elif skipped and not data["texts"]:
        raise BroadcastEmpty
    else:
        await state.set_state(Cast.buttons)
        await here.say.send(chat, cards.ask_buttons(here.texts, here.language))


async def buttons_written(message: Message, state: FSMContext, here: Here, desk: BroadcastDesk) -> None:
    """One button a line: text | link, or 中文 | English | link."""
    async with answering(here, state, *_CURABLE):
        found = buttons_of(message.text or "")
        data = await _begun(state)
        Content(data["texts"], None, found)
        kept = [{"texts": dict(button.texts), "url": button.url} for button in found]
        await state.update_data(buttons=kept)
        await _keep(message.chat.id, state, here, desk)


def buttons_of(text: str) -> tuple[UrlButton, ...]:
    """Raises: ButtonsWrong."""
    found = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        *labels, url = (part.strip() for part in line.split("|"))
        named = [clean(label, most=LABEL_GRAPHEMES) for label in labels]
        if not 1 <= len(named) <= len(LANGUAGES) or not all(named):
            raise ButtonsWrong(most=6)
        texts = dict(zip(LANGUAGES, named, strict=False)) if len(named) > 1 else dict.fromkeys(LANGUAGES, named[0])
        found.append(UrlButton(texts, url))
    if not found:
        raise ButtonsWrong(most=6)
    return tuple(found)


async def _keep(chat: int, state: FSMContext, here: Here, desk: BroadcastDesk) -> None:
    """The draft is kept, and shown as it will be."""
    data = await _begun(state)
    photo = {"file_id": data["photo"], "path": None} if data.get("photo") else None
    content = Content.of_json({"texts": data["texts"], "photo": photo, "buttons": data.get("buttons", [])})
    chosen = Segment.of_json(data["segment"])
    draft = await desk.broadcasts.draft(SubscriptionKind(data["kind"]), chosen, content, here.person)
    await state.clear()
    await preview(chat, here, desk, draft.id)
