"""Notifications of Alipay: signed, young enough, and about our app and our account.

What a look-up found is written in the same form, with the same id where a notification tells the same.
Source: opendocs.alipay.com/open/194/103296 (precreate), opendocs.alipay.com/open/203/105286 (wap)
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from alipay.exceptions import AliPayException

from giving.money import Money
from giving.payments import EventKind, RailEvent
from payments.alipay_rail.merchant import CURRENCY, NAME, Merchant
from payments.china import TOLERANCE, fen, moment, ours
from payments.payer import payer_of
from payments.provider import BadEvent, BadSignature

_PAID: Final = frozenset({"TRADE_SUCCESS", "TRADE_FINISHED"})
_OF_REFUNDS: Final = frozenset({"gmt_refund", "refund_fee", "out_biz_no"})
_MOST_FIELDS: Final = 100
_PAYER: Final = "yizan_payer"  # ours, in what is kept
_IDS: Final = ("buyer_open_id", "buyer_user_id", "buyer_id")
# Who paid: an id, and a telephone number or e-mail address with some of it hidden. Nothing of ours asks for it.
_OF_BUYERS: Final = frozenset(
    {"buyer_id", "buyer_logon_id", "buyer_open_id", "buyer_user_id", "buyer_user_name", "buyer_user_type"}
)


class Notices:
    """Reads what is sent to our webhook, and writes what we heard without being told."""

    def __init__(self, pay: Any, merchant: Merchant, now: Callable[[], datetime]) -> None:
        """Verify by this client of the library."""
        self._pay, self._merchant, self._now = pay, merchant, now

    def read(self, body: bytes) -> RailEvent:
        """Verify and decode. Raises: BadSignature, BadEvent."""
        try:
            form = _form(body.decode())
            signed = self._pay.verify({k: v for k, v in form.items() if k != "sign"}, form.get("sign", ""))
            age = self._now() - moment(form.get("notify_time"))
        except (AliPayException, ValueError) as error:
            raise BadSignature from error
        if not signed or abs(age) > TOLERANCE:
            raise BadSignature
        if "found" in form:
            raise BadEvent("says of itself that we found it")
        return self._event(self._less(form))

    def kept(self, text: str) -> str:
        """A notification that was verified, of its buyer only a keyed hash: what is decoded when it is settled."""
        return urlencode(self._less(_form(text)))

    def _less(self, form: Mapping[str, str]) -> dict[str, str]:
        """What a notification says, with a name for its buyer that says nothing."""
        return {name: value for name, value in form.items() if name not in _OF_BUYERS} | self.paid_by(form)

    def event_of(self, text: str) -> RailEvent:
        """Decode what was verified when it was stored, or found. Raises: BadEvent."""
        try:
            form = _form(text)
        except ValueError as error:
            raise BadEvent("not a form") from error
        return self._event(self._less(form))

    def paid_by(self, trade: Mapping[str, Any]) -> dict[str, str]:
        """Of a trade that was looked up, the word for its buyer that says nothing, where it names one."""
        named = next((trade[name] for name in _IDS if trade.get(name)), None)
        payer = payer_of(self._merchant.app_key, named)
        return {_PAYER: payer} if payer is not None else {}

    def found(self, what: str, **words: str) -> str:
        """A body of ours: `what` was found, a trade, a refund or a fee."""
        about = {"found": what, "app_id": self._merchant.app_id, "seller_id": self._merchant.seller_id}
        return urlencode(about | words)

    def _event(self, form: Mapping[str, str]) -> RailEvent:
        try:
            self._is_ours(form)
            read = {"refund": _refunded, "fee": _fee}.get(form.get("found", ""), _trade)
            return read(form)
        except (KeyError, OverflowError, ValueError) as error:
            raise BadEvent(f"not a notification of Alipay: {type(error).__name__}") from error

    def _is_ours(self, form: Mapping[str, str]) -> None:
        if form["app_id"] != self._merchant.app_id:
            raise BadEvent(f"for app {form['app_id'][:32]}, ours is {self._merchant.app_id}")
        if form["seller_id"] != self._merchant.seller_id:
            raise BadEvent(f"for seller {form['seller_id'][:32]}, we are {self._merchant.seller_id}")
        for name in ("trans_currency", "settle_currency"):
            if form.get(name, CURRENCY) != CURRENCY:
                raise BadEvent(f"in {form[name][:8]}, this rail takes {CURRENCY} only")


def _trade(form: Mapping[str, str]) -> RailEvent:
    """Paid, or closed before anybody paid.

    A refund's notification, also of one made in their back office, names the sum of all refunds until then, not its
    own: that we ask for (`rail.fetch`), by the refund's number in it.
    """
    charge, status = _word(form, "trade_no"), _word(form, "trade_status")
    about: dict[str, Any] = {"rail": NAME, "reference": ours(form["out_trade_no"])}
    if refund := [form[name][:40] for name in sorted(_OF_REFUNDS & form.keys())]:
        id_ = "_".join([charge, status, *refund])[:128]
        about |= {"event_id": id_, "occurred_at": _at(form, "gmt_refund")}
        if about["reference"] is None or not form.get("out_biz_no") or "refund_fee" not in form:
            return RailEvent(**about, kind=EventKind.OTHER)
        number = _word(form, "out_biz_no")
        return RailEvent(**about, kind=EventKind.REFUNDED, their_id=number, charge=charge, thin=True)
    about["event_id"] = f"{charge}_{status}"
    if status in _PAID:
        return RailEvent(
            **about, kind=EventKind.PAID, occurred_at=moment(form["gmt_payment"]), their_id=charge, charge=charge,
            amount=Money(fen(form["total_amount"]), CURRENCY), payer=form.get(_PAYER),
        )  # fmt: skip
    never_paid = status == "TRADE_CLOSED" and "gmt_payment" not in form
    kind = EventKind.CANCELLED if never_paid else EventKind.OTHER
    return RailEvent(**about, kind=kind, occurred_at=_at(form, "gmt_close"))


def _at(form: Mapping[str, str], name: str) -> datetime:
    """The moment of this name, to the second; not all notifications have it, and when they were sent is near."""
    return moment((form.get(name) or form["notify_time"])[:19])


def _refunded(form: Mapping[str, str]) -> RailEvent:
    charge, refund = _word(form, "trade_no"), _word(form, "out_biz_no")
    return RailEvent(
        rail=NAME, event_id=f"{charge}_refund_{refund}", kind=EventKind.REFUNDED,
        occurred_at=moment(form["gmt_refund"]), reference=ours(form["out_trade_no"]), their_id=refund, charge=charge,
        amount=Money(fen(form["refund_amount"]), CURRENCY), refund=ours(refund),
    )  # fmt: skip


def _fee(form: Mapping[str, str]) -> RailEvent:
    of = _word(form, "of")
    return RailEvent(
        rail=NAME, event_id=f"{of}_fee", kind=EventKind.FEE, occurred_at=moment(form["at"]),
        reference=ours(form["out_trade_no"]), their_id=of, amount=Money(int(form["minor"]), CURRENCY),
    )  # fmt: skip


def _word(form: Mapping[str, str], name: str) -> str:
    value = form[name]
    if not 0 < len(value) <= 64:
        raise ValueError(name)
    return value


def _form(text: str) -> dict[str, str]:
    """Raises: ValueError for what is no form, and for one that says a thing twice."""
    pairs = parse_qsl(
        text, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=_MOST_FIELDS
    )  # fmt: skip
    form = dict(pairs)
    if len(form) != len(pairs):
        raise ValueError("a field stands twice")
    return form
