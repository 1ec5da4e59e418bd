"""Dialogs of aiogram's FSM in our database: they survive a restart and are shared by replicas."""

import json
from collections.abc import Mapping
from typing import Any

from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey

from services.dialogs import Dialog, DialogService


class NotJson(TypeError):
    """Dialog data would not come back from JSON as it went in: a mistake in the program."""


class NotPrivate(RuntimeError):
    """A dialog where others can read along: a mistake in the program."""


def row_key(key: StorageKey) -> str:
    """One row per bot, chat, person, thread and destiny."""
    where = (key.bot_id, key.chat_id, key.user_id, key.thread_id or 0, key.destiny)
    business = (key.business_connection_id,) if key.business_connection_id else ()
    return ":".join(str(part) for part in (*where, *business))


class DialogStorage(BaseStorage):
    """State and data of a dialog in one row. Callers hold the person's lock (bot/isolation.py) while they change it.

    Dialogs are had in private, where the chat's number is the person's. Elsewhere there is none to look for, which
    nearly every tap on a giving day would otherwise have to wait for.
    """

    def __init__(self, dialogs: DialogService) -> None:
        """Keep dialogs there."""
        self._dialogs = dialogs

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        """Replace the state, keep the data. Raises: NotPrivate."""
        name = state.state if isinstance(state, State) else state
        await self._put(key, name, await self.get_data(key))

    async def get_state(self, key: StorageKey) -> str | None:
        """Return the state's name."""
        dialog = await self._get(key)
        return dialog.state if dialog else None

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        """Replace the data, keep the state. Raises: NotJson, NotPrivate."""
        await self._put(key, await self.get_state(key), _checked(data))

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        """Return the data, the caller's own copy."""
        dialog = await self._get(key)
        return dict(dialog.data) if dialog else {}

    async def close(self) -> None:
        """Nothing to close: the database is its owner's."""

    async def _get(self, key: StorageKey) -> Dialog | None:
        return await self._dialogs.get(row_key(key)) if key.chat_id == key.user_id else None

    async def _put(self, key: StorageKey, state: str | None, data: Mapping[str, object]) -> None:
        if key.chat_id == key.user_id:
            await self._dialogs.put(row_key(key), state, data)
        elif state is not None or data:
            raise NotPrivate(f"a dialog in chat {key.chat_id}")


def _checked(data: Mapping[str, Any]) -> dict[str, object]:
    plain = dict(data)
    for name, value in plain.items():
        try:
            same = isinstance(name, str) and json.loads(json.dumps(value, allow_nan=False)) == value
        except (TypeError, ValueError):
            same = False
        if not same:
            raise NotJson(f"dialog data {name!r} ({type(value).__name__}) is not plain JSON; keep a string or a number")
    return plain
