"""Group read: whoever asks at the same time is answered from one look into the database."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final, Generic, TypeVar

from storage.work import UnitOfWork, Work

# Turns of the event loop before a look, in which others who were just woken may ask too; no time is waited.
TURNS: Final = 2
Request = TypeVar("Request")
Result = TypeVar("Result")


class GroupRead(Generic[Request, Result]):
    """Calls `step` with all requests that wait, in one read; takes no write lock, so a writer is in nobody's way."""

    def __init__(
        self, unit: UnitOfWork, step: Callable[[Work, Sequence[Request]], Coroutine[Any, Any, Sequence[Result]]]
    ) -> None:
        """`step` answers each request, in their order, and waits for nothing but its database."""
        self._unit, self._step = unit, step
        self._waiting: list[tuple[Request, asyncio.Future[Result]]] = []
        self._reader: asyncio.Task[None] | None = None

    async def __call__(self, request: Request) -> Result:
        """Wait for this request's answer. Raises: the database's error."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, future))
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read(), name="group_read")
        return await future

    async def _read(self) -> None:
        while self._waiting:
            for _ in range(TURNS):
                await asyncio.sleep(0)
            batch, self._waiting = self._waiting, []
            try:
                results = await self._look([request for request, _ in batch])
            except Exception as error:  # noqa: BLE001 - every waiting caller must learn of it
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
            except BaseException:
                for _, future in batch:
                    future.cancel()
                raise
            else:
                for (_, future), result in zip(batch, results, strict=True):
                    if not future.done():
                        future.set_result(result)

    async def _look(self, requests: Sequence[Request]) -> Sequence[Result]:
        async def step(work: Work) -> Sequence[Result]:
            return await self._step(work, requests)

        return await self._unit.look(step)
