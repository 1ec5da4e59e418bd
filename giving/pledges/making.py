"""Whether a pledge's next instalment is made now. Pure."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from giving.pledges.due import next_one
from giving.pledges.instalments import VALID, begins_at
from giving.pledges.months import Month, debit_at
from giving.pledges.pledge import Pledge


@dataclass(frozen=True, slots=True)
class Next:
    """The month of a pledge's next instalment, when that is due, and when it is made. `left_out`: months before it."""

    month: Month
    due_at: datetime
    begins_at: datetime
    left_out: int = 0


def next_made(pledge: Pledge, begun: Month | None, now: datetime, zone: ZoneInfo) -> Next | None:
    """The next one that is (or will be) made; None: none comes until its donor says something.

    A month whose day is more than a week past when we come to it is left out: nobody is debited twice within days
    because we were not there. `begun`: the newest month that has an instalment.
    """
    found = next_one(pledge, begun, zone)
    if found is None:
        return None
    (month, due_at), left_out = found, 0
    if pledge.renews_at is not None:  # Telegram takes it whether we were there or not
        return Next(month, due_at, begins_at(pledge, due_at))
    while due_at + VALID < now:
        month = pledge.next_month(month)
        due_at, left_out = debit_at(month, pledge.day, zone), left_out + 1
    return Next(month, due_at, begins_at(pledge, due_at), left_out)
