"""What an alert says of a comparison: that the two disagree, with the first few differences, or that it failed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from giving.alerts import Alert, AlertKind, AlertLine, Said
from giving.errors import RailUnavailable
from giving.reconcile import Difference
from giving.reconcile_times import Window
from payments.provider import RailRefused
from storage.scratch import NoRoom

MOST_TOLD: Final = 5


def disagree(rail: str, window: Window, new: Sequence[Difference], zone: ZoneInfo) -> Alert:
    """The new differences, the first of them one by one, and how to see them all."""
    first, last = (at.astimezone(zone).date() for at in (window.since, window.until - datetime.resolution))
    lines = [_line(difference) for difference in new[:MOST_TOLD]]
    if len(new) > MOST_TOLD:
        lines.append(AlertLine("more", {"count": len(new) - MOST_TOLD}))
    command = f"python main.py reconcile --rail {rail} --from {first} --to {last}"
    lines.append(AlertLine("see", {"command": command}))
    return Alert(AlertKind.DIFFERENCES, {"rail": rail, "count": len(new)}, tuple(lines))


def not_compared(rail: str, tries: int, error: Exception) -> Alert:
    """It failed several times."""
    match error:
        case RailUnavailable():
            line = AlertLine("no-answer", {})
        case RailRefused():
            line = AlertLine("refused", {"code": str(error)})
        case NoRoom():
            line = AlertLine("no-room", {"code": str(error)})
        case _:
            line = AlertLine("unreadable", {"code": str(error)})
    return Alert(AlertKind.NOT_RECONCILED, {"rail": rail, "tries": tries}, (line,))


def why(error: Exception) -> str:
    """The same in a few words, for the command line and the log."""
    match error:
        case RailUnavailable():
            reason = error.args_for_message.get("reason")  # a rail's own words
            return f"the provider did not answer: {reason}" if reason else "the provider did not answer"
        case RailRefused():
            return f"the provider refused: {error}"
        case NoRoom():
            return f"no room for the temporary file ({error}): let SQLITE_TMPDIR name a folder that has some"
        case _:
            return f"the provider's answer can't be read: {error}"


def _line(difference: Difference) -> AlertLine:
    """One of them: message `alert-line-<what>`."""
    said: dict[str, Said] = {"kind": difference.kind, "id": difference.their_id, "at": difference.at}
    if difference.theirs is not None:
        said["theirs"] = difference.theirs
    if difference.ours is not None:
        said["ours"] = difference.ours
    if difference.their_kind is not None:
        said["theirkind"] = difference.their_kind
    return AlertLine(difference.what.value.replace("_", "-"), said)
