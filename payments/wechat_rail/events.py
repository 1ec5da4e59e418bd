"""Notifications of WeChat Pay: signed, young enough, opened with our key, and about our merchant and app.

A body is kept as it came, so that what is in it about the payer stays closed; it is opened again when it is settled.
What a look-up found has the same shape with an open resource, and only what a booking needs.
Source: pay.weixin.qq.com/doc/v3/merchant/4012791861 (payments), 4012082022 (refunds)
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from wechatpayv3.async_.utils import aes_decrypt, load_public_key, rsa_verify

from giving.money import Money
from giving.payments import EventKind, RailEvent
from payments.china import TOLERANCE, ours
from payments.payer import payer_of
from payments.provider import BadEvent, BadSignature
from payments.wechat_rail.merchant import CURRENCY, NAME, Merchant

_STAMP: Final = re.compile("[0-9]{1,12}")
_KINDS: Final = {
    "TRANSACTION.SUCCESS": EventKind.PAID,
    "TRANSACTION.CLOSED": EventKind.CANCELLED,
    "REFUND.SUCCESS": EventKind.REFUNDED,
    "REFUND.ABNORMAL": EventKind.REFUND_FAILED,
    "REFUND.CLOSED": EventKind.REFUND_FAILED,
    "BILL.FEE": EventKind.FEE,
}
_HASH: Final = 32
_ODD: Final = (AttributeError, KeyError, OverflowError, TypeError, ValueError)


def body_of(event_id: str, kind: str, at: str, resource: Mapping[str, object]) -> str:
    """What we heard without being told, in the shape of a notification; `at` as WeChat Pay writes times."""
    return orjson.dumps({"id": event_id, "event_type": kind, "create_time": at, "resource": resource}).decode()


class Notices:
    """Reads what is sent to our webhook."""

    def __init__(self, merchant: Merchant, now: Callable[[], datetime]) -> None:
        """Raises: ValueError where the public key is none."""
        self._merchant, self._now = merchant, now
        try:
            self._key = load_public_key(merchant.public_key or "none")
        except Exception as error:
            raise ValueError("rails.wechat.public_key: is not WeChat Pay's public key (pub_key.pem)") from error

    def read(self, body: bytes, headers: Mapping[str, str]) -> RailEvent:
        """Verify and decode. Raises: BadSignature, BadEvent.

        The library's own `callback` looks at no time (a day-old notification passes), and takes its headers under
        other names too, by which an old one could come with a new time beside it: so only its arithmetic is used.
        """
        serial, stamp, nonce, signature = (
            headers.get(f"Wechatpay-{name}", "") for name in ("Serial", "Timestamp", "Nonce", "Signature")
        )
        try:
            text = body.decode()
            signed = rsa_verify(stamp, nonce, text, signature, self._key)
        except ValueError as error:  # bytes that are no text, in the body or a header
            raise BadSignature from error
        if not signed or serial != self._merchant.public_key_id or not _STAMP.fullmatch(stamp):
            raise BadSignature
        if abs(self._now().timestamp() - int(stamp)) > TOLERANCE.total_seconds():
            raise BadSignature
        return self._event(text, told=True)

    def event_of(self, text: str) -> RailEvent:
        """Decode what was verified when it was stored, or found by a look-up. Raises: BadEvent."""
        return self._event(text, told=False)

    def _event(self, text: str, *, told: bool) -> RailEvent:
        try:
            notice = orjson.loads(text)
            kind, resource = _KINDS.get(notice["event_type"], EventKind.OTHER), notice["resource"]
            about: dict[str, Any] = {"rail": NAME, "event_id": _word(notice, "id", 100), "kind": kind}
            at = _moment(notice["create_time"])
            if kind is EventKind.OTHER:
                return RailEvent(**about, occurred_at=at)
            if told or "ciphertext" in resource:
                resource = self._opened(resource)
                self._is_ours(resource)
            event = _READ[kind](about, at, resource)
            return replace(event, payer=payer_in(resource, self._merchant)) if kind is EventKind.PAID else event
        except _ODD as error:
            raise BadEvent(f"not a notification of WeChat Pay: {type(error).__name__}") from error

    def _opened(self, resource: Mapping[str, Any]) -> Any:
        if resource["algorithm"] != "AEAD_AES_256_GCM":
            raise BadEvent("sealed in a way that WeChat Pay's documents don't name")
        text = aes_decrypt(
            nonce=resource["nonce"],
            ciphertext=resource["ciphertext"],
            associated_data=resource.get("associated_data") or "",
            apiv3_key=self._merchant.apiv3_key,
        )
        if text is None:
            raise BadEvent("can't be opened with rails.wechat.apiv3_key: it changed, or this is another merchant's")
        return orjson.loads(text)

    def _is_ours(self, resource: Mapping[str, Any]) -> None:
        """A valid signature is not enough: theirs is the same for every merchant with this key."""
        if resource["mchid"] != self._merchant.mchid:
            raise BadEvent(f"for merchant {str(resource['mchid'])[:32]}, we are {self._merchant.mchid}")
        if "refund_status" not in resource and resource["appid"] != self._merchant.appid:  # refunds name no app
            raise BadEvent(f"for app {str(resource['appid'])[:32]}, ours is {self._merchant.appid}")


def payer_in(order: Mapping[str, Any], merchant: Merchant) -> str | None:
    """Whose WeChat account paid, as a keyed hash; in what we found ourselves it stands already."""
    payer = order.get("payer")
    if not isinstance(payer, Mapping):
        return None
    found = payer.get("hash")
    return (
        found if isinstance(found, str) and len(found) <= _HASH else payer_of(merchant.apiv3_key, payer.get("openid"))
    )


def _paid(about: Mapping[str, Any], _: datetime, order: Mapping[str, Any]) -> RailEvent:
    if order["trade_state"] != "SUCCESS":
        raise BadEvent(f"told as paid, but its trade_state is {str(order['trade_state'])[:32]}")
    charge = _word(order, "transaction_id")
    return RailEvent(
        **about, occurred_at=_moment(order["success_time"]), reference=ours(order["out_trade_no"]), their_id=charge,
        charge=charge, amount=_amount(order["amount"], "total"),
    )  # fmt: skip


def _closed(about: Mapping[str, Any], at: datetime, order: Mapping[str, Any]) -> RailEvent:
    return RailEvent(**about, occurred_at=at, reference=ours(order["out_trade_no"]))


def _refunded(about: Mapping[str, Any], at: datetime, refund: Mapping[str, Any]) -> RailEvent:
    wanted = ("SUCCESS",) if about["kind"] is EventKind.REFUNDED else ("ABNORMAL", "CLOSED")
    if refund["refund_status"] not in wanted:
        raise BadEvent(f"its refund_status is {str(refund['refund_status'])[:32]}")
    done = refund.get("success_time")
    return RailEvent(
        **about, occurred_at=_moment(done) if done else at, reference=ours(refund["out_trade_no"]),
        their_id=_word(refund, "refund_id"), charge=_word(refund, "transaction_id"),
        amount=_amount(refund["amount"], "refund"), refund=ours(refund["out_refund_no"]),
    )  # fmt: skip


def _fee(about: Mapping[str, Any], at: datetime, fee: Mapping[str, Any]) -> RailEvent:
    amount = Money(fee["amount"], CURRENCY)  # below zero: given back with a refund
    return RailEvent(
        **about, occurred_at=at, reference=ours(fee["out_trade_no"]), their_id=_word(fee, "of"), amount=amount
    )


_READ: Final[Mapping[EventKind, Callable[[Mapping[str, Any], datetime, Mapping[str, Any]], RailEvent]]] = {
    EventKind.PAID: _paid,
    EventKind.CANCELLED: _closed,
    EventKind.REFUNDED: _refunded,
    EventKind.REFUND_FAILED: _refunded,
    EventKind.FEE: _fee,
}


def _word(of: Mapping[str, Any], name: str, most: int = 64) -> str:
    value = of[name]
    if not isinstance(value, str) or not 0 < len(value) <= most:
        raise ValueError(name)
    return value


def _amount(amount: Mapping[str, Any], name: str) -> Money:
    currency = amount.get("currency") or CURRENCY
    if currency != CURRENCY:
        raise BadEvent(f"in {str(currency)[:8]}, this rail takes {CURRENCY} only")
    if amount[name] <= 0:
        raise ValueError(name)
    return Money(amount[name], CURRENCY)


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at.astimezone(UTC)
