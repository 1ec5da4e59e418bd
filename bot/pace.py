"""When the next message may go, by Telegram's limits: arithmetic only; the time comes in, nothing waits here."""

from bisect import bisect_left, insort
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

Chat = int | str

BURST: Final = 3
UNANSWERED_S: Final = 2.0  # a call that is answered later than that is taken to have arrived by then
_ROUND_TRIP_CREEPS: Final = 0.0015  # seconds a second: at 1,000/s a crowded moment must not pass for the way's length
_BROADCAST_AHEAD_S: Final = 0.1  # how much a broadcast may catch up on what it was late
_COUNTERS_SHARE: Final = (
    10  # one in so many messages may be a counter's before a broadcast's: buttons don't stand still
)
MINUTE_S: Final = 60.0
_SWEEP_FROM: Final = 256


class Priority(IntEnum):
    """Who goes first when not everyone may go."""

    ANSWER = 0
    RECEIPT = 1
    NOTICE = 2
    BROADCAST = 3
    PAID = 4  # a broadcast at the paid rate, which has limits of its own
    COUNTER = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be sent; the names are those of the settings."""

    messages_per_second: int = 30
    per_chat_per_second: int = 1
    per_group_per_minute: int = 20
    counters_per_second: int = 10
    paid_per_second: int = 1000


class Arrivals:
    """At most `most` messages arrive in any `span_s` seconds, counted from when each arrived at the latest.

    Telegram counts what arrives, not what we send: a message that was long on its way and one that was quick come
    closer together than they went. A place is free again a span after its message's answer, less half of the quickest
    way there and back: an answer may come sooner than its question went.
    """

    def __init__(self, most: int, span_s: float) -> None:
        """Start empty."""
        self._most, self._span_s = most, span_s
        self._free_at: list[float] = []  # of each place that is taken; the first to be free stands first
        self._round_trip_s = 0.0  # the quickest lately; it is learnt from below
        self._learnt_at = float("-inf")

    def ready_at(self) -> float:
        """The first moment at which one more fits (a time in the past: now)."""
        return self._free_at[0] if len(self._free_at) >= self._most else float("-inf")

    def took(self, now: float) -> None:
        """One more is on its way."""
        if len(self._free_at) >= self._most:
            del self._free_at[0]
        insort(self._free_at, now + UNANSWERED_S + self._span_s)

    def answered(self, sent_at: float, now: float) -> None:
        """The message that was sent then was answered: it arrived before."""
        took_s = now - sent_at
        crept_s = min(max(0.0, now - self._learnt_at), 1.0) * _ROUND_TRIP_CREEPS
        self._round_trip_s, self._learnt_at = min(self._round_trip_s + crept_s, took_s), now
        taken = sent_at + UNANSWERED_S + self._span_s
        place = bisect_left(self._free_at, taken)
        if place < len(self._free_at) and self._free_at[place] == taken:
            del self._free_at[place]
            insort(self._free_at, min(taken, now - self._round_trip_s / 2 + self._span_s))


class Window:
    """At most `most` events in any `span_s` seconds, exactly."""

    def __init__(self, most: int, span_s: float) -> None:
        """Start empty."""
        self._span_s = span_s
        self._times: deque[float] = deque(maxlen=most)

    def ready_at(self, *, spare: int = 0) -> float:
        """The first moment at which one more fits and `spare` would still be left (a time in the past: now)."""
        most = self._times.maxlen or 0
        used = len(self._times)
        index = used - (most - spare)
        return self._times[index] + self._span_s if index >= 0 else float("-inf")

    def took(self, now: float) -> None:
        """One more, now."""
        self._times.append(now)

    @property
    def empty_at(self) -> float:
        """When the last event has left the window."""
        return self._times[-1] + self._span_s if self._times else float("-inf")


@dataclass(slots=True)
class _ChatPace:
    """`due` is when the chat is as if nothing had been sent (a token bucket kept as one number, GCRA)."""

    due: float = float("-inf")
    paused_until: float = float("-inf")
    minute: Window | None = field(default=None)


# How much faster than its rate a broadcast is let go, as far as places are free: many a second stumble often.
_EAGER: Final = {Priority.BROADCAST: 1.0, Priority.PAID: 1.04}
_COUNTER_FIRST: Final = (
    Priority.ANSWER, Priority.RECEIPT, Priority.NOTICE, Priority.COUNTER, Priority.BROADCAST, Priority.PAID,
)  # fmt: skip
_COUNTER_LAST: Final = tuple(Priority)


class Pace:
    """What was sent lately; memory is bounded by the chats of the last minute."""

    def __init__(self, limits: Limits) -> None:
        """Start with nothing sent."""
        self._limits = limits
        self._gap_s = 1 / limits.per_chat_per_second
        self._all = Arrivals(limits.messages_per_second, 1.0)
        self._with_paid = Arrivals(max(limits.paid_per_second, limits.messages_per_second), 1.0)
        self._counters = Window(limits.counters_per_second, 1.0)
        self._share = Window(max(1, limits.messages_per_second // _COUNTERS_SHARE), 1.0)
        rates = {Priority.BROADCAST: limits.messages_per_second, Priority.PAID: limits.paid_per_second}
        self._even_gap_s = {priority: 1 / rate / _EAGER[priority] for priority, rate in rates.items()}
        self._even_due = dict.fromkeys(rates, float("-inf"))
        self._chats: dict[Chat, _ChatPace] = {}
        self._paused_until = float("-inf")
        self._sweep_at = _SWEEP_FROM

    def __len__(self) -> int:
        """How many chats are remembered."""
        return len(self._chats)

    def order(self, now: float) -> tuple[Priority, ...]:
        """Who goes first at this moment: now and then a counter before a broadcast, else after it."""
        return _COUNTER_FIRST if self._share.ready_at() <= now else _COUNTER_LAST

    def open_at(self, now: float, priority: Priority) -> float:
        """The earliest moment a message of this priority may go to anybody; `now` or later."""
        ready = max(now, self._paused_until, self._with_paid.ready_at())
        if priority is not Priority.PAID:
            ready = max(ready, self._all.ready_at())
        if priority is Priority.COUNTER:
            ready = max(ready, self._counters.ready_at())
        elif priority in self._even_due:  # evenly, so that whoever is more urgent finds a place at once
            ready = max(ready, self._even_due[priority] - _BROADCAST_AHEAD_S)
        return ready

    def ready_at(self, now: float, chat: Chat | None, priority: Priority) -> float:
        """The earliest moment a message to this chat may go if nothing else goes before it; `now` or later."""
        ready = self.open_at(now, priority)
        pace = self._chats.get(chat) if chat is not None else None
        if pace is None:
            return ready
        burst_s = (BURST - 1) * self._gap_s if priority is Priority.ANSWER else 0.0
        ready = max(ready, pace.paused_until, pace.due - burst_s)
        if pace.minute is not None:
            # Counters leave a quarter of a group's minute to answers: a new post's buttons must not wait for them.
            spare = self._limits.per_group_per_minute // 4 if priority is Priority.COUNTER else 0
            ready = max(ready, pace.minute.ready_at(spare=spare))
        return ready

    def answered(self, sent_at: float, now: float, priority: Priority) -> None:
        """What was sent then (`took`) was answered now."""
        self._with_paid.answered(sent_at, now)
        if priority is not Priority.PAID:
            self._all.answered(sent_at, now)

    def took(self, now: float, chat: Chat | None, priority: Priority) -> None:
        """A message goes now."""
        self._with_paid.took(now)
        if priority is not Priority.PAID:
            self._all.took(now)
        if priority is Priority.COUNTER:
            self._counters.took(now)
            self._share.took(now)
        elif priority in self._even_due:
            self._even_due[priority] = max(self._even_due[priority], now) + self._even_gap_s[priority]
        if chat is None:
            return
        pace = self._pace_of(now, chat)
        pace.due = max(pace.due, now) + self._gap_s
        if pace.minute is not None:
            pace.minute.took(now)

    def refused(self, now: float, chat: Chat | None, retry_after_s: float) -> None:
        """Telegram said 429: the chat pauses; when two private chats were told so at a time, everything does.

        Telegram does not say which limit was passed. Groups pass their own; two people at once pass the bot's.
        """
        until = now + retry_after_s
        people = (pace for name, pace in self._chats.items() if name != chat and not _is_group(name))
        if chat is None or (not _is_group(chat) and any(pace.paused_until > now for pace in people)):
            self._paused_until = max(self._paused_until, until)
        if chat is not None:
            pace = self._pace_of(now, chat)
            pace.paused_until = max(pace.paused_until, until)

    def _pace_of(self, now: float, chat: Chat) -> _ChatPace:
        if chat not in self._chats and len(self._chats) >= self._sweep_at:
            self._forget_idle(now)
        pace = self._chats.get(chat)
        if pace is None:
            pace = self._chats[chat] = _ChatPace()
            if _is_group(chat):
                pace.minute = Window(self._limits.per_group_per_minute, MINUTE_S)
        return pace

    def _forget_idle(self, now: float) -> None:
        """Drop chats that nothing holds back any more; amortised, at most half of the work of taking."""
        self._chats = {chat: pace for chat, pace in self._chats.items() if not _idle(pace, now)}
        self._sweep_at = max(_SWEEP_FROM, 2 * len(self._chats))


def _is_group(chat: Chat) -> bool:
    return isinstance(chat, str) or chat < 0


def _idle(pace: _ChatPace, now: float) -> bool:
    return max(pace.due, pace.paused_until, pace.minute.empty_at if pace.minute else now) <= now
