"""Python's garbage collector, set for a process that lives long and makes many small objects at once."""

import gc
from typing import Final

# A batch of 500 settlements makes some 50,000 objects, nearly all of them gone when it is committed.
YOUNG: Final = 50_000


def calm() -> None:
    """Call once everything is loaded: what is there stays, so it is not walked through again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 50)
