"""UUIDv7 for every row we make: ordered by time, so an index grows at its end (random keys cost three times that)."""

import sys
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

if sys.version_info >= (3, 14):
    from uuid import uuid7 as _uuid7

    new_id: Callable[[], UUID] = _uuid7
    _light: Callable[[], UUID] = _uuid7
else:
    import uuid_utils.compat

    new_id = uuid_utils.compat.uuid7
    _light = uuid_utils.uuid7  # not Python's own UUID, whose making takes most of the time


def new_text_id() -> str:
    """The same as 32 hex digits, which both drivers take: for rows that only the database knows by their id."""
    return _light().hex


def lowest_id(at: datetime) -> UUID:
    """No id made at this moment or later (by this clock) comes before it; none made before (by a ms) after it."""
    milliseconds = max(0, int(at.timestamp() * 1000))
    return UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62)
