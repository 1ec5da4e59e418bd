"""Alerts: queued in the commit of what they tell, for whom giving/alerts.recipients says."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID, uuid5

import structlog

from giving.alerts import Alert, recipients
from giving.notices import URGENCY, NoticeKind
from services.clock import Clock, utc_now
from services.wake import Wakes
from storage.outbox import NewMessage
from storage.work import Work

log = structlog.get_logger()
ONCE: Final = UUID("7b0c2f6e-51a4-4c19-9b63-0a5d1f7e2c48")  # the namespace of alerts that are queued only once


class AlertService:
    """Whoever finds something out queues it here, within their own unit of work."""

    def __init__(self, *, owners: Iterable[int], wakes: Wakes | None = None, now: Clock = utc_now) -> None:
        """`owners`: Telegram's ids, from the settings. `wakes`: who sends, where that is this process."""
        self._owners, self._wakes, self._now = tuple(owners), wakes, now

    async def queue(self, work: Work, alert: Alert, *, once: str | None = None) -> int:
        """Queue it; to how many. Call `wake` after the commit. What has the same `once` is queued only once."""
        now = self._now()
        owners = (await work.people.by_telegram_ids(self._owners)).values()
        readers = recipients(alert.kind, await work.people.holders(), owners)
        subject = await work.alerts.add(alert, now=now, identity=uuid5(ONCE, once) if once is not None else None)
        if subject is None:
            return 0
        kind = NoticeKind.ALERT
        messages = [
            NewMessage(f"{kind}:{subject}:{person.id}", kind, URGENCY[kind], person.id, subject, now)
            for person in readers
        ]
        await work.outbox.add_many(messages, now=now)
        if not messages:
            log.error("alert_reaches_nobody", kind=str(alert.kind), hint="give somebody the role finance, or an owner")
        return len(messages)

    def wake(self) -> None:
        """The sender looks at once."""
        if self._wakes is not None:
            self._wakes.outbox.set()


async def told(work: Work, alert: UUID) -> Alert | None:
    """For the sender: what it says."""
    return await work.alerts.by_id(alert)
