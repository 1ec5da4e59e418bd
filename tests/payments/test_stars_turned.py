"""Stars for gifts in yuan: booked in Stars, shown apart, and yuan once they were exchanged."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.keyboards import post_keyboard
from giving.accounts import Account, rail_clearing
from giving.budgets import Guard, LinkAsk, PaymentRules
from giving.conversions import ConversionRefused
from giving.errors import MinimumRaised
from giving.ledger import Entry, Posting
from giving.payments import EventKind
from giving.tips import Tip, TipState
from services.guard_payments import PaymentGuard
from services.ledger import LedgerService
from services.links import Links
from services.rails import Rails
from services.refunds import RefundService
from storage.budgets import TOTAL
from tests.payments.stars_for_yuan import (
    agree,
    books,
    buys,
    converted,
    gives,
    gives_back,
    gives_by_card,
    offered,
    open_yuan_town,
    paid_by_card,
    says,
    shown,
)
from tests.payments.stars_town import StarTown, xtr
from tests.texts.words import TEXTS
from tests.world import World, cny

LINKS = Links("http://127.0.0.1:8081", "yizan_bot")
CHANGE = "UPDATE conversions SET sold_minor = {}, bought_minor = {}"


@pytest.fixture
async def town(world: World, tmp_path: Path) -> AsyncIterator[StarTown]:
    async with open_yuan_town(world, tmp_path) as opened:
        yield opened


# --- The books and what is shown -------------------------------------------------------------------------------------


async def test_stars_stand_apart_until_they_are_yuan_and_what_went_back_does_not_become_any(town: StarTown):
    bob, since = town.world.bob, datetime.now(UTC) - timedelta(minutes=1)
    await says(town, "0", donors=0, gifts=0)
    await gives_by_card(town, "100", key="card")
    ten = await gives(town, "10", key="ten")
    five = await gives(town, "5.01", key="five", donor=bob)
    assert (ten.amount, five.amount) == (xtr(80), xtr(41))
    await says(town, "100", 121, donors=2, gifts=3)

    await gives_back(town, ten)
    await says(town, "100", 41, donors=2, gifts=2)
    back = await gives(town, "2", key="two", donor=bob)
    assert back.amount == xtr(16)

    (row, *_) = post_keyboard(TEXTS, LINKS, "zh-CN", town.world.post, (await shown(town))[1], ()).inline_keyboard
    assert row[0].text == "❤ 公益赞赏 · 2 人 · ¥100 · ⭐57"
    done = await converted(town, 50, 471)
    assert (done.gifts, done.credited, done.left) == (2, cny("4.71"), xtr(7))
    await says(town, "104.71", 7, donors=2, gifts=3)
    assert await books(town) == {
        "credited": (7, 10_471), "clearing": (7, 471), "exchange": (0, 0), "back": (0, 0),
    }  # fmt: skip
    assert not (await converted(town, 50, 471)).is_new, "the same proof again"
    await converted(town, 7, 66, "TX2")
    await says(town, "105.37", donors=2, gifts=3)
    assert (await books(town))["credited"] == (0, 10_537)

    town.world.time.now = datetime.now(UTC) + timedelta(minutes=1)
    (row, *_) = post_keyboard(TEXTS, LINKS, "zh-CN", town.world.post, (await shown(town))[0], ()).inline_keyboard
    assert row[0].text == "❤ 公益赞赏 · 2 人 · ¥105.37"
    due = await town.world.counters.due()
    assert [counter.raised.given for counter in due] == [cny("105.37")], "the button under the post is drawn again"
    assert await agree(town, since) == {EventKind.PAID: xtr(137), EventKind.REFUNDED: xtr(80)}


async def test_what_is_given_back_after_it_was_exchanged_takes_its_yuan_with_it(town: StarTown):
    ten = await gives(town, "10", key="ten")
    await converted(town, 80, 754)
    five = await gives(town, "5", key="five", donor=town.world.bob)
    await says(town, "7.54", 40, donors=2, gifts=2)

    await gives_back(town, ten)
    await says(town, "0", 40, donors=1, gifts=1)
    assert await books(town) == {
        "credited": (40, 0), "clearing": (-40, 754), "exchange": (0, 0), "back": (80, -754),
    }  # fmt: skip
    await gives(town, "10", key="more", donor=town.world.bob)
    await converted(town, 40, 400, "TX2")
    await says(town, "11.54", donors=1, gifts=2)
    found = await books(town)
    assert (found["clearing"], found["back"], found["credited"]) == ((0, 1154), (0, 0), (0, 1154))

    await gives_back(town, five)
    assert (await books(town))["credited"][0] == 0
    assert (await LedgerService(town.world.unit).verify()).clean


async def test_paid_in_stars_and_by_card_the_second_is_a_gift_of_its_own_currency(town: StarTown):
    tip = await offered(town, "10")
    await town.tips.choose_rail(tip.id, town.world.alice, "paper")
    await town.tips.payment_link(tip.id, town.world.alice)
    by_card = await town.world.fresh(tip)
    await town.tips.choose_rail(tip.id, town.world.alice, "stars")
    await buys(town, await town.link(tip))
    await town.until_charged(tip)
    await paid_by_card(town, by_card, "ch_late")
    await says(town, "10", 80, donors=1, gifts=2)


async def test_paid_by_card_and_then_in_stars_the_stars_go_back_to_who_wants_them(town: StarTown):
    alice = town.world.alice
    tip = await offered(town, "10")
    await town.tips.choose_rail(tip.id, alice, "stars")
    invoice = await town.link(tip)
    held = asyncio.Event()
    take = town.payments.found

    async def later(rail: str, body: str) -> object:
        await held.wait()
        return await take(rail, body)

    town.payments.found = later  # type: ignore[assignment, method-assign]
    await buys(town, invoice)
    await town.tips.choose_rail(tip.id, alice, "paper")
    await town.tips.payment_link(tip.id, alice)
    await paid_by_card(town, await town.world.fresh(tip), "ch_first")
    held.set()
    extra = await until_there(town, tip)
    await says(town, "10", 80, donors=1, gifts=2)
    await converted(town, 80, 754)
    await says(town, "17.54", donors=1, gifts=2)

    town.payments.found = take  # type: ignore[method-assign]
    refunds = RefundService(town.world.unit, Rails([town.rail]), town.tips, payments=town.payments)
    await refunds.take_back(extra.id, alice)
    await town.until(extra, lambda found: found.state is TipState.REFUNDED)
    await says(town, "10", donors=1, gifts=1)


async def until_there(town: StarTown, tip: Tip) -> Tip:
    """The extra gift that a second payment for this one makes."""
    for _ in range(400):
        async with town.world.unit.read() as work:
            gifts = await work.tips.gifts_of(tip.donor, limit=5, offset=0)
        if extra := [one for one in gifts if one.extra_of == tip.id]:
            return extra[0]
        await asyncio.sleep(0.025)
    raise AssertionError("no second gift within 10 s")


async def test_a_conversion_into_another_currency_than_the_projects_is_refused(town: StarTown):
    await gives(town, "10")
    before = await books(town)
    with pytest.raises(ConversionRefused, match="80 of these 80 XTR are gifts to projects in another currency"):
        await converted(town, 80, 104, currency="USD")
    with pytest.raises(ConversionRefused, match="81 XTR are more than the 80"):
        await converted(town, 81, 700)
    assert await books(town) == before


async def test_what_nobody_gave_by_a_tip_still_goes_through_the_exchange(town: StarTown):
    await gives(town, "10")
    async with town.world.unit() as work:
        postings = Posting(rail_clearing("stars"), xtr(20)), Posting(Account("opening"), xtr(-20))
        await work.ledger.append([Entry("opening:stars", datetime.now(UTC), postings)], now=datetime.now(UTC))
    done = await converted(town, 100, 1000)
    assert done.credited == cny("8")
    assert (await books(town))["exchange"] == (20, -200)
    await says(town, "8", donors=1, gifts=1)


async def test_two_conversions_and_a_refund_at_once_leave_nothing_twice(town: StarTown):
    tips = [await gives(town, str(number), key=f"q{number}") for number in (1, 2, 3, 4)]
    whole = sum(tip.amount.minor for tip in tips)

    async def convert(proof: str) -> None:
        with suppress(ConversionRefused):
            await converted(town, whole - 16, 10 * (whole - 16), proof)

    await asyncio.gather(convert("TX1"), convert("TX2"), gives_back(town, tips[1]))
    found = await books(town)
    report = await LedgerService(town.world.unit).verify()
    assert report.clean, report.findings
    assert found["credited"][1] in (10 * (whole - 16), 10 * (whole - 16) - 160)


async def test_verify_sees_a_share_that_was_changed(town: StarTown):
    await gives(town, "10")
    await converted(town, 30, 300)
    async with town.world.unit() as work:
        await work.connection.exec_driver_sql(CHANGE.format(81, 301))
    checks = {finding.check for finding in (await LedgerService(town.world.unit).verify()).findings}
    assert checks == {
        "a project is credited its paid tips less refunds", "no more of a tip is converted than there is",
        "a tally's sum is that of its paid tips", "a supporter's sum is that of their paid tips",
    }  # fmt: skip
    async with town.world.unit() as work:
        await work.connection.exec_driver_sql(CHANGE.format(30, 300))


async def test_a_raised_least_amount_is_meant_in_yuan(town: StarTown):
    """¥20 is what may be paid while a rail is attacked: ⭐160, and not ⭐2000."""
    rules = PaymentRules(raised_minor=2000)
    guard = PaymentGuard(town.world.unit, Rails([town.rail]), rules=rules)
    now = datetime.now(UTC)
    async with town.world.unit() as work:
        await work.budgets.put({TOTAL: Guard(now + timedelta(minutes=9), raised_until=now + timedelta(minutes=5))})
    async with town.world.unit() as work:
        asks = [LinkAsk(town.world.alice.id, xtr(stars), "stars") for stars in (159, 160)]
        few, enough = await guard.allow(work, asks)
    assert isinstance(few, MinimumRaised)
    assert few.args_for_message["least"] == cny("20")
    assert enough is None


async def test_whoever_leaves_takes_their_data_along_and_the_books_stay(town: StarTown):
    await gives(town, "10")
    await converted(town, 80, 754)
    told = json.loads((await town.world.privacy.export(town.world.alice)).content)
    (tip,), (turned,) = told["tips"], told["turned_into_money"]
    assert (tip["amount_minor"], tip["currency"]) == (80, "XTR")
    assert (turned["sold_minor"], turned["bought_minor"], turned["currency"]) == (80, 754, "CNY")
    await town.world.privacy.leave(town.world.alice)
    await says(town, "7.54", donors=1, gifts=1)
