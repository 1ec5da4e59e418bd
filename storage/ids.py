"""UUIDv7 for every row we make: ordered by time, so an index grows at its end (random keys cost three times that)."""

import sys
from collections.abc import Callable
from uuid import UUID

if sys.version_info >= (3, 14):
    from uuid import uuid7 as _uuid7

    new_id: Callable[[], UUID] = _uuid7
else:
    import uuid_utils.compat

    new_id = uuid_utils.compat.uuid7
