"""What a sender has in hand of one broadcast, and how long it rests where Telegram fails."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from bot.broadcasts.cards import Letter

FAILURES: Final = 5  # in a row, of which nobody knows whether they arrived: then it rests
REST_S: Final = 5.0  # after that; twice as long after each try that fails too
REST_MOST_S: Final = 60.0


@dataclass(slots=True)
class Hand:
    """Of one broadcast, in this process. Times are the loop's, but `rests_until`."""

    waiting: int = 0  # for their turn
    going: set[asyncio.Task[None]] = field(default_factory=set)
    sent_at: dict[UUID, float] = field(default_factory=dict)  # of calls without an answer, the oldest first
    refusals: int = 0
    letters: dict[str, Letter] = field(default_factory=dict)
    version: int = 0
    rests_until: datetime | None = None  # nobody can be told before, unless it is changed
    rests_at: int = 0  # the version that holds for
    failures: int = 0  # since Telegram last answered
    rest_s: float = 0.0
    brakes_until: float = 0.0

    def failed(self, at: float) -> bool:
        """Nobody knows whether that one arrived; whether a rest begins. What was on its way then is no try."""
        self.failures += 1
        if self.failures < FAILURES or self.braking(at):
            return False
        self.rest_s = min(REST_MOST_S, 2 * self.rest_s or REST_S)
        self.brakes_until = at + self.rest_s
        return True

    def answered(self) -> None:
        """Telegram is there."""
        self.failures, self.rest_s, self.brakes_until = 0, 0.0, 0.0

    def braking(self, at: float) -> bool:
        """Whether nothing is to go now."""
        return at < self.brakes_until

    @property
    def tries(self) -> bool:
        """Whether one message is to show if Telegram is there again, before the others go."""
        return self.failures >= FAILURES
