"""Alerts: queued in the commit of what they tell, for everybody with the role finance, else for the owners."""

from collections.abc import Iterable
from uuid import UUID

import structlog

from giving.alerts import Alert, recipients
from giving.notices import URGENCY, NoticeKind
from services.clock import Clock, utc_now
from services.wake import Wakes
from storage.outbox import NewMessage
from storage.work import Work

log = structlog.get_logger()


class AlertService:
    """Whoever finds something out queues it here, within their own unit of work."""

    def __init__(self, *, owners: Iterable[int], wakes: Wakes | None = None, now: Clock = utc_now) -> None:
        """`owners`: Telegram's ids, from the settings. `wakes`: who sends, where that is this process."""
        self._owners, self._wakes, self._now = tuple(owners), wakes, now

    async def queue(self, work: Work, alert: Alert) -> int:
        """Queue it; to how many. Call `wake` after the commit."""
        now = self._now()
        owners = (await work.people.by_telegram_ids(self._owners)).values()
        readers = recipients(await work.people.holders(), owners)
        subject = await work.alerts.add(alert, now=now)
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
