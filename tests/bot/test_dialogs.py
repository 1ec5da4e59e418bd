"""Dialogs through aiogram's own storage interface, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import StorageKey

from bot.dialogs import DialogStorage, NotJson, NotPrivate
from services.dialogs import DialogService
from storage.work import UnitOfWork
from tests.world import Time

KEY = StorageKey(bot_id=1, chat_id=7, user_id=7)


class Ask(StatesGroup):
    amount = State()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def storage(work: UnitOfWork, time: Time) -> DialogStorage:
    return DialogStorage(DialogService(work, now=time))


async def test_a_dialog_survives_a_restart(work: UnitOfWork, time: Time, storage: DialogStorage) -> None:
    context = FSMContext(storage, KEY)
    await context.set_state(Ask.amount)
    await context.update_data(post="p1", tries=2)
    await context.update_data(tries=3, list=[1, "二", None, 1.5, {"deep": True}])

    after = FSMContext(DialogStorage(DialogService(work, now=time)), KEY)
    assert await after.get_state() == "Ask:amount"
    assert await after.get_data() == {"post": "p1", "tries": 3, "list": [1, "二", None, 1.5, {"deep": True}]}
    assert await storage.get_value(KEY, "tries") == 3
    assert await storage.get_value(KEY, "nothing", "default") == "default"


async def test_state_and_data_do_not_touch_each_other(storage: DialogStorage) -> None:
    context = FSMContext(storage, KEY)
    await context.set_data({"post": "p1"})
    await context.set_state("one")
    assert await context.get_data() == {"post": "p1"}
    await context.set_state(None)
    assert await context.get_data() == {"post": "p1"}
    await context.clear()
    assert (await context.get_state(), await context.get_data()) == (None, {})


async def test_dialogs_of_others_are_others(storage: DialogStorage) -> None:
    await storage.set_state(KEY, "mine")
    others: list[dict[str, Any]] = [{"bot_id": 2}, {"chat_id": 8, "user_id": 8}, {"chat_id": 8}, {"thread_id": 3}]
    others += [{"destiny": "wizard"}, {"business_connection_id": "b"}]
    for other in others:
        assert await storage.get_state(replace(KEY, **other)) is None


async def test_where_others_can_read_along_there_is_no_dialog(storage: DialogStorage) -> None:
    group = replace(KEY, chat_id=-100)
    for refused in (storage.set_state(group, "mine"), storage.set_data(group, {"post": "p1"})):
        with pytest.raises(NotPrivate):
            await refused
    context = FSMContext(storage, group)
    await context.clear()
    assert (await context.get_state(), await context.get_data()) == (None, {})


async def test_a_dialog_is_forgotten_after_a_day(storage: DialogStorage, time: Time) -> None:
    await storage.set_state(KEY, "mine")
    time.passes(hours=23)
    assert await storage.get_state(KEY) == "mine"
    time.passes(hours=2)
    assert await storage.get_state(KEY) is None
    assert await storage.get_data(KEY) == {}


@pytest.mark.parametrize("value", [datetime(2026, 1, 1, tzinfo=UTC), {1, 2}, (1, 2), {1: "x"}, float("nan"), object()])
async def test_what_json_would_change_is_refused(storage: DialogStorage, value: object) -> None:
    with pytest.raises(NotJson, match="'when'"):
        await storage.set_data(KEY, {"when": value})
    assert await storage.get_data(KEY) == {}
