"""The rail itself: orders, look-ups, refunds and bills, asked of WeChat Pay by its library.

Source: pay.weixin.qq.com/doc/v3/merchant/4012791874 (Native), 4012791831 (H5)
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlsplit

import orjson
from wechatpayv3.async_ import AsyncWeChatPay, WeChatPayType  # wechatpayv3 has another enum of this name

from giving.money import Money
from giving.payments import EventKind, PaymentState, RailEvent
from giving.rails import Capabilities, Holder, Refunds, Shown
from payments.china import CHINA, LASTS, bill_days, bills_until, pay_until, plain
from payments.provider import Found, PaymentIntent, PaymentLink, PaymentRef, RailDown, RailRefused, Record, RefundAsk
from payments.wechat_rail import bills
from payments.wechat_rail.events import Notices, body_of, payer_in
from payments.wechat_rail.merchant import API, CURRENCY, NAME, Merchant

_CONNECT_S, _READ_S, _TOTAL_S, _DOWNLOAD_S = 5, 8, 10, 60
_MOST: Final = 1_000_000_000  # ¥10 million; what a donor's bank allows is far less
_TITLE_BYTES: Final = 127
_NO_ORDER: Final = frozenset({"ORDER_NOT_EXIST", "ORDERNOTEXIST"})
_NO_REFUND: Final = frozenset({"RESOURCE_NOT_EXISTS", "REFUND_NOT_EXISTS"})
# No decision about what was asked, whatever the status they come with.
_TRY_AGAIN: Final = frozenset({
    "SYSTEM_ERROR", "SYSTEMERROR", "BIZERR_NEED_RETRY", "BIZ_ERR_NEED_RETRY", "BANK_ERROR", "BANKERROR",
    "FREQUENCY_LIMITED", "FREQUENCY_LIMIT_EXCEED", "RATELIMIT_EXCEEDED", "STATEMENT_CREATING",
})  # fmt: skip
_STATES: Final = {
    "NOTPAY": PaymentState.CREATED,
    "USERPAYING": PaymentState.PENDING,
    "ACCEPT": PaymentState.PENDING,
    "SUCCESS": PaymentState.PAID,
    "REFUND": PaymentState.PAID,
    "CLOSED": PaymentState.CANCELLED,
    "REVOKED": PaymentState.CANCELLED,
    "PAYERROR": PaymentState.FAILED,
}
_REFUND_KINDS: Final = {
    "SUCCESS": "REFUND.SUCCESS", "ABNORMAL": "REFUND.ABNORMAL", "CLOSED": "REFUND.CLOSED",
}  # fmt: skip


class WeChatRail:
    """One order for one payment: its number is our payment id, a code of it is shown to be scanned.

    With `pages` the order is for a browser on a phone instead. WeChat Pay's page then opens only from the address it
    was ordered for, and only for who comes from a page of the domain registered there: so the donor is led to one of
    ours (web/pay.py), and the order is placed when they go on from it.
    """

    name = NAME

    def __init__(
        self, merchant: Merchant, *, notify_url: str, api_base: str = API, pages: str | None = None,
        lasts: timedelta = LASTS, holder: Holder = Holder.OPERATOR,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        """Nothing is asked yet. `pages`: what our pages' addresses begin with. `lasts`: how long an order can be paid.

        `holder`: whose account the merchant's is.
        Raises: ValueError, naming the setting, for a key that is none.
        """
        self.capabilities = Capabilities(
            limits={CURRENCY: (Money(1, CURRENCY), Money(_MOST, CURRENCY))}, real_money=True, holder=holder,
            shown=Shown.QR if pages is None else Shown.LINK, refunds=Refunds.PART, refund_days=365, same_refund=True,
            lasts=lasts if pages is None else None,  # our page orders when it is opened
        )  # fmt: skip
        self._pages, self._lasts, self._now, self._merchant = pages, lasts, now, merchant
        self._notices = Notices(merchant, now)
        self._pay, self._base, self._open = _client(merchant, notify_url, api_base), api_base, False

    async def close(self) -> None:
        """Close the connections."""
        if self._open:
            await self._pay.__aexit__(None, None, None)

    async def create_payment(self, intent: PaymentIntent, *, key: str) -> PaymentLink:
        """Place the order; placed again with the same words it is the same order (its number is the key)."""
        number = intent.reference.hex
        if self._pages is not None:
            return PaymentLink(number, f"{self._pages}/{number}")
        return PaymentLink(number, _word(await self._ask("pay", **self._words(intent)), "code_url"))

    async def page(self, intent: PaymentIntent) -> str:
        """Place the order for a browser at `intent.address`, and at no other from then on: where to go on to."""
        if self._pages is None or intent.address is None:
            raise RailRefused("no_page")
        scene = {"payer_client_ip": intent.address, "h5_info": {"type": "Wap"}}
        placed = await self._ask("pay", pay_type=WeChatPayType.H5, scene_info=scene, **self._words(intent))
        return f"{_word(placed, 'h5_url')}&redirect_url={quote(intent.return_url, safe='')}"

    def _words(self, intent: PaymentIntent) -> dict[str, Any]:
        until = pay_until(intent.reference, self._lasts, self._now()).astimezone(CHINA)
        return {
            "description": plain(intent.description, _TITLE_BYTES),
            "out_trade_no": intent.reference.hex,
            "amount": {"total": intent.amount.minor, "currency": intent.amount.currency},
            "time_expire": until.isoformat(),
        }

    async def cancel_payment(self, payment: PaymentRef) -> None:
        """Close the order; RailRefused if it was paid. A code scanned before can still be paid in the same moment."""
        number = payment.their_id or payment.reference.hex
        try:
            await self._ask("close", out_trade_no=number)
        except RailRefused as refused:
            if str(refused) in _NO_ORDER or (await self.fetch(payment)).state is PaymentState.CANCELLED:
                return
            raise

    async def fetch(self, payment: PaymentRef) -> Found:
        """What became of an order, by its number, and of the refunds of it that were asked for."""
        number = payment.their_id or payment.reference.hex
        try:
            order = await self._ask("query", out_trade_no=number)
        except RailRefused as refused:
            if str(refused) not in _NO_ORDER:
                raise
            return Found(PaymentState.CREATED)
        if _word(order, "out_trade_no") != number:
            raise RailDown(reason="the answer is about another order")
        state = _STATES.get(_word(order, "trade_state"), PaymentState.UNKNOWN)
        told = state in (PaymentState.PAID, PaymentState.CANCELLED)
        events = [_order_found(order, state, self._now(), self._merchant)] if told else []
        events += [event for refund in payment.refunds if (event := await self._refund_found(refund.hex))]
        return Found(state, number, events=tuple(events))

    async def refund(self, ask: RefundAsk, *, key: str) -> None:
        """Ask for all or a part to go back; a notification tells when it did. The refund's number is the key.

        One that failed keeps its number ("请不要更换退款单号"): another number would be another refund, and is refused
        as more than was paid while the first stands. What ended ABNORMAL (the donor's card is gone) is not begun anew
        by asking: whoever runs the merchant's account pays it out at pay.weixin.qq.com, and its notification follows.
        Source: pay.weixin.qq.com/doc/v3/merchant/4013071036 (refund), 4013071193 (ABNORMAL)

        That less is left is never told apart: INVALID_REQUEST is their code for every rule that is broken (the year is
        over, fifty parts, another refund that is under way), and what they say beside it is for people.
        """
        await self._ask(
            "refund",
            out_refund_no=ask.refund.hex,
            transaction_id=ask.charge,
            amount={"refund": ask.amount.minor, "total": ask.whole.minor, "currency": ask.amount.currency},
        )

    async def records(self, since: datetime, until: datetime) -> AsyncIterator[Record]:
        """The trade bills of China's days. A day's bill is out at 10:00 (UTC+8) of the next: RailDown before that."""
        for day in bill_days(since, until, self._now()):
            try:
                announced = await self._ask("trade_bill", bill_date=day.isoformat())
            except RailRefused as refused:
                if str(refused) != "NO_STATEMENT_EXIST":  # nobody paid on that day
                    raise
                continue
            parts = urlsplit(_word(announced, "download_url"))
            packed = await self._ask("download_bill", url=f"{self._base}{parts.path}?{parts.query}")
            text = bills.unpacked(packed, _word(announced, "hash_type"), _word(announced, "hash_value"))
            for record in bills.records(text):
                if since <= record.at < until:
                    yield record

    def written_until(self, now: datetime) -> datetime:
        """A day's bill is out on the next."""
        return bills_until(now)

    def fee_event(self, record: Record) -> str | None:
        """What only the bill tells, as a body for `event_of`; None for all but the fees of our payments."""
        if record.kind is not EventKind.FEE or record.reference is None:
            return None
        fee = {"of": record.their_id, "out_trade_no": record.reference.hex, "amount": record.amount.minor}
        return body_of(f"bill_{record.their_id}_fee", "BILL.FEE", record.at.isoformat(), fee)

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> RailEvent:
        """Verify a notification and decode it. Raises: BadSignature, BadEvent."""
        return self._notices.read(body, headers)

    def event_of(self, body: str) -> RailEvent:
        """Decode what was verified, or found. Raises: BadEvent."""
        return self._notices.event_of(body)

    async def _refund_found(self, number: str) -> str | None:
        try:
            refund = await self._ask("query_refund", out_refund_no=number)
        except RailRefused as refused:
            if str(refused) not in _NO_REFUND:
                raise
            return None
        status = _word(refund, "status")
        if status not in _REFUND_KINDS:
            return None  # on its way
        at = refund.get("success_time") or _word(refund, "create_time")
        names = ("out_trade_no", "transaction_id", "out_refund_no", "refund_id")
        about = {name: _word(refund, name) for name in names} | {"refund_status": status, "success_time": at}
        return body_of(
            f"found_{about['refund_id']}_{status}",
            _REFUND_KINDS[status],
            at,
            about | {"amount": _part(refund, "refund")},
        )

    async def _ask(self, call: str, **words: Any) -> Any:
        """One call of the library. Raises: RailDown, RailRefused."""
        if not self._open:
            self._open = True
            await self._pay.__aenter__()
        try:
            async with asyncio.timeout(_DOWNLOAD_S if call == "download_bill" else _TOTAL_S):
                status, answer = await getattr(self._pay, call)(**words)
        except Exception as error:
            raise RailDown from error
        if not answer or not isinstance(answer, str):  # nothing to read: a closed order, a bill
            return answer if 200 <= status < 300 else _refused(status, None)
        try:
            read = orjson.loads(answer)
        except ValueError as error:
            raise RailDown from error
        return read if 200 <= status < 300 else _refused(status, read)


def _client(merchant: Merchant, notify_url: str, api_base: str) -> Any:
    """The library's client; by their public key, so that nothing has to be fetched before the first notification."""
    try:
        pay = AsyncWeChatPay(
            WeChatPayType.NATIVE, mchid=merchant.mchid, appid=merchant.appid, private_key=merchant.merchant_key,
            cert_serial_no=merchant.key_serial, apiv3_key=merchant.apiv3_key, notify_url=notify_url,
            public_key=merchant.public_key, public_key_id=merchant.public_key_id, timeout=(_CONNECT_S, _READ_S),
        )  # fmt: skip
    except Exception as error:
        raise ValueError("rails.wechat.merchant_key: is not a private key (apiclient_key.pem)") from error
    pay._core._gate_way = api_base  # the library has no other way to a test gateway, or to api2.mch.weixin.qq.com
    return pay


def _order_found(order: Mapping[str, Any], state: PaymentState, now: datetime, merchant: Merchant) -> str:
    """The event that should have been told; of who paid only the hash."""
    number = _word(order, "out_trade_no")
    if state is PaymentState.CANCELLED:
        return body_of(f"found_{number}_closed", "TRANSACTION.CLOSED", now.isoformat(), {"out_trade_no": number})
    charge, at = _word(order, "transaction_id"), _word(order, "success_time")
    paid = {
        "out_trade_no": number, "transaction_id": charge, "trade_state": "SUCCESS", "success_time": at,
        "amount": _part(order, "total"),
    }  # fmt: skip
    if (payer := payer_in(order, merchant)) is not None:
        paid["payer"] = {"hash": payer}
    return body_of(f"found_{charge}_paid", "TRANSACTION.SUCCESS", at, paid)


def _part(answer: Mapping[str, Any], name: str) -> dict[str, object]:
    """Of the amounts, the one that counts and its currency."""
    amount = answer.get("amount")
    return {key: amount[key] for key in (name, "currency") if key in amount} if isinstance(amount, dict) else {}


def _refused(status: int, answer: Any) -> Any:
    """Raises RailRefused for a decision in WeChat Pay's own words, RailDown for all else."""
    code = answer.get("code") if isinstance(answer, dict) else None
    if status < 400 or status >= 500 or status == 429 or not isinstance(code, str) or code in _TRY_AGAIN:
        raise RailDown
    raise RailRefused(code)


def _word(answer: Any, name: str) -> str:
    """A field that the documents promise. Raises: RailDown."""
    value = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(value, str) or not value:
        raise RailDown
    return value
