"""What donors do to their pledges, as the model of monthly giving has it."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from tests.monthly.promises import WEEK, Month, Promise, Worlds, due_at
from tests.monthly.script import Act, Donor, Goal, Script, zone_of

LEAST_OF_CARD: Final = 400


class Doing:
    """One donor, and what they have."""

    def __init__(self, script: Script, donor: Donor) -> None:
        self.script, self.donor, self.worlds = script, donor, Worlds(script)
        self.zone = donor.zone
        self.pledges: dict[int, Promise] = {}
        self.cards: dict[str, str] = {}  # by organisation: what it does
        self.refused: list[tuple[datetime, str]] = []

    def _has_card(self, goal: Goal) -> bool:
        return all(organisation in self.cards for organisation in goal.organisations)

    def _look(self, pledge: Promise, now: datetime) -> None:
        """When it is looked at next."""
        pledge.look = None
        if pledge.state in ("active", "paused") and (pledge.state == "active" or pledge.until is not None):
            due = due_at(pledge.coming(), pledge.day, self.zone)
            pledge.look = max(now, due - WEEK if pledge.by == "saved" else due)

    def _act(self, act: Act) -> None:
        done = getattr(self, f"do_{act.what}")(act)
        if done is False:
            self.refused.append((act.at, act.what))
        mine = self.pledges.get(act.pledge)
        if mine is not None and done is not False and act.what not in ("card", "drop", "works", "zone", "unblock"):
            self._look(mine, act.at)

    def _theirs(self, act: Act) -> Promise | None:
        mine = self.pledges.get(act.pledge)
        return mine if mine is not None and mine.state != "over" else None

    def do_pledge(self, act: Act) -> bool:
        goal, amount, day, by, every = act.value
        if goal.kind == "choices":  # of those they ticked only what is open is kept
            goal = Goal("choices", tuple(name for name in goal.names if self._is_open(name, act.at)))
        if len(goal.names) < (2 if goal.kind == "choices" else 1) or not self.worlds.wants(goal, act.at):
            return False
        if any(one.goal == goal for one in self.pledges.values() if one.state != "over"):
            return False
        if by not in self._ways(goal, amount):
            return False
        today = act.at.astimezone(zone_of(self.zone)).date()
        month = today.year * 12 + today.month - 1
        ahead = 7 if by == "saved" else 0
        while (due_at(month, day, self.zone).astimezone(zone_of(self.zone)).date() - today).days < ahead:
            month += 1
        self.pledges[act.pledge] = Promise(act.pledge, goal, amount, day, by, every, month)
        return True

    def _is_open(self, project: str, at: datetime) -> bool:
        """It may be chosen: one whose goal is reached is not closed."""
        reached = any(turn.what == "reach" and turn.name == project and turn.at <= at for turn in self.script.turns)
        return self.worlds.takes(project, at) or reached

    def _may(self, goal: Goal, at: datetime) -> bool:
        return any(self._is_open(name, at) for name in goal.projects)

    def _give_up(self, months: Iterable[Month]) -> None:
        for month in months:
            month.state = "skipped"

    def _all(self, pledge: Promise) -> Iterator[Month]:
        """What is under way; of what stands on a tab only the tab knows whether it is paid."""
        yield from pledge.open
        for month in pledge.months:
            if month.state == "tab":
                month.state = "tab?"

    def do_skip(self, act: Act) -> bool:
        mine = self._theirs(act)
        if mine is None or mine.state != "active":
            return False
        if mine.open:
            self._give_up(mine.open[:1])
            return True
        if mine.left_out is not None and mine.left_out > mine.begun:
            return False
        mine.left_out = mine.coming()
        return True

    def do_pause(self, act: Act) -> bool:
        mine = self._theirs(act)
        if mine is None or mine.state == "waiting":
            return False
        after = mine.open[0].month - 1 if mine.open else None
        mine.until = None if mine.state == "paused" else mine.until
        ahead = mine.not_before(act.at, self.zone, after)
        given_up = [one.month for one in mine.open if one.state in ("announced", "asked", "retry")]
        mine.until = max(max(given_up) + act.value, ahead) if given_up else ahead + act.value
        mine.state = "paused"
        self._give_up(self._all(mine))
        return True

    def do_resume(self, act: Act) -> bool:
        mine = self._theirs(act)
        if mine is None or (mine.state == "waiting" and not self.worlds.wants(mine.goal, act.at)):
            return False
        if mine.state != "active":
            mine.until = None
            mine.until, mine.state = mine.not_before(act.at, self.zone), "active"
        return True

    def _ways(self, goal: Goal, amount: int) -> list[str]:
        if amount < LEAST_OF_CARD:
            return ["tab"]
        return ["saved", "card"] if self._has_card(goal) else ["card"]

    def do_amount(self, act: Act) -> bool:
        mine = self._theirs(act)
        if mine is None or mine.by not in self._ways(mine.goal, act.value):
            return False
        mine.amount = act.value
        self._changed(mine, act.at)
        return True

    def do_day(self, act: Act) -> bool:
        mine = self._theirs(act)
        if mine is None:
            return False
        if act.value != mine.day:
            mine.day = act.value
            if mine.state == "active":
                mine.until = mine.not_before(act.at, self.zone)
            self._changed(mine, act.at)
        return True

    def do_move(self, act: Act) -> bool:
        mine, goal = self._theirs(act), act.value
        if mine is None or not self._may(goal, act.at) or not self.worlds.wants(goal, act.at):
            return False
        if any(one is not mine and one.goal == goal and one.state != "over" for one in self.pledges.values()):
            return False
        ways = self._ways(goal, mine.amount)
        mine.by = mine.by if mine.by in ways else ways[0]
        mine.goal = goal
        if mine.state == "waiting":
            mine.until = None
            mine.until, mine.state = mine.not_before(act.at, self.zone), "active"
        self._changed(mine, act.at)
        return True

    def _by(self, act: Act, by: str) -> bool:
        mine = self._theirs(act)
        if mine is None or by not in self._ways(mine.goal, mine.amount):
            return False
        mine.by = by
        self._changed(mine, act.at)
        return True

    def do_by_card(self, act: Act) -> bool:
        return self._by(act, "saved")

    def do_by_link(self, act: Act) -> bool:
        return self._by(act, "card")

    def _changed(self, pledge: Promise, now: datetime) -> None:
        """What is under way is as the pledge is now; what is asked for already is asked for anew."""
        for month in pledge.open:
            by = month.by if pledge.by == "saved" else pledge.by
            same = (month.amount, month.goal, month.by) == (pledge.amount, pledge.goal, by)
            if month.state == "announced":
                due = due_at(month.month, pledge.day, self.zone)
                same_day = due.astimezone(zone_of(self.zone)).date() == month.due.astimezone(zone_of(self.zone)).date()
                month.due = due if due > now and not same_day else month.due
            anew = month.state == "asked" or (month.state == "retry" and by != "saved")
            month.amount, month.goal, month.by = pledge.amount, pledge.goal, by
            if not same and anew:
                month.state, month.asked_at = "announced", None

    def do_cancel(self, act: Act) -> bool:
        mine = self._theirs(act)
        if mine is None:
            return act.pledge in self.pledges
        mine.state = "over"
        self._give_up(self._all(mine))
        return True

    def do_leave(self, act: Act) -> bool:
        for mine in self.pledges.values():
            if mine.state != "over":
                mine.state, mine.look = "over", None
                self._give_up(self._all(mine))
        self.cards, self.zone = {}, None
        return True

    def do_twice(self, act: Act) -> bool:
        return False

    def do_card(self, act: Act) -> bool:
        mine = self._theirs(act)
        if act.value is not None:
            self.cards[act.value] = "works"
        elif mine is not None:
            self.cards |= dict.fromkeys(mine.goal.organisations, "works")
        return True

    def do_drop(self, act: Act) -> bool:
        mine = self._theirs(act)
        for organisation in mine.goal.organisations if mine is not None else ():
            self.cards.pop(organisation, None)
        return True

    def do_declines(self, act: Act) -> bool:
        self.cards = dict.fromkeys(self.cards, "declines")
        return True

    def do_authenticates(self, act: Act) -> bool:
        self.cards = dict.fromkeys(self.cards, "authenticates")
        return True

    def do_works(self, act: Act) -> bool:
        self.cards = dict.fromkeys(self.cards, "works")
        return True

    def do_zone(self, act: Act) -> bool:
        self.zone = act.value
        return True
