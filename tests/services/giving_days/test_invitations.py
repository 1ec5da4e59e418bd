"""A day's audience is invited by one broadcast, made in the commit in which the day begins, and ended with it."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from bot import day_notices
from bot.day_cards.creators import call
from giving.broadcasts import Broadcast, BroadcastState, Content
from giving.broadcasts.broadcast import TEXT_MOST
from giving.errors import BroadcastTooLong, NobodyAsked, NobodyElse, NotAllowed, SecondIsYou, SecondNeeded
from giving.giving_days import Audience, DayAct, DayState, GivingDay
from giving.giving_days.pools import DayPool
from giving.matching import Scope
from giving.names import units
from giving.notices import NoticeKind
from giving.people import Person, Visitor
from giving.subscriptions import Often, SubscriptionKind
from services.giving_days import invitations
from services.giving_days.invitations import invitation, invitation_id
from services.giving_days.told import told
from services.links import Links
from storage.tables import outbox
from tests.services.giving_days.test_pools import a_pool
from tests.services.giving_days.town import an_admin, drafted_day, plan, scheduled, state_of
from tests.world import SHANGHAI, TEXTS, World, cny


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
    def impossible(*_: object, **__: object) -> None:
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


async def grown(world: World, *, by: int = 2) -> GivingDay:
    """A day that one admin scheduled for one reader, and that is on; by now more are to be told than one may decide on.

    The clock has turned it, and the leader has looked.
    """
    world.giving_days.terms = replace(world.giving_days.terms, confirm_over=1)
    await readers(world, Often.ALL)
    day = await scheduled(world, audience=Audience.SUBSCRIBERS)
    await readers(world, *[Often.ALL] * (1 + by))
    world.time.now = day.starts_at
    await world.day_steps.sweep()
    assert [await world.invitations.sweep() for _ in range(3)] == [0, 0, 0]
    return await world.giving_days.one(day.id)


async def invited(world: World, day: GivingDay) -> BroadcastState:
    found = await of(world, day)
    assert found is not None
    return found.state


async def told_of_waiting(world: World) -> list[UUID]:
    async with world.unit.read() as work:
        rows = await work.connection.execute(select(outbox.c.person_id).where(outbox.c.kind == NoticeKind.DAY_INVITE))
        return sorted(rows.scalars())


async def test_an_audience_that_grew_over_the_limit_waits_for_a_second_admin_who_is_asked_once(world: World):
    first, second = await an_admin(world), await an_admin(world, 2002, "另一位")
    day = await grown(world)
    assert (day.state, day.asked_by, day.asked_act) == (DayState.LIVE, first.id, DayAct.INVITE)
    assert await invited(world, day) is BroadcastState.DRAFT, "kept, and not sent"
    assert await told_of_waiting(world) == sorted([first.id, second.id])
    async with world.unit.read() as work:
        news = await told(work, NoticeKind.DAY_INVITE, day.id, world.time(), SHANGHAI)
    assert news is not None
    assert (news.asker, news.people) == (await fresh(world, first), 3)

    digest = (await world.giving_days.preview(day.id)).digest
    with pytest.raises(SecondIsYou):
        await world.giving_days.confirm(day.id, first, digest)
    with pytest.raises(NotAllowed):
        await world.giving_days.confirm(day.id, world.alice, digest)
    assert await world.invitations.sweep() == 0
    confirmed = await world.giving_days.confirm(day.id, second, digest)
    assert (confirmed.second_by, confirmed.asked_act) == (second.id, None)
    assert [await world.invitations.sweep() for _ in range(2)] == [1, 0]
    assert await invited(world, day) is BroadcastState.RUNNING
    assert len(await told_of_waiting(world)) == 2
    async with world.unit.read() as work:
        assert await told(work, NoticeKind.DAY_INVITE, day.id, world.time(), SHANGHAI) is None, "no longer so"
        acts = [act.record for act in await work.audit.list(limit=50) if act.record.subject_kind == "giving_day"]
    assert [(act.action, act.way) for act in acts[:2]] == [
        ("giving_day.confirmed", "chat"), ("giving_day.asked", "clock")
    ]  # fmt: skip


async def alone_told(world: World) -> list[UUID]:
    async with world.unit.read() as work:
        rows = await work.connection.execute(select(outbox.c.person_id).where(outbox.c.kind == NoticeKind.DAY_ALONE))
        return list(rows.scalars())


async def test_where_there_is_no_other_admin_the_only_one_is_told_what_they_can_do(world: World):
    day = await grown(world)
    only = await an_admin(world)
    assert (day.asked_by, day.asked_act) == (only.id, DayAct.INVITE)
    assert (await alone_told(world), await told_of_waiting(world)) == ([only.id], [])
    async with world.unit.read() as work:
        news = await told(work, NoticeKind.DAY_ALONE, day.id, world.time(), SHANGHAI)
    assert news is not None
    for language in TEXTS.languages:
        said = day_notices.told(TEXTS, language, NoticeKind.DAY_ALONE, news).text
        assert f"broadcast send {invitation_id(day.id)}" in said, "no invisible mark is copied with it"
    digest = (await world.giving_days.preview(day.id)).digest
    with pytest.raises(NobodyElse):
        await world.giving_days.confirm(day.id, only, digest)

    world.desk.confirm_over = 1
    with pytest.raises(SecondNeeded):  # not without typing it
        await world.desk.start_at_the_shell(invitation_id(day.id), 1, account="root", people=3)
    await world.desk.start_at_the_shell(invitation_id(day.id), 1, account="root", people=3, typed=True)
    assert await invited(world, day) is BroadcastState.RUNNING
    assert await world.invitations.sweep() == 0
    assert (await world.giving_days.one(day.id)).asked_act is None, "nobody is waited for any more"
    async with world.unit.read() as work:
        assert await told(work, NoticeKind.DAY_ALONE, day.id, world.time(), SHANGHAI) is None, "no longer so"


async def test_one_who_joins_an_only_admin_confirms_it(world: World):
    day = await grown(world)
    other = await an_admin(world, 2002, "另一位")
    await world.giving_days.confirm(day.id, other, (await world.giving_days.preview(day.id)).digest)
    assert await world.invitations.sweep() == 1


async def fresh(world: World, person: Person) -> Person:
    async with world.unit.read() as work:
        return (await work.people.by_ids([person.id]))[person.id]


async def test_a_longer_day_asks_again_and_tells_nobody_twice(world: World):
    admin, _ = await an_admin(world), await an_admin(world, 2002, "另一位")
    day = await grown(world)
    longer = await world.giving_days.extend(day.id, admin, day.ends_at + timedelta(hours=1))
    assert longer.asked_act is None
    assert await world.invitations.sweep() == 0
    assert (await world.giving_days.one(day.id)).asked_act is DayAct.INVITE
    assert len(await told_of_waiting(world)) == 2


async def test_what_nobody_confirmed_by_the_end_is_not_sent_after_it(world: World):
    day = await grown(world)
    world.time.now = day.ends_at
    await world.day_steps.sweep()
    assert await invited(world, day) is BroadcastState.CANCELLED
    ended = await world.giving_days.one(day.id)
    assert ended.asked_act is None
    digest, other = (await world.giving_days.preview(day.id)).digest, await an_admin(world, 2002, "另一位")
    with pytest.raises(NobodyAsked):
        await world.giving_days.confirm(day.id, other, digest)


async def test_what_two_said_yes_to_is_not_asked_again_however_many_they_are_by_now(world: World):
    first, second = await an_admin(world), await an_admin(world, 2002, "另一位")
    days = world.giving_days
    days.terms = replace(days.terms, confirm_over=1)
    await readers(world, Often.ALL, Often.ALL)
    day = await days.draft(plan(world, audience=Audience.SUBSCRIBERS), first)
    await days.ask(day.id, first, (await days.preview(day.id)).digest)
    done = await days.confirm(day.id, second, (await days.preview(day.id)).digest)
    assert (done.begun_by, done.second_by) == (first.id, second.id)
    await readers(world, *[Often.ALL] * 4)
    world.time.now = day.starts_at
    await world.day_steps.sweep()
    assert await world.invitations.sweep() == 1
    assert await told_of_waiting(world) == []


async def test_what_is_changed_after_two_words_has_none_of_them(world: World):
    first, second = await an_admin(world), await an_admin(world, 2002, "另一位")
    days = world.giving_days
    days.terms = replace(days.terms, confirm_over=0)
    await readers(world, Often.ALL)
    day = await days.draft(plan(world, audience=Audience.SUBSCRIBERS), first)
    await days.ask(day.id, first, (await days.preview(day.id)).digest)
    await days.confirm(day.id, second, (await days.preview(day.id)).digest)
    changed = await days.change(day.id, first, hashtag="#x")
    assert (changed.begun_by, changed.second_by) == (None, None)


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


async def test_the_longest_words_there_can_be_are_no_longer_than_telegram_takes(world: World):
    family = "👨‍👩‍👧‍👦"
    day = await drafted_day(world, titles={"zh-CN": family * 64}, texts={"zh-CN": family * 600})
    titled = {code: replace(text, title=family * 64) for code, text in world.library.texts.items()}
    projects = [replace(world.library, texts=titled, id=UUID(int=number)) for number in range(20)]
    now = day.starts_at
    day = replace(day, projects=tuple(each.id for each in projects))
    scope = Scope(projects=frozenset(each.id for each in projects[:19]))
    signed = replace(await a_pool(world, amount="50000"), scope=scope)
    pools = [DayPool(signed, family * 64, named=True, fits=True) for _ in range(6)]
    for some in (projects, projects[:5]):
        said = invitation(TEXTS, Links("http://x", "yizan_bot"), day, some, pools, now=now)
        assert all("🤝" in words for words in said.texts.values())
    told = call(TEXTS, "zh-CN", day, projects[0], [], pools, now)
    assert units(re.sub("<[^>]*>", "", told.text)) <= TEXT_MOST


async def test_who_is_not_told_yet_when_a_day_is_extended_reads_its_new_end(world: World):
    await readers(world, Often.ALL)
    day = await scheduled(world, audience=Audience.SUBSCRIBERS)
    world.time.now = day.starts_at
    await world.day_steps.sweep()
    for until in (day.ends_at + timedelta(hours=3), day.ends_at + timedelta(hours=7)):  # made, then on its way
        before = await of(world, day)
        longer = await world.giving_days.extend(day.id, None, until)
        found = await of(world, day)
        assert before is not None
        assert found is not None
        expected = invitation(TEXTS, Links("http://x"), longer, [world.library, world.meals])
        assert found.content.texts == expected.texts
        assert (found.content.buttons, found.version) == (before.content.buttons, before.version + 1)
        await world.invitations.sweep()

    own = Content({"zh-CN": "自己写的", "en": "Our own words"})
    found = await of(world, day)
    assert found is not None
    await world.broadcasts.edit(found.id, found.version, own, None)
    await world.giving_days.extend(day.id, None, day.ends_at + timedelta(hours=9))
    kept = await of(world, day)
    assert kept is not None
    assert kept.content == own, "what somebody wrote says no end that could be wrong"
