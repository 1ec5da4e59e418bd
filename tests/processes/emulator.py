"""lo-bot-api-emulator, a Bot API that others wrote, in a process of its own; what is pushed at our bot through it.

It looks at every call strictly (fields, keyboards, addresses, lengths) and writes a journal with a verdict. It has no
chats: it delivers whatever update is pushed, and numbers what the bot sends without keeping it. Its journal names the
fields of a call, not what they held; what was said is for the sandbox's tests to see.
"""

import json
import subprocess
import sys
from collections.abc import Collection
from itertools import count
from pathlib import Path
from typing import Any, Final

from tests.processes.basics import environment, fetch, free_port, until
from tests.processes.programs import Program
from tests.processes.stage import TOKEN

DATE: Final = 1763784000
_MAIN: Final = ["-c", "from lo_bot_api_emulator import main; main()"]

Json = dict[str, Any]


class Emulator:
    """Its process, its control endpoint, its journal."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.journal, port = folder, folder / "lo.jsonl", free_port()
        self.url = f"http://127.0.0.1:{port}"
        options = ["--enable-control", "--allow-insecure-loopback-webhooks", "--journal", str(self.journal)]
        command = [*_MAIN, "--host", "127.0.0.1", "--port", str(port), *options]
        self.program = Program(command, folder / "emulator.log", environment())
        self._numbers = count(10_001)  # what the bot sends it numbers itself, from 1

    def ready(self) -> None:
        until(self._answers, "the emulator", seconds=60)

    def _answers(self) -> bool:
        try:
            return fetch("POST", f"{self.url}/bot{TOKEN}/getMe", {}).status == 200
        except OSError:
            return False

    # -- what happens in its Telegram --

    def push(self, **update: Any) -> None:
        answer = fetch("POST", f"{self.url}/__fixture/updates", {"token": TOKEN, "update": update})
        assert answer.status == 200, answer

    def says(self, text: str, person: Json, chat: Json, *, to: Json | None = None) -> Json:
        """A person writes, in answer to another message if there is one; the message."""
        message = self.message(chat, text) | {"from": person} | ({"reply_to_message": to} if to else {})
        self.push(message=message)
        return message

    def message(self, chat: Json, text: str) -> Json:
        """One that nobody brought to the bot."""
        return {"message_id": next(self._numbers), "date": DATE, "chat": chat, "text": text}

    def taps(self, data: str, person: Json, under: Json) -> None:
        """A person presses a button under a message."""
        tap = {"id": str(next(self._numbers)), "from": person, "chat_instance": "1", "data": data, "message": under}
        self.push(callback_query=tap)

    # -- what the bot did --

    @property
    def records(self) -> list[Json]:
        return [json.loads(line) for line in self.journal.read_text().splitlines()]

    def answered(self, method: str, status: int = 200) -> int:
        """How many calls of this method it answered so."""
        return sum(r.get("method") == method and r.get("status") == status for r in self.records)

    def rises(self, method: str, before: int, what: str, *, by: int = 1) -> None:
        until(lambda: self.answered(method) >= before + by, f"{method} after {what!r}")

    def info(self) -> Json:
        found: Json = fetch("POST", f"{self.url}/bot{TOKEN}/getWebhookInfo", {}).json["result"]
        return found

    def brought(self, *statuses: int) -> set[int]:
        """The updates that it brought to a webhook which answered so; 0 is: not within its five seconds."""
        found = [r["update_ids"] for r in self.records if r.get("event") == "webhook" and r["status"] in statuses]
        return {update for ids in found for update in ids}

    def acknowledged(self) -> bool:
        """Whether nothing waits for the bot; what a webhook was too slow for is brought again."""
        fetch("POST", f"{self.url}/__fixture/deliver", {"token": TOKEN})
        return bool(self.info()["pending_update_count"] == 0)

    def verdict(self, *methods: str, allowed: Collection[str]) -> subprocess.CompletedProcess[str]:
        """Its own: exit code 0 if every one of these was called and nothing but `allowed` was refused."""
        words = [word for method in methods for word in ("--require-method", method)]
        words += [word for pair in allowed for word in ("--allow-refusal", pair)]
        call = [*_MAIN, "verdict", str(self.journal), "--require-response", *words]
        return subprocess.run([sys.executable, *call], capture_output=True, text=True, check=False)
