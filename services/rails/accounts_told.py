"""Who hears that an organisation's account takes payments, or no more: its members, and who opened it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from giving.alerts import Alert, AlertKind, AlertLine, Said
from giving.notices import URGENCY, NoticeKind
from giving.people import Role
from storage.methods import RailAccount
from storage.outbox import NewMessage
from storage.work import Work

OPENED: Final = "account.opened"  # as the audit log calls it
MOST_ASKS: Final = 6


async def tell_of_account(work: Work, account: RailAccount, now: datetime, *, but: UUID | None = None) -> None:
    """Queue it in the commit of the change; `but`: who sees it anyway, having just asked."""
    holders = await work.people.holders()
    members = [person.id for person, roles in holders if Role.ORGANISATION in roles]
    opener = await work.audit.actor_of(OPENED, str(account.organisation))
    readers = {person for person in (*members, opener) if person is not None and person != but}
    if not readers:
        return
    said: dict[str, Said] = {"rail": account.rail, "organisation": str(account.organisation)}
    asks = [] if account.ready else [AlertLine("account-asks", {"asks": ", ".join(account.asks[:MOST_ASKS])})]
    step = AlertKind.ACCOUNT_READY if account.ready else AlertKind.ACCOUNT_SHUT
    subject = await work.alerts.add(Alert(step, said, tuple(asks if account.asks else ())), now=now)
    if subject is None:
        return
    kind = NoticeKind.ACCOUNT
    messages = [
        NewMessage(f"{kind}:{subject}:{person}", kind, URGENCY[kind], person, subject, now)
        for person in sorted(readers)
    ]
    await work.outbox.add_many(messages, now=now)
