"""Telegram's limits on sending, when they are switched on, and calls that fail because a test wants them to.

Source of the limits: core.telegram.org/bots/faq: 30 messages a second, one a second in a chat, 20 a minute in a group;
1,000 a second in all for those that are paid for (allow_paid_broadcast).
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import orjson

from sandbox.state import State
from sandbox.telegram.errors import ApiError, too_many_requests

SENDING = ("send", "copyMessage", "forwardMessage", "editMessage")
NOT_LIMITED = ("sendChatAction",)
OVERALL, PAID, CHAT, GROUP = (30, 1.0), (1000, 1.0), (1, 1.0), (20, 60.0)
Kind = Literal["error", "hang", "lost"]
TEXTS = {
    400: "Bad Request: asked for by a test",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """The next `times` calls of `method` (of any, when it is `*`) end with `answer`; None is every one from now on.

    `hang` does nothing and answers nothing for `seconds`; `lost` does what was asked and loses the answer.
    """

    method: str
    answer: int | Literal["hang", "lost"]
    times: int | None = 1
    retry_after: int = 1
    seconds: float = 30.0
    chat: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    rate_limits: bool = False
    calls: tuple[Fault, ...] = field(default=())


def read_plan(state: State) -> Plan:
    row = state.row("SELECT value FROM settings WHERE name = 'api_faults'")
    if row is None:
        return Plan()
    kept = orjson.loads(row["value"])
    return Plan(kept["rate_limits"], tuple(Fault(**fault) for fault in kept["calls"]))


def set_plan(state: State, plan: Plan) -> None:
    state.run(
        "INSERT INTO settings VALUES ('api_faults', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        orjson.dumps(asdict(plan)).decode(),
    )


class Traffic:
    """Asked before every call."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._sent: dict[tuple[int, str], deque[float]] = {}

    def fault(self, method: str, parameters: dict[str, Any]) -> Fault | None:
        """The fault this call meets, which is used up by it. An error is raised; the others are for the caller."""
        plan = read_plan(self._state)
        for i, fault in enumerate(plan.calls):
            elsewhere = fault.chat is not None and parameters.get("chat_id") != fault.chat
            if fault.method not in ("*", method) or elsewhere:
                continue
            left = None if fault.times is None else fault.times - 1
            rest = () if left == 0 else (Fault(**(asdict(fault) | {"times": left})),)
            with self._state.change():
                set_plan(self._state, Plan(plan.rate_limits, plan.calls[:i] + rest + plan.calls[i + 1 :]))
            if fault.answer == 429:
                raise too_many_requests(fault.retry_after)
            if isinstance(fault.answer, int):
                raise ApiError(fault.answer, TEXTS.get(fault.answer, "Internal Server Error"))
            return fault
        return None

    def limit(self, bot: int, method: str, parameters: dict[str, Any]) -> None:
        """Raises ApiError 429 for what is sent too fast; what is refused does not count."""
        if method in NOT_LIMITED or not method.startswith(SENDING) or not read_plan(self._state).rate_limits:
            return
        now = self._state.clock()
        chat = parameters.get("chat_id")
        is_group = isinstance(chat, int) and chat < 0 and self._is_group(chat)
        free = [] if parameters.get("allow_paid_broadcast") is True else [("", OVERALL)]
        own = [(f"{chat} minute", GROUP)] if is_group else []
        windows = [*free, ("paid", PAID), (str(chat), CHAT), *own]
        logs = [(self._sent.setdefault((bot, name), deque()), most, span) for name, (most, span) in windows]
        wait = 0.0
        for sent, most, span in logs:
            while sent and sent[0] <= now - span:
                sent.popleft()
            if len(sent) >= most:
                wait = max(wait, sent[len(sent) - most] + span - now)
        if wait > 0:
            raise too_many_requests(max(math.ceil(wait), 1))
        for sent, _, _ in logs:
            sent.append(now)

    def _is_group(self, chat: int) -> bool:
        return self._state.row("SELECT 1 FROM chats WHERE id = ? AND type != 'channel'", chat) is not None
