"""Two years of monthly donors: what they gave is what the model says, to the fen, and every rule was seen at work.

On SQLite 300 donors for 24 months; on PostgreSQL, where each statement is a way to another process and back, fewer, and
what they never came to is not asked for. `make simulate-monthly` plays thousands on both.
"""

import os

from storage.engines import Engines
from tests.monthly.playing import played
from tests.monthly.rules import printed
from tests.monthly.script import written

SEED = 2  # with which 300 donors come to every rule there is
WHOLE = os.environ.get("YIZAN_MONTHLY") == "whole"  # on PostgreSQL, too
SIZES = {"sqlite": (300, 24), "postgresql": (300, 24) if WHOLE else (60, 8)}


async def test_months_of_giving_are_as_the_model_says(engines: Engines, dialect: str) -> None:
    donors, months = SIZES[dialect]
    outcome = await played(engines, written(donors, SEED, months, lively=True))
    print(printed(outcome.rows), f"{outcome.took_s:.0f} s")  # noqa: T201 - shown where it fails
    assert not outcome.wrong, "\n".join(outcome.wrong[:40])
    assert outcome.paid_minor > 0
    if SIZES[dialect] == SIZES["sqlite"]:
        assert not outcome.unseen, "\n".join(outcome.unseen)
    else:
        assert len(outcome.rows) > 2 * len(outcome.unseen)
