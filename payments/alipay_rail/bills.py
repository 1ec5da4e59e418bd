"""Alipay's trade bill of a day: a zip with two CSV in GBK, the lines of business and a summary.

Source: opendocs.alipay.com/open/204/106262
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Final

from giving.money import Money
from giving.payments import EventKind
from payments.alipay_rail.merchant import CURRENCY
from payments.china import fee_fen, fen, moment, ours
from payments.provider import RailDown, Record

_FIRST, _TITLE, _END = "支付宝交易号", "商品名称", "#"
_MOST_BYTES: Final = 512 * 1024 * 1024


def unpacked(packed: bytes) -> str:
    """The text of the file that has the lines of business. Raises: RailDown."""
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as files:
            for file in files.infolist():
                if file.file_size > _MOST_BYTES:
                    raise RailDown(reason="the bill is larger than any")
                text = files.read(file).decode("gb18030")
                if f"\n{_FIRST}," in text:
                    return text
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError, ValueError, NotImplementedError) as error:
        raise RailDown(reason=f"the bill can't be unpacked: {type(error).__name__}") from error
    raise RailDown(reason="the bill has no lines of business")


def records(bill: str) -> Iterator[Record]:
    """Payments, refunds and fees, line by line.

    Raises: RailDown at a line that can't be read, and where its end is missing: what is left out in silence would look
    like a difference, or hide one.
    """
    lines = bill.replace("\r\n", "\n").split("\n")
    start = next((number for number, line in enumerate(lines) if line.startswith(_FIRST)), len(lines))
    names: list[str] = []
    for number, line in enumerate(lines[start:], start + 1):
        if line.startswith(_END):
            return
        values = [value.strip() for value in next(csv.reader([line]), [])]
        if not names:
            names = [name.replace("(", "（").replace(")", "）") for name in values]
            continue
        try:
            yield from _records(dict(zip(names, _whole(values, names), strict=True)))
        except (KeyError, ValueError) as error:
            raise RailDown(reason=f"line {number} of the bill can't be read: {type(error).__name__}") from error
    raise RailDown(reason="the bill ends without its totals")


def _whole(values: list[str], names: list[str]) -> list[str]:
    """Titles of other shops' goods may have commas, which nothing marks."""
    title, more = names.index(_TITLE), len(values) - len(names)
    if more <= 0:
        return values
    return [*values[:title], ",".join(values[title : title + more + 1]), *values[title + more + 1 :]]


def _records(row: Mapping[str, str]) -> Iterator[Record]:
    reference, kind, amount = ours(row["商户订单号"]), row["业务类型"], row["订单金额（元）"]
    at, id_ = moment(row["完成时间"]), row[_FIRST]
    if kind.startswith("交易"):
        yield Record(EventKind.PAID, id_, Money(fen(amount), CURRENCY), at, reference)
    elif kind.startswith("退款"):
        id_ = row["退款批次号/请求号"] or id_
        yield Record(EventKind.REFUNDED, id_, Money(fen(amount.removeprefix("-")), CURRENCY), at, reference)
    else:
        if reference is not None:
            raise ValueError("a kind of business that ours never is")
        return
    if fee := -fee_fen(row["服务费（元）"]):
        yield Record(EventKind.FEE, id_, Money(fee, CURRENCY), at, reference)
