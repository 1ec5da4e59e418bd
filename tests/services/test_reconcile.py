"""Comparing our books with a provider's on both databases: what is found, kept and told; nothing is changed."""

import asyncio
import random
import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import select

from giving.accounts import Account, rail_clearing
from giving.alerts import Alert, AlertKind
from giving.ledger import Entry, Posting, fee_charged
from giving.money import Money
from giving.notices import NoticeKind
from giving.payments import EventKind
from giving.people import Person, Role
from giving.reconcile import LISTED, Difference, Ours, Theirs, What, amounts_of, differences, key_for
from giving.reconcile_times import Window
from payments.provider import BadEvent, Rail, RailDown, RailRefused, Record
from payments.stars_rail import TokenRail
from services.alerts import AlertService
from services.leadership import Leadership, NotLeading
from services.metrics import MetricsService
from services.reconcile import NotFinished, ReconcileService
from storage.scratch import Scratch
from storage.tables import differences as differences_table
from storage.tables import entries, postings, reconciliations
from storage.work import UnitOfWork
from tests.rails import PaperRail
from tests.world import SHANGHAI, World, cny

NOON = datetime(2025, 11, 20, 4, 0, tzinfo=UTC)  # in Shanghai
DAY = Window(datetime(2025, 11, 20, tzinfo=SHANGHAI), datetime(2025, 11, 21, tzinfo=SHANGHAI))


@pytest.fixture
async def world(world: World) -> World:
    """A year ago: entries are sought from the first id that one of that time can have, and these are made now."""
    world.time.now = datetime(2025, 11, 22, 4, 0, tzinfo=UTC)
    return world


class BookedRail:
    """A provider inside the test that lists what it is given; ours, and not a whole rail."""

    capabilities = PaperRail.capabilities

    def __init__(self, name: str = "paper") -> None:
        self.name = name
        self.lines: list[Record] = []
        self.fails: Exception | None = None
        self.asked: list[tuple[datetime, datetime]] = []

    async def records(self, since: datetime, until: datetime) -> AsyncIterator[Record]:
        self.asked.append((since, until))
        for line in self.lines:
            if since <= line.at < until:
                yield line
        if self.fails is not None:
            raise self.fails


def line(kind: EventKind, id_: str, minor: int, at: datetime = NOON, currency: str = "CNY") -> Record:
    return Record(kind, id_, Money(minor, currency), at)


def booked(rail: str, kind: EventKind, id_: str, minor: int, at: datetime = NOON, currency: str = "CNY") -> Entry:
    """An entry of this fact that no tip stands behind."""
    amount = Money(minor, currency)
    if kind is EventKind.FEE:
        return fee_charged(rail=rail, their_id=id_, at=at, held=rail_clearing(rail), fee=amount)
    other = Posting(Account("test:other"), -amount)
    return Entry(key_for(rail, kind, id_), at, (Posting(rail_clearing(rail), amount), other))


async def book(world: World, *new: Entry) -> None:
    async with world.unit() as work:
        await work.ledger.append(new, now=world.time())


def service_on(world: World, *rails: BookedRail, **options: Any) -> ReconcileService:
    alerts = AlertService(owners=[1001], wakes=world.wakes, now=world.time)
    named = cast(dict[str, Rail], {rail.name: rail for rail in rails})
    return ReconcileService(world.unit, named, alerts, zone=SHANGHAI, **{"now": world.time} | options)


@pytest.fixture
def rail() -> BookedRail:
    return BookedRail()


@pytest.fixture
def service(world: World, rail: BookedRail) -> ReconcileService:
    return service_on(world, rail)


def told(found: Sequence[Difference]) -> list[tuple[What, str]]:
    return [(difference.what, difference.key) for difference in found]


# --- What is found ---------------------------------------------------------------------------------------------------


async def test_a_refund_that_has_its_charges_id_is_missing_itself_however_long_ago_it_was_paid(
    world: World, rail: BookedRail, service: ReconcileService
):
    """As Stars are given back: what was paid is in our books, of a time the provider is not asked for."""
    paid = NOON - timedelta(days=9)
    await book(world, booked("paper", EventKind.PAID, "stx", 80, paid))
    rail.lines = [line(EventKind.PAID, "stx", 80, paid), line(EventKind.REFUNDED, "stx", 80)]
    report = await service.run("paper", DAY)
    assert told(report.differences) == [(What.MISSING_IN_BOOKS, "refund:paper:stx")]
    since_then = await service.run("paper", Window(paid, DAY.until))
    assert (told(since_then.differences), since_then.new) == (told(report.differences), 0), "and it is the same one"


async def test_gifts_that_were_paid_and_given_back_agree_to_the_last(
    world: World, rail: BookedRail, service: ReconcileService
):
    at = int(NOON.timestamp())
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice, charge="ch_1", at=at)
    await world.pay(await world.tip(world.bob, "3", key="q2"), world.bob, charge="ch_2", at=at)
    for _ in range(2):
        await world.deliver(EventKind.REFUNDED, tip, "evt_back", their_id="re_1", charge="ch_1", at=at)
    await world.payments.settle_pending()
    rail.lines = [
        line(EventKind.REFUNDED, "re_1", 500), line(EventKind.FEE, "ch_2", 3), line(EventKind.PAID, "ch_2", 300),
        line(EventKind.PAID, "ch_1", 500), line(EventKind.FEE, "ch_1", 3),
    ]  # fmt: skip

    report = await service.run("paper", DAY)

    assert (report.found, report.young, report.new) == (0, 0, 0)
    assert {(a.kind, a.count, a.total) for a in report.agreed} == {
        (EventKind.PAID, 2, cny("8")), (EventKind.FEE, 2, cny("0.06")), (EventKind.REFUNDED, 1, cny("5")),
    }  # fmt: skip
    rail.lines[3] = line(EventKind.PAID, "ch_1", 501)
    report = await service.run("paper", DAY)
    assert told(report.differences) == [(What.AMOUNT, "payment:paper:ch_1:paid")]
    assert (report.differences[0].theirs, report.differences[0].ours) == (cny("5.01"), cny("5"))


async def test_the_same_is_found_through_the_database_as_without_one(world: World, monkeypatch: pytest.MonkeyPatch):
    """Random books with some things wrong in them, compared both ways, in small pages; each on a rail of its own."""
    monkeypatch.setattr("storage.reconcile.CHUNK", 4)
    monkeypatch.setattr("services.reconcile.service.PAGE", 3)
    monkeypatch.setattr("services.reconcile.service.BATCH", 5)
    for seed in range(12):
        chance = random.Random(seed)
        rail = BookedRail(f"r{seed}")
        facts = [
            (chance.choice(LISTED), f"id_{chance.randrange(14)}", chance.randrange(1, 9), chance.randrange(-30, 50))
            for _ in range(25)
        ]
        rail.lines = [
            line(kind, id_, minor, NOON + timedelta(hours=hours), chance.choice(["CNY", "CNY", "USD"]))
            for kind, id_, minor, hours in facts
            if chance.random() < 0.8
        ]
        ours = {
            key_for(rail.name, kind, id_): (
                kind,
                id_,
                booked(rail.name, kind, id_, minor, NOON + timedelta(hours=hours)),
            )
            for kind, id_, minor, hours in facts
            if chance.random() < 0.8
        }
        await book(world, *(entry for _, _, entry in ours.values()))

        now = NOON + timedelta(days=9)
        report = await service_on(world, rail, now=lambda: NOON + timedelta(days=9)).run(rail.name, DAY)

        reach = DAY.wider(now)
        records = [Theirs(r.kind, r.their_id, r.amount, r.at) for r in rail.lines if reach.holds(r.at)]
        kept = [Ours(e.key, kind, id_, amounts_of(e.postings), e.occurred_at) for kind, id_, e in ours.values()]
        alone = [d.identity for d in differences(rail.name, records, kept) if DAY.holds(d.at)]
        assert sorted(d.identity for d in report.differences) == sorted(alone), f"seed {seed}"
        assert report.found == len(alone)


async def test_an_entry_booked_days_later_is_found_by_its_name(
    world: World, rail: BookedRail, service: ReconcileService
):
    rail.lines = [line(EventKind.PAID, "ch_1", 500)]
    await book(world, booked("paper", EventKind.PAID, "ch_1", 500, NOON + timedelta(days=3)))
    world.time.passes(days=9)
    report = await service.run("paper", DAY)
    assert report.found == 0
    assert [a.count for a in report.agreed] == [1]


async def test_the_edge_of_a_day_makes_no_difference(world: World, rail: BookedRail, service: ReconcileService):
    before, after = DAY.until - timedelta(seconds=1), DAY.until + timedelta(seconds=3)
    rail.lines = [line(EventKind.PAID, "ch_1", 500, before), line(EventKind.PAID, "ch_2", 500, after)]
    await book(world, booked("paper", EventKind.PAID, "ch_1", 500, after))
    await book(world, booked("paper", EventKind.PAID, "ch_2", 500, before))  # in the provider's bill of the next day
    next_day = Window(DAY.until, DAY.until + timedelta(days=1))
    assert [(await service.run("paper", window)).found for window in (DAY, next_day)] == [0, 0]
    assert rail.asked[0] == (DAY.since - timedelta(days=1), DAY.until + timedelta(days=1))


async def test_conversions_agree_in_the_currency_that_was_paid_and_in_the_one_that_arrived(
    world: World, rail: BookedRail, service: ReconcileService
):
    key = key_for("paper", EventKind.PAID, "ch_{}")
    for number, line_ in enumerate([Money(500, "CNY"), Money(70, "USD"), Money(71, "USD"), Money(70, "EUR")]):
        moves = [("rail:paper:clearing", 70, "USD"), ("exchange:paper", -70, "USD"), ("exchange:paper", 500, "CNY")]
        postings_ = tuple(Posting(Account(n), Money(m, c)) for n, m, c in [*moves, ("dispute:test:held", -500, "CNY")])
        await book(world, Entry(key.format(number), NOON, postings_))
        rail.lines.append(Record(EventKind.PAID, f"ch_{number}", line_, NOON))
    report = await service.run("paper", DAY)
    assert told(report.differences) == [(What.AMOUNT, key.format(2)), (What.CURRENCY, key.format(3))]
    assert [d.ours for d in report.differences] == [Money(70, "USD"), Money(500, "CNY")]
    assert [(a.count, a.total) for a in report.agreed] == [(1, Money(500, "CNY")), (1, Money(70, "USD"))]


async def test_a_payment_booked_under_two_ids_is_said_to_be_booked_twice(
    world: World, rail: BookedRail, service: ReconcileService
):
    at = int(NOON.timestamp())
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice, charge="ch_1", fee=None, at=at)
    await world.deliver(EventKind.PAID, tip, "evt_again", their_id="ch_again", at=at)
    await world.payments.settle_pending()
    rail.lines = [line(EventKind.PAID, "ch_1", 500)]
    (found,) = (await service.run("paper", DAY)).differences
    assert (found.what, found.key) == (What.TWICE, "payment:paper:ch_again:paid")
    assert found.other_key == "payment:paper:ch_1:paid"


async def test_what_is_minutes_old_is_not_judged_yet(world: World, rail: BookedRail, service: ReconcileService):
    now = world.time()
    today = Window(now - timedelta(hours=12), now + timedelta(hours=12))
    rail.lines = [line(EventKind.PAID, "ch_new", 500, now - timedelta(minutes=1))]
    await book(world, booked("paper", EventKind.FEE, "ch_old", 3, now - timedelta(minutes=2)))
    report = await service.run("paper", today)
    assert (report.found, report.young) == (0, 2)
    world.time.passes(minutes=10)
    report = await service.run("paper", today)
    assert told(report.differences) == [
        (What.MISSING_AT_PROVIDER, "fee:paper:ch_old"), (What.MISSING_IN_BOOKS, "payment:paper:ch_new:paid"),
    ]  # fmt: skip


async def test_other_rails_and_other_entries_are_left_alone(world: World, rail: BookedRail, service: ReconcileService):
    await book(
        world, booked("papers", EventKind.PAID, "ch_1", 500), booked("pape", EventKind.FEE, "ch_1", 5),
        Entry("match:1:paper", NOON, (Posting(Account("a"), cny("1")), Posting(Account("b"), cny("-1")))),
    )  # fmt: skip
    assert (await service.run("paper", DAY)).found == 0


# --- What is kept and told -------------------------------------------------------------------------------------------


async def rows(unit: UnitOfWork, table: Any) -> list[Any]:
    async with unit.read() as work:
        return list((await work.connection.execute(select(table))).all())


async def alerts(world: World) -> list[tuple[int, Alert]]:
    """Those that are queued and not sent: to whom, and what they say."""
    notices = [n for n in await world.outbox.claim() if n.kind is NoticeKind.ALERT]
    found = [(notice.recipient, await world.outbox.alert(notice)) for notice in notices]
    for notice in notices:
        await world.outbox.sent([notice], 1)
    return [(recipient, alert) for recipient, alert in found if alert is not None]


async def finance(world: World, person: Person) -> None:
    await world.people.grant_from_command_line(person.telegram_id, Role.FINANCE)


async def test_a_difference_is_told_once_and_closed_when_it_is_gone(
    world: World, rail: BookedRail, service: ReconcileService
):
    await finance(world, world.alice)
    right, wrong = line(EventKind.PAID, "ch_1", 500), line(EventKind.PAID, "ch_1", 499)
    await book(world, booked("paper", EventKind.PAID, "ch_1", 500))

    async def is_open() -> list[bool]:
        return [row.closed_at is None for row in await rows(world.unit, differences_table)]

    rail.lines = [wrong]
    assert (await service.run("paper", DAY)).new == 1
    ((recipient, alert),) = await alerts(world)
    assert recipient == world.alice.telegram_id
    assert alert.kind is AlertKind.DIFFERENCES
    assert alert.said == {"rail": "paper", "count": 1}
    assert [each.name for each in alert.lines] == ["amount-differs", "see"]
    assert alert.lines[0].said == {
        "kind": EventKind.PAID, "id": "ch_1", "at": NOON, "theirs": cny("4.99"), "ours": cny("5"),
    }  # fmt: skip

    again = await service.run("paper", DAY)
    assert (again.found, again.new, await alerts(world), await is_open()) == (1, 0, [], [True])

    elsewhere = Window(DAY.until, DAY.until + timedelta(days=1))
    await service.run("paper", elsewhere)
    assert await is_open() == [True], "another day says nothing of it"

    rail.lines = [right]
    await service.run("paper", DAY)
    assert await is_open() == [False]

    rail.lines = [wrong]
    assert (await service.run("paper", DAY)).new == 1
    assert len(await alerts(world)) == 1
    assert await is_open() == [True]
    assert len(await rows(world.unit, reconciliations)) == 5


async def test_nothing_is_written_to_the_books(world: World, rail: BookedRail, service: ReconcileService):
    await book(world, booked("paper", EventKind.PAID, "ch_1", 500))
    before = [await rows(world.unit, table) for table in (entries, postings)]
    rail.lines = [line(EventKind.PAID, "ch_2", 500)]
    assert (await service.run("paper", DAY)).found == 2
    assert [await rows(world.unit, table) for table in (entries, postings)] == before


async def test_without_finance_the_owners_are_told_and_many_are_counted(
    world: World, rail: BookedRail, service: ReconcileService
):
    rail.lines = [line(EventKind.PAID, f"ch_{n}", 100 + n) for n in range(30)]
    assert (await service.run("paper", DAY)).new == 30
    ((recipient, alert),) = await alerts(world)
    assert recipient == 1001
    assert [each.name for each in alert.lines] == ["missing-in-books"] * 5 + ["more", "see"]
    assert alert.lines[5].said == {"count": 25}
    assert alert.lines[6].said == {
        "command": "python main.py reconcile --rail paper --from 2025-11-20 --to 2025-11-20"
    }  # fmt: skip


async def test_finance_that_blocked_the_bot_is_no_reader(world: World, rail: BookedRail, service: ReconcileService):
    await finance(world, world.alice)
    await world.people.blocked(world.alice.telegram_id)
    rail.lines = [line(EventKind.PAID, "ch_1", 100)]
    await service.run("paper", DAY)
    assert [recipient for recipient, _ in await alerts(world)] == [1001]


async def test_more_than_can_be_kept_is_counted_and_closes_nothing(
    world: World, rail: BookedRail, service: ReconcileService, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("services.reconcile.service.MOST_KEPT", 3)
    rail.lines = [line(EventKind.PAID, f"ch_{n}", 100, NOON + timedelta(seconds=n)) for n in range(3)]
    await service.run("paper", DAY)
    rail.lines = [line(EventKind.PAID, f"ch_{n}", 100, NOON - timedelta(seconds=n)) for n in range(10, 15)]
    report = await service.run("paper", DAY)
    assert (report.found, len(report.differences)) == (5, 3)
    kept = await rows(world.unit, differences_table)
    assert len(kept) == 6
    assert all(row.closed_at is None for row in kept)


# --- A provider that does not answer ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("failure", "why"), [
    (RailDown(), "the provider did not answer"), (RailRefused("no_such_key"), "the provider refused: no_such_key"),
    (BadEvent("not a list"), "the provider's answer can't be read: not a list"),
])  # fmt: skip
async def test_an_answer_that_breaks_off_is_no_difference(
    world: World, rail: BookedRail, service: ReconcileService, failure: Exception, why: str
):
    await book(world, booked("paper", EventKind.PAID, "ch_1", 500), booked("paper", EventKind.PAID, "ch_2", 500))
    rail.lines, rail.fails = [line(EventKind.PAID, "ch_1", 400)], failure
    with pytest.raises(NotFinished, match=why):
        await service.run("paper", DAY)
    assert await rows(world.unit, differences_table) == []
    (row,) = await rows(world.unit, reconciliations)
    assert (row.finished, row.reason) == (False, why)
    assert await alerts(world) == [], "by hand somebody sees it"


async def test_an_attempt_that_fails_closes_nothing(world: World, rail: BookedRail, service: ReconcileService):
    rail.lines = [line(EventKind.PAID, "ch_1", 500)]
    await service.run("paper", DAY)
    rail.lines, rail.fails = [], RailDown()
    with pytest.raises(NotFinished):
        await service.run("paper", DAY)
    (row,) = await rows(world.unit, differences_table)
    assert row.closed_at is None


async def test_no_room_for_the_temporary_file_is_no_difference(
    world: World, rail: BookedRail, service: ReconcileService, monkeypatch: pytest.MonkeyPatch
):
    """SQLite's own word for it, from a database that may not grow."""
    begin = Scratch.__init__

    def small(self: Scratch) -> None:
        begin(self)
        self._db.execute("PRAGMA max_page_count = 4")

    monkeypatch.setattr(Scratch, "__init__", small)
    rail.lines = [line(EventKind.PAID, f"ch_{n}", 500) for n in range(5000)]
    with pytest.raises(NotFinished, match=r"no room for the temporary file \(database or disk is full\)"):
        await service.run("paper", DAY)
    assert await rows(world.unit, differences_table) == []


# --- Once a day ------------------------------------------------------------------------------------------------------


async def test_the_daily_one_is_made_once_whoever_asks_and_again_the_next_day(world: World, rail: BookedRail):
    first, second = (service_on(world, rail, hour=13) for _ in range(2))  # two replicas, or one started again
    assert await first.daily() == 0, "it is noon"
    world.time.passes(hours=1)
    assert [await each.daily() for each in (first, second, first)] == [1, 0, 0]
    asked = rail.asked[0]
    assert asked[0] == datetime(2025, 11, 18, tzinfo=SHANGHAI), "three days, and one before them"
    await first.run("paper", DAY)
    world.time.passes(hours=11)
    assert await second.daily() == 0
    world.time.passes(hours=13)
    assert [await each.daily() for each in (second, first)] == [1, 0]
    days = [row.day for row in await rows(world.unit, reconciliations)]
    assert [str(day) for day in days] == ["2025-11-22", "None", "2025-11-23"]


async def test_a_rail_that_lists_nothing_is_left_out_of_the_daily_one(world: World, rail: BookedRail):
    token = TokenRail(provider_token="1:TEST:x", least=cny("7"), most=cny("700"))
    alerts = AlertService(owners=[1001], wakes=world.wakes, now=world.time)
    rails: dict[str, Any] = {token.name: token, rail.name: rail}
    books = ReconcileService(world.unit, rails, alerts, zone=SHANGHAI, hour=13, now=world.time)
    for _ in range(3 * 24 * 2):
        world.time.passes(minutes=30)
        await books.daily()
    assert {row.rail for row in await rows(world.unit, reconciliations)} == {"paper"}


async def test_a_daily_one_that_fails_is_tried_again_and_told_after_the_third_time(world: World, rail: BookedRail):
    other = BookedRail("other")
    service = service_on(world, rail, other, hour=11)
    rail.fails = RailDown()
    told_at = []
    for turn in range(12):
        await service.daily()
        told_at += [(turn, alert) for _, alert in await alerts(world)]
        world.time.passes(minutes=15)
    assert len(other.asked) == 1, "the other one was finished at once"
    assert len(rail.asked) == 6
    ((turn, alert),) = told_at
    assert (turn, alert.kind, alert.said) == (4, AlertKind.NOT_RECONCILED, {"rail": "paper", "tries": 3})
    assert [each.name for each in alert.lines] == ["no-answer"]


async def test_an_error_nobody_foresaw_on_one_rail_leaves_the_others_to_be_compared(world: World, rail: BookedRail):
    other = BookedRail("other")
    rail.fails = RuntimeError("a mistake in the rail")
    assert await service_on(world, rail, other).daily() == 1
    assert [row.rail for row in await rows(world.unit, reconciliations)] == ["other"]


async def test_who_does_not_lead_keeps_nothing(world: World, rail: BookedRail):
    leadership = Leadership(world.unit)
    with pytest.raises(NotLeading):
        await service_on(world, rail, write=leadership.write).daily()
    assert await rows(world.unit, reconciliations) == []


async def test_who_leads_keeps_it_in_the_name_of_their_term(world: World, rail: BookedRail):
    leadership, stop, finished = Leadership(world.unit, holder="one"), asyncio.Event(), list[int]()
    leadership.ready.set()
    service = service_on(world, rail, write=leadership.write)

    async def part(_ended: asyncio.Event) -> None:
        finished.append(await service.daily())
        stop.set()

    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        group.create_task(leadership.run(stop))
        group.create_task(leadership.while_leading(stop, part))
    assert finished == [1]
    assert [row.finished for row in await rows(world.unit, reconciliations)] == [True]


async def test_metrics_say_how_many_are_open_and_when_it_was(world: World, rail: BookedRail, service: ReconcileService):
    rail.lines = [line(EventKind.PAID, "ch_1", 500)]
    await service.run("paper", DAY)
    shown = (await MetricsService(world.unit, rails=["paper", "never"], now=world.time).render()).decode()
    assert 'reconcile_differences{rail="paper"} 1.0' in shown
    assert 'reconcile_differences{rail="never"} 0.0' in shown
    (at,) = re.findall(r'reconcile_last_run_timestamp_seconds\{rail="paper"\} (\S+)', shown)
    assert float(at) == world.time().timestamp()
    assert 'reconcile_last_run_timestamp_seconds{rail="never"} 0.0' in shown
