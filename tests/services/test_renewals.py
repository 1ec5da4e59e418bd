"""Monthly giving in Stars on both databases: Telegram takes it every 30 days, each payment counts once."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from giving.errors import InvoiceNotYours, InvoiceOutdated, PledgeBelow, TipNotOpen
from giving.notices import NoticeKind
from giving.payments import EventKind
from giving.people import Visibility
from giving.pledges import InstalmentState, Month, PledgeState, SubscriptionState, Way
from giving.stars import StarRate
from payments.stars_rail import subscribed
from services.pledges import PledgeAsk
from services.privacy import PrivacyService
from storage.work import UnitOfWork
from tests.rails import event
from tests.services.star_months import StarMonths, star_months, xtr
from tests.world import cny, make_world

PAID, ANNOUNCED, ASKED, SKIPPED = (
    InstalmentState.PAID, InstalmentState.ANNOUNCED, InstalmentState.ASKED, InstalmentState.SKIPPED,
)  # fmt: skip


@pytest.fixture
async def stars(work: UnitOfWork) -> StarMonths:
    return star_months(await make_world(work))


# -- promising --


async def test_it_is_offered_where_stars_are_on_and_says_its_price(stars: StarMonths):
    ask = PledgeAsk(stars.world.library.id, cny("10"))
    offer = await stars.pledges.offer(ask, stars.world.alice)
    assert [(way.way, way.price) for way in offer.ways] == [(Way.LINK, None), (Way.STARS, xtr(80))]
    assert offer.by == offer.ways[0], "Stars are chosen knowingly"
    too_much = await stars.pledges.offer(PledgeAsk(stars.world.library.id, cny("1251")), stars.world.alice)
    assert [way.way for way in too_much.ways] == [Way.LINK], "10,008 Stars are more than Telegram takes"
    quarter = await stars.pledges.offer(
        PledgeAsk(stars.world.library.id, cny("10"), every=3), stars.world.alice
    )  # fmt: skip
    assert [way.way for way in quarter.ways] == [Way.LINK], "it takes every 30 days, and nothing else"
    with pytest.raises(PledgeBelow):
        await stars.promises(every=3)


async def test_paying_begins_it_and_the_month_is_given(stars: StarMonths):
    pledge = await stars.promises()
    assert (pledge.way, pledge.rail, pledge.renews_at) == (Way.STARS, "stars", None)
    url = await stars.invoice(pledge)
    assert await stars.may_pay(url) is None
    await stars.pays(url)
    await stars.turn()
    (tip,) = await stars.given()
    assert (tip.amount, tip.project, tip.donor) == (xtr(80), stars.world.library.id, stars.world.alice.id)
    assert await stars.credited() == xtr(80)
    assert await stars.months(pledge) == [("2026-11", PAID)]
    now = await stars.now(pledge)
    assert now.renews_at is not None
    assert now.renews_at - stars.world.time() > timedelta(days=29)
    card = await stars.card(pledge)
    assert (card.paid, card.under_way, str(card.next), str(card.notice)) == (1, (), "2026-12-22", "2026-12-15")
    assert await stars.steps.pages.invoice(pledge.id, stars.world.alice) is None, "it renews by itself"


async def test_the_invoice_stays_the_same_until_it_is_paid_and_only_its_donor_may(stars: StarMonths):
    pledge = await stars.promises()
    url, again = await stars.invoice(pledge), await stars.invoice(pledge)
    assert stars.telegram.invoices[url] == stars.telegram.invoices[again], "one subscription"
    assert await stars.steps.pages.invoice(pledge.id, stars.world.bob) is None
    assert await stars.may_pay(url, stars.world.bob.telegram_id) is InvoiceNotYours
    assert await stars.may_pay(url, stars=81) is InvoiceOutdated
    await stars.pays(url)
    assert await stars.may_pay(again) is TipNotOpen, "that would be a second subscription"


async def test_who_does_not_pay_at_once_is_asked_on_the_day_reminded_and_paused_after_three(stars: StarMonths):
    pledge = await stars.promises()
    assert await stars.turn() == [NoticeKind.PLEDGE_ASKED]
    assert await stars.months(pledge) == [("2026-11", ASKED)]
    url = await stars.invoice(pledge)
    await stars.until(3)
    assert await stars.turn() == [NoticeKind.PLEDGE_REMINDED]
    await stars.until(5)
    assert await stars.turn() == []
    assert await stars.months(pledge) == [("2026-11", InstalmentState.MISSED)]
    for _ in range(70):
        await stars.until(1)
        await stars.turn()
    assert (await stars.now(pledge)).state is PledgeState.PAUSED
    await stars.pays(url)  # the old invoice, after all
    assert (await stars.now(pledge)).state is PledgeState.ACTIVE


async def test_asked_for_another_sum_it_is_told_anew(stars: StarMonths):
    pledge = await stars.promises()
    assert await stars.turn() == [NoticeKind.PLEDGE_ASKED]
    await stars.until(1)
    await stars.changes.change_amount(pledge.id, stars.world.alice, cny("20"))
    assert await stars.turn() == [NoticeKind.PLEDGE_ASKED]
    assert await stars.turn() == []


# -- renewing --


async def test_each_renewal_is_announced_and_counts_for_its_month(stars: StarMonths):
    pledge, its = await stars.begun()
    for month, expected in ((12, "2026-12"), (1, "2027-01"), (2, "2027-02")):
        await stars.until(23)
        assert await stars.turn() == [NoticeKind.PLEDGE_ANNOUNCED], month
        assert (await stars.months(pledge))[-1] == (expected, ANNOUNCED)
        assert await stars.turn() == [], "once"
        await stars.until(7)
        await stars.turn()
        await stars.renews(its)
        await stars.turn()
        assert (await stars.months(pledge))[-1] == (expected, PAID)
    assert await stars.credited() == xtr(320)
    assert len(await stars.given()) == 4


async def test_two_in_one_calendar_month_count_for_two_months(stars: StarMonths):
    """1 and 31 January: the second is February's."""
    await stars.until(40)  # 1 January
    pledge, its = await stars.begun()
    assert await stars.months(pledge) == [("2027-01", PAID)]
    for _ in range(3):
        await stars.until(29, hours=23)
        await stars.turn()
        await stars.renews(its)
        await stars.turn()
    assert await stars.months(pledge) == [(f"2027-0{month}", PAID) for month in (1, 2, 3, 4)]


async def test_a_renewal_told_twice_or_found_in_the_list_is_booked_once(stars: StarMonths):
    pledge, its = await stars.begun()
    await stars.until(30)
    line = await stars.renews(its)
    for _ in range(2):
        await stars.tells(line)
    for one in await stars.rail.renewals(*_ids(its.payload)):
        await stars.payments.found("stars", one.body)
    await stars.turn()
    assert len(await stars.given()) == 2
    assert [state for _, state in await stars.months(pledge)] == [PAID, PAID]


def _ids(payload: str) -> tuple[UUID, UUID]:
    found = subscribed(payload)
    assert found is not None
    return found.subscription, found.project


async def test_what_we_were_not_told_of_is_found_after_its_day(stars: StarMonths):
    pledge, its = await stars.begun()
    await stars.until(24)
    await stars.turn()
    await stars.until(6, hours=1)
    await stars.renews(its, told=False)
    await stars.turn()
    assert (await stars.months(pledge))[-1][1] is ANNOUNCED, "not asked for yet"
    await stars.until(hours=3)
    await stars.turn()
    await stars.turn()
    assert (await stars.months(pledge))[-1] == ("2026-12", PAID)


async def test_what_telegram_could_not_take_is_asked_for_by_another_invoice(stars: StarMonths):
    pledge, its = await stars.begun()
    await stars.until(24)
    await stars.turn()
    await stars.until(6, hours=1)
    await stars.renewed.changed(its.payload, "failed")
    assert NoticeKind.PLEDGE_ASKED in await stars.turn()
    assert (await stars.of(pledge))[-1].state is ASKED
    assert its.ended, "it takes nothing later"
    url = await stars.invoice(pledge)
    assert stars.telegram.invoices[url][0] != its.payload
    await stars.pays(url)
    await stars.turn()
    assert await stars.months(pledge) == [("2026-11", PAID), ("2026-12", PAID)]


async def test_one_that_never_comes_lapses_after_days(stars: StarMonths):
    pledge, its = await stars.begun()
    await stars.until(24)
    await stars.turn()
    for _ in range(10):
        await stars.until(1)
        await stars.turn()
    assert (await stars.of(pledge))[-1].state is ASKED
    assert its.ended


async def test_who_blocked_the_bot_is_not_charged(stars: StarMonths):
    pledge, its = await stars.begun()
    await stars.until(23)
    await stars.steps.sweep()
    async with stars.world.unit() as work:
        await work.connection.exec_driver_sql("UPDATE outbox SET state = 'failed' WHERE kind = 'pledge_announced'")
    await stars.until(hours=2)
    await stars.turn()
    await stars.turn()
    assert (await stars.of(pledge))[-1].state is SKIPPED
    assert its.ended


# -- what its donor does --


@pytest.mark.parametrize("what", ["skip", "pause", "amount", "day", "way", "project", "cancel"])
async def test_whatever_changes_ends_it_at_telegram_at_once(stars: StarMonths, what: str):
    alice, meals = stars.world.alice, stars.world.meals
    pledge, its = await stars.begun()
    match what:
        case "skip":
            card = await stars.changes.skip(pledge.id, alice)
            assert card.pledge.skipped == Month(2026, 12)
        case "pause":
            card = await stars.changes.pause(pledge.id, alice, 2)
        case "amount":
            card = await stars.changes.change_amount(pledge.id, alice, cny("20"))
            assert card.stars == xtr(160)
        case "day":
            card = await stars.changes.change_day(pledge.id, alice, 5)
        case "way":
            card = await stars.changes.change_way(pledge.id, alice, "paper")
        case "project":
            card = await stars.changes.move(pledge.id, alice, meals.id)
        case _:
            card = await stars.changes.cancel(pledge.id, alice)
    assert card.pledge.renews_at is None
    assert await stars.open(pledge) is None
    await stars.turn()
    assert its.ended
    if what in ("amount", "project", "day", "skip"):
        url = await stars.invoice(pledge)
        assert await stars.may_pay(url) is None
        again = await stars.pays(url)
        await stars.turn()
        assert again.stars == (160 if what == "amount" else 80)
        assert [state for _, state in await stars.months(pledge)].count(PAID) == 2
    else:
        assert await stars.steps.pages.invoice(pledge.id, alice) is None


async def test_a_skipped_month_is_asked_for_by_a_link_the_month_after(stars: StarMonths):
    pledge, _ = await stars.begun()
    await stars.until(23)
    await stars.turn()
    await stars.changes.skip(pledge.id, stars.world.alice)
    assert (await stars.of(pledge))[-1].state is SKIPPED
    kinds = []
    for _ in range(38):
        await stars.until(1)
        kinds += await stars.turn()
    assert kinds.count(NoticeKind.PLEDGE_ASKED) == 1
    assert (await stars.months(pledge))[-1][0] == "2027-01"


async def test_a_new_rate_takes_nothing_else_from_who_began_before(stars: StarMonths, monkeypatch: pytest.MonkeyPatch):
    pledge, its = await stars.begun()
    dearer = replace(stars.rail.capabilities, rate=StarRate(16, cny("1")))
    monkeypatch.setattr(stars.rail, "capabilities", dearer)
    monkeypatch.setattr(stars.rails, "capabilities", dict(stars.rails.capabilities) | {"stars": dearer})
    assert (await stars.card(pledge)).stars == xtr(80)
    await stars.until(30)
    await stars.renews(its)
    await stars.turn()
    assert await stars.credited() == xtr(160)
    await stars.changes.change_day(pledge.id, stars.world.alice, 3)
    assert (await stars.card(pledge)).stars == xtr(160)


async def test_one_tap_more_pays_at_once_and_nobody_is_asked_by_a_message(stars: StarMonths):
    pledge = await stars.promises()
    assert await stars.steps.pages.begin(pledge.id, stars.world.alice)
    assert await stars.months(pledge) == [("2026-11", ASKED)]
    assert await stars.turn() == []
    await stars.pays(await stars.invoice(pledge))
    await stars.turn()
    assert await stars.months(pledge) == [("2026-11", PAID)]


async def test_what_others_see_of_it_changes_without_ending_it(stars: StarMonths):
    pledge, its = await stars.begun()
    await stars.changes.show(pledge.id, stars.world.alice, Visibility.ANONYMOUS)
    await stars.turn()
    assert not its.ended
    assert (await stars.now(pledge)).renews_at is not None
    await stars.until(30)
    await stars.renews(its)
    await stars.turn()
    assert (await stars.given())[-1].visibility is Visibility.ANONYMOUS


async def test_cancelled_in_telegram_it_rests_and_goes_on_when_taken_up_again(stars: StarMonths):
    pledge, its = await stars.begun()
    await stars.renewed.changed(its.payload, "canceled")
    assert await stars.turn() == [NoticeKind.PLEDGE_PAUSED]
    rests = await stars.now(pledge)
    assert (rests.state, rests.renews_at) == (PledgeState.PAUSED, None)
    await stars.renewed.changed(its.payload, "active")
    goes_on = await stars.now(pledge)
    assert goes_on.state is PledgeState.ACTIVE
    assert goes_on.renews_at is not None
    assert not its.ended
    await stars.renewed.changed(its.payload, "canceled")
    await stars.changes.resume(pledge.id, stars.world.alice)
    await stars.turn()
    assert its.ended, "it goes on by another invoice, so nobody takes up the former one"
    await stars.renewed.changed(its.payload, "active")
    assert (await stars.now(pledge)).renews_at is None


# -- what is left over --


async def test_the_renewal_of_an_ended_pledge_is_a_plain_gift_and_ends_it(stars: StarMonths):
    pledge, its = await stars.begun()
    stars.telegram.away = True
    await stars.changes.cancel(pledge.id, stars.world.alice)
    await stars.turn()
    assert not its.ended
    await stars.until(30)
    await stars.renews(its)
    await stars.turn()
    assert len(await stars.given()) == 2
    assert await stars.credited() == xtr(160)
    assert await stars.months(pledge) == [("2026-11", PAID)], "no month of it"
    stars.telegram.away = False
    await stars.until(minutes=20)
    await stars.turn()
    assert its.ended


async def test_the_renewal_of_one_that_we_lost_is_a_plain_gift_too(stars: StarMonths):
    """A database taken back: Telegram still takes it, and its payload names the project."""
    pledge = await stars.promises()
    its = await stars.pays(await stars.invoice(pledge))
    async with stars.world.unit() as work:
        await work.connection.exec_driver_sql("DELETE FROM star_subscriptions")
    await stars.until(30)
    await stars.renews(its)
    await stars.turn()
    assert len(await stars.given()) == 2
    await stars.turn()
    assert its.ended


async def test_a_stranger_s_renewal_waits_for_somebody_to_look_at_it(stars: StarMonths):
    pledge = await stars.promises()
    its = await stars.pays(await stars.invoice(pledge))
    its.payer = 999_999
    async with stars.world.unit() as work:
        await work.connection.exec_driver_sql("DELETE FROM star_subscriptions")
    await stars.until(30)
    await stars.renews(its)
    assert len(await stars.given()) == 1
    async with stars.world.unit.read() as work:
        (waits,) = (
            await work.connection.exec_driver_sql("SELECT count(*) FROM provider_events WHERE state = 'waiting'")
        ).one()
    assert waits == 1


async def test_a_closed_project_ends_it_and_its_donor_chooses(stars: StarMonths):
    pledge, its = await stars.begun()
    await stars.close_project()
    await stars.until(24)
    assert await stars.turn() == [NoticeKind.PLEDGE_WAITING]
    assert ((await stars.now(pledge)).state, its.ended) == (PledgeState.WAITING, True)
    card = await stars.changes.move(pledge.id, stars.world.alice, stars.world.meals.id)
    assert (card.pledge.state, card.pledge.way) == (PledgeState.ACTIVE, Way.STARS)
    await stars.pays(await stars.invoice(pledge))
    await stars.turn()
    assert await stars.credited(stars.world.meals) == xtr(80)


async def test_a_project_that_closes_after_the_notice_ends_it_too(stars: StarMonths):
    pledge, its = await stars.begun()
    await stars.until(24)
    assert await stars.turn() == [NoticeKind.PLEDGE_ANNOUNCED]
    await stars.close_project()
    await stars.until(hours=2)
    assert await stars.turn() == [NoticeKind.PLEDGE_WAITING]
    await stars.turn()
    assert its.ended
    assert (await stars.of(pledge))[-1].state is SKIPPED


async def test_a_refund_takes_back_one_month_and_ends_nothing(stars: StarMonths):
    pledge, its = await stars.begun()
    await stars.until(30)
    await stars.renews(its)
    await stars.turn()
    first, second = await stars.given()
    await stars.refunds.take_back(second.id, stars.world.alice)
    await stars.refunds.sweep()
    assert [tip.id for tip in await stars.given()] == [first.id]
    assert await stars.credited() == xtr(80)
    assert len([one for one in stars.telegram.lines if not one.incoming]) == 1
    assert not its.ended
    await stars.until(30)
    await stars.renews(its)
    await stars.turn()
    assert len(await stars.given()) == 2
    assert [state for _, state in await stars.months(pledge)] == [PAID, PAID, PAID]


async def test_the_books_agree_with_telegrams_list(stars: StarMonths):
    _, its = await stars.begun()
    since = stars.world.time() - timedelta(days=1)
    await stars.until(30)
    await stars.renews(its)
    await stars.turn()
    found = [record async for record in stars.rail.records(since, stars.world.time() + timedelta(days=1))]
    async with stars.world.unit.read() as work:
        known = await work.payments.by_ids({one.reference for one in found if one.reference is not None})
    assert len(found) == len(known) == 2
    assert {payment.their_id for payment in known.values()} == {one.their_id for one in found}


async def test_who_leaves_is_charged_no_more_and_what_comes_all_the_same_names_nobody(stars: StarMonths):
    pledge, its = await stars.begun()
    stars.telegram.away = True
    await PrivacyService(stars.world.unit, stars.rails, now=stars.world.time).leave(stars.world.alice)
    assert (await stars.now(pledge)).renews_at is None
    await stars.turn()
    await stars.until(30)
    await stars.renews(its)
    assert [tip.visibility for tip in await stars.given()] == [Visibility.ANONYMOUS] * 2
    stars.telegram.away = False
    await stars.until(minutes=20)
    await stars.turn()
    assert its.ended, "Telegram's list still says who pays"
    async with stars.world.unit.read() as work:
        rows = (await work.connection.exec_driver_sql("SELECT state FROM star_subscriptions")).all()
    assert [row[0] for row in rows] == [SubscriptionState.ENDED]


async def test_months_in_stars_and_in_money_have_a_certificate_of_the_last_ones_kind(stars: StarMonths):
    """Stars are no money, and stand in no sum of it."""
    pledge, _ = await stars.begun()
    async with stars.world.unit.read() as work:
        (made,) = await work.certificates.of_donor(stars.world.alice.id, limit=5, offset=0)
    assert (made.total, made.months) == (xtr(80), 1)
    await stars.changes.change_way(pledge.id, stars.world.alice, "paper")
    for number in range(2):
        await stars.until(31)
        await stars.turn()
        page = await stars.steps.pages.page(pledge.id, stars.world.alice)
        assert page.instalment.payment is not None
        body = event(EventKind.PAID, page.instalment.payment, f"evt_{number}", their_id=f"ch_{number}", minor=1000)
        await stars.payments.receive("paper", body, {"Signature": "paper"})
        await stars.payments.settle_pending()
        await stars.turn()
    async with stars.world.unit.read() as work:
        found = await work.certificates.of_donor(stars.world.alice.id, limit=5, offset=0)
    assert sorted(((one.months, one.total) for one in found), key=lambda one: one[0]) == [(1, xtr(80)), (3, cny("20"))]
