"""Updates that Telegram brings: each is answered only after what it did is committed, else Telegram brings it again.

Telegram keeps the order itself: the next update of a chat or a person comes after this one's answer.
Source: core.telegram.org/bots/api#setwebhook
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import SetWebhook

from bot.intake import Intake
from bot.lane import TapLane
from bot.loops import first_of
from bot.patience import Patience
from bot.polling import GRACE_S

__all__ = ["Webhook", "WebhookRefused"]

log = structlog.get_logger()

MOST_IN_HAND: Final = 100  # Telegram's own most for one webhook
MOST_IN_LANE: Final = 1000  # one commit's worth
WAIT_S: Final = 8.0  # for one delivery; the update stays in hand, and Telegram's next try waits for it again
_ANSWER_S: Final = 10.0
# What Telegram refuses may be passing: it could not resolve our host just now. Pages and payments go on meanwhile.
AGAIN_AFTER_S: Final = (2.0, 5.0, 10.0, 20.0)


class WebhookRefused(Exception):
    """Telegram does not take the address, asked again and again; str() says why."""


class Webhook:
    """Takes what Telegram brings; one bot, one dispatcher."""

    def __init__(
        self,
        bot: Bot,
        dispatcher: Dispatcher,
        intake: Intake,
        *,
        url: str,
        secret: str,
        lane: TapLane | None = None,
        in_response: bool = True,
        grace_s: float = GRACE_S,
    ) -> None:
        """Have updates brought to `url` with `secret` in their header; taps go by the `lane`, if there is one.

        `in_response`: whoever brings them makes the calls that our responses ask for, as Telegram does; else we call.
        Raises: TypeError (other session).
        """
        self._bot, self._in_response = bot, in_response
        self._patience = Patience(bot)
        self._intake, self._lane, self._grace_s = intake, lane, grace_s
        self._method = SetWebhook(
            url=url,
            secret_token=secret,
            max_connections=MOST_IN_HAND,
            allowed_updates=dispatcher.resolve_used_update_types(),
            drop_pending_updates=False,
        )
        self._in_hand: dict[int, asyncio.Task[bool]] = {}
        self._in_lane = 0
        self._lane_empty = asyncio.Event()
        self._lane_empty.set()
        self._stopping = False

    async def run(self, stop: asyncio.Event) -> None:
        """Be there until `stop` is set (or this is cancelled), then finish what is in hand.

        Raises: TokenRefused, WebhookRefused.
        """
        try:
            await self._ask(stop)
            await stop.wait()
        finally:
            await self._finish()

    async def _ask(self, stop: asyncio.Event) -> None:
        """Have Telegram bring updates. Raises: TokenRefused, WebhookRefused."""
        pauses = iter(AGAIN_AFTER_S)
        while not stop.is_set():
            try:
                await self._patience.call(self._method, _ANSWER_S, stop, refusable=True)
            except TelegramBadRequest as refusal:
                pause = next(pauses, None)
                if pause is None:
                    raise WebhookRefused(refusal.message) from None
                log.warning("webhook_refused", said=refusal.message, again_in_s=pause)
                await first_of((stop,), pause)
            else:
                return

    async def deliver(self, raw: Mapping[str, Any]) -> bool | bytes:
        """Handle an update; True once it may be forgotten, False if it has to be brought again.

        Bytes: it may be forgotten, and the response is to ask Telegram for this (JSON).
        """
        number = raw.get("update_id")
        if not isinstance(number, int):
            log.error("update_undecodable", update_id=None, where=["update_id"])
            return True  # bringing it again makes it no better
        if self._lane is not None and number not in self._in_hand and (done := await self._by_lane(self._lane, raw)):
            return done
        task = self._in_hand.get(number)
        if task is None:
            if self._stopping or len(self._in_hand) >= MOST_IN_HAND:
                return False
            task = self._in_hand[number] = asyncio.ensure_future(self._intake(raw))
            task.add_done_callback(lambda _: self._in_hand.pop(number, None))
        await asyncio.wait((task,), timeout=WAIT_S)
        return task.done() and not task.cancelled() and task.result()

    async def _by_lane(self, lane: TapLane, raw: Mapping[str, Any]) -> bool | bytes:
        """Not in a task of its own: whoever hangs up leaves a tap that may be booked, and asks again with its key."""
        if self._stopping or self._in_lane >= MOST_IN_LANE:
            return False
        self._in_lane += 1
        self._lane_empty.clear()
        try:
            answer = await lane(raw)
            if answer is None:
                return False
            return answer.as_reply() if self._in_response else await lane.say(self._bot, raw, answer)
        finally:
            self._in_lane -= 1
            if not self._in_lane:
                self._lane_empty.set()

    async def _finish(self) -> None:
        """Let what is in hand come to its end; what takes longer is cancelled and comes again."""
        self._stopping = True
        tasks: list[asyncio.Task[bool]] = list(self._in_hand.values())
        if self._in_lane:
            tasks.append(asyncio.ensure_future(self._lane_empty.wait()))
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=self._grace_s)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=0.3)
                log.warning("updates_left_unfinished", count=len(late))
