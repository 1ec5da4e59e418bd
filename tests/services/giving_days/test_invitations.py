"""A day's audience is invited by one broadcast, made in the commit in which the day begins, and ended with it."""

from datetime import timedelta

import pytest

from giving.broadcasts import Broadcast, BroadcastState
from giving.errors import BroadcastTooLong
from giving.giving_days import Audience, DayState
from giving.people import Visitor
from giving.subscriptions import Often, SubscriptionKind
from services.giving_days import invitations
from services.giving_days.invitations import invitation, invitation_id
from services.links import Links
from tests.services.giving_days.town import an_admin, scheduled, state_of
from tests.world import TEXTS, World, cny


async def readers(world: World, *often: Often) -> None:
    for number, wish in enumerate(often):
        reader = await world.people.meet(Visitor(7000 + number, "R", None, "en"), started=True)
        await world.subscriptions.choose(reader, SubscriptionKind.GIVING_DAYS, wish)


async def of(world: World, day) -> Broadcast | None:
    async with world.unit.read() as work:
        return await work.broadcasts.by_id(invitation_id(day.id))


async def test_who_asked_for_it_is_invited_once_when_the_day_begins(world: World):
    await readers(world, Often.ALL, Often.FEWER, Often.NONE)
    day = await scheduled(world, audience=Audience.SUBSCRIBERS)
    assert await world.invitations.sweep() == 0
    assert await of(world, day) is None, "not before the day"
    world.time.now = day.starts_at
    await world.day_steps.sweep()
    made = await of(world, day)
    assert made is not None
    assert made.state is BroadcastState.DRAFT
    assert [await world.invitations.sweep() for _ in range(3)] == [1, 0, 0]
    sent = await of(world, day)
    assert sent is not None
    assert (sent.state, sent.audience, sent.kind) == (BroadcastState.RUNNING, 2, SubscriptionKind.GIVING_DAYS)
    assert "一元公益日" in sent.content.text("zh-CN")
    assert "One yuan day" in sent.content.text("en")
    assert await audited(world) == [("broadcast.drafted", "clock"), ("broadcast.started", "clock")]


async def test_the_least_that_is_suggested_is_what_helps_whatever_it_is(world: World):
    day = await scheduled(world, amounts=(cny("5"), cny("20")))
    words = invitation(TEXTS, Links("http://x"), day, [world.library])
    assert "¥5 也好" in words.text("zh-CN").replace("\u2068", "").replace("\u2069", "")
    assert "Even ¥5 helps" in words.text("en").replace("\u2068", "").replace("\u2069", "")


async def test_an_invitation_that_cant_be_written_keeps_no_day_from_beginning(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    def impossible(*_: object) -> None:
        raise BroadcastTooLong(most=4096)

    day = await scheduled(world, audience=Audience.SUBSCRIBERS)
    monkeypatch.setattr(invitations, "invitation", impossible)
    world.time.now = day.starts_at
    assert await world.day_steps.sweep() == 1
    assert await state_of(world, day) is DayState.LIVE


async def test_whoever_was_not_told_by_the_end_is_not_told_after_it(world: World):
    await readers(world, Often.ALL)
    day = await scheduled(world, audience=Audience.SUBSCRIBERS)
    world.time.now = day.starts_at
    await world.day_steps.sweep()
    await world.invitations.sweep()
    world.time.now = day.ends_at + timedelta(seconds=1)
    await world.day_steps.sweep()
    ended = await of(world, day)
    assert ended is not None
    assert ended.state is BroadcastState.CANCELLED
    assert (await audited(world))[-1] == ("broadcast.cancelled", "clock")
    assert await world.invitations.sweep() == 0


async def audited(world: World) -> list[tuple[str, str]]:
    """What the log says of broadcasts, and by which way, the first first."""
    async with world.unit.read() as work:
        acts = [act.record for act in await work.audit.list(limit=50)]
    return [(record.action, record.way) for record in reversed(acts) if record.subject_kind == "broadcast"]


@pytest.mark.parametrize("audience", [Audience.NOBODY, Audience.CREATORS])
async def test_where_nobody_is_to_be_told_nothing_goes(world: World, audience: Audience):
    await readers(world, Often.ALL)
    day = await scheduled(world, audience=audience)
    world.time.now = day.starts_at
    await world.day_steps.sweep()
    assert await world.invitations.sweep() == 0
    found = await of(world, day)
    assert found is None or found.state is BroadcastState.CANCELLED


async def test_a_day_stopped_before_it_went_out_ends_it(world: World):
    await readers(world, Often.ALL)
    day = await scheduled(world, audience=Audience.SUBSCRIBERS)
    world.time.now = day.starts_at
    await world.day_steps.sweep()
    await world.giving_days.stop(day.id, await an_admin(world))
    ended = await of(world, day)
    assert ended is not None
    assert ended.state is BroadcastState.CANCELLED
