"""The question before a payment, answered within two seconds whatever happens: it dies in ten, and money waits for it.

It goes past all that other updates go through (has it been done, who is it, their dialog): each asks the database, and
one that is away must not keep a donor waiting. Answered twice, it is answered once, so nothing needs to be remembered.
Source: core.telegram.org/bots/api#answerprecheckoutquery
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest
from aiogram.methods import AnswerPreCheckoutQuery

from bot.errors import words
from bot.paper_money import clipped
from giving.errors import GivingError, NotSaved
from giving.people import language_of
from services.rails.checkouts import Checkout, CheckoutService, Verdict
from services.updates import is_away
from texts import Texts

log = structlog.get_logger()
CHECK_S: Final = 1.5
ANSWER_S: Final = 3
TRIES: Final = 2


class Checkouts:
    """Answers pre-checkout queries; never raises."""

    def __init__(self, checkouts: CheckoutService, texts: Texts, default_language: str, *, check_s: float = CHECK_S):
        """Ask this service, for so long; what it can't say in that time is a no."""
        self._checkouts, self._texts, self._default, self._check_s = checkouts, texts, default_language, check_s

    async def __call__(self, bot: Bot, raw: Mapping[str, Any]) -> bool:
        """Answer this update; it may be forgotten, whatever became of it."""
        match raw.get("pre_checkout_query"):
            case {
                "id": str(query),
                "from": {"id": int(payer)} as sender,
                "currency": str(currency),
                "total_amount": int(amount),
                "invoice_payload": str(payload),
            }:
                verdict = await self._verdict(Checkout(payer, amount, currency, payload))
                code = sender.get("language_code")
                language = verdict.language or (language_of(code) if isinstance(code, str) else None) or self._default
                answered = await self._answer(bot, query, verdict.refusal, language)
                log.info(
                    "checkout_answered", update_id=raw.get("update_id"), ok=verdict.refusal is None, answered=answered,
                    payment_id=str(verdict.payment) if verdict.payment else None,
                    reason=str(verdict.refusal) if verdict.refusal else None,
                )  # fmt: skip
            case _:
                log.error("update_undecodable", update_id=raw.get("update_id"), where=["pre_checkout_query"])
        return True

    async def _verdict(self, asked: Checkout) -> Verdict:
        try:
            async with asyncio.timeout(self._check_s):
                return await self._checkouts.check(asked)
        except Exception as error:
            if is_away(error) or isinstance(error, TimeoutError):
                log.warning("checkout_not_looked_up", error=type(error).__name__)
                return Verdict(refusal=NotSaved())
            log.exception("checkout_failed")
            return Verdict(refusal=GivingError())

    async def _answer(self, bot: Bot, query: str, refusal: GivingError | None, language: str) -> bool:
        """Whether Telegram took it; one that was answered before, or is too old, it does not take."""
        said = clipped(words(self._texts, language, refusal)) if refusal is not None else None
        method = AnswerPreCheckoutQuery(pre_checkout_query_id=query, ok=refusal is None, error_message=said)
        for tries in range(1, TRIES + 1):
            try:
                return await bot(method, request_timeout=ANSWER_S)
            except TelegramBadRequest as late:
                log.info("checkout_answer_refused", said=late.message, tries=tries)
                return False
            except AiogramError as error:
                log.warning("checkout_not_answered", error=type(error).__name__, tries=tries)
        return False
