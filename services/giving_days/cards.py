"""A day's cards in chats: where there is one, which of them may be edited now, and what became of each.

A group that takes part gets one; a channel only where its creator switched it on (in a channel the bot says nothing
that its creator did not ask for). Where nobody is to be told of the day (its audience), no chat is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from prometheus_client import Counter

from giving.giving_days import Audience, DayStanding, DayState, turned
from giving.notices import URGENCY, NoticeKind
from giving.quiet import QuietHours
from services.clock import Clock, utc_now
from services.giving_days.live import LiveDays
from services.leadership import Write
from services.subscriptions import by_day
from services.wake import Wakes
from storage.live_days import BEING_SENT, CardState, DayCard
from storage.outbox import NewMessage
from storage.work import UnitOfWork

log = structlog.get_logger()
AT_ONCE: Final = 10
CARDS: Final = Counter("giving_day_cards_total", "Cards of giving days in chats, by what became of them", ["outcome"])

__all__ = ["CardTurn", "DayCards"]


@dataclass(frozen=True, slots=True)
class CardTurn:
    """A card that may be sent or edited now, and the day as it stands; `last`: nothing comes after that."""

    card: DayCard
    standing: DayStanding
    state: DayState
    language: str
    last: bool = False


class DayCards:
    """Kept in the database: whoever leads next goes on with the same messages."""

    def __init__(
        self, unit: UnitOfWork, live: LiveDays, *, wakes: Wakes, every: timedelta, language: str,
        quiet: QuietHours | None = None, write: Write | None = None, now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """`every`: no card is edited more often while the day is on. `quiet`: when no creator is told of a lost one,
        by their own clock. `write`: the leader's.
        """
        self._unit, self._live, self._wakes, self._every, self._now = unit, live, wakes, every, now
        self._language, self._quiet = language, quiet
        self._write = write or unit
        self._turned: dict[object, DayState] = {}

    async def turns(self) -> list[CardTurn]:
        """What may be sent or edited now: unsent cards first, then those that rested longest. Raises: NotLeading."""
        now = self._now()
        async with self._unit.read() as work:
            on = [day for day in await work.giving_days.on_at(now) if day.audience is not Audience.NOBODY]
            ids = await work.live_days.open_days()
        if on:
            async with self._write() as work:
                for day in on:
                    await work.live_days.want_cards(day)
                ids = await work.live_days.open_days()
        found: list[CardTurn] = []
        for day_id in ids:
            standing = await self._live.now(day_id)
            state = turned(standing.day, now)
            async with self._unit.read() as work:
                cards = await work.live_days.cards(day_id)
                languages = await work.live_days.languages({card.chat.creator for card in cards if card.chat.creator})
            over, fresh = state is not DayState.LIVE, self._turned.get(day_id) is not state
            for card in cards:
                unsent = card.message_id is None
                if card.message_id == BEING_SENT or (unsent and over):
                    continue
                if unsent or fresh or card.shown_at is None or card.shown_at <= now - self._every:
                    language = languages.get(card.chat.creator, self._language) if card.chat.creator else self._language
                    found.append(CardTurn(card, standing, state, language, state is DayState.REPORTED))
            self._turned[day_id] = state
            if state is DayState.REPORTED:
                async with self._write() as work:
                    await work.live_days.close_cards(day_id)
        return found

    async def begin(self, turn: CardTurn) -> bool:
        """Whether we are to send it: marked before, so that no crash makes a chat get two."""
        async with self._write() as work:
            return await work.live_days.begin_card(turn.card.day, turn.card.chat.id, turn.card.chat.telegram_id)

    async def not_sent(self, turn: CardTurn) -> None:
        """It certainly did not arrive: it may be tried again."""
        async with self._write() as work:
            await work.live_days.set_card(turn.card.day, turn.card.chat.id, message_id=None)

    async def shown(self, turn: CardTurn, shown: str, message_id: int | None = None) -> None:
        """The card stands there and says `shown` (a mark of it)."""
        values: dict[str, object] = {"shown": shown, "shown_at": self._now()}
        if message_id is not None:
            values["message_id"] = message_id
            CARDS.labels("sent").inc()
        if turn.last:
            values["state"] = CardState.DONE
        async with self._write() as work:
            await work.live_days.set_card(turn.card.day, turn.card.chat.id, **values)

    async def lost(self, turn: CardTurn, *, removed: bool) -> None:
        """It can't be shown any more: somebody removed it, or the bot may not; of that its creator hears once."""
        card, now = turn.card, self._now()
        async with self._write() as work:
            state = CardState.GONE if removed else CardState.LOST
            await work.live_days.set_card(card.day, card.chat.id, state=state)
            told: Sequence[NewMessage] = ()
            if not removed and card.chat.creator is not None:
                kind = NoticeKind.DAY_CARD_LOST
                key, creator = f"{kind}:{card.day.hex}:{card.chat.id.hex}", card.chat.creator
                due = by_day(now, self._quiet, await work.subscriptions.timezone(creator))
                told = [NewMessage(key, kind, URGENCY[kind], creator, card.chat.id, due)]
            await work.outbox.add_many(told, now=now)
        CARDS.labels("removed" if removed else "lost").inc()
        self._wakes.outbox.set()
        log.info("giving_day_card_lost", day_id=str(card.day), chat_id=str(card.chat.id), removed=removed)
