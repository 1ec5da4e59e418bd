"""WeChat Pay's trade bill of a day: CSV with a backquote before each value, and two lines of totals at its end.

Source: pay.weixin.qq.com/docs/merchant/products/bill-download/format-trade.html
"""

import gzip
import hashlib
import zlib
from collections.abc import Iterator, Mapping
from typing import Final

from giving.money import Money
from giving.payments import EventKind
from payments.china import fee_fen, fen, moment, ours
from payments.provider import RailDown, Record
from payments.wechat_rail.merchant import CURRENCY

_TOTALS: Final = "总交易单数"
_NOT_GIVEN_BACK: Final = frozenset({"FAIL", "CHANGE", "ABNORMAL", "CLOSED"})


def unpacked(packed: bytes, hash_type: str, hash_value: str) -> str:
    """The bill's text. Raises: RailDown where it is not the one that the signed answer promised."""
    try:
        plain = gzip.decompress(packed)
        found = hashlib.new(hash_type, plain, usedforsecurity=False).hexdigest()
        if found != hash_value.lower():
            raise RailDown(reason="the bill is not the one that was announced")
        return plain.decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise RailDown(reason=f"the bill can't be unpacked: {type(error).__name__}") from error


def records(bill: str) -> Iterator[Record]:
    """Payments, refunds and fees, line by line.

    Raises: RailDown at a line that can't be read, and where the totals are missing: what is left out in silence would
    look like a difference, or hide one.
    """
    lines = bill.replace("\r\n", "\n").split("\n")
    names = [name.strip("` ") for name in lines[0].split(",")]
    for number, line in enumerate(lines[1:], 2):
        if line.startswith(_TOTALS):
            return
        values = line.removeprefix("`").split(",`")
        try:
            yield from _records(dict(zip(names, values, strict=True)))
        except (KeyError, ValueError) as error:
            raise RailDown(reason=f"line {number} of the bill can't be read: {type(error).__name__}") from error
    raise RailDown(reason="the bill ends without its totals")


def _records(row: Mapping[str, str]) -> Iterator[Record]:
    reference, at, state = ours(row["商户订单号"]), moment(row["交易时间"]), row["交易状态"]
    if row["货币种类"] != CURRENCY:
        raise ValueError("another currency")
    if state == "SUCCESS":
        id_ = row["微信订单号"]
        yield Record(EventKind.PAID, id_, Money(fen(row["订单金额"]), CURRENCY), at, reference)
    elif state == "REFUND":
        # It is listed when it was asked for, and the bill never changes: what is under way counts.
        if row["退款状态"] in _NOT_GIVEN_BACK:
            return
        id_ = row["微信退款单号"]
        yield Record(EventKind.REFUNDED, id_, Money(fen(row["申请退款金额"]), CURRENCY), at, reference)
    else:
        if reference is not None:
            raise ValueError("a state that our orders never have")
        return
    if fee := fee_fen(row["手续费"]):
        yield Record(EventKind.FEE, id_, Money(fee, CURRENCY), at, reference)
