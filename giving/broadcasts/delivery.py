"""Who is told now, who later, and who not, and why: decided anew each time somebody's turn comes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from giving.quiet import QuietHours
from giving.subscriptions import Lately, Often, may_be_told


class DeliveryState(StrEnum):
    """One message to one person.

    WAITING for their morning, or for Telegram. GOING: written down before the call, and by nobody sent again; whoever
    finds one after a crash makes it UNKNOWN. BLOCKED: the person blocked the bot. FAILED: Telegram refuses the message.
    """

    WAITING = "waiting"
    GOING = "going"
    SENT = "sent"
    UNKNOWN = "unknown"
    BLOCKED = "blocked"
    FAILED = "failed"
    SKIPPED = "skipped"


class SkipReason(StrEnum):
    """Why somebody in the segment was not told; the values stand beside DeliveryState's in tallies."""

    UNSUBSCRIBED = "unsubscribed"  # since it was started
    CAP = "cap"  # told as often this week as anybody is, or as they want to be
    LEFT = "left"  # the service
    UNREACHABLE = "unreachable"  # blocked the bot before their turn
    GONE = "gone"  # no longer in the segment, for one of these reasons or another, when their turn would have come


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody whose turn it is, as they are now: how `often` they want this kind, and what they were told `lately`.

    `quiet`: by their own clock.
    """

    person: UUID
    telegram_id: int | None
    reachable: bool
    often: Often
    lately: Lately
    language: str
    quiet: QuietHours | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that goes now, to whom and in which language."""

    broadcast: UUID
    person: UUID
    telegram_id: int
    language: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call. `message_id` of SENT; `said`: what Telegram said else; `again_at` of WAITING."""

    delivery: Delivery
    state: DeliveryState
    message_id: int | None = None
    said: str | None = None
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Go:
    """Now."""


@dataclass(frozen=True, slots=True)
class Later:
    """In their morning."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Skip:
    """Never, of this broadcast."""

    reason: SkipReason


def decide(reader: Reader, now: datetime, per_week: int) -> Go | Later | Skip:
    """What is done when somebody's turn comes; at most `per_week` messages of all kinds in a week.

    Their wishes come before their sleep: who is not told need not wait for the morning.
    """
    if reader.telegram_id is None:
        return Skip(SkipReason.LEFT)
    if reader.often is Often.NONE:
        return Skip(SkipReason.UNSUBSCRIBED)
    if not reader.reachable:
        return Skip(SkipReason.UNREACHABLE)
    if not may_be_told(reader.often, reader.lately, per_week):
        return Skip(SkipReason.CAP)
    if reader.quiet is not None and reader.quiet.holds(now):
        return Later(reader.quiet.allowed_from(now))
    return Go()
