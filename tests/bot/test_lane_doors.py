"""The tap lane behind both doors, webhook and polling, over real services: answered, confirmed, in nobody's way."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from aiogram import Bot

from bot import callbacks as cb
from bot.intake import Intake
from bot.lane import TapLane
from bot.polling import Polling
from bot.webhook import Webhook
from services.links import Links
from services.tips import TapLook, TipService
from tests.bot.telegram import FakeTelegram, message
from tests.bot.test_polling import Heard, dialect, heard
from tests.world import CHANNEL, World

__all__ = ["dialect", "heard"]

Until = Callable[..., Awaitable[Any]]
START = "https://t.me/yizan_bot?start=t_"


@pytest.fixture
def lane(bot: Bot, world: World) -> TapLane:
    links = Links("http://127.0.0.1:8081", "yizan_bot")
    return TapLane(bot.id, world.people, world.tips, links, TapLook(world.unit))


def webhook(bot: Bot, heard: Heard, lane: TapLane) -> Webhook:
    return Webhook(
        bot, heard.dispatcher, Intake(bot, heard.dispatcher, heard.updates), url="https://x", secret="s" * 16, lane=lane
    )  # fmt: skip


def tapped(world: World, number: int, *, minor: int = 100, person: int = 9) -> dict[str, Any]:
    """Somebody new presses an amount under the post."""
    chat = {"id": CHANNEL, "type": "channel", "title": "C"}
    query = {
        "id": f"tap-{number}", "from": {"id": person, "is_bot": False, "first_name": "Ann"}, "chat_instance": "1",
        "message": {"message_id": 7, "date": 1, "chat": chat, "text": "x"},
        "data": cb.TipTap(post=world.post.id, minor=minor, currency="CNY").pack(),
    }  # fmt: skip
    return {"update_id": number, "callback_query": query}


async def test_a_webhook_is_answered_in_its_response(bot: Bot, heard: Heard, lane: TapLane, world: World):
    door = webhook(bot, heard, lane)
    reply = await door.deliver(tapped(world, 1))
    assert isinstance(reply, bytes)
    said = msgspec.json.decode(reply)
    assert (said["method"], said["callback_query_id"]) == ("answerCallbackQuery", "tap-1")
    assert said["url"].startswith(START)
    assert await door.deliver(tapped(world, 1)) == reply, "brought again, the same"
    assert heard.began == []


async def test_a_server_that_makes_no_calls_of_responses_is_called(
    bot: Bot, heard: Heard, lane: TapLane, world: World, telegram: FakeTelegram
):
    intake = Intake(bot, heard.dispatcher, heard.updates)
    door = Webhook(bot, heard.dispatcher, intake, url="https://x", secret="s" * 16, lane=lane, in_response=False)
    assert await door.deliver(tapped(world, 1)) is True
    (call,) = telegram.of("answerCallbackQuery")
    assert call.params["url"].startswith(START)
    assert heard.began == []


async def test_what_the_lane_refuses_and_all_else_goes_to_the_dispatcher(
    bot: Bot, heard: Heard, lane: TapLane, world: World
):
    door = webhook(bot, heard, lane)
    assert await door.deliver(tapped(world, 1, minor=1)) is True
    assert await door.deliver(message(2, "hello")) is True
    assert heard.ended == [tapped(world, 1, minor=1)["callback_query"]["data"], "hello"]


async def test_a_stop_waits_for_the_tap_in_the_lane_and_takes_no_more(
    bot: Bot, heard: Heard, lane: TapLane, world: World, monkeypatch: pytest.MonkeyPatch
):
    door, gate, offer, stop = webhook(bot, heard, lane), asyncio.Event(), TipService.offer, asyncio.Event()

    async def slowly(self: TipService, request: Any) -> Any:
        await gate.wait()
        return await offer(self, request)

    monkeypatch.setattr(TipService, "offer", slowly)
    running = asyncio.create_task(door.run(stop))
    tapping = asyncio.create_task(door.deliver(tapped(world, 1)))
    await asyncio.sleep(0.1)
    stop.set()
    await asyncio.sleep(0.1)
    assert not running.done()
    assert await door.deliver(tapped(world, 2, person=10)) is False
    gate.set()
    assert isinstance(await tapping, bytes)
    await asyncio.wait_for(running, 2)


async def test_polling_answers_by_a_call_and_confirms(
    bot: Bot, heard: Heard, lane: TapLane, world: World, telegram: FakeTelegram, until: Until
):
    stop = asyncio.Event()
    running = asyncio.create_task(heard.polling(bot, lane=lane).run(stop))
    telegram.push(tapped(world, 5))
    (call,) = await until(lambda: telegram.of("answerCallbackQuery"))
    assert call.params["callback_query_id"] == "tap-5"
    assert call.params["url"].startswith(START)
    await until(lambda: any(call.params.get("offset") == "6" for call in telegram.of("getUpdates")))
    assert heard.began == []
    stop.set()
    await running


@pytest.mark.parametrize(
    "answer", [(200, "<html>a gateway</html>"), (502, "<html>bad gateway</html>"), (400, {"ok": False})]
)
async def test_an_answer_nobody_understands_stops_nobody(
    bot: Bot, heard: Heard, lane: TapLane, world: World, telegram: FakeTelegram, until: Until, answer: tuple[int, Any]
):
    for _ in range(4):  # the limiter tries some again
        telegram.plan("answerCallbackQuery", *answer)
    stop = asyncio.Event()
    running = asyncio.create_task(heard.polling(bot, lane=lane).run(stop))
    telegram.push(tapped(world, 5), message(6, "and then", person=9))
    await until(lambda: "and then" in heard.ended)
    assert heard.ended[0] == tapped(world, 5)["callback_query"]["data"], "the dispatcher had it too"
    await until(lambda: any(call.params.get("offset") == "7" for call in telegram.of("getUpdates")))
    stop.set()
    await running


async def test_a_mistake_in_a_handler_of_ours_does_not_end_polling(
    bot: Bot, heard: Heard, telegram: FakeTelegram, until: Until
):
    class Broken:
        async def __call__(self, raw: Any) -> None:
            if raw["update_id"] == 5:
                raise RuntimeError("a mistake of ours")

    stop = asyncio.Event()
    polling: Polling = heard.polling(bot, lane=Broken())
    running = asyncio.create_task(polling.run(stop))
    telegram.push(message(5, "first", person=9), message(6, "second", person=9))
    await until(lambda: heard.ended == ["second"])
    stop.set()
    await running
