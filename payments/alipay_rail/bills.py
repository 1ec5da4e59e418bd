"""Alipay's trade bill of a day: a zip with two CSV in GBK, the lines of business and a summary.

Source: opendocs.alipay.com/open/204/106262
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Final

from giving.money import Money
from giving.payments import EventKind
from payments.alipay_rail.merchant import CURRENCY
from payments.china import fee_fen, fen, moment, ours
from payments.provider import RailDown, Record

_FIRST, _TITLE, _DONE, _END = "支付宝交易号", "商品名称", "完成时间", "#"
_AT: Final = re.compile(r"[0-9]{4}(?:-[0-9]{2}){2} [0-9]{2}(?::[0-9]{2}){2}")
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
        values = [value.strip() for value in _values(line, len(names))]
        if not names:
            names = [name.replace("(", "（").replace(")", "）") for name in values]
            continue
        try:
            yield from _records(dict(zip(names, _whole(values, names), strict=True)))
        except (KeyError, ValueError) as error:
            raise RailDown(reason=f"line {number} of the bill can't be read: {type(error).__name__}") from error
    raise RailDown(reason="the bill ends without its totals")


def _values(line: str, most: int) -> list[str]:
    """A title may be marked by quotes, or just have some: an open one would take the columns after it along."""
    marked = next(csv.reader([line]), [])
    return marked if len(marked) >= most else line.split(",")


def _whole(values: list[str], names: list[str]) -> list[str]:
    """Titles of other shops' goods, and remarks at the end, may have commas, which nothing marks; a time is between."""
    title, more, rest = names.index(_TITLE), len(values) - len(names), len(names) - names.index(_TITLE) - 2
    for of_title in range(more, -1, -1):
        after = values[title + of_title + 1 :]
        row = [
            *values[:title], ",".join(values[title : title + of_title + 1]), *after[:rest], ",".join(after[rest:]),
        ]  # fmt: skip
        if _AT.fullmatch(row[names.index(_DONE)]):
            return row
    return values


def _records(row: Mapping[str, str]) -> Iterator[Record]:
    reference, kind, amount = ours(row["商户订单号"]), row["业务类型"], row["订单金额（元）"]
    at, id_ = moment(row[_DONE]), row[_FIRST]
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
