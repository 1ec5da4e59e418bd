"""Sends what waits in the outbox, one bad notice never in the way of another.

Each at least once; what may arrive only once (giving.notices) is marked before it is sent, and if nobody knows then
whether it arrived, it stays so.
"""

import asyncio
import functools
import itertools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

import structlog
from aiogram import Bot
from aiogram.enums import ParseMode
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramRetryAfter,
)
from aiogram.types import BufferedInputFile, InlineKeyboardMarkup, LinkPreviewOptions, Message

from bot.loops import work_or_stop
from bot.notices import together
from bot.sending import Priority, sending_as
from bot.session import may_have_arrived
from giving.notices import URGENCY, Urgency
from services.leadership import NotLeading
from services.links import Links
from services.outbox import Notice, NoticeKind, OutboxService
from services.updates import is_away
from services.wake import log_trouble
from texts import Texts

log = structlog.get_logger()

AT_ONCE: Final = 20  # of each urgency
IDLE_S: Final = 1.0
# A claim is leased for 30 s: what did not begin within the first is left to the next claim. The rest mostly ends in
# time; what does not stays in hand (OutboxService) and is not given out beside itself.
_FRESH_S: Final = 12.0
PATIENCE_S: Final = 8.0
_REQUEST_S: Final = 8
_PICTURE_S: Final = 12  # some hundred kilobytes to upload
_MOST_PAUSE_S: Final = 300.0
_MARK_AGAIN_S: Final = (0.5, 1.0, 2.0)
MOST_TRIES: Final = 12  # of a notice that can't even be written; about half an hour
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
_NOTHING_LEFT_TO_EDIT: Final = (
    "message is not modified", "message can't be edited", "message to edit not found", "message_id_invalid",
)  # fmt: skip
_NOBODY_THERE: Final = ("chat not found", "user not found", "peer_id_invalid")


class Rendered(Protocol):
    """A message, ready to go."""

    @property
    def text(self) -> str:
        """HTML for Telegram."""
        ...

    @property
    def keyboard(self) -> InlineKeyboardMarkup | None:
        """Buttons below it."""
        ...

    @property
    def photo(self) -> bytes | None:
        """A PNG that the text stands under."""
        ...

    @property
    def tells(self) -> frozenset[UUID] | None:
        """Which of the notices it was made of; None: each of them."""
        ...


GoesOn = Callable[[], bool]
Renderer = Callable[[Sequence[Notice], OutboxService, Texts, Links], Awaitable[Rendered | None]]


@dataclass(frozen=True, slots=True)
class _Lane:
    """What is of one urgency is claimed and sent beside what is of another.

    In one lane a receipt would wait until all the notices that were claimed before it have begun: for a hundred
    creators who are told of a giving day, that is three seconds at Telegram's pace.
    """

    urgency: Urgency
    bell: asyncio.Event
    slots: asyncio.Semaphore


class OutboxSender:
    """The loops that empty the outbox; they survive every error but their cancellation."""

    def __init__(self, bot: Bot, outbox: OutboxService, texts: Texts, links: Links, renderer: Renderer) -> None:
        """Send through `bot` what `renderer` makes of notices."""
        self._bot, self._outbox, self._texts, self._links, self._render = bot, outbox, texts, links, renderer
        self._lanes = [_Lane(urgency, asyncio.Event(), asyncio.Semaphore(AT_ONCE)) for urgency in Urgency]

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set; what was begun is finished."""
        self._outbox.woken.set()  # what was queued while nobody sent
        async with asyncio.TaskGroup() as group:
            for lane in self._lanes:
                group.create_task(self._empty(lane, group, stop))
            while await work_or_stop(self._outbox.woken, stop, IDLE_S):
                for lane in self._lanes:
                    lane.bell.set()

    async def _empty(self, lane: _Lane, group: asyncio.TaskGroup, stop: asyncio.Event) -> None:
        while await work_or_stop(lane.bell, stop, IDLE_S):
            while not stop.is_set() and await self._send_some(lane, group, stop):
                pass

    async def _send_some(self, lane: _Lane, group: asyncio.TaskGroup, stop: asyncio.Event) -> bool:
        """Claim and start on what was claimed; False when there was nothing."""
        try:
            notices = await self._outbox.claim(urgency=lane.urgency)
        except NotLeading:
            return False
        except Exception as error:  # noqa: BLE001 - the database may be back in a second; the sender must be there then
            log_trouble("outbox_claim_failed", error)
            return False
        loop, waiting = asyncio.get_running_loop(), by_recipient(notices)
        fresh_until = loop.time() + _FRESH_S

        def goes_on() -> bool:
            return not stop.is_set() and loop.time() < fresh_until

        try:
            while waiting:
                await lane.slots.acquire()
                task = group.create_task(self._tell(waiting[0], goes_on))
                # Not in the task itself: one that is cancelled before it began runs none of its code.
                task.add_done_callback(functools.partial(self._told, lane, waiting.pop(0)))
        finally:
            for recipient in waiting:
                self._outbox.let_go(itertools.chain(*recipient))
        return bool(notices)

    async def _tell(self, recipient: list[list[Notice]], goes_on: GoesOn) -> None:
        """Everything one person is to be told, message by message, as long as the claim holds and nobody stops us."""
        for bundle in recipient:
            if goes_on():
                await self._deliver(bundle, goes_on)

    def _told(self, lane: _Lane, recipient: list[list[Notice]], _task: asyncio.Task[None]) -> None:
        lane.slots.release()
        self._outbox.let_go(itertools.chain(*recipient))

    async def _deliver(self, bundle: list[Notice], goes_on: GoesOn) -> None:
        """Send a bundle as one message and mark it; where it is itself at fault, send each notice alone."""
        try:
            await self._attempt(bundle)
        except NotLeading:
            log.info("notices_left_to_the_leader", count=len(bundle))
        except Exception as error:
            if len(bundle) > 1:
                log.warning(
                    "notices_sent_apart", kind=str(bundle[0].kind), count=len(bundle), error=type(error).__name__
                )
                for notice in bundle:
                    if goes_on():
                        await self._deliver([notice], goes_on)
                return
            log.exception("notice_broken", notice=str(bundle[0].id), kind=str(bundle[0].kind))
            await self._mark(functools.partial(self._again_or_never, bundle, error))

    async def _attempt(self, bundle: list[Notice]) -> None:
        """Send once and mark the outcome. Raises: whatever says that the bundle itself is at fault."""
        try:
            rendered = await self._render(bundle, self._outbox, self._texts, self._links)
            if rendered is not None and not await self._outbox.begin(bundle):
                return  # somebody else's by now
            message_id = await self._send(bundle, rendered) if rendered is not None else None
        except TelegramForbiddenError:
            await self._mark(lambda: self._outbox.unreachable(bundle))
        except TelegramRetryAfter as error:
            pause = float(error.retry_after)
            await self._mark(lambda: self._outbox.retry(bundle, pause, "told to wait", not_sent=True))
        except TelegramBadRequest as error:
            await self._refused(bundle, error)
        except TelegramAPIError as error:
            log.warning("notice_not_sent", kind=str(bundle[0].kind), error=type(error).__name__, count=len(bundle))
            why, not_sent = type(error).__name__, not may_have_arrived(error)
            await self._mark(lambda: self._outbox.retry(bundle, pause_after(bundle), why, not_sent=not_sent))
        else:
            told = [notice for notice in bundle if rendered is not None and _tells(rendered, notice)]
            if told:
                await self._mark(lambda: self._outbox.sent(told, message_id))
            if unsaid := [notice for notice in bundle if notice not in told]:
                await self._mark(lambda: self._outbox.unsaid(unsaid))

    async def _again_or_never(self, bundle: list[Notice], error: Exception) -> None:
        """A mistake of ours, which may be mended by the next start, or the database, which comes back."""
        if bundle[0].attempts < MOST_TRIES or is_away(error):
            await self._outbox.retry(bundle, pause_after(bundle), type(error).__name__)
        else:
            await self._outbox.failed(bundle, f"{type(error).__name__} (tried {bundle[0].attempts} times)")

    async def _refused(self, bundle: list[Notice], error: TelegramBadRequest) -> None:
        said = error.message
        if any(words in said.lower() for words in _NOBODY_THERE):
            await self._mark(lambda: self._outbox.unreachable(bundle))
        elif len(bundle) > 1:
            raise error
        else:
            log.error("notice_refused", notice=str(bundle[0].id), kind=str(bundle[0].kind), error=said)
            await self._mark(lambda: self._outbox.failed(bundle, said))

    async def _send(self, bundle: list[Notice], rendered: Rendered) -> int | None:
        """One message, sent or edited; its number where Telegram told it."""
        first = bundle[0]
        try:
            with sending_as(priority_of(first), patience_s=PATIENCE_S):
                if first.kind == NoticeKind.CARD:
                    await self._edit(first, rendered)
                    return first.message_id
                silent = all(notice.silent for notice in bundle)
                if rendered.photo is not None:
                    message = await self._picture(first, rendered, rendered.photo, silent)
                else:
                    message = await self._bot.send_message(
                        first.recipient,
                        rendered.text,
                        parse_mode=ParseMode.HTML,
                        link_preview_options=_NO_PREVIEW,
                        disable_notification=silent,
                        reply_markup=rendered.keyboard,
                        request_timeout=_REQUEST_S,
                    )
        except ClientDecodeError as error:
            if isinstance(error.data, dict) and error.data.get("ok"):
                return None  # it arrived; only the answer is of a newer Telegram than we know
            raise
        return message.message_id if isinstance(message, Message) else None

    async def _picture(self, notice: Notice, rendered: Rendered, photo: bytes, silent: bool) -> Message:
        return await self._bot.send_photo(
            notice.recipient,
            BufferedInputFile(photo, f"{notice.kind}.png"),
            caption=rendered.text,
            parse_mode=ParseMode.HTML,
            disable_notification=silent,
            reply_markup=rendered.keyboard,
            request_timeout=_PICTURE_S,
        )

    async def _edit(self, notice: Notice, rendered: Rendered) -> None:
        if notice.message_id is None:
            return
        try:
            await self._bot.edit_message_text(
                rendered.text,
                chat_id=notice.recipient,
                message_id=notice.message_id,
                parse_mode=ParseMode.HTML,
                link_preview_options=_NO_PREVIEW,
                reply_markup=rendered.keyboard,
                request_timeout=_REQUEST_S,
            )
        except TelegramBadRequest as error:
            if not any(words in error.message.lower() for words in _NOTHING_LEFT_TO_EDIT):
                raise

    async def _mark(self, mark: Callable[[], Awaitable[None]]) -> None:
        """Record an outcome, tried again while the claim holds: a database that was busy must not make us tell twice.

        If it can't be recorded the lease runs out and the notice is sent once more (at least once).
        """
        for pause_s in (*_MARK_AGAIN_S, None):
            try:
                await mark()
            except NotLeading:  # whoever leads now has taken them on; what arrived is told twice at most
                log.warning("outbox_mark_refused")
            except Exception as error:  # noqa: BLE001
                log_trouble("outbox_mark_failed", error)
                if pause_s is not None:
                    await asyncio.sleep(pause_s)
                    continue
            return


def _tells(rendered: Rendered, notice: Notice) -> bool:
    return rendered.tells is None or notice.id in rendered.tells


def by_recipient(notices: Sequence[Notice]) -> list[list[list[Notice]]]:
    """Per recipient, in the order claimed, what they are told: each inner list is one message."""
    recipients: dict[int, list[Notice]] = {}
    for notice in notices:
        recipients.setdefault(notice.recipient, []).append(notice)
    return [together(told) for told in recipients.values()]


def priority_of(notice: Notice) -> Priority:
    """What is about somebody's own money goes before the rest."""
    return Priority.RECEIPT if URGENCY[notice.kind] is Urgency.RECEIPT else Priority.NOTICE


def pause_after(bundle: Sequence[Notice]) -> float:
    """2, 4, 8 … 300 seconds, by how often it was tried."""
    return min(_MOST_PAUSE_S, 2.0 ** max(1, min(10, max(notice.attempts for notice in bundle))))
