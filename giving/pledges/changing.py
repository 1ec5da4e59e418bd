"""What a change of a pledge makes of the instalment that is under way: effective at once. Pure.

What a rail has in hand stays as it is, and comes back from there as its pledge is by then, or as a gift.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from giving.pledges.instalments import Instalment, InstalmentState, announced_anew
from giving.pledges.months import debit_at
from giving.pledges.pledge import Pledge, Way
from giving.pledges.rhythm import is_of_before


def altered(was: Instalment, pledge: Pledge, project: UUID, now: datetime, zone: ZoneInfo) -> Instalment:
    """The open instalment as its changed pledge wants it; the same object where nothing of it changes.

    `project`: where it would go now. What was announced changes as it is; what is asked for is asked for anew, with
    another link; what a rail has in hand, what stands on a tab, and what is of a month before its rhythm changed,
    stays. A debit is never made of what was not announced as one.
    """
    if was.state in (InstalmentState.CHARGING, InstalmentState.ON_TAB) or is_of_before(was, pledge):
        return was
    way = was.way if pledge.way is Way.SAVED else pledge.way
    due = _due(was, pledge, now, zone)
    same = (was.amount, was.project, was.way) == (pledge.amount, project, way)
    if same and due == was.due_at:
        return _for_as_long(was, pledge)
    changed = replace(was, amount=pledge.amount, project=project, way=way, due_at=due, every=pledge.every)
    if was.state is InstalmentState.ANNOUNCED or (was.state is InstalmentState.RETRY and way is Way.SAVED):
        return changed
    if same:
        return _for_as_long(was, pledge)  # what is asked for already is not asked for later
    # Its tip and payment are of the former amount or project: they are closed, and the next step asks for this one, by
    # hand as before.
    by_hand = Way.LINK if way is Way.SAVED else way
    return replace(
        changed, state=InstalmentState.ANNOUNCED, way=by_hand, due_at=was.due_at, tip=None, payment=None, asked_at=None,
        reminded_at=None,
    )  # fmt: skip


def given_after_all(was: Instalment, pledge: Pledge, now: datetime) -> Instalment | None:
    """A debit that its donor gave up with a pause, announced as before; None: its day is past, or it went further.

    What was asked for already stays given up, as its gift and its page are closed; so does what was for one month, or
    for three, where its pledge is not any more.
    """
    ahead = was.way is Way.SAVED and was.due_at > now and was.every == pledge.every
    if was.state is not InstalmentState.SKIPPED or not ahead or was.tries or was.tip is not None:
        return None
    return replace(was, state=InstalmentState.ANNOUNCED)


def as_pledged(was: Instalment, pledge: Pledge, project: UUID) -> Instalment:
    """What its pledge says it is for now: how much, where it goes, for how long."""
    if is_of_before(was, pledge):
        return was
    return replace(was, amount=pledge.amount, project=project, every=pledge.every)


def back_unpaid(
    was: Instalment, at: datetime, pledge: Pledge, project: UUID, now: datetime, zone: ZoneInfo, *, told: bool
) -> Instalment:  # fmt: skip
    """A debit that a rail did not make, as its pledge is by now: its donor may have changed that meanwhile.

    `at`: when it is tried again. `told`: a message says so, and what it is now. Else it is announced anew where the
    sum, the project or the day is another than was told. What is paid by hand from now on is asked for at once.
    """
    new = altered(replace(was, state=InstalmentState.RETRY, due_at=at), pledge, project, now, zone)
    if new.way is not Way.SAVED:
        return replace(new, due_at=now)
    due = was.due_at if was.tries else _due(replace(was, state=InstalmentState.ANNOUNCED), pledge, now, zone)
    if told or ((new.amount, new.project) == (was.amount, was.project) and due == was.due_at):
        return new
    return announced_anew(replace(new, due_at=max(due, at)), now)


def _for_as_long(was: Instalment, pledge: Pledge) -> Instalment:
    """The same sum, for one month or for three."""
    return was if was.every == pledge.every else replace(was, every=pledge.every)


def _due(was: Instalment, pledge: Pledge, now: datetime, zone: ZoneInfo) -> datetime:
    """On its new day of the same month, unless that is past; what was declined keeps the day it is tried again."""
    if was.state is not InstalmentState.ANNOUNCED:
        return was.due_at
    local = was.due_at.astimezone(zone)
    if min(pledge.day, was.month.last_day()) == local.day:
        return was.due_at
    due = debit_at(was.month, pledge.day, zone)
    return due if due > now else was.due_at
