"""One update from beginning to end: handled once, and acknowledged only after what it did is committed.

Polling and webhook both ask the intake; what they do with its answer (move the offset, say 200) is theirs.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import structlog
from aiogram import Bot, Dispatcher
from aiogram.types import Update
from aiogram.types.update import UpdateTypeLookupError
from pydantic import ValidationError

from bot.updates import about_money
from services.updates import UpdateService, is_away

log = structlog.get_logger()

HANDLER_TIMEOUT_S: Final = 30.0
ANSWER_S: Final = 10.0  # for the polite answer after a handler's time is over
LOOK_S: Final = 5.0
# An update that fails again and again is given up: after so many tries while others got through, or so many at all.
MOST_STRIKES: Final = 3
MOST_TRIES: Final = 8
REMEMBERED: Final = 10_000

AnswerCheckout = Callable[[Bot, Mapping[str, Any]], Awaitable[bool]]  # bot.checkouts; never raises


class Surplus(Protocol):
    """Tells a person what became of an update that is not handled; never raises, never waits."""

    def __call__(self, bot: Bot, raw: Mapping[str, Any], *, first: bool) -> None:
        """They were too fast; `first` of its burst."""
        ...

    def unreadable(self, bot: Bot, raw: Mapping[str, Any]) -> None:
        """We can't read what they sent."""
        ...

    def not_saved(self, bot: Bot, raw: Mapping[str, Any]) -> None:
        """It waits behind an update that can't be written down."""
        ...


class Hurry:
    """A handler's time, which can be ended early: bot.middlewares.DeadlineMiddleware listens."""

    def __init__(self) -> None:
        """Nothing runs yet."""
        self.timeout: asyncio.Timeout | None = None

    def now(self) -> bool:
        """End the handler as if its time were over; False if none runs."""
        if self.timeout is None:
            return False
        self.timeout.reschedule(asyncio.get_running_loop().time())
        self.timeout = None
        return True


@dataclass(slots=True)
class _Tries:
    """How often an update failed because the database was away."""

    tries: int = 0
    strikes: int = 0
    others: int = 0  # how many updates were done by then


class Intake:
    """Hands updates to the dispatcher."""

    def __init__(
        self, bot: Bot, dispatcher: Dispatcher, updates: UpdateService, *, handler_timeout_s: float = HANDLER_TIMEOUT_S
    ) -> None:
        """Who sent what we can't read is told by the dispatcher's "surplus" (bot.build.build_dispatcher).

        Its "checkouts" answer the question before a payment, past everything here.
        """
        self._bot, self._dispatcher, self._updates = bot, dispatcher, updates
        self._timeout_s = handler_timeout_s
        self.surplus: Surplus | None = dispatcher.workflow_data.get("surplus")
        self.checkouts: AnswerCheckout | None = dispatcher.workflow_data.get("checkouts")
        self._failed: OrderedDict[int, _Tries] = OrderedDict()
        self._unmarked: OrderedDict[int, None] = OrderedDict()  # done, but the database could not be told
        self._done = 0

    async def __call__(self, raw: Mapping[str, Any], hurry: Hurry | None = None) -> bool:
        """Handle; True if the update may be acknowledged, False if it has to come again (the database was away)."""
        number = raw["update_id"]
        if self.checkouts is not None and "pre_checkout_query" in raw:
            return await self.checkouts(self._bot, raw)
        if await self._is_done(number):
            log.info("update_repeated", update_id=number)
            return True
        update = self._read(raw)
        if update is None:
            await self._mark(number)
            return True
        error = await self._feed(update, hurry)
        if error is None or not (is_away(error) or isinstance(error, TimeoutError)):
            if not await self._mark(number):
                self._remember(number)
            return True
        # A TimeoutError may be the database's: it is, if this update can't even be marked.
        if is_away(error) and not self._is_hopeless(number):
            log.warning("update_put_off", update_id=number, error=type(error).__name__)
            return False
        if not await self._mark(number):
            return False
        if is_away(error):
            log.error("update_given_up", update_id=number, kind=update.event_type, error=type(error).__name__)
        return True

    def put_off(self, raw: Mapping[str, Any]) -> None:
        """It waits behind an update of the same person that has to be tried again: tell them now."""
        if raw["update_id"] in self._failed:
            return
        self._failed[raw["update_id"]] = _Tries(tries=1, others=self._done)
        if self.surplus is not None and not about_money(raw):
            self.surplus.not_saved(self._bot, raw)

    def _read(self, raw: Mapping[str, Any]) -> Update | None:
        number = raw["update_id"]
        try:
            update = Update.model_validate(raw, context={"bot": self._bot})
            _ = update.event_type
        except ValidationError as error:
            log.error("update_undecodable", update_id=number, where=_where(error))
            if self.surplus is not None and not about_money(raw):
                self.surplus.unreadable(self._bot, raw)
        except UpdateTypeLookupError:
            log.warning("update_of_unknown_type", update_id=number, keys=sorted(raw.keys() - {"update_id"}))
        else:
            return update
        return None

    async def _feed(self, update: Update, hurry: Hurry | None) -> Exception | None:
        """What the dispatcher raised, if anything."""
        number, failed = update.update_id, self._failed.get(update.update_id)
        try:
            async with asyncio.timeout(self._timeout_s + ANSWER_S):
                await self._dispatcher.feed_update(
                    self._bot, update, attempt=failed.tries + 1 if failed else 1, hurry=hurry or Hurry()
                )
        except TimeoutError as error:
            log.error("update_timed_out", update_id=number, kind=update.event_type)
            return error
        except Exception as error:  # one broken update must not stop the others
            if not is_away(error):
                log.exception("update_failed", update_id=number, kind=update.event_type)
            return error
        return None

    def _is_hopeless(self, number: int) -> bool:
        """Whether it failed too often to be the database's fault."""
        known = self._failed.setdefault(number, _Tries(others=self._done))
        known.tries += 1
        known.strikes += self._done > known.others
        known.others = self._done
        if len(self._failed) > REMEMBERED:
            self._failed.popitem(last=False)
        return known.strikes >= MOST_STRIKES or known.tries >= MOST_TRIES

    async def _is_done(self, number: int) -> bool:
        if number in self._unmarked:
            return True
        try:
            async with asyncio.timeout(LOOK_S):
                return await self._updates.is_done(number)
        except Exception as error:  # noqa: BLE001 - its handler will find out, and tell the person
            log.warning("update_not_looked_up", update_id=number, error=type(error).__name__)
            return False

    async def _mark(self, number: int) -> bool:
        """Remember that it is done; whether the database could be told. Not in a hurry: the answer must be true."""
        try:
            await self._updates.done(number)
        except Exception as error:  # noqa: BLE001 - whatever it is, the update is not marked
            log.warning("update_not_marked", update_id=number, error=type(error).__name__)
            return False
        self._failed.pop(number, None)
        self._done += 1
        return True

    def _remember(self, number: int) -> None:
        """In this process at least."""
        self._unmarked[number] = None
        if len(self._unmarked) > REMEMBERED:
            self._unmarked.popitem(last=False)


def _where(error: ValidationError) -> list[str]:
    """Which fields can't be read; never what is in them."""
    problems = error.errors(include_input=False, include_url=False, include_context=False)
    return sorted({".".join(str(part) for part in problem["loc"]) for problem in problems})[:5]
