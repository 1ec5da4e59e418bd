"""What may be a moment old is looked up once a moment."""

import asyncio

import pytest

from services.briefly import MOST, Briefly


async def test_it_is_looked_up_again_when_it_is_old():
    moment, asked = [0.0], []

    async def look_up() -> int:
        asked.append(moment[0])
        return len(asked)

    briefly: Briefly[str, int] = Briefly(1.0, now=lambda: moment[0])
    assert [await briefly.get("a", look_up) for _ in range(3)] == [1, 1, 1]
    moment[0] = 1.0
    assert await briefly.get("a", look_up) == 2
    assert asked == [0.0, 1.0]


async def test_it_does_not_grow_without_end():
    briefly: Briefly[int, int] = Briefly()

    async def look_up() -> int:
        return 1

    for number in range(MOST + 1):
        await briefly.get(number, look_up)
    assert len(briefly._known) == 1


async def test_who_asks_at_the_same_moment_shares_one_look():
    looks = 0

    async def look_up() -> int:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0)
        return looks

    briefly: Briefly[str, int] = Briefly()
    hasty = asyncio.create_task(briefly.get("a", look_up))
    others = asyncio.gather(*(briefly.get("a", look_up) for _ in range(50)))
    await asyncio.sleep(0)
    hasty.cancel()
    assert await others == [1] * 50


async def test_what_failed_is_looked_up_again():
    answers: list[int | Exception] = [ValueError("away"), 7]

    async def look_up() -> int:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    briefly: Briefly[str, int] = Briefly()
    with pytest.raises(ValueError, match="away"):
        await briefly.get("a", look_up)
    assert await briefly.get("a", look_up) == 7
