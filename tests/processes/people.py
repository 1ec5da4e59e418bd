"""People of the sandbox: they say, tap, read, wait."""

import html
import re
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from tests.processes.basics import PATIENCE_S, ROOT, fetch, until
from texts import Texts

TEXTS: Final = Texts.load(ROOT / "locales", zone=ZoneInfo("Asia/Shanghai"), strict=True)
BOT, CHANNEL = "@yizan_bot", "@xiaowen_reads"
CREATOR, FOLLOWER, ADMIN = 1001, 1002, 1003
_ISOLATES: Final = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))


def words(key: str, language: str = "zh-CN", **args: object) -> str:
    """What the bot says for a message key, as a person reads it: no markup, no isolates."""
    shown = TEXTS.chat(language, key, **args)
    return html.unescape(re.sub(r"<[^>]+>", "", shown)).translate(_ISOLATES)


@dataclass(frozen=True)
class Message:
    """A message as a person sees it; `text` without the isolates that Fluent puts around arguments."""

    id: int
    text: str
    html: str
    out: bool
    edited: bool
    buttons: tuple[dict[str, Any], ...]
    sender: int | None = None
    reply_to: int | None = None
    media: dict[str, Any] | None = None

    @classmethod
    def of(cls, view: dict[str, Any]) -> "Message":
        buttons = tuple(button for row in view["buttons"] for button in row)
        text = view["text"].translate(_ISOLATES)
        sender, answered = view["from"] or {}, view.get("reply_to") or {}
        marks = (sender.get("id"), answered.get("id"))
        return cls(view["id"], text, view["html"], view["out"], view["edited"], buttons, *marks, view["media"])

    @property
    def labels(self) -> list[str]:
        return [button["text"].translate(_ISOLATES) for button in self.buttons]

    def button(self, label: str) -> int:
        """The number of the button whose label begins so. Raises: AssertionError."""
        for number, shown in enumerate(self.labels):
            if shown.startswith(label):
                return number
        raise AssertionError(f"no button {label!r} among {self.labels} under {self.text!r}")

    def has(self, label: str) -> bool:
        return any(shown.startswith(label) for shown in self.labels)

    def data(self, label: str) -> str:
        """What pressing the button would send."""
        return str(self.buttons[self.button(label)]["data"])

    def url(self, label: str) -> str:
        return str(self.buttons[self.button(label)]["url"])


Wanted = str | Callable[[Message], bool]


class Persona:
    """One person of the sandbox: says, taps, reads, waits."""

    def __init__(self, base: str, user: int) -> None:
        self.base, self.id = base, user

    def call(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        answer = fetch(method, f"{self.base}/api/users/{self.id}{path}", body)
        assert answer.status == status, f"{method} {path}: {answer.status} {answer.body}"
        return answer.json

    def say(self, text: str, chat: str | int = BOT, *, to: int | None = None) -> Message:
        """Write; `to`: as an answer to that message."""
        answer = {"reply_to": to} if to is not None else {}
        return Message.of(self.call("POST", "/messages", {"chat": chat, "text": text} | answer)["message"])

    def start(self, link: str) -> Message:
        """Follow a t.me link: press START."""
        payload = urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)["start"][0]
        return self.say(f"/start {payload}")

    def tap(self, message: Message, label: str | int, chat: str | int = BOT) -> dict[str, Any]:
        """Press a button; the bot has to answer."""
        button = label if isinstance(label, int) else message.button(label)
        answer: dict[str, Any] = self.call("POST", "/taps", {"chat": chat, "message": message.id, "button": button})
        assert answer["kind"] == "url" or answer["answered"], f"no answer to {label!r} under {message.text!r}"
        return answer | {"text": (answer.get("text") or "").translate(_ISOLATES)}

    def press(self, message: Message, data: str, chat: str | int = BOT) -> dict[str, Any]:
        """Send what no button of the message says, as a client of one's own can; the bot has to answer."""
        answer: dict[str, Any] = self.call("POST", "/taps", {"chat": chat, "message": message.id, "data": data})
        assert answer["answered"], f"no answer to {data!r}"
        return answer | {"text": (answer.get("text") or "").translate(_ISOLATES)}

    def show(self, chat: str | int = BOT, **what: Any) -> Message:
        """A sticker (`sticker="👍"`), or photos (`photos=1`, `text`)."""
        return Message.of(self.call("POST", "/messages", {"chat": chat} | what)["message"])

    def forward(self, message: Message, source: str | int, chat: str | int = BOT) -> Message:
        """Pass a message on."""
        body = {"from_chat": source, "message": message.id, "chat": chat}
        return Message.of(self.call("POST", "/forwards", body)["message"])

    def edit(self, message: Message, text: str, chat: str | int = BOT) -> None:
        """Change one's own words."""
        self.call("PUT", f"/chats/{chat}/messages/{message.id}", {"text": text})

    def messages(self, chat: str | int = BOT, after: int = 0) -> list[Message]:
        """What the chat holds, oldest first (the last 500)."""
        found = self.call("GET", f"/chats/{chat}/messages?limit=500")["messages"]
        return [Message.of(view) for view in found if view["id"] > after or view.get("ephemeral")]

    def last(self, chat: str | int = BOT) -> Message:
        return self.messages(chat)[-1]

    def last_id(self, chat: str | int = BOT) -> int:
        return max((message.id for message in self.messages(chat)), default=0)

    def wait(self, wanted: Wanted, chat: str | int = BOT, *, after: int = 0, seconds: float = PATIENCE_S) -> Message:
        """The newest message that contains these words (or fulfils this), as soon as there is one."""

        def look() -> Message | None:
            return next((m for m in reversed(self.messages(chat, after)) if _fits(m, wanted)), None)

        try:
            return until(look, repr(wanted), seconds=seconds)
        except AssertionError as late:
            seen = "\n".join(f"  {m.id} {m.text!r} {m.labels}" for m in self.messages(chat)[-6:])
            raise AssertionError(f"{late}; {self.id} sees in {chat}:\n{seen}") from None

    def wait_at(
        self, message: Message, wanted: Wanted, chat: str | int = BOT, *, seconds: float = PATIENCE_S
    ) -> Message:
        """The same message, edited until it fits."""
        return self.wait(lambda m: m.id == message.id and _fits(m, wanted), chat, seconds=seconds)

    def ask(self, text: str) -> Message:
        """Say something to the bot and wait for what it answers."""
        said = self.say(text)
        return self.wait(lambda m: not m.out, after=said.id)

    def speak(self, code: str) -> None:
        """What their Telegram is set to: zh-hans, en."""
        self.call("POST", "/language", {"language": code})

    def set_member(self, chat: str | int, user: int | str, status: str, **rights: bool) -> None:
        self.call("POST", f"/chats/{chat}/members", {"user": user, "status": status, "rights": rights})


def _fits(message: Message, wanted: Wanted) -> bool:
    return wanted in message.text if isinstance(wanted, str) else wanted(message)
