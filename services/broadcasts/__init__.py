"""Broadcasts: written and started by admins, sent by the leader, at most once to each person."""

from services.broadcasts.desk import BroadcastDesk, Look
from services.broadcasts.edits import BroadcastEdits, EditLook
from services.broadcasts.figures import Preview, Progress, Report
from services.broadcasts.rules import BroadcastRules
from services.broadcasts.sending import Batch, BroadcastSending
from services.broadcasts.service import BroadcastService

__all__ = [
    "Batch",
    "BroadcastDesk",
    "BroadcastEdits",
    "BroadcastRules",
    "BroadcastSending",
    "BroadcastService",
    "EditLook",
    "Look",
    "Preview",
    "Progress",
    "Report",
]
