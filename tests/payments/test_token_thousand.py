"""A recorded run: 1,000 gifts by Telegram Payments with a provider's token, many donors at once, some told again.

What this rail can: an invoice in money, paid in the chat, booked once by Telegram's update, and again nothing however
it is told again. What it can't: give back, be asked what became of a payment, list. Each of these is refused or left
out here as it is to a person.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from giving.errors import NotRefundable
from giving.reconcile_times import Window
from giving.tips import Limits, Tip, TipState
from payments.stars_rail import TokenRail
from services.alerts import AlertService
from services.rails import Rails
from services.reconcile import NotFinished, ReconcileService
from services.refunds import RefundService
from tests.payments.chat_thousand import AT_ONCE, ChatRun, open_crowd
from tests.payments.recorded import TIPS, assert_credited, told_badly
from tests.payments.stars_town import StarTown
from tests.world import SHANGHAI, World, cny

LEAST, MOST = cny("7"), cny("50")
RAIL = "telegram"


@pytest.fixture
async def town(world: World, tmp_path: Path) -> AsyncIterator[StarTown]:
    rail = TokenRail(provider_token="1:TEST:x", least=LEAST, most=MOST)
    async with open_crowd(world, tmp_path, rail, money=Limits(LEAST, MOST)) as opened:
        yield opened


class TokenRun(ChatRun):
    """With Telegram's updates of it, to be told again."""

    async def all_told_again(self) -> None:
        """Every update of a payment once more, in any order and some twice: as new updates, many at once."""
        told = told_badly(self.tips, self.dice)
        first = 5_000_000
        for some in range(0, len(told), AT_ONCE):
            batch = enumerate(told[some : some + AT_ONCE], first + some)
            assert all(await asyncio.gather(*(self.town.intake(self.update(tip, number)) for number, tip in batch)))
        self.figures.repeated = len(told)

    def update(self, tip: Tip, number: int) -> dict[str, Any]:
        """As Telegram tells of a payment."""
        donor = self.people[tip.donor]
        paid = {
            "currency": tip.amount.currency, "total_amount": tip.amount.minor, "invoice_payload": str(tip.payment),
            "telegram_payment_charge_id": tip.charge, "provider_payment_charge_id": "p",
        }  # fmt: skip
        person = {"id": donor.telegram_id, "is_bot": False, "first_name": donor.name, "language_code": "zh-hans"}
        message = {
            "message_id": number, "date": 1763784000, "chat": {"id": donor.telegram_id, "type": "private"},
            "from": person, "successful_payment": paid,
        }  # fmt: skip
        return {"update_id": number, "message": message}


async def test_a_thousand_gifts_by_a_providers_token_are_booked_once_and_none_can_be_given_back(town: StarTown):
    run = TokenRun(town, range(LEAST.minor, MOST.minor + 1))
    await run.all_give()
    assert len(run.tips) == TIPS
    booked = await town.entries()
    assert booked == sorted(f"payment:{RAIL}:{tip.charge}:paid" for tip in run.tips)

    await run.all_told_again()
    assert await town.entries() == booked, "told again, nothing new"
    kept = await assert_credited(town.world.unit, run.notes)
    assert await town.balance(f"rail:{RAIL}:clearing") == town.money(kept)
    assert await town.balance(f"expense:fees:{RAIL}") == town.money(0), "the provider bills its fee by itself"
    await nothing_is_given_back(run)
    await nothing_is_listed(town)
    assert await town.entries() == booked
    run.figures.credited = kept
    run.figures.tell(RAIL)


async def nothing_is_given_back(run: TokenRun) -> None:
    """The donor is told so; the operator gives it back at the provider."""
    town = run.town
    refunds = RefundService(town.world.unit, Rails([town.rail]), town.tips, payments=town.payments)
    for tip in run.dice.sample(run.tips, TIPS * 2 // 100):
        with pytest.raises(NotRefundable):
            await refunds.take_back(tip.id, run.people[tip.donor])
        assert (await town.world.fresh(tip)).state is TipState.PAID


async def nothing_is_listed(town: StarTown) -> None:
    """So it is not compared, rather than compared with an empty list."""
    reconcile = ReconcileService(town.world.unit, {RAIL: town.rail}, AlertService(owners=[]), zone=SHANGHAI)
    now = town.world.time()
    with pytest.raises(NotFinished, match="records_at_the_provider_only"):
        await reconcile.run(RAIL, Window(now - timedelta(days=1), now))
