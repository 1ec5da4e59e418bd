"""Rails inside Telegram asked by a command, which has no bot of its own."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from launch.doctor.machine import rails as rails_checked
from launch.doctor.network import reached_rails
from launch.service.rails import rails_of
from launch.telegram_rails import asked_by_a_bot
from payments.provider import RailDown
from settings import Settings
from tests.payments.stars_town import ALICE, TOKEN, open_box
from tests.processes import ROOT

NOW = datetime.now(UTC)
READ = "I have read docs/rails.md: Stars and charity"


def settings(url: str, *, token: str | None = TOKEN, **stars: Any) -> Settings:
    on = {"enabled": ["stars"], "stars": {"acknowledged": READ} | stars}
    return Settings.model_validate(
        {"telegram": {"token": token, "api_base": url}, "rails": on, "tips": {"currency": "XTR"}}
    )


async def test_records_are_read_while_it_lasts_and_not_after(tmp_path: Path):
    async with open_box(tmp_path) as box:
        with box.state.change():
            box.state.run(
                "INSERT INTO star_transactions (bot, user, charge, amount, payload, created_at, incoming)"
                " VALUES (100000001, ?, 'stx', 5, 'p', ?, 1)",
                ALICE, int(NOW.timestamp()),
            )  # fmt: skip
        its = settings(box.url)
        rails = rails_of(its)
        async with asked_by_a_bot(its, rails):
            listed = [r async for r in rails["stars"].records(NOW - timedelta(days=1), NOW + timedelta(days=1))]
        assert [record.their_id for record in listed] == ["stx"]
        with pytest.raises(RailDown):
            [r async for r in rails["stars"].records(NOW - timedelta(days=1), NOW + timedelta(days=1))]


@pytest.mark.parametrize("token", [None, "no token"])
async def test_without_a_token_they_are_down(token: str | None):
    its = settings("http://127.0.0.1:9", token=token)
    rails = rails_of(its)
    async with asked_by_a_bot(its, rails):
        with pytest.raises(RailDown):
            [r async for r in rails["stars"].records(NOW, NOW + timedelta(days=1))]


def test_where_none_is_on_aiogram_is_not_loaded():
    code = """
import asyncio, sys
from launch.telegram_rails import asked_by_a_bot
from settings import Settings

async def run():
    async with asked_by_a_bot(Settings(), {}):
        print("aiogram" in sys.modules)

asyncio.run(run())
"""
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


async def test_the_doctor_refuses_stars_without_the_sentence_and_asks_them_nothing_by_themselves():
    assert await reached_rails(settings("http://127.0.0.1:9")) == {}
    assert rails_checked(settings("http://127.0.0.1:9"), []).status == "ok"
    check = rails_checked(settings("http://127.0.0.1:9", acknowledged="yes"), None)
    assert (check.status, READ in check.to_do) == ("fail", True)
