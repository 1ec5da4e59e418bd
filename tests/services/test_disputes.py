"""The donor and the creator hear of a dispute, each once, however its events come."""

import itertools
from dataclasses import replace

import pytest

from bot.notices import render
from giving.notices import NoticeKind
from giving.payments import EventKind
from giving.tips import OfferRequest, Tip, TipState
from services.links import Links
from storage.work import UnitOfWork
from tests.rails import PaperRail
from tests.texts.words import TEXTS
from tests.world import World, cny, make_world

ABOUT = {"their_id": "dp_1", "charge": "ch_1", "minor": 500}
FROM_FOUR = {"CNY": (cny("4"), cny("500"))}
KINDS = (NoticeKind.GIFT_DISPUTED, NoticeKind.CHAT_DISPUTED)
_numbers = itertools.count()


async def gift(world: World) -> Tip:
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice, at=int(world.time().timestamp()))
    await heard(world)
    return tip


async def happens(world: World, tip: Tip, *kinds: EventKind, **values: object) -> None:
    for kind in kinds:
        await world.deliver(kind, tip, f"evt_d{next(_numbers)}", **ABOUT | values)


async def heard(world: World, language: str | None = None) -> list[tuple[NoticeKind, int, str]]:
    """Of disputes and refunds: the kind, who reads it, and the words."""
    found = []
    for notice in await world.outbox.claim():
        await world.outbox.sent([notice], 1)
        if notice.kind in (*KINDS, NoticeKind.REFUNDED):
            one = replace(notice, language=language) if language else notice
            rendered = await render([one], world.outbox, TEXTS, Links("http://127.0.0.1:8081"))
            assert rendered is not None
            words = rendered.text.replace("\u2068", "").replace("\u2069", "")
            found.append((notice.kind, notice.recipient, words))
    return found


async def test_one_that_opens_and_is_won_is_told_to_both_at_each_step_once(world: World):
    tip = await gift(world)
    await happens(world, tip, EventKind.DISPUTED, EventKind.DISPUTED)
    (to_donor, to_creator) = sorted(await heard(world, "en"), key=lambda one: -one[1])
    assert to_donor[:2] == (NoticeKind.GIFT_DISPUTED, 1002)
    assert all(word in to_donor[2] for word in ("¥5", tip.receipt_code, "library project", "nothing to do"))
    assert "1 gifts" not in to_donor[2]
    assert to_creator[:2] == (NoticeKind.CHAT_DISPUTED, 1001)
    assert all(word in to_creator[2] for word in ("¥5", "library project", "晓雯的阅读时光"))
    assert not any(word in to_creator[2] for word in ("Alice", "alice", tip.receipt_code)), "whose it is is not told"

    await happens(world, tip, EventKind.DISPUTE_WON, EventKind.DISPUTE_WON, EventKind.DISPUTED)
    won = await heard(world, "en")
    assert {(kind, who) for kind, who, _ in won} == {(KINDS[0], 1002), (KINDS[1], 1001)}
    assert len(won) == 2
    assert all("stands" in words for _, _, words in won)


async def test_one_that_is_lost_is_told_to_the_creator_and_to_the_donor_as_what_came_back(world: World):
    tip = await gift(world)
    await happens(world, tip, EventKind.DISPUTED)
    await heard(world)
    await happens(world, tip, EventKind.DISPUTE_LOST, EventKind.DISPUTE_LOST)
    lost = await heard(world, "en")
    assert [(kind, who) for kind, who, _ in lost] == [(NoticeKind.REFUNDED, 1002), (NoticeKind.CHAT_DISPUTED, 1001)]
    assert "went back to the donor" in lost[1][2]
    assert (await world.fresh(tip)).state is TipState.REFUNDED


@pytest.mark.parametrize("end", [EventKind.DISPUTE_WON, EventKind.DISPUTE_LOST])
async def test_one_that_is_over_before_its_beginning_is_heard_of_is_told_as_over_only(world: World, end: EventKind):
    tip = await gift(world)
    await happens(world, tip, end, EventKind.DISPUTED)
    told = [words for kind, _, words in await heard(world, "en") if kind in KINDS]
    assert len(told) == {EventKind.DISPUTE_WON: 2, EventKind.DISPUTE_LOST: 1}[end]
    assert not any("holds" in words or "held" in words for words in told)


async def test_a_charge_for_several_gifts_is_one_message_for_each_with_their_own_sum(
    work: UnitOfWork, monkeypatch: pytest.MonkeyPatch
):
    """What a tab's charge paid; the bank disputes a part of it."""
    monkeypatch.setattr(PaperRail, "capabilities", replace(PaperRail.capabilities, limits=FROM_FOUR))
    world = await make_world(work)
    tips = []
    for number, amount in enumerate(("1", "1", "3")):
        request = OfferRequest(f"q{number}", world.alice.id, cny(amount), post=world.post.id, rail="paper")
        offered = await world.tips.offer(request)
        tips.append((await world.tabs.promise(offered.id, world.alice)).tip)
    view = await world.tabs.view(world.alice)
    await world.charges.settle(view.cards[0].tab.id, world.alice)
    await world.deliver(EventKind.PAID, tips[0], "evt_paid", their_id="ch_1", minor=500)
    await world.payments.settle_pending()
    await heard(world)
    await happens(world, tips[0], EventKind.DISPUTED, minor=400)
    told = await heard(world, "zh-CN")
    assert {who for _, who, _ in told} == {1002, 1001}
    assert len(told) == 2, "one each, not one a gift"
    assert all("¥4" in words and "2 笔" in words for _, _, words in told)


async def test_creators_who_gave_themselves_are_told_as_donors_only(world: World):
    tip = await world.pay(await world.tip(world.creator, "5"), world.creator)
    await heard(world)
    await happens(world, tip, EventKind.DISPUTED)
    assert [(kind, who) for kind, who, _ in await heard(world)] == [(NoticeKind.GIFT_DISPUTED, 1001)]


async def test_one_about_the_whole_of_what_went_back_in_part_takes_what_is_left_and_the_rest_from_the_operator(
    world: World,
):
    tip = await gift(world)
    await world.deliver(EventKind.REFUNDED, tip, "evt_part", their_id="re_1", charge="ch_1", minor=200)
    await heard(world)
    await happens(world, tip, EventKind.DISPUTED)
    opened = await heard(world, "en")
    assert all("¥3" in words for _, _, words in opened), "no more than is still given"
    await happens(world, tip, EventKind.DISPUTE_LOST)
    assert {kind for kind, _, _ in await heard(world)} == {NoticeKind.REFUNDED, NoticeKind.CHAT_DISPUTED}
    assert (await world.fresh(tip)).state is TipState.REFUNDED
    assert await world.balance(f"project:{tip.project}:credited") == cny("0")
    assert await world.balance("expense:disputes:paper") == cny("2")
    assert await world.balance("dispute:dp_1:held") == cny("0")
