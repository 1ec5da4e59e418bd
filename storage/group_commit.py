"""Group commit: whoever waits is served by one transaction, since one commit costs one fsync however much it holds."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final, Generic, TypeVar

import structlog
from prometheus_client import Counter, Histogram
from sqlalchemy.exc import DBAPIError, IntegrityError

from storage.engines import passing
from storage.work import DatabaseTrouble, UnitOfWork, Work

Request = TypeVar("Request")
Result = TypeVar("Result")
Step = Callable[[Work, Sequence[Request]], Coroutine[Any, Any, Sequence[Result | Exception]]]

log = structlog.get_logger()
BATCH_SIZE: Final = Histogram(
    "group_commit_batch_size",
    "Callers served by one commit",
    ["work"],
    buckets=(1, 2, 5, 10, 25, 50, 100, 250, 500, 1000),
)
AGAIN: Final = Counter(
    "group_commit_retries_total",
    "Commits that were begun again: the database gave them up for another's sake",
    ["work", "reason"],
)
TRIES: Final = 4
# Turns of the event loop before a commit, in which whoever the last one answered may ask for more; no time is waited.
# Without them two halves of the callers take turns, each waiting for the other's commit.
TURNS: Final = 2
LONG_S: Final = 2.0


class StepBroken(RuntimeError):
    """The step gave back another number of results than it got requests: a mistake in the program."""


class GroupCommit(Generic[Request, Result]):
    """Calls `step` with all requests that wait (at most `most`), in one unit of work; each caller gets its own result.

    The step answers per item, an exception for an item that is refused: the others are committed all the same.
    A caller that is cancelled may have been committed: ask again with the same key. `GroupCommit` records; what
    needs the network comes after it, outside.
    """

    def __init__(
        self,
        unit: UnitOfWork,
        step: Step[Request, Result],
        *,
        name: str = "other",
        most: int = 1000,
        done: Callable[[Sequence[Result | Exception]], None] | None = None,
    ) -> None:
        """Serve at most `most` callers per commit; `done` hears of each commit's results (for the log).

        `name` is its label in the metrics.
        """
        self._name = name
        self._unit, self._step, self._most, self._done = unit, step, most, done
        self._size = BATCH_SIZE.labels(name)
        self._waiting: deque[tuple[Request, asyncio.Future[Result]]] = deque()
        self._drainer: asyncio.Task[None] | None = None

    async def __call__(self, request: Request) -> Result:
        """Wait for this request's own result. Raises: what the step answered for it, or the database's error."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, future))
        if self._drainer is None or self._drainer.done():
            self._drainer = asyncio.create_task(self._drain(), name="group_commit")
        return await future

    async def _drain(self) -> None:
        while self._waiting:
            batch: list[tuple[Request, asyncio.Future[Result]]] = []
            try:
                for _ in range(TURNS):
                    await asyncio.sleep(0)
                batch = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
                await self._commit(batch)
            except BaseException:
                for _, future in [*batch, *self._waiting]:
                    future.cancel()
                self._waiting.clear()
                raise

    async def _commit(self, batch: Sequence[tuple[Request, "asyncio.Future[Result]"]], tries: int = TRIES) -> None:
        began = time.monotonic()
        try:
            results = await self._attempt(batch)
        except IntegrityError as error:
            # One poisoned item must not take its neighbours along; halves find it in log2(n) commits. Alone it may only
            # have met another process's row, which it sees the next time.
            log.warning("group_commit_split", items=len(batch), error=str(error.orig))
            if len(batch) > 1:
                middle = len(batch) // 2
                await self._commit(batch[:middle])
                await self._commit(batch[middle:])
            elif tries > 1:
                await self._commit(batch, tries - 1)
            else:
                _fail(batch, error)
        except (DBAPIError, DatabaseTrouble, OSError, TimeoutError) as error:
            # One that waited long for a lock would wait as long again, and somebody waits for an answer.
            reason = passing(error.__cause__ or error)
            if tries > 1 and reason is not None and time.monotonic() - began < LONG_S:
                # Rows are locked in one order, so a deadlock is a mistake of ours: it must not pass unseen.
                AGAIN.labels(self._name, reason).inc()
                log.warning("group_commit_again", work=self._name, reason=reason, items=len(batch))
                await self._commit(batch, tries - 1)
                return
            log.error("group_commit_failed", items=len(batch), error=type(error).__name__)
            _fail(batch, error)
        except Exception as error:  # noqa: BLE001 - every waiting caller must learn of it
            _fail(batch, error)
        else:
            self._size.observe(len(batch))
            if self._done is not None:
                self._done(results)
            _answer(batch, results)

    async def _attempt(self, batch: Sequence[tuple[Request, "asyncio.Future[Result]"]]) -> Sequence[Result | Exception]:
        async def step(work: Work) -> Sequence[Result | Exception]:
            results = await self._step(work, [request for request, _ in batch])
            if len(results) != len(batch):
                raise StepBroken(f"{len(results)} results for {len(batch)} requests")
            return results

        return await self._unit.run(step)


def _answer(batch: Sequence[tuple[Request, "asyncio.Future[Result]"]], results: Sequence[Result | Exception]) -> None:
    for (_, future), result in zip(batch, results, strict=True):
        if future.done():
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)


def _fail(batch: Sequence[tuple[Request, "asyncio.Future[Result]"]], error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)
