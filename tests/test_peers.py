"""Bot API programs that others wrote: the private ways against lo-bot-api-emulator, by polling and by webhook."""

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest

from bot import callbacks as cb
from giving.ids import token_of
from giving.money import Money
from giving.people import Visibility
from storage.ids import new_id
from tests.processes import Program, Stage, environment, fetch, free_port, until
from tests.processes.relay import Relay
from tests.processes.stage import TOKEN

ANN: Final = {"id": 77, "is_bot": False, "first_name": "Ann", "language_code": "en"}
PRIVATE: Final = {"id": 77, "type": "private", "first_name": "Ann"}
# What the emulator says it does not play (its own --methods), and what else it answers so.
NOT_PLAYED: Final = ("setMyName:501", "setMyShortDescription:501", "setMyDescription:501")


# Valid since Bot API 7.0, and refused by this version.
NOT_KNOWN: Final = ("link_preview_options",)


class Emulator:
    """Its process, its control endpoint, its journal."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.journal, port = folder, folder / "lo.jsonl", free_port()
        self.url = f"http://127.0.0.1:{port}"
        command = ["-c", "from lo_bot_api_emulator import main; main()", "--host", "127.0.0.1", "--port", str(port)]
        options = ["--enable-control", "--allow-insecure-loopback-webhooks", "--journal", str(self.journal)]
        self.program = Program([*command, *options], folder / "emulator.log", environment())
        self._numbers = count(1)

    def push(self, **update: Any) -> None:
        answer = fetch("POST", f"{self.url}/__fixture/updates", {"token": TOKEN, "update": update})
        assert answer.status == 200, answer

    def says(self, text: str) -> None:
        number = next(self._numbers)
        self.push(message={"message_id": number, "date": 1763784000, "chat": PRIVATE, "from": ANN, "text": text})

    def taps(self, data: str) -> None:
        under = {"message_id": next(self._numbers), "date": 1763784000, "chat": PRIVATE, "text": "x"}
        tap = {"id": str(next(self._numbers)), "from": ANN, "chat_instance": "1", "data": data, "message": under}
        self.push(callback_query=tap)

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.journal.read_text().splitlines()]

    def answered(self, method: str) -> int:
        """How many calls of this method it took."""
        return sum(r.get("method") == method and r.get("status") == 200 for r in self.records)

    def rises(self, method: str, before: int, what: str) -> None:
        until(lambda: self.answered(method) > before, f"{method} after {what!r}")

    def pending(self) -> int:
        info = fetch("POST", f"{self.url}/bot{TOKEN}/getWebhookInfo", {}).json["result"]
        return int(info["pending_update_count"])

    def verdict(self, *methods: str) -> subprocess.CompletedProcess[str]:
        words = [word for method in methods for word in ("--require-method", method)]
        words += [word for pair in NOT_PLAYED for word in ("--allow-refusal", pair)]
        call = [
            "-c",
            "from lo_bot_api_emulator import main; main()",
            "verdict",
            str(self.journal),
            "--require-response",
        ]
        return subprocess.run([sys.executable, *call, *words], capture_output=True, text=True, check=False)


def _answers(url: str) -> bool:
    try:
        return fetch("POST", url, {}).status == 200
    except OSError:
        return False


@pytest.fixture(scope="module", params=["polling", "webhook"])
def visited(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Stage, Emulator]]:
    """Our bot, whose Telegram is the emulator; the payments are the sandbox's."""
    folder = tmp_path_factory.mktemp("peers")
    emulator = Emulator(folder)
    stage = Stage(folder / "stage", f"sqlite:///{folder}/yizan.db", YIZAN_TELEGRAM__UPDATES=request.param)
    relay = Relay(emulator.url, NOT_KNOWN)
    stage.set(YIZAN_TELEGRAM__API_BASE=relay.url, YIZAN_WEB__PUBLIC_URL=stage.web)
    try:
        until(lambda: _answers(f"{emulator.url}/bot{TOKEN}/getMe"), "the emulator", seconds=60)
        yield stage.begin(), emulator
        stage.show_logs()
        assert relay.dropped == set(NOT_KNOWN), "say no more than is so"
    finally:
        stage.close()
        relay.close()
        emulator.program.close()


def test_the_private_ways_are_understood_by_a_bot_api_that_is_not_ours(visited):
    stage, emulator = visited
    for text in ("/start", "/help", "/give", "/gifts", "/language", "/receipts", "what?", "x" * 4096):
        before = emulator.answered("sendMessage")
        emulator.says(text)
        emulator.rises("sendMessage", before, text[:20])

    project = stage.rows("SELECT id FROM projects WHERE slug = 'village-libraries'")[0][0]
    project = type(new_id())(str(project))
    for data in (
        cb.ChooseLanguage(language="en").pack(),
        cb.GiveList(page=0).pack(),
        cb.GiveCard(project=project).pack(),
        cb.GiveTap(minor=500, currency="CNY", project=project).pack(),
        cb.GiftsPage().pack(),
        "not ours",
    ):
        before = emulator.answered("answerCallbackQuery")
        emulator.taps(data)
        emulator.rises("answerCallbackQuery", before, data)
    [(tip, amount)] = stage.rows("SELECT id, amount_minor FROM tips")
    assert amount == Money(500, "CNY").minor
    shown = cb.TipShown(tip=type(new_id())(str(tip)), visibility=Visibility.NAMED).pack()
    for data in (shown, cb.TipDo(tip=type(new_id())(str(tip)), deed=cb.TipDeed.CANCEL).pack()):
        before = emulator.answered("editMessageText")
        emulator.taps(data)
        emulator.rises("editMessageText", before, data)
    assert stage.rows("SELECT state FROM tips") == [("cancelled",)]
    until(lambda: emulator.pending() == 0, "everything acknowledged")
    assert token_of(project) in cb.GiveCard(project=project).pack()


def test_its_journal_finds_nothing_wrong(visited):
    _, emulator = visited
    mine = ("sendMessage", "editMessageText", "answerCallbackQuery", "setMyCommands")
    verdict = emulator.verdict(*mine)
    refused = [r for r in emulator.records if (r.get("status") or 200) >= 400 and "method" in r]
    assert verdict.returncode == 0, (verdict.stdout, verdict.stderr, refused)


def test_a_webhook_was_brought_with_the_secret_and_taken(visited):
    _, emulator = visited
    brought = [r["status"] for r in emulator.records if r.get("event") == "webhook"]
    if emulator.answered("setWebhook"):
        assert brought
        assert set(brought) == {200}
    else:
        assert emulator.answered("getUpdates")
        assert not brought
