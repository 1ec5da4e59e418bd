"""How often people, chats and addresses may ask: budgets in the memory of this process.

With n replicas behind a balancer somebody may ask up to n times as often.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

import structlog
from prometheus_client import Counter

from giving.budgets import NONE, Rate, in_seconds, spend
from giving.errors import TooFast, TooManyHere
from services.clock import Clock, utc_now

log = structlog.get_logger()
Key = TypeVar("Key", bound=Hashable)
MOST: Final = 100_000
SLOWED: Final = Counter("slowed_down_total", "Taps, commands and requests that were told to wait", ["what"])


class Keyed(Generic[Key]):
    """One budget for each key; those that are whole again are forgotten, and of too many the oldest."""

    def __init__(self, rate: Rate, *, most: int = MOST) -> None:
        """Remember at most so many."""
        self._rate, self._most = rate, most
        self._whole_at: dict[Key, datetime] = {}
        self._told: set[Key] = set()

    def spend(self, key: Key, now: datetime) -> timedelta:
        """How long to wait; nothing where it is granted."""
        whole_at, wait = spend(self._whole_at.get(key), self._rate, now)
        if wait > NONE:
            return wait
        self._told.discard(key)
        self._whole_at[key] = whole_at
        if len(self._whole_at) > self._most:
            self._forget(now)
        return NONE

    def waits(self, key: Key, now: datetime) -> timedelta:
        """How long to wait, without spending anything."""
        return spend(self._whole_at.get(key), self._rate, now)[1]

    def first(self, key: Key) -> bool:
        """Whether they were not told to wait yet, since they last were granted something."""
        if key in self._told:
            return False
        self._told.add(key)
        return True

    def _forget(self, now: datetime) -> None:
        """A quarter more goes than must, so that it is not done for every new one."""
        kept = [(key, at) for key, at in self._whole_at.items() if at > now][-self._most * 3 // 4 :]
        self._whole_at = dict(kept)
        self._told &= self._whole_at.keys()


@dataclass(frozen=True, slots=True)
class PaceRules:
    """What one person, and all people in one chat, may do: each tap and each command counts one."""

    person: Rate = Rate(30, timedelta(seconds=1))  # noqa: RUF009 - frozen
    chat: Rate = Rate(20_000, timedelta(microseconds=500))  # noqa: RUF009 - frozen


@dataclass(frozen=True, slots=True)
class AddressRules:
    """Pages for one address, misses of one address, and how many proxies stand in front of us."""

    pages: Rate = Rate(120, timedelta(milliseconds=100))  # noqa: RUF009 - frozen
    misses: Rate = Rate(30, timedelta(seconds=6))  # noqa: RUF009 - frozen
    proxies: int = 0


class Pace:
    """Asked before anything is done for a tap or a command; costs two look-ups in a dict."""

    def __init__(self, rules: PaceRules | None = None, *, now: Clock = utc_now) -> None:
        """With these rules, on this clock."""
        rules = rules or PaceRules()
        self._now = now
        self._people: Keyed[int] = Keyed(rules.person)
        self._chats: Keyed[int] = Keyed(rules.chat)

    def act(self, person: int, chat: int | None = None) -> None:
        """Somebody (by Telegram's number) taps or commands, in this chat if it is not their own.

        Raises: TooFast, TooManyHere.
        """
        now = self._now()
        wait = self._people.spend(person, now)
        if wait > NONE:
            SLOWED.labels("person").inc()
            raise TooFast(seconds=in_seconds(wait))
        if chat is None or chat == person:
            return
        wait = self._chats.spend(chat, now)
        if wait > NONE:
            SLOWED.labels("chat").inc()
            raise TooManyHere(seconds=in_seconds(wait))

    def must_be_free(self, person: int, chat: int | None = None) -> None:
        """As `act`, without spending anything: for who may still leave it to somebody else.

        Raises: TooFast, TooManyHere.
        """
        now = self._now()
        if (wait := self._people.waits(person, now)) > NONE:
            raise TooFast(seconds=in_seconds(wait))
        if chat is not None and chat != person and (wait := self._chats.waits(chat, now)) > NONE:
            raise TooManyHere(seconds=in_seconds(wait))

    def first_told(self, person: int) -> bool:
        """Whether to say so in a message: once, until they may again (a tap is answered each time)."""
        return self._people.first(person)
