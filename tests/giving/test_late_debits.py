"""A debit is made on the day that its donor was told, or soon after; else they are told another, or it is left out."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from giving.pledges import (
    LATE,
    LEAST_NOTICE,
    NOTICE,
    RETRY_NOTICE,
    VALID,
    InstalmentState,
    Step,
    announced_anew,
    debit_from,
    debit_until,
    next_step,
    retry_at,
)
from tests.giving.test_instalments import ACTIVE, DUE, every, instalment, known, moments


@given(every, known, moments)
def test_nothing_is_debited_more_than_three_days_after_the_day_that_was_told(one, what, now):
    if next_step(one, what, now) is not Step.DEBIT:
        return
    until = debit_until(one, what)
    assert until is not None
    assert now < until
    if one.state is InstalmentState.ANNOUNCED:
        told = debit_from(one, what)
        assert told is not None
        assert now < told + LATE


def test_a_debit_that_was_not_made_is_told_once_more_and_then_left_out():
    told = replace(ACTIVE, notice_at=DUE - timedelta(days=7))
    assert next_step(instalment(), told, DUE + LATE - timedelta(seconds=1)) is Step.DEBIT
    assert next_step(instalment(), told, DUE + LATE) is Step.ANNOUNCE
    assert next_step(instalment(), told, DUE + VALID) is Step.SKIP, "with the next month's it would be two at once"
    now = DUE + timedelta(days=4)
    anew = announced_anew(instalment(), now)
    assert (anew.state, anew.due_at, anew.reminded_at) == (InstalmentState.ANNOUNCED, now + LEAST_NOTICE, now)
    again = replace(told, notice_at=now)
    assert next_step(anew, again, now + LEAST_NOTICE - timedelta(seconds=1)) is None
    assert next_step(anew, again, now + LEAST_NOTICE) is Step.DEBIT
    assert next_step(anew, again, now + LEAST_NOTICE + LATE) is Step.SKIP


def test_what_a_rail_or_the_operator_kept_from_its_day_is_told_anew_too():
    put_off = instalment(InstalmentState.RETRY, first_tried_at=DUE, due_at=DUE + timedelta(days=2))
    told = replace(ACTIVE, notice_at=DUE - timedelta(days=7))
    assert next_step(put_off, told, put_off.due_at) is Step.DEBIT
    put_off = replace(put_off, due_at=DUE + LATE)
    assert next_step(put_off, told, put_off.due_at) is Step.ANNOUNCE
    anew = announced_anew(put_off, put_off.due_at)
    assert (anew.state, anew.first_tried_at) == (InstalmentState.ANNOUNCED, None)
    declined = replace(put_off, tries=1, due_at=DUE + timedelta(days=3))
    told = replace(ACTIVE, notice_at=DUE)
    assert next_step(declined, told, DUE + timedelta(days=3) + LATE) is Step.ANNOUNCE
    anew = announced_anew(declined, DUE + timedelta(days=7))
    assert (anew.state, anew.due_at) == (InstalmentState.RETRY, DUE + timedelta(days=7) + RETRY_NOTICE)


class LifeOfADebit(RuleBasedStateMachine):
    """However long we, Telegram or the rail are away: debited by a day that was told, and soon; or not at all."""

    def __init__(self) -> None:
        super().__init__()
        self.now = DUE - NOTICE
        self.one = instalment()
        self.sent_at: datetime | None = None
        self.day: datetime | None = None

    @rule(hours=st.integers(1, 9 * 24))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @precondition(lambda self: self.sent_at is None)
    @rule()
    def its_notice_is_sent(self) -> None:
        self.sent_at = self.now
        lead = RETRY_NOTICE if self.one.tries else LEAST_NOTICE
        self.day = max(self.one.due_at, self.now + lead)  # which it says

    @rule(answer=st.sampled_from(["paid", "declined", "put off", "never came"]))
    def it_is_looked_at(self, answer: str) -> None:
        step = next_step(self.one, replace(ACTIVE, notice_at=self.sent_at), self.now)
        if step is Step.ANNOUNCE:
            self.one, self.sent_at = announced_anew(self.one, self.now), None
        elif step is Step.SKIP:
            self.one = replace(self.one, state=InstalmentState.SKIPPED)
        elif step is Step.DEBIT:
            assert self.day is not None
            assert self.day <= self.now < self.day + 2 * LATE, "the day that was told, or some days on"
            assert self.one.tries or self.now < DUE + timedelta(days=26), "not with the next month's"
            self._answered(answer)

    def _answered(self, answer: str) -> None:
        begun = replace(self.one, first_tried_at=self.one.first_tried_at or self.now)
        at = retry_at(begun, self.now)
        if answer == "paid" or at is None:
            self.one = replace(begun, state=InstalmentState.PAID)
        elif answer == "declined":
            self.one = replace(begun, state=InstalmentState.RETRY, tries=begun.tries + 1, due_at=at)
            self.sent_at = None
        else:
            later = timedelta(days=1) if answer == "put off" else timedelta()
            self.one = replace(begun, state=InstalmentState.RETRY, due_at=self.now + later)


TestLifeOfADebit = LifeOfADebit.TestCase


def test_a_notice_that_nobody_was_told_is_told_anew_before_its_day_and_once():
    unsaid = replace(ACTIVE, unsaid=True)
    before = DUE - timedelta(days=6)
    assert next_step(instalment(), unsaid, before) is Step.ANNOUNCE
    anew = announced_anew(instalment(), before)
    assert anew.due_at == DUE, "there is time enough"
    assert next_step(anew, unsaid, before) is Step.SKIP
    assert next_step(instalment(), unsaid, DUE + VALID) is Step.SKIP
