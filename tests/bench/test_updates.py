"""The rows about Telegram's updates measure what they say."""

from bench.crowd import measure_crowd
from bench.memory import measure_memory
from bench.updates import measure_updates


async def test_taps_by_webhook_are_committed_and_answered_beside_a_bare_handler(dialect: str, postgres: str):
    line = await measure_updates(dialect.removesuffix("ql"), 4, 0.5, server=postgres, runs=1)

    assert (line.name, line.callers) == ("updates", 4)
    assert 0 < line.p50_ms <= line.p99_ms
    assert line.rate > 0
    assert line.floor_rate > 0


async def test_a_crowd_has_one_tip_each_and_it_is_known_how_long_they_waited(dialect: str, postgres: str):
    line = await measure_crowd(dialect.removesuffix("ql"), people=40, server=postgres, runs=1)

    assert (line.name, line.people) == ("crowd", 40)
    assert 0 < line.p50_ms <= line.p99_ms <= line.slowest_ms
    assert line.rate > 0


def test_running_takes_at_most_90_mb_above_bare_aiogram():
    memory = measure_memory()
    assert memory.bare_mb > 50
    assert memory.above_mb < 90
