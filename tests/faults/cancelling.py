"""A task that is cancelled at the n-th thing it waits for, wherever in its calls that is."""

import asyncio
import types
from collections.abc import Coroutine, Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")


class Cancelling:
    """Counts what coroutines wait for; at the `at`-th, cancels the task that waits. 0: never."""

    def __init__(self, at: int) -> None:
        """Count from here."""
        self.at, self.waits = at, 0

    @property
    def struck(self) -> bool:
        """Whether it came to the `at`-th."""
        return 0 < self.at <= self.waits

    async def within(self, work: Coroutine[Any, Any, T]) -> T:
        """Run this instead of `work`."""
        return await self._step(work)

    @types.coroutine
    def _step(self, work: Coroutine[Any, Any, T]) -> Generator[Any, Any, T]:
        step, value = work.send, None
        while True:
            try:
                waited_for = step(value)
            except StopIteration as done:
                return done.value  # type: ignore[no-any-return]
            self.waits += 1
            if self.waits == self.at and (task := asyncio.current_task()) is not None:
                task.cancel()  # reaches it at this very wait
            try:
                value = yield waited_for
                step = work.send
            except BaseException as error:  # noqa: BLE001 - it is the work's to handle
                value, step = error, work.throw


@contextmanager
def tasks_of(functions: set[str], cancelling: Cancelling) -> Iterator[None]:
    """Tasks of these functions (qualified names), made in the block, are cancelled, not those who wait for them."""
    loop = asyncio.get_running_loop()

    def make(_loop: object, work: Any, **values: Any) -> asyncio.Task[Any]:
        chosen = getattr(work, "__qualname__", "") in functions
        return asyncio.Task(cancelling.within(work) if chosen else work, loop=loop, **values)

    loop.set_task_factory(make)
    try:
        yield
    finally:
        loop.set_task_factory(None)
