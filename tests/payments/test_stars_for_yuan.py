"""Stars for gifts in yuan: chosen in the chat, offered only where they fit."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from giving.errors import NoRail
from giving.ids import token_of
from giving.tips import OfferRequest, TipState
from services.ledger import LedgerService
from tests.payments.stars_for_yuan import (
    BOB,
    books,
    buys,
    gives,
    offered,
    open_yuan_town,
    paid_by_card,
    says,
)
from tests.payments.stars_town import ALICE, StarTown, xtr
from tests.processes.people import Persona
from tests.world import World, cny


@pytest.fixture
async def town(world: World, tmp_path: Path) -> AsyncIterator[StarTown]:
    async with open_yuan_town(world, tmp_path) as opened:
        yield opened


# --- In the chat -----------------------------------------------------------------------------------------------------


async def test_ten_yuan_are_paid_in_stars_after_the_card_has_said_how_many_and_at_which_rate(town: StarTown):
    alice = Persona(town.buyer.box.url, ALICE)

    async def act(step: Any, *what: Any, **more: Any) -> Any:
        return await asyncio.to_thread(step, *what, **more)

    await act(alice.say, f"/start g_{token_of(town.world.library.id)}")
    project = await act(alice.wait, lambda message: "¥10" in message.labels)
    await act(alice.tap, project, "¥10")
    card = await act(alice.wait, lambda message: any(label.startswith("Telegram Stars") for label in message.labels))
    assert [label for label in card.labels if "⭐" in label] == ["Telegram Stars：⭐80，现在付"]
    assert "去付款 ¥10 · paper" in card.labels, "money comes first"

    await act(alice.tap, card, "Telegram Stars")
    chosen = await act(alice.wait, "⭐8 = ¥1")
    assert chosen.id == card.id
    assert "实付 ⭐80（⭐8 = ¥1，运营方定的汇率）" in chosen.text
    assert "去付款 ⭐80 · Telegram Stars" in chosen.labels
    assert "paper：现在付" in chosen.labels, "there is a way back"

    seen = await town.buyer.sees(chosen.url("去付款 ⭐80"))
    assert (seen["currency"], seen["total_amount"]) == ("XTR", 80)
    assert (await town.buyer.buys(chosen.url("去付款 ⭐80"), BOB))["paid"] is False, "it is Alice's"
    await buys(town, chosen.url("去付款 ⭐80"))
    for _ in range(400):
        if (await books(town))["credited"] == (80, 0):
            break
        await asyncio.sleep(0.025)
    assert (await books(town)) == {"credited": (80, 0), "clearing": (80, 0), "exchange": (0, 0), "back": (0, 0)}
    assert (await LedgerService(town.world.unit).verify()).clean

    await act(alice.say, "/gifts")
    gifts = await act(alice.wait, "我的公益")
    assert "已捐 ⭐80" in gifts.text


async def test_what_was_chosen_last_is_asked_in_stars_at_once_and_money_again_when_it_is_chosen_again(town: StarTown):
    await gives(town, "10", key="a")
    alice = town.world.alice
    tip = await town.tips.offer(OfferRequest("b", alice.id, cny("5"), post=town.world.post.id, rail="stars"))
    card = await town.tips.card(tip.id, alice)
    assert (card.tip.amount, card.ways[0].rail, card.ways[0].price) == (cny("5"), "stars", xtr(40))
    await town.link(tip)
    await town.tips.choose_rail(tip.id, alice, "paper")
    paid = await paid_by_card(town, await town.world.fresh(tip), "ch_b")
    assert (paid.state, paid.amount) == (TipState.PAID, cny("5"))
    await says(town, "5", 80, donors=1, gifts=2)


async def test_what_costs_more_stars_than_an_invoice_carries_is_not_offered_in_stars(town: StarTown):
    tip = await offered(town, "1250.01")
    assert [way.rail for way in (await town.tips.card(tip.id, town.world.alice)).ways] == ["paper"]
    with pytest.raises(NoRail):
        await town.tips.choose_rail(tip.id, town.world.alice, "stars")
