"""What should become of every month of every pledge: the rules once more, written down for themselves.

No database, no service and nothing of giving/: whoever changes a rule there has to change it here, too. One donor at a
time, from one moment at which something is due to the next.
"""

import heapq
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tests.monthly.doing import Doing
from tests.monthly.promises import DAY, MINUTE, WEEK, Month, Promise, by_day, due_at, named
from tests.monthly.script import ACTS_AT, PAYS_AT, Act, Donor, Goal, Script, local, zone_of

LATER: Final = {1: 3 * DAY, 2: WEEK}  # after the first try, by how often it was declined


class Life(Doing):
    """One donor, from their first pledge to the end."""

    def __init__(self, script: Script, donor: Donor) -> None:
        super().__init__(script, donor)
        self.letters: list[tuple[str, Promise, Month | None]] = []  # what waits for a reader who blocked the bot
        self.blocked = False
        self._diary: list[tuple[datetime, int, int, Any]] = []
        self._count = 0
        for act in donor.acts:
            self._note(act.at, 0, act)

    def _note(self, at: datetime, first: int, what: Any) -> None:
        self._count += 1
        heapq.heappush(self._diary, (at, first, self._count, what))

    def live(self) -> None:
        """To the end."""
        while (now := self._next()) < self.script.until:
            while self._diary and self._diary[0][0] <= now:
                what = heapq.heappop(self._diary)[3]
                if isinstance(what, Act):
                    self._act(what)
                else:
                    what()
            for pledge in self.pledges.values():
                if pledge.look is not None and pledge.look <= now:
                    self._begin(pledge, now)
                for month in pledge.open:
                    at = month.next()
                    if at is not None and at <= now:
                        self._step(pledge, month, now)

    def _act(self, act: Act) -> None:
        mine = self.pledges.get(act.pledge)
        rested = mine is not None and mine.state in ("paused", "waiting")
        super()._act(act)
        if mine is not None and rested and mine.state == "active":
            for month in mine.open:
                if month.unsaid and month.by == "saved" and month.state in ("announced", "retry"):
                    self._announce_anew(mine, month, act.at)

    def _announce_anew(self, pledge: Promise, month: Month, now: datetime) -> None:
        """Nobody was told while it rested: with a day that leaves time for that."""
        month.unsaid = False
        if month.again or month.due + WEEK <= now:
            month.state = "skipped"
        elif not self.worlds.wants(month.goal, now):
            month.state = "skipped"
            self._wait(pledge, now)
        elif not self._has_card(month.goal):
            self._ask(pledge, month, now)
        else:
            month.again, month.notice_at = True, None
            month.state = "retry" if month.tries else "announced"
            month.due = max(month.due, now + (1 if month.tries else 5) * DAY)
            self._tell("declined" if month.tries else "announced", pledge, month, now)

    def _next(self) -> datetime:
        times = [self._diary[0][0]] if self._diary else []
        for pledge in self.pledges.values():
            times += [pledge.look] if pledge.look is not None else []
            times += [at for month in pledge.open if (at := month.next()) is not None]
        return min(times, default=self.script.until)

    # -- what is due --

    def _begin(self, pledge: Promise, now: datetime) -> None:
        month = pledge.coming()
        due = due_at(month, pledge.day, self.zone)
        if (due - WEEK if pledge.by == "saved" else due) > now:  # they live elsewhere by now
            self._look(pledge, now)
            return
        if not self.worlds.wants(pledge.goal, now):
            self._wait(pledge, now)
            return
        by = pledge.by
        if by == "saved" and not self._has_card(pledge.goal):
            by = "card"
        new = Month(month, pledge.amount, pledge.goal, by, due)
        pledge.months.append(new)
        pledge.state = "active"
        self._look(pledge, now + MINUTE / 60)
        if by == "saved":
            self._tell("announced", pledge, new, now)

    def _step(self, pledge: Promise, month: Month, now: datetime) -> None:
        if pledge.state != "active":
            month.state = "skipped"
        elif month.state == "asked":
            if month.reminded:
                self._miss(pledge, month, now)
            elif self.worlds.wants(month.goal, now):
                month.reminded = True
            else:
                month.state = "skipped"
                self._wait(pledge, now)
        elif month.state == "announced" and month.by == "tab":
            month.state = "tab"
        elif month.state in ("announced", "retry") and month.by == "saved" and month.notice_at is None:
            month.state = "skipped"  # nobody could tell them
        elif not self.worlds.wants(month.goal, now):
            month.state = "skipped"
            self._wait(pledge, now)
        elif month.by == "saved":
            self._debit(pledge, month, now)
        else:
            self._ask(pledge, month, now)

    def _debit(self, pledge: Promise, month: Month, now: datetime) -> None:
        if not self._has_card(month.goal):
            self._ask(pledge, month, now)
            return
        month.first_try = month.first_try or now
        how = {self.cards[organisation] for organisation in month.goal.organisations}
        if how == {"works"}:
            month.state = "paid"
        elif "authenticates" in how:
            self._ask(pledge, month, now)
        else:
            month.tries += 1
            if month.tries > 2:
                month.state = "failed"
                self._pause(pledge, month, now)
                return
            month.state, month.notice_at = "retry", None
            month.due = max(month.first_try + LATER[month.tries], now + DAY)
            self._tell("declined", pledge, month, now)

    def _ask(self, pledge: Promise, month: Month, now: datetime) -> None:
        month.state, month.asked_at, month.reminded, month.by = "asked", now, False, "card"
        self._tell("asked", pledge, month, now)

    def _miss(self, pledge: Promise, month: Month, now: datetime) -> None:
        month.state = "missed"
        so_far = sorted((one for one in pledge.months if one.month <= month.month), key=lambda one: -one.month)
        row = [one.state for one in so_far if one.state != "skipped"][:3]
        if row == ["missed"] * 3:
            self._pause(pledge, month, now)

    def _pause(self, pledge: Promise, month: Month, now: datetime) -> None:
        pledge.state, pledge.until, pledge.look = "paused", None, None
        self._tell("paused", pledge, month, now)

    def _wait(self, pledge: Promise, now: datetime) -> None:
        pledge.state, pledge.look = "waiting", None
        self._tell("waiting", pledge, None, now)

    # -- what they are told, and do about it --

    def _tell(self, kind: str, pledge: Promise, month: Month | None, now: datetime) -> None:
        at = by_day(now + MINUTE, self.zone)

        def arrive() -> None:
            if self.blocked:
                self.letters.append((kind, pledge, month))
            else:
                self._read(kind, pledge, month, at)

        self._note(at, 1, arrive)

    def _read(self, kind: str, pledge: Promise, month: Month | None, now: datetime) -> None:
        """A message arrives, if it is still so."""
        script, me, day = self.script, self.donor.number, now.astimezone(zone_of(self.zone)).date()
        if kind == "waiting":
            if pledge.state == "waiting":
                pledge.waited += 1
                self._answer(pledge, day, script.goes_on(me, pledge.number, pledge.waited))
            return
        assert month is not None
        if kind == "paused":
            if pledge.state == "paused":
                pledge.rested += 1
                self._answer(pledge, day, script.takes_up(me, pledge.number, pledge.rested))
            return
        if month.state != {"declined": "retry"}.get(kind, kind):
            return
        if pledge.state != "active":
            month.unsaid = kind != "asked"
            return
        name = named(month.month)
        if kind == "announced":
            month.notice_at = now
        elif kind == "asked":
            self._pays(pledge, day, script.pays_after(me, pledge.number, name))
        else:
            month.notice_at = now
            self._pays(pledge, day, script.pays_declined(me, pledge.number, name, month.tries))
        if kind != "announced":
            changed = script.changes(kind, me, pledge.number, name, month.tries)
            if changed is not None:
                at = local(day + DAY, ACTS_AT, self.zone)
                self._note(at, 1, Act(at, changed[0], pledge.number, changed[1]))

    def _answer(self, pledge: Promise, day: Any, what: tuple[int, str, Any] | None) -> None:
        if what is not None:
            days, kind, value = what
            at = local(day + days * DAY, ACTS_AT, self.zone)
            self._note(at, 1, Act(at, kind, pledge.number, value))
            if kind == "card":
                self._note(at, 2, Act(at, "resume", pledge.number))

    def _pays(self, pledge: Promise, day: Any, days: int | None) -> None:
        if days is not None:
            at = local(day + days * DAY, PAYS_AT, self.zone)
            self._note(at, 1, lambda: self._tap(pledge, at))

    def _tap(self, pledge: Promise, now: datetime) -> None:
        """They press "pay": the oldest that is asked for, or was declined."""
        first = next((one for one in pledge.open if one.state in ("asked", "retry")), None)
        if first is None or pledge.state != "active":
            return
        first.state = "paid"
        if not self.worlds.wants(first.goal, now):
            first.state = "skipped"
            self._wait(pledge, now)

    # -- what they do --

    def do_leave(self, act: Act) -> bool:
        self.letters.clear()
        self.blocked = False
        return super().do_leave(act)

    def do_block(self, act: Act) -> bool:
        self.blocked = True
        return True

    def do_unblock(self, act: Act) -> bool:
        self.blocked = False
        for kind, pledge, month in self.letters:
            self._read(kind, pledge, month, act.at)
        self.letters.clear()
        return True


@dataclass(frozen=True)
class Expected:
    """What should have become of a month."""

    state: str
    amount: int
    goal: Goal


def expected(script: Script) -> tuple[dict[tuple[int, int, str], Expected], dict[tuple[int, int], Promise]]:
    """Every month that should be there, by donor, pledge and month; and every pledge as it should be in the end."""
    months: dict[tuple[int, int, str], Expected] = {}
    pledges: dict[tuple[int, int], Promise] = {}
    for donor in script.donors:
        life = Life(script, donor)
        life.live()
        for number, pledge in life.pledges.items():
            pledges[donor.number, number] = pledge
            for month in pledge.months:
                months[donor.number, number, named(month.month)] = Expected(month.state, month.amount, month.goal)
    return months, pledges
