"""Polling against a real HTTP server: nothing is confirmed before it is done, and nothing stops the rest."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiogram import Bot, Dispatcher, Router
from aiogram.types import CallbackQuery, Message
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot import patience, polling
from bot.intake import Hurry, Intake
from bot.middlewares import DeadlineMiddleware
from bot.polling import MOST_WAITING, InHand, Polling
from bot.session import TokenRefused
from bot.surplus import Surplus
from bot.updates import can_be_done_again, queue_of
from services.cleanups import AFTER, CleanupService
from services.updates import UpdateService
from storage.work import DatabaseTrouble, UnitOfWork
from tests.bot.telegram import FakeTelegram, channel_post, message, refusal, tap
from tests.bot.virtual import run
from tests.texts.words import TEXTS

Until = Callable[..., Awaitable[Any]]
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.fixture
def dialect() -> str:
    """Both are asked in test_intake.py."""
    return "sqlite"


class Heard:
    """A dispatcher that records what it was told, and can be made slow or broken by the text."""

    def __init__(self, work: UnitOfWork) -> None:
        self.updates = UpdateService(work)
        self.began: list[str] = []
        self.ended: list[str] = []
        self.gate = asyncio.Event()
        self.away = False
        self.dispatcher = Dispatcher()
        self.deadline = DeadlineMiddleware(0.4)
        self.dispatcher.update.outer_middleware(self.deadline)
        router = Router()
        router.message.register(self.on_message)
        router.channel_post.register(self.on_message)
        router.callback_query.register(self.on_tap)
        self.dispatcher.include_router(router)

    async def on_message(self, event: Message) -> None:
        await self.hear(event.text or "")

    async def on_tap(self, event: CallbackQuery) -> None:
        await self.hear(event.data or "")

    async def hear(self, text: str) -> None:
        self.began.append(text)
        if text.startswith("wait"):
            await self.gate.wait()
        if text.startswith("away") and self.away:
            raise DatabaseTrouble
        if text.startswith("break"):
            raise RuntimeError(text)
        self.ended.append(text)

    def intake(self, bot: Bot) -> Intake:
        return Intake(bot, self.dispatcher, self.updates)

    def polling(self, bot: Bot, **options: Any) -> Polling:
        return Polling(bot, self.dispatcher, self.intake(bot), **options)


@pytest.fixture
def heard(work: UnitOfWork) -> Heard:
    return Heard(work)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "MOST_BACKOFF_S", 0.05)
    monkeypatch.setattr(patience, "LEAST_BACKOFF_S", 0.01)
    monkeypatch.setattr(polling, "HURRY_AFTER_S", 0.3)


@asynccontextmanager
async def listening(bot: Bot, heard: Heard, **options: Any) -> AsyncIterator[Polling]:
    """Polls inside, stops cleanly outside."""
    loop, stop = heard.polling(bot, timeout_s=5, **options), asyncio.Event()
    task = asyncio.create_task(loop.run(stop))
    try:
        yield loop
    finally:
        stop.set()
        await task


async def test_updates_are_handled_then_confirmed(bot: Bot, telegram: FakeTelegram, heard: Heard, until: Until) -> None:
    telegram.push(message(5, "one"), tap(6, "two"), channel_post(7, "three"))
    async with listening(bot, heard):
        await until(lambda: len(heard.ended) == 3)
        telegram.push(message(8, "four"))
        await until(lambda: "four" in heard.ended)

    assert telegram.calls[0].method == "deleteWebhook"
    assert telegram.calls[0].params.get("drop_pending_updates") in (None, "false")
    assert telegram.updates == []
    assert set(telegram.of("getUpdates")[0].params["allowed_updates"]) == set(
        '["message", "channel_post", "callback_query"]'
    )


async def test_an_update_in_hand_is_not_confirmed_and_holds_up_only_its_own_person(
    bot: Bot, telegram: FakeTelegram, heard: Heard, until: Until
) -> None:
    heard.deadline._seconds = 60
    telegram.push(message(1, "wait", person=1), message(2, "behind", person=1), message(3, "beside", person=2))
    async with listening(bot, heard):
        await until(lambda: heard.ended == ["beside"])
        telegram.push(message(4, "later", person=3), tap(5, "queued", person=1))
        await until(lambda: heard.ended == ["beside", "later"])
        assert [update["update_id"] for update in telegram.updates] == [1, 2, 3, 4, 5]
        heard.gate.set()
        await until(lambda: len(heard.ended) == 5)

    assert heard.ended == ["beside", "later", "wait", "behind", "queued"]
    assert len(heard.began) == 5, "nothing was handled twice"
    assert telegram.updates == []


async def test_an_undecodable_update_is_skipped(bot: Bot, telegram: FakeTelegram, heard: Heard, until: Until) -> None:
    broken = message(2, "private words") | {"callback_query": {"id": 5}}
    telegram.push(
        {"update_id": 1, "message": {"message_id": "?"}},
        broken,
        {"update_id": 3, "telepathy": {"thought": "?"}},
        {"update_id": 4, "message": [1, 2]},
        message(5, "fine"),
    )
    with capture_logs() as logs:
        async with listening(bot, heard):
            await until(lambda: heard.ended == ["fine"])

    assert telegram.updates == []
    assert [log["update_id"] for log in logs if log["event"] == "update_undecodable"] == [1, 2, 4]
    assert [log["update_id"] for log in logs if log["event"] == "update_of_unknown_type"] == [3]
    assert "private words" not in str(logs)


async def test_a_broken_and_a_stuck_handler_are_logged_and_passed_by(
    bot: Bot, telegram: FakeTelegram, heard: Heard, until: Until
) -> None:
    telegram.push(message(1, "break"), message(2, "wait"), message(3, "fine"))
    with capture_logs() as logs:
        async with listening(bot, heard):
            await until(lambda: heard.ended == ["fine"])

    failed = [log for log in logs if log["event"] in ("update_failed", "update_timed_out")]
    assert [log["update_id"] for log in failed] == [1, 2]
    assert telegram.updates == []


async def test_stopping_finishes_what_is_in_hand_and_confirms_it(
    bot: Bot, telegram: FakeTelegram, heard: Heard, until: Until
) -> None:
    telegram.push(message(1, "wait"))
    stop = asyncio.Event()
    task = asyncio.create_task(heard.polling(bot).run(stop))
    await until(lambda: heard.began)
    stop.set()
    await asyncio.sleep(0.05)
    heard.gate.set()
    await task

    assert heard.ended == ["wait"]
    assert telegram.calls[-1].params["offset"] == "2"
    assert telegram.updates == []


async def test_what_does_not_end_in_time_stays_for_the_next_start(
    bot: Bot, telegram: FakeTelegram, heard: Heard, until: Until
) -> None:
    heard.deadline._seconds = 60
    telegram.push(message(1, "fine", person=1), message(2, "wait", person=2), message(3, "fine too", person=3))
    async with listening(bot, heard, grace_s=0.1):
        await until(lambda: len(heard.ended) == 2)

    assert [update["update_id"] for update in telegram.updates] == [2, 3]


async def test_a_cancellation_is_a_clean_stop_too(bot: Bot, telegram: FakeTelegram, heard: Heard, until: Until) -> None:
    telegram.push(message(1, "fine"))
    task = asyncio.create_task(heard.polling(bot).run(asyncio.Event()))
    await until(lambda: heard.ended)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert telegram.updates == []


async def test_a_bad_line_is_waited_out_and_told_once(
    bot: Bot, telegram: FakeTelegram, heard: Heard, until: Until
) -> None:
    telegram.refuse("deleteWebhook", 500, "Internal Server Error")
    telegram.plan("getUpdates", 502, "<html>Bad Gateway</html>")
    telegram.plan("getUpdates", 200, "not JSON")
    telegram.plan("getUpdates", 200, {"ok": True})
    telegram.refuse("getUpdates", 409, "Conflict: terminated by other getUpdates request")
    telegram.refuse("getUpdates", 409, "Conflict: terminated by other getUpdates request")
    telegram.push(message(1, "fine"))
    with capture_logs() as logs:
        async with listening(bot, heard):
            await until(lambda: heard.ended == ["fine"])

    events = [log["event"] for log in logs if log["event"].startswith("telegram_")]
    assert events == [
        "telegram_unreachable",
        "telegram_recovered",
        "telegram_unreachable",
        "telegram_conflict",
        "telegram_recovered",
    ]


async def test_retry_after_is_waited_out(bot: Bot, telegram: FakeTelegram, heard: Heard, until: Until) -> None:
    telegram.refuse("getUpdates", 429, "Too Many Requests: retry after 1", retry_after=1)
    telegram.push(message(1, "fine"))
    async with listening(bot, heard):
        await until(lambda: heard.ended == ["fine"])
    first, second, *_ = telegram.of("getUpdates")
    assert second.at - first.at >= 0.99


@pytest.mark.parametrize(("code", "words"), [(401, "Unauthorized"), (404, "Not Found")])
async def test_a_refused_token_ends_it_with_a_clear_word(
    bot: Bot, telegram: FakeTelegram, heard: Heard, code: int, words: str
) -> None:
    telegram.refuse("deleteWebhook", code, words)
    with pytest.raises(TokenRefused, match="BotFather") as caught:
        await heard.polling(bot).run(asyncio.Event())
    assert bot.token not in str(caught.value)


async def test_stopping_does_not_wait_for_telegram(bot: Bot, telegram: FakeTelegram, heard: Heard) -> None:
    telegram.planned["deleteWebhook"].extend([(500, refusal(500, "Internal Server Error"))] * 1000)
    stop = asyncio.Event()
    task = asyncio.create_task(heard.polling(bot).run(stop))
    await asyncio.sleep(0.1)
    stop.set()
    await asyncio.wait_for(task, 1)


async def test_one_persons_backlog_keeps_nobody_waiting(
    bot: Bot, telegram: FakeTelegram, heard: Heard, until: Until
) -> None:
    heard.deadline._seconds = 60
    heard.dispatcher["surplus"] = Surplus(TEXTS, "zh-CN", test_money=True)
    telegram.push(message(1, "wait", person=1), *(message(n, f"a{n}", person=1) for n in range(2, 140)))
    telegram.push(*(tap(n, f"a{n}", person=1) for n in range(140, 151)), tap(151, "b", person=2))
    async with listening(bot, heard):
        began = asyncio.get_running_loop().time()
        await until(lambda: "b" in heard.ended)
        assert asyncio.get_running_loop().time() - began < 20, "it waits 60 s for nobody"
        taps = {f"a{n}" for n in range(140, 151)}
        await until(lambda: len(telegram.of("answerCallbackQuery")) + len(taps & set(heard.ended)) == 11)
        await until(lambda: "a6" in heard.ended)

    assert heard.began[0] == "wait", "it hid the others for too long: it was ended and its person told"
    assert "wait" not in heard.ended
    assert [text for text in heard.ended if text != "b"][:5] == ["a2", "a3", "a4", "a5", "a6"]
    notice, *later = telegram.of("sendMessage")
    assert len(later) <= 1, "one word per burst: before the line moved on, and after"
    assert notice.chat == 1
    assert TEXTS.plain("en", "test-money") in notice.params["text"]
    for answer in telegram.of("answerCallbackQuery"):
        assert answer.params["text"].startswith(TEXTS.plain("zh-CN", "one-moment"))
    assert telegram.updates == []


async def test_money_and_posts_are_never_turned_away(
    bot: Bot, telegram: FakeTelegram, heard: Heard, until: Until
) -> None:
    heard.deadline._seconds = 60
    paid = {
        "currency": "XTR", "total_amount": 1, "invoice_payload": "x", "telegram_payment_charge_id": "t",
        "provider_payment_charge_id": "p",
    }  # fmt: skip
    telegram.push(message(1, "wait", person=1), *(message(n, f"a{n}", person=1) for n in range(2, 20)))
    telegram.push(message(20, "paid", person=1, successful_payment=paid))
    telegram.push(*(channel_post(n, f"c{n}") for n in range(21, 31)))
    async with listening(bot, heard):
        await until(lambda: "c30" in heard.ended)
        heard.gate.set()
        await until(lambda: "paid" in heard.ended)

    assert heard.ended == [*(f"c{n}" for n in range(21, 31)), "wait", "a2", "a3", "a4", "a5", "a6", "paid"]


async def test_of_many_that_are_slow_only_the_first_is_hurried(
    bot: Bot, telegram: FakeTelegram, heard: Heard, until: Until
) -> None:
    heard.deadline._seconds = 60
    telegram.push(*(tap(n, f"wait{n}", person=n) for n in range(1, 121)))
    with capture_logs() as logs:
        async with listening(bot, heard):
            await until(lambda: [log for log in logs if log["event"] == "update_hurried"])
            await asyncio.sleep(0.1)
            heard.gate.set()
            await until(lambda: len(heard.ended) == 119)

    assert [log["update_id"] for log in logs if log["event"] == "update_hurried"] == [1]
    assert telegram.updates == []


GROUP = -100700
CHANNEL_CHAT = {"id": -100500, "type": "channel", "title": "C"}
TELEGRAM = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
FORWARDED: dict[str, Any] = {"sender_chat": CHANNEL_CHAT, "is_automatic_forward": True, "from": TELEGRAM}


def service(update_id: int, **what: Any) -> dict[str, Any]:
    """A group's message that nobody wrote."""
    raw = message(update_id, "", person=8, chat=GROUP, **what)
    del raw["message"]["text"]
    return raw


async def test_a_group_in_full_swing_loses_no_forward_no_new_id_and_nobodys_tip(
    bot: Bot, telegram: FakeTelegram, heard: Heard, until: Until
) -> None:
    heard.deadline._seconds = 60
    telegram.push(message(1, "wait", person=1, chat=GROUP))
    telegram.push(*(message(n, f"a{n}", person=n, chat=GROUP) for n in range(2, 10)))
    telegram.push(message(10, "post", chat=GROUP, **FORWARDED), service(11, migrate_to_chat_id=-100701))
    telegram.push(message(12, "/tip 5", person=77, chat=GROUP))
    async with listening(bot, heard):
        await until(lambda: heard.began)
        await asyncio.sleep(0.05)
        heard.gate.set()
        await until(lambda: "/tip 5" in heard.ended)

    assert heard.ended == ["wait", *(f"a{n}" for n in range(2, 10)), "post", "", "/tip 5"]
    assert telegram.updates == []


async def test_in_a_group_one_person_can_say_too_much_their_commands_are_counted_apart(
    bot: Bot, telegram: FakeTelegram, heard: Heard, until: Until
) -> None:
    heard.deadline._seconds = 60
    telegram.push(message(1, "wait", person=1, chat=GROUP))
    telegram.push(*(message(n, f"a{n}", person=2, chat=GROUP) for n in range(2, 20)))
    telegram.push(message(20, "/tip", person=2, chat=GROUP), message(21, "b", person=3, chat=GROUP))
    async with listening(bot, heard):
        await until(lambda: heard.began)
        await asyncio.sleep(0.05)
        heard.gate.set()
        await until(lambda: "b" in heard.ended)

    assert heard.ended == ["wait", *(f"a{n}" for n in range(2, 3 + MOST_WAITING)), "/tip", "b"]
    assert telegram.of("sendMessage") == [], "nobody in the group is told"


@pytest.mark.parametrize(
    "told_once", [channel_post(1, "wait"), message(1, "wait", chat=GROUP, **FORWARDED)], ids=["post", "forward"]
)
async def test_what_can_not_be_done_again_is_not_hurried(
    bot: Bot, telegram: FakeTelegram, heard: Heard, until: Until, told_once: dict[str, Any]
) -> None:
    heard.deadline._seconds = 60
    telegram.push(told_once, *(message(n, f"a{n}", person=n) for n in range(2, 130)))
    async with listening(bot, heard, grace_s=0.1):
        await until(lambda: len(heard.ended) == 99)
        await asyncio.sleep(0.6)
        assert telegram.updates[0]["update_id"] == 1

    assert telegram.updates[0]["update_id"] == 1


async def test_while_the_database_is_away_nothing_is_confirmed_others_go_on_and_who_waits_behind_is_told(
    bot: Bot, telegram: FakeTelegram, heard: Heard, until: Until
) -> None:
    heard.dispatcher["surplus"] = Surplus(TEXTS, "zh-CN", test_money=True)
    heard.away = True
    telegram.push(tap(1, "away", person=1), tap(2, "second", person=1), tap(3, "beside", person=2))
    async with listening(bot, heard):
        await until(lambda: telegram.of("answerCallbackQuery"))
        assert heard.ended == ["beside"]
        assert [update["update_id"] for update in telegram.updates] == [1, 2, 3]
        heard.away = False
        await until(lambda: len(heard.ended) == 3)

    assert heard.ended == ["beside", "away", "second"], "in their order"
    [told] = telegram.of("answerCallbackQuery")
    assert told.params["callback_query_id"] == "2"
    assert told.params["text"].startswith(TEXTS.plain("zh-CN", "error-not-saved"))
    assert telegram.updates == []


async def test_stopping_does_not_wait_for_a_database_that_is_away(
    bot: Bot, telegram: FakeTelegram, heard: Heard, until: Until
) -> None:
    heard.away = True
    telegram.push(tap(1, "away"))
    async with listening(bot, heard):
        await until(lambda: "away" in heard.began)
        await asyncio.sleep(0.05)
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 1
    assert [update["update_id"] for update in telegram.updates] == [1]


@pytest.mark.parametrize(
    ("raw", "again"),
    [
        (message(1, "x"), True),
        (tap(1, "x"), True),
        (message(1, "x", successful_payment={}), False),
        (message(1, "x", refunded_payment={}), False),
        (channel_post(1, "x"), False),
        (message(1, "x", chat=GROUP), True),
        (message(1, "x", chat=GROUP, **FORWARDED), False),
        (message(1, "x", chat=GROUP, sender_chat={"id": GROUP, "type": "supergroup"}), False),
        (service(1, migrate_to_chat_id=-100701), False),
        (service(1, migrate_from_chat_id=-701), False),
        (service(1, new_chat_members=[]), False),
        (service(1, left_chat_member={}), False),
        (service(1, photo=[]), True),
        ({"update_id": 1, "edited_message": message(1, "x")["message"]}, True),
        ({"update_id": 1, "edited_message": message(1, "x", chat=GROUP, **FORWARDED)["message"]}, False),
        ({"update_id": 1, "my_chat_member": {"chat": {"id": 1}}}, False),
        ({"update_id": 1, "pre_checkout_query": {"id": "1"}}, False),
        ({"update_id": 1, "telepathy": {}}, False),
    ],
)
def test_what_can_be_done_again(raw: dict[str, Any], again: bool) -> None:
    assert can_be_done_again(raw) is again


def test_what_waits_behind_what() -> None:
    assert queue_of(message(1, "x", person=7)) == queue_of(tap(2, "x", person=7)) == 7
    assert queue_of(message(1, "x", person=7, chat=-5)) == -5
    assert queue_of(channel_post(1, "x", chat=-9)) == -9
    assert queue_of({"update_id": 1, "poll": {"id": "x"}}) == ("update", 1)
    asked = {"id": "1", "from": {"id": 7}}
    assert queue_of({"update_id": 1, "pre_checkout_query": asked}) != 7, "it dies in ten seconds: behind nothing"
    assert queue_of({"update_id": 1, "message": None}) == ("update", 1)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 4), st.sampled_from([0.0, 0.3, 1.0, 4.0])), max_size=30),
    st.integers(1, 9),
)
def test_whatever_the_pace_order_is_kept_and_the_offset_never_passes_an_unfinished_update(
    work: list[tuple[int, float]], most: int
) -> None:
    updates = [message(10 + n, str(seconds), person=person) for n, (person, seconds) in enumerate(work)]
    began: list[int] = []
    ended: list[int] = []
    away: list[int] = []

    async def handle(raw: Any, _: Hurry) -> bool:
        again = raw["update_id"] % 7 == 0 and raw["update_id"] not in began
        began.append(raw["update_id"])
        await asyncio.sleep(float(raw["message"]["text"]))
        if not again:
            ended.append(raw["update_id"])
        return not again

    async def poll() -> None:
        hand = InHand(handle, lambda raw, _: away.append(raw["update_id"]))
        while len(ended) + len(away) < len(updates):
            offset = hand.offset or 0
            assert all(update["update_id"] in ended + away for update in updates if update["update_id"] < offset)
            hand.take([update for update in updates if update["update_id"] >= offset][:most])
            await asyncio.sleep(0.25)
        await hand.finish(1)
        assert not updates or hand.offset == updates[-1]["update_id"] + 1

    run(poll())
    assert sorted({*began, *away}) == sorted(ended + away) == [update["update_id"] for update in updates]
    for person in range(1, 5):
        theirs = [u["update_id"] for u in updates if u["message"]["from"]["id"] == person]
        assert [number for number in ended if number in theirs] == [n for n in theirs if n not in away]
        assert len(theirs) > MOST_WAITING + 1 or not set(theirs) & set(away)


async def test_who_is_too_fast_in_a_group_is_told_once_and_the_line_is_cleaned_up(
    bot: Bot, telegram: FakeTelegram, heard: Heard, work: UnitOfWork, until: Until
) -> None:
    cleanups = CleanupService(work, now=lambda: NOW)
    heard.deadline._seconds = 60
    heard.dispatcher["surplus"] = Surplus(TEXTS, "zh-CN", test_money=True, cleanups=cleanups)
    telegram.push(message(1, "wait", person=1, chat=GROUP))
    telegram.push(*(message(n, "/tip 5", person=1, chat=GROUP) for n in range(2, 20)))
    telegram.push(*(message(n, "/tip 5", person=2, chat=GROUP) for n in range(20, 40)))

    async def due() -> list[int]:
        async with work.read() as reading:
            return [c.message_id for c in await reading.cleanups.due(NOW + AFTER, 10) if c.chat == GROUP]

    async with listening(bot, heard):
        await until(due)
        heard.gate.set()
        await until(lambda: heard.ended[-1:] != ["wait"] and heard.ended)
    (line,) = telegram.of("sendMessage")
    assert line.chat == GROUP
    assert TEXTS.plain("en", "one-at-a-time-group") in line.params["text"]
    answered = json.loads(line.params["reply_parameters"])["message_id"]
    assert 7 < answered < 20, "the first that was turned away"
    assert len(await due()) == 2
    assert answered in await due()


@pytest.mark.parametrize(("text", "said"), [
    ("/weather", 0), ("hello", 0), ("/tip@other_bot 5", 0), ("/tipsy", 0), ("/tip@yizan_bot", 1),
])  # fmt: skip
async def test_what_a_group_says_to_others_is_turned_away_in_silence(
    bot: Bot, telegram: FakeTelegram, work: UnitOfWork, until: Until, text: str, said: int
) -> None:
    me = {"id": 1, "is_bot": True, "first_name": "Y", "username": "Yizan_bot"}
    telegram.plan("getMe", 200, {"ok": True, "result": me})
    surplus = Surplus(TEXTS, "zh-CN", test_money=True, cleanups=CleanupService(work))
    surplus(bot, message(1, text, chat=GROUP), first=True)
    await until(lambda: not surplus._tasks)
    assert len(telegram.of("sendMessage")) == said
