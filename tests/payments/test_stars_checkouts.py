"""The question before a payment in Stars, on both databases: the bot polls the sandbox's Bot API over HTTP."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from bot.checkouts import Checkouts
from giving.budgets import Guard, GuardRules, PaymentRules
from giving.errors import GivingError, InvoiceNotYours, InvoiceOutdated, NotSaved, TipNotOpen
from giving.people import Person, Visitor
from giving.tips import Tip
from services.guard_payments import PaymentGuard
from services.rails.checkouts import Checkout, CheckoutService
from storage.budgets import rail_guard
from storage.engines import open_engines
from storage.work import UnitOfWork
from tests.payments.stars_town import ALICE, CREATOR, StarTown, answer_of, open_town
from tests.texts.words import TEXTS
from tests.world import World


@pytest.fixture
async def town(world: World, tmp_path: Path) -> AsyncIterator[StarTown]:
    async with open_town(world, tmp_path) as opened:
        yield opened


# --- The question before ---------------------------------------------------------------------------------------------


async def test_a_cancelled_tip_can_not_be_paid(town: StarTown):
    tip = await town.tip(80)
    link = await town.link(tip)
    await town.tips.cancel(tip.id, town.world.alice)
    await answer_of(town, TipNotOpen, link)


async def test_a_paid_tip_can_not_be_paid_again(town: StarTown):
    tip = await town.tip(80)
    link = await town.link(tip)
    assert (await town.buyer.buys(link))["paid"]
    await town.until_charged(tip)
    await answer_of(town, TipNotOpen, link)


async def test_somebody_elses_invoice_can_not_be_paid(town: StarTown):
    tip = await town.tip(80)
    link = await town.link(tip)
    await answer_of(town, InvoiceNotYours, link, CREATOR)
    assert (await town.buyer.buys(link))["paid"], "its own donor still can"


async def test_who_left_is_nobodys_donor(town: StarTown):
    tip = await town.tip(80)
    link = await town.link(tip)
    await town.world.privacy.leave(town.world.alice)
    bought = await town.buyer.buys(link)
    assert (bought["paid"], bought["answered"]) == (False, True)


@pytest.fixture
async def asked(town: StarTown) -> tuple[CheckoutService, Tip]:
    """A tip of 80 Stars with its link, and who answers questions about it."""
    tip = await town.tip(80)
    await town.link(tip)
    return CheckoutService(town.world.unit, ["stars"], town.guard), tip


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({}, None),
        ({"amount_minor": 79}, InvoiceOutdated),
        ({"amount_minor": 8_000}, InvoiceOutdated),
        ({"currency": "CNY"}, InvoiceOutdated),
        ({"currency": "ABC"}, InvoiceOutdated),
        ({"payload": "order-7"}, InvoiceOutdated),
        ({"payload": str(uuid4())}, InvoiceOutdated),
        ({"payer": CREATOR}, InvoiceNotYours),
        ({"payer": 999_999_999_999}, InvoiceNotYours),
        ({"payer": CREATOR, "amount_minor": 1}, InvoiceNotYours),
    ],
)
async def test_only_this_amount_of_this_invoice_by_its_donor(
    asked: tuple[CheckoutService, Tip], change: dict[str, Any], refusal: type[GivingError] | None
):
    service, tip = asked
    right: dict[str, Any] = {"payer": ALICE, "amount_minor": 80, "currency": "XTR", "payload": str(tip.payment)}
    verdict = await service.check(Checkout(**(right | change)))
    assert type(verdict.refusal) is (refusal or type(None))


async def test_a_payment_of_another_rail_is_not_paid_in_stars(world: World, town: StarTown):
    other = await world.tip(world.alice, "5")
    await world.tips.payment_link(other.id, world.alice)
    verdict = await CheckoutService(world.unit, ["stars", "paper"]).check(
        Checkout(ALICE, 500, "XTR", str(other.payment))
    )
    assert isinstance(verdict.refusal, InvoiceOutdated)


async def test_an_invoice_of_a_rail_that_was_switched_off_since_is_not_paid(town: StarTown):
    """It would be charged by Telegram, and nobody here could book it."""
    tip = await town.tip(80)
    link = await town.link(tip)
    town.intake.checkouts = Checkouts(
        CheckoutService(town.world.unit, ["paper"], town.guard), TEXTS, "zh-CN"
    )  # fmt: skip
    await answer_of(town, InvoiceOutdated, link)


async def test_while_a_rail_is_shut_open_invoices_are_not_paid_and_nothing_is_spent(town: StarTown):
    tip = await town.tip(80)
    await town.link(tip)
    rules = PaymentRules(rail=GuardRules(raise_at=1, shut_at=1))
    guard = PaymentGuard(town.world.unit, {"stars": town.rail}, rules=rules)
    service = CheckoutService(town.world.unit, ["stars"], guard)
    right = Checkout(ALICE, 80, "XTR", str(tip.payment))
    assert (await service.check(right)).refusal is None
    async with town.world.unit() as work:
        soon = datetime.now(UTC) + timedelta(minutes=5)
        await work.budgets.put({rail_guard("stars"): Guard(soon, soon, soon)})
        before = await work.budgets.guards()
    for _ in range(30):
        refusal = (await service.check(right)).refusal
        assert refusal is not None
        assert refusal.message_key == "error-paying-paused"
    async with town.world.unit.read() as work:
        assert await work.budgets.guards() == before


async def test_many_questions_at_once_are_each_answered_for_themselves(asked: tuple[CheckoutService, Tip]):
    service, tip = asked
    payload = str(tip.payment)
    questions = [Checkout(ALICE if n % 2 else CREATOR, 80 if n % 3 else 81, "XTR", payload) for n in range(120)]
    verdicts = await asyncio.gather(*map(service.check, questions))
    for number, verdict in enumerate(verdicts):
        expected = InvoiceNotYours if number % 2 == 0 else InvoiceOutdated if number % 3 == 0 else type(None)
        assert type(verdict.refusal) is expected


# --- While the database is away --------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def silent_server() -> AsyncIterator[str]:
    """Something that takes connections and never says a word, as a database does whose machine hangs."""
    open_: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, writer: open_.append(writer), "127.0.0.1", 0)
    yield f"postgresql://yizan@127.0.0.1:{server.sockets[0].getsockname()[1]}/yizan"
    server.close()
    for writer in open_:
        writer.close()


@contextlib.asynccontextmanager
async def refusing_server() -> AsyncIterator[str]:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield f"postgresql://yizan@127.0.0.1:{probe.getsockname()[1]}/yizan"


@pytest.mark.parametrize("server", [silent_server, refusing_server])
async def test_without_the_database_the_donor_is_told_to_try_again_within_two_seconds(town: StarTown, server: Any):
    tip = await town.tip(80)
    link = await town.link(tip)
    async with server() as url:
        engines = open_engines(url)
        town.intake.checkouts = Checkouts(CheckoutService(UnitOfWork(engines), ["stars"]), TEXTS, "zh-CN")
        began = time.monotonic()
        bought = await town.buyer.buys(link)
        took = time.monotonic() - began
        await engines.close()
    assert (bought["paid"], bought["answered"]) == (False, True)
    assert bought["error"] == TEXTS.plain("zh-CN", NotSaved.message_key)
    assert took < 2.5, "two seconds, and the way there and back"


async def test_a_mistake_of_ours_is_a_no_and_never_a_silence(town: StarTown, monkeypatch: pytest.MonkeyPatch):
    async def broken(asked: Checkout) -> Any:
        raise RuntimeError("a mistake")

    service = CheckoutService(town.world.unit, ["stars"])
    monkeypatch.setattr(service, "check", broken)
    town.intake.checkouts = Checkouts(service, TEXTS, "zh-CN")
    bought = await town.buyer.buys(await town.link(await town.tip(80)))
    assert (bought["paid"], bought["error"]) == (False, TEXTS.plain("zh-CN", GivingError.message_key))


@pytest.mark.parametrize("query", [{}, {"id": "1"}, {"id": 1, "from": {"id": "x"}}, None, []])
async def test_a_question_that_can_not_be_read_holds_nobody_up(town: StarTown, query: Any):
    assert await town.intake({"update_id": 7, "pre_checkout_query": query}) is True


async def test_a_donor_is_known_by_their_number_not_by_who_they_were(world: World, town: StarTown):
    """A stranger with an old name of Alice's is no Alice."""
    stranger: Person = await world.people.meet(Visitor(CREATOR, "Alice", "alice", "en"))
    link = await town.link(await town.tip(5))
    await answer_of_stranger(town, link, stranger)


async def answer_of_stranger(town: StarTown, link: str, stranger: Person) -> None:
    bought = await town.buyer.buys(link, stranger.telegram_id)
    assert (bought["paid"], bought["error"]) == (False, TEXTS.plain("en", InvoiceNotYours.message_key))
