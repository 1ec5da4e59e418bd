"""Draft to reported: by admins and by the clock, each change audited with what was before and is after."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from giving.errors import (
    DayEndsBeforeStart,
    DayNotNow,
    DayPast,
    DaysOverlap,
    DayStarted,
    DayTooLong,
    DayUnknown,
    NotAllowed,
    NotLonger,
    PreviewStale,
    ProjectClosed,
)
from giving.giving_days import DayState, GivingDay
from giving.projects import ProjectState
from services.giving_days import DaysOn, DaySteps
from storage.audit import AuditedAct
from storage.ids import new_id
from storage.work import Work
from tests.services.giving_days.town import HOUR, an_admin, given, on, plan, scheduled, seconds, state_of
from tests.world import World, cny, project


async def acts_on(world: World, day: GivingDay) -> Sequence[AuditedAct]:
    """What the audit log says of it, oldest first."""
    async with world.unit.read() as work:
        return [act for act in (await work.audit.list(limit=200))[::-1] if act.record.subject_id == str(day.id)]


async def test_a_day_that_cant_be_turned_keeps_no_other_back(world: World):
    start = world.time() + HOUR
    first = await scheduled(world, projects=(world.library.id,), starts_at=start, ends_at=start + HOUR)
    second = await scheduled(world, projects=(world.meals.id,), starts_at=start, ends_at=start + HOUR)

    async def broken(_work: Work, before: GivingDay, _after: GivingDay, _now: datetime) -> None:
        if before.id == first.id:
            raise RuntimeError("a hook that fails")

    world.giving_days.writer.hooks.insert(0, broken)
    world.time.now = start
    assert await world.day_steps.sweep() == 1
    assert [await state_of(world, day) for day in (first, second)] == [DayState.SCHEDULED, DayState.LIVE]


async def test_the_clock_takes_a_day_from_scheduled_to_reported_and_each_step_is_audited(world: World):
    day = await scheduled(world)
    assert await world.day_steps.sweep() == 0
    for at, state in (
        (day.starts_at, DayState.LIVE), (day.ends_at, DayState.CLOSING), (day.closes_at, DayState.REPORTED)
    ):  # fmt: skip
        world.time.now = at
        assert await world.day_steps.sweep() == 1
        assert await state_of(world, day) is state
        assert await world.day_steps.sweep() == 0, "once more changes nothing"
    acts = [act.record for act in await acts_on(world, day)]
    assert [act.action.removeprefix("giving_day.") for act in acts] == [
        "drafted", "scheduled", "began", "ended", "closed"
    ]  # fmt: skip
    assert [(act.way, act.actor is None) for act in acts[1:3]] == [("chat", False), ("clock", True)]
    assert (acts[3].before, acts[3].after) == ({"state": "live"}, {"state": "closing"})


async def test_a_service_that_was_away_all_day_catches_up_and_gifts_counted_meanwhile(world: World):
    day = await scheduled(world)
    world.time.now = day.starts_at + HOUR
    tip = await world.tip(world.alice, "1")  # nobody has turned the day
    assert tip.day == day.id
    await world.pay(tip, world.alice, at=seconds(world.time()))
    world.time.now = day.closes_at + HOUR
    assert await world.day_steps.sweep() == 3
    assert await state_of(world, day) is DayState.REPORTED
    assert (await given(world, day)).given == cny("1")


async def test_two_replicas_turn_a_day_once(world: World):
    day = await scheduled(world)
    world.time.now = day.starts_at
    other = DaySteps(world.unit, world.giving_days, world.people, world.days_on, now=world.time)
    done = await asyncio.gather(*(steps.sweep() for steps in (world.day_steps, other) for _ in range(3)))
    assert sum(done) == 1
    assert [act.record.action for act in await acts_on(world, day)].count("giving_day.began") == 1


async def test_hooks_run_in_the_commit_of_a_change_of_state(world: World):
    heard: list[tuple[DayState, DayState]] = []

    async def hook(_work: Any, before: GivingDay, after: GivingDay, _now: Any) -> None:
        heard.append((before.state, after.state))
        if after.state is DayState.CLOSING:
            raise RuntimeError("no")

    day = await scheduled(world)
    world.giving_days.writer.hooks.append(hook)
    world.time.now = day.starts_at
    await world.day_steps.sweep()
    world.time.now = day.ends_at
    with capture_logs() as logged:
        assert await world.day_steps.sweep() == 0
    assert [line["event"] for line in logged if line["log_level"] == "error"] == ["giving_day_not_turned"]
    assert heard == [(DayState.SCHEDULED, DayState.LIVE), (DayState.LIVE, DayState.CLOSING)]
    assert await state_of(world, day) is DayState.LIVE, "what a hook refuses is not written"


async def test_go_live_now_stop_and_late_payments(world: World):
    admin = await an_admin(world)
    day = await world.giving_days.draft(plan(world), admin)
    seen = await world.giving_days.preview(day.id)
    live = await world.giving_days.go_live(day.id, admin, seen.digest)
    assert (live.state, live.starts_at) == (DayState.LIVE, world.time())
    tip = await world.tip(world.alice, "1")
    assert tip.day == day.id, "what this process changed it knows at once"

    world.time.passes(minutes=5)
    stopped = await world.giving_days.stop(day.id, admin)
    assert (stopped.state, stopped.ends_at) == (DayState.CLOSING, world.time())
    assert stopped.closes_at == world.time() + timedelta(hours=24)
    assert (await world.tip(world.bob, "1", key="late")).day is None
    await world.pay(tip, world.alice, at=seconds(world.time()))
    assert (await given(world, day)).gifts == 1
    record = (await acts_on(world, day))[-1].record
    assert (record.before or {})["ends_at"] == live.ends_at.isoformat()
    assert (record.after or {})["state"] == "closing"


async def test_a_day_that_is_stopped_in_the_moment_it_began_was_on_for_a_moment(world: World):
    admin = await an_admin(world)
    day = await on(world)
    stopped = await world.giving_days.stop(day.id, admin)
    assert stopped.starts_at < stopped.ends_at


async def test_extending_lets_later_taps_count(world: World):
    admin = await an_admin(world)
    day = await on(world)
    longer = await world.giving_days.extend(day.id, admin, day.ends_at + HOUR)
    assert longer.closes_at == longer.ends_at + timedelta(hours=24)
    world.time.now = day.ends_at
    assert (await world.tip(world.alice, "1")).day == day.id
    with pytest.raises(NotLonger):
        await world.giving_days.extend(day.id, admin, longer.ends_at)
    with pytest.raises(DayTooLong):
        await world.giving_days.extend(day.id, admin, longer.ends_at + timedelta(days=31))


async def test_extending_into_another_day_of_the_same_project_is_refused(world: World):
    admin = await an_admin(world)
    day = await scheduled(world, projects=(world.library.id,))
    await scheduled(world, starts_at=day.ends_at, ends_at=day.ends_at + HOUR)
    world.time.now = day.starts_at
    with pytest.raises(DaysOverlap):
        await world.giving_days.extend(day.id, admin, day.ends_at + timedelta(minutes=1))


async def test_two_days_are_never_on_for_one_project(world: World):
    admin = await an_admin(world)
    day = await scheduled(world, projects=(world.library.id,))
    other = await world.giving_days.draft(plan(world), admin)
    seen = await world.giving_days.preview(other.id)
    with pytest.raises(DaysOverlap):
        await world.giving_days.schedule(other.id, admin, seen.digest)
    with pytest.raises(DaysOverlap):
        await world.giving_days.go_live(other.id, admin, seen.digest)
    await world.giving_days.cancel(day.id, admin)
    assert (await world.giving_days.schedule(other.id, admin, seen.digest)).state is DayState.SCHEDULED


async def test_of_two_that_are_scheduled_at_the_same_time_one_is(world: World):
    admin = await an_admin(world)
    days = [await world.giving_days.draft(plan(world), admin) for _ in range(4)]
    marks = [(await world.giving_days.preview(day.id)).digest for day in days]
    came = await asyncio.gather(
        *(world.giving_days.schedule(day.id, admin, mark) for day, mark in zip(days, marks, strict=True)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in came) == ["DaysOverlap"] * 3 + ["GivingDay"]


async def test_a_stale_preview_confirms_nothing(world: World):
    admin, other = await an_admin(world), await an_admin(world, 2002)
    day = await world.giving_days.draft(plan(world), admin)
    seen = await world.giving_days.preview(day.id)
    await world.giving_days.change(day.id, other, titles={"en": "Another title"})
    with pytest.raises(PreviewStale):
        await world.giving_days.schedule(day.id, admin, seen.digest)
    assert await state_of(world, day) is DayState.DRAFT
    anew = await world.giving_days.preview(day.id)
    assert anew.digest != seen.digest
    assert (await world.giving_days.schedule(day.id, admin, anew.digest)).titles == {"en": "Another title"}


async def close(world: World, *slugs: str) -> None:
    """Projects that take no gifts any more."""
    async with world.unit() as work:
        for slug in slugs:
            found = await work.projects.by_slug(slug)
            assert found is not None
            await work.projects.put(replace(found, state=ProjectState.CLOSED), world.time())


async def test_a_project_that_closes_between_preview_and_word_is_shown_first(world: World):
    admin = await an_admin(world)
    day = await world.giving_days.draft(plan(world), admin)
    seen = await world.giving_days.preview(day.id)
    await close(world, "meals")
    with pytest.raises(PreviewStale):
        await world.giving_days.schedule(day.id, admin, seen.digest)
    anew = await world.giving_days.preview(day.id)
    assert [closed.slug for closed in anew.closed] == ["meals"]
    await world.giving_days.schedule(day.id, admin, anew.digest)


async def test_a_day_of_closed_projects_only_is_not_scheduled(world: World):
    admin = await an_admin(world)
    day = await world.giving_days.draft(plan(world), admin)
    await close(world, "meals", "library")
    seen = await world.giving_days.preview(day.id)
    with pytest.raises(ProjectClosed):
        await world.giving_days.schedule(day.id, admin, seen.digest)


async def test_a_project_closed_in_the_middle_leaves_the_day_to_the_others_and_admins_hear_once(world: World):
    await an_admin(world)
    day = await on(world)
    await world.day_steps.sweep()
    await close(world, "library")
    async with world.unit() as work:  # newer than the day's projects
        await work.projects.put(project("other", world.library.organisation, "别的"), world.time())
    for _ in range(3):
        await world.day_steps.sweep()
    async with world.unit() as work:
        queued = await work.outbox.claim(now=world.time(), lease=HOUR, limit=10)
    told = [message for message in queued if message.kind == "day_less"]
    assert {message.subject for message in told} == {day.id}
    assert len(told) == len({message.person for message in told}) >= 1
    with pytest.raises(ProjectClosed) as refusal:
        await world.tip(world.alice, "1")
    others = refusal.value.args_for_message["alternatives"]
    assert [card.project.slug for card in others] == ["meals", "other"], "the day's own first"  # type: ignore[attr-defined]
    assert await state_of(world, day) is DayState.LIVE


async def test_a_scheduled_day_that_is_changed_is_a_draft_again(world: World):
    admin = await an_admin(world)
    day = await scheduled(world)
    changed = await world.giving_days.change(day.id, admin, ends_at=day.ends_at + HOUR)
    assert (changed.state, changed.closes_at) == (DayState.DRAFT, day.closes_at + HOUR)
    world.time.now = day.starts_at
    assert (await world.tip(world.alice, "1")).day is None


async def test_what_is_over_or_has_begun_is_not_scheduled(world: World):
    admin = await an_admin(world)
    day = await world.giving_days.draft(plan(world), admin)
    digest = (await world.giving_days.preview(day.id)).digest
    world.time.now = day.starts_at
    with pytest.raises(DayStarted):
        await world.giving_days.schedule(day.id, admin, digest)
    assert (await world.giving_days.go_live(day.id, admin, digest)).state is DayState.LIVE

    other = await world.giving_days.draft(plan(world), admin)
    digest = (await world.giving_days.preview(other.id)).digest
    world.time.now = other.ends_at
    for act in (world.giving_days.schedule, world.giving_days.go_live):
        with pytest.raises(DayPast):
            await act(other.id, admin, digest)


async def test_what_is_on_is_neither_cancelled_nor_changed_whoever_turned_it(world: World):
    admin = await an_admin(world)
    day = await on(world)  # on by the clock: no sweep came yet
    for act in (world.giving_days.cancel(day.id, admin), world.giving_days.change(day.id, admin, hashtag="x")):
        with pytest.raises(DayNotNow):
            await act
    await world.giving_days.extend(day.id, admin, day.ends_at + HOUR)
    actions = [act.record.action for act in await acts_on(world, day)]
    assert actions[-2:] == ["giving_day.began", "giving_day.extended"]


async def test_who_may_not_run_giving_days_changes_nothing(world: World):
    day = await scheduled(world)
    digest = (await world.giving_days.preview(day.id)).digest
    refused = [
        world.giving_days.draft(plan(world), world.alice), world.giving_days.from_last(world.alice),
        world.giving_days.change(day.id, world.alice, hashtag="x"),
        world.giving_days.schedule(day.id, world.alice, digest), world.giving_days.cancel(day.id, world.alice),
        world.giving_days.go_live(day.id, world.alice, digest), world.giving_days.stop(day.id, world.alice),
        world.giving_days.ask(day.id, world.alice, digest), world.giving_days.confirm(day.id, world.alice, digest),
        world.giving_days.extend(day.id, world.alice, day.ends_at + HOUR),
        world.giving_days.end_series(day.id, world.alice),
    ]  # fmt: skip
    for act in refused:
        with pytest.raises(NotAllowed):
            await act
    assert await world.giving_days.one(day.id) == day


async def test_a_day_that_is_not_there_is_said_to_be_unknown(world: World):
    for act in (
        world.giving_days.one(new_id()), world.giving_days.by_slug("2026-01-01"), world.giving_days.preview(new_id()),
        world.giving_days.stop(new_id(), None), world.giving_days.from_last(None),
    ):  # fmt: skip
        with pytest.raises(DayUnknown):
            await act


async def test_a_draft_and_a_cancelled_day_have_no_page(world: World):
    admin = await an_admin(world)
    day = await world.giving_days.draft(plan(world), admin)
    with pytest.raises(DayUnknown):
        await world.giving_days.by_slug(day.slug)
    digest = (await world.giving_days.preview(day.id)).digest
    await world.giving_days.schedule(day.id, admin, digest)
    assert (await world.giving_days.by_slug(day.slug)).id == day.id
    await world.giving_days.cancel(day.id, admin)
    with pytest.raises(DayUnknown):
        await world.giving_days.by_slug(day.slug)


async def test_addresses_are_dates_and_never_twice_the_same(world: World):
    days = await asyncio.gather(*(world.giving_days.draft(plan(world), None) for _ in range(3)))
    assert {day.slug for day in days} == {"2026-11-22", "2026-11-22-2", "2026-11-22-3"}
    assert {day.id for day in await world.giving_days.list()} == {day.id for day in days}


async def test_bad_times_are_refused_before_anything_is_written(world: World):
    with pytest.raises(DayEndsBeforeStart):
        await world.giving_days.draft(plan(world, ends_at=world.time()), None)
    assert await world.giving_days.list() == []


async def test_another_process_learns_within_a_second_what_was_changed(world: World):
    moment = [0.0]
    far = DaysOn(world.unit, clock=lambda: moment[0])
    assert await far.at(world.time()) == []
    day = await on(world)
    assert await far.at(world.time()) == []
    moment[0] = 1.0
    assert [one.id for one in await far.at(world.time())] == [day.id]
    assert far.of(world.time(), world.library.id) == day.id
    assert far.of(day.ends_at, world.library.id) is None


async def test_a_thousand_taps_in_a_second_look_once(world: World, monkeypatch: pytest.MonkeyPatch):
    looks = []
    found = world.unit.look

    async def look(step: Any) -> Any:
        looks.append(step)
        return await found(step)

    monkeypatch.setattr(world.unit, "look", look)
    await asyncio.gather(*(world.days_on.renew() for _ in range(1000)))
    assert len(looks) == 1
