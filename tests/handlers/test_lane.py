"""The tap lane beside the ordinary handler: the same taps through both give the same rows and the same words."""

import itertools
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from aiogram.methods import AnswerCallbackQuery
from sqlalchemy import func, select

from bot import callbacks as cb
from bot.intake import Intake
from bot.lane import TapLane
from giving.budgets import Rate
from giving.errors import TooFast
from giving.ids import id_of, token_of
from giving.people import Visibility, Visitor
from giving.projects import ProjectState
from services.guard import Pace, PaceRules
from services.links import Links
from services.tips import TapLook
from services.updates import UpdateService
from storage.ids import new_id
from storage.tables import people, tip_keys, tips
from storage.work import UnitOfWork
from tests.handlers.chat import NOW, Chat
from tests.handlers.test_tabs import SavingRail
from tests.world import CHANNEL, World, make_world

NUMBERS = itertools.count(7001)
LINKS = Links("http://127.0.0.1:8081", "yizan_bot")
Prepare = Callable[[World, int], Coroutine[Any, Any, object]]


@dataclass(frozen=True)
class Case:
    """Somebody new presses ¥1 under the post, but for what is said here; `lane`: whether the lane books it.

    `on_tab`: whether it is on their tab at once.
    """

    data: Callable[[World], str] = lambda world: cb.TipTap(post=world.post.id, minor=100, currency="CNY").pack()
    who: dict[str, Any] = field(default_factory=dict)
    under: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    before: Prepare | None = None
    lane: bool = False
    taps: int = 1
    on_tab: bool = False


@pytest.fixture
async def world(work: UnitOfWork, monkeypatch: pytest.MonkeyPatch) -> World:
    """Its rail carries ¥4 at the least: ¥1 goes on a tab, and at once where somebody used that rail before."""
    monkeypatch.setattr("tests.world.PaperRail", SavingRail)
    return await make_world(work)


def said(minor: object, currency: str = "CNY", post: str = "") -> Callable[[World], str]:
    return lambda world: f"tip:{minor}:{currency}:{post or token_of(world.post.id)}"


async def met(world: World, number: int) -> None:
    await world.people.meet(Visitor(number, "Old name", "old", "en"))


async def named(world: World, number: int) -> None:
    person = await world.people.meet(Visitor(number, "新来的", None, "zh-hans"))
    async with world.unit() as work:
        await work.people.set(person.id, visibility=Visibility.NAMED)


async def started(world: World, number: int) -> None:
    await world.people.meet(Visitor(number, "Reader", None, "en"), started=True)


async def blocked(world: World, number: int) -> None:
    await started(world, number)
    await world.people.blocked(number)


async def paid_before(world: World, number: int) -> None:
    await blocked(world, number)
    person = await world.people.meet(Visitor(number, "Reader", None, "en"))
    async with world.unit() as work:
        await work.people.set(person.id, rail=world.rail.name)


async def paid_elsewhere(world: World, number: int) -> None:
    await paid_before(world, number)
    person = await world.people.meet(Visitor(number, "Reader", None, "en"))
    async with world.unit() as work:
        await work.people.set(person.id, rail="gone")


async def closed(world: World, _number: int) -> None:
    async with world.unit() as work:
        await work.projects.put(replace(world.library, state=ProjectState.CLOSED), world.time())


async def paused(world: World, _number: int) -> None:
    await world.creators.pause(world.chat.chat.id, world.creator)


async def off(world: World, _number: int) -> None:
    await world.creators.switch_off(world.chat.chat.id, world.creator)


async def offered(world: World, number: int) -> None:
    await met(world, number)


CASES = {
    "a newcomer": Case(lane=True),
    "known, with another name": Case(before=met, lane=True),
    "shows their name": Case(before=named, lane=True),
    "blocked the bot": Case(before=blocked, lane=True),
    "blocked the bot, and their rail carries no ¥1": Case(before=paid_before, on_tab=True),
    "the same, twice": Case(before=paid_before, taps=2, on_tab=True),
    "blocked the bot, and their rail carries ¥5": Case(said(500), before=paid_before, lane=True),
    "blocked the bot, and their rail is switched off": Case(before=paid_elsewhere, lane=True),
    "can be written to": Case(before=started),
    "two names, decorated": Case(who={"first_name": "\u202e  李\u200b ", "last_name": "👩🏽‍🚀 x" * 30}, lane=True),
    "no visible name": Case(who={"first_name": "\u3164"}, lane=True),
    "no language": Case(who={"language_code": None}, lane=True),
    "a language we don't speak": Case(who={"language_code": "pt-br"}, lane=True),
    "premium": Case(who={"is_premium": True, "added_to_attachment_menu": True}, lane=True),
    "twice the same tap": Case(taps=2, lane=True),
    "a group": Case(under={"chat": {"id": CHANNEL, "type": "supergroup", "title": "G"}}, lane=True),
    "an old post, no longer shown": Case(under={"date": 0}, lane=True),
    "another amount than the presets": Case(said(777), lane=True),
    "too little": Case(said(1)),
    "nothing": Case(said(0)),
    "less than nothing": Case(said(-100)),
    "too much": Case(said(10**12)),
    "more than a number holds": Case(said(10**40)),
    "another way to write it": Case(said("0100")),
    "in other digits": Case(said("１００")),
    "no number": Case(said("1e2")),
    "another currency": Case(said(100, "USD")),
    "no currency": Case(said(100, "XXX")),
    "an unknown post": Case(said(100, post=token_of(new_id()))),
    "no post": Case(said(100, post="x" * 22)),
    "more behind it": Case(lambda world: said(100)(world) + ":more"),
    "another button": Case(lambda world: cb.TipOther(post=world.post.id).pack()),
    "under another post": Case(under={"message_id": 8}),
    "under a copy elsewhere": Case(under={"chat": {"id": -100999, "type": "channel", "title": "D"}}),
    "in private": Case(under={"chat": {"id": 7, "type": "private"}}, before=met),
    "a bot": Case(who={"is_bot": True}),
    "Telegram itself": Case(who={"id": 777000}),
    "without a message": Case(query={"message": None, "inline_message_id": "x"}),
    "seen by one member only": Case(under={"ephemeral_message_id": 5}),
    "a closed project": Case(before=closed),
    "paused": Case(before=paused),
    "switched off": Case(before=off),
}  # fmt: skip


def lane_of(chat: Chat, world: World, pace: Pace | None = None) -> TapLane:
    return TapLane(
        chat.bot.id, world.people, world.tips, LINKS, TapLook(world.unit), pace
    )  # fmt: skip


class Door:
    """Where updates come in, with the lane or without; both lead to the same dispatcher."""

    def __init__(self, chat: Chat, world: World, *, lane: bool) -> None:
        self.lane = lane_of(chat, world) if lane else None
        self.intake = Intake(chat.bot, chat.dispatcher, UpdateService(world.unit, now=world.time))
        self.chat, self.booked = chat, 0

    async def taps(self, case: Case, world: World, number: int) -> list[dict[str, Any]]:
        """What was said to Telegram, calls and answers alike."""
        made: list[dict[str, Any]] = []
        update = tap(case, world, number)
        for _ in range(case.taps):
            update = update | {"update_id": next(NUMBERS)}
            before = len(self.chat.calls.made)
            answer = await self.lane(update) if self.lane is not None else None
            assert answer is not None or await self.intake(update)
            made += [
                {"method": call.__api_method__} | call.model_dump(exclude_none=True, exclude_defaults=True)
                for call in self.chat.calls.made[before:]
            ]
            if answer is not None:
                self.booked += 1
                reply = msgspec.json.decode(answer.as_reply())
                AnswerCallbackQuery.model_validate({k: v for k, v in reply.items() if k != "method"})
                made.append(reply)
        return made


def tap(case: Case, world: World, number: int) -> dict[str, Any]:
    person = {"id": number, "is_bot": False, "first_name": "新来的", "language_code": "zh-hans"} | case.who
    chat = {"id": CHANNEL, "type": "channel", "title": "C"}
    under: dict[str, Any] = {"message_id": 7, "date": NOW, "chat": chat, "text": "x"} | case.under
    if under["chat"]["type"] == "private":
        under["chat"] = {**under["chat"], "id": number}
    query = {
        "id": f"tap-{number}", "from": {k: v for k, v in person.items() if v is not None}, "chat_instance": "1",
        "data": case.data(world), "message": under,
    } | case.query  # fmt: skip
    return {"callback_query": {k: v for k, v in query.items() if v is not None}}


async def rows(world: World, number: int) -> dict[str, Any]:
    """Everything the tap may have written, without what differs by chance."""
    who = [people.c.name, people.c.username, people.c.language_code, people.c.visibility]
    what = [
        tips.c.project_id, tips.c.post_id, tips.c.chat_id, tips.c.creator_id, tips.c.amount_minor, tips.c.currency,
        tips.c.visibility, tips.c.state,
    ]  # fmt: skip
    mine = select(people.c.id).where(people.c.telegram_id == number).scalar_subquery()
    keys = select(func.count()).select_from(tip_keys).where(tip_keys.c.key == f"tap-{number}")
    async with world.unit.read() as work:
        run = work.connection.execute
        seen = select(people.c.started_at.is_not(None), people.c.unreachable_at.is_not(None), *who)
        return {
            "person": [tuple(row) for row in await run(seen.where(people.c.telegram_id == number))],
            "tips": [tuple(row) for row in await run(select(*what).where(tips.c.donor_id == mine))],
            "keys": (await run(keys)).scalar(),
            "ids": [row.id for row in await run(select(tips.c.id).where(tips.c.donor_id == mine))],
        }


def told(made: list[dict[str, Any]], number: int, ids: list[Any]) -> str:
    """The same for whoever it was: their number and their tips by place."""
    plain = str(made).replace(str(number), "NUMBER")
    for place, tip in enumerate(ids):
        plain = plain.replace(token_of(tip), f"TIP{place}").replace(str(tip), f"TIP{place}")
    return re.sub(r"[0-9a-f]{32}", "PAYMENT", plain)


@pytest.mark.parametrize("name", CASES)
async def test_a_tap_leaves_the_same_rows_and_hears_the_same_words(chat: Chat, world: World, name: str):
    case, outcomes = CASES[name], []
    for lane in (False, True):
        door, number = Door(chat, world, lane=lane), case.who.get("id") or next(NUMBERS)
        if case.before is not None and not (lane and case.before in (closed, paused, off)):
            await case.before(world, number)
        made = await door.taps(case, world, number)
        left = await rows(world, number)
        ids = left.pop("ids")
        outcomes.append((left, told(made, number, ids)))
        assert door.booked == (case.taps if lane and case.lane else 0)
    by_handler, by_lane = outcomes
    assert by_lane == by_handler
    assert [row[-1] == "on_tab" for row in by_lane[0]["tips"]].count(True) == case.on_tab
    if case.lane:
        assert by_lane[0]["keys"] == 1
        assert len(by_lane[0]["tips"]) == 1


@pytest.mark.parametrize("broken", [{"callback_query": None}, {"callback_query": {"id": 7}}, {"message": {}}, {}])
async def test_what_is_no_tap_is_none_of_the_lanes_business(chat: Chat, world: World, broken: dict[str, Any]):
    lane = lane_of(chat, world)
    assert await lane({"update_id": 1, **broken}) is None


async def test_who_taps_too_fast_is_handed_on_to_be_told(chat: Chat, world: World):
    pace = Pace(PaceRules(person=Rate(2, timedelta(hours=1))), now=world.time)
    lane, number = lane_of(chat, world, pace), next(NUMBERS)
    minors = iter((100, 200, 300))
    taps = [tap(Case(said(minor), query={"id": f"quick-{minor}"}), world, number) for minor in minors]
    booked = [await lane({"update_id": 1, **one}) for one in taps]
    assert [answer is not None for answer in booked] == [True, True, False]
    assert len((await rows(world, number))["tips"]) == 2


async def test_what_is_handed_on_spends_nothing(chat: Chat, world: World):
    pace = Pace(PaceRules(person=Rate(2, timedelta(hours=1))), now=world.time)
    lane, number = lane_of(chat, world, pace), next(NUMBERS)
    await closed(world, number)
    for _ in range(5):
        assert await lane({"update_id": next(NUMBERS), **tap(Case(), world, number)}) is None
    pace.act(number, CHANNEL)
    pace.act(number, CHANNEL)
    with pytest.raises(TooFast):
        pace.act(number, CHANNEL)


async def test_a_tap_that_was_refused_and_remembered_stays_so(chat: Chat, world: World):
    number, updates = next(NUMBERS), UpdateService(world.unit, now=world.time)
    await updates.done(number)
    assert await lane_of(chat, world)({"update_id": number, **tap(Case(), world, number)}) is None
    assert (await rows(world, number))["tips"] == []


async def test_a_database_in_trouble_is_the_dispatchers_to_tell(
    chat: Chat, world: World, monkeypatch: pytest.MonkeyPatch
):
    async def broken(*_args: object) -> None:
        raise OSError("the disk is gone")

    lane = lane_of(chat, world)
    monkeypatch.setattr(world.tips, "offer", broken)
    assert await lane({"update_id": 1, **tap(Case(), world, next(NUMBERS))}) is None


def test_the_short_reader_of_buttons_reads_what_is_packed():
    post = new_id()
    for minor in (1, 100, 999_999_999_999_999):
        packed = cb.TipTap(post=post, minor=minor, currency="CNY").pack()
        read, whole = cb.tip_tapped(packed), cb.TipTap.unpack(packed)
        assert read == (whole.amount, whole.post)
    assert id_of(token_of(post)) == post
