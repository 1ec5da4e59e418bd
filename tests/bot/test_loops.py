"""The turn that comes every few seconds: whatever goes wrong in one, the next one comes, until it is told to stop."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.loops import every
from services.leadership import NotLeading
from tests.bot.virtual import run

FAILED, LEFT = "counting_failed", "counting_left_to_the_leader"


async def turns_of(*troubles: Exception | None) -> list[float]:
    """When each turn came, of as many as these, each of which ends so; the last one tells it to stop."""
    stop, came, left = asyncio.Event(), list[float](), list(troubles)

    async def turn() -> None:
        came.append(asyncio.get_running_loop().time())
        trouble = left.pop(0)
        if not left:
            stop.set()
        if trouble is not None:
            raise trouble

    await every(2.0, turn, stop, failed=FAILED, left=LEFT)
    return [at - came[0] for at in came]


def test_the_first_turn_comes_at_once_and_the_others_so_many_seconds_after() -> None:
    assert run(turns_of(None, None, None)) == [0, 2, 4]


@pytest.mark.parametrize(("trouble", "said", "level"), [
    (OSError("gone"), FAILED, "warning"), (ValueError("odd"), FAILED, "error"), (NotLeading(), LEFT, "info"),
])  # fmt: skip
def test_a_turn_that_fails_is_logged_and_the_next_one_comes(trouble: Exception, said: str, level: str) -> None:
    with capture_logs() as logged:
        assert run(turns_of(trouble, trouble, None)) == [0, 2, 4]
    assert [(line["event"], line["log_level"]) for line in logged] == [(said, level)] * 2


def test_told_to_stop_it_does_not_wait_for_the_next_turn() -> None:
    async def stopped() -> float:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        began = loop.time()
        loop.call_later(0.5, stop.set)

        async def turn() -> None:
            return None

        await every(60.0, turn, stop, failed=FAILED, left=LEFT)
        return loop.time() - began

    assert run(stopped()) == 0.5


def test_a_cancellation_ends_it() -> None:
    async def cancelled() -> bool:
        async def turn() -> None:
            await asyncio.Event().wait()

        task = asyncio.create_task(every(2.0, turn, asyncio.Event(), failed=FAILED, left=LEFT))
        asyncio.get_running_loop().call_later(1.0, task.cancel)
        with pytest.raises(asyncio.CancelledError):
            await task
        return task.cancelled()

    assert run(cancelled())
