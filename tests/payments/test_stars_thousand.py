"""A recorded run: 1,000 gifts in Stars by 50 donors, some given back, some told again; the books against Telegram's."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from giving.budgets import PaymentRules, Rate
from giving.payments import EventKind, key_of
from giving.people import Person, Visitor
from giving.tips import OfferRequest, Tip, TipState
from payments.provider import Record, RefundAsk
from payments.stars_rail import StarsRail, paid_body, refunded_body
from services.payments import Received
from tests.payments.stars_town import StarTown, open_town, records, xtr
from tests.processes import write_seed
from tests.world import World

DONORS, TIPS, REFUNDED, TOLD_AGAIN, AT_ONCE = 50, 1000, 20, 50, 25
FIRST = 50_001


def more_people(seed: dict[str, Any]) -> None:
    people = range(FIRST, FIRST + DONORS)
    seed["users"] += [{"id": user, "name": f"捐赠人{user}", "language": "zh-hans"} for user in people]


@pytest.fixture
async def town(world: World, tmp_path: Path) -> AsyncIterator[StarTown]:
    seed = write_seed(tmp_path / "seed.yaml", more_people)
    rules = PaymentRules(links=Rate(TIPS, timedelta(seconds=1)))
    async with open_town(world, tmp_path, seed=seed, rules=rules) as opened:
        yield opened


async def give(town: StarTown, donor: Person, number: int, stars: int) -> Tip:
    """One donor gives one tip, by its link; two of the same amount at once would be one wish."""
    tip = await town.tips.offer(OfferRequest(f"q{number}", donor.id, xtr(stars), project=town.project.id))
    bought = await town.buyer.buys(await town.link(tip, donor), donor.telegram_id)
    assert bought["paid"], bought
    return await town.until_charged(tip)


async def all_give(town: StarTown) -> list[Tip]:
    """Each donor one after the other, many donors at once."""
    turns, tips = asyncio.Semaphore(AT_ONCE), list[Tip]()

    async def donor_gives(user: int) -> None:
        donor = await town.world.people.meet(Visitor(user, f"捐赠人{user}", None, "zh-hans"), started=True)
        for number in range(user - FIRST, TIPS, DONORS):
            async with turns:
                tips.append(await give(town, donor, number, 1 + number % 50))

    await asyncio.gather(*map(donor_gives, range(FIRST, FIRST + DONORS)))
    return tips


async def give_back(town: StarTown, tip: Tip) -> None:
    assert tip.charge is not None
    assert tip.payment is not None
    await town.rail.refund(RefundAsk(uuid4(), tip.charge, tip.amount, tip.amount, tip.payment), key=f"r:{tip.id}")
    await town.until(tip, lambda found: found.state is TipState.REFUNDED)


def keys(found: list[Record]) -> Counter[str]:
    """The entries that Telegram's list asks for."""
    ways = {EventKind.PAID: "payment:stars:{}:paid", EventKind.REFUNDED: "refund:stars:{}"}
    return Counter(ways[record.kind].format(record.their_id) for record in found)


async def test_a_thousand_gifts_are_credited_to_the_last_star_and_agree_with_telegram(town: StarTown):
    chance, since = random.Random(5), datetime.now(UTC) - timedelta(minutes=1)
    tips = await all_give(town)
    assert len(tips) == TIPS
    for tip in chance.sample(tips, REFUNDED):
        await give_back(town, tip)
    again = [body for tip in chance.sample(tips, TOLD_AGAIN) for body in (await town.rail.fetch(town.ref(tip))).events]
    chance.shuffle(again)
    assert {await town.payments.found("stars", body) for body in again} == {Received.REPEATED}

    fresh = [await town.world.fresh(tip) for tip in tips]
    kept = sum(tip.kept.minor for tip in fresh)
    assert [tip.state for tip in fresh].count(TipState.REFUNDED) == REFUNDED
    assert await town.balance(f"project:{town.project.id}:credited") == xtr(-kept)
    assert await town.balance("rail:stars:clearing") == xtr(kept)
    assert (await town.bot.get_my_star_balance()).amount == kept
    listed = await records(town.rail, since, datetime.now(UTC) + timedelta(minutes=1))
    assert keys(listed) == Counter(await town.entries())

    with town.buyer.box.state.change():  # one record of theirs is wrong: exactly that one is found
        town.buyer.box.state.run("UPDATE star_transactions SET amount = amount + 1 WHERE id = 500")
    listed = await records(town.rail, since, datetime.now(UTC) + timedelta(minutes=1))
    booked = {tip.charge: tip.amount for tip in fresh}
    assert len([record for record in listed if booked[record.their_id] != record.amount]) == 1


def test_the_keys_are_those_of_the_events():
    """What `keys` above takes for granted."""
    for kind, body in ((EventKind.PAID, paid_body), (EventKind.REFUNDED, refunded_body)):
        event = StarsRail().event_of(body(charge="stx", payload="p", currency="XTR", amount=1, at=datetime.now(UTC)))
        record = Record(kind, "stx", xtr(1), datetime.now(UTC))
        assert list(keys([record])) == [key_of(event)]
