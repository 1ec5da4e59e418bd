"""One update of a person at a time; a lock is forgotten as soon as nobody holds or awaits it."""

import asyncio
from collections.abc import AsyncGenerator, Hashable
from contextlib import asynccontextmanager

from aiogram.fsm.storage.base import BaseEventIsolation, StorageKey


class KeyedLock:
    """Locks by key, made when wanted; memory is bounded by what is in use."""

    def __init__(self) -> None:
        """Nothing is locked."""
        self._locks: dict[Hashable, tuple[asyncio.Lock, int]] = {}

    def __len__(self) -> int:
        """How many keys are held or awaited."""
        return len(self._locks)

    @asynccontextmanager
    async def hold(self, key: Hashable) -> AsyncGenerator[None, None]:
        """Hold the key; who else wants it waits, first come first served."""
        lock, users = self._locks.get(key, (asyncio.Lock(), 0))
        self._locks[key] = lock, users + 1
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks[key]
            if users == 1:
                del self._locks[key]
            else:
                self._locks[key] = lock, users - 1


class PersonIsolation(BaseEventIsolation):
    """Updates of one person run one after the other, in whatever chats they act."""

    def __init__(self) -> None:
        """Nobody is acting."""
        self.locks = KeyedLock()

    @asynccontextmanager
    async def lock(self, key: StorageKey) -> AsyncGenerator[None, None]:
        """Hold the person of this key."""
        async with self.locks.hold((key.bot_id, key.user_id)):
            yield

    async def close(self) -> None:
        """Nothing to close: each holder lets go by itself."""
