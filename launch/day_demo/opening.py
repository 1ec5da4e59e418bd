"""Before the day: creators switch tipping on and write a post; sponsors sign; the day is scheduled."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from giving.giving_days import Audience, GivingDay, Plan
from giving.matching import Fixed, Pool, Ratio, Scope, Window
from giving.money import Money
from giving.projects import Project
from launch.day_demo.giving import AMOUNTS
from launch.day_demo.people import Json, Person, button
from launch.service.building import Services
from services.giving_days import DayTerms, GivingDayService
from services.matching import NewPool
from texts import Texts

LANGUAGE: Final = "zh-CN"
CURRENCY: Final = "CNY"
CLOSES_AFTER: Final = timedelta(seconds=20)
LENGTH: Final = timedelta(hours=6)
RIGHTS: Final = {"can_post_messages": True, "can_edit_messages": True}
AT_ONCE: Final = 12


async def many(jobs: list[Callable[[], Awaitable[None]]], at_once: int = AT_ONCE) -> None:
    """Do them all, so many at a time; the first that fails ends it."""
    gate = asyncio.Semaphore(at_once)

    async def one(job: Callable[[], Awaitable[None]]) -> None:
        async with gate:
            await job()

    async with asyncio.TaskGroup() as group:
        for job in jobs:
            group.create_task(one(job))


async def switch_on(creator: Person, channel: int, project: str, texts: Texts, *, card: bool) -> Json:
    """From a channel without the bot to a post with buttons; `card`: with the giving day's card."""

    def label(key: str) -> str:
        return texts.plain(LANGUAGE, key)

    await creator.call(
        "POST", f"/chats/{channel}/members", {"user": "@yizan_bot", "status": "administrator", "rights": RIGHTS}
    )
    told = await creator.wait(lambda m: button(m, label("button-tipping-on")) is not None, what="the channel's card")
    for wanted in (label("button-tipping-on"), project, label("button-confirm-on")):
        told = await _press(creator, told, wanted)
    if card:
        await _press(creator, told, label("button-day-card-off"))
    await creator.say("/ranking")
    wish = "○ " + label("button-ranking-me")
    board = await creator.wait(lambda m: button(m, wish) is not None, what="the ranking")
    await _press(creator, board, wish)
    post = await creator.say("今天是一元公益日，一块钱也好。", channel)
    return await creator.wait(
        lambda m: bool(m["id"] == post["id"] and button(m, "¥1") is not None), channel, what="buttons under a post"
    )


async def _press(creator: Person, message: Json, label: str) -> Json:
    """Press that button of that message as soon as it is there; the message as it is then."""
    shown = await creator.wait(
        lambda m: bool(m["id"] == message["id"] and button(m, label) is not None), what=f"the button {label}"
    )
    number = button(shown, label)
    if number is not None:
        await creator.tap(shown, number)
    return shown


async def sign_pools(services: Services, day: GivingDay, projects: list[Project], donors: int) -> list[Pool]:
    """Two sponsors: one gives as much again until its pool is empty, one 50 fen for each gift to the third project."""
    first = NewPool(
        sponsor="青禾基金会", named=True, titles={"zh-CN": "青禾一比一", "en": "Qinghe one for one"},
        committed=Money(100 * max(donors // 3, 1), CURRENCY), rule=Ratio(1, 1),
        windows=(Window(1, day.starts_at, day.ends_at, 100 * max(donors // 3, 1)),),
        scope=Scope(days=frozenset({day.id}), projects=frozenset(each.id for each in projects[:2])),
    )  # fmt: skip
    second = NewPool(
        sponsor="一位校友", named=False, titles={"zh-CN": "每笔加五毛", "en": "Half a yuan a gift"},
        committed=Money(50 * max(donors, 1), CURRENCY), rule=Fixed(50),
        windows=(Window(1, day.starts_at, day.ends_at, 50 * max(donors, 1)),),
        scope=Scope(days=frozenset({day.id}), projects=frozenset({projects[2].id})),
    )  # fmt: skip
    return [
        await services.pools.sign((await services.pools.create(new)).id, signed_by="理事会") for new in (first, second)
    ]


def days_of(services: Services) -> GivingDayService:
    """Days that close soon after their end."""
    terms = services.giving_days.terms
    soon = DayTerms(terms.zone, terms.limits, CLOSES_AFTER, terms.confirm_over)
    return GivingDayService(services.unit, services.people, services.days_on, terms=soon, wakes=services.wakes)


async def schedule(days: GivingDayService, projects: list[Project], starts_at: datetime) -> GivingDay:
    """A day that begins by itself. It is stopped once everybody has given, however long this machine takes for that."""
    plan = Plan(
        titles={"zh-CN": "一元公益日", "en": "One yuan day"}, projects=tuple(each.id for each in projects),
        starts_at=starts_at, ends_at=starts_at + LENGTH, hashtag="一元公益", audience=Audience.SUBSCRIBERS,
        amounts=tuple(Money(minor, CURRENCY) for minor in AMOUNTS.values()),
    )  # fmt: skip
    draft = await days.draft(plan, None)
    return await days.schedule(draft.id, None, (await days.preview(draft.id)).digest)
