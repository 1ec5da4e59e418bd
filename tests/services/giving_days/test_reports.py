"""What a day came to: counted once, when it closed, the same on the page, in the table, the messages and the ledger."""

import csv
import io
from datetime import time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from giving.day_reports import disagreements
from giving.errors import DayUnknown, ReportNotYet
from giving.giving_days import ELEVENTH, DayState, GivingDay
from giving.matching import Ratio, Scope
from giving.notices import NoticeKind
from giving.payments import EventKind
from giving.people import Person, Visitor
from giving.quiet import QuietHours
from giving.rankings import Board
from giving.subscriptions import Often, SubscriptionKind
from giving.tips import OfferRequest, Tip
from services.giving_days.live import LiveDays
from services.giving_days.report import DayReports
from services.giving_days.report_table import COLUMNS, csv_of
from storage.tables import chats
from tests.services.giving_days.town import HOUR, on, plan, scheduled, seconds
from tests.services.test_matching import a_pool
from tests.world import SHANGHAI, TEXTS, World, cny


async def gift(world: World, who: Person, amount: str, name: str, *, fee: int = 3) -> Tip:
    """Tapped and paid now."""
    tip = await world.tip(who, amount, key=name)
    return await world.pay(tip, who, charge=f"ch_{name}", fee=fee, at=seconds(world.time()))


async def closed(world: World, day: GivingDay) -> GivingDay:
    """The day is over, late payments are in, and the leader did its work."""
    world.time.now = day.closes_at
    await world.day_steps.sweep()
    await world.day_reports.sweep()
    return await world.giving_days.one(day.id)


async def messages(world: World, kind: NoticeKind) -> list[Any]:
    """Whatever is queued, once its time has come."""
    return [notice for notice in await world.outbox.claim(500) if notice.kind is kind]


async def a_day_with_everything(world: World) -> GivingDay:
    """Gifts matched and one held, one given back, one in part, one that came too late, one before the day."""
    carol = await world.people.meet(Visitor(1500, "Carol", None, "en"), started=True)
    await gift(world, carol, "5", "before")
    world.time.passes(days=30)  # since then they are known
    day = await on(world)
    await a_pool(world, Ratio(1, 1), scope=Scope(days=frozenset([day.id])), ends=False)
    dora = await world.people.meet(Visitor(1501, "Dora", None, "en"), started=True)
    await gift(world, dora, "1", "d1")
    await gift(world, world.alice, "1", "a1")
    await gift(world, world.alice, "5", "a2")
    world.time.passes(hours=2)
    await gift(world, carol, "10", "c1")
    whole = await gift(world, world.bob, "1", "b1")
    part = await gift(world, world.bob, "10", "b2")
    late = await world.tip(world.bob, "5", key="late")
    await world.deliver(EventKind.REFUNDED, whole, "e1", their_id="re_1", charge="ch_b1")
    await world.deliver(EventKind.REFUNDED, part, "e2", their_id="re_2", charge="ch_b2", minor=300)
    await world.payments.settle_pending()
    world.time.now = day.closes_at
    await world.pay(late, world.bob, charge="ch_late", at=seconds(day.closes_at))
    return day


async def test_page_table_messages_and_ledger_say_the_same(world: World):
    day = await a_day_with_everything(world)
    assert (await closed(world, day)).state is DayState.REPORTED
    page = await world.day_reports.page(day.slug)
    report = page.report

    assert disagreements(report) == []
    assert (report.whole.gifts, report.whole.donors) == (5, 4)
    assert report.whole.given == (cny("24"),)
    assert (report.new, report.returning) == (3, 1)
    assert report.median == cny("5")  # of 1, 1, 5, 7 and 10
    assert not page.since.given
    assert not page.since.matched

    async with world.unit.read() as work:
        tally = (await work.tallies.of([day.id], "CNY"))[day.id]
    assert (tally.given, tally.gifts, tally.donors) == (report.given, report.whole.gifts, report.whole.donors)
    outside = cny("5") + cny("5")  # before the day, and too late for it
    assert await world.balance(f"project:{world.library.id}:credited") == -(report.given + outside)
    matched = await world.balance(f"project:{world.library.id}:matched")
    assert report.whole.matched == (-matched,)
    assert report.whole.matched == (cny("23"),)  # Dora's is held: nobody has known her for long
    fees = await world.balance("expense:fees:paper")
    assert report.fees == (fees - cny("0.06"),)  # of the two that are not the day's

    table = list(csv.DictReader(io.StringIO(csv_of(page, TEXTS, "en"))))
    assert tuple(table[0]) == COLUMNS
    by_section: dict[str, list[dict[str, str]]] = {}
    for row in table:
        by_section.setdefault(row["section"], []).append(row)
    assert (by_section["day"][0]["given"], by_section["day"][0]["gifts"]) == ("24.00", "5")
    for section in ("project", "creator", "hour"):
        assert sum(float(row["given"]) for row in by_section[section]) == 24.0, section
        assert sum(int(row["gifts"]) for row in by_section[section]) == 5, section

    told = await messages(world, NoticeKind.DAY_TOGETHER)
    parts = [await world.outbox.together(notice) for notice in told]
    assert len(parts) == report.whole.donors
    assert sum(part.given[0].minor for part in parts if part) == report.given.minor
    assert sum(part.gifts for part in parts if part) == report.whole.gifts
    assert sum(a.minor for part in parts if part for a in part.matched) == report.whole.matched[0].minor
    assert {part.whole.given for part in parts if part} == {report.whole.given}


async def test_a_report_is_made_once_and_later_refunds_do_not_change_it(world: World):
    day = await on(world)
    kept = await gift(world, world.alice, "5", "a")
    await gift(world, world.bob, "1", "b")
    await closed(world, day)
    first = (await world.day_reports.page(day.slug)).report

    await world.deliver(EventKind.REFUNDED, kept, "e1", their_id="re_1", charge="ch_a")
    await world.payments.settle_pending()
    world.time.passes(hours=1)
    assert await world.day_reports.sweep() == 0
    page = await world.day_reports.page(day.slug)
    assert page.report == first
    assert page.since.given == (-cny("5"),)


async def test_each_donor_is_told_once_also_when_it_is_broken_off(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("services.giving_days.report.TOLD_AT_ONCE", 2)
    day = await on(world)
    people = [await world.people.meet(Visitor(1600 + n, f"P{n}", None, "en"), started=True) for n in range(5)]
    for n, person in enumerate(people):
        await gift(world, person, "1", f"p{n}")
    world.time.now = day.closes_at
    await world.day_steps.sweep()
    await world.day_reports._make(day.id)
    await world.day_reports._tell_some(day.id)  # and there the process ended

    assert await world.day_reports.sweep() > 0
    assert await world.day_reports.sweep() == 0
    told = await messages(world, NoticeKind.DAY_TOGETHER)
    assert sorted(notice.person for notice in told) == sorted(person.id for person in people)
    admins = await messages(world, NoticeKind.DAY_REPORT)
    assert not admins or len({notice.person for notice in admins}) == len(admins)


async def test_who_had_all_of_it_back_or_can_not_be_reached_is_told_nothing(world: World):
    day = await on(world)
    back = await gift(world, world.alice, "5", "a")
    await gift(world, world.bob, "1", "b")
    await world.people.blocked(world.bob.telegram_id)
    await closed(world, day)
    await world.deliver(EventKind.REFUNDED, back, "e1", their_id="re_1", charge="ch_a")
    await world.payments.settle_pending()
    told = await messages(world, NoticeKind.DAY_TOGETHER)
    assert [notice.person for notice in told] == [world.alice.id]
    assert await world.outbox.together(told[0]) is None


async def test_messages_wait_for_the_readers_morning(world: World):
    night = DayReports(
        world.unit, world.people, world.pictures, world.day_reports._links, wakes=world.wakes, zone=SHANGHAI,
        quiet=QuietHours(time(22), time(8), SHANGHAI), now=world.time,
    )  # fmt: skip
    day = await on(world)
    await gift(world, world.alice, "5", "a")
    berliner = await world.people.meet(Visitor(1700, "Berta", None, "en"), started=True)
    async with world.unit() as work:
        await work.subscriptions.choose_timezone(berliner.id, "Europe/Berlin")
    await gift(world, berliner, "1", "b")
    atlantean = await world.people.meet(Visitor(1701, "Atla", None, "en"), started=True)
    async with world.unit() as work:
        await work.subscriptions.choose_timezone(atlantean.id, "Mars/Olympus")  # no longer known: the operator's
    await gift(world, atlantean, "1", "at")
    at = day.closes_at.astimezone(SHANGHAI)
    world.time.now = at.replace(hour=23, minute=0) if at.hour < 23 else at
    assert world.time.now >= day.closes_at
    await world.day_steps.sweep()
    await night.sweep()
    assert [n.person for n in await messages(world, NoticeKind.DAY_TOGETHER)] == [berliner.id]  # afternoon there
    world.time.passes(hours=9)
    morning = {n.person for n in await messages(world, NoticeKind.DAY_TOGETHER)}
    assert morning == {world.alice.id, atlantean.id}


async def test_no_draft_is_promised_only_the_rule_of_its_series(world: World):
    day = await on(world)
    await closed(world, day)
    start = world.time() + timedelta(days=2)
    draft = await world.giving_days.draft(plan(world, starts_at=start, ends_at=start + HOUR), None)
    series = await world.giving_days.repeat(draft.id, None, ELEVENTH)
    promised = (await world.day_reports.page(day.slug)).next_at
    assert promised == series.window(SHANGHAI)[0] > draft.starts_at


async def test_the_next_date_of_a_series_stays_promised_once_its_draft_is_there(world: World):
    day = await on(world)
    await closed(world, day)
    series = await world.giving_days.repeat(day.id, None, ELEVENTH)
    promised = series.window(SHANGHAI)[0]
    assert (await world.day_reports.page(day.slug)).next_at == promised
    world.time.now = max(world.time(), series.draft_at)
    await world.day_steps.sweep()
    (draft,) = [one for one in await world.giving_days.list() if one.state is DayState.DRAFT]
    assert draft.starts_at == promised
    moved = draft.starts_at + timedelta(days=1)
    await world.giving_days.change(draft.id, None, starts_at=moved, ends_at=moved + HOUR)
    assert (await world.day_reports.page(day.slug)).next_at == promised, "by its rule, whatever the draft says"
    await world.giving_days.cancel(draft.id, None)
    after = (await world.day_reports.page(day.slug)).next_at
    assert after is not None
    assert after > promised + timedelta(days=25), "that one does not take place"


async def test_a_message_says_when_the_next_day_is_and_whether_they_hear_of_it(world: World):
    day = await on(world)
    await gift(world, world.alice, "5", "a")
    await closed(world, day)
    told = (await messages(world, NoticeKind.DAY_TOGETHER))[0]
    before = await world.outbox.together(told)
    assert before is not None
    assert (before.next_at, before.subscribed) == (None, False)

    start = world.time() + timedelta(days=20)
    following = await scheduled(world, starts_at=start, ends_at=start + 24 * HOUR)
    await world.subscriptions.choose(world.alice, SubscriptionKind.GIVING_DAYS, Often.ALL)
    after = await world.outbox.together(told)
    assert after is not None
    assert (after.next_at, after.subscribed) == (following.starts_at, True)


async def test_it_stands_beside_the_last_three_days(world: World):
    slugs = []
    for number in range(5):
        day = await on(world)
        await gift(world, world.alice, "1", f"g{number}")
        await closed(world, day)
        slugs.append(day.slug)
        world.time.passes(days=1)
    page = await world.day_reports.page(slugs[-1])
    assert [one.slug for one in page.report.earlier] == slugs[3:0:-1]
    assert {one.whole.given for one in page.report.earlier} == {(cny("1"),)}


async def test_creators_are_named_by_their_page_if_they_wish_to_be_ranked(world: World):
    day = await on(world)
    await gift(world, world.alice, "5", "a")  # under the creator's post
    slot = (await world.slots.open(world.creator, world.library.id, "晓雯")).slot
    tip = await world.tips.offer(OfferRequest("s", world.bob.id, cny("1"), slot=slot.id))
    await world.pay(tip, world.bob, charge="ch_s", at=seconds(world.time()))
    alone = await world.tips.offer(OfferRequest("p", world.bob.id, cny("10"), project=world.meals.id))
    await world.pay(alone, world.bob, charge="ch_p", at=seconds(world.time()))
    await closed(world, day)
    others, _ = (await world.day_reports.page(day.slug)).creators
    assert others.name is None  # nobody asked them

    async with world.unit() as work:
        await work.rankings.consent(world.creator.id, Board.CREATORS, now=world.time())
    named, nobody = (await world.day_reports.page(day.slug)).creators
    assert (named.name, named.slug, named.gifts, named.donors) == ("晓雯", slot.slug, 2, 2)
    assert (nobody.name, nobody.number, nobody.given) == (None, 0, (cny("10"),))

    await world.slots.close(world.creator)
    by_chat, _ = (await world.day_reports.page(day.slug)).creators
    assert (by_chat.name, by_chat.slug, by_chat.chat, by_chat.gifts) == ("晓雯的阅读时光", None, "xiaowen_reads", 2)
    (shown,) = (await LiveDays(world.unit, every_s=0, now=world.time).now(day.id)).creators
    assert (shown.name, shown.slug, shown.chat) == (by_chat.name, by_chat.slug, by_chat.chat), "as on the day's page"

    async with world.unit() as work:
        await work.connection.execute(update(chats).values(username=None))
    others, _ = (await world.day_reports.page(day.slug)).creators
    assert (others.name, others.slug, others.chat, others.number, others.gifts) == (None, None, None, 1, 2)


async def test_there_is_no_report_of_what_is_not_over_nor_a_word_of_drafts(world: World):
    day = await scheduled(world)
    with pytest.raises(ReportNotYet):
        await world.day_reports.page(day.slug)
    later = world.time() + 48 * HOUR
    draft = await world.giving_days.draft(plan(world, starts_at=later, ends_at=later + HOUR), None)
    for slug in (draft.slug, "nothing"):
        with pytest.raises(DayUnknown):
            await world.day_reports.page(slug)


async def test_a_day_of_nothing_is_reported_too(world: World):
    day = await on(world)
    await closed(world, day)
    page = await world.day_reports.page(day.slug)
    assert (page.report.whole.gifts, page.report.median, page.creators) == (0, None, ())
    assert await messages(world, NoticeKind.DAY_TOGETHER) == []


async def test_a_replica_that_comes_too_late_changes_nothing(world: World):
    day = await on(world)
    await gift(world, world.alice, "1", "a")
    await closed(world, day)
    assert await world.day_reports._make(day.id) == 0
    assert isinstance(day.id, UUID)
