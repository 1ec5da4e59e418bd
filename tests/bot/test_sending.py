"""The limiter: exact in virtual time, obedient to 429, careful about what may be said twice."""

import asyncio
import random
import time
from itertools import pairwise
from typing import Any, cast

import pytest
import uvloop
from aiogram import Bot
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import (
    AnswerCallbackQuery,
    EditMessageText,
    GetChat,
    SendChatAction,
    SendMessage,
    SetMyCommands,
    TelegramMethod,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pace import Limits, Pace, Priority
from bot.sending import Limiter, sending_as
from tests.bot.virtual import run

BOT = cast(Bot, None)
GROUP = -100


def say(chat: int | str = 1) -> SendMessage:
    return SendMessage(chat_id=chat, text="hello")


class Wire:
    """Where calls go instead of to Telegram; remembers when, and fails as told."""

    def __init__(self, *failures: Exception) -> None:
        self.sent: list[tuple[float, int | str | None, Priority]] = []
        self.failures = list(failures)

    async def __call__(self, bot: Bot, method: TelegramMethod[Any]) -> Any:
        self.sent.append((asyncio.get_running_loop().time(), getattr(method, "chat_id", None), Priority.ANSWER))
        if self.failures:
            raise self.failures.pop(0)
        return "answer"

    @property
    def times(self) -> list[float]:
        return [round(at - 1000, 6) for at, _, _ in self.sent]


def together(wire: Wire, limiter: Limiter, *methods: TelegramMethod[Any], priority: Priority = Priority.ANSWER) -> None:
    async def all_at_once() -> None:
        with sending_as(priority, patience_s=600):
            await asyncio.gather(*(limiter(wire, BOT, method) for method in methods))

    run(all_at_once())


Arrival = tuple[float, int | str, Priority]
ARRIVALS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.0, 0.0, 0.1, 0.37, 1.0, 2.5]),
        st.sampled_from([1, 2, 3, 4, GROUP, "@channel"]),
        st.sampled_from(list(Priority)),
    ),
    max_size=60,
)
LIMITS = st.builds(
    Limits,
    messages_per_second=st.integers(1, 30),
    paid_per_second=st.integers(30, 40),
    per_group_per_minute=st.integers(1, 20),
    counters_per_second=st.integers(1, 10),
)


async def schedule(limiter: Limiter, arrivals: list[Arrival]) -> list[tuple[float, int | str, Priority]]:
    sent: list[tuple[float, int | str, Priority]] = []

    async def send(chat: int | str, priority: Priority) -> None:
        async def wire(bot: Bot, method: TelegramMethod[Any]) -> Any:
            sent.append((asyncio.get_running_loop().time(), chat, priority))

        with sending_as(priority, patience_s=1e6):
            await limiter(wire, BOT, say(chat))

    async with asyncio.TaskGroup() as group:
        for pause, chat, priority in arrivals:
            await asyncio.sleep(pause)
            group.create_task(send(chat, priority))
    return sent


def never_more(times: list[float], most: int, span: float) -> bool:
    return all(late - early >= span - 1e-9 for early, late in zip(times, times[most:], strict=False))


@settings(max_examples=150, deadline=None)
@given(ARRIVALS, LIMITS)
def test_no_schedule_passes_a_limit_and_everything_is_sent(arrivals: list[Arrival], limits: Limits) -> None:
    sent = run(schedule(Limiter(limits), arrivals))

    assert sorted((c, p) for _, c, p in sent if isinstance(c, int)) == sorted(
        (c, p) for _, c, p in arrivals if isinstance(c, int)
    )
    assert len(sent) == len(arrivals)
    assert never_more([at for at, _, p in sent if p is not Priority.PAID], limits.messages_per_second, 1.0)
    assert never_more([at for at, _, _ in sent], limits.paid_per_second, 1.0)
    assert never_more([at for at, _, p in sent if p is Priority.COUNTER], limits.counters_per_second, 1.0)
    for chat in {chat for _, chat, _ in sent}:
        here = [(at, priority) for at, c, priority in sent if c == chat]
        times = [at for at, _ in here]
        assert all(times[j] - times[i] >= j - i - 2 - 1e-9 for i in range(len(times)) for j in range(i, len(times)))
        assert all(b - a >= 1 - 1e-9 for (a, _), (b, priority) in pairwise(here) if priority is not Priority.ANSWER)
        if isinstance(chat, str) or chat < 0:
            assert never_more(times, limits.per_group_per_minute, 60.0)


def test_thirty_a_second_over_all_chats() -> None:
    wire = Wire()
    together(wire, Limiter(), *(say(chat) for chat in range(1, 92)))
    assert [wire.times.count(second) for second in (0, 1, 2, 3)] == [30, 30, 30, 1]


def test_three_answers_in_a_row_then_one_a_second() -> None:
    wire = Wire()
    together(wire, Limiter(), *[say()] * 5)
    assert wire.times == [0, 0, 0, 1, 2]


def test_receipts_to_one_person_are_a_second_apart() -> None:
    wire = Wire()
    together(wire, Limiter(), *[say()] * 3, priority=Priority.RECEIPT)
    assert wire.times == [0, 1, 2]


def test_counters_leave_a_quarter_of_a_groups_minute_to_answers() -> None:
    wire, limiter = Wire(), Limiter()

    async def busy_channel() -> None:
        with sending_as(Priority.COUNTER, patience_s=50):
            counters = [limiter(wire, BOT, EditMessageText(text="x", chat_id=GROUP, message_id=n)) for n in range(30)]
            results = await asyncio.gather(*counters, return_exceptions=True)
        assert [type(result) for result in results if isinstance(result, Exception)] == [TelegramRetryAfter] * 15
        await limiter(wire, BOT, say(GROUP))

    run(busy_channel())
    assert len(wire.sent) == 16
    assert wire.times[-1] == 50


def test_an_answer_overtakes_what_waits_and_a_full_chat_blocks_nobody_else() -> None:
    limiter = Limiter(Limits(messages_per_second=1))
    sent = run(
        schedule(
            limiter,
            [
                (0.0, 1, Priority.COUNTER),
                (0.1, 1, Priority.RECEIPT),
                (0.0, 2, Priority.COUNTER),
                (0.0, 3, Priority.NOTICE),
                (0.0, 4, Priority.ANSWER),
            ],
        )
    )
    assert [chat for _, chat, _ in sent] == [1, 4, 1, 3, 2]


def test_taps_and_questions_do_not_wait() -> None:
    wire, limiter = Wire(), Limiter(Limits(messages_per_second=1))
    free: list[TelegramMethod[Any]] = [
        AnswerCallbackQuery(callback_query_id="1"), GetChat(chat_id=1), SendChatAction(chat_id=1, action="typing"),
        SetMyCommands(commands=[]),
    ]  # fmt: skip
    together(wire, limiter, say(), *free * 5)
    assert wire.times == [0] * 21


def test_retry_after_is_obeyed_for_the_chat_alone() -> None:
    wire = Wire(TelegramRetryAfter(say(), "Too Many Requests", 5))
    together(wire, Limiter(), say(1), say(2), say(1))
    assert [(at - 1000, chat) for at, chat, _ in wire.sent] == [(0, 1), (0, 2), (5, 1), (5, 1)]


def test_two_people_told_to_wait_pause_everything() -> None:
    wire, limiter = Wire(TelegramRetryAfter(say(), "", 5), TelegramRetryAfter(say(), "", 7)), Limiter()

    async def scene() -> None:
        waiting = [asyncio.create_task(limiter(wire, BOT, say(chat))) for chat in (1, 2)]
        await asyncio.sleep(0.5)
        await limiter(wire, BOT, say(3))
        await asyncio.gather(*waiting)

    run(scene())
    assert wire.times[:2] == [0, 0]
    assert min(wire.times[2:]) == 7


def test_two_groups_told_to_wait_do_not_hold_people_up() -> None:
    pace = Pace(Limits())
    pace.refused(0, GROUP, 40)
    pace.refused(0, "@channel", 40)
    assert pace.ready_at(1, 1, Priority.ANSWER) == 1
    assert pace.ready_at(1, GROUP, Priority.ANSWER) == 40


def test_a_wait_longer_than_the_callers_patience_is_the_callers() -> None:
    wire = Wire(TelegramRetryAfter(say(), "", 30))
    with pytest.raises(TelegramRetryAfter):
        run(cast(Any, Limiter()(wire, BOT, say())))
    assert wire.times == [0]


def test_no_turn_in_time_says_when_to_come_back() -> None:
    limiter, wire = Limiter(), Wire()

    async def scene() -> int:
        await limiter(wire, BOT, say())
        with sending_as(Priority.NOTICE, patience_s=0.25), pytest.raises(TelegramRetryAfter) as caught:
            await limiter(wire, BOT, say())
        return caught.value.retry_after

    assert run(scene()) == 1
    assert len(wire.sent) == 1


def _lost() -> TelegramNetworkError:
    return TelegramNetworkError(say(), "Request timeout error")


def test_a_message_whose_answer_was_lost_is_not_said_twice() -> None:
    for failure in (_lost(), TelegramServerError(say(), "Bad Gateway")):
        wire = Wire(failure)
        with pytest.raises(type(failure)):
            run(cast(Any, Limiter()(wire, BOT, say())))
        assert len(wire.sent) == 1


def test_an_edit_whose_answer_was_lost_is_tried_again_and_not_modified_means_it_arrived() -> None:
    edit = EditMessageText(text="x", chat_id=1, message_id=1)
    wire = Wire(_lost(), TelegramServerError(edit, "Bad Gateway"), TelegramBadRequest(edit, "message is not modified"))

    assert run(cast(Any, Limiter()(wire, BOT, edit))) is True
    assert len(wire.sent) == 3


def test_an_edit_that_never_gets_through_is_given_up() -> None:
    wire = Wire(*[_lost() for _ in range(9)])
    with pytest.raises(TelegramNetworkError):
        run(cast(Any, Limiter()(wire, BOT, EditMessageText(text="x", chat_id=1, message_id=1))))
    assert len(wire.sent) == 4


@pytest.mark.parametrize("refusal", [TelegramForbiddenError(say(), "blocked"), TelegramBadRequest(say(), "empty")])
def test_a_refusal_is_final(refusal: Exception) -> None:
    wire = Wire(refusal)
    with pytest.raises(type(refusal)):
        run(cast(Any, Limiter()(wire, BOT, say())))
    assert len(wire.sent) == 1


def test_who_gives_up_leaves_no_trace() -> None:
    limiter, wire = Limiter(), Wire()

    async def scene() -> None:
        for _ in range(3):
            await limiter(wire, BOT, say())
        impatient = asyncio.create_task(cast(Any, limiter(wire, BOT, say())))
        await asyncio.sleep(0.1)
        impatient.cancel()
        await asyncio.gather(impatient, return_exceptions=True)
        await limiter(wire, BOT, say())

    run(scene())
    assert wire.times == [0, 0, 0, 1]
    assert not any(limiter._waiting.values())


def test_idle_chats_are_forgotten() -> None:
    pace = Pace(Limits(messages_per_second=1000))
    for second in range(20):
        for chat in range(1, 500):
            pace.took(second * 2.0, second * 1000 + chat, Priority.ANSWER)
    assert len(pace) < 1500


def test_under_load_an_answer_waits_for_nobody_less_urgent() -> None:
    """A busy minute: 1,000 receipts and counters without end, and each second five people who tap."""
    limiter, waited = Limiter(), dict[Priority, list[float]]()

    async def send(chat: int, priority: Priority) -> None:
        began = asyncio.get_running_loop().time()

        async def wire(bot: Bot, method: TelegramMethod[Any]) -> Any:
            waited.setdefault(priority, []).append(asyncio.get_running_loop().time() - began)

        with sending_as(priority, patience_s=1e6):
            await limiter(wire, BOT, say(chat))

    async def scene() -> None:
        async with asyncio.TaskGroup() as group:
            for n in range(1000):
                group.create_task(send(10_000 + n, Priority.RECEIPT))
            for n in range(1000):
                group.create_task(send(-1 - n, Priority.COUNTER))
            for second in range(30):
                for n in range(5):
                    group.create_task(send(50_000 + 5 * second + n, Priority.ANSWER))
                await asyncio.sleep(1)

    run(scene())
    assert max(waited[Priority.ANSWER]) <= 1.0
    assert max(waited[Priority.RECEIPT]) < 1150 / 30 + 1, "receipts waited for answers and for each other alone"
    assert min(waited[Priority.COUNTER]) > 30, "counters only once the receipts were gone"


def test_a_chat_that_is_told_to_wait_keeps_its_own_messages_in_hand_and_nobody_elses() -> None:
    wire, limiter = Wire(TelegramRetryAfter(say(GROUP), "", 9)), Limiter()

    async def scene() -> None:
        waiting = asyncio.create_task(limiter(wire, BOT, say(GROUP)))
        await asyncio.sleep(0.1)
        for chat in range(1, 6):
            await limiter(wire, BOT, say(chat))
        await waiting

    run(scene())
    assert wire.times == [0, 0.1, 0.1, 0.1, 0.1, 0.1, 9]


class Road:
    """A way to Telegram on which messages take their time; remembers when they arrived there."""

    def __init__(self, there_s: list[float]) -> None:
        self.there_s, self.arrived = iter(there_s), list[float]()

    async def __call__(self, bot: Bot, method: TelegramMethod[Any]) -> Any:
        await asyncio.sleep(next(self.there_s))
        self.arrived.append(asyncio.get_running_loop().time())
        await asyncio.sleep(0.005)


async def broadcast(limiter: Limiter, road: Road, number: int, priority: Priority = Priority.BROADCAST) -> None:
    """As the sender does: a few at a time wait for their turn."""
    at_once = asyncio.Semaphore(60)

    async def one(chat: int) -> None:
        async with at_once:
            await limiter(road, BOT, say(chat))

    with sending_as(priority, patience_s=1e6):
        await asyncio.gather(*(one(chat) for chat in range(1, number + 1)))


def test_a_message_that_was_long_on_its_way_counts_from_when_it_arrived() -> None:
    road = Road([0.4] + [0.005] * 99)
    run(broadcast(Limiter(), road, 100))
    assert never_more(sorted(road.arrived), 30, 1.0)


def test_an_uneven_road_passes_no_limit_and_costs_little() -> None:
    dice = random.Random(7)
    road = Road([0.005 + dice.expovariate(1 / 0.01) for _ in range(900)])
    run(broadcast(Limiter(), road, 900))
    arrived = sorted(road.arrived)
    assert never_more(arrived, 30, 0.998)
    assert 900 / (arrived[-1] - arrived[0]) > 29.4  # the first seconds don't know the road yet


def test_a_broadcast_goes_evenly_and_leaves_a_place_to_who_is_more_urgent() -> None:
    """A minute of it at 30 a second: receipts wait for a moment, and counters don't stand still."""
    limiter, road, waited = Limiter(), Road([0.005] * 5000), dict[Priority, list[float]]()

    async def send(chat: int, priority: Priority) -> None:
        began = asyncio.get_running_loop().time()

        async def wire(bot: Bot, method: TelegramMethod[Any]) -> Any:
            waited.setdefault(priority, []).append(asyncio.get_running_loop().time() - began)
            await road(bot, method)

        with sending_as(priority, patience_s=1e6):
            await limiter(wire, BOT, say(chat))

    async def scene() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(broadcast(limiter, road, 1700))
            for second in range(50):
                for n in range(3):
                    group.create_task(send(50_000 + 10 * second + n, Priority.RECEIPT))
                group.create_task(send(-1 - second, Priority.COUNTER))
                await asyncio.sleep(1)

    run(scene())
    arrived = sorted(road.arrived)
    assert never_more(arrived, 30, 0.999)
    assert max(waited[Priority.RECEIPT]) < 0.3
    assert max(waited[Priority.COUNTER]) < 2
    assert 1500 / (arrived[1500] - arrived[0]) > 29.5


def test_the_paid_rate_has_limits_of_its_own() -> None:
    limiter, road = Limiter(), Road([0.005] * 4000)

    async def scene() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(broadcast(limiter, road, 3000, Priority.PAID))
            await asyncio.sleep(0.5)
            with sending_as(Priority.RECEIPT):
                for chat in range(-20, 0):
                    await limiter(road, BOT, say(str(chat)))

    run(scene())
    arrived = sorted(road.arrived)
    assert never_more(arrived, 1000, 0.999)
    assert arrived[-1] - arrived[0] < 3000 / 950


def test_uvloop_is_not_woken_for_what_is_not_yet_due() -> None:
    """Its timers round to the millisecond: what is due in half of one would be called at once, again and again."""
    looks = 0

    class Watched(Limiter):
        def _give_turns(self) -> None:
            nonlocal looks
            looks += 1
            super()._give_turns()

    uvloop.run(broadcast(Watched(clock=time.monotonic), Road([0.0] * 400), 400, Priority.PAID))
    assert looks < 400 * 5


def test_an_answer_that_is_read_late_does_not_free_its_place_early() -> None:
    """While the loop works its clock stands still, so an answer would seem to have come when that began."""
    now = [0.0]

    async def scene() -> float:
        limiter = Limiter(Limits(messages_per_second=1), clock=lambda: now[0])
        sent_at = await limiter.turn(1, Priority.RECEIPT, asyncio.get_running_loop().time() + 60)
        now[0] = 0.5
        limiter.answered(sent_at, Priority.RECEIPT)
        return limiter._pace.ready_at(now[0], 2, Priority.RECEIPT)

    assert run(scene()) == pytest.approx(1.5, abs=0.001)
