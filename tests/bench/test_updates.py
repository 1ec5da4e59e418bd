"""The rows about Telegram's updates measure what they say."""

import itertools

import orjson
import pytest
from aiogram.types import Update

from bench.crowd import measure_crowd
from bench.memory import measure_memory
from bench.over_http import NAMES, measure_over_http
from bench.over_http.bodies import TOO_SMALL, Plan, Refused, bodies
from bot.callbacks import TipTap
from bot.lane import TapLane
from giving.ids import token_of
from storage.ids import new_id


@pytest.mark.parametrize("name", NAMES)
async def test_requests_over_http_are_done_beside_a_bare_handler(name: str, dialect: str, postgres: str):
    line = await measure_over_http(name, dialect.removesuffix("ql"), 4, 0.5, server=postgres, runs=1)

    assert (line.name, line.callers) == (name, 4)
    assert 0 < line.p50_ms <= line.p99_ms
    assert line.rate > 0
    assert line.floor_rate


def test_taps_are_as_telegram_sends_them_and_some_come_twice():
    post = new_id()
    plan = Plan("taps", (), [(7, 'A "b" 陈', "en")], [(token_of(post), -1001, 12)], [1.0])
    made = list(itertools.islice(bodies(plan), 400))
    updates = [Update.model_validate_json(body) for body in made]

    assert 5 < len(made) - len(set(made)) < 60
    query = updates[0].callback_query
    assert query is not None
    assert query.message is not None
    assert (query.from_user.full_name, query.message.chat.id, query.message.message_id) == ('A "b" 陈', -1001, 12)
    assert TipTap.unpack(query.data or "").post == post
    lane = TapLane(1, *[None] * 4)  # type: ignore[arg-type]
    assert all(lane.read(orjson.loads(body)) for body in made), "the lane understands each"


def test_some_taps_are_for_too_little_or_for_a_closed_project():
    post, closed = new_id(), new_id()
    plan = Plan(
        "taps", (), [(7, "A", "en")], [(token_of(post), -1001, 12)], [1.0], refusals=0.03,
        closed=(token_of(closed), -1002, 3), first=1_001,
    )  # fmt: skip
    made = list(itertools.islice(bodies(plan), 1_000))
    refused = [
        TipTap.unpack(orjson.loads(bytes(body))["callback_query"]["data"]) for body in made if isinstance(body, Refused)
    ]

    assert 10 < len(refused) < 60
    assert {(tap.post, tap.minor == TOO_SMALL) for tap in refused} == {(post, True), (closed, False)}
    assert orjson.loads(bytes(made[0]))["update_id"] == 1_001


async def test_a_crowd_has_one_tip_each_and_it_is_known_how_long_they_waited(dialect: str, postgres: str):
    line = await measure_crowd(dialect.removesuffix("ql"), people=40, server=postgres, runs=1)

    assert (line.name, line.people) == ("crowd", 40)
    assert 0 < line.p50_ms <= line.p99_ms <= line.slowest_ms
    assert line.rate > 0


def test_running_takes_at_most_90_mb_above_bare_aiogram():
    memory = measure_memory()
    assert memory.bare_mb > 50
    assert memory.above_mb < 90
