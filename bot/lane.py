"""The tap lane: a tap on an amount in a channel or group, from JSON to a committed tip, without aiogram's models.

On a giving day nearly every update is this one, and reading it costs more than booking it. What the lane does not fully
understand it hands on, and so it does with every refusal and every person who is written to in private: the ordinary
handler (handlers/tips/posts.py) then does all of it again, which is harmless, since the tap's id is the offer's key.
For the same reason the lane only asks which updates are done, and does not write them down.
See docs/decisions/0010-the-tap-lane.md.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog
from aiogram import Bot
from aiogram.methods import AnswerCallbackQuery
from prometheus_client import Counter

from bot import callbacks as cb
from bot.middlewares import TELEGRAM_ITSELF
from giving.errors import GivingError, TooFast, TooManyHere
from giving.ids import token_of
from giving.money import Money
from giving.names import clean
from giving.people import Person, Visitor
from giving.tips import OfferRequest
from services.guard import Pace
from services.links import Links
from services.people import PeopleService
from services.tips import TapLook, TipService
from services.tips.taps import Tapped

__all__ = ["Answer", "TapLane"]

log = structlog.get_logger()
TAPS: Final = Counter("lane_taps_total", "Taps the lane booked, or handed on to the dispatcher", ["outcome"])
_TAKEN, _HANDED_ON = TAPS.labels("booked"), TAPS.labels("handed_on")
WITHIN_S: Final = 5.0
SAID_WITHIN_S: Final = 3.0


class _Sender(msgspec.Struct):
    id: int


class _Chat(msgspec.Struct):
    id: int
    type: str


class _Under(msgspec.Struct):
    message_id: int
    chat: _Chat
    sender: _Sender | None = msgspec.field(name="from", default=None)
    ephemeral_message_id: int | None = None


class _Person(msgspec.Struct):
    id: int
    is_bot: bool
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None


class _Query(msgspec.Struct):
    id: str
    person: _Person = msgspec.field(name="from")
    message: _Under
    data: str


class _Update(msgspec.Struct):
    update_id: int
    callback_query: _Query


@dataclass(frozen=True, slots=True)
class Tap:
    """A tap on an amount where others can see it, as far as it can be told without asking anybody."""

    query: str
    visitor: Visitor
    chat: int
    message: int
    by_us: bool
    amount: Money
    post: UUID


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tap is answered with: the way to the tip's card in private."""

    query: str
    url: str

    def as_reply(self) -> bytes:
        """The call that Telegram makes of a webhook's response. Source: core.telegram.org/bots/api#making-requests"""
        return msgspec.json.encode(
            {"method": "answerCallbackQuery", "callback_query_id": self.query, "url": self.url}
        )  # fmt: skip


class TapLane:
    """Books taps; whoever has the update answers Telegram."""

    def __init__(
        self,
        bot_id: int,
        people: PeopleService,
        tips: TipService,
        links: Links,
        look: TapLook,
        pace: Pace | None = None,
    ) -> None:
        """`bot_id`: ours, to know the messages we sent ourselves. `pace`: the dispatcher's own."""
        self._bot_id, self._people, self._tips, self._links = bot_id, people, tips, links
        self._look, self._pace = look, pace

    async def __call__(self, raw: Mapping[str, Any]) -> Answer | None:
        """Book the tap and say how to answer it; None, with nothing told to anybody, for the dispatcher to handle."""
        tap = self.read(raw)
        if tap is None:
            return None
        try:
            async with asyncio.timeout(WITHIN_S):
                answer = await self._book(tap, raw["update_id"])
        except GivingError:
            answer = None
        except Exception as error:  # noqa: BLE001 - the dispatcher will find out, and tell the person
            log.info("tap_handed_on", update_id=raw["update_id"], error=type(error).__name__)
            answer = None
        (_HANDED_ON if answer is None else _TAKEN).inc()
        return answer

    async def say(self, bot: Bot, raw: Mapping[str, Any], answer: Answer) -> bool:
        """Answer by a call; whether that went well (too old, or Telegram away: the dispatcher knows what to do)."""
        try:
            async with asyncio.timeout(SAID_WITHIN_S):
                await bot(AnswerCallbackQuery(callback_query_id=answer.query, url=answer.url))
        except Exception as refusal:  # noqa: BLE001 - whatever it is, nobody may be stopped by it
            log.info("tap_not_answered", update_id=raw["update_id"], error=type(refusal).__name__)
            return False
        return True

    def read(self, raw: Mapping[str, Any]) -> Tap | None:
        """The tap in an update; None if it is anything else, or anything unusual."""
        if "callback_query" not in raw:
            return None
        try:
            query = msgspec.convert(raw, _Update).callback_query
        except msgspec.ValidationError:
            return None
        person, under, button = query.person, query.message, cb.tip_tapped(query.data)
        if button is None or under.chat.type == "private" or under.ephemeral_message_id is not None:
            return None
        if person.is_bot or person.id == TELEGRAM_ITSELF:
            return None
        name = f"{person.first_name} {person.last_name}" if person.last_name else person.first_name
        visitor = Visitor(person.id, clean(name), person.username, person.language_code)
        by_us = under.sender is not None and under.sender.id == self._bot_id
        return Tap(query.id, visitor, under.chat.id, under.message_id, by_us, *button)

    async def _book(self, tap: Tap, update: int) -> Answer | None:
        """Raises: GivingError, the database's error, TimeoutError; the tap may be booked all the same."""
        seen = await self._look(Tapped(update, tap.visitor.telegram_id, tap.post))
        if seen.done or seen.post is None or not seen.post.carries(tap.chat, tap.message, by_us=tap.by_us):
            return None
        person: Person = await self._people.meet_again(seen.person, tap.visitor)
        if person.reachable or not self._links.bot_username:
            return None  # the tip's card comes to them in private, which is the handler's to send
        if not self._tips.carried_alone(tap.amount, person):
            return None  # it may go on their tab at once, which is the handler's to say
        if self._pace is not None:
            self._pace.must_be_free(person.telegram_id, tap.chat)
        request = OfferRequest(
            key=tap.query, donor=person.id, amount=tap.amount, post=tap.post, visibility=person.visibility,
            rail=person.rail,
        )  # fmt: skip
        tip = await self._tips.offer(request)
        if self._pace is not None:  # only now: what is handed on is counted there
            with contextlib.suppress(TooFast, TooManyHere):  # two at once
                self._pace.act(person.telegram_id, tap.chat)
        return Answer(tap.query, self._links.start(f"t_{token_of(tip.id)}"))
