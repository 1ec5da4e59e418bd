"""The rail itself: orders, look-ups, refunds and bills, asked of Alipay by its library in threads of our own.

Source: opendocs.alipay.com/open/02ekfg (precreate), 02ivbs (wap), 02ekfh (query), 02ekfk (refund), 02ekfl (its query)
"""

import asyncio
import functools
import re
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.request import urlopen

from alipay.exceptions import AliPayException

from giving.money import Money
from giving.payments import EventKind, PaymentState, RailEvent
from giving.rails import Capabilities, Holder, Refunds, Shown
from payments.alipay_rail import bills
from payments.alipay_rail.events import Notices
from payments.alipay_rail.merchant import API, CURRENCY, NAME, Merchant, client
from payments.china import CHINA, LASTS, bill_days, bills_until, pay_until, plain, yuan
from payments.provider import (
    NOTHING_LEFT,
    Found,
    PaymentIntent,
    PaymentLink,
    PaymentRef,
    RailDown,
    RailRefused,
    Record,
    RefundAsk,
)

_READ_S, _TOTAL_S, _DOWNLOAD_S = 8, 10, 60
_AT_ONCE: Final = 16
_MOST: Final = 10_000_000_000  # ¥100 million, by the documents
_TITLE_BYTES: Final = 128
_DONE: Final = "10000"
_NO_TRADE: Final = "ACQ.TRADE_NOT_EXIST"
# 退款金额超限, 退款金额无效: with the sums we send, it is more than what is left.
_NOTHING_LEFT: Final = frozenset({"ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "ACQ.REASON_TRADE_REFUND_FEE_ERR"})
_NO_BILL: Final = "isp.bill_not_exist"
_STATES: Final = {
    "WAIT_BUYER_PAY": PaymentState.PENDING,
    "TRADE_SUCCESS": PaymentState.PAID,
    "TRADE_FINISHED": PaymentState.PAID,
    "TRADE_CLOSED": PaymentState.CANCELLED,
}


class AlipayRail:
    """One order for one payment: its number is our payment id. A code is shown, or (`wap`) a page for a phone."""

    name = NAME

    def __init__(
        self, merchant: Merchant, *, notify_url: str, api_base: str = API, wap: bool = False, lasts: timedelta = LASTS,
        holder: Holder = Holder.OPERATOR, now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        """`lasts`: how long an order can be paid. `holder`: whose account the merchant's is. Nothing is asked yet.

        Raises: ValueError, naming the setting, for a key that is none.
        """
        self.capabilities = Capabilities(
            limits={CURRENCY: (Money(1, CURRENCY), Money(_MOST, CURRENCY))}, real_money=True, holder=holder,
            shown=Shown.LINK if wap else Shown.QR, refunds=Refunds.PART, refund_days=365, lasts=lasts,
            numbers_refunds=True,
        )  # fmt: skip
        self._base, self._wap, self._lasts, self._now = api_base, wap, lasts, now
        self._pay = client(merchant, notify_url, api_base, _READ_S, now)
        self._notices = Notices(self._pay, merchant, now)
        # Not the loop's own threads: those look names up too, for everyone, and Alipay may be slow.
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix=NAME)

    async def close(self) -> None:
        """Let the threads go; calls on their way end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def answer(self) -> tuple[str, str]:
        """What Alipay wants to read, or it tells again, eight times within 25 hours."""
        return "text/plain", "success"

    async def create_payment(self, intent: PaymentIntent, *, key: str) -> PaymentLink:
        """Place the order; placed again with the same words it is the same order (its number is the key)."""
        number = intent.reference.hex
        until = pay_until(intent.reference, self._lasts, self._now()).astimezone(CHINA)
        words = {
            "out_trade_no": number,
            "subject": plain(intent.description, _TITLE_BYTES),
            "total_amount": yuan(intent.amount.minor),
            "time_expire": until.strftime("%Y-%m-%d %H:%M:%S"),
        }
        if self._wap:  # an address that we sign: Alipay hears of it when the donor opens it
            address = self._pay.api_alipay_trade_wap_pay(
                **words, return_url=intent.return_url, quit_url=intent.return_url
            )  # fmt: skip
            return PaymentLink(number, f"{self._base}?{address}")
        return PaymentLink(number, _word(await self._ask("api_alipay_trade_precreate", **words), "qr_code"))

    async def cancel_payment(self, payment: PaymentRef) -> None:
        """Close the order; RailRefused if it was paid.

        A code that nobody has scanned is no order there yet and can't be closed: it runs out by itself, and what is
        paid by it until then arrives. (`alipay.trade.cancel` would close it, but gives back what was paid.)
        """
        try:
            await self._ask("api_alipay_trade_close", out_trade_no=payment.their_id or payment.reference.hex)
        except RailRefused as refused:
            if str(refused) == _NO_TRADE or (await self.fetch(payment)).state is PaymentState.CANCELLED:
                return
            raise

    async def fetch(self, payment: PaymentRef) -> Found:
        """What became of an order, by its number, and of the refunds of it that were asked for, or told of."""
        number = payment.their_id or payment.reference.hex
        try:
            trade = await self._ask("api_alipay_trade_query", out_trade_no=number)
        except RailRefused as refused:
            if str(refused) != _NO_TRADE:
                raise
            return Found(PaymentState.CREATED)  # nobody has scanned its code, or opened its page
        if _word(trade, "out_trade_no") != number:
            raise RailDown(reason="the answer is about another order")
        state = _STATES.get(_word(trade, "trade_status"), PaymentState.UNKNOWN)
        if state is PaymentState.CANCELLED and trade.get("send_pay_date"):
            state = PaymentState.PAID  # and all of it was given back
        events = self._trade_found(trade, state)
        asked = dict.fromkeys((*(refund.hex for refund in payment.refunds), *payment.told))
        events += [event for refund in asked if (event := await self._refund_found(number, refund))]
        return Found(state, number, events=tuple(events))

    async def refund(self, ask: RefundAsk, *, key: str) -> None:
        """Give back all or a part, at once; `fetch` with the refund's id has the event. Its number is the key."""
        number = ask.refund.hex
        words = {"trade_no": ask.charge, "refund_amount": yuan(ask.amount.minor), "out_request_no": number}
        try:
            await self._ask("api_alipay_trade_refund", **words)
        except RailRefused as refused:
            if str(refused) in _NOTHING_LEFT:
                raise RailRefused(NOTHING_LEFT) from refused
            raise

    async def records(self, since: datetime, until: datetime) -> AsyncIterator[Record]:
        """The trade bills of China's days. A day's bill is out at 10:00 (UTC+8) of the next: RailDown before that."""
        for day in bill_days(since, until, self._now()):
            words = {"bill_type": "trade", "bill_date": day.isoformat()}
            try:
                made = await self._api("alipay.data.dataservice.bill.downloadurl.query", words)
            except RailRefused as refused:
                if str(refused) != _NO_BILL:  # nobody paid on that day
                    raise
                continue
            packed = await self._off_loop(functools.partial(_download, _word(made, "bill_download_url")), _DOWNLOAD_S)
            for record in bills.records(bills.unpacked(packed)):
                if since <= record.at < until:
                    yield record

    def written_until(self, now: datetime) -> datetime:
        """A day's bill is out on the next."""
        return bills_until(now)

    def fee_event(self, record: Record) -> str | None:
        """What only the bill tells, as a body for `event_of`; None for all but the fees of our payments."""
        if record.kind is not EventKind.FEE or record.reference is None:
            return None
        return self._notices.found(
            "fee", of=record.their_id, out_trade_no=record.reference.hex, minor=str(record.amount.minor),
            at=_on_paper(record.at),
        )  # fmt: skip

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> RailEvent:
        """Verify a notification and decode it. Raises: BadSignature, BadEvent."""
        return self._notices.read(body)

    def kept(self, body: str) -> str:
        """Of a notification what is stored: not who paid, so its signature can't be checked again."""
        return self._notices.kept(body)

    def event_of(self, body: str) -> RailEvent:
        """Decode what was verified, or found. Raises: BadEvent."""
        return self._notices.event_of(body)

    def _trade_found(self, trade: Mapping[str, Any], state: PaymentState) -> list[str]:
        """The event that should have been told; of who paid only the hash."""
        if state not in (PaymentState.PAID, PaymentState.CANCELLED):
            return []
        names = {"trade_no": _word(trade, "trade_no"), "out_trade_no": _word(trade, "out_trade_no")}
        if state is PaymentState.PAID:
            paid = {"trade_status": "TRADE_SUCCESS", "total_amount": _word(trade, "total_amount")}
            paid |= self._notices.paid_by(trade)
            return [self._notices.found("trade", **names, **paid, gmt_payment=_word(trade, "send_pay_date"))]
        closed = {"trade_status": "TRADE_CLOSED", "gmt_close": _on_paper(self._now())}
        return [self._notices.found("trade", **names, **closed)]

    async def _refund_found(self, number: str, refund: str) -> str | None:
        # The library's own call of it can't ask for the time.
        words = {"out_trade_no": number, "out_request_no": refund, "query_options": ["gmt_refund_pay"]}
        try:
            answer = await self._api("alipay.trade.fastpay.refund.query", words)
        except RailRefused as refused:
            if str(refused) != _NO_TRADE:
                raise
            return None
        if answer.get("refund_status") != "REFUND_SUCCESS":
            return None  # not known to have gone back
        return self._notices.found(
            "refund", out_trade_no=number, trade_no=_word(answer, "trade_no"), out_biz_no=refund,
            refund_amount=_word(answer, "refund_amount"),
            gmt_refund=answer.get("gmt_refund_pay") or _on_paper(self._now()),
        )  # fmt: skip

    async def _api(self, method: str, words: dict[str, Any]) -> Any:
        return await self._ask("server_api", api_name=method, biz_content=words)

    async def _ask(self, call: str, **words: Any) -> Any:
        """One call of the library. Raises: RailDown, RailRefused."""
        answer = await self._off_loop(functools.partial(getattr(self._pay, call), **words), _TOTAL_S)
        if not isinstance(answer, dict):
            raise RailDown
        if answer.get("code") != _DONE:
            raise _refusal(answer.get("code"), answer.get("sub_code"))
        return answer

    async def _off_loop(self, call: Callable[[], Any], within_s: float) -> Any:
        try:
            async with asyncio.timeout(within_s):
                return await asyncio.get_running_loop().run_in_executor(self._threads, call)
        except AliPayException as error:  # an answer without a signature, which is how the gateway itself refuses
            code, sub_code = re.search(r"code:(\w+)", str(error)), re.search(r'"sub_code"\s*:\s*"([^"]+)"', str(error))
            raise _refusal(code and code[1], sub_code and sub_code[1]) from error
        except Exception as error:
            raise RailDown from error


def _download(address: str) -> bytes:
    """The address comes from a signed answer, and is good for 30 seconds."""
    if not address.startswith(("https://", "http://")):
        raise ValueError("not an address")
    with urlopen(address, timeout=_READ_S) as response:  # noqa: S310 - just looked at
        return bytes(response.read())


def _refusal(code: object, sub_code: object) -> Exception:
    """RailRefused for a decision in Alipay's own words, RailDown for all else.

    Source: opendocs.alipay.com/common/02km9f (10003 and 20000: not known; 4…: refused, 40005: too often)
    """
    word = sub_code if isinstance(sub_code, str) and sub_code else str(code)
    undecided = word.endswith("SYSTEM_ERROR") or "call-limited" in word or word == "ACQ.REQUEST_TOO_FREQUENT"
    undecided |= word.startswith(("isp.", "aop.")) and word != _NO_BILL
    if not isinstance(code, str) or not code.startswith("4") or code == "40005" or undecided:
        return RailDown()
    return RailRefused(word)


def _on_paper(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _word(answer: Mapping[str, Any], name: str) -> str:
    """A field that the documents promise. Raises: RailDown."""
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise RailDown
    return value
