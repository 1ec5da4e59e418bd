"""The webhook's inner side: an answer says the truth about what was committed, also when the same comes twice."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiogram import Bot

from bot import webhook
from bot.session import TokenRefused
from bot.webhook import MOST_IN_HAND, Webhook, WebhookRefused
from tests.bot.telegram import FakeTelegram, channel_post, message
from tests.bot.test_polling import Heard, dialect, heard, quick

__all__ = ["dialect", "heard", "quick"]

Until = Callable[..., Awaitable[Any]]
URL, SECRET = "https://give.example/hooks/telegram", "a-secret-of-the-tests"


class Open:
    """A webhook that runs until it is told to stop."""

    def __init__(self, bot: Bot, heard: Heard, **options: Any) -> None:
        self.stop = asyncio.Event()
        self.webhook = Webhook(bot, heard.dispatcher, heard.intake(bot), url=URL, secret=SECRET, **options)
        self.deliver = self.webhook.deliver
        self.task = asyncio.create_task(self.webhook.run(self.stop))

    async def close(self) -> None:
        self.stop.set()
        await self.task


@pytest.fixture
async def open_(bot: Bot, heard: Heard) -> AsyncIterator[Open]:
    opened = Open(bot, heard, grace_s=0.5)
    yield opened
    await opened.close()


async def test_it_is_set_with_secret_kinds_and_connections(open_: Open, telegram: FakeTelegram, until: Until) -> None:
    [call] = await until(lambda: telegram.of("setWebhook"))
    assert (call.params["url"], call.params["secret_token"]) == (URL, SECRET)
    assert set(json.loads(call.params["allowed_updates"])) == {"message", "channel_post", "callback_query"}
    assert call.params["max_connections"] == str(MOST_IN_HAND)
    assert call.params.get("drop_pending_updates") in (None, "false")


async def test_a_refused_token_ends_it(bot: Bot, telegram: FakeTelegram, heard: Heard) -> None:
    telegram.refuse("setWebhook", 500, "Internal Server Error")
    telegram.refuse("setWebhook", 401, "Unauthorized")
    with pytest.raises(TokenRefused):
        await Open(bot, heard).task


async def test_an_address_is_given_up_only_when_it_is_refused_again_and_again(
    bot: Bot, telegram: FakeTelegram, heard: Heard, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "AGAIN_AFTER_S", (0.01, 0.01))
    for _ in range(2):
        telegram.refuse("setWebhook", 400, "Bad Request: bad webhook: Failed to resolve host")
    passing = Open(bot, heard)
    await until(lambda: len(telegram.of("setWebhook")) == 3)
    assert await passing.deliver(message(1, "fine"))
    await passing.close()

    for _ in range(3):
        telegram.refuse("setWebhook", 400, "Bad Request: bad webhook: HTTPS url must be provided for webhook")
    with pytest.raises(WebhookRefused, match="HTTPS url"):
        await Open(bot, heard).task


async def test_stopping_does_not_wait_for_an_address_to_be_taken(
    bot: Bot, telegram: FakeTelegram, heard: Heard, until: Until
) -> None:
    telegram.refuse("setWebhook", 400, "Bad Request: bad webhook: Failed to resolve host")
    refused = Open(bot, heard)
    await until(lambda: telegram.of("setWebhook"))
    await asyncio.wait_for(refused.close(), 1)
    assert len(telegram.of("setWebhook")) == 1


async def test_a_second_delivery_waits_for_the_first_and_both_are_answered(open_: Open, heard: Heard) -> None:
    heard.deadline._seconds = 60
    both = [asyncio.create_task(open_.deliver(message(1, "wait"))) for _ in range(2)]
    await asyncio.sleep(0.1)
    assert heard.began == ["wait"]
    heard.gate.set()
    assert await asyncio.gather(*both) == [True, True]
    assert await open_.deliver(message(1, "wait"))
    assert heard.began == ["wait"]


async def test_a_delivery_that_waits_too_long_comes_again_and_finds_it_done(
    open_: Open, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "WAIT_S", 0.05)
    heard.deadline._seconds = 60
    assert not await open_.deliver(message(1, "wait"))
    heard.gate.set()
    monkeypatch.setattr(webhook, "WAIT_S", 5)
    assert await open_.deliver(message(1, "wait"))
    assert (heard.began, heard.ended) == (["wait"], ["wait"])


async def test_more_than_fit_in_hand_come_again(open_: Open, heard: Heard) -> None:
    heard.deadline._seconds = 60
    fitting = [asyncio.create_task(open_.deliver(channel_post(n, "wait", chat=-n))) for n in range(1, 101)]
    await asyncio.sleep(0.05)
    assert not await open_.deliver(message(101, "one more"))
    heard.gate.set()
    assert all(await asyncio.gather(*fitting))
    assert await open_.deliver(message(101, "one more"))


async def test_stopping_finishes_what_is_in_hand_and_takes_nothing_new(open_: Open, heard: Heard) -> None:
    heard.deadline._seconds = 60
    quick_one = asyncio.create_task(open_.deliver(message(1, "wait", person=1)))
    await asyncio.sleep(0.05)
    open_.stop.set()
    await asyncio.sleep(0.05)
    assert not await open_.deliver(message(2, "late", person=2))
    heard.gate.set()
    assert await quick_one
    await open_.task
    assert heard.ended == ["wait"]


async def test_what_hangs_while_stopping_is_cancelled_and_comes_again(open_: Open, heard: Heard) -> None:
    heard.deadline._seconds = 60
    hanging = asyncio.create_task(open_.deliver(message(1, "wait")))
    await asyncio.sleep(0.05)
    await open_.close()
    assert not await hanging
    assert not await heard.updates.is_done(1)


async def test_an_update_without_a_number_is_not_brought_for_ever(open_: Open) -> None:
    assert await open_.deliver({"message": {}})
    assert await open_.deliver({"update_id": "7"})
