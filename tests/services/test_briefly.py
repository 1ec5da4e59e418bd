"""What may be a moment old is looked up once a moment."""

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
