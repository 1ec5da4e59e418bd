"""Messages that are rows: claimed by the sender, rendered in the reader's language when they are sent."""

from giving.notices import NoticeKind
from services.outbox.claims import Notice
from services.outbox.service import OutboxService
from services.outbox.tells import AccountTold, DisputeTold

__all__ = ["AccountTold", "DisputeTold", "Notice", "NoticeKind", "OutboxService"]
