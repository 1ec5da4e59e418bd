"""What WeChat Pay and Alipay have in common: China's clock, yuan on paper, our ids as order numbers, daily bills."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from uuid import UUID

from payments.provider import RailDown

CHINA: Final = timezone(timedelta(hours=8))
TOLERANCE: Final = timedelta(minutes=5)  # how old a notification may be, and how far ahead of our clock
LASTS: Final = timedelta(hours=2)  # both providers' codes are good for so long at most
_LEAST_TO_PAY: Final = timedelta(minutes=5)
_BILLS_OUT: Final = time(10)  # of the next day, by both documents
_YUAN: Final = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,2})?")
_FEE: Final = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?")
_NUMBER: Final = re.compile("[0-9a-f]{32}")
# What would break a bill's columns, a signed answer's braces, or is refused in a title; and what their GBK has not.
_ODD: Final = re.compile(r"""[,"`'{}&=/\\<>\U00010000-\U0010ffff]""")


def yuan(minor: int) -> str:
    """100 is "1.00"."""
    return f"{minor // 100}.{minor % 100:02d}"


def fen(text: object) -> int:
    """ "1.5" is 150. Raises: ValueError for anything that is no amount above zero with at most two decimals."""
    if not isinstance(text, str) or not _YUAN.fullmatch(text) or not (minor := int(Decimal(text) * 100)):
        raise ValueError("no amount in yuan")
    return minor


def fee_fen(text: str) -> int:
    """A fee on paper, in whole fen: bills have it with up to five decimals, what is taken is rounded half up.

    Raises: ValueError.
    """
    if not _FEE.fullmatch(text):
        raise ValueError("no fee in yuan")
    return int((Decimal(text) * 100).quantize(Decimal(1), ROUND_HALF_UP))


def ours(number: object) -> UUID | None:
    """Our id that was sent as an order's or a refund's number; None for numbers of others."""
    return UUID(hex=number) if isinstance(number, str) and _NUMBER.fullmatch(number) else None


def moment(text: object) -> datetime:
    """ "2026-11-22 12:00:00" by China's clock, as UTC. Raises: ValueError."""
    if not isinstance(text, str):
        raise ValueError("no time")
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA).astimezone(UTC)


def plain(text: str, most_bytes: int) -> str:
    """A title that both take whole: no control, no astral and no marking characters, cut between two characters."""
    kept = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in _ODD.sub(" ", text))
    cut = " ".join(kept.split()).encode()[:most_bytes].decode(errors="ignore").strip()
    return cut or "公益赞赏"


def pay_until(reference: UUID, lasts: timedelta, now: datetime) -> datetime:
    """When an order that nobody paid closes, to the second.

    Counted from the making of our id (a UUIDv7 knows it), since an order that is asked for again must say the same; of
    one so old that less than five minutes would be left, from now.
    """
    made = datetime.fromtimestamp((reference.int >> 80) / 1000, UTC) if reference.version == 7 else now
    until = made + lasts
    return (until if until - now >= _LEAST_TO_PAY else now + lasts).replace(microsecond=0)


def bills_until(now: datetime) -> datetime:
    """The end of the last day of China's whose bill is out."""
    today = now.astimezone(CHINA)
    last = today.date() if today.time() >= _BILLS_OUT else today.date() - timedelta(days=1)
    return datetime.combine(last, time(), CHINA)


def bill_days(since: datetime, until: datetime, now: datetime) -> Iterator[date]:
    """The days of China whose bills hold this time, half open. Raises: RailDown at a day whose bill is not out."""
    day = since.astimezone(CHINA).date()
    while datetime.combine(day, time(), CHINA) < until:
        if now < datetime.combine(day + timedelta(days=1), _BILLS_OUT, CHINA):
            raise RailDown(reason=f"the bill of {day} is not out before 10:00 (UTC+8) of the next day")
        yield day
        day += timedelta(days=1)
