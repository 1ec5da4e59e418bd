"""The month's end with a moving clock: one notice, three days, and what their donor does meanwhile."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from giving.notices import NoticeKind
from giving.people import Visitor
from giving.tabs import ChargeState
from giving.tips import Tip, TipState
from tests.services.test_tabs import Tabs, house_of
from tests.world import SHANGHAI, World, cny

NEW_YORK, HAVANA = ZoneInfo("America/New_York"), ZoneInfo("America/Havana")
STEP = timedelta(hours=4)


@pytest.fixture
async def house(world: World) -> Tabs:
    return house_of(world)


@dataclass
class Diary:
    """What was said and charged, and when."""

    house: Tabs
    said: list[tuple[datetime, NoticeKind]]
    charged: list[datetime]

    async def until(self, end: datetime) -> None:
        """The clock goes on in steps, and the sweep looks at each."""
        time = self.house.world.time
        while time.now < end:
            time.now += STEP
            before = len(self.house.card.charged)
            for _ in range(2):
                await self.house.charges.sweep()
            notices = await self.house.outbox.claim()
            self.said += [(time.now, notice.kind) for notice in notices]
            for notice in notices:
                await self.house.outbox.sent([notice], 7)
            self.charged += [time.now] * (len(self.house.card.charged) - before)

    def told(self, kind: NoticeKind) -> list[datetime]:
        return [at for at, what in self.said if what is kind]


async def begun(house: Tabs, zone: ZoneInfo, at: datetime, *amounts: str) -> tuple[Diary, list[Tip]]:
    """Alice, with a saved card, promises some days before the month's end."""
    house.tabs.zone, house.world.time.now = zone, at
    await house.save(house.world.alice)
    tips = [await house.promise(house.world.alice, amount) for amount in amounts or ("6",)]
    return Diary(house, [], []), tips


@pytest.mark.parametrize(("zone", "end"), [
    (SHANGHAI, datetime(2026, 11, 30, 10, tzinfo=SHANGHAI)), (SHANGHAI, datetime(2028, 2, 29, 10, tzinfo=SHANGHAI)),
    (NEW_YORK, datetime(2026, 10, 31, 10, tzinfo=NEW_YORK)), (HAVANA, datetime(2026, 10, 31, 10, tzinfo=HAVANA)),
    (NEW_YORK, datetime(2026, 12, 31, 10, tzinfo=NEW_YORK)),
], ids=["30 days", "leap day", "clocks go back the next day", "at midnight", "the year's end"])  # fmt: skip
async def test_one_notice_at_the_months_end_and_one_charge_three_days_later(house: Tabs, zone: ZoneInfo, end: datetime):
    diary, (tip,) = await begun(house, zone, end.astimezone(UTC) - timedelta(days=2, minutes=30))
    await diary.until(end.astimezone(UTC) + timedelta(days=5))
    (announced,), (charged,) = diary.told(NoticeKind.TAB_ANNOUNCED), diary.charged
    assert end <= announced < end + STEP
    assert timedelta(days=3) <= charged - announced < timedelta(days=3) + STEP, "in hours, whatever the clocks do"
    payment = (await house.world.fresh(tip)).payment
    assert payment is not None
    await house.paid(payment, 600, charge=f"pi_{payment.hex}")
    await diary.until(end.astimezone(UTC) + timedelta(days=6))
    assert [kind for _, kind in diary.said] == [NoticeKind.TAB_ANNOUNCED, NoticeKind.RECEIPT]
    assert (await house.world.fresh(tip)).state is TipState.PAID


async def test_skipped_on_the_31st_it_is_announced_again_on_the_last_of_february_and_only_then(house: Tabs):
    diary, (tip,) = await begun(house, SHANGHAI, datetime(2028, 1, 30, 2, tzinfo=UTC))
    await diary.until(datetime(2028, 2, 1, 2, tzinfo=UTC))
    ((charge),) = await house.open()
    await house.charges.skip(charge.charge.id, house.world.alice)
    house.world.time.now = datetime(2028, 2, 20, tzinfo=UTC)
    await diary.until(datetime(2028, 2, 28, 20, tzinfo=UTC))
    assert len(diary.told(NoticeKind.TAB_ANNOUNCED)) == 1
    await diary.until(datetime(2028, 3, 4, tzinfo=UTC))
    _, again = diary.told(NoticeKind.TAB_ANNOUNCED)
    assert again.astimezone(SHANGHAI).date().isoformat() == "2028-02-29"
    assert len(diary.charged) == 1
    assert diary.charged[0] - again >= timedelta(days=3)
    assert (await house.world.fresh(tip)).state is TipState.ON_TAB, "until its provider says that it was paid"


async def test_other_sums_chosen_while_a_notice_is_out_hold_from_the_next_one_on(house: Tabs):
    world = house.world
    diary, _ = await begun(house, SHANGHAI, datetime(2026, 11, 10, 2, tzinfo=UTC), "15", "15")
    await diary.until(datetime(2026, 11, 11, 2, tzinfo=UTC))
    alice = await house.tabs.set_terms(world.alice, settle_at=cny("50"), monthly=cny("60"))
    await house.promise(alice, "10", project=world.meals.id)
    await diary.until(datetime(2026, 11, 14, 2, tzinfo=UTC))
    ((_, intent, _),) = house.card.charged
    assert intent.amount == cny("30"), "what was announced, neither more nor less"
    assert len(diary.told(NoticeKind.TAB_ANNOUNCED)) == 1
    (view,) = (await house.tabs.view(alice)).cards
    assert (view.tab.promised, view.settles_at) == (cny("10"), cny("50"))
    await diary.until(datetime(2026, 11, 20, tzinfo=UTC))
    assert len(diary.told(NoticeKind.TAB_ANNOUNCED)) == 1, "¥10 waits for ¥50, or the month's end"


async def test_what_is_reached_again_while_a_notice_is_out_is_announced_after_it_and_each_is_charged_once(house: Tabs):
    diary, tips = await begun(house, SHANGHAI, datetime(2026, 11, 10, 2, tzinfo=UTC), "30")
    await diary.until(datetime(2026, 11, 11, 2, tzinfo=UTC))
    tips.append(await house.promise(house.world.alice, "30", project=house.world.meals.id))
    await diary.until(datetime(2026, 11, 14, 2, tzinfo=UTC))
    ((_, intent, _),) = house.card.charged
    assert intent.amount == cny("30"), "as the notice said"
    await house.paid(intent.reference, 3_000, charge="pi_1")
    await diary.until(datetime(2026, 11, 20, 2, tzinfo=UTC))
    _, second = diary.told(NoticeKind.TAB_ANNOUNCED)
    assert diary.charged[0] <= second <= diary.charged[1] - timedelta(days=3)
    assert [intent.amount for _, intent, _ in house.card.charged] == [cny("30")] * 2
    assert len({(await house.world.fresh(tip)).payment for tip in tips}) == 2


async def test_who_has_blocked_the_bot_is_charged_nothing_until_they_can_be_told(house: Tabs):
    world = house.world
    diary, _ = await begun(house, SHANGHAI, datetime(2026, 11, 10, 2, tzinfo=UTC), "30")
    await diary.until(datetime(2026, 11, 11, 2, tzinfo=UTC))
    async with world.unit() as work:
        await work.people.unreachable([world.alice.telegram_id], world.time())
    await diary.until(datetime(2026, 11, 20, 2, tzinfo=UTC))
    assert (house.card.charged, await house.open()) == ([], [])
    world.alice = await world.people.meet(Visitor(world.alice.telegram_id, "Alice", "alice", "en"), started=True)
    world.time.now = datetime(2026, 11, 30, 1, tzinfo=UTC)
    await diary.until(datetime(2026, 12, 5, tzinfo=UTC))
    assert len(house.card.charged) == 1
    assert len(diary.told(NoticeKind.TAB_ANNOUNCED)) == 2, "announced again"


async def test_a_card_that_is_forgotten_while_a_notice_is_out_is_not_charged(house: Tabs):
    world = house.world
    diary, _ = await begun(house, SHANGHAI, datetime(2026, 11, 10, 2, tzinfo=UTC), "30")
    await diary.until(datetime(2026, 11, 11, 2, tzinfo=UTC))
    (view,) = (await house.tabs.view(world.alice)).cards
    assert view.method is not None
    async with world.unit() as work:
        await work.methods.forget(view.method.id, now=world.time())
    await diary.until(datetime(2026, 11, 16, 2, tzinfo=UTC))
    assert house.card.charged == []
    ((asked),) = await house.open()
    assert (asked.charge.state, asked.charge.amount) == (ChargeState.ASKED, cny("30"))
    assert [kind for _, kind in diary.said] == [NoticeKind.TAB_ANNOUNCED, NoticeKind.TAB_ASKED]


@pytest.mark.parametrize("saved", [False, True], ids=["by a link", "by a saved card"])
async def test_on_the_last_day_one_thing_is_asked_however_much_is_promised_after_it(house: Tabs, saved: bool):
    alice, time = house.world.alice, house.world.time
    time.now = datetime(2026, 11, 30, 2, 30, tzinfo=UTC)  # half past ten in Shanghai
    if saved:
        await house.save(alice)
    for _ in range(6):
        await house.promise(alice, "4")
        await house.charges.sweep()
        time.passes(minutes=2)
    asked = [kind for kind, _ in await house.told()]
    assert asked == [NoticeKind.TAB_ANNOUNCED if saved else NoticeKind.TAB_ASKED]
    assert [row.charge.amount for row in await house.open()] == [cny("4")]
    await house.promise(alice, "10")  # six of them stand there: the chosen sum counts on every day
    await house.charges.sweep()
    if not saved:  # a notice is kept as it was announced, also from what comes after
        assert [row.charge.amount for row in await house.open()] == [cny("34")]
    time.now = datetime(2026, 12, 31, 3, tzinfo=UTC)
    await house.charges.sweep()
    assert await house.open(), "the next month's end asks again"
