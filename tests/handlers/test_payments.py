"""What Telegram asks and tells of payments, through the whole dispatcher; the way with Stars is in tests/payments/."""

from typing import Any
from uuid import uuid4

import pytest
from aiogram import Dispatcher
from aiogram.methods import AnswerPreCheckoutQuery
from structlog.testing import capture_logs

from giving.errors import InvoiceOutdated
from giving.people import Visitor
from handlers import routers
from tests.handlers.chat import NOW, user
from tests.texts.words import TEXTS
from tests.world import World


def question(person: int, **change: Any) -> dict[str, Any]:
    asked = {"id": "4711", "from": user(person), "currency": "XTR", "total_amount": 80, "invoice_payload": str(uuid4())}
    return asked | change


def news(kind: str, **change: Any) -> dict[str, Any]:
    told = {"currency": "XTR", "total_amount": 80, "invoice_payload": "x", "telegram_payment_charge_id": "stx"}
    told |= {"provider_payment_charge_id": ""} | change
    message = {"message_id": 5, "date": NOW, "chat": {"id": 1002, "type": "private"}, "from": user(1002)}
    return message | {kind: told}


@pytest.mark.parametrize(("person", "language"), [(1002, "en"), (1001, "zh-CN"), (4242, "zh-CN")])
async def test_a_no_is_said_in_the_payers_language(chat, person: int, language: str):
    (answer,) = await chat.feed(pre_checkout_query=question(person))
    assert isinstance(answer, AnswerPreCheckoutQuery)
    assert (answer.pre_checkout_query_id, answer.ok) == ("4711", False)
    assert answer.error_message == TEXTS.plain(language, InvoiceOutdated.message_key)


async def test_the_language_somebody_chose_goes_before_their_telegrams(chat, world: World):
    async with world.unit() as work:
        await work.people.set(world.alice.id, chosen_language="zh-CN")
    (answer,) = await chat.feed(pre_checkout_query=question(1002))
    assert answer.error_message == TEXTS.plain("zh-CN", InvoiceOutdated.message_key)


async def test_who_only_asks_is_not_kept(chat, world: World):
    await chat.feed(pre_checkout_query=question(4242))
    async with world.unit.read() as work:
        assert await work.people.by_telegram_id(4242) is None
    met = await world.people.meet(Visitor(4242, "新来的", None, None))
    assert met.started_at is None


@pytest.mark.parametrize(
    ("kind", "currency", "rail"),
    [
        ("successful_payment", "XTR", "stars"),
        ("successful_payment", "CNY", "telegram"),
        ("refunded_payment", "XTR", "stars"),
    ],
)
async def test_news_of_a_rail_that_is_off_is_said_loudly_and_to_nobody_in_the_chat(
    chat, kind: str, currency: str, rail: str
):
    with capture_logs() as logs:
        assert await chat.feed(message=news(kind, currency=currency)) == []
    (said,) = [line for line in logs if line["event"] == "payment_of_a_rail_that_is_off"]
    assert (said["log_level"], said["rail"], said["charge"]) == ("error", rail, "stx")


def test_telegram_is_asked_for_questions_before_payments():
    dispatcher = Dispatcher()
    dispatcher.include_routers(*routers())
    assert {"pre_checkout_query", "message"} <= set(dispatcher.resolve_used_update_types())


@pytest.mark.parametrize("renews", [False, True])
def test_telegram_is_asked_for_subscriptions_only_where_a_rail_has_them(renews: bool):
    dispatcher = Dispatcher()
    dispatcher.include_routers(*routers(renews=renews))
    asked = dispatcher.resolve_used_update_types()
    assert ("subscription" in asked) is renews
    assert {"message", "callback_query", "pre_checkout_query"} <= set(asked)
